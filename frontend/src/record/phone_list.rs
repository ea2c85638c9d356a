//! The rows of a list for a thumb: a name, a figure, and a line of what else matters. Only what is near the screen is drawn.

use super::table::{STALE, TableProps, use_more};
use super::value::{Show, first_of, has_avatar};
use super::window::Window;
use crate::browser::height;
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, Record, field_value, text};
use crate::i18n::use_lang;
use crate::route::{Route, anchor};
use crate::ui::{avatar, cls, spinner};
use yew::prelude::*;

/// The height of a row in pixels.
const ROW: usize = 68;

/// The part of the list on the screen, which scrolls with the page.
#[hook]
fn use_window(node: &NodeRef) -> Window {
    let window = use_state_eq(|| Window::at(0.0, height(), ROW));
    let (node, set) = (node.clone(), window.setter());
    use_effect_with((), move |()| {
        let listener = web_sys::window().map(|w| {
            gloo_events::EventListener::new(&w, "scroll", move |_| {
                if let Some(el) = node.cast::<web_sys::Element>() {
                    set.set(Window::at(-el.get_bounding_client_rect().top(), height(), ROW));
                }
            })
        });
        move || drop(listener)
    });
    *window
}

/// The list.
#[component]
pub(crate) fn PhoneList(p: &TableProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let node = use_node_ref();
    let window = use_window(&node);
    use_more(p, window);
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
    let (from, to) = window.of(p.rows.len());
    let gap = |key: &'static str, rows: usize| {
        (rows > 0).then(|| html! { <li {key} style={format!("height:{}px", rows * ROW)} aria-hidden="true"></li> })
    };
    let row = |r: &Record| {
        let (id, title) = (text(r, "id"), p.meta.title_of(r));
        let said: Vec<String> = under.iter().filter_map(|f| words(&show, f, r)).collect();
        let body = html! { <>
        if has_avatar(&p.meta.key) { { avatar(&title, "size-9 text-sm") } }
        <div class="min-w-0 flex-1">
            <div class="flex items-baseline gap-3"><b class="min-w-0 flex-1 truncate text-sm font-semibold">{ &title }</b>if let Some(f) = amount { <span class="shrink-0 text-sm empty:hidden">{ nothing_or(&show, f, r) }</span> }</div>
            <div class="mt-0.5 flex items-center gap-2 text-xs text-base-content/70">if let Some(f) = status { <span class="shrink-0 empty:hidden">{ nothing_or(&show, f, r) }</span> }
                <span class="min-w-0 flex-1 truncate">{ said.join(" · ") }</span>
                if let Some(f) = when { <span class="shrink-0 empty:hidden">{ nothing_or(&show, f, r) }</span> }</div>
        </div></> };
        html! { <li key={id.to_owned()} data-id={id.to_owned()} class="h-17 border-t border-base-300/70">{ anchor(&Route::record(&p.meta.key, id), "flex h-full items-center gap-3 px-4 active:bg-base-200", body) }</li> }
    };
    html! {
        <div class="[overflow-anchor:none]">
        <ul ref={node} class={cls!(p.stale.then_some(STALE))}>{ for gap("above", from).into_iter().chain(p.rows.iter().take(to).skip(from).map(|r| row(r))).chain(gap("below", p.rows.len() - to)) }</ul>
        if p.has_more { <div class="grid h-14 place-items-center border-t border-base-300"><button class="btn btn-sm" onclick={p.onmore.reform(|_: MouseEvent| ())} disabled={p.loading}>if p.loading { { spinner() } }{ l.load_more() }</button></div> }
        </div>
    }
}

pub(super) fn words(show: &Show, f: &FieldMeta, r: &Record) -> Option<String> {
    let v = field_value(r, &f.key);
    (!v.is_null()).then(|| show.words(f, v))
}

fn nothing_or(show: &Show, f: &FieldMeta, r: &Record) -> Html {
    let v = field_value(r, &f.key);
    if v.is_null() {
        html! {}
    } else {
        show.value(f, v)
    }
}
