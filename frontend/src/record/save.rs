//! Writing records: create, change with a version, archive with undo, and what other pages must read again.

use crate::data::http::{ApiError, Request};
use crate::data::query::{facts_follow, invalidate};
use crate::data::types::{Record, int, text};
use crate::i18n::Lang;
use crate::ui::toast::Toaster;
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// After a change everything that may show it is read again.
pub(crate) fn changed(object: &str) {
    invalidate(&format!("/{object}"));
    facts_follow(object);
    for also in ["/events", "/metrics", "/reports", "/scores", "/pipelines/"] {
        invalidate(also);
    }
    if matches!(object, "custom_fields") {
        invalidate("/objects");
    }
}

/// Creates a record; the same key with the same data creates it once.
pub(crate) async fn create(object: &str, key: String, data: Record) -> Result<Record, ApiError> {
    let made = Request::create_as(key, format!("/{object}"), Value::Object(data)).json::<Record>().await?;
    changed(object);
    Ok(made)
}

/// Changes a record; `version` is the one that was seen.
pub(crate) async fn update(object: &str, id: &str, version: Option<i64>, data: Record) -> Result<Record, ApiError> {
    let made =
        Request::patch(format!("/{object}/{id}"), Value::Object(data)).if_match(version).json::<Record>().await?;
    changed(object);
    Ok(made)
}

/// The record as somebody else has left it, who saved first; the page reads it again too.
pub(crate) async fn as_it_is(object: &str, id: &str) -> Option<Record> {
    changed(object);
    Request::get(format!("/{object}/{id}?refs=true")).fresh().json().await.ok()
}

/// Archives a record and offers to bring it back.
pub(crate) fn archive(l: Lang, toaster: Toaster, object: String, record: &Record, title: String, done: Callback<()>) {
    let (id, version) = (text(record, "id").to_owned(), int(record, "version"));
    spawn_local(async move {
        match Request::delete(format!("/{object}/{id}")).if_match(version).text().await {
            Ok(_) => {
                changed(&object);
                done.emit(());
                let again = toaster.clone();
                toaster.undo(
                    l.archived_one(&title),
                    Callback::from(move |()| restore(l, again.clone(), object.clone(), id.clone())),
                );
            }
            Err(e) => toaster.err(e.text(l)),
        }
    });
}

/// Brings an archived record back.
pub(crate) fn restore(l: Lang, toaster: Toaster, object: String, id: String) {
    spawn_local(async move {
        match Request::post(format!("/{object}/{id}/restore"), Value::Object(Record::new())).text().await {
            Ok(_) => {
                changed(&object);
                toaster.ok(l.restored());
            }
            Err(e) => toaster.err(e.text(l)),
        }
    });
}
