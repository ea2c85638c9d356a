//! The form of an object, in a drawer: create and edit, errors beside the fields, drafts kept, clashes shown.

use super::clash::Clash;
use super::input::FieldInput;
use super::link::Choice;
use super::save;
use super::value::Refs;
use crate::browser;
use crate::data::form::{carried, changes, check, drafts_of, put, reason_of};
use crate::data::http::{ApiError, random_key};
use crate::data::offline;
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, ObjectMeta, Record, field_value, int, text};
use crate::data::wire::Wire;
use crate::i18n::use_lang;
use crate::ui::field::Field;
use crate::ui::overlay::{Drawer, use_leave};
use crate::ui::toast::use_toaster;
use crate::ui::{icon, spinner};
use serde_json::Value;
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Clone, Properties, PartialEq)]
pub(crate) struct RecordFormProps {
    pub(crate) meta: ObjectMeta,
    /// The record to change; without one a new record is made.
    #[prop_or_default]
    pub(crate) record: Option<Record>,
    /// What a new record starts with.
    #[prop_or_default]
    pub(crate) preset: Record,
    /// Names of the records that are linked already.
    #[prop_or_default]
    pub(crate) refs: Rc<Refs>,
    pub(crate) onclose: Callback<()>,
    #[prop_or_default]
    pub(crate) onsaved: Callback<Record>,
}

/// What the form knows.
#[derive(Clone, PartialEq)]
struct Form {
    /// What the draft began as. Of a record that is changed it is the record as it was opened, whatever others make of it
    /// meanwhile: what differs from it is one's own, and its version is the one that was seen.
    base: Record,
    draft: Record,
    names: Rc<Refs>,
    touched: BTreeSet<String>,
    all_touched: bool,
    error: Option<ApiError>,
    /// The record as somebody else has left it meanwhile.
    theirs: Option<Record>,
    busy: bool,
    restored: bool,
    /// The idempotency key of what was last sent: sent again unchanged, it is carried out once.
    sent: Option<(String, Record)>,
}

/// What the form starts with: the record; or the defaults, then the preset, then the unsaved draft at `kept`.
fn start(meta: &ObjectMeta, record: Option<&Record>, preset: &Record, refs: &Rc<Refs>, kept: Option<&str>) -> Form {
    let mut form = Form {
        base: record.cloned().unwrap_or_default(),
        draft: record.cloned().unwrap_or_default(),
        names: refs.clone(),
        touched: BTreeSet::new(),
        all_touched: false,
        error: None,
        theirs: None,
        busy: false,
        restored: false,
        sent: None,
    };
    if record.is_some() {
        return form;
    }
    for f in meta.fields.iter().filter(|f| f.writable && !f.default.is_null()) {
        put(&mut form.draft, &f.key, f.default.clone());
    }
    if meta.field("occurred_at").is_some() {
        put(&mut form.draft, "occurred_at", Value::String(crate::format::moment_text(browser::clock().now)));
    }
    if meta.field("ordered_on").is_some() {
        put(&mut form.draft, "ordered_on", Value::String(browser::clock().today().to_string()));
    }
    form.draft.extend(preset.clone());
    form.base = form.draft.clone();
    let kept = kept.and_then(browser::stored).and_then(|s| serde_json::from_str::<Value>(&s).ok());
    if let Some(kept) = kept {
        form.draft.extend(<Record as Wire>::read(&kept["draft"]));
        form.names = Rc::new(Wire::read(&kept["names"]));
        form.restored = true;
    }
    form
}

/// Where the unsaved draft of a new record is kept. One that is made from another record, or a change of one, is not kept:
/// it would come back where it does not belong, or over what others have changed since.
fn draft_key(person: &str, p: &RecordFormProps) -> Option<String> {
    (p.record.is_none() && p.preset.is_empty()).then(|| format!("{}{}", drafts_of(person), p.meta.key))
}

fn forget(kept: Option<&String>) {
    if let Some(key) = kept {
        browser::forget(key)
    }
}

