//! Making one record of several: which one remains, whose value each field keeps, and what moves along.

use super::link::{Choice, LinkPicker};
use super::save::changed;
use super::value::{Refs, Show};
use crate::data::http::{ApiError, Request};
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, ObjectMeta, Record, field_value, int, text};
use crate::data::wire::{Wire, wire};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::cls;
use crate::ui::overlay::Drawer;
use crate::ui::pieces::alert;
use crate::ui::toast::{Toaster, use_toaster};
use crate::ui::{Card, Failed, badge, icon, nothing, skeleton_lines, spinner};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// Records side by side at most; more do not fit beside each other.
pub(crate) const MOST: usize = 6;

wire! {
/// What a merge would do.
pub(crate) struct Outlook {
    pub(crate) fields: Vec<KeptField>,
    pub(crate) moved: Vec<Moved>,
}
}

wire! {
/// Whose value a field keeps.
pub(crate) struct KeptField {
    pub(crate) field: String,
    pub(crate) from: Vec<String>,
}
}

wire! {
/// Records that move along.
pub(crate) struct Moved {
    pub(crate) object: String,
    pub(crate) count: u64,
    pub(crate) out_of_reach: u64,
}
}

#[derive(Clone, Properties, PartialEq)]
pub(crate) struct MergeProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) ids: Vec<String>,
    /// Called with the one that remains.
    pub(crate) ondone: Callback<String>,
    pub(crate) onclose: Callback<()>,
}

/// What the drawer knows of the server.
#[derive(Clone, Default, PartialEq)]
struct Loaded {
    records: Vec<Record>,
    refs: Rc<Refs>,
    outlook: Option<Outlook>,
    error: Option<ApiError>,
}

/// Can records of this object be merged by the caller?
pub(crate) fn may_merge(meta: &ObjectMeta) -> bool {
    meta.field("merged_into_id").is_some() && meta.may("update") && meta.may("archive")
}

async fn load(object: &str, ids: &[String]) -> Result<(Vec<Record>, Refs), ApiError> {
    let (mut records, mut refs) = (Vec::new(), Refs::new());
    for id in ids {
        let record = Request::get(format!("/{object}/{id}?refs=true")).fresh().json::<Record>().await?;
        refs.extend(record.get("refs").map(Refs::read).unwrap_or_default());
        records.push(record);
    }
    Ok((records, refs))
}

fn body(ids: &[String], survivor: &str, chosen: &BTreeMap<String, String>, dry_run: bool) -> Value {
    let others: Vec<&String> = ids.iter().filter(|id| *id != survivor).collect();
    json!({ "ids": others, "values": chosen, "dry_run": dry_run })
}

