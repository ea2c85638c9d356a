//! The objects as this organisation has them: declarations plus custom fields, and settings.

use crate::{Error, Result, custom_fields};
use chrono::{DateTime, Offset, TimeZone, Utc};
use domain::fields::FieldDef;
use domain::record::Shape;
use domain::zone::{Change, Zone};
use persistence::db::AnyConnection;
use persistence::recounts::Recount;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Everything about the organisation that requests need and that seldom changes.
#[derive(Debug, Clone)]
pub struct Schema {
    /// In the order of `domain::objects::ALL`.
    pub shapes: Vec<Arc<Shape>>,
    /// The organisation's time zone.
    pub zone: Zone,
    /// ISO 4217 code of the organisation's currency.
    pub currency: String,
    /// The organisation's name.
    pub organisation: String,
    /// IANA name of the organisation's time zone.
    pub timezone: String,
    /// Totals that are being counted anew.
    pub recounts: Vec<Recount>,
}

impl Schema {
    /// An object by its plural key.
    pub fn shape(&self, key: &str) -> Option<&Arc<Shape>> {
        self.shapes.iter().find(|s| s.def.key == key)
    }
}

/// Key of the organisation's settings.
pub const ORGANISATION: &str = "organisation";

/// The organisation's settings as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// IANA name.
    pub timezone: String,
}

impl Default for Organisation {
    fn default() -> Organisation {
        Organisation { name: String::new(), currency: "CNY".to_owned(), timezone: "Asia/Shanghai".to_owned() }
    }
}

/// The organisation's settings.
pub fn organisation(conn: &mut AnyConnection) -> Result<Organisation> {
    let stored = persistence::settings::get(conn, ORGANISATION)?;
    Ok(stored.and_then(|s| serde_json::from_str(&s).ok()).unwrap_or_default())
}

/// The schema as the database has it.
pub fn load(conn: &mut AnyConnection) -> Result<Schema> {
    let organisation = organisation(conn)?;
    let stored = persistence::settings::custom_fields(conn)?;
    let shape = |def: &'static domain::fields::ObjectDef| {
        let custom: Vec<FieldDef> =
            stored.iter().filter(|f| f.object == def.key).filter_map(custom_fields::to_field).collect();
        Arc::new(Shape { def, custom: custom.into() })
    };
    let zone = zone(&organisation.timezone)
        .ok_or_else(|| Error::Internal(format!("unknown time zone {}", organisation.timezone)))?;
    Ok(Schema {
        shapes: domain::objects::ALL.iter().map(|def| shape(def)).collect(),
        zone,
        currency: organisation.currency,
        organisation: organisation.name,
        timezone: organisation.timezone,
        recounts: persistence::recounts::all(conn)?,
    })
}

/// A time zone by its IANA name. Each is worked out once and kept for good: there are some hundreds of them at most.
pub fn zone(timezone: &str) -> Option<Zone> {
    static KNOWN: Mutex<BTreeMap<String, Zone>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(zone) = known.get(timezone) {
        return Some(*zone);
    }
    let zone = work_out(timezone.parse().ok()?);
    known.insert(timezone.to_owned(), zone);
    Some(zone)
}

/// The changes of a time zone's offset from 1970 to 2100: day by day, and where two days differ, to the second.
fn work_out(zone: chrono_tz::Tz) -> Zone {
    const DAY: i64 = 86_400;
    const END: i64 = 4_102_444_800;
    let offset = |at: i64| {
        let at = DateTime::<Utc>::from_timestamp(at, 0).unwrap_or_default();
        zone.offset_from_utc_datetime(&at.naive_utc()).fix()
    };
    let first = offset(0);
    let mut changes = Vec::new();
    let mut now = first;
    for day in (DAY..END).step_by(86_400) {
        let next = offset(day);
        if next == now {
            continue;
        }
        let (mut before, mut after) = (day - DAY, day);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if offset(middle) == now { before = middle } else { after = middle }
        }
        changes.push(Change { at: after, offset: next });
        now = next;
    }
    Zone::new(first, changes.leak())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(timezone: &str, at: &str) -> String {
        zone(timezone).unwrap().day(at.parse().unwrap()).to_string()
    }

    #[test]
    fn a_zone_knows_its_summer_time_and_its_past() {
        assert_eq!(day("Europe/Berlin", "2026-01-14T22:30:00Z"), "2026-01-14");
        assert_eq!(day("Europe/Berlin", "2026-07-14T22:30:00Z"), "2026-07-15");
        assert_eq!(day("Asia/Shanghai", "2026-07-14T16:00:00Z"), "2026-07-15");
        // Shanghai had a summer time in 1988.
        assert_eq!(day("Asia/Shanghai", "1988-07-14T15:00:00Z"), "1988-07-15");
        assert_eq!(zone("Mars/Olympus"), None);
    }

    #[test]
    fn every_change_is_found_to_the_second() {
        let berlin = zone("Europe/Berlin").unwrap();
        let at = |text: &str| berlin.offset_at(text.parse().unwrap()).local_minus_utc();
        assert_eq!((at("2026-03-29T00:59:59Z"), at("2026-03-29T01:00:00Z")), (3600, 7200));
        assert_eq!((at("2026-10-25T00:59:59Z"), at("2026-10-25T01:00:00Z")), (7200, 3600));
    }
}
