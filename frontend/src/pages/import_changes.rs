//! What is to be done with an import that is being set up, one after the other: each change is based on the answer to
//! the one before, and the start goes out when all of them are stored.

use crate::data::http::Request;
use crate::data::jobs::Import;
use crate::data::query::invalidate;
use crate::data::session::use_session;
use crate::data::types::ObjectMeta;
use crate::i18n::{Lang, use_lang};
use crate::ui::toast::use_toaster;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Makes a merge patch of an import as it is then.
pub(crate) type Make = Box<dyn Fn(&Import) -> Value>;

/// One thing that waits to be sent.
pub(crate) enum Step {
    /// A merge patch.
    Set(Value),
    /// A merge patch made of the import as it is when its turn comes: for lists, which are sent as a whole.
    Make(Make),
    /// The start of a run or a dry run.
    Start {
        /// Report only.
        dry_run: bool,
    },
}

/// The queue as a page sees it.
pub(crate) struct Changes {
    /// Puts a step at its end.
    pub(crate) send: Callback<Step>,
    /// A start waits or is on its way: whether it is a dry run.
    pub(crate) starting: Option<bool>,
    /// How often a step has failed. What stands on screen is then not what is stored, though that has not changed:
    /// controls whose key has this number are made anew.
    pub(crate) failures: u32,
}

/// The steps that wait, the first of them being sent, and the newest answer.
#[derive(Default)]
struct Waiting {
    steps: VecDeque<Step>,
    newest: Option<Rc<Import>>,
}

/// The next request; `None` when nothing waits.
fn next(waiting: &RefCell<Waiting>, now: &Import) -> Option<Request> {
    let patch = |body: Value| Request::patch(format!("/imports/{}", now.id), body);
    let request = match waiting.borrow().steps.front()? {
        Step::Set(body) => patch(body.clone()),
        Step::Make(body) => patch(body(now)),
        Step::Start { dry_run } => Request::post(format!("/imports/{}/start", now.id), json!({ "dry_run": dry_run })),
    };
    Some(request.if_match(Some(now.version)))
}

/// What the reader knows a part of the setup by: the label of the field it is about or of its control.
pub(crate) fn label_of(l: Lang, meta: Option<&ObjectMeta>, part: &str) -> Option<String> {
    let label = match part {
        "match_fields" => l.match_by(),
        "default_owner_id" => l.default_owner(),
        "sheet" => l.import_sheet(),
        _ => {
            let key = part.strip_prefix("defaults.").unwrap_or(part);
            return meta?.field(key).map(|field| field.label.clone());
        }
    };
    Some(label.to_owned())
}

/// The queue of an import; `onchange` is given every answer.
#[hook]
pub(crate) fn use_changes(import: &Rc<Import>, onchange: &Callback<Import>) -> Changes {
    let l = use_lang();
    let toaster = use_toaster();
    let session = use_session();
    let waiting = use_mut_ref(Waiting::default);
    let starting = use_state_eq(|| None::<bool>);
    let failures = use_mut_ref(|| 0u32);
    let failed = use_state_eq(|| 0u32);
    let send = {
        let (import, onchange, starting, failed) =
            (import.clone(), onchange.clone(), starting.setter(), failed.setter());
        Callback::from(move |step: Step| {
            if let Step::Start { dry_run } = &step {
                starting.set(Some(*dry_run));
            }
            let mut now = {
                let mut waiting = waiting.borrow_mut();
                waiting.steps.push_back(step);
                if waiting.steps.len() > 1 {
                    return;
                }
                let newest = waiting.newest.take().filter(|newest| newest.version > import.version);
                newest.unwrap_or_else(|| import.clone())
            };
            let (waiting, failures) = (waiting.clone(), failures.clone());
            let (onchange, starting, failed) = (onchange.clone(), starting.clone(), failed.clone());
            let (toaster, session) = (toaster.clone(), session.clone());
            spawn_local(async move {
                while let Some(request) = next(&waiting, &now) {
                    match request.json::<Import>().await {
                        Ok(answer) => {
                            now = Rc::new(answer);
                            waiting.borrow_mut().steps.pop_front();
                            onchange.emit((*now).clone());
                        }
                        Err(e) => {
                            waiting.borrow_mut().steps.clear();
                            toaster.err(e.first(l, |part| label_of(l, session.object(&now.object), part)));
                            if matches!(e.status, 409 | 412) {
                                invalidate(&format!("/imports/{}", now.id));
                            }
                            *failures.borrow_mut() += 1;
                            failed.set(*failures.borrow());
                        }
                    }
                }
                waiting.borrow_mut().newest = Some(now);
                starting.set(None);
            });
        })
    };
    Changes { send, starting: *starting, failures: *failed }
}
