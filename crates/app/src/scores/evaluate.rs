//! The models applied to one customer.

use super::customers::{Background, Known};
use super::signs::{self, Signs};
use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use domain::cadence::{self, Due, Stake, Standing};
use domain::grade::{self, Grade, Graded};
use domain::health::{self, Health};
use domain::lifecycle::{self, Outcome, PartnerRank, Stage};
use domain::repeat::{self, predict::Prediction};
use domain::sdae::{self, Assessment, Indicator, Sdae, Share, Talk};
use domain::tiers::{self, Tiered};
use persistence::customer_scores::Order;

/// Days of revenue.
const YEAR: i64 = 365;

/// What the models say of a customer.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    pub(crate) graded: Graded,
    pub(crate) grade: Option<Grade>,
    pub(crate) standing: Option<Standing>,
    pub(crate) due: Option<Due>,
    pub(crate) facts: sdae::Facts,
    pub(crate) sdae: Sdae,
    pub(crate) health: Health,
    /// `None` for those who never bought.
    pub(crate) tier: Option<Tiered>,
    pub(crate) prediction: Option<Prediction>,
    pub(crate) lifecycle_facts: lifecycle::Facts,
    pub(crate) lifecycle: Outcome,
    /// Points of intent as they are worth now.
    pub(crate) intent: f64,
    pub(crate) signs: Signs,
}

impl Evaluation {
    /// It was of high value and is probably no customer any more.
    pub(crate) fn win_back(&self) -> bool {
        self.prediction.as_ref().is_some_and(|p| p.win_back)
    }
}

/// Applies the models as of the time of the run.
pub(crate) fn evaluate(known: &Known, base: &Background) -> Evaluation {
    let models = &base.models;
    let facts = facts(known, base);
    let sdae = sdae::assess(&facts, &assessments(known, base.today), &models.sdae.value);
    let health = health(known, base, &facts, base.today);
    let prediction = predict(known, base);
    let lifecycle_facts = lifecycle_facts(known, &facts, &health, prediction.as_ref(), base);
    let lifecycle = lifecycle(known, &lifecycle_facts, base);
    let (graded, standing) = cadence(known, base, lifecycle.stage);
    let grade = graded.grade();
    let stake = Stake {
        revenue_minor: facts.revenue_minor,
        expected_minor: prediction.as_ref().and_then(|p| p.year_minor),
        open_minor: (known.open.1 > 0).then_some(known.open.1),
    };
    let waiting = days(base.today, base.zone.day(known.given_at()));
    let due = standing.as_ref().and_then(|s| cadence::due(s, waiting, stake, &models.cadence.value));
    let paid = facts.revenue_minor.unwrap_or(0);
    let tier = (!known.orders.is_empty()).then(|| tiers::tier(paid, &models.tiers.value));
    let signs = signs::of(known, base, &health);
    let intent = signs::intent(known, base);
    Evaluation {
        graded,
        grade,
        standing,
        due,
        facts,
        sdae,
        health,
        tier,
        prediction,
        lifecycle_facts,
        lifecycle,
        intent,
        signs,
    }
}

fn cadence(known: &Known, base: &Background, stage: Stage) -> (Graded, Option<Standing>) {
    let customer = &known.customer;
    let [potential, fit, strategic] = customer.grade_inputs;
    let set = customer.scores.grade.as_deref().and_then(Grade::parse).filter(|_| customer.grade_manual);
    let graded = grade::grade(grade::Input { potential, fit, strategic }, set, &base.models.grade.value);
    let own = customer.cadence_days.and_then(|d| u16::try_from(d).ok());
    let settings = &base.models.cadence.value;
    // Of one in which nothing more is invested no contact is due and none is missing.
    let wanted = Some(()).filter(|()| !customer.stopped);
    let interval = wanted.and_then(|()| cadence::interval(settings, graded.grade(), Some(stage), own));
    let standing = interval.map(|interval| {
        let input = cadence::Input {
            grade: graded.grade(),
            interval,
            days_since: days_since_contact(known, base),
            contacts_in_interval: contacts_within(known, base, i64::from(interval.days)),
        };
        cadence::standing(input, settings)
    });
    (graded, standing)
}

pub(super) fn days(today: NaiveDate, day: NaiveDate) -> u32 {
    u32::try_from((today - day).num_days()).unwrap_or(0)
}

