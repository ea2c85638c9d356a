//! Grade, cadence, 4R and SDAE: settings, lists of what to do, indices and explanations.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod channels;
mod customers;
mod flywheel;
mod four_r;
mod intent;
mod lifecycle;
mod playbooks;
mod ramp;
mod targets;

pub use channels::*;
pub use customers::*;
pub use flywheel::*;
pub use four_r::{
    AllocationShare, ContactScore, ContactScoreValue, FourRGroup, FourRIndex, FourRQuery, FourRReport, FourRValue,
    WorstContact,
};
pub use intent::*;
pub use lifecycle::*;
pub use playbooks::*;
pub use ramp::*;
pub use targets::*;

/// One scoring of all customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreRun {
    /// The day it is of.
    pub as_of: NaiveDate,
    /// When it ran.
    pub at: DateTime<Utc>,
    /// Customers looked at.
    pub customers: u64,
    /// Customers whose scores changed.
    pub changed: u64,
    /// Contacts that were scored.
    pub contacts: u64,
}

/// The settings of a model as they are in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreSettings {
    /// The model.
    pub model: String,
    /// Their version; 0 while they are those shipped.
    pub version: i64,
    /// The settings: weights, cuts, intervals.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub document: serde_json::Value,
    /// The settings as they are shipped.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub shipped: serde_json::Value,
    /// When they were last changed; null while they are those shipped.
    pub updated_at: Option<DateTime<Utc>>,
    /// Who changed them.
    pub updated_by: Option<Uuid>,
}

/// The settings of all models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreSettingsList {
    /// Each model.
    pub items: Vec<ScoreSettings>,
}

/// New settings of a model; what is left out has the value that is shipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({ "document": { "cuts": { "a": 85, "b": 65, "c": 40 } } })))]
#[serde(deny_unknown_fields)]
pub struct NewScoreSettings {
    /// The settings.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub document: serde_json::Value,
}

/// What other settings would do to the customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScorePreview {
    /// The model.
    pub model: String,
    /// False where the settings are about no customer and no contact, so that nothing can be shown before they are saved.
    pub previewable: bool,
    /// Customers looked at; for `four_r` contacts.
    pub customers: u64,
    /// Those whose scores would change.
    pub changed: u64,
    /// Those that would get or lose a right; 0 for every model but `lifecycle`.
    pub rights_changed: u64,
    /// People whose shares of contact time in the last 90 days would be judged otherwise; 0 for every model but `grade`.
    pub people: u64,
    /// Each band with its customers now and then; `none` where nothing can be said.
    pub bands: Vec<ScorePreviewBand>,
    /// Some of those that would change.
    pub examples: Vec<ScorePreviewExample>,
    /// The rights that customers would get or lose, for `lifecycle` only.
    pub rights: Vec<ScorePreviewRight>,
}

/// A right that settings would give or take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScorePreviewRight {
    /// Its key in the settings.
    pub key: String,
    /// Its name, in the caller's language.
    pub name: String,
    /// Customers that would get it.
    pub gained: u64,
    /// Customers that would lose it.
    pub lost: u64,
}

/// A band before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScorePreviewBand {
    /// The band.
    pub band: String,
    /// Its customers now.
    pub before: u64,
    /// Its customers then.
    pub after: u64,
}

/// A customer whose scores would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScorePreviewExample {
    /// The customer.
    pub customer_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its band now; where it would stay in its band, the figures that would change.
    pub before: String,
    /// The same then.
    pub after: String,
}

/// Whose customers; always within what the caller may see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct DueQuery {
    /// Of this owner only.
    pub owner_id: Option<Uuid>,
    /// Of the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Of the members of the teams of this region only.
    pub region: Option<String>,
    /// Customers at most, 1 to 200; 50 by default.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200))]
    pub limit: Option<i64>,
}

/// Whom to contact today, the most urgent first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DueList {
    /// The day.
    pub today: NaiveDate,
    /// The customers.
    pub items: Vec<DueCustomer>,
}

