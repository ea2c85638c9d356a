//! Roles: what each may do to which records, how far, and what it sees of phones and e-mails.

use super::role_rows::{ACTIONS, Row, rows};
use crate::data::http::Request;
use crate::data::once::Once;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::{Page, Record, int, text};
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::field::{Field, Input, select};
use crate::ui::overlay::{Confirm, Dialog, may_leave, use_leave, use_unsaved};
use crate::ui::pieces::alert;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, badge, icon, skeleton_rows, spinner};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

const SCOPES: [&str; 5] = ["none", "own", "team", "subtree", "all"];

pub(super) fn action_label(l: Lang, a: &str) -> &'static str {
    match a {
        "read" => l.act_read(),
        "create" => l.act_create(),
        "update" => l.act_update(),
        "archive" => l.act_archive(),
        "export" => l.act_export(),
        _ => l.act_import(),
    }
}

pub(super) fn scope_label(l: Lang, s: &str) -> &'static str {
    match s {
        "own" => l.scope_own(),
        "team" => l.scope_team(),
        "subtree" => l.scope_subtree(),
        "all" => l.scope_all(),
        _ => l.scope_none(),
    }
}

fn name_of(l: Lang, r: &Record) -> String {
    let name = text(
        r,
        match l {
            Lang::Zh => "name_zh",
            Lang::En => "name_en",
        },
    );
    if name.is_empty() { text(r, "key").to_owned() } else { name.to_owned() }
}

fn scope_of<'a>(permissions: &'a Value, object: &str, action: &str) -> &'a str {
    permissions.get(object).and_then(|g| g.get(action)).and_then(Value::as_str).unwrap_or("none")
}

/// The permissions with one cell changed.
fn with_scope(permissions: &Value, object: &str, action: &str, scope: &str) -> Value {
    let mut p = permissions.clone();
    if let Some(map) = p.as_object_mut() {
        let grant = map.entry(object.to_owned()).or_insert_with(|| {
            Value::Object(ACTIONS.iter().map(|a| ((*a).to_owned(), json!("none"))).collect::<Map<_, _>>())
        });
        if let Some(g) = grant.as_object_mut() {
            g.insert(action.to_owned(), json!(scope));
        }
    }
    p
}

