//! The workbench: what to do next, how one stands, what changed, and where to go on.

mod feed;
mod figures;
mod quick;
mod recent;
mod tasks;

use super::metric::Scope;
use super::recounting::Recounting;
use super::span::Span;
use crate::browser;
use crate::data::session::{Session, use_session};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::parts::{Lazy, Room};
use crate::ui::cls;
use crate::ui::field::select;
use crate::ui::{Empty, icon};
use yew::prelude::*;

const FIGURES: [&str; 6] =
    ["open_pipeline", "won_value", "win_rate", "median_cycle_days", "new_customers", "activities"];

#[component]
pub(crate) fn Home() -> Html {
    let l = use_lang();
    let session = use_session();
    browser::set_title(&format!("{} · {}", l.nav_home(), l.app_name()));
    let span = use_state_eq(|| browser::stored("home.span").and_then(|s| Span::of(&s)).unwrap_or(Span::Quarter));
    let mine = use_state_eq(|| starts_with_own(&session));
    let open = use_state_eq(|| None::<String>);
    let clock = browser::clock();
    let days = span.days(clock.today());
    let owner = mine.then(|| session.me.id.clone());
    let scope = Scope { from: days.map(|d| d.0), to: days.map(|d| d.1), owner, ..Scope::default() };
    let onspan = {
        let span = span.clone();
        Callback::from(move |v: String| {
            if let Some(s) = Span::of(&v) {
                browser::store("home.span", s.key());
                span.set(s)
            }
        })
    };
    let onmine = {
        let mine = mine.clone();
        Callback::from(move |on: bool| {
            browser::store("home.whose", if on { "mine" } else { "all" });
            mine.set(on)
        })
    };
    let show = {
        let open = open.clone();
        Callback::from(move |key: String| open.set(Some(key)))
    };
    let hide = {
        let open = open.clone();
        Callback::from(move |()| open.set(None))
    };
    let may = |object: &str| session.me.may(object, "read") || session.object(object).is_some_and(|o| o.may("read"));
    if !may("opportunities") && !may("customers") {
        return html! { <Empty icon="lock" title={l.err_forbidden()} body={l.forbidden_body()} /> };
    }
    let (figures, reports) = (may("metrics"), may("reports"));
    html! { <div class="flex flex-col gap-4">
        <div class="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 max-sm:-order-2">
            <div class="min-w-0"><h1 class="text-xl font-semibold">{ l.greeting(format::greeting(l, &clock), &session.me.name) }</h1><tasks::Brief /></div>
            <quick::QuickActions />
        </div>
        if figures { <Recounting /> }
        if figures { <section aria-label={l.figures_head()}>
            <div class="mb-2 flex items-center justify-between gap-2"><h2 class="text-[13px] font-semibold">{ l.figures_head() }</h2>
                <div class="flex items-center gap-2">if sees_others(&session) { { whose(l, *mine, &onmine) } }{ select("span", l.period(), &Span::choices(l), span.key(), "select-sm w-32", onspan) }</div></div>
            <div class="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">{ for FIGURES.iter().map(|key| html! { <figures::Figure key={*key} metric={*key} scope={scope.clone()} onopen={show.clone()} /> }) }</div>
        </section> }
        <div class="grid grid-cols-1 items-start gap-4 max-sm:-order-1 lg:grid-cols-[minmax(0,1.55fr)_minmax(0,1fr)]">
            <div class="grid grid-cols-1 min-w-0 gap-4"><tasks::TasksCard /><recent::RecentCard /></div>
            <feed::FeedCard />
        </div>
        if reports { <Lazy room={Room::Forecast(scope.clone(), show.clone())} /><Lazy room={Room::Charts(scope.clone())} /> }
        if let Some(metric) = (*open).clone() { { explain(metric, scope, hide) } }
    </div> }
}

/// Whether the caller's figures hold more than their own records.
fn sees_others(session: &Session) -> bool {
    session
        .me
        .permissions
        .get("opportunities")
        .and_then(|p| p.get("read"))
        .is_some_and(|scope| scope != "own" && scope != "none")
}

/// Their own figures for those who sell, everything within sight for those who lead, until they choose.
fn starts_with_own(session: &Session) -> bool {
    match browser::stored("home.whose").as_deref() {
        _ if !sees_others(session) => true,
        Some(kept) => kept == "mine",
        None => session.me.roles.iter().any(|r| r == "sales_rep"),
    }
}

/// Mine, or everything within sight.
fn whose(l: Lang, mine: bool, onchange: &Callback<bool>) -> Html {
    let one = |on: bool, label: &'static str| {
        let class = if mine == on { "bg-base-100 font-medium shadow-sm" } else { "text-base-content/75" };
        html! { <button type="button" class={cls!("h-6 cursor-pointer rounded-md px-2.5 text-xs", class)} aria-pressed={(mine == on).to_string()} onclick={onchange.reform(move |_: MouseEvent| on)}>{ label }</button> }
    };
    html! { <div role="group" aria-label={l.whose_label()} class="flex rounded-lg bg-base-200 p-1" data-testid="whose">{ one(true, l.whose_mine()) }{ one(false, l.whose_all()) }</div> }
}

fn explain(metric: String, scope: Scope, hide: Callback<()>) -> Html {
    let scope = if metric == "open_pipeline" { scope.always() } else { scope };
    html! { <Lazy room={Room::Explain(metric, scope, hide)} /> }
}

/// A small heading with a count, inside a card.
fn group_head(label: &'static str, n: u64, urgent: bool) -> Html {
    html! { <h3 class={cls!("flex h-8 items-center gap-1.5 bg-base-200/50 px-4 text-xs font-medium", if urgent { "text-error" } else { "text-base-content/75" })}>if urgent { { icon("circle-alert", "size-3.5") } }{ label }<span class="tabular-nums">{ n }</span></h3> }
}
