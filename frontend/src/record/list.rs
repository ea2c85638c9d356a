//! The list of an object: tabs, search, filter, sort, columns, chosen rows, export, create.

use super::board::BoardProps;
use super::bulk::BulkProps;
use super::columns::{self, Columns};
use super::export::ExportProps;
use super::filter_panel::{FilterButton, FilterChips};
use super::form::RecordFormProps;
use super::records::use_records;
use super::table::Rows;
use super::views::Views;
use super::waiting::{self, use_queue};
use crate::browser;
use crate::data::http::encode;
use crate::data::listing::{ListState, both, pairs, sort_text, tab_filter};
use crate::data::session::use_session;
use crate::data::types::{ObjectMeta, Record, text};
use crate::i18n::use_lang;
use crate::parts::{Lazy, Room};
use crate::route::{Route, open_list};
use crate::ui::cls;
use crate::ui::field::SearchBox;
use crate::ui::overlay::{Popover, menu_item};
use crate::ui::{Card, Empty, Failed, icon, page_head, skeleton_rows};
use serde_json::json;
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct RecordListProps {
    pub(crate) object: String,
}

/// The room of an object's list.
#[component]
pub(crate) fn RecordList(p: &RecordListProps) -> Html {
    let session = use_session();
    match session.object(&p.object) {
        Some(meta) if meta.may("read") => html! { <ListRoom meta={meta.clone()} /> },
        _ => html! { <Forbidden /> },
    }
}

#[component]
fn Forbidden() -> Html {
    let l = use_lang();
    html! { <Empty icon="lock" title={l.err_forbidden()} body={l.forbidden_body()} /> }
}

#[derive(Properties, PartialEq)]
struct RoomProps {
    meta: ObjectMeta,
}

/// The address as a list's state, and the way to change it.
#[hook]
fn use_list_state(object: &str) -> (ListState, bool, Callback<ListState>, Callback<bool>) {
    let location = use_location();
    let navigator = use_navigator();
    let query = location.map(|l| l.query_str().to_owned()).unwrap_or_default();
    let state = ListState::parse(&query);
    let creating = pairs(&query).iter().any(|(k, _)| k == "new");
    let object = object.to_owned();
    let set = {
        let (n, object) = (navigator.clone(), object.clone());
        Callback::from(move |s: ListState| {
            if let Some(n) = &n {
                let _ = n.replace_with_query(&Route::list(&object), yew_router::query::Raw(s.to_query()));
            }
        })
    };
    let create = {
        let state = state.clone();
        Callback::from(move |on: bool| {
            if let Some(n) = &navigator {
                let q = state.to_query();
                if on {
                    open_list(n, &object, &format!("{q}&new=1"))
                } else {
                    let _ = n.replace_with_query(&Route::list(&object), yew_router::query::Raw(q));
                }
            }
        })
    };
    (state, creating, set, create)
}

