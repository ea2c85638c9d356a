//! Objects and their fields as the interface needs them, and the definitions of custom fields.

use chrono::{DateTime, Utc};
use domain::policy::Grant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Every object the caller may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Objects {
    /// In the order of the navigation.
    pub items: Vec<ObjectMeta>,
}

/// An object: how it is called and what it consists of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObjectMeta {
    /// Plural key: route and permission.
    pub key: String,
    /// Name of one, in the caller's language.
    pub label: String,
    /// Name of many, in the caller's language.
    pub label_plural: String,
    /// The field that names a record.
    pub title_field: String,
    /// Has an owner, so that scopes narrower than all apply.
    pub owned: bool,
    /// Takes `q`.
    pub searchable: bool,
    /// Custom fields may be added.
    pub customizable: bool,
    /// Sort of a list that does not say, as `sort` would.
    pub default_sort: String,
    /// The fields, system fields first, custom fields last.
    pub fields: Vec<FieldMeta>,
    /// What the caller may do.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub permissions: Grant,
}

/// A field: its type and what may be done with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldMeta {
    /// Name in JSON; `custom.KEY` for a custom field in filter, sort and fields.
    pub key: String,
    /// In the caller's language.
    pub label: String,
    /// Name of its kind: text, long_text, email, phone, url, int, money, number, percent, bool, date, datetime, choice, link, tags, json, id.
    pub kind: String,
    /// Greatest value, or characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Least value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Options of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<ChoiceMeta>,
    /// Plural key of the object a link leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Must be given.
    pub required: bool,
    /// May stand in a filter.
    pub filterable: bool,
    /// May stand in a sort.
    pub sortable: bool,
    /// May be written.
    pub writable: bool,
    /// May be a column of an import.
    pub importable: bool,
    /// Added by the organisation.
    pub custom: bool,
    /// Partly or wholly hidden from the caller.
    pub masked: bool,
    /// Shown in lists unless the user chooses otherwise.
    pub in_list: bool,
    /// Used when a new record does not say; absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// What some of its values stand for, the best first, for those who judge it; absent for most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guidance: Vec<AnchorMeta>,
}

/// What a value of a judged field stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnchorMeta {
    /// 0..100.
    pub value: u8,
    /// In the caller's language.
    pub text: String,
}

/// An option of a choice field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChoiceMeta {
    /// What is stored and sent.
    pub key: String,
    /// In the caller's language.
    pub label: String,
    /// A quiet hue: neutral, info, primary, success, warning or error.
    pub color: String,
}

/// Every custom field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomFields {
    /// By object and position.
    pub items: Vec<CustomFieldOut>,
}

/// A custom field as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomFieldOut {
    /// Its id.
    pub id: Uuid,
    /// For `If-Match`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Plural key of the object.
    pub object: String,
    /// Lower-case identifier.
    pub key: String,
    /// text, long_text, email, phone, url, int, money, number, percent, bool, date, datetime or choice.
    pub kind: String,
    /// Chinese label.
    pub label_zh: String,
    /// English label.
    pub label_en: String,
    /// Options of a choice.
    pub choices: Vec<CustomChoice>,
    /// Must be given.
    pub required: bool,
    /// Shown in lists unless the user chooses otherwise.
    pub in_list: bool,
    /// Place in the order.
    pub position: i64,
}

impl CustomFieldOut {
    /// The definition as one would send it.
    pub fn into_input(self) -> CustomFieldInput {
        let CustomFieldOut { object, key, kind, label_zh, label_en, choices, required, in_list, position, .. } = self;
        let position = Some(position);
        CustomFieldInput { object, key, kind, label_zh, label_en, choices, required, in_list, position }
    }
}

/// The definition of a custom field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomFieldInput {
    /// Plural key of the object.
    pub object: String,
    /// Lower-case identifier, at most 40 characters.
    pub key: String,
    /// text, long_text, email, phone, url, int, money, number, percent, bool, date, datetime or choice.
    pub kind: String,
    /// Chinese label.
    pub label_zh: String,
    /// English label.
    pub label_en: String,
    /// Options of a choice.
    #[serde(default)]
    pub choices: Vec<CustomChoice>,
    /// Must be given.
    #[serde(default)]
    pub required: bool,
    /// Shown in lists unless the user chooses otherwise.
    #[serde(default)]
    pub in_list: bool,
    /// Place in the order; last by default.
    #[serde(default)]
    pub position: Option<i64>,
}

/// An option of a custom choice field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomChoice {
    /// What is stored and sent.
    pub key: String,
    /// Chinese label; the key by default.
    #[serde(default)]
    pub label_zh: String,
    /// English label; the key by default.
    #[serde(default)]
    pub label_en: String,
    /// A quiet hue; neutral by default.
    #[serde(default)]
    pub color: String,
}

/// A merge patch of a custom field's definition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomFieldPatch {
    /// Chinese label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_zh: Option<String>,
    /// English label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_en: Option<String>,
    /// Options of a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<CustomChoice>>,
    /// Must be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// Shown in lists unless the user chooses otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_list: Option<bool>,
    /// Place in the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
}
