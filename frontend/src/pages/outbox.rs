//! What was written without a network and waits to be sent: its state, what went wrong, once more or away with it.

use crate::browser;
use crate::data::http::ApiError;
use crate::data::offline::{self, Waiting};
use crate::data::query::subscribe;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::shell::object_icon;
use crate::ui::overlay::Confirm;
use crate::ui::{Card, Empty, badge, icon, page_head, skeleton_rows};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn Outbox() -> Html {
    let l = use_lang();
    let all = use_state_eq(|| None::<Vec<Waiting>>);
    let asking = use_state_eq(|| None::<Waiting>);
    let net = offline::use_net();
    browser::set_title(&format!("{} · {}", l.outbox(), l.app_name()));
    {
        let all = all.setter();
        use_effect_with((), move |()| {
            let read = Callback::from(move |()| {
                let all = all.clone();
                spawn_local(async move { all.set(Some(offline::queue().await)) })
            });
            read.emit(());
            let seen = subscribe(offline::QUEUE, read);
            move || drop(seen)
        });
    }
    let send = Callback::from(|_: MouseEvent| offline::flush());
    let actions = match all.as_deref() {
        Some([_, ..]) if !net.away => {
            html! { <button class="btn btn-sm btn-primary" data-testid="outbox-send" onclick={send}>{ icon("upload", "size-4") }{ l.outbox_send() }</button> }
        }
        _ => html! {},
    };
    let ask = {
        let asking = asking.clone();
        Callback::from(move |w: Waiting| asking.set(Some(w)))
    };
    let keep = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(None))
    };
    let body = match all.as_deref() {
        None => skeleton_rows(3),
        Some([]) => html! { <Empty icon="circle-check" title={l.outbox_none()} body={l.outbox_body()} /> },
        Some(list) => {
            html! { <ul class="divide-y divide-base-300/60" data-testid="outbox-list">{ for list.iter().map(|w| line(l, w, &ask)) }</ul> }
        }
    };
    html! { <>
        { page_head(html! { { l.outbox() } }, actions) }
        if all.as_ref().is_some_and(|a| !a.is_empty()) { <p class="mb-3 text-[13px] text-base-content/70">{ l.outbox_body() }</p> }
        <Card>{ body }</Card>
        if let Some(w) = (*asking).clone() {
            <Confirm title={l.outbox_discard_ask()} body={l.outbox_discard_body(&w.title)} action={l.outbox_discard()} danger=true
                onyes={Callback::from(move |()| { let id = w.id.clone(); spawn_local(async move { offline::discard(&id).await }) })} onclose={keep} />
        }
    </> }
}

fn line(l: Lang, w: &Waiting, ask: &Callback<Waiting>) -> Html {
    let clock = browser::clock();
    let (again, discard) = (w.clone(), w.clone());
    let again = Callback::from(move |_: MouseEvent| {
        let w = again.clone();
        spawn_local(async move { offline::again(w).await })
    });
    let state = match w.state.as_str() {
        "failed" => badge("error", l.outbox_failed()),
        "unsure" => badge("warning", l.outbox_unsure()),
        _ => badge("info", l.outbox_waiting()),
    };
    let said = match w.state.as_str() {
        "unsure" => l.outbox_unsure_body().to_owned(),
        "failed" if w.error.is_empty() => ApiError::default().text(l),
        "failed" => w.error.clone(),
        _ if !w.error.is_empty() => format!("{} {}", l.outbox_later(), w.error),
        _ => String::new(),
    };
    html! {
        <li key={w.id.clone()} class="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-[13px]">
            <span class="grid size-8 shrink-0 place-items-center rounded-lg bg-base-200 text-base-content/70">{ icon(object_icon(&w.object), "size-4") }</span>
            <div class="min-w-0 flex-1 basis-48"><p class="flex items-center gap-2"><b class="truncate font-medium">{ &w.title }</b>{ state }</p>
                <p class="text-xs text-base-content/70">{ format::moment(l, &w.at, &clock) }</p>
                if !said.is_empty() { <p class="text-xs text-error">{ said }</p> }
                if !w.request_id.is_empty() { <p class="break-all font-mono text-[11px] text-base-content/70">{ l.request_id(&w.request_id) }</p> }</div>
            if w.state != "waiting" { <button class="btn btn-sm" onclick={again}>{ icon("refresh-cw", "size-4") }{ l.retry() }</button> }
            <button class="btn btn-sm btn-ghost" onclick={ask.reform(move |_: MouseEvent| discard.clone())}>{ icon("trash-2", "size-4") }{ l.outbox_discard() }</button>
        </li>
    }
}