/// Days since the last contact that is not in the future.
pub(super) fn days_since_contact(known: &Known, base: &Background) -> Option<u32> {
    let recent = known.recent.last().map(|r| r.at);
    let last = recent.or(known.customer.last_contact_at.filter(|at| *at <= base.now))?;
    Some(days(base.today, base.zone.day(last)))
}

/// The day of the last interaction up to a day: a contact, or a mail that the customer wrote or answered.
pub(super) fn last_interaction(known: &Known, base: &Background, upto: NaiveDate) -> Option<NaiveDate> {
    let within = |at: DateTime<Utc>| Some(base.zone.day(at)).filter(|day| *day <= upto);
    let contact = known.recent.iter().rev().find_map(|r| within(r.at));
    let contact = contact.or(known.customer.last_contact_at.filter(|at| *at <= base.now).and_then(within));
    let mail = known.mails.iter().rev().find_map(|at| within(*at));
    contact.max(mail)
}

/// Contacts in the last days, today included; those that begin in the same minute are one.
fn contacts_within(known: &Known, base: &Background, window: i64) -> u32 {
    let first = base.today - Duration::days(window - 1);
    let mut minutes: Vec<i64> =
        known.recent.iter().filter(|r| base.zone.day(r.at) >= first).map(|r| r.at.timestamp().div_euclid(60)).collect();
    u32::try_from(cadence::distinct_contacts(&mut minutes)).unwrap_or(u32::MAX)
}

fn facts(known: &Known, base: &Background) -> sdae::Facts {
    let today = base.today;
    let bought: Vec<&Order> = known.orders.iter().filter(|o| !o.returned).collect();
    let mut order_days: Vec<i32> = bought.iter().map(|o| o.on.num_days_from_ce()).collect();
    let revenue = |from: i64, to: i64| -> i64 {
        let (first, last) = (today - Duration::days(from - 1), today - Duration::days(to));
        known.orders.iter().filter(|o| o.on >= first && o.on <= last).map(|o| o.amount_minor).sum()
    };
    let talks: Vec<Talk> =
        known.recent.iter().map(|r| Talk { initiated: r.initiated, responded: r.responded }).collect();
    sdae::Facts {
        cycle_days: repeat::cycle(&mut order_days),
        days_since_order: bought.last().map(|o| days(today, o.on)),
        days_since_contact: days_since_contact(known, base),
        customer_days: bought.first().map(|o| days(today, o.on)),
        wallet_share: known.customer.wallet_share,
        revenue_minor: Some(revenue(YEAR, 0)),
        revenue_before_minor: Some(revenue(2 * YEAR, YEAR)),
        open_minor: Some(known.open.0),
        product_lines: (base.categories > 0).then_some(Share { part: known.categories, whole: base.categories }),
        answered: sdae::answered(&talks),
        initiated: sdae::initiated(&talks),
        competitor_alerts: known.alerts,
        ..sdae::Facts::default()
    }
}

/// Where the columns of an assessment go.
const INDICATORS: [(usize, Indicator); 13] = [
    (0, Indicator::Closeness),
    (1, Indicator::Repeat),
    (2, Indicator::NoCompetitor),
    (3, Indicator::Headroom),
    (4, Indicator::WhiteSpace),
    (5, Indicator::Solution),
    (6, Indicator::Response),
    (7, Indicator::Initiated),
    (8, Indicator::Content),
    (9, Indicator::Csat),
    (10, Indicator::Nps),
    (11, Indicator::Tickets),
    (12, Indicator::Deliveries),
];
/// The columns of an assessment that only health knows, and NPS.
const USAGE: usize = 13;
const RENEWAL: usize = 14;
const NPS: usize = 10;

fn assessments(known: &Known, today: NaiveDate) -> Vec<Assessment> {
    let mut found = Vec::new();
    for made in &known.assessments {
        let age_days = days(today, made.on);
        for (column, indicator) in INDICATORS {
            let Some(value) = made.values.get(column).copied().flatten() else { continue };
            let value = match indicator {
                // What is said is our share; what is left is headroom.
                Indicator::Headroom => 100.0 - value,
                Indicator::Nps => (value + 100.0) / 2.0,
                _ => value,
            };
            found.push(Assessment { indicator, value, age_days });
        }
    }
    found
}

