//! The reports: what is asked for stands in the address, so that a report can be kept and sent; each has its table, its
//! file, its picture and its print.

mod figures;
mod funnel;
mod range;
pub(crate) mod table;

use super::forecast::ForecastCard;
use super::recounting::Recounting;
use super::rfm::RfmCard;
use super::span::Span;
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::Me;
use crate::data::types::{Page, Record, text};
use crate::i18n::{Lang, use_lang};
use crate::parts::{Lazy, Room};
use crate::record::link::{Choice, LinkPicker};
use crate::route::Route;
use crate::ui::field::{Toggle, select};
use crate::ui::range::DateRange;
use crate::ui::{Empty, cls, icon, page_head};
use range::Asked;
use yew::prelude::*;
use yew_router::prelude::*;

/// The reports, and what must be permitted to read each.
pub(crate) const PAGES: [(&str, &str); 4] =
    [("funnel", "reports"), ("forecast", "reports"), ("figures", "metrics"), ("rfm", "scores")];

#[derive(Properties, PartialEq)]
pub(crate) struct ReportsProps {
    /// The report's key; the funnel for an empty one.
    pub(crate) page: String,
}

/// A report with what it covers above it.
#[component]
pub(crate) fn Reports(p: &ReportsProps) -> Html {
    let l = use_lang();
    let navigator = use_navigator();
    let explained = use_state_eq(|| None::<String>);
    browser::set_title(&format!("{} · {}", l.nav_reports(), l.app_name()));
    let clock = browser::clock();
    let asked = Asked::parse(use_location().map(|l| l.query_str().to_owned()).as_deref().unwrap_or(""));
    let session = use_session();
    let mut open = PAGES.iter().filter(|(_, needs)| session.me.may(needs, "read")).map(|(key, _)| *key);
    let page = match p.page.as_str() {
        "" => open.next().unwrap_or("funnel"),
        page => page,
    };
    if PAGES.iter().any(|(key, needs)| *key == page && !session.me.may(needs, "read")) {
        return html! { <Empty icon="lock" title={l.err_forbidden()} body={l.forbidden_body()} /> };
    }
    let scope = asked.scope(clock.today());
    let before = if asked.compare { scope.before() } else { None };
    let set = {
        let (navigator, page) = (navigator.clone(), page.to_owned());
        Callback::from(move |a: Asked| {
            if let Some(n) = &navigator {
                let _ = n.replace_with_query(&Route::report(&page), yew_router::query::Raw(&a.query()));
            }
        })
    };
    let show = {
        let explained = explained.clone();
        Callback::from(move |key: String| explained.set(Some(key)))
    };
    let hide = {
        let explained = explained.clone();
        Callback::from(move |()| explained.set(None))
    };
    let body = match page {
        "forecast" => {
            html! { <>{ note(l.rep_forecast_now()) }<ForecastCard scope={scope.clone()} onopen={show} tools=true /></> }
        }
        "rfm" => html! { <>{ note(l.rep_rfm_now()) }<RfmCard scope={scope.clone()} /></> },
        "figures" => {
            html! { <figures::Figures scope={scope.clone()} {before} metric={asked.metric.clone()} group={asked.group.clone()} onpick={pick(&set, &asked)} onopen={show} /> }
        }
        _ => html! { <funnel::FunnelReport scope={scope.clone()} {before} /> },
    };
    let print = Callback::from(|_: MouseEvent| {
        if let Some(w) = web_sys::window() {
            let _ = w.print();
        }
    });
    let actions = html! { <button class="btn btn-sm print:hidden" onclick={print}>{ icon("printer", "size-4") }<span class="hidden sm:inline">{ l.rep_print() }</span><span class="sr-only sm:hidden">{ l.rep_print() }</span></button> };
    html! { <>
        { page_head(html! { { l.nav_reports() } }, actions) }
        { tabs(l, &session.me, page, &asked, &navigator) }
        <Bar asked={asked} {set} periodic={page != "rfm" && page != "forecast"} products={page != "rfm"} />
        if session.me.may("metrics", "read") { <Recounting /> }
        { body }
        if let Some(metric) = (*explained).clone() { <Lazy room={Room::Explain(metric, scope, hide)} /> }
    </> }
}

