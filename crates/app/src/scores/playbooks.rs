//! What to do about a score, a stage, a segment or a sign: playbooks whose tasks are made for a customer and whose
//! effect is measured after 90 days (S0-20).

use super::customers::{self, Background};
use super::evaluate::{Evaluation, evaluate};
use crate::records::{Stamp, Writer};
use crate::{Ctx, Error, Result};
use chrono::{Duration, NaiveDate};
use contract::problem::Lang;
use contract::scoring::{NewPlaybookRun, Playbook, PlaybookRunStarted, PlaybookTask, Playbooks};
use domain::playbooks as library;
use domain::policy::Action;
use domain::profiles::Profile;
use domain::record::{Changes, Record, Shape};
use domain::sdae::{Band, Dimension};
use domain::value::Value;
use uuid::Uuid;

/// Every playbook, in the caller's language.
pub fn list(lang: Lang) -> Playbooks {
    Playbooks { items: library::all().map(|p| show(p, lang)).collect() }
}

/// A playbook in the caller's language.
pub(super) fn show(playbook: &library::Playbook, lang: Lang) -> Playbook {
    let say = |text: [&'static str; 2]| crate::metrics::pick(lang, text).to_owned();
    let task = |step: &library::Step| PlaybookTask {
        title: say(step.title),
        note: say(step.note),
        days: step.in_days,
        priority: step.priority.code().to_owned(),
        doer: say(step.doer.label()),
    };
    Playbook {
        key: playbook.key.to_owned(),
        title: say(playbook.title),
        aim: say(playbook.aim),
        tasks: playbook.steps.iter().map(task).collect(),
    }
}

/// The playbooks that fit a customer as it stands: signs first, then its dimensions from the lowest, then its stage
/// and profile.
pub(super) fn fitting(
    known: &customers::Known,
    e: &Evaluation,
    low_repurchase: bool,
) -> Vec<&'static library::Playbook> {
    let mut found = Vec::new();
    if e.prediction.as_ref().is_some_and(|p| p.win_back) {
        found.push(library::win_back());
    }
    if low_repurchase {
        found.push(library::low_repurchase());
    }
    if e.health.band == Some(domain::health::Band::AtRisk) {
        found.push(library::health_alert());
    }
    let mut scored: Vec<(f64, Dimension, Band)> =
        e.sdae.dimensions.iter().filter_map(|d| Some((d.total.score?, d.dimension, d.band?))).collect();
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.extend(scored.into_iter().map(|(_, dimension, band)| library::of_dimension(dimension, band)));
    found.push(library::of_stage(e.lifecycle.stage));
    found.extend(known.customer.profile.as_deref().and_then(Profile::parse).map(library::of_profile));
    found
}

