//! What people say about a record, and its files.

use super::link::{Choice, LinkPicker};
use crate::browser;
use crate::data::http::{Request, encode, random_key};
use crate::data::offline;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::{ObjectMeta, Page, Record, text};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::toast::{Toaster, use_toaster};
use crate::ui::{Empty, Failed, avatar, icon, skeleton_lines, spinner};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Bytes of an attachment at most, as the server has it.
const LIMIT: f64 = 52_428_800.0;

#[derive(Properties, PartialEq)]
pub(crate) struct TalkProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) id: String,
}

/// Comments with a place to write one, and attachments with a place to add one.
#[component]
pub(crate) fn Talk(p: &TalkProps) -> Html {
    html! { <div class="grid gap-6 p-4 lg:grid-cols-[minmax(0,1fr)_280px]"><Comments meta={p.meta.clone()} id={p.id.clone()} /><Files meta={p.meta.clone()} id={p.id.clone()} /></div> }
}

#[component]
fn Comments(p: &TalkProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let session = use_session();
    let query = use_query::<Page<Record>>(format!("/comments?object={}&record_id={}&limit=100", p.meta.key, p.id));
    let draft = use_state_eq(String::new);
    let busy = use_state_eq(|| false);
    let sent = use_mut_ref(|| None::<(String, Value)>);
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |e: InputEvent| {
            draft.set(e.target_unchecked_into::<web_sys::HtmlTextAreaElement>().value())
        })
    };
    let onmention = {
        let draft = draft.clone();
        Callback::from(move |c: Option<Choice>| {
            if let Some((id, name)) = c {
                let gap = if draft.is_empty() || draft.ends_with(' ') { "" } else { " " };
                draft.set(format!("{}{gap}@[{name}]({id}) ", *draft));
            }
        })
    };
    let send = {
        let (draft, busy, toaster) = (draft.clone(), busy.clone(), toaster.clone());
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
            busy.set(true);
            spawn_local(async move {
                match Request::create_as(key.clone(), "/comments", new.clone()).answer().await {
                    Ok(_) => {
                        draft.set(String::new());
                        *sent.borrow_mut() = None;
                        invalidate("/comments");
                        invalidate("/events");
                    }
                    Err(e) if e.status == 0 => {
                        if offline::wait(key, "comments", "/comments".into(), new, body).await {
                            draft.set(String::new());
                            *sent.borrow_mut() = None;
                            toaster.ok(l.outbox_queued());
                        } else {
                            toaster.err(l.outbox_lost());
                        }
                    }
                    Err(e) => toaster.err(e.errors.first().map_or_else(|| e.text(l), |x| x.message.clone())),
                }
                busy.set(false);
            });
        })
    };
    let onkeydown = {
        let send = send.clone();
        Callback::from(move |e: KeyboardEvent| {
            if e.key() == "Enter" && (e.meta_key() || e.ctrl_key()) {
                e.prevent_default();
                send.emit(())
            }
        })
    };
    let remove = {
        let toaster = toaster.clone();
        move |id: String| {
            let toaster = toaster.clone();
            Callback::from(move |_: MouseEvent| {
                take_away(l, toaster.clone(), "/comments", id.clone(), l.comment_removed());
            })
        }
    };
    let clock = browser::clock();
    let body = match (&query.data, &query.error) {
        (Some(d), _) if d.items.is_empty() => {
            html! { <Empty small=true icon="message-square" title={l.comments_none()} /> }
        }
        (Some(d), _) => {
            html! { <ol class="space-y-4" data-testid="comments">{ for d.items.iter().map(|c| {
                let author = d.refs.get(text(c, "created_by")).cloned().unwrap_or_default();
                let mine = text(c, "created_by") == session.me.id || p.meta.may("archive");
                html! { <li key={text(c, "id").to_owned()} class="flex gap-3">{ avatar(&author, "size-7 text-[10px]") }
                    <div class="min-w-0 flex-1"><p class="flex items-center gap-2 text-xs text-base-content/70"><b class="text-[13px] font-medium text-base-content">{ author }</b><time datetime={text(c, "created_at").to_owned()} title={format::moment_full(text(c, "created_at"), &clock)}>{ format::moment(l, text(c, "created_at"), &clock) }</time>
                        if mine { <button class="btn btn-ghost btn-xs ml-auto" aria-label={l.comment_remove()} title={l.comment_remove()} onclick={remove(text(c, "id").to_owned())}>{ icon("x", "size-3.5") }</button> }</p>
                        <p class="whitespace-pre-wrap wrap-anywhere text-[13px]">{ said(text(c, "body")) }</p></div></li> }
            }) }</ol> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_lines(4),
    };
    html! { <section aria-label={l.comments()}>
        <div class="mb-5">
            <textarea class="textarea min-h-20 w-full text-[13px]" aria-label={l.comment_write()} placeholder={l.comment_write()} maxlength="10000" value={(*draft).clone()} {oninput} {onkeydown} data-testid="comment" />
            <div class="mt-2 flex items-center justify-between gap-2"><div class="w-44"><LinkPicker object="users" small=true value={None::<Choice>} onchange={onmention} placeholder={l.comment_mention()} /></div>
                <button class="btn btn-sm btn-primary" disabled={*busy || draft.trim().is_empty()} onclick={send.reform(|_: MouseEvent| ())} data-testid="comment-send">if *busy { { spinner() } }{ l.comment_send() }</button></div>
        </div>
        { body }
    </section> }
}

/// Takes a comment or a file away, and offers to bring it back.
fn take_away(l: Lang, toaster: Toaster, object: &'static str, id: String, said: &'static str) {
    let again = || {
        invalidate(object);
        invalidate("/events");
    };
    spawn_local(async move {
        if let Err(e) = Request::delete(format!("{object}/{id}")).answer().await {
            return toaster.err(e.text(l));
        }
        again();
        let told = toaster.clone();
        let undo = Callback::from(move |()| {
            let (path, toaster) = (format!("{object}/{id}/restore"), told.clone());
            spawn_local(async move {
                match Request::post(path, json!({})).text().await {
                    Ok(_) => {
                        again();
                        toaster.ok(l.restored())
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
            });
        });
        toaster.undo(said, undo);
    });
}

/// A text with the mentioned people marked.
fn said(body: &str) -> Html {
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

#[component]
fn Files(p: &TalkProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let session = use_session();
    let query = use_query::<Page<Record>>(format!("/attachments?object={}&record_id={}&limit=100", p.meta.key, p.id));
    let busy = use_state_eq(|| false);
    let onfile = {
        let (busy, toaster, object, id) = (busy.clone(), toaster.clone(), p.meta.key.clone(), p.id.clone());
        Callback::from(move |e: Event| {
            let Some(input) = e.target_dyn_into::<web_sys::HtmlInputElement>() else { return };
            let file = input.files().and_then(|f| f.get(0));
            input.set_value("");
            let Some(file) = file else { return };
            if file.size() > LIMIT {
                return toaster.err(l.file_too_large());
            }
            let path = format!("/attachments?object={object}&record_id={id}&name={}", encode(&file.name()));
            let (busy, toaster) = (busy.clone(), toaster.clone());
            busy.set(true);
            spawn_local(async move {
                match Request::upload(path, file.into()).answer().await {
                    Ok(_) => {
                        invalidate("/attachments");
                        invalidate("/events");
                    }
                    Err(e) => toaster.err(e.errors.first().map_or_else(|| e.text(l), |x| x.message.clone())),
                }
                busy.set(false);
            });
        })
    };
    let get = |id: String, name: String| {
        let toaster = toaster.clone();
        Callback::from(move |_: MouseEvent| {
            let (path, name, toaster) = (format!("/attachments/{id}/content"), name.clone(), toaster.clone());
            spawn_local(async move {
                match Request::get(path).answer().await {
                    Ok(a) => drop(browser::save(a, &name).await),
                    Err(e) => toaster.err(e.text(l)),
                }
            });
        })
    };
    let remove = |id: String| {
        let toaster = toaster.clone();
        Callback::from(move |_: MouseEvent| {
            take_away(l, toaster.clone(), "/attachments", id.clone(), l.file_removed());
        })
    };
    let row = |f: &Record| {
        let (id, name) = (text(f, "id").to_owned(), text(f, "name").to_owned());
        let size = f.get("size").and_then(Value::as_f64).unwrap_or_default();
        let mine = text(f, "created_by") == session.me.id || p.meta.may("archive");
        html! { <li key={id.clone()} class="group rounded-lg border border-base-300/70 p-2">
        if f.get("preview").and_then(Value::as_bool) == Some(true) { <Picture id={id.clone()} name={name.clone()} /> }
        <div class="flex items-center gap-2"><button class="min-w-0 flex-1 truncate text-left text-[13px] hover:text-primary" title={name.clone()} onclick={get(id.clone(), name.clone())}>{ icon("download", "mr-1.5 inline size-3.5") }{ name }</button><span class="shrink-0 text-xs tabular-nums text-base-content/70">{ weight(size) }</span>
            if mine { <button class="btn btn-ghost btn-xs" aria-label={l.file_remove()} title={l.file_remove()} onclick={remove(id)}>{ icon("x", "size-3.5") }</button> }</div></li> }
    };
    html! { <section aria-label={l.files()}>
        <label class="btn btn-sm mb-3 w-full">if *busy { { spinner() } } else { { icon("upload", "size-4") } }{ l.file_add() }<input type="file" class="sr-only" disabled={*busy} onchange={onfile} data-testid="attach" /></label>
        { match (&query.data, &query.error) {
            (Some(d), _) if d.items.is_empty() => html! { <p class="text-center text-xs text-base-content/70">{ l.files_none() }</p> },
            (Some(d), _) => html! { <ul class="space-y-2" data-testid="attachments">{ for d.items.iter().map(row) }</ul> },
            (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
            (None, None) => skeleton_lines(3),
        } }
    </section> }
}

/// A size as people read it.
fn weight(bytes: f64) -> String {
    if bytes < 1_048_576.0 {
        format!("{:.0} KB", (bytes / 1024.0).max(1.0))
    } else {
        format!("{:.1} MB", bytes / 1_048_576.0)
    }
}

#[derive(Properties, PartialEq)]
struct PictureProps {
    id: String,
    name: String,
}

/// A picture, fetched with the session, since an address alone would not open it.
#[component]
fn Picture(p: &PictureProps) -> Html {
    let url = use_state_eq(|| None::<String>);
    {
        let (url, id) = (url.setter(), p.id.clone());
        use_effect_with(id, move |id| {
            let path = format!("/attachments/{id}/content");
            let made = std::rc::Rc::new(std::cell::RefCell::new(None::<String>));
            let keep = made.clone();
            spawn_local(async move {
                if let Ok(answer) = Request::get(path).answer().await
                    && let Some(address) = browser::address_of(answer).await
                {
                    *keep.borrow_mut() = Some(address.clone());
                    url.set(Some(address));
                }
            });
            move || {
                if let Some(address) = made.borrow().as_ref() {
                    browser::forget_address(address);
                }
            }
        });
    }
    match &*url {
        Some(address) => {
            html! { <img src={address.clone()} alt={p.name.clone()} class="mb-2 max-h-40 w-full rounded object-contain" /> }
        }
        None => html! { <div class="skeleton mb-2 h-24 w-full rounded"></div> },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_in_kilobytes_or_megabytes() {
        assert_eq!(weight(10.0), "1 KB");
        assert_eq!(weight(2048.0), "2 KB");
        assert_eq!(weight(5.5 * 1_048_576.0), "5.5 MB");
    }
}
