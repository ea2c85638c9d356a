//! The form that hands over what a person holds: to whom, and what of it.

use super::holdings::{Holdings, kind_label};
use super::link::{Choice, LinkPicker};
use crate::data::http::{ApiError, Request, random_key};
use crate::data::session::use_session;
use crate::data::types::Record;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::field::{Field, Toggle, value_of};
use crate::ui::overlay::{Drawer, use_leave};
use crate::ui::toast::use_toaster;
use crate::ui::{avatar, icon, spinner};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct HandOverFormProps {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) holdings: Holdings,
    /// Called with whether it was begun.
    pub(super) onclose: Callback<bool>,
}

/// To whom customers go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    One,
    Several,
    Pool,
}

/// Somebody who takes over, with their share.
type Receiver = (Choice, u32);

/// What is chosen.
#[derive(Clone, PartialEq)]
struct Draft {
    way: Way,
    one: Option<Choice>,
    several: Vec<Receiver>,
    kinds: BTreeSet<String>,
    deadline: bool,
    note: String,
}

impl Draft {
    fn receivers(&self) -> Vec<Receiver> {
        match self.way {
            Way::Several => self.several.clone(),
            Way::One | Way::Pool => self.one.iter().map(|one| (one.clone(), 1)).collect(),
        }
    }

    /// What goes: without anybody to take over, customers into the pool only.
    fn kinds(&self) -> Vec<&str> {
        let alone = self.way == Way::Pool && self.one.is_none();
        self.kinds.iter().map(String::as_str).filter(|kind| !alone || *kind == "customers").collect()
    }

    fn body(&self) -> Value {
        let receivers: Vec<Value> =
            self.receivers().into_iter().map(|((id, _), share)| json!({ "user_id": id, "share": share })).collect();
        let note = Some(self.note.trim()).filter(|note| self.way == Way::Pool && !note.is_empty());
        json!({ "receivers": receivers, "kinds": self.kinds(), "customers_to_pool": self.way == Way::Pool, "deadline": self.deadline, "note": note })
    }

    fn is_ready(&self) -> bool {
        let kinds = self.kinds();
        let to = if self.way == Way::Pool { kinds.contains(&"customers") } else { !self.receivers().is_empty() };
        to && !kinds.is_empty()
    }
}

/// What is wrong with whoever takes over, or anything else.
fn wrong(e: &ApiError, l: Lang) -> String {
    e.errors.first().map_or_else(|| e.text(l), |f| f.message.clone())
}

