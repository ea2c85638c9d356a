//! Playbooks: tasks in their order for a situation, started with one click.

use super::{list, num, words};
use crate::data::http::Request;
use crate::data::once::Once;
use crate::data::query::invalidate;
use crate::i18n::use_lang;
use crate::ui::toast::use_toaster;
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Starts playbooks for a customer, whose tasks appear at once; with whether one is being started.
#[hook]
pub(crate) fn use_start(customer: &str) -> (Callback<String>, bool) {
    let l = use_lang();
    let toaster = use_toaster();
    let busy = use_state_eq(|| false);
    let once = use_memo((), |()| Once::default());
    let start = {
        let (customer, busy) = (customer.to_owned(), busy.clone());
        Callback::from(move |playbook: String| {
            let Some(key) = once.begin(&json!([customer, playbook])) else { return };
            let (customer, busy, once, toaster) = (customer.clone(), busy.clone(), once.clone(), toaster.clone());
            busy.set(true);
            spawn_local(async move {
                let path = format!("/customers/{customer}/playbooks");
                let answer = Request::create_as(key, path, json!({ "playbook": playbook })).json::<Value>().await;
                once.end(answer.is_ok());
                busy.set(false);
                match answer {
                    Ok(run) => {
                        invalidate("/tasks");
                        invalidate("/playbook_runs");
                        invalidate(&format!("/customers/{customer}"));
                        toaster.ok(l.playbook_started(list(&run, "task_ids").len()))
                    }
                    Err(e) => toaster.err(e.errors.first().map_or_else(|| e.text(l), |f| f.message.clone())),
                }
            })
        })
    };
    (start, *busy)
}

#[derive(Properties, PartialEq)]
pub(crate) struct PlaybookListProps {
    pub(crate) items: Vec<Value>,
    pub(crate) onstart: Option<Callback<String>>,
    /// One is being started.
    pub(crate) busy: bool,
}

/// The playbooks that fit, each with its steps.
#[component]
pub(crate) fn PlaybookList(p: &PlaybookListProps) -> Html {
    let l = use_lang();
    if p.items.is_empty() {
        return html! { <p class="text-xs text-base-content/70">{ l.playbooks_none() }</p> };
    }
    html! { <ul class="space-y-3">{ for p.items.iter().map(|b| {
        let key = words(b, "key").to_owned();
        let start = p.onstart.as_ref().map(|start| { let key = key.clone(); start.reform(move |_: MouseEvent| key.clone()) });
        html! { <li {key} class="text-[13px]"><div class="flex items-start justify-between gap-3"><span class="min-w-0"><b class="block font-medium">{ words(b, "title") }</b><span class="text-xs text-base-content/70">{ words(b, "aim") }</span></span>if let Some(onclick) = start { <button class="btn btn-xs" data-testid="playbook" disabled={p.busy} {onclick}>{ l.playbook_start() }</button> }</div>
        <details class="mt-1 text-xs"><summary class="cursor-pointer py-1 text-base-content/70 hover:text-primary">{ l.playbook_steps(list(b, "tasks").len()) }</summary><ol class="mt-1 list-decimal space-y-1 pl-4">{ for list(b, "tasks").iter().map(|t| html! { <li>{ words(t, "title") }<span class="ml-1.5 text-base-content/70">{ l.in_days(num(t, "days").unwrap_or(0.0) as i64) }{ match words(t, "repeat") { "weekly" => l.pick(" · 每周", " · every week"), "monthly" => l.pick(" · 每月", " · every month"), "quarterly" => l.pick(" · 每季度", " · every quarter"), _ => "" } }</span></li> }) }</ol></details></li> }
    }) }</ul> }
}
