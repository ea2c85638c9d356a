//! Short messages in the corner, with an undo where there is one.

use super::icon;
use crate::i18n::use_lang;
use std::rc::Rc;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// One message.
#[derive(Clone, PartialEq)]
pub(crate) struct Toast {
    id: u32,
    ok: bool,
    text: AttrValue,
    action: Option<Action>,
    /// Stays until it is answered.
    stays: bool,
}

/// What can be done about a message: the sign, the words, and what happens.
type Action = (&'static str, Option<AttrValue>, Callback<()>);

/// Says something in the corner.
#[derive(Clone, PartialEq)]
pub(crate) struct Toaster(Option<UseReducerDispatcher<Toasts>>);

impl Toaster {
    pub(crate) fn ok(&self, text: impl Into<AttrValue>) {
        self.say(Message::Add(true, text.into(), None, false));
    }

    pub(crate) fn err(&self, text: impl Into<AttrValue>) {
        self.say(Message::Add(false, text.into(), None, false));
    }

    pub(crate) fn undo(&self, text: impl Into<AttrValue>, undo: Callback<()>) {
        self.say(Message::Add(true, text.into(), Some(("undo-2", None, undo)), false));
    }

    /// Something to do, that stays until it is done or closed.
    pub(crate) fn offer(&self, text: impl Into<AttrValue>, label: impl Into<AttrValue>, act: Callback<()>) {
        self.say(Message::Add(true, text.into(), Some(("refresh-cw", Some(label.into()), act)), true));
    }

    fn say(&self, message: Message) {
        if let Some(d) = &self.0 {
            d.dispatch(message);
        }
    }
}

/// The messages on screen.
#[derive(Default, PartialEq, Clone)]
pub(crate) struct Toasts {
    next: u32,
    list: Vec<Toast>,
}

/// A change of the messages on screen.
pub(crate) enum Message {
    Add(bool, AttrValue, Option<Action>, bool),
    Drop(u32),
}

impl Reducible for Toasts {
    type Action = Message;

    fn reduce(self: Rc<Self>, action: Message) -> Rc<Self> {
        let mut s = (*self).clone();
        match action {
            Message::Add(ok, text, action, stays) => {
                s.list.push(Toast { id: s.next, ok, text, action, stays });
                s.next += 1;
            }
            Message::Drop(id) => s.list.retain(|t| t.id != id),
        }
        s.into()
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ChildrenProps {
    pub(crate) children: Html,
}

/// Provides the [`Toaster`] and shows its messages.
#[component]
pub(crate) fn ToastProvider(p: &ChildrenProps) -> Html {
    let state = use_reducer(Toasts::default);
    let ondrop = {
        let d = state.dispatcher();
        Callback::from(move |id| d.dispatch(Message::Drop(id)))
    };
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(state.next, move |_| {
            if let Some(element) = node.cast::<web_sys::Element>() {
                crate::browser::raise(&element)
            }
        });
    }
    html! {
        <ContextProvider<Toaster> context={Toaster(Some(state.dispatcher()))}>
            { p.children.clone() }
            <div ref={node} popover="manual" class="pointer-events-none fixed inset-x-4 top-auto bottom-4 z-50 flex h-auto w-auto flex-col items-center gap-2 overflow-visible bg-transparent text-base-content sm:inset-x-auto sm:bottom-auto sm:right-4 sm:top-4 sm:items-end" aria-live="polite">
                { for state.list.iter().map(|t| html! { <ToastItem key={t.id} toast={t.clone()} ondrop={ondrop.clone()} /> }) }
            </div>
        </ContextProvider<Toaster>>
    }
}

#[derive(Properties, PartialEq)]
struct ToastItemProps {
    toast: Toast,
    ondrop: Callback<u32>,
}

#[component]
fn ToastItem(p: &ToastItemProps) -> Html {
    let l = use_lang();
    let (id, ondrop) = (p.toast.id, p.ondrop.clone());
    let wait = if p.toast.action.is_some() || !p.toast.ok { 8000 } else { 4000 };
    let stays = p.toast.stays;
    {
        let ondrop = ondrop.clone();
        use_effect_with((), move |()| {
            let timeout = (!stays).then(|| gloo_timers::callback::Timeout::new(wait, move || ondrop.emit(id)));
            move || drop(timeout)
        });
    }
    let action = p.toast.action.clone().map(|(sign, label, act)| {
        let ondrop = ondrop.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            act.emit(());
            ondrop.emit(id)
        });
        html! { <button class="btn btn-ghost btn-xs -mr-1.5 text-primary" {onclick}>{ icon(sign, "size-3.5") }{ label.unwrap_or_else(|| l.undo().into()) }</button> }
    });
    let close = ondrop.reform(move |_: MouseEvent| id);
    html! {
        <div class="sheet-in pointer-events-auto flex max-w-md items-center gap-2 rounded-box border border-base-300 bg-base-100 px-3.5 py-2.5 text-[13px] shadow-lg" role={if p.toast.ok { "status" } else { "alert" }}>
            if p.toast.ok { { icon("circle-check", "size-4 text-success") } } else { { icon("circle-alert", "size-4 text-error") } }
            <span>{ &p.toast.text }</span>
            { action.unwrap_or_default() }
            if stays { <button class="btn btn-ghost btn-xs btn-square -mr-1.5" aria-label={l.close()} onclick={close}>{ icon("x", "size-3.5") }</button> }
        </div>
    }
}

/// The toaster; a silent one outside of its provider.
#[hook]
pub(crate) fn use_toaster() -> Toaster {
    use_context::<Toaster>().unwrap_or(Toaster(None))
}
