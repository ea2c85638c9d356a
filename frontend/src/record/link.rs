//! Choosing a linked record, or several, by typing a part of its name.

use crate::data::http::{Request, encode};
use crate::data::session::use_session;
use crate::data::types::{Page, Record, text};
use crate::i18n::use_lang;
use crate::ui::cls;
use crate::ui::field::value_of;
use crate::ui::{icon, spinner};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// A record that can be chosen: id and name.
pub(crate) type Choice = (String, String);

#[derive(Properties, PartialEq)]
pub(crate) struct LinkPickerProps {
    pub(crate) object: AttrValue,
    /// What is chosen now.
    pub(crate) value: Option<Choice>,
    pub(crate) onchange: Callback<Option<Choice>>,
    #[prop_or_default]
    pub(crate) invalid: bool,
    #[prop_or_default]
    pub(crate) name: AttrValue,
    /// A further condition on what can be chosen, as a query string part: `&pipeline_id=…`.
    #[prop_or_default]
    pub(crate) scope: AttrValue,
    #[prop_or_default]
    pub(crate) small: bool,
    /// Offers the reader themselves, for conditions that anybody may use.
    #[prop_or_default]
    pub(crate) offer_me: bool,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
    #[prop_or_default]
    pub(crate) onblur: Callback<()>,
}

/// A box in which a linked record is searched and chosen.
#[component]
pub(crate) fn LinkPicker(p: &LinkPickerProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let open = use_state_eq(|| false);
    let typed = use_state_eq(String::new);
    let found = use_state_eq(|| None::<Vec<Choice>>);
    let at = use_state_eq(|| 0usize);
    let run = use_mut_ref(|| 0u32);
    let title = session.object(&p.object).map_or_else(|| "name".to_owned(), |o| o.title_field.clone());
    {
        let (found, at, object, scope, run) =
            (found.setter(), at.setter(), p.object.clone(), p.scope.clone(), run.clone());
        use_effect_with((*open, (*typed).clone(), p.scope.clone()), move |(open, typed, _)| {
            *run.borrow_mut() += 1;
            let mine = *run.borrow();
            if !*open {
                return;
            }
            let typed = typed.clone();
            spawn_local(async move {
                if !typed.is_empty() {
                    gloo_timers::future::TimeoutFuture::new(60).await;
                }
                if *run.borrow() != mine {
                    return;
                }
                let items = search(&object, &title, &typed, &scope).await;
                if *run.borrow() == mine {
                    at.set(0);
                    found.set(Some(items));
                }
            });
        });
    }
    let mut choices = found.as_ref().cloned().unwrap_or_default();
    if p.offer_me && typed.is_empty() {
        choices.insert(0, ("$me".into(), l.me_word().into()));
    }
    let pick = {
        let (open, typed, onchange) = (open.clone(), typed.clone(), p.onchange.clone());
        move |c: Option<Choice>| {
            typed.set(String::new());
            open.set(false);
            onchange.emit(c)
        }
    };
    let onkeydown = {
        let (choices, at, pick, open) = (choices.clone(), at.clone(), pick.clone(), open.clone());
        Callback::from(move |e: KeyboardEvent| match e.key().as_str() {
            "ArrowDown" => {
                e.prevent_default();
                open.set(true);
                at.set((*at + 1).min(choices.len().saturating_sub(1)))
            }
            "ArrowUp" => {
                e.prevent_default();
                at.set(at.saturating_sub(1))
            }
            "Enter" if *open && !e.is_composing() => {
                e.prevent_default();
                if let Some(c) = choices.get(*at) {
                    pick(Some(c.clone()))
                }
            }
            "Escape" if *open => {
                e.prevent_default();
                e.stop_propagation();
                open.set(false)
            }
            _ => {}
        })
    };
    let oninput = {
        let (typed, open) = (typed.clone(), open.clone());
        Callback::from(move |e: InputEvent| {
            typed.set(value_of(&e));
            open.set(true)
        })
    };
    let onfocus = {
        let open = open.clone();
        Callback::from(move |_: FocusEvent| open.set(true))
    };
    let onblur = {
        let (open, typed, blur) = (open.clone(), typed.clone(), p.onblur.clone());
        Callback::from(move |_: FocusEvent| {
            open.set(false);
            typed.set(String::new());
            blur.emit(())
        })
    };
    let clear = {
        let pick = pick.clone();
        Callback::from(move |e: MouseEvent| {
            e.prevent_default();
            pick(None)
        })
    };
    let shown = if *open { (*typed).clone() } else { p.value.as_ref().map(|v| v.1.clone()).unwrap_or_default() };
    let placeholder = match (&p.value, *open) {
        (Some(v), true) => v.1.clone().into(),
        _ if !p.placeholder.is_empty() => p.placeholder.clone(),
        _ => AttrValue::from(l.choose()),
    };
    html! {
        <div class="relative">
            <div class={cls!("input w-full pr-2", p.small.then_some("input-sm"), p.invalid.then_some("input-error"))}>
                <input type="text" role="combobox" aria-expanded={open.to_string()} autocomplete="off" name={p.name.clone()} aria-invalid={p.invalid.to_string()} value={shown} {placeholder} {oninput} {onfocus} {onblur} {onkeydown} />
                if p.value.is_some() { <button type="button" tabindex="-1" class="btn btn-ghost btn-xs btn-square" aria-label={l.clear()} onmousedown={clear}>{ icon("x", "size-3.5") }</button> } else { { icon("chevron-down", "size-3.5 opacity-50") } }
            </div>
            if *open {
                <ul role="listbox" class="absolute inset-x-0 top-full z-30 mt-1 max-h-60 overflow-y-auto rounded-xl border border-base-300 bg-base-100 p-1 text-[13px] shadow-lg">
                    if found.is_none() { <li class="px-2.5 py-2 text-base-content/70">{ spinner() }</li> }
                    { for choices.iter().enumerate().map(|(i, c)| { let onmousedown = { let (pick, c) = (pick.clone(), c.clone()); Callback::from(move |e: MouseEvent| { e.prevent_default(); pick(Some(c.clone())) }) }; html! {
                        <li role="option" aria-selected={(i == *at).to_string()} {onmousedown} class={cls!("flex min-h-8 cursor-pointer items-center rounded-lg px-2.5", if i == *at { "bg-primary/10" } else { "hover:bg-base-content/5" })}><span class="truncate">{ &c.1 }</span></li> } }) }
                    if found.as_ref().is_some_and(Vec::is_empty) && choices.is_empty() { <li class="px-2.5 py-2 text-base-content/70">{ l.search_nothing() }</li> }
                </ul>
            }
        </div>
    }
}

