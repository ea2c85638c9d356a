//! The scores of customers: facts read for many at once, the models applied, and what changed written.

use super::bands::Cause;
use super::evaluate::{self, Evaluation, evaluate};
use super::lifecycle::Consequences;
use super::models::Models;
use crate::rules::Watched;
use crate::{Ctx, Result};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::grade::Grade;
use domain::intent::Behaviour;
use domain::lifecycle::Stage;
use domain::playbooks::Library;
use domain::repeat::{History, bg_nbd, spend};
use domain::rfm::{Overlay, Segment};
use domain::zone::Zone;
use persistence::customer_scores::{self as store, Customer, Order, Recent, Scores, Snapshot};
use persistence::flywheel::DaySums;
use persistence::lifecycle::Right;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Days of contacts that scores look back on.
const LOOK_BACK: i64 = 400;
/// Segments of customers who buy often and much, whether lately or not.
const HIGH_VALUE: [Segment; 2] = [Segment::ImportantValue, Segment::ImportantRetention];
/// What repeat purchases were found to follow.
const FIT: &str = "repeat_fit";

/// What repeat purchases follow, as found from all customers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RepeatFit {
    pub(crate) buying: bg_nbd::Params,
    pub(crate) spending: Option<spend::Params>,
    /// Customers it was found from.
    pub(crate) customers: u64,
    /// False where the data say little, so that the search for parameters ended at a bound: to be used with care.
    #[serde(default = "yes")]
    pub(crate) converged: bool,
    pub(crate) at: DateTime<Utc>,
}

fn yes() -> bool {
    true
}

/// What all customers of a run share.
pub(crate) struct Background {
    pub(crate) models: Models,
    pub(crate) now: DateTime<Utc>,
    pub(crate) today: NaiveDate,
    pub(crate) zone: Zone,
    pub(crate) categories: u32,
    pub(crate) fit: Option<RepeatFit>,
    pub(crate) library: Library,
    /// The figures that rules wait for.
    pub(crate) watched: Watched,
    /// What rules did to these customers before.
    pub(crate) causes: HashMap<Uuid, Cause>,
    /// Competitor alerts are written down here: a customer without one is known to have none.
    pub(crate) alerts_kept: bool,
    /// The rights of customers are to be made what the settings say.
    pub(crate) reconcile: bool,
}

impl Background {
    pub(crate) fn load(ctx: &mut Ctx<'_>) -> Result<Background> {
        let models = Models::load(ctx.conn)?;
        Background::with(ctx, models)
    }

    pub(crate) fn with(ctx: &mut Ctx<'_>, models: Models) -> Result<Background> {
        let zone = ctx.zone();
        Ok(Background {
            library: Library::of(&models.playbooks.value),
            models,
            now: ctx.now,
            today: zone.day(ctx.now),
            zone,
            fit: fit(ctx)?,
            watched: Watched::load(ctx.conn)?,
            causes: HashMap::new(),
            categories: u32::try_from(store::categories(ctx.conn)?).unwrap_or(0),
            alerts_kept: store::alerts_kept(ctx.conn)?,
            reconcile: false,
        })
    }
}

