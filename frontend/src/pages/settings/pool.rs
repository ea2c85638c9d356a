//! The settings of the public pool: the deadline of first contacts, the limits of claiming, who may do what.

use crate::data::http::{ApiError, Request};
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::i18n::use_lang;
use crate::pages::pool::PoolRules;
use crate::route::Route;
use crate::ui::field::{Field, Input, Toggle};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, skeleton_rows, spinner};
use serde_json::json;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// The card.
#[component]
pub(crate) fn PoolCard() -> Html {
    let l = use_lang();
    let query = use_query::<PoolRules>("/pool_settings".to_owned());
    match (&query.data, &query.error) {
        (Some(r), _) => html! { <Form start={(**r).clone()} /> },
        (None, Some(e)) => {
            html! { <Card title={l.pool_settings()}><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> }
        }
        (None, None) => html! { <Card title={l.pool_settings()}>{ skeleton_rows(4) }</Card> },
    }
}

#[derive(Properties, PartialEq)]
struct FormProps {
    start: PoolRules,
}

#[component]
fn Form(p: &FormProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let now = use_state_eq(|| p.start.clone());
    let error = use_state_eq(|| None::<ApiError>);
    let busy = use_state_eq(|| false);
    let may = use_session().me.may("settings", "update");
    let with = |f: fn(&mut PoolRules, i64)| {
        let now = now.clone();
        Callback::from(move |v: String| {
            let mut next = (*now).clone();
            f(&mut next, v.trim().parse().unwrap_or(-1));
            now.set(next)
        })
    };
    let turn = |f: fn(&mut PoolRules, bool)| {
        let now = now.clone();
        Callback::from(move |v: bool| {
            let mut next = (*now).clone();
            f(&mut next, v);
            now.set(next)
        })
    };
    let onsubmit = {
        let (now, error, busy) = (now.clone(), error.clone(), busy.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            let (now, error, busy, toaster) = (now.clone(), error.clone(), busy.clone(), toaster.clone());
            busy.set(true);
            spawn_local(async move {
                let body = json!({ "deadline": now.deadline, "hours": now.hours, "warn_hours": now.warn_hours, "working": now.working, "holdings": now.holdings, "claims_per_day": now.claims_per_day, "rest_days": now.rest_days });
                let answer = Request::put("/pool_settings", body).text().await;
                busy.set(false);
                if answer.is_ok() {
                    invalidate("/pool");
                    toaster.ok(l.saved())
                }
                error.set(answer.err());
            });
        })
    };
    let wrong = |key: &str| {
        let found = error.as_ref().and_then(|e| e.errors.iter().find(|x| x.field == key));
        found.map(|x| AttrValue::from(x.message.clone()))
    };
    let number = |key: &'static str,
                  label: &'static str,
                  help: Option<&'static str>,
                  value: i64,
                  oninput: Callback<String>| {
        let shown = if value < 0 { String::new() } else { value.to_string() };
        html! { <Field {label} error={wrong(key)} help={help.map(AttrValue::from)}><Input name={key} kind="number" value={shown} {oninput} disabled={!may} class="tabular-nums" /></Field> }
    };
    let free = Some(l.pool_set_unlimited());
    html! {
        <Card title={l.pool_settings()}><form novalidate=true {onsubmit} class="max-w-xl px-4 pb-4 pt-1" data-testid="pool-settings">
            <p class="mb-3 text-[13px] text-base-content/75">{ l.pool_settings_body() }</p>
            if let Some(e) = error.as_ref().filter(|e| e.errors.is_empty()) { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
            <div class="mb-3"><Toggle on={now.deadline} disabled={!may} label={l.pool_set_deadline()} onchange={turn(|r, v| r.deadline = v)} /></div>
            if now.deadline {
                <div class="grid gap-x-3 sm:grid-cols-2">
                    { number("hours", l.pool_set_hours(), None, now.hours, with(|r, v| r.hours = v)) }
                    { number("warn_hours", l.pool_set_warn(), Some(l.pool_set_warn_help()), now.warn_hours, with(|r, v| r.warn_hours = v)) }
                </div>
                <div class="mb-4"><Toggle on={now.working} disabled={!may} label={l.pool_set_working()} onchange={turn(|r, v| r.working = v)} /></div>
            }
            <h3 class="mb-2 border-t border-base-300/70 pt-4 text-[13px] font-semibold">{ l.pool_set_limits() }</h3>
            <div class="grid gap-x-3 sm:grid-cols-3">
                { number("claims_per_day", l.pool_set_claims(), free, now.claims_per_day, with(|r, v| r.claims_per_day = v)) }
                { number("holdings", l.pool_set_holdings(), free, now.holdings, with(|r, v| r.holdings = v)) }
                { number("rest_days", l.pool_set_rest(), free, now.rest_days, with(|r, v| r.rest_days = v)) }
            </div>
            <h3 class="mb-1 border-t border-base-300/70 pt-4 text-[13px] font-semibold">{ l.pool_set_who() }</h3>
            <p class="mb-4 text-[13px] text-base-content/75">{ l.pool_set_who_body() }{ " " }<Link<Route> to={Route::settings("roles")} classes="text-primary underline">{ l.roles() }</Link<Route>></p>
            if may { <button type="submit" class="btn btn-sm btn-primary" disabled={*busy}>if *busy { { spinner() } }{ l.save() }</button> }
        </form></Card>
    }
}
