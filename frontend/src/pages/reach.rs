//! Calls, mails and messages that could not attach themselves for certain: whom they belong to is chosen with one click.

use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::{Session, use_session};
use crate::data::types::ObjectMeta;
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::record::link::{Choice, LinkPicker};
use crate::route::Route;
use crate::ui::toast::{Toaster, use_toaster};
use crate::ui::{Card, Empty, Failed, icon, page_head, skeleton_rows};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

fn word<'a>(v: &'a Value, key: &str) -> &'a str {
    v.get(key).and_then(Value::as_str).unwrap_or("")
}

fn list<'a>(v: &'a Value, key: &str) -> &'a [Value] {
    v.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[component]
pub(crate) fn Reach() -> Html {
    let l = use_lang();
    let session = use_session();
    let clock = browser::clock();
    browser::set_title(&format!("{} · {}", l.nav_reach(), l.app_name()));
    let query = use_query::<Value>("/communications?limit=50".to_owned());
    let body = match (&query.data, &query.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            html! { <Empty icon="circle-check" title={l.reach_none()} body={l.reach_none_body()} /> }
        }
        (Some(d), _) => {
            html! { <ul class="divide-y divide-base-300/60">{ for list(d, "items").iter().map(|c| html! { <Row key={word(c, "id").to_owned()} item={c.clone()} what={what(l, &session, &clock, c)} /> }) }</ul> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_rows(4),
    };
    html! { <>{ page_head(html! { { l.nav_reach() } }, html! {}) }<p class="-mt-2 mb-4 text-[13px] text-base-content/70">{ l.reach_body() }</p><Card>{ body }</Card></> }
}

/// What it was: the kind, with whom, when.
fn what(l: Lang, session: &Session, clock: &Clock, c: &Value) -> Html {
    let kind = session.object("activities").and_then(|o: &ObjectMeta| o.field("kind"));
    let kind = kind.and_then(|f| f.choices.iter().find(|k| k.key == word(c, "kind"))).map(|k| k.label.clone());
    let address = |p: &Value| {
        let all = ["name", "phone", "email", "wechat", "external_key"];
        let parts: Vec<&str> = all.iter().map(|k| word(p, k)).filter(|s| !s.is_empty()).take(2).collect();
        parts.join(" ")
    };
    let people: Vec<String> = list(c, "participants").iter().map(address).filter(|s| !s.is_empty()).collect();
    let who = if people.is_empty() { l.reach_unknown().to_owned() } else { people.join(l.pick("、", ", ")) };
    let who = if word(c, "direction") == "in" { l.reach_in(&who) } else { l.reach_out(&who) };
    html! { <><Link<Route> to={Route::record("activities", word(c, "activity_id"))} classes="font-medium hover:text-primary hover:underline">{ word(c, "subject") }</Link<Route>>
    <p class="mt-0.5 flex flex-wrap gap-x-3 text-xs text-base-content/70"><span>{ kind.unwrap_or_default() }</span><span class="break-all">{ who }</span><time class="tabular-nums" title={format::moment_full(word(c, "occurred_at"), clock)}>{ format::moment(l, word(c, "occurred_at"), clock) }</time></p></> }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    item: Value,
    what: Html,
}

/// One communication with the ways to attach it.
#[component]
fn Row(p: &RowProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let chosen = use_state_eq(|| None::<Choice>);
    let id = word(&p.item, "id").to_owned();
    let candidates = list(&p.item, "candidates");
    let attach = |field: &'static str, record: &str, name: &str| {
        let (id, body, name, toaster) = (id.clone(), json!({ field: record }), name.to_owned(), toaster.clone());
        Callback::from(move |_: MouseEvent| decide(l, &toaster, &id, "attach", body.clone(), l.reach_attached(&name)))
    };
    let group = |object: &'static str, field: &'static str, label: &'static str, sign: &'static str| {
        let of: Vec<&Value> = candidates.iter().filter(|c| word(c, "object") == object).collect();
        if of.is_empty() {
            return html! {};
        }
        html! { <div class="mt-2"><p class="mb-1 text-xs text-base-content/75">{ label }</p><div class="flex flex-wrap gap-2">{ for of.into_iter().map(|c| html! { <button key={word(c, "id").to_owned()} type="button" class="btn btn-sm max-w-full" data-testid="candidate" onclick={attach(field, word(c, "id"), word(c, "title"))}>{ icon(sign, "size-3.5 text-base-content/70") }<span class="truncate">{ word(c, "title") }</span></button> }) }</div></div> }
    };
    let pick = {
        let chosen = chosen.clone();
        Callback::from(move |c: Option<Choice>| chosen.set(c))
    };
    let by_hand = (*chosen).clone().map(|(customer, name)| attach("customer_id", &customer, &name));
    let dismiss = {
        let (id, toaster) = (id.clone(), toaster.clone());
        Callback::from(move |_: MouseEvent| {
            decide(l, &toaster, &id, "dismiss", json!({}), l.reach_dismissed().to_owned())
        })
    };
    let known = word(&p.item, "customer").to_owned();
    let deals_only = !known.is_empty();
    let customer = word(&p.item, "customer_id").to_owned();
    html! { <li class="px-4 py-3 text-[13px]" data-testid="reach">{ p.what.clone() }
        if deals_only { <p class="mt-1 flex items-center gap-1.5 text-xs">{ icon("building-2", "size-3.5 text-base-content/70") }<Link<Route> to={Route::record("customers", &customer)} classes="hover:text-primary hover:underline">{ &known }</Link<Route>></p> }
        { group("customers", "customer_id", l.reach_which_customer(), "building-2") }
        { group("contacts", "contact_id", l.reach_which_contact(), "contact") }
        { group("opportunities", "opportunity_id", l.reach_which_deal(), "kanban") }
        if word(&p.item, "state") == "unmatched" { <p class="mt-2 text-xs text-base-content/75">{ l.reach_nobody() }</p> }
        <div class="mt-2 flex flex-wrap items-center gap-2">
            if deals_only { <button type="button" class="btn btn-sm btn-ghost" onclick={attach("customer_id", &customer, &known)}>{ l.reach_enough() }</button> } else {
                <div class="w-full sm:w-64"><LinkPicker object="customers" name="customer" small=true placeholder={l.reach_search()} value={(*chosen).clone()} onchange={pick} /></div>
                if let Some(onclick) = by_hand { <button type="button" class="btn btn-sm btn-primary" {onclick}>{ l.reach_attach() }</button> }
            }
            <button type="button" class="btn btn-sm btn-ghost text-base-content/75" onclick={dismiss}>{ l.reach_dismiss() }</button>
        </div>
    </li> }
}

fn decide(l: Lang, toaster: &Toaster, id: &str, verb: &str, body: Value, said: String) {
    let (toaster, request) = (toaster.clone(), Request::post(format!("/communications/{id}/{verb}"), body));
    spawn_local(async move {
        match request.text().await {
            Ok(_) => toaster.ok(said),
            Err(e) => toaster.err(e.text(l)),
        }
        for path in ["/communications", "/activities", "/events"] {
            invalidate(path);
        }
    })
}
