//! Every score of a customer with its reasons.

use super::cadence::row;
use super::customers::{self, Background, Known};
use super::evaluate::{Evaluation, evaluate};
use super::playbooks;
use crate::metrics::{Narrow, People, pick};
use crate::totals::list_link;
use crate::{Ctx, Error, Result};
use contract::problem::Lang;
use contract::scoring::{
    CustomerScores, DistributionQuery, GradeScore, HealthScore, IntentScore, LifecycleCondition, LifecycleScore,
    LifecycleStay, RepeatScore, ScoreBand, ScoreChange, ScoreDistribution, ScorePart, SdaeDimension, SdaeScore,
    TierScore,
};
use domain::fields::Kind;
use domain::health::{Alert, Band};
use domain::lifecycle::Stage;
use domain::policy::Action;
use domain::profiles::Profile;
use domain::repeat;
use domain::sdae::Source;
use domain::weighted::Part;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Changes shown of each score.
const HISTORY: i64 = 60;

/// Every score of a customer as of now.
pub fn customer(ctx: &mut Ctx<'_>, id: Uuid, lang: Lang) -> Result<CustomerScores> {
    ctx.require("scores", Action::Read)?;
    let (shape, record) = crate::records::get(ctx, "customers", id)?;
    let name = record.get(&shape, "name").as_str().unwrap_or_default().to_owned();
    let base = Background::load(ctx)?;
    let known = customers::known(ctx, &base, &[id], false)?.into_iter().next().ok_or(Error::NotFound)?;
    let evaluation = evaluate(&known, &base);
    let people = People::load(ctx)?;
    let changes = persistence::customer_scores::history(ctx.conn, id, HISTORY)?;
    let stays = persistence::lifecycle::stays(ctx.conn, id, 24)?;
    let served = match evaluation.tier {
        Some(tiered) => super::service::of(ctx, &shape, &record, tiered.tier)?,
        None => super::service::Served::default(),
    };
    Ok(CustomerScores {
        customer_id: id,
        grade: grade(&known, &evaluation, &base, lang),
        cadence: row(&known, &evaluation, name, &people, lang),
        sdae: sdae(&evaluation, &base, lang),
        health: health(&evaluation, &base, lang),
        lifecycle: lifecycle(&known, &evaluation, &base, stays, lang),
        tier: tier(&evaluation, &base, served, lang),
        repeat: repeat_purchase(&evaluation, &base),
        approach: approach(&known, lang),
        intent: intent(&known, &evaluation, &base),
        playbooks: suggested(&known, &evaluation, &base, lang),
        history: changes.into_iter().map(change).collect(),
    })
}

