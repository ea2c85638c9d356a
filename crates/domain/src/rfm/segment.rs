//! Segments and the strategy overlay.

use super::{Aggregate, Scores, Settings};

/// Eight segments by high and low recency, frequency and amount, and one for customers without
/// an order in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// 重要价值: recent, frequent, much.
    ImportantValue,
    /// 重要发展: recent, rare, much.
    ImportantDevelopment,
    /// 重要保持: long ago, frequent, much.
    ImportantRetention,
    /// 重要挽留: long ago, rare, much.
    ImportantWinBack,
    /// 一般价值: recent, frequent, little.
    GeneralValue,
    /// 一般发展: recent, rare, little.
    GeneralDevelopment,
    /// 一般保持: long ago, frequent, little.
    GeneralRetention,
    /// 一般挽留: long ago, rare, little.
    GeneralWinBack,
    /// No order in the window.
    NoPurchase,
}

impl Segment {
    /// All segments, the most valuable first.
    pub const ALL: [Segment; 9] = [
        Segment::ImportantValue,
        Segment::ImportantDevelopment,
        Segment::ImportantRetention,
        Segment::ImportantWinBack,
        Segment::GeneralValue,
        Segment::GeneralDevelopment,
        Segment::GeneralRetention,
        Segment::GeneralWinBack,
        Segment::NoPurchase,
    ];

    /// The stored word: H or L for each of R, F and M, or `none`.
    pub fn code(self) -> &'static str {
        match self {
            Self::ImportantValue => "HHH",
            Self::ImportantDevelopment => "HLH",
            Self::ImportantRetention => "LHH",
            Self::ImportantWinBack => "LLH",
            Self::GeneralValue => "HHL",
            Self::GeneralDevelopment => "HLL",
            Self::GeneralRetention => "LHL",
            Self::GeneralWinBack => "LLL",
            Self::NoPurchase => "none",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::ImportantValue => ["重要价值", "Important value"],
            Self::ImportantDevelopment => ["重要发展", "Important development"],
            Self::ImportantRetention => ["重要保持", "Important retention"],
            Self::ImportantWinBack => ["重要挽留", "Important win-back"],
            Self::GeneralValue => ["一般价值", "General value"],
            Self::GeneralDevelopment => ["一般发展", "General development"],
            Self::GeneralRetention => ["一般保持", "General retention"],
            Self::GeneralWinBack => ["一般挽留", "General win-back"],
            Self::NoPurchase => ["近期未购买", "No purchase"],
        }
    }

    /// The segment of three scores; `NoPurchase` for scores of 0.
    pub fn of(scores: Scores, settings: &Settings) -> Self {
        if !scores.is_scored() {
            return Self::NoPurchase;
        }
        let high = |score: u8| score >= settings.high;
        match (high(scores.r), high(scores.f), high(scores.m)) {
            (true, true, true) => Self::ImportantValue,
            (true, false, true) => Self::ImportantDevelopment,
            (false, true, true) => Self::ImportantRetention,
            (false, false, true) => Self::ImportantWinBack,
            (true, true, false) => Self::GeneralValue,
            (true, false, false) => Self::GeneralDevelopment,
            (false, true, false) => Self::GeneralRetention,
            (false, false, false) => Self::GeneralWinBack,
        }
    }
}

/// The strategy that overlays the segments (S2-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlay {
    /// All three high.
    HighValue,
    /// Recent, rare, of middling amount: room to grow.
    Potential,
    /// All three low.
    Sleeping,
}

impl Overlay {
    /// All of them.
    pub const ALL: [Overlay; 3] = [Overlay::HighValue, Overlay::Potential, Overlay::Sleeping];

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.code() == code)
    }

    /// The word by which the interface names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::HighValue => "high_value",
            Self::Potential => "potential",
            Self::Sleeping => "sleeping",
        }
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::HighValue => ["高价值客户", "High value"],
            Self::Potential => ["潜力客户", "Potential"],
            Self::Sleeping => ["沉睡客户", "Sleeping"],
        }
    }

    /// The first that matches, or none.
    pub fn of(scores: Scores, settings: &Settings) -> Option<Self> {
        let Scores { r, f, m } = scores;
        let (high, low) = (settings.high, settings.low);
        if !scores.is_scored() {
            None
        } else if r >= high && f >= high && m >= high {
            Some(Self::HighValue)
        } else if r >= high && f <= low && m == 3 {
            Some(Self::Potential)
        } else if r <= low && f <= low && m <= low {
            Some(Self::Sleeping)
        } else {
            None
        }
    }
}

/// What one segment holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmentSummary {
    /// The segment.
    pub segment: Segment,
    /// Its customers.
    pub customers: u64,
    /// Their orders in the window.
    pub orders: u64,
    /// Their amounts in the window, in minor units.
    pub amount_minor: i64,
}

/// Every segment with what it holds, in the order of [`Segment::ALL`].
pub(super) fn summarise(aggregates: &[Aggregate], scores: &[Scores], settings: &Settings) -> Vec<SegmentSummary> {
    let mut rows = Segment::ALL.map(|segment| SegmentSummary { segment, customers: 0, orders: 0, amount_minor: 0 });
    for (aggregate, scores) in aggregates.iter().zip(scores) {
        let row = &mut rows[Segment::of(*scores, settings) as usize];
        row.customers += 1;
        row.orders += u64::from(aggregate.orders);
        row.amount_minor = row.amount_minor.saturating_add(aggregate.amount_minor);
    }
    rows.to_vec()
}
