//! Things over the page: drawers (bottom sheets on phones), dialogs, pop-over panels, menus.

use super::icon;
use crate::browser::{self, focus_step};
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::field::composing;
use wasm_bindgen::JsCast;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// Opens a `<dialog>` as a modal when it appears: the browser keeps the focus inside and closes it on Escape. One that the
/// browser closed although the page still shows it, as it does on a second "back" of a phone, is opened again.
#[hook]
fn use_modal() -> NodeRef {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect(move || {
            if let Some(d) = node.cast::<web_sys::HtmlDialogElement>() {
                show(&d);
            }
        });
    }
    node
}

fn show(d: &web_sys::HtmlDialogElement) {
    if d.is_connected() && !d.open() {
        let _ = d.show_modal();
        if let Ok(Some(body)) = d.query_selector("[data-body]") {
            browser::focus_inside(&body);
        }
    }
}

/// The browser has closed a dialog that the page still shows: nothing need be drawn anew for it to come back.
fn reopen(e: Event) {
    if let Some(d) = e.target_dyn_into::<web_sys::HtmlDialogElement>() {
        show(&d);
    }
}

/// Calls back on Escape and on a click beside the dialog. Escape is taken as a key before the browser makes a `cancel` of
/// it: the second one in a row would close the dialog whatever the page says.
fn dismiss(onclose: &Callback<()>) -> (Callback<Event>, Callback<MouseEvent>, Callback<KeyboardEvent>) {
    let cancel = onclose.reform(|e: Event| e.prevent_default());
    let escape = onclose.clone();
    let key = Callback::from(move |e: KeyboardEvent| {
        if e.key() == "Escape" && !composing(&e) && !e.default_prevented() {
            e.prevent_default();
            escape.emit(());
        }
    });
    let close = onclose.clone();
    let beside = Callback::from(move |e: MouseEvent| {
        let target = e.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|t| t.tag_name() == "DIALOG") {
            close.emit(());
        }
    });
    (cancel, beside, key)
}

#[derive(Properties, PartialEq)]
pub(crate) struct DrawerProps {
    pub(crate) title: AttrValue,
    pub(crate) onclose: Callback<()>,
    pub(crate) children: Html,
    #[prop_or_default]
    pub(crate) footer: Html,
    #[prop_or_default]
    pub(crate) wide: bool,
    /// Only a button in the footer closes the dialog: what it shows is not shown again.
    #[prop_or_default]
    pub(crate) held: bool,
}

/// A sheet from the right on a desktop, from below on a phone.
#[component]
pub(crate) fn Drawer(p: &DrawerProps) -> Html {
    let l = use_lang();
    let node = use_modal();
    let (oncancel, onmousedown, onkeydown) = dismiss(&p.onclose);
    let width = if p.wide { "sm:w-[640px]" } else { "sm:w-[460px]" };
    html! {
        <dialog ref={node} {oncancel} onclose={reopen} {onmousedown} {onkeydown} aria-label={p.title.clone()}
            class={cls!("sheet-in m-0 fixed inset-x-0 bottom-0 top-auto w-full max-w-none max-h-[92dvh] rounded-t-2xl bg-base-100 text-base-content shadow-xl backdrop:bg-black/35 sm:inset-y-0 sm:left-auto sm:right-0 sm:h-dvh sm:max-h-none sm:rounded-none", width)}>
            <div class="flex max-h-[92dvh] flex-col sm:h-full sm:max-h-none">
                <header class="flex h-13 shrink-0 items-center justify-between border-b border-base-300 pl-5 pr-3">
                    <h2 class="truncate text-[15px] font-semibold">{ &p.title }</h2>
                    <button type="button" class="btn btn-ghost btn-sm btn-square" onclick={p.onclose.reform(|_: MouseEvent| ())} aria-label={l.close()}>{ icon("x", "size-4") }</button>
                </header>
                <div class="flex-1 overflow-y-auto px-5 py-4" data-body="" tabindex="0">{ p.children.clone() }</div>
                if p.footer != Html::default() { <footer class="flex shrink-0 items-center justify-end gap-2 border-t border-base-300 px-5 py-3">{ p.footer.clone() }</footer> }
            </div>
        </dialog>
    }
}

