//! How customers move through the stages of their life with us (S1-01).

use super::four_r::period;
use crate::metrics::{Narrow, People, pick};
use crate::totals::list_link;
use crate::{Ctx, Result};
use contract::problem::Lang;
use contract::scoring::{LifecycleFlow, LifecycleMove, LifecycleStageRow, PeriodQuery};
use domain::lifecycle::Stage;
use domain::policy::Action;
use persistence::lifecycle as store;
use serde_json::{Value as Json, json};

/// The stages of the customers that the caller may see, and the moves between them in the period.
pub fn lifecycle_flow(ctx: &mut Ctx<'_>, query: &PeriodQuery, lang: Lang) -> Result<LifecycleFlow> {
    let visible = ctx.require_all(&[("customers", Action::Read), ("scores", Action::Read)])?;
    let days @ (from, to) = period(ctx, query.from, query.to)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let conditions = people.conditions(&narrow);
    let visible = people.narrow(&visible, &narrow);
    let link = |tests: &[Json]| {
        let all = [conditions.as_slice(), tests].concat();
        list_link("customers", &json!({ "all": all }))
    };
    let is = |field: &str, stage: Stage| json!({ "field": field, "op": "eq", "value": stage.code() });
    let within =
        |field: &str| [("gte", from), ("lte", to)].map(|(op, day)| json!({ "field": field, "op": op, "value": day }));
    let codes = Stage::ALL.map(Stage::code);
    let standing = persistence::cadence::by_word(ctx.conn, "lifecycle_stage", &codes, visible.owners())?;
    let stopped = store::stopped(ctx.conn, days, visible.owners())?;
    let mut moves: Vec<(Stage, Stage, i64)> = store::moved(ctx.conn, days, visible.owners())?
        .into_iter()
        .filter_map(|(from, to, n)| Some((Stage::parse(&from)?, Stage::parse(&to)?, n)))
        .filter(|(from, to, _)| from != to)
        .collect();
    moves.sort_unstable();
    let count = |found: &[(String, i64)], stage: Stage| {
        found.iter().find(|(code, _)| code == stage.code()).map_or(0, |(_, n)| *n)
    };
    let sum = |into: Stage, back: bool| {
        moves.iter().filter(|(from, to, _)| *to == into && (to < from) == back).map(|(_, _, n)| n).sum()
    };
    let stage = |stage: Stage| LifecycleStageRow {
        stage: stage.code().to_owned(),
        label: pick(lang, stage.label()).to_owned(),
        focus: lang.pick(&stage.focus().zh, &stage.focus().en).to_owned(),
        customers: count(&standing, stage),
        drill_down: link(&[is("lifecycle_stage", stage)]),
        came: sum(stage, false),
        came_back: sum(stage, true),
        stopped: count(&stopped, stage),
        stopped_drill_down: link(&[&[is("lifecycle_stage", stage)], within("invest_stopped_on").as_slice()].concat()),
    };
    let moved = |(before, now, customers): &(Stage, Stage, i64)| LifecycleMove {
        from: before.code().to_owned(),
        to: now.code().to_owned(),
        back: now < before,
        customers: *customers,
        drill_down: link(
            &[&[is("lifecycle_from", *before), is("lifecycle_stage", *now)], within("lifecycle_on").as_slice()]
                .concat(),
        ),
    };
    Ok(LifecycleFlow {
        from,
        to,
        stages: Stage::ALL.into_iter().map(stage).collect(),
        moves: moves.iter().map(moved).collect(),
    })
}
