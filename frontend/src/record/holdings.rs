//! What a person still holds, on their page, and how far handing it over has come.

use super::hand_over::HandOverForm;
use super::save::changed;
use crate::browser;
use crate::data::http::{ApiError, Request, encode};
use crate::data::listing::drill_target;
use crate::data::query::{invalidate, use_query};
use crate::data::session::{Session, use_session};
use crate::data::types::{Page, Record, text};
use crate::data::wire::wire;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::pages::list_link::ListLink;
use crate::route::{Route, anchor};
use crate::ui::cls;
use crate::ui::overlay::Drawer;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, avatar, icon, skeleton_lines, spinner};
use serde_json::json;
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

wire! {
/// What a person still holds.
pub(crate) struct Holdings {
    pub(crate) active: bool,
    pub(crate) total: u64,
    pub(crate) kinds: Vec<Held>,
    pub(crate) teams_led: u64,
    pub(crate) may_hand_over: bool,
    pub(crate) hand_over: Option<HandOver>,
}
}

wire! {
/// How much of a kind.
pub(crate) struct Held {
    pub(crate) kind: String,
    pub(crate) count: u64,
    pub(crate) owned: bool,
    pub(crate) may_hand_over: bool,
    pub(crate) drill_down: String,
}
}

wire! {
/// A hand-over.
pub(crate) struct HandOver {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) receivers: Vec<Given>,
    pub(crate) pooled: u64,
    pub(crate) total: u64,
    pub(crate) done: u64,
    pub(crate) left_out: u64,
    pub(crate) created_by_name: Option<String>,
    pub(crate) finished_at: Option<String>,
    pub(crate) error: Option<String>,
}
}

wire! {
/// Somebody who takes over.
pub(crate) struct Given {
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) given: BTreeMap<String, u64>,
}
}

impl HandOver {
    fn is_busy(&self) -> bool {
        matches!(self.state.as_str(), "queued" | "running")
    }
}

/// What a kind is called.
pub(super) fn kind_label(l: Lang, session: &Session, kind: &str) -> String {
    let word = match kind {
        "opportunities" => l.held_opportunities(),
        "tasks" => l.held_tasks(),
        "activities" => l.held_activities(),
        "trials" => l.held_trials(),
        "solutions" => l.held_solutions(),
        "competitor_alerts" => l.held_alerts(),
        "managed_customers" => l.held_managed(),
        "account_teams" => l.held_teams(),
        other => return session.object(other).map_or_else(|| other.to_owned(), |m| m.label_plural.clone()),
    };
    word.to_owned()
}

#[derive(Properties, PartialEq)]
pub(super) struct HoldingsProps {
    /// The user.
    pub(super) id: String,
    pub(super) name: String,
    /// It stands above the fields.
    pub(super) first: bool,
}

