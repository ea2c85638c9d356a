//! One change of a record from anywhere, said in the corner with its undo.

use super::http::{Request, random_key};
use super::offline;
use super::query::invalidate;
use super::types::{Record, int};
use crate::i18n::Lang;
use crate::ui::toast::Toaster;
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// What is to change, and what to say of it.
#[derive(Clone)]
pub(crate) struct Change {
    /// Plural key of the object.
    pub(crate) object: String,
    pub(crate) id: String,
    pub(crate) version: Option<i64>,
    /// A merge patch.
    pub(crate) set: Value,
    /// The patch that takes it back.
    pub(crate) back: Value,
    /// The name of the record, where it may have to wait for the network.
    pub(crate) title: Option<String>,
    pub(crate) said: String,
    /// What to say when it was taken back.
    pub(crate) unsaid: String,
}

/// Sends a change; `settled` hears whether it stands: true at once, false when it failed or was taken back.
pub(crate) fn change(l: Lang, toaster: Toaster, c: Change, settled: Callback<bool>) {
    settled.emit(true);
    spawn_local(async move {
        match send(&c, c.version, c.set.clone()).await {
            Ok(version) => {
                let (again, settled, said) = (toaster.clone(), settled.clone(), c.said.clone());
                let undo = Callback::from(move |()| {
                    let (c, again, settled) = (c.clone(), again.clone(), settled.clone());
                    spawn_local(async move {
                        match send(&c, version, c.back.clone()).await {
                            Ok(_) => {
                                settled.emit(false);
                                again.ok(c.unsaid)
                            }
                            Err(e) => again.err(e.text(l)),
                        }
                    });
                });
                toaster.undo(said, undo);
            }
            Err(e) if e.status == 0 && c.object == "tasks" && wait(l, &c).await => toaster.ok(l.outbox_queued()),
            Err(e) => {
                settled.emit(false);
                toaster.err(e.text(l))
            }
        }
    });
}

async fn wait(l: Lang, c: &Change) -> bool {
    c.set == json!({ "status": "done" })
        && finish_later(l, &c.id, c.set.clone(), c.title.as_deref().unwrap_or(&c.said)).await
}

/// Lets the finishing of a task wait for the network: as a bulk of one, which is carried out once under its key.
pub(crate) async fn finish_later(l: Lang, id: &str, set: Value, name: &str) -> bool {
    // The first attempt may have arrived: without a version it may be repeated, and finishing twice is finishing.
    let body = json!({ "operations": [{ "op": "update", "id": id, "data": set }] });
    offline::wait(random_key(), "tasks", "/tasks/bulk".into(), body, l.task_finish_of(name)).await
}

async fn send(c: &Change, version: Option<i64>, patch: Value) -> Result<Option<i64>, super::http::ApiError> {
    let answer = Request::patch(format!("/{}/{}", c.object, c.id), patch).if_match(version).json::<Record>().await;
    // What is on screen is read again even when it failed: somebody else may have changed the record.
    invalidate(&format!("/{}", c.object));
    answer.map(|r| {
        invalidate("/events");
        int(&r, "version")
    })
}