#[component]
pub(crate) fn Roles() -> Html {
    let l = use_lang();
    let may = use_session().me.may("roles", "create");
    let query = use_query::<Page<Record>>("/roles".to_owned());
    let chosen = use_state_eq(String::new);
    let making = use_state_eq(|| false);
    let new = {
        let making = making.clone();
        Callback::from(move |_: MouseEvent| making.set(true))
    };
    let hide = {
        let making = making.clone();
        Callback::from(move |()| making.set(false))
    };
    let body = match (&query.data, &query.error) {
        (Some(d), _) => {
            let current = d.items.iter().find(|r| text(r, "id") == *chosen).or_else(|| d.items.first()).cloned();
            let keys: BTreeSet<String> = d
                .items
                .iter()
                .filter_map(|r| r.get("permissions").and_then(Value::as_object))
                .flat_map(|p| p.keys().cloned())
                .collect();
            let keys: Vec<String> = keys.into_iter().collect();
            let pick = |r: &Record| {
                let on = current.as_ref().is_some_and(|c| text(c, "id") == text(r, "id"));
                let (chosen, id) = (chosen.clone(), text(r, "id").to_owned());
                html! { <button key={id.clone()} onclick={Callback::from(move |_: MouseEvent| if may_leave(l) { chosen.set(id.clone()) })} aria-pressed={on.to_string()} class={cls!("h-8 shrink-0 cursor-pointer whitespace-nowrap rounded-lg px-3 text-[13px]", if on { "bg-primary/10 font-medium text-primary" } else { "hover:bg-base-content/5" })}>{ name_of(l, r) }</button> }
            };
            html! { <><div class="flex gap-1 overflow-x-auto border-b border-base-300/70 px-3 pb-2">{ for d.items.iter().map(pick) }</div>
            if let Some(r) = current { <Matrix key={format!("{}{}", text(&r, "id"), int(&r, "version").unwrap_or(0))} role={r.clone()} keys={keys} /> }</> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_rows(6),
    };
    html! { <Card title={l.roles()} extra={html! { if may { <button class="btn btn-sm btn-primary" onclick={new}>{ icon("plus", "size-4") }{ l.role_new() }</button> } }}>{ body }
    if *making { <NewRole like={query.data.as_ref().and_then(|d| d.items.iter().find(|r| text(r, "id") == *chosen).or(d.items.first()).cloned())} onclose={hide} /> }</Card> }
}

#[derive(Properties, PartialEq)]
struct MatrixProps {
    role: Record,
    /// Every key that a grant of any role names.
    keys: Vec<String>,
}

#[component]
fn Matrix(p: &MatrixProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let saved = p.role.get("permissions").cloned().unwrap_or_else(|| json!({}));
    let saved_masks = p.role.get("masks").cloned().unwrap_or_else(|| json!({}));
    let draft = use_state_eq(|| saved.clone());
    let masks = use_state_eq(|| saved_masks.clone());
    // The version that a save is based on.
    let seen = use_state_eq(|| int(&p.role, "version"));
    let busy = use_state_eq(|| false);
    let asking = use_state_eq(|| false);
    // The administrator's role cannot be narrowed: somebody must be able to set things right.
    let fixed = text(&p.role, "key") == "administrator";
    let shipped = p.role.get("builtin").and_then(Value::as_bool).unwrap_or(false);
    let may = session.me.may("roles", "update");
    let dirty = *draft != saved || *masks != saved_masks;
    use_unsaved(dirty);
    let cell = |object: &str, action: &'static str, owned: bool| {
        let now = scope_of(&draft, object, action).to_owned();
        let options: Vec<(String, String)> = SCOPES
            .iter()
            .filter(|s| owned || matches!(**s, "none" | "all") || **s == now)
            .map(|s| ((*s).to_owned(), scope_label(l, s).to_owned()))
            .collect();
        let tone = match now.as_str() {
            "none" => "text-base-content/70",
            "all" => "text-success",
            _ => "text-primary",
        };
        if fixed || !may {
            return html! { <span class={cls!("text-xs", tone)}>{ scope_label(l, &now) }</span> };
        }
        let onchange = {
            let (draft, object) = (draft.clone(), object.to_owned());
            Callback::from(move |v: String| draft.set(with_scope(&draft, &object, action, &v)))
        };
        html! { <span class={tone}>{ select(action, action_label(l, action), &options, &now, "select-xs select-ghost w-24 pl-1", onchange) }</span> }
    };
    let mask = |key: &'static str, label: &'static str| {
        let now = masks.get(key).and_then(Value::as_str).unwrap_or("clear").to_owned();
        let options = [
            ("clear".to_owned(), l.mask_clear().to_owned()),
            ("partial".to_owned(), l.mask_partial().to_owned()),
            ("hidden".to_owned(), l.mask_hidden().to_owned()),
        ];
        let onchange = {
            let masks = masks.clone();
            Callback::from(move |v: String| {
                let mut m = (*masks).clone();
                if let Some(o) = m.as_object_mut() {
                    o.insert(key.into(), json!(v));
                }
                masks.set(m)
            })
        };
        html! { <label class="flex items-center gap-2 text-[13px]">{ label }{ select(key, label, &options, &now, "select-sm w-32", onchange) }</label> }
    };
    let save = {
        let (draft, masks, role, busy, toaster, seen) =
            (draft.clone(), masks.clone(), p.role.clone(), busy.clone(), toaster.clone(), seen.clone());
        Callback::from(move |_: MouseEvent| {
            let body = json!({ "permissions": *draft, "masks": *masks });
            let (busy, toaster, seen, version) = (busy.clone(), toaster.clone(), seen.clone(), int(&role, "version"));
            let path = format!("/roles/{}", text(&role, "id"));
            busy.set(true);
            spawn_local(async move {
                match Request::patch(path.clone(), body).if_match(*seen).json::<Record>().await {
                    Ok(now) => {
                        invalidate("/roles");
                        toaster.ok(l.saved());
                        // What is saved gets a matrix of its own: nothing is chosen until it is there.
                        busy.set(int(&now, "version") != version);
                    }
                    Err(e) if e.status == 412 => {
                        // Saving once more is saving over what the other has left.
                        if let Ok(now) = Request::get(path).fresh().json::<Record>().await {
                            seen.set(int(&now, "version"));
                        }
                        toaster.err(l.settings_clash());
                        busy.set(false);
                    }
                    Err(e) => {
                        toaster.err(e.text(l));
                        busy.set(false);
                    }
                }
            });
        })
    };
    let reset = {
        let (draft, masks, a, b) = (draft.clone(), masks.clone(), saved.clone(), saved_masks.clone());
        Callback::from(move |_: MouseEvent| {
            draft.set(a.clone());
            masks.set(b.clone())
        })
    };
    let ask = {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(true))
    };
    let keep = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(false))
    };
    let remove = {
        let (role, toaster) = (p.role.clone(), toaster.clone());
        Callback::from(move |()| {
            let (role, toaster) = (role.clone(), toaster.clone());
            spawn_local(async move {
                match Request::delete(format!("/roles/{}", text(&role, "id")))
                    .if_match(int(&role, "version"))
                    .text()
                    .await
                {
                    Ok(_) => {
                        invalidate("/roles");
                        toaster.ok(l.role_deleted())
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
            })
        })
    };
    let (records, others) = rows(l, &p.keys, &session.objects);
    let line = |r: &Row| html! { <tr class="h-10" key={r.key.clone()}><td class="sticky left-0 z-[1] whitespace-nowrap bg-base-100 px-4 font-medium">{ &r.label }</td>{ for ACTIONS.iter().map(|a| html! { <td class="px-2">if r.actions.contains(a) { { cell(&r.key, a, r.scoped) } } else { <span class="pl-1 text-xs text-base-content/50" aria-hidden="true">{ "·" }</span> }</td> }) }</tr> };
    let head = |text: &'static str| html! { <tr class="h-8 bg-base-200/40"><th colspan="7" scope="colgroup" class="px-4 text-left text-xs font-medium text-base-content/70">{ text }</th></tr> };
    html! { <>
        <div class="flex flex-wrap items-center gap-3 px-4 py-3"><b class="text-sm font-semibold">{ name_of(l, &p.role) }</b><span class="font-mono text-xs text-base-content/70">{ text(&p.role, "key") }</span>if shipped { { badge("neutral", l.role_shipped()) } }if fixed { <span class="text-xs text-base-content/70">{ l.role_fixed() }</span> }
            <span class="ml-auto flex gap-2">if dirty { <button class="btn btn-sm btn-ghost" disabled={*busy} onclick={reset}>{ l.undo() }</button><button class="btn btn-sm btn-primary" onclick={save} disabled={*busy}>if *busy { { spinner() } }{ l.save() }</button> }if !shipped && !fixed && session.me.may("roles", "archive") { <button class="btn btn-sm btn-ghost text-error" onclick={ask}>{ icon("trash-2", "size-4") }{ l.delete() }</button> }</span></div>
        <fieldset disabled={*busy} class="min-w-0 overflow-x-auto" tabindex="0"><table class="w-full text-[13px]"><thead class="bg-base-200/60 text-left text-xs text-base-content/70"><tr class="h-9"><th class="px-4 font-medium">{ l.object() }</th>{ for ACTIONS.iter().map(|a| html! { <th class="px-2 font-medium">{ action_label(l, a) }</th> }) }</tr></thead>
            <tbody class="divide-y divide-base-300/60" data-testid="matrix">{ head(l.perm_records()) }{ for records.iter().map(line) }{ head(l.perm_others()) }{ for others.iter().map(line) }</tbody></table></fieldset>
        <fieldset disabled={!may || *busy} class="flex flex-wrap gap-6 border-t border-base-300/70 px-4 py-3"><span class="text-[13px] text-base-content/70">{ l.masks() }</span>{ mask("phone", l.phone()) }{ mask("email", l.email()) }</fieldset>
        if *asking { <Confirm title={l.role_delete(&name_of(l, &p.role))} body={l.role_delete_body()} action={l.delete()} danger=true onyes={remove} onclose={keep} /> }
    </> }
}

#[derive(Properties, PartialEq)]
struct NewRoleProps {
    like: Option<Record>,
    onclose: Callback<()>,
}

/// A new role starts as a copy of the one on screen.
#[component]
fn NewRole(p: &NewRoleProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let name = use_state_eq(String::new);
    let key = use_state_eq(String::new);
    let (busy, wrong) = (use_state_eq(|| false), use_state_eq(|| None::<String>));
    let once = use_memo((), |()| Once::default());
    let (leave, asking) = use_leave(!name.is_empty() || !key.is_empty(), p.onclose.clone());
    let pick = |s: &UseStateHandle<String>| {
        let s = s.clone();
        Callback::from(move |v: String| s.set(v))
    };
    let valid = !name.trim().is_empty() && !key.trim().is_empty();
    let onsubmit = {
        let (name, key, like, close, toaster) =
            (name.clone(), key.clone(), p.like.clone(), p.onclose.clone(), toaster.clone());
        let (busy, wrong) = (busy.clone(), wrong.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            let of = |k: &str| like.as_ref().and_then(|r| r.get(k)).cloned().unwrap_or_else(|| json!({}));
            let body = json!({ "key": key.trim(), "name_zh": name.trim(), "name_en": name.trim(), "permissions": of("permissions"), "masks": of("masks") });
            let Some(sent) = once.begin(&body) else { return };
            let (close, toaster, busy, wrong, once) =
                (close.clone(), toaster.clone(), busy.clone(), wrong.clone(), once.clone());
            busy.set(true);
            wrong.set(None);
            spawn_local(async move {
                let answer = Request::create_as(sent, "/roles", body).text().await;
                once.end(answer.is_ok());
                busy.set(false);
                match answer {
                    Ok(_) => {
                        invalidate("/roles");
                        toaster.ok(l.saved());
                        close.emit(())
                    }
                    Err(e) => wrong.set(Some(e.first(l, |field| match field {
                        "key" => Some(l.key().to_owned()),
                        "name_zh" | "name_en" => Some(l.name().to_owned()),
                        _ => None,
                    }))),
                }
            });
        })
    };
    html! { <><Dialog title={l.role_new()} onclose={leave} footer={html! { <button type="submit" form="new-role" class="btn btn-sm btn-primary" disabled={!valid || *busy}>if *busy { { spinner() } }{ l.create() }</button> }}>
    <form id="new-role" {onsubmit}>{ alert("mb-3", wrong.as_deref()) }<p class="mb-3 text-base-content/70">{ l.role_new_body(&p.like.as_ref().map(|r| name_of(l, r)).unwrap_or_default()) }</p><Field label={l.name()}><Input name="name" value={(*name).clone()} oninput={pick(&name)} /></Field><Field label={l.key()} help={l.key_help()}><Input name="key" value={(*key).clone()} oninput={pick(&key)} /></Field></form></Dialog>{ asking }</> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_the_matrix_changes_alone() {
        let p = json!({"customers":{"read":"all","update":"own"}});
        let q = with_scope(&p, "customers", "update", "team");
        assert_eq!((scope_of(&q, "customers", "read"), scope_of(&q, "customers", "update")), ("all", "team"));
        let r = with_scope(&json!({}), "tasks", "read", "own");
        assert_eq!((scope_of(&r, "tasks", "read"), scope_of(&r, "tasks", "import")), ("own", "none"));
    }
}