/// The card on a user's page.
#[component]
pub(super) fn HoldingsCard(p: &HoldingsProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let query = use_query::<Holdings>(format!("/users/{}/holdings", p.id));
    let asking = use_state_eq(|| false);
    let looking = use_state_eq(|| false);
    let stopping = use_state_eq(|| false);
    let toaster = use_toaster();
    let busy = query.data.as_ref().is_some_and(|h| h.hand_over.as_ref().is_some_and(HandOver::is_busy));
    {
        let refetch = query.refetch.clone();
        use_effect_with(busy, move |busy| {
            let timer = busy.then(|| gloo_timers::callback::Interval::new(700, move || refetch.emit(())));
            let was = *busy;
            move || {
                drop(timer);
                if was {
                    ["customers", "contacts", "opportunities", "tasks", "activities"].into_iter().for_each(changed);
                    ["/leavers", "/my_day", "/pool"].into_iter().for_each(invalidate);
                }
            }
        });
    }
    let set = |state: &UseStateHandle<bool>, on: bool| {
        let state = state.clone();
        Callback::from(move |()| state.set(on))
    };
    let place = cls!(if p.first { "mb-4" } else { "mt-4" });
    let Some(h) = &query.data else {
        let body = match &query.error {
            Some(e) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
            None => skeleton_lines(3),
        };
        return html! { <Card title={l.holdings()} class={place}>{ body }</Card> };
    };
    // Whoever sees nothing that this person could own cannot tell what they hold.
    if !h.kinds.iter().any(|k| k.owned) {
        return html! {};
    }
    let holds = h.kinds.iter().any(|k| k.count > 0);
    let open = set(&asking, true).reform(|_: MouseEvent| ());
    let again = h.hand_over.as_ref().is_some_and(|x| !x.is_busy());
    let button = html! {
        if holds && h.may_hand_over && !busy { <button type="button" data-testid="hand-over" class={cls!("btn btn-sm", (!h.active).then_some("btn-primary"))} onclick={open}>{ icon("users-round", "size-4") }{ if again && !h.active { l.hand_over_again() } else { l.hand_over() } }</button> }
    };
    let began = {
        let (asking, refetch) = (asking.clone(), query.refetch.clone());
        Callback::from(move |done: bool| {
            asking.set(false);
            if done {
                refetch.emit(())
            }
        })
    };
    let onstop = {
        let (stopping, refetch) = (stopping.clone(), query.refetch.clone());
        let id = h.hand_over.as_ref().map(|x| x.id.clone()).unwrap_or_default();
        Callback::from(move |_: MouseEvent| {
            let (stopping, refetch, toaster, id) = (stopping.clone(), refetch.clone(), toaster.clone(), id.clone());
            stopping.set(true);
            spawn_local(async move {
                if let Err(e) = Request::post(format!("/hand-overs/{id}/cancel"), json!({})).json::<Record>().await {
                    toaster.err(e.text(l));
                }
                stopping.set(false);
                refetch.emit(())
            });
        })
    };
    let stop = html! { <button type="button" data-testid="hand-over-stop" class="btn btn-ghost btn-xs max-sm:btn-sm" disabled={*stopping} onclick={onstop}>if *stopping { { spinner() } }{ l.hand_over_stop() }</button> };
    let owned = h.kinds.iter().filter(|k| k.owned && k.count > 0);
    let others: Vec<&Held> = h.kinds.iter().filter(|k| !k.owned && k.count > 0).collect();
    let led = json!({ "field": "lead_id", "op": "eq", "value": p.id });
    let led = format!("filter={}", encode(&led.to_string()));
    html! {
        <Card title={if holds { l.holdings_left() } else { l.holdings() }} extra={button} class={place}>
            <div class="px-4 pt-1.5 pb-3" data-testid="holdings">
                if !h.active && h.total > 0 { <p role="status" class="mb-2 flex items-start gap-2 rounded-lg border border-warning/30 bg-warning/10 px-3 py-2 text-[13px] leading-5">{ icon("circle-alert", "mt-0.5 size-4 text-warning") }<span>{ l.holdings_orphaned(&format::group(h.total)) }</span></p> }
                if !holds && h.teams_led == 0 { <p class="pb-1 text-[13px] text-base-content/70">{ l.holdings_none() }</p> }
                <ul class="divide-y divide-base-300/60">{ for owned.map(|k| line(l, &session, k)) }</ul>
                if !others.is_empty() || h.teams_led > 0 {
                    <p class="pt-3 pb-0.5 text-xs text-base-content/70">{ l.holdings_also() }</p>
                    <ul class="divide-y divide-base-300/60">{ for others.into_iter().map(|k| line(l, &session, k)) }
                    if h.teams_led > 0 { <li><ListLink object="teams" query={led} class={cls!(LINE)}><span class="min-w-0 flex-1">{ l.held_lead() }<span class="block text-xs text-base-content/70">{ l.held_lead_body() }</span></span>{ number(h.teams_led) }</ListLink></li> }
                    </ul>
                }
                if let Some(x) = &h.hand_over { { standing(l, x, stop, set(&looking, true)) } }
            </div>
            if *asking { <HandOverForm id={p.id.clone()} name={p.name.clone()} holdings={(**h).clone()} onclose={began} /> }
            if let Some(x) = h.hand_over.as_ref().filter(|_| *looking) { <Moves id={x.id.clone()} onclose={set(&looking, false)} /> }
        </Card>
    }
}

const LINE: &str = "flex min-h-9 items-center gap-2 py-1.5 text-[13px] hover:text-primary max-sm:min-h-11";

fn number(n: u64) -> Html {
    html! { <><span class="font-medium tabular-nums">{ format::group(n) }</span>{ icon("chevron-right", "size-3.5 text-base-content/50") }</> }
}

/// A kind with its number, which opens the list.
fn line(l: Lang, session: &Session, k: &Held) -> Html {
    let label = html! { <span class="min-w-0 flex-1 truncate">{ kind_label(l, session, &k.kind) }</span> };
    let inside = html! { <>{ label }{ number(k.count) }</> };
    match drill_target(&k.drill_down) {
        Some((object, query)) => {
            html! { <li key={k.kind.clone()}><ListLink {object} {query} class={cls!(LINE)}>{ inside }</ListLink></li> }
        }
        None => html! { <li key={k.kind.clone()} class={cls!(LINE)}>{ inside }</li> },
    }
}

