//! How people take to the product: log-ins, days of use, and how soon activities are written down.

use super::scope::{Scope, ScopeBar};
use super::{bar, list, num, words};
use crate::browser;
use crate::data::query::use_query;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::{Card, Empty, Failed, page_head, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn Adoption() -> Html {
    let l = use_lang();
    let scope = use_state_eq(Scope::default);
    browser::set_title(&format!("{} · {}", l.nav_adoption(), l.app_name()));
    let report = use_query::<Value>(format!("/adoption{}", scope.query()));
    let onscope = {
        let scope = scope.clone();
        Callback::from(move |s: Scope| scope.set(s))
    };
    let body = match (&report.data, &report.error) {
        (Some(r), _) => {
            let none = Value::Null;
            html! { <>
                { tiles(l, r.get("total").unwrap_or(&none)) }
                <p class="mt-3 max-w-3xl text-xs text-base-content/70">{ l.adoption_hint(num(r, "within_hours").unwrap_or(24.0) as i64) }</p>
                <div class="mt-4 grid grid-cols-1 items-start gap-4 xl:grid-cols-2"><Card title={l.adoption_team()}>{ table(l, list(r, "teams"), "teams") }</Card><Card title={l.adoption_person()}>{ table(l, list(r, "people"), "people") }</Card></div>
            </> }
        }
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={report.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_lines(10) }</Card> },
    };
    html! { <>{ page_head(html! { { l.nav_adoption() } }, html! { <ScopeBar scope={(*scope).clone()} onchange={onscope} /> }) }{ body }</> }
}

fn tiles(l: Lang, t: &Value) -> Html {
    let whole = |key: &str| format::group(num(t, key).unwrap_or(0.0) as u64);
    let percent = |key: &str| num(t, key).map_or_else(|| l.unknown().to_owned(), format::percent);
    let tile = |label: &'static str, text: String, share: Option<f64>| html! { <div class="rounded-box border border-base-300 bg-base-100 px-4 pb-3 pt-3"><p class="text-xs text-base-content/70">{ label }</p><p class="text-[22px] font-semibold leading-8 tabular-nums">{ text }</p>if share.is_some() { { bar(share, None) } }</div> };
    html! { <div class="grid grid-cols-2 gap-3 xl:grid-cols-4" data-testid="adoption">
        { tile(l.adoption_on_time(), percent("on_time_share"), num(t, "on_time_share")) }
        { tile(l.adoption_activities(), whole("activities"), None) }
        { tile(l.adoption_used(), percent("used"), num(t, "used")) }
        { tile(l.adoption_logins(), whole("logins"), None) }
    </div> }
}

fn table(l: Lang, rows: &[Value], id: &'static str) -> Html {
    if rows.is_empty() {
        return html! { <Empty small=true icon="users" title={l.no_data()} /> };
    }
    let whole = |r: &Value, key: &str| format::group(num(r, key).unwrap_or(0.0) as u64);
    let percent = |r: &Value, key: &str| num(r, key).map_or_else(|| "—".to_owned(), format::percent);
    html! { <div class="overflow-x-auto px-4 pb-3" tabindex="0"><table class="w-full text-[13px]" data-testid={id}><thead class="text-xs text-base-content/70"><tr class="h-8"><th class="text-left font-normal"></th><th class="pl-3 text-right font-normal whitespace-nowrap">{ l.adoption_on_time() }</th><th class="pl-3 text-right font-normal whitespace-nowrap">{ l.adoption_activities() }</th><th class="pl-3 text-right font-normal whitespace-nowrap">{ l.adoption_used() }</th><th class="pl-3 text-right font-normal whitespace-nowrap">{ l.adoption_logins() }</th></tr></thead>
    <tbody>{ for rows.iter().map(|r| html! { <tr class="h-9 border-t border-base-300/60"><th class="max-w-40 truncate pr-2 text-left font-medium">{ words(r, "name") }</th><td class="pl-3 text-right tabular-nums"><span class="inline-flex items-center gap-2"><span class="hidden w-16 sm:block">{ bar(num(r, "on_time_share"), None) }</span>{ percent(r, "on_time_share") }</span></td><td class="pl-3 text-right tabular-nums">{ whole(r, "activities") }</td><td class="pl-3 text-right tabular-nums">{ percent(r, "used") }</td><td class="pl-3 text-right tabular-nums">{ whole(r, "logins") }</td></tr> }) }</tbody></table></div> }
}
