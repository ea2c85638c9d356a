//! When this organisation works: the shipped Chinese calendar and its own days.

use crate::{Ctx, Error, Result, settings};
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
    let (version, own) = settings::load::<WorkingCalendar>(ctx.conn, KEY)?;
    Ok(WorkingCalendar { version, ..own })
}

/// Changes the version that the caller has read.
pub fn set(ctx: &mut Ctx<'_>, version: Option<i64>, mut input: WorkingCalendar) -> Result<WorkingCalendar> {
    let before = get(ctx)?;
    settings::based_on(version, before.version)?;
    input.version = before.version;
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
    if input == before {
        return Ok(before);
    }
    crate::identity::note_settings(ctx, "working_calendar", &before, &input)?;
    input.version = settings::replace(ctx, KEY, before.version, &input)?;
    crate::rules::sweep::reschedule(ctx)?;
    Ok(input)
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}
