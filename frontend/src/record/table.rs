//! The rows of a list as a table, on screens that have room for one. Only what is near the screen is drawn, and a row is
//! drawn anew only when something of it has changed.

use super::phone_list::PhoneList;
use super::value::{Refs, Show, has_avatar};
use super::widths::{Widths, use_widths};
use super::window::Window;
use crate::browser::{height, use_phone};
use crate::data::listing::SortKey;
use crate::data::session::{Session, use_session};
use crate::data::types::{FieldMeta, ObjectMeta, Record, text};
use crate::i18n::{Lang, use_lang};
use crate::route::{Route, anchor};
use crate::ui::cls;
use crate::ui::{avatar, spinner};
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// The height of a row in pixels.
const ROW: usize = 44;
/// How rows look that answer what was asked before: not at once, an answer mostly comes sooner.
pub(crate) const STALE: &str = "opacity-50 transition-opacity delay-200";

#[derive(Clone, Properties, PartialEq)]
pub(crate) struct TableProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Rc<Record>>,
    pub(crate) refs: Rc<Refs>,
    pub(crate) sort: Vec<SortKey>,
    pub(crate) onsort: Callback<(String, bool)>,
    pub(crate) selected: Rc<BTreeSet<String>>,
    pub(crate) onselect: Callback<String>,
    pub(crate) onselect_all: Callback<()>,
    /// The row under the keyboard.
    pub(crate) cursor: Option<usize>,
    pub(crate) onmore: Callback<()>,
    pub(crate) has_more: bool,
    pub(crate) loading: bool,
    pub(crate) selectable: bool,
    /// The rows answer what was asked before.
    #[prop_or_default]
    pub(crate) stale: bool,
    /// The last request failed: what comes next is asked for by hand.
    #[prop_or_default]
    pub(crate) failed: bool,
    /// A column was dropped on the place of another one.
    #[prop_or_default]
    pub(crate) onplace: Option<Callback<(String, String)>>,
}

/// The rows of a list: a table where there is room for one, else a list for a thumb.
#[component]
pub(crate) fn Rows(p: &TableProps) -> Html {
    if use_phone() {
        html! { <PhoneList ..p.clone() /> }
    } else {
        html! { <Table ..p.clone() /> }
    }
}

fn right(f: &FieldMeta) -> bool {
    matches!(f.kind.as_str(), "money" | "number" | "percent" | "int")
}

/// Asks for the next page before one comes to the end of what is loaded; not again by itself after it has failed, which
/// would ask without end.
#[hook]
pub(super) fn use_more(p: &TableProps, window: Window) {
    let go = window.near_end(p.rows.len()) && p.has_more && !p.loading && !p.failed && window.first > 0;
    let more = p.onmore.clone();
    use_effect_with((go, p.rows.len()), move |(go, _)| {
        if *go {
            more.emit(())
        }
    });
}