#[component]
fn ListRoom(p: &RoomProps) -> Html {
    let l = use_lang();
    let meta = &p.meta;
    let (state, creating, set, create) = use_list_state(&meta.key);
    let columns = columns::chosen(meta, &state.fields);
    let extra = tab_filter(&state.view);
    let fields = api_fields(meta, &columns);
    let query = format!("{}&fields={}", state.api_query(extra.clone()), encode(&fields));
    let records = use_records(&meta.key, query, true);
    let selected = use_state_eq(|| Rc::new(BTreeSet::<String>::new()));
    let cursor = use_state_eq(|| None::<usize>);
    let exporting = use_state_eq(|| false);
    browser::set_title(&format!("{} · {}", meta.label_plural, l.app_name()));
    {
        let (selected, cursor) = (selected.setter(), cursor.setter());
        use_effect_with((state.view.clone(), state.q.clone(), state.filter.clone(), state.archived), move |_| {
            selected.set(Rc::default());
            cursor.set(None)
        });
    }
    let latest = use_mut_ref(Rc::<BTreeSet<String>>::default);
    *latest.borrow_mut() = (*selected).clone();
    // The same one as long as the list is open, so that rows need not be drawn anew because of it.
    let onselect = use_callback((), {
        let selected = selected.setter();
        move |id: String, ()| {
            let mut s = (**latest.borrow()).clone();
            if !s.remove(&id) {
                s.insert(id);
            }
            let next = Rc::new(s);
            *latest.borrow_mut() = next.clone();
            selected.set(next)
        }
    });
    let stale = records.now.stale();
    use_list_keys(&meta.key, if stale { &[] } else { &records.now.rows }, &cursor, onselect.clone());
    let chosen: Vec<Rc<Record>> = match selected.is_empty() {
        true => Vec::new(),
        false => records.now.rows.iter().filter(|r| selected.contains(text(r, "id"))).cloned().collect(),
    };
    let onselect_all = {
        let (selected, rows, n) = (selected.clone(), records.now.rows.clone(), chosen.len());
        Callback::from(move |()| {
            selected.set(Rc::new(if n == rows.len() {
                BTreeSet::new()
            } else {
                rows.iter().map(|r| text(r, "id").to_owned()).collect()
            }))
        })
    };
    let onchoose = {
        let selected = selected.clone();
        Callback::from(move |ids| selected.set(ids))
    };
    let change = |f: fn(&mut ListState, String)| {
        let (state, set) = (state.clone(), set.clone());
        Callback::from(move |v: String| {
            let mut s = state.clone();
            f(&mut s, v);
            set.emit(s)
        })
    };
    let onsort = {
        let (state, set) = (state.clone(), set.clone());
        Callback::from(move |(key, add): (String, bool)| {
            let mut s = state.clone();
            s.toggle_sort(&key, add);
            set.emit(s)
        })
    };
    let onfilter = {
        let (state, set) = (state.clone(), set.clone());
        Callback::from(move |filter| set.emit(ListState { filter, ..state.clone() }))
    };
    let oncolumns = {
        let (state, set) = (state.clone(), set.clone());
        Callback::from(move |fields| set.emit(ListState { fields, ..state.clone() }))
    };
    let onplace = {
        let (oncolumns, columns, key) = (oncolumns.clone(), columns.clone(), meta.key.clone());
        Callback::from(move |(from, to): (String, String)| {
            let moved = columns::placed(&columns, &from, &to);
            columns::keep(&key, &moved);
            oncolumns.emit(moved)
        })
    };
    let onboard = {
        let (state, set) = (state.clone(), set.clone());
        Callback::from(move |_: MouseEvent| set.emit(ListState { board: !state.board, ..state.clone() }))
    };
    let onarchived = {
        let (state, set) = (state.clone(), set.clone());
        Callback::from(move |_: MouseEvent| {
            set.emit(ListState { archived: !state.archived, view: String::new(), ..state.clone() })
        })
    };
    let export = {
        let exporting = exporting.clone();
        Callback::from(move |()| exporting.set(true))
    };
    let no_export = {
        let exporting = exporting.clone();
        Callback::from(move |()| exporting.set(false))
    };
    let new = create.reform(|_: MouseEvent| true);
    let has_board = super::board::has_board(meta);
    let title = html! { <>{ &meta.label_plural }if let Some(n) = records.now.total.filter(|_| !stale) { <span class="ml-2 text-sm font-normal tabular-nums text-base-content/70" data-testid="total">{ crate::format::group(n) }</span> }</> };
    let actions = html! { <>
    if meta.may("export") { <button class="btn btn-sm hidden sm:inline-flex" onclick={export.reform(|_: MouseEvent| ())} data-testid="export">{ icon("download", "size-4") }{ l.export() }</button> }
    if meta.may("import") { <Link<Route, ImportFor> to={Route::NewImport} query={ImportFor { object: meta.key.clone() }} classes="btn btn-sm hidden sm:inline-flex">{ icon("upload", "size-4") }{ l.import() }</Link<Route, ImportFor>> }
    if meta.may("create") { <button class="btn btn-sm btn-primary" data-testid="new" onclick={new.clone()}>{ icon("plus", "size-4") }{ l.new_of(&meta.label) }</button> }</> };
    let filter_props = (meta.clone(), state.filter.clone(), records.now.refs.clone(), onfilter.clone());
    let toolbar = html! {
    <div class="flex w-full items-center gap-1.5 px-3 pb-2.5 sm:w-auto sm:px-1 sm:pb-0">
        <SearchBox id="list-search" class="min-w-0 flex-1 sm:w-56 sm:flex-none" value={state.q.clone()} placeholder={l.search_in(&meta.label_plural)} onsearch={change(|s, v| s.q = v)} />
        <FilterButton meta={filter_props.0.clone()} filter={filter_props.1.clone()} refs={filter_props.2.clone()} onchange={filter_props.3.clone()} />
        <SortButton meta={meta.clone()} state={state.clone()} onchange={set.clone()} />
        if has_board { <button class={cls!("btn btn-sm btn-square", if state.board { "btn-active" } else { "btn-ghost" })} aria-pressed={state.board.to_string()} aria-label={l.board()} title={l.board()} onclick={onboard} data-testid="board">{ icon("kanban", "size-4") }</button> }
        <span class="hidden sm:block"><Columns meta={meta.clone()} columns={columns.clone()} onchange={oncolumns} /></span>
        <Popover right=true menu=true label={l.more()} button_class="btn btn-sm btn-square btn-ghost" button={html! { { icon("ellipsis", "size-4") } }} width="sm:w-48">
            { menu_item("archive", if state.archived { l.archived_hide() } else { l.archived_show() }, onarchived) }
            { menu_item("refresh-cw", l.reload(), records.reload.reform(|_| ())) }
            if meta.may("export") { { menu_item("download", l.export(), export.reform(|_| ())) } }
        </Popover>
    </div> };
    let queue = use_queue();
    let unsent = if state.archived { Vec::new() } else { waiting::new_ones(&queue, &meta.key, None) };
    let now = &records.now;
    let body = match &now.error {
        Some(e) if now.rows.is_empty() => html! { <Failed error={e.clone()} retry={records.reload.clone()} /> },
        _ if !now.ready => skeleton_rows(10),
        _ if now.rows.is_empty() && !unsent.is_empty() => html! {},
        _ if now.rows.is_empty() => empty(l, meta, &state, new),
        _ => {
            let props = yew::props!(super::table::TableProps {
                meta: meta.clone(),
                columns: columns.clone(),
                rows: now.rows.clone(),
                refs: now.refs.clone(),
                sort: state.sort.clone(),
                onsort,
                selected: (*selected).clone(),
                onselect,
                onselect_all,
                cursor: *cursor,
                onmore: records.more.clone(),
                has_more: now.next.is_some(),
                loading: now.loading,
                selectable: true,
                stale,
                failed: now.error.is_some(),
                onplace
            });
            html! { <Rows ..props /> }
        }
    };
    let export_filter = if chosen.is_empty() {
        both(extra, state.filter.clone())
    } else {
        Some(json!({ "field": "id", "op": "in", "value": chosen.iter().map(|r| text(r, "id")).collect::<Vec<_>>() }))
    };
    let beyond = now
        .total
        .filter(|_| now.next.is_some() && chosen.len() == now.rows.len())
        .map(|total| (state.api_query(tab_filter(&state.view)), total));
    html! { <>
        { page_head(title, actions) }
        if meta.key == "users" { <Lazy room={Room::Leavers} /> }
        <Card>
            if chosen.is_empty() {
                <div class="flex flex-wrap items-center justify-between gap-x-4 px-1"><div class="min-w-0 max-w-full"><Views meta={meta.clone()} state={state.clone()} onchange={set.clone()} /></div>{ toolbar }</div>
            } else { <Lazy room={Room::Bulk(Box::new(BulkProps { meta: meta.clone(), rows: chosen.clone(), beyond, archived: state.archived, onchoose, onexport: export }))} /> }
            <FilterChips meta={filter_props.0} filter={filter_props.1} refs={filter_props.2} onchange={filter_props.3} />
            if has_board && state.board { <Lazy room={Room::Board(Box::new(BoardProps { meta: meta.clone(), query: state.api_query(tab_filter(&state.view)) }))} /> } else { { waiting::lines(l, &unsent) }{ records.failure() }{ body } }
        </Card>
        if creating { <Lazy room={Room::Form(Box::new(yew::props!(RecordFormProps { meta: meta.clone(), onclose: create.reform(|()| false) })))} /> }
        if *exporting { <Lazy room={Room::Export(Box::new(ExportProps {
            meta: meta.clone(),
            columns,
            q: if chosen.is_empty() { state.q.clone() } else { String::new() },
            filter: export_filter,
            sort: sort_text(&state.sort),
            archived: state.archived,
            total: if chosen.is_empty() { now.total.filter(|_| !stale) } else { Some(chosen.len() as u64) },
            onclose: no_export,
        }))} /> }
    </> }
}

