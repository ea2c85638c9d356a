//! Every rule in the order in which they act: on or off, how it is doing, and what it says.

use super::model::{TEMPLATES, Teller, list, template_words, word};
use super::names::{use_names, use_roles};
use super::{may, pulse, state_badge, stopped};
use crate::browser;
use crate::data::filter::Speech;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::i18n::use_lang;
use crate::route::Route;
use crate::ui::overlay::{Confirm, Popover, menu_item};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, cls, icon, page_head, skeleton_rows};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(crate) fn RuleList() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let navigator = use_navigator();
    browser::set_title(&format!("{} · {}", l.nav_rules(), l.app_name()));
    let query = use_query::<Value>("/rules".to_owned());
    let rules = query.data.as_ref().map(|d| list(d, "items").to_vec()).unwrap_or_default();
    let names = use_names(rules.iter().map(shown).collect());
    let roles: BTreeMap<String, String> = use_roles().into_iter().collect();
    let dragged = use_mut_ref(|| None::<usize>);
    let over = use_state_eq(|| None::<usize>);
    let going = use_state_eq(|| None::<(String, String)>);
    let clock = browser::clock();
    let may_make = session.me.may("rules", "create");
    // Sends something about a rule, says it, and reads the rules again.
    let send = {
        let toaster = toaster.clone();
        move |request: Request, said: String| {
            let toaster = toaster.clone();
            spawn_local(async move {
                match request.text().await {
                    Ok(_) => toaster.ok(said),
                    Err(e) => toaster.err(e.text(l)),
                }
                invalidate("/rules");
            })
        }
    };
    let place = {
        let (send, rules) = (send.clone(), rules.clone());
        Callback::from(move |(from, to): (usize, usize)| {
            if from == to || to >= rules.len() {
                return;
            }
            // After the one that will stand before it.
            let before = if to > from { Some(to) } else { to.checked_sub(1) };
            let after = before.and_then(|i| rules.get(i)).map(|r| word(r, "id").to_owned());
            if let Some(rule) = rules.get(from) {
                send(
                    Request::post(format!("/rules/{}/move", word(rule, "id")), json!({ "after": after })),
                    l.rule_moved().to_owned(),
                )
            }
        })
    };
    let new = |key: &'static str| {
        let n = navigator.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(n) = &n {
                let query = format!("template={key}");
                let _ = n.push_with_query(&Route::rule("new"), yew_router::query::Raw(&query));
            }
        })
    };
    let row = |i: usize, rule: &Value| {
        let (change, discard) = (may(&session.me, rule, "update"), may(&session.me, rule, "archive"));
        let (id, name) = (word(rule, "id").to_owned(), word(rule, "name").to_owned());
        let d = shown(rule);
        let said = session.object(word(&d, "object")).and_then(|meta| {
            let speech = Speech { lang: l, meta, refs: &names, currency: session.currency(), clock: &clock };
            Teller { speech, roles: &roles }.rule(&d)
        });
        let active = word(rule, "state") == "active";
        let published = rule.get("published").is_some_and(|p| !p.is_null());
        let flip = {
            let (send, id, name) = (send.clone(), id.clone(), name.clone());
            Callback::from(move |_: Event| {
                let (what, said) =
                    if active { ("pause", l.rule_paused_ok(&name)) } else { ("resume", l.rule_resumed_ok(&name)) };
                send(Request::post(format!("/rules/{id}/{what}"), json!({})), said)
            })
        };
        let drag = {
            let dragged = dragged.clone();
            Callback::from(move |e: DragEvent| {
                if let Some(data) = e.data_transfer() {
                    let _ = data.set_data("text/plain", &i.to_string());
                }
                *dragged.borrow_mut() = Some(i)
            })
        };
        let ondragover = {
            let over = over.clone();
            Callback::from(move |e: DragEvent| {
                e.prevent_default();
                over.set(Some(i))
            })
        };
        let ondrop = {
            let (dragged, over, place) = (dragged.clone(), over.clone(), place.clone());
            Callback::from(move |e: DragEvent| {
                e.prevent_default();
                over.set(None);
                if let Some(from) = dragged.borrow_mut().take() {
                    place.emit((from, i))
                }
            })
        };
        let keys = {
            let place = place.clone();
            Callback::from(move |e: KeyboardEvent| {
                if e.alt_key() && matches!(e.key().as_str(), "ArrowUp" | "ArrowDown") {
                    e.prevent_default();
                    if e.key() == "ArrowDown" {
                        place.emit((i, i + 1))
                    } else if i > 0 {
                        place.emit((i, i - 1))
                    }
                }
            })
        };
        let step = |to: usize| place.reform(move |_: MouseEvent| (i, to));
        let drop_it = {
            let (going, id, name) = (going.clone(), id.clone(), name.clone());
            Callback::from(move |_: MouseEvent| going.set(Some((id.clone(), name.clone()))))
        };
        html! {
            <li key={id.clone()} data-testid="rule" {ondragover} {ondrop} class={cls!("flex items-start gap-2 px-3 py-3 sm:px-4", (*over == Some(i)).then_some("bg-primary/5"))}>
                if change { <button type="button" draggable="true" ondragstart={drag} onkeydown={keys} class="mt-0.5 hidden size-6 shrink-0 cursor-grab place-items-center rounded text-base-content/60 hover:bg-base-content/6 sm:grid" aria-label={l.rule_move(&name)} title={l.rule_move(&name)}>{ icon("grip-vertical", "size-4") }</button> }
                <input type="checkbox" role="switch" class="toggle toggle-sm toggle-primary mt-1 shrink-0" aria-label={l.rule_on(&name)} checked={active} disabled={!change || !published} onchange={flip} />
                <div class="min-w-0 flex-1 pl-1"><div class="flex flex-wrap items-center gap-x-2 gap-y-1"><Link<Route> to={Route::rule(&id)} classes="text-[13px] font-medium hover:text-primary hover:underline">{ if name.is_empty() { l.rule_unnamed().to_owned() } else { name.clone() } }</Link<Route>>{ state_badge(l, rule) }if published && rule.get("changed").and_then(Value::as_bool).unwrap_or(false) { <span class="text-xs text-warning">{ l.rule_changed() }</span> }</div>
                    if let Some(said) = said { <p class="mt-0.5 text-[13px] leading-5 text-base-content/75">{ said }</p> }
                    if let Some(why) = stopped(l, rule) { <p class="mt-0.5 text-xs text-error">{ why }</p> }
                    <p class="mt-1 flex flex-wrap gap-x-3 text-xs tabular-nums text-base-content/70">{ for pulse(l, &clock, rule).into_iter().map(|t| html! { <span>{ t }</span> }) }</p></div>
                if change || discard { <Popover right=true menu=true width="sm:w-44" label={l.more()} button_class="btn btn-ghost btn-sm btn-square" button={icon("ellipsis", "size-4")}>
                    if change { { menu_item("pencil", l.rule_edit(), go(&navigator, Route::rule(&id))) } }
                    if change && i > 0 { { menu_item("arrow-up", l.rule_up(), step(i.saturating_sub(1))) } }
                    if change && i + 1 < rules.len() { { menu_item("arrow-down", l.rule_down(), step(i + 1)) } }
                    if discard { { menu_item("trash-2", l.delete(), drop_it) } }
                </Popover> }
            </li>
        }
    };
    let templates = html! { <div class="grid grid-cols-1 gap-3 p-4 sm:grid-cols-2">{ for TEMPLATES.into_iter().chain([("blank", "plus")]).map(|(key, sign)| {
        let (title, body) = template_words(l, key);
        html! { <button key={key} type="button" data-testid={format!("template-{key}")} onclick={new(key)} class="flex cursor-pointer items-start gap-3 rounded-xl border border-base-300 p-3 text-left hover:border-primary/50"><span class="grid size-8 shrink-0 place-items-center rounded-lg bg-primary/10 text-primary">{ icon(sign, "size-4") }</span><span class="min-w-0"><span class="block text-[13px] font-medium">{ title }</span><span class="block text-xs leading-5 text-base-content/70">{ body }</span></span></button> }
    }) }</div> };
    let body = match (&query.data, &query.error) {
        (Some(_), _) => html! { <>
            <Card>if rules.is_empty() { <Empty icon="workflow" title={l.rule_none()} body={l.rule_none_body()} /> } else { <ol class="divide-y divide-base-300/60">{ for rules.iter().enumerate().map(|(i, r)| row(i, r)) }</ol> }</Card>
            if may_make { <div class="mt-4"><Card title={l.rule_templates()}>{ templates }</Card></div> }
        </> },
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_rows(4) }</Card> },
    };
    let confirm = going.as_ref().map(|(id, name)| {
        let (send, id) = (send.clone(), id.clone());
        let onyes = Callback::from(move |()| send(Request::delete(format!("/rules/{id}")), l.rule_deleted().to_owned()));
        let onclose = {
            let going = going.clone();
            Callback::from(move |()| going.set(None))
        };
        html! { <Confirm danger=true title={l.rule_delete(name)} body={l.rule_delete_body()} action={l.delete()} {onyes} {onclose} /> }
    });
    let actions = html! { if may_make { <button class="btn btn-sm btn-primary" data-testid="new-rule" onclick={new("blank")}>{ icon("plus", "size-4") }{ l.rule_new() }</button> } };
    html! { <>{ page_head(html! { { l.nav_rules() } }, actions) }<p class="-mt-2 mb-4 text-[13px] text-base-content/70">{ l.rules_body() }</p>{ body }{ confirm.unwrap_or_default() }</> }
}

/// What of a rule is told: what acts, else what is being worked on.
fn shown(rule: &Value) -> Value {
    rule.get("published").filter(|p| !p.is_null()).or_else(|| rule.get("draft")).cloned().unwrap_or_default()
}

fn go(navigator: &Option<Navigator>, to: Route) -> Callback<MouseEvent> {
    let n = navigator.clone();
    Callback::from(move |_: MouseEvent| {
        if let Some(n) = &n {
            n.push(&to)
        }
    })
}
