//! One import: what its columns mean, a trial with its report, the run with its progress, and taking it back.

use super::import_changes::{Step, label_of, use_changes};
use super::import_mapping::{Mapping, Options, Values};
use super::import_sheet::Sheets;
use super::import_undo::Left;
use super::imports::{Steps, state_badge};
use crate::browser;
use crate::data::http::Request;
use crate::data::jobs::{Import, Issue};
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::record::save::changed;
use crate::route::Route;
use crate::ui::cls;
use crate::ui::overlay::Confirm;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, icon, skeleton_lines, spinner};
use serde_json::{Value, json};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ImportJobProps {
    pub(crate) id: String,
}

/// The page of an import.
#[component]
pub(crate) fn ImportJob(p: &ImportJobProps) -> Html {
    let l = use_lang();
    let query = use_query::<Import>(format!("/imports/{}", p.id));
    let fresh = use_state_eq(|| None::<Rc<Import>>);
    // The newest of what was read and what a change answered.
    {
        let fresh = fresh.setter();
        use_effect_with(query.data.clone(), move |d| fresh.set(d.clone()));
    }
    let now = (*fresh).clone().or_else(|| query.data.clone());
    let busy = now.as_ref().is_some_and(|i| i.is_busy());
    {
        let (refetch, object) = (query.refetch.clone(), now.as_ref().map(|i| i.object.clone()));
        use_effect_with(busy, move |busy| {
            let timer = busy.then(|| gloo_timers::callback::Interval::new(700, move || refetch.emit(())));
            let was = *busy;
            move || {
                drop(timer);
                if let (true, Some(o)) = (was, object) {
                    changed(&o)
                }
            }
        });
    }
    let onchange = {
        let fresh = fresh.clone();
        Callback::from(move |i: Import| {
            invalidate("/imports?");
            fresh.set(Some(Rc::new(i)))
        })
    };
    match (&now, &query.error) {
        (Some(i), _) => html! { <Job import={i.clone()} {onchange} /> },
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_lines(10) }</Card> },
    }
    .tap(|_| browser::set_title(&format!("{} · {}", l.nav_imports(), l.app_name())))
}

trait Tap: Sized {
    fn tap(self, f: impl FnOnce(&Self)) -> Self {
        f(&self);
        self
    }
}

impl Tap for Html {}

#[derive(Properties, PartialEq)]
struct JobProps {
    import: Rc<Import>,
    onchange: Callback<Import>,
}

