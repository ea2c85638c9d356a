//! Everything the models say about one customer, with the reasons: what to do next, SDAE, health, grade, rhythm, worth.

use super::alerts::Alerts;
use super::course::Course;
use super::likes::{Intent, Likes};
use super::need_fit::NeedFit;
use super::playbooks::{PlaybookList, use_start};
use super::visit::Visit;
use super::{gauge, list, num, score, words};
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::{Session, use_session};
use crate::data::types::Record;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::record::save;
use crate::route::Route;
use crate::ui::cls;
use crate::ui::overlay::{Popover, menu_item};
use crate::ui::toast::{Toaster, use_toaster};
use crate::ui::{Empty, Failed, badge, icon, skeleton_lines, tone};
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ScoresProps {
    pub(crate) id: String,
}

/// The tab of a customer's page.
#[component]
pub(crate) fn Scores(p: &ScoresProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let visiting = use_state_eq(|| None::<Visiting>);
    let overview = use_query::<Value>(format!("/customers/{}/overview", p.id));
    let start = use_start(&p.id);
    let (Some(o), currency) = (&overview.data, session.currency()) else {
        return match &overview.error {
            Some(e) => html! { <Failed error={e.clone()} retry={overview.refetch.clone()} /> },
            None => skeleton_lines(10),
        };
    };
    let none = Value::Null;
    let of = |key: &str| o.get("scores").and_then(|s| s.get(key)).unwrap_or(&none);
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
    let history = of("history").as_array().map_or(&[][..], Vec::as_slice);
    let field = |key: &str| session.object("customers").and_then(|o| o.field(key));
    let course = |model: &'static str, name: &str, bands: Option<&str>| {
        Course { model, name, bands: bands.and_then(field) }.draw(l, history)
    };
    html! {
        <div class="p-4" data-testid="scores">
            <div class="mb-4 flex flex-wrap gap-2">if may_log { <><button class="btn btn-sm btn-primary" data-testid="log-visit" onclick={open(false)}>{ icon("notebook-pen", "size-4") }{ l.log_contact() }</button><button class="btn btn-sm" data-testid="plan-visit" onclick={open(true)}>{ icon("calendar-clock", "size-4") }{ l.plan_contact() }</button></> }<super::stop::Stop customer={o.get("customer").cloned().unwrap_or_default()} onchange={overview.refetch.clone()} /></div>
            { next_actions(l, list(o, "next_actions"), &doing) }
            if of("intent").get("browsed").and_then(Value::as_bool) == Some(true) { <p class="mt-3 flex items-center gap-1.5 text-[13px] text-warning">{ icon("circle-alert", "size-4") }{ l.intent_browsed() }</p> }
            <div class="mt-4 gap-4 md:columns-2 [&>*]:mb-4 [&>*]:break-inside-avoid">
                { sdae(l, of("sdae"), history, course("sdae", l.sdae(), None)) }
                <div class="grid min-w-0 grid-cols-1 gap-4">{ health(l, of("health"), course("health", l.health(), None)) }{ grade(l, of("grade"), course("grade", l.by_grade(), Some("grade"))) }</div>
                <Alerts customer={p.id.clone()} name={name.clone()} />
                <NeedFit customer={p.id.clone()} name={name.clone()} />
                { rhythm(l, of("cadence")) }
                { super::stage::sheet_of(l, of("lifecycle"), currency, field("partner_rank")) }
                { tier(l, of("tier"), currency, course("tier", l.service_tier(), Some("service_tier"))) }
                { repeat(l, of("repeat"), currency, course("repeat", l.alive(), None)) }
                <Likes id={p.id.clone()} />
                <Intent id={p.id.clone()} />
                { effects(l, list(o, "playbook_runs")) }
                <section class="rounded-box border border-base-300 p-4"><h3 class="mb-2 text-[13px] font-semibold">{ l.playbooks() }</h3><PlaybookList items={of("playbooks").as_array().cloned().unwrap_or_default()} onstart={doing.start.clone()} busy={doing.starting} /></section>
            </div>
            if let Some((planned, content)) = (*visiting).clone() { <Visit customer={(p.id.clone(), name)} {planned} {content} onclose={close} /> }
        </div>
    }
}

/// What is planned or written down: whether it lies ahead, and the content that is sent.
pub(super) type Visiting = (bool, Option<(String, String)>);

