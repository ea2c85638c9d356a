//! The self-assessment: a question at a time, then what people think against what the records show and against last time.

use super::{bar, cell, list, num, words};
use crate::browser;
use crate::data::http::Request;
use crate::data::once::Once;
use crate::data::query::{invalidate, use_query};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::overlay::{Dialog, use_leave};
use crate::ui::pieces::alert;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, badge, skeleton_lines, spinner};
use serde_json::{Map, Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

const AREAS: [&str; 5] = ["commitment", "precision", "engagement", "process", "customers"];

/// Earlier self-assessments, and the way to a new one.
#[component]
pub(crate) fn Audits() -> Html {
    let l = use_lang();
    let session = crate::data::session::use_session();
    let asking = use_state_eq(|| false);
    let audits = use_query::<Value>("/audits?limit=12&sort=-taken_on&refs=true".to_owned());
    let none = Vec::new();
    let items: &[Value] = audits.data.as_ref().map_or(&none, |d| list(d, "items"));
    let latest = items.first().map(|a| words(a, "id").to_owned()).unwrap_or_default();
    let against =
        use_query::<Value>(if latest.is_empty() { String::new() } else { format!("/audits/{latest}/comparison") });
    let flip = |to: bool| {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(to))
    };
    let meta = session.object("audits").cloned();
    let label =
        |key: &str| meta.as_ref().and_then(|o| o.field(key)).map_or_else(|| key.to_owned(), |f| f.label.clone());
    let clock = browser::clock();
    let start = html! { <button class="btn btn-sm btn-primary" data-testid="audit-start" onclick={flip(true).reform(|_: MouseEvent| ())}>{ l.audit_start() }</button> };
    let body = match (&audits.data, &audits.error) {
        (Some(_), _) if items.is_empty() => {
            html! { <Empty icon="clipboard-list" title={l.audit_none()} body={l.audit_intro()} action={start.clone()} /> }
        }
        (Some(_), _) => {
            html! { <div class="overflow-x-auto pb-2" tabindex="0"><table class="w-full text-[13px]" data-testid="audits"><thead class="text-left text-xs text-base-content/70"><tr class="h-8"><th class="px-4 font-medium"></th>{ for AREAS.iter().map(|k| html! { <th class="px-2 text-right font-medium whitespace-nowrap">{ label(k) }</th> }) }</tr></thead>
            <tbody class="divide-y divide-base-300/60">{ for items.iter().enumerate().map(|(i, a)| html! { <tr class="h-10"><td class="px-4 whitespace-nowrap">{ format::date(l, words(a, "taken_on"), &clock) }</td>{ for AREAS.iter().map(|k| html! { <td class="px-2 text-right tabular-nums whitespace-nowrap">{ cell(num(a, k)) }{ step(num(a, k), items.get(i + 1).and_then(|b| num(b, k))) }</td> }) }</tr> }) }</tbody></table></div> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={audits.refetch.clone()} /> },
        (None, None) => skeleton_lines(6),
    };
    html! { <>
        <Card title={l.audit_history()} extra={if items.is_empty() { html! {} } else { start }}>{ body }</Card>
        if let Some(r) = &against.data { <div class="mt-4"><Card title={l.audit_vs()}>{ comparison(l, list(r, "rows")) }</Card></div> }
        if *asking { <Wizard onclose={flip(false)} /> }
    </> }
}

fn step(now: Option<f64>, before: Option<f64>) -> Html {
    match now.zip(before).map(|(now, before)| now - before).filter(|d| d.abs() >= 1.0) {
        Some(d) => {
            html! { <span class={cls!("ml-1 text-xs", if d > 0.0 { "text-success" } else { "text-error" })}>{ format!("{}{}", if d > 0.0 { "+" } else { "" }, format::number(d, 0)) }</span> }
        }
        None => html! {},
    }
}

/// Felt against measured, the widest gap first.
fn comparison(l: Lang, rows: &[Value]) -> Html {
    html! { <ul class="px-4 pb-3" data-testid="comparison">{ for rows.iter().map(|r| html! { <li class="grid grid-cols-[80px_1fr] items-center gap-3 py-2 text-[13px] sm:grid-cols-[120px_1fr_140px]"><span class="font-medium">{ words(r, "label") }</span>
    <span class="grid gap-1">{ for [("felt", l.audit_felt()), ("measured", l.audit_measured())].iter().map(|(k, text)| html! { <span class="grid grid-cols-[60px_1fr_64px] items-center gap-2 text-xs"><span class="text-base-content/70">{ *text }</span>{ bar(num(r, k), None) }<span class="text-right tabular-nums">{ num(r, k).map_or_else(|| l.insufficient().to_owned(), |v| format::number(v, 0)) }</span></span> }) }</span>
    <span class="text-right sm:block">if let Some(g) = num(r, "gap") { { badge(if g.abs() >= 20.0 { "warning" } else { "neutral" }, &format!("{} {}{}", l.audit_gap(), if g > 0.0 { "+" } else { "" }, format::number(g, 0))) } }</span></li> }) }</ul> }
}

#[derive(Properties, PartialEq)]
struct WizardProps {
    onclose: Callback<()>,
}

/// One question after the other.
#[component]
fn Wizard(p: &WizardProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let questions = use_query::<Value>("/audit-questions".to_owned());
    let answers = use_state_eq(Map::<String, Value>::new);
    let at = use_state_eq(|| 0usize);
    let (busy, wrong) = (use_state_eq(|| false), use_state_eq(|| None::<String>));
    let once = use_memo((), |()| Once::default());
    let (leave, asking) = use_leave(!answers.is_empty(), p.onclose.clone());
    let items = questions.data.as_ref().map(|d| list(d, "items").to_vec()).unwrap_or_default();
    let finish = {
        let (answers, toaster, close, busy, wrong) =
            (answers.clone(), toaster, p.onclose.clone(), busy.clone(), wrong.clone());
        Callback::from(move |_: MouseEvent| {
            let body =
                json!({ "taken_on": browser::clock().today().to_string(), "subject": "team", "answers": *answers });
            let Some(key) = once.begin(&body) else { return };
            let (toaster, close, busy, wrong, once) =
                (toaster.clone(), close.clone(), busy.clone(), wrong.clone(), once.clone());
            busy.set(true);
            wrong.set(None);
            spawn_local(async move {
                let answer = Request::create_as(key, "/audits", body).json::<Value>().await;
                once.end(answer.is_ok());
                busy.set(false);
                match answer {
                    Ok(_) => {
                        invalidate("/audits");
                        toaster.ok(l.audit_done());
                        close.emit(())
                    }
                    Err(e) => wrong.set(Some(e.first(l, |_| None))),
                }
            })
        })
    };
    let Some(q) = items.get(*at) else {
        return html! { <Dialog title={l.tab_audit()} onclose={p.onclose.clone()}>{ skeleton_lines(4) }</Dialog> };
    };
    let key = words(q, "key").to_owned();
    let chosen = answers.get(&key).and_then(Value::as_u64);
    let last = *at + 1 == items.len();
    let pick = |n: u64| {
        let (answers, at, key) = (answers.clone(), at.clone(), key.clone());
        let on = chosen == Some(n);
        let onclick = Callback::from(move |_: MouseEvent| {
            let mut next = (*answers).clone();
            next.insert(key.clone(), json!(n));
            answers.set(next);
            if !last {
                at.set(*at + 1)
            }
        });
        html! { <button type="button" data-answer={n.to_string()} aria-pressed={on.to_string()} {onclick} class={cls!("grid size-12 cursor-pointer place-items-center rounded-full border text-base tabular-nums", if on { "border-primary bg-primary text-primary-content" } else { "border-base-300 hover:border-primary/50" })}>{ n }</button> }
    };
    let back = {
        let at = at.clone();
        Callback::from(move |_: MouseEvent| at.set(at.saturating_sub(1)))
    };
    let done = items.iter().all(|q| answers.contains_key(words(q, "key")));
    let footer = html! { <>if *at > 0 { <button class="btn btn-sm btn-ghost mr-auto" onclick={back}>{ l.audit_back() }</button> }if last { <button class="btn btn-sm btn-primary" data-testid="audit-finish" disabled={!done || *busy} onclick={finish}>if *busy { { spinner() } }{ l.audit_finish() }</button> }</> };
    html! { <><Dialog title={l.tab_audit()} onclose={leave} {footer} wide=true><div data-testid="audit">
        <p class="flex items-center justify-between text-xs text-base-content/70"><span>{ words(q, "subject_label") }</span><span class="tabular-nums">{ l.audit_step(*at + 1, items.len()) }</span></p>
        <div class="mt-1.5">{ bar(Some(*at as f64 / items.len() as f64 * 100.0), None) }</div>
        <p class="my-5 text-[17px] font-medium leading-7">{ words(q, "text") }</p>
        <div class="flex justify-between gap-2">{ for (1..=5u64).map(pick) }</div>
        <div class="mt-3 flex justify-between gap-6 text-xs leading-5 text-base-content/75"><span class="max-w-[45%]">{ words(q, "low") }</span><span class="max-w-[45%] text-right">{ words(q, "high") }</span></div>
        { alert("mt-3", wrong.as_deref()) }
    </div></Dialog>{ asking }</> }
}
