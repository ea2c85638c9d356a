//! What the totals need to know of a record.

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::totals::{Contribution, Key, Measure, Sums, spread, standing_bucket};

/// The kinds of activity, in the order of their buckets from 1.
pub const ACTIVITY_KINDS: [&str; 7] = ["call", "visit", "meeting", "online_meeting", "chat", "email", "note"];

/// The state of an opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpportunityStatus {
    /// Still worked on.
    Open,
    /// Ended with an order.
    Won,
    /// Ended without.
    Lost,
}

impl OpportunityStatus {
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "open" => Some(Self::Open),
            "won" => Some(Self::Won),
            "lost" => Some(Self::Lost),
            _ => None,
        }
    }

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

/// The state of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// Not yet agreed; counts nowhere.
    Draft,
    /// Agreed.
    Confirmed,
    /// Delivered.
    Fulfilled,
    /// Called off; counts nowhere.
    Cancelled,
    /// Sent back; its amount counts negative.
    Returned,
}

impl OrderStatus {
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "draft" => Some(Self::Draft),
            "confirmed" => Some(Self::Confirmed),
            "fulfilled" => Some(Self::Fulfilled),
            "cancelled" => Some(Self::Cancelled),
            "returned" => Some(Self::Returned),
            _ => None,
        }
    }
}

/// An opportunity as the totals see it. Days are days in the organisation's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpportunityFacts {
    /// Who owns it.
    pub owner: Option<Uuid>,
    /// Its pipeline.
    pub pipeline: Option<Uuid>,
    /// Its current stage.
    pub stage: Option<Uuid>,
    /// The position of the furthest stage it has reached.
    pub furthest_position: i32,
    /// Open, won or lost.
    pub status: OpportunityStatus,
    /// Its amount in minor units; a missing amount adds nothing to sums.
    pub amount_minor: Option<i64>,
    /// The day it was created.
    pub created_on: NaiveDate,
    /// The day work on it began, from which its cycle counts; else the day it was created.
    pub engaged_on: Option<NaiveDate>,
    /// The day it is expected to close.
    pub expected_close_on: Option<NaiveDate>,
    /// The day it was won or lost.
    pub closed_on: Option<NaiveDate>,
    /// Its product.
    pub product: Option<Uuid>,
    /// Archived records count nowhere.
    pub archived: bool,
}

/// A customer as the totals see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFacts {
    /// Who owns it.
    pub owner: Option<Uuid>,
    /// The day it was created.
    pub created_on: NaiveDate,
    /// Archived records count nowhere.
    pub archived: bool,
}

/// An activity as the totals see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityFacts {
    /// Who owns it.
    pub owner: Option<Uuid>,
    /// Its [`activity_bucket`].
    pub kind: i32,
    /// The day it took place.
    pub occurred_on: NaiveDate,
    /// How long it took.
    pub duration_minutes: Option<i64>,
    /// Planned activities count nowhere until they are completed.
    pub completed: bool,
    /// It was written down in time.
    pub on_time: bool,
    /// Archived records count nowhere.
    pub archived: bool,
}

/// An order as the totals see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    /// Who owns it.
    pub owner: Option<Uuid>,
    /// The day of the order.
    pub ordered_on: NaiveDate,
    /// Its state.
    pub status: OrderStatus,
    /// Its amount in minor units.
    pub amount_minor: Option<i64>,
    /// Archived records count nowhere.
    pub archived: bool,
}

/// A record as the totals see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// An opportunity.
    Opportunity(OpportunityFacts),
    /// A customer.
    Customer(CustomerFacts),
    /// An activity.
    Activity(ActivityFacts),
    /// An order.
    Order(OrderFacts),
}

/// The bucket of a kind of activity: its place in [`ACTIVITY_KINDS`] from 1, 0 for any other.
pub fn activity_bucket(kind: &str) -> i32 {
    ACTIVITY_KINDS.iter().position(|k| *k == kind).and_then(|i| i32::try_from(i + 1).ok()).unwrap_or(0)
}

