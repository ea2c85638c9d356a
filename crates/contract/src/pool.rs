//! The public pool: settings, what is asked of it, and where the caller stands.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How the public pool works here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoolSettings {
    /// Version, 0 for what is shipped. A change names in If-Match the one it is based on; in its body it says nothing.
    pub version: i64,
    /// Whoever is given a customer has to be in contact in time, or it goes to the pool.
    pub deadline: bool,
    /// Hours from the assignment to the first contact, 1 to 720.
    #[cfg_attr(feature = "openapi", schema(value_type = i64, minimum = 1, maximum = 720))]
    pub hours: u32,
    /// Hours after which the owner is warned, less than `hours`; 0 for no warning.
    #[cfg_attr(feature = "openapi", schema(value_type = i64, minimum = 0, maximum = 719))]
    pub warn_hours: u32,
    /// The hours are working hours, by the working calendar.
    pub working: bool,
    /// Customers that one person may own and still claim another; 0 for no limit.
    #[cfg_attr(feature = "openapi", schema(value_type = i64, minimum = 0, maximum = 100_000))]
    pub holdings: u32,
    /// Claims of one person a day; 0 for no limit.
    #[cfg_attr(feature = "openapi", schema(value_type = i64, minimum = 0, maximum = 10_000))]
    pub claims_per_day: u32,
    /// Days for which whoever owned a customer last cannot claim it again; 0 for at once.
    #[cfg_attr(feature = "openapi", schema(value_type = i64, minimum = 0, maximum = 365))]
    pub rest_days: u32,
}

impl Default for PoolSettings {
    fn default() -> PoolSettings {
        PoolSettings {
            version: 0,
            deadline: true,
            hours: 24,
            warn_hours: 20,
            working: false,
            holdings: 0,
            claims_per_day: 20,
            rest_days: 7,
        }
    }
}

/// Where the caller stands at the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoolStanding {
    /// The caller may take records for themselves.
    pub may_claim: bool,
    /// The caller may give records to people within their reach.
    pub may_assign: bool,
    /// What the caller has claimed today.
    pub claimed_today: i64,
    /// Customers that the caller owns; counted to the limit only where there is one.
    pub held: i64,
    /// The rules in force.
    pub settings: PoolSettings,
}

/// Why records are given to the pool by hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ReleaseReason {
    /// Their owner gives them back.
    #[default]
    Returned,
    /// Nobody follows them up.
    NoFollowUp,
    /// Their owner has left.
    OwnerLeft,
}

impl ReleaseReason {
    /// As stored and sent.
    pub const fn key(self) -> &'static str {
        match self {
            ReleaseReason::Returned => "returned",
            ReleaseReason::NoFollowUp => "no_follow_up",
            ReleaseReason::OwnerLeft => "owner_left",
        }
    }
}

/// Gives one record to the pool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Release {
    /// Why; `returned` by default.
    #[serde(default)]
    pub reason: ReleaseReason,
    /// What whoever takes it next should know, at most 300 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: Option<String>,
}

/// Gives records to the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReleaseMany {
    /// Which, at most 1,000.
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub ids: Vec<Uuid>,
    /// Why; `returned` by default.
    #[serde(default)]
    pub reason: ReleaseReason,
    /// What whoever takes them next should know, at most 300 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: Option<String>,
}

/// Takes records out of the pool for oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimMany {
    /// Which, at most 1,000.
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub ids: Vec<Uuid>,
}

/// Gives records in the pool to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssignMany {
    /// Which, at most 1,000.
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub ids: Vec<Uuid>,
    /// To whom.
    pub user_id: Uuid,
}

/// A record that was given to the pool; who gave it may not see more of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Released {
    /// The record.
    pub id: Uuid,
    /// Its version now.
    pub version: i64,
}
