//! Opportunities as cards in the columns of their stages, moved by drag or by a menu.

use super::records::use_records;
use super::stages::{move_to, use_stages};
use super::value::Show;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::{ObjectMeta, Page, Record, field_value, text};
use crate::i18n::use_lang;
use crate::route::Route;
use crate::ui::cls;
use crate::ui::field::select;
use crate::ui::overlay::{Popover, menu_item};
use crate::ui::toast::use_toaster;
use crate::ui::{Empty, avatar, icon, skeleton_lines};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Clone, Properties, PartialEq)]
pub(crate) struct BoardProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) query: String,
}

/// The board of one pipeline.
#[component]
pub(crate) fn Board(p: &BoardProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let chosen = use_state_eq(String::new);
    let pipelines = use_query::<Page<Record>>("/pipelines?limit=50&sort=position".to_owned());
    let named = |d: &Page<Record>| {
        d.items.iter().map(|r| (text(r, "id").to_owned(), text(r, "name").to_owned())).collect::<Vec<_>>()
    };
    let list = pipelines.data.as_ref().map(|d| named(d)).unwrap_or_default();
    let pipeline =
        if chosen.is_empty() { list.first().map(|x| x.0.clone()).unwrap_or_default() } else { (*chosen).clone() };
    let stages = use_stages(&pipeline);
    if pipelines.data.is_none() {
        return skeleton_lines(6);
    }
    if stages.is_empty() {
        return html! { <Empty icon="kanban" title={l.board_no_stages()} /> };
    }
    let onmove = {
        let stages = stages.clone();
        Callback::from(move |(id, stage): (String, String)| {
            let name =
                stages.iter().find(|s| text(s, "id") == stage).map(|s| text(s, "name").to_owned()).unwrap_or_default();
            let toaster = toaster.clone();
            spawn_local(async move {
                match move_to(&id, &stage, None).await {
                    Ok(()) => toaster.ok(l.moved_to(&name)),
                    Err(e) => toaster.err(e.text(l)),
                }
            });
        })
    };
    let open = stages.iter().filter(|s| text(s, "kind") != "lost");
    html! {
        <div class="border-t border-base-300 p-3">
            if list.len() > 1 { <div class="mb-3">{ select("pipeline", l.pipeline(), &list, &pipeline, "select-sm w-48", { let chosen = chosen.clone(); Callback::from(move |v: String| chosen.set(v)) }) }</div> }
            <div class="flex gap-3 overflow-x-auto pb-2">{ for open.map(|s| html! { <Column key={text(s, "id").to_owned()} stage={s.clone()} stages={stages.clone()} query={p.query.clone()} onmove={onmove.clone()} /> }) }</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ColumnProps {
    stage: Record,
    stages: Vec<Record>,
    query: String,
    onmove: Callback<(String, String)>,
}

#[component]
fn Column(p: &ColumnProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let over = use_state_eq(|| false);
    let stage = text(&p.stage, "id").to_owned();
    let records = use_records("opportunities", format!("&stage_id={stage}{}", p.query), true);
    let now = &records.now;
    let show = Show::new(l, &session, &now.refs);
    let sum: i64 = now.rows.iter().filter_map(|r| field_value(r, "amount_minor").as_i64()).sum();
    let ondragover = {
        let over = over.clone();
        Callback::from(move |e: DragEvent| {
            e.prevent_default();
            over.set(true)
        })
    };
    let ondragleave = {
        let over = over.clone();
        Callback::from(move |_: DragEvent| over.set(false))
    };
    let ondrop = {
        let (over, onmove, stage) = (over.clone(), p.onmove.clone(), stage.clone());
        Callback::from(move |e: DragEvent| {
            e.prevent_default();
            over.set(false);
            if let Some(id) = e.data_transfer().and_then(|d| d.get_data("text/plain").ok()) {
                onmove.emit((id, stage.clone()))
            }
        })
    };
    html! {
        <section {ondragover} {ondragleave} {ondrop} class={cls!("w-64 shrink-0 rounded-xl p-2", if *over { "bg-primary/10" } else { "bg-base-200/70" })} aria-label={text(&p.stage, "name").to_owned()}>
            <header class="flex h-8 items-center gap-2 px-1 text-[13px]"><b class="truncate font-semibold">{ text(&p.stage, "name") }</b>if let Some(n) = now.total { <span class="tabular-nums text-base-content/70">{ crate::format::group(n) }</span> }if now.next.is_none() { <span class="ml-auto text-xs text-base-content/70">{ show.money(sum) }</span> }</header>
            <ul class="max-h-[62vh] space-y-2 overflow-y-auto" tabindex="0">
                if !now.ready { <li class="skeleton h-20 rounded-lg"></li><li class="skeleton h-20 rounded-lg"></li> }
                { for now.rows.iter().map(|r| card(p, &show, r, &stage)) }
                if now.next.is_some() { <li class="grid place-items-center"><button class="btn btn-ghost btn-xs" disabled={now.loading} onclick={records.more.reform(|_: MouseEvent| ())}>{ l.load_more() }</button></li> }
            </ul>
        </section>
    }
}

fn card(p: &ColumnProps, show: &Show, r: &Record, stage: &str) -> Html {
    let l = show.lang;
    let id = text(r, "id").to_owned();
    let ondragstart = {
        let id = id.clone();
        Callback::from(move |e: DragEvent| {
            if let Some(d) = e.data_transfer() {
                let _ = d.set_data("text/plain", &id);
            }
        })
    };
    let customer = text(r, "customer_id");
    let owner = text(r, "owner_id");
    let others = p.stages.iter().filter(|s| text(s, "id") != stage && text(s, "kind") != "lost");
    html! {
        <li key={id.clone()} draggable="true" {ondragstart} class="group rounded-lg border border-base-300 bg-base-100 p-2.5 shadow-xs hover:border-primary/40">
            <div class="flex items-start gap-1"><Link<Route> to={Route::record("opportunities", &id)} classes="min-w-0 flex-1 text-[13px] font-medium hover:text-primary line-clamp-2">{ text(r, "name") }</Link<Route>>
                <Popover right=true menu=true width="sm:w-48" label={l.move_menu()} button_class="btn btn-ghost btn-xs btn-square opacity-60 group-hover:opacity-100" button={html! { { icon("ellipsis", "size-4") } }}>
                    { for others.map(|s| { let (onmove, id, to) = (p.onmove.clone(), id.clone(), text(s, "id").to_owned()); menu_item("arrow-right", &l.move_to(text(s, "name")), Callback::from(move |_: MouseEvent| onmove.emit((id.clone(), to.clone())))) }) }
                </Popover></div>
            if !customer.is_empty() { <p class="truncate text-xs text-base-content/70">{ show.label(customer).to_owned() }</p> }
            <div class="mt-2 flex items-center justify-between text-[13px]">{ match field_value(r, "amount_minor").as_i64() { Some(m) => show.money(m), None => html! { <span class="text-base-content/70">{ "—" }</span> } } }if !owner.is_empty() { <span title={show.label(owner).to_owned()}>{ avatar(show.label(owner), "size-6 text-[11px]") }</span> }</div>
        </li>
    }
}
