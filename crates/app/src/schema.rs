//! The objects as this organisation has them: declarations plus custom fields, and settings.

use chrono::FixedOffset;
use domain::record::Shape;
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
