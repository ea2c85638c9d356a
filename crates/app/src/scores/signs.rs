//! Signs that something is to be done about a customer, and since when they show (S1-10, S1-11, S1-43, S4-25).

use super::customers::{Background, Deed, Known};
use super::evaluate::{days, health_on, last_interaction};
use chrono::{Duration, Months, NaiveDate};
use domain::health::{self, Alert, Churn, ChurnFacts, Health};
use domain::intent::{self, Behaviour};
use domain::repeat::triggers;

/// What shows.
#[derive(Debug, Clone)]
pub(crate) struct Signs {
    /// It looks and does not order.
    pub(crate) browsed: bool,
    /// It buys again too rarely, since this day.
    pub(crate) recall: Option<NaiveDate>,
    /// Silence, and interest in competitors.
    pub(crate) churn: Churn,
    /// What fell within the days of the settings.
    pub(crate) alerts: Vec<Alert>,
}

impl Signs {
    /// The day since which each sign shows: the one that is known, or today.
    pub(crate) fn since(&self, before: [Option<NaiveDate>; 4], today: NaiveDate) -> [Option<NaiveDate>; 4] {
        let since = |shows: bool, before: Option<NaiveDate>| shows.then(|| before.unwrap_or(today));
        [
            since(self.browsed, before[0]),
            self.recall,
            since(self.churn.high, before[2]),
            since(!self.alerts.is_empty(), before[3]),
        ]
    }
}

/// The signs of a customer.
pub(super) fn of(known: &Known, base: &Background, health: &Health) -> Signs {
    let models = &base.models;
    let orders: Vec<NaiveDate> = known.orders.iter().filter(|o| !o.returned).map(|o| o.on).collect();
    let views: Vec<NaiveDate> = known
        .seen
        .iter()
        .filter(|deed| deed.what.is_view())
        .flat_map(|deed| std::iter::repeat_n(base.zone.day(deed.at), deed.times.min(100) as usize))
        .collect();
    let settings = &models.triggers.value;
    let earlier = base.today - Duration::days(i64::from(models.health.value.alert_days));
    let then = health_on(known, base, earlier);
    Signs {
        browsed: triggers::browsed_without_order(&views, &orders, base.today, settings).applies,
        recall: triggers::low_repurchase_since(&orders, base.today, settings),
        churn: health::churn(churn_facts(known, base), base.today, &models.health.value),
        alerts: health::alerts(health, &then.parts.map(|part| part.value), then.band, &models.health.value),
    }
}

/// What is known of a customer's silence and of its interest in others; unknown while nothing of the kind was ever seen.
pub(super) fn churn_facts(known: &Known, base: &Background) -> ChurnFacts {
    let months = base.models.health.value.silent_months;
    let back = |months: u32| base.today.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN);
    let (from, before) = (back(months), back(2 * months));
    let views = |from: NaiveDate, until: NaiveDate| {
        let within = |deed: &&Deed| {
            let day = base.zone.day(deed.at);
            deed.what == Behaviour::CompetitorView && day > from && day <= until
        };
        known.seen.iter().filter(within).map(|deed| deed.times).sum::<u32>()
    };
    let recorded = known.seen.iter().any(|deed| deed.what == Behaviour::CompetitorView);
    ChurnFacts {
        last_interaction: last_interaction(known, base, base.today),
        known_since: Some(base.zone.day(known.customer.created_at)),
        competitor_views: recorded.then(|| views(from, base.today)),
        competitor_views_before: recorded.then(|| views(before, from)),
    }
}

/// The points of a customer as they are worth now.
pub(super) fn intent(known: &Known, base: &Background) -> f64 {
    let ledger = known.seen.iter().map(|deed| (deed.points, days(base.today, base.zone.day(deed.at))));
    intent::intent(ledger, &base.models.intent.value)
}
