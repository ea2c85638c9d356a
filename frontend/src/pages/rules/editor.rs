//! One rule: when, if, then; said in words beside it, tried on the past, saved as a draft and published.

use super::actions::Actions;
use super::model::{OBJECTS, Teller, fresh_trigger, list, template, template_words, with, word, wrong_at};
use super::names::{use_hooks, use_names, use_playbooks, use_roles};
use super::runs::{Runs, Versions};
use super::trial::{self, Trial};
use super::trigger::TriggerEditor;
use super::{may, pulse, state_badge, stopped};
use crate::browser;
use crate::data::filter::Speech;
use crate::data::http::{ApiError, Request};
use crate::data::listing::pairs;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::i18n::{Lang, use_lang};
use crate::record::filter_panel::Builder;
use crate::record::link::Choice;
use crate::record::value::Refs;
use crate::route::Route;
use crate::ui::field::{Input, Toggle, select};
use crate::ui::overlay::use_unsaved;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, cls, icon, skeleton_lines, spinner};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct RulePageProps {
    /// The rule's id, or `new`.
    pub(crate) id: String,
}

/// The editor that is open.
#[derive(Default)]
struct Open {
    /// The address of its page: the rule's id, or `new`.
    id: String,
    key: String,
    /// What a new rule began as.
    start: Value,
    /// The id that its rule has got and that is not the address yet.
    made: String,
    /// How many new rules were begun.
    begun: u32,
}

/// The page of a rule. The editor in which a rule was made stays when the rule gets its address: what was typed while it
/// was being saved is in it.
#[component]
pub(crate) fn RulePage(p: &RulePageProps) -> Html {
    let l = use_lang();
    let query = use_query::<Value>(if p.id == "new" { String::new() } else { format!("/rules/{}", p.id) });
    let wanted = use_location().map(|l| l.query_str().to_owned()).unwrap_or_default();
    let open = use_mut_ref(Open::default);
    let onmade = {
        let open = open.clone();
        Callback::from(move |id: String| open.borrow_mut().made = id)
    };
    let mut now = open.borrow_mut();
    if p.id == now.made {
        now.id = std::mem::take(&mut now.made);
    } else if p.id != now.id {
        now.id.clone_from(&p.id);
        now.key.clone_from(&p.id);
        if p.id == "new" {
            let key = pairs(&wanted).into_iter().find(|(k, _)| k == "template").map(|(_, v)| v).unwrap_or_default();
            let name =
                if matches!(key.as_str(), "" | "blank") { String::new() } else { template_words(l, &key).0.to_owned() };
            now.start = json!({ "name": name, "draft": template(l, &key) });
            now.begun += 1;
            now.key = format!("new {}", now.begun);
        }
    }
    let rule = match (&query.data, &query.error) {
        _ if p.id == "new" => now.start.clone(),
        (Some(rule), _) if word(rule, "id") == p.id => (**rule).clone(),
        _ if now.key != p.id => now.start.clone(),
        (None, Some(e)) => return html! { <Card><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> },
        _ => return html! { <Card>{ skeleton_lines(10) }</Card> },
    };
    html! { <Editor key={now.key.clone()} {rule} {onmade} /> }
}

#[derive(Properties, PartialEq)]
struct EditorProps {
    rule: Value,
    /// Told the id of a new rule as soon as it has one.
    onmade: Callback<String>,
}

/// What is being worked on.
#[derive(Clone, PartialEq)]
struct Work {
    name: String,
    definition: Value,
    dirty: bool,
}

