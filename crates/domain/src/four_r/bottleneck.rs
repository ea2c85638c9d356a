//! Which of the four holds results back (S0-25).

use super::{PerR, R, Settings};
use serde::Serialize;

/// A closed opportunity with the mean of each R over its contacts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closed {
    /// The mean of each R; `None`: it applied to no contact.
    pub scores: PerR<Option<f64>>,
    /// Won or lost.
    pub won: bool,
}

/// How much more often is won where an R was done well.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Leverage {
    /// Win rate above the median minus that below, −1..1; `None`: a side has too few opportunities.
    pub leverage: Option<f64>,
    /// The median of the R; `None` without opportunities.
    pub median: Option<f64>,
    /// Closed opportunities above the median, and those of them that were won.
    pub above: (u32, u32),
    /// Closed opportunities below the median, and those of them that were won.
    pub below: (u32, u32),
}

/// One R in the search for the bottleneck.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Link {
    /// Which.
    pub r: R,
    /// Its index; `None`: it applied to no contact.
    pub index: Option<f64>,
    /// How far the index is below the goal; `None` without an index.
    pub gap: Option<f64>,
    /// How much it decides.
    pub leverage: Leverage,
    /// Gap × leverage; `None` where the gap is unknown, or there is one and its leverage is unknown.
    pub loss: Option<f64>,
}

/// What holds results back, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bottleneck {
    /// The R; `None`: every known index reaches the goal, or none is known.
    pub r: Option<R>,
    /// False: insufficient data for leverage, so the greatest gap was taken.
    pub leverage_known: bool,
    /// The goal.
    pub goal: f64,
    /// The four.
    pub links: PerR<Link>,
}

/// How much the R numbered `k` decides.
///
/// Opportunities at the median itself belong to neither side, unless a side has too few without
/// them: then they join the smaller side. Otherwise an R whose scores are mostly equal (many contacts
/// are worth exactly 100) could never be judged.
pub fn leverage(closed: &[Closed], k: usize, least: u32) -> Leverage {
    let known = |c: &Closed| c.scores.get(k).copied().flatten().filter(|s| s.is_finite()).map(|s| (s, c.won));
    let mut rows: Vec<(f64, bool)> = closed.iter().filter_map(known).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some(median) = median(&rows) else {
        return Leverage { leverage: None, median: None, above: (0, 0), below: (0, 0) };
    };
    let count = |keep: &dyn Fn(f64) -> bool| {
        let side = rows.iter().filter(|(score, _)| keep(*score));
        side.fold((0u32, 0u32), |(n, won), row| (n + 1, won + u32::from(row.1)))
    };
    let (mut above, mut below) = (count(&|s| s > median), count(&|s| s < median));
    if above.0.min(below.0) < least {
        let at = count(&|s| s == median);
        let smaller = if above.0 <= below.0 { &mut above } else { &mut below };
        *smaller = (smaller.0 + at.0, smaller.1 + at.1);
    }
    let rate = |(n, won): (u32, u32)| (n >= least && n > 0).then(|| f64::from(won) / f64::from(n));
    let leverage = rate(above).zip(rate(below)).map(|(above, below)| above - below);
    Leverage { leverage, median: Some(median), above, below }
}

fn median(sorted: &[(f64, bool)]) -> Option<f64> {
    let at = |i: usize| sorted.get(i).map(|row| row.0);
    let n = sorted.len();
    Some((at(n.checked_sub(1)? / 2)? + at(n / 2)?) / 2.0)
}

/// Finds the R with the greatest gap × leverage; while a leverage is unknown, the one with the
/// greatest gap. Of equal ones the first.
pub fn bottleneck(index: PerR<Option<f64>>, closed: &[Closed], settings: &Settings) -> Bottleneck {
    let links = R::ALL.map(|r| {
        let k = r as usize;
        let gap = index[k].map(|index| (settings.goal - index).max(0.0));
        let leverage = leverage(closed, k, settings.least_closed);
        // Whatever an R without a gap decides, nothing is lost by it.
        let loss = gap.and_then(|gap| match leverage.leverage {
            _ if gap <= 0.0 => Some(0.0),
            Some(l) => Some(gap * l.max(settings.least_leverage)),
            None => None,
        });
        Link { r, index: index[k], gap, leverage, loss }
    });
    let measured = || links.iter().filter(|link| link.gap.is_some());
    let leverage_known = measured().count() > 0 && measured().all(|link| link.loss.is_some());
    let size = |link: &Link| if leverage_known { link.loss } else { link.gap };
    let worst = links.iter().filter_map(|link| Some((link.r, size(link)?))).filter(|(_, size)| *size > 0.0);
    let r = worst.reduce(|worst, next| if next.1 > worst.1 { next } else { worst }).map(|(r, _)| r);
    Bottleneck { r, leverage_known, goal: settings.goal, links }
}