/// Opens the import of an object.
#[derive(Clone, PartialEq, serde::Serialize)]
struct ImportFor {
    object: String,
}

/// The fields that a list asks for: its columns and what rows need besides.
fn api_fields(meta: &ObjectMeta, columns: &[String]) -> String {
    let mut keys: Vec<&str> = vec!["id", "version"];
    keys.extend(columns.iter().map(String::as_str));
    keys.extend(["owner_id", "status", "customer_id", "tags"].into_iter().filter(|k| meta.field(k).is_some()));
    let mut seen = BTreeSet::new();
    keys.retain(|k| seen.insert(*k));
    keys.join(",")
}

fn empty(l: crate::i18n::Lang, meta: &ObjectMeta, state: &ListState, new: Callback<MouseEvent>) -> Html {
    let filtered = state.filter.is_some() || !state.q.is_empty() || state.archived || !state.view.is_empty();
    if filtered {
        return html! { <Empty icon="search" title={l.empty_filtered(&meta.label_plural)} body={l.empty_filtered_body()} /> };
    }
    let action = html! { <span class="flex gap-2">
    if meta.may("import") { <Link<Route, ImportFor> to={Route::NewImport} query={ImportFor { object: meta.key.clone() }} classes="btn btn-sm">{ icon("upload", "size-4") }{ l.import() }</Link<Route, ImportFor>> }
    if meta.may("create") { <button class="btn btn-sm btn-primary" onclick={new}>{ icon("plus", "size-4") }{ l.new_of(&meta.label) }</button> }</span> };
    html! { <Empty icon={crate::shell::object_icon(&meta.key)} title={l.empty_list(&meta.label_plural)} body={l.empty_list_body()} {action} /> }
}

