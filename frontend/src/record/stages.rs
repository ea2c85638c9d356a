//! The stage path of an opportunity: where it is, moving it, and how long it stayed where.

use super::save::changed;
use crate::browser;
use crate::data::http::Request;
use crate::data::query::{Query, use_query};
use crate::data::types::{Page, Record, int, text};
use crate::format;
use crate::i18n::use_lang;
use crate::ui::cls;
use crate::ui::field::{Field, Input};
use crate::ui::overlay::{Dialog, use_leave};
use crate::ui::toast::use_toaster;
use crate::ui::{Failed, FailedLine, icon, skeleton_lines, spinner};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct StagePathProps {
    pub(crate) record: Record,
    pub(crate) may_move: bool,
}

/// Moves an opportunity to a stage.
pub(crate) async fn move_to(id: &str, stage: &str, reason: Option<&str>) -> Result<(), crate::data::http::ApiError> {
    let mut body = json!({ "stage_id": stage });
    if let (Some(reason), Some(map)) = (reason.filter(|r| !r.trim().is_empty()), body.as_object_mut()) {
        map.insert("lost_reason".into(), json!(reason.trim()));
    }
    Request::post(format!("/opportunities/{id}/move"), body).text().await?;
    changed("opportunities");
    Ok(())
}

/// The stages of a pipeline, in order: the open ones, then those that close.
#[hook]
pub(crate) fn use_stages(pipeline: &str) -> (Vec<Record>, Query<Page<Record>>) {
    let path = if pipeline.is_empty() {
        String::new()
    } else {
        format!("/pipeline_stages?pipeline_id={pipeline}&sort=position&limit=100")
    };
    let query = use_query::<Page<Record>>(path);
    let mut stages = query.data.as_ref().map(|d| d.items.clone()).unwrap_or_default();
    stages.sort_by_key(|s| ["open", "won", "lost"].iter().position(|kind| *kind == text(s, "kind")));
    (stages, query)
}

