//! What people say about a record: writing it, changing what one has said, and what still waits for the network.

use super::link::{Choice, LinkPicker};
use super::log::use_log;
use super::talk::{TalkProps, take_away};
use super::waiting::{new_ones, use_queue};
use crate::browser;
use crate::data::http::{Request, random_key};
use crate::data::offline::{self, Waiting};
use crate::data::query::{invalidate, subscribe};
use crate::data::session::use_session;
use crate::data::types::{Record, int, text};
use crate::data::upload::said;
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::ui::field::{composing, value_of};
use crate::ui::toast::use_toaster;
use crate::ui::{Empty, Failed, avatar, icon, skeleton_lines, spinner};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

thread_local! {
    /// What is being written and has not been sent, by where: a look at another tab or another record loses none of it.
    static DRAFTS: RefCell<HashMap<String, String>> = RefCell::default();
}

fn kept(place: &str) -> Option<String> {
    DRAFTS.with_borrow(|drafts| drafts.get(place).cloned())
}

fn keep(place: &str, text: String) {
    DRAFTS.with_borrow_mut(|drafts| drafts.insert(place.to_owned(), text));
}

fn forget(place: &str) {
    DRAFTS.with_borrow_mut(|drafts| drafts.remove(place));
}

/// The comments of a record, the newest first.
#[component]
pub(super) fn Comments(p: &TalkProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let (log, load) = use_log::<Record>(format!("/comments?object={}&record_id={}", p.meta.key, p.id), &["/comments"]);
    let queue = use_queue();
    let waiting = new_ones(&queue, "comments", Some(("record_id", p.id.as_str())));
    let clock = browser::clock();
    let body = match &log.error {
        _ if !log.ready => skeleton_lines(4),
        Some(e) if log.items.is_empty() && waiting.is_empty() => {
            html! { <Failed error={e.clone()} retry={load.reform(|()| None)} /> }
        }
        None if log.items.is_empty() && waiting.is_empty() => {
            html! { <Empty small=true icon="message-square" title={l.comments_none()} /> }
        }
        _ => {
            let one = |c: &Record| {
                let author = log.refs.get(text(c, "created_by")).cloned().unwrap_or_default();
                let own = text(c, "created_by") == session.me.id;
                html! { <Comment key={text(c, "id").to_owned()} comment={c.clone()} {author} {own} may_remove={own || p.meta.may("archive")} /> }
            };
            html! { <><ol class="space-y-4" data-testid="comments">
                { for waiting.iter().rev().map(|w| unsent(l, &clock, &session.me.name, w)) }
                { for log.items.iter().map(one) }
            </ol>{ log.end(l, &load) }</> }
        }
    };
    html! { <section aria-label={l.comments()}><Write key={p.id.clone()} meta={p.meta.clone()} id={p.id.clone()} />{ body }</section> }
}

/// A comment that has not been sent yet.
fn unsent(l: Lang, clock: &Clock, author: &str, w: &Waiting) -> Html {
    let words = w.body.get("body").and_then(Value::as_str).unwrap_or("");
    html! { <li key={w.id.clone()} data-testid="waiting" class="flex gap-3 opacity-80">{ avatar(author, "size-7 text-[10px]") }
    <div class="min-w-0 flex-1"><p class="flex flex-wrap items-center gap-2 text-xs text-base-content/70"><b class="text-[13px] font-medium text-base-content">{ author.to_owned() }</b><time>{ format::moment(l, &w.at, clock) }</time>{ super::waiting::mark(l, w) }</p>
        <p class="whitespace-pre-wrap wrap-anywhere text-[13px]">{ marked(words) }</p></div></li> }
}

