//! Labelled inputs with their error beside them.

use crate::i18n::use_lang;
use crate::ui::cls;
use std::cell::Cell;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Properties, PartialEq)]
pub(crate) struct FieldProps {
    pub(crate) label: AttrValue,
    #[prop_or_default]
    pub(crate) error: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) help: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) required: bool,
    pub(crate) children: Html,
}

/// A label above, the control, and the error or a hint below.
#[component]
pub(crate) fn Field(p: &FieldProps) -> Html {
    let label =
        html! { <>{ &p.label } if p.required { <span class="text-error" aria-hidden="true">{ " *" }</span> }</> };
    html! {
        <Labelled {label} class="block min-w-0" words="mb-1 block text-[13px] text-base-content/75">
            { p.children.clone() }
            <span class={cls!("block min-h-5 pt-0.5 text-xs", if p.error.is_some() { "text-error" } else { "text-base-content/70" })} role={p.error.is_some().then_some("alert")}>{ p.error.clone().or_else(|| p.help.clone()).unwrap_or_default() }</span>
        </Labelled>
    }
}

/// How what is labelled tells that it is several controls.
#[derive(Clone, PartialEq)]
pub(crate) struct Around(Callback<bool>);

/// Tells the label around a control whether it is several of them.
#[hook]
pub(crate) fn use_several(several: bool) {
    let around = use_context::<Around>();
    use_effect_with((several, around), |(several, around)| {
        if let Some(Around(told)) = around {
            told.emit(*several)
        }
    });
}

#[derive(Properties, PartialEq)]
pub(crate) struct LabelledProps {
    pub(crate) label: Html,
    /// Of the whole.
    pub(crate) class: &'static str,
    /// Of the words of the label.
    pub(crate) words: &'static str,
    pub(crate) children: Html,
}

thread_local! {
    static LABELS: Cell<u32> = const { Cell::new(0) };
}

/// A control with what it is called. A click on a `<label>` presses the first button in it, so several controls are a group
/// with a name instead: a click on the word "tags" would remove the first one.
#[component]
pub(crate) fn Labelled(p: &LabelledProps) -> Html {
    let several = use_state_eq(|| false);
    let told = use_callback((), {
        let several = several.setter();
        move |now: bool, ()| several.set(now)
    });
    let id = use_memo((), |()| format!("label-{}", LABELS.replace(LABELS.get().wrapping_add(1))));
    let inside =
        html! { <><span id={id.to_string()} class={p.words}>{ p.label.clone() }</span>{ p.children.clone() }</> };
    html! {
        <ContextProvider<Around> context={Around(told)}>
            if *several { <div role="group" aria-labelledby={id.to_string()} class={p.class}>{ inside }</div> } else { <label class={p.class}>{ inside }</label> }
        </ContextProvider<Around>>
    }
}

/// A key belongs to an input method, which makes characters of several keys. Safari says that the composition has ended
/// before it tells of the key that ended it, and gives that key the code 229 instead: Enter there takes the characters,
/// not what stands chosen.
pub(crate) fn composing(e: &KeyboardEvent) -> bool {
    e.is_composing() || e.key_code() == 229
}

#[derive(Properties, PartialEq)]
pub(crate) struct InputProps {
    pub(crate) name: AttrValue,
    pub(crate) value: AttrValue,
    pub(crate) oninput: Callback<String>,
    #[prop_or_default]
    pub(crate) onblur: Callback<()>,
    #[prop_or("text")]
    pub(crate) kind: &'static str,
    #[prop_or_default]
    pub(crate) invalid: bool,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
    #[prop_or_default]
    pub(crate) autocomplete: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) disabled: bool,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) label: Option<AttrValue>,
}

