//! The tabs over a list: all, mine, and saved views; saving what is shown as a view.

use super::save;
use crate::data::http::{Request, random_key};
use crate::data::listing::ListState;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::{ObjectMeta, Page, Record, ViewDefinition, text};
use crate::i18n::use_lang;
use crate::parts::{Lazy, Room};
use crate::ui::cls;
use crate::ui::field::{Field, Input, Toggle};
use crate::ui::overlay::{Dialog, Popover, menu_item};
use crate::ui::pieces::alert;
use crate::ui::toast::use_toaster;
use crate::ui::{icon, spinner};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// The definition kept in a saved view.
pub(crate) fn definition(view: &Record) -> ViewDefinition {
    view.get("definition").map(crate::data::wire::Wire::read).unwrap_or_default()
}

#[derive(Properties, PartialEq)]
pub(crate) struct ViewsProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) state: ListState,
    pub(crate) onchange: Callback<ListState>,
}

/// The tabs.
#[component]
pub(crate) fn Views(p: &ViewsProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let may = session.object("saved_views").is_some_and(|o| o.may("read"));
    let path = if may { format!("/saved_views?object={}&limit=50&sort=position", p.meta.key) } else { String::new() };
    let toaster = use_toaster();
    let views = use_query::<Page<Record>>(path);
    let saving = use_state_eq(|| false);
    let tab = |key: &str, label: String, to: ListState| {
        let on = p.state.view == key && !(key.is_empty() && p.state.archived);
        let onclick = {
            let onchange = p.onchange.clone();
            Callback::from(move |_: MouseEvent| onchange.emit(to.clone()))
        };
        html! { <button role="tab" key={key.to_owned()} aria-selected={on.to_string()} {onclick} class={cls!("tab h-11 whitespace-nowrap px-3 text-[13px]", on.then_some("tab-active font-medium"))}>{ label }</button> }
    };
    let fresh = |view: &str| ListState {
        view: view.to_owned(),
        board: p.state.board,
        fields: p.state.fields.clone(),
        ..ListState::default()
    };
    let items = views.data.as_ref().map(|d| d.items.clone()).unwrap_or_default();
    let current = items.iter().find(|v| text(v, "id") == p.state.view);
    // Changes of a saved view can be kept in it or dropped; anything else can become a new one.
    let dirty = match current {
        Some(v) => definition(v) != p.state.definition(),
        None => p.state.filter.is_some() || !p.state.sort.is_empty() || !p.state.q.is_empty(),
    };
    let archived = {
        let s = ListState { archived: true, ..ListState::default() };
        p.state.archived.then(|| tab("archived", l.archived_tab().into(), s))
    };
    let save = {
        let saving = saving.clone();
        Callback::from(move |_: MouseEvent| saving.set(true))
    };
    let hide = {
        let saving = saving.clone();
        Callback::from(move |()| saving.set(false))
    };
    let own = current.filter(|v| text(v, "owner_id") == session.me.id);
    let remove = own.map(|v| {
        let (v, onchange, board) = (v.clone(), p.onchange.clone(), p.state.board);
        let toaster = toaster.clone();
        Callback::from(move |_: MouseEvent| {
            let onchange = onchange.clone();
            let done = Callback::from(move |()| onchange.emit(ListState { board, ..ListState::default() }));
            save::archive(l, toaster.clone(), "saved_views".into(), &v, text(&v, "name").to_owned(), done);
        })
    });
    let may_save = session.object("saved_views").is_some_and(|o| o.may("create"));
    html! { <>
        <div class="flex min-w-0"><div role="tablist" class="tabs tabs-border flex-nowrap overflow-x-auto [scrollbar-width:none]">
            { tab("", l.all_of(&p.meta.label_plural), fresh("")) }
            if p.meta.owned { { tab("mine", l.mine_tab().into(), fresh("mine")) } }
            { for items.iter().map(|v| tab(text(v, "id"), text(v, "name").to_owned(), ListState { board: p.state.board, ..ListState::of_view(text(v, "id"), &definition(v)) })) }
            { for archived }
        </div>
        if let Some(remove) = remove { <span class="my-auto shrink-0"><Popover menu=true label={l.view_menu()} width="sm:w-44" button_class="btn btn-ghost btn-xs btn-square" button={html! { { icon("ellipsis", "size-4") } }}>{ menu_item("pencil", l.view_edit(), save.clone()) }{ menu_item("archive", l.view_remove(), remove) }</Popover></span> }
        if dirty && may_save && !p.state.archived { <button class="btn btn-ghost btn-xs my-auto shrink-0 whitespace-nowrap text-primary" onclick={save} data-testid="save-view">{ icon("bookmark", "size-3.5") }{ l.view_save() }</button> }
        </div>
        if *saving { <Lazy room={Room::SaveView(Box::new(SaveProps { meta: p.meta.clone(), state: p.state.clone(), current: current.cloned(), onclose: hide, onsaved: p.onchange.clone() }))} /> }
    </> }
}