#[component]
fn Job(p: &JobProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let sending = use_state_eq(|| false);
    let undoing = use_state_eq(|| false);
    let i = &p.import;
    let changes = use_changes(i, &p.onchange);
    let Some(meta) = session.object(&i.object).cloned() else { return html! { <Card>{ skeleton_lines(4) }</Card> } };
    let post = |path: &'static str, body: Value| {
        let (id, toaster, sending, onchange) = (i.id.clone(), toaster.clone(), sending.clone(), p.onchange.clone());
        let meta = meta.clone();
        Callback::from(move |()| {
            let (path, body, toaster, sending, onchange) =
                (format!("/imports/{id}/{path}"), body.clone(), toaster.clone(), sending.clone(), onchange.clone());
            let meta = meta.clone();
            sending.set(true);
            spawn_local(async move {
                match Request::post(path, body).json::<Import>().await {
                    Ok(i) => onchange.emit(i),
                    Err(e) => toaster.err(e.first(l, |field| label_of(l, Some(&meta), field))),
                }
                sending.set(false);
            });
        })
    };
    let download = {
        let (id, toaster, name) = (i.id.clone(), toaster.clone(), i.file_name.clone());
        Callback::from(move |_: MouseEvent| {
            let (id, toaster, name) = (id.clone(), toaster.clone(), name.clone());
            spawn_local(async move {
                match Request::get(format!("/imports/{id}/errors?format=csv")).answer().await {
                    Ok(a) => drop(browser::save(a, &l.errors_file(name.rsplit_once('.').map_or(&name, |x| x.0))).await),
                    Err(e) => toaster.err(e.text(l)),
                }
            })
        })
    };
    let ask = {
        let undoing = undoing.clone();
        Callback::from(move |_: MouseEvent| undoing.set(true))
    };
    let keep = {
        let undoing = undoing.clone();
        Callback::from(move |()| undoing.set(false))
    };
    let at = match i.state.as_str() {
        "draft" => 1,
        _ if i.dry_run => 2,
        _ if i.is_busy() => 2,
        _ => 3,
    };
    let run = |dry_run: bool| changes.send.reform(move |_: MouseEvent| Step::Start { dry_run });
    let busy = *sending || changes.starting.is_some();
    let set = changes.send.reform(Step::Set);
    let onmake = changes.send.reform(Step::Make);
    let failures = changes.failures;
    let mark =
        |dry: bool, name: &'static str| if changes.starting == Some(dry) { spinner() } else { icon(name, "size-4") };
    let tried = i.dry_run && i.state == "done";
    let actions = html! { <>
        if i.is_open() {
            <button class={cls!("btn btn-sm", (!tried).then_some("btn-primary"))} disabled={busy || i.mapping.is_empty()} onclick={run(true)} data-testid="dry-run">{ mark(true, "clipboard-list") }{ l.dry_run() }</button>
            <button class={cls!("btn btn-sm", tried.then_some("btn-primary"))} disabled={busy || i.mapping.is_empty()} onclick={run(false)} data-testid="run">{ mark(false, "upload") }{ l.import_run() }</button>
        }
        if matches!(i.state.as_str(), "queued" | "running") { <button class="btn btn-sm" onclick={post("cancel", json!({})).reform(|_: MouseEvent| ())}>{ l.cancel_job() }</button> }
        if matches!(i.state.as_str(), "done" | "failed" | "cancelled") && !i.dry_run { <button class="btn btn-sm" onclick={ask} disabled={*sending} data-testid="undo">{ icon("undo-2", "size-4") }{ l.import_undo() }</button> }
    </> };
    html! { <>
        <nav class="mb-2 flex items-center gap-1 text-xs text-base-content/70"><Link<Route> to={Route::Imports} classes="hover:text-primary">{ l.nav_imports() }</Link<Route>>{ icon("chevron-right", "size-3") }<span class="truncate">{ &i.file_name }</span></nav>
        <div class="mb-4 flex flex-wrap items-center justify-between gap-3"><h1 class="flex min-w-0 items-center gap-3 text-xl font-semibold"><span class="truncate">{ &i.file_name }</span>{ state_badge(l, i) }</h1><div class="flex items-center gap-2">{ actions }</div></div>
        <Steps {at} />
        if i.state == "draft" { <Sheets import={i.clone()} /> }
        if i.state != "draft" { <Report import={i.clone()} ondownload={download} /> }
        <Left import={i.clone()} onundo={post("undo", json!({ "changed_since": "undo" }))} />
        if i.is_open() {
            <div class="mt-4 grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_320px]">
                <div class="min-w-0 space-y-4">if i.unmatched.values().any(|v| !v.is_empty()) { <Values meta={meta.clone()} import={i.clone()} onpatch={set.clone()} onmake={onmake.clone()} {failures} /> }<Mapping key={failures} meta={meta.clone()} import={i.clone()} onpatch={set.clone()} onmake={onmake.clone()} {failures} /></div>
                <Options key={failures} meta={meta.clone()} import={i.clone()} onpatch={set} {onmake} {failures} />
            </div>
        }
        if *undoing { <Confirm title={l.import_undo()} body={l.import_undo_body(i.progress.created, i.progress.updated)} action={l.import_undo()} danger=true onyes={post("undo", json!({}))} onclose={keep} /> }
    </> }
}

#[derive(Properties, PartialEq)]
struct ReportProps {
    import: Rc<Import>,
    ondownload: Callback<MouseEvent>,
}

