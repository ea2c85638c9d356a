//! Customers that may not come back, by what would be lost with them.

use super::{list, num, words};
use crate::browser;
use crate::data::query::Query;
use crate::format;
use crate::i18n::Lang;
use crate::route::Route;
use crate::ui::{Card, Empty, Failed, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// The card.
pub(super) fn card(l: Lang, currency: &str, query: &Query<Value>) -> Html {
    let body = match (&query.data, &query.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            let known = !words(d, "fitted_at").is_empty();
            let (title, body) =
                if known { (l.fading_none(), "") } else { (l.fading_unknown(), l.fading_unknown_body()) };
            html! { <Empty small=true icon="users" {title} {body} /> }
        }
        (Some(d), _) => html! { <>
            <p class="px-4 pb-1 text-xs text-base-content/70">{ l.fading_body() }</p>
            <ul class="divide-y divide-base-300/60 pb-1" data-testid="fading">{ for list(d, "items").iter().map(|c| row(l, currency, c)) }</ul>
        </> },
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_lines(5),
    };
    html! { <Card title={l.fading()}>{ body }</Card> }
}

fn row(l: Lang, currency: &str, c: &Value) -> Html {
    let last = words(c, "last_order_on");
    let about: Vec<String> = [
        num(c, "alive").map(|p| l.fading_alive(&format::percent(p))),
        (!last.is_empty()).then(|| l.fading_last(&format::date(l, last, &browser::clock()))),
        Some(words(c, "owner_name").to_owned()).filter(|name| !name.is_empty()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let lost = format::money(l, currency, num(c, "at_risk_minor").unwrap_or(0.0) as i64);
    html! { <li><Link<Route> to={Route::record("customers", words(c, "customer_id"))} classes="flex min-h-12 items-center justify-between gap-3 px-4 py-1.5 text-[13px] hover:bg-base-200/60"><span class="min-w-0"><span class="block truncate">{ words(c, "name") }</span><span class="block truncate text-xs text-base-content/70">{ about.join(" · ") }</span></span><b class="shrink-0 font-semibold tabular-nums">{ lost }</b></Link<Route>></li> }
}
