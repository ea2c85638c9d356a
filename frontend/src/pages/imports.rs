//! The import centre: what was imported, and a new import from a file.

use crate::browser;
use crate::data::http::{ApiError, Request, encode};
use crate::data::jobs::Import;
use crate::data::listing::pairs;
use crate::data::query::invalidate;
use crate::data::session::use_session;
use crate::data::types::{Record, text};
use crate::data::upload::use_uploads;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::record::log::use_log;
use crate::route::Route;
use crate::shell::object_icon;
use crate::ui::cls;
use crate::ui::file::{FileDrop, UploadList};
use crate::ui::pieces::stepper;
use crate::ui::{Card, Empty, Failed, badge, icon, page_head, skeleton_rows, spinner};
use serde_json::json;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// A state as a pill.
pub(crate) fn state_badge(l: Lang, i: &Import) -> Html {
    let (color, label) = match i.state.as_str() {
        "draft" => ("neutral", l.job_draft()),
        "queued" => ("info", l.job_queued()),
        "running" => ("primary", l.job_running()),
        "done" if i.dry_run => ("info", l.job_tried()),
        "done" => ("success", l.job_done()),
        "failed" => ("error", l.job_failed()),
        "cancelled" => ("neutral", l.job_cancelled()),
        "undoing" => ("warning", l.job_undoing()),
        _ => ("neutral", l.job_undone()),
    };
    badge(color, label)
}

/// The list of imports.
#[component]
pub(crate) fn Imports() -> Html {
    let l = use_lang();
    let session = use_session();
    browser::set_title(&format!("{} · {}", l.nav_imports(), l.app_name()));
    let (log, load) = use_log::<Import>("/imports?".to_owned(), &["/imports"]);
    let busy = log.items.iter().any(Import::is_busy);
    {
        let load = load.clone();
        // What is read again is as long as the list is by then.
        use_effect_with((busy, log.items.len()), move |(busy, _)| {
            let t = busy.then(|| gloo_timers::callback::Interval::new(2000, move || load.emit(None)));
            move || drop(t)
        });
    }
    let clock = browser::clock();
    let actions = html! { <Link<Route> to={Route::NewImport} classes="btn btn-sm btn-primary">{ icon("upload", "size-4") }{ l.import_new() }</Link<Route>> };
    let row = |i: &Import| {
        html! {
        <li key={i.id.clone()}><Link<Route> to={Route::Import { id: i.id.clone() }} classes="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-[13px] hover:bg-base-200/50">
            { icon("file-spreadsheet", "size-4 text-base-content/70") }
            <span class="min-w-0 flex-1 basis-48"><span class="block truncate font-medium">{ &i.file_name }</span><span class="block text-xs text-base-content/70">{ session.object(&i.object).map(|o| o.label_plural.clone()).unwrap_or_default() }if i.created_by.as_deref() != Some(session.me.id.as_str()) { { i.created_by_name.as_ref().map(|name| format!(" · {name}")).unwrap_or_default() } }</span></span>
            <span class="text-xs tabular-nums text-base-content/70">{ if i.state == "draft" { String::new() } else { l.import_counts(i.progress.created, i.progress.updated, i.progress.rejected) } }</span>
            { state_badge(l, i) }<time class="w-28 text-right text-xs tabular-nums text-base-content/70">{ format::moment(l, &i.created_at, &clock) }</time></Link<Route>></li> }
    };
    let body = match &log.error {
        _ if !log.ready => skeleton_rows(5),
        Some(e) if log.items.is_empty() => html! { <Failed error={e.clone()} retry={load.reform(|()| None)} /> },
        None if log.items.is_empty() => {
            html! { <Empty icon="upload" title={l.imports_none()} body={l.imports_none_body()} action={actions.clone()} /> }
        }
        _ => {
            html! { <><ul class="divide-y divide-base-300/60">{ for log.items.iter().map(row) }</ul>{ log.end(l, &load) }</> }
        }
    };
    html! { <>{ page_head(html! { { l.nav_imports() } }, actions) }<Card>{ body }</Card></> }
}

