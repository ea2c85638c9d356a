//! One's own data, password and sessions; the organisation.

use crate::browser;
use crate::data::http::{ApiError, Request};
use crate::data::query::{clear, invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::{Me, Page, Record, text};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::field::{Field, Input, select};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, icon, skeleton_rows, spinner};
use serde_json::{Map, Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// One box: key, label, input type, read-only.
pub(crate) type Line = (&'static str, &'static str, &'static str, bool);

/// What was typed, and where to say how it went.
pub(crate) type Sent = (Map<String, Value>, Callback<Option<ApiError>>);

#[derive(Properties, PartialEq)]
pub(crate) struct SheetProps {
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) body: AttrValue,
    pub(crate) lines: Vec<Line>,
    pub(crate) start: Map<String, Value>,
    /// Sends what was typed; the answer is an error or nothing.
    pub(crate) onsend: Callback<Sent>,
    /// Empties the boxes after saving.
    #[prop_or_default]
    pub(crate) once: bool,
    /// Shown only, to whoever may not change it.
    #[prop_or_default]
    pub(crate) shown: bool,
}

/// What is typed, with what has become of the values that it began as; a box whose own value stayed keeps what is in it.
fn taken_over(typed: &Map<String, Value>, old: &Map<String, Value>, start: &Map<String, Value>) -> Map<String, Value> {
    let changed = start.iter().filter(|(key, value)| old.get(*key) != Some(*value));
    let mut out = typed.clone();
    out.extend(changed.map(|(key, value)| (key.clone(), value.clone())));
    out
}

/// A short form on a sheet.
#[component]
pub(crate) fn Sheet(p: &SheetProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let values = use_state_eq(|| p.start.clone());
    let error = use_state_eq(|| None::<ApiError>);
    let busy = use_state_eq(|| false);
    let before = use_mut_ref(|| p.start.clone());
    {
        let values = values.clone();
        use_effect_with(p.start.clone(), move |start| {
            let old = before.replace(start.clone());
            values.set(taken_over(&values, &old, start));
        });
    }
    let onsubmit = {
        let (values, error, busy, onsend, toaster, start, once) =
            (values.clone(), error.clone(), busy.clone(), p.onsend.clone(), toaster.clone(), p.start.clone(), p.once);
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            busy.set(true);
            let (values2, error, busy, toaster, start) =
                (values.clone(), error.clone(), busy.clone(), toaster.clone(), start.clone());
            onsend.emit((
                (*values).clone(),
                Callback::from(move |failed: Option<ApiError>| {
                    busy.set(false);
                    if failed.is_none() {
                        toaster.ok(l.saved());
                        if once {
                            values2.set(start.clone())
                        }
                    }
                    error.set(failed);
                }),
            ));
        })
    };
    let line = |(key, label, kind, fixed): &Line| {
        let key = *key;
        let oninput = {
            let values = values.clone();
            Callback::from(move |v: String| {
                let mut m = (*values).clone();
                m.insert(key.into(), Value::String(v));
                values.set(m)
            })
        };
        let wrong = error
            .as_ref()
            .and_then(|e| e.errors.iter().find(|x| x.field == key))
            .map(|x| AttrValue::from(x.message.clone()));
        if key == "timezone" {
            let zones: Vec<(String, String)> = browser::zones().into_iter().map(|z| (z.clone(), z)).collect();
            let now = values.get(key).and_then(Value::as_str).unwrap_or("");
            return html! { <Field label={*label} error={wrong.clone()} help={l.timezone_help()}>{ select(key, label, &zones, now, "w-full", oninput) }</Field> };
        }
        html! { <Field label={*label} error={wrong.clone()}><Input name={key} kind={*kind} disabled={*fixed} value={values.get(key).and_then(Value::as_str).unwrap_or("").to_owned()} invalid={wrong.is_some()} {oninput} autocomplete={(*kind == "password").then(|| AttrValue::from(if key == "current_password" { "current-password" } else { "new-password" }))} /></Field> }
    };
    html! { <Card title={p.title.clone()}><form novalidate=true {onsubmit} class="max-w-md px-4 pb-4 pt-1">
    if !p.body.is_empty() { <p class="mb-3 text-[13px] text-base-content/70">{ &p.body }</p> }
    if let Some(e) = error.as_ref().filter(|e| e.errors.is_empty()) { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
    <fieldset disabled={p.shown}>{ for p.lines.iter().map(line) }</fieldset>
    if !p.shown { <button type="submit" class="btn btn-sm btn-primary" disabled={*busy}>if *busy { { spinner() } }{ l.save() }</button> }</form></Card> }
}

/// A map of texts.
fn map(pairs: &[(&str, &str)]) -> Map<String, Value> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect()
}

#[component]
pub(crate) fn Profile() -> Html {
    let l = use_lang();
    let session = use_session();
    let me = session.me.clone();
    let onsend = {
        let set = session.set_me.clone();
        Callback::from(move |(v, done): Sent| {
            let set = set.clone();
            let phone = v
                .get("phone")
                .and_then(Value::as_str)
                .map(str::trim)
                .filter(|s| !s.is_empty())
                .map_or(Value::Null, |s| json!(s));
            let body = json!({ "name": v.get("name"), "phone": phone });
            spawn_local(async move {
                match Request::patch("/me", body).json::<Me>().await {
                    Ok(me) => {
                        set.emit(me);
                        done.emit(None)
                    }
                    Err(e) => done.emit(Some(e)),
                }
            });
        })
    };
    let start = map(&[
        ("name", &me.name),
        ("email", &me.email),
        ("phone", me.phone.as_deref().unwrap_or("")),
        ("roles", &me.roles.iter().map(|r| l.role_name(r)).collect::<Vec<_>>().join(l.pick("、", ", "))),
        ("team", me.team_name.as_deref().unwrap_or("")),
    ]);
    let lines = vec![
        ("name", l.setup_name(), "text", false),
        ("phone", l.phone(), "tel", false),
        ("email", l.email(), "email", true),
        ("team", l.team(), "text", true),
        ("roles", l.roles(), "text", true),
    ];
    html! { <div class="space-y-4"><Sheet title={l.my_profile()} {lines} {start} {onsend} /><super::appearance::Appearance /></div> }
}

