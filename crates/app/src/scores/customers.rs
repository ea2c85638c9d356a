//! The scores of customers: facts read for many at once, the models applied, and what changed written.

use super::models::Models;
use crate::{Ctx, Result};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::cadence::{self, Due, Stake, Standing};
use domain::grade::{self, Grade, Graded};
use domain::lifecycle::Stage;
use domain::sdae::{self, Assessment, Indicator, Sdae, Share};
use domain::zone::Zone;
use persistence::customer_scores::{self as store, Customer, Order, Recent, Scores, Snapshot};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Days of contacts that scores look back on.
const LOOK_BACK: i64 = 400;
/// Days of revenue.
const YEAR: i64 = 365;

/// What all customers of a run share.
pub(crate) struct Background {
    pub(crate) models: Models,
    pub(crate) now: DateTime<Utc>,
    pub(crate) today: NaiveDate,
    zone: Zone,
    categories: u32,
}

impl Background {
    pub(crate) fn load(ctx: &mut Ctx<'_>) -> Result<Background> {
        let models = Models::load(ctx.conn)?;
        Background::with(ctx, models)
    }

    pub(crate) fn with(ctx: &mut Ctx<'_>, models: Models) -> Result<Background> {
        let zone = ctx.zone();
        Ok(Background {
            models,
            now: ctx.now,
            today: zone.day(ctx.now),
            zone,
            categories: u32::try_from(store::categories(ctx.conn)?).unwrap_or(0),
        })
    }
}

/// What is known of one customer.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) customer: Customer,
    pub(crate) recent: Vec<Recent>,
    pub(crate) orders: Vec<Order>,
    /// Amount of the open opportunities, and the same by probability.
    pub(crate) open: (i64, i64),
    pub(crate) categories: u32,
    pub(crate) assessments: Vec<store::Assessment>,
}

/// Everything that is known of these customers, in seven queries however many they are.
pub(crate) fn known(ctx: &mut Ctx<'_>, base: &Background, ids: &[Uuid], lock: bool) -> Result<Vec<Known>> {
    let customers = store::customers(ctx.conn, ids, lock)?;
    let span = (base.now - Duration::days(LOOK_BACK), base.now);
    let mut recent = by_customer(store::recent(ctx.conn, ids, span)?, |r| r.customer);
    let mut orders = by_customer(store::orders(ctx.conn, ids, base.today)?, |o| o.customer);
    let mut assessments = by_customer(store::assessments(ctx.conn, ids, base.today)?, |a| a.customer);
    let open: HashMap<Uuid, (i64, i64)> =
        store::open_amounts(ctx.conn, ids)?.into_iter().map(|(id, all, weighted)| (id, (all, weighted))).collect();
    let bought: HashMap<Uuid, i64> = store::categories_bought(ctx.conn, ids)?.into_iter().collect();
    let one = |customer: Customer| {
        let id = customer.id;
        Known {
            recent: recent.remove(&id).unwrap_or_default(),
            orders: orders.remove(&id).unwrap_or_default(),
            open: open.get(&id).copied().unwrap_or_default(),
            categories: bought.get(&id).and_then(|n| u32::try_from(*n).ok()).unwrap_or(0),
            assessments: assessments.remove(&id).unwrap_or_default(),
            customer,
        }
    };
    Ok(customers.into_iter().map(one).collect())
}

fn by_customer<T>(rows: Vec<T>, key: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut grouped: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        grouped.entry(key(&row)).or_default().push(row);
    }
    grouped
}

/// The models applied to one customer.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    pub(crate) graded: Graded,
    pub(crate) grade: Option<Grade>,
    pub(crate) standing: Option<Standing>,
    pub(crate) due: Option<Due>,
    pub(crate) facts: sdae::Facts,
    pub(crate) sdae: Sdae,
}

/// Applies the models as of the time of the run.
pub(crate) fn evaluate(known: &Known, base: &Background) -> Evaluation {
    let models = &base.models;
    let customer = &known.customer;
    let [potential, fit, strategic] = customer.grade_inputs;
    let set = customer.scores.grade.as_deref().and_then(Grade::parse).filter(|_| customer.grade_manual);
    let graded = grade::grade(grade::Input { potential, fit, strategic }, set, &models.grade.value);
    let grade = graded.grade();
    let stage = customer.scores.lifecycle_stage.as_deref().and_then(Stage::parse);
    let own = customer.cadence_days.and_then(|d| u16::try_from(d).ok());
    let interval = cadence::interval(&models.cadence.value, grade, stage, own);
    let standing = interval.map(|interval| {
        let input = cadence::Input {
            grade,
            interval,
            days_since: days_since_contact(known, base),
            contacts_in_interval: contacts_within(known, base, i64::from(interval.days)),
        };
        cadence::standing(input, &models.cadence.value)
    });
    let facts = facts(known, base);
    let stake = Stake {
        revenue_minor: facts.revenue_minor,
        expected_minor: None,
        open_minor: (known.open.1 > 0).then_some(known.open.1),
    };
    let waiting = days(base.today, base.zone.day(customer.created_at));
    let due = standing.as_ref().and_then(|s| cadence::due(s, waiting, stake, &models.cadence.value));
    let sdae = sdae::assess(&facts, &assessments(known, base.today), &models.sdae.value);
    Evaluation { graded, grade, standing, due, facts, sdae }
}

fn days(today: NaiveDate, day: NaiveDate) -> u32 {
    u32::try_from((today - day).num_days()).unwrap_or(0)
}

