//! What other settings would do, before they are saved.

use super::customers::{self, Background};
use super::evaluate::{Evaluation, evaluate};
use super::models::{self, Models};
use super::refresh;
use crate::{Ctx, Error, Result};
use chrono::{Duration, NaiveDate};
use contract::problem::Lang;
use contract::scoring::{
    ScorePreview, ScorePreviewBand, ScorePreviewExample, ScorePreviewRight, ScoreSettings, ScoreSettingsList,
};
use domain::four_r::{self, Facts};
use domain::grade;
use domain::lifecycle::{Entitlement, Stage};
use domain::policy::Action;
use domain::rfm::Overlay;
use persistence::contact_scores::{self, By, Place, Sums};
use persistence::customer_scores::Scores;
use persistence::records::Owners;
use persistence::score_settings;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
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
pub fn preview(ctx: &mut Ctx<'_>, model: &str, document: &Json, lang: Lang) -> Result<ScorePreview> {
    ctx.require("settings", Action::Update)?;
    let now = Models::load(ctx.conn)?;
    let then = now.with(model, document)?;
    let mut tally = Tally::default();
    if matches!(model, "principles" | "playbooks") {
        return Ok(ScorePreview { previewable: false, ..tally.show(model, Vec::new()) });
    }
    if now.grade.value.target_share != then.grade.value.target_share {
        tally.people = people(ctx, &now, &then)?;
    }
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
            let found = [&now, &then].map(|base| (evaluate(&known, base), base));
            if model == "lifecycle" {
                *tally.moves.entry(found.each_ref().map(|(e, _)| e.lifecycle.stage)).or_default() += 1;
            }
            let [before, becomes] = found.map(|(found, base)| {
                let scores = customers::scores(&known, &found, base);
                (band(model, &found, base), figures(model, &scores), scores)
            });
            tally.count(Some(known.customer.id), before, becomes);
        }
        after = Some(last);
    }
    let examples = examples(ctx, &mut tally)?;
    let settings = [&now, &then].map(|base| base.models.lifecycle.value.entitlements.as_slice());
    let (rights, rights_changed) = (rights(&tally.moves, settings, lang), with_other_rights(&tally.moves, settings));
    Ok(ScorePreview { rights, rights_changed, ..tally.show(model, examples) })
}

/// Customers that would hold other rights than now.
fn with_other_rights(moves: &BTreeMap<[Stage; 2], u64>, [now, then]: [&[Entitlement]; 2]) -> u64 {
    let held = |list: &[Entitlement], stage: Stage| -> BTreeSet<String> {
        list.iter().filter(|e| e.holds_in(stage)).map(|e| e.key.clone()).collect()
    };
    moves.iter().filter(|([before, after], _)| held(now, *before) != held(then, *after)).map(|(_, n)| n).sum()
}

/// The rights that customers would get and lose, by their stages now and then.
fn rights(moves: &BTreeMap<[Stage; 2], u64>, [now, then]: [&[Entitlement]; 2], lang: Lang) -> Vec<ScorePreviewRight> {
    let mut all: Vec<&Entitlement> = then.iter().collect();
    all.extend(now.iter().filter(|e| then.iter().all(|t| t.key != e.key)));
    let holds = |list: &[Entitlement], key: &str, stage: Stage| list.iter().any(|e| e.key == key && e.holds_in(stage));
    let one = |e: &Entitlement| {
        let (mut gained, mut lost) = (0, 0);
        for ([before, after], n) in moves {
            match (holds(now, &e.key, *before), holds(then, &e.key, *after)) {
                (false, true) => gained += n,
                (true, false) => lost += n,
                _ => {}
            }
        }
        ScorePreviewRight { key: e.key.clone(), name: lang.pick(&e.zh, &e.en).to_owned(), gained, lost }
    };
    all.into_iter().map(one).filter(|right| right.gained + right.lost > 0).collect()
}

/// The customers that stand for those that would change, as far as the caller may see them.
fn examples(ctx: &mut Ctx<'_>, tally: &mut Tally) -> Result<Vec<ScorePreviewExample>> {
    let ids: Vec<Uuid> = tally.examples.iter().map(|e| e.0).collect();
    let mut names: BTreeMap<Uuid, String> = crate::records::titles(ctx, [("customers", ids)])?.into_iter().collect();
    let one =
        |(id, before, after)| Some(ScorePreviewExample { customer_id: id, name: names.remove(&id)?, before, after });
    Ok(std::mem::take(&mut tally.examples).into_iter().filter_map(one).collect())
}

/// R, F and M, and the strategy they call for.
type Three = (u8, u8, u8, Option<Overlay>);

/// People whose shares of contact time would be judged otherwise.
fn people(ctx: &mut Ctx<'_>, now: &Models, then: &Models) -> Result<u64> {
    let today = ctx.parse().today();
    let by = By { owner: true, grade: true, ..By::default() };
    let days = (today - Duration::days(89), today);
    let mut made: BTreeMap<Uuid, Vec<(Place, Sums)>> = BTreeMap::new();
    for (place, sums) in contact_scores::sums(ctx.conn, days, Owners::All, by)? {
        made.entry(place.owner).or_default().push((place, sums));
    }
    let differs = |rows: &&Vec<(Place, Sums)>| {
        let minutes = super::four_r::minutes(rows);
        let index = |models: &Models| {
            grade::allocation(&minutes, &models.grade.value.target_share).map(|found| found.index.round())
        };
        index(now) != index(then)
    };
    Ok(made.values().filter(differs).count() as u64)
}

