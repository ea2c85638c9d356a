//! Playbooks: tasks in their order for a situation, started with one click.

use super::{list, num, words};
use crate::data::http::Request;
use crate::data::query::invalidate;
use crate::i18n::{Lang, use_lang};
use crate::ui::toast::Toaster;
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Starts a playbook for a customer: its tasks appear at once.
pub(crate) fn start(l: Lang, toaster: Toaster, customer: String, key: String) {
    spawn_local(async move {
        let sent =
            Request::create(format!("/customers/{customer}/playbooks"), json!({ "playbook": key })).json::<Value>();
        match sent.await {
            Ok(run) => {
                invalidate("/tasks");
                invalidate("/playbook_runs");
                invalidate(&format!("/customers/{customer}"));
                toaster.ok(l.playbook_started(list(&run, "task_ids").len()))
            }
            Err(e) => toaster.err(e.errors.first().map_or_else(|| e.text(l), |f| f.message.clone())),
        }
    })
}

#[derive(Properties, PartialEq)]
pub(crate) struct PlaybookListProps {
    pub(crate) items: Vec<Value>,
    pub(crate) onstart: Option<Callback<String>>,
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
        html! { <li {key} class="text-[13px]"><div class="flex items-start justify-between gap-3"><span class="min-w-0"><b class="block font-medium">{ words(b, "title") }</b><span class="text-xs text-base-content/70">{ words(b, "aim") }</span></span>if let Some(onclick) = start { <button class="btn btn-xs" data-testid="playbook" {onclick}>{ l.playbook_start() }</button> }</div>
        <details class="mt-1 text-xs"><summary class="cursor-pointer py-1 text-base-content/70 hover:text-primary">{ l.playbook_steps(list(b, "tasks").len()) }</summary><ol class="mt-1 list-decimal space-y-1 pl-4">{ for list(b, "tasks").iter().map(|t| html! { <li>{ words(t, "title") }<span class="ml-1.5 text-base-content/70">{ l.in_days(num(t, "days").unwrap_or(0.0) as i64) }{ match words(t, "repeat") { "weekly" => l.pick(" · 每周", " · every week"), "monthly" => l.pick(" · 每月", " · every month"), "quarterly" => l.pick(" · 每季度", " · every quarter"), _ => "" } }</span></li> }) }</ol></details></li> }
    }) }</ul> }
}
