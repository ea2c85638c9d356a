//! What to do about a score, a stage, a segment or a sign: playbooks whose tasks are made for a customer and whose
//! effect is measured after 90 days (S0-20).

use super::customers::{self, Background};
use super::evaluate::{Evaluation, evaluate};
use super::models::Models;
use super::service;
use crate::records::{Stamp, Writer};
use crate::{Ctx, Error, Result, Visible};
use chrono::{Duration, NaiveDate};
use contract::problem::Lang;
use contract::scoring::{NewPlaybookRun, Playbook, PlaybookEffect, PlaybookRunStarted, PlaybookTask, Playbooks};
use domain::playbooks::{Doer, Entry, Fits, Library, Plan, Sign, Starts, Task, Words};
use domain::policy::Action;
use domain::record::{Changes, Record, Shape};
use domain::sdae::{Band, Dimension};
use domain::trend::EFFECT_DAYS;
use domain::value::Value;
use persistence::lifecycle as store;
use std::collections::HashMap;
use uuid::Uuid;

/// The dimension that a playbook is to raise, and the band that it is in.
pub(super) type Aim = (Dimension, Option<Band>);

/// Every playbook in force, in the caller's language, with its effect on the customers that the caller may see.
pub fn list(ctx: &mut Ctx<'_>, lang: Lang) -> Result<Playbooks> {
    let visible = ctx.require("customers", Action::Read)?;
    let models = Models::load(ctx.conn)?;
    let library = Library::of(&models.playbooks.value);
    let tags = tag_names(ctx, &library)?;
    let effects: HashMap<String, PlaybookEffect> = store::effects(ctx.conn, visible.owners())?
        .into_iter()
        .map(|(key, runs, measured, mean_change)| (key, PlaybookEffect { runs, measured, mean_change }))
        .collect();
    let none = PlaybookEffect { runs: 0, measured: 0, mean_change: None };
    let row = |entry: &Entry| {
        let mut shown = show(entry, lang);
        if let Fits::Preference { tag_id } = entry.plan.fits {
            let name = tags.get(&tag_id).map_or("?", String::as_str);
            shown.fits_label = format!("{} · {name}", lang.pick("偏好", "Preference"));
        }
        shown.effect = Some(effects.get(&entry.key).cloned().unwrap_or_else(|| none.clone()));
        shown
    };
    Ok(Playbooks { version: models.playbooks.version, items: library.entries.iter().map(row).collect() })
}

fn tag_names(ctx: &mut Ctx<'_>, library: &Library) -> Result<HashMap<Uuid, String>> {
    let id = |entry: &Entry| match entry.plan.fits {
        Fits::Preference { tag_id } => Some(tag_id),
        _ => None,
    };
    let ids: Vec<Uuid> = library.entries.iter().filter_map(id).collect();
    let shape = ctx.shape("tags")?;
    Ok(persistence::records::titles(ctx.conn, &shape, &ids, Visible::All.owners())?.into_iter().collect())
}

pub(super) fn say(words: &Words, lang: Lang) -> String {
    lang.pick(&words.zh, &words.en).to_owned()
}

/// How a task is done, and by whom where that is somebody else than the owner.
pub(super) fn note(task: &Task, lang: Lang) -> String {
    match task.doer {
        Doer::Owner => say(&task.note, lang),
        doer => {
            let who = crate::metrics::pick(lang, doer.label());
            let (open, close) = (lang.pick("（", " ("), lang.pick("）", ")"));
            format!("{}{open}{who}{close}", say(&task.note, lang))
        }
    }
}

/// A playbook in the caller's language.
pub(super) fn show(entry: &Entry, lang: Lang) -> Playbook {
    let plan = &entry.plan;
    let task = |task: &Task| PlaybookTask {
        title: say(&task.title, lang),
        note: say(&task.note, lang),
        days: task.in_days,
        priority: task.priority.code().to_owned(),
        doer: crate::metrics::pick(lang, task.doer.label()).to_owned(),
        doer_key: task.doer.code().to_owned(),
        repeat: task.repeat.map(|every| every.code().to_owned()),
    };
    let starts = match plan.starts {
        Starts::ByHand => "by_hand",
        Starts::Automatic => "automatic",
    };
    Playbook {
        key: entry.key.clone(),
        title: say(&plan.title, lang),
        aim: say(&plan.aim, lang),
        tasks: plan.tasks.iter().map(task).collect(),
        fits: super::plans::fits_out(plan.fits),
        fits_label: label(plan.fits, lang),
        starts: starts.to_owned(),
        active: plan.active,
        shipped: entry.shipped,
        changed: entry.own,
        effect: None,
    }
}

