//! The public pool: customers that nobody owns, to be claimed or given to somebody.

use crate::browser;
use crate::data::http::{Request, encode};
use crate::data::listing::both;
use crate::data::query::use_query;
use crate::data::session::{Session, use_session};
use crate::data::types::{ObjectMeta, Record, field_value, text};
use crate::data::wire::wire;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::record::filter_panel::{FilterButton, FilterChips};
use crate::record::link::{Choice, LinkPicker};
use crate::record::pool::{Came, came_dialog, moved, send};
use crate::record::records::use_records;
use crate::record::table::STALE;
use crate::record::value::{Refs, Show};
use crate::ui::cls;
use crate::ui::field::{SearchBox, select};
use crate::ui::overlay::{Dialog, Drawer};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, avatar, icon, page_head, skeleton_rows, spinner};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

wire! {
/// What the pool asks of everybody.
pub(crate) struct PoolRules {
    pub(crate) version: i64,
    pub(crate) deadline: bool,
    pub(crate) hours: i64,
    pub(crate) warn_hours: i64,
    pub(crate) working: bool,
    pub(crate) holdings: i64,
    pub(crate) claims_per_day: i64,
    pub(crate) rest_days: i64,
}
}

wire! {
/// Where the reader stands.
pub(crate) struct Standing {
    pub(crate) may_claim: bool,
    pub(crate) may_assign: bool,
    pub(crate) claimed_today: i64,
    pub(crate) held: i64,
    pub(crate) settings: PoolRules,
}
}

const FIELDS: &str = "id,version,name,grade,industry,city,annual_revenue_minor,last_contact_at,phone,pooled_at,pool_reason,pool_note,pool_from_id";

/// What is asked before something is done.
#[derive(Clone, PartialEq)]
enum Asking {
    Nothing,
    Assign(Vec<(String, String)>),
    Came(Came),
    Look(Rc<Record>),
}

/// The page.
#[component]
pub(crate) fn Pool() -> Html {
    let l = use_lang();
    let session = use_session();
    browser::set_title(&format!("{} · {}", l.nav_pool(), l.app_name()));
    match session.object("customers") {
        Some(meta) if session.me.may("pool", "read") => html! { <PoolRoom meta={meta.clone()} /> },
        _ => html! { <Empty icon="lock" title={l.err_forbidden()} body={l.forbidden_body()} /> },
    }
}

#[derive(Properties, PartialEq)]
struct RoomProps {
    meta: ObjectMeta,
}

