//! Keys for programs: made once, shown once.

use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::{Page, Record, text};
use crate::format;
use crate::i18n::use_lang;
use crate::ui::field::{Field, Input, select};
use crate::ui::overlay::{Confirm, Dialog, use_leave};
use crate::ui::pieces::alert;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, icon, skeleton_rows, spinner};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[component]
pub(crate) fn ApiKeys() -> Html {
    let l = use_lang();
    let me = use_session().me;
    let toaster = use_toaster();
    let query = use_query::<Page<Record>>("/api_keys".to_owned());
    let making = use_state_eq(|| false);
    let ending = use_state_eq(|| None::<(String, String)>);
    let clock = browser::clock();
    let new = {
        let making = making.clone();
        Callback::from(move |_: MouseEvent| making.set(true))
    };
    let hide = {
        let making = making.clone();
        Callback::from(move |()| making.set(false))
    };
    let keep = {
        let ending = ending.clone();
        Callback::from(move |()| ending.set(None))
    };
    let end = {
        let (ending, toaster) = (ending.clone(), toaster.clone());
        Callback::from(move |()| {
            if let Some((id, _)) = (*ending).clone() {
                let toaster = toaster.clone();
                spawn_local(async move {
                    match Request::delete(format!("/api_keys/{id}")).text().await {
                        Ok(_) => {
                            invalidate("/api_keys");
                            toaster.ok(l.key_revoked())
                        }
                        Err(e) => toaster.err(e.text(l)),
                    }
                })
            }
        })
    };
    let row = |k: &Record| {
        let (id, name) = (text(k, "id").to_owned(), text(k, "name").to_owned());
        let ask = {
            let (ending, id, name) = (ending.clone(), id.clone(), name.clone());
            Callback::from(move |_: MouseEvent| ending.set(Some((id.clone(), name.clone()))))
        };
        let when = |key: &str| match text(k, key) {
            "" => "—".to_owned(),
            s => format::moment(l, s, &clock),
        };
        html! { <li key={id} class="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-[13px]">{ icon("key", "size-4 text-base-content/70") }
        <div class="min-w-0 flex-1 basis-48"><p class="truncate font-medium">{ name }</p><p class="font-mono text-xs text-base-content/70">{ match text(k, "prefix") { "" => "fw_…".to_owned(), p => format!("{p}…") } }</p></div>
        <dl class="flex gap-4 text-xs text-base-content/70"><div><dt class="inline">{ l.created() }{ " " }</dt><dd class="inline tabular-nums">{ when("created_at") }</dd></div><div><dt class="inline">{ l.last_used() }{ " " }</dt><dd class="inline tabular-nums">{ when("last_used_at") }</dd></div><div><dt class="inline">{ l.expires() }{ " " }</dt><dd class="inline tabular-nums">{ when("expires_at") }</dd></div></dl>
        if me.may("api_keys", "update") { <button class="btn btn-sm" onclick={ask}>{ l.revoke() }</button> }</li> }
    };
    let body = match (&query.data, &query.error) {
        (Some(d), _) if d.items.is_empty() => {
            html! { <Empty small=true icon="key" title={l.keys_none()} body={l.keys_none_body()} /> }
        }
        (Some(d), _) => html! { <ul class="divide-y divide-base-300/60">{ for d.items.iter().map(row) }</ul> },
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_rows(3),
    };
    html! { <Card title={l.api_keys()} extra={html! { if me.may("api_keys", "create") { <button class="btn btn-sm btn-primary" onclick={new} data-testid="new-key">{ icon("plus", "size-4") }{ l.key_new() }</button> } }}>
        <p class="px-4 pb-3 text-[13px] text-base-content/70">{ l.keys_body() }{ " " }<a class="text-primary underline" href={crate::data::http::url("").replace("/api/v1", "/docs")} target="_blank" rel="noopener">{ l.api_docs() }</a></p>{ body }
        if *making { <NewKey onclose={hide} /> }
        if let Some((_, name)) = (*ending).clone() { <Confirm title={l.key_revoke(&name)} body={l.key_revoke_body()} action={l.revoke()} danger=true onyes={end} onclose={keep} /> }
    </Card> }
}

#[derive(Properties, PartialEq)]
struct NewKeyProps {
    onclose: Callback<()>,
}

