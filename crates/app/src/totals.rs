//! Keeping the totals of `domain::metrics` in step with the records.

use crate::{Ctx, Error, Result};
use chrono::NaiveDate;
use domain::adoption::on_time;
use domain::metrics::{
    self, ActivityFacts, CustomerFacts, Facts, OpportunityFacts, OpportunityStatus, OrderFacts, OrderStatus, Totals,
};
use domain::record::{Record, Shape};
use domain::value::Value;
use domain::zone::Zone;
use persistence::records::{Archived, List, Order, Owners};
use std::sync::Arc;

/// The objects that contribute to the totals.
pub const OBJECTS: [&str; 4] = ["customers", "opportunities", "activities", "orders"];

/// What the totals need to know of a record; `None` for objects that they do not count.
pub fn facts(shape: &Shape, record: &Record, zone: Zone) -> Option<Facts> {
    let get = |key: &str| record.get(shape, key);
    let owner = record.owner(shape);
    let archived = record.archived();
    let created_on = zone.day(record.at(2).as_time().unwrap_or_default());
    Some(match shape.def.key {
        "opportunities" => Facts::Opportunity(opportunity(shape, record, created_on)),
        "customers" => Facts::Customer(CustomerFacts { owner, created_on, archived }),
        "activities" => Facts::Activity(ActivityFacts {
            owner,
            kind: metrics::activity_bucket(get("kind").as_str().unwrap_or_default()),
            occurred_on: zone.day(get("occurred_at").as_time().unwrap_or_default()),
            duration_minutes: get("duration_minutes").as_int(),
            completed: get("completed").as_bool() != Some(false),
            on_time: on_time(
                get("occurred_at").as_time().unwrap_or_default(),
                record.at(2).as_time().unwrap_or_default(),
            ),
            archived,
        }),
        "orders" => Facts::Order(OrderFacts {
            owner,
            ordered_on: get("ordered_on").as_date().unwrap_or_default(),
            status: get("status").as_str().and_then(OrderStatus::parse).unwrap_or(OrderStatus::Draft),
            amount_minor: get("amount_minor").as_int(),
            archived,
        }),
        _ => return None,
    })
}

fn opportunity(shape: &Shape, record: &Record, created_on: NaiveDate) -> OpportunityFacts {
    let get = |key: &str| record.get(shape, key);
    OpportunityFacts {
        owner: record.owner(shape),
        pipeline: get("pipeline_id").as_id(),
        stage: get("stage_id").as_id(),
        furthest_position: get("furthest_position").as_int().and_then(|n| i32::try_from(n).ok()).unwrap_or(0),
        status: get("status").as_str().and_then(OpportunityStatus::parse).unwrap_or(OpportunityStatus::Open),
        amount_minor: get("amount_minor").as_int(),
        created_on,
        engaged_on: get("engaged_on").as_date(),
        expected_close_on: get("expected_close_on").as_date(),
        closed_on: get("closed_on").as_date(),
        product: get("product_id").as_id(),
        archived: record.archived(),
    }
}

/// Adds what one write changes.
pub(crate) fn note(totals: &mut Totals, shape: &Shape, old: Option<&Record>, new: &Record, ctx: &Ctx<'_>) {
    if !OBJECTS.contains(&shape.def.key) {
        return;
    }
    let zone = ctx.zone();
    let before = old.and_then(|record| facts(shape, record, zone));
    let after = facts(shape, new, zone);
    totals.record(before.as_ref(), after.as_ref());
    if let (Some(Facts::Opportunity(left)), Some(Facts::Opportunity(now)), Some(old)) = (&before, &after, old)
        && left.stage != now.stage
        && let Some(entered) = old.get(shape, "stage_entered_at").as_time()
    {
        totals.add(metrics::stay(left, zone.day(entered), zone.day(ctx.now)));
    }
}

/// Computes the totals anew from the records: after a change of the organisation's time zone or
/// of a pipeline's order, and to repair. Answers the number of records counted.
pub fn rebuild(ctx: &mut Ctx<'_>) -> Result<u64> {
    let mut totals = Totals::new();
    let mut records = 0;
    for object in OBJECTS {
        let shape = ctx.shape(object)?;
        records += count_object(ctx, &shape, &mut totals)?;
    }
    persistence::totals::clear(ctx.conn)?;
    persistence::totals::add(ctx.conn, &totals)?;
    persistence::rfm_grid::rebuild(ctx.conn)?;
    Ok(records)
}

fn count_object(ctx: &mut Ctx<'_>, shape: &Arc<Shape>, totals: &mut Totals) -> Result<u64> {
    const PAGE: i64 = 2000;
    let zone = ctx.zone();
    let mut after = None;
    let mut count = 0;
    loop {
        let list = List {
            shape,
            owners: Owners::All,
            archived: Archived::No,
            condition: None,
            search: None,
            order: &Order::Newest,
            after: after.as_ref(),
            limit: PAGE,
            only: None,
        };
        let rows = persistence::records::list(ctx.conn, &list)?;
        for row in &rows {
            totals.record(None, facts(shape, &row.record, zone).as_ref());
        }
        count += rows.len() as u64;
        match rows.last() {
            Some(last) if rows.len() as i64 == PAGE => after = Some(persistence::records::After::Seq(last.seq)),
            _ => return Ok(count),
        }
    }
}

/// A link to a list of the interface: the records of an object under a condition.
pub(crate) fn list_link(object: &str, filter: &serde_json::Value) -> String {
    let mut out = format!("/api/v1/{object}?filter=");
    for byte in filter.to_string().bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// An id as JSON condition value.
pub(crate) fn json_id(id: uuid::Uuid) -> serde_json::Value {
    Value::Id(id).to_json()
}

/// A day as a value that the metric's date field is compared with: a moment for fields that hold
/// moments, whose end is the last microsecond of the day.
pub(crate) fn day_value(
    date_field: &str,
    day: NaiveDate,
    end: bool,
    cx: &domain::fields::ParseCx,
) -> serde_json::Value {
    if date_field.ends_with("_on") {
        return Value::Date(day).to_json();
    }
    Value::Time(if end { cx.zone.end_of(day) } else { cx.midnight(day) }).to_json()
}

/// Days that both engines and the calendar can hold.
pub(crate) fn check_days(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<()> {
    use chrono::Datelike;
    for (name, day) in [("from", from), ("to", to)] {
        if day.is_some_and(|d| !(1900..=2200).contains(&d.year())) {
            return Err(Error::field(name, "out_of_range", "1900-01-01..2200-12-31"));
        }
    }
    match (from, to) {
        (Some(from), Some(to)) if from > to => Err(Error::field("to", "out_of_range", from.to_string())),
        _ => Ok(()),
    }
}