/// The box in which a new one is written.
#[component]
fn Write(p: &TalkProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let session = use_session();
    let place = format!("{} {} {}", session.me.id, p.meta.key, p.id);
    let draft = use_state_eq(|| kept(&place).unwrap_or_default());
    let busy = use_state_eq(|| false);
    {
        // What another tab of the record has sent meanwhile is not in the box any more.
        let (draft, place) = (draft.setter(), place.clone());
        use_effect_with((), move |()| {
            let told = Callback::from(move |()| draft.set(kept(&place).unwrap_or_default()));
            let comments = subscribe("/comments", told);
            move || drop(comments)
        });
    }
    let sent = use_mut_ref(|| None::<(String, Value)>);
    let onchange = {
        let (draft, place) = (draft.clone(), place.clone());
        Callback::from(move |text: String| {
            keep(&place, text.clone());
            draft.set(text)
        })
    };
    let send = {
        let (draft, busy) = (draft.clone(), busy.clone());
        let (object, id) = (p.meta.key.clone(), p.id.clone());
        Callback::from(move |()| {
            let body = draft.trim().to_owned();
            if body.is_empty() || *busy {
                return;
            }
            let new = json!({ "object": object, "record_id": id, "body": body });
            // The same words sent again after a lost answer are the same comment.
            let key = sent.borrow().as_ref().filter(|s| s.1 == new).map_or_else(random_key, |s| s.0.clone());
            *sent.borrow_mut() = Some((key.clone(), new.clone()));
            let (draft, busy, toaster, sent) = (draft.clone(), busy.clone(), toaster.clone(), sent.clone());
            let place = place.clone();
            busy.set(true);
            spawn_local(async move {
                // What was written on while the answer was awaited stays.
                let gone = {
                    let (place, body) = (place, body.clone());
                    move || {
                        if kept(&place).is_some_and(|now| now.trim() == body) {
                            forget(&place);
                            draft.set(String::new());
                        }
                        *sent.borrow_mut() = None;
                    }
                };
                match Request::create_as(key.clone(), "/comments", new.clone()).answer().await {
                    Ok(_) => {
                        gone();
                        told();
                    }
                    Err(e) if e.status == 0 => {
                        if offline::wait(key, "comments", "/comments".into(), new, body).await {
                            gone();
                            toaster.ok(l.outbox_queued());
                        } else {
                            toaster.err(l.outbox_lost());
                        }
                    }
                    Err(e) => toaster.err(said(l, &e)),
                }
                busy.set(false);
            });
        })
    };
    let button = html! { <button type="button" class="btn btn-sm btn-primary" disabled={*busy || draft.trim().is_empty()} onclick={send.reform(|_: MouseEvent| ())} data-testid="comment-send">if *busy { { spinner() } }{ l.comment_send() }</button> };
    html! { <div class="mb-5"><Words text={(*draft).clone()} {onchange} onsend={send} testid="comment">{ button }</Words></div> }
}

fn told() {
    invalidate("/comments");
    invalidate("/events");
}

#[derive(Properties, PartialEq)]
struct WordsProps {
    text: String,
    onchange: Callback<String>,
    onsend: Callback<()>,
    /// Escape was pressed.
    #[prop_or_default]
    onleave: Callback<()>,
    testid: &'static str,
    /// The buttons.
    children: Html,
}

/// A text in which colleagues can be mentioned; `Ctrl/⌘+Enter` sends it.
#[component]
fn Words(p: &WordsProps) -> Html {
    let l = use_lang();
    let oninput = p.onchange.reform(|e: InputEvent| value_of(&e));
    let onmention = {
        let (text, onchange) = (p.text.clone(), p.onchange.clone());
        Callback::from(move |c: Option<Choice>| {
            if let Some((id, name)) = c {
                let gap = if text.is_empty() || text.ends_with([' ', '\n']) { "" } else { " " };
                onchange.emit(format!("{text}{gap}@[{name}]({id}) "));
            }
        })
    };
    let onkeydown = {
        let (send, leave) = (p.onsend.clone(), p.onleave.clone());
        Callback::from(move |e: KeyboardEvent| match e.key().as_str() {
            "Enter" if e.meta_key() || e.ctrl_key() => {
                e.prevent_default();
                send.emit(())
            }
            "Escape" if !composing(&e) => leave.emit(()),
            _ => {}
        })
    };
    html! { <>
        <textarea class="textarea min-h-20 w-full text-[13px]" aria-label={l.comment_write()} placeholder={l.comment_write()} maxlength="10000" value={p.text.clone()} {oninput} {onkeydown} data-testid={p.testid} />
        <div class="mt-2 flex flex-wrap items-center justify-between gap-2"><div class="w-44"><LinkPicker object="users" small=true value={None::<Choice>} onchange={onmention} placeholder={l.comment_mention()} /></div><span class="flex gap-2">{ p.children.clone() }</span></div>
    </> }
}

#[derive(Properties, PartialEq)]
struct CommentProps {
    comment: Record,
    author: String,
    /// The reader has said it.
    own: bool,
    may_remove: bool,
}

