//! The page of one record: who and what it is, its fields editable in place, what links to it, what happened to it.

use super::access::UserAccess;
use super::effect::Effect;
use super::form::RecordForm;
use super::holdings::HoldingsCard;
use super::input::FieldInput;
use super::link::Choice;
use super::merge::{Merge, MergedFrom, may_merge, merged_into};
use super::pool::{ReleaseDialog, standing};
use super::save;
use super::score_chip::Health;
use super::stages::StagePath;
use super::tabs::Tabs;
use super::value::{Refs, Show, has_avatar};
use crate::browser;
use crate::data::form::{check, put, reason_of};
use crate::data::listing::pairs;
use crate::data::query::use_query;
use crate::data::recent;
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, ObjectMeta, Record, field_value, int, text};
use crate::i18n::use_lang;
use crate::route::Route;
use crate::shell::object_icon;
use crate::ui::cls;
use crate::ui::field::composing;
use crate::ui::overlay::{Confirm, Popover, menu_item, use_unsaved};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, avatar, icon, skeleton_lines, spinner};
use serde_json::Value;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct RecordDetailProps {
    pub(crate) object: String,
    pub(crate) id: String,
}

/// The page.
#[component]
pub(crate) fn RecordDetail(p: &RecordDetailProps) -> Html {
    let session = use_session();
    let l = use_lang();
    let query = use_query::<Record>(format!("/{}/{}?refs=true", p.object, p.id));
    let Some(meta) = session.object(&p.object).filter(|m| m.may("read")) else {
        return html! { <Empty icon="lock" title={l.err_forbidden()} /> };
    };
    match (&query.data, &query.error) {
        (Some(record), _) => html! { <Room meta={meta.clone()} record={(**record).clone()} /> },
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> },
        (None, None) => {
            html! { <><div class="mb-4 flex items-center gap-3"><div class="skeleton size-11 rounded-full"></div><div class="skeleton h-6 w-56"></div></div><div class="grid grid-cols-1 gap-4 lg:grid-cols-[340px_minmax(0,1fr)]"><Card>{ skeleton_lines(10) }</Card><Card>{ skeleton_lines(8) }</Card></div></> }
        }
    }
}

#[derive(Properties, PartialEq)]
struct RoomProps {
    meta: ObjectMeta,
    record: Record,
}

/// The names that a record brings with it.
fn refs_of(record: &Record) -> Rc<Refs> {
    Rc::new(record.get("refs").map(crate::data::wire::Wire::read).unwrap_or_default())
}