#[component]
fn PoolRoom(p: &RoomProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let q = use_state_eq(String::new);
    let reason = use_state_eq(String::new);
    let filter = use_state_eq(|| None::<Value>);
    let sort = use_state_eq(|| "-pooled_at".to_owned());
    let chosen = use_state_eq(BTreeSet::<String>::new);
    let asking = use_state_eq(|| Asking::Nothing);
    let standing = use_query::<Standing>("/pool".to_owned());
    let why = (!reason.is_empty()).then(|| json!({ "field": "pool_reason", "op": "eq", "value": *reason }));
    let wanted = both(why, (*filter).clone()).map(|f| format!("&filter={}", encode(&f.to_string())));
    let words = if q.trim().is_empty() { String::new() } else { format!("&q={}", encode(q.trim())) };
    let query = format!("&fields={FIELDS}&sort={}{words}{}", encode(&sort), wanted.unwrap_or_default());
    let records = use_records("pool/customers", query.clone(), true);
    {
        let chosen = chosen.setter();
        use_effect_with(query, move |_| chosen.set(BTreeSet::new()));
    }
    let act = use_acts(l, asking.clone(), chosen.clone());
    let may = standing.data.as_ref().map_or((false, false), |s| (s.may_claim, s.may_assign));
    let rows = &records.now.rows;
    let picked: Vec<(String, String)> =
        rows.iter().filter(|r| chosen.contains(text(r, "id"))).map(|r| named(r)).collect();
    let title = html! { <>{ l.nav_pool() }if let Some(n) = records.now.total { <span class="ml-2 text-sm font-normal tabular-nums text-base-content/70" data-testid="total">{ format::group(n) }</span> }</> };
    let onsearch = setter(&q);
    let onfilter = {
        let filter = filter.clone();
        Callback::from(move |f: Option<Value>| filter.set(f))
    };
    let sorts = [
        ("-pooled_at".to_owned(), l.pool_sort_new().to_owned()),
        ("pooled_at".to_owned(), l.pool_sort_old().to_owned()),
        ("-last_contact_at".to_owned(), l.pool_sort_contact().to_owned()),
        ("grade".to_owned(), l.pool_sort_grade().to_owned()),
    ];
    let filtered = !q.is_empty() || !reason.is_empty() || filter.is_some();
    let body = match &records.now.error {
        Some(e) if rows.is_empty() => html! { <Failed error={e.clone()} retry={records.reload.clone()} /> },
        _ if !records.now.ready => skeleton_rows(8),
        _ if rows.is_empty() && filtered => {
            html! { <Empty icon="search" title={l.pool_none_found()} body={l.pool_none_found_body()} /> }
        }
        _ if rows.is_empty() => html! { <Empty icon="handshake" title={l.pool_none()} body={l.pool_none_body()} /> },
        _ => {
            let line = Line { l, session: &session, meta: &p.meta, refs: &records.now.refs, may, chosen: &chosen };
            html! { <ul class={cls!("divide-y divide-base-300/60 border-t border-base-300/60", records.now.stale().then_some(STALE))} data-testid="pool">{ for rows.iter().map(|r| line.draw(r, &act)) }</ul> }
        }
    };
    html! { <>
        { page_head(title, html! {}) }
        <p class="-mt-2 mb-4 text-[13px] text-base-content/70">{ l.pool_body() }</p>
        if let Some(s) = &standing.data { { stands(l, s) } }
        <Card>
            { if picked.is_empty() {
                html! { <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-1">{ reasons(l, &p.meta, &reason) }
                <div class="flex w-full items-center gap-1.5 px-3 pb-2.5 sm:w-auto sm:px-1 sm:pb-0">
                    <SearchBox id="list-search" class="min-w-0 flex-1 sm:w-56 sm:flex-none" value={(*q).clone()} placeholder={l.pool_search()} {onsearch} />
                    <FilterButton meta={p.meta.clone()} filter={(*filter).clone()} refs={records.now.refs.clone()} onchange={onfilter.clone()} />
                    { select("sort", l.pool_sort(), &sorts, &sort, "select-sm w-28 shrink-0", setter(&sort)) }
                </div></div> }
            } else { bar(l, &picked, may, &act) } }
            <FilterChips meta={p.meta.clone()} filter={(*filter).clone()} refs={records.now.refs.clone()} onchange={onfilter} />
            { records.failure() }
            { body }
            if records.now.next.is_some() { <div class="grid h-14 place-items-center border-t border-base-300/60"><button class="btn btn-sm btn-ghost" onclick={records.more.reform(|_: MouseEvent| ())} disabled={records.now.loading}>if records.now.loading { { spinner() } }{ l.load_more() }</button></div> }
        </Card>
        { over(l, &p.meta, &asking, may, &act) }
    </> }
}

fn setter(state: &UseStateHandle<String>) -> Callback<String> {
    let state = state.clone();
    Callback::from(move |v: String| state.set(v))
}

fn named(r: &Record) -> (String, String) {
    (text(r, "id").to_owned(), text(r, "name").to_owned())
}

/// What the page can do.
#[derive(Clone)]
struct Acts {
    choose: Callback<String>,
    clear: Callback<()>,
    ask: Callback<Asking>,
    claim: Callback<Vec<(String, String)>>,
    assign: Callback<(Vec<(String, String)>, String)>,
    busy: bool,
}