/// `j` and `k` move, `x` chooses, Enter opens, `/` searches.
#[hook]
fn use_list_keys(
    object: &str,
    rows: &[Rc<Record>],
    cursor: &UseStateHandle<Option<usize>>,
    onselect: Callback<String>,
) {
    let navigator = use_navigator();
    let (object, cursor) = (object.to_owned(), cursor.clone());
    use_effect_with((rows.to_vec(), *cursor), move |(rows, at)| {
        let (rows, at) = (rows.clone(), *at);
        let listener = web_sys::window().map(|w| {
            gloo_events::EventListener::new_with_options(
                &w,
                "keydown",
                gloo_events::EventListenerOptions::enable_prevent_default(),
                move |e| {
                    let Some(e) = e.dyn_ref::<web_sys::KeyboardEvent>().filter(|e| !typing(e)) else { return };
                    let id = at.and_then(|i| rows.get(i)).map(|r| text(r, "id"));
                    match (e.key().as_str(), id) {
                        ("j", _) => cursor.set(Some(at.map_or(0, |i| (i + 1).min(rows.len().saturating_sub(1))))),
                        ("k", _) => cursor.set(Some(at.map_or(0, |i| i.saturating_sub(1)))),
                        ("x", Some(id)) => onselect.emit(id.to_owned()),
                        ("Enter" | "o", Some(id)) => {
                            if let Some(n) = &navigator {
                                n.push(&Route::record(&object, id))
                            }
                        }
                        ("e", Some(id)) => {
                            if let Some(n) = &navigator {
                                let _ =
                                    n.push_with_query(&Route::record(&object, id), yew_router::query::Raw("edit=1"));
                            }
                        }
                        ("/", _) => {
                            e.prevent_default();
                            focus_search()
                        }
                        _ => {}
                    }
                },
            )
        });
        move || drop(listener)
    });
}

