//! What changed lately among the records within sight: who did what to which record.

use crate::browser;
use crate::data::http::{Request, encode};
use crate::data::query::use_query;
use crate::data::session::{Session, use_session};
use crate::data::types::{EventItem, Page, Record, text};
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::{Card, Empty, Failed, avatar, skeleton_lines};
use serde_json::json;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// Titles of records by id.
type Titles = BTreeMap<String, String>;

/// What is set up rather than worked on.
const SET_UP: [&str; 7] = ["users", "teams", "tags", "saved_views", "pipelines", "pipeline_stages", "order_lines"];

/// How many lines the card has.
const LINES: usize = 8;

#[component]
pub(super) fn FeedCard() -> Html {
    let l = use_lang();
    let session = use_session();
    let clock = browser::clock();
    let log = use_query::<Page<EventItem>>("/events?limit=100".to_owned());
    let titles = use_state_eq(|| None::<Rc<Titles>>);
    let shown = log.data.as_ref().map(|d| lines(&d.items, &session)).unwrap_or_default();
    {
        let (titles, session) = (titles.setter(), session.clone());
        let wanted: Vec<(String, String)> = shown.iter().map(|e| (e.object.clone(), e.record_id.clone())).collect();
        use_effect_with(wanted, move |wanted| {
            let wanted = wanted.clone();
            spawn_local(async move { titles.set(Some(Rc::new(look_up(&session, &wanted).await))) });
        });
    }
    let body = match (&log.data, &log.error, &*titles) {
        (Some(d), _, _) if d.items.is_empty() => {
            html! { <Empty small=true icon="activity" title={l.feed_none()} body={l.feed_none_body()} /> }
        }
        (Some(_), _, Some(titles)) => {
            html! { <ul class="pb-2" data-testid="feed">{ for shown.iter().map(|e| line(l, &session, titles, &clock, e)) }</ul> }
        }
        (None, Some(e), _) => html! { <Failed error={e.clone()} retry={log.refetch.clone()} /> },
        _ => skeleton_lines(6),
    };
    html! { <Card title={l.feed()}>{ body }</Card> }
}

/// One line per record and person and one per rule and object, the newest event of each.
fn lines(items: &[EventItem], session: &Session) -> Vec<EventItem> {
    let mut out: Vec<EventItem> = Vec::new();
    for e in items {
        let known = !SET_UP.contains(&e.object.as_str()) && session.object(&e.object).is_some_and(|o| o.may("read"));
        if known && !out.iter().any(|x| same(x, e)) {
            out.push(e.clone());
        }
    }
    out.truncate(LINES);
    out
}

/// Is this one line: the same person's changes of one record, or what one run of a rule did?
fn same(a: &EventItem, b: &EventItem) -> bool {
    match (a.automated, b.automated) {
        // Whoever may not see rules cannot tell one from another but by their runs.
        (true, true) => a.rule == b.rule && a.object == b.object && (a.rule.is_some() || a.request_id == b.request_id),
        (false, false) => a.record_id == b.record_id && a.actor_id == b.actor_id,
        _ => false,
    }
}

/// The titles of records, with one request per object.
async fn look_up(session: &Session, wanted: &[(String, String)]) -> Titles {
    let mut by_object = BTreeMap::<&str, Vec<&str>>::new();
    for (object, id) in wanted {
        by_object.entry(object).or_default().push(id);
    }
    let mut out = Titles::new();
    for (object, ids) in by_object {
        let Some(meta) = session.object(object) else { continue };
        let filter = json!({ "field": "id", "op": "in", "value": ids }).to_string();
        let path = format!("/{object}?limit=50&fields=id,{}&filter={}", meta.title_field, encode(&filter));
        if let Ok(page) = Request::get(path).json::<Page<Record>>().await {
            out.extend(page.items.iter().map(|r| (text(r, "id").to_owned(), meta.title_of(r))));
        }
    }
    out
}

fn line(l: Lang, session: &Session, titles: &Titles, clock: &Clock, e: &EventItem) -> Html {
    let actor = match (&e.rule, &e.actor_name) {
        (Some(rule), _) => rule.clone(),
        // Not every reader may know which.
        (None, _) if e.automated => l.source_a_rule().to_owned(),
        (None, name) => name.clone().unwrap_or_else(|| l.system_actor().to_owned()),
    };
    let mark =
        if e.automated { crate::ui::automatic("mt-0.5 size-6") } else { avatar(&actor, "mt-0.5 size-6 text-[10px]") };
    let kind = session.object(&e.object).map(|o| o.label.clone()).unwrap_or_default();
    let did = did(l, &e.type_, &in_sentence(l, &kind));
    let title = titles.get(&e.record_id).cloned();
    html! {
        <li key={e.id.clone()} class="flex items-start gap-2.5 px-4 py-1.5 text-[13px]">{ mark }
            <div class="min-w-0 flex-1"><p class="truncate"><span class="font-medium">{ actor }</span>{ " " }<span class="text-base-content/75">{ did }</span></p>
            { match title { Some(t) => html! { <Link<Route> to={Route::record(&e.object, &e.record_id)} classes="block truncate hover:text-primary hover:underline">{ t }</Link<Route>> }, None => html! { <span class="block truncate text-base-content/70">{ l.archived_badge() }</span> } } }</div>
            <time class="shrink-0 pt-0.5 text-xs tabular-nums text-base-content/70" datetime={e.at.clone()} title={format::moment_full(&e.at, clock)}>{ format::moment(l, &e.at, clock) }</time></li>
    }
}

/// What happened to a record of a kind.
fn did(l: Lang, event: &str, kind: &str) -> String {
    let verb = match event.rsplit('.').next().unwrap_or("") {
        "moved" | "stage_changed" => return l.feed_moved(kind),
        "created" | "imported" => l.feed_created(),
        "archived" => l.feed_archived(),
        "restored" => l.feed_restored(),
        _ => l.feed_updated(),
    };
    l.feed_did(verb, kind)
}

/// The label of an object inside a sentence: English nouns are small there.
fn in_sentence(l: Lang, label: &str) -> String {
    match l {
        Lang::Zh => label.to_owned(),
        Lang::En => label.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::types::ObjectMeta;

    fn event(record: &str, actor: &str, seq: i64) -> EventItem {
        let text = |s: &str| s.to_owned();
        EventItem {
            seq,
            id: seq.to_string(),
            object: text("customers"),
            record_id: text(record),
            actor_id: Some(text(actor)),
            ..EventItem::default()
        }
    }

    #[test]
    fn several_changes_of_one_record_by_one_person_are_one_line() {
        let permissions = [("read".to_owned(), "all".to_owned())].into();
        let meta = ObjectMeta { key: "customers".into(), permissions, ..ObjectMeta::default() };
        let session = Session {
            me: Rc::default(),
            objects: Rc::new(vec![meta]),
            set_me: Callback::noop(),
            log_out: Callback::noop(),
        };
        let items = [event("a", "x", 4), event("a", "x", 3), event("a", "y", 2), event("b", "x", 1)];
        assert_eq!(lines(&items, &session).iter().map(|e| e.seq).collect::<Vec<_>>(), [4, 2, 1]);
    }
}
