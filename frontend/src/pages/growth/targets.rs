//! Target customers: segments with a strategy and how far each is covered, and groups found by need.

use super::target_form::TargetForm;
use super::{Span, bar, behind, list, num, words};
use crate::browser;
use crate::data::filter::Speech;
use crate::data::listing::drill_target;
use crate::data::query::use_query;
use crate::data::session::{Session, use_session};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::pages::list_link::ListLink;
use crate::record::link::{Choice, LinkPicker};
use crate::record::value::Refs;
use crate::ui::cls;
use crate::ui::{Card, Empty, Failed, badge, icon, page_head, skeleton_lines};
use serde_json::{Value, json};
use std::rc::Rc;
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn Targets() -> Html {
    let l = use_lang();
    let session = use_session();
    let owner = use_state_eq(|| None::<Choice>);
    let days = use_state_eq(|| 30i64);
    let editing = use_state_eq(|| None::<Value>);
    browser::set_title(&format!("{} · {}", l.nav_targets(), l.app_name()));
    let of = owner.as_ref().map(|o| format!("&owner_id={}", o.0)).unwrap_or_default();
    let report = use_query::<Value>(format!("/scores/segments?days={}{of}", *days));
    let needs = use_query::<Value>(format!("/scores/needs?limit=12{of}"));
    let tags = use_query::<Value>("/tags?limit=200&fields=name".to_owned());
    let pains = use_query::<Value>("/pains?limit=200&fields=name".to_owned());
    let refs: Rc<Refs> = Rc::new(
        [&tags.data, &pains.data]
            .into_iter()
            .flatten()
            .flat_map(|d| list(d, "items").iter().map(|t| (words(t, "id").to_owned(), words(t, "name").to_owned())))
            .collect(),
    );
    let may = session.object("segments").is_some_and(|o| o.may("create"));
    let edit = {
        let editing = editing.clone();
        Callback::from(move |v: Value| editing.set(Some(v)))
    };
    let close = {
        let editing = editing.clone();
        Callback::from(move |()| editing.set(None))
    };
    let onowner = {
        let owner = owner.clone();
        Callback::from(move |c: Option<Choice>| owner.set(c))
    };
    let ondays = {
        let days = days.clone();
        Callback::from(move |d: i64| days.set(d))
    };
    let say = Saying { l, session: &session, refs: &refs };
    let body = match (&report.data, &report.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            html! { <Card><Empty icon="target" title={l.target_none()} body={l.targets_hint()} /></Card> }
        }
        (Some(d), _) => {
            html! { <div class="grid grid-cols-1 items-stretch gap-4 md:grid-cols-2 xl:grid-cols-3" data-testid="targets">{ for list(d, "items").iter().map(|s| say.segment(s, may.then(|| edit.clone()))) }</div> }
        }
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={report.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_lines(10) }</Card> },
    };
    let groups = match (&needs.data, &needs.error) {
        (Some(d), _) => clusters(l, d, may.then(|| edit.clone())),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={needs.refetch.clone()} /> },
        (None, None) => skeleton_lines(6),
    };
    let fresh = edit.reform(|_: MouseEvent| json!({}));
    html! { <>
        { page_head(html! { { l.nav_targets() } }, html! { <div class="flex flex-wrap items-center justify-end gap-2"><div class="w-36"><LinkPicker object="users" small=true value={(*owner).clone()} onchange={onowner} placeholder={l.everyone()} /></div><Span days={*days} onchange={ondays} />
            if may { <button class="btn btn-sm btn-primary" data-testid="target-new" onclick={fresh}>{ icon("plus", "size-4") }{ l.target_new() }</button> }</div> }) }
        <p class="mb-3 max-w-3xl text-[13px] text-base-content/70">{ l.targets_hint() }</p>
        { body }
        <div class="mt-4"><Card title={l.needs()}>{ groups }</Card></div>
        if let Some(segment) = (*editing).clone() { <TargetForm {segment} refs={refs.clone()} onclose={close} /> }
    </> }
}