/// A customer with how its contacts stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DueCustomer {
    /// The customer.
    pub customer_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its grade.
    pub grade: Option<String>,
    /// Its owner.
    pub owner_id: Option<Uuid>,
    /// The owner's name.
    pub owner_name: Option<String>,
    /// `never`, `under`, `due`, `on_track` or `over`.
    pub status: String,
    /// The status in the caller's language.
    pub status_label: String,
    /// The last contact.
    pub last_contact_at: Option<DateTime<Utc>>,
    /// Days since then.
    pub days_since: Option<u32>,
    /// Days between contacts that there should be.
    pub interval_days: u16,
    /// What the interval was taken from: `customer`, `stage` or `grade`.
    pub interval_source: String,
    /// Contacts in the days of one interval that end today.
    pub contacts_in_interval: u32,
    /// Contacts in one interval that are not too many.
    pub most_contacts: u32,
    /// Value at stake, in minor units; null when no contact is due.
    pub value_minor: Option<i64>,
    /// Days waited as a multiple of the interval; null when no contact is due.
    pub lateness: Option<f64>,
    /// Value at stake × lateness, by which the list is ordered; null when no contact is due.
    pub urgency: Option<f64>,
    /// Revenue of the last 12 months, in minor units.
    pub revenue_minor: i64,
    /// Open opportunities, in minor units.
    pub open_minor: i64,
}

/// Customers by how their contacts stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CadenceSummary {
    /// Each status.
    pub statuses: Vec<CadenceStatusCount>,
    /// Percent of the customers with a target that are on track or due; null without any.
    pub adherence: Option<f64>,
    /// The customers contacted too often, the greatest excess first, as many as asked for.
    pub over: Vec<DueCustomer>,
    /// Contacts beyond what is of use in the last interval of each customer, of all customers whether listed or not.
    pub excess_contacts: u64,
    /// Contacts missing in the last interval of each customer: one of each that is `never` or `under`.
    pub missing_contacts: u64,
    /// Minutes that the missing contacts take, estimated by the mean contact of the last 90 days.
    pub missing_minutes: u64,
    /// Customers in which nothing more is invested: they are in no list of whom to contact.
    pub stopped: StoppedCustomers,
    /// Minutes that the contacts beyond what is of use took, estimated by the mean contact of the last 90 days.
    pub wasted_minutes: u64,
}

/// Customers of one status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CadenceStatusCount {
    /// `never`, `under`, `due`, `on_track` or `over`.
    pub status: String,
    /// The status in the caller's language.
    pub label: String,
    /// How many.
    pub customers: i64,
    /// The list of them.
    pub drill_down: String,
}

/// A span of days of contacts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct CalendarQuery {
    /// The first day; 41 days before the last one by default.
    pub from: Option<NaiveDate>,
    /// The last day; two weeks from today by default. At most 400 days in all.
    pub to: Option<NaiveDate>,
    /// Of this owner only.
    pub owner_id: Option<Uuid>,
    /// Of the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Of the members of the teams of this region only.
    pub region: Option<String>,
}

/// Contacts made and planned, day by day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactCalendar {
    /// The days that have any.
    pub days: Vec<ContactDay>,
}

/// The contacts of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactDay {
    /// The day.
    pub day: NaiveDate,
    /// Contacts made.
    pub contacts: i64,
    /// Their minutes.
    pub minutes: i64,
    /// Contacts planned and not yet made.
    pub planned: i64,
    /// The mean of the four Rs of the contacts made; null where none applies.
    pub index: Option<f64>,
    /// The contacts made on the day.
    pub drill_down: String,
}

/// Customers in which nothing more is invested, and what is invested all the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoppedCustomers {
    /// Customers.
    pub customers: i64,
    /// Contacts with them since they were marked, of the last 90 days.
    pub contacts: i64,
    /// Minutes that those took.
    pub minutes: i64,
    /// The list of them.
    pub drill_down: String,
}