/// A small window in the middle.
#[component]
pub(crate) fn Dialog(p: &DrawerProps) -> Html {
    let l = use_lang();
    let node = use_modal();
    let (oncancel, onmousedown, onkeydown) = dismiss(&if p.held { Callback::noop() } else { p.onclose.clone() });
    let width = if p.wide { "sm:max-w-2xl" } else { "sm:max-w-md" };
    html! {
        <dialog ref={node} {oncancel} onclose={reopen} {onmousedown} {onkeydown} aria-label={p.title.clone()}
            class={cls!("sheet-in m-auto w-[calc(100%-2rem)] rounded-2xl bg-base-100 text-base-content shadow-xl backdrop:bg-black/35", width)}>
            <header class="flex h-13 items-center justify-between pl-5 pr-3">
                <h2 class="text-[15px] font-semibold">{ &p.title }</h2>
                if !p.held { <button type="button" class="btn btn-ghost btn-sm btn-square" onclick={p.onclose.reform(|_: MouseEvent| ())} aria-label={l.close()}>{ icon("x", "size-4") }</button> }
            </header>
            <div class="max-h-[70dvh] overflow-y-auto px-5 pb-4 text-[13px]" data-body="" tabindex="0">{ p.children.clone() }</div>
            if p.footer != Html::default() { <footer class="flex justify-end gap-2 border-t border-base-300 px-5 py-3">{ p.footer.clone() }</footer> }
        </dialog>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ConfirmProps {
    pub(crate) title: AttrValue,
    pub(crate) body: AttrValue,
    pub(crate) action: AttrValue,
    /// What leads back; "cancel" where nothing else is said.
    #[prop_or_default]
    pub(crate) back: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) danger: bool,
    pub(crate) onyes: Callback<()>,
    pub(crate) onclose: Callback<()>,
}

/// Asks before something that matters.
#[component]
pub(crate) fn Confirm(p: &ConfirmProps) -> Html {
    let l = use_lang();
    let yes = {
        let (yes, close) = (p.onyes.clone(), p.onclose.clone());
        Callback::from(move |_: MouseEvent| {
            close.emit(());
            yes.emit(())
        })
    };
    let footer = html! { <>
        <button class="btn btn-sm btn-ghost" onclick={p.onclose.reform(|_: MouseEvent| ())}>{ p.back.clone().unwrap_or_else(|| l.cancel().into()) }</button>
        <button class={cls!("btn btn-sm", if p.danger { "btn-error" } else { "btn-primary" })} onclick={yes}>{ &p.action }</button>
    </> };
    html! { <Dialog title={p.title.clone()} onclose={p.onclose.clone()} {footer}><p class="leading-6 text-base-content/80">{ &p.body }</p></Dialog> }
}

/// Counts something on screen as not saved while `unsaved`: one is asked before the page is left, by a link or altogether.
#[hook]
pub(crate) fn use_unsaved(unsaved: bool) {
    let l = use_lang();
    use_effect_with((unsaved, l), |(unsaved, l)| {
        let by = i32::from(*unsaved);
        browser::count_unsaved(by, l.unsaved_leave());
        move || browser::count_unsaved(-by, "")
    });
}

/// Asks before a way out that is no link, where something on screen is not saved.
pub(crate) fn may_leave(l: Lang) -> bool {
    browser::may_leave(l.unsaved_leave())
}

/// The way out of a drawer, and the question that stands beside it where leaving would lose what was typed.
#[hook]
pub(crate) fn use_leave(unsaved: bool, onclose: Callback<()>) -> (Callback<()>, Html) {
    let l = use_lang();
    use_unsaved(unsaved);
    let asking = use_state_eq(|| false);
    let leave = {
        let (asking, onclose) = (asking.clone(), onclose.clone());
        Callback::from(move |()| match unsaved {
            true => asking.set(true),
            false => onclose.emit(()),
        })
    };
    let stay = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(false))
    };
    let question = html! { if *asking { <Confirm title={l.unsaved_title()} body={l.unsaved_body()} action={l.unsaved_drop()} back={AttrValue::from(l.unsaved_stay())} danger=true onyes={onclose} onclose={stay} /> } };
    (leave, question)
}

#[derive(Properties, PartialEq)]
pub(crate) struct PopoverProps {
    /// What the button shows.
    pub(crate) button: Html,
    #[prop_or_default]
    pub(crate) button_class: Classes,
    #[prop_or_default]
    pub(crate) label: AttrValue,
    pub(crate) children: Html,
    /// Aligned with the button's right edge.
    #[prop_or_default]
    pub(crate) right: bool,
    #[prop_or("sm:w-64")]
    pub(crate) width: &'static str,
    /// A click inside closes it, as in a menu.
    #[prop_or_default]
    pub(crate) menu: bool,
    /// Opens upwards.
    #[prop_or_default]
    pub(crate) up: bool,
}

