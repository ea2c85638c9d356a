//! Rows on a desktop, a list on a phone. Only what is near the screen is drawn.

use super::value::{Refs, Show, first_of, has_avatar};
use super::widths::{Widths, use_widths};
use crate::data::listing::SortKey;
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, ObjectMeta, Record, text};
use crate::i18n::use_lang;
use crate::route::Route;
use crate::ui::cls;
use crate::ui::{avatar, spinner};
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;
use yew_router::prelude::*;

const ROW: usize = 44;
const WINDOW: usize = 48;
/// Rows below the window that are asked for before one comes to them.
const AHEAD: usize = 100;

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
}

fn right(f: &FieldMeta) -> bool {
    matches!(f.kind.as_str(), "money" | "number" | "percent" | "int")
}

/// The rows as a table, on screens that have room for one.
#[component]
pub(crate) fn Table(p: &TableProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let first = use_state_eq(|| 0usize);
    let node = use_node_ref();
    let widths = use_widths(&p.meta.key);
    let fields: Vec<&FieldMeta> = p.columns.iter().filter_map(|k| p.meta.field(k)).collect();
    let near_end = *first + WINDOW + AHEAD >= p.rows.len();
    {
        let (more, go) = (p.onmore.clone(), near_end && p.has_more && !p.loading && *first > 0);
        use_effect_with((go, p.rows.len()), move |(go, _)| {
            if *go {
                more.emit(())
            }
        });
    }
    let onscroll = {
        let first = first.clone();
        Callback::from(move |e: Event| {
            if let Some(el) = e.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) {
                let top = usize::try_from(el.scroll_top()).unwrap_or(0) / ROW;
                first.set((top.saturating_sub(12)) / 8 * 8);
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
    let from = (*first).min(p.rows.len());
    let to = (from + WINDOW).min(p.rows.len());
    let show = Show::new(l, &session, &p.refs);
    let all = !p.rows.is_empty() && p.rows.iter().all(|r| p.selected.contains(text(r, "id")));
    let first_width = fields.first().and_then(|f| widths.chosen(&f.key));
    let spare = fields.iter().skip(1).map(|f| widths.of(f)).sum::<usize>() + first_width.unwrap_or(240) + 40;
    html! {
        <div ref={node} {onscroll} class="hidden max-h-[calc(100dvh-13.5rem)] min-h-40 overflow-auto rounded-b-box sm:block" tabindex="-1">
        <table class={cls!("w-full table-fixed text-[13px]", (p.loading && p.rows.is_empty()).then_some("opacity-60"))} style={format!("min-width:{spare}px")} aria-rowcount={p.rows.len().to_string()}>
            <colgroup>if p.selectable { <col style="width:40px" /> }{ for fields.iter().enumerate().map(|(i, f)| if i == 0 && first_width.is_none() { html! { <col /> } } else { html! { <col style={format!("width:{}px", widths.of(f))} /> } }) }if first_width.is_some() { <col /> }</colgroup>
            <thead class="sticky top-0 z-[5] bg-base-200 text-left text-xs text-base-content/70"><tr class="h-9">
                if p.selectable { <th class="pl-4"><input type="checkbox" class="checkbox checkbox-xs align-middle" aria-label={l.select_all()} checked={all} onchange={p.onselect_all.reform(|_| ())} /></th> }
                { for fields.iter().map(|f| head(p, f, &widths)) }if first_width.is_some() { <th aria-hidden="true"></th> }
            </tr></thead>
            <tbody class="divide-y divide-base-300/70">
                if from > 0 { <tr style={format!("height:{}px", from * ROW)} aria-hidden="true"></tr> }
                { for (from..to).map(|i| row(p, &show, &fields, i)) }
                if to < p.rows.len() { <tr style={format!("height:{}px", (p.rows.len() - to) * ROW)} aria-hidden="true"></tr> }
            </tbody>
        </table>
        if p.has_more { <div class="grid h-12 place-items-center border-t border-base-300/70"><button class="btn btn-ghost btn-xs" onclick={p.onmore.reform(|_: MouseEvent| ())} disabled={p.loading}>if p.loading { { spinner() } }{ l.load_more() }</button></div> }
        </div>
    }
}

fn head(p: &TableProps, f: &FieldMeta, widths: &Widths) -> Html {
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
    html! {
        <th key={f.key.clone()} class={cls!("group/th relative px-3 font-medium", right(f).then_some("text-right"))} aria-sort={f.sortable.then_some(aria)} scope="col" onkeydown={widths.onkeydown(f)}>
            if f.sortable {
                <button class={cls!("group/h inline-flex max-w-full cursor-pointer items-center gap-1 hover:text-base-content", at.is_some().then_some("text-base-content"))} {onclick}><span class="truncate">{ &f.label }</span><span class={cls!("inline-flex", at.is_none().then_some("opacity-0 group-hover/h:opacity-60 group-focus/h:opacity-60"))}>{ crate::ui::icon(icon, "size-3.5") }</span>
                    if let Some(i) = at.filter(|_| p.sort.len() > 1) { <span class="tabular-nums text-[10px] opacity-70">{ i + 1 }</span> }</button>
            } else { <span class="block truncate">{ &f.label }</span> }
            { widths.edge(f) }
        </th>
    }
}

fn row(p: &TableProps, show: &Show, fields: &[&FieldMeta], i: usize) -> Html {
    let Some(r) = p.rows.get(i) else { return html! {} };
    let id = text(r, "id").to_owned();
    let on = p.selected.contains(&id);
    let title = p.meta.title_of(r);
    let onselect = {
        let (onselect, id) = (p.onselect.clone(), id.clone());
        Callback::from(move |_: Event| onselect.emit(id.clone()))
    };
    html! {
        <tr key={id.clone()} class={cls!("group h-11", if on { "bg-primary/6" } else { "hover:bg-base-200/60" }, (p.cursor == Some(i)).then_some("shadow-[inset_2px_0_0_var(--color-primary)]"))}>
            if p.selectable { <td class="pl-4"><input type="checkbox" class="checkbox checkbox-xs align-middle" aria-label={show.lang.select_one(&title)} checked={on} onchange={onselect} /></td> }
            { for fields.iter().enumerate().map(|(c, f)| if c == 0 { html! {
                <td class="px-3" key={f.key.clone()}><Link<Route> to={Route::record(&p.meta.key, &id)} classes="flex min-w-0 items-center gap-2.5 font-medium hover:text-primary">
                    if has_avatar(&p.meta.key) { { avatar(&title, "size-7 text-xs") } }<span class="truncate" title={title.clone()}>{ &title }</span></Link<Route>></td> } } else { html! {
                <td class={cls!("px-3", right(f).then_some("text-right"))} key={f.key.clone()}><div class={cls!("truncate", right(f).then_some("text-right"))}>{ show.field(f, r) }</div></td> } }) }
        </tr>
    }
}

/// The rows as a list for a thumb.
#[component]
pub(crate) fn PhoneList(p: &TableProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let show = Show::new(l, &session, &p.refs);
    let status = first_of(&p.meta, &p.columns, &["choice"]);
    let amount = first_of(&p.meta, &p.columns, &["money", "percent"]);
    let when = first_of(&p.meta, &p.columns, &["date", "datetime"]);
    let under: Vec<&FieldMeta> = p
        .columns
        .iter()
        .filter_map(|k| p.meta.field(k))
        .filter(|f| f.key != p.meta.title_field && matches!(f.kind.as_str(), "link" | "text" | "phone"))
        .take(2)
        .collect();
    html! {
        <div class="sm:hidden">
        <ul class="divide-y divide-base-300/70 border-t border-base-300">
            { for p.rows.iter().map(|r| { let (id, title) = (text(r, "id"), p.meta.title_of(r)); html! {
                <li key={id.to_owned()} class="[content-visibility:auto] [contain-intrinsic-size:auto_64px]"><Link<Route> to={Route::record(&p.meta.key, id)} classes="flex min-h-16 items-center gap-3 px-4 py-2.5 active:bg-base-200">
                    if has_avatar(&p.meta.key) { { avatar(&title, "size-9 text-sm") } }
                    <div class="min-w-0 flex-1">
                        <div class="flex items-baseline gap-3"><b class="min-w-0 flex-1 truncate text-sm font-semibold">{ &title }</b>if let Some(f) = amount { <span class="shrink-0 text-sm empty:hidden">{ nothing_or(&show, f, r) }</span> }</div>
                        <div class="mt-0.5 flex items-center gap-2 text-xs text-base-content/70">if let Some(f) = status { <span class="shrink-0 empty:hidden">{ nothing_or(&show, f, r) }</span> }
                            <span class="min-w-0 flex-1 truncate">{ for under.iter().filter_map(|f| words(&show, f, r)).enumerate().map(|(i, w)| html! { <>if i > 0 { { " · " } }{ w }</> }) }</span>
                            if let Some(f) = when { <span class="shrink-0 empty:hidden">{ nothing_or(&show, f, r) }</span> }</div>
                    </div>
                </Link<Route>></li> } }) }
        </ul>
        if p.has_more { <div class="grid h-14 place-items-center border-t border-base-300"><button class="btn btn-sm" onclick={p.onmore.reform(|_: MouseEvent| ())} disabled={p.loading}>if p.loading { { spinner() } }{ l.load_more() }</button></div> }
        </div>
    }
}

fn words(show: &Show, f: &FieldMeta, r: &Record) -> Option<String> {
    let v = crate::data::types::field_value(r, &f.key);
    (!v.is_null()).then(|| show.words(f, v))
}

fn nothing_or(show: &Show, f: &FieldMeta, r: &Record) -> Html {
    let v = crate::data::types::field_value(r, &f.key);
    if v.is_null() {
        html! {}
    } else {
        show.value(f, v)
    }
}