#[component]
fn Table(p: &TableProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let window = use_state_eq(|| Window::at(0.0, height(), ROW));
    let node = use_node_ref();
    let widths = use_widths(&p.meta.key);
    let over = use_state_eq(|| None::<String>);
    use_more(p, *window);
    let onscroll = {
        let window = window.clone();
        Callback::from(move |e: Event| {
            if let Some(el) = e.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) {
                window.set(Window::at(f64::from(el.scroll_top()), f64::from(el.client_height()), ROW));
            }
        })
    };
    {
        let node = node.clone();
        use_effect_with(p.cursor, move |cursor| {
            if let (Some(i), Some(el)) = (*cursor, node.cast::<web_sys::Element>()) {
                let (top, height) = (el.scroll_top(), el.client_height());
                let y = i32::try_from(i * ROW).unwrap_or(0);
                if y < top {
                    el.set_scroll_top(y)
                } else if y + 2 * 44 > top + height {
                    el.set_scroll_top(y + 3 * 44 - height)
                }
            }
        });
    }
    let shared = {
        let (meta, refs, session, onselect) = (p.meta.clone(), p.refs.clone(), session.clone(), p.onselect.clone());
        let parts = (meta, p.columns.clone(), refs, session, l, p.selectable, onselect);
        use_memo(parts, |(meta, columns, refs, session, lang, selectable, onselect)| {
            let at = |k: &String| meta.fields.iter().position(|f| f.key == *k);
            Shared {
                fields: columns.iter().filter_map(at).collect(),
                meta: meta.clone(),
                refs: refs.clone(),
                session: session.clone(),
                lang: *lang,
                selectable: *selectable,
                onselect: onselect.clone(),
            }
        })
    };
    let fields: Vec<&FieldMeta> = p.columns.iter().filter_map(|k| p.meta.field(k)).collect();
    let (from, to) = window.of(p.rows.len());
    let all = !p.rows.is_empty() && p.rows.iter().all(|r| p.selected.contains(text(r, "id")));
    let first_width = fields.first().and_then(|f| widths.chosen(&f.key));
    let spare = fields.iter().skip(1).map(|f| widths.of(f)).sum::<usize>() + first_width.unwrap_or(240) + 40;
    let row = |i: usize| {
        let Some(r) = p.rows.get(i) else { return html! {} };
        let id = text(r, "id");
        html! { <Row key={id.to_owned()} shared={SharedRef(shared.clone())} row={r.clone()} on={p.selected.contains(id)} under={p.cursor == Some(i)} off={p.stale} /> }
    };
    // The two gaps have keys like the rows: among unkeyed siblings every row would be made anew with every step.
    let gap = |key: &'static str, rows: usize| {
        (rows > 0).then(|| html! { <tr {key} style={format!("height:{}px", rows * ROW)} aria-hidden="true"></tr> })
    };
    html! {
        <div ref={node} {onscroll} class="max-h-[calc(100dvh-13.5rem)] min-h-40 overflow-auto rounded-b-box [overflow-anchor:none]" tabindex="-1">
        <table class={cls!("w-full table-fixed border-separate border-spacing-0 text-[13px]", (p.loading && p.rows.is_empty()).then_some("opacity-60"), p.stale.then_some(STALE))} style={format!("min-width:{spare}px")} aria-rowcount={p.rows.len().to_string()}>
            <colgroup>if p.selectable { <col style="width:40px" /> }{ for fields.iter().enumerate().map(|(i, f)| if i == 0 && first_width.is_none() { html! { <col /> } } else { html! { <col style={format!("width:{}px", widths.of(f))} /> } }) }if first_width.is_some() { <col /> }</colgroup>
            <thead class="sticky top-0 z-[5] bg-base-200 text-left text-xs text-base-content/70"><tr class="h-9">
                if p.selectable { <th class="pl-4"><input type="checkbox" class="checkbox checkbox-xs align-middle" aria-label={l.select_all()} checked={all} disabled={p.stale} onchange={p.onselect_all.reform(|_| ())} /></th> }
                { for fields.iter().enumerate().map(|(i, f)| head(p, f, &widths, (i > 0).then_some(&over))) }if first_width.is_some() { <th aria-hidden="true"></th> }
            </tr></thead>
            <tbody>{ for gap("above", from).into_iter().chain((from..to).map(row)).chain(gap("below", p.rows.len() - to)) }</tbody>
        </table>
        if p.has_more { <div class="grid h-12 place-items-center"><button class="btn btn-ghost btn-xs" onclick={p.onmore.reform(|_: MouseEvent| ())} disabled={p.loading}>if p.loading { { spinner() } }{ l.load_more() }</button></div> }
        </div>
    }
}

fn head(p: &TableProps, f: &FieldMeta, widths: &Widths, over: Option<&UseStateHandle<Option<String>>>) -> Html {
    let at = p.sort.iter().position(|k| k.field == f.key);
    let down = at.and_then(|i| p.sort.get(i)).is_some_and(|k| k.descending);
    let aria = match (at, down) {
        (None, _) => "none",
        (Some(_), true) => "descending",
        (Some(_), false) => "ascending",
    };
    let icon = match at {
        None => "chevrons-up-down",
        Some(_) if down => "chevron-down",
        Some(_) => "chevron-up",
    };
    let onclick = {
        let (onsort, key) = (p.onsort.clone(), f.key.clone());
        Callback::from(move |e: MouseEvent| onsort.emit((key.clone(), e.shift_key())))
    };
    let drag = over.zip(p.onplace.clone()).map(|(over, place)| Drag::new(f, over, place)).unwrap_or_default();
    html! {
        <th key={f.key.clone()} class={cls!("group/th relative px-3 font-medium", right(f).then_some("text-right"), drag.over.then_some("shadow-[inset_2px_0_0_var(--color-primary)]"))} aria-sort={f.sortable.then_some(aria)} scope="col" onkeydown={widths.onkeydown(f)}
            draggable={drag.may.then_some("true")} ondragstart={drag.start} ondragover={drag.enter} ondragleave={drag.leave} ondrop={drag.drop}>
            if f.sortable {
                <button class={cls!("group/h inline-flex max-w-full cursor-pointer items-center gap-1 hover:text-base-content", at.is_some().then_some("text-base-content"))} {onclick}><span class="truncate">{ &f.label }</span><span class={cls!("inline-flex", at.is_none().then_some("opacity-0 group-hover/h:opacity-60 group-focus/h:opacity-60"))}>{ crate::ui::icon(icon, "size-3.5") }</span>
                    if let Some(i) = at.filter(|_| p.sort.len() > 1) { <span class="tabular-nums text-[10px] opacity-70">{ i + 1 }</span> }</button>
            } else { <span class="block truncate">{ &f.label }</span> }
            { widths.edge(f) }
        </th>
    }
}