/// What repeat purchases were last found to follow.
pub(crate) fn fit(ctx: &mut Ctx<'_>) -> Result<Option<RepeatFit>> {
    Ok(persistence::settings::get(ctx.conn, FIT)?.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Keeps what repeat purchases follow.
pub(crate) fn keep_fit(ctx: &mut Ctx<'_>, fit: &RepeatFit) -> Result<()> {
    let json = serde_json::to_string(fit).map_err(|e| crate::Error::Internal(e.to_string()))?;
    Ok(persistence::settings::set(ctx.conn, FIT, &json, ctx.now)?)
}

/// What is known of one customer.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) customer: Customer,
    pub(crate) recent: Vec<Recent>,
    /// Mails that it wrote or answered, oldest first: no contacts, but no silence either.
    pub(crate) mails: Vec<DateTime<Utc>>,
    pub(crate) orders: Vec<Order>,
    /// Amount of the open opportunities, and the same by probability.
    pub(crate) open: (i64, i64),
    pub(crate) categories: u32,
    pub(crate) assessments: Vec<store::Assessment>,
    /// The lifecycle stage that its history knows, and since when.
    pub(crate) stage: Option<(Stage, DateTime<Utc>)>,
    /// What it did where we can see it, oldest first.
    pub(crate) seen: Vec<Deed>,
    /// It was in a segment of high value within the days that scores look back on.
    pub(crate) valued: bool,
    /// Open competitor alerts; unknown while nobody has ever written one down.
    pub(crate) alerts: Option<u32>,
}

impl Known {
    /// Since when its owner could have been in contact with it.
    pub(super) fn given_at(&self) -> DateTime<Utc> {
        self.customer.assigned_at.unwrap_or(self.customer.created_at)
    }

    /// The strategy that its RFM scores call for.
    pub(crate) fn overlay(&self) -> Option<Overlay> {
        self.customer.overlay.as_deref().and_then(Overlay::parse)
    }
}

/// Something that a customer did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deed {
    pub(crate) what: Behaviour,
    pub(crate) at: DateTime<Utc>,
    pub(crate) times: u32,
    pub(crate) points: f64,
}

