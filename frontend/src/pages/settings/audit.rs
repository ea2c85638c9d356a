//! Who changed how the organisation is set up: people, roles, keys, fields, rules, webhooks and settings.

use super::hooks::OBJECTS;
use super::model_words::say;
use super::role_rows::label;
use super::roles::{action_label, scope_label};
use crate::browser;
use crate::data::session::{Session, use_session};
use crate::data::types::EventItem;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::record::log::use_log;
use crate::record::timeline::diff;
use crate::record::value::Show;
use crate::ui::{Card, Empty, Failed, avatar, badge, skeleton_rows};
use domain::lifecycle::Fact;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use yew::prelude::*;

/// Lines that one change shows.
const LINES: usize = 12;

/// The page.
#[component]
pub(crate) fn Audit() -> Html {
    let l = use_lang();
    let session = use_session();
    let (log, load) = use_log::<EventItem>("/setup-events?".to_owned(), &["/events", "/roles", "/api_keys", "/rules"]);
    let more = {
        let (load, next) = (load.clone(), log.next.clone());
        Callback::from(move |_: MouseEvent| load.emit(next.clone()))
    };
    let body = if let Some(e) = log.error.clone().filter(|_| log.items.is_empty()) {
        html! { <Failed error={e} retry={load.reform(|()| None)} /> }
    } else if !log.ready {
        skeleton_rows(8)
    } else if log.items.is_empty() {
        html! { <Empty icon="history" title={l.timeline_empty()} /> }
    } else {
        html! { <>
            <ol class="divide-y divide-base-300/60" data-testid="audit">{ for log.items.iter().map(|e| html! { <li key={e.id.clone()} class="flex gap-3 px-4 py-3">{ entry(l, &session, e) }</li> }) }</ol>
            if let Some(e) = &log.error { <p class="px-4 pb-2 text-xs text-error" role="alert">{ e.text(l) }</p> }
            if log.next.is_some() { <p class="px-4 py-2"><button class="btn btn-ghost btn-xs" onclick={more}>{ l.load_more() }</button></p> }
        </> }
    };
    html! { <Card title={l.setup_log()}><p class="px-4 pb-3 pt-1 text-[13px] text-base-content/75">{ l.setup_log_body() }</p>{ body }</Card> }
}

fn entry(l: Lang, session: &Session, e: &EventItem) -> Html {
    let clock = browser::clock();
    let actor = e.actor_name.clone().unwrap_or_else(|| l.system_actor().to_owned());
    let lines: Vec<Told> = match session.object(&e.object) {
        Some(meta) => {
            let verb = e.type_.rsplit('.').next().unwrap_or("");
            diff(&Show::new(l, session, &e.refs), meta, e, verb)
        }
        None => {
            let lines = differences(e.old.as_ref(), e.new.as_ref()).into_iter();
            let told = |object: &str, path: &str, value: &Value| match object {
                "score_settings" => setting(l, session, path, value),
                "webhooks" if path == "events" => events(l, session, value),
                _ => said(l, value),
            };
            let told = |path: &str, value: &Value| told(&e.object, path, value);
            let name = |path: &str| e.refs.get(path).cloned().unwrap_or_else(|| named(l, session, &e.object, path));
            lines.map(|x| (name(&x.path), x.was.map(|was| told(&x.path, &was)), told(&x.path, &x.now))).collect()
        }
    };
    let rest = lines.len().saturating_sub(LINES);
    let about = match e.object.as_str() {
        "score_settings" => {
            e.new.as_ref().and_then(|n| n.get("key")?.as_str()).map_or_else(String::new, |key| say(l, key))
        }
        _ => e.refs.get(&e.record_id).cloned().unwrap_or_default(),
    };
    html! { <>
        { avatar(&actor, "size-7 text-[11px]") }
        <div class="min-w-0 flex-1">
            <p class="flex flex-wrap items-center gap-x-2 gap-y-1 text-[13px]"><b class="font-medium">{ actor }</b><span>{ done(l, &e.type_) }</span>{ badge("neutral", &kind(l, session, &e.object)) }<span class="font-medium wrap-anywhere">{ about }</span>if let Some(key) = &e.key { <span class="text-xs text-base-content/70">{ l.by_key(key) }</span> }<time class="ml-auto whitespace-nowrap text-xs tabular-nums text-base-content/70" datetime={e.at.clone()} title={format::moment_full(&e.at, &clock)}>{ format::moment(l, &e.at, &clock) }</time></p>
            if !lines.is_empty() { <dl class="mt-1 space-y-0.5 text-xs">{ for lines.iter().take(LINES).map(|(label, was, now)| html! { <div class="flex flex-wrap gap-x-2"><dt class="text-base-content/70">{ label }</dt><dd class="min-w-0 wrap-anywhere">if let Some(was) = was { <s class="mr-1.5 text-base-content/70 decoration-base-content/40">{ was }</s>{ "→ " } }<span class="font-medium">{ now }</span></dd></div> }) }
            if rest > 0 { <div class="text-base-content/70">{ l.setup_log_rest(rest as i64) }</div> }</dl> }
        </div>
    </> }
}