/// The drawer in which several records become one.
#[component]
pub(crate) fn Merge(p: &MergeProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let ids = use_state_eq(|| p.ids.clone());
    let survivor = use_state_eq(|| p.ids.first().cloned().unwrap_or_default());
    let chosen = use_state_eq(BTreeMap::<String, String>::new);
    let loaded = use_state_eq(Loaded::default);
    let busy = use_state_eq(|| false);
    let wrong = use_state_eq(|| None::<String>);
    let run = use_mut_ref(|| 0u32);
    let tries = use_state_eq(|| 0u32);
    {
        let (loaded, object, run) = (loaded.clone(), p.meta.key.clone(), run.clone());
        let asked = ((*ids).clone(), (*survivor).clone(), (*chosen).clone(), *tries);
        use_effect_with(asked, move |(ids, survivor, chosen, _)| {
            *run.borrow_mut() += 1;
            let mine = *run.borrow();
            let (ids, survivor, chosen) = (ids.clone(), survivor.clone(), chosen.clone());
            spawn_local(async move {
                let mut next = (*loaded).clone();
                next.error = None;
                if next.records.len() != ids.len() {
                    match load(&object, &ids).await {
                        Ok((records, refs)) => (next.records, next.refs) = (records, Rc::new(refs)),
                        Err(e) => next.error = Some(e),
                    }
                }
                if ids.len() > 1 && next.error.is_none() {
                    let asked =
                        Request::post(format!("/{object}/{survivor}/merge"), body(&ids, &survivor, &chosen, true));
                    match asked.json::<Outlook>().await {
                        Ok(outlook) => next.outlook = Some(outlook),
                        Err(e) => (next.outlook, next.error) = (None, Some(e)),
                    }
                }
                if *run.borrow() == mine {
                    loaded.set(next);
                }
            });
        });
    }
    let merge = {
        let (ids, survivor, chosen, busy) = (ids.clone(), survivor.clone(), chosen.clone(), busy.clone());
        let (meta, loaded, toaster, ondone, wrong) =
            (p.meta.clone(), loaded.clone(), toaster.clone(), p.ondone.clone(), wrong.clone());
        Callback::from(move |_: MouseEvent| {
            let kept = loaded.records.iter().find(|r| text(r, "id") == *survivor).cloned().unwrap_or_default();
            let request =
                Request::post(format!("/{}/{}/merge", meta.key, *survivor), body(&ids, &survivor, &chosen, false))
                    .if_match(int(&kept, "version"));
            let (busy, meta, toaster, ondone, wrong, id) =
                (busy.clone(), meta.clone(), toaster.clone(), ondone.clone(), wrong.clone(), (*survivor).clone());
            busy.set(true);
            wrong.set(None);
            spawn_local(async move {
                match request.text().await {
                    Ok(_) => {
                        everything(&meta.key);
                        let (object, again, of) = (meta.key.clone(), toaster.clone(), id.clone());
                        toaster.undo(
                            l.merge_done(&meta.title_of(&kept)),
                            Callback::from(move |()| undo(l, again.clone(), object.clone(), of.clone(), false)),
                        );
                        ondone.emit(id);
                    }
                    Err(e) => {
                        busy.set(false);
                        wrong.set(Some(e.text(l)));
                    }
                }
            });
        })
    };
    let keep = {
        let (survivor, chosen) = (survivor.clone(), chosen.clone());
        Callback::from(move |id: String| {
            survivor.set(id);
            chosen.set(BTreeMap::new());
        })
    };
    let choose = {
        let chosen = chosen.clone();
        Callback::from(move |(field, id): (String, String)| {
            let mut next = (*chosen).clone();
            // Choosing the same again hands it back to the rule.
            if next.get(&field) == Some(&id) {
                next.remove(&field);
            } else {
                next.insert(field, id);
            }
            chosen.set(next);
        })
    };
    let add = {
        let ids = ids.clone();
        Callback::from(move |c: Option<Choice>| {
            if let Some((id, _)) = c.filter(|c| !ids.contains(&c.0)) {
                let mut next = (*ids).clone();
                next.push(id);
                ids.set(next);
            }
        })
    };
    let retry = Callback::from(move |()| tries.set(*tries + 1));
    let stuck = loaded.outlook.as_ref().and_then(|o| o.moved.iter().find(|m| m.out_of_reach > 0).cloned());
    let ready = loaded.error.is_none() && loaded.outlook.is_some() && stuck.is_none() && ids.len() > 1;
    let footer = html! { <>
        { alert("mr-auto min-w-0", wrong.as_deref()) }
        <button class="btn btn-sm btn-ghost" onclick={p.onclose.reform(|_: MouseEvent| ())}>{ l.cancel() }</button>
        <button class="btn btn-sm btn-primary" data-testid="merge-do" disabled={!ready || *busy} onclick={merge}>if *busy { { spinner() } } else { { icon("git-merge", "size-4") } }{ l.merge_do(ids.len()) }</button>
    </> };
    let names = |object: &str| match object {
        "comments" => l.perm_comments_word().to_owned(),
        "attachments" => l.perm_attachments_word().to_owned(),
        other => session.object(other).map_or_else(|| other.to_owned(), |o| o.label_plural.clone()),
    };
    let show = Show::new(l, &session, &loaded.refs);
    html! {
        <Drawer title={l.merge_into_one(&p.meta.label)} onclose={p.onclose.clone()} wide=true {footer}>
            <div class="space-y-5 text-[13px]" data-testid="merge">
                if loaded.records.is_empty() && loaded.error.is_none() { { skeleton_lines(6) } }
                if loaded.records.len() == ids.len() { { survivors(l, &p.meta, &loaded.records, &survivor, keep) } }
                if ids.len() < MOST { <section>
                    <h3 class="mb-1.5 font-medium">{ l.merge_add() }</h3>
                    if ids.len() < 2 { <p class="mb-2 text-base-content/70">{ l.merge_add_hint() }</p> }
                    <LinkPicker key={ids.len().to_string()} object={p.meta.key.clone()} name="merge-add" value={None::<Choice>} onchange={add} />
                </section> }
                if let Some(e) = &loaded.error { <Failed error={e.clone()} {retry} /> }
                // A merge that is refused as it stands may go with other values: they are there to be chosen all the same.
                if loaded.records.len() == ids.len() && ids.len() > 1 && (loaded.outlook.is_some() || loaded.error.is_some()) {
                    { differing(&show, &p.meta, &loaded.records, loaded.outlook.as_ref(), &chosen, &choose) }
                    if let Some(outlook) = &loaded.outlook { { moving(l, outlook, names) } }
                    if let Some(m) = &stuck { <p class="rounded-lg bg-error/10 px-3 py-2 text-error" role="alert">{ l.merge_out_of_reach(m.out_of_reach, &names(&m.object)) }</p> }
                }
            </div>
        </Drawer>
    }
}