#[hook]
fn use_acts(l: Lang, asking: UseStateHandle<Asking>, chosen: UseStateHandle<BTreeSet<String>>) -> Acts {
    let toaster = use_toaster();
    let busy = use_state_eq(|| false);
    let choose = {
        let chosen = chosen.clone();
        Callback::from(move |id: String| {
            let mut next = (*chosen).clone();
            if !next.remove(&id) {
                next.insert(id);
            }
            chosen.set(next)
        })
    };
    let clear = {
        let chosen = chosen.clone();
        Callback::from(move |()| chosen.set(BTreeSet::new()))
    };
    let ask = {
        let asking = asking.clone();
        Callback::from(move |a: Asking| asking.set(a))
    };
    let run = {
        let (toaster, busy, ask, clear) = (toaster.clone(), busy.clone(), ask.clone(), clear.clone());
        move |verb: &'static str, rows: Vec<(String, String)>, more: Value, said: fn(Lang, usize) -> String| {
            let (toaster, busy, ask, clear) = (toaster.clone(), busy.clone(), ask.clone(), clear.clone());
            busy.set(true);
            spawn_local(async move {
                let came = send(verb, &rows, more).await;
                busy.set(false);
                ask.emit(Asking::Nothing);
                match came {
                    Ok(c) => {
                        clear.emit(());
                        if !c.good.is_empty() {
                            toaster.ok(said(l, c.good.len()));
                        }
                        if !c.bad.is_empty() {
                            ask.emit(Asking::Came(c));
                        }
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
            });
        }
    };
    let claim = {
        let (run, toaster, busy, ask) = (run.clone(), toaster, busy.clone(), ask.clone());
        Callback::from(move |rows: Vec<(String, String)>| match rows.as_slice() {
            [(id, name)] => {
                let (id, name, toaster, busy, ask) =
                    (id.clone(), name.clone(), toaster.clone(), busy.clone(), ask.clone());
                busy.set(true);
                spawn_local(async move {
                    let answer = Request::post(format!("/customers/{id}/claim"), Value::Null).json::<Record>().await;
                    busy.set(false);
                    ask.emit(Asking::Nothing);
                    moved();
                    match answer {
                        Ok(r) => toaster.ok(match text(&r, "touch_due_at") {
                            "" => l.pool_claimed(&name),
                            due => l.pool_claimed_due(&name, &format::moment(l, due, &browser::clock())),
                        }),
                        Err(e) => toaster.err(e.text(l)),
                    }
                });
            }
            _ => run("claim", rows, json!({}), |l, n| l.pool_claimed_n(n)),
        })
    };
    let assign = Callback::from(move |(rows, user): (Vec<(String, String)>, String)| {
        run("assign", rows, json!({ "user_id": user }), |l, n| l.pool_assigned_n(n))
    });
    Acts { choose, clear, ask, claim, assign, busy: *busy }
}

/// The limits and what is left of them.
fn stands(l: Lang, s: &Standing) -> Html {
    let r = &s.settings;
    let mut said = Vec::new();
    if s.may_claim && r.claims_per_day > 0 {
        said.push(l.pool_left_today((r.claims_per_day - s.claimed_today).max(0), r.claims_per_day));
    }
    if s.may_claim && r.holdings > 0 {
        said.push(l.pool_held(s.held, r.holdings));
    }
    if r.deadline {
        said.push(if r.working { l.pool_deadline_working(r.hours) } else { l.pool_deadline_is(r.hours) });
    }
    html! { <p class="mb-3 flex flex-wrap gap-x-5 gap-y-1 text-[13px] tabular-nums text-base-content/75" data-testid="standing">{ for said.into_iter().map(|s| html! { <span key={s.clone()} class="inline-flex items-center gap-1.5">{ icon("info", "size-3.5") }{ s }</span> }) }</p> }
}

/// One tab for each reason.
fn reasons(l: Lang, meta: &ObjectMeta, now: &UseStateHandle<String>) -> Html {
    let choices = meta.field("pool_reason").map(|f| f.choices.clone()).unwrap_or_default();
    let tab = |key: String, label: String| {
        let on = **now == key;
        let onclick = {
            let (now, key) = (now.clone(), key.clone());
            Callback::from(move |_: MouseEvent| now.set(key.clone()))
        };
        html! { <button role="tab" {key} aria-selected={on.to_string()} {onclick} class={cls!("tab h-11 whitespace-nowrap px-3 text-[13px]", on.then_some("tab-active font-medium"))}>{ label }</button> }
    };
    html! { <div role="tablist" aria-label={l.pool_reasons()} class="tabs tabs-border min-w-0 max-w-full flex-nowrap overflow-x-auto [scrollbar-width:none]">{ tab(String::new(), l.pool_all().to_owned()) }{ for choices.into_iter().map(|c| tab(c.key, c.label)) }</div> }
}

/// What can be done to the chosen rows.
fn bar(l: Lang, picked: &[(String, String)], (claim, assign): (bool, bool), act: &Acts) -> Html {
    let onclaim = {
        let (claim, rows) = (act.claim.clone(), picked.to_vec());
        Callback::from(move |_: MouseEvent| claim.emit(rows.clone()))
    };
    let onassign = {
        let (ask, rows) = (act.ask.clone(), picked.to_vec());
        Callback::from(move |_: MouseEvent| ask.emit(Asking::Assign(rows.clone())))
    };
    html! {
        <div class="flex min-h-11 w-full flex-wrap items-center gap-x-1.5 px-3 text-[13px]" data-testid="bulk">
            <b class="mr-2 font-medium tabular-nums">{ l.chosen(picked.len()) }</b>
            if claim { <button class="btn btn-sm btn-primary" data-testid="claim-many" disabled={act.busy} onclick={onclaim}>{ icon("handshake", "size-4") }{ l.pool_claim_n(picked.len()) }</button> }
            if assign { <button class="btn btn-sm" data-testid="assign-many" disabled={act.busy} onclick={onassign}>{ icon("user", "size-4") }{ l.pool_assign() }</button> }
            if act.busy { { spinner() } }
            <button class="btn btn-sm btn-ghost ml-auto" onclick={act.clear.reform(|_| ())}>{ l.cancel() }</button>
        </div>
    }
}

/// What drawing a row needs.
struct Line<'a> {
    l: Lang,
    session: &'a Session,
    meta: &'a ObjectMeta,
    refs: &'a Refs,
    may: (bool, bool),
    chosen: &'a BTreeSet<String>,
}