/// Progress and what came of it.
#[component]
fn Report(p: &ReportProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let i = &p.import;
    let g = &i.progress;
    let tile = |label: &str, n: i64, tone: &'static str| html! { <div class="rounded-xl bg-base-200/70 px-3.5 py-2.5"><dt class="text-xs text-base-content/70">{ label.to_owned() }</dt><dd class={cls!("text-lg font-semibold tabular-nums", if n > 0 { tone } else { "" })}>{ format::group(n.unsigned_abs()) }</dd></div> };
    let (made, modified) =
        if i.dry_run { (l.would_create(), l.would_update()) } else { (l.created_n(), l.updated_n()) };
    html! {
        <Card class="p-4">
            if i.is_busy() {
                <div class="mb-3"><div class="mb-1.5 flex justify-between text-[13px]"><span class="flex items-center gap-2">{ spinner() }{ if i.state == "undoing" { l.job_undoing() } else if i.dry_run { l.trying() } else { l.importing() } }</span><span class="tabular-nums text-base-content/70">{ match g.rows_total { Some(t) => l.rows_of(&format::group(g.rows_done.unsigned_abs()), &format::group(t.unsigned_abs())), None => l.rows_n(&format::group(g.rows_done.unsigned_abs())) } }</span></div>
                    <progress class="progress progress-primary w-full" value={i.percent().map(|v| v.to_string())} max="100" aria-label={l.progress()}></progress></div>
            }
            if let Some(e) = &i.error { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ l.import_failed(&l.stopped(e)) }</p> }
            if i.dry_run && !i.is_busy() { <p class="mb-3 rounded-lg bg-info/8 px-3 py-2 text-[13px]">{ l.dry_run_note() }</p> }
            if let Some(u) = &i.undo { <p class="mb-3 rounded-lg bg-info/8 px-3 py-2 text-[13px]">{ l.undo_report(u.archived, u.reverted, u.kept) }</p> }
            <dl class="grid grid-cols-2 gap-2 sm:grid-cols-5" data-testid="report">{ tile(l.rows_read(), g.rows_done, "") }{ tile(made, g.created, "text-success") }{ tile(modified, g.updated, "text-primary") }{ tile(l.unchanged_n(), g.unchanged, "") }{ tile(l.rejected_n(), g.rejected, "text-error") }</dl>
            if !g.created_linked.is_empty() { <p class="mt-3 text-[13px] text-base-content/70">{ l.created_linked() }{ for g.created_linked.iter().map(|(o, n)| html! { <span class="ml-2 tabular-nums">{ format!("{} {n}", session.object(o).map_or(o.as_str(), |m| m.label_plural.as_str())) }</span> }) }</p> }
            if !i.issues.is_empty() {
                <div class="mb-1 mt-5 flex items-center justify-between"><h2 class="text-[13px] font-semibold">{ l.issues_n(g.issues) }</h2><button class="btn btn-sm" onclick={p.ondownload.clone()} data-testid="errors">{ icon("download", "size-4") }{ l.errors_download() }</button></div>
                <div class="overflow-x-auto" tabindex="0"><table class="w-full text-[13px]"><thead class="text-left text-xs text-base-content/70"><tr class="h-8"><th class="pr-3 font-medium">{ l.issue() }</th><th class="px-2 font-medium">{ l.column() }</th><th class="px-2 text-right font-medium">{ l.count() }</th><th class="px-2 font-medium">{ l.rows_word() }</th><th class="pl-2 font-medium">{ l.examples() }</th></tr></thead>
                    <tbody class="divide-y divide-base-300/60">{ for i.issues.iter().map(|x| issue(l, x)) }</tbody></table></div>
            } else if !i.is_busy() && i.state == "done" { <p class="mt-4 flex items-center gap-2 text-[13px] text-success">{ icon("circle-check", "size-4") }{ l.no_issues() }</p> }
            if i.state == "done" && !i.dry_run { <div class="mt-4"><Link<Route> to={Route::list(&i.object)} classes="btn btn-sm btn-primary">{ l.see_records() }{ icon("arrow-right", "size-4") }</Link<Route>></div> }
        </Card>
    }
}

fn issue(l: Lang, x: &Issue) -> Html {
    let rows = x.rows.iter().take(5).map(i64::to_string).collect::<Vec<_>>().join(l.pick("、", ", "));
    html! { <tr class="align-top"><td class="max-w-80 py-2 pr-3"><span class="flex items-start gap-2">{ icon(if x.rejected { "circle-x" } else { "circle-alert" }, if x.rejected { "mt-0.5 size-4 text-error" } else { "mt-0.5 size-4 text-warning" }) }<span>{ if x.message.is_empty() { x.code.replace('_', " ") } else { x.message.clone() } }if let Some(d) = x.detail.as_ref().filter(|d| !d.is_empty()) { <span class="block text-xs text-base-content/70">{ d }</span> }<span class="block text-xs text-base-content/70">{ if x.rejected { l.row_rejected() } else { l.row_kept() } }</span></span></span></td>
    <td class="px-2 py-2">{ x.column.clone().unwrap_or_else(|| "—".into()) }</td><td class="px-2 py-2 text-right tabular-nums">{ format::group(x.count.unsigned_abs()) }</td><td class="px-2 py-2 text-xs tabular-nums text-base-content/70">{ rows }{ if x.count > 5 { "…" } else { "" } }</td><td class="max-w-60 truncate py-2 pl-2 text-xs text-base-content/70">{ x.examples.iter().take(3).cloned().collect::<Vec<_>>().join("  ·  ") }</td></tr> }
}
