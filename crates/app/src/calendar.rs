//! When this organisation works: the shipped Chinese calendar and its own days.

use crate::{Ctx, Error, Result};
use chrono::{NaiveDate, NaiveTime};
use contract::automation::WorkingCalendar;
use domain::automation::calendar::Calendar;

const KEY: &str = "working_calendar";

/// The calendar in force.
pub fn load(ctx: &mut Ctx<'_>) -> Result<Calendar> {
    let own = get(ctx)?;
    let mut calendar = Calendar::shipped(ctx.zone());
    calendar.opens = time(&own.opens).unwrap_or(calendar.opens);
    calendar.closes = time(&own.closes).unwrap_or(calendar.closes);
    calendar.holidays = own.holidays;
    calendar.worked = own.worked;
    Ok(calendar)
}

/// The organisation's own part of it.
pub fn get(ctx: &mut Ctx<'_>) -> Result<WorkingCalendar> {
    let stored = persistence::settings::get(ctx.conn, KEY)?;
    Ok(stored.and_then(|s| serde_json::from_str(&s).ok()).unwrap_or_default())
}

/// Changes it.
pub fn set(ctx: &mut Ctx<'_>, mut input: WorkingCalendar) -> Result<WorkingCalendar> {
    let (Some(opens), Some(closes)) = (time(&input.opens), time(&input.closes)) else {
        let field = if time(&input.opens).is_none() { "opens" } else { "closes" };
        return Err(Error::field(field, "time_of_day", ""));
    };
    if opens >= closes {
        return Err(Error::field("closes", "out_of_range", format!("> {}", input.opens)));
    }
    for (field, days) in [("holidays", &mut input.holidays), ("worked", &mut input.worked)] {
        days.sort_unstable();
        days.dedup();
        if days.len() > 1_000 {
            return Err(Error::field(field, "too_many", "1000"));
        }
    }
    let both: Vec<&NaiveDate> = input.holidays.iter().filter(|day| input.worked.contains(day)).collect();
    if let Some(day) = both.first() {
        return Err(Error::field("worked", "duplicate", day.to_string()));
    }
    let before = get(ctx)?;
    crate::identity::note_settings(ctx, "working_calendar", &before, &input)?;
    let text = serde_json::to_string(&input).map_err(|e| Error::Internal(e.to_string()))?;
    persistence::settings::set(ctx.conn, KEY, &text, ctx.now)?;
    Ok(input)
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}
