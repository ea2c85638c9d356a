//! A card with settings that are saved together: what is being changed, what is wrong with it, and the button.

use crate::data::http::{ApiError, Request};
use crate::data::query::invalidate;
use crate::data::session::use_session;
use crate::i18n::{Lang, use_lang};
use crate::ui::overlay::use_unsaved;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, cls, spinner};
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Settings as they are being changed.
pub(super) struct Form<T: 'static> {
    pub(super) now: UseStateHandle<T>,
    /// Whether the reader may change them.
    pub(super) may: bool,
    error: UseStateHandle<Option<ApiError>>,
    busy: UseStateHandle<bool>,
    onsubmit: Callback<SubmitEvent>,
}

/// Settings that begin as `start`, of this `version`, are put to the first of `paths` as `body` says, and are then told
/// to whoever reads the second. Who saves what somebody else has changed meanwhile is told so, keeps the input, and can save it over that.
#[hook]
pub(super) fn use_form<T>(
    start: &T,
    version: i64,
    paths: (&'static str, &'static str),
    body: fn(&T) -> Value,
) -> Form<T>
where
    T: Clone + PartialEq + 'static,
{
    let (path, told) = paths;
    let l = use_lang();
    let toaster = use_toaster();
    let now = use_state_eq(|| start.clone());
    let error = use_state_eq(|| None::<ApiError>);
    let busy = use_state_eq(|| false);
    let saved = use_state_eq(|| Value::Null);
    let may = use_session().me.may("settings", "update");
    let typed = body(&now);
    // What was saved last may not have been read again yet.
    use_unsaved(may && typed != body(start) && typed != *saved);
    let onsubmit = {
        let (now, error, busy, saved) = (now.clone(), error.clone(), busy.clone(), saved.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            let (body, error, busy, toaster) = (body(&now), error.clone(), busy.clone(), toaster.clone());
            let saved = saved.clone();
            busy.set(true);
            spawn_local(async move {
                let answer = Request::put(path, body.clone()).if_match(Some(version)).text().await;
                busy.set(false);
                if answer.is_ok() {
                    saved.set(body);
                    toaster.ok(l.saved())
                }
                if answer.as_ref().err().is_none_or(|e| e.status == 412) {
                    invalidate(told);
                }
                error.set(answer.err());
            });
        })
    };
    Form { now, may, error, busy, onsubmit }
}

impl<T: Clone + 'static> Form<T> {
    /// What makes a change.
    pub(super) fn with<V: 'static>(&self, f: fn(&mut T, V)) -> Callback<V> {
        let now = self.now.clone();
        Callback::from(move |v: V| {
            let mut next = (*now).clone();
            f(&mut next, v);
            now.set(next)
        })
    }

    /// What is wrong with a setting, or with a part of it.
    pub(super) fn wrong(&self, key: &str) -> Option<AttrValue> {
        let is_of = |field: &str| {
            let rest = field.strip_prefix(key);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        let found = self.error.as_ref()?.errors.iter().find(|x| is_of(&x.field))?;
        Some(found.message.clone().into())
    }

    /// The card around the settings.
    pub(super) fn card(
        &self,
        l: Lang,
        title: &str,
        intro: &str,
        (id, width): (&'static str, &'static str),
        body: Html,
    ) -> Html {
        html! {
            <Card title={title.to_owned()}><form novalidate=true onsubmit={self.onsubmit.clone()} class={cls!("px-4 pb-4 pt-1", width)} data-testid={id}>
                <p class="mb-3 text-[13px] text-base-content/75">{ intro }</p>
                if let Some(e) = self.error.as_ref().filter(|e| e.errors.is_empty()) { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
                { body }
                if self.may { <button type="submit" class="btn btn-sm btn-primary" disabled={*self.busy}>if *self.busy { { spinner() } }{ l.save() }</button> }
            </form></Card>
        }
    }
}
