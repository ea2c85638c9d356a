//! The dashboard: figures, forecast, funnel, RFM segments; every number opens.

use super::metric::{Scope, drill, full, metric_path, short};
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::{Page, Record, text};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::parts::{Lazy, Room};
use crate::record::link::{Choice, LinkPicker};
use crate::route::Route;
use crate::ui::cls;
use crate::ui::field::select;
use crate::ui::{Card, Empty, icon};
use chrono::{Datelike, NaiveDate};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// A period of the calendar.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Span {
    Month,
    Quarter,
    Year,
    TwelveMonths,
    All,
}

impl Span {
    const ALL: [Span; 5] = [Span::Month, Span::Quarter, Span::Year, Span::TwelveMonths, Span::All];

    fn key(self) -> &'static str {
        match self {
            Span::Month => "month",
            Span::Quarter => "quarter",
            Span::Year => "year",
            Span::TwelveMonths => "12m",
            Span::All => "all",
        }
    }

    fn label(self, l: Lang) -> &'static str {
        match self {
            Span::Month => l.this_month(),
            Span::Quarter => l.this_quarter(),
            Span::Year => l.this_year(),
            Span::TwelveMonths => l.last_12_months(),
            Span::All => l.all_time(),
        }
    }

    /// Its days up to today, and as many days before it for comparison.
    pub(crate) fn days(self, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let day = |y: i32, m: u32| NaiveDate::from_ymd_opt(y, m, 1);
        let from = match self {
            Span::Month => day(today.year(), today.month()),
            Span::Quarter => day(today.year(), (today.month0() / 3) * 3 + 1),
            Span::Year => day(today.year(), 1),
            Span::TwelveMonths => today.checked_sub_months(chrono::Months::new(12)).and_then(|d| d.succ_opt()),
            Span::All => None,
        }?;
        Some((from, today))
    }
}

const FIGURES: [&str; 6] =
    ["open_pipeline", "won_value", "win_rate", "median_cycle_days", "new_customers", "activities"];

#[component]
pub(crate) fn Home() -> Html {
    let l = use_lang();
    let session = use_session();
    browser::set_title(&format!("{} · {}", l.nav_home(), l.app_name()));
    let span = use_state_eq(|| {
        browser::stored("home.span").and_then(|s| Span::ALL.into_iter().find(|x| x.key() == s)).unwrap_or(Span::Year)
    });
    let team = use_state_eq(|| None::<Choice>);
    let open = use_state_eq(|| None::<String>);
    let clock = browser::clock();
    let days = span.days(clock.today());
    let scope = Scope { from: days.map(|d| d.0), to: days.map(|d| d.1), team: team.as_ref().map(|t| t.0.clone()) };
    let spans: Vec<(String, String)> = Span::ALL.iter().map(|s| (s.key().to_owned(), s.label(l).to_owned())).collect();
    let onspan = {
        let span = span.clone();
        Callback::from(move |v: String| {
            if let Some(s) = Span::ALL.into_iter().find(|s| s.key() == v) {
                browser::store("home.span", s.key());
                span.set(s)
            }
        })
    };
    let onteam = {
        let team = team.clone();
        Callback::from(move |c: Option<Choice>| team.set(c))
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
        return html! { <Empty icon="lock" title={l.err_forbidden()} /> };
    }
    html! { <>
        <div class="mb-4 flex flex-wrap items-end justify-between gap-3">
            <div><h1 class="text-xl font-semibold">{ l.greeting(format::greeting(l, &clock), &session.me.name) }</h1><Brief /></div>
            <div class="flex items-center gap-2"><div class="w-44"><LinkPicker object="teams" small=true value={(*team).clone()} onchange={onteam} placeholder={l.all_teams()} /></div>{ select("span", l.period(), &spans, span.key(), "select-sm w-36", onspan) }</div>
        </div>
        <div class="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">{ for FIGURES.iter().map(|key| html! { <Figure key={*key} metric={*key} scope={scope.clone()} onopen={show.clone()} /> }) }</div>
        <div class="mt-4 grid gap-4 xl:grid-cols-[minmax(0,1.9fr)_minmax(0,1fr)]">
            <Lazy room={Room::Forecast(scope.clone(), show.clone())} />
            <TodoCard />
        </div>
        <div class="mt-4"><Lazy room={Room::Charts(scope.clone())} /></div>
        if let Some(metric) = (*open).clone() { { explain(metric, scope, hide) } }
    </> }
}

