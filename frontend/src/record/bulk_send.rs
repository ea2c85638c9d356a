//! Many records changed at once: sent in parts, told row by row, and taken back as they were.

use super::bulk_edit::BulkChange;
use super::save::changed;
use crate::data::http::{self, ApiError, Request, encode, random_key};
use crate::data::types::{Page, Record, field_value, int, text};
use crate::i18n::Lang;
use crate::ui::toast::Toaster;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The most records that are changed in one go.
pub(super) const MOST: usize = 10_000;
/// Rows in one request; a page of a list holds as many, so that their values before the change are one read.
const PART: usize = 200;

/// One row to be sent: what is done, to which version, with which data.
struct Step {
    op: &'static str,
    id: String,
    version: Option<i64>,
    data: Option<Value>,
}

/// One row that was changed, and what takes it back.
struct Done {
    id: String,
    /// After the change.
    version: Option<i64>,
    /// The values before.
    back: Option<Value>,
}

/// What happened: the rows that went well, those that did not, and the first reason of those.
#[derive(Default)]
pub(super) struct Outcome {
    good: Vec<Done>,
    bad: Vec<String>,
    reason: String,
}

impl Outcome {
    /// The rows that did not go well, by id.
    pub(super) fn failed(&self) -> BTreeSet<String> {
        self.bad.iter().cloned().collect()
    }
}

/// Every record of a list, as far as the limit; a part of them would pass for all.
pub(super) async fn all(object: &str, query: &str, tagged: bool) -> Result<Vec<Rc<Record>>, ApiError> {
    let fields = if tagged { "id,version,tags" } else { "id,version" };
    let (mut found, mut cursor) = (Vec::new(), String::new());
    while found.len() < MOST {
        let path = format!("/{object}?limit=200&fields={fields}{query}{cursor}");
        let page = Request::get(path).fresh().json::<Page<Record>>().await?;
        found.extend(page.items.into_iter().map(Rc::new));
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={}", encode(&next)),
            None => break,
        }
    }
    found.truncate(MOST);
    Ok(found)
}

/// Changes, archives or restores records.
pub(super) async fn apply(object: &str, op: &'static str, rows: &[Rc<Record>], change: Option<BulkChange>) -> Outcome {
    let mut out = Outcome::default();
    for part in rows.chunks(PART) {
        let data: Vec<Option<Value>> = part.iter().map(|r| change.as_ref().map(|BulkChange(f)| f(r))).collect();
        let before = match data.first() {
            Some(Some(first)) => before(object, part, &with_those_along(object, paths(first))).await,
            _ => BTreeMap::new(),
        };
        let steps = part.iter().zip(data).map(|(r, data)| {
            let version = int(r, "version").filter(|_| op != "restore");
            Step { op, id: text(r, "id").to_owned(), version, data }
        });
        send(object, steps.collect(), &before, &mut out).await;
    }
    out
}

/// The keys of a patch as the API names fields: `city`, `custom.region`.
fn paths(patch: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for (key, value) in patch.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("custom", Value::Object(custom)) => out.extend(custom.keys().map(|k| format!("custom.{k}"))),
            _ => out.push(key.clone()),
        }
    }
    out
}

/// Values that somebody or the model decides, and what tells which of the two it was.
const BY_HAND: [(&str, &str); 2] = [("grade", "grade_manual"), ("lifecycle_stage", "lifecycle_manual")];

/// Fields, and those that a change of theirs brings along.
fn with_those_along(object: &str, mut fields: Vec<String>) -> Vec<String> {
    let along: Vec<&str> = fields
        .iter()
        .flat_map(|field| match (object, field.as_str()) {
            ("opportunities", "pipeline_id" | "stage_id") => ["pipeline_id", "stage_id", "closed_on"].as_slice(),
            ("customers", "grade") => &["grade_reason", "grade_manual"],
            ("customers", "lifecycle_stage") => &["lifecycle_manual"],
            ("customers", "invest_stopped") => &["invest_stop_reason"],
            _ => &[],
        })
        .copied()
        .collect();
    for key in along {
        if !fields.iter().any(|f| f == key) {
            fields.push(key.to_owned());
        }
    }
    fields
}