/// A button with a panel under it (at the bottom of the screen on phones). The panel is placed on the screen, so that no
/// scrolling box around the button cuts it off.
#[component]
pub(crate) fn Popover(p: &PopoverProps) -> Html {
    let open = use_state_eq(|| None::<(String, bool)>);
    let node = use_node_ref();
    let panel = use_node_ref();
    {
        let (panel, menu) = (panel.clone(), p.menu);
        use_effect_with(open.is_some(), move |on| {
            if let Some(panel) = panel.cast::<web_sys::Element>().filter(|_| *on && menu) {
                focus_step(&panel, "Home");
            }
        });
    }
    // A menu that closes leaves the focus where it was opened.
    let back = {
        let (node, menu) = (node.clone(), p.menu);
        move || {
            if let Some(button) = node.cast::<web_sys::HtmlElement>().filter(|_| menu) {
                let _ = button.focus();
            }
        }
    };
    let flip = {
        let (open, node, right, up) = (open.clone(), node.clone(), p.right, p.up);
        Callback::from(move |e: MouseEvent| {
            e.stop_propagation();
            e.prevent_default();
            open.set(if open.is_some() { None } else { Some(place(&node, right, up)) });
        })
    };
    let close = {
        let open = open.clone();
        Callback::from(move |e: MouseEvent| {
            e.stop_propagation();
            open.set(None)
        })
    };
    let inside = {
        let (open, menu, back) = (open.clone(), p.menu, back.clone());
        Callback::from(move |e: MouseEvent| {
            e.stop_propagation();
            if menu {
                open.set(None);
                back()
            }
        })
    };
    let onkeydown = {
        let (open, menu, panel) = (open.clone(), p.menu, panel.clone());
        Callback::from(move |e: KeyboardEvent| {
            if open.is_none() {
                return;
            }
            let escape = e.key() == "Escape" && !composing(&e);
            let panel = panel.cast::<web_sys::Element>().filter(|_| menu && e.key() != "Escape");
            if escape || panel.is_some_and(|panel| focus_step(&panel, &e.key())) {
                e.stop_propagation();
                e.prevent_default();
            }
            if escape {
                open.set(None);
                back()
            }
        })
    };
    let up = open.as_ref().is_some_and(|(_, up)| *up);
    let shift = match (p.right, up) {
        (true, true) => "sm:left-auto sm:right-(--px) sm:bottom-(--py) sm:top-auto",
        (true, false) => "sm:left-auto sm:right-(--px) sm:top-(--py) sm:bottom-auto",
        (false, true) => "sm:left-(--px) sm:right-auto sm:bottom-(--py) sm:top-auto",
        (false, false) => "sm:left-(--px) sm:right-auto sm:top-(--py) sm:bottom-auto",
    };
    html! {
        <div class="relative min-w-0" {onkeydown}>
            <button ref={node} type="button" class={p.button_class.clone()} onclick={flip} aria-expanded={open.is_some().to_string()} aria-haspopup="true" aria-label={(!p.label.is_empty()).then(|| p.label.clone())}>{ p.button.clone() }</button>
            if let Some((style, _)) = &*open {
                <div class="fixed inset-0 z-40 bg-black/20 sm:bg-transparent" onclick={close}></div>
                <div ref={panel} onclick={inside} role={if p.menu { "menu" } else { "group" }} style={style.clone()} class={cls!("sheet-in fixed inset-x-0 bottom-0 z-50 max-h-[75dvh] overflow-y-auto rounded-t-2xl border border-base-300 bg-base-100 p-2 pb-5 text-left font-normal text-[13px] text-base-content shadow-lg sm:max-h-[70vh] sm:rounded-xl sm:pb-2", shift, p.width)}>{ p.children.clone() }</div>
            }
        </div>
    }
}

/// The height in pixels that most panels need.
const ROOM: f64 = 380.0;

/// Where the panel of a button goes, as two custom properties of its style, and whether it opens upwards: when asked to,
/// and where there is more room above than below a button near the end of the window.
fn place(node: &NodeRef, right: bool, up: bool) -> (String, bool) {
    let rect = node.cast::<web_sys::Element>().map(|e| e.get_bounding_client_rect());
    let size = |v: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| v.ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
    let (width, height) = web_sys::window().map_or((0.0, 0.0), |w| (size(w.inner_width()), size(w.inner_height())));
    let Some(r) = rect else { return (String::new(), up) };
    let up = up || (height - r.bottom() < ROOM && r.top() > height - r.bottom());
    let x = if right { (width - r.right()).max(8.0) } else { r.left() };
    let y = if up { height - r.top() + 6.0 } else { r.bottom() + 6.0 };
    (format!("--px:{x}px;--py:{y}px"), up)
}

/// One line of a menu.
pub(crate) fn menu_item(icon: &'static str, label: &str, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" role="menuitem" {onclick} class="flex h-9 w-full cursor-pointer items-center gap-2.5 rounded-lg px-2.5 text-left text-[13px] hover:bg-base-content/6">{ super::icon(icon, "size-4 text-base-content/70") }{ label.to_owned() }</button> }
}