fn note(text: &'static str) -> Html {
    html! { <p class="mb-3 text-xs text-base-content/70">{ text }</p> }
}

/// Chooses the figure and its split.
fn pick(set: &Callback<Asked>, asked: &Asked) -> Callback<(String, String)> {
    let asked = asked.clone();
    set.reform(move |(metric, group)| Asked { metric, group, ..asked.clone() })
}

fn tabs(l: Lang, me: &Me, page: &str, asked: &Asked, navigator: &Option<Navigator>) -> Html {
    let label = |key: &str| match key {
        "funnel" => l.rep_funnel(),
        "forecast" => l.rep_forecast(),
        "figures" => l.rep_figures(),
        _ => l.rep_rfm(),
    };
    let all = PAGES.into_iter().filter(|(_, needs)| me.may(needs, "read")).map(|(key, _)| (key, label(key)));
    html! { <nav class="mb-3 flex gap-1 overflow-x-auto border-b border-base-300 print:hidden" aria-label={l.nav_reports()}>{ for all.map(|(key, label)| {
        let on = key == page;
        let onclick = {
            let (n, query) = (navigator.clone(), asked.query());
            Callback::from(move |e: MouseEvent| {
                if let Some(n) = n.as_ref().filter(|_| !e.meta_key() && !e.ctrl_key()) {
                    e.prevent_default();
                    let _ = n.push_with_query(&Route::report(key), yew_router::query::Raw(&query));
                }
            })
        };
        html! { <a {key} href={format!("/reports/{key}?{}", asked.query())} {onclick} aria-current={on.then_some("page")} class={cls!("-mb-px whitespace-nowrap border-b-2 px-3 pb-2 pt-1 text-[13px]", if on { "border-base-content font-medium" } else { "border-transparent text-base-content/75 hover:text-base-content" })}>{ label }</a> }
    }) }</nav> }
}

#[derive(Properties, PartialEq)]
struct BarProps {
    asked: Asked,
    set: Callback<Asked>,
    /// The period means something here.
    periodic: bool,
    products: bool,
}

/// What the report covers: period, comparison, region, team, person, product.
#[component]
fn Bar(p: &BarProps) -> Html {
    let l = use_lang();
    let teams = use_query::<Page<Record>>("/teams?limit=200&fields=id,name,region".to_owned());
    let a = &p.asked;
    let change = |f: fn(&mut Asked, String)| {
        let (a, set) = (a.clone(), p.set.clone());
        Callback::from(move |v: String| {
            let mut a = a.clone();
            f(&mut a, v);
            set.emit(a)
        })
    };
    let link = |f: fn(&mut Asked, Option<Choice>)| {
        let (a, set) = (a.clone(), p.set.clone());
        Callback::from(move |v: Option<Choice>| {
            let mut a = a.clone();
            f(&mut a, v);
            set.emit(a)
        })
    };
    let mut regions: Vec<String> = teams
        .data
        .iter()
        .flat_map(|d| d.items.iter())
        .map(|t| text(t, "region").to_owned())
        .filter(|r| !r.is_empty())
        .collect();
    regions.sort_unstable();
    regions.dedup();
    let mut choices = vec![(String::new(), l.rep_all_regions().to_owned())];
    choices.extend(regions.into_iter().map(|r| (r.clone(), r)));
    let mut spans = Span::choices(l);
    spans.push(("custom".into(), l.rep_custom().into()));
    let oncompare = {
        let (a, set) = (a.clone(), p.set.clone());
        Callback::from(move |compare: bool| set.emit(Asked { compare, ..a.clone() }))
    };
    let ondays = {
        let (a, set) = (a.clone(), p.set.clone());
        Callback::from(move |(from, to): (String, String)| set.emit(Asked { from, to, ..a.clone() }))
    };
    html! {
        <section class="mb-4 flex flex-wrap items-center gap-2 print:hidden" aria-label={l.rep_filters()}>
            if p.periodic { { select("span", l.period(), &spans, &a.span, "select-sm w-32", change(|a, v| a.span = v)) } }
            if p.periodic && a.span == "custom" { <DateRange from={a.from.clone()} to={a.to.clone()} onchange={ondays} /> }
            { select("region", l.rep_region(), &choices, &a.region, "select-sm w-32", change(|a, v| a.region = v)) }
            <div class="w-36"><LinkPicker object="teams" small=true value={a.team.clone()} onchange={link(|a, v| a.team = v)} placeholder={l.all_teams()} /></div>
            <div class="w-36"><LinkPicker object="users" small=true value={a.owner.clone()} onchange={link(|a, v| a.owner = v)} placeholder={l.rep_all_people()} /></div>
            if p.products { <div class="w-36"><LinkPicker object="products" small=true value={a.product.clone()} onchange={link(|a, v| a.product = v)} placeholder={l.rep_all_products()} /></div> }
            if p.periodic && a.span != "all" { <div class="ml-auto"><Toggle on={a.compare} onchange={oncompare} label={l.rep_compare()} /></div> }
        </section>
    }
}