/// What is needed to say a condition in words.
struct Saying<'a> {
    l: Lang,
    session: &'a Session,
    refs: &'a Refs,
}

impl Saying<'_> {
    fn condition(&self, definition: &Value) -> String {
        let Some(meta) = self.session.object("customers") else { return String::new() };
        let clock = browser::clock();
        let speech = Speech { lang: self.l, meta, refs: self.refs, currency: self.session.currency(), clock: &clock };
        let text = speech.tree(definition);
        let bare = text.strip_prefix('（').and_then(|t| t.strip_suffix('）')).map(str::to_owned);
        bare.unwrap_or(text)
    }

    fn segment(&self, s: &Value, edit: Option<Callback<Value>>) -> Html {
        let l = self.l;
        let count = |key: &str| num(s, key).unwrap_or(0.0);
        let group = |key: &str| format::group(count(key) as u64);
        let (id, coverage) = (words(s, "segment_id").to_owned(), num(s, "coverage"));
        let waiting = (count("customers") - count("contacted")).max(0.0) as u64;
        let target = s.get("target").and_then(Value::as_bool) == Some(true);
        let onclick = edit.map(|edit| {
            let segment = s.clone();
            edit.reform(move |_: MouseEvent| segment.clone())
        });
        let strategy = words(s, "strategy");
        html! { <section key={id.clone()} data-testid="target" class="flex min-w-0 flex-col rounded-box border border-base-300 bg-base-100 p-4 text-[13px]">
            <header class="flex items-start justify-between gap-2"><h3 class="min-w-0"><span class="block truncate text-sm font-semibold">{ words(s, "name") }</span><span class="mt-1 block">{ badge(purpose_color(words(s, "purpose")), words(s, "purpose_label")) }</span></h3>
            if let Some(onclick) = onclick { <button class="btn btn-ghost btn-sm btn-square" aria-label={l.target_edit()} {onclick}>{ icon("pencil", "size-4") }</button> }</header>
            if s.get("unreadable").and_then(Value::as_bool) == Some(true) { <p class="mt-2 text-xs text-warning">{ l.target_unreadable() }</p> } else {
                <p class="mt-2">{ behind(s, html! { <b class="text-[22px] font-semibold leading-8 tabular-nums">{ l.target_customers(&group("customers")) }</b> }, "hover:text-primary hover:underline") }</p>
                if target && coverage.is_some() { <div class="mt-1">{ bar(coverage, num(s, "goal")) }<p class="mt-1.5 flex flex-wrap justify-between gap-x-3 text-xs text-base-content/70"><span class="tabular-nums">{ l.target_covered(&group("contacted"), &group("customers")) }if let Some(g) = num(s, "goal") { { " · " }{ l.target_goal_is(&format::number(g, 0)) } }</span><b class="font-semibold tabular-nums text-base-content">{ coverage.map(format::percent).unwrap_or_default() }</b></p>
                    <p class="mt-1">if waiting > 0 { { waiting_link(l, s, waiting) } } else { <span class="inline-flex items-center gap-1 text-xs text-success">{ icon("circle-check", "size-3.5") }{ l.target_all_covered() }</span> }</p></div> }
            }
            <p class={cls!("mt-2 flex-1 whitespace-pre-line", if strategy.is_empty() { "text-base-content/70" } else { "" })} data-testid="strategy">{ if strategy.is_empty() { l.target_strategy_none() } else { strategy } }</p>
            <details class="mt-3 text-xs"><summary class="cursor-pointer py-1 text-base-content/70 hover:text-primary">{ l.target_how() }</summary><p class="mt-1 break-words">{ self.condition(s.get("definition").unwrap_or(&Value::Null)) }</p></details>
            if list(s, "owners").len() > 1 { <details class="mt-1 text-xs"><summary class="cursor-pointer py-1 text-base-content/70 hover:text-primary">{ l.target_by_owner() }</summary><ul class="mt-1 space-y-1">{ for list(s, "owners").iter().take(20).map(|o| html! { <li class="grid grid-cols-[minmax(0,1fr)_72px_auto] items-center gap-2"><span class="truncate">{ o.get("name").and_then(Value::as_str).unwrap_or("—") }</span>{ bar(share(o), None) }<span class="tabular-nums text-base-content/70">{ format!("{} / {}", num(o, "contacted").unwrap_or(0.0), num(o, "customers").unwrap_or(0.0)) }</span></li> }) }</ul></details> }
        </section> }
    }
}