#[component]
fn Editor(p: &EditorProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let navigator = use_navigator();
    let rule = &p.rule;
    let made = use_state_eq(|| None::<Stored>);
    // What was saved last may not have been read again yet.
    let (id, version) = match &*made {
        Some((id, version)) => (id.clone(), (*version).max(int_of(rule))),
        None => (word(rule, "id").to_owned(), int_of(rule)),
    };
    let work =
        use_state_eq(|| Work { name: word(rule, "name").to_owned(), definition: tidy(&rule["draft"]), dirty: false });
    use_unsaved(work.dirty);
    let tab = use_state_eq(|| "rule");
    let errors = use_state_eq(Vec::<(String, String)>::new);
    let busy = use_state_eq(|| false);
    let trial = use_state_eq(|| Trial::Not);
    let chosen = use_state_eq(Refs::new);
    let found = use_names(vec![work.definition.clone(), rule["published"].clone()]);
    let roles = use_roles();
    let mail = use_query::<Value>("/notifications/preferences".to_owned());
    let (hooks, playbooks) = (use_hooks(), use_playbooks());
    browser::set_title(&format!("{} · {}", if work.name.is_empty() { l.rule_new() } else { &work.name }, l.app_name()));
    let known = found.iter().chain(chosen.iter()).map(|(k, v)| (k.clone(), v.clone()));
    let names: Rc<Refs> = Rc::new(known.chain(hooks.iter().chain(&playbooks).cloned()).collect());
    let clock = browser::clock();
    let d = &work.definition;
    let Some(meta) = session.object(word(d, "object")).cloned() else {
        return html! { <Card><Failed error={ApiError { status: 403, ..ApiError::default() }} retry={Callback::noop()} /></Card> };
    };
    let onname = {
        let chosen = chosen.clone();
        Callback::from(move |c: Choice| {
            let mut n = (*chosen).clone();
            n.insert(c.0, c.1);
            chosen.set(n)
        })
    };
    let set = {
        let (work, trial, errors) = (work.clone(), trial.clone(), errors.clone());
        Callback::from(move |definition: Value| {
            trial.set(Trial::Not);
            errors.set(Vec::new());
            work.set(Work { definition, dirty: true, ..(*work).clone() })
        })
    };
    let part = |key: &'static str| {
        let d = d.clone();
        set.reform(move |v: Value| with(&d, key, v))
    };
    let onobject = {
        let (session, set) = (session.clone(), set.clone());
        Callback::from(move |object: String| {
            if let Some(meta) = session.object(&object) {
                set.emit(json!({ "object": object, "trigger": fresh_trigger("elapsed", meta), "condition": null, "actions": [], "imports": false }))
            }
        })
    };
    let rename = {
        let work = work.clone();
        Callback::from(move |name: String| work.set(Work { name, dirty: true, ..(*work).clone() }))
    };
    // Shows what went wrong at its place.
    let fail = {
        let (errors, toaster) = (errors.clone(), toaster.clone());
        move |e: ApiError| {
            toaster.err(if e.errors.is_empty() { e.text(l) } else { l.rule_fix().to_owned() });
            errors.set(e.errors.into_iter().map(|x| (x.field, x.message)).collect())
        }
    };
    let save = |publish: bool| {
        let (work, id, version, busy, fail, toaster, n) =
            (work.clone(), id.clone(), version, busy.clone(), fail.clone(), toaster.clone(), navigator.clone());
        let (errors, made, new) = (errors.clone(), made.clone(), word(rule, "id").is_empty());
        let onmade = p.onmade.clone();
        Callback::from(move |_: MouseEvent| {
            let missing = unfinished(l, &work.definition);
            if !missing.is_empty() {
                toaster.err(l.rule_fix());
                return errors.set(missing);
            }
            busy.set(true);
            let (work, id, busy, fail, toaster, n, made) =
                (work.clone(), id.clone(), busy.clone(), fail.clone(), toaster.clone(), n.clone(), made.clone());
            let (sent, onmade) = ((*work).clone(), onmade.clone());
            spawn_local(async move {
                match store(l, &sent, &id, version, publish).await {
                    Ok((saved, version)) => {
                        toaster.ok(if publish { l.rule_published_ok() } else { l.saved() });
                        // What was typed while the answer was awaited stays.
                        let now = (*work).clone();
                        let dirty = now.name != sent.name || now.definition != sent.definition;
                        work.set(Work { dirty, ..now });
                        made.set(Some((saved.clone(), version)));
                        if let (true, Some(n)) = (new, &n) {
                            onmade.emit(saved.clone());
                            n.replace(&Route::rule(&saved))
                        }
                    }
                    // The draft is kept even when it cannot be published; the page stays, with what is wrong on it.
                    Err((saved, e)) => {
                        if saved.is_some() {
                            made.set(saved)
                        }
                        fail(e);
                    }
                }
                invalidate("/rules");
                busy.set(false);
            });
        })
    };
    let try_it = {
        let (work, id, trial, fail, errors) = (work.clone(), id.clone(), trial.clone(), fail.clone(), errors.clone());
        Callback::from(move |_: MouseEvent| {
            let missing = unfinished(l, &work.definition);
            if !missing.is_empty() {
                return errors.set(missing);
            }
            trial.set(Trial::Running);
            let (work, id, trial, fail) = (work.clone(), id.clone(), trial.clone(), fail.clone());
            spawn_local(async move {
                let path = format!("/rules/{id}/test");
                match Request::post(path, json!({ "definition": work.definition })).json::<Value>().await {
                    Ok(r) => trial.set(Trial::Done(Box::new(r))),
                    Err(e) => {
                        trial.set(Trial::Failed(e.text(l)));
                        fail(e)
                    }
                }
            });
        })
    };
    let may = match id.as_str() {
        "" => session.me.may("rules", "create"),
        _ => made.is_some() || may(&session.me, rule, "update"),
    };
    let role_names: BTreeMap<String, String> = roles.iter().cloned().collect();
    let speech = Speech { lang: l, meta: &meta, refs: &names, currency: session.currency(), clock: &clock };
    let said = Teller { speech, roles: &role_names }.rule(d);
    let objects: Vec<(String, String)> =
        OBJECTS.iter().filter_map(|k| session.object(k)).map(|o| (o.key.clone(), o.label.clone())).collect();
    let can_mail =
        mail.data.as_ref().is_some_and(|m| m.get("mail_available").and_then(Value::as_bool).unwrap_or(false));
    let condition = d.get("condition").filter(|c| !c.is_null()).cloned();
    let builder = {
        let onchange = part("condition").reform(|c: Option<Value>| c.unwrap_or(Value::Null));
        html! { <Builder key={word(d, "object").to_owned()} meta={meta.clone()} filter={condition.clone()} refs={names.clone()} {onchange} /> }
    };
    let form = html! { <div class="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.7fr)_minmax(0,1fr)]">
        <fieldset class="min-w-0 space-y-4" disabled={!may}>
            { step(l.rule_when(), html! { <><div class="mb-3 flex items-center gap-2 text-[13px]"><span>{ l.rule_object() }</span>{ select("object", l.rule_object(), &objects, word(d, "object"), "w-40", onobject) }</div>
                <TriggerEditor meta={meta.clone()} trigger={d["trigger"].clone()} refs={names.clone()} onname={onname.clone()} onchange={part("trigger")} />{ wrong(&errors, "definition.trigger") }</> }) }
            { step(l.rule_and(), html! { <>if condition.is_none() { <p class="px-1.5 text-[13px] text-base-content/70">{ l.rule_conditions_none() }</p> }<div class="text-[13px]">{ builder }</div>{ wrong(&errors, "definition.condition") }</> }) }
            { step(l.rule_then(), html! { <Actions meta={meta.clone()} actions={list(d, "actions").to_vec()} refs={names.clone()} {roles} {hooks} {playbooks} mail={can_mail} errors={(*errors).clone()} {onname} onchange={part("actions").reform(|a: Vec<Value>| json!(a))} /> }) }
            if word(&d["trigger"], "kind") == "event" { <Toggle on={d.get("imports").and_then(Value::as_bool).unwrap_or(false)} onchange={part("imports").reform(|on: bool| json!(on))} label={l.trig_imports()} /> }
        </fieldset>
        <div class="space-y-4 lg:sticky lg:top-18">
            <Card title={l.rule_in_words()}><p class="px-4 pb-4 text-[13px] leading-6" data-testid="said" aria-live="polite">{ said.unwrap_or_else(|| l.rule_incomplete().to_owned()) }</p></Card>
            if may && !id.is_empty() { <Card title={l.rule_try()} extra={html! { <button class="btn btn-sm" data-testid="try" onclick={try_it}>{ icon("play", "size-3.5") }{ if matches!(*trial, Trial::Done(_)) { l.rule_try_again() } else { l.rule_try() } }</button> }}>{ trial::view(l, &trial, d) }</Card> }
        </div>
    </div> };
    let ontake = {
        let (set, tab, toaster) = (set.clone(), tab.clone(), toaster.clone());
        Callback::from(move |d: Value| {
            set.emit(tidy(&d));
            tab.set("rule");
            toaster.ok(l.version_taken())
        })
    };
    let body = match *tab {
        "runs" => html! { <Runs id={id.clone()} {may} /> },
        "versions" => {
            html! { <Versions id={id.clone()} now={rule.get("published_number").and_then(Value::as_i64).unwrap_or(0)} {may} {ontake} /> }
        }
        _ => form,
    };
    html! { <>
        <div class="mb-4 flex flex-wrap items-center gap-2"><Link<Route> to={Route::Rules} classes="btn btn-ghost btn-sm btn-square">{ icon("chevron-left", "size-4") }<span class="sr-only">{ l.nav_rules() }</span></Link<Route>>
            <div class="min-w-48 flex-1 sm:max-w-md"><Input name="name" class="text-[15px] font-semibold" label={yew::AttrValue::from(l.rule_name())} placeholder={l.rule_name_hint()} value={work.name.clone()} oninput={rename} invalid={wrong_at(&errors, "name").is_some()} disabled={!may} /></div>
            if !id.is_empty() { { state_badge(l, rule) } }
            if may { <span class="ml-auto flex gap-2"><button class="btn btn-sm" data-testid="save" disabled={*busy} onclick={save(false)}>{ l.rule_save_draft() }</button><button class="btn btn-sm btn-primary" data-testid="publish" disabled={*busy} onclick={save(true)}>if *busy { { spinner() } }{ l.rule_publish() }</button></span> }</div>
        { wrong(&errors, "name") }
        if let Some(why) = stopped(l, rule) { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ why }</p> }
        if !id.is_empty() { { tabs(l, &tab) }<p class="mb-3 flex flex-wrap gap-x-4 text-xs tabular-nums text-base-content/70">{ for pulse(l, &clock, rule).into_iter().map(|t| html! { <span>{ t }</span> }) }if work.dirty || rule.get("changed").and_then(Value::as_bool).unwrap_or(false) { <span class="text-warning">{ l.rule_changed() }</span> }</p> }
        { body }
    </> }
}

