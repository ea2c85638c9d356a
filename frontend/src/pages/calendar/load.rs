//! What happens in a range of days: tasks that are due, activities, and deals that are expected to close.

use super::layout::{Entry, local};
use crate::browser;
use crate::data::http::{ApiError, Request, encode};
use crate::data::query::subscribe;
use crate::data::types::{Page, Record, int, text};
use crate::format::{Clock, moment_text, parse_day};
use chrono::{NaiveDate, NaiveTime};
use serde_json::{Value, json};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// At most so many of each object; the page says when there are more.
const MOST: usize = 1000;

/// What is asked for: the first day, the one after the last, and the owner (everybody without one).
pub(super) type Range = (NaiveDate, NaiveDate, Option<String>);

/// Which objects are shown, in the order of [`SOURCES`].
pub(super) type Kinds = [bool; 3];

/// Objects with the field by which they stand in the calendar.
const SOURCES: [(&str, &str); 3] =
    [("tasks", "due_at"), ("activities", "occurred_at"), ("opportunities", "expected_close_on")];

/// What came of it.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Loaded {
    pub(super) entries: Rc<Vec<Entry>>,
    pub(super) ready: bool,
    pub(super) partial: bool,
    pub(super) error: Option<ApiError>,
}

/// Loads a range, and again when something in it changes. What is on screen stays until the new answer is there.
#[hook]
pub(super) fn use_entries(range: Range, kinds: Kinds) -> (Loaded, Callback<()>) {
    let state = use_state_eq(Loaded::default);
    let nonce = use_state_eq(|| 0u32);
    let count = use_mut_ref(|| 0u32);
    let reload = {
        let nonce = nonce.setter();
        use_callback((), move |(), ()| {
            *count.borrow_mut() += 1;
            nonce.set(*count.borrow());
        })
    };
    let run = use_mut_ref(|| 0u32);
    {
        let (state, reload) = (state.clone(), reload.clone());
        use_effect_with((range, *nonce, kinds), move |(range, ..)| {
            *run.borrow_mut() += 1;
            let (mine, range) = (*run.borrow(), range.clone());
            let seen = SOURCES.map(|(object, _)| subscribe(&format!("/{object}"), reload.clone()));
            let latest = run.clone();
            spawn_local(async move {
                let answer = load(&range, kinds).await;
                if *latest.borrow() != mine {
                    return;
                }
                state.set(match answer {
                    Ok((entries, partial)) => Loaded { entries: Rc::new(entries), ready: true, partial, error: None },
                    Err(e) => Loaded { ready: true, error: Some(e), ..(*state).clone() },
                });
            });
            move || drop(seen)
        });
    }
    ((*state).clone(), reload)
}

async fn load(range: &Range, kinds: Kinds) -> Result<(Vec<Entry>, bool), ApiError> {
    let clock = browser::clock();
    let mut out = Vec::new();
    let mut partial = false;
    for ((object, field), _) in SOURCES.into_iter().zip(kinds).filter(|(_, on)| *on) {
        partial |= pages(range, field, object, &clock, &mut out).await?;
    }
    Ok((out, partial))
}

/// The condition of a range on a field.
fn condition(range: &Range, field: &str, clock: &Clock) -> Value {
    let dated = field == "expected_close_on";
    let start = |day: NaiveDate| if dated { day.to_string() } else { moment_text(clock.zone.midnight(day)) };
    let mut all = vec![
        json!({ "field": field, "op": "gte", "value": start(range.0) }),
        json!({ "field": field, "op": "lt", "value": start(range.1) }),
    ];
    if let Some(owner) = &range.2 {
        all.push(json!({ "field": "owner_id", "op": "eq", "value": owner }));
    }
    match field {
        "due_at" => all.push(json!({ "field": "status", "op": "ne", "value": "cancelled" })),
        "expected_close_on" => all.push(json!({ "field": "status", "op": "eq", "value": "open" })),
        _ => {}
    }
    json!({ "all": all })
}

async fn pages(
    range: &Range,
    field: &'static str,
    object: &'static str,
    clock: &Clock,
    out: &mut Vec<Entry>,
) -> Result<bool, ApiError> {
    let filter = encode(&condition(range, field, clock).to_string());
    let mut cursor = String::new();
    let mut read = 0;
    loop {
        let path = format!("/{object}?limit=200&sort={field}&refs=true&filter={filter}{cursor}");
        let page = Request::get(path).json::<Page<Record>>().await?;
        read += page.items.len();
        out.extend(page.items.iter().filter_map(|r| entry(object, field, r, &page, clock)));
        match page.next_cursor {
            Some(_) if read >= MOST => return Ok(true),
            Some(next) => cursor = format!("&cursor={}", encode(&next)),
            None => return Ok(false),
        }
    }
}

fn entry(object: &'static str, field: &str, r: &Record, page: &Page<Record>, clock: &Clock) -> Option<Entry> {
    let deal = object == "opportunities";
    let at = if deal { parse_day(text(r, field))?.and_time(NaiveTime::MIN) } else { local(text(r, field), clock)? };
    let named = |key: &str| page.refs.get(text(r, key)).cloned();
    let task = object == "tasks";
    let done = if task { text(r, "status") == "done" } else { false };
    Some(Entry {
        object,
        id: text(r, "id").to_owned(),
        version: int(r, "version"),
        title: text(
            r,
            match object {
                "tasks" => "title",
                "activities" => "subject",
                _ => "name",
            },
        )
        .to_owned(),
        at,
        minutes: int(r, "duration_minutes").unwrap_or(30),
        done,
        late: task && !done && at < clock.local_now() || deal && at.date() < clock.today(),
        amount: int(r, "amount_minor").filter(|_| deal),
        kind: text(r, "kind").to_owned(),
        customer: named("customer_id").map(|name| (text(r, "customer_id").to_owned(), name)),
        owner: named("owner_id").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    #[test]
    fn a_range_begins_at_the_organisations_midnight_and_days_are_days() {
        let clock = Clock {
            now: chrono::DateTime::UNIX_EPOCH,
            zone: domain::zone::Zone::fixed(FixedOffset::east_opt(8 * 3600).unwrap()),
        };
        let day = |s: &str| s.parse::<NaiveDate>().unwrap();
        let c = condition(&(day("2026-11-01"), day("2026-12-01"), Some("u1".into())), "due_at", &clock);
        assert_eq!(c["all"][0]["value"], "2026-10-31T16:00:00Z");
        assert_eq!(c["all"][1], json!({"field":"due_at","op":"lt","value":"2026-11-30T16:00:00Z"}));
        assert_eq!(c["all"][2], json!({"field":"owner_id","op":"eq","value":"u1"}));
        let c = condition(&(day("2026-11-01"), day("2026-12-01"), None), "expected_close_on", &clock);
        assert_eq!(c["all"][0]["value"], "2026-11-01");
        assert_eq!(c["all"][2]["value"], "open");
    }
}
