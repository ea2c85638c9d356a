//! Exports: the jobs and their files.

use crate::browser;
use crate::data::jobs::state_of;
use crate::data::session::use_session;
use crate::data::types::{Record, int, text};
use crate::format;
use crate::i18n::use_lang;
use crate::record::export::download;
use crate::record::log::use_log;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, badge, icon, page_head, skeleton_rows};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[component]
pub(crate) fn Exports() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    browser::set_title(&format!("{} · {}", l.nav_exports(), l.app_name()));
    let (log, load) = use_log::<Record>("/exports?".to_owned(), &["/exports"]);
    let busy = log.items.iter().any(|j| matches!(state_of(j), "queued" | "running"));
    {
        let load = load.clone();
        // What is read again is as long as the list is by then.
        use_effect_with((busy, log.items.len()), move |(busy, _)| {
            let t = busy.then(|| gloo_timers::callback::Interval::new(1500, move || load.emit(None)));
            move || drop(t)
        });
    }
    let clock = browser::clock();
    let row = |j: &Record| {
        let state = state_of(j);
        let gone = state == "done" && text(j, "file_expires_at").is_empty();
        let (color, label) = match state {
            "done" if gone => ("neutral", l.job_gone()),
            "done" => ("success", l.job_ready()),
            "failed" => ("error", l.job_failed()),
            "queued" => ("info", l.job_queued()),
            _ => ("primary", l.job_running()),
        };
        // Whose exports one sees is not whose files one gets.
        let mine = text(j, "created_by") == session.me.id;
        let save = {
            let (j, toaster) = (j.clone(), toaster.clone());
            Callback::from(move |_: MouseEvent| {
                let (j, toaster) = (j.clone(), toaster.clone());
                spawn_local(async move { download(l, &toaster, &j).await })
            })
        };
        html! { <li key={text(j, "id").to_owned()} class="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-[13px]">{ icon("file-spreadsheet", "size-4 text-base-content/70") }
        <span class="min-w-0 flex-1 basis-48"><span class="block truncate font-medium">{ text(j, "file_name") }</span><span class="block text-xs text-base-content/70">{ session.object(text(j, "object")).map(|o| o.label_plural.clone()).unwrap_or_default() }{ int(j, "rows").map(|n| format!(" · {}", l.rows_n(&format::group(n.unsigned_abs())))).unwrap_or_default() }if !mine { { format!(" · {}", text(j, "created_by_name")) } }</span>if let Some(why) = failure(j) { <span class="block text-xs text-error">{ l.export_stopped(&l.stopped(why)) }</span> }if state == "done" && !gone { <span class="block text-xs text-base-content/70">{ l.kept_until(&format::moment(l, text(j, "file_expires_at"), &clock)) }</span> }</span>
        { badge(color, label) }<time class="w-28 text-right text-xs tabular-nums text-base-content/70">{ format::moment(l, text(j, "created_at"), &clock) }</time>
        if mine { <button class="btn btn-sm" onclick={save} disabled={state != "done" || gone} title={gone.then(|| l.export_gone_help())}>{ icon("download", "size-4") }{ l.download() }</button> }</li> }
    };
    let body = match &log.error {
        _ if !log.ready => skeleton_rows(5),
        Some(e) if log.items.is_empty() => html! { <Failed error={e.clone()} retry={load.reform(|()| None)} /> },
        None if log.items.is_empty() => {
            html! { <Empty icon="download" title={l.exports_none()} body={l.exports_none_body()} /> }
        }
        _ => {
            html! { <><ul class="divide-y divide-base-300/60">{ for log.items.iter().map(row) }</ul>{ log.end(l, &load) }</> }
        }
    };
    html! { <>{ page_head(html! { { l.nav_exports() } }, html! {}) }<Card>{ body }</Card></> }
}

/// The code of what went wrong with an export.
fn failure(export: &Record) -> Option<&str> {
    Some(text(export, "error")).filter(|code| !code.is_empty())
}