fn days_since_contact(known: &Known, base: &Background) -> Option<u32> {
    let recent = known.recent.last().map(|r| r.at);
    let last = recent.or(known.customer.last_contact_at.filter(|at| *at <= base.now))?;
    Some(days(base.today, base.zone.day(last)))
}

/// Contacts in the last days, today included; those that begin in the same minute are one.
fn contacts_within(known: &Known, base: &Background, window: i64) -> u32 {
    let first = base.today - Duration::days(window - 1);
    let mut minutes: Vec<i64> =
        known.recent.iter().filter(|r| base.zone.day(r.at) >= first).map(|r| r.at.timestamp().div_euclid(60)).collect();
    u32::try_from(cadence::distinct_contacts(&mut minutes)).unwrap_or(u32::MAX)
}

fn facts(known: &Known, base: &Background) -> sdae::Facts {
    use chrono::Datelike;
    let today = base.today;
    let bought: Vec<&Order> = known.orders.iter().filter(|o| !o.returned).collect();
    let mut order_days: Vec<i32> = bought.iter().map(|o| o.on.num_days_from_ce()).collect();
    let revenue = |from: i64, to: i64| -> i64 {
        let (first, last) = (today - Duration::days(from - 1), today - Duration::days(to));
        known.orders.iter().filter(|o| o.on >= first && o.on <= last).map(|o| o.amount_minor).sum()
    };
    let share = |said: Vec<bool>| {
        let part = said.iter().filter(|yes| **yes).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (!said.is_empty()).then(|| Share { part: count(part), whole: count(said.len()) })
    };
    sdae::Facts {
        cycle_days: domain::repeat::cycle(&mut order_days),
        days_since_order: bought.last().map(|o| days(today, o.on)),
        days_since_contact: days_since_contact(known, base),
        customer_days: bought.first().map(|o| days(today, o.on)),
        wallet_share: known.customer.wallet_share,
        revenue_minor: Some(revenue(YEAR, 0)),
        revenue_before_minor: Some(revenue(2 * YEAR, YEAR)),
        open_minor: Some(known.open.0),
        product_lines: (base.categories > 0).then_some(Share { part: known.categories, whole: base.categories }),
        answered: share(known.recent.iter().filter_map(|r| r.responded).collect()),
        initiated: share(known.recent.iter().filter_map(|r| r.initiated).collect()),
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

/// The scores that a customer is to carry.
pub(crate) fn scores(known: &Known, e: &Evaluation, base: &Background) -> Scores {
    let before = &known.customer.scores;
    let code = |grade: Grade| grade.code().to_owned();
    let due_on = match (&e.standing, days_since_contact(known, base)) {
        (Some(standing), Some(since)) => Some(
            base.today - Duration::days(i64::from(since)) + Duration::days(i64::from(standing.input.interval.days)),
        ),
        (Some(_), None) => Some(base.zone.day(known.customer.created_at)),
        (None, _) => None,
    };
    Scores {
        grade: e.grade.map(code),
        grade_computed: e.graded.computed.map(code),
        grade_score: e.graded.total.score.map(tenth),
        cadence_status: e.standing.map(|s| s.status.code().to_owned()),
        cadence_due_on: due_on,
        cadence_priority: e.due.map(|d| d.urgency.round()),
        sdae: e.sdae.scores().map(|s| s.map(f64::round)),
        sdae_weakest: e.sdae.weakest.map(|d| d.code().to_owned()),
        asset_class: e.sdae.asset.map(|a| a.code().to_owned()),
        ..before.clone()
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Scores these customers and writes what changed, with its history. Answers how many changed.
pub(crate) fn refresh(ctx: &mut Ctx<'_>, base: &Background, ids: &[Uuid]) -> Result<usize> {
    let mut snapshots = Vec::new();
    let mut changed = 0;
    for known in known(ctx, base, ids, true)? {
        if known.customer.archived {
            continue;
        }
        let evaluation = evaluate(&known, base);
        let after = scores(&known, &evaluation, base);
        if after == known.customer.scores {
            continue;
        }
        store::write(ctx.conn, known.customer.id, &after)?;
        remember(&known, &evaluation, &after, base, &mut snapshots);
        changed += 1;
    }
    store::remember(ctx.conn, &snapshots, base.now)?;
    Ok(changed)
}

fn remember(known: &Known, e: &Evaluation, after: &Scores, base: &Background, out: &mut Vec<Snapshot>) {
    let (before, subject) = (&known.customer.scores, known.customer.id);
    if before.grade != after.grade || before.grade_score != after.grade_score {
        out.push(Snapshot {
            subject,
            model: "grade",
            value: after.grade_score.unwrap_or_default(),
            band: after.grade.clone().unwrap_or_else(|| "none".to_owned()),
            coverage: Some(e.graded.total.coverage),
            inputs: json!({ "parts": e.graded.parts, "manual": known.customer.grade_manual }).to_string(),
            settings_version: base.models.grade.version,
        });
    }
    if before.sdae != after.sdae || before.asset_class != after.asset_class {
        let known: Vec<f64> = after.sdae.iter().copied().flatten().collect();
        let value = if known.is_empty() { 0.0 } else { known.iter().sum::<f64>() / known.len() as f64 };
        out.push(Snapshot {
            subject,
            model: "sdae",
            value,
            band: after.asset_class.clone().unwrap_or_else(|| "none".to_owned()),
            coverage: None,
            inputs: json!({ "scores": after.sdae, "facts": e.facts }).to_string(),
            settings_version: base.models.sdae.version,
        });
    }
}