/// Fields in the order of a form: what is required, what lists show, and the rest.
fn ordered(meta: &ObjectMeta) -> (Vec<FieldMeta>, Vec<FieldMeta>) {
    let writable = || meta.fields.iter().filter(|f| f.writable && !f.masked);
    let first = |f: &FieldMeta| {
        (f.required && f.default.is_null())
            || f.in_list
            || f.key == "note"
            || matches!(meta.key.as_str(), "users" | "teams" | "products" | "pipeline_stages")
    };
    let mut main: Vec<FieldMeta> = writable().filter(|f| first(f)).cloned().collect();
    main.sort_by_key(|f| (f.key != meta.title_field, !(f.required && f.default.is_null()), f.kind == "long_text"));
    // A reason stands beside what it is the reason of.
    let main: Vec<FieldMeta> = main
        .into_iter()
        .flat_map(|f| {
            let reason = reason_of(meta, &f.key).cloned();
            std::iter::once(f).chain(reason)
        })
        .collect();
    let rest = writable().filter(|f| !main.iter().any(|m| m.key == f.key)).cloned().collect();
    (main, rest)
}

/// The drawer with the form.
#[component]
pub(crate) fn RecordForm(p: &RecordFormProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let session = use_session();
    let kept = draft_key(&session.me.id, p);
    let form = use_state(|| start(&p.meta, p.record.as_ref(), &p.preset, &p.refs, kept.as_deref()));
    let editing = p.record.is_some();
    // Where the writer was when they saved: the fields take nothing while the answer is awaited, which would be lost with
    // the form.
    let writing = use_mut_ref(|| None::<web_sys::HtmlElement>);
    {
        let writing = writing.clone();
        use_effect_with(form.busy, move |busy| {
            if !*busy && let Some(field) = writing.take() {
                let _ = field.focus();
            }
        });
    }
    let more = use_state_eq(|| false);
    let (main, rest) = ordered(&p.meta);
    let fields: Vec<FieldMeta> = main.iter().chain(&rest).cloned().collect();
    let wrong: Vec<(String, String)> = fields
        .iter()
        .filter_map(|f| check(f, field_value(&form.draft, &f.key)).map(|e| (f.key.clone(), e.text(l))))
        .collect();
    let blocking = wrong
        .iter()
        .filter(|(k, _)| {
            !editing
                || fields.iter().any(|f| {
                    f.key == *k
                        && !(f.required
                            && field_value(&form.draft, k).is_null()
                            && field_value(&form.base, k).is_null())
                })
        })
        .count();
    let unsaved = !changes(&fields, Some(&form.base), &form.draft).is_empty();
    let (leave, asking) = use_leave(unsaved && kept.is_none(), p.onclose.clone());
    {
        let (kept, names) = (kept.clone(), form.names.clone());
        use_effect_with((form.draft.clone(), unsaved), move |(draft, unsaved)| match (&kept, unsaved) {
            (Some(key), true) => {
                browser::store(key, &serde_json::json!({ "draft": draft, "names": *names }).to_string())
            }
            _ => forget(kept.as_ref()),
        });
    }
    let submit = {
        let (form, meta, kept, fields, toaster, close, saved) = (
            form.clone(),
            p.meta.clone(),
            kept.clone(),
            fields.clone(),
            toaster.clone(),
            p.onclose.clone(),
            p.onsaved.clone(),
        );
        // `over` is the record of somebody else on which one's own changes are put.
        Callback::from(move |over: Option<Record>| {
            let mut next = (*form).clone();
            next.all_touched = true;
            if form.busy || blocking > 0 {
                form.set(next);
                return;
            }
            if let Some(theirs) = over {
                next.draft = carried(&fields, &next.base, &next.draft, &theirs);
                next.base = theirs;
                next.theirs = None;
            }
            let base = next.base.clone();
            let data = changes(&fields, editing.then_some(&base), &next.draft);
            if editing && data.is_empty() {
                close.emit(());
                return;
            }
            let key = match next.sent.as_ref().filter(|s| s.1 == data) {
                Some((key, _)) => key.clone(),
                None => random_key(),
            };
            writing.replace(browser::focused());
            next.busy = true;
            next.error = None;
            next.sent = Some((key.clone(), data.clone()));
            form.set(next);
            let (form, meta, kept, toaster, close, saved) =
                (form.clone(), meta.clone(), kept.clone(), toaster.clone(), close.clone(), saved.clone());
            let failed = move |e: ApiError, theirs: Option<Record>| {
                let mut now = (*form).clone();
                now.busy = false;
                now.error = Some(e);
                if let Some(refs) = theirs.as_ref().and_then(|t| t.get("refs")) {
                    let mut names = <Refs as Wire>::read(refs);
                    names.extend((*now.names).clone());
                    now.names = Rc::new(names);
                }
                now.theirs = theirs;
                form.set(now)
            };
            spawn_local(async move {
                let answer = match editing {
                    true => save::update(&meta.key, text(&base, "id"), int(&base, "version"), data.clone()).await,
                    false if offline::away() && offline::may_wait(&meta.key) => Err(ApiError::offline()),
                    false => save::create(&meta.key, key.clone(), data.clone()).await,
                };
                match answer {
                    Err(e) if e.status == 0 && !editing && offline::may_wait(&meta.key) => {
                        let title = meta.title_of(&data);
                        let path = format!("/{}", meta.key);
                        if offline::wait(key, &meta.key, path, Value::Object(data), title).await {
                            forget(kept.as_ref());
                            toaster.ok(l.outbox_queued());
                            close.emit(());
                        } else {
                            failed(ApiError { message: l.outbox_lost().to_owned(), ..ApiError::default() }, None);
                        }
                    }
                    Ok(made) => {
                        forget(kept.as_ref());
                        toaster.ok(l.saved_one(&meta.title_of(&made)));
                        close.emit(());
                        saved.emit(made);
                    }
                    Err(e) => {
                        let theirs = match e.status == 412 && editing {
                            true => save::as_it_is(&meta.key, text(&base, "id")).await,
                            false => None,
                        };
                        failed(e, theirs);
                    }
                }
            });
        })
    };
    let onsubmit = {
        let submit = submit.clone();
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            submit.emit(None)
        })
    };
    let onkeydown = {
        let submit = submit.clone();
        Callback::from(move |e: KeyboardEvent| {
            if e.key() == "Enter" && (e.meta_key() || e.ctrl_key()) {
                e.prevent_default();
                submit.emit(None)
            }
        })
    };
    let one = |(f, alone): (&FieldMeta, bool)| {
        let sent =
            form.error.as_ref().and_then(|e| e.errors.iter().find(|x| x.field == f.key)).map(|x| x.message.clone());
        let local = (form.all_touched || form.touched.contains(&f.key))
            .then(|| wrong.iter().find(|(k, _)| *k == f.key))
            .flatten()
            .map(|(_, m)| m.clone());
        let error = sent.or(local).map(AttrValue::from);
        let onchange = {
            let (form, key) = (form.clone(), f.key.clone());
            let reason = reason_of(&p.meta, &f.key).map(|r| r.key.clone());
            Callback::from(move |v: Value| {
                let mut n = (*form).clone();
                put(&mut n.draft, &key, v);
                // What was said of the value before does not explain this one.
                if let Some(reason) = &reason {
                    put(&mut n.draft, reason, Value::Null);
                }
                if let Some(e) = &mut n.error {
                    e.errors.retain(|x| x.field != key)
                }
                if !matches!(field_value(&n.draft, &key), Value::String(_)) {
                    n.touched.insert(key.clone());
                }
                form.set(n)
            })
        };
        let onblur = {
            let (form, key) = (form.clone(), f.key.clone());
            Callback::from(move |()| {
                let mut n = (*form).clone();
                n.touched.insert(key.clone());
                form.set(n)
            })
        };
        let onname = {
            let form = form.clone();
            Callback::from(move |c: Choice| {
                let mut n = (*form).clone();
                let mut names = (*n.names).clone();
                names.insert(c.0, c.1);
                n.names = Rc::new(names);
                form.set(n)
            })
        };
        let scope = match f.key.as_str() {
            "stage_id" => form
                .draft
                .get("pipeline_id")
                .and_then(Value::as_str)
                .map(|id| format!("&pipeline_id={id}"))
                .unwrap_or_default(),
            "contact_id" | "opportunity_id" => form
                .draft
                .get("customer_id")
                .and_then(Value::as_str)
                .map(|id| format!("&customer_id={id}"))
                .unwrap_or_default(),
            _ => String::new(),
        };
        html! { <div key={f.key.clone()} class={if alone { "col-span-2" } else { "col-span-2 min-[420px]:col-span-1" }}><Field label={f.label.clone()} required={f.required && f.default.is_null()} error={error.clone()}>
        <FieldInput field={f.clone()} value={field_value(&form.draft, &f.key).clone()} invalid={error.is_some()} {onchange} {onblur} {onname} refs={form.names.clone()} {scope} /></Field></div> }
    };
    let title = match &p.record {
        Some(r) => l.edit_of(&p.meta.title_of(r)),
        None => l.new_of(&p.meta.label),
    };
    let discard = {
        let (form, meta) = (form.clone(), p.meta.clone());
        Callback::from(move |_: MouseEvent| form.set(start(&meta, None, &Record::new(), &Rc::default(), None)))
    };
    let footer = html! { <>
    <span class="mr-auto hidden text-xs text-base-content/70 sm:inline">{ if browser::is_mac() { "⌘ ↵" } else { "Ctrl ↵" } }</span>
    <button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button>
    <button type="submit" form="record-form" class="btn btn-sm btn-primary" disabled={form.busy} data-testid="save">if form.busy { { spinner() } }{ l.save() }</button></> };
    let toggle = {
        let more = more.clone();
        Callback::from(move |_: MouseEvent| more.set(!*more))
    };
    let opened =
        *more || form.error.as_ref().is_some_and(|e| e.errors.iter().any(|x| rest.iter().any(|f| f.key == x.field)));
    html! { <>
        <Drawer {title} onclose={leave} {footer}>
            <form id="record-form" novalidate=true {onsubmit} {onkeydown}>
                { problem(p, &form, submit.clone()) }
                if form.restored { <p class="mb-3 flex items-center justify-between rounded-lg bg-info/8 px-3 py-2 text-xs">{ l.draft_restored() }<button type="button" class="cursor-pointer text-primary hover:underline" onclick={discard}>{ l.draft_discard() }</button></p> }
                <fieldset class="grid min-w-0 grid-cols-2 gap-x-3" disabled={form.busy}>{ for paired(&main).into_iter().map(one) }
                if opened { { for paired(&rest).into_iter().map(one) } }</fieldset>
                if !rest.is_empty() && !opened { <button type="button" class="btn btn-ghost btn-sm -ml-2 text-base-content/70" onclick={toggle}>{ icon("chevron-down", "size-4") }{ l.more_fields(rest.len()) }</button> }
            </form>
        </Drawer>{ asking }
    </> }
}

