//! What a customer likes and could be shown, and how much it looks as if it were about to buy.

use super::{list, missing, num, words};
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::badge;
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct OfProps {
    /// The customer.
    pub(crate) id: String,
}

/// Preferences, products and cases that meet them, what was bought and what was not.
#[component]
pub(crate) fn Likes(p: &OfProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let found = use_query::<Value>(format!("/customers/{}/recommendations", p.id));
    let Some(r) = &found.data else { return missing(&found) };
    let clock = browser::clock();
    let items = |title: &str, object: &'static str, rows: &[Value]| html! { if !rows.is_empty() { <p class="mt-2 text-xs text-base-content/70">{ title.to_owned() }</p><ul class="text-[13px]">{ for rows.iter().map(|i| html! { <li class="flex min-h-8 items-center justify-between gap-3"><Link<Route> to={Route::record(object, words(i, "id"))} classes="min-w-0 truncate hover:text-primary">{ words(i, "title") }</Link<Route>><span class="shrink-0 text-xs text-base-content/70">{ list(i, "met").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(l.pick("、", ", ")) }</span></li> }) }</ul> } };
    let likes = list(r, "preferences");
    html! { <section class="min-w-0 rounded-box border border-base-300 p-4" data-testid="likes"><h3 class="mb-1 text-[13px] font-semibold">{ l.likes() }</h3>{ habits(l, r.get("habits").unwrap_or(&Value::Null)) }
        if likes.is_empty() { <p class="text-xs text-base-content/70">{ l.likes_none() }</p> } else { <div class="flex flex-wrap gap-1.5">{ for likes.iter().map(|t| badge("primary", words(t, "name"))) }</div> }
        { items(l.likes_products(), "products", list(r, "products")) }{ items(l.likes_cases(), "contents", list(r, "cases")) }
        if !list(r, "bought").is_empty() { <p class="mt-2 text-xs text-base-content/70">{ l.likes_bought() }</p><ul class="text-[13px]">{ for list(r, "bought").iter().take(5).map(|b| html! { <li class="flex min-h-7 items-center justify-between gap-3"><span class="truncate">{ words(b, "category") }</span><span class="shrink-0 text-xs tabular-nums text-base-content/70">{ l.orders_n(num(b, "orders").unwrap_or(0.0) as i64) }{ " · " }{ format::money(l, session.currency(), num(b, "amount_minor").unwrap_or(0.0) as i64) }{ " · " }{ format::date(l, words(b, "last_on"), &clock) }</span></li> }) }</ul> }
        if !list(r, "not_bought").is_empty() { <p class="mt-2 text-xs text-base-content/70">{ l.likes_gap() }</p><div class="mt-1 flex flex-wrap gap-1.5">{ for list(r, "not_bought").iter().filter_map(Value::as_str).take(8).map(|c| badge("neutral", c)) }</div> }
    </section> }
}

/// How they are best reached.
fn habits(l: Lang, h: &Value) -> Html {
    let channel = words(h, "channel_label");
    if channel.is_empty() {
        return html! {};
    }
    let answered = num(h, "answered");
    let how = if answered.is_some() { l.habits_channel(channel) } else { l.habits_often(channel) };
    let when = num(h, "weekday").zip(num(h, "from_hour")).zip(num(h, "to_hour"));
    html! { <div class="mb-2 rounded-xl bg-base-200/60 px-3 py-2 text-[13px]" data-testid="habits"><p><b class="font-medium">{ how }</b>if let Some(a) = answered { <span class="ml-2 text-xs text-base-content/70">{ l.habits_answered(&format::percent(a)) }</span> }</p>
    if let Some(((day, from), to)) = when { <p>{ l.habits_when(l.weekday_long(day as i64), from as i64, to as i64) }</p> }<p class="text-xs text-base-content/70">{ l.habits_basis(num(h, "contacts").unwrap_or(0.0) as i64) }</p></div> }
}

/// The ledger of points.
#[component]
pub(crate) fn Intent(p: &OfProps) -> Html {
    let l = use_lang();
    let found = use_query::<Value>(format!("/customers/{}/intent", p.id));
    let Some(r) = &found.data else { return missing(&found) };
    let clock = browser::clock();
    let (points, high) = (num(r, "points").unwrap_or(0.0), num(r, "high_from").unwrap_or(0.0));
    let rows = list(r, "items");
    html! { <section class="min-w-0 rounded-box border border-base-300 p-4" data-testid="intent"><header class="mb-1 flex min-h-6 items-center justify-between gap-2"><h3 class="text-[13px] font-semibold">{ l.intent() }</h3>if !rows.is_empty() { <span class="flex items-center gap-2">if points >= high { { badge("success", l.intent_high()) } }<b class="font-semibold tabular-nums">{ l.points_n(&format::number(points, 0)) }</b></span> }</header>
        if rows.is_empty() { <p class="text-xs text-base-content/70">{ l.intent_none() }</p> } else {
            <p class="text-xs text-base-content/70">{ l.intent_rule(&format::number(high, 0), &format::number(num(r, "half_life_days").unwrap_or(0.0), 0)) }</p>
            <ul class="mt-1 text-[13px]">{ for rows.iter().take(8).map(|e| { let times = num(e, "times").unwrap_or(1.0); html! { <li class="flex min-h-8 items-center justify-between gap-3"><span class="min-w-0 truncate">{ words(e, "label") }if times > 1.0 { { format!(" × {times:.0}") } }<span class="ml-2 text-xs text-base-content/70">{ format::moment(l, words(e, "at"), &clock) }</span></span><span class="shrink-0 text-xs tabular-nums text-base-content/70">{ l.intent_worth(&format::number(num(e, "worth").unwrap_or(0.0), 1), &format::number(num(e, "points").unwrap_or(0.0), 0)) }</span></li> } }) }</ul> }
    </section> }
}