/// The latest value of a column of the assessments made until a day, unless it is stale by then.
fn assessed(known: &Known, base: &Background, column: usize, day: NaiveDate) -> Option<f64> {
    let fresh = |on: NaiveDate| on <= day && days(day, on) <= base.models.sdae.value.assessment_days;
    known.assessments.iter().filter(|a| fresh(a.on)).find_map(|a| a.values.get(column).copied().flatten())
}

/// The health of a customer as of a day, from its facts of that day.
fn health(known: &Known, base: &Background, facts: &sdae::Facts, day: NaiveDate) -> Health {
    let input = health::Facts {
        renewal: assessed(known, base, RENEWAL, day),
        nps: assessed(known, base, NPS, day),
        days_since_interaction: last_interaction(known, base, day).map(|last| days(day, last)),
        cycle_days: facts.cycle_days,
        days_since_order: facts.days_since_order,
        ..health::Facts::default()
    };
    let settings = &base.models.health.value;
    let mut values = health::indicators(&input, settings);
    if values[0].is_none() {
        values[0] = assessed(known, base, USAGE, day);
    }
    health::health(&values, settings)
}

/// The health that a customer had on a day, seen with what is known now. Orders, contacts and assessments carry their
/// day, so nothing has to be looked up.
pub(super) fn health_on(known: &Known, base: &Background, day: NaiveDate) -> Health {
    let mut order_days: Vec<i32> =
        known.orders.iter().filter(|o| !o.returned && o.on <= day).map(|o| o.on.num_days_from_ce()).collect();
    let last_order = known.orders.iter().rfind(|o| !o.returned && o.on <= day).map(|o| days(day, o.on));
    let facts = sdae::Facts {
        cycle_days: repeat::cycle(&mut order_days),
        days_since_order: last_order,
        ..sdae::Facts::default()
    };
    health(known, base, &facts, day)
}

fn predict(known: &Known, base: &Background) -> Option<Prediction> {
    let fit = base.fit.as_ref()?;
    let history = history(known, base.today)?;
    Some(repeat::predict::predict(history, &fit.buying, fit.spending.as_ref(), known.valued, &base.models.repeat.value))
}

/// The purchases of a customer as the models of repeat purchase want them.
pub(super) fn history(known: &Known, today: NaiveDate) -> Option<repeat::History> {
    let bought = known.orders.iter().filter(|o| !o.returned);
    let mut purchases: Vec<(i32, i64)> = bought.map(|o| (o.on.num_days_from_ce(), o.amount_minor)).collect();
    repeat::history(&mut purchases, today.num_days_from_ce())
}

fn lifecycle_facts(
    known: &Known,
    facts: &sdae::Facts,
    health: &Health,
    prediction: Option<&Prediction>,
    base: &Background,
) -> lifecycle::Facts {
    let bought = known.orders.iter().filter(|o| !o.returned).count();
    let gap = facts.cycle_days.zip(facts.days_since_order);
    lifecycle::Facts {
        purchased_minor: Some(known.orders.iter().map(|o| o.amount_minor).sum()),
        revenue_minor: facts.revenue_minor,
        revenue_before_minor: facts.revenue_before_minor,
        orders: u32::try_from(bought).ok(),
        customer_days: facts.customer_days,
        partner_rank: known.customer.partner_rank.as_deref().and_then(PartnerRank::parse),
        wallet_share: facts.wallet_share,
        order_gap: gap.map(|(cycle, since)| repeat::gap(cycle, since, base.models.repeat.value.overdue).ratio),
        p_alive: prediction.map(|p| p.p_alive),
        health: health.total.score,
        competitor_alerts: facts.competitor_alerts,
    }
}

fn lifecycle(known: &Known, facts: &lifecycle::Facts, base: &Background) -> Outcome {
    let current = known.customer.scores.lifecycle_stage.as_deref().and_then(Stage::parse);
    let input = lifecycle::Input {
        // A stage without a history was just set: whoever set it is owed what comes with it.
        current: current.filter(|_| known.stage.is_some()).and(known.stage.map(|(stage, _)| stage)),
        days_in_stage: known.stage.map_or(u32::MAX, |(_, since)| days(base.today, base.zone.day(since))),
        pinned: current.filter(|_| known.customer.lifecycle_manual),
    };
    lifecycle::transition(input, facts, &base.models.lifecycle.value)
}
