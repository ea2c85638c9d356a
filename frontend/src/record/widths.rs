//! Widths of columns: by the kind of value, until somebody drags them; kept in this browser by object.

use crate::browser;
use crate::data::types::FieldMeta;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;

const LEAST: usize = 64;
const MOST: usize = 640;

/// The width of a column in pixels, by its kind.
pub(crate) fn usual(f: &FieldMeta) -> usize {
    match f.kind.as_str() {
        "bool" => 84,
        "choice" | "percent" | "int" => 108,
        "money" | "number" | "date" => 116,
        "datetime" => 142,
        "email" | "url" | "tags" => 180,
        "long_text" => 240,
        "link" if f.link.as_deref() != Some("users") => 190,
        "phone" => 136,
        _ => 118,
    }
}

/// The chosen widths of a list, and what the edges of its heads do.
#[derive(Clone, PartialEq)]
pub(crate) struct Widths {
    chosen: UseStateHandle<Rc<BTreeMap<String, usize>>>,
    object: String,
    /// The column being dragged, where the pointer went down, and how wide it was then.
    drag: NodeDrag,
}

type NodeDrag = Rc<std::cell::RefCell<Option<(String, i32, usize)>>>;

/// Reads the widths kept for an object.
#[hook]
pub(crate) fn use_widths(object: &str) -> Widths {
    let chosen = use_state_eq(|| Rc::new(read(&browser::stored(&format!("widths.{object}")).unwrap_or_default())));
    let drag = use_mut_ref(|| None);
    Widths { chosen, object: object.to_owned(), drag }
}

impl Widths {
    /// The width of a column, where one was chosen.
    pub(crate) fn chosen(&self, key: &str) -> Option<usize> {
        self.chosen.get(key).copied()
    }

    /// The width of a column.
    pub(crate) fn of(&self, f: &FieldMeta) -> usize {
        self.chosen(&f.key).unwrap_or_else(|| usual(f))
    }

    fn set(&self, key: &str, width: Option<usize>) {
        let mut now = (**self.chosen).clone();
        match width {
            Some(w) => now.insert(key.to_owned(), w.clamp(LEAST, MOST)),
            None => now.remove(key),
        };
        browser::store(&format!("widths.{}", self.object), &text(&now));
        self.chosen.set(Rc::new(now));
    }

    /// Shift with an arrow widens or narrows the column whose head has the focus.
    pub(crate) fn onkeydown(&self, f: &FieldMeta) -> Callback<KeyboardEvent> {
        let (this, key, width) = (self.clone(), f.key.clone(), self.of(f));
        Callback::from(move |e: KeyboardEvent| {
            let by = match (e.shift_key(), e.key().as_str()) {
                (true, "ArrowRight") => 16,
                (true, "ArrowLeft") => -16,
                _ => return,
            };
            e.prevent_default();
            this.set(&key, Some(width.saturating_add_signed(by)));
        })
    }

    /// The edge of a column's head: dragged it changes the width, a double click brings the usual one back.
    pub(crate) fn edge(&self, f: &FieldMeta) -> Html {
        let key = f.key.clone();
        let onpointerdown = {
            let (this, key) = (self.clone(), key.clone());
            Callback::from(move |e: PointerEvent| {
                let Some(el) = e.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else { return };
                let head = el.parent_element().map_or(LEAST, |h| usize::try_from(h.client_width()).unwrap_or(LEAST));
                e.prevent_default();
                let _ = el.set_pointer_capture(e.pointer_id());
                *this.drag.borrow_mut() = Some((key.clone(), e.client_x(), head));
            })
        };
        let onpointermove = {
            let this = self.clone();
            Callback::from(move |e: PointerEvent| {
                let held = this.drag.borrow().clone();
                if let Some((key, from, width)) = held {
                    let by = isize::try_from(e.client_x() - from).unwrap_or(0);
                    this.set(&key, Some(width.saturating_add_signed(by)));
                }
            })
        };
        let onpointerup = {
            let drag = self.drag.clone();
            Callback::from(move |_: PointerEvent| *drag.borrow_mut() = None)
        };
        let ondblclick = {
            let this = self.clone();
            Callback::from(move |_: MouseEvent| this.set(&key, None))
        };
        html! { <span class="absolute inset-y-1.5 right-0 w-2 cursor-col-resize touch-none border-r border-transparent hover:border-primary group-hover/th:border-base-300" data-edge={f.key.clone()} aria-hidden="true" {onpointerdown} {onpointermove} onpointercancel={onpointerup.clone()} {onpointerup} {ondblclick}></span> }
    }
}

fn read(text: &str) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for pair in text.split(',') {
        if let Some((key, width)) = pair.split_once('=').and_then(|(k, w)| Some((k, w.parse::<usize>().ok()?))) {
            out.insert(key.to_owned(), width.clamp(LEAST, MOST));
        }
    }
    out
}

fn text(widths: &BTreeMap<String, usize>) -> String {
    widths.iter().map(|(k, w)| format!("{k}={w}")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_survive_being_kept_and_nonsense_is_passed_over() {
        let kept = read("name=200,city=9000,broken,x=y");
        assert_eq!(text(&kept), "city=640,name=200");
        assert_eq!(read(&text(&kept)), kept);
        assert!(read("").is_empty());
    }
}