/// Starts a playbook for a customer: its tasks for the customer's owner, and a run whose effect is measured after
/// 90 days. `rule` is the rule that starts it, if one does.
pub fn start(
    ctx: &mut Ctx<'_>,
    customer: Uuid,
    new: &NewPlaybookRun,
    lang: Lang,
    rule: Option<Uuid>,
) -> Result<PlaybookRunStarted> {
    let (shape, record) = crate::records::get(ctx, "customers", customer)?;
    if !ctx.require("customers", Action::Update)?.contains(record.owner(&shape)) {
        return Err(Error::Forbidden { permission: "customers.update".to_owned() });
    }
    let visible = ctx.require("tasks", Action::Create)?;
    let playbook = library::find(&new.playbook).ok_or_else(|| {
        Error::field("playbook", "choice", library::all().map(|p| p.key).collect::<Vec<_>>().join(", "))
    })?;
    let base = Background::load(ctx)?;
    let known = customers::known(ctx, &base, &[customer], false)?.into_iter().next().ok_or(Error::NotFound)?;
    let (dimension, band) = aim(playbook, &evaluate(&known, &base));
    let owner = record.owner(&shape).unwrap_or(ctx.actor.user_id);
    let title = crate::metrics::pick(lang, playbook.title).to_owned();
    let run_id = begin_run(ctx, (customer, owner, rule), (dimension, band), &title, base.today)?;
    let mut task_ids = Vec::new();
    let mut writer = writer(ctx, "tasks", rule)?;
    for step in playbook.steps {
        let shape = writer.shape.clone();
        let text = |text: [&'static str; 2]| Value::Text(crate::metrics::pick(lang, text).to_owned());
        let due = ctx.parse().midnight(base.today + Duration::days(i64::from(step.in_days))) + Duration::hours(18);
        let mut changes = Changes::default();
        changes.set(&shape, "title", text(step.title));
        changes.set(&shape, "note", text(step.note));
        changes.set(&shape, "due_at", Value::Time(due));
        changes.set(&shape, "status", Value::Text("open".to_owned()));
        changes.set(&shape, "priority", Value::Text(step.priority.code().to_owned()));
        changes.set(&shape, "customer_id", Value::Id(customer));
        changes.set(&shape, "origin", Value::Text(format!("playbook:{}", playbook.key)));
        changes.set(&shape, "owner_id", Value::Id(owner));
        task_ids.push(writer.create(ctx, changes, &visible, Stamp::default())?.id());
    }
    writer.flush(ctx)?;
    Ok(PlaybookRunStarted { run_id, title, dimension: dimension.code().to_owned(), task_ids })
}

/// The dimension that a playbook is to raise, and its band: its own, or the weakest for one that is about something else.
fn aim(playbook: &library::Playbook, e: &Evaluation) -> (Dimension, Option<Band>) {
    let pairs = Dimension::ALL.into_iter().flat_map(|d| Band::ALL.map(|b| (d, b)));
    let own = pairs.into_iter().find(|(d, b)| library::of_dimension(*d, *b).key == playbook.key);
    let dimension = own.map(|(d, _)| d).or(e.sdae.weakest).unwrap_or(Dimension::Security);
    (dimension, e.sdae.dimensions[dimension as usize].band)
}

fn writer(ctx: &Ctx<'_>, object: &str, rule: Option<Uuid>) -> Result<Writer> {
    let shape = ctx.shape(object)?;
    Ok(rule.map_or_else(|| Writer::new(shape.clone()), |rule| Writer::caused(shape.clone(), rule)))
}

fn begin_run(
    ctx: &mut Ctx<'_>,
    (customer, owner, rule): (Uuid, Uuid, Option<Uuid>),
    aim: (Dimension, Option<Band>),
    title: &str,
    today: NaiveDate,
) -> Result<Uuid> {
    let mut writer = writer(ctx, "playbook_runs", rule)?;
    let shape = writer.shape.clone();
    let mut changes = Changes::default();
    changes.set(&shape, "customer_id", Value::Id(customer));
    changes.set(&shape, "name", Value::Text(title.to_owned()));
    changes.set(&shape, "dimension", Value::Text(aim.0.code().to_owned()));
    changes.set(&shape, "band", aim.1.map_or(Value::Null, |b| Value::Text(b.code().to_owned())));
    changes.set(&shape, "started_on", Value::Date(today));
    changes.set(&shape, "owner_id", Value::Id(owner));
    let made = writer.create(ctx, changes, &crate::Visible::All, Stamp::default())?;
    writer.flush(ctx)?;
    Ok(made.id())
}

/// A run remembers the score that it begins with.
pub(crate) fn remember_before(ctx: &mut Ctx<'_>, shape: &Shape, new: &mut Record) -> Result<()> {
    let column = match new.get(shape, "dimension").as_str() {
        Some("security") => "sdae_security",
        Some("development") => "sdae_development",
        Some("acceptance") => "sdae_acceptance",
        _ => "sdae_experience",
    };
    let customer = new.get(shape, "customer_id").as_id().unwrap_or_default();
    let customers = ctx.shape("customers")?;
    let found = persistence::records::get(ctx.conn, &customers, customer, persistence::records::Owners::All, false)?;
    new.set(shape, "score_before", found.map_or(Value::Null, |c| c.get(&customers, column).clone()));
    Ok(())
}