#[component]
fn Room(p: &RoomProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let navigator = use_navigator();
    let location = use_location();
    let toaster = use_toaster();
    let (meta, record) = (&p.meta, &p.record);
    let refs = refs_of(record);
    let id = text(record, "id").to_owned();
    let title = meta.title_of(record);
    let asked = location.is_some_and(|l| pairs(l.query_str()).iter().any(|(k, _)| k == "edit"));
    let editing = use_state_eq(|| asked && meta.may("update"));
    let asking = use_state_eq(|| false);
    let releasing = use_state_eq(|| false);
    let merging = use_state_eq(|| false);
    let sourcing = use_state_eq(|| false);
    let gone = !text(record, "merged_into_id").is_empty();
    let archived = !record.get("archived_at").unwrap_or(&Value::Null).is_null();
    // What somebody still holds who cannot log in comes first on their page.
    let left = archived || text(record, "status") == "disabled";
    browser::set_title(&format!("{title} · {}", l.app_name()));
    {
        let (user, object) = (session.me.id.clone(), meta.key.clone());
        use_effect_with((id.clone(), title.clone()), move |(id, title)| recent::note(&user, &object, id, title));
    }
    let set = |s: &UseStateHandle<bool>, v: bool| {
        let s = s.clone();
        Callback::from(move |()| s.set(v))
    };
    let archive = {
        let (toaster, object, record, title, n) =
            (toaster.clone(), meta.key.clone(), record.clone(), title.clone(), navigator.clone());
        Callback::from(move |()| {
            let (n, to) = (n.clone(), Route::list(&object));
            save::archive(
                l,
                toaster.clone(),
                object.clone(),
                &record,
                title.clone(),
                Callback::from(move |()| {
                    if let Some(n) = &n {
                        n.push(&to)
                    }
                }),
            );
        })
    };
    let restore = {
        let (toaster, object, id) = (toaster.clone(), meta.key.clone(), id.clone());
        Callback::from(move |_: MouseEvent| save::restore(l, toaster.clone(), object.clone(), id.clone()))
    };
    let done = {
        let (merging, object, n) = (merging.clone(), meta.key.clone(), navigator.clone());
        Callback::from(move |kept: String| {
            merging.set(false);
            if let Some(n) = &n {
                n.push(&Route::record(&object, &kept))
            }
        })
    };
    let copy = {
        let toaster = toaster.clone();
        let id = id.clone();
        Callback::from(move |_: MouseEvent| {
            browser::copy(&id);
            toaster.ok(l.copied())
        })
    };
    let show = Show::new(l, &session, &refs).in_full();
    // Whether it is in the pool, for objects that have one.
    let pooled = meta.field("pooled_at").map(|f| !field_value(record, &f.key).is_null());
    let released = {
        let (releasing, n, to) = (releasing.clone(), navigator.clone(), Route::list(&meta.key));
        Callback::from(move |done: bool| {
            releasing.set(false);
            if let Some(n) = n.as_ref().filter(|_| done) {
                n.push(&to)
            }
        })
    };
    let pills = meta
        .fields
        .iter()
        .filter(|f| f.kind == "choice" && f.in_list)
        .filter(|f| !field_value(record, &f.key).is_null())
        .take(3);
    let quick = meta
        .fields
        .iter()
        .filter(|f| {
            matches!(f.kind.as_str(), "phone" | "email" | "money")
                && !field_value(record, &f.key).is_null()
                && (f.kind != "money" || f.in_list)
        })
        .take(3);
    let sources = {
        let on = *sourcing;
        let onclick = set(&sourcing, !on).reform(|_: MouseEvent| ());
        html! { if session.me.may("events", "read") { <button type="button" class={cls!("-mr-1 inline-flex h-7 cursor-pointer items-center gap-1 rounded-lg border px-2 text-xs max-sm:h-9", if on { "border-primary bg-primary/10 text-primary" } else { "border-transparent text-base-content/70 hover:border-primary/40" })} aria-pressed={on.to_string()} {onclick} data-testid="sources">{ icon("info", "size-3.5") }{ l.source_show() }</button> } }
    };
    html! { <>
        <nav class="mb-2 flex items-center gap-1 text-xs text-base-content/70" aria-label={l.breadcrumb()}><Link<Route> to={Route::list(&meta.key)} classes="shrink-0 hover:text-primary">{ &meta.label_plural }</Link<Route>>{ icon("chevron-right", "size-3") }<span class="truncate">{ &title }</span></nav>
        <header class="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
            if has_avatar(&meta.key) { { avatar(&title, "size-11 text-base") } } else { <span class="grid size-11 shrink-0 place-items-center rounded-xl bg-primary/10 text-primary">{ icon(object_icon(&meta.key), "size-5") }</span> }
            <div class="min-w-0 flex-1 basis-52">
                <h1 class="flex flex-wrap items-center gap-2 text-xl font-semibold leading-7"><span class="min-w-0 wrap-anywhere">{ &title }</span>{ for pills.map(|f| show.field(f, record)) }if meta.key == "customers" { <Health record={record.clone()} /> }if archived { { crate::ui::badge("neutral", l.archived_badge()) } }</h1>
                <p class="mt-0.5 flex flex-wrap gap-x-4 text-[13px] text-base-content/70">{ for quick.map(|f| html! { <span>{ show.field(f, record) }</span> }) }</p>
            </div>
            <div class="flex items-center gap-2">
                if archived { if meta.may("archive") && !gone { <button class="btn btn-sm" onclick={restore}>{ icon("archive-restore", "size-4") }{ l.restore() }</button> } }
                else if meta.may("update") { <button class="btn btn-sm" onclick={set(&editing, true).reform(|_: MouseEvent| ())} data-testid="edit">{ icon("pencil", "size-4") }{ l.edit() }</button> }
                <Popover right=true menu=true label={l.more()} width="sm:w-48" button_class="btn btn-sm btn-square btn-ghost" button={html! { { icon("ellipsis", "size-4") } }}>
                    { menu_item("copy", l.copy_id(), copy) }
                    if pooled == Some(false) && meta.may("update") && !archived { { menu_item("handshake", l.pool_release(), set(&releasing, true).reform(|_: MouseEvent| ())) } }
                    if may_merge(meta) && !archived { { menu_item("git-merge", l.merge_with(), set(&merging, true).reform(|_: MouseEvent| ())) } }
                    if meta.may("archive") && !archived { { menu_item("archive", l.archive(), set(&asking, true).reform(|_: MouseEvent| ())) } }
                </Popover>
            </div>
        </header>
        { standing(l, record, &refs, &show.clock) }
        { merged_into(l, &meta.key, record, &refs) }
        if meta.key == "opportunities" { <Card class="mb-4 p-3"><StagePath record={record.clone()} may_move={meta.may("update") && !archived} /></Card> }
            <Tabs meta={meta.clone()} record={record.clone()} refs={refs.clone()}>
            if meta.key == "users" && left { <HoldingsCard id={id.clone()} name={title.clone()} first=true /> }
            <Card title={l.details()} extra={sources}><Fields meta={meta.clone()} record={record.clone()} refs={refs.clone()} may_edit={meta.may("update") && !archived} sources={*sourcing} /></Card>
            if meta.field("merged_into_id").is_some() { <MergedFrom object={meta.key.clone()} id={id.clone()} /> }
            if meta.key == "users" && !left { <HoldingsCard id={id.clone()} name={title.clone()} first=false /> }
            if meta.key == "users" && meta.may("update") && !archived { <UserAccess id={id.clone()} /> }
            if meta.key == "tasks" && text(record, "status") == "done" { <div class="mt-4"><Effect task={id.clone()} /></div> }
            </Tabs>
        if *editing { <RecordForm meta={meta.clone()} record={Some(record.clone())} refs={refs.clone()} onclose={set(&editing, false)} /> }
        if *releasing { <ReleaseDialog rows={vec![Rc::new(record.clone())]} onclose={released} /> }
        if *merging { <Merge meta={meta.clone()} ids={vec![id.clone()]} ondone={done} onclose={set(&merging, false)} /> }
        if *asking { <Confirm title={l.archive_one(&title)} body={l.archive_many_body()} action={l.archive()} danger=true onyes={archive} onclose={set(&asking, false)} /> }
    </> }
}