/// Choosing the object and the file.
#[component]
pub(crate) fn NewImport() -> Html {
    let l = use_lang();
    let session = use_session();
    let navigator = use_navigator();
    let location = use_location();
    browser::set_title(&format!("{} · {}", l.import_new(), l.app_name()));
    let asked = location.and_then(|l| pairs(l.query_str()).into_iter().find(|(k, _)| k == "object").map(|x| x.1));
    let object = use_state_eq(|| asked.unwrap_or_else(|| "customers".to_owned()));
    let busy = use_state_eq(|| false);
    let error = use_state_eq(|| None::<ApiError>);
    let uploads = use_uploads();
    let onfile = {
        let (object, busy, error) = (object.clone(), busy.clone(), error.clone());
        let start = uploads.start.clone();
        Callback::from(move |file: web_sys::File| {
            let path = format!("/files?name={}", encode(&file.name()));
            let (object, busy, error, navigator) = ((*object).clone(), busy.clone(), error.clone(), navigator.clone());
            error.set(None);
            let done = Callback::from(move |stored: Record| {
                let (object, busy, error, navigator) = (object.clone(), busy.clone(), error.clone(), navigator.clone());
                busy.set(true);
                spawn_local(async move {
                    match begin(&object, text(&stored, "id"), None).await {
                        Ok(i) => {
                            invalidate("/imports");
                            if let Some(n) = &navigator {
                                n.push(&Route::Import { id: i.id })
                            }
                        }
                        Err(e) => {
                            busy.set(false);
                            error.set(Some(e))
                        }
                    }
                });
            });
            start.emit((path, file, done));
        })
    };
    let sending = uploads.now.iter().any(|s| s.error.is_none());
    let card = |key: &str, label: &str| {
        let on = *object == key;
        let (object, key2) = (object.clone(), key.to_owned());
        html! {
        <button type="button" role="radio" aria-checked={on.to_string()} data-object={key.to_owned()} onclick={Callback::from(move |_: MouseEvent| object.set(key2.clone()))} class={cls!("flex h-12 cursor-pointer items-center gap-2.5 rounded-xl border px-3 text-[13px]", if on { "border-primary bg-primary/6 font-medium" } else { "border-base-300 hover:border-primary/40" })}>{ icon(object_icon(key), "size-4 text-base-content/70") }<span class="truncate">{ label.to_owned() }</span></button> }
    };
    let choices = session.objects.iter().filter(|o| o.may("import") && o.key != "saved_views");
    html! { <>
        <nav class="mb-2 flex items-center gap-1 text-xs text-base-content/70"><Link<Route> to={Route::Imports} classes="hover:text-primary">{ l.nav_imports() }</Link<Route>>{ icon("chevron-right", "size-3") }{ l.import_new() }</nav>
        { page_head(html! { { l.import_new() } }, html! {}) }
        <Steps at={0} />
        <Card class="p-5">
            <h2 class="mb-2 text-[13px] font-semibold">{ l.import_what() }</h2>
            <div role="radiogroup" aria-label={l.import_what()} class="grid grid-cols-2 gap-2 sm:grid-cols-3 lg:grid-cols-4">{ for choices.map(|o| card(&o.key, &o.label_plural)) }</div>
            <h2 class="mb-2 mt-6 text-[13px] font-semibold">{ l.import_file() }</h2>
            if *busy { <p class="flex items-center justify-center gap-2 py-10 text-[13px]">{ spinner() }{ l.import_analysing() }</p> } else { <FileDrop title={l.import_drop()} note={l.import_drop_note()} {onfile} accept=".csv,.tsv,.txt,.xlsx,text/csv" disabled={sending} testid="import-file" /> }
            <UploadList list={uploads.now.clone()} onstop={uploads.stop.clone()} />
            if let Some(e) = &*error { <p class="mt-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }{ for e.errors.iter().map(|x| html! { <span class="block">{ &x.message }</span> }) }</p> }
        </Card>
    </> }
}

/// Starts the import of a stored file, of its first sheet unless one is named.
pub(super) async fn begin(object: &str, file: &str, sheet: Option<&str>) -> Result<Import, ApiError> {
    Request::create("/imports", json!({ "object": object, "file_id": file, "sheet": sheet })).json::<Import>().await
}

#[derive(Properties, PartialEq)]
pub(crate) struct StepsProps {
    pub(crate) at: usize,
}

/// Where the wizard stands.
#[component]
pub(crate) fn Steps(p: &StepsProps) -> Html {
    let l = use_lang();
    let names = [l.step_file(), l.step_mapping(), l.step_check(), l.step_done()];
    stepper(&names, p.at)
}