/// The path: open stages as chevrons, then won and lost.
#[component]
pub(crate) fn StagePath(p: &StagePathProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let (stages, query) = use_stages(text(&p.record, "pipeline_id"));
    let losing = use_state_eq(|| None::<String>);
    let reason = use_state_eq(String::new);
    let busy = use_state_eq(|| None::<String>);
    let now = text(&p.record, "stage_id").to_owned();
    let at = stages.iter().position(|s| text(s, "id") == now);
    let kind = at.and_then(|i| stages.get(i)).map_or("open", |s| text(s, "kind")).to_owned();
    let go = {
        let (id, busy, toaster) = (text(&p.record, "id").to_owned(), busy.clone(), toaster.clone());
        move |stage: String, name: String, reason: Option<String>| {
            let (id, busy, toaster) = (id.clone(), busy.clone(), toaster.clone());
            busy.set(Some(stage.clone()));
            spawn_local(async move {
                match move_to(&id, &stage, reason.as_deref()).await {
                    Ok(()) => toaster.ok(l.moved_to(&name)),
                    Err(e) => toaster.err(e.text(l)),
                }
                busy.set(None);
            });
        }
    };
    let step = |i: usize, s: &Record| {
        let (id, name, k) = (text(s, "id").to_owned(), text(s, "name").to_owned(), text(s, "kind").to_owned());
        let passed = kind != "lost" && at.is_some_and(|a| i < a);
        let on = at == Some(i);
        let look = match (on, k.as_str()) {
            (true, "won") => "bg-success text-success-content font-medium",
            (true, "lost") => "bg-error text-error-content font-medium",
            (true, _) => "bg-primary text-primary-content font-medium",
            (false, _) if passed => "bg-primary/15 text-primary",
            _ => "bg-base-200 text-base-content/70",
        };
        let onclick =
            {
                let (go, losing, id, name, k) = (go.clone(), losing.clone(), id.clone(), name.clone(), k.clone());
                Callback::from(move |_: MouseEvent| {
                    if k == "lost" { losing.set(Some(id.clone())) } else { go(id.clone(), name.clone(), None) }
                })
            };
        html! { <li key={id.clone()} class="min-w-24 flex-1"><button {onclick} disabled={on || !p.may_move || busy.is_some()} aria-current={on.then_some("step")} title={l.move_to(&name)}
        class={cls!("stage-step flex h-9 w-full items-center justify-center gap-1.5 px-4 text-xs not-disabled:cursor-pointer not-disabled:hover:brightness-95", look)}>
        if busy.as_deref() == Some(id.as_str()) { { spinner() } } else if passed { { icon("check", "size-3.5") } }<span class="truncate">{ name }</span></button></li> }
    };
    let confirm = {
        let (go, losing, reason, stages) = (go.clone(), losing.clone(), reason.clone(), stages.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            if let Some(id) = &*losing {
                let name =
                    stages.iter().find(|s| text(s, "id") == id).map(|s| text(s, "name").to_owned()).unwrap_or_default();
                go(id.clone(), name, Some((*reason).clone()));
                losing.set(None)
            }
        })
    };
    let hide = {
        let (losing, reason) = (losing.clone(), reason.clone());
        Callback::from(move |()| {
            reason.set(String::new());
            losing.set(None)
        })
    };
    let (leave, asking) = use_leave(losing.is_some() && !reason.trim().is_empty(), hide);
    html! { <>
        if let (None, Some(e)) = (&query.data, &query.error) { <FailedLine error={e.clone()} retry={query.refetch.clone()} /> }
        <ol class="flex gap-0.5 overflow-x-auto [scrollbar-width:none]" aria-label={l.stage_path()} data-testid="stages">{ for stages.iter().enumerate().map(|(i, s)| step(i, s)) }</ol>
        if losing.is_some() {
            <Dialog title={l.lost_title()} onclose={leave} footer={html! { <button type="submit" form="lost" class="btn btn-sm btn-error">{ l.lost_confirm() }</button> }}>
                <form id="lost" onsubmit={confirm}><Field label={l.lost_reason()} help={l.lost_reason_help()}><Input name="lost_reason" value={(*reason).clone()} oninput={let reason = reason.clone(); Callback::from(move |v: String| reason.set(v))} /></Field></form>
            </Dialog>
            { asking }
        }
    </> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct HistoryProps {
    pub(crate) id: String,
}

/// How the opportunity went through its stages.
#[component]
pub(crate) fn StageHistory(p: &HistoryProps) -> Html {
    let l = use_lang();
    let query = use_query::<Value>(format!("/opportunities/{}/history", p.id));
    let clock = browser::clock();
    let Some(data) = query.data else {
        return match query.error {
            Some(error) => html! { <Failed {error} retry={query.refetch} /> },
            None => skeleton_lines(4),
        };
    };
    let items: Vec<Record> = data
        .get("items")
        .unwrap_or(&data)
        .as_array()
        .map(|a| a.iter().filter_map(|v| v.as_object().cloned()).collect())
        .unwrap_or_default();
    if items.is_empty() {
        return html! { <crate::ui::Empty small=true icon="history" title={l.timeline_empty()} /> };
    }
    let refs = data.get("refs");
    let name = |r: &Record, prefix: &str| {
        let direct = text(r, &format!("{prefix}_name"));
        let id = text(r, &format!("{prefix}_id"));
        if !direct.is_empty() {
            direct.to_owned()
        } else {
            refs.and_then(|m| m.get(id)).and_then(Value::as_str).unwrap_or("—").to_owned()
        }
    };
    let at = |r: &Record| {
        ["entered_at", "at", "moved_at", "created_at"]
            .iter()
            .map(|k| text(r, k).to_owned())
            .find(|s| !s.is_empty())
            .unwrap_or_default()
    };
    html! {
        <ul class="divide-y divide-base-300/60 text-[13px]">{ for items.iter().map(|r| { let days = r.get("days").or_else(|| r.get("days_in_stage")).and_then(Value::as_f64).or_else(|| int(r, "seconds").map(|s| s as f64 / 86400.0)); html! {
            <li class="flex items-center gap-3 px-4 py-2.5">{ icon("git-branch", "size-4 text-base-content/70") }
                <span class="min-w-0 flex-1 truncate font-medium">{ stage_words(&name, r) }</span>
                if let Some(d) = days { <span class="text-xs tabular-nums text-base-content/70">{ l.days_stayed(&format::number(d, 1)) }</span> }
                <span class="text-xs text-base-content/70">{ text(r, "actor_name") }</span>
                <time class="text-xs tabular-nums text-base-content/70">{ format::moment(l, &at(r), &clock) }</time></li> } }) }</ul>
    }
}

fn stage_words(name: &dyn Fn(&Record, &str) -> String, r: &Record) -> String {
    let has = |k: &str| r.get(k).is_some_and(|v| !v.is_null());
    if has("to_stage_id") || has("to_stage_name") {
        let (from, to) = (name(r, "from_stage"), name(r, "to_stage"));
        return if from == "—" { to } else { format!("{from} → {to}") };
    }
    name(r, "stage")
}