/// Everybody who bought in either window, by segment.
fn segments(ctx: &mut Ctx<'_>, now: &Models, then: &Models, tally: &mut Tally) -> Result<()> {
    let today = ctx.parse().today();
    let mut place = |models: &Models| -> Result<BTreeMap<Uuid, (&'static str, Option<Three>)>> {
        let (sums, rfm) = refresh::score_all(ctx.conn, today, models.rfm.value.clone())?;
        let code = |i: usize| rfm.segment(i).map_or("none", |segment| segment.code());
        let three = |i: usize| rfm.scores.get(i).map(|s| (s.r, s.f, s.m, Overlay::of(*s, &rfm.settings)));
        Ok(sums.iter().enumerate().map(|(i, sums)| (sums.customer, (code(i), three(i)))).collect())
    };
    let (before, after) = (place(now)?, place(then)?);
    let mut all: Vec<Uuid> = before.keys().chain(after.keys()).copied().collect();
    all.sort_unstable();
    all.dedup();
    for id in all {
        let written = |places: &BTreeMap<Uuid, (&'static str, Option<Three>)>| {
            let (segment, three) = places.get(&id).copied().unwrap_or(("none", None));
            let figures = three.map_or_else(String::new, |(r, f, m, _)| format!("{r}{f}{m}"));
            (segment.to_owned(), figures, three)
        };
        tally.count(Some(id), written(&before), written(&after));
    }
    Ok(())
}

fn band(model: &str, e: &Evaluation, base: &Background) -> String {
    let high = base.models.intent.value.high;
    let shows = [
        (e.signs.browsed && e.signs.recall.is_some(), "browsed_and_recall"),
        (e.signs.browsed, "browsed"),
        (e.signs.recall.is_some(), "recall"),
    ];
    let word = match model {
        "grade" => e.grade.map(|g| g.code()),
        "cadence" => e.standing.map(|s| s.status.code()),
        "health" => e.health.band.map(|b| b.code()),
        "tiers" => e.tier.map(|t| t.tier.code()),
        "lifecycle" => Some(e.lifecycle.stage.code()),
        "repeat" => e.prediction.as_ref().map(|p| if p.win_back { "win_back" } else { "staying" }),
        "triggers" => shows.into_iter().find(|(shows, _)| *shows).map(|(_, word)| word),
        "intent" => Some(if e.intent >= high { "high" } else { "none" }),
        _ => e.sdae.asset.map(|a| a.code()),
    };
    word.unwrap_or("none").to_owned()
}

/// What a model changes of a customer beside its band, in words of every language.
fn figures(model: &str, scores: &Scores) -> String {
    let number = |n: Option<f64>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
    let day = |day: Option<NaiveDate>| day.map_or_else(|| "–".to_owned(), |day| day.to_string());
    match model {
        "grade" => number(scores.grade_score),
        "cadence" => format!("{} · {}", day(scores.cadence_due_on), number(scores.cadence_priority)),
        "sdae" => scores.sdae.map(number).join(" / "),
        "health" => number(scores.health),
        "repeat" => number(scores.alive),
        "triggers" => day(scores.signs[1]),
        "intent" => scores.intent.map_or_else(|| "–".to_owned(), |points| points.to_string()),
        _ => String::new(),
    }
}

/// The latest contacts under both settings: right or not by the goal of each.
fn contacts(ctx: &mut Ctx<'_>, now: &Models, then: &Models, tally: &mut Tally) -> Result<()> {
    for inputs in persistence::contact_materials::latest_inputs(ctx.conn, CONTACTS)? {
        let facts: Facts = serde_json::from_str(&inputs).unwrap_or_default();
        let written = |models: &Models| {
            let settings = &models.four_r.value;
            let found = four_r::score(facts, settings);
            let band = match found.mean() {
                Some(mean) if mean >= settings.goal => "right",
                Some(_) => "wrong",
                None => "none",
            };
            (band.to_owned(), String::new(), found.scores)
        };
        tally.count(None, written(now), written(then));
    }
    Ok(())
}

#[derive(Default)]
struct Tally {
    all: u64,
    changed: u64,
    people: u64,
    bands: BTreeMap<String, (u64, u64)>,
    /// Customers by their lifecycle stage now and then.
    moves: BTreeMap<[Stage; 2], u64>,
    examples: Vec<(Uuid, String, String)>,
}

impl Tally {
    /// Counts what would be written now and then: its band, its figures, all of it.
    fn count<T: PartialEq>(&mut self, id: Option<Uuid>, before: (String, String, T), after: (String, String, T)) {
        self.all += 1;
        if before != after {
            self.changed += 1;
            let (was, becomes) = if before.0 == after.0 { (&before.1, &after.1) } else { (&before.0, &after.0) };
            if let Some(id) = id.filter(|_| was != becomes && self.examples.len() < EXAMPLES) {
                self.examples.push((id, was.clone(), becomes.clone()));
            }
        }
        self.bands.entry(before.0).or_default().0 += 1;
        self.bands.entry(after.0).or_default().1 += 1;
    }

    fn show(self, model: &str, examples: Vec<ScorePreviewExample>) -> ScorePreview {
        let band = |(band, (before, after))| ScorePreviewBand { band, before, after };
        ScorePreview {
            model: model.to_owned(),
            previewable: true,
            customers: self.all,
            changed: self.changed,
            rights_changed: 0,
            people: self.people,
            bands: self.bands.into_iter().map(band).collect(),
            examples,
            rights: Vec::new(),
        }
    }
}