fn label(fits: Fits, lang: Lang) -> String {
    let say = |text: [&'static str; 2]| crate::metrics::pick(lang, text);
    match fits {
        Fits::Dimension { dimension, band } => format!("{} · {}", say(dimension.label()), say(band.label())),
        Fits::Stage { stage } => say(stage.label()).to_owned(),
        Fits::Segment { segment } => say(segment.label()).to_owned(),
        Fits::Profile { profile } => say(profile.label()).to_owned(),
        Fits::Sign { sign } => say(sign.label()).to_owned(),
        Fits::Preference { .. } => lang.pick("偏好", "Preference").to_owned(),
        Fits::Any {} => lang.pick("任意客户", "Any customer").to_owned(),
    }
}

/// The playbooks that fit a customer as it stands: signs first, then its dimensions from the lowest, then its segment,
/// stage, profile and preferences.
pub(super) fn fitting<'a>(known: &customers::Known, e: &Evaluation, base: &'a Background) -> Vec<&'a Entry> {
    let mut reasons = Vec::new();
    let shows = |sign: Sign| match sign {
        Sign::WinBack => e.win_back(),
        Sign::Churn => e.signs.churn.high,
        Sign::Health => !e.signs.alerts.is_empty() || e.health.band == Some(domain::health::Band::AtRisk),
        Sign::Recall => e.signs.recall.is_some(),
        Sign::Browsed => e.signs.browsed,
    };
    reasons.extend(Sign::ALL.into_iter().filter(|(sign, _)| shows(*sign)).map(|(sign, _)| Fits::Sign { sign }));
    let mut scored: Vec<(f64, Dimension, Band)> =
        e.sdae.dimensions.iter().filter_map(|d| Some((d.total.score?, d.dimension, d.band?))).collect();
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    reasons.extend(scored.into_iter().map(|(_, dimension, band)| Fits::Dimension { dimension, band }));
    reasons.extend(known.overlay().map(|segment| Fits::Segment { segment }));
    reasons.push(Fits::Stage { stage: e.lifecycle.stage });
    let profile = known.customer.profile.as_deref().and_then(domain::profiles::Profile::parse);
    reasons.extend(profile.map(|profile| Fits::Profile { profile }));
    reasons.extend(known.customer.preferences.iter().map(|tag_id| Fits::Preference { tag_id: *tag_id }));
    reasons.into_iter().flat_map(|fits| base.library.fitting(fits)).collect()
}

/// Starts a playbook for a customer: its tasks for those who do them, and a run whose effect is measured after 90 days.
pub fn start(ctx: &mut Ctx<'_>, customer: Uuid, new: &NewPlaybookRun, lang: Lang) -> Result<PlaybookRunStarted> {
    ctx.require("tasks", Action::Create)?;
    begin(ctx, customer, &new.playbook, lang, None)?.ok_or_else(|| Error::Internal("nothing was started".to_owned()))
}

/// The same for a rule: nothing, where the same playbook began within its time of effect.
pub(crate) fn start_for_rule(
    ctx: &mut Ctx<'_>,
    customer: Uuid,
    key: &str,
    rule: Uuid,
) -> Result<Option<PlaybookRunStarted>> {
    begin(ctx, customer, key, Lang::Zh, Some(rule))
}

/// The keys of the playbooks that may be started.
pub(crate) fn keys(conn: &mut persistence::db::AnyConnection) -> Result<Vec<String>> {
    let library = Library::of(&Models::load(conn)?.playbooks.value);
    Ok(library.entries.into_iter().filter(|e| e.plan.active).map(|e| e.key).collect())
}

