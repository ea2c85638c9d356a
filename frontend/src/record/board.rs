//! Records as cards in columns, moved by drag or by a menu: opportunities by the stages of their pipeline, others by a field
//! with a few values through which a record goes.

use super::phone_list::words;
use super::records::use_records;
use super::stages::{move_to, use_stages};
use super::table::STALE;
use super::value::{Show, first_of};
use crate::browser;
use crate::data::change::{Change, change};
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, ObjectMeta, Page, Record, field_value, int, text};
use crate::i18n::use_lang;
use crate::route::{Route, anchor};
use crate::ui::cls;
use crate::ui::field::select;
use crate::ui::overlay::{Popover, menu_item};
use crate::ui::toast::use_toaster;
use crate::ui::{Empty, Failed, FailedLine, avatar, icon, nothing, skeleton_lines};
use serde_json::json;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Clone, Properties, PartialEq)]
pub(crate) struct BoardProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) query: String,
}

/// Choice fields through whose values a record goes.
pub(crate) fn stage_fields(meta: &ObjectMeta) -> impl Iterator<Item = &FieldMeta> {
    let named = |f: &FieldMeta| f.custom || ["status", "stage", "priority"].iter().any(|n| f.key.ends_with(n));
    meta.fields.iter().filter(move |f| {
        f.kind == "choice" && f.writable && !f.masked && named(f) && (2..=10).contains(&f.choices.len())
    })
}

/// Opportunities have stages of their own, whatever fields they have.
pub(crate) fn has_board(meta: &ObjectMeta) -> bool {
    meta.key == "opportunities" || stage_fields(meta).next().is_some()
}

/// The board, by the field that was chosen last.
#[component]
pub(crate) fn Board(p: &BoardProps) -> Html {
    let l = use_lang();
    let place = format!("board.{}", p.meta.key);
    let chosen = use_state_eq(|| browser::stored(&place).unwrap_or_default());
    let mut ways: Vec<(String, String)> = stage_fields(&p.meta).map(|f| (f.key.clone(), f.label.clone())).collect();
    if p.meta.key == "opportunities" {
        ways.insert(0, ("stage_id".into(), l.stage().into()));
    }
    let now = if ways.iter().any(|w| w.0 == *chosen) {
        (*chosen).clone()
    } else {
        ways.first().map(|w| w.0.clone()).unwrap_or_default()
    };
    let onway = Callback::from(move |key: String| {
        browser::store(&place, &key);
        chosen.set(key)
    });
    let way = match ways.len() {
        0 | 1 => html! {},
        _ => select("board-field", l.board_by(), &ways, &now, "select-sm w-40", onway),
    };
    if now == "stage_id" {
        return html! { <Pipeline meta={p.meta.clone()} query={p.query.clone()} {way} /> };
    }
    let Some(field) = p.meta.field(&now).cloned() else { return nothing() };
    html! { <Choices meta={p.meta.clone()} query={p.query.clone()} {field} {way} /> }
}

#[derive(Properties, PartialEq)]
struct PipelineProps {
    meta: ObjectMeta,
    query: String,
    way: Html,
}

/// Opportunities by the stages of one pipeline.
#[component]
fn Pipeline(p: &PipelineProps) -> Html {
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
    let (stages, steps) = use_stages(&pipeline);
    for (read, error, retry) in [
        (pipelines.data.is_some(), &pipelines.error, &pipelines.refetch),
        (pipeline.is_empty() || steps.data.is_some(), &steps.error, &steps.refetch),
    ] {
        match error {
            _ if read => {}
            Some(e) => return html! { <Failed error={e.clone()} retry={retry.clone()} /> },
            None => return skeleton_lines(6),
        }
    }
    if stages.is_empty() {
        return html! { <Empty icon="kanban" title={l.board_no_stages()} /> };
    }
    let open: Vec<(String, String)> = stages
        .iter()
        .filter(|s| text(s, "kind") != "lost")
        .map(|s| (text(s, "id").to_owned(), text(s, "name").to_owned()))
        .collect();
    let onmove = {
        let open = open.clone();
        Callback::from(move |m: Move| {
            let name = open.iter().find(|s| s.0 == m.to).map(|s| s.1.clone()).unwrap_or_default();
            let toaster = toaster.clone();
            spawn_local(async move {
                match move_to(&m.id, &m.to, None).await {
                    Ok(()) => toaster.ok(l.moved_to(&name)),
                    Err(e) => toaster.err(e.text(l)),
                }
            });
        })
    };
    let onpipeline = Callback::from(move |v: String| chosen.set(v));
    let tools = html! { <>{ p.way.clone() }if list.len() > 1 { { select("pipeline", l.pipeline(), &list, &pipeline, "select-sm w-48", onpipeline) } }</> };
    columns(p.meta.clone(), &p.query, "stage_id", open, onmove, tools)
}

#[derive(Properties, PartialEq)]
struct ChoicesProps {
    meta: ObjectMeta,
    query: String,
    field: FieldMeta,
    way: Html,
}