/// A one-line input.
#[component]
pub(crate) fn Input(p: &InputProps) -> Html {
    let oninput = p.oninput.reform(|e: InputEvent| value_of(&e));
    html! { <input class={cls!("input w-full", p.class.clone(), p.invalid.then_some("input-error"))} type={p.kind} name={p.name.clone()} value={&p.value} placeholder={&p.placeholder} disabled={p.disabled}
    autocomplete={p.autocomplete.clone()} aria-invalid={p.invalid.to_string()} aria-label={p.label.clone()} {oninput} onblur={p.onblur.reform(|_| ())} /> }
}

/// The value of the input, select or text area that an event came from.
pub(crate) fn value_of(e: &Event) -> String {
    use wasm_bindgen::JsCast;
    let Some(target) = e.target() else { return String::new() };
    if let Some(i) = target.dyn_ref::<web_sys::HtmlInputElement>() {
        return i.value();
    }
    if let Some(s) = target.dyn_ref::<web_sys::HtmlSelectElement>() {
        return s.value();
    }
    target.dyn_ref::<web_sys::HtmlTextAreaElement>().map(web_sys::HtmlTextAreaElement::value).unwrap_or_default()
}

/// A select of `(key, label)`; exactly one option is selected.
pub(crate) fn select(
    name: &str,
    label: &str,
    options: &[(String, String)],
    value: &str,
    class: &'static str,
    onchange: Callback<String>,
) -> Html {
    let known = options.iter().any(|(k, _)| k == value);
    html! {
        <select class={cls!("select", class)} name={name.to_owned()} aria-label={label.to_owned()} onchange={onchange.reform(|e: Event| value_of(&e))}>
            if !known { <option value={value.to_owned()} selected=true>{ value.to_owned() }</option> }
            { for options.iter().map(|(k, text)| html! { <option key={k.clone()} value={k.clone()} selected={k == value}>{ text.clone() }</option> }) }
        </select>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ToggleProps {
    pub(crate) on: bool,
    pub(crate) onchange: Callback<bool>,
    pub(crate) label: AttrValue,
    #[prop_or_default]
    pub(crate) disabled: bool,
}

/// A switch with its words.
#[component]
pub(crate) fn Toggle(p: &ToggleProps) -> Html {
    let on = p.on;
    html! {
        <label class="flex cursor-pointer items-center gap-2.5 text-[13px]">
            <input type="checkbox" class="toggle toggle-sm toggle-primary" role="switch" checked={on} disabled={p.disabled} onchange={p.onchange.reform(move |_| !on)} />{ &p.label }
        </label>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct SearchBoxProps {
    pub(crate) value: AttrValue,
    pub(crate) onsearch: Callback<String>,
    pub(crate) placeholder: AttrValue,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) id: AttrValue,
}

/// How long after a key a search box asks, in milliseconds: short enough that rows seem to follow one's fingers, long
/// enough that a paste or a held key asks once.
const PAUSE: u32 = 40;

/// A search box that waits until one stops typing.
#[component]
pub(crate) fn SearchBox(p: &SearchBoxProps) -> Html {
    let l = use_lang();
    let typed = use_state_eq(|| p.value.to_string());
    let timer = use_mut_ref(|| None::<gloo_timers::callback::Timeout>);
    {
        let typed = typed.setter();
        use_effect_with(p.value.clone(), move |v| typed.set(v.to_string()));
    }
    let oninput = {
        let (typed, timer, onsearch) = (typed.clone(), timer.clone(), p.onsearch.clone());
        Callback::from(move |e: InputEvent| {
            let v = value_of(&e);
            typed.set(v.clone());
            let onsearch = onsearch.clone();
            *timer.borrow_mut() = Some(gloo_timers::callback::Timeout::new(PAUSE, move || onsearch.emit(v)));
        })
    };
    html! {
        <label class={cls!("input input-sm", p.class.clone())}>{ super::icon("search", "size-3.5 opacity-50") }
            <input type="search" id={(!p.id.is_empty()).then(|| p.id.clone())} placeholder={p.placeholder.clone()} aria-label={l.search()} value={(*typed).clone()} {oninput} /></label>
    }
}
