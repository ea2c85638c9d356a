//! What people say about a record, and its files.

use super::comments::Comments;
use super::files::Files;
use crate::data::http::Request;
use crate::data::query::invalidate;
use crate::data::types::ObjectMeta;
use crate::i18n::Lang;
use crate::ui::toast::Toaster;
use serde_json::json;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct TalkProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) id: String,
}

/// Comments with a place to write one, and attachments with a place to add one.
#[component]
pub(crate) fn Talk(p: &TalkProps) -> Html {
    html! { <div class="grid grid-cols-1 gap-6 p-4 lg:grid-cols-[minmax(0,1fr)_280px]"><Comments meta={p.meta.clone()} id={p.id.clone()} /><Files meta={p.meta.clone()} id={p.id.clone()} /></div> }
}

/// Takes a comment or a file away, and offers to bring it back.
pub(super) fn take_away(l: Lang, toaster: Toaster, object: &'static str, id: String, said: &'static str) {
    let again = || {
        invalidate(object);
        invalidate("/events");
    };
    spawn_local(async move {
        if let Err(e) = Request::delete(format!("{object}/{id}")).answer().await {
            return toaster.err(e.text(l));
        }
        again();
        let told = toaster.clone();
        let undo = Callback::from(move |()| {
            let (path, toaster) = (format!("{object}/{id}/restore"), told.clone());
            spawn_local(async move {
                match Request::post(path, json!({})).text().await {
                    Ok(_) => {
                        again();
                        toaster.ok(l.restored())
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
            });
        });
        toaster.undo(said, undo);
    });
}