/// A label, what was, and what is.
type Told = crate::record::timeline::Line;

/// One value of a document that is another than before; null where there is none.
#[derive(Debug, PartialEq)]
struct Line {
    path: String,
    was: Option<Value>,
    now: Value,
}

/// What differs between two documents, by path. Of something new everything that is said of it, without what is nothing.
/// Of lists of words only what was taken away and what was added.
fn differences(old: Option<&Map<String, Value>>, new: Option<&Map<String, Value>>) -> Vec<Line> {
    let flat = |document: Option<&Map<String, Value>>| {
        let mut found = BTreeMap::new();
        if let Some(document) = document {
            flatten("", &Value::Object(document.clone()), &mut found);
        }
        found
    };
    let (was, now) = (flat(old), flat(new));
    let paths: BTreeSet<&String> = was.keys().chain(now.keys()).collect();
    let of = |side: &BTreeMap<String, Value>, path: &String| side.get(path).cloned().unwrap_or_default();
    let nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty() || text == "none",
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    paths
        .into_iter()
        .map(|path| (path, of(&was, path), of(&now, path)))
        .filter(|(_, was, now)| was != now && !(nothing(was) && nothing(now)))
        .map(|(path, was, now)| {
            let (gone, come) = apart(&was, &now);
            Line { path: path.clone(), was: old.is_some().then_some(gone), now: come }
        })
        .collect()
}

/// Two lists without what they share; anything else as it is.
fn apart(was: &Value, now: &Value) -> (Value, Value) {
    let (Some(before), Some(after)) = (was.as_array(), now.as_array()) else { return (was.clone(), now.clone()) };
    let without = |list: &[Value], other: &[Value]| list.iter().filter(|v| !other.contains(v)).cloned().collect();
    (Value::Array(without(before, after)), Value::Array(without(after, before)))
}

fn flatten(path: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(inner) => {
            for (key, value) in inner.iter().filter(|(key, _)| !UNTOLD.contains(&key.as_str())) {
                let deeper = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(&deeper, value, found);
            }
        }
        Value::Null => {}
        other => {
            found.insert(path.to_owned(), other.clone());
        }
    }
}

/// Parts of documents that tell a reader nothing, or that have a page of their own.
const UNTOLD: [&str; 6] = ["id", "version", "created_at", "updated_at", "position", "definition"];

