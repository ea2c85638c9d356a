//! The news centre: what one was told, newest first.

mod panel;
mod preferences;

pub(crate) use panel::Panel;
pub(crate) use preferences::Preferences;

use crate::browser;
use crate::data::http::{ApiError, Request, encode};
use crate::data::query::{invalidate, subscribe};
use crate::data::types::{Page, Record, text};
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::field::Toggle;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, cls, icon, page_head, skeleton_rows};
use serde_json::json;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// What has been read.
#[derive(Clone, Default, PartialEq)]
struct Read {
    items: Vec<Record>,
    next: Option<String>,
    ready: bool,
    error: Option<ApiError>,
}

/// The page with all news.
#[component]
pub(crate) fn NewsPage() -> Html {
    let l = use_lang();
    let clock = browser::clock();
    let toaster = use_toaster();
    browser::set_title(&format!("{} · {}", l.news(), l.app_name()));
    let unread = use_state_eq(|| false);
    let read = use_state_eq(Read::default);
    let nonce = use_state_eq(|| 0u32);
    let load = {
        let (read, only) = (read.clone(), *unread);
        Callback::from(move |cursor: Option<String>| {
            let more = cursor.as_ref().map(|c| format!("&cursor={}", encode(c))).unwrap_or_default();
            let path = format!("/notifications?limit=40&unread={only}{more}");
            let read = read.clone();
            spawn_local(async move {
                let mut next = if cursor.is_some() { (*read).clone() } else { Read::default() };
                next.ready = true;
                match Request::get(path).json::<Page<Record>>().await {
                    Ok(page) => {
                        next.items.extend(page.items);
                        next.next = page.next_cursor;
                    }
                    Err(e) => next.error = Some(e),
                }
                read.set(next);
            });
        })
    };
    {
        let (load, nonce) = (load.clone(), nonce.clone());
        let count = use_mut_ref(|| 0u32);
        use_effect_with((*unread, *nonce), move |_| {
            load.emit(None);
            let again = Callback::from(move |()| {
                *count.borrow_mut() += 1;
                nonce.set(*count.borrow())
            });
            let seen = subscribe("/notifications", again);
            move || drop(seen)
        });
    }
    let only = {
        let unread = unread.clone();
        Callback::from(move |on: bool| unread.set(on))
    };
    let all = Callback::from(move |_: MouseEvent| {
        let toaster = toaster.clone();
        spawn_local(async move {
            if let Err(e) = read_all().await {
                toaster.err(e.text(l))
            }
        });
    });
    let body = match (&read.error, read.ready) {
        (Some(e), _) if read.items.is_empty() => html! { <Failed error={e.clone()} retry={load.reform(|()| None)} /> },
        (_, false) => skeleton_rows(6),
        _ if read.items.is_empty() => html! { <Empty icon="bell" title={l.news_none()} body={l.news_none_body()} /> },
        _ => {
            html! { <ul class="divide-y divide-base-300/60" data-testid="news">{ for read.items.iter().map(|n| line(l, &clock, n)) }</ul> }
        }
    };
    let more = {
        let (load, next) = (load.clone(), read.next.clone());
        Callback::from(move |_: MouseEvent| load.emit(next.clone()))
    };
    let actions = html! { <><Link<Route> to={Route::settings("notifications")} classes="btn btn-sm">{ icon("settings", "size-4") }<span class="hidden sm:inline">{ l.news_settings() }</span><span class="sr-only sm:hidden">{ l.news_settings() }</span></Link<Route>><button class="btn btn-sm" onclick={all}>{ icon("check-check", "size-4") }{ l.news_all_read() }</button></> };
    html! { <>{ page_head(html! { { l.news() } }, actions) }<Card><div class="flex h-11 items-center border-b border-base-300/60 px-4"><Toggle on={*unread} onchange={only} label={l.news_only_unread()} /></div>{ body }if read.next.is_some() { <div class="p-3"><button class="btn btn-sm btn-ghost" onclick={more}>{ l.load_more() }</button></div> }</Card></> }
}

async fn read_all() -> Result<(), ApiError> {
    Request::post("/notifications/read_all", json!({})).text().await?;
    invalidate("/notifications");
    Ok(())
}

/// Marks one as read; what it is about opens meanwhile.
fn mark(id: String) {
    spawn_local(async move {
        if Request::patch(format!("/notifications/{id}"), json!({ "read": true })).text().await.is_ok() {
            invalidate("/notifications");
        }
    });
}

fn sign(kind: &str) -> &'static str {
    match kind {
        "assigned" => "user-round",
        "mention" => "message-square",
        "reminder" => "alarm-clock",
        "pool" => "handshake",
        "alarm" => "circle-alert",
        _ => "workflow",
    }
}

/// One piece of news; a click reads it and opens what it is about.
fn line(l: Lang, clock: &Clock, n: &Record) -> Html {
    let (id, at) = (text(n, "id").to_owned(), text(n, "created_at"));
    let fresh = text(n, "read_at").is_empty();
    let onclick = Callback::from(move |_: MouseEvent| {
        if fresh {
            mark(id.clone())
        }
    });
    let body = html! { <><span class={cls!("mt-0.5 grid size-7 shrink-0 place-items-center rounded-full", if text(n, "kind") == "alarm" { "tone-error" } else { "tone-primary" })}>{ icon(sign(text(n, "kind")), "size-3.5") }</span>
    <span class="min-w-0 flex-1"><span class={cls!("block text-[13px] leading-5", fresh.then_some("font-medium"))}>{ text(n, "title") }</span>if !text(n, "body").is_empty() { <span class="block truncate text-xs text-base-content/70">{ text(n, "body") }</span> }<time class="block text-xs tabular-nums text-base-content/70" datetime={at.to_owned()} title={format::moment_full(at, clock)}>{ format::moment(l, at, clock) }</time></span>
    if fresh { <span class="mt-2 size-2 shrink-0 rounded-full bg-primary"><span class="sr-only">{ l.news_only_unread() }</span></span> }</> };
    let class = "flex w-full cursor-pointer items-start gap-3 px-4 py-2.5 text-left hover:bg-base-200/50";
    match (text(n, "object"), text(n, "record_id")) {
        ("", _) | (_, "") => html! { <li><button type="button" {class} {onclick}>{ body }</button></li> },
        (object, record) => {
            let to = match object {
                "rules" => Route::rule(record),
                "webhooks" => Route::Webhook { id: record.to_owned() },
                _ => Route::record(object, record),
            };
            html! { <li {onclick}><Link<Route> {to} classes={class}>{ body }</Link<Route>></li> }
        }
    }
}