/// Which record remains.
fn survivors(l: Lang, meta: &ObjectMeta, records: &[Record], survivor: &str, keep: Callback<String>) -> Html {
    let option = |r: &Record| {
        let (id, name) = (text(r, "id").to_owned(), meta.title_of(r));
        let on = id == survivor;
        let second = meta.fields.iter().filter(|f| f.in_list && f.key != meta.title_field && f.kind == "text");
        let about: Vec<&str> = second.map(|f| text(r, &f.key)).filter(|s| !s.is_empty()).take(2).collect();
        let onclick = {
            let (keep, id) = (keep.clone(), id.clone());
            Callback::from(move |_: MouseEvent| keep.emit(id.clone()))
        };
        html! {
        <button type="button" role="radio" aria-checked={on.to_string()} key={id} {onclick} aria-label={l.merge_keep(&name)}
            class={cls!("flex min-h-12 w-full min-w-0 cursor-pointer items-center gap-2.5 rounded-xl border px-3 py-2 text-left", if on { "border-primary bg-primary/8" } else { "border-base-300 hover:bg-base-content/4" })}>
            <span class={cls!("grid size-4 shrink-0 place-items-center rounded-full border", if on { "border-primary bg-primary text-primary-content" } else { "border-base-content/30" })}>if on { { icon("check", "size-3") } }</span>
            <span class="min-w-0 flex-1"><span class="block font-medium wrap-anywhere">{ name }</span>if !about.is_empty() { <span class="block text-xs text-base-content/70 wrap-anywhere">{ about.join(" · ") }</span> }</span>
            if on { <span class="shrink-0 text-xs font-medium text-primary">{ l.merge_remains() }</span> }
        </button> }
    };
    html! { <section>
        <h3 class="mb-0.5 font-medium">{ l.merge_survivor() }</h3>
        <p class="mb-2 text-base-content/70">{ l.merge_survivor_hint() }</p>
        <div role="radiogroup" aria-label={l.merge_survivor()} class="grid grid-cols-1 gap-2 sm:grid-cols-2">{ for records.iter().map(option) }</div>
    </section> }
}

