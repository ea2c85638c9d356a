//! What changed at the customer in the days after a task was done, from the log of changes and the history of scores.

use crate::{Ctx, Result};
use chrono::{DateTime, TimeDelta, Utc};
use contract::problem::Lang;
use contract::tasks::{EffectMeasure, EffectTurn, TaskEffect, TaskVerdict};
use domain::policy::Action;
use domain::tasks::{Turn, Verdict, verdict};
use persistence::events::Filter;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// Changes and scores of one record that are looked through.
const LOOKED: i64 = 1_000;

type Window = (DateTime<Utc>, DateTime<Utc>);

/// The effect of a task over so many days.
pub fn effect(ctx: &mut Ctx<'_>, id: Uuid, days: i64, lang: Lang) -> Result<TaskEffect> {
    let (shape, task) = crate::records::get(ctx, "tasks", id)?;
    let done_at = task.get(&shape, "done_at").as_time();
    let until = done_at.map(|at| at + TimeDelta::days(days));
    let complete = until.is_some_and(|until| until <= ctx.now);
    let mut found: Vec<(Turn, EffectMeasure)> = Vec::new();
    if let (Some(from), Some(to)) = (done_at, until) {
        let window = (from, to);
        if let Some(id) = task.get(&shape, "opportunity_id").as_id() {
            found.extend(stage(ctx, id, window, lang)?);
        }
        if let Some(id) = task.get(&shape, "customer_id").as_id()
            && sees(ctx, "customers", id)?
        {
            found.push(contact(ctx, id, window, lang)?);
            found.extend(scores(ctx, id, window, lang)?);
        }
    }
    let turns: Vec<Turn> = found.iter().map(|(turn, _)| *turn).collect();
    let verdict = if done_at.is_none() { Verdict::NotDone } else { verdict(&turns, complete) };
    Ok(TaskEffect {
        task_id: id,
        done_at,
        days,
        ends_at: until,
        complete,
        verdict: shown(verdict),
        how: how(days, lang),
        measures: found.into_iter().map(|(_, m)| m).collect(),
    })
}

fn how(days: i64, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!(
            "对比任务完成时与之后 {days} 天内：商机所处阶段、客户等级/资产/健康度得分的变化记录，以及是否有新的客户联系。只反映先后，不代表因果。"
        ),
        Lang::En => format!(
            "Compares the moment the task was done with the {days} days after it: the stage of the opportunity and the grade, asset and health scores of the customer, from their history, and whether a contact followed. It shows what came after, not what caused it."
        ),
    }
}

fn shown(verdict: Verdict) -> TaskVerdict {
    match verdict {
        Verdict::NotDone => TaskVerdict::NotDone,
        Verdict::InsufficientData => TaskVerdict::InsufficientData,
        Verdict::Improved => TaskVerdict::Improved,
        Verdict::Worsened => TaskVerdict::Worsened,
        Verdict::Mixed => TaskVerdict::Mixed,
        Verdict::Unchanged => TaskVerdict::Unchanged,
        Verdict::Waiting => TaskVerdict::Waiting,
    }
}

fn measure(
    (key, label): (&str, &str),
    before: Option<String>,
    after: Option<String>,
    changed_at: Option<DateTime<Utc>>,
    turn: Turn,
) -> (Turn, EffectMeasure) {
    let way = match turn {
        Turn::Up => EffectTurn::Up,
        Turn::Down => EffectTurn::Down,
        Turn::Same => EffectTurn::Same,
    };
    (turn, EffectMeasure { key: key.to_owned(), label: label.to_owned(), before, after, changed_at, turn: way })
}

fn sees(ctx: &mut Ctx<'_>, object: &str, id: Uuid) -> Result<bool> {
    let shape = ctx.shape(object)?;
    let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read) else { return Ok(false) };
    Ok(persistence::records::get(ctx.conn, &shape, id, visible.owners(), false)?.is_some())
}