async fn search(object: &str, title: &str, typed: &str, scope: &str) -> Vec<Choice> {
    let sort = match object {
        "pipeline_stages" => "&sort=position",
        _ => "",
    };
    let q = if typed.is_empty() { String::new() } else { format!("&q={}", encode(typed)) };
    let path = format!("/{object}?limit=20&fields=id,{title}{q}{scope}{sort}");
    let page = match Request::get(path).json::<Page<Record>>().await {
        Ok(page) => page,
        // Objects without a search index are few enough to filter here.
        Err(_) => Request::get(format!("/{object}?limit=200{scope}{sort}"))
            .json::<Page<Record>>()
            .await
            .unwrap_or(Page { items: vec![], next_cursor: None, total: None, refs: Default::default() }),
    };
    let wanted = typed.to_lowercase();
    let all = page.items.iter().map(|r| (text(r, "id").to_owned(), text(r, title).to_owned()));
    if page.items.len() > 20 {
        all.filter(|c| c.1.to_lowercase().contains(&wanted)).take(20).collect()
    } else {
        all.collect()
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ManyPickerProps {
    pub(crate) object: AttrValue,
    pub(crate) value: Vec<Choice>,
    pub(crate) onchange: Callback<Vec<Choice>>,
    #[prop_or_default]
    pub(crate) small: bool,
    #[prop_or_default]
    pub(crate) offer_me: bool,
}

/// Several linked records: chips, and a box for one more.
#[component]
pub(crate) fn ManyPicker(p: &ManyPickerProps) -> Html {
    let l = use_lang();
    let add = {
        let (value, onchange) = (p.value.clone(), p.onchange.clone());
        Callback::from(move |c: Option<Choice>| {
            if let Some(c) = c
                && !value.iter().any(|v| v.0 == c.0)
            {
                let mut v = value.clone();
                v.push(c);
                onchange.emit(v)
            }
        })
    };
    html! {
        <div class="space-y-1.5">
            if !p.value.is_empty() { <div class="flex flex-wrap gap-1">{ for p.value.iter().map(|c| {
                let remove = { let (value, onchange, id) = (p.value.clone(), p.onchange.clone(), c.0.clone()); Callback::from(move |e: MouseEvent| { e.prevent_default(); onchange.emit(value.iter().filter(|v| v.0 != id).cloned().collect()) }) };
                html! { <span class="inline-flex h-6 items-center gap-0.5 rounded-md bg-base-content/8 pl-2 text-xs">{ &c.1 }<button type="button" class="grid size-6 cursor-pointer place-items-center" aria-label={l.remove(&c.1)} onclick={remove}>{ icon("x", "size-3") }</button></span> } }) }</div> }
            <LinkPicker object={p.object.clone()} value={None::<Choice>} onchange={add} small={p.small} offer_me={p.offer_me} />
        </div>
    }
}
