//! From one row per customer to scores, and why.

use super::segment::summarise;
use super::{Aggregate, CutTables, Mode, Orders, Overlay, Segment, SegmentSummary, Settings, aggregate};

/// The three scores of a customer, each 1..5; all 0 without an order in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scores {
    /// Recency.
    pub r: u8,
    /// Frequency.
    pub f: u8,
    /// Monetary value.
    pub m: u8,
}

impl Scores {
    /// Whether the customer had an order in the window.
    pub fn is_scored(self) -> bool {
        self.r > 0
    }
}

/// One of the three scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Days since the last order; fewer are better.
    Recency,
    /// Distinct orders.
    Frequency,
    /// Amount.
    Monetary,
}

impl Dimension {
    /// All three.
    pub const ALL: [Dimension; 3] = [Dimension::Recency, Dimension::Frequency, Dimension::Monetary];

    /// The value as people read it: days, orders or minor units.
    pub fn value(self, row: &Aggregate, as_of: i32) -> i64 {
        match self {
            Self::Recency => i64::from(as_of) - i64::from(row.last_day),
            Self::Frequency => i64::from(row.orders),
            Self::Monetary => row.amount_minor,
        }
    }

    /// The value, or its negative, so that greater is better.
    fn merit(self, row: &Aggregate, as_of: i32) -> i64 {
        self.turn(self.value(row, as_of))
    }

    /// Changes between a value and its merit.
    fn turn(self, value: i64) -> i64 {
        match self {
            Self::Recency => -value,
            Self::Frequency | Self::Monetary => value,
        }
    }

    fn table(self, tables: &CutTables) -> [i64; 4] {
        match self {
            Self::Recency => tables.recency_days,
            Self::Frequency => tables.frequency,
            Self::Monetary => tables.monetary_minor,
        }
    }
}

/// All customers with their scores.
#[derive(Clone, Debug)]
pub struct Rfm {
    /// The day of scoring, in the count of the orders' days.
    pub as_of: i32,
    /// How they were scored.
    pub settings: Settings,
    /// The customers' orders in the window.
    pub aggregates: Vec<Aggregate>,
    /// Their scores, in the same order.
    pub scores: Vec<Scores>,
    /// N, the customers that have a score.
    pub scored: u64,
    /// For recency, frequency and amount the limits of the scores 2 to 5, as merits.
    limits: [Limits; 3],
}

/// The least merit for each of the scores 2, 3, 4 and 5.
type Limits = [i64; 4];

/// Why a customer has one of its scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DimensionScore {
    /// Which one.
    pub dimension: Dimension,
    /// The value: days, orders or minor units.
    pub value: i64,
    /// The score, 1..5.
    pub score: u8,
    /// k, the scored customers with a strictly worse value.
    pub worse: u64,
    /// N, the scored customers.
    pub of: u64,
    /// The worst value that still has the score 2, 3, 4 and 5; `None` where nobody has it.
    pub cuts: [Option<i64>; 4],
}

/// Why a customer is where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Its orders in the window.
    pub aggregate: Aggregate,
    /// The scores.
    pub scores: Scores,
    /// The segment.
    pub segment: Segment,
    /// The strategy overlay.
    pub overlay: Option<Overlay>,
    /// Each score with its reasons; `None` without an order in the window.
    pub dimensions: Option<[DimensionScore; 3]>,
}

/// Scores customers from their orders; see [`aggregate`].
pub fn score_orders(orders: &Orders<'_>, customers: usize, as_of: i32, settings: Settings) -> Rfm {
    score_aggregates(aggregate(orders, customers, as_of, &settings), as_of, settings)
}

/// Scores customers from their sums in the window. `as_of` is in the count of the days of the
/// rows.
pub fn score_aggregates(aggregates: Vec<Aggregate>, as_of: i32, settings: Settings) -> Rfm {
    let mut merits: Vec<i64> = Vec::with_capacity(aggregates.len());
    let limits = Dimension::ALL.map(|dimension| match &settings.mode {
        Mode::Fixed(tables) => dimension.table(tables).map(|cut| dimension.turn(cut)),
        Mode::Rank => {
            merits.clear();
            merits.extend(aggregates.iter().filter(|a| a.orders > 0).map(|a| dimension.merit(a, as_of)));
            rank_limits(&mut merits)
        }
    });
    let scores: Vec<Scores> = aggregates
        .iter()
        .map(|row| {
            if row.orders == 0 {
                return Scores::default();
            }
            let score = |d: usize| score_of(Dimension::ALL[d].merit(row, as_of), &limits[d]);
            Scores { r: score(0), f: score(1), m: score(2) }
        })
        .collect();
    let scored = scores.iter().filter(|s| s.is_scored()).count() as u64;
    Rfm { as_of, settings, aggregates, scores, scored, limits }
}

