//! A customer on one page: what to do next, how it stands, its people, opportunities, orders, tasks and latest contacts.

use super::customer::{Doing, Visiting, next_actions};
use super::playbooks::use_start;
use super::visit::Visit;
use super::{list, num, words};
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::record::value::{Refs, Show};
use crate::route::Route;
use crate::ui::cls;
use crate::ui::toast::use_toaster;
use crate::ui::{Failed, avatar, badge, icon, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// Rows of each part; the others are one click away.
const ROWS: usize = 5;
/// Rows of a list of the overview at most.
const LISTED: usize = 20;

#[derive(Properties, PartialEq)]
pub(crate) struct WholeProps {
    pub(crate) id: String,
    /// Opens another tab of the customer's page.
    pub(crate) ontab: Callback<String>,
}

/// The first tab of a customer's page.
#[component]
pub(crate) fn Whole(p: &WholeProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let visiting = use_state_eq(|| None::<Visiting>);
    let overview = use_query::<Value>(format!("/customers/{}/overview", p.id));
    let start = use_start(&p.id);
    let Some(o) = &overview.data else {
        return match &overview.error {
            Some(e) => html! { <Failed error={e.clone()} retry={overview.refetch.clone()} /> },
            None => skeleton_lines(10),
        };
    };
    let refs: Refs = o.get("refs").map(crate::data::wire::Wire::read).unwrap_or_default();
    let show = Show::new(l, &session, &refs);
    let doing = Doing::new(l, &session, &toaster, o, &visiting, start);
    let may_log = session.object("activities").is_some_and(|a| a.may("create"));
    let open = |planned: bool| {
        let visiting = visiting.clone();
        Callback::from(move |_: MouseEvent| visiting.set(Some((planned, None))))
    };
    let close = {
        let (visiting, refetch) = (visiting.clone(), overview.refetch.clone());
        Callback::from(move |()| {
            visiting.set(None);
            refetch.emit(())
        })
    };
    let name = o.get("customer").map_or("", |c| words(c, "name")).to_owned();
    let part = |tab: &'static str, title: &str, row: fn(&Show, &Value) -> Html| -> Html {
        let items = list(o, tab);
        // Nobody is shown a part of what they may not see.
        if o.get(tab).is_none_or(Value::is_null) {
            return html! {};
        }
        let all = p.ontab.reform(move |_: MouseEvent| tab.to_owned());
        html! { <section key={tab} class="min-w-0 rounded-box border border-base-300 p-4 pb-2" data-testid={format!("whole-{tab}")}>
            <header class="flex min-h-6 items-center justify-between gap-2"><h3 class="text-[13px] font-semibold">{ title.to_owned() }</h3><button class="btn btn-ghost btn-xs -mr-2 font-normal text-base-content/70" onclick={all}>{ l.open_as_list() }{ icon("arrow-right", "size-3.5") }</button></header>
            if items.is_empty() { <p class="py-2 text-xs text-base-content/70">{ l.whole_nothing() }</p> } else { <ul class="divide-y divide-base-300/60">{ for items.iter().take(ROWS).map(|i| row(&show, i)) }</ul> }
        </section> }
    };
    html! {
        <div class="grid grid-cols-1 gap-4 p-4" data-testid="whole">
            if may_log { <div class="flex flex-wrap gap-2"><button class="btn btn-sm btn-primary" data-testid="log-contact" onclick={open(false)}>{ icon("notebook-pen", "size-4") }{ l.log_contact() }</button><button class="btn btn-sm" onclick={open(true)}>{ icon("calendar-clock", "size-4") }{ l.plan_contact() }</button></div> }
            { tiles(&show, o, &p.ontab) }
            { next_actions(l, list(o, "next_actions"), &doing) }
            <div class="grid grid-cols-1 items-start gap-4 md:grid-cols-2">
                { part("opportunities", l.whole_opportunities(), opportunity) }
                { part("contacts", l.whole_people(), person) }
                { part("orders", l.whole_orders(), order) }
                { part("tasks", l.whole_tasks(), task) }
            </div>
            { part("activities", l.whole_contacts(), contact) }
            if let Some((planned, content)) = (*visiting).clone() { <Visit customer={(p.id.clone(), name)} {planned} {content} onclose={close} /> }
        </div>
    }
}

