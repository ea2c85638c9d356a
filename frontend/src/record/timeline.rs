//! What happened to a record: every change with its old and new values.

use super::log::use_log;
use super::value::{Refs, Show};
use super::waiting::{self, use_queue};
use crate::browser;
use crate::data::session::use_session;
use crate::data::types::{EventItem, ObjectMeta, Record, field_value};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::{Empty, Failed, avatar, skeleton_lines};
use serde_json::Value;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct TimelineProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) id: String,
    pub(crate) refs: Rc<Refs>,
}

/// The changes of one record, newest first.
#[component]
pub(crate) fn Timeline(p: &TimelineProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let queue = use_queue();
    let unsent: Vec<_> = queue.iter().filter(|w| waiting::about(w, &p.id)).collect();
    let path = format!("/events?object={}&record_id={}", p.meta.key, p.id);
    let (log, load) = use_log::<EventItem>(path, &["/events"]);
    if let Some(e) = log.error.clone().filter(|_| log.items.is_empty()) {
        return html! { <Failed error={e} retry={load.reform(|()| None)} /> };
    }
    if !log.ready {
        return skeleton_lines(6);
    }
    if log.items.is_empty() && unsent.is_empty() {
        return html! { <Empty icon="history" small=true title={l.timeline_empty()} /> };
    }
    let named = log.items.iter().flat_map(|e| &e.refs);
    let refs: Refs = p.refs.iter().chain(named).map(|(k, v)| (k.clone(), v.clone())).collect();
    let show = Show::new(l, &session, &refs);
    let more = {
        let (load, next) = (load.clone(), log.next.clone());
        Callback::from(move |_: MouseEvent| load.emit(next.clone()))
    };
    html! { <>
        if !unsent.is_empty() { <div class="-mt-3 mb-3">{ waiting::lines(l, &unsent) }</div> }
        <ol class="relative ml-4 border-l border-base-300 py-2 pr-4" data-testid="timeline">
            { for log.items.iter().map(|e| html! { <li key={e.id.clone()} class="relative pb-4 pl-6">{ entry(&show, &p.meta, e) }</li> }) }
            if let Some(e) = &log.error { <li class="pl-6 text-xs text-error" role="alert">{ e.text(l) }</li> }
            if log.next.is_some() { <li class="pl-6"><button class="btn btn-ghost btn-xs" onclick={more}>{ l.load_more() }</button></li> }
        </ol>
    </> }
}

pub(crate) fn entry(show: &Show, meta: &ObjectMeta, e: &EventItem) -> Html {
    let l = show.lang;
    let clock = browser::clock();
    let actor = e.rule.as_ref().or(e.actor_name.as_ref()).cloned().unwrap_or_else(|| l.system_actor().to_owned());
    let mark = if e.automated {
        crate::ui::automatic("size-6 bg-base-100")
    } else {
        avatar(&actor, "size-6 text-[10px] bg-base-100")
    };
    let verb = e.type_.rsplit('.').next().unwrap_or("");
    let lines = diff(show, meta, e, verb);
    html! { <>
        <span class="absolute -left-3 top-0 ring-4 ring-base-100 rounded-full">{ mark }</span>
        <p class="text-[13px]"><b class="font-medium">{ actor }</b>if e.automated { <span class="ml-1.5 text-xs text-base-content/70">{ l.by_rule() }</span> }if let Some(key) = &e.key { <span class="ml-1.5 text-xs text-base-content/70">{ l.by_key(key) }</span> }if let Some(file) = &e.import_file { <span class="ml-1.5 text-xs text-base-content/70">{ l.by_import(file) }</span> }{ " " }{ action(l, verb) }<time class="ml-2 text-xs text-base-content/70" datetime={e.at.clone()} title={format::moment_full(&e.at, &clock)}>{ format::moment(l, &e.at, &clock) }</time></p>
        if !lines.is_empty() { <dl class="mt-1 space-y-0.5 text-xs">{ for lines.into_iter().map(|(label, old, new)| html! {
            <div class="flex flex-wrap gap-x-2"><dt class="shrink-0 text-base-content/70">{ label }</dt><dd class="min-w-0 wrap-anywhere">if let Some(o) = old { <s class="mr-1.5 text-base-content/70 decoration-base-content/40">{ o }</s>{ "→ " } }<span class="font-medium">{ new }</span></dd></div> }) }</dl> }
    </> }
}

pub(crate) type Line = (String, Option<String>, String);

/// The changed fields of an event in words: label, what was, what is.
pub(crate) fn diff(show: &Show, meta: &ObjectMeta, e: &EventItem, verb: &str) -> Vec<Line> {
    if verb.starts_with("comment") || verb.starts_with("file_") {
        let said = |doc: &Option<Record>| {
            let doc = doc.as_ref()?;
            let words = doc.get("note").or_else(|| doc.get("file_name"))?.as_str()?.to_owned();
            Some(words).filter(|w| !w.is_empty())
        };
        let label = if verb.starts_with("file_") { show.lang.file() } else { show.lang.comment() };
        let before = said(&e.old).map(|w| plain(&w));
        return match said(&e.new) {
            Some(now) => vec![(label.to_owned(), before, plain(&now))],
            None => before.map(|w| (label.to_owned(), None, w)).into_iter().collect(),
        };
    }
    let (Some(new), created) = (&e.new, verb == "created") else { return vec![] };
    if verb == "behaved" {
        let part = |key: &str| new.get(key).and_then(Value::as_str).unwrap_or("");
        let words =
            [part("what"), part("address")].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" · ");
        return vec![(show.lang.behaviour(part("behaviour")).to_owned(), None, words)];
    }
    let shown = meta.fields.iter().filter(|f| {
        !matches!(
            f.key.as_str(),
            "id" | "version"
                | "updated_at"
                | "created_at"
                | "created_by"
                | "archived_at"
                | "probability"
                | "furthest_position"
                | "stage_entered_at"
        )
    });
    shown
        .filter_map(|f| {
            let now = field_value(new, &f.key);
            let named = new.contains_key(&f.key)
                || f.key.strip_prefix("custom.").is_some_and(|k| new.get("custom").is_some_and(|c| c.get(k).is_some()));
            let was = e.old.as_ref().map_or(&Value::Null, |o| field_value(o, &f.key));
            if !named || now == was || (created && now.is_null()) {
                return None;
            }
            let old = (!created).then(|| show.words(f, was));
            Some((f.label.clone(), old, show.words(f, now)))
        })
        .take(if created { 6 } else { 20 })
        .collect()
}

/// A comment without the ids of those it mentions.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@[") {
        let Some((name, tail)) = after.split_once("](").and_then(|(n, t)| Some((n, t.split_once(')')?.1))) else {
            break;
        };
        out.push_str(&format!("{before}@{name}"));
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn action(l: Lang, verb: &str) -> String {
    match verb {
        "created" => l.did_create(),
        "updated" => l.did_update(),
        "archived" => l.did_archive(),
        "restored" => l.did_restore(),
        "moved" | "stage_changed" => l.did_move(),
        "imported" => l.did_import(),
        "commented" => l.did_comment(),
        "comment_updated" => l.did_comment_update(),
        "comment_archived" => l.did_comment_archive(),
        "comment_restored" => l.did_comment_restore(),
        "file_attached" => l.did_attach(),
        "file_removed" => l.did_detach(),
        "behaved" => l.did_behave(),
        "merged" => l.did_merge(),
        "unmerged" => l.did_unmerge(),
        _ => return verb.replace('_', " "),
    }
    .to_owned()
}
