//! Taking a list out as a file: format, columns, then a job that ends with a download.

use super::columns::selectable;
use crate::browser;
use crate::data::http::Request;
use crate::data::query::invalidate;
use crate::data::types::{ObjectMeta, Record, text};
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::overlay::Drawer;
use crate::ui::pieces::alert;
use crate::ui::toast::{Toaster, use_toaster};
use crate::ui::{icon, spinner};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Clone, Properties, PartialEq)]
pub(crate) struct ExportProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) columns: Vec<String>,
    pub(crate) q: String,
    pub(crate) filter: Option<Value>,
    pub(crate) sort: String,
    /// Of archived records only, as the list shows them.
    pub(crate) archived: bool,
    /// How many rows that is, where known.
    pub(crate) total: Option<u64>,
    pub(crate) onclose: Callback<()>,
}

/// The drawer of an export.
#[component]
pub(crate) fn ExportDrawer(p: &ExportProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let format = use_state_eq(|| "xlsx");
    let chosen = use_state_eq(|| p.columns.iter().cloned().collect::<BTreeSet<String>>());
    let busy = use_state_eq(|| false);
    let wrong = use_state_eq(|| None::<String>);
    let go = {
        let (format, chosen, busy, wrong, toaster, close) =
            (*format, chosen.clone(), busy.clone(), wrong.clone(), toaster.clone(), p.onclose.clone());
        let (meta, columns, q, filter, sort, archived) =
            (p.meta.clone(), p.columns.clone(), p.q.clone(), p.filter.clone(), p.sort.clone(), p.archived);
        Callback::from(move |_: MouseEvent| {
            let mut fields: Vec<String> = columns.iter().filter(|c| chosen.contains(*c)).cloned().collect();
            fields.extend(
                selectable(&meta).map(|f| f.key.clone()).filter(|k| chosen.contains(k) && !columns.contains(k)),
            );
            let mut body = json!({ "object": meta.key, "format": format, "fields": fields });
            if let Some(map) = body.as_object_mut() {
                if !q.trim().is_empty() {
                    map.insert("q".into(), json!(q.trim()));
                }
                if !sort.is_empty() {
                    map.insert("sort".into(), json!(sort));
                }
                if let Some(f) = &filter {
                    map.insert("filter".into(), f.clone());
                }
                if archived {
                    map.insert("archived".into(), json!("only"));
                }
            }
            let (busy, wrong, toaster, close) = (busy.clone(), wrong.clone(), toaster.clone(), close.clone());
            busy.set(true);
            wrong.set(None);
            spawn_local(async move {
                match Request::create("/exports", body).json::<Record>().await {
                    Ok(job) => {
                        invalidate("/exports");
                        toaster.ok(l.export_started());
                        close.emit(());
                        follow(l, toaster, job).await;
                    }
                    Err(e) => {
                        busy.set(false);
                        wrong.set(Some(e.text(l)));
                    }
                }
            });
        })
    };
    let pick = |key: &'static str, label: &'static str, note: &'static str| {
        let on = *format == key;
        let format = format.clone();
        html! {
        <button type="button" role="radio" aria-checked={on.to_string()} onclick={Callback::from(move |_: MouseEvent| format.set(key))} class={cls!("flex-1 cursor-pointer rounded-xl border p-3 text-left", if on { "border-primary bg-primary/6" } else { "border-base-300" })}><span class="block text-[13px] font-medium">{ label }</span><span class="text-xs text-base-content/70">{ note }</span></button> }
    };
    let all = selectable(&p.meta).map(|f| f.key.clone()).collect::<BTreeSet<_>>();
    let set_all = {
        let (chosen, all, keep) = (chosen.clone(), all.clone(), p.meta.title_field.clone());
        Callback::from(move |_: MouseEvent| {
            chosen.set(if chosen.len() == all.len() { BTreeSet::from([keep.clone()]) } else { all.clone() })
        })
    };
    let footer = html! { <>if wrong.is_some() { { alert("mr-auto min-w-0", wrong.as_deref()) } } else { <span class="mr-auto text-xs text-base-content/70">{ p.total.map(|n| l.export_rows(n)).unwrap_or_default() }</span> }
    <button class="btn btn-sm btn-ghost" onclick={p.onclose.reform(|_: MouseEvent| ())}>{ l.cancel() }</button>
    <button class="btn btn-sm btn-primary" onclick={go} disabled={*busy || chosen.is_empty()} data-testid="export-go">if *busy { { spinner() } } else { { icon("download", "size-4") } }{ l.export() }</button></> };
    html! {
        <Drawer title={l.export_of(&p.meta.label_plural)} onclose={p.onclose.clone()} {footer}>
            <div role="radiogroup" aria-label={l.format()} class="mb-5 flex gap-2">{ pick("xlsx", "Excel", l.export_xlsx_note()) }{ pick("csv", "CSV", l.export_csv_note()) }</div>
            <p class="mb-1 flex justify-between text-[13px] text-base-content/75">{ l.columns() }<button class="cursor-pointer text-primary hover:underline" onclick={set_all}>{ if chosen.len() == all.len() { l.choose_none() } else { l.choose_all() } }</button></p>
            <div class="grid grid-cols-2 gap-x-3 text-[13px]">{ for selectable(&p.meta).map(|f| {
                let on = chosen.contains(&f.key);
                let flip = { let (chosen, key) = (chosen.clone(), f.key.clone()); Callback::from(move |_: Event| { let mut c = (*chosen).clone(); if !c.remove(&key) { c.insert(key.clone()); } chosen.set(c) }) };
                html! { <label class="flex h-8 min-w-0 cursor-pointer items-center gap-2"><input type="checkbox" class="checkbox checkbox-xs" checked={on} onchange={flip} /><span class="truncate">{ &f.label }</span></label> } }) }</div>
        </Drawer>
    }
}

/// Waits for an export to end, then hands over its file.
async fn follow(l: Lang, toaster: Toaster, job: Record) {
    let id = text(&job, "id").to_owned();
    let mut wait = 400;
    for _ in 0..240 {
        gloo_timers::future::TimeoutFuture::new(wait).await;
        wait = (wait * 3 / 2).min(5000);
        let Ok(job) = Request::get(format!("/exports/{id}")).json::<Record>().await else { continue };
        match crate::data::jobs::state_of(&job) {
            "done" | "finished" | "completed" | "succeeded" => {
                invalidate("/exports");
                download(l, &toaster, &job).await;
                return;
            }
            "failed" | "cancelled" => {
                invalidate("/exports");
                toaster.err(match text(&job, "error") {
                    "" => l.export_failed().to_owned(),
                    code => l.export_stopped(&l.stopped(code)),
                });
                return;
            }
            _ => {}
        }
    }
}

/// Hands over the file of a finished export.
pub(crate) async fn download(l: Lang, toaster: &Toaster, job: &Record) {
    let name = match text(job, "file_name") {
        "" => format!("{}.{}", text(job, "object"), text(job, "format")),
        name => name.to_owned(),
    };
    match Request::get(format!("/exports/{}/content", text(job, "id"))).answer().await {
        Ok(answer) => {
            if browser::save(answer, &name).await.is_some() {
                toaster.ok(l.downloaded(&name));
            }
        }
        Err(e) => toaster.err(e.text(l)),
    }
}