/// The buttons of a card: its chart as a picture, its table as a file.
pub(crate) fn card_actions(
    l: Lang,
    chart: Option<&NodeRef>,
    name: &'static str,
    table: &table::Table,
    toaster: crate::ui::toast::Toaster,
) -> Html {
    let png = {
        let (chart, toaster) = (chart.cloned(), toaster.clone());
        Callback::from(move |_: MouseEvent| {
            let file = format!("{name}-{}.png", browser::clock().today());
            if let Some(el) = chart.as_ref().and_then(NodeRef::cast::<web_sys::Element>)
                && crate::chart::save_png(&el, &file)
            {
                toaster.ok(l.downloaded(&file));
            }
        })
    };
    let csv = {
        let table = table.clone();
        Callback::from(move |_: MouseEvent| table::download(l, &toaster, &table, name))
    };
    html! { <span class="flex print:hidden">if chart.is_some() { <button class="btn btn-ghost btn-xs" data-testid="png" onclick={png}>{ icon("image-down", "size-4") }<span class="hidden sm:inline">{ l.rep_png() }</span><span class="sr-only sm:hidden">{ l.rep_png() }</span></button> }<button class="btn btn-ghost btn-xs" data-testid="csv" onclick={csv}>{ icon("file-spreadsheet", "size-4") }<span class="hidden sm:inline">{ l.rep_csv() }</span><span class="sr-only sm:hidden">{ l.rep_csv() }</span></button></span> }
}

/// The change from one value to another, and whether that is good; nothing where one is unknown.
fn delta(l: Lang, metric: &str, unit: &str, now: Option<f64>, was: Option<f64>) -> (String, Option<bool>) {
    let (Some(now), Some(was)) = (now, was) else { return ("—".into(), None) };
    let diff = now - was;
    let sign = if diff >= 0.0 { "+" } else { "" };
    let text = match unit {
        _ if diff.abs() < 1e-9 => return ("0".into(), None),
        "percent" => format!("{sign}{}", l.points(&crate::format::number(diff, 1))),
        "days" => format!("{sign}{}", l.days_n(&crate::format::number(diff, 1))),
        _ if was == 0.0 => return ("—".into(), None),
        _ => format!("{sign}{}", crate::format::percent(diff / was.abs() * 100.0)),
    };
    let less_is_better = metric.contains("cycle") || metric.contains("lost") || metric.contains("days");
    (text, Some((diff > 0.0) != less_is_better))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_cycle_is_good_and_an_unknown_one_is_nothing() {
        let l = Lang::Zh;
        assert_eq!(delta(l, "median_cycle_days", "days", Some(40.0), Some(50.0)), ("-10 天".to_owned(), Some(true)));
        assert_eq!(delta(l, "won_value", "money", Some(150.0), Some(100.0)), ("+50%".to_owned(), Some(true)));
        assert_eq!(delta(l, "win_rate", "percent", Some(20.0), Some(22.5)).1, Some(false));
        assert_eq!(delta(l, "win_rate", "percent", None, Some(22.5)), ("—".to_owned(), None));
        assert_eq!(delta(l, "won_value", "money", Some(150.0), Some(0.0)), ("—".to_owned(), None));
    }
}
