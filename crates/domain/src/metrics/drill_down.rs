//! The list of records that a number counts.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::catalogue::Metric;

/// Days from the first to the last, both included; an open end is not bounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

/// A list of records: the object and the condition they meet.
#[derive(Clone, Debug, PartialEq)]
pub struct DrillDown {
    /// The object whose records are listed, such as `opportunities`.
    pub object: &'static str,
    /// A condition in the condition language.
    pub filter: Value,
}

/// The list that a metric counts in a period. `narrowing` holds further conditions, such as the
/// owner or the product of the group; `day` turns a day into the value that the metric's date
/// field is compared with, and its last flag says whether the end of that day is meant (a moment
/// for a field that holds moments, the day itself for one that holds days).
pub fn drill_down(
    metric: &Metric,
    period: Period,
    narrowing: &[Value],
    day: impl Fn(NaiveDate, bool) -> Value,
) -> DrillDown {
    let mut all: Vec<Value> = metric
        .conditions
        .iter()
        .map(|(field, values)| match values {
            [one] => json!({"field": field, "op": "eq", "value": one}),
            many => json!({"field": field, "op": "in", "value": many}),
        })
        .collect();
    if metric.object == "activities" {
        all.push(json!({"field": "completed", "op": "ne", "value": false}));
    }
    if let Some(from) = period.from {
        all.push(json!({"field": metric.date_field, "op": "gte", "value": day(from, false)}));
    }
    if let Some(to) = period.to {
        all.push(json!({"field": metric.date_field, "op": "lte", "value": day(to, true)}));
    }
    all.extend_from_slice(narrowing);
    DrillDown { object: metric.object, filter: json!({ "all": all }) }
}