/// The stage that the opportunity stood on, and stands on at the end.
fn stage(ctx: &mut Ctx<'_>, id: Uuid, (from, to): Window, lang: Lang) -> Result<Option<(Turn, EffectMeasure)>> {
    let shape = ctx.shape("opportunities")?;
    let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read) else { return Ok(None) };
    let Some(now) = persistence::records::get(ctx.conn, &shape, id, visible.owners(), false)? else { return Ok(None) };
    let filter = Filter { records: &[id], ..Filter::default() };
    let events = persistence::events::newest(ctx.conn, &filter, None, LOOKED)?;
    let stage_in = |text: &Option<String>| -> Option<Uuid> {
        let doc: Map<String, Json> = serde_json::from_str(text.as_deref()?).ok()?;
        domain::fields::parse_id(doc.get("stage_id")?.as_str()?)
    };
    // From the newest back: what it is now, then what each change left behind it.
    let (mut before, mut after) = (now.get(&shape, "stage_id").as_id(), now.get(&shape, "stage_id").as_id());
    let mut changed_at = None;
    for event in events.iter().take_while(|e| e.at > from) {
        let Some(old) = stage_in(&event.old) else { continue };
        before = Some(old);
        if event.at > to {
            after = Some(old);
        } else {
            changed_at = changed_at.or(Some(event.at));
        }
    }
    let (stages, _) = persistence::pipeline::stages(ctx.conn)?;
    let of = |id: Option<Uuid>| stages.iter().enumerate().find(|(_, s)| Some(s.id) == id);
    let turn = match (of(before), of(after)) {
        (Some((_, a)), Some((_, b))) if a.id == b.id => Turn::Same,
        (_, Some((_, b))) if b.kind == "lost" => Turn::Down,
        (_, Some((_, b))) if b.kind == "won" => Turn::Up,
        (Some((a, _)), Some((b, _))) if b < a => Turn::Down,
        (Some(_), Some(_)) => Turn::Up,
        _ => return Ok(None),
    };
    let names = crate::records::titles(ctx, [("pipeline_stages", before.into_iter().chain(after).collect())])?;
    let name = |id: Option<Uuid>| names.iter().find(|(n, _)| Some(*n) == id).map(|(_, name)| name.clone());
    let label = lang.pick("商机阶段", "Stage of the opportunity");
    Ok(Some(measure(("stage", label), name(before), name(after), changed_at, turn)))
}

/// The first contact with the customer afterwards.
fn contact(ctx: &mut Ctx<'_>, id: Uuid, window: Window, lang: Lang) -> Result<(Turn, EffectMeasure)> {
    let next = persistence::tasks::contact_between(ctx.conn, id, window)?;
    let turn = if next.is_some() { Turn::Up } else { Turn::Same };
    let after = next.map(|at| ctx.zone().day(at).to_string());
    Ok(measure(("contact", lang.pick("之后的联系", "Contact afterwards")), None, after, next, turn))
}

/// The scores as they were, and as they were at the end: only those that were known before.
fn scores(ctx: &mut Ctx<'_>, id: Uuid, (from, to): Window, lang: Lang) -> Result<Vec<(Turn, EffectMeasure)>> {
    let history = persistence::customer_scores::history(ctx.conn, id, LOOKED)?;
    let labels = [
        ("grade", lang.pick("客户等级得分", "Grade score")),
        ("sdae", lang.pick("客户资产得分", "Asset score")),
        ("health", lang.pick("健康度", "Health")),
    ];
    let mut found = Vec::new();
    for (model, label) in labels {
        let known = || history.iter().filter(|c| c.model == model && c.band != "none");
        let (Some(before), Some(after)) = (known().find(|c| c.at <= from), known().find(|c| c.at <= to)) else {
            continue;
        };
        let turn = match after.value.total_cmp(&before.value) {
            std::cmp::Ordering::Greater => Turn::Up,
            std::cmp::Ordering::Less => Turn::Down,
            std::cmp::Ordering::Equal => Turn::Same,
        };
        let say = |value: f64| Some(format!("{value:.0}"));
        let changed_at = (after.at > from).then_some(after.at);
        found.push(measure((model, label), say(before.value), say(after.value), changed_at, turn));
    }
    Ok(found)
}