/// How what is to be done next is begun from its line.
pub(super) struct Doing {
    /// Starts a playbook; none for those who may not make its tasks.
    start: Option<Callback<String>>,
    /// One is being started.
    starting: bool,
    /// Writes down that a content item was sent: its id and title; none for those who may not.
    send: Option<Callback<(String, String)>>,
    /// The title of the case to send.
    case: String,
    /// Adds somebody to the account team; none for those who may not.
    name: Option<Callback<String>>,
    /// Who could serve the customer.
    people: Vec<(String, String)>,
}

impl Doing {
    /// For the overview of a customer; `visiting` opens the form of a contact, and `start` is of [`use_start`].
    pub(super) fn new(
        l: Lang,
        session: &Session,
        toaster: &Toaster,
        overview: &Value,
        visiting: &UseStateHandle<Option<Visiting>>,
        (start, starting): (Callback<String>, bool),
    ) -> Doing {
        let customer = overview.get("customer").cloned().unwrap_or_default();
        let tier = overview.get("scores").and_then(|s| s.get("tier")).cloned().unwrap_or_default();
        let person = |p: &Value| (words(p, "user_id").to_owned(), words(p, "name").to_owned());
        let start = session.me.may("tasks", "create").then_some(start);
        let send = session.object("activities").is_some_and(|a| a.may("create")).then(|| {
            let visiting = visiting.clone();
            Callback::from(move |content: (String, String)| visiting.set(Some((false, Some(content)))))
        });
        let name = session.object("customers").is_some_and(|o| o.may("update")).then(|| {
            let (customer, toaster) = (customer.clone(), toaster.clone());
            Callback::from(move |user: String| join_team(l, toaster.clone(), &customer, user))
        });
        let case = tier.get("case_to_send").map_or("", |c| words(c, "title")).to_owned();
        Doing { start, starting, send, case, name, people: list(&tier, "could_serve").iter().map(person).collect() }
    }

    /// The button that names a customer success manager.
    fn naming(&self, l: Lang) -> Html {
        let Some(name) = &self.name else { return html! {} };
        if self.people.is_empty() {
            return html! { <span class="max-w-56 text-xs text-base-content/70">{ l.csm_nobody() }</span> };
        }
        html! { <Popover right=true menu=true label={l.csm_name()} width="sm:w-48" button_class="btn btn-xs btn-primary" button={html! { { l.csm_name() } }}>{ for self.people.iter().map(|(id, person)| {
            let id = id.clone();
            menu_item("user", person, name.reform(move |_: MouseEvent| id.clone()))
        }) }</Popover> }
    }
}

/// Adds somebody to the account team of a customer.
fn join_team(l: Lang, toaster: Toaster, customer: &Value, user: String) {
    let (id, version) = (words(customer, "id").to_owned(), customer.get("version").and_then(Value::as_i64));
    let mut team: Vec<Value> = list(customer, "account_team_ids").to_vec();
    team.push(Value::from(user));
    let data: Record = [("account_team_ids".to_owned(), Value::Array(team))].into_iter().collect();
    spawn_local(async move {
        match save::update("customers", &id, version, data).await {
            Ok(_) => toaster.ok(l.csm_named()),
            Err(e) => toaster.err(e.errors.first().map_or_else(|| e.text(l), |f| f.message.clone())),
        }
    });
}

