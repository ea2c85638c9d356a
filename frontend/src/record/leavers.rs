//! People who can no longer log in and still hold something, above the list of users.

use crate::data::query::use_query;
use crate::data::types::{Page, Record, int, text};
use crate::format;
use crate::i18n::use_lang;
use crate::route::{Route, anchor};
use crate::ui::{icon, nothing};
use yew::prelude::*;

/// Named one by one; more are a number.
const NAMED: usize = 5;

/// The line; nothing where nobody left anything behind.
#[component]
pub(super) fn LeaversNotice() -> Html {
    let l = use_lang();
    let query = use_query::<Page<Record>>("/leavers".to_owned());
    let Some(page) = query.data.as_ref().filter(|page| !page.items.is_empty()) else { return nothing() };
    let held = |r: &Record| int(r, "total").unwrap_or_default().unsigned_abs();
    let total = format::group(page.items.iter().map(held).sum());
    let said = match page.items.len() {
        1 => l.leavers_one(&total),
        n => l.leavers(n, &total),
    };
    let one = |r: &Record| {
        let inside = html! { <><span class="underline decoration-base-content/30 underline-offset-2">{ text(r, "name") }</span><span class="tabular-nums text-base-content/75">{ format::group(held(r)) }</span></> };
        html! { <li key={text(r, "user_id").to_owned()}>{ anchor(&Route::record("users", text(r, "user_id")), "inline-flex min-h-6 items-center gap-1.5 hover:text-primary max-sm:min-h-9", inside) }</li> }
    };
    let more = page.items.len().saturating_sub(NAMED);
    html! {
        <div role="status" data-testid="leavers" class="mb-4 flex items-start gap-2 rounded-lg border border-warning/30 bg-warning/10 px-3 py-2 text-[13px]">
            { icon("circle-alert", "mt-1 size-4 text-warning") }
            <div class="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1"><span class="leading-6">{ said }</span><ul class="flex flex-wrap items-center gap-x-3">{ for page.items.iter().take(NAMED).map(one) }if more > 0 { <li class="text-base-content/75">{ l.leavers_more(more) }</li> }</ul></div>
        </div>
    }
}
