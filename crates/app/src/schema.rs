//! The objects as this organisation has them: declarations plus custom fields, and settings.

use chrono::FixedOffset;
use domain::fields::{FieldDef, ObjectDef};
use std::sync::Arc;

/// One object with its custom fields.
#[derive(Debug, Clone)]
pub struct Object {
    /// The declaration.
    pub def: &'static ObjectDef,
    /// The organisation's own fields, in their order.
    pub custom: Arc<[FieldDef]>,
}

/// Everything about the organisation that requests need and that seldom changes.
#[derive(Debug, Clone)]
pub struct Schema {
    /// In the order of `domain::objects::ALL`.
    pub objects: Vec<Object>,
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
    pub fn object(&self, key: &str) -> Option<&Object> {
        self.objects.iter().find(|o| o.def.key == key)
    }
}