/// A rule that is stored: its id and its version.
type Stored = (String, Option<i64>);

/// Saves the draft, and publishes it on request. When only the publishing failed, what is stored comes with the error.
async fn store(
    l: Lang,
    work: &Work,
    id: &str,
    version: Option<i64>,
    publish: bool,
) -> Result<Stored, (Option<Stored>, ApiError)> {
    let name = match work.name.trim() {
        "" => l.rule_unnamed(),
        s => s,
    };
    let body = json!({ "name": name, "definition": work.definition });
    let request = match id {
        "" => Request::create("/rules", body),
        _ => Request::patch(format!("/rules/{id}"), body).if_match(version),
    };
    let saved = request.json::<Value>().await.map_err(|e| (None, e))?;
    let made = (word(&saved, "id").to_owned(), int_of(&saved));
    if publish {
        let done = Request::post(format!("/rules/{}/publish", made.0), json!({})).text().await;
        done.map_err(|e| (Some(made.clone()), e))?;
    }
    Ok(made)
}

/// Choices compared with one value are shown as lists, as the filter shows them.
fn tidy(d: &Value) -> Value {
    let mut d = d.clone();
    let rows = d.get_mut("condition").and_then(|c| c.get_mut("all")).and_then(Value::as_array_mut);
    for row in rows.into_iter().flatten() {
        let one = row.get("value").filter(|v| v.is_string()).cloned();
        if let (Some("eq"), Some(v)) = (row.get("op").and_then(Value::as_str), one) {
            *row = json!({ "field": row["field"], "op": "in", "value": [v] });
        }
    }
    d
}