/// How the customer stands, in six figures; each opens what it is made of.
fn tiles(show: &Show, o: &Value, ontab: &Callback<String>) -> Html {
    let (l, none) = (show.lang, Value::Null);
    let of = |key: &str| o.get("scores").and_then(|s| s.get(key)).unwrap_or(&none);
    let (cadence, health, sdae, tier, repeat) = (of("cadence"), of("health"), of("sdae"), of("tier"), of("repeat"));
    let whole = |v: Option<f64>| v.map_or_else(|| l.unknown().to_owned(), |v| format::number(v, 0));
    let money = |v: Option<f64>| v.map_or_else(|| l.unknown().to_owned(), |v| short(show, v));
    let last = words(cadence, "last_contact_at");
    let touched = match last {
        "" => l.never_contacted().to_owned(),
        last => format::moment(l, last, &show.clock),
    };
    let alive = num(repeat, "alive").filter(|_| num(repeat, "repeats") != Some(0.0));
    let open: Vec<&Value> = list(o, "opportunities").iter().filter(|x| words(x, "status") == "open").collect();
    // Only a list that is whole says how much and how many; of a longer one the rhythm knows the amount, if there is one.
    let known = o.get("opportunities").is_some_and(Value::is_array);
    let (amount, count) = if known && list(o, "opportunities").len() < LISTED {
        (Some(open.iter().filter_map(|x| num(x, "amount_minor")).sum()), l.whole_open_n(open.len()))
    } else {
        (num(cadence, "open_minor").filter(|_| known), String::new())
    };
    let dimensions = list(sdae, "dimensions");
    let scores = html! { <dl class="mt-1 grid grid-cols-4 gap-2">{ for dimensions.iter().map(|d| html! { <div class="min-w-0"><dt class="truncate text-[11px] text-base-content/70">{ words(d, "label") }</dt><dd class={cls!("text-base font-semibold tabular-nums", (words(d, "dimension") == words(sdae, "weakest")).then_some("text-warning"))}>{ num(d, "score").map_or_else(|| "—".to_owned(), |v| format::number(v, 0)) }</dd></div> }) }</dl> };
    let at_risk =
        num(repeat, "at_risk_minor").filter(|m| *m > 0.0).map(|m| format!("{} {}", l.value_at_risk(), short(show, m)));
    let goto = |tab: &'static str| ontab.reform(move |_: MouseEvent| tab.to_owned());
    let cell = "block w-full min-w-0 cursor-pointer rounded-box border border-base-300 px-3 py-2.5 text-left hover:border-primary/50";
    let tile = |tab: &'static str, label: &str, value: String, note: Html| {
        html! { <button type="button" class={cell} onclick={goto(tab)}><span class="block truncate text-xs text-base-content/70">{ label.to_owned() }</span><span class="block truncate text-base font-semibold tabular-nums">{ value }</span><span class="flex min-h-5.5 items-center gap-1.5 truncate text-xs text-base-content/70">{ note }</span></button> }
    };
    html! { <div class="grid grid-cols-2 gap-3 md:grid-cols-4" data-testid="tiles">
        { tile("activities", l.whole_last(), touched, rhythm(l, cadence)) }
        { tile("scores", l.health(), whole(num(health, "score")), band(health)) }
        <button type="button" class={cls!(cell, "col-span-2")} onclick={goto("scores")}><span class="flex items-center justify-between gap-2 text-xs text-base-content/70">{ l.sdae() }if !words(sdae, "asset_label").is_empty() { { badge("primary", words(sdae, "asset_label")) } }</span>{ scores }</button>
        { tile("opportunities", l.whole_open(), money(amount), html! { { count } }) }
        { tile("orders", l.paid_year(), money(num(tier, "paid_minor")), html! { { words(tier, "label") } }) }
        { tile("scores", l.alive(), alive.map_or_else(|| l.insufficient().to_owned(), format::percent), html! { { num(repeat, "next_in_days").map(|d| l.whole_next_in(&format::number(d.max(0.0), 0))).unwrap_or_default() } }) }
        { tile("scores", l.lifecycle(), words(of("lifecycle"), "label").to_owned(), html! { { at_risk.unwrap_or_default() } }) }
    </div> }
}

fn band(v: &Value) -> Html {
    let color = match words(v, "band") {
        "healthy" => "success",
        "watch" => "warning",
        "at_risk" => "error",
        _ => return html! {},
    };
    badge(color, words(v, "band_label"))
}

fn rhythm(l: Lang, v: &Value) -> Html {
    if v.is_null() {
        return html! { { l.rhythm_none() } };
    }
    let color = match words(v, "status") {
        "under" | "never" => "error",
        "due" => "info",
        "on_track" => "success",
        _ => "warning",
    };
    html! { <>{ badge(color, words(v, "status_label")) }<span class="truncate">{ l.every_days(num(v, "interval_days").unwrap_or(0.0) as i64) }</span></> }
}

fn short(show: &Show, minor: f64) -> String {
    format::money(show.lang, show.session.currency(), minor as i64)
}

