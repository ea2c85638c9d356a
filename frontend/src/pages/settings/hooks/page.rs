//! One endpoint: its health, and what it was told.

use super::deliveries::DeliveryList;
use super::form::HookForm;
use super::{failing, kind, pulse, state, stopped, switch};
use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::{Record, int, text};
use crate::format;
use crate::i18n::use_lang;
use crate::route::Route;
use crate::ui::overlay::{Confirm, Popover, menu_item};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, icon, skeleton_rows};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct HookPageProps {
    pub(crate) id: String,
}

#[component]
pub(crate) fn HookPage(p: &HookPageProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let navigator = use_navigator();
    let clock = browser::clock();
    let query = use_query::<Record>(format!("/webhooks/{}", p.id));
    let editing = use_state_eq(|| false);
    let ending = use_state_eq(|| false);
    let fresh = use_state_eq(|| 0u32);
    let flag = |s: &UseStateHandle<bool>, to: bool| {
        let s = s.clone();
        Callback::from(move |_: MouseEvent| s.set(to))
    };
    let back = html! { <Link<Route> to={Route::settings("webhooks")} classes="mb-2 inline-flex items-center gap-1 text-[13px] text-base-content/75 hover:text-primary">{ icon("chevron-left", "size-4") }{ l.hooks() }</Link<Route>> };
    let w = match (&query.data, &query.error) {
        (Some(w), _) => w.clone(),
        (None, Some(e)) => {
            return html! { <>{ back }<Card><Failed error={e.clone()} retry={query.refetch.clone()} /></Card></> };
        }
        (None, None) => return html! { <>{ back }<Card>{ skeleton_rows(4) }</Card></> },
    };
    // Sends something about the endpoint, and reads everything about it again.
    let send = {
        let (id, toaster, fresh) = (p.id.clone(), toaster.clone(), fresh.clone());
        Callback::from(move |what: &'static str| {
            let (toaster, fresh) = (toaster.clone(), fresh.clone());
            let request = Request::post(format!("/webhooks/{id}/{what}"), json!({}));
            spawn_local(async move {
                match request.json::<Value>().await {
                    Ok(_) if what == "test" => toaster.ok(l.hook_tested()),
                    Ok(v) => toaster.ok(l.hook_replayed(v.get("replayed").and_then(Value::as_i64).unwrap_or(0))),
                    Err(e) => toaster.err(e.text(l)),
                }
                invalidate("/webhooks");
                fresh.set(*fresh + 1);
            })
        })
    };
    let drop_it = {
        let (id, toaster, navigator) = (p.id.clone(), toaster.clone(), navigator.clone());
        Callback::from(move |()| {
            let (id, toaster, navigator) = (id.clone(), toaster.clone(), navigator.clone());
            spawn_local(async move {
                match Request::delete(format!("/webhooks/{id}")).text().await {
                    Ok(_) => {
                        invalidate("/webhooks");
                        toaster.ok(l.hook_deleted());
                        if let Some(n) = navigator {
                            n.push(&Route::settings("webhooks"))
                        }
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
            })
        })
    };
    let (may, name) = (session.me.may("webhooks", "update"), text(&w, "name").to_owned());
    let parked = int(&w, "parked").and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    let shut = |s: &UseStateHandle<bool>| {
        let s = s.clone();
        Callback::from(move |()| s.set(false))
    };
    html! { <>
        { back }
        <Card class={classes!("mb-4")}><div class="flex flex-wrap items-start gap-x-4 gap-y-3 p-4">
            <div class="min-w-0 flex-1 basis-72"><div class="flex flex-wrap items-center gap-x-2 gap-y-1"><h2 class="text-[15px] font-semibold">{ &name }</h2>{ state(l, &w) }</div>
                <p class="mt-1 text-[13px] text-base-content/75">{ kind(l, text(&w, "kind")) }</p><p class="break-all font-mono text-xs text-base-content/70">{ text(&w, "url") }</p>
                <p class="mt-1.5 flex flex-wrap gap-x-3 text-xs tabular-nums text-base-content/70">{ for pulse(l, &clock, &w).into_iter().map(|t| html! { <span>{ t }</span> }) }</p></div>
            if may { <div class="flex items-center gap-2">
                <input type="checkbox" role="switch" class="toggle toggle-sm toggle-primary" aria-label={l.hook_on(&name)} checked={super::on(&w)} onchange={switch(l, &toaster, &w)} />
                <button class="btn btn-sm" data-testid="test-hook" onclick={send.reform(|_: MouseEvent| "test")}>{ icon("play", "size-4") }{ l.hook_test() }</button>
                <Popover right=true menu=true width="sm:w-44" label={l.more()} button_class="btn btn-ghost btn-sm btn-square" button={icon("ellipsis", "size-4")}>{ menu_item("pencil", l.hook_edit(), flag(&editing, true)) }{ menu_item("trash-2", l.delete(), flag(&ending, true)) }</Popover></div> }
        </div>
        if let Some(why) = stopped(l, &w) { <p class="border-t border-base-300/60 px-4 py-3 text-[13px] text-error" role="status" data-testid="stopped">{ why }</p> }
        if failing(&w) { <div class="border-t border-base-300/60 px-4 py-3 text-[13px]" role="status"><p class="text-xs text-base-content/70">{ l.hook_last_error() }{ " · " }{ format::moment(l, text(&w, "last_failure_at"), &clock) }</p><p class="break-words text-error" data-testid="last-error">{ text(&w, "last_error") }</p></div> }
        if may && parked > 0 { <div class="flex flex-wrap items-center gap-3 border-t border-base-300/60 px-4 py-3 text-[13px]"><span class="flex-1">{ l.hook_parked(&format::group(parked)) }</span><button class="btn btn-sm" data-testid="replay-all" onclick={send.reform(|_: MouseEvent| "replay")}>{ icon("refresh-cw", "size-4") }{ l.hook_replay_all(&format::group(parked)) }</button></div> }
        </Card>
        <DeliveryList id={p.id.clone()} fresh={*fresh} {may} />
        if *editing { <HookForm hook={Some((*w).clone())} onclose={shut(&editing)} /> }
        if *ending { <Confirm danger=true title={l.hook_delete(&name)} body={l.hook_delete_body()} action={l.delete()} onyes={drop_it} onclose={shut(&ending)} /> }
    </> }
}
