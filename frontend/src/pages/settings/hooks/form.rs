//! Making and changing an endpoint; its secret is shown once.

use super::events::{OBJECTS, VERBS, has, with};
use super::{kind, words};
use crate::browser;
use crate::data::http::{ApiError, Request};
use crate::data::query::invalidate;
use crate::data::session::use_session;
use crate::data::types::{Record, int, text};
use crate::i18n::{Lang, use_lang};
use crate::ui::field::{Field, Input, Toggle};
use crate::ui::overlay::{Dialog, Drawer, use_leave};
use crate::ui::pieces::alert;
use crate::ui::toast::use_toaster;
use crate::ui::{cls, icon, spinner};
use serde_json::json;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct HookFormProps {
    /// What is changed; a new one without.
    #[prop_or_default]
    pub(super) hook: Option<Record>,
    pub(super) onclose: Callback<()>,
}

#[component]
pub(super) fn HookForm(p: &HookFormProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let was = |key: &str| p.hook.as_ref().map(|h| text(h, key).to_owned()).unwrap_or_default();
    let sort = use_state_eq(|| if p.hook.is_some() { was("kind") } else { "flywheel".to_owned() });
    let name = use_state_eq(|| was("name"));
    let url = use_state_eq(|| was("url"));
    let secret = use_state_eq(String::new);
    let events = use_state_eq(|| p.hook.as_ref().map_or_else(Vec::new, words));
    let error = use_state_eq(|| None::<ApiError>);
    let made = use_state_eq(|| None::<String>);
    let busy = use_state_eq(|| false);
    let onsubmit = {
        let (name, url, secret, sort, events) =
            (name.clone(), url.clone(), secret.clone(), sort.clone(), events.clone());
        let (error, made, busy, toaster, close) =
            (error.clone(), made.clone(), busy.clone(), toaster.clone(), p.onclose.clone());
        let old = p.hook.as_ref().map(|h| (text(h, "id").to_owned(), int(h, "version")));
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            if *busy {
                return;
            }
            let mut body = json!({ "name": *name, "url": url.trim(), "events": *events });
            let request = match &old {
                Some((id, version)) => Request::patch(format!("/webhooks/{id}"), body).if_match(*version),
                None => {
                    body["kind"] = json!(*sort);
                    if !secret.trim().is_empty() {
                        body["secret"] = json!(secret.trim());
                    }
                    Request::create("/webhooks", body)
                }
            };
            let new = old.is_none();
            let (error, made, busy, toaster, close) =
                (error.clone(), made.clone(), busy.clone(), toaster.clone(), close.clone());
            busy.set(true);
            spawn_local(async move {
                match request.json::<Record>().await {
                    Ok(w) => {
                        invalidate("/webhooks");
                        match (new, text(&w, "secret")) {
                            (true, s) if !s.is_empty() => made.set(Some(s.to_owned())),
                            (true, _) => {
                                toaster.ok(l.hook_created(text(&w, "name")));
                                close.emit(())
                            }
                            (false, _) => {
                                toaster.ok(l.saved());
                                close.emit(())
                            }
                        }
                    }
                    Err(e) => error.set(Some(e)),
                }
                busy.set(false);
            })
        })
    };
    let now = ((*sort).clone(), (*name).clone(), (*url).clone(), (*secret).clone(), (*events).clone());
    let began = use_memo((), {
        let now = now.clone();
        |()| now
    });
    let (leave, asking) = use_leave(made.is_some() || now != *began, p.onclose.clone());
    if let Some(secret) = (*made).clone() {
        return shown_once(l, &secret, &toaster, &p.onclose);
    }
    let wrong = |field: &str| {
        let found =
            error.as_ref()?.errors.iter().find(|e| e.field == field || e.field.starts_with(&format!("{field}[")))?;
        Some(AttrValue::from(found.message.clone()))
    };
    let pick = |s: &UseStateHandle<String>| {
        let s = s.clone();
        Callback::from(move |v: String| s.set(v))
    };
    let robot = *sort != "flywheel";
    let signs = matches!(sort.as_str(), "dingtalk" | "feishu") && p.hook.is_none();
    let kinds = ["flywheel", "wecom", "dingtalk", "feishu"].map(|key| {
        let chosen = *sort == key;
        let onclick = {
            let sort = sort.clone();
            Callback::from(move |_: MouseEvent| sort.set(key.to_owned()))
        };
        html! { <button type="button" role="radio" aria-checked={chosen.to_string()} data-testid={format!("kind-{key}")} {onclick} class={cls!("flex min-h-10 cursor-pointer items-center gap-2 rounded-lg border px-3 text-left text-[13px]", if chosen { "border-primary bg-primary/5 font-medium" } else { "border-base-300 hover:border-primary/50" })}>{ icon(if key == "flywheel" { "webhook" } else { "message-square" }, "size-4 text-base-content/70") }{ kind(l, key) }</button> }
    });
    let onevents = {
        let events = events.clone();
        Callback::from(move |v: Vec<String>| events.set(v))
    };
    let title = if p.hook.is_some() { l.hook_edit() } else { l.hook_new() };
    let footer = html! { <><button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button><button type="submit" form="hook" class="btn btn-sm btn-primary" disabled={*busy}>if *busy { { spinner() } }{ if p.hook.is_some() { l.save() } else { l.create() } }</button></> };
    let whole = error.as_ref().filter(|e| e.errors.is_empty()).map(|e| e.text(l));
    html! { <><Drawer wide=true {title} onclose={leave} {footer}><form id="hook" class="space-y-1" {onsubmit}>
        { alert("mb-3", whole.as_deref()) }
        if p.hook.is_none() { <div class="pb-4"><p class="mb-1 text-[13px] text-base-content/75" id="hook-kind">{ l.hook_kind() }</p><div role="radiogroup" aria-labelledby="hook-kind" class="grid grid-cols-1 gap-2 sm:grid-cols-2">{ for kinds }</div></div> }
        <Field label={l.name()} required=true error={wrong("name")} help={l.hook_name_hint()}><Input name="name" value={(*name).clone()} invalid={wrong("name").is_some()} oninput={pick(&name)} /></Field>
        <Field label={l.hook_url()} required=true error={wrong("url")} help={if robot { l.hook_url_robot() } else { l.hook_url_help() }}><Input name="url" kind="url" placeholder="https://" value={(*url).clone()} invalid={wrong("url").is_some()} oninput={pick(&url)} /></Field>
        if signs { <Field label={l.hook_secret()} error={wrong("secret")} help={l.hook_secret_help()}><Input name="secret" autocomplete="off" value={(*secret).clone()} oninput={pick(&secret)} /></Field> }
        <Events events={(*events).clone()} error={wrong("events")} onchange={onevents} />
        if p.hook.is_some() { <p class="pt-3 text-xs text-base-content/70">{ l.hook_takes_over() }</p> }
    </form></Drawer>{ asking }</> }
}