/// What to do next and why, the most useful first.
pub(super) fn next_actions(l: Lang, actions: &[Value], doing: &Doing) -> Html {
    if actions.is_empty() {
        return html! { <Empty small=true icon="circle-check" title={l.next_none()} /> };
    }
    let clock = browser::clock();
    html! { <section class="rounded-box border border-primary/30 bg-primary/5 p-4"><h3 class="mb-2 text-[13px] font-semibold">{ l.next_actions() }</h3>
    <ul class="space-y-2">{ for actions.iter().map(|a| {
        let (mark, playbook, task) = (match words(a, "kind") { "contact" => "phone", "playbook" => "workflow", "task" => "list-checks", "success_manager" => "users-round", "case" => "bookmark", _ => "lightbulb" }, words(a, "playbook").to_owned(), words(a, "task_id"));
        let button = if words(a, "kind") == "success_manager" {
            doing.naming(l)
        } else if let ("case", Some(send)) = (words(a, "kind"), &doing.send) {
            let sent = (words(a, "content_id").to_owned(), doing.case.clone());
            let onclick = send.reform(move |_: MouseEvent| sent.clone());
            html! { <button class="btn btn-xs btn-primary" data-testid="send-case" {onclick}>{ l.case_send() }</button> }
        } else if let (false, Some(start)) = (playbook.is_empty(), &doing.start) {
            let onclick = start.reform(move |_: MouseEvent| playbook.clone());
            html! { <button class="btn btn-xs btn-primary" disabled={doing.starting} {onclick}>{ l.playbook_start() }</button> }
        } else if !task.is_empty() {
            html! { <Link<Route> to={Route::record("tasks", task)} classes="btn btn-xs">{ l.open() }</Link<Route>> }
        } else { html! {} };
        // Of a task the reason is when it is due.
        let why = match words(a, "kind") {
            "task" if !words(a, "why").is_empty() => l.next_due(&format::moment(l, words(a, "why"), &clock)),
            _ => words(a, "why").to_owned(),
        };
        html! { <li class="flex items-start gap-3 text-[13px]">{ icon(mark, "size-4 mt-0.5 text-primary") }<span class="min-w-0 flex-1"><b class="block font-medium">{ words(a, "title") }</b><span class="text-xs text-base-content/70">{ why }</span></span>{ button }</li> }
    }) }</ul></section> }
}

pub(super) fn sheet(title: &str, extra: Html, body: Html) -> Html {
    html! { <section class="min-w-0 rounded-box border border-base-300 p-4"><header class="mb-1 flex min-h-6 items-center justify-between gap-2"><h3 class="text-[13px] font-semibold">{ title.to_owned() }</h3>{ extra }</header>{ body }</section> }
}

fn pill(v: &Value, band: &str, label: &str) -> Html {
    let text = words(v, label);
    if text.is_empty() {
        return html! {};
    }
    let color = match words(v, band) {
        "strong" | "healthy" => "success",
        "watch" => "warning",
        "weak" | "at_risk" => "error",
        _ => "neutral",
    };
    badge(color, text)
}

/// The inputs of a score: value, weight and points of each, where it came from and how old that is; how much is known
/// of all of them, and the settings that it was made with. `of` is what has them.
pub(super) fn why(l: Lang, of: &Value, version: Option<f64>) -> Html {
    let parts = list(of, "parts");
    if parts.is_empty() {
        return html! {};
    }
    let source = |p: &Value| {
        let text = match words(p, "source") {
            "computed" => l.source_computed(),
            "assessed" => l.source_assessed(),
            "stale" => l.source_stale(),
            _ => l.source_missing(),
        };
        match num(p, "age_days") {
            Some(0.0) => l.source_today(text),
            Some(n) => l.source_days(text, n as i64),
            None => text.to_owned(),
        }
    };
    let known = num(of, "coverage").map(|share| l.known_share(&format::percent(100.0 * share)));
    html! { <details class="mt-1 text-xs"><summary class="cursor-pointer py-1 text-base-content/70 hover:text-primary">{ l.explain() }if let Some(known) = known { <span class="ml-2">{ known }</span> }</summary><ul class="mt-1 space-y-1">{ for parts.iter().map(|p| html! {
    <li class="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3" title={words(p, "formula").to_owned()}><span class="truncate">{ words(p, "label") }</span><span class="tabular-nums">{ score(l, num(p, "value")) }{ " × " }{ format::number(num(p, "weight").unwrap_or(0.0), 2) }</span><span class="col-span-2 truncate text-base-content/70">{ source(p) }if !words(p, "formula").is_empty() { { " · " }{ words(p, "formula") } }</span></li> }) }</ul>
    { made_with(l, version) }</details> }
}

/// The settings that a score was made with.
pub(super) fn made_with(l: Lang, version: Option<f64>) -> Html {
    version.map(|n| html! { <p class="mt-1 text-xs text-base-content/70" data-testid="made-with">{ if n == 0.0 { l.made_as_shipped().to_owned() } else { l.made_with(n as i64) } }</p> }).unwrap_or_default()
}