/// Records by the values of a choice field.
#[component]
fn Choices(p: &ChoicesProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let list: Vec<(String, String)> = p.field.choices.iter().map(|c| (c.key.clone(), c.label.clone())).collect();
    let onmove = {
        let (object, key, list) = (p.meta.key.clone(), p.field.key.clone(), list.clone());
        Callback::from(move |m: Move| {
            let name = |k: &str| list.iter().find(|c| c.0 == k).map(|c| c.1.clone()).unwrap_or_default();
            let patch = |value: &str| match key.strip_prefix("custom.") {
                Some(custom) => json!({ "custom": { custom: value } }),
                None => json!({ &key: value }),
            };
            let c = Change {
                object: object.clone(),
                id: m.id.clone(),
                version: m.version,
                set: patch(&m.to),
                back: patch(&m.from),
                title: None,
                said: l.moved_to(&name(&m.to)),
                unsaid: l.moved_to(&name(&m.from)),
            };
            change(l, toaster.clone(), c, Callback::noop());
        })
    };
    columns(p.meta.clone(), &p.query, &p.field.key, list, onmove, p.way.clone())
}

fn columns(
    meta: ObjectMeta,
    query: &str,
    field: &str,
    list: Vec<(String, String)>,
    onmove: Callback<Move>,
    tools: Html,
) -> Html {
    let all = Rc::new(list);
    html! {
        <div class="border-t border-base-300 p-3">
            <div class="mb-3 flex flex-wrap gap-2 empty:hidden">{ tools }</div>
            <div class="flex snap-x gap-3 overflow-x-auto pb-2" data-testid="columns">{ for all.iter().enumerate().map(|(at, (key, _))| html! { <Column key={key.clone()} meta={meta.clone()} {at} all={all.clone()} query={format!("&{field}={key}{query}")} onmove={onmove.clone()} /> }) }</div>
        </div>
    }
}

/// A card that goes to another column.
#[derive(Clone, Debug, PartialEq)]
struct Move {
    id: String,
    version: Option<i64>,
    from: String,
    to: String,
}

impl Move {
    /// What a dragged card carries.
    fn carried(&self) -> String {
        format!("{} {} {}", self.id, self.version.unwrap_or_default(), self.from)
    }

    /// A card that was dropped on a column.
    fn dropped(carried: &str, to: &str) -> Option<Move> {
        let mut parts = carried.split(' ');
        let (id, version, from) = (parts.next()?, parts.next()?, parts.next()?);
        (from != to).then(|| Move { id: id.into(), version: version.parse().ok(), from: from.into(), to: to.into() })
    }
}

#[derive(Properties, PartialEq)]
struct ColumnProps {
    meta: ObjectMeta,
    /// Which of all columns it is.
    at: usize,
    /// Key and label of every column.
    all: Rc<Vec<(String, String)>>,
    query: String,
    onmove: Callback<Move>,
}

#[component]
fn Column(p: &ColumnProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let over = use_state_eq(|| false);
    let (key, label) = p.all.get(p.at).cloned().unwrap_or_default();
    let records = use_records(&p.meta.key, p.query.clone(), true);
    let now = &records.now;
    let show = Show::new(l, &session, &now.refs);
    let amount = p.meta.fields.iter().find(|f| f.kind == "money" && f.in_list);
    let sum = amount.filter(|_| now.next.is_none() && !now.rows.is_empty()).map(|f| {
        let minor: i64 = now.rows.iter().filter_map(|r| field_value(r, &f.key).as_i64()).sum();
        show.money(minor)
    });
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
        let (over, onmove, key) = (over.clone(), p.onmove.clone(), key.clone());
        Callback::from(move |e: DragEvent| {
            e.prevent_default();
            over.set(false);
            let carried = e.data_transfer().and_then(|d| d.get_data("text/plain").ok()).unwrap_or_default();
            if let Some(m) = Move::dropped(&carried, &key) {
                onmove.emit(m)
            }
        })
    };
    html! {
        <section {ondragover} {ondragleave} {ondrop} data-column={key.clone()} class={cls!("w-64 shrink-0 snap-start rounded-xl p-2", if *over { "bg-primary/10" } else { "bg-base-200/70" })} aria-label={label.clone()}>
            <header class="flex h-8 items-center gap-2 px-1 text-[13px]"><b class="truncate font-semibold">{ label }</b>if let Some(n) = now.total { <span class="tabular-nums text-base-content/70">{ crate::format::group(n) }</span> }<span class="ml-auto shrink-0 text-xs text-base-content/70 empty:hidden">{ sum.unwrap_or_default() }</span></header>
            { records.failure() }
            <ul class={cls!("max-h-[62vh] min-h-16 space-y-2 overflow-y-auto", now.stale().then_some(STALE))} tabindex="0">
                if !now.ready { <li class="skeleton h-20 rounded-lg"></li><li class="skeleton h-20 rounded-lg"></li> }
                else if let Some(error) = now.error.clone().filter(|_| now.rows.is_empty()) { <li><FailedLine {error} retry={records.retry()} /></li> }
                else if now.rows.is_empty() { <li class="px-1 py-4 text-center text-xs text-base-content/70">{ l.board_column_empty() }</li> }
                { for now.rows.iter().map(|r| card(p, &show, r, &key, amount)) }
                if now.next.is_some() { <li class="grid place-items-center"><button class="btn btn-ghost btn-xs" disabled={now.loading} onclick={records.more.reform(|_: MouseEvent| ())}>{ l.load_more() }</button></li> }
            </ul>
        </section>
    }
}

