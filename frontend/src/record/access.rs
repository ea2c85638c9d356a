//! What a user may do and how they log in: their roles, and a password that an administrator gives.

use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::types::{Page, Record, text};
use crate::i18n::{Lang, use_lang};
use crate::ui::field::{Field, Input};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, skeleton_lines};
use serde_json::{Value, json};
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct UserAccessProps {
    /// The user.
    pub(crate) id: String,
}

/// The keys of the roles in an answer.
fn keys(answer: &Record) -> Vec<String> {
    let list = answer.get("roles").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// What is to be stored now.
fn waiting(turn: &RefCell<Option<Vec<String>>>) -> Option<Vec<String>> {
    turn.borrow().clone()
}

/// The card on a user's page.
#[component]
pub(crate) fn UserAccess(p: &UserAccessProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let roles = use_query::<Page<Record>>("/roles".to_owned());
    let path = format!("/users/{}/roles", p.id);
    let held = use_query::<Record>(path.clone());
    let password = use_state_eq(String::new);
    let error = use_state_eq(|| None::<String>);
    let busy = use_state_eq(|| false);
    // What is ticked, until the server shows it; and what is to be stored, as long as something is being sent.
    let wanted = use_state_eq(|| None::<Vec<String>>);
    let turn = use_mut_ref(|| None::<Vec<String>>);
    {
        let wanted = wanted.setter();
        use_effect_with(held.data.clone(), move |_| wanted.set(None));
    }
    if let Some(e) = roles.error.as_ref().or(held.error.as_ref()) {
        let (a, b) = (roles.refetch.clone(), held.refetch.clone());
        let retry = Callback::from(move |()| {
            a.emit(());
            b.emit(())
        });
        return html! { <Card title={l.access()} class="mt-4"><Failed error={e.clone()} {retry} /></Card> };
    }
    let (Some(all), Some(held)) = (&roles.data, &held.data) else {
        return html! { <Card title={l.access()} class="mt-4">{ skeleton_lines(4) }</Card> };
    };
    let mine = (*wanted).clone().unwrap_or_else(|| keys(held));
    let name = |r: &Record| text(r, if l == Lang::Zh { "name_zh" } else { "name_en" }).to_owned();
    let row = |r: &Record| {
        let key = text(r, "key").to_owned();
        let on = mine.contains(&key);
        let (path, toaster, wanted, turn, mine, flipped) =
            (path.clone(), toaster.clone(), wanted.clone(), turn.clone(), mine.clone(), key.clone());
        let onchange = Callback::from(move |_: Event| {
            // The list goes out as a whole: it is made of what was ticked last, not of what was drawn last.
            let mut list = turn.borrow().clone().unwrap_or_else(|| mine.clone());
            match list.iter().position(|k| *k == flipped) {
                Some(at) => drop(list.remove(at)),
                None => list.push(flipped.clone()),
            }
            wanted.set(Some(list.clone()));
            if turn.replace(Some(list)).is_some() {
                return;
            }
            let (path, toaster, wanted, turn) = (path.clone(), toaster.clone(), wanted.clone(), turn.clone());
            spawn_local(async move {
                while let Some(list) = waiting(&turn) {
                    match Request::put(path.clone(), json!({ "roles": list })).text().await {
                        // Ticked meanwhile: that goes out next.
                        Ok(_) if waiting(&turn).is_some_and(|now| now != list) => {}
                        Ok(_) => {
                            turn.take();
                            toaster.ok(l.saved());
                        }
                        Err(e) => {
                            turn.take();
                            wanted.set(None);
                            toaster.err(e.text(l));
                        }
                    }
                }
                invalidate(&path);
            });
        });
        html! { <label key={key} class="flex min-h-9 cursor-pointer items-center gap-2 text-[13px]"><input type="checkbox" class="checkbox checkbox-sm" checked={on} {onchange} />{ name(r) }</label> }
    };
    let give = {
        let (password, error, busy, toaster, id) =
            (password.clone(), error.clone(), busy.clone(), toaster.clone(), p.id.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            if *busy {
                return;
            }
            busy.set(true);
            let (password, error, busy, toaster, id) =
                (password.clone(), error.clone(), busy.clone(), toaster.clone(), id.clone());
            spawn_local(async move {
                let body = json!({ "password": *password });
                match Request::post(format!("/users/{id}/password"), body).text().await {
                    Ok(_) => {
                        password.set(String::new());
                        error.set(None);
                        invalidate(&format!("/users/{id}"));
                        toaster.ok(l.password_given());
                    }
                    Err(e) => error.set(Some(e.errors.first().map_or_else(|| e.text(l), |f| f.message.clone()))),
                }
                busy.set(false);
            });
        })
    };
    let typed = {
        let password = password.clone();
        Callback::from(move |v: String| password.set(v))
    };
    html! {
        <Card title={l.access()} class="mt-4">
            <div class="px-4 pb-4">
                <p class="pb-1 text-xs text-base-content/70">{ l.roles() }</p>
                <div class="grid grid-cols-2 gap-x-3">{ for all.items.iter().map(row) }</div>
                <form class="mt-3 border-t border-base-300/70 pt-3" onsubmit={give}>
                    <Field label={l.give_password()} error={error.as_ref().map(|e| AttrValue::from(e.clone()))} help={l.give_password_help()}>
                        <Input name="password" kind="password" value={(*password).clone()} invalid={error.is_some()} oninput={typed} />
                    </Field>
                    <button type="submit" class="btn btn-sm" disabled={*busy || password.is_empty()}>{ l.give_password_do() }</button>
                </form>
            </div>
        </Card>
    }
}
