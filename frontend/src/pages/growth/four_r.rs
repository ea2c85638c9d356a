//! The four Rs of the contacts: right customer, frequency, message and resource, and which of them holds results back.

use super::scope::{Scope, ScopeBar};
use super::{bar, behind, cell, list, num, score, words};
use crate::browser;
use crate::data::query::use_query;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::cls;
use crate::ui::field::select;
use crate::ui::{Card, Empty, Failed, badge, icon, page_head, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// The page.
#[component]
pub(crate) fn FourR() -> Html {
    let l = use_lang();
    let scope = use_state_eq(Scope::default);
    let group = use_state_eq(|| "user".to_owned());
    let grade = use_state_eq(String::new);
    browser::set_title(&format!("{} · {}", l.nav_four_r(), l.app_name()));
    let only = if grade.is_empty() { String::new() } else { format!("&grade={}", *grade) };
    let report = use_query::<Value>(format!("/four-r{}&group_by={}{only}", scope.query(), *group));
    let onscope = {
        let scope = scope.clone();
        Callback::from(move |s: Scope| scope.set(s))
    };
    let ongroup = {
        let group = group.clone();
        Callback::from(move |g: String| group.set(g))
    };
    let ongrade = {
        let grade = grade.clone();
        Callback::from(move |g: String| grade.set(g))
    };
    let mut grades = vec![(String::new(), l.all_grades().to_owned())];
    grades.extend(["A", "B", "C", "D"].map(|g| (g.to_owned(), l.grade_is(g))));
    let by = [
        ("user", l.by_user()),
        ("team", l.by_team()),
        ("region", l.by_region()),
        ("grade", l.by_grade()),
        ("month", l.trend()),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()));
    let body = match (&report.data, &report.error) {
        (Some(r), _) => {
            let index = r.get("index").cloned().unwrap_or_default();
            html! { <>
                <div class="mb-4 empty:hidden">{ verdict(l, words(&index, "fix"), binding(&index), index.get("leverage_known").and_then(Value::as_bool) == Some(true), true) }</div>
                <div class="grid grid-cols-2 gap-3 xl:grid-cols-4" data-testid="four-r">{ for list(&index, "values").iter().map(|v| card(l, &index, v)) }</div>
                if list(&index, "values").iter().any(|v| num(v, "leverage").is_some_and(|x| x <= 0.0)) { <p class="mt-2 text-xs leading-5 text-base-content/70">{ l.leverage_why() }</p> }
                <div class="mt-4 grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
                    <Card title={l.parts()} extra={select("group", l.parts(), &by, &group, "select-sm w-32", ongroup)}>{ groups(l, r) }</Card>
                    <div class="grid min-w-0 grid-cols-1 gap-4">if grade.is_empty() { <Card title={l.time_by_grade()}>{ allocation(l, r) }</Card> }<Card title={l.worst_contacts()} extra={all_of_them(l, binding(&index))}>{ worst(l, r) }</Card></div>
                </div>
            </> }
        }
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={report.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_lines(10) }</Card> },
    };
    html! { <>{ page_head(html! { { l.nav_four_r() } }, html! { <div class="flex flex-wrap items-center justify-end gap-2"><ScopeBar scope={(*scope).clone()} onchange={onscope} />{ select("grade", l.by_grade(), &grades, &grade, "select-sm w-28", ongrade) }</div> }) }{ body }</> }
}

/// The R that holds contacts back, where one does.
fn binding(index: &Value) -> &Value {
    let code = words(index, "bottleneck");
    list(index, "values").iter().find(|v| !code.is_empty() && words(v, "r") == code).unwrap_or(&Value::Null)
}

/// The list of all contacts below the goal, the worst first.
fn all_of_them(l: Lang, v: &Value) -> Html {
    if v.is_null() {
        return html! {};
    }
    behind(v, html! { <>{ l.all_below_goal() }{ icon("arrow-right", "size-3.5") }</> }, "btn btn-ghost btn-xs")
}

/// What to do about the R that holds results back, what it is worth, and the contacts behind it.
pub(super) fn verdict(l: Lang, fix: &str, v: &Value, known: bool, list: bool) -> Html {
    if fix.is_empty() {
        return html! {};
    }
    let worth = match num(v, "leverage").filter(|_| known) {
        None => l.leverage_unknown().to_owned(),
        Some(x) if x > 0.0 => l.leverage_more(&format::number(x * 100.0, 0)),
        Some(x) => l.leverage_less(&points(x)),
    };
    html! { <div class="flex flex-wrap items-start gap-x-3 gap-y-1 rounded-box border border-warning/40 bg-warning/8 px-4 py-3 text-[13px]" data-testid="bottleneck">{ icon("lightbulb", "size-4 mt-0.5 shrink-0 text-warning") }<div class="min-w-0 flex-1 basis-60"><p><b class="font-semibold">{ l.bottleneck_is(words(v, "label")) }</b>{ " · " }{ fix.to_owned() }</p><p class="text-xs leading-5 text-base-content/70" data-testid="leverage">{ worth }</p></div>if list { { all_of_them(l, v) } }</div> }
}

/// A difference of win rates in points, with its sign.
fn points(x: f64) -> String {
    format!("{}{}", if x > 0.0 { "+" } else { "" }, format::number(x * 100.0, 0))
}