/// Everything that is known of these customers, in a fixed number of queries however many they are.
pub(crate) fn known(ctx: &mut Ctx<'_>, base: &Background, ids: &[Uuid], lock: bool) -> Result<Vec<Known>> {
    let customers = store::customers(ctx.conn, ids, lock)?;
    let span = (base.now - Duration::days(LOOK_BACK), base.now);
    let (mails, talks) = store::recent(ctx.conn, ids, span)?.into_iter().partition(|r: &Recent| r.mail);
    let mut recent = by_customer(talks, |r| r.customer);
    let mut mails = by_customer(mails, |r: &Recent| r.customer);
    let mut orders = by_customer(store::orders(ctx.conn, ids, base.today)?, |o| o.customer);
    let mut assessments = by_customer(store::assessments(ctx.conn, ids, base.today)?, |a| a.customer);
    let open: HashMap<Uuid, (i64, i64)> =
        store::open_amounts(ctx.conn, ids)?.into_iter().map(|(id, all, weighted)| (id, (all, weighted))).collect();
    let bought: HashMap<Uuid, i64> = store::categories_bought(ctx.conn, ids)?.into_iter().collect();
    let mut seen: HashMap<Uuid, Vec<Deed>> = HashMap::new();
    for entry in persistence::behaviours::seen(ctx.conn, ids, span)? {
        let Some(what) = Behaviour::parse(&entry.kind) else { continue };
        let times = u32::try_from(entry.times).unwrap_or(u32::MAX);
        let deed = Deed { what, at: entry.at, times, points: entry.points as f64 };
        seen.entry(entry.customer).or_default().push(deed);
    }
    let alerts: HashMap<Uuid, i64> =
        if base.alerts_kept { store::open_alerts(ctx.conn, ids)?.into_iter().collect() } else { HashMap::new() };
    let open_alerts = |id: &Uuid| u32::try_from(alerts.get(id).copied().unwrap_or(0)).unwrap_or(u32::MAX);
    let present = persistence::lifecycle::present(ctx.conn, ids)?;
    let stages: HashMap<Uuid, (Stage, DateTime<Utc>)> =
        present.into_iter().filter_map(|(id, stage, since)| Some((id, (Stage::parse(&stage)?, since)))).collect();
    let valued: HashSet<Uuid> =
        persistence::scores::of_value_since(ctx.conn, ids, &HIGH_VALUE.map(Segment::code), span.0)?
            .into_iter()
            .collect();
    let one = |customer: Customer| {
        let id = customer.id;
        let now = customer.rfm_segment.as_deref();
        Known {
            recent: recent.remove(&id).unwrap_or_default(),
            mails: mails.remove(&id).into_iter().flatten().map(|mail| mail.at).collect(),
            orders: orders.remove(&id).unwrap_or_default(),
            open: open.get(&id).copied().unwrap_or_default(),
            categories: bought.get(&id).and_then(|n| u32::try_from(*n).ok()).unwrap_or(0),
            assessments: assessments.remove(&id).unwrap_or_default(),
            stage: stages.get(&id).copied(),
            valued: valued.contains(&id) || now.is_some_and(|now| HIGH_VALUE.iter().any(|s| s.code() == now)),
            seen: seen.remove(&id).unwrap_or_default(),
            alerts: base.alerts_kept.then(|| open_alerts(&id)),
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

/// The scores that a customer is to carry.
pub(crate) fn scores(known: &Known, e: &Evaluation, base: &Background) -> Scores {
    let code = |grade: Grade| grade.code().to_owned();
    let due_on = match (&e.standing, evaluate::days_since_contact(known, base)) {
        (Some(standing), Some(since)) => Some(
            base.today - Duration::days(i64::from(since)) + Duration::days(i64::from(standing.input.interval.days)),
        ),
        (Some(_), None) => Some(base.zone.day(known.given_at())),
        (None, _) => None,
    };
    let (lifecycle_on, lifecycle_from) = stay(known, e, base);
    Scores {
        lifecycle_on,
        lifecycle_from,
        lifecycle_stage: Some(e.lifecycle.stage.code().to_owned()),
        service_tier: e.tier.map(|t| t.tier.code().to_owned()),
        health: e.health.total.score.map(f64::round),
        health_band: e.health.band.map(|b| b.code().to_owned()),
        // A single purchase says nothing of whether there will be another: the model calls it certain.
        alive: e.prediction.as_ref().filter(|p| p.history.repeats > 0).map(|p| (100.0 * p.p_alive).round()),
        value_at_risk_minor: e.prediction.as_ref().and_then(|p| p.at_risk_minor),
        grade: e.grade.map(code),
        grade_computed: e.graded.computed.map(code),
        cadence_status: e.standing.map(|s| s.status.code().to_owned()),
        cadence_due_on: due_on,
        cadence_priority: e.due.map(|d| d.urgency.round()),
        sdae: e.sdae.scores().map(|s| s.map(f64::round)),
        sdae_weakest: e.sdae.weakest.map(|d| d.code().to_owned()),
        asset_class: e.sdae.asset.map(|a| a.code().to_owned()),
        grade_score: e.graded.total.score.map(tenth),
        intent: (!known.seen.is_empty()).then(|| e.intent.round() as i64),
        signs: e.signs.since(known.customer.scores.signs, base.today),
        tier_on: tier_on(known, e, base),
        win_back_on: e.win_back().then(|| known.customer.scores.win_back_on.unwrap_or(base.today)),
        cadence_excess: e.standing.map(|s| i64::from(s.excess())).filter(|n| *n > 0),
    }
}

/// Since when a customer is in its stage, and the stage before. What is kept is compared with the history: whoever sets a
/// stage writes the stage alone.
fn stay(known: &Known, e: &Evaluation, base: &Background) -> (Option<NaiveDate>, Option<String>) {
    let before = &known.customer.scores;
    match known.stage {
        Some((stage, since)) if stage == e.lifecycle.stage => {
            (before.lifecycle_on.or_else(|| Some(base.zone.day(since))), before.lifecycle_from.clone())
        }
        came => (Some(base.today), came.map(|(stage, _)| stage.code().to_owned())),
    }
}

/// Since when a customer is of its service tier: of one that comes to another, today.
fn tier_on(known: &Known, e: &Evaluation, base: &Background) -> Option<NaiveDate> {
    let (before, now) = (&known.customer.scores, e.tier.map(|t| t.tier.code()));
    match now {
        None => None,
        Some(_) if before.service_tier.as_deref() == now => before.tier_on,
        Some(_) => Some(base.today),
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Scores these customers and writes what changed, with its history. Answers how many changed.
pub(crate) fn refresh(ctx: &mut Ctx<'_>, base: &Background, ids: &[Uuid]) -> Result<usize> {
    refresh_gathering(ctx, base, ids, &mut Vec::new(), &mut DaySums::new())
}

/// The same, and gathers what was bought, for the models of repeat purchase.
pub(crate) fn refresh_gathering(
    ctx: &mut Ctx<'_>,
    base: &Background,
    ids: &[Uuid],
    histories: &mut Vec<History>,
    sums: &mut DaySums,
) -> Result<usize> {
    let (mut snapshots, mut told) = (Vec::new(), Vec::new());
    let mut consequences = Consequences::default();
    let mut changed = Vec::new();
    let all = known(ctx, base, ids, true)?;
    let mut held: HashMap<Uuid, Vec<Right>> = HashMap::new();
    if base.reconcile {
        // The customers are locked, so nobody else gives or takes in between.
        held = by_customer(persistence::lifecycle::rights(ctx.conn, ids)?, |right| right.customer);
    }
    for known in all {
        if known.customer.archived || known.customer.created_at > base.now {
            continue;
        }
        histories.extend(evaluate::history(&known, base.today));
        let evaluation = evaluate(&known, base);
        let after = scores(&known, &evaluation, base);
        sum_up(known.customer.owner, &after, sums);
        let rights = base.reconcile.then(|| held.remove(&known.customer.id).unwrap_or_default());
        consequences.note(ctx, &known, &evaluation, base, rights.as_deref())?;
        if after == known.customer.scores {
            continue;
        }
        remember(&known, &evaluation, &after, base, &mut snapshots);
        let (id, cause) = (known.customer.id, base.causes.get(&known.customer.id).copied());
        told.extend(super::bands::moved(
            id,
            (&known.customer.scores, &after),
            &base.watched,
            cause,
            (ctx.now, ctx.request_id),
        ));
        changed.push((known.customer.id, after));
    }
    store::write(ctx.conn, &changed)?;
    store::remember(ctx.conn, &snapshots, base.now)?;
    persistence::events::append(ctx.conn, &told)?;
    consequences.flush(ctx)?;
    Ok(changed.len())
}

/// Adds a customer's scores to the sums of its owner.
fn sum_up(owner: Option<Uuid>, scores: &Scores, sums: &mut DaySums) {
    let names = ["security", "development", "acceptance", "experience"];
    let known = names.into_iter().zip(scores.sdae).chain([("health", scores.health), ("alive", scores.alive)]);
    for (name, score) in known {
        let Some(score) = score else { continue };
        let sum = sums.entry((owner.unwrap_or_default(), name)).or_default();
        *sum = (sum.0 + 1, sum.1 + score);
    }
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
    if before.health != after.health || before.health_band != after.health_band {
        out.push(Snapshot {
            subject,
            model: "health",
            value: after.health.unwrap_or_default(),
            band: after.health_band.clone().unwrap_or_else(|| "none".to_owned()),
            coverage: Some(e.health.total.coverage),
            inputs: json!({ "parts": e.health.parts }).to_string(),
            settings_version: base.models.health.version,
        });
    }
    if before.service_tier != after.service_tier {
        out.push(Snapshot {
            subject,
            model: "tier",
            value: e.facts.revenue_minor.unwrap_or(0) as f64 / 100.0,
            band: after.service_tier.clone().unwrap_or_else(|| "none".to_owned()),
            coverage: None,
            inputs: json!({ "paid_minor": e.facts.revenue_minor }).to_string(),
            settings_version: base.models.tiers.version,
        });
    }
    if before.alive != after.alive || before.win_back_on != after.win_back_on {
        out.push(Snapshot {
            subject,
            model: "repeat",
            value: after.alive.unwrap_or_default(),
            band: if e.win_back() { "win_back" } else { "none" }.to_owned(),
            coverage: None,
            inputs: json!({ "prediction": e.prediction }).to_string(),
            settings_version: base.models.repeat.version,
        });
    }
}
