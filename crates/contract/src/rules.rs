//! Rules: when something happens, or has not happened for a while, and a condition holds, something is done.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

mod runs;
pub use runs::*;

/// Every rule, in the order in which they act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rules {
    /// The rules.
    pub items: Vec<Rule>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rule {
    /// Its id.
    pub id: Uuid,
    /// For `If-Match`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When somebody last changed it.
    pub updated_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// Key of a shipped rule; null for one's own.
    pub key: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Place in the order, from 1.
    pub position: i64,
    /// Whether it acts.
    pub state: RuleState,
    /// Why it was stopped: `loop`, `invalid`, or `owner_gone` when its publisher or the API key by which it was published
    /// is no longer there; null while it was not.
    pub stopped_reason: Option<String>,
    /// The definition that is being worked on.
    pub draft: RuleDefinition,
    /// The definition that acts; null before the first publication.
    pub published: Option<RuleDefinition>,
    /// Number of the published version; 0 before the first.
    pub published_number: i64,
    /// Who published it; it acts with that person's permissions, within the limits of the API key by which they did, if any.
    pub published_by: Option<Uuid>,
    /// When.
    pub published_at: Option<DateTime<Utc>>,
    /// The draft differs from what acts.
    pub changed: bool,
    /// How it is doing.
    pub health: RuleHealth,
    /// When it looks next, for rules that act by time.
    pub next_at: Option<DateTime<Utc>>,
    /// When it last looked, whether anything was to be done or not: its heartbeat.
    pub checked_at: Option<DateTime<Utc>>,
    /// When it last acted.
    pub fired_at: Option<DateTime<Utc>>,
    /// Runs of the last 30 days by outcome.
    pub runs: RunCounts,
}

/// Whether a rule acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    /// Never published.
    Draft,
    /// It acts.
    Active,
    /// Somebody paused it.
    Paused,
    /// The product stopped it.
    Stopped,
}

/// How a rule is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RuleHealth {
    /// It does not act.
    Off,
    /// It looks when it should.
    Ok,
    /// It should have looked and did not.
    Late,
    /// It was stopped by the product.
    Stopped,
}

/// Runs by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunCounts {
    /// Every action was done.
    pub done: i64,
    /// Some actions were done, others skipped.
    pub partly: i64,
    /// Nothing was done, for a reason.
    pub skipped: i64,
    /// An action failed and nothing was changed.
    pub failed: i64,
}

/// A new rule, or a changed one: absent keys of a change stay as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleInput {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// What it does. A draft may be incomplete; it is checked when it is published.
    pub definition: RuleDefinition,
}

/// A change of a rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulePatch {
    /// Its name.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The new draft.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub definition: Option<RuleDefinition>,
}

/// What a rule does: IF trigger AND condition THEN actions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleDefinition {
    /// The object whose records it is about, by plural key.
    pub object: String,
    /// What sets it off.
    pub trigger: Trigger,
    /// In the condition language, as in a list's `filter`; null for every record.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub condition: Option<Json>,
    /// What is done, in this order: all of it or, when an action fails, none.
    pub actions: Vec<RuleAction>,
    /// Acts on records that an import brings in too.
    #[serde(default)]
    pub imports: bool,
}

/// What sets a rule off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Trigger {
    /// A record is created, changed, archived or restored.
    Event {
        /// At least one of these.
        on: Vec<EventVerb>,
    },
    /// A field takes another value.
    Change {
        /// The field.
        field: String,
        /// Only from this value; null from any.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
        from: Option<Json>,
        /// Only to this value; null to any.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
        to: Option<Json>,
    },
    /// A number passes a line: "health falls below 60". It must have been known before.
    Crosses {
        /// A field that holds a number, an amount or a percentage; scores too.
        field: String,
        /// Which way.
        side: Side,
        /// The line, in the field's own unit: amounts in minor units.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<f64>))]
        value: Option<serde_json::Number>,
    },
    /// Some time has passed since the moment or day in a field, and nothing new came: "7 days without follow-up". Where
    /// the last contact of a customer or the last activity of an opportunity is empty, since the record was created; a
    /// record on which any other field is empty does not match.
    Elapsed {
        /// A date or time field.
        field: String,
        /// How many.
        #[cfg_attr(feature = "openapi", schema(value_type = i64, minimum = 0, maximum = 4294967295_u32))]
        count: u32,
        /// Of which.
        unit: TimeUnit,
        /// Counts working time only: working days, or hours within working hours, without Chinese public holidays.
        #[serde(default)]
        working: bool,
    },
    /// The day or moment in a field is near: "30 days before expiry".
    Before {
        /// A date or time field.
        field: String,
        /// How many.
        #[cfg_attr(feature = "openapi", schema(value_type = i64, minimum = 0, maximum = 4294967295_u32))]
        count: u32,
        /// Of which.
        unit: TimeUnit,
    },
    /// At set times, for every record that fits then.
    Schedule {
        /// Minute, hour, day of month, month, day of week, in the organisation's time zone: `0 9 * * 1-5`.
        cron: String,
        /// On working days only, as they are in China.
        #[serde(default)]
        working: bool,
    },
}