#[derive(Properties, PartialEq)]
struct FieldsProps {
    meta: ObjectMeta,
    record: Record,
    refs: Rc<Refs>,
    may_edit: bool,
    /// Says where each value comes from.
    sources: bool,
}

/// Every field with its value; a click edits it.
#[component]
fn Fields(p: &FieldsProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let show = Show::new(l, &session, &p.refs).in_full();
    let all = use_state_eq(|| false);
    let path = match p.sources {
        true => format!("/field-sources?object={}&record_id={}", p.meta.key, text(&p.record, "id")),
        false => String::new(),
    };
    let sources = use_query::<Value>(path);
    // Another change of the record may have given a value.
    {
        let again = sources.refetch.clone();
        use_effect_with(int(&p.record, "version"), move |_| again.emit(()));
    }
    let sourced = sources.data.clone().filter(|_| p.sources);
    let editing = use_state_eq(|| None::<String>);
    // The field whose pencil was pressed while another is being edited: that one is saved first.
    let next = use_state_eq(|| None::<String>);
    // What was saved last, until it has been read again: the next change is based on it.
    let saved = use_state_eq(|| None::<Record>);
    let newer = |r: &&Record| int(r, "version") > int(&p.record, "version");
    let record = saved.as_ref().filter(newer).unwrap_or(&p.record);
    let own = |f: &&FieldMeta| {
        f.key != p.meta.title_field
            && !matches!(
                f.key.as_str(),
                "id" | "version" | "archived_at" | "created_at" | "updated_at" | "created_by" | "refs"
            )
    };
    // What is computed has its own place on the page; here it is one of the further fields.
    let filled = |f: &&FieldMeta| f.in_list || f.writable && !field_value(&p.record, &f.key).is_null();
    let shown: Vec<&FieldMeta> = p
        .meta
        .fields
        .iter()
        .filter(own)
        .filter(|f| *all || filled(f) || editing.as_deref() == Some(f.key.as_str()))
        .collect();
    let hidden = p.meta.fields.iter().filter(own).filter(|f| !filled(f)).count();
    let title = p.meta.field(&p.meta.title_field);
    let line = |f: &FieldMeta| {
        let may = p.may_edit && f.writable && !f.masked;
        let open = {
            let (editing, next, key) = (editing.clone(), next.clone(), f.key.clone());
            Callback::from(move |_: MouseEvent| {
                let to = if editing.is_some() { &next } else { &editing };
                to.set(Some(key.clone()))
            })
        };
        let close = {
            let (editing, next, saved) = (editing.clone(), next.clone(), saved.clone());
            Callback::from(move |made: Option<Record>| {
                if made.is_some() {
                    saved.set(made)
                }
                editing.set((*next).clone());
                next.set(None)
            })
        };
        let stay = {
            let next = next.clone();
            Callback::from(move |()| next.set(None))
        };
        let on = editing.as_deref() == Some(f.key.as_str());
        html! {
        <div key={f.key.clone()} class={cls!("group grid min-h-9 grid-cols-[104px_minmax(0,1fr)] items-start gap-2 px-4", if on { "py-1.5" } else { "" })}>
            <dt class="truncate pt-2 text-xs text-base-content/70" title={f.label.clone()}>{ &f.label }</dt>
            <dd class="min-w-0 text-[13px]">if on { <InPlace meta={p.meta.clone()} record={record.clone()} field={f.clone()} refs={p.refs.clone()} onward={next.is_some()} onstay={stay} onclose={close} /> } else {
                <><div class="flex min-h-9 items-center gap-1"><div class="min-w-0 flex-1 wrap-anywhere py-1.5">{ show.field(f, &p.record) }</div>
                if may { <button class="btn btn-ghost btn-xs btn-square shrink-0 opacity-0 focus-visible:opacity-100 group-hover:opacity-100 max-sm:opacity-50 [@media(hover:none)]:opacity-50" aria-label={l.edit_field(&f.label)} onclick={open}>{ icon("pencil", "size-3.5") }</button> }</div>{ super::sources::line(l, sourced.as_deref(), &f.key, &show.clock) }</> }</dd>
        </div> }
    };
    let flip = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(!*all))
    };
    let system: Vec<&FieldMeta> =
        ["created_by", "created_at", "updated_at"].iter().filter_map(|k| p.meta.field(k)).collect();
    html! {
        <div class="pb-2">
            <dl>{ for title.map(line) }{ for shown.into_iter().map(line) }</dl>
            if hidden > 0 { <div class="px-3 pt-1"><button class="btn btn-ghost btn-xs text-base-content/70" onclick={flip}>{ if *all { l.fewer_fields().to_owned() } else { l.more_fields(hidden) } }</button></div> }
            <div class="mx-4 mt-2 border-t border-base-300/70 pt-2 text-xs text-base-content/70">{ for system.iter().map(|f| html! { <div class="flex min-h-6 items-center justify-between gap-2"><span>{ &f.label }</span><span class="min-w-0 truncate">{ show.field(f, &p.record) }</span></div> }) }</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct InPlaceProps {
    meta: ObjectMeta,
    record: Record,
    field: FieldMeta,
    refs: Rc<Refs>,
    /// Another field is wanted: this one is saved, and left when it is.
    onward: bool,
    /// It could not be left.
    onstay: Callback<()>,
    /// Called with the record as it was saved, if it was.
    onclose: Callback<Option<Record>>,
}

/// One field being edited where it stands: Enter saves, Escape leaves it; the pencil of another field saves it and goes on.
#[component]
fn InPlace(p: &InPlaceProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    // The record as it was when editing began: its version is the one that was seen, whatever others save meanwhile.
    let base = use_state_eq(|| p.record.clone());
    let theirs = use_state_eq(|| None::<Value>);
    let value = use_state_eq(|| field_value(&p.record, &p.field.key).clone());
    let why = use_state_eq(|| Value::Null);
    let reason = reason_of(&p.meta, &p.field.key)
        .filter(|_| !value.is_null() && *value != *field_value(&base, &p.field.key))
        .cloned();
    use_unsaved(*value != *field_value(&base, &p.field.key));
    let names = use_state_eq(|| p.refs.clone());
    let error = use_state_eq(|| None::<String>);
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
    let save = {
        let (base, theirs, names) = (base.clone(), theirs.clone(), names.clone());
        let (value, error, busy, p_meta, field, close, toaster) = (
            value.clone(),
            error.clone(),
            busy.clone(),
            p.meta.clone(),
            p.field.clone(),
            p.onclose.clone(),
            toaster.clone(),
        );
        let (reason, why, stay) = (reason.clone(), why.clone(), p.onstay.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            if *value == *field_value(&base, &field.key) {
                close.emit(None);
                return;
            }
            if let Some(e) = check(&field, &value) {
                error.set(Some(e.text(l)));
                stay.emit(());
                return;
            }
            let mut data = Record::new();
            put(&mut data, &field.key, (*value).clone());
            if let Some(reason) = &reason {
                if why.is_null() {
                    error.set(Some(l.inv_reason().to_owned()));
                    stay.emit(());
                    return;
                }
                put(&mut data, &reason.key, (*why).clone());
            }
            let (base, theirs, names, stay) = (base.clone(), theirs.clone(), names.clone(), stay.clone());
            let (value, sent) = (value.clone(), (*value).clone());
            let (error, busy, object, id, version, close, toaster, key) = (
                error.clone(),
                busy.clone(),
                p_meta.key.clone(),
                text(&base, "id").to_owned(),
                int(&base, "version"),
                close.clone(),
                toaster.clone(),
                field.key.clone(),
            );
            busy.set(true);
            spawn_local(async move {
                match save::update(&object, &id, version, data).await {
                    Ok(made) if *value == sent => close.emit(Some(made)),
                    // What was typed while the answer was awaited is not saved yet.
                    Ok(made) => {
                        base.set(made);
                        busy.set(false);
                        stay.emit(());
                    }
                    Err(e) => {
                        stay.emit(());
                        let said =
                            e.errors.iter().find(|x| x.field == key).map_or_else(|| e.text(l), |x| x.message.clone());
                        if e.status == 412 {
                            // Saving once more is said after seeing what the other has left.
                            if let Some(now) = save::as_it_is(&object, &id).await {
                                let mut known = (**names).clone();
                                known.extend((*refs_of(&now)).clone());
                                names.set(Rc::new(known));
                                theirs.set(Some(field_value(&now, &key).clone()));
                                base.set(now);
                            }
                            toaster.err(l.clash_reloaded());
                        }
                        busy.set(false);
                        error.set(Some(said));
                    }
                }
            });
        })
    };
    {
        let save = save.clone();
        use_effect_with(p.onward, move |onward| {
            if *onward {
                save.emit(())
            }
        });
    }
    let onkeydown = {
        let (save, close, long) = (save.clone(), p.onclose.clone(), p.field.kind == "long_text");
        Callback::from(move |e: KeyboardEvent| match e.key().as_str() {
            "Enter" if !composing(&e) && !e.default_prevented() && (!long || e.meta_key() || e.ctrl_key()) => {
                e.prevent_default();
                save.emit(())
            }
            "Escape" if !composing(&e) && !e.default_prevented() => {
                e.prevent_default();
                close.emit(None)
            }
            _ => {}
        })
    };
    let onchange = {
        let (value, error) = (value.clone(), error.clone());
        Callback::from(move |v: Value| {
            error.set(None);
            value.set(v)
        })
    };
    let onwhy = {
        let (why, error) = (why.clone(), error.clone());
        Callback::from(move |v: Value| {
            error.set(None);
            why.set(v)
        })
    };
    let onname = {
        let names = names.clone();
        Callback::from(move |c: Choice| {
            let mut n = (**names).clone();
            n.insert(c.0, c.1);
            names.set(Rc::new(n))
        })
    };
    let scope = match p.field.key.as_str() {
        "stage_id" => format!("&pipeline_id={}", text(&p.record, "pipeline_id")),
        _ => String::new(),
    };
    html! {
        <div ref={node} {onkeydown}>
            <FieldInput field={p.field.clone()} value={(*value).clone()} {onchange} {onname} refs={(*names).clone()} invalid={error.is_some()} {scope} />
            if let Some(reason) = &reason { <label class="mt-1.5 block text-xs text-base-content/75">{ &reason.label }<FieldInput field={reason.clone()} value={(*why).clone()} onchange={onwhy} invalid={error.is_some()} /></label> }
            if let Some(e) = &*error { <p class="pt-0.5 text-xs text-error" role="alert">{ e }</p> }
            if let Some(theirs) = &*theirs { <p class="pt-0.5 text-xs text-base-content/75" data-testid="theirs">{ l.clash_theirs() }{ l.pick("：", ": ") }{ Show::new(l, &session, &names).words(&p.field, theirs) }</p> }
            <div class="mt-1.5 flex gap-1.5"><button type="button" class="btn btn-xs btn-primary" disabled={*busy} onclick={save.reform(|_: MouseEvent| ())}>if *busy { { spinner() } }{ l.save() }</button><button type="button" class="btn btn-xs btn-ghost" onclick={p.onclose.reform(|_: MouseEvent| None)}>{ l.cancel() }</button></div>
        </div>
    }
}