fn begin(
    ctx: &mut Ctx<'_>,
    customer: Uuid,
    key: &str,
    lang: Lang,
    rule: Option<Uuid>,
) -> Result<Option<PlaybookRunStarted>> {
    let (shape, record) = crate::records::get(ctx, "customers", customer)?;
    if !service::may_act(ctx, &shape, &record) {
        return Err(Error::Forbidden { permission: "customers.update".to_owned() });
    }
    let base = Background::load(ctx)?;
    let entry = base.library.find(key).filter(|e| e.plan.active).ok_or_else(|| {
        Error::field(
            "playbook",
            "choice",
            base.library.entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>().join(", "),
        )
    })?;
    let since = base.today - Duration::days(i64::from(EFFECT_DAYS));
    if rule.is_some() && store::started(ctx.conn, &[customer], since)?.iter().any(|(_, k)| k == key) {
        return Ok(None);
    }
    let known = customers::known(ctx, &base, &[customer], false)?.into_iter().next().ok_or(Error::NotFound)?;
    if rule.is_some() && known.customer.stopped {
        return Ok(None);
    }
    let (dimension, band) = aim(&entry.plan, &evaluate(&known, &base));
    let owner = record.owner(&shape).unwrap_or(ctx.actor.user_id);
    let title = say(&entry.plan.title, lang);
    let run = NewRun { customer, owner, key, title: &title, aim: (dimension, band), rule };
    let run_id = begin_run(ctx, &run, base.today)?;
    let lead = store::leads(ctx.conn, &[owner])?.first().map(|(_, lead)| *lead);
    let doers = service::Doers::load(ctx)?;
    let people =
        service::People { owner: Some(owner), lead, manager: known.customer.manager, team: &known.customer.team };
    let mut task_ids = Vec::new();
    let mut writer = writer(ctx, "tasks", rule)?;
    for task in &entry.plan.tasks {
        let shape = writer.shape.clone();
        let due = ctx.parse().midnight(base.today + Duration::days(i64::from(task.in_days))) + Duration::hours(18);
        let mut changes = Changes::default();
        changes.set(&shape, "title", Value::Text(say(&task.title, lang)));
        changes.set(&shape, "note", Value::Text(note(task, lang)));
        changes.set(&shape, "due_at", Value::Time(due));
        changes.set(&shape, "status", Value::Text("open".to_owned()));
        changes.set(&shape, "priority", Value::Text(task.priority.code().to_owned()));
        changes.set(&shape, "customer_id", Value::Id(customer));
        changes.set(&shape, "origin", Value::Text(format!("playbook:{key}")));
        changes.set(&shape, "owner_id", doers.of(task.doer, &people).map_or(Value::Null, Value::Id));
        if let Some(every) = task.repeat {
            changes.set(&shape, "repeat", Value::Text(every.code().to_owned()));
            changes.set(&shape, "repeat_by", Value::Text("done".to_owned()));
        }
        // The playbook says who does what, however far whoever starts it may otherwise reach.
        task_ids.push(writer.create(ctx, changes, &Visible::All, Stamp::default())?.id());
    }
    writer.flush(ctx)?;
    Ok(Some(PlaybookRunStarted { run_id, title, dimension: dimension.code().to_owned(), task_ids }))
}

fn writer(ctx: &Ctx<'_>, object: &str, rule: Option<Uuid>) -> Result<Writer> {
    let shape = ctx.shape(object)?;
    Ok(match rule {
        Some(rule) => Writer::caused(shape, rule),
        None => Writer::trusted(shape),
    })
}

/// The dimension that a playbook is to raise, and its band: its own, or the weakest for one that is about something else.
pub(super) fn aim(plan: &Plan, e: &Evaluation) -> Aim {
    let own = match plan.fits {
        Fits::Dimension { dimension, .. } => Some(dimension),
        _ => None,
    };
    let dimension = own.or(e.sdae.weakest).unwrap_or(Dimension::Security);
    (dimension, e.sdae.dimensions[dimension as usize].band)
}

struct NewRun<'a> {
    customer: Uuid,
    owner: Uuid,
    key: &'a str,
    title: &'a str,
    aim: Aim,
    rule: Option<Uuid>,
}

fn begin_run(ctx: &mut Ctx<'_>, run: &NewRun<'_>, today: NaiveDate) -> Result<Uuid> {
    let mut writer = writer(ctx, "playbook_runs", run.rule)?;
    let shape = writer.shape.clone();
    let mut changes = Changes::default();
    changes.set(&shape, "customer_id", Value::Id(run.customer));
    changes.set(&shape, "name", Value::Text(run.title.to_owned()));
    changes.set(&shape, "playbook", Value::Text(run.key.to_owned()));
    changes.set(&shape, "automatic", Value::Bool(run.rule.is_some()));
    changes.set(&shape, "dimension", Value::Text(run.aim.0.code().to_owned()));
    changes.set(&shape, "band", run.aim.1.map_or(Value::Null, |b| Value::Text(b.code().to_owned())));
    changes.set(&shape, "started_on", Value::Date(today));
    changes.set(&shape, "owner_id", Value::Id(run.owner));
    let made = writer.create(ctx, changes, &Visible::All, Stamp::default())?;
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