/// One line: what it is and something of it, and at the right its figure.
fn line(object: &'static str, v: &Value, mark: Html, title: Html, below: Html, right: Html) -> Html {
    html! { <li key={words(v, "id").to_owned()} class="flex min-h-11 items-center gap-3 py-1.5 text-[13px]">{ mark }
    <span class="min-w-0 flex-1"><Link<Route> to={Route::record(object, words(v, "id"))} classes="block truncate font-medium hover:text-primary">{ title }</Link<Route>><span class="flex min-w-0 flex-wrap items-center gap-x-2 text-xs text-base-content/70">{ below }</span></span>
    <span class="shrink-0 text-right tabular-nums">{ right }</span></li> }
}

/// The badge of a field that is one of some choices.
fn choice(show: &Show, object: &str, key: &str, v: &Value) -> Html {
    let field = show.session.object(object).and_then(|m| m.field(key));
    field.map(|f| show.value(f, v.get(key).unwrap_or(&Value::Null))).unwrap_or_default()
}

fn day(show: &Show, text: &str) -> String {
    if text.is_empty() { String::new() } else { format::date(show.lang, text, &show.clock) }
}

fn opportunity(show: &Show, v: &Value) -> Html {
    let status = match words(v, "status") {
        "open" => badge("info", show.label(words(v, "stage_id"))),
        _ => choice(show, "opportunities", "status", v),
    };
    let due = match day(show, words(v, "expected_close_on")) {
        d if !d.is_empty() && words(v, "status") == "open" => show.lang.whole_expected(&d),
        _ => String::new(),
    };
    let amount = num(v, "amount_minor").map_or_else(|| "—".to_owned(), |m| short(show, m));
    line(
        "opportunities",
        v,
        html! {},
        html! { { words(v, "name") } },
        html! { <>{ status }{ due }</> },
        html! { { amount } },
    )
}

fn person(show: &Show, v: &Value) -> Html {
    let name = words(v, "name");
    let primary = v.get("is_primary").and_then(Value::as_bool).unwrap_or(false);
    let place = [words(v, "department"), words(v, "title")].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>();
    let phone = match words(v, "phone") {
        "" => html! {},
        masked if masked.contains('*') => html! { <span class="text-xs">{ masked.to_owned() }</span> },
        phone => {
            html! { <a class="btn btn-ghost btn-xs gap-1 font-normal" href={format!("tel:{phone}")}>{ icon("phone", "size-3.5") }{ phone.to_owned() }</a> }
        }
    };
    let title = html! { <>{ name }if primary { <span class="ml-1.5 inline-flex align-middle">{ badge("primary", show.lang.whole_primary()) }</span> }</> };
    line("contacts", v, avatar(name, "size-7 text-[11px]"), title, html! { { place.join(" · ") } }, phone)
}

fn order(show: &Show, v: &Value) -> Html {
    let status = choice(show, "orders", "status", v);
    let amount = num(v, "amount_minor").map_or_else(|| "—".to_owned(), |m| short(show, m));
    line(
        "orders",
        v,
        html! {},
        html! { { words(v, "number") } },
        html! { <>{ status }{ day(show, words(v, "ordered_on")) }</> },
        html! { { amount } },
    )
}

fn task(show: &Show, v: &Value) -> Html {
    let due = words(v, "due_at");
    let late = format::parse_moment(due).is_some_and(|at| at < show.clock.now);
    let when = if due.is_empty() { String::new() } else { format::moment(show.lang, due, &show.clock) };
    line(
        "tasks",
        v,
        html! {},
        html! { { words(v, "title") } },
        html! { { show.label(words(v, "owner_id")).to_owned() } },
        html! { <span class={cls!("text-xs", if late { "text-error" } else { "text-base-content/70" })}>{ when }</span> },
    )
}

fn contact(show: &Show, v: &Value) -> Html {
    let kind = choice(show, "activities", "kind", v);
    let rs = ["r1", "r2", "r3", "r4"].map(|k| num(v, k));
    let four = html! { if rs.iter().any(Option::is_some) { <span class="hidden gap-1 sm:inline-flex" title={show.lang.whole_four_r()}>{ for rs.iter().enumerate().map(|(i, r)| html! { <span class={cls!("rounded px-1 text-[11px]", crate::ui::tone(match r { Some(r) if *r >= 80.0 => "success", Some(r) if *r >= 50.0 => "warning", Some(_) => "error", None => "neutral" }))}>{ format!("R{} {}", i + 1, r.map_or_else(|| "—".to_owned(), |r| format::number(r, 0))) }</span> }) }</span> } };
    let below = html! { <>{ kind }if !words(v, "contact_id").is_empty() { <span>{ show.label(words(v, "contact_id")).to_owned() }</span> }<span>{ words(v, "outcome") }</span></> };
    let right = html! { <span class="flex items-center gap-3">{ four }<span class="text-xs text-base-content/70">{ format::moment(show.lang, words(v, "occurred_at"), &show.clock) }</span></span> };
    line("activities", v, html! {}, html! { { words(v, "subject") } }, below, right)
}