impl Line<'_> {
    fn draw(&self, r: &Rc<Record>, act: &Acts) -> Html {
        let (l, show) = (self.l, Show::new(self.l, self.session, self.refs));
        let (id, name) = named(r);
        let value = |key: &str| match self.meta.field(key) {
            Some(f) if !field_value(r, key).is_null() => show.field(f, r),
            _ => html! {},
        };
        let facts: Vec<String> =
            ["industry", "city", "phone"].iter().map(|k| text(r, k).to_owned()).filter(|s| !s.is_empty()).collect();
        let from = match self.refs.get(text(r, "pool_from_id")) {
            Some(who) => l.pool_from(who),
            None => l.pool_from_nobody().to_owned(),
        };
        let since = l.pool_since(&format::moment(l, text(r, "pooled_at"), &show.clock));
        let onselect = {
            let (choose, id) = (act.choose.clone(), id.clone());
            Callback::from(move |_: Event| choose.emit(id.clone()))
        };
        let look = {
            let (ask, r) = (act.ask.clone(), r.clone());
            Callback::from(move |_: MouseEvent| ask.emit(Asking::Look(r.clone())))
        };
        let onclaim = {
            let (claim, row) = (act.claim.clone(), (id.clone(), name.clone()));
            Callback::from(move |_: MouseEvent| claim.emit(vec![row.clone()]))
        };
        let onassign = {
            let (ask, row) = (act.ask.clone(), (id.clone(), name.clone()));
            Callback::from(move |_: MouseEvent| ask.emit(Asking::Assign(vec![row.clone()])))
        };
        let selectable = self.may.0 || self.may.1;
        html! {
            <li key={id.clone()} class={cls!("flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5 text-[13px]", self.chosen.contains(&id).then_some("bg-primary/6"))} data-name={name.clone()}>
                if selectable { <input type="checkbox" class="checkbox checkbox-xs" aria-label={l.select_one(&name)} checked={self.chosen.contains(&id)} onchange={onselect} /> }
                <span class="hidden sm:block">{ avatar(&name, "size-8 text-xs") }</span>
                <div class="min-w-0 flex-1 basis-56">
                    <p class="flex min-w-0 items-center gap-2"><button type="button" class="min-w-0 cursor-pointer truncate text-left font-medium hover:text-primary hover:underline" onclick={look}>{ &name }</button>{ value("grade") }</p>
                    <p class="truncate text-xs text-base-content/75">{ facts.join(" · ") }</p>
                </div>
                <div class="min-w-0 flex-1 basis-56">
                    <p class="flex min-w-0 flex-wrap items-center gap-x-2">{ value("pool_reason") }<span class="text-xs text-base-content/75">{ since }</span></p>
                    <p class="truncate text-xs text-base-content/75" title={text(r, "pool_note").to_owned()}>{ from }if !text(r, "pool_note").is_empty() { { " · " }{ text(r, "pool_note") } }</p>
                </div>
                <div class="flex shrink-0 items-center gap-1.5 max-sm:w-full">
                    if self.may.0 { <button type="button" class="btn btn-sm btn-primary max-sm:flex-1" data-testid="claim" disabled={act.busy} onclick={onclaim}>{ l.pool_claim() }</button> }
                    if self.may.1 { <button type="button" class="btn btn-sm max-sm:flex-1" data-testid="assign" disabled={act.busy} onclick={onassign}>{ l.pool_assign() }</button> }
                </div>
            </li>
        }
    }
}