/// The least merits for the scores 2 to 5 of `1 + floor(5·k/N)`: a merit scores at least s when
/// at least `ceil((s−1)·N/5)` merits are strictly less, that is, when it is greater than the
/// merit at that place in ascending order. So four selections replace a sort.
fn rank_limits(merits: &mut [i64]) -> Limits {
    let n = merits.len();
    let mut limits = [i64::MAX; 4];
    let mut done = 0;
    for (limit, fifths) in limits.iter_mut().zip(1..) {
        let needed = (fifths * n).div_ceil(5);
        if needed == 0 || needed > n {
            continue;
        }
        let place = needed - 1;
        if place >= done {
            merits[done..].select_nth_unstable(place - done);
            done = place;
        }
        *limit = merits[place].saturating_add(1);
    }
    limits
}

fn score_of(merit: i64, limits: &Limits) -> u8 {
    1 + limits.iter().map(|limit| u8::from(merit >= *limit)).sum::<u8>()
}

impl Rfm {
    /// The segment of a customer.
    pub fn segment(&self, customer: usize) -> Option<Segment> {
        self.scores.get(customer).map(|scores| Segment::of(*scores, &self.settings))
    }

    /// Every segment with its customers and their amounts.
    pub fn summary(&self) -> Vec<SegmentSummary> {
        summarise(&self.aggregates, &self.scores, &self.settings)
    }

    /// Why a customer has its scores; looks at every customer.
    pub fn explain(&self, customer: usize) -> Option<Explanation> {
        let aggregate = *self.aggregates.get(customer)?;
        let scores = *self.scores.get(customer)?;
        let reason = |d: usize, score| self.reason(Dimension::ALL[d], &aggregate, score);
        let dimensions = scores.is_scored().then(|| [reason(0, scores.r), reason(1, scores.f), reason(2, scores.m)]);
        let segment = Segment::of(scores, &self.settings);
        let overlay = Overlay::of(scores, &self.settings);
        Some(Explanation { aggregate, scores, segment, overlay, dimensions })
    }

    /// The worst value that still has the score 2, 3, 4 and 5; `None` where nobody has it.
    pub fn cuts(&self, dimension: Dimension) -> [Option<i64>; 4] {
        let limits = self.limits[dimension as usize];
        if self.settings.mode != Mode::Rank {
            return limits.map(|limit| Some(dimension.turn(limit)));
        }
        let mut least: [Option<i64>; 4] = [None; 4];
        for merit in self.merits(dimension) {
            for (least, limit) in least.iter_mut().zip(limits) {
                if merit >= limit && least.is_none_or(|l| merit < l) {
                    *least = Some(merit);
                }
            }
        }
        least.map(|cut| cut.map(|merit| dimension.turn(merit)))
    }

    /// For every customer k, the scored customers with a strictly worse value; 0 for those
    /// without a score.
    pub fn worse(&self, dimension: Dimension) -> Vec<u64> {
        let mut sorted: Vec<i64> = self.merits(dimension).collect();
        sorted.sort_unstable();
        let below = |row: &Aggregate| sorted.partition_point(|m| *m < dimension.merit(row, self.as_of)) as u64;
        self.aggregates.iter().map(|row| if row.orders > 0 { below(row) } else { 0 }).collect()
    }

    fn merits(&self, dimension: Dimension) -> impl Iterator<Item = i64> + '_ {
        self.aggregates.iter().filter(|a| a.orders > 0).map(move |a| dimension.merit(a, self.as_of))
    }

    fn reason(&self, dimension: Dimension, row: &Aggregate, score: u8) -> DimensionScore {
        let merit = dimension.merit(row, self.as_of);
        let worse = self.merits(dimension).filter(|other| *other < merit).count() as u64;
        let value = dimension.value(row, self.as_of);
        DimensionScore { dimension, value, score, worse, of: self.scored, cuts: self.cuts(dimension) }
    }
}
