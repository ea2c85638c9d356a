//! What an undo left as it is, and the choice to take that back too.

use crate::data::jobs::{Import, Kept};
use crate::data::session::use_session;
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::overlay::Confirm;
use crate::ui::{Card, icon, nothing};
use std::rc::Rc;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct LeftProps {
    pub(crate) import: Rc<Import>,
    pub(crate) onundo: Callback<()>,
}

/// The records that stay, with the reason, and the button to undo them too.
#[component]
pub(crate) fn Left(p: &LeftProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let asking = use_state_eq(|| false);
    let Some(undo) = p.import.undo.as_ref().filter(|u| u.kept > 0) else { return nothing() };
    let ask = {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(true))
    };
    let hide = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(false))
    };
    let row = |k: &Kept| {
        let object = session.object(&k.object).map_or(k.object.as_str(), |m| m.label.as_str()).to_owned();
        let name = k.title.clone().unwrap_or_else(|| k.record_id.clone());
        html! { <li class="flex items-center justify-between gap-3 py-1.5"><span class="min-w-0 truncate"><span class="mr-2 text-xs text-base-content/70">{ object }</span><Link<Route> to={Route::record(&k.object, &k.record_id)} classes="hover:text-primary">{ name }</Link<Route>></span><span class="shrink-0 text-xs text-base-content/70">{ reason(l, &k.reason) }</span></li> }
    };
    html! { <Card class="mt-4 p-4">
        <div class="flex flex-wrap items-center justify-between gap-2"><h2 class="text-[13px] font-semibold">{ l.undo_left(undo.kept) }</h2>
            if p.import.state == "undone" { <button class="btn btn-sm" onclick={ask} data-testid="undo-rest">{ icon("undo-2", "size-4") }{ l.undo_rest() }</button> }
        </div>
        <ul class="mt-2 divide-y divide-base-300/60 text-[13px]" data-testid="undo-left">{ for undo.kept_records.iter().map(row) }</ul>
        if *asking { <Confirm title={l.undo_rest()} body={l.undo_rest_body(undo.kept)} action={l.undo_rest()} danger=true onyes={p.onundo.clone()} onclose={hide} /> }
    </Card> }
}

fn reason(l: Lang, key: &str) -> &'static str {
    match key {
        "changed" => l.undo_changed(),
        "used" => l.undo_used(),
        "not_yours" => l.undo_not_yours(),
        _ => l.undo_blocked(),
    }
}