/// The values of some fields as a patch that brings them back. A value that the model decided is left to it again.
fn patch_of(record: &Record, fields: &[String]) -> Value {
    let mut patch = Record::new();
    for key in fields.iter().filter(|key| BY_HAND.iter().all(|(_, manual)| key != manual)) {
        let manual = BY_HAND.iter().find(|(decided, _)| key == decided).map(|(_, manual)| *manual);
        let value = match manual {
            Some(manual) if field_value(record, manual) != &Value::Bool(true) => Value::Null,
            _ => field_value(record, key).clone(),
        };
        crate::data::form::put(&mut patch, key, value);
    }
    Value::Object(patch)
}

/// What the chosen rows hold now in the fields that are about to change, by id. A row that somebody has changed since it
/// was shown is refused by its version, so that these are the values that are replaced.
async fn before(object: &str, part: &[Rc<Record>], fields: &[String]) -> BTreeMap<String, Value> {
    let ids: Vec<&str> = part.iter().map(|r| text(r, "id")).collect();
    let filter = json!({ "field": "id", "op": "in", "value": ids }).to_string();
    let path = format!("/{object}?limit={PART}&fields=id,{}&filter={}", encode(&fields.join(",")), encode(&filter));
    let read = Request::get(path).fresh().json::<Page<Record>>().await;
    let rows = read.map(|p| p.items).unwrap_or_default();
    rows.iter().map(|r| (text(r, "id").to_owned(), patch_of(r, fields))).collect()
}

async fn send(object: &str, steps: Vec<Step>, before: &BTreeMap<String, Value>, out: &mut Outcome) {
    let operations: Vec<Value> = steps
        .iter()
        .map(|s| {
            let mut o = Map::new();
            o.insert("op".into(), s.op.into());
            o.insert("id".into(), s.id.clone().into());
            if let Some(v) = s.version {
                o.insert("version".into(), v.into());
            }
            if let Some(data) = &s.data {
                o.insert("data".into(), data.clone());
            }
            Value::Object(o)
        })
        .collect();
    let results = match post(object, json!({ "operations": operations })).await {
        Ok(answer) => answer.get("results").and_then(Value::as_array).cloned().unwrap_or_default(),
        Err(e) => {
            if out.reason.is_empty() {
                out.reason = e.text(http::lang());
            }
            out.bad.extend(steps.into_iter().map(|s| s.id));
            return;
        }
    };
    for (step, result) in steps.into_iter().zip(&results) {
        match result.get("error").filter(|e| !e.is_null()) {
            None => out.good.push(Done {
                version: result.get("version").and_then(Value::as_i64),
                back: before.get(&step.id).cloned(),
                id: step.id,
            }),
            Some(error) => {
                out.bad.push(step.id);
                let say = |k: &str| error.get(k).and_then(Value::as_str).map(str::to_owned);
                if out.reason.is_empty() {
                    out.reason = say("detail").or_else(|| say("title")).unwrap_or_default()
                }
            }
        }
    }
}

/// One part; after a lost answer it is sent again under the same key, which carries it out once.
async fn post(object: &str, body: Value) -> Result<Value, ApiError> {
    let key = random_key();
    let mut tries = 0;
    loop {
        let answer = Request::create_as(key.clone(), format!("/{object}/bulk"), body.clone()).json::<Value>().await;
        match answer {
            Err(e) if e.status == 0 && tries < 3 => {
                tries += 1;
                gloo_timers::future::TimeoutFuture::new(1000 * tries).await;
            }
            answer => return answer,
        }
    }
}

/// What takes the rows back; a row whose values before are unknown stays as it is.
fn back(op: &str, done: Vec<Done>) -> Vec<Step> {
    let steps = done.into_iter().filter_map(|d| {
        let (op, data) = match op {
            "archive" => ("restore", None),
            "restore" => ("archive", None),
            _ => ("update", Some(d.back?)),
        };
        Some(Step { op, id: d.id, version: d.version, data })
    });
    steps.collect()
}