#[component]
pub(crate) fn Password() -> Html {
    let l = use_lang();
    let onsend = Callback::from(|(v, done): Sent| {
        spawn_local(async move {
            done.emit(Request::post("/auth/password", Value::Object(v)).text().await.err());
        })
    });
    let lines = vec![
        ("current_password", l.password_now(), "password", false),
        ("new_password", l.password_new(), "password", false),
    ];
    html! { <Sheet title={l.change_password()} body={l.password_body()} {lines} start={map(&[("current_password", ""), ("new_password", "")])} {onsend} once=true /> }
}

#[component]
pub(crate) fn OrganisationPage() -> Html {
    let l = use_lang();
    let query = use_query::<Record>("/organisation".to_owned());
    let version = query.data.as_ref().and_then(|o| crate::data::types::int(o, "version"));
    let session = use_session();
    let shown = !session.me.may("settings", "update");
    let set_me = session.set_me;
    let onsend = Callback::from(move |(v, done): Sent| {
        let set_me = set_me.clone();
        spawn_local(async move {
            let answer = Request::patch("/organisation", Value::Object(v)).if_match(version).text().await;
            if answer.is_ok() {
                invalidate("/organisation");
                // The name, the currency and the time zone stand on every page.
                if let Ok(me) = Request::get("/me").fresh().json::<Me>().await {
                    set_me.emit(me);
                    clear()
                }
            }
            done.emit(answer.err());
        })
    });
    match (&query.data, &query.error) {
        (Some(o), _) => {
            html! { <div class="space-y-4"><Sheet title={l.organisation()} body={l.organisation_body()} lines={vec![("name", l.setup_organisation(), "text", false), ("currency", l.currency(), "text", false), ("timezone", l.timezone(), "text", false)]} start={map(&[("name", text(o, "name")), ("currency", text(o, "currency")), ("timezone", text(o, "timezone"))])} {onsend} {shown} /><super::workdays::WorkdaysCard /></div> }
        }
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_rows(4) }</Card> },
    }
}

#[component]
pub(crate) fn Sessions() -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let query = use_query::<Page<Record>>("/auth/sessions".to_owned());
    let clock = browser::clock();
    let end = |id: String| {
        let toaster = toaster.clone();
        Callback::from(move |_: MouseEvent| {
            let (id, toaster) = (id.clone(), toaster.clone());
            spawn_local(async move {
                match Request::delete(format!("/auth/sessions/{id}")).text().await {
                    Ok(_) => {
                        invalidate("/auth/sessions");
                        toaster.ok(l.session_ended_ok())
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
            })
        })
    };
    let body = match (&query.data, &query.error) {
        (Some(d), _) => html! { <ul class="divide-y divide-base-300/60">{ for d.items.iter().map(|s| {
        let here = s.get("current").and_then(Value::as_bool).unwrap_or(false);
        let seen = text(s, "last_used_at");
        html! { <li class="flex items-center gap-3 px-4 py-3 text-[13px]">{ icon("monitor-smartphone", "size-4 text-base-content/70") }
            <div class="min-w-0 flex-1"><p class="truncate font-medium">{ device(l, text(s, "user_agent")) }if here { <span class="ml-2 text-xs font-normal text-success">{ l.session_here() }</span> }</p><p class="text-xs text-base-content/70">{ format!("{} · {}", match text(s, "address") { "" => "—", a => a }, format::moment(l, seen, &clock)) }</p></div>
            if !here { <button class="btn btn-sm" onclick={end(text(s, "id").to_owned())}>{ l.session_end() }</button> }</li> } }) }</ul> },
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_rows(3),
    };
    html! { <Card title={l.sessions()}>{ body }</Card> }
}

/// Browser and system, from what the browser says of itself.
fn device(l: Lang, agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| names.iter().find(|(n, _)| agent.contains(n)).map(|(_, v)| *v);
    let browser = find(&[
        ("Edg/", "Edge"),
        ("MicroMessenger", l.pick("微信", "WeChat")),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("iPhone", "iPhone"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(b), Some(s)) => format!("{b} · {s}"),
        (Some(x), None) | (None, Some(x)) => x.to_owned(),
        (None, None) if agent.is_empty() => l.unknown_device().to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_stays_when_another_value_has_changed() {
        let start = map(&[("name", "Lin"), ("team", "North")]);
        let typed = map(&[("name", "Lin Y"), ("team", "North")]);
        let moved = map(&[("name", "Lin"), ("team", "South")]);
        assert_eq!(taken_over(&typed, &start, &moved), map(&[("name", "Lin Y"), ("team", "South")]));
        let renamed = map(&[("name", "Lin Yi"), ("team", "North")]);
        assert_eq!(taken_over(&typed, &start, &renamed), renamed);
    }
}