impl Trigger {
    /// Is it set off by changes, rather than by time?
    pub fn by_events(&self) -> bool {
        match self {
            Trigger::Event { .. } | Trigger::Change { .. } | Trigger::Crosses { .. } => true,
            Trigger::Elapsed { .. } | Trigger::Before { .. } | Trigger::Schedule { .. } => false,
        }
    }
}

/// A side of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// It was not below the line, and now is.
    Below,
    /// It was not above the line, and now is.
    Above,
}

impl Side {
    /// Did a number that went from one value to another come to this side of the line?
    pub fn reached(self, line: f64, before: f64, after: f64) -> bool {
        match self {
            Side::Below => before >= line && after < line,
            Side::Above => before <= line && after > line,
        }
    }
}

/// What happens to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventVerb {
    /// It is made.
    Created,
    /// It is changed.
    Updated,
    /// It goes to the archive.
    Archived,
    /// It comes back.
    Restored,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
}

/// Fields of a record by key, as in a merge patch of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = Object))]
pub struct FieldValues(pub Map<String, Json>);

/// What a rule does. Texts may name fields of the record in braces: `{name}`, `{customer_id.name}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RuleAction {
    /// Sets fields of the record.
    SetFields {
        /// What they become.
        #[cfg_attr(feature = "openapi", schema(value_type = FieldValues))]
        values: Map<String, Json>,
    },
    /// Adds a tag.
    AddTag {
        /// The tag.
        tag_id: Uuid,
    },
    /// Takes a tag away.
    RemoveTag {
        /// The tag.
        tag_id: Uuid,
    },
    /// Makes a task that is linked to the record.
    CreateTask {
        /// What to do.
        title: String,
        /// More about it.
        #[serde(default)]
        note: Option<String>,
        /// Who does it.
        assignee: Recipient,
        /// Due so many days later; null for no date.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>, minimum = 0, maximum = 4294967295_u32))]
        due_in_days: Option<u32>,
        /// The days are working days.
        #[serde(default)]
        working: bool,
        /// high, normal or low; normal by default.
        #[serde(default)]
        priority: Option<String>,
    },
    /// Tells people.
    Notify {
        /// Whom.
        to: Vec<Recipient>,
        /// What.
        message: String,
    },
    /// Gives the record to somebody else.
    Reassign {
        /// How to choose among several.
        method: ReassignMethod,
        /// Among these people.
        #[serde(default)]
        users: Vec<Uuid>,
        /// And the members of this team.
        #[serde(default)]
        team_id: Option<Uuid>,
    },
    /// Moves the record to the public pool. Actions after it find no owner any more.
    MoveToPool {
        /// Why, as it stands at the record.
        #[serde(default)]
        reason: PoolCause,
    },
    /// Starts a playbook for the customer, unless it began within the last 90 days.
    StartPlaybook {
        /// Its key.
        playbook: String,
    },
    /// Calls an endpoint of another system.
    CallWebhook {
        /// The endpoint.
        webhook_id: Uuid,
    },
    /// Sends a mail.
    SendEmail {
        /// To these people.
        #[serde(default)]
        to: Vec<Recipient>,
        /// And to the address in this field of the record: `email`, `contact_id.email`.
        #[serde(default)]
        field: Option<String>,
        /// Subject line.
        subject: String,
        /// Text.
        body: String,
    },
}

/// Why a rule moves a record to the public pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PoolCause {
    /// The rule says so.
    #[default]
    Rule,
    /// Nobody follows it up.
    NoFollowUp,
    /// Its owner has left.
    OwnerLeft,
}

/// How to choose among several people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReassignMethod {
    /// In turn.
    RoundRobin,
    /// Whoever has the fewest open records of the object.
    LeastLoaded,
    /// In turn among those whose team has the record's region.
    ByRegion,
}

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Recipient {
    /// The record's owner.
    Owner,
    /// The lead of the owner's team; of the team above, where the owner leads it.
    Manager,
    /// The nearest lead above who is a director; every director, where there is none.
    Director,
    /// The dedicated manager and the account team of the customer that the record is or belongs to.
    AccountTeam,
    /// Everybody with a role.
    Role {
        /// Key of the role.
        role: String,
    },
    /// One person.
    User {
        /// Who.
        user_id: Uuid,
    },
}

/// Where a rule goes in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleMove {
    /// Right after this rule; null for the first place.
    pub after: Option<Uuid>,
}