/// The fields in which the records differ, their values side by side; on a phone one below the other.
fn differing(
    show: &Show,
    meta: &ObjectMeta,
    records: &[Record],
    outlook: Option<&Outlook>,
    chosen: &BTreeMap<String, String>,
    choose: &Callback<(String, String)>,
) -> Html {
    let l = show.lang;
    let differ = |f: &&FieldMeta| {
        let first = records.first().map(|r| field_value(r, &f.key));
        f.writable && records.iter().any(|r| Some(field_value(r, &f.key)) != first)
    };
    let fields: Vec<&FieldMeta> = meta.fields.iter().filter(differ).collect();
    let line = |f: &FieldMeta| {
        let ruled = || outlook?.fields.iter().find(|k| k.field == f.key).map(|k| k.from.clone());
        let from = chosen.get(&f.key).map(|id| vec![id.clone()]).or_else(ruled).unwrap_or_default();
        let cell = |r: &Record| {
            let id = text(r, "id").to_owned();
            let on = from.contains(&id);
            let value = field_value(r, &f.key);
            let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            let said = if empty { l.empty_value().to_owned() } else { show.words(f, value) };
            let onclick = {
                let (choose, key, id) = (choose.clone(), f.key.clone(), id.clone());
                Callback::from(move |_: MouseEvent| choose.emit((key.clone(), id.clone())))
            };
            html! { <button type="button" key={id} aria-pressed={on.to_string()} {onclick}
                class={cls!("flex min-h-9 min-w-0 cursor-pointer items-center gap-1.5 rounded-lg border px-2.5 py-1.5 text-left", if on { "border-primary bg-primary/8" } else { "border-base-300 text-base-content/75 hover:bg-base-content/4" })}>
                <span class={cls!("shrink-0", if on { "text-primary" } else { "opacity-0" })}>{ icon("check", "size-3.5") }</span>
                <span class="min-w-0 flex-1"><span class="line-clamp-3 wrap-anywhere">{ said }</span><span class="block text-xs text-base-content/70 sm:sr-only">{ meta.title_of(r) }</span></span>
            </button> }
        };
        html! { <div key={f.key.clone()} role="group" aria-label={f.label.clone()} data-field={f.key.clone()} class="grid grid-cols-1 gap-1.5 py-2 sm:grid-cols-[6.5rem_minmax(0,1fr)] sm:gap-3">
            <span class="pt-1 text-xs text-base-content/70 sm:pt-2">{ &f.label }</span>
            <div class={cls!("grid grid-cols-1 gap-1.5", if records.len() > 2 { "sm:grid-cols-3" } else { "sm:grid-cols-2" })}>{ for records.iter().map(cell) }</div>
        </div> }
    };
    html! { <section data-testid="merge-values">
        <h3 class="mb-0.5 font-medium">{ l.merge_values() }</h3>
        if fields.is_empty() { <p class="text-base-content/70">{ l.merge_same() }</p> } else {
            <p class="mb-1 text-base-content/70">{ l.merge_values_hint() }</p>
            <div class="divide-y divide-base-300/70">{ for fields.into_iter().map(line) }</div>
        }
    </section> }
}

/// How much of what moves along.
fn moving(l: Lang, outlook: &Outlook, names: impl Fn(&str) -> String) -> Html {
    let mut counts: Vec<(String, u64)> = Vec::new();
    for m in &outlook.moved {
        match counts.iter_mut().find(|(object, _)| *object == m.object) {
            // A record that points here by two fields is one record.
            Some((_, n)) => *n = (*n).max(m.count),
            None => counts.push((m.object.clone(), m.count)),
        }
    }
    html! { <section data-testid="merge-moves">
        <h3 class="mb-1.5 font-medium">{ l.merge_moves() }</h3>
        if counts.is_empty() { <p class="text-base-content/70">{ l.merge_moves_none() }</p> } else {
            <ul class="flex flex-wrap gap-1.5">{ for counts.iter().map(|(object, n)| html! { <li key={object.clone()} class="inline-flex items-center gap-1.5 rounded-lg bg-base-content/6 px-2.5 py-1"><span class="text-base-content/75">{ names(object) }</span><b class="font-semibold tabular-nums">{ format::group(*n) }</b></li> }) }</ul>
        }
    </section> }
}

/// Whatever was shown may belong to another record now.
fn everything(object: &str) {
    changed(object);
    invalidate("/");
}

