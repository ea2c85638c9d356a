//! What the company wants to reach and why, who stands behind it, and whose own goals serve it.

use super::{list, num, words};
use crate::browser;
use crate::data::http::Request;
use crate::data::once::Once;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::Record;
use crate::i18n::{Lang, use_lang};
use crate::pages::list_link::ListLink;
use crate::parts::{Lazy, Room};
use crate::record::form::RecordFormProps;
use crate::record::value::Refs;
use crate::route::Route;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, badge, icon, skeleton_rows};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// The tree of goals.
#[component]
pub(crate) fn Goals() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let creating = use_state_eq(|| false);
    let busy = use_state_eq(|| false);
    let once = use_memo((), |()| Once::default());
    let goals = use_query::<Value>("/goals?limit=200&sort=created_at&refs=true".to_owned());
    let said = use_query::<Value>("/goal-agreements".to_owned());
    let agree = {
        let busy = busy.clone();
        Callback::from(move |goal: String| {
            let body =
                json!({ "goal_id": goal, "acknowledged_on": browser::clock().today().to_string(), "agrees": true });
            let Some(key) = once.begin(&body) else { return };
            let (toaster, busy, once) = (toaster.clone(), busy.clone(), once.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = Request::create_as(key, "/acknowledgements", body).json::<Value>().await;
                once.end(answer.is_ok());
                busy.set(false);
                match answer {
                    Ok(_) => {
                        invalidate("/acknowledgements");
                        invalidate("/goal-agreements");
                        invalidate("/principles");
                        toaster.ok(l.goal_agreed())
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
            })
        })
    };
    let may = session.object("goals").is_some_and(|o| o.may("create"));
    let add = {
        let creating = creating.clone();
        html! { if may { <button class="btn btn-sm btn-primary" data-testid="goal-new" onclick={Callback::from(move |_: MouseEvent| creating.set(true))}>{ icon("plus", "size-4") }{ l.goal_new() }</button> } }
    };
    let close = {
        let creating = creating.clone();
        Callback::from(move |()| creating.set(false))
    };
    let none = Vec::new();
    let answers: &[Value] = said.data.as_ref().map_or(&none, |s| list(s, "items"));
    let body = match (&goals.data, &goals.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            html! { <Empty icon="target" title={l.goals_none()} body={l.goals_none_body()} /> }
        }
        (Some(d), _) => tree(l, d, answers, &agree, *busy),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={goals.refetch.clone()} /> },
        (None, None) => skeleton_rows(6),
    };
    let form = session.object("goals").filter(|_| *creating).cloned();
    // Who sets no goals of the company begins with one of their own.
    let preset = || {
        let wide = session.object("goals").and_then(|o| o.permissions.get("create")).is_some_and(|s| s == "all");
        let mut preset = Record::default();
        if !wide {
            preset.insert("level".into(), json!("person"));
            preset.insert("owner_id".into(), json!(session.me.id));
        }
        preset
    };
    html! { <><Card title={l.tab_goals()} extra={add}>{ body }</Card>
    if let Some(meta) = form { <Lazy room={Room::Form(Box::new(yew::props!(RecordFormProps { meta, preset: preset(), refs: Rc::new(Refs::from([(session.me.id.clone(), session.me.name.clone())])), onclose: close })))} /> }</> }
}

fn tree(l: Lang, d: &Value, said: &[Value], agree: &Callback<String>, busy: bool) -> Html {
    let items = list(d, "items");
    let known: BTreeSet<&str> = items.iter().map(|g| words(g, "id")).collect();
    let mut below: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for g in items {
        let parent = words(g, "parent_id");
        below.entry(if known.contains(parent) { parent } else { "" }).or_default().push(g);
    }
    let mut rows = Vec::new();
    // A goal that serves itself over others would never be reached from the top; nothing is shown twice.
    let mut stack: Vec<(&Value, usize)> = below.get("").into_iter().flatten().rev().map(|g| (*g, 0)).collect();
    while let Some((g, depth)) = stack.pop() {
        rows.push(row(l, d, g, depth, said, agree, busy));
        stack.extend(below.get(words(g, "id")).into_iter().flatten().rev().map(|g| (*g, depth + 1)));
    }
    html! { <ul class="divide-y divide-base-300/60" data-testid="goals">{ for rows }if !words(d, "next_cursor").is_empty() { <li class="px-4 py-2"><ListLink object="goals" query="">{ l.goals_more() }{ icon("arrow-right", "size-3.5") }</ListLink></li> }</ul> }
}

fn row(l: Lang, d: &Value, g: &Value, depth: usize, said: &[Value], agree: &Callback<String>, busy: bool) -> Html {
    let id = words(g, "id").to_owned();
    let level = words(g, "level");
    let agreed = said.iter().find(|a| words(a, "goal_id") == id);
    let mine = agreed.and_then(|a| a.get("mine")).and_then(Value::as_bool) == Some(true);
    let people = agreed.and_then(|a| num(a, "people")).map(|n| l.goal_people(n as usize));
    let published = g.get("published").and_then(Value::as_bool).unwrap_or(false);
    let asks = published && level != "person";
    let onclick = {
        let (agree, id) = (agree.clone(), id.clone());
        Callback::from(move |_: MouseEvent| agree.emit(id.clone()))
    };
    let owner = d.get("refs").map_or("", |r| words(r, words(g, "owner_id")));
    html! { <li key={id.clone()} class="flex flex-wrap items-start gap-x-3 gap-y-1.5 px-4 py-2.5 text-[13px]" style={format!("padding-left:{}px", 16 + depth.min(4) * 20)}>
        { icon(if level == "person" { "user" } else { "target" }, "size-4 mt-0.5 text-base-content/70") }
        <div class="min-w-0 flex-1 basis-56"><Link<Route> to={Route::record("goals", &id)} classes="font-medium hover:text-primary">{ words(g, "title") }</Link<Route>>
            if !words(g, "note").is_empty() { <p class="text-xs leading-5 text-base-content/75">{ words(g, "note") }</p> }
            <p class="text-xs text-base-content/70">{ owner }if let Some(people) = people.filter(|_| asks) { { " · " }{ people } }</p></div>
        if !published && level != "person" { { badge("neutral", l.incentive_draft()) } }
        if level == "person" && words(g, "parent_id").is_empty() { { badge("warning", l.goal_unlinked()) } }
        if asks { if mine { { badge("success", l.goal_agreed()) } } else { <button class="btn btn-sm" data-testid="agree" disabled={busy} {onclick}>{ icon("check", "size-4") }{ l.goal_agree() }</button> } }
    </li> }
}
