//! The stages of a pipeline as the models number them, and their probabilities.

use crate::{Ctx, Error, Result, Visible};
use domain::forecast::{StageProbability, stage_probabilities};
use domain::funnel::Standing;
use domain::ladder::number;
use domain::metrics::{Contribution, Measure, OpportunityStatus, standing_of};
use persistence::pipeline::Stage;
use persistence::totals::{By, Which, sums};
use std::collections::HashMap;
use uuid::Uuid;

/// A pipeline's stages in order; the models see those that do not mean lost.
pub(super) struct Ladder {
    pub(super) pipeline: Uuid,
    pub(super) stages: Vec<Stage>,
}

impl Ladder {
    /// The stages of this pipeline, of the default one if none is named.
    pub(super) fn load(ctx: &mut Ctx<'_>, pipeline: Option<Uuid>) -> Result<Ladder> {
        let (stages, default) = persistence::pipeline::stages(ctx.conn)?;
        let found = pipeline.or(default).ok_or(Error::NotFound)?;
        let stages: Vec<Stage> = stages.into_iter().filter(|s| s.pipeline_id == found).collect();
        if stages.is_empty() && pipeline.is_some() {
            let shape = ctx.shape("pipelines")?;
            let all = persistence::records::Owners::All;
            if !persistence::records::exists(ctx.conn, &shape, found, all)? {
                return Err(Error::NotFound);
            }
        }
        Ok(Ladder { pipeline: found, stages })
    }

    /// The same for a pipeline that a parameter names: an unknown one is the parameter's fault.
    pub(super) fn asked(ctx: &mut Ctx<'_>, pipeline: Option<Uuid>) -> Result<Ladder> {
        Ladder::load(ctx, pipeline).map_err(|e| match e {
            Error::NotFound => Error::field("pipeline_id", "link_missing", ""),
            e => e,
        })
    }

    /// The stages that the models number.
    pub(super) fn rungs(&self) -> impl Iterator<Item = &Stage> + Clone {
        self.stages.iter().filter(|s| s.kind != "lost")
    }

    /// Rows of [`Measure::Cohort`] or [`Measure::Standing`] as the models take them.
    pub(super) fn standings<'r>(&self, rows: impl Iterator<Item = &'r Contribution>) -> Vec<Standing> {
        let open: Vec<i64> = self.rungs().filter(|s| s.kind == "open").map(|s| s.position).collect();
        let last = self.rungs().count().saturating_sub(1);
        rows.map(|row| {
            let (position, status) = standing_of(row.key.bucket);
            Standing {
                furthest: match status {
                    OpportunityStatus::Won => last,
                    OpportunityStatus::Open | OpportunityStatus::Lost => number(&open, i64::from(position)),
                },
                status,
                n: u64::try_from(row.sums.n).unwrap_or(0),
                amount_minor: row.sums.amount,
            }
        })
        .collect()
    }

    /// The probability of every stage; that of won ones is 1, of lost ones 0.
    pub(super) fn probabilities(&self, history: &[Standing]) -> Vec<(Uuid, StageProbability)> {
        let manual: Vec<Option<f64>> = self.rungs().map(|s| s.probability.map(|p| p / 100.0)).collect();
        let mut learnt = stage_probabilities(manual.len(), history, &manual).into_iter();
        let fixed = |p: f64| StageProbability { probability: p, historic: p, closed: 0, won: 0, manual: None };
        self.stages
            .iter()
            .map(|stage| {
                let rung = if stage.kind == "lost" { None } else { learnt.next() };
                let probability = match stage.kind.as_str() {
                    "lost" => fixed(0.0),
                    "won" => rung.map_or(fixed(1.0), |r| StageProbability { probability: 1.0, ..r }),
                    _ => rung.unwrap_or(fixed(0.0)),
                };
                (stage.id, probability)
            })
            .collect()
    }
}

/// How all opportunities of a pipeline stand, as far as the caller may see them.
pub(super) fn history(ctx: &mut Ctx<'_>, ladder: &Ladder, visible: &Visible) -> Result<Vec<Standing>> {
    let which = Which {
        measures: &[Measure::Standing],
        from: None,
        to: None,
        owners: visible.owners(),
        pipeline: Some(ladder.pipeline),
        product: None,
    };
    let rows = sums(ctx.conn, &which, By { bucket: true, ..By::default() })?;
    let closed: Vec<Standing> =
        ladder.standings(rows.iter()).into_iter().filter(|s| s.status != OpportunityStatus::Open).collect();
    Ok(closed)
}

/// The probability (0..1) of every stage of every pipeline.
pub(crate) fn stage_weights(ctx: &mut Ctx<'_>, visible: &Visible) -> Result<HashMap<Uuid, f64>> {
    let (stages, _) = persistence::pipeline::stages(ctx.conn)?;
    let mut ladders: Vec<Ladder> = Vec::new();
    for stage in stages {
        match ladders.iter_mut().find(|l| l.pipeline == stage.pipeline_id) {
            Some(ladder) => ladder.stages.push(stage),
            None => ladders.push(Ladder { pipeline: stage.pipeline_id, stages: vec![stage] }),
        }
    }
    let mut weights = HashMap::new();
    for ladder in &ladders {
        let history = history(ctx, ladder, visible)?;
        weights.extend(ladder.probabilities(&history).into_iter().map(|(id, p)| (id, p.probability)));
    }
    Ok(weights)
}