fn card(l: Lang, index: &Value, v: &Value) -> Html {
    let holds = !words(v, "r").is_empty() && words(index, "bottleneck") == words(v, "r");
    let leverage = worth(l, v);
    html! { <div key={words(v, "r").to_owned()} class={cls!("rounded-box border bg-base-100 px-4 pb-3 pt-3", if holds { "border-warning" } else { "border-base-300" })}>
        <p class="flex items-center justify-between gap-2 text-xs text-base-content/70"><span class="truncate">{ words(v, "label") }</span>if holds { { badge("warning", l.bottleneck()) } }</p>
        <p class="text-[22px] font-semibold leading-8 tabular-nums">{ score(l, num(v, "index")) }</p>{ bar(num(v, "index"), num(index, "goal")) }
        <p class="mt-2 flex flex-wrap justify-between gap-x-3 text-xs text-base-content/70"><span>{ leverage }</span>{ behind(v, html! { { l.n_records(num(v, "n").unwrap_or(0.0) as i64) } }, "hover:text-primary hover:underline") }</p>
    </div> }
}

/// How much more often is won where an R is done well, in a few words.
fn worth(l: Lang, v: &Value) -> String {
    match num(v, "leverage") {
        None => l.leverage_none().to_owned(),
        Some(x) if x > 0.0 => l.leverage(&points(x)),
        Some(x) => l.leverage_not(&points(x)),
    }
}

fn groups(l: Lang, r: &Value) -> Html {
    let rows = list(r, "groups");
    if rows.is_empty() {
        return html! { <Empty small=true title={l.no_data()} /> };
    }
    let head: Vec<&str> = rows
        .first()
        .and_then(|g| g.get("index"))
        .map(|i| list(i, "values"))
        .unwrap_or_default()
        .iter()
        .map(|v| words(v, "label"))
        .collect();
    html! { <div class="overflow-x-auto" tabindex="0"><table class="w-full text-[13px]"><thead class="text-left text-xs text-base-content/70"><tr class="h-8"><th class="px-4 font-medium"></th><th class="px-2 text-right font-medium">{ l.contacts_n() }</th><th class="px-2 text-right font-medium">{ l.overall() }</th><th class="px-2 font-medium whitespace-nowrap">{ l.bottleneck() }</th>{ for head.iter().map(|h| html! { <th class="px-2 text-right font-medium whitespace-nowrap last:pr-4">{ *h }</th> }) }</tr></thead>
    <tbody class="divide-y divide-base-300/60">{ for rows.iter().map(|g| { let i = g.get("index").cloned().unwrap_or_default(); html! {
        <tr class="h-9"><td class="max-w-40 truncate px-4 font-medium">{ words(g, "label") }</td><td class="px-2 text-right tabular-nums">{ behind(&i, html! { { format::group(num(&i, "contacts").unwrap_or(0.0) as u64) } }, "hover:text-primary hover:underline") }</td><td class="px-2 text-right font-semibold tabular-nums">{ score(l, num(&i, "overall")) }</td><td class="px-2 py-1 whitespace-nowrap" data-testid="group-bottleneck">{ named(l, &i) }</td>{ for list(&i, "values").iter().map(|v| html! { <td class="px-2 text-right tabular-nums last:pr-4">{ behind(v, html! { { cell(num(v, "index")) } }, "hover:text-primary hover:underline") }</td> }) }</tr> } }) }</tbody></table></div> }
}

/// The R that holds a group back, and what it is worth in what the group closed itself.
fn named(l: Lang, index: &Value) -> Html {
    let v = binding(index);
    if v.is_null() {
        return html! { <span class="text-base-content/70">{ "—" }</span> };
    }
    html! { <>{ badge("warning", words(v, "label")) }<span class="block text-[11px] text-base-content/70">{ num(v, "leverage").map_or_else(|| l.leverage_little().to_owned(), |x| l.leverage_short(&points(x))) }</span></> }
}

/// Where the time of contacts went, against where it should go.
fn allocation(l: Lang, r: &Value) -> Html {
    let rows = list(r, "allocation");
    if rows.is_empty() {
        return html! { <Empty small=true title={l.no_data()} /> };
    }
    html! { <div class="px-4 pb-4"><p class="pb-2 text-xs text-base-content/70">{ l.allocation_index(&score(l, num(r, "allocation_index"))) }</p>{ for rows.iter().map(|a| { let (actual, target) = (num(a, "actual").unwrap_or(0.0), num(a, "target").unwrap_or(0.0)); html! {
    <div class="grid h-8 grid-cols-[56px_1fr_112px] items-center gap-3 text-[13px]"><span>{ l.grade_is(words(a, "grade")) }</span>
        <span class="relative block h-1.5 rounded-full bg-base-200"><span class="block h-full rounded-full bg-primary/70" style={format!("width:{:.1}%", actual.min(100.0))}></span><span class="absolute -top-0.5 h-2.5 w-0.5 bg-base-content/45" style={format!("left:{target:.1}%")}></span></span>
        <span class="text-right text-xs tabular-nums">{ l.actual_target(&format::percent(actual), &format::percent(target)) }</span></div> } }) }</div> }
}

fn worst(l: Lang, r: &Value) -> Html {
    let rows = list(r, "worst");
    if rows.is_empty() {
        return html! { <Empty small=true icon="circle-check" title={l.no_data()} /> };
    }
    let clock = browser::clock();
    html! { <ul class="divide-y divide-base-300/60">{ for rows.iter().take(8).map(|w| html! { <li><Link<Route> to={Route::record("activities", words(w, "activity_id"))} classes="flex items-center gap-3 px-4 py-2 text-[13px] hover:bg-base-200/60"><span class="min-w-0 flex-1"><span class="block truncate">{ words(w, "subject") }</span><span class="block truncate text-xs text-base-content/70">if !words(w, "customer_name").is_empty() { { words(w, "customer_name") }{ " · " } }{ words(w, "owner_name") }{ " · " }{ format::moment(l, words(w, "at"), &clock) }</span></span><b class="font-semibold tabular-nums text-error">{ score(l, num(w, "score")) }</b></Link<Route>></li> }) }</ul> }
}
