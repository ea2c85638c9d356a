//! Who is about to buy, what a customer likes, and what of the library is used.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Customers of high intent (S4-43).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntentList {
    /// From so many points on intent is high.
    pub high_from: f64,
    /// The customers, most points first.
    pub items: Vec<KeenCustomer>,
}

/// A customer of high intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeenCustomer {
    /// The customer.
    pub customer_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner_id: Option<Uuid>,
    /// The owner's name.
    pub owner_name: Option<String>,
    /// Its points.
    pub points: i64,
    /// Its grade.
    pub grade: Option<String>,
    /// The latest contact.
    pub last_contact_at: Option<DateTime<Utc>>,
    /// What it did last, in the caller's language.
    pub last_seen: Option<String>,
    /// When.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// The points of a customer and where they come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntentLedger {
    /// What they are worth now.
    pub points: f64,
    /// From so many points on intent is high.
    pub high_from: f64,
    /// Days in which points lose half of their worth.
    pub half_life_days: f64,
    /// The entries, newest first.
    pub items: Vec<LedgerEntry>,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LedgerEntry {
    /// The record.
    pub behaviour_id: Uuid,
    /// What the customer did.
    pub kind: String,
    /// The same, in the caller's language.
    pub label: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How often.
    pub times: i64,
    /// Points when it was written down.
    pub points: i64,
    /// What they are worth now.
    pub worth: f64,
}

/// What a customer likes, bought and could be shown (S1-14, S4-43).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recommendations {
    /// How it is best reached; null before the first contact, and for who may not see activities.
    pub habits: Option<super::ContactHabits>,
    /// The tags of what it likes.
    pub preferences: Vec<PreferenceTag>,
    /// Products that meet them and that it did not buy yet, the best first.
    pub products: Vec<RecommendedItem>,
    /// Cases and other content that meet them, the best first.
    pub cases: Vec<RecommendedItem>,
    /// What it bought, by category, most first.
    pub bought: Vec<BoughtCategory>,
    /// Categories that it did not buy from yet.
    pub not_bought: Vec<String>,
}

/// A tag of what a customer likes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreferenceTag {
    /// The tag.
    pub tag_id: Uuid,
    /// Its name.
    pub name: String,
}

/// Something that meets the preferences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecommendedItem {
    /// The product or the content item.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// The preferences it meets.
    pub met: Vec<String>,
    /// Those of all, percent.
    pub percent: f64,
}

/// What a customer bought of a category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoughtCategory {
    /// The category; null for products without one.
    pub category: Option<String>,
    /// Orders with it.
    pub orders: i64,
    /// Their amount, in minor units.
    pub amount_minor: i64,
    /// The last of them.
    pub last_on: Option<NaiveDate>,
}

/// How content and resources were used, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LibraryUse {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Content items, most used first.
    pub contents: Vec<ItemUse>,
    /// Resources, most used first.
    pub resources: Vec<ItemUse>,
}

/// How one item was used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemUse {
    /// The item.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// Its kind, in the caller's language.
    pub kind: String,
    /// Contacts that used it.
    pub contacts: i64,
    /// Customers of those.
    pub customers: i64,
    /// Closed opportunities that they were about.
    pub closed: i64,
    /// Of those the won ones, percent; null below 5 closed: too few to tell.
    pub won: Option<f64>,
    /// Amount won, in minor units.
    pub won_minor: i64,
    /// What its use cost, in minor units; null for content.
    pub cost_minor: Option<i64>,
}

/// What people think against what the records show (S0-28).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditComparison {
    /// The index, its name, what was answered and what is measured; the widest gap first.
    pub rows: Vec<AuditGap>,
}

/// One index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditGap {
    /// The index.
    pub key: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// What people answered, 0..100.
    pub felt: Option<f64>,
    /// What the records of the last 90 days show, 0..100; null when too little is known.
    pub measured: Option<f64>,
    /// Felt less measured: above 0 people think better of it than it is.
    pub gap: Option<f64>,
}