#[derive(Properties, PartialEq, Clone)]
pub(crate) struct SaveProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) state: ListState,
    /// The view that is shown, if any.
    pub(crate) current: Option<Record>,
    pub(crate) onclose: Callback<()>,
    pub(crate) onsaved: Callback<ListState>,
}

/// A body with the key under which it is carried out once.
struct Sent {
    under_way: bool,
    body: Value,
    key: String,
}

/// The drawer that keeps what is shown as a view.
#[component]
pub(crate) fn SaveView(p: &SaveProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let name = use_state_eq(|| p.current.as_ref().map(|v| text(v, "name").to_owned()).unwrap_or_default());
    let shared =
        use_state_eq(|| p.current.as_ref().and_then(|v| v.get("shared")).and_then(Value::as_bool).unwrap_or(false));
    let busy = use_state_eq(|| false);
    let wrong = use_state_eq(|| None::<String>);
    // What is being sent, or was; what is sent once more is not made twice.
    let sent = use_mut_ref(|| Sent { under_way: false, body: Value::Null, key: String::new() });
    let send = |over: bool| {
        let (p_state, object, current) = (p.state.off_tab(), p.meta.key.clone(), p.current.clone());
        let (busy, wrong, sent) = (busy.clone(), wrong.clone(), sent.clone());
        let (name, shared, toaster, close, done) =
            (name.trim().to_owned(), *shared, toaster.clone(), p.onclose.clone(), p.onsaved.clone());
        Callback::from(move |()| {
            let body =
                json!({ "object": object, "name": name, "shared": shared, "definition": p_state.definition().json() });
            let key = {
                let mut sent = sent.borrow_mut();
                if std::mem::replace(&mut sent.under_way, true) {
                    return;
                }
                if sent.body != body {
                    (sent.body, sent.key) = (body.clone(), random_key());
                }
                sent.key.clone()
            };
            busy.set(true);
            wrong.set(None);
            let (current, state, toaster, close, done) =
                (current.clone(), p_state.clone(), toaster.clone(), close.clone(), done.clone());
            let (busy, wrong, sent) = (busy.clone(), wrong.clone(), sent.clone());
            spawn_local(async move {
                let request = match current.as_ref().filter(|_| over) {
                    Some(v) => Request::patch(format!("/saved_views/{}", text(v, "id")), body)
                        .if_match(crate::data::types::int(v, "version")),
                    None => Request::create_as(key, "/saved_views", body),
                };
                let answer = request.json::<Record>().await;
                sent.borrow_mut().under_way = false;
                busy.set(false);
                match answer {
                    Ok(v) => {
                        invalidate("/saved_views");
                        toaster.ok(l.saved());
                        close.emit(());
                        done.emit(ListState { view: text(&v, "id").to_owned(), ..state });
                    }
                    Err(e) => wrong.set(Some(e.text(l))),
                }
            });
        })
    };
    let valid = !name.trim().is_empty();
    let onsubmit = {
        let go = send(p.current.is_some());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            if valid {
                go.emit(())
            }
        })
    };
    let as_new = send(false).reform(|_: MouseEvent| ());
    let footer = html! { <>
    if p.current.is_some() { <button class="btn btn-sm" onclick={as_new} disabled={!valid || *busy}>{ l.view_save_new() }</button> }
    <button type="submit" form="save-view" class="btn btn-sm btn-primary" disabled={!valid || *busy}>if *busy { { spinner() } }{ l.save() }</button></> };
    html! {
        <Dialog title={l.view_save()} onclose={p.onclose.clone()} {footer}>
            <form id="save-view" {onsubmit} class="space-y-1">
                { alert("mb-3", wrong.as_deref()) }
                <Field label={l.view_name()}><Input name="view-name" value={(*name).clone()} oninput={let name = name.clone(); Callback::from(move |v: String| name.set(v))} autocomplete={AttrValue::from("off")} /></Field>
                <Toggle on={*shared} label={l.view_shared()} onchange={let shared = shared.clone(); Callback::from(move |v: bool| shared.set(v))} />
            </form>
        </Dialog>
    }
}