/// A path in words as far as there are some: `permissions.customers.read` is what may be done with customers.
fn named(l: Lang, session: &Session, object: &str, path: &str) -> String {
    match path.split('.').collect::<Vec<_>>()[..] {
        _ if object == "score_settings" => {
            let words: Vec<String> = path.split('.').map(|word| say(l, word)).collect();
            words.join(" · ")
        }
        ["deadline"] => l.pool_set_deadline().to_owned(),
        ["hours"] => l.pool_set_hours().to_owned(),
        ["warn_hours"] => l.pool_set_warn().to_owned(),
        ["working"] => l.pool_set_working().to_owned(),
        ["holdings"] => l.pool_set_holdings().to_owned(),
        ["claims_per_day"] => l.pool_set_claims().to_owned(),
        ["rest_days"] => l.pool_set_rest().to_owned(),
        ["opens"] => l.workdays_opens().to_owned(),
        ["closes"] => l.workdays_closes().to_owned(),
        ["holidays"] => l.workdays_off().to_owned(),
        ["worked"] => l.workdays_on().to_owned(),
        ["target"] => l.hook_kind().to_owned(),
        ["host"] | ["address"] => l.hook_url().to_owned(),
        ["events"] => l.hook_events().to_owned(),
        ["active"] => l.pb_active().to_owned(),
        ["permissions", key, action] => format!("{} · {}", kind(l, session, key), action_label(l, action)),
        ["masks", "phone"] => format!("{} · {}", l.masks(), l.phone()),
        ["masks", "email"] => format!("{} · {}", l.masks(), l.email()),
        ["name_zh" | "label_zh"] => l.label_zh().to_owned(),
        ["name_en" | "label_en"] => l.label_en().to_owned(),
        ["name"] => l.name().to_owned(),
        ["key"] => l.setup_key().to_owned(),
        ["state"] => l.setup_state().to_owned(),
        ["number"] => l.setup_number().to_owned(),
        ["kind"] => l.kind().to_owned(),
        ["object"] => l.setup_object().to_owned(),
        ["currency"] => l.currency().to_owned(),
        ["timezone"] => l.timezone().to_owned(),
        _ => path.to_owned(),
    }
}