/// What lies over the page: whom to give to, what came of it, a closer look.
fn over(l: Lang, meta: &ObjectMeta, asking: &Asking, may: (bool, bool), act: &Acts) -> Html {
    let close = act.ask.reform(|()| Asking::Nothing);
    match asking {
        Asking::Nothing => html! {},
        Asking::Came(came) => came_dialog(l, came, close),
        Asking::Assign(rows) => {
            let n = rows.len();
            let rows = rows.clone();
            let onassign = act.assign.reform(move |user: String| (rows.clone(), user));
            html! { <AssignDialog {n} busy={act.busy} {onassign} onclose={close} /> }
        }
        Asking::Look(r) => {
            let row = named(r);
            let onclaim = {
                let (claim, row) = (act.claim.clone(), row.clone());
                Callback::from(move |_: MouseEvent| claim.emit(vec![row.clone()]))
            };
            let footer = html! { if may.0 { <button type="button" class="btn btn-sm btn-primary" disabled={act.busy} onclick={onclaim}>{ icon("handshake", "size-4") }{ l.pool_claim() }</button> } };
            html! { <Drawer title={row.1} onclose={close} {footer}><Look meta={meta.clone()} id={row.0} /></Drawer> }
        }
    }
}

#[derive(Properties, PartialEq)]
struct LookProps {
    meta: ObjectMeta,
    id: String,
}

/// What is known of a customer in the pool, under its masks.
#[component]
fn Look(p: &LookProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let query = use_query::<Record>(format!("/pool/customers/{}?refs=true", p.id));
    let record = match (&query.data, &query.error) {
        (Some(r), _) => r.clone(),
        (None, Some(e)) => return html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => return skeleton_rows(6),
    };
    let names = record.get("refs").and_then(Value::as_object);
    let refs: Refs =
        names.into_iter().flatten().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect();
    let show = Show::new(l, &session, &refs);
    let empty = |v: &Value| v.is_null() || v.as_array().is_some_and(Vec::is_empty) || v.as_str() == Some("");
    let system = ["id", "version", "name", "created_at", "updated_at", "archived_at", "created_by"];
    let fields =
        p.meta.fields.iter().filter(|f| !system.contains(&f.key.as_str()) && !empty(field_value(&record, &f.key)));
    let first = |key: &str| key.starts_with("pool");
    let (mut why, rest): (Vec<_>, Vec<_>) = fields.partition(|f| first(&f.key));
    why.extend(rest);
    html! {
        <dl class="pb-4" data-testid="pool-look">{ for why.into_iter().map(|f| html! {
            <div key={f.key.clone()} class="grid min-h-9 grid-cols-[112px_minmax(0,1fr)] items-start gap-2 px-1"><dt class="truncate pt-2 text-xs text-base-content/70" title={f.label.clone()}>{ &f.label }</dt><dd class="min-w-0 wrap-anywhere py-1.5 text-[13px]">{ show.field(f, &record) }</dd></div> }) }</dl>
    }
}

#[derive(Properties, PartialEq)]
struct AssignProps {
    n: usize,
    busy: bool,
    onassign: Callback<String>,
    onclose: Callback<()>,
}

/// Whom to give customers to.
#[component]
fn AssignDialog(p: &AssignProps) -> Html {
    let l = use_lang();
    let who = use_state_eq(|| None::<Choice>);
    let onchange = {
        let who = who.clone();
        Callback::from(move |c: Option<Choice>| who.set(c))
    };
    let onclick = {
        let (who, onassign) = (who.clone(), p.onassign.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(c) = &*who {
                onassign.emit(c.0.clone())
            }
        })
    };
    html! {
        <Dialog title={l.pool_assign_n(p.n)} onclose={p.onclose.clone()} footer={html! { <button type="button" class="btn btn-sm btn-primary" data-testid="assign-do" disabled={who.is_none() || p.busy} {onclick}>if p.busy { { spinner() } }{ l.pool_assign() }</button> }}>
            <div class="min-h-64"><p class="mb-2 text-base-content/70">{ l.pool_assign_body() }</p><LinkPicker object="users" value={(*who).clone()} {onchange} /></div>
        </Dialog>
    }
}