fn sdae(l: Lang, v: &Value, history: &[Value], course: Html) -> Html {
    let extra = html! { <>if !words(v, "asset_label").is_empty() { { badge("primary", words(v, "asset_label")) } }if v.get("at_risk").and_then(Value::as_bool).unwrap_or(false) { { badge("error", l.at_risk()) } }</> };
    sheet(
        l.sdae(),
        extra,
        html! { <>{ super::radar::radar(l, v, history) }{ for list(v, "dimensions").iter().map(|d| html! { <div>
        { gauge(l, words(d, "label"), num(d, "score"), html! { <>if words(d, "dimension") == words(v, "weakest") { { badge("warning", l.weakest()) } }{ pill(d, "band", "band_label") }</> }) }{ why(l, d, num(v, "settings_version")) }</div> }) }{ course }</> },
    )
}

fn health(l: Lang, v: &Value, course: Html) -> Html {
    let silent = v.get("silent").and_then(Value::as_bool).unwrap_or(false);
    let body = html! { <>{ gauge(l, l.health(), num(v, "score"), html! {}) }if silent { <p class="flex items-center gap-1.5 text-xs text-error">{ icon("circle-alert", "size-3.5") }{ l.silent_since(words(v, "silent_since")) }</p> }
    if v.get("high_churn_risk").and_then(Value::as_bool).unwrap_or(false) { <p class="flex items-center gap-1.5 text-xs text-error">{ icon("circle-alert", "size-3.5") }{ l.churn_high() }</p> }
    if let Some(n) = num(v, "competitor_views") { <p class="text-xs text-base-content/70">{ l.competitor_views(n as i64) }</p> }
    { for list(v, "alerts").iter().filter_map(Value::as_str).map(|a| html! { <p class="flex items-center gap-1.5 text-xs text-warning">{ icon("circle-alert", "size-3.5") }{ a }</p> }) }{ course }{ why(l, v, num(v, "settings_version")) }</> };
    sheet(l.health(), pill(v, "band", "band_label"), body)
}

fn grade(l: Lang, v: &Value, course: Html) -> Html {
    let (now, computed) = (words(v, "grade"), words(v, "computed"));
    let manual = v.get("manual").and_then(Value::as_bool).unwrap_or(false);
    let extra = html! { <>if !now.is_empty() { { badge("primary", &l.grade_is(now)) } }if manual { { badge("neutral", &l.grade_by_hand(computed)) } }</> };
    sheet(
        l.by_grade(),
        extra,
        html! { <>{ gauge(l, l.overall(), num(v, "score"), html! {}) }{ course }{ why(l, v, num(v, "settings_version")) }</> },
    )
}

/// One line of a key and its value.
fn fact(key: &str, value: Html) -> Html {
    html! { <div class="flex min-h-7 items-center justify-between gap-3 text-[13px]"><dt class="min-w-0 text-base-content/70">{ key.to_owned() }</dt><dd class="max-w-[65%] shrink-0 truncate text-right tabular-nums">{ value }</dd></div> }
}

fn rhythm(l: Lang, v: &Value) -> Html {
    if v.is_null() {
        return sheet(l.rhythm(), html! {}, html! { <p class="text-xs text-base-content/70">{ l.rhythm_none() }</p> });
    }
    let last = words(v, "last_contact_at");
    let body = html! { <dl>
        { fact(l.last_contact(), html! { { if last.is_empty() { l.never_contacted().to_owned() } else { format::moment(l, last, &browser::clock()) } } }) }
        { fact(l.rhythm_target(), html! { { l.every_days(num(v, "interval_days").unwrap_or(0.0) as i64) } }) }
        { fact(l.rhythm_contacts(), html! { { l.contacts_of(num(v, "contacts_in_interval").unwrap_or(0.0) as i64, num(v, "most_contacts").unwrap_or(0.0) as i64) } }) }
    </dl> };
    let color = match words(v, "status") {
        "under" | "never" => "error",
        "due" => "info",
        "on_track" => "success",
        _ => "warning",
    };
    sheet(l.rhythm(), badge(color, words(v, "status_label")), body)
}

