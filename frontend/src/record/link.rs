//! Choosing a linked record, or several, by typing a part of its name.

use crate::data::http::{ApiError, Request, encode, random_key};
use crate::data::session::use_session;
use crate::data::types::{Page, Record, text};
use crate::i18n::use_lang;
use crate::ui::cls;
use crate::ui::field::{composing, value_of};
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
    /// What the box is called where no label stands around it alone.
    #[prop_or_default]
    pub(crate) label: AttrValue,
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

/// What was searched for: the object, the typed text and the further condition.
type Sought = (AttrValue, String, AttrValue);

/// A box in which a linked record is searched and chosen. Only what answers the text that stands in it is offered: with what
/// answered an earlier one, Enter would take a record that nobody typed.
#[component]
pub(crate) fn LinkPicker(p: &LinkPickerProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let open = use_state_eq(|| false);
    let typed = use_state_eq(String::new);
    let answer = use_state_eq(|| None::<(Sought, Result<Vec<Choice>, ApiError>)>);
    let at = use_state_eq(|| 0usize);
    let run = use_mut_ref(|| 0u32);
    // What its options are called from: several of these boxes may stand on a page.
    let own = use_memo((), |()| random_key());
    let meta = session.object(&p.object);
    let title = meta.map_or_else(|| "name".to_owned(), |o| o.title_field.clone());
    let searchable = meta.is_none_or(|o| o.searchable);
    {
        let (answer, at, object, run) = (answer.setter(), at.setter(), p.object.clone(), run.clone());
        use_effect_with((*open, (*typed).clone(), p.scope.clone(), object), move |(open, typed, scope, object)| {
            *run.borrow_mut() += 1;
            let mine = *run.borrow();
            if !*open {
                return;
            }
            let (object, typed, scope) = (object.clone(), typed.clone(), scope.clone());
            spawn_local(async move {
                if !typed.is_empty() {
                    gloo_timers::future::TimeoutFuture::new(60).await;
                }
                if *run.borrow() != mine {
                    return;
                }
                let found = search(&object, &title, searchable, &typed, &scope).await;
                if *run.borrow() == mine {
                    at.set(0);
                    answer.set(Some(((object, typed, scope), found)));
                }
            });
        });
    }
    let now = (p.object.clone(), (*typed).clone(), p.scope.clone());
    let found = answer.as_ref().filter(|(of, _)| *of == now).map(|(_, found)| found);
    let known = found.is_some();
    let mut choices = found.and_then(|f| f.as_ref().ok()).cloned().unwrap_or_default();
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
            "Enter" if *open && !composing(&e) => {
                e.prevent_default();
                if let Some(c) = choices.get(*at).filter(|_| known) {
                    pick(Some(c.clone()))
                }
            }
            "Escape" if *open && !composing(&e) => {
                e.prevent_default();
                e.stop_propagation();
                open.set(false)
            }
            _ => {}
        })
    };
    let oninput = {
        let (typed, open, at) = (typed.clone(), open.clone(), at.clone());
        Callback::from(move |e: InputEvent| {
            typed.set(value_of(&e));
            at.set(0);
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
                <input type="text" role="combobox" aria-expanded={open.to_string()} aria-controls={open.then(|| format!("list-{own}"))} aria-activedescendant={choices.get(*at).filter(|_| *open).map(|_| format!("{own}-{}", *at))} autocomplete="off" name={p.name.clone()} aria-label={(!p.label.is_empty()).then(|| p.label.clone())} aria-invalid={p.invalid.to_string()} value={shown} {placeholder} {oninput} {onfocus} {onblur} {onkeydown} />
                if p.value.is_some() { <button type="button" tabindex="-1" class="btn btn-ghost btn-xs btn-square" aria-label={l.clear()} onmousedown={clear}>{ icon("x", "size-3.5") }</button> } else { { icon("chevron-down", "size-3.5 opacity-50") } }
            </div>
            if *open {
                <ul id={format!("list-{own}")} role="listbox" class="absolute inset-x-0 top-full z-30 mt-1 max-h-60 overflow-y-auto rounded-xl border border-base-300 bg-base-100 p-1 text-[13px] shadow-lg">
                    if !known { <li class="px-2.5 py-2 text-base-content/70">{ spinner() }</li> }
                    if let Some(Err(error)) = found { <li class="px-2.5 py-2 text-error" role="alert">{ error.text(l) }</li> }
                    { for choices.iter().enumerate().map(|(i, c)| { let onmousedown = { let (pick, c) = (pick.clone(), c.clone()); Callback::from(move |e: MouseEvent| { e.prevent_default(); pick(Some(c.clone())) }) }; html! {
                        <li id={format!("{own}-{i}")} role="option" aria-selected={(i == *at).to_string()} {onmousedown} class={cls!("flex min-h-8 cursor-pointer items-center rounded-lg px-2.5", if i == *at { "bg-primary/10" } else { "hover:bg-base-content/5" })}><span class="truncate">{ &c.1 }</span></li> } }) }
                    if found.is_some_and(Result::is_ok) && choices.is_empty() { <li class="px-2.5 py-2 text-base-content/70">{ l.search_nothing() }</li> }
                </ul>
            }
        </div>
    }
}

/// How many choices are offered.
const OFFERED: usize = 20;
/// How many pages are looked through for them.
const PAGES: usize = 10;

/// The records whose names hold the typed text. Objects without a search are few enough to be looked through here.
async fn search(
    object: &str,
    title: &str,
    searchable: bool,
    typed: &str,
    scope: &str,
) -> Result<Vec<Choice>, ApiError> {
    let sort = match object {
        "pipeline_stages" => "&sort=position",
        _ => "",
    };
    let wanted = typed.trim().to_lowercase();
    let here = !searchable && !wanted.is_empty();
    let q = if here || wanted.is_empty() { String::new() } else { format!("&q={}", encode(typed.trim())) };
    let limit = if here { 200 } else { OFFERED };
    let path = format!("/{object}?limit={limit}&fields=id,{title}{q}{scope}{sort}");
    let (mut choices, mut cursor) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let page = Request::get(format!("{path}{cursor}")).json::<Page<Record>>().await?;
        let all = page.items.iter().map(|r| (text(r, "id").to_owned(), text(r, title).to_owned()));
        choices.extend(all.filter(|c| !here || c.1.to_lowercase().contains(&wanted)));
        match page.next_cursor.filter(|_| here && choices.len() < OFFERED) {
            Some(next) => cursor = format!("&cursor={}", encode(&next)),
            None => break,
        }
    }
    choices.truncate(OFFERED);
    Ok(choices)
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
    /// What they are together.
    #[prop_or_default]
    pub(crate) label: AttrValue,
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
            <LinkPicker object={p.object.clone()} value={None::<Choice>} onchange={add} small={p.small} offer_me={p.offer_me} label={p.label.clone()} />
        </div>
    }
}