/// Each field with whether it has a line of its own: wide ones do, and a narrow one without a neighbour.
fn paired(fields: &[FieldMeta]) -> Vec<(&FieldMeta, bool)> {
    let mut out: Vec<(&FieldMeta, bool)> = Vec::with_capacity(fields.len());
    let mut open = false;
    for f in fields {
        match (wide(f), open) {
            (false, _) => {
                out.push((f, false));
                open = !open;
            }
            (true, was_open) => {
                if was_open && let Some(last) = out.last_mut() {
                    last.1 = true;
                }
                out.push((f, true));
                open = false;
            }
        }
    }
    if open && let Some(last) = out.last_mut() {
        last.1 = true;
    }
    out
}

fn wide(f: &FieldMeta) -> bool {
    !f.guidance.is_empty()
        || matches!(
            f.kind.as_str(),
            "text" | "long_text" | "link" | "tags" | "links" | "choices" | "json" | "url" | "email"
        ) && !matches!(f.key.as_str(), "city" | "province" | "region" | "unit" | "code" | "department" | "title")
}

/// What is wrong with the whole: an error that belongs to no field, or a clash with somebody else's change.
fn problem(p: &RecordFormProps, form: &UseStateHandle<Form>, submit: Callback<Option<Record>>) -> Html {
    let Some(e) = &form.error else { return html! {} };
    if let Some(theirs) = &form.theirs {
        return html! { <Clash meta={p.meta.clone()} mine={form.draft.clone()} before={form.base.clone()} theirs={theirs.clone()} refs={form.names.clone()} onkeep={let theirs = theirs.clone(); submit.reform(move |()| Some(theirs.clone()))} ondrop={p.onclose.clone()} /> };
    }
    html! { <FormError error={e.clone()} fields={p.meta.fields.iter().map(|f| f.key.clone()).collect::<Vec<_>>()} /> }
}

#[derive(Properties, PartialEq)]
struct FormErrorProps {
    error: ApiError,
    fields: Vec<String>,
}

#[component]
fn FormError(p: &FormErrorProps) -> Html {
    let l = use_lang();
    let elsewhere: Vec<&str> =
        p.error.errors.iter().filter(|e| !p.fields.contains(&e.field)).map(|e| e.message.as_str()).collect();
    html! { <div class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ p.error.text(l) }{ for elsewhere.iter().map(|m| html! { <div>{ *m }</div> }) }if !p.error.request_id.is_empty() && p.error.status >= 500 { <div class="font-mono text-[11px]">{ l.request_id(&p.error.request_id) }</div> }</div> }
}
