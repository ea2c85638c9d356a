//! Handing over what somebody who leaves still holds.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a person holds and somebody else has to take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum HoldingKind {
    /// Customers that they own. What is open about a customer goes where the customer goes, its contacts always.
    Customers,
    /// Contacts that they look after.
    Contacts,
    /// Open opportunities.
    Opportunities,
    /// Open tasks.
    Tasks,
    /// Activities planned for a time to come.
    Activities,
    /// Trials that are planned or running.
    Trials,
    /// Solutions that are being written or were sent.
    Solutions,
    /// Open competitor alerts.
    CompetitorAlerts,
    /// Customers whose dedicated manager they are.
    ManagedCustomers,
    /// Customers in whose account team they are.
    AccountTeams,
}

impl HoldingKind {
    /// Every kind, in the order in which they are handed over.
    pub const ALL: [HoldingKind; 10] = [
        HoldingKind::Customers,
        HoldingKind::Contacts,
        HoldingKind::Opportunities,
        HoldingKind::Tasks,
        HoldingKind::Activities,
        HoldingKind::Trials,
        HoldingKind::Solutions,
        HoldingKind::CompetitorAlerts,
        HoldingKind::ManagedCustomers,
        HoldingKind::AccountTeams,
    ];

    /// As stored and sent.
    pub const fn key(self) -> &'static str {
        match self {
            HoldingKind::Customers => "customers",
            HoldingKind::Contacts => "contacts",
            HoldingKind::Opportunities => "opportunities",
            HoldingKind::Tasks => "tasks",
            HoldingKind::Activities => "activities",
            HoldingKind::Trials => "trials",
            HoldingKind::Solutions => "solutions",
            HoldingKind::CompetitorAlerts => "competitor_alerts",
            HoldingKind::ManagedCustomers => "managed_customers",
            HoldingKind::AccountTeams => "account_teams",
        }
    }
}

/// What a person still holds, as far as the caller may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holdings {
    /// The person.
    pub user_id: Uuid,
    /// They can log in. Of somebody who cannot, nobody works on what they hold.
    pub active: bool,
    /// Open records that they own, of every kind together.
    pub total: i64,
    /// Kinds of which they hold something, and of customers always; those that the caller may not see are left out.
    pub kinds: Vec<HoldingCount>,
    /// Teams that they lead. A new lead is chosen for each team.
    pub teams_led: i64,
    /// The caller may hand over something of what is listed.
    pub may_hand_over: bool,
    /// The latest hand-over of what they hold.
    pub hand_over: Option<HandOver>,
}

/// How much of a kind a person holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoldingCount {
    /// The kind.
    pub kind: HoldingKind,
    /// Open records.
    pub count: i64,
    /// They own these records; otherwise they have another part in them.
    pub owned: bool,
    /// The caller may hand them over.
    pub may_hand_over: bool,
    /// The list of these records.
    pub drill_down: String,
}

/// Asks for a hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewHandOver {
    /// Who takes over, at most 50. With several of them customers go round by their shares, and what is open about a
    /// customer goes with it. May be empty where customers go to the pool and nothing else is handed over.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub receivers: Vec<HandOverReceiver>,
    /// What is handed over: everything by default, and customers only where nobody takes over.
    #[serde(default)]
    pub kinds: Option<Vec<HoldingKind>>,
    /// Customers go to the public pool with their contacts instead, for the reason `owner_left`.
    #[serde(default)]
    pub customers_to_pool: bool,
    /// A customer with whom nobody was ever in contact gets a deadline for the first contact, as with every assignment,
    /// where the pool's settings have one. False where many are handed over at once.
    #[serde(default = "yes")]
    pub deadline: bool,
    /// What whoever takes a customer out of the pool should know, at most 300 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: Option<String>,
}

const fn yes() -> bool {
    true
}

/// Somebody who takes over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOverReceiver {
    /// Who.
    pub user_id: Uuid,
    /// Their share beside those of the others, 1 to 100; 1 by default.
    #[serde(default = "one")]
    #[cfg_attr(feature = "openapi", schema(value_type = i64, minimum = 1, maximum = 100))]
    pub share: u32,
}

const fn one() -> u32 {
    1
}

/// Where a hand-over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum HandOverState {
    /// Waits for a worker.
    Queued,
    /// Records are being handed over.
    Running,
    /// Everything that was to be handed over is, but for what was left out.
    Done,
    /// Somebody stopped it: what was handed over until then is, the rest is where it was.
    Cancelled,
    /// It cannot go on: what was handed over until then is, the rest is where it was.
    Failed,
}

impl HandOverState {
    /// As stored and sent.
    pub const fn key(self) -> &'static str {
        match self {
            HandOverState::Queued => "queued",
            HandOverState::Running => "running",
            HandOverState::Done => "done",
            HandOverState::Cancelled => "cancelled",
            HandOverState::Failed => "failed",
        }
    }

    /// The state of a key.
    pub fn of(key: &str) -> HandOverState {
        [HandOverState::Queued, HandOverState::Running, HandOverState::Done, HandOverState::Cancelled]
            .into_iter()
            .find(|state| state.key() == key)
            .unwrap_or(HandOverState::Failed)
    }
}

/// A hand-over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOver {
    /// Its id.
    pub id: Uuid,
    /// Whose records.
    pub user_id: Uuid,
    /// Their name.
    pub user_name: String,
    /// Where it stands.
    pub state: HandOverState,
    /// What is handed over.
    pub kinds: Vec<HoldingKind>,
    /// Customers go to the public pool.
    pub customers_to_pool: bool,
    /// Who takes over, with what they were given so far.
    pub receivers: Vec<HandOverShare>,
    /// Customers that went to the pool so far.
    pub pooled: i64,
    /// Records when it was asked for.
    pub total: i64,
    /// Records handed over so far.
    pub done: i64,
    /// Records that could not be handed over and stayed.
    pub left_out: i64,
    /// Who asked for it.
    pub created_by: Option<Uuid>,
    /// Their name.
    pub created_by_name: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it stopped: a stable code.
    pub error: Option<String>,
}

/// Somebody who takes over, and what they were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOverShare {
    /// Who.
    pub user_id: Uuid,
    /// Their name.
    pub name: String,
    /// Their share beside those of the others.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub share: u32,
    /// How many records they were given, by kind.
    pub given: BTreeMap<String, i64>,
}

/// A page of what went to whom, the latest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOverMoves {
    /// The records.
    pub items: Vec<HandOverMove>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// A record that was handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOverMove {
    /// Plural key of its object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// What it is called; null where the caller may not see it.
    pub title: Option<String>,
    /// In which field the person stood: the owner, the dedicated manager or the account team.
    pub field: String,
    /// To whom; null for the public pool.
    pub to_user_id: Option<Uuid>,
    /// Their name.
    pub to_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// People who can no longer log in and still own open records, those with the most first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Leavers {
    /// The people.
    pub items: Vec<Leaver>,
}

/// Somebody who can no longer log in and still owns open records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Leaver {
    /// Who.
    pub user_id: Uuid,
    /// Their name.
    pub name: String,
    /// Their last day at work.
    pub left_on: Option<NaiveDate>,
    /// Open records that they own, as far as the caller may see them.
    pub total: i64,
}
