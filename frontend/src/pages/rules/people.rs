//! Who is told and who gets a task.

use super::model::word;
use crate::i18n::{Lang, use_lang};
use crate::record::link::{Choice, LinkPicker};
use crate::record::value::Refs;
use crate::ui::field::select;
use crate::ui::{cls, icon};
use serde_json::{Value, json};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct RecipientsProps {
    pub(super) to: Vec<Value>,
    pub(super) roles: Vec<(String, String)>,
    /// The record is a customer or belongs to one, so that there is an account team.
    pub(super) served: bool,
    pub(super) refs: Rc<Refs>,
    pub(super) onname: Callback<Choice>,
    pub(super) onchange: Callback<Vec<Value>>,
}

/// The usual people as tiles to press, roles and persons to add.
#[component]
pub(super) fn Recipients(p: &RecipientsProps) -> Html {
    let l = use_lang();
    let flip = |r: Value| {
        let to = p.to.clone();
        p.onchange.reform(move |_: MouseEvent| {
            let mut to = to.clone();
            if to.contains(&r) {
                to.retain(|x| *x != r)
            } else {
                to.push(r.clone())
            }
            to
        })
    };
    let add = {
        let to = p.to.clone();
        p.onchange.reform(move |r: Value| {
            let mut to = to.clone();
            if !to.contains(&r) {
                to.push(r)
            }
            to
        })
    };
    let tile = |kind: &'static str, label: &'static str| {
        let r = json!({ "kind": kind });
        let on = p.to.contains(&r);
        html! { <button key={kind} type="button" aria-pressed={on.to_string()} onclick={flip(r)} class={cls!("flex h-8 cursor-pointer items-center gap-1 rounded-lg border px-2.5 text-[13px]", if on { "border-primary bg-primary/8 font-medium text-primary" } else { "border-base-300 hover:border-base-content/30" })}>if on { { icon("check", "size-3.5") } }{ capital(label) }</button> }
    };
    let others = p.to.iter().filter(|r| matches!(word(r, "kind"), "role" | "user")).map(|r| {
        let label = match word(r, "kind") {
            "role" => p.roles.iter().find(|x| x.0 == word(r, "role")).map_or_else(|| word(r, "role").to_owned(), |x| x.1.clone()),
            _ => p.refs.get(word(r, "user_id")).cloned().unwrap_or_else(|| "…".into()),
        };
        html! { <span class="inline-flex h-8 items-center gap-0.5 rounded-lg border border-primary bg-primary/8 pl-2.5 text-[13px] font-medium text-primary">{ &label }<button type="button" class="grid size-7 cursor-pointer place-items-center" aria-label={l.remove(&label)} onclick={flip(r.clone())}>{ icon("x", "size-3.5") }</button></span> }
    });
    let mut roles = vec![(String::new(), l.to_role().to_owned())];
    roles.extend(p.roles.clone());
    let onrole = {
        let add = add.clone();
        Callback::from(move |role: String| {
            if !role.is_empty() {
                add.emit(json!({ "kind": "role", "role": role }))
            }
        })
    };
    let onuser = {
        let onname = p.onname.clone();
        Callback::from(move |c: Option<Choice>| {
            if let Some(c) = c {
                onname.emit(c.clone());
                add.emit(json!({ "kind": "user", "user_id": c.0 }))
            }
        })
    };
    html! { <div><span class="mb-1 block text-xs text-base-content/75">{ l.act_to() }</span>
    <div role="group" aria-label={l.act_to()} class="flex flex-wrap items-center gap-2">{ tile("owner", l.to_owner()) }{ tile("manager", l.to_manager()) }{ tile("director", l.to_director()) }if p.served { { tile("account_team", l.to_account_team()) } }{ for others }
        if !p.roles.is_empty() { { select("role", l.to_role(), &roles, "", "select-sm w-28", onrole) } }
        <div class="w-36"><LinkPicker object="users" small=true value={None::<Choice>} onchange={onuser} placeholder={l.to_person()} /></div></div></div> }
}

/// English words inside sentences are small; on a tile they begin large.
fn capital(text: &str) -> String {
    let text = text.strip_prefix("the ").unwrap_or(text);
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// One of the usual people, or a role.
pub(super) fn one_recipient(
    l: Lang,
    now: &Value,
    roles: &[(String, String)],
    served: bool,
    onchange: &Callback<Value>,
) -> Html {
    let mut all: Vec<(String, String)> =
        [("owner", l.to_owner()), ("manager", l.to_manager()), ("director", l.to_director())]
            .map(|(k, v)| (k.to_owned(), capital(v)))
            .to_vec();
    if served {
        all.push(("account_team".to_owned(), capital(l.to_account_team())));
    }
    all.extend(roles.iter().map(|(k, v)| (format!("role:{k}"), v.clone())));
    let key = match word(now, "kind") {
        "role" => format!("role:{}", word(now, "role")),
        kind => kind.to_owned(),
    };
    let send = onchange.reform(|v: String| match v.strip_prefix("role:") {
        Some(role) => json!({ "kind": "role", "role": role }),
        None => json!({ "kind": v }),
    });
    select("assignee", l.act_task_who(), &all, &key, "w-full", send)
}