fn plain(part: &Part, label: [&'static str; 2], lang: Lang) -> ScorePart {
    ScorePart {
        key: part.key.to_owned(),
        label: pick(lang, label).to_owned(),
        formula: String::new(),
        weight: part.weight,
        value: part.value,
        points: part.points,
        source: if part.value.is_some() { "computed" } else { "missing" }.to_owned(),
        age_days: None,
    }
}

fn grade(known: &Known, e: &Evaluation, base: &Background, lang: Lang) -> GradeScore {
    const LABELS: [[&str; 2]; 3] = [["潜力", "Potential"], ["匹配度", "Fit"], ["战略价值", "Strategic value"]];
    let settings = &base.models.grade.value;
    let shares: f64 = domain::grade::Grade::ALL.iter().map(|g| settings.target_share.get(*g)).sum();
    GradeScore {
        grade: e.grade.map(|g| g.code().to_owned()),
        computed: e.graded.computed.map(|g| g.code().to_owned()),
        manual: known.customer.grade_manual,
        score: e.graded.total.score,
        coverage: e.graded.total.coverage,
        parts: e.graded.parts.iter().zip(LABELS).map(|(part, label)| plain(part, label, lang)).collect(),
        target_share: e.grade.map(|g| 100.0 * settings.target_share.get(g) / shares),
        settings_version: base.models.grade.version,
    }
}

fn sdae(e: &Evaluation, base: &Background, lang: Lang) -> SdaeScore {
    let part = |input: &domain::sdae::Input| {
        let (label, formula) = (input.indicator.label(), input.indicator.formula());
        let (source, age_days) = match input.source {
            Source::Computed => ("computed", None),
            Source::Assessed { age_days } => ("assessed", Some(age_days)),
            Source::Stale { age_days } => ("stale", Some(age_days)),
            Source::Missing => ("missing", None),
        };
        ScorePart {
            key: input.indicator.code().to_owned(),
            label: lang.pick(&label.zh, &label.en).to_owned(),
            formula: lang.pick(&formula.zh, &formula.en).to_owned(),
            weight: input.part.weight,
            value: input.part.value,
            points: input.part.points,
            source: source.to_owned(),
            age_days,
        }
    };
    let dimension = |d: &domain::sdae::DimensionScore| SdaeDimension {
        dimension: d.dimension.code().to_owned(),
        label: pick(lang, d.dimension.label()).to_owned(),
        score: d.total.score,
        coverage: d.total.coverage,
        band: d.band.map(|b| b.code().to_owned()),
        band_label: d.band.map(|b| pick(lang, b.label()).to_owned()),
        parts: e.sdae.inputs_of(d.dimension).map(part).collect(),
    };
    SdaeScore {
        dimensions: e.sdae.dimensions.iter().map(dimension).collect(),
        weakest: e.sdae.weakest.map(|d| d.code().to_owned()),
        asset_class: e.sdae.asset.map(|a| a.code().to_owned()),
        asset_label: e.sdae.asset.map(|a| pick(lang, a.label()).to_owned()),
        at_risk: e.sdae.at_risk,
        settings_version: base.models.sdae.version,
    }
}

fn health(e: &Evaluation, base: &Background, lang: Lang) -> HealthScore {
    let part = |part: &Part| {
        let mut shown = plain(part, ["", ""], lang);
        if let Some((label, formula)) = domain::health::describe(part.key) {
            shown.label = lang.pick(&label.zh, &label.en).to_owned();
            shown.formula = lang.pick(&formula.zh, &formula.en).to_owned();
        }
        shown
    };
    let churn = e.signs.churn;
    HealthScore {
        score: e.health.total.score,
        coverage: e.health.total.coverage,
        band: e.health.band.map(|b| b.code().to_owned()),
        band_label: e.health.band.map(|b| pick(lang, b.label()).to_owned()),
        parts: e.health.parts.iter().map(part).collect(),
        silent: churn.silent,
        silent_since: churn.silent_from,
        competitor_views: churn.facts.competitor_views,
        high_churn_risk: churn.high,
        alerts: e.signs.alerts.iter().map(|alert| told(alert, base, lang)).collect(),
        settings_version: base.models.health.version,
    }
}

/// A fall of health in a sentence.
fn told(alert: &Alert, base: &Background, lang: Lang) -> String {
    let days = base.models.health.value.alert_days;
    let name = |band: &Band| pick(lang, band.label());
    match (alert, lang) {
        (Alert::Fell { indicator, from, to }, lang) => {
            let label = domain::health::describe(indicator).map(|(label, _)| label);
            let label = label.as_ref().map_or(*indicator, |l| lang.pick(&l.zh, &l.en));
            match lang {
                Lang::Zh => format!("{label} {days} 天内从 {from:.0} 分降到 {to:.0} 分"),
                Lang::En => format!("{label} fell from {from:.0} to {to:.0} within {days} days"),
            }
        }
        (Alert::BandDropped { from, to }, Lang::Zh) => format!("{days} 天内从“{}”变为“{}”", name(from), name(to)),
        (Alert::BandDropped { from, to }, Lang::En) => {
            format!("From “{}” to “{}” within {days} days", name(from), name(to))
        }
    }
}

fn lifecycle(
    known: &Known,
    e: &Evaluation,
    base: &Background,
    stays: Vec<persistence::lifecycle::Stay>,
    lang: Lang,
) -> LifecycleScore {
    let settings = &base.models.lifecycle.value;
    let stage = e.lifecycle.stage;
    let mut conditions = Vec::new();
    for later in Stage::ALL.into_iter().filter(|s| *s > stage) {
        for (alternative, tests) in (0u32..).zip(domain::lifecycle::examine(later, &e.lifecycle_facts, &settings.entry))
        {
            for checked in tests {
                let fact = checked.test.fact.label();
                let op = serde_json::to_value(checked.test.op).ok();
                conditions.push(LifecycleCondition {
                    stage: later.code().to_owned(),
                    alternative,
                    key: checked.test.fact.code().to_owned(),
                    fact: lang.pick(&fact.zh, &fact.en).to_owned(),
                    op: op.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned(),
                    value: checked.test.value,
                    found: checked.found,
                    holds: checked.holds,
                });
            }
        }
    }
    let focus = stage.focus();
    let name = |word: &str| Stage::parse(word).map_or(word, |s| pick(lang, s.label())).to_owned();
    let stay = |s: persistence::lifecycle::Stay| LifecycleStay {
        label: name(&s.stage),
        stage: s.stage,
        entered_at: s.entered_at,
        left_at: s.left_at,
    };
    let held = settings.entitlements.iter().filter(|right| right.holds_in(stage));
    LifecycleScore {
        stage: stage.code().to_owned(),
        label: pick(lang, stage.label()).to_owned(),
        focus: lang.pick(&focus.zh, &focus.en).to_owned(),
        manual: known.customer.lifecycle_manual,
        conditions,
        history: stays.into_iter().map(stay).collect(),
        entitlements: held.map(|right| lang.pick(&right.zh, &right.en).to_owned()).collect(),
        settings_version: base.models.lifecycle.version,
    }
}

fn tier(e: &Evaluation, base: &Background, served: super::service::Served, lang: Lang) -> Option<TierScore> {
    let tiered = e.tier?;
    let settings = &base.models.tiers.value;
    Some(TierScore {
        tier: tiered.tier.code().to_owned(),
        label: pick(lang, tiered.tier.label()).to_owned(),
        paid_minor: tiered.paid_minor,
        to_next_minor: tiered.to_next_minor,
        services: settings
            .preset
            .services(tiered.tier)
            .iter()
            .map(|s| lang.pick(&s.text.zh, &s.text.en).to_owned())
            .collect(),
        success_managers: served.by,
        could_serve: served.could,
        case_to_send: served.case,
        settings_version: base.models.tiers.version,
    })
}

fn repeat_purchase(e: &Evaluation, base: &Background) -> Option<RepeatScore> {
    let prediction = e.prediction.as_ref()?;
    let late = base.models.repeat.value.overdue;
    let gap = e.facts.cycle_days.zip(e.facts.days_since_order).map(|(cycle, since)| repeat::gap(cycle, since, late));
    Some(RepeatScore {
        repeats: prediction.history.repeats,
        alive: 100.0 * prediction.p_alive,
        expected_purchases: prediction.purchases.to_vec(),
        mean_minor: prediction.mean_minor,
        year_minor: prediction.year_minor,
        lifetime_minor: prediction.lifetime_minor,
        at_risk_minor: prediction.at_risk_minor,
        win_back: prediction.win_back,
        cycle_days: e.facts.cycle_days,
        next_in_days: gap.map(|g| g.expected_in_days),
        low_repurchase: e.signs.recall.is_some(),
        fitted_customers: base.fit.as_ref().map_or(0, |fit| fit.customers),
        converged: base.fit.as_ref().is_some_and(|fit| fit.converged),
        settings_version: base.models.repeat.version,
    })
}

fn intent(known: &Known, e: &Evaluation, base: &Background) -> Option<IntentScore> {
    (!known.seen.is_empty()).then_some(IntentScore {
        points: e.intent,
        high_from: base.models.intent.value.high,
        is_high: e.intent >= base.models.intent.value.high,
        browsed: e.signs.browsed,
        settings_version: base.models.intent.version,
    })
}

fn approach(known: &Known, lang: Lang) -> Option<String> {
    let approach = known.customer.profile.as_deref().and_then(Profile::parse)?.approach();
    Some(lang.pick(&approach.zh, &approach.en).to_owned())
}

fn suggested(known: &Known, e: &Evaluation, base: &Background, lang: Lang) -> Vec<contract::scoring::Playbook> {
    playbooks::fitting(known, e, base).into_iter().map(|entry| playbooks::show(entry, lang)).collect()
}

fn change(c: persistence::customer_scores::Change) -> ScoreChange {
    let inputs = c.inputs.as_deref().and_then(|s| serde_json::from_str::<Json>(s).ok()).unwrap_or_default();
    let dimensions: Option<Vec<Option<f64>>> =
        inputs.get("scores").and_then(|s| serde_json::from_value(s.clone()).ok());
    // The history stores an unknown score as 0: what it was made of tells it from a true one.
    let known = c.value != 0.0
        || match c.model.as_str() {
            "grade" => {
                let parts = inputs.get("parts").and_then(Json::as_array);
                parts.into_iter().flatten().any(|part| part["points"].is_number()) || inputs["score"].is_number()
            }
            "sdae" => dimensions.iter().flatten().any(Option::is_some),
            "repeat" => inputs.pointer("/prediction/history/repeats").and_then(Json::as_i64).is_some_and(|n| n > 0),
            _ => c.band != "none",
        };
    ScoreChange {
        value: Some(c.value).filter(|_| known),
        model: c.model,
        at: c.at,
        band: c.band,
        dimensions,
        settings_version: c.settings_version,
    }
}

/// Customers by one of their scores, those that the caller may see.
pub fn distribution(ctx: &mut Ctx<'_>, query: &DistributionQuery, lang: Lang) -> Result<ScoreDistribution> {
    const BY: [&str; 7] =
        ["grade", "lifecycle_stage", "service_tier", "asset_class", "sdae_weakest", "health_band", "rfm_segment"];
    let visible = ctx.require_all(&[("customers", Action::Read), ("scores", Action::Read)])?;
    let column = BY.into_iter().find(|b| *b == query.by);
    let column = column.ok_or_else(|| Error::field("by", "choice", BY.join(", ")))?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let conditions = people.conditions(&narrow);
    let visible = people.narrow(&visible, &narrow);
    let shape = ctx.shape("customers")?;
    let field = shape.find(column).map(|(_, field)| field.clone()).ok_or(Error::NotFound)?;
    let choices: Vec<(String, _)> = match &field.kind {
        Kind::Choice(choices) => choices.iter().map(|c| (c.key.to_string(), c.label.clone())).collect(),
        _ => Vec::new(),
    };
    // The kept grid knows every live customer by owner, so those without a word need not be read.
    let grid = persistence::rfm_grid::cells(ctx.conn, visible.owners())?;
    let all: i64 = grid.iter().map(|cell| cell.customers).sum();
    let words: Vec<&str> = choices.iter().map(|(key, _)| key.as_str()).collect();
    let found: Vec<(String, i64)> = match column {
        "rfm_segment" => grid.iter().filter_map(|c| Some((c.segment.clone()?, c.customers))).collect(),
        _ => persistence::cadence::by_word(ctx.conn, column, &words, visible.owners())?,
    };
    let count = |key: Option<&str>| match key {
        Some(key) => found.iter().filter(|(k, _)| k == key).map(|(_, n)| n).sum::<i64>(),
        None => all - found.iter().map(|(_, n)| n).sum::<i64>(),
    };
    let band = |key: Option<&str>, label: String| {
        let mut all = conditions.clone();
        all.push(match key {
            Some(key) => json!({"field": column, "op": "eq", "value": key}),
            None => json!({"field": column, "op": "is_empty"}),
        });
        ScoreBand {
            key: key.map(str::to_owned),
            label,
            customers: count(key),
            drill_down: list_link("customers", &json!({ "all": all })),
        }
    };
    let mut bands: Vec<ScoreBand> =
        choices.iter().map(|(key, label)| band(Some(key), lang.pick(&label.zh, &label.en).to_owned())).collect();
    if count(None) > 0 {
        bands.push(band(None, lang.pick("未知", "Unknown").to_owned()));
    }
    Ok(ScoreDistribution { by: column.to_owned(), bands })
}