#[component]
fn NewKey(p: &NewKeyProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let name = use_state_eq(String::new);
    let days = use_state_eq(|| "365".to_owned());
    let level = use_state_eq(|| "read".to_owned());
    let made = use_state_eq(|| None::<String>);
    let busy = use_state_eq(|| false);
    let wrong = use_state_eq(|| None::<String>);
    let unsaved = made.is_some() || !name.is_empty() || *days != "365" || *level != "read";
    let (leave, asking) = use_leave(unsaved, p.onclose.clone());
    let onsubmit = {
        let (name, days, level, made, busy, wrong, rights) = (
            name.clone(),
            days.clone(),
            level.clone(),
            made.clone(),
            busy.clone(),
            wrong.clone(),
            session.me.permissions.clone(),
        );
        let me_masks = json!(session.me.masks);
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            if name.trim().is_empty() || *busy {
                return;
            }
            // A key never reaches further than the person who makes it.
            let reads = |grant: &BTreeMap<String, String>| -> BTreeMap<String, String> {
                grant
                    .iter()
                    .filter(|(a, _)| matches!(a.as_str(), "read" | "export"))
                    .map(|(a, s)| (a.clone(), s.clone()))
                    .collect()
            };
            let objects: BTreeMap<String, BTreeMap<String, String>> =
                rights.iter().map(|(key, grant)| (key.clone(), reads(grant))).collect();
            let mut body = json!({ "name": name.trim() });
            if let (true, Some(map)) = (*level != "write", body.as_object_mut()) {
                map.insert("permissions".into(), json!(objects));
                map.insert("masks".into(), me_masks.clone());
            }
            if let (Ok(d), Some(map)) = (days.parse::<i64>(), body.as_object_mut()) {
                let at = browser::clock().now + chrono::Duration::days(d);
                map.insert("expires_at".into(), json!(crate::format::moment_text(at)));
            }
            let (made, busy, wrong) = (made.clone(), busy.clone(), wrong.clone());
            busy.set(true);
            wrong.set(None);
            spawn_local(async move {
                match Request::create("/api_keys", body).json::<Value>().await {
                    Ok(v) => {
                        invalidate("/api_keys");
                        made.set(v.get("key").and_then(Value::as_str).map(str::to_owned));
                    }
                    Err(e) => wrong.set(Some(e.text(l))),
                }
                busy.set(false);
            });
        })
    };
    if let Some(key) = (*made).clone() {
        let copy = {
            let (key, toaster) = (key.clone(), toaster.clone());
            Callback::from(move |_: MouseEvent| {
                browser::copy(&key);
                toaster.ok(l.copied())
            })
        };
        return html! { <Dialog title={l.key_made()} onclose={p.onclose.clone()} held=true footer={html! { <button class="btn btn-sm btn-primary" onclick={p.onclose.reform(|_: MouseEvent| ())}>{ l.done() }</button> }}>
        <p class="mb-3 leading-6 text-base-content/75">{ l.key_made_body() }</p><div class="flex items-center gap-2 rounded-lg bg-base-200 p-2"><code class="min-w-0 flex-1 break-all text-xs" data-testid="key">{ key }</code><button class="btn btn-sm btn-square" aria-label={l.copy()} onclick={copy}>{ icon("copy", "size-4") }</button></div></Dialog> };
    }
    let pick = |s: &UseStateHandle<String>| {
        let s = s.clone();
        Callback::from(move |v: String| s.set(v))
    };
    let spans = [
        ("30".to_owned(), l.days_n("30")),
        ("90".to_owned(), l.days_n("90")),
        ("365".to_owned(), l.days_n("365")),
        ("never".to_owned(), l.never().to_owned()),
    ];
    let levels = [("read".to_owned(), l.key_read().to_owned()), ("write".to_owned(), l.key_write().to_owned())];
    html! { <><Dialog title={l.key_new()} onclose={leave} footer={html! { <button type="submit" form="new-key" class="btn btn-sm btn-primary" disabled={*busy || name.trim().is_empty()}>if *busy { { spinner() } }{ l.create() }</button> }}>
    <form id="new-key" {onsubmit}>{ alert("mb-3", wrong.as_deref()) }<Field label={l.name()} help={l.key_name_help()}><Input name="name" value={(*name).clone()} oninput={pick(&name)} /></Field>
        <Field label={l.key_level()}>{ select("level", l.key_level(), &levels, &level, "w-full", pick(&level)) }</Field><Field label={l.expires()}>{ select("days", l.expires(), &spans, &days, "w-full", pick(&days)) }</Field></form></Dialog>{ asking }</> }
}