fn int_of(rule: &Value) -> Option<i64> {
    rule.get("version").and_then(Value::as_i64)
}

/// What must be chosen before the server can read a definition at all.
fn unfinished(l: Lang, d: &Value) -> Vec<(String, String)> {
    let missing = list(d, "actions").iter().enumerate().filter(|(_, a)| {
        let open = |key: &str| a.get(key).is_some_and(Value::is_null);
        open("tag_id") || open("webhook_id") || open("playbook")
    });
    let actions = missing.map(|(i, _)| (format!("definition.actions[{i}]"), l.inv_required().to_owned()));
    let line = &d["trigger"];
    let open = word(line, "kind") == "crosses" && line.get("value").is_none_or(Value::is_null);
    actions.chain(open.then(|| ("definition.trigger.value".to_owned(), l.inv_required().to_owned()))).collect()
}

/// A step of the rule: its word on the left, its controls beside it.
fn step(label: &'static str, body: Html) -> Html {
    html! { <section class="rounded-box border border-base-300 bg-base-100 p-4"><h2 class="mb-3 flex items-center gap-2 text-[13px] font-semibold"><span class="rounded-md bg-primary/10 px-2 py-0.5 text-primary">{ label }</span></h2>{ body }</section> }
}

fn wrong(errors: &[(String, String)], path: &str) -> Html {
    wrong_at(errors, path)
        .map(|text| html! { <p class="mt-2 text-xs text-error" role="alert">{ text }</p> })
        .unwrap_or_default()
}

