//! Rules on views and orders that call for action (S1-10, S1-11, and the win-back of models,
//! section 4).

use crate::fields::FieldError;
use crate::settings::Check;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// When the rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Views without an order that call for an offer.
    pub views: u32,
    /// Days in which they are counted, today included.
    pub view_days: u32,
    /// With fewer repeat purchases than this a customer is recalled.
    pub least_repeats: u32,
    /// Months in which they are counted.
    pub repeat_months: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { views: 3, view_days: 30, least_repeats: 2, repeat_months: 6 }
    }
}

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        Check::new()
            .within("views", f64::from(self.views), 1.0, 1000.0)
            .within("view_days", f64::from(self.view_days), 1.0, 366.0)
            .within("least_repeats", f64::from(self.least_repeats), 1.0, 1000.0)
            .within("repeat_months", f64::from(self.repeat_months), 1.0, 60.0)
            .done()
    }

    /// The first day on which views count.
    pub fn views_from(&self, as_of: NaiveDate) -> NaiveDate {
        let days = chrono::Days::new(u64::from(self.view_days.max(1)) - 1);
        as_of.checked_sub_days(days).unwrap_or(NaiveDate::MIN)
    }

    /// The first day on which repeat purchases count: the same day of the month that many months
    /// ago, and the day after.
    pub fn repeats_from(&self, as_of: NaiveDate) -> NaiveDate {
        let start = as_of.checked_sub_months(Months::new(self.repeat_months));
        start.and_then(|day| day.succ_opt()).unwrap_or(NaiveDate::MIN)
    }
}

/// Whether a rule applies, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// True when something is to be done.
    pub applies: bool,
    /// What was counted.
    pub count: u32,
    /// The limit it was held against.
    pub limit: u32,
    /// The first day that counted.
    pub from: NaiveDate,
}

/// S1-10: viewed often lately and not ordered: an offer of the same category is due. Views and
/// orders are days, in any order.
pub fn browsed_without_order(
    views: &[NaiveDate],
    orders: &[NaiveDate],
    as_of: NaiveDate,
    settings: &Settings,
) -> Trigger {
    let from = settings.views_from(as_of);
    let count = count(views, from, as_of);
    let ordered = orders.iter().any(|day| (from..=as_of).contains(day));
    Trigger { applies: count >= settings.views && !ordered, count, limit: settings.views, from }
}

/// S1-11: a customer of some time that bought again too rarely lately: call back. Who bought first
/// within the time has not yet had it to buy again, and who never bought has nothing to repeat:
/// neither is recalled.
pub fn low_repurchase(orders: &[NaiveDate], as_of: NaiveDate, settings: &Settings) -> Trigger {
    let from = settings.repeats_from(as_of);
    let count = count(orders, from, as_of);
    let is_old = orders.iter().any(|day| *day < from);
    Trigger { applies: is_old && count < settings.least_repeats, count, limit: settings.least_repeats, from }
}

/// The day since which [`low_repurchase`] applies: that on which the purchase that was the last to be enough fell out
/// of the time.
pub fn low_repurchase_since(orders: &[NaiveDate], as_of: NaiveDate, settings: &Settings) -> Option<NaiveDate> {
    if !low_repurchase(orders, as_of, settings).applies {
        return None;
    }
    let mut days: Vec<NaiveDate> = orders.iter().copied().filter(|day| *day <= as_of).collect();
    days.sort_unstable_by(|a, b| b.cmp(a));
    let enough = usize::try_from(settings.least_repeats).unwrap_or(usize::MAX).saturating_sub(1);
    let last = days.get(enough).or(days.last())?;
    last.checked_add_months(Months::new(settings.repeat_months))
}

fn count(days: &[NaiveDate], from: NaiveDate, to: NaiveDate) -> u32 {
    let n = days.iter().filter(|day| (from..=to).contains(*day)).count();
    u32::try_from(n).unwrap_or(u32::MAX)
}