/// How far a hand-over has come, or what came of it.
fn standing(l: Lang, x: &HandOver, stop: Html, onlook: Callback<()>) -> Html {
    let group = format::group;
    if x.is_busy() {
        let percent = (x.done * 100).checked_div(x.total).unwrap_or(0).min(100);
        return html! { <div class="mt-3 rounded-lg bg-base-200/70 px-3 py-2.5" data-testid="hand-over-progress">
            <div class="mb-1.5 flex items-center gap-2 text-[13px]">{ spinner() }<span>{ l.hand_over_running() }</span><span class="ml-auto tabular-nums text-base-content/75">{ l.hand_over_of_n(&group(x.done.min(x.total)), &group(x.total)) }</span>{ stop }</div>
            <progress class="progress progress-primary w-full" value={percent.to_string()} max="100" aria-label={l.hand_over_running()}></progress>
        </div> };
    }
    let when = format::moment(l, x.finished_at.as_deref().unwrap_or_default(), &browser::clock());
    let who = x.created_by_name.clone().unwrap_or_default();
    let shares = x.receivers.iter().map(|r| (r.name.clone(), r.given.values().sum::<u64>()));
    let pool = (x.pooled > 0).then(|| (l.hand_over_to_pool().to_owned(), x.pooled));
    html! { <div class="mt-3 rounded-lg bg-base-200/70 px-3 py-2.5 text-[13px]" data-testid="hand-over-result">
        if let Some(e) = &x.error { <p class="mb-1.5 flex items-start gap-2 leading-5 text-error" role="alert">{ icon("circle-alert", "mt-0.5 size-4") }<span>{ l.hand_over_failed(&l.stopped(e)) }</span></p> }
        else if x.state == "cancelled" { <p class="flex items-start gap-2 leading-5">{ icon("circle-alert", "mt-0.5 size-4 text-warning") }<span>{ l.hand_over_cancelled(&when) }</span></p> }
        else { <p class="flex items-start gap-2 leading-5">{ icon("circle-check", "mt-0.5 size-4 text-success") }<span>{ l.hand_over_done(&when, &who) }</span></p> }
        <ul class="mt-1.5 flex flex-wrap gap-x-4 gap-y-1">{ for shares.chain(pool).map(|(name, n)| html! { <li key={name.clone()} class="flex items-center gap-1.5">{ avatar(&name, "size-5 text-[10px]") }<span>{ name }</span><b class="font-medium tabular-nums">{ group(n) }</b></li> }) }</ul>
        if x.left_out > 0 { <p class="mt-1.5 text-base-content/75">{ l.hand_over_left_out(&group(x.left_out)) }</p> }
        if x.done > 0 { <button type="button" class="mt-1 min-h-6 cursor-pointer text-primary hover:underline max-sm:min-h-9" onclick={onlook.reform(|_: MouseEvent| ())}>{ l.hand_over_moves() }</button> }
    </div> }
}

#[derive(Properties, PartialEq)]
struct MovesProps {
    id: String,
    onclose: Callback<()>,
}

/// What went to whom.
#[component]
fn Moves(p: &MovesProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let read = use_state(|| (Vec::<Record>::new(), Some(String::new())));
    let failed = use_state_eq(|| None::<ApiError>);
    let load = {
        let (read, failed, id) = (read.clone(), failed.clone(), p.id.clone());
        Callback::from(move |()| {
            let (read, failed, id) = (read.clone(), failed.clone(), id.clone());
            let Some(cursor) = read.1.clone() else { return };
            failed.set(None);
            spawn_local(async move {
                let path = format!("/hand-overs/{id}/moves?limit=100&cursor={}", encode(&cursor));
                match Request::get(path).json::<Page<Record>>().await {
                    Ok(page) => {
                        let mut rows = read.0.clone();
                        rows.extend(page.items);
                        read.set((rows, page.next_cursor));
                    }
                    Err(e) => failed.set(Some(e)),
                }
            });
        })
    };
    {
        let load = load.clone();
        use_effect_with(p.id.clone(), move |_| load.emit(()));
    }
    let row = |m: &Record| {
        let (object, id) = (text(m, "object"), text(m, "record_id"));
        let label = session.object(object).map_or(object, |o| o.label.as_str()).to_owned();
        let title = match text(m, "title") {
            "" => html! { <span class="truncate text-base-content/70">{ l.hand_over_hidden() }</span> },
            title => anchor(&Route::record(object, id), "truncate hover:text-primary", html! { { title.to_owned() } }),
        };
        let to = match text(m, "to_name") {
            "" => l.hand_over_to_pool(),
            name => name,
        };
        html! { <li key={format!("{id}{}", text(m, "field"))} class="flex items-center gap-3 py-2"><span class="grid min-w-0 flex-1">{ title }<span class="text-xs text-base-content/70">{ label }</span></span>{ icon("arrow-right", "size-3.5 text-base-content/50") }<span class="max-w-32 truncate">{ to.to_owned() }</span></li> }
    };
    let (rows, next) = &*read;
    let body = match &*failed {
        Some(e) => html! { <Failed error={e.clone()} retry={load.clone()} /> },
        None if rows.is_empty() => skeleton_lines(8),
        None => {
            html! { <><ul class="divide-y divide-base-300/60 text-[13px]" data-testid="moves">{ for rows.iter().map(row) }</ul>if next.is_some() { <button type="button" class="btn btn-sm btn-ghost mx-auto mt-2 block" onclick={load.reform(|_: MouseEvent| ())}>{ l.load_more() }</button> }</> }
        }
    };
    html! { <Drawer title={l.hand_over_moves()} onclose={p.onclose.clone()}>{ body }</Drawer> }
}
