//! What is done to several chosen records at once.

use super::bulk_edit::{BulkChange, BulkEditProps, EditField, EditTags, editable};
use super::bulk_send::{MOST, all, apply, report};
use super::link::{Choice, LinkPicker};
use super::merge::{MOST as MERGED_MOST, Merge, may_merge};
use super::pool::ReleaseDialog;
use super::save::changed;
use crate::data::types::{ObjectMeta, Record, text};
use crate::i18n::use_lang;
use crate::ui::overlay::{Confirm, Dialog};
use crate::ui::toast::use_toaster;
use crate::ui::{icon, spinner};
use serde_json::json;
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Clone, Properties, PartialEq)]
pub(crate) struct BulkProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) rows: Vec<Rc<Record>>,
    /// What else the list would show: its query, and how many rows it has, when every loaded row is chosen.
    pub(crate) beyond: Option<(String, u64)>,
    pub(crate) archived: bool,
    /// What is to be chosen from now on, by id.
    pub(crate) onchoose: Callback<Rc<BTreeSet<String>>>,
    pub(crate) onexport: Callback<()>,
}

#[derive(Clone, Copy, PartialEq)]
enum Asking {
    Nothing,
    Archive,
    Owner,
    Field,
    Tags,
    Pool,
    Merge,
}