fn tier(l: Lang, tier: &Value, currency: &str, course: Html) -> Html {
    if tier.is_null() {
        return html! {};
    }
    let services: Vec<&str> = list(tier, "services").iter().filter_map(Value::as_str).collect();
    let body = html! { <>
        <dl>
            { fact(l.paid_year(), html! { { format::money(l, currency, num(tier, "paid_minor").unwrap_or(0.0) as i64) } }) }
            if let Some(by) = tier.get("success_managers").and_then(Value::as_array) { { fact(l.csm(), html! { { if by.is_empty() { l.csm_none().to_owned() } else { by.iter().map(|p| words(p, "name")).collect::<Vec<_>>().join(l.pick("、", ", ")) } } }) } }
            if let Some(next) = num(tier, "to_next_minor") { { fact(l.to_next_tier(), html! { { format::money(l, currency, next as i64) } }) } }
        </dl>
        if !services.is_empty() { <p class="mt-2 text-xs text-base-content/70">{ l.tier_services() }</p><ul class="mt-1 space-y-1 text-xs" data-testid="services">{ for services.iter().map(|s| html! { <li class="flex gap-1.5">{ icon("handshake", "size-3.5 shrink-0 text-primary") }{ *s }</li> }) }</ul> }
        { course }{ made_with(l, num(tier, "settings_version")) }
    </> };
    sheet(l.service_tier(), badge("info", words(tier, "label")), body)
}

fn repeat(l: Lang, v: &Value, currency: &str, course: Html) -> Html {
    if v.is_null() {
        return sheet(l.worth(), html! {}, html! { <p class="text-xs text-base-content/70">{ l.worth_none() }</p> });
    }
    let money = |key: &str| html! { { num(v, key).map_or_else(|| l.unknown().to_owned(), |m| format::money(l, currency, m as i64)) } };
    // After a single purchase the model always says 100 %: that is no finding.
    let alive = num(v, "alive").filter(|_| num(v, "repeats") != Some(0.0));
    let bought = list(v, "expected_purchases");
    let expected: Vec<String> = bought.iter().filter_map(Value::as_f64).map(|x| format::number(x, 1)).collect();
    let extra = html! { <>if v.get("win_back").and_then(Value::as_bool).unwrap_or(false) { { badge("error", l.win_back()) } }</> };
    let body = html! { <><dl>
        { fact(l.alive(), html! { <span class={cls!("rounded-md px-1.5", tone(match alive { Some(a) if a < 40.0 => "error", Some(_) => "success", None => "neutral" }))}>{ alive.map_or_else(|| l.insufficient().to_owned(), format::percent) }</span> }) }
        { fact(l.expected_purchases(), html! { { expected.join(" / ") } }) }
        { fact(l.year_value(), money("year_minor")) }{ fact(l.lifetime_value(), money("lifetime_minor")) }{ fact(l.value_at_risk(), money("at_risk_minor")) }
        if let Some(days) = num(v, "cycle_days") { { fact(l.buying_cycle(), html! { { l.days_n(&format::number(days, 0)) } }) } }
        </dl>{ course }<p class="mt-1 text-xs text-base-content/70">{ l.care_fitted(&format::group(num(v, "fitted_customers").unwrap_or(0.0) as u64)) }</p>
        if v.get("converged").and_then(Value::as_bool) == Some(false) { <p class="mt-1 rounded-lg bg-warning/10 px-3 py-2 text-xs">{ l.care_converged() }</p> }
        if num(v, "repeats") == Some(0.0) { <p class="mt-1 text-xs text-base-content/70">{ l.one_purchase() }</p> }
        { made_with(l, num(v, "settings_version")) }
    </> };
    sheet(l.worth(), extra, body)
}

/// The playbooks that were started, and what they did.
fn effects(l: Lang, runs: &[Value]) -> Html {
    if runs.is_empty() {
        return html! {};
    }
    let clock = browser::clock();
    html! { <section class="min-w-0 rounded-box border border-base-300 p-4" data-testid="effects"><h3 class="mb-1 text-[13px] font-semibold">{ l.effect_title() }</h3><ul class="text-[13px]">{ for runs.iter().map(|r| {
        let (before, after) = (num(r, "score_before"), num(r, "score_after"));
        let effect = match before.zip(after) {
            Some((b, a)) => html! { <span class={cls!("tabular-nums", if a > b { "text-success" } else if a < b { "text-error" } else { "" })}>{ l.effect_change(&format::number(b, 0), &format::number(a, 0)) }</span> },
            None => html! { <span class="text-xs text-base-content/70">{ l.effect_waiting() }</span> },
        };
        html! { <li class="flex min-h-8 items-center justify-between gap-3"><Link<Route> to={Route::record("playbook_runs", words(r, "id"))} classes="min-w-0 truncate hover:text-primary">{ words(r, "name") }<span class="ml-2 text-xs text-base-content/70">{ format::date(l, words(r, "started_on"), &clock) }</span></Link<Route>><span class="shrink-0">{ effect }</span></li> }
    }) }</ul></section> }
}