fn card(p: &ColumnProps, show: &Show, r: &Record, column: &str, amount: Option<&FieldMeta>) -> Html {
    let l = show.lang;
    let id = text(r, "id").to_owned();
    let may = p.meta.may("update");
    let this = Move { id: id.clone(), version: int(r, "version"), from: column.to_owned(), to: String::new() };
    let ondragstart = {
        let carried = this.carried();
        Callback::from(move |e: DragEvent| {
            if let Some(d) = e.data_transfer() {
                let _ = d.set_data("text/plain", &carried);
            }
        })
    };
    let to = |(key, label): &(String, String)| {
        let (onmove, m) = (p.onmove.clone(), Move { to: key.clone(), ..this.clone() });
        menu_item("arrow-right", &l.move_to(label), Callback::from(move |_: MouseEvent| onmove.emit(m.clone())))
    };
    let owner = text(r, "owner_id");
    let columns: Vec<String> = p.meta.fields.iter().filter(|f| f.in_list).map(|f| f.key.clone()).collect();
    let of = |kinds: &[&str]| first_of(&p.meta, &columns, kinds).filter(|f| f.key != "owner_id");
    let under = of(&["link", "text", "phone"]).and_then(|f| words(show, f, r));
    let figure = match amount {
        Some(f) => show.field(f, r),
        None => of(&["date", "datetime"])
            .filter(|f| !field_value(r, &f.key).is_null())
            .map(|f| show.field(f, r))
            .unwrap_or_default(),
    };
    html! {
        <li key={id.clone()} data-card={id.clone()} draggable={may.then_some("true")} {ondragstart} class="group rounded-lg border border-base-300 bg-base-100 p-2.5 shadow-xs hover:border-primary/40">
            <div class="flex items-start gap-1">{ anchor(&Route::record(&p.meta.key, &id), "min-w-0 flex-1 text-[13px] font-medium hover:text-primary line-clamp-2", html! { { p.meta.title_of(r) } }) }
                if may { <Popover right=true menu=true width="sm:w-48" label={l.move_menu()} button_class="btn btn-ghost btn-xs btn-square opacity-60 group-hover:opacity-100" button={html! { { icon("ellipsis", "size-4") } }}>
                    { for p.all.iter().filter(|c| c.0 != column).map(to) }
                </Popover> }</div>
            if let Some(words) = under { <p class="truncate text-xs text-base-content/70">{ words }</p> }
            <div class="mt-2 flex min-h-6 items-center justify-between text-[13px]"><span class="min-w-0 truncate">{ figure }</span>if !owner.is_empty() { <span title={show.label(owner).to_owned()}>{ avatar(show.label(owner), "size-6 text-[11px]") }</span> }</div>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::types::ChoiceMeta;

    #[test]
    fn any_object_with_a_field_like_a_stage_has_a_board() {
        let choices = vec![ChoiceMeta::default(), ChoiceMeta::default()];
        let field = |key: &str| FieldMeta {
            key: key.into(),
            kind: "choice".into(),
            writable: true,
            choices: choices.clone(),
            ..FieldMeta::default()
        };
        let meta =
            |fields: Vec<FieldMeta>| ObjectMeta { key: "tasks".into(), fields: fields.into(), ..ObjectMeta::default() };
        assert!(has_board(&meta(vec![field("status")])));
        assert!(has_board(&meta(vec![FieldMeta { custom: true, ..field("custom.phase") }])));
        assert!(!has_board(&meta(vec![field("kind")])), "a kind is not gone through");
        assert!(!has_board(&meta(vec![FieldMeta { writable: false, ..field("status") }])), "nothing could be moved");
        assert!(!has_board(&meta(vec![FieldMeta { masked: true, ..field("status") }])));
        assert!(has_board(&ObjectMeta { key: "opportunities".into(), ..ObjectMeta::default() }));
    }

    #[test]
    fn a_card_dropped_on_its_own_column_stays() {
        let m = Move { id: "a".into(), version: Some(3), from: "open".into(), to: String::new() };
        assert_eq!(Move::dropped(&m.carried(), "done"), Some(Move { to: "done".into(), ..m.clone() }));
        assert_eq!(Move::dropped(&m.carried(), "open"), None);
        assert_eq!(Move::dropped("some text", "done"), None);
    }
}
