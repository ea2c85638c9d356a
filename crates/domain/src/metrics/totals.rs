//! Kept totals: sums by measure, day, owner and a few more dimensions.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::facts::{Facts, OpportunityStatus, contributions};

/// What a row of the totals sums up. The number is how it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Measure {
    /// Opportunities by the day they were created, with owner, pipeline and product;
    /// the bucket is the [`standing_bucket`].
    Cohort = 1,
    /// Won opportunities by the day they closed, with owner, pipeline and product;
    /// the bucket is the cycle in days.
    Won = 2,
    /// Lost opportunities, like [`Measure::Won`].
    Lost = 3,
    /// Open opportunities by the first day of the month they are expected to close in (none:
    /// 1970-01-01), with owner, pipeline, stage and product; extra is the [`spread`].
    Open = 4,
    /// Open opportunities with owner, pipeline and stage only; extra is the [`spread`].
    Stock = 5,
    /// All opportunities with owner and pipeline only; the bucket is the [`standing_bucket`].
    Standing = 6,
    /// Won and lost opportunities by the first day of the month they closed in, with owner and
    /// pipeline; the bucket is 1 for won and 2 for lost, extra the sum of the cycles in days.
    Closed = 7,
    /// Customers by the day they were created, with owner.
    Customers = 8,
    /// Completed activities by day, with owner; the bucket is the kind, the amount minutes, extra those that were
    /// written down in time.
    Activities = 9,
    /// Confirmed and fulfilled orders by day, with owner.
    Orders = 10,
    /// Returned orders by day, with owner; the amount is negative.
    Returns = 11,
    /// Stays of opportunities in a stage by the day they ended, with owner, pipeline and stage;
    /// the bucket is their length in days. Stays are history: nothing takes them back.
    Stays = 12,
}

impl Measure {
    /// All measures.
    pub const ALL: [Measure; 12] = [
        Measure::Cohort,
        Measure::Won,
        Measure::Lost,
        Measure::Open,
        Measure::Stock,
        Measure::Standing,
        Measure::Closed,
        Measure::Customers,
        Measure::Activities,
        Measure::Orders,
        Measure::Returns,
        Measure::Stays,
    ];

    /// The stored number.
    pub fn code(self) -> i16 {
        self as i16
    }

    /// The measure stored under a number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.code() == code)
    }
}

/// The row of the totals that a contribution belongs to. A dimension that the measure does not
/// keep, or that the record does not have, is the nil id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What is summed.
    pub measure: Measure,
    /// The day it counts for, in the organisation's time zone; 1970-01-01 where none applies.
    pub day: NaiveDate,
    /// The owner of the record.
    pub owner: Uuid,
    /// The pipeline of an opportunity.
    pub pipeline: Uuid,
    /// The stage of an open opportunity.
    pub stage: Uuid,
    /// The product of an opportunity.
    pub product: Uuid,
    /// A small number whose meaning depends on the measure.
    pub bucket: i32,
}

impl Key {
    /// A key without dimensions.
    pub fn new(measure: Measure) -> Self {
        Self {
            measure,
            day: NaiveDate::default(),
            owner: Uuid::nil(),
            pipeline: Uuid::nil(),
            stage: Uuid::nil(),
            product: Uuid::nil(),
            bucket: 0,
        }
    }
}

/// What is summed in one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Records.
    pub n: i64,
    /// Money in minor units, or minutes for activities.
    pub amount: i64,
    /// A further sum whose meaning depends on the measure.
    pub extra: i64,
}

impl Sums {
    /// Whether nothing is left, so that the row can go.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    fn add(&mut self, other: Sums, sign: i64) {
        self.n = self.n.saturating_add(sign * other.n);
        self.amount = self.amount.saturating_add(sign * other.amount);
        self.extra = self.extra.saturating_add(sign * other.extra);
    }
}

/// What is to be added to one row of the totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The row.
    pub key: Key,
    /// The addition; negative where a record leaves the row.
    pub sums: Sums,
}

/// The additions that turn the totals with the old record into those with the new one, at most
/// one per row; rows that stay as they are do not appear. Either side may be missing: a record
/// that is created, or one that is erased.
pub fn change(old: Option<&Facts>, new: Option<&Facts>) -> Vec<Contribution> {
    let mut changes = new.map(contributions).unwrap_or_default();
    for before in old.map(contributions).unwrap_or_default() {
        match changes.iter_mut().find(|c| c.key == before.key) {
            Some(same) => same.sums.add(before.sums, -1),
            None => {
                let mut sums = Sums::default();
                sums.add(before.sums, -1);
                changes.push(Contribution { key: before.key, sums });
            }
        }
    }
    changes.retain(|c| !c.sums.is_zero());
    changes
}

/// Totals in memory: to gather the changes of many records before they are written, and to
/// rebuild the totals from the records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    rows: BTreeMap<Key, Sums>,
}

impl Totals {
    /// No totals.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the change of one record; see [`change`].
    pub fn record(&mut self, old: Option<&Facts>, new: Option<&Facts>) {
        for c in change(old, new) {
            self.add(c);
        }
    }

    /// Adds one contribution. A row that comes back to zero goes.
    pub fn add(&mut self, c: Contribution) {
        let sums = self.rows.entry(c.key).or_default();
        sums.add(c.sums, 1);
        if sums.is_zero() {
            self.rows.remove(&c.key);
        }
    }

    /// The rows in the order of their keys.
    pub fn rows(&self) -> impl Iterator<Item = Contribution> + '_ {
        self.rows.iter().map(|(key, sums)| Contribution { key: *key, sums: *sums })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// How far an opportunity came and how it ended, in one number.
pub fn standing_bucket(furthest_position: i32, status: OpportunityStatus) -> i32 {
    let code = match status {
        OpportunityStatus::Open => 0,
        OpportunityStatus::Won => 1,
        OpportunityStatus::Lost => 2,
    };
    furthest_position.clamp(0, i32::MAX / 4 - 1) * 4 + code
}

/// The furthest position and the status behind a [`standing_bucket`].
pub fn standing_of(bucket: i32) -> (i32, OpportunityStatus) {
    let status = match bucket & 3 {
        1 => OpportunityStatus::Won,
        2 => OpportunityStatus::Lost,
        _ => OpportunityStatus::Open,
    };
    (bucket >> 2, status)
}

/// Squared minor units in one unit of the kept spread of open opportunities.
pub const SPREAD_UNIT: f64 = 1e6;

/// The square of an amount in units of 100 squared currency units, from which the interval of
/// a forecast follows; whole, so that adding and taking away leave no residue, and capped
/// (at amounts of 316 million), so that sums do not overflow.
pub(super) fn spread(amount_minor: i64) -> i64 {
    const CAP: i128 = 1_000_000_000_000_000;
    let square = i128::from(amount_minor) * i128::from(amount_minor);
    i64::try_from(((square + 500_000) / 1_000_000).min(CAP)).unwrap_or(i64::MAX)
}
