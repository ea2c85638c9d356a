//! Two people change one record: both values, and whose to keep.

use super::value::{Refs, Show};
use crate::data::form::changed;
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, ObjectMeta, Record, field_value};
use crate::i18n::use_lang;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ClashProps {
    pub(super) meta: ObjectMeta,
    /// The record as one has it in the form.
    pub(super) mine: Record,
    /// The record as it was when the form was opened.
    pub(super) before: Record,
    /// The record as somebody else has left it.
    pub(super) theirs: Record,
    pub(super) refs: Rc<Refs>,
    pub(super) onkeep: Callback<()>,
    pub(super) ondrop: Callback<()>,
}

/// Somebody else saved first. A field that one has not changed oneself stays as they left it, whoever is kept, so that
/// there stands nothing under one's own changes.
#[component]
pub(super) fn Clash(p: &ClashProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let show = Show::new(l, &session, &p.refs);
    let own = |f: &FieldMeta| changed(f, &p.before, &p.mine);
    let rows = p.meta.fields.iter().filter(|f| match own(f) {
        true => changed(f, &p.mine, &p.theirs),
        false => changed(f, &p.before, &p.theirs),
    });
    html! {
        <div class="mb-4 rounded-xl border border-warning/50 bg-warning/8 p-3 text-[13px]" role="alert">
            <p class="font-medium">{ l.clash_title() }</p>
            <table class="my-2 w-full text-left text-xs"><thead class="text-base-content/70"><tr><th class="font-normal"></th><th class="font-normal">{ l.clash_mine() }</th><th class="font-normal">{ l.clash_theirs() }</th></tr></thead>
            <tbody>{ for rows.map(|f| html! { <tr class="align-top"><td class="py-0.5 pr-2 text-base-content/70">{ &f.label }</td><td class="py-0.5 pr-2 font-medium">if own(f) { { show.words(f, field_value(&p.mine, &f.key)) } }</td><td class="py-0.5">{ show.words(f, field_value(&p.theirs, &f.key)) }</td></tr> }) }</tbody></table>
            <div class="flex gap-2"><button type="button" class="btn btn-xs btn-primary" onclick={p.onkeep.reform(|_: MouseEvent| ())}>{ l.clash_keep() }</button><button type="button" class="btn btn-xs" onclick={p.ondrop.reform(|_: MouseEvent| ())}>{ l.clash_drop() }</button></div>
        </div>
    }
}