/// Undoes the last merge of a record; `leave` keeps here what has changed since.
pub(crate) fn undo(l: Lang, toaster: Toaster, object: String, id: String, leave: bool) {
    spawn_local(async move {
        let asked = Request::post(format!("/{object}/{id}/unmerge"), json!({ "leave_changed": leave }));
        match asked.json::<Record>().await {
            Ok(done) => {
                everything(&object);
                let kept: Vec<String> = done.get("kept_fields").map(Vec::read).unwrap_or_default();
                toaster.ok(if kept.is_empty() {
                    l.merge_undone().to_owned()
                } else {
                    l.merge_undone_partly(&kept.join(l.pick("、", ", ")))
                });
            }
            Err(e) if e.code == "changed_since_merge" && !leave => {
                let again = toaster.clone();
                toaster.offer(
                    e.text(l),
                    l.merge_leave(),
                    Callback::from(move |()| undo(l, again.clone(), object.clone(), id.clone(), true)),
                );
            }
            Err(e) => toaster.err(e.text(l)),
        }
    });
}

wire! {
/// A merge that a record came out of.
pub(crate) struct PastMerge {
    pub(crate) id: String,
    pub(crate) created_at: String,
    pub(crate) created_by: String,
    pub(crate) merged: Vec<String>,
    pub(crate) undone_at: String,
}
}

wire! {
/// The merges that a record came out of.
pub(crate) struct PastMerges {
    pub(crate) items: Vec<PastMerge>,
    pub(crate) refs: Refs,
}
}

#[derive(Properties, PartialEq)]
pub(crate) struct MergedFromProps {
    pub(crate) object: String,
    pub(crate) id: String,
}

/// What a record was merged from, and the way back.
#[component]
pub(crate) fn MergedFrom(p: &MergedFromProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let query = use_query::<PastMerges>(format!("/{}/{}/merges", p.object, p.id));
    let Some(past) = query.data.as_ref().filter(|past| !past.items.is_empty()) else { return nothing() };
    let show = Show::new(l, &session, &past.refs);
    let last = past.items.iter().position(|m| m.undone_at.is_empty());
    let may = session.object(&p.object).is_some_and(may_merge);
    let line = |(at, m): (usize, &PastMerge)| {
        let onclick = {
            let (toaster, object, id) = (toaster.clone(), p.object.clone(), p.id.clone());
            Callback::from(move |_: MouseEvent| undo(l, toaster.clone(), object.clone(), id.clone(), false))
        };
        html! { <li key={m.id.clone()} class="flex flex-wrap items-center gap-x-2 gap-y-1 py-2">
            <span class="min-w-0 flex-1 basis-40"><span class="flex flex-wrap gap-x-2">{ for m.merged.iter().map(|id| html! { <Link<Route> to={Route::record(&p.object, id)} classes="wrap-anywhere hover:text-primary hover:underline underline-offset-2">{ show.label(id).to_owned() }</Link<Route>> }) }</span>
            <span class="block text-xs text-base-content/70">{ format::moment(l, &m.created_at, &show.clock) }if !m.created_by.is_empty() { { " · " }{ show.label(&m.created_by).to_owned() } }</span></span>
            if !m.undone_at.is_empty() { { badge("neutral", l.merged_undone_badge()) } }
            else if Some(at) == last && may { <button class="btn btn-ghost btn-xs" data-testid="unmerge" {onclick}>{ icon("undo-2", "size-3.5") }{ l.merge_undo() }</button> }
        </li> }
    };
    html! { <div class="mt-4"><Card title={l.merged_here()}><ul class="divide-y divide-base-300/60 px-4 pb-2 text-[13px]" data-testid="merged-from">{ for past.items.iter().enumerate().map(line) }</ul></Card></div> }
}

/// Where a record went that is part of another one now.
pub(crate) fn merged_into(l: Lang, object: &str, record: &Record, refs: &Refs) -> Html {
    let into = text(record, "merged_into_id");
    if into.is_empty() {
        return nothing();
    }
    let name = refs.get(into).cloned().unwrap_or_else(|| into.chars().take(8).collect());
    html! { <p class="mb-4 flex flex-wrap items-center gap-x-1.5 rounded-xl bg-info/10 px-4 py-2.5 text-[13px]" role="status" data-testid="merged-into">{ icon("git-merge", "size-4 text-info") }{ l.merged_into() }<Link<Route> to={Route::record(object, into)} classes="font-medium text-primary underline-offset-2 hover:underline">{ name }</Link<Route>></p> }
}
