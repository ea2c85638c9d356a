//! The objects as this organisation has them: declarations plus custom fields, and settings.

use crate::{Error, Result, custom_fields};
use chrono::{FixedOffset, Offset, TimeZone, Utc};
use domain::fields::FieldDef;
use domain::record::Shape;
use persistence::db::AnyConnection;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Everything about the organisation that requests need and that seldom changes.
#[derive(Debug, Clone)]
pub struct Schema {
    /// In the order of `domain::objects::ALL`.
    pub shapes: Vec<Arc<Shape>>,
    /// The organisation's offset from UTC.
    pub offset: FixedOffset,
    /// ISO 4217 code of the organisation's currency.
    pub currency: String,
    /// The organisation's name.
    pub organisation: String,
    /// IANA name of the organisation's time zone.
    pub timezone: String,
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
    let offset = offset_of(&organisation.timezone)
        .ok_or_else(|| Error::Internal(format!("unknown time zone {}", organisation.timezone)))?;
    Ok(Schema {
        shapes: domain::objects::ALL.iter().map(|def| shape(def)).collect(),
        offset,
        currency: organisation.currency,
        organisation: organisation.name,
        timezone: organisation.timezone,
    })
}

/// The present offset of a time zone by its IANA name.
pub fn offset_of(timezone: &str) -> Option<FixedOffset> {
    let zone: chrono_tz::Tz = timezone.parse().ok()?;
    Some(zone.offset_from_utc_datetime(&Utc::now().naive_utc()).fix())
}
