//! Competitors at a customer's door: what is known, one more, and that one is gone.

use super::{list, may_change, num, words};
use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::Record;
use crate::format;
use crate::i18n::use_lang;
use crate::parts::{Lazy, Room};
use crate::record::form::RecordFormProps;
use crate::record::value::Refs;
use crate::route::Route;
use crate::ui::nothing;
use crate::ui::toast::use_toaster;
use crate::ui::{Failed, icon, skeleton_lines};
use serde_json::{Value, json};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct AlertsProps {
    pub(super) customer: String,
    pub(super) name: String,
}

/// The card beside the scores.
#[component]
pub(super) fn Alerts(p: &AlertsProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let adding = use_state_eq(|| false);
    let meta = session.object("competitor_alerts").filter(|m| m.may("read")).cloned();
    let path = match &meta {
        Some(_) => format!("/competitor_alerts?customer_id={}&status=open&limit=20&sort=-noticed_on", p.customer),
        None => String::new(),
    };
    let open = use_query::<Value>(path);
    let Some(meta) = meta else { return nothing() };
    let clock = browser::clock();
    let set = |on: bool| {
        let adding = adding.clone();
        Callback::from(move |()| adding.set(on))
    };
    let close = {
        let customer = p.customer.clone();
        Callback::from(move |(id, version): (String, i64)| {
            let (toaster, customer) = (toaster.clone(), customer.clone());
            spawn_local(async move {
                let patch = Request::patch(format!("/competitor_alerts/{id}"), json!({ "status": "closed" }));
                match patch.if_match(Some(version)).text().await {
                    Ok(_) => {
                        invalidate("/competitor_alerts");
                        invalidate(&format!("/customers/{customer}"));
                        toaster.ok(l.alert_closed());
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
            })
        })
    };
    let body = match (&open.data, &open.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            html! { <p class="text-[13px] text-base-content/70">{ l.alerts_none() }</p> }
        }
        (Some(d), _) => html! { <>
        <ul class="divide-y divide-base-300/60">{ for list(d, "items").iter().map(|a| {
            let id = words(a, "id").to_owned();
            let onclick = { let (close, key) = (close.clone(), (id.clone(), num(a, "version").unwrap_or(1.0) as i64)); Callback::from(move |_: MouseEvent| close.emit(key.clone())) };
            html! { <li key={id.clone()} class="flex items-center gap-3 py-2 text-[13px]">{ icon("circle-alert", "size-4 shrink-0 text-error") }
                <Link<Route> to={Route::record("competitor_alerts", &id)} classes="min-w-0 flex-1 hover:text-primary"><span class="block truncate font-medium">{ words(a, "competitor") }</span><span class="block truncate text-xs text-base-content/70">{ l.alert_since(&format::date(l, words(a, "noticed_on"), &clock)) }if !words(a, "note").is_empty() { { " · " }{ words(a, "note") } }</span></Link<Route>>
                if may_change(&session.me, "activities", a) { <button class="btn btn-xs" {onclick}>{ l.alert_close() }</button> }</li> } }) }</ul>
        <p class="pt-1 text-xs text-base-content/70">{ l.alerts_cost() }</p></> },
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={open.refetch.clone()} /> },
        (None, None) => skeleton_lines(2),
    };
    let preset = || {
        let mut preset = Record::new();
        preset.insert("customer_id".into(), json!(p.customer));
        preset.insert("noticed_on".into(), json!(clock.today().to_string()));
        preset
    };
    html! { <section class="min-w-0 rounded-box border border-base-300 p-4" data-testid="alerts">
        <header class="mb-1 flex min-h-6 items-center justify-between gap-2"><h3 class="text-[13px] font-semibold">{ l.alerts() }</h3>if meta.may("create") { <button class="btn btn-xs" data-testid="alert-new" onclick={set(true).reform(|_: MouseEvent| ())}>{ icon("plus", "size-3.5") }{ l.alert_new() }</button> }</header>
        { body }
        if *adding { <Lazy room={Room::Form(Box::new(yew::props!(RecordFormProps { meta: meta.clone(), preset: preset(), refs: Rc::new(Refs::from([(p.customer.clone(), p.name.clone())])), onclose: set(false) })))} /> }
    </section> }
}