/// The bar that replaces the toolbar while records are chosen.
#[component]
pub(crate) fn Bulk(p: &BulkProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let asking = use_state_eq(|| Asking::Nothing);
    let owner = use_state_eq(|| None::<Choice>);
    let busy = use_state_eq(|| false);
    let everything = use_state_eq(|| None::<Rc<Vec<Rc<Record>>>>);
    let clear = p.onchoose.reform(|()| Rc::default());
    {
        let everything = everything.setter();
        use_effect_with(p.rows.len(), move |_| everything.set(None));
    }
    let chosen: Rc<Vec<Rc<Record>>> = everything.as_ref().cloned().unwrap_or_else(|| Rc::new(p.rows.clone()));
    let n = chosen.len();
    let further = p.beyond.as_ref().filter(|b| everything.is_none() && b.1 > n as u64);
    let gather = {
        let (busy, everything, beyond, object) =
            (busy.clone(), everything.clone(), p.beyond.clone(), p.meta.key.clone());
        let (tagged, toaster) = (p.meta.field("tags").is_some(), toaster.clone());
        Callback::from(move |_: MouseEvent| {
            let Some((query, _)) = beyond.clone() else { return };
            let (busy, everything, object, toaster) =
                (busy.clone(), everything.clone(), object.clone(), toaster.clone());
            busy.set(true);
            spawn_local(async move {
                match all(&object, &query, tagged).await {
                    Ok(rows) => everything.set(Some(Rc::new(rows))),
                    Err(e) => toaster.err(e.text(l)),
                }
                busy.set(false);
            });
        })
    };
    let ask = |what: Asking| {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(what))
    };
    let hide = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(Asking::Nothing))
    };
    let run = {
        let (rows, object, busy, asking, choose, toaster) =
            (chosen.clone(), p.meta.key.clone(), busy.clone(), asking.clone(), p.onchoose.clone(), toaster.clone());
        let everything = everything.clone();
        Callback::from(move |(op, change): (&'static str, Option<BulkChange>)| {
            let (rows, object, busy, asking, choose, toaster, everything) = (
                rows.clone(),
                object.clone(),
                busy.clone(),
                asking.clone(),
                choose.clone(),
                toaster.clone(),
                everything.clone(),
            );
            busy.set(true);
            spawn_local(async move {
                let outcome = apply(&object, op, &rows, change).await;
                busy.set(false);
                asking.set(Asking::Nothing);
                // What did not go well stays chosen, as far as the list shows it.
                everything.set(None);
                choose.emit(Rc::new(outcome.failed()));
                changed(&object);
                report(l, toaster, op, object, outcome);
            });
        })
    };
    let archive = {
        let run = run.clone();
        Callback::from(move |()| run.emit(("archive", None)))
    };
    let restore = {
        let run = run.clone();
        Callback::from(move |_: MouseEvent| run.emit(("restore", None)))
    };
    let assign = {
        let (run, owner) = (run.clone(), owner.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(o) = &*owner {
                let data = json!({ "owner_id": o.0 });
                run.emit(("update", Some(BulkChange(Rc::new(move |_| data.clone())))))
            }
        })
    };
    let edit = yew::props!(BulkEditProps {
        meta: p.meta.clone(),
        n,
        busy: *busy,
        onsave: run.reform(|change| ("update", Some(change))),
        onclose: hide.clone(),
    });
    let released = {
        let (asking, clear) = (asking.clone(), clear.clone());
        Callback::from(move |done: bool| {
            asking.set(Asking::Nothing);
            if done {
                clear.emit(())
            }
        })
    };
    let may = p.meta.may("update");
    html! { <>
        <div class="flex min-h-11 w-full flex-wrap items-center gap-x-1.5 px-3 text-[13px]" data-testid="bulk">
            <b class="mr-2 font-medium tabular-nums">{ l.chosen(n) }</b>
            if let Some((_, total)) = further { <button class="btn btn-sm btn-ghost text-primary" data-testid="bulk-everything" onclick={gather} disabled={*busy}>{ l.choose_everything(&crate::format::group((*total).min(MOST as u64))) }</button> }
            if p.archived { <button class="btn btn-sm btn-ghost" onclick={restore} disabled={*busy}>{ icon("archive-restore", "size-4") }{ l.restore() }</button> } else {
                if may && editable(&p.meta) { <button class="btn btn-sm btn-ghost" data-testid="bulk-edit" onclick={ask(Asking::Field)}>{ icon("pencil", "size-4") }{ l.bulk_edit() }</button> }
                if may && p.meta.field("tags").is_some_and(|f| f.writable) { <button class="btn btn-sm btn-ghost" data-testid="bulk-tags" onclick={ask(Asking::Tags)}>{ icon("tag", "size-4") }{ l.bulk_tags() }</button> }
                if may && p.meta.owned { <button class="btn btn-sm btn-ghost" onclick={ask(Asking::Owner)}>{ icon("user", "size-4") }{ l.change_owner() }</button> }
                if may && p.meta.field("pooled_at").is_some() { <button class="btn btn-sm btn-ghost" data-testid="bulk-pool" onclick={ask(Asking::Pool)}>{ icon("handshake", "size-4") }{ l.pool_release() }</button> }
                if n > 1 && n <= MERGED_MOST && may_merge(&p.meta) { <button class="btn btn-sm btn-ghost" data-testid="bulk-merge" onclick={ask(Asking::Merge)}>{ icon("git-merge", "size-4") }{ l.merge() }</button> }
                if p.meta.may("export") { <button class="btn btn-sm btn-ghost" onclick={p.onexport.reform(|_| ())}>{ icon("download", "size-4") }{ l.export() }</button> }
                if p.meta.may("archive") { <button class="btn btn-sm btn-ghost text-error" onclick={ask(Asking::Archive)}>{ icon("archive", "size-4") }{ l.archive() }</button> }
            }
            if *busy { { spinner() } }
            <button class="btn btn-sm btn-ghost ml-auto" onclick={clear.reform(|_: MouseEvent| ())}>{ l.cancel() }</button>
        </div>
        if *asking == Asking::Archive { <Confirm title={l.archive_many(n)} body={l.archive_many_body()} action={l.archive()} danger=true onyes={archive} onclose={hide.clone()} /> }
        if *asking == Asking::Field { <EditField ..edit /> } else if *asking == Asking::Tags { <EditTags ..edit /> }
        if *asking == Asking::Pool { <ReleaseDialog rows={chosen.to_vec()} onclose={released} /> }
        if *asking == Asking::Merge { <Merge meta={p.meta.clone()} ids={chosen.iter().map(|r| text(r, "id").to_owned()).collect::<Vec<_>>()} ondone={let (hide, clear) = (hide.clone(), clear.clone()); Callback::from(move |_: String| { hide.emit(()); clear.emit(()) })} onclose={hide.clone()} /> }
        if *asking == Asking::Owner {
            <Dialog title={l.change_owner()} onclose={hide} footer={html! { <button class="btn btn-sm btn-primary" disabled={owner.is_none() || *busy} onclick={assign}>if *busy { { spinner() } }{ l.save() }</button> }}>
                <div class="min-h-64"><p class="mb-2 text-base-content/70">{ l.change_owner_body(n) }</p><LinkPicker object="users" value={(*owner).clone()} onchange={let owner = owner.clone(); Callback::from(move |c: Option<Choice>| owner.set(c))} /></div>
            </Dialog>
        }
    </> }
}