/// The form.
#[component]
pub(super) fn HandOverForm(p: &HandOverFormProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let held: Vec<_> = p.holdings.kinds.iter().filter(|k| k.count > 0 && k.may_hand_over).cloned().collect();
    let draft = use_state_eq(|| Draft {
        way: Way::One,
        one: None,
        several: Vec::new(),
        kinds: held.iter().map(|k| k.kind.clone()).collect(),
        deadline: true,
        note: String::new(),
    });
    let began = use_memo((), |()| (*draft).clone());
    let (leave, asking) = use_leave(*draft != *began, p.onclose.reform(|()| false));
    let busy = use_state_eq(|| false);
    let error = use_state_eq(|| None::<String>);
    let key = use_memo((), |()| random_key());
    let set = {
        let (draft, error) = (draft.clone(), error.clone());
        move |f: Box<dyn FnOnce(&mut Draft)>| {
            let mut next = (*draft).clone();
            f(&mut next);
            error.set(None);
            draft.set(next);
        }
    };
    let customers = held.iter().find(|k| k.kind == "customers").map_or(0, |k| k.count);
    let kinds = draft.kinds();
    let count: u64 = held.iter().filter(|k| kinds.contains(&k.kind.as_str())).map(|k| k.count).sum();
    let pool = draft.way == Way::Pool;
    let onclick = {
        let (draft, busy, error, toaster, id, done, key) =
            (draft.clone(), busy.clone(), error.clone(), toaster, p.id.clone(), p.onclose.clone(), (*key).clone());
        Callback::from(move |_: MouseEvent| {
            let body = draft.body();
            let begun_for_pool = draft.receivers().is_empty();
            // The same key as long as the same is asked for: a lost answer does not begin it twice.
            let key =
                format!("{key}-{:x}", body.to_string().bytes().fold(7u64, |h, b| h.wrapping_mul(31) ^ u64::from(b)));
            let (busy, error, toaster, id, done) =
                (busy.clone(), error.clone(), toaster.clone(), id.clone(), done.clone());
            busy.set(true);
            spawn_local(async move {
                match Request::create_as(key, format!("/users/{id}/hand-over"), body).json::<Record>().await {
                    Ok(_) => {
                        toaster.ok(if begun_for_pool { l.hand_over_begun_pool() } else { l.hand_over_begun() });
                        done.emit(true);
                    }
                    Err(e) => error.set(Some(wrong(&e, l))),
                }
                busy.set(false);
            });
        })
    };
    let way = |to: Way, symbol: &'static str, label: &'static str| {
        let on = draft.way == to;
        let set = set.clone();
        let onchange = Callback::from(move |_: Event| set(Box::new(move |d: &mut Draft| d.way = to)));
        html! { <label class={cls!("flex min-h-11 min-w-0 flex-1 cursor-pointer items-center justify-center gap-1.5 rounded-lg border px-2 text-center text-[13px] has-focus-visible:outline-2 has-focus-visible:outline-primary", if on { "border-primary bg-primary/10 font-medium text-primary" } else { "border-base-300 hover:border-primary/40" })}><input type="radio" name="way" class="sr-only" checked={on} {onchange} />{ icon(symbol, "size-4 shrink-0 max-sm:hidden") }{ label }</label> }
    };
    let onone = {
        let set = set.clone();
        Callback::from(move |c: Option<Choice>| set(Box::new(move |d: &mut Draft| d.one = c)))
    };
    let onnote = {
        let set = set.clone();
        Callback::from(move |e: InputEvent| {
            let v = value_of(&e);
            set(Box::new(move |d: &mut Draft| d.note = v))
        })
    };
    let ondeadline = {
        let set = set.clone();
        Callback::from(move |on: bool| set(Box::new(move |d: &mut Draft| d.deadline = on)))
    };
    let onseveral = {
        let set = set.clone();
        Callback::from(move |list: Vec<Receiver>| set(Box::new(move |d: &mut Draft| d.several = list)))
    };
    let tick = |kind: &str, label: String, count: u64| {
        let chosen = draft.kinds.contains(kind);
        let goes = kinds.contains(&kind);
        // Contacts go with their customers in any case.
        let along = kind == "contacts" && pool && !goes && draft.kinds.contains("customers");
        let onchange = {
            let (set, kind) = (set.clone(), kind.to_owned());
            Callback::from(move |_: Event| {
                let kind = kind.clone();
                set(Box::new(move |d: &mut Draft| {
                    if !d.kinds.remove(&kind) {
                        d.kinds.insert(kind);
                    }
                }))
            })
        };
        html! { <label key={kind.to_owned()} class={cls!("flex min-h-9 cursor-pointer items-center gap-2.5 max-sm:min-h-11", (!goes && !along).then_some("text-base-content/60"))}><input type="checkbox" class="checkbox checkbox-sm" checked={chosen && (goes || along)} disabled={chosen && !goes} {onchange} /><span class="min-w-0 flex-1">{ label }</span><span class="tabular-nums text-base-content/75">{ format::group(count) }</span></label> }
    };
    let colleagues = "&status=active";
    let footer = html! { <>
        <button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button>
        <button type="button" class="btn btn-sm btn-primary" data-testid="hand-over-do" disabled={*busy || !draft.is_ready()} {onclick}>if *busy { { spinner() } }{ l.hand_over_do(&format::group(count)) }</button>
    </> };
    html! { <>
        <Drawer title={l.hand_over_of(&p.name)} onclose={leave} {footer}>
            if let Some(e) = &*error { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e }</p> }
            <fieldset class="mb-4"><legend class="mb-2 text-[13px] font-semibold">{ l.hand_over_to() }</legend>
                <div class="flex gap-2">{ way(Way::One, "user", l.hand_over_one()) }{ way(Way::Several, "users", l.hand_over_several()) }{ way(Way::Pool, "handshake", l.hand_over_pool()) }</div>
            </fieldset>
            { match draft.way {
                Way::One => html! { <Field label={l.hand_over_receiver()}><LinkPicker object="users" name="receiver" value={draft.one.clone()} onchange={onone} scope={colleagues} /></Field> },
                Way::Several => several(l, &draft.several, customers, onseveral, colleagues),
                Way::Pool => html! { <>
                    <p class="mb-3 text-[13px] leading-5 text-base-content/75">{ l.hand_over_pool_body() }</p>
                    <Field label={l.pool_note()}><textarea name="note" rows="2" maxlength="300" class="textarea w-full" placeholder={l.pool_note_hint()} value={draft.note.clone()} oninput={onnote} /></Field>
                    if held.len() > 1 { <Field label={l.hand_over_rest()} help={l.hand_over_rest_body()}><LinkPicker object="users" name="receiver" value={draft.one.clone()} onchange={onone} scope={colleagues} /></Field> }
                </> },
            } }
            <fieldset class="mt-2 border-t border-base-300/70 pt-4"><legend class="sr-only">{ l.hand_over_what() }</legend>
                <p class="mb-1 text-[13px] font-semibold" aria-hidden="true">{ l.hand_over_what() }</p>
                <div class="text-[13px]">{ for held.iter().map(|k| tick(&k.kind, kind_label(l, &session, &k.kind), k.count)) }</div>
                <p class="mt-1.5 text-xs leading-5 text-base-content/70">{ l.hand_over_what_body() }</p>
            </fieldset>
            if !pool && draft.kinds.contains("customers") && customers > 0 {
                <div class="mt-4 border-t border-base-300/70 pt-4"><Toggle on={draft.deadline} label={l.hand_over_deadline()} onchange={ondeadline} /><p class="mt-1.5 text-xs leading-5 text-base-content/70">{ l.hand_over_deadline_body() }</p></div>
            }
        </Drawer>{ asking }
    </> }
}