/// Dragging a head to the place of another one; the first column stays. The panel of columns does the same by keyboard.
#[derive(Default)]
struct Drag {
    may: bool,
    over: bool,
    start: Option<Callback<DragEvent>>,
    enter: Option<Callback<DragEvent>>,
    leave: Option<Callback<DragEvent>>,
    drop: Option<Callback<DragEvent>>,
}

/// What a dragged head carries, so that nothing else that is dropped here is taken for one.
const DRAGGED: &str = "application/x-flywheel-column";

impl Drag {
    fn new(f: &FieldMeta, over: &UseStateHandle<Option<String>>, place: Callback<(String, String)>) -> Drag {
        let key = f.key.clone();
        let start = {
            let key = key.clone();
            Callback::from(move |e: DragEvent| {
                if let Some(d) = e.data_transfer() {
                    let _ = d.set_data(DRAGGED, &key);
                }
            })
        };
        let enter = {
            let (over, key) = (over.clone(), key.clone());
            Callback::from(move |e: DragEvent| {
                if e.data_transfer().is_some_and(|d| d.types().includes(&DRAGGED.into(), 0)) {
                    e.prevent_default();
                    over.set(Some(key.clone()))
                }
            })
        };
        let leave = {
            let over = over.clone();
            Callback::from(move |_: DragEvent| over.set(None))
        };
        let drop = {
            let (over, key) = (over.clone(), key.clone());
            Callback::from(move |e: DragEvent| {
                over.set(None);
                let from = e.data_transfer().and_then(|d| d.get_data(DRAGGED).ok()).unwrap_or_default();
                if !from.is_empty() {
                    e.prevent_default();
                    place.emit((from, key.clone()))
                }
            })
        };
        let lit = over.as_deref() == Some(key.as_str());
        Drag { may: true, over: lit, start: Some(start), enter: Some(enter), leave: Some(leave), drop: Some(drop) }
    }
}

/// What all rows of a table have in common.
struct Shared {
    meta: ObjectMeta,
    /// The columns, as places in the object's fields.
    fields: Vec<usize>,
    refs: Rc<Refs>,
    session: Session,
    lang: Lang,
    selectable: bool,
    onselect: Callback<String>,
}

#[derive(Clone)]
struct SharedRef(Rc<Shared>);

impl PartialEq for SharedRef {
    fn eq(&self, other: &SharedRef) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    shared: SharedRef,
    row: Rc<Record>,
    /// It is chosen.
    on: bool,
    /// It is under the keyboard.
    under: bool,
    /// It cannot be chosen just now.
    off: bool,
}

#[component]
fn Row(p: &RowProps) -> Html {
    let s = &*p.shared.0;
    let show = Show::new(s.lang, &s.session, &s.refs);
    let id = text(&p.row, "id").to_owned();
    let title = s.meta.title_of(&p.row);
    let onselect = {
        let id = id.clone();
        s.onselect.reform(move |_: Event| id.clone())
    };
    let cell = |(c, f): (usize, &FieldMeta)| {
        if c > 0 {
            return html! { <td class={cls!("border-t border-base-300/70 px-3", right(f).then_some("text-right"))}><div class={cls!("truncate", right(f).then_some("text-right"))}>{ show.field(f, &p.row) }</div></td> };
        }
        let name = html! { <>if has_avatar(&s.meta.key) { { avatar(&title, "size-7 text-xs") } }<span class="truncate" title={title.clone()}>{ &title }</span></> };
        html! { <td class="border-t border-base-300/70 px-3">{ anchor(&Route::record(&s.meta.key, &id), "flex min-w-0 items-center gap-2.5 font-medium hover:text-primary", name) }</td> }
    };
    html! {
        <tr data-id={id.clone()} class={cls!("group h-11", if p.on { "bg-primary/6" } else { "hover:bg-base-200/60" }, p.under.then_some("shadow-[inset_2px_0_0_var(--color-primary)]"))}>
            if s.selectable { <td class="border-t border-base-300/70 pl-4"><input type="checkbox" class="checkbox checkbox-xs align-middle" aria-label={s.lang.select_one(&title)} checked={p.on} disabled={p.off} onchange={onselect} /></td> }
            { for s.fields.iter().filter_map(|i| s.meta.fields.get(*i)).enumerate().map(cell) }
        </tr>
    }
}
