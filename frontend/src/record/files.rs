//! The files of a record: those that are there, with pictures and PDFs shown, and those on their way.

use super::log::use_log;
use super::talk::{TalkProps, take_away};
use crate::browser;
use crate::data::http::{ApiError, Request, encode};
use crate::data::session::use_session;
use crate::data::types::{Record, text};
use crate::data::upload::{arrived, use_uploads};
use crate::i18n::use_lang;
use crate::ui::file::{FileDrop, UploadList, weight};
use crate::ui::overlay::Dialog;
use crate::ui::toast::use_toaster;
use crate::ui::{Failed, icon, skeleton_lines};
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Bytes of an attachment at most, as the server has it.
const LIMIT: f64 = 52_428_800.0;

/// The files, with a place to add some.
#[component]
pub(super) fn Files(p: &TalkProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let session = use_session();
    let (log, load) =
        use_log::<Record>(format!("/attachments?object={}&record_id={}", p.meta.key, p.id), &["/attachments"]);
    let uploads = use_uploads();
    let large = use_state_eq(|| None::<Shown>);
    let onfile = {
        let (toaster, object, id, start) = (toaster.clone(), p.meta.key.clone(), p.id.clone(), uploads.start.clone());
        Callback::from(move |file: web_sys::File| {
            if file.size() > LIMIT {
                return toaster.err(l.file_too_large());
            }
            let path = format!("/attachments?object={object}&record_id={id}&name={}", encode(&file.name()));
            start.emit((path, file, Callback::from(|_| arrived())));
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
    let row = |f: &Record| {
        let (id, name) = (text(f, "id").to_owned(), text(f, "name").to_owned());
        let size = f.get("size").and_then(Value::as_f64).unwrap_or_default();
        let mine = text(f, "created_by") == session.me.id || p.meta.may("archive");
        let remove = {
            let (toaster, id) = (toaster.clone(), id.clone());
            Callback::from(move |_: MouseEvent| {
                take_away(l, toaster.clone(), "/attachments", id.clone(), l.file_removed())
            })
        };
        let pdf = text(f, "media_type") == "application/pdf";
        let preview = f.get("preview").and_then(Value::as_bool) == Some(true);
        let enlarge = {
            let (large, this) = (large.clone(), Shown { id: id.clone(), name: name.clone(), pdf });
            Callback::from(move |_: MouseEvent| large.set(Some(this.clone())))
        };
        html! { <li key={id.clone()} class="group rounded-lg border border-base-300/70 p-2">
        if preview && !pdf { <button type="button" class="mb-2 block w-full cursor-zoom-in" aria-label={l.file_enlarge(&name)} onclick={enlarge.clone()}><Content id={id.clone()} name={name.clone()} class="max-h-40 w-full rounded object-contain" /></button> }
        <div class="flex items-center gap-2"><button class="min-w-0 flex-1 truncate text-left text-[13px] hover:text-primary" title={name.clone()} onclick={get(id.clone(), name.clone())}>{ icon("download", "mr-1.5 inline size-3.5") }{ name.clone() }</button><span class="shrink-0 text-xs tabular-nums text-base-content/70">{ weight(size) }</span>
            if preview && pdf && browser::shows_pdf() { <button class="btn btn-ghost btn-xs" aria-label={l.file_view_of(&name)} data-testid="preview" onclick={enlarge}>{ l.file_view() }</button> }
            if mine { <button class="btn btn-ghost btn-xs btn-square" aria-label={l.file_remove()} title={l.file_remove()} onclick={remove}>{ icon("x", "size-3.5") }</button> }</div></li> }
    };
    let hide = {
        let large = large.clone();
        Callback::from(move |()| large.set(None))
    };
    html! { <section aria-label={l.files()}>
        <FileDrop small=true many=true title={l.file_add()} note={l.file_limit()} {onfile} testid="attach" />
        <UploadList list={uploads.now.clone()} onstop={uploads.stop.clone()} />
        <div class="mt-3">{ match &log.error {
            _ if !log.ready => skeleton_lines(3),
            Some(e) if log.items.is_empty() => html! { <Failed error={e.clone()} retry={load.reform(|()| None)} /> },
            None if log.items.is_empty() => html! { <p class="text-center text-xs text-base-content/70">{ l.files_none() }</p> },
            _ => html! { <><ul class="space-y-2" data-testid="attachments">{ for log.items.iter().map(row) }</ul>{ log.end(l, &load) }</> },
        } }</div>
        if let Some(Shown { id, name, pdf }) = (*large).clone() {
            <Dialog wide=true title={name.clone()} onclose={hide} footer={html! { <button class="btn btn-sm" onclick={get(id.clone(), name.clone())}>{ icon("download", "size-4") }{ l.download() }</button> }}><Content {id} {name} {pdf} class={if pdf { "h-[64dvh] w-full rounded" } else { "max-h-[64dvh] w-full rounded object-contain" }} /></Dialog>
        }
    </section> }
}

/// A file that is looked at.
#[derive(Clone, PartialEq)]
struct Shown {
    id: String,
    name: String,
    pdf: bool,
}

#[derive(Properties, PartialEq)]
struct ContentProps {
    id: String,
    name: String,
    #[prop_or_default]
    pdf: bool,
    class: &'static str,
}

/// A picture or a PDF, fetched with the session, since an address alone would not open it.
#[component]
fn Content(p: &ContentProps) -> Html {
    let l = use_lang();
    let url = use_state_eq(|| None::<String>);
    let error = use_state_eq(|| None::<ApiError>);
    {
        let (url, error, id) = (url.setter(), error.setter(), p.id.clone());
        use_effect_with(id, move |id| {
            let path = format!("/attachments/{id}/content");
            let made = std::rc::Rc::new(std::cell::RefCell::new(None::<String>));
            let keep = made.clone();
            spawn_local(async move {
                match Request::get(path).answer().await {
                    Ok(answer) => {
                        if let Some(address) = browser::address_of(answer).await {
                            *keep.borrow_mut() = Some(address.clone());
                            url.set(Some(address));
                        }
                    }
                    Err(e) => error.set(Some(e)),
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
        Some(address) if p.pdf => {
            html! { <iframe src={format!("{address}#navpanes=0&view=FitH")} title={p.name.clone()} class={p.class}></iframe> }
        }
        None if error.is_some() => {
            html! { <p role="alert" class="py-4 text-center text-xs text-error">{ for error.as_ref().map(|e| e.text(l)) }</p> }
        }
        Some(address) => html! { <img src={address.clone()} alt={p.name.clone()} class={p.class} /> },
        None => html! { <div class="skeleton h-24 w-full rounded"></div> },
    }
}