/// One comment; its author can change its words where they stand.
#[component]
fn Comment(p: &CommentProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let c = &p.comment;
    let editing = use_state_eq(|| p.own && kept(text(c, "id")).is_some());
    let (id, at, edited) = (text(c, "id").to_owned(), text(c, "created_at"), text(c, "edited_at"));
    let clock = browser::clock();
    let set = |on: bool| {
        let editing = editing.clone();
        Callback::from(move |()| editing.set(on))
    };
    let remove = {
        let id = id.clone();
        Callback::from(move |_: MouseEvent| take_away(l, toaster.clone(), "/comments", id.clone(), l.comment_removed()))
    };
    html! { <li class="group flex gap-3" data-testid="said">{ avatar(&p.author, "size-7 text-[10px]") }
    <div class="min-w-0 flex-1"><p class="flex min-h-6 items-center gap-2 text-xs text-base-content/70"><b class="truncate text-[13px] font-medium text-base-content">{ &p.author }</b><time class="shrink-0" datetime={at.to_owned()} title={format::moment_full(at, &clock)}>{ format::moment(l, at, &clock) }</time>
        if !edited.is_empty() { <span class="shrink-0" data-testid="edited" title={format::moment_full(edited, &clock)}>{ l.comment_edited() }</span> }
        <span class="ml-auto flex shrink-0">
        if p.own && !*editing { <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={l.comment_edit()} title={l.comment_edit()} onclick={set(true).reform(|_: MouseEvent| ())} data-testid="comment-edit">{ icon("pencil", "size-3.5") }</button> }
        if p.may_remove && !*editing { <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={l.comment_remove()} title={l.comment_remove()} onclick={remove}>{ icon("x", "size-3.5") }</button> }</span></p>
        if *editing { <Reword comment={c.clone()} onclose={set(false)} /> } else { <p class="whitespace-pre-wrap wrap-anywhere text-[13px]">{ marked(text(c, "body")) }</p> }</div></li> }
}

#[derive(Properties, PartialEq)]
struct RewordProps {
    comment: Record,
    onclose: Callback<()>,
}

/// Changing the words of a comment.
#[component]
fn Reword(p: &RewordProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let (place, before) = (text(&p.comment, "id").to_owned(), text(&p.comment, "body").to_owned());
    let draft = use_state_eq(|| kept(&place).unwrap_or_else(|| before.clone()));
    let busy = use_state_eq(|| false);
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(el) = node.cast::<web_sys::Element>() {
                browser::focus_inside(&el)
            }
        });
    }
    let onchange = {
        let (draft, place) = (draft.clone(), place.clone());
        Callback::from(move |text: String| {
            keep(&place, text.clone());
            draft.set(text)
        })
    };
    let leave = {
        let (close, place) = (p.onclose.clone(), place.clone());
        Callback::from(move |()| {
            forget(&place);
            close.emit(())
        })
    };
    // Escape leaves nothing behind that was written: what is given up is given up with the button.
    let escape = {
        let (draft, leave, before) = (draft.clone(), leave.clone(), before.clone());
        Callback::from(move |()| {
            if draft.trim() == before.trim() {
                leave.emit(())
            }
        })
    };
    let save = {
        let (draft, busy, close) = (draft.clone(), busy.clone(), leave.clone());
        let (path, version) = (format!("/comments/{}", text(&p.comment, "id")), int(&p.comment, "version"));
        Callback::from(move |()| {
            let body = draft.trim().to_owned();
            if body.is_empty() || *busy {
                return;
            }
            if body == before {
                return close.emit(());
            }
            let (draft, busy, close, toaster, path) =
                (draft.clone(), busy.clone(), close.clone(), toaster.clone(), path.clone());
            busy.set(true);
            spawn_local(async move {
                match Request::patch(path, json!({ "body": body })).if_match(version).answer().await {
                    Ok(_) => {
                        if draft.trim() == body {
                            close.emit(());
                        }
                        told();
                    }
                    // Changed in another window: what is there now comes on the screen, and these words stay in the box.
                    Err(e) if e.status == 412 => {
                        toaster.err(l.clash_reloaded());
                        invalidate("/comments");
                    }
                    Err(e) => toaster.err(said(l, &e)),
                }
                busy.set(false);
            });
        })
    };
    let buttons = html! { <><button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button><button type="button" class="btn btn-sm btn-primary" disabled={*busy || draft.trim().is_empty()} onclick={save.reform(|_: MouseEvent| ())} data-testid="comment-save">if *busy { { spinner() } }{ l.save() }</button></> };
    html! { <div ref={node} class="mt-1"><Words text={(*draft).clone()} {onchange} onsend={save} onleave={escape} testid="comment-words">{ buttons }</Words></div> }
}

/// A text with the mentioned people marked.
fn marked(body: &str) -> Html {
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("@[") {
        let mention = after.split_once("](").and_then(|(name, tail)| Some((name, tail.split_once(')')?.1)));
        let Some((name, tail)) = mention.filter(|(name, _)| !name.contains('\n')) else { break };
        parts.push(html! { <>{ before.to_owned() }<b class="font-medium text-primary">{ format!("@{name}") }</b></> });
        rest = tail;
    }
    parts.push(html! { { rest.to_owned() } });
    parts.into_iter().collect()
}
