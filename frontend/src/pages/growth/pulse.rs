//! The short survey: three questions once a month, and what one said before.

use super::{list, num, words};
use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::format;
use crate::i18n::use_lang;
use crate::ui::cls;
use crate::ui::field::{Field, Input};
use crate::ui::overlay::use_unsaved;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, spinner};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

const KEYS: [&str; 3] = ["commitment", "energy", "learning"];

/// The survey.
#[component]
pub(crate) fn Pulse() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let answers = use_state_eq(|| [0u8; 3]);
    let obstacle = use_state_eq(String::new);
    let busy = use_state_eq(|| false);
    use_unsaved(*answers != [0; 3] || !obstacle.trim().is_empty());
    let clock = browser::clock();
    let mine = use_query::<Value>(format!("/pulses?owner_id={}&limit=12&sort=-answered_on", session.me.id));
    let none = Vec::new();
    let before: &[Value] = mine.data.as_ref().map_or(&none, |d| list(d, "items"));
    let send = {
        let (answers, obstacle, busy, toaster) = (answers.clone(), obstacle.clone(), busy.clone(), toaster);
        Callback::from(move |_: MouseEvent| {
            let mut body = json!({ "answered_on": browser::clock().today().to_string() });
            for (key, n) in KEYS.iter().zip(*answers) {
                body[*key] = json!((f64::from(n) - 1.0) * 25.0);
            }
            if !obstacle.trim().is_empty() {
                body["obstacle"] = json!(obstacle.trim());
            }
            let (answers, obstacle, busy, toaster) = (answers.clone(), obstacle.clone(), busy.clone(), toaster.clone());
            busy.set(true);
            spawn_local(async move {
                match Request::create("/pulses", body).json::<Value>().await {
                    Ok(_) => {
                        invalidate("/pulses");
                        invalidate("/principles");
                        answers.set([0; 3]);
                        obstacle.set(String::new());
                        toaster.ok(l.pulse_sent())
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
                busy.set(false);
            })
        })
    };
    let question = |i: usize, text: &str| {
        let pick = |n: u8| {
            let answers = answers.clone();
            let on = answers[i] == n;
            let onclick = Callback::from(move |_: MouseEvent| {
                let mut next = *answers;
                next[i] = n;
                answers.set(next)
            });
            html! { <button type="button" aria-pressed={on.to_string()} aria-label={format!("{text} {n}")} {onclick} class={cls!("grid size-11 cursor-pointer place-items-center rounded-full border text-sm tabular-nums", if on { "border-primary bg-primary text-primary-content" } else { "border-base-300 hover:border-primary/50" })}>{ n }</button> }
        };
        html! { <fieldset class="mb-5"><legend class="mb-2 text-[13px] font-medium">{ text.to_owned() }</legend><div class="flex flex-wrap items-center gap-2"><span class="text-xs text-base-content/70">{ l.pulse_no() }</span>{ for (1..=5u8).map(pick) }<span class="text-xs text-base-content/70">{ l.pulse_yes() }</span></div></fieldset> }
    };
    let onobstacle = {
        let obstacle = obstacle.clone();
        Callback::from(move |v: String| obstacle.set(v))
    };
    let ready = answers.iter().all(|n| *n > 0) && !*busy;
    html! { <div class="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Card title={l.tab_pulse()}><div class="px-4 pb-4" data-testid="pulse">
            <p class="mb-4 text-[13px] text-base-content/75">{ l.pulse_intro() }if let Some(last) = before.first() { { " " }{ l.pulse_last(&format::date(l, words(last, "answered_on"), &clock)) } }</p>
            { question(0, l.pulse_q1()) }{ question(1, l.pulse_q2()) }{ question(2, l.pulse_q3()) }
            <Field label={l.pulse_obstacle()}><Input name="obstacle" value={(*obstacle).clone()} oninput={onobstacle} /></Field>
            <button class="btn btn-sm btn-primary" data-testid="pulse-send" onclick={send} disabled={!ready}>if *busy { { spinner() } }{ l.pulse_send() }</button>
        </div></Card>
        if !before.is_empty() { <Card title={l.pulse_history()}><ul class="divide-y divide-base-300/60 pb-2">{ for before.iter().map(|a| html! { <li class="flex items-center justify-between gap-3 px-4 py-2 text-[13px]"><span>{ format::date(l, words(a, "answered_on"), &clock) }</span><span class="tabular-nums text-base-content/75">{ KEYS.iter().map(|k| num(a, k).map_or_else(|| "—".to_owned(), |v| format::number(v, 0))).collect::<Vec<_>>().join(" / ") }</span></li> }) }</ul></Card> }
    </div> }
}