fn share(o: &Value) -> Option<f64> {
    let all = num(o, "customers").filter(|n| *n > 0.0)?;
    Some(100.0 * num(o, "contacted")? / all)
}

fn purpose_color(purpose: &str) -> &'static str {
    match purpose {
        "high_value" => "success",
        "keep" => "warning",
        "activate" => "primary",
        "potential" | "need" => "info",
        _ => "neutral",
    }
}

fn waiting_link(l: Lang, s: &Value, n: u64) -> Html {
    let text = html! { <>{ l.target_waiting(&format::group(n)) }{ icon("arrow-right", "size-3.5") }</> };
    match drill_target(words(s, "waiting")) {
        Some((object, query)) => {
            html! { <ListLink {object} {query} class={cls!("inline-flex min-h-6 items-center gap-1 text-xs text-primary hover:underline")}>{ text }</ListLink> }
        }
        None => text,
    }
}

/// The groups that needs make, each with its reasons.
fn clusters(l: Lang, d: &Value, edit: Option<Callback<Value>>) -> Html {
    let rows = list(d, "items");
    let hint = l.needs_hint(
        &format::number(num(d, "least_similarity").unwrap_or(0.0), 0),
        num(d, "least_together").unwrap_or(0.0) as i64,
    );
    if rows.is_empty() {
        return html! { <><p class="px-4 pb-2 text-xs text-base-content/70">{ hint }</p><Empty small=true icon="tag" title={l.needs_none()} /></> };
    }
    html! { <><p class="px-4 pb-2 text-xs text-base-content/70">{ hint }</p><ul class="divide-y divide-base-300/60" data-testid="needs">{ for rows.iter().map(|c| {
        let onclick = edit.clone().map(|edit| {
            let segment = json!({ "name": words(c, "name").chars().take(100).collect::<String>(), "purpose": "need", "definition": c.get("definition"), "target": true });
            edit.reform(move |_: MouseEvent| segment.clone())
        });
        html! { <li class="px-4 py-3 text-[13px]"><div class="flex flex-wrap items-center justify-between gap-x-3 gap-y-2"><div class="flex min-w-0 flex-1 basis-60 flex-wrap gap-1.5">{ for list(c, "needs").iter().map(|n| badge(if words(n, "kind") == "pain_ids" { "warning" } else { "primary" }, &format!("{} {}", words(n, "name"), num(n, "customers").unwrap_or(0.0)))) }</div>
        <div class="flex items-center gap-3">{ behind(c, html! { <>{ l.target_customers(&format::group(num(c, "customers").unwrap_or(0.0) as u64)) }</> }, "tabular-nums hover:text-primary hover:underline") }if let Some(onclick) = onclick { <button class="btn btn-xs" {onclick}>{ l.needs_save() }</button> }</div></div>
        <details class="mt-1.5 text-xs"><summary class="cursor-pointer py-1 text-base-content/70 hover:text-primary">{ l.needs_why() }</summary>
            if list(c, "links").is_empty() { <p class="mt-1 text-base-content/70">{ l.needs_alone() }</p> } else { <ul class="mt-1 space-y-0.5">{ for list(c, "links").iter().take(8).map(|k| html! { <li>{ l.needs_link(words(k, "a"), words(k, "b"), num(k, "together").unwrap_or(0.0) as i64, &format::number(num(k, "similarity").unwrap_or(0.0), 0)) }</li> }) }</ul> }</details></li> }
    }) }</ul></> }
}