fn tabs(l: Lang, tab: &UseStateHandle<&'static str>) -> Html {
    let all = [("rule", l.rule_tab_rule()), ("runs", l.rule_tab_runs()), ("versions", l.rule_tab_versions())];
    html! { <div class="mb-3 flex gap-1 border-b border-base-300" role="tablist">{ for all.into_iter().map(|(key, label)| {
        let on = **tab == key;
        let onclick = { let tab = tab.clone(); Callback::from(move |_: MouseEvent| tab.set(key)) };
        html! { <button key={key} type="button" role="tab" aria-selected={on.to_string()} data-testid={format!("tab-{key}")} {onclick} class={cls!("-mb-px cursor-pointer border-b-2 px-3 pb-2 pt-1 text-[13px]", if on { "border-base-content font-medium" } else { "border-transparent text-base-content/75 hover:text-base-content" })}>{ label }</button> }
    }) }</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_that_equals_is_one_of_a_list() {
        let d = tidy(
            &json!({ "condition": { "all": [{ "field": "status", "op": "eq", "value": "open" }, { "field": "amount_minor", "op": "gt", "value": 5 }] } }),
        );
        assert_eq!(d["condition"]["all"][0], json!({ "field": "status", "op": "in", "value": ["open"] }));
        assert_eq!(d["condition"]["all"][1]["op"], "gt");
    }

    #[test]
    fn a_tag_must_be_chosen_before_anything_is_sent() {
        let d = json!({ "actions": [{ "kind": "notify", "to": [] }, { "kind": "add_tag", "tag_id": null }] });
        assert_eq!(unfinished(Lang::En, &d), [("definition.actions[1]".to_owned(), "Required".to_owned())]);
    }
}
