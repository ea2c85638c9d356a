//! What other settings would do, before they are saved.

use super::customers::{self, Background};
use super::evaluate::{Evaluation, evaluate};
use super::models::{self, Models};
use super::refresh;
use crate::{Ctx, Error, Result};
use contract::scoring::{ScorePreview, ScorePreviewBand, ScorePreviewExample, ScoreSettings, ScoreSettingsList};
use domain::four_r::{self, Facts};
use domain::policy::Action;
use persistence::score_settings;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Customers read at once.
const CHUNK: i64 = 500;
/// Examples shown.
const EXAMPLES: usize = 20;
/// Contacts that a change of the 4R settings is tried on: the latest.
const CONTACTS: i64 = 5000;

/// The settings of every model.
pub fn list(ctx: &mut Ctx<'_>) -> Result<ScoreSettingsList> {
    let items = models::MODELS.iter().map(|model| get(ctx, model)).collect::<Result<_>>()?;
    Ok(ScoreSettingsList { items })
}

/// The settings of a model.
pub fn get(ctx: &mut Ctx<'_>, model: &str) -> Result<ScoreSettings> {
    ctx.require("settings", Action::Read)?;
    let (version, document) = Models::load(ctx.conn)?.document(model).ok_or(Error::NotFound)?;
    let (_, shipped) = models::shipped().document(model).ok_or(Error::NotFound)?;
    let latest = score_settings::history(ctx.conn, model, 1)?.into_iter().next();
    Ok(ScoreSettings {
        model: model.to_owned(),
        version,
        document,
        shipped,
        updated_at: latest.as_ref().map(|v| v.created_at),
        updated_by: latest.and_then(|v| v.created_by),
    })
}

/// What a document would do to the customers if it were saved. Contradictory settings are refused as they would be then.
pub fn preview(ctx: &mut Ctx<'_>, model: &str, document: &Json) -> Result<ScorePreview> {
    ctx.require("settings", Action::Update)?;
    let now = Models::load(ctx.conn)?;
    let then = now.with(model, document)?;
    let mut tally = Tally::default();
    if model == "four_r" {
        contacts(ctx, &now, &then, &mut tally)?;
        return Ok(tally.show(model, Vec::new()));
    }
    if model == "rfm" {
        segments(ctx, &now, &then, &mut tally)?;
        let examples = examples(ctx, &mut tally)?;
        return Ok(tally.show(model, examples));
    }
    let (now, then) = (Background::with(ctx, now)?, Background::with(ctx, then)?);
    let mut after = None;
    loop {
        let ids = persistence::customer_scores::ids_after(ctx.conn, after, CHUNK)?;
        let Some(last) = ids.last().copied() else { break };
        for known in customers::known(ctx, &now, &ids, false)? {
            let band = |base: &Background| band(model, &evaluate(&known, base), base);
            tally.count(Some(known.customer.id), band(&now), band(&then));
        }
        after = Some(last);
    }
    let examples = examples(ctx, &mut tally)?;
    Ok(tally.show(model, examples))
}

/// The customers that stand for those that would change.
fn examples(ctx: &mut Ctx<'_>, tally: &mut Tally) -> Result<Vec<ScorePreviewExample>> {
    let ids: Vec<Uuid> = tally.examples.iter().map(|e| e.0).collect();
    let names: BTreeMap<Uuid, String> = persistence::cadence::names(ctx.conn, &ids)?.into_iter().collect();
    let one = |(id, before, after)| ScorePreviewExample {
        customer_id: id,
        name: names.get(&id).cloned().unwrap_or_default(),
        before,
        after,
    };
    Ok(std::mem::take(&mut tally.examples).into_iter().map(one).collect())
}

/// Everybody who bought in either window, by segment.
fn segments(ctx: &mut Ctx<'_>, now: &Models, then: &Models, tally: &mut Tally) -> Result<()> {
    let today = ctx.parse().today();
    let mut place = |models: &Models| -> Result<BTreeMap<Uuid, &'static str>> {
        let (sums, rfm) = refresh::score_all(ctx.conn, today, models.rfm.value.clone())?;
        let code = |i: usize| rfm.segment(i).map_or("none", |segment| segment.code());
        Ok(sums.iter().enumerate().map(|(i, sums)| (sums.customer, code(i))).collect())
    };
    let (before, after) = (place(now)?, place(then)?);
    let mut all: Vec<Uuid> = before.keys().chain(after.keys()).copied().collect();
    all.sort_unstable();
    all.dedup();
    for id in all {
        let word = |places: &BTreeMap<Uuid, &'static str>| (*places.get(&id).unwrap_or(&"none")).to_owned();
        tally.count(Some(id), word(&before), word(&after));
    }
    Ok(())
}

fn band(model: &str, e: &Evaluation, base: &Background) -> String {
    let high = base.models.intent.value.high;
    let word = match model {
        "grade" => e.grade.map(|g| g.code()),
        "cadence" => e.standing.map(|s| s.status.code()),
        "health" => e.health.band.map(|b| b.code()),
        "tiers" => e.tier.map(|t| t.tier.code()),
        "lifecycle" => Some(e.lifecycle.stage.code()),
        "repeat" => e.prediction.as_ref().map(|p| if p.win_back { "win_back" } else { "staying" }),
        "triggers" => Some(if e.signs.recall.is_some() { "recall" } else { "none" }),
        "intent" => Some(if e.intent >= high { "high" } else { "none" }),
        _ => e.sdae.asset.map(|a| a.code()),
    };
    word.unwrap_or("none").to_owned()
}

/// The latest contacts under both settings: right or not by the goal of each.
fn contacts(ctx: &mut Ctx<'_>, now: &Models, then: &Models, tally: &mut Tally) -> Result<()> {
    for inputs in persistence::contact_materials::latest_inputs(ctx.conn, CONTACTS)? {
        let facts: Facts = serde_json::from_str(&inputs).unwrap_or_default();
        let band = |models: &Models| {
            let settings = &models.four_r.value;
            match four_r::score(facts, settings).mean() {
                Some(mean) if mean >= settings.goal => "right".to_owned(),
                Some(_) => "wrong".to_owned(),
                None => "none".to_owned(),
            }
        };
        tally.count(None, band(now), band(then));
    }
    Ok(())
}

#[derive(Default)]
struct Tally {
    all: u64,
    changed: u64,
    bands: BTreeMap<String, (u64, u64)>,
    examples: Vec<(Uuid, String, String)>,
}

impl Tally {
    fn count(&mut self, id: Option<Uuid>, before: String, after: String) {
        self.all += 1;
        if before != after {
            self.changed += 1;
            if let Some(id) = id.filter(|_| self.examples.len() < EXAMPLES) {
                self.examples.push((id, before.clone(), after.clone()));
            }
        }
        self.bands.entry(before).or_default().0 += 1;
        self.bands.entry(after).or_default().1 += 1;
    }

    fn show(self, model: &str, examples: Vec<ScorePreviewExample>) -> ScorePreview {
        let band = |(band, (before, after))| ScorePreviewBand { band, before, after };
        ScorePreview {
            model: model.to_owned(),
            customers: self.all,
            changed: self.changed,
            bands: self.bands.into_iter().map(band).collect(),
            examples,
        }
    }
}