fn explain(metric: String, scope: Scope, hide: Callback<()>) -> Html {
    let scope = if metric == "open_pipeline" { scope.always() } else { scope };
    html! { <Lazy room={Room::Explain(metric, scope, hide)} /> }
}

/// How many tasks wait today.
#[component]
fn Brief() -> Html {
    let l = use_lang();
    let tasks = use_query::<Page<Record>>(format!(
        "/tasks?limit=1&count=exact&fields=id&filter={}",
        crate::data::http::encode(DUE)
    ));
    let text = match tasks.data.as_ref().and_then(|d| d.total) {
        Some(0) => l.brief_none().to_owned(),
        Some(n) => l.brief(n),
        None => "\u{a0}".to_owned(),
    };
    html! { <p class="mt-0.5 text-[13px] text-base-content/70">{ text }</p> }
}

/// My open tasks that are due by tomorrow.
const DUE: &str = r#"{"all":[{"field":"status","op":"eq","value":"open"},{"field":"owner_id","op":"eq","value":"$me"},{"field":"due_at","op":"next_days","value":1}]}"#;
const MINE: &str =
    r#"{"all":[{"field":"status","op":"eq","value":"open"},{"field":"owner_id","op":"eq","value":"$me"}]}"#;

/// The next tasks of the reader.
#[component]
fn TodoCard() -> Html {
    let l = use_lang();
    let tasks = use_query::<Page<Record>>(format!(
        "/tasks?limit=6&sort=due_at&refs=true&filter={}",
        crate::data::http::encode(MINE)
    ));
    let clock = browser::clock();
    let body = match (&tasks.data, &tasks.error) {
        (Some(d), _) if d.items.is_empty() => {
            html! { <Empty small=true icon="circle-check" title={l.todo_none()} body={l.todo_none_body()} /> }
        }
        (Some(d), _) => {
            html! { <ul class="divide-y divide-base-300/60">{ for d.items.iter().map(|t| { let due = text(t, "due_at"); html! {
            <li><Link<Route> to={Route::record("tasks", text(t, "id"))} classes="flex items-center gap-3 px-4 py-2 text-[13px] hover:bg-base-200/60"><span class={cls!("size-2 shrink-0 rounded-full", match text(t, "priority") { "high" => "bg-error", "low" => "bg-base-content/25", _ => "bg-info" })}></span>
                <span class="min-w-0 flex-1"><span class="block truncate">{ text(t, "title") }</span><span class="block truncate text-xs text-base-content/70">{ d.refs.get(text(t, "customer_id")).cloned().unwrap_or_default() }</span></span>
                if !due.is_empty() { <time class={cls!("shrink-0 text-xs tabular-nums", if overdue(due, &clock) { "text-error" } else { "text-base-content/70" })}>{ format::moment(l, due, &clock) }</time> }</Link<Route>></li> } }) }</ul> }
        }
        (None, Some(e)) => html! { <crate::ui::Failed error={e.clone()} retry={tasks.refetch.clone()} /> },
        (None, None) => crate::ui::skeleton_lines(6),
    };
    html! { <Card title={l.todo()} extra={html! { <Link<Route> to={Route::list("tasks")} classes="btn btn-ghost btn-xs">{ l.open_as_list() }{ icon("arrow-right", "size-3.5") }</Link<Route>> }}>{ body }</Card> }
}

fn overdue(due: &str, clock: &format::Clock) -> bool {
    format::parse_moment(due).is_some_and(|d| d < clock.now)
}

#[derive(Properties, PartialEq)]
struct FigureProps {
    metric: &'static str,
    scope: Scope,
    onopen: Callback<String>,
}

