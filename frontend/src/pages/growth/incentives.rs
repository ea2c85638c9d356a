//! The rules by which work is rewarded, open to everybody, and whether they were understood.

use super::{list, words};
use crate::browser;
use crate::data::http::Request;
use crate::data::once::Once;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::Record;
use crate::format;
use crate::i18n::use_lang;
use crate::parts::{Lazy, Room};
use crate::record::form::RecordFormProps;
use crate::route::Route;
use crate::ui::field::value_of;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, badge, icon, skeleton_rows};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// The card with all of them.
#[component]
pub(super) fn Incentives() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let creating = use_state_eq(|| false);
    let asking = use_state_eq(String::new);
    let question = use_state_eq(String::new);
    let busy = use_state_eq(|| false);
    let once = use_memo((), |()| Once::default());
    let rules = use_query::<Value>("/incentives?limit=30&sort=-starts_on&refs=true".to_owned());
    let reads = use_query::<Value>("/incentive_reads?limit=200&sort=-read_on".to_owned());
    let clock = browser::clock();
    let today = clock.today();
    let meta = session.object("incentives").cloned();
    let mine = session.me.id.clone();
    let said = reads.data.as_ref().map(|d| list(d, "items").to_vec()).unwrap_or_default();
    let answer = {
        let (asking, busy) = (asking.clone(), busy.clone());
        let day = today.to_string();
        Callback::from(move |(rule, question): (String, String)| {
            let mut body = json!({ "incentive_id": rule, "read_on": day, "understood": question.is_empty() });
            if !question.is_empty() {
                body["question"] = json!(question);
            }
            let Some(key) = once.begin(&body) else { return };
            let (asking, toaster, busy, once) = (asking.clone(), toaster.clone(), busy.clone(), once.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = Request::create_as(key, "/incentive_reads", body).text().await;
                once.end(answer.is_ok());
                busy.set(false);
                match answer {
                    Ok(_) => {
                        invalidate("/incentive_reads");
                        asking.set(String::new());
                        toaster.ok(l.incentive_thanks());
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
            })
        })
    };
    let line = |rule: &Value| {
        let id = words(rule, "id").to_owned();
        let of: Vec<&Value> = said.iter().filter(|r| words(r, "incentive_id") == id).collect();
        let open: Vec<&&Value> = of.iter().filter(|r| !words(r, "question").is_empty()).collect();
        let done = of.iter().any(|r| words(r, "owner_id") == mine);
        let (from, to) = (words(rule, "starts_on"), words(rule, "ends_on"));
        let day = |s: &str| format::parse_day(s);
        let past = day(to).is_some_and(|d| d < today);
        let coming = day(from).is_some_and(|d| d > today);
        let published = rule.get("published").and_then(Value::as_bool).unwrap_or(false);
        let span = if to.is_empty() {
            l.incentive_open_end(&format::date(l, from, &clock))
        } else {
            l.incentive_until(&format::date(l, from, &clock), &format::date(l, to, &clock))
        };
        let audience = meta
            .as_ref()
            .and_then(|m| m.field("audience"))
            .and_then(|f| f.choices.iter().find(|c| c.key == words(rule, "audience")))
            .map(|c| c.label.clone())
            .unwrap_or_default();
        let understood = {
            let (answer, id) = (answer.clone(), id.clone());
            Callback::from(move |_: MouseEvent| answer.emit((id.clone(), String::new())))
        };
        let ask = {
            let (asking, question, id) = (asking.clone(), question.clone(), id.clone());
            Callback::from(move |_: MouseEvent| {
                question.set(String::new());
                asking.set(id.clone())
            })
        };
        let send = {
            let (answer, question, id) = (answer.clone(), question.clone(), id.clone());
            Callback::from(move |e: SubmitEvent| {
                e.prevent_default();
                if !question.trim().is_empty() {
                    answer.emit((id.clone(), question.trim().to_owned()))
                }
            })
        };
        let oninput = {
            let question = question.clone();
            Callback::from(move |e: InputEvent| question.set(value_of(&e)))
        };
        html! { <li key={id.clone()} class="px-4 py-3 text-[13px]">
            <div class="flex flex-wrap items-center gap-2"><Link<Route> to={Route::record("incentives", &id)} classes="font-medium hover:text-primary">{ words(rule, "title") }</Link<Route>>{ badge("primary", &audience) }
                if !published { { badge("neutral", l.incentive_draft()) } } else if past { { badge("neutral", l.incentive_past()) } } else if coming { { badge("info", l.incentive_coming()) } }
                <span class="ml-auto text-xs tabular-nums text-base-content/70">{ span }</span></div>
            if !words(rule, "summary").is_empty() { <p class="mt-1">{ words(rule, "summary") }</p> }
            if !words(rule, "terms").is_empty() { <details class="mt-1.5 text-xs"><summary class="w-fit cursor-pointer py-1 text-primary">{ l.incentive_terms() }</summary><p class="whitespace-pre-line leading-5 text-base-content/80">{ words(rule, "terms") }</p>
                if !words(rule, "example").is_empty() { <p class="mt-2 font-medium">{ l.incentive_example() }</p><p class="whitespace-pre-line leading-5 text-base-content/80">{ words(rule, "example") }</p> }</details> }
            <div class="mt-2 flex flex-wrap items-center gap-2 text-xs text-base-content/70"><span>{ l.incentive_read_by(of.len()) }</span>if !open.is_empty() { <span class="text-warning">{ l.incentive_questions(open.len()) }</span> }
                if published && !past && !done { <span class="ml-auto flex gap-2"><button class="btn btn-xs" onclick={ask}>{ l.incentive_ask() }</button><button class="btn btn-xs btn-primary" data-testid="incentive-understood" disabled={*busy} onclick={understood}>{ icon("check", "size-3.5") }{ l.incentive_understood() }</button></span> }
                if done { <span class="ml-auto inline-flex items-center gap-1 text-success">{ icon("check", "size-3.5") }{ l.incentive_thanks() }</span> }</div>
            if !open.is_empty() { <ul class="mt-1 space-y-0.5 text-xs text-base-content/80">{ for open.iter().map(|r| html! { <li class="flex gap-1.5">{ icon("circle-help", "size-3.5 mt-0.5 shrink-0 text-warning") }<span>{ words(r, "question") }</span></li> }) }</ul> }
            if *asking == id { <form class="mt-2 flex gap-2" onsubmit={send}><input class="input input-sm min-w-0 flex-1" aria-label={l.incentive_question()} placeholder={l.incentive_question()} maxlength="500" value={(*question).clone()} {oninput} /><button class="btn btn-sm btn-primary" disabled={*busy}>{ l.incentive_send() }</button></form> }
        </li> }
    };
    let body = match (&rules.data, &rules.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            html! { <Empty small=true icon="info" title={l.incentives_none()} /> }
        }
        (Some(d), _) => {
            html! { <ul class="divide-y divide-base-300/60" data-testid="incentives">{ for list(d, "items").iter().map(line) }</ul> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={rules.refetch.clone()} /> },
        (None, None) => skeleton_rows(3),
    };
    let set = |on: bool| {
        let creating = creating.clone();
        Callback::from(move |()| creating.set(on))
    };
    let add = html! { if meta.as_ref().is_some_and(|m| m.may("create")) { <button class="btn btn-sm" data-testid="incentive-new" onclick={set(true).reform(|_: MouseEvent| ())}>{ icon("plus", "size-4") }{ l.incentive_new() }</button> } };
    let preset = || {
        let mut preset = Record::new();
        preset.insert("starts_on".into(), json!(today.to_string()));
        preset.insert("published".into(), json!(true));
        preset
    };
    html! { <><Card title={l.incentives()} extra={add}>{ body }</Card>
    if let Some(meta) = meta.clone().filter(|_| *creating) { <Lazy room={Room::Form(Box::new(yew::props!(RecordFormProps { meta, preset: preset(), onclose: set(false) })))} /> }</> }
}