/// Says what happened, with the way back for the rows that were changed.
pub(super) fn report(l: Lang, toaster: Toaster, op: &'static str, object: String, out: Outcome) {
    let n = out.good.len();
    let said = match op {
        _ if !out.bad.is_empty() => l.bulk_partly(n, out.bad.len(), &out.reason),
        "archive" => l.archived_many(n),
        _ => l.bulk_done(n),
    };
    if n == 0 {
        return toaster.err(said);
    }
    let again = toaster.clone();
    let kept = Rc::new(std::cell::RefCell::new(Some(out.good)));
    let undo = Callback::from(move |()| {
        let Some(done) = kept.borrow_mut().take() else { return };
        let (object, toaster) = (object.clone(), again.clone());
        spawn_local(async move {
            let all = done.len();
            let mut steps = back(op, done);
            let unknown = all - steps.len();
            let mut out = Outcome::default();
            while !steps.is_empty() {
                let rest = steps.split_off(steps.len().min(PART));
                send(&object, steps, &BTreeMap::new(), &mut out).await;
                steps = rest;
            }
            changed(&object);
            match out.bad.len() + unknown {
                0 => toaster.ok(l.bulk_undone(all)),
                bad => toaster.err(l.bulk_undone_partly(out.good.len(), bad, &out.reason)),
            }
        });
    });
    toaster.undo(said, undo);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(id: &str, back: Option<Value>) -> Done {
        Done { id: id.into(), version: Some(3), back }
    }

    #[test]
    fn a_change_is_taken_back_with_the_values_before_it_at_the_version_after_it() {
        let steps = back("update", vec![done("a", Some(json!({ "city": "上海" }))), done("b", None)]);
        assert_eq!(steps.len(), 1);
        assert_eq!(
            (steps[0].op, steps[0].version, steps[0].data.clone()),
            ("update", Some(3), Some(json!({ "city": "上海" })))
        );
        assert_eq!(back("archive", vec![done("a", None)])[0].op, "restore");
        assert_eq!(back("restore", vec![done("a", None)])[0].op, "archive");
    }

    #[test]
    fn custom_fields_are_named_below_custom() {
        let patch = json!({ "city": "杭州", "custom": { "zone": "north" } });
        assert_eq!(paths(&patch), ["city", "custom.zone"]);
        let record: Record =
            serde_json::from_value(json!({ "id": "1", "city": null, "custom": { "zone": "south", "x": 1 } })).unwrap();
        assert_eq!(patch_of(&record, &paths(&patch)), json!({ "city": null, "custom": { "zone": "south" } }));
    }

    #[test]
    fn what_the_model_decided_goes_back_to_it_and_what_was_set_by_hand_keeps_its_reason() {
        let fields = with_those_along("customers", vec!["grade".to_owned(), "lifecycle_stage".to_owned()]);
        let of = |manual: Value, reason: Value| {
            let record = json!({
                "grade": "B", "grade_manual": manual, "grade_reason": reason,
                "lifecycle_stage": "growth", "lifecycle_manual": manual,
            });
            patch_of(&serde_json::from_value(record).unwrap(), &fields)
        };
        let by_model = json!({ "grade": null, "grade_reason": null, "lifecycle_stage": null });
        assert_eq!(of(Value::Null, Value::Null), by_model);
        let by_hand = json!({ "grade": "B", "grade_reason": "行业标杆", "lifecycle_stage": "growth" });
        assert_eq!(of(json!(true), json!("行业标杆")), by_hand);
    }

    #[test]
    fn another_pipeline_is_taken_back_with_the_stage_and_the_day_that_it_took() {
        let fields = with_those_along("opportunities", vec!["pipeline_id".to_owned()]);
        assert_eq!(fields, ["pipeline_id", "stage_id", "closed_on"]);
        assert_eq!(with_those_along("opportunities", vec!["source".to_owned()]), ["source"]);
    }
}