/// Several people with their shares.
fn several(l: Lang, list: &[Receiver], customers: u64, onchange: Callback<Vec<Receiver>>, scope: &'static str) -> Html {
    let shares: u64 = list.iter().map(|(_, share)| u64::from(*share)).sum();
    let add = {
        let (list, onchange) = (list.to_vec(), onchange.clone());
        Callback::from(move |c: Option<Choice>| {
            if let Some(c) = c
                && !list.iter().any(|((id, _), _)| *id == c.0)
            {
                let mut next = list.clone();
                next.push((c, 1));
                onchange.emit(next)
            }
        })
    };
    let row = |at: usize, ((id, name), share): &Receiver| {
        let change = |f: fn(&mut Vec<Receiver>, usize)| {
            let (list, onchange) = (list.to_vec(), onchange.clone());
            Callback::from(move |_: MouseEvent| {
                let mut next = list.clone();
                f(&mut next, at);
                onchange.emit(next)
            })
        };
        let less = change(|list, at| list[at].1 = list[at].1.saturating_sub(1).max(1));
        let more = change(|list, at| list[at].1 = (list[at].1 + 1).min(100));
        let remove = change(|list, at| drop(list.remove(at)));
        let about = (customers * u64::from(*share) + shares / 2).checked_div(shares).unwrap_or(0);
        html! { <li key={id.clone()} class="flex items-center gap-2.5 py-2">{ avatar(name, "size-7 text-xs") }<span class="grid min-w-0 flex-1 text-[13px]"><span class="truncate">{ name }</span><span class="text-xs tabular-nums text-base-content/70">{ l.hand_over_about(about) }</span></span>
        <span class="flex items-center" role="group" aria-label={format!("{} · {name}", l.hand_over_share())}><button type="button" class="btn btn-ghost btn-sm btn-square" aria-label="−" disabled={*share <= 1} onclick={less}>{ "−" }</button><output class="w-7 text-center text-[13px] tabular-nums">{ share }</output><button type="button" class="btn btn-ghost btn-sm btn-square" aria-label="+" onclick={more}>{ "+" }</button></span>
        <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={l.remove(name)} onclick={remove}>{ icon("x", "size-4") }</button></li> }
    };
    html! { <div class="mb-4">
        if !list.is_empty() { <ul class="mb-2 divide-y divide-base-300/60" data-testid="receivers">{ for list.iter().enumerate().map(|(at, r)| row(at, r)) }</ul> }
        <label class="block"><span class="mb-1 block text-[13px] text-base-content/75">{ l.hand_over_add() }</span><LinkPicker object="users" name="receiver" value={None::<Choice>} onchange={add} {scope} /></label>
        <p class="mt-1.5 text-xs leading-5 text-base-content/70">{ l.hand_over_share_body() }</p>
    </div> }
}
