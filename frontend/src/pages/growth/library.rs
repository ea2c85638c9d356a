//! What of the content library and the resource catalogue is used, and how the deals went that it was used for.

use super::{Span, list, num, since, words};
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::{Card, Empty, Failed, icon, page_head, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// The page.
#[component]
pub(crate) fn Library() -> Html {
    let l = use_lang();
    let session = use_session();
    let days = use_state_eq(|| 180i64);
    browser::set_title(&format!("{} · {}", l.nav_library(), l.app_name()));
    let report = use_query::<Value>(format!("/library-use{}", since(*days)));
    let ondays = {
        let days = days.clone();
        Callback::from(move |d: i64| days.set(d))
    };
    let open = |object: &'static str| html! { <Link<Route> to={Route::list(object)} classes="btn btn-ghost btn-xs">{ l.open() }{ icon("arrow-right", "size-3.5") }</Link<Route>> };
    let body = match (&report.data, &report.error) {
        (Some(r), _) => html! { <div class="grid grid-cols-1 gap-4" data-testid="library">
        <Card title={l.lib_contents()} extra={open("contents")}>{ table(l, session.currency(), "contents", list(r, "contents")) }</Card>
        <Card title={l.lib_resources()} extra={open("resources")}>{ table(l, session.currency(), "resources", list(r, "resources")) }</Card></div> },
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={report.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_lines(10) }</Card> },
    };
    html! { <>{ page_head(html! { { l.nav_library() } }, html! { <Span days={*days} onchange={ondays} /> }) }{ body }</> }
}

fn table(l: Lang, currency: &str, object: &str, rows: &[Value]) -> Html {
    if rows.iter().all(|r| num(r, "contacts").unwrap_or(0.0) == 0.0) {
        return html! { <Empty small=true icon="notebook-pen" title={l.lib_none()} body={l.lib_none_body()} /> };
    }
    let most = rows.iter().filter_map(|r| num(r, "contacts")).fold(1.0, f64::max);
    let money = |v: Option<f64>| v.map(|v| format::money(l, currency, v as i64)).unwrap_or_default();
    let costs = object == "resources";
    html! { <div class="overflow-x-auto" tabindex="0"><table class="w-full text-[13px]"><thead class="text-left text-xs text-base-content/70"><tr class="h-8"><th class="px-4 font-medium"></th><th class="px-2 font-medium">{ l.lib_used() }</th><th class="px-2 text-right font-medium whitespace-nowrap">{ l.lib_customers() }</th><th class="px-2 text-right font-medium whitespace-nowrap">{ l.lib_won() }</th><th class="px-2 text-right font-medium whitespace-nowrap">{ l.lib_won_amount() }</th>if costs { <th class="px-4 text-right font-medium">{ l.lib_cost() }</th> }</tr></thead>
    <tbody class="divide-y divide-base-300/60">{ for rows.iter().map(|r| { let n = num(r, "contacts").unwrap_or(0.0); html! {
        <tr class="h-11"><td class="max-w-64 px-4"><Link<Route> to={Route::record(object, words(r, "id"))} classes="block truncate font-medium hover:text-primary">{ words(r, "title") }</Link<Route>><span class="text-xs text-base-content/70">{ words(r, "kind") }</span></td>
        <td class="min-w-28 px-2"><span class="flex items-center gap-2"><span class="block h-1.5 flex-1 rounded-full bg-base-200"><span class="block h-full rounded-full bg-primary/70" style={format!("width:{:.1}%", n / most * 100.0)}></span></span><span class="w-12 text-right tabular-nums">{ format::group(n as u64) }</span></span></td>
        <td class="px-2 text-right tabular-nums">{ format::group(num(r, "customers").unwrap_or(0.0) as u64) }</td>
        <td class="px-2 text-right tabular-nums whitespace-nowrap">{ num(r, "won").map_or_else(|| html! { <span class="text-xs text-base-content/70">{ l.insufficient() }</span> }, |w| html! { { format::percent(w) } }) }</td>
        <td class="px-2 text-right tabular-nums whitespace-nowrap">{ money(num(r, "won_minor")) }</td>if costs { <td class="px-4 text-right tabular-nums whitespace-nowrap">{ money(num(r, "cost_minor")) }</td> }</tr> } }) }</tbody></table></div> }
}