fn typing(e: &web_sys::KeyboardEvent) -> bool {
    if e.meta_key() || e.ctrl_key() || e.alt_key() {
        return true;
    }
    let Some(d) = web_sys::window().and_then(|w| w.document()) else { return true };
    let inside = d
        .active_element()
        .is_some_and(|el| matches!(el.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT" | "BUTTON" | "A"));
    (inside && e.key() != "/" && !matches!(e.key().as_str(), "j" | "k" | "x" | "e"))
        || d.active_element().is_some_and(|el| {
            matches!(el.tag_name().as_str(), "TEXTAREA" | "SELECT")
                || el.tag_name() == "INPUT" && el.get_attribute("type").as_deref() != Some("checkbox")
        })
        || d.query_selector("dialog[open]").ok().flatten().is_some()
}

fn focus_search() {
    let input = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("list-search"));
    if let Some(el) = input.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = el.focus();
    }
}

/// A change of the list's state by a text.
type Change = dyn Fn(&mut ListState, String);

#[derive(Properties, PartialEq)]
struct SortProps {
    meta: ObjectMeta,
    state: ListState,
    onchange: Callback<ListState>,
}

/// Sort keys in their order, for phones and keyboards; heads of columns do the same with a mouse.
#[component]
fn SortButton(p: &SortProps) -> Html {
    let l = use_lang();
    let fields: Vec<(String, String)> =
        p.meta.fields.iter().filter(|f| f.sortable).map(|f| (f.key.clone(), f.label.clone())).collect();
    let with = |f: Rc<Change>| {
        let (state, onchange) = (p.state.clone(), p.onchange.clone());
        Callback::from(move |v: String| {
            let mut s = state.clone();
            f(&mut s, v);
            onchange.emit(s)
        })
    };
    let dir = [("up".to_owned(), l.sort_up().to_owned()), ("down".to_owned(), l.sort_down().to_owned())];
    let add = {
        let fields = fields.clone();
        with(Rc::new(move |s: &mut ListState, _| {
            if let Some((k, _)) = fields.iter().find(|(k, _)| s.sort.iter().all(|x| x.field != *k)) {
                s.toggle_sort(k, true)
            }
        }))
    };
    let n = p.state.sort.len();
    html! {
        <Popover right=true width="sm:w-80" label={l.sort()} button_class={cls!("btn btn-sm btn-square", if n > 0 { "" } else { "btn-ghost" })} button={html! { { icon("chevrons-up-down", "size-4") } }}>
            <p class="px-1.5 pb-1.5 text-xs text-base-content/70">{ l.sort() }</p>
            { for p.state.sort.iter().enumerate().map(|(i, k)| html! {
                <div class="mb-1.5 flex items-center gap-1.5 px-1" key={k.field.clone()}>
                    { select_field(&fields, &k.field, with(Rc::new(move |s: &mut ListState, v| s.sort_by(i, v)))) }
                    { crate::ui::field::select("direction", l.sort(), &dir, if k.descending { "down" } else { "up" }, "select-sm w-24", with(Rc::new(move |s: &mut ListState, v| if let Some(k) = s.sort.get_mut(i) { k.descending = v == "down" }))) }
                    <button class="btn btn-ghost btn-sm btn-square" aria-label={l.remove(p.meta.field(&k.field).map_or(&k.field, |f| &f.label))} onclick={with(Rc::new(move |s: &mut ListState, _| drop(s.sort.remove(i)))).reform(|_: MouseEvent| String::new())}>{ icon("x", "size-4") }</button>
                </div> }) }
            <button class="btn btn-ghost btn-sm text-primary" onclick={add.reform(|_: MouseEvent| String::new())}>{ icon("plus", "size-4") }{ l.sort_add() }</button>
        </Popover>
    }
}

fn select_field(fields: &[(String, String)], value: &str, onchange: Callback<String>) -> Html {
    crate::ui::field::select("sort-field", value, fields, value, "select-sm min-w-0 flex-1", onchange)
}