/// A value in words.
fn said(l: Lang, value: &Value) -> String {
    let text = match value {
        Value::Null => return "—".to_owned(),
        Value::Array(list) if list.is_empty() => return "—".to_owned(),
        Value::Array(list) => {
            return list.iter().map(|v| said(l, v)).collect::<Vec<_>>().join(l.pick("、", ", "));
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.as_str() {
        "" => "—",
        "clear" => l.mask_clear(),
        "partial" => l.mask_partial(),
        "hidden" => l.mask_hidden(),
        "true" => l.yes(),
        "false" => l.no(),
        "none" | "own" | "team" | "subtree" | "all" => scope_label(l, &text),
        "flywheel" => l.hook_kind_flywheel(),
        "wecom" => l.hook_kind_wecom(),
        "dingtalk" => l.hook_kind_dingtalk(),
        "feishu" => l.hook_kind_feishu(),
        "*" => l.hook_everything(),
        "before" => l.setup_as_before(),
        "shipped" => l.setup_as_shipped(),
        "changed" | "changed_again" => l.playbook_changed(),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// Types of events as the page of webhooks calls them: `order.updated` is an order that was changed.
fn events(l: Lang, session: &Session, list: &Value) -> String {
    let one = |event: &str| {
        let Some((object, verb)) = event.split_once('.') else { return said(l, &Value::from(event)) };
        let plural = OBJECTS.iter().find(|(_, one)| *one == object).map_or(object, |(plural, _)| plural);
        let label = session.object(plural).map_or_else(|| object.to_owned(), |meta| meta.label.clone());
        let verb = match verb {
            "created" => l.verb_created(),
            "updated" => l.verb_updated(),
            "archived" => l.verb_archived(),
            "restored" => l.verb_restored(),
            "*" => l.hook_everything(),
            other => other,
        };
        format!("{label} · {verb}")
    };
    let all: Vec<String> = list.as_array().into_iter().flatten().filter_map(Value::as_str).map(one).collect();
    if all.is_empty() { "—".to_owned() } else { all.join(l.pick("、", ", ")) }
}

/// A value of the settings of a model: amounts as money, rights by their names, ways into a stage as they read.
fn setting(l: Lang, session: &Session, path: &str, value: &Value) -> String {
    match value {
        Value::Number(n) if path.ends_with("_minor") => {
            format::money(l, session.currency(), n.as_f64().unwrap_or(0.0) as i64)
        }
        Value::Array(list) if path == "entitlements" && !list.is_empty() => {
            let name = |right: &Value| right.get(l.pick("zh", "en")).and_then(Value::as_str).unwrap_or("").to_owned();
            list.iter().map(name).collect::<Vec<_>>().join(l.pick("、", ", "))
        }
        Value::Array(ways) if path.starts_with("entry.") && !ways.is_empty() => {
            let test = |t: &Value| {
                let fact = serde_json::from_value::<Fact>(t.get("fact").cloned().unwrap_or_default()).ok();
                let label = fact
                    .map(Fact::label)
                    .map_or_else(String::new, |f| if l == Lang::Zh { f.zh } else { f.en }.into_owned());
                let op = match t.get("op").and_then(Value::as_str) {
                    Some("more_than") => ">",
                    Some("at_least") => "≥",
                    Some("at_most") => "≤",
                    _ => "<",
                };
                let code = fact.map_or("", Fact::code);
                format!("{label} {op} {}", setting(l, session, code, t.get("value").unwrap_or(&Value::Null)))
            };
            let way = |tests: &Value| {
                let all = tests.as_array().into_iter().flatten().map(test);
                all.collect::<Vec<_>>().join(l.pick(" 且 ", " and "))
            };
            ways.iter().map(way).collect::<Vec<_>>().join(l.pick("；或 ", "; or "))
        }
        Value::String(word) if !matches!(word.as_str(), "shipped" | "changed" | "changed_again") => say(l, word),
        other => said(l, other),
    }
}

fn kind(l: Lang, session: &Session, object: &str) -> String {
    match session.object(object) {
        Some(meta) => meta.label_plural.clone(),
        None => label(l, object),
    }
}

fn done(l: Lang, event: &str) -> String {
    match event.rsplit('.').next().unwrap_or("") {
        "created" => l.setup_created(),
        "updated" => l.setup_updated(),
        "archived" | "deleted" => l.setup_deleted(),
        "restored" => l.setup_restored(),
        "revoked" => l.setup_revoked(),
        "roles_changed" => l.setup_roles_changed(),
        "password_changed" => l.setup_password_changed(),
        "password_granted" => l.setup_password_granted(),
        "published" => l.setup_published(),
        "paused" => l.setup_paused(),
        "resumed" => l.setup_resumed(),
        "stopped" => l.setup_stopped(),
        other => return other.replace('_', " "),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lines(old: Option<Value>, new: Option<Value>) -> Vec<(String, Option<String>, String)> {
        let map = |v: &Option<Value>| v.as_ref().and_then(Value::as_object).cloned();
        let (old, new) = (map(&old), map(&new));
        let found = differences(old.as_ref(), new.as_ref());
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        found.into_iter().map(|line| (line.path, line.was.map(text), text(line.now))).collect()
    }

    #[test]
    fn only_what_is_another_than_before_is_told_wherever_it_stands() {
        let old = json!({ "name_zh": "销售", "permissions": { "customers": { "read": "own", "export": "none" } } });
        let new = json!({ "name_zh": "销售", "permissions": { "customers": { "read": "all" } } });
        let changed = ("permissions.customers.read".to_owned(), Some("own".to_owned()), "all".to_owned());
        assert_eq!(lines(Some(old), Some(new)), [changed]);
    }

    #[test]
    fn of_something_new_everything_is_told_but_what_is_nothing() {
        let new = json!({ "id": "x", "key": "trainee", "permissions": { "orders": { "read": "none" } }, "archived_at": null });
        assert_eq!(lines(None, Some(new)), [("key".to_owned(), None, "trainee".to_owned())]);
    }

    #[test]
    fn of_lists_only_what_was_added_and_what_was_taken_away_is_told() {
        let old = json!({ "holidays": ["2026-10-01", "2026-10-02"] });
        let new = json!({ "holidays": ["2026-10-02", "2026-10-03"] });
        let changed = ("holidays".to_owned(), Some(r#"["2026-10-01"]"#.to_owned()), r#"["2026-10-03"]"#.to_owned());
        assert_eq!(lines(Some(old), Some(new)), [changed]);
    }
}
