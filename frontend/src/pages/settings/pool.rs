//! The settings of the public pool: the deadline of first contacts, the limits of claiming, who may do what.

use super::form::use_form;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::i18n::use_lang;
use crate::pages::pool::PoolRules;
use crate::route::Route;
use crate::ui::field::{Field, Input, Toggle};
use crate::ui::{Card, Failed, skeleton_rows};
use serde_json::json;
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

/// Sets a number.
type Set = fn(&mut PoolRules, i64);

#[derive(Properties, PartialEq)]
struct FormProps {
    start: PoolRules,
}

#[component]
fn Form(p: &FormProps) -> Html {
    let l = use_lang();
    let form = use_form(
        &p.start,
        p.start.version,
        ("/pool_settings", "/pool"),
        |r| json!({ "deadline": r.deadline, "hours": r.hours, "warn_hours": r.warn_hours, "working": r.working, "holdings": r.holdings, "claims_per_day": r.claims_per_day, "rest_days": r.rest_days }),
    );
    let (now, may) = (&form.now, form.may);
    let roles = use_session().me.may("roles", "read");
    let number = |key: &'static str, label: &'static str, help: Option<&'static str>, value: i64, f: Set| {
        let oninput = form.with(f).reform(|v: String| v.trim().parse().unwrap_or(-1));
        let shown = if value < 0 { String::new() } else { value.to_string() };
        html! { <Field {label} error={form.wrong(key)} help={help.map(AttrValue::from)}><Input name={key} kind="number" value={shown} {oninput} disabled={!may} class="tabular-nums" /></Field> }
    };
    let free = Some(l.pool_set_unlimited());
    let body = html! { <>
        <div class="mb-3"><Toggle on={now.deadline} disabled={!may} label={l.pool_set_deadline()} onchange={form.with(|r, v| r.deadline = v)} /></div>
        if now.deadline {
            <div class="grid grid-cols-1 gap-x-3 sm:grid-cols-2">
                { number("hours", l.pool_set_hours(), None, now.hours, |r, v| r.hours = v) }
                { number("warn_hours", l.pool_set_warn(), Some(l.pool_set_warn_help()), now.warn_hours, |r, v| r.warn_hours = v) }
            </div>
            <div class="mb-4"><Toggle on={now.working} disabled={!may} label={l.pool_set_working()} onchange={form.with(|r, v| r.working = v)} /></div>
        }
        <h3 class="mb-2 border-t border-base-300/70 pt-4 text-[13px] font-semibold">{ l.pool_set_limits() }</h3>
        <div class="grid grid-cols-1 gap-x-3 sm:grid-cols-3">
            { number("claims_per_day", l.pool_set_claims(), free, now.claims_per_day, |r, v| r.claims_per_day = v) }
            { number("holdings", l.pool_set_holdings(), free, now.holdings, |r, v| r.holdings = v) }
            { number("rest_days", l.pool_set_rest(), free, now.rest_days, |r, v| r.rest_days = v) }
        </div>
        <h3 class="mb-1 border-t border-base-300/70 pt-4 text-[13px] font-semibold">{ l.pool_set_who() }</h3>
        <p class="mb-4 text-[13px] text-base-content/75">{ l.pool_set_who_body() }if roles { { " " }<Link<Route> to={Route::settings("roles")} classes="text-primary underline">{ l.roles() }</Link<Route>> }</p>
    </> };
    form.card(l, l.pool_settings(), l.pool_settings_body(), ("pool-settings", "max-w-xl"), body)
}