/// The secret, this once.
fn shown_once(l: Lang, secret: &str, toaster: &crate::ui::toast::Toaster, close: &Callback<()>) -> Html {
    let copy = {
        let (secret, toaster) = (secret.to_owned(), toaster.clone());
        Callback::from(move |_: MouseEvent| {
            browser::copy(&secret);
            toaster.ok(l.copied())
        })
    };
    let footer = html! { <button class="btn btn-sm btn-primary" onclick={close.reform(|_: MouseEvent| ())}>{ l.done() }</button> };
    html! { <Dialog title={l.hook_made()} onclose={close.clone()} held=true {footer}>
    <p class="mb-3 leading-6 text-base-content/75">{ l.hook_made_body() }</p><div class="flex items-center gap-2 rounded-lg bg-base-200 p-2"><code class="min-w-0 flex-1 break-all text-xs" data-testid="secret">{ secret.to_owned() }</code><button class="btn btn-sm btn-square" aria-label={l.copy()} onclick={copy}>{ icon("copy", "size-4") }</button></div></Dialog> }
}

#[derive(Properties, PartialEq)]
struct EventsProps {
    events: Vec<String>,
    error: Option<AttrValue>,
    onchange: Callback<Vec<String>>,
}

/// What it is told: a row for each object, a tick for each kind of change.
#[component]
fn Events(p: &EventsProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let all = p.events.iter().any(|e| e == "*");
    let onall = p.onchange.reform(|on: bool| if on { vec!["*".to_owned()] } else { Vec::new() });
    let verbs = [l.verb_created(), l.verb_updated(), l.verb_archived(), l.verb_restored()];
    let rows = OBJECTS.iter().filter_map(|(plural, one)| {
        let label = session.object(plural)?.label.clone();
        let ticks = VERBS.iter().zip(verbs).map(|(verb, word)| {
            let on = has(&p.events, one, verb);
            let events = p.events.clone();
            let onchange = p.onchange.reform(move |_: Event| with(&events, one, verb, !on));
            html! { <td class="px-1 py-1.5 text-center"><input type="checkbox" class="checkbox checkbox-sm" name={format!("{one}.{verb}")} aria-label={format!("{label} {word}")} checked={on} {onchange} /></td> }
        });
        Some(html! { <tr><th scope="row" class="py-1.5 pr-2 text-left font-normal">{ label.clone() }</th>{ for ticks }</tr> })
    });
    html! { <div><div class="mb-2 flex items-center justify-between gap-3"><span class="text-[13px] text-base-content/75">{ l.hook_events() }</span><Toggle on={all} onchange={onall} label={l.hook_everything()} /></div>
    if !all { <table class="w-full text-[13px]"><thead><tr class="text-xs text-base-content/70"><td></td>{ for verbs.map(|v| html! { <th scope="col" class="px-1 pb-1 text-center font-normal">{ v }</th> }) }</tr></thead><tbody>{ for rows }</tbody></table> }
    <p class={cls!("pt-1 text-xs", if p.error.is_some() { "text-error" } else { "text-base-content/70" })}>{ p.error.clone().unwrap_or_else(|| l.hook_events_help().into()) }</p></div> }
}
