//! Which sources bring the right customers, and where the prospects of high value are.

use super::scope::{Scope, ScopeBar};
use super::{list, num, words};
use crate::browser;
use crate::data::listing::drill_target;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::pages::list_link::ListLink;
use crate::ui::cls;
use crate::ui::{Card, Empty, Failed, page_head, skeleton_rows};
use serde_json::Value;
use yew::prelude::*;

/// The page.
#[component]
pub(super) fn Channels() -> Html {
    let l = use_lang();
    let session = use_session();
    let scope = use_state_eq(|| Scope { span: "365".to_owned(), ..Scope::default() });
    let report = use_query::<Value>(format!("/channels{}", scope.query()));
    browser::set_title(&format!("{} · {}", l.nav_channels(), l.app_name()));
    let onchange = {
        let scope = scope.clone();
        Callback::from(move |s: Scope| scope.set(s))
    };
    let body = match (&report.data, &report.error) {
        (Some(r), _) if list(r, "rows").is_empty() => {
            html! { <Empty icon="users" title={l.channels_none()} /> }
        }
        (Some(r), _) => {
            html! { <>{ table(l, session.currency(), list(r, "rows")) }{ cards(l, session.currency(), list(r, "rows")) }</> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={report.refetch.clone()} /> },
        (None, None) => skeleton_rows(6),
    };
    html! { <>
        { page_head(html! { { l.nav_channels() } }, html! {}) }
        <ScopeBar scope={(*scope).clone()} {onchange} />
        <p class="mb-3 text-[13px] text-base-content/70">{ l.channels_why() }</p>
        <Card>{ body }</Card>
    </> }
}

fn count(r: &Value, key: &str) -> String {
    format::group(num(r, key).unwrap_or(0.0) as u64)
}

fn revenue(l: Lang, currency: &str, r: &Value) -> String {
    format::money(l, currency, num(r, "revenue_minor").unwrap_or(0.0) as i64)
}

/// The same for a phone, where a table would hide its right half.
fn cards(l: Lang, currency: &str, rows: &[Value]) -> Html {
    let share = |r: &Value, key: &str, label: &'static str, of: String| {
        html! { <div class="min-w-0"><dt class="truncate text-xs text-base-content/70">{ label }</dt><dd class="text-[15px] font-semibold tabular-nums">{ format::share(num(r, key)) }</dd><dd class="text-xs tabular-nums text-base-content/70">{ of }</dd></div> }
    };
    let card = |r: &Value| {
        html! { <li key={words(r, "label").to_owned()} class="px-4 py-3 text-[13px]" data-testid="channel">
        <div class="flex items-baseline justify-between gap-3"><b class="truncate text-[15px] font-semibold">{ words(r, "label") }</b><span class="shrink-0 text-xs text-base-content/70">{ l.channel_customers() }{ " " }{ linked(r, "drill_down", count(r, "customers")) }</span></div>
        <dl class="mt-2 grid grid-cols-3 gap-3">{ share(r, "precision", l.channel_precision(), l.channel_of(&count(r, "qualified"), &count(r, "screened"))) }{ share(r, "good_share", l.channel_good(), count(r, "good")) }{ share(r, "conversion", l.channel_conversion(), count(r, "bought")) }</dl>
        <p class="mt-2 flex justify-between gap-3 text-xs text-base-content/70"><span>{ l.channel_revenue() }{ " " }<b class="font-medium text-base-content tabular-nums">{ revenue(l, currency, r) }</b></span><span>{ l.channel_prospects() }{ " " }{ linked(r, "prospects_link", count(r, "prospects")) }</span></p></li> }
    };
    html! { <ul class="divide-y divide-base-300/60 sm:hidden">{ for rows.iter().map(card) }</ul> }
}

/// A number that leads to its records.
fn linked(v: &Value, key: &str, shown: String) -> Html {
    match drill_target(words(v, key)) {
        Some((object, query)) => {
            html! { <ListLink {object} {query} class={cls!("tabular-nums underline-offset-2 hover:text-primary hover:underline")}>{ shown }</ListLink> }
        }
        None => html! { { shown } },
    }
}

fn table(l: Lang, currency: &str, rows: &[Value]) -> Html {
    // A share beside its bar, so that channels compare at a glance.
    let share = |r: &Value, key: &str, of: String| {
        let known = num(r, key);
        let width = format!("width:{:.0}%", known.unwrap_or(0.0));
        html! { <td class="px-2 py-2"><span class="flex items-center justify-end gap-2"><span class="hidden h-1.5 w-14 rounded-full bg-base-content/8 sm:block"><span class="block h-1.5 rounded-full bg-primary" style={width}></span></span>
        <span class="w-12 text-right font-medium tabular-nums">{ format::share(known) }</span></span><span class="block text-right text-xs tabular-nums text-base-content/70">{ of }</span></td> }
    };
    let head = |text: &'static str| html! { <th class="px-2 text-right font-medium whitespace-nowrap">{ text }</th> };
    html! { <div class="hidden overflow-x-auto sm:block" tabindex="0" data-testid="channels"><table class="w-full text-[13px]">
    <thead class="text-left text-xs text-base-content/70"><tr class="h-9"><th class="px-4 font-medium">{ l.channel() }</th>{ head(l.channel_customers()) }{ head(l.channel_precision()) }{ head(l.channel_good()) }{ head(l.channel_conversion()) }{ head(l.channel_revenue()) }<th class="px-4 text-right font-medium whitespace-nowrap">{ l.channel_prospects() }</th></tr></thead>
    <tbody>{ for rows.iter().map(|r| html! { <tr key={words(r, "label").to_owned()} class="border-t border-base-300/60" data-testid="channel">
        <td class="px-4 py-2 font-medium whitespace-nowrap">{ words(r, "label") }</td>
        <td class="px-2 text-right">{ linked(r, "drill_down", count(r, "customers")) }</td>
        { share(r, "precision", l.channel_of(&count(r, "qualified"), &count(r, "screened"))) }
        { share(r, "good_share", count(r, "good")) }
        { share(r, "conversion", count(r, "bought")) }
        <td class="px-2 text-right tabular-nums whitespace-nowrap">{ revenue(l, currency, r) }</td>
        <td class="px-4 text-right">{ linked(r, "prospects_link", count(r, "prospects")) }</td></tr> }) }</tbody></table></div> }
}