/// What a record adds to the totals, at most one addition per row.
pub fn contributions(facts: &Facts) -> Vec<Contribution> {
    match facts {
        Facts::Opportunity(o) if !o.archived => opportunity(o),
        Facts::Customer(c) if !c.archived => {
            vec![one(owned(Measure::Customers, c.created_on, c.owner), 0, 0)]
        }
        Facts::Activity(a) if !a.archived && a.completed => {
            let key = Key { bucket: a.kind, ..owned(Measure::Activities, a.occurred_on, a.owner) };
            vec![one(key, a.duration_minutes.unwrap_or(0), i64::from(a.on_time))]
        }
        Facts::Order(o) if !o.archived => order(o),
        Facts::Opportunity(_) | Facts::Customer(_) | Facts::Activity(_) | Facts::Order(_) => Vec::new(),
    }
}

/// What the end of a stay in a stage adds to the totals. `from` and `to` are the days on which
/// it began and ended.
pub fn stay(left: &OpportunityFacts, from: NaiveDate, to: NaiveDate) -> Contribution {
    let days = i32::try_from(to.signed_duration_since(from).num_days().max(0)).unwrap_or(i32::MAX);
    let key = Key {
        pipeline: left.pipeline.unwrap_or_default(),
        stage: left.stage.unwrap_or_default(),
        bucket: days,
        ..owned(Measure::Stays, to, left.owner)
    };
    one(key, 0, 0)
}

fn order(o: &OrderFacts) -> Vec<Contribution> {
    let amount = o.amount_minor.unwrap_or(0);
    match o.status {
        OrderStatus::Draft | OrderStatus::Cancelled => Vec::new(),
        OrderStatus::Confirmed | OrderStatus::Fulfilled => {
            vec![one(owned(Measure::Orders, o.ordered_on, o.owner), amount, 0)]
        }
        OrderStatus::Returned => {
            vec![one(owned(Measure::Returns, o.ordered_on, o.owner), -amount.saturating_abs(), 0)]
        }
    }
}

fn opportunity(o: &OpportunityFacts) -> Vec<Contribution> {
    let amount = o.amount_minor.unwrap_or(0);
    let none = NaiveDate::default();
    let standing = standing_bucket(o.furthest_position, o.status);
    let coarse =
        |measure, day, bucket| Key { pipeline: o.pipeline.unwrap_or_default(), bucket, ..owned(measure, day, o.owner) };
    let fine = |measure, day, bucket| Key { product: o.product.unwrap_or_default(), ..coarse(measure, day, bucket) };
    let mut found = Vec::with_capacity(4);
    found.push(one(fine(Measure::Cohort, o.created_on, standing), amount, 0));
    found.push(one(coarse(Measure::Standing, none, standing), amount, 0));
    let (measure, code) = match o.status {
        OpportunityStatus::Open => {
            let month = o.expected_close_on.map_or(none, first_of_month);
            let stage = o.stage.unwrap_or_default();
            let spread = spread(amount);
            let open = Key { stage, ..fine(Measure::Open, month, 0) };
            found.push(one(open, amount, spread));
            let stock = Key { stage, ..coarse(Measure::Stock, none, 0) };
            found.push(one(stock, amount, spread));
            return found;
        }
        OpportunityStatus::Won => (Measure::Won, 1),
        OpportunityStatus::Lost => (Measure::Lost, 2),
    };
    let closed_on = o.closed_on.unwrap_or(none);
    let cycle = cycle_days(o).unwrap_or(0);
    found.push(one(fine(measure, closed_on, cycle), amount, 0));
    let month = o.closed_on.map_or(none, first_of_month);
    found.push(one(coarse(Measure::Closed, month, code), amount, i64::from(cycle)));
    found
}

/// Days from the beginning of the work, else from creation, to the close; never negative.
fn cycle_days(o: &OpportunityFacts) -> Option<i32> {
    let start = o.engaged_on.unwrap_or(o.created_on);
    let days = o.closed_on?.signed_duration_since(start).num_days();
    Some(i32::try_from(days.max(0)).unwrap_or(i32::MAX))
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn owned(measure: Measure, day: NaiveDate, owner: Option<Uuid>) -> Key {
    Key { day, owner: owner.unwrap_or_default(), ..Key::new(measure) }
}

fn one(key: Key, amount: i64, extra: i64) -> Contribution {
    Contribution { key, sums: Sums { n: 1, amount, extra } }
}
