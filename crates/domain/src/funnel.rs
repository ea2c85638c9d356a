//! The funnel: how far opportunities come, how fast, and where they get stuck
//! (models, section 9; S2-12, S2-29, S4-27).
//!
//! Stages are numbered 0, 1, 2 … in their order, without the stages that mean "lost". An
//! opportunity reached every stage up to its furthest; a won one reached all.

use crate::metrics::OpportunityStatus;

#[cfg(test)]
mod tests;

/// A conversion needs at least this many entries to be called stuck.
pub const LEAST_ENTRIES: u64 = 20;

/// Opportunities alike in how far they came and how they ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The number of the furthest stage reached.
    pub furthest: usize,
    /// Open, won or lost.
    pub status: OpportunityStatus,
    /// How many.
    pub n: u64,
    /// Their amounts, in minor units.
    pub amount_minor: i64,
}

/// Opportunities alike in the time they spent in a stage, or from beginning to won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// Calendar days.
    pub days: i32,
    /// How many.
    pub n: i64,
}

/// What a funnel is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// How many stages there are.
    pub stages: usize,
    /// The opportunities.
    pub standings: Vec<Standing>,
    /// For each stage the completed stays in it; may be shorter than the stages.
    pub stays: Vec<Vec<Duration>>,
    /// The cycles of the won opportunities.
    pub cycles: Vec<Duration>,
    /// For each stage the conversion to the next one, in percent, that is expected: that of the
    /// previous equal period, or a benchmark. May be shorter than the stages.
    pub baseline: Vec<Option<f64>>,
}

/// One stage of a funnel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageRow {
    /// Opportunities that reached it.
    pub reached: u64,
    /// Their amounts, in minor units.
    pub amount_minor: i64,
    /// Open opportunities that came no further.
    pub open: u64,
    /// Percent of those that reached the next stage; `None` at the last stage or without entries.
    pub conversion: Option<f64>,
    /// The conversion expected.
    pub baseline: Option<f64>,
    /// Mean days of a completed stay.
    pub mean_days: Option<f64>,
    /// Median days of a completed stay.
    pub median_days: Option<f64>,
}

/// The conversion that fell furthest below what is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stuck {
    /// The stage that opportunities do not leave.
    pub stage: usize,
    /// Its conversion in percent.
    pub conversion: f64,
    /// The conversion expected.
    pub baseline: f64,
    /// Percentage points between them.
    pub drop: f64,
    /// Opportunities that reached the stage.
    pub entries: u64,
}

/// A funnel with what made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Funnel {
    /// The stages in their order.
    pub stages: Vec<StageRow>,
    /// Open opportunities.
    pub open: u64,
    /// Won opportunities.
    pub won: u64,
    /// Lost opportunities.
    pub lost: u64,
    /// Amount of the won, in minor units.
    pub won_minor: i64,
    /// Percent won of those won or lost.
    pub win_rate: Option<f64>,
    /// Mean amount of the won, in minor units.
    pub mean_won_minor: Option<f64>,
    /// Mean days from the beginning to won.
    pub mean_cycle_days: Option<f64>,
    /// Median days from the beginning to won.
    pub median_cycle_days: Option<f64>,
    /// What the open opportunities are worth per day: open × win rate × mean won amount ÷ mean
    /// cycle, in minor units. `None` when any of them is unknown or the cycle is 0 days.
    pub velocity_minor: Option<f64>,
    /// Where opportunities get stuck, if anywhere.
    pub stuck: Option<Stuck>,
    /// What it was made of.
    pub input: Input,
}

/// Builds a funnel.
pub fn funnel(input: Input) -> Funnel {
    let stages = stage_rows(&input);
    let count = |status| input.standings.iter().filter(|s| s.status == status).map(|s| s.n).sum::<u64>();
    let (open, won, lost) =
        (count(OpportunityStatus::Open), count(OpportunityStatus::Won), count(OpportunityStatus::Lost));
    let won_standings = input.standings.iter().filter(|s| s.status == OpportunityStatus::Won);
    let won_minor = won_standings.fold(0i64, |sum, s| sum.saturating_add(s.amount_minor));
    let win_rate = percent(won, won + lost);
    let mean_won_minor = (won > 0).then(|| won_minor as f64 / won as f64);
    let mean_cycle_days = mean(&input.cycles);
    let velocity_minor = match (win_rate, mean_won_minor, mean_cycle_days) {
        (Some(rate), Some(amount), Some(cycle)) if cycle > 0.0 => Some(open as f64 * rate / 100.0 * amount / cycle),
        _ => None,
    };
    Funnel {
        open,
        won,
        lost,
        won_minor,
        win_rate,
        mean_won_minor,
        mean_cycle_days,
        median_cycle_days: median(&input.cycles),
        velocity_minor,
        stuck: stuck(&stages),
        stages,
        input,
    }
}

fn stage_rows(input: &Input) -> Vec<StageRow> {
    let reached: Vec<(u64, i64)> = (0..input.stages).map(|stage| reached(input, stage)).collect();
    (0..input.stages)
        .map(|stage| {
            let stays = input.stays.get(stage).map_or(&[][..], Vec::as_slice);
            let is_here = |s: &&Standing| s.status == OpportunityStatus::Open && position(s, input.stages) == stage;
            StageRow {
                reached: reached[stage].0,
                amount_minor: reached[stage].1,
                open: input.standings.iter().filter(is_here).map(|s| s.n).sum(),
                conversion: reached.get(stage + 1).and_then(|next| percent(next.0, reached[stage].0)),
                baseline: input.baseline.get(stage).copied().flatten(),
                mean_days: mean(stays),
                median_days: median(stays),
            }
        })
        .collect()
}

/// The stage a standing came to; one beyond the last counts as the last.
fn position(standing: &Standing, stages: usize) -> usize {
    match standing.status {
        OpportunityStatus::Won => stages.saturating_sub(1),
        OpportunityStatus::Open | OpportunityStatus::Lost => standing.furthest.min(stages.saturating_sub(1)),
    }
}

fn reached(input: &Input, stage: usize) -> (u64, i64) {
    input
        .standings
        .iter()
        .filter(|s| position(s, input.stages) >= stage)
        .fold((0, 0i64), |(n, amount), s| (n + s.n, amount.saturating_add(s.amount_minor)))
}

/// The greatest drop below the baseline among the conversions with enough entries; of equal
/// ones the earliest stage.
fn stuck(stages: &[StageRow]) -> Option<Stuck> {
    let drops = stages.iter().enumerate().filter_map(|(stage, row)| {
        let (conversion, baseline) = (row.conversion?, row.baseline?);
        let drop = baseline - conversion;
        (row.reached >= LEAST_ENTRIES && drop > 0.0).then_some(Stuck {
            stage,
            conversion,
            baseline,
            drop,
            entries: row.reached,
        })
    });
    drops.reduce(|worst, next| if next.drop > worst.drop { next } else { worst })
}

fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| 100.0 * part as f64 / whole as f64)
}

/// The mean of durations.
pub fn mean(durations: &[Duration]) -> Option<f64> {
    let n: i64 = durations.iter().map(|d| d.n).sum();
    let sum: i128 = durations.iter().map(|d| i128::from(d.days) * i128::from(d.n)).sum();
    (n > 0).then(|| sum as f64 / n as f64)
}

/// The median of durations, in any order.
pub fn median(durations: &[Duration]) -> Option<f64> {
    let mut rows: Vec<(i32, i64)> = durations.iter().map(|d| (d.days, d.n)).collect();
    rows.sort_unstable();
    crate::metrics::median_of_buckets(rows.iter().copied())
}