/// One figure; a click explains it.
#[component]
fn Figure(p: &FigureProps) -> Html {
    let l = use_lang();
    let session = use_session();
    // What is open is open now: a period would only ask when it is expected to close.
    let stock = matches!(p.metric, "open_pipeline" | "weighted_pipeline");
    let scope = if stock { p.scope.always() } else { p.scope.clone() };
    let answer = use_query::<Value>(metric_path(p.metric, &scope, None));
    let before = use_query::<Value>(scope.before().map(|s| metric_path(p.metric, &s, None)).unwrap_or_default());
    let onclick = {
        let (onopen, key) = (p.onopen.clone(), p.metric);
        Callback::from(move |_: MouseEvent| onopen.emit(key.to_owned()))
    };
    let body = match (&answer.data, &answer.error) {
        (Some(v), _) => {
            let now = v.get("value").and_then(Value::as_f64);
            let unit = v.get("unit").and_then(Value::as_str).unwrap_or("count");
            let was = before.data.as_ref().and_then(|b| b.get("value").and_then(Value::as_f64));
            html! { <><span class="block whitespace-nowrap text-[22px] font-semibold leading-8 tabular-nums" title={full(session.currency(), unit, now)}>{ short(l, session.currency(), unit, now) }</span>
            <span class="block h-4 text-xs">{ change(l, p.metric, unit, now, was) }</span></> }
        }
        (None, Some(e)) => html! { <span class="block min-h-12 pt-1 text-xs text-error">{ e.text(l) }</span> },
        (None, None) => {
            html! { <><span class="skeleton my-1.5 block h-5 w-24"></span><span class="block h-4"></span></> }
        }
    };
    html! {
        <button {onclick} data-testid={format!("kpi-{}", p.metric)} class="group cursor-pointer rounded-box border border-base-300 bg-base-100 px-4 pb-2.5 pt-3 text-left transition-colors hover:border-primary/50">
            <span class="flex items-center justify-between text-xs text-base-content/70"><span class="truncate">{ label(l, p.metric) }</span>{ icon("info", "size-3.5 opacity-0 group-hover:opacity-70") }</span>{ body }
        </button>
    }
}

/// The change since the period before, where both are known.
fn change(l: Lang, metric: &str, unit: &str, now: Option<f64>, was: Option<f64>) -> Html {
    let (Some(now), Some(was)) = (now, was) else { return html! {} };
    let diff = now - was;
    if diff.abs() < 1e-9 {
        return html! {};
    }
    let text = match unit {
        "percent" => format!("{}{}", if diff >= 0.0 { "+" } else { "" }, l.points(&format::number(diff, 1))),
        _ if was == 0.0 => return html! {},
        _ => format!("{}{}", if diff >= 0.0 { "+" } else { "" }, format::percent(diff / was * 100.0)),
    };
    // A shorter cycle is the better one.
    let good = if metric.contains("cycle") { diff < 0.0 } else { diff >= 0.0 };
    html! { <span class={if good { "text-success" } else { "text-error" }} title={l.versus_before()}>{ text }</span> }
}

/// What a figure is called before the server has said so.
fn label(l: Lang, metric: &str) -> &'static str {
    match metric {
        "open_pipeline" => l.m_open_pipeline(),
        "won_value" => l.m_won_value(),
        "win_rate" => l.m_win_rate(),
        "median_cycle_days" => l.m_cycle(),
        "new_customers" => l.m_new_customers(),
        _ => l.m_activities(),
    }
}

/// A small link to the records behind a number.
pub(crate) fn records_link(v: &Value, label: &str) -> Html {
    match drill(v) {
        Some((object, query)) => {
            html! { <ListLink {object} {query}>{ label.to_owned() }{ icon("arrow-right", "size-3.5") }</ListLink> }
        }
        None => html! {},
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ListLinkProps {
    pub(crate) object: String,
    /// Already encoded.
    pub(crate) query: String,
    pub(crate) children: Html,
    #[prop_or(cls!("btn btn-ghost btn-xs"))]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) title: Option<String>,
}

/// A link to a filtered list.
#[component]
pub(crate) fn ListLink(p: &ListLinkProps) -> Html {
    let navigator = use_navigator();
    let onclick = {
        let (n, object, query) = (navigator, p.object.clone(), p.query.clone());
        Callback::from(move |e: MouseEvent| {
            if !e.meta_key()
                && !e.ctrl_key()
                && let Some(n) = &n
            {
                e.prevent_default();
                crate::route::open_list(n, &object, &query)
            }
        })
    };
    html! { <a class={p.class.clone()} href={format!("/{}?{}", p.object, p.query)} title={p.title.clone()} {onclick}>{ p.children.clone() }</a> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_begin_where_the_calendar_says() {
        let day = |s: &str| s.parse::<NaiveDate>().unwrap();
        let today = day("2026-11-22");
        assert_eq!(Span::Month.days(today), Some((day("2026-11-01"), today)));
        assert_eq!(Span::Quarter.days(today), Some((day("2026-10-01"), today)));
        assert_eq!(Span::Year.days(today), Some((day("2026-01-01"), today)));
        assert_eq!(Span::TwelveMonths.days(today), Some((day("2025-11-23"), today)));
        assert_eq!(Span::All.days(today), None);
    }
}
