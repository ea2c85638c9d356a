//! Which channels bring the right customers (S1-02), and how well what we offer fits a customer's needs (S1-03).

use super::four_r::period;
use crate::metrics::{Narrow, People};
use crate::totals::{day_value, list_link};
use crate::{Ctx, Error, Result};
use chrono::{Duration, NaiveDate};
use contract::problem::Lang;
use contract::scoring::{ChannelReport, ChannelRow, NeedFit, PeriodQuery, ScorePart};
use domain::fields::Kind;
use domain::need_fit::{self, Facts, Verdict};
use domain::policy::Action;
use domain::value::Value;
use persistence::channels::{self as store, Channel, Offer};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// How good the channels of a period were.
pub fn channels(ctx: &mut Ctx<'_>, query: &PeriodQuery, lang: Lang) -> Result<ChannelReport> {
    let visible = ctx.require_all(&[("customers", Action::Read), ("scores", Action::Read)])?;
    let days = period(ctx, query.from, query.to)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let people = People::load(ctx)?;
    let conditions = people.conditions(&narrow);
    let visible = people.narrow(&visible, &narrow);
    let parse = ctx.parse();
    let span = (parse.midnight(days.0), parse.midnight(days.1 + Duration::days(1)));
    let found = store::channels(ctx.conn, span, visible.owners())?;
    let rows = found.into_iter().map(|c| row(ctx, c, days, &conditions, lang)).collect::<Result<Vec<_>>>()?;
    Ok(ChannelReport { from: days.0, to: days.1, rows })
}

fn row(
    ctx: &Ctx<'_>,
    channel: Channel,
    days: (NaiveDate, NaiveDate),
    narrowing: &[Json],
    lang: Lang,
) -> Result<ChannelRow> {
    let shape = ctx.shape("customers")?;
    let label = match &channel.source {
        None => lang.pick("来源未填", "Source unknown").to_owned(),
        Some(source) => shape
            .find("source")
            .and_then(|(_, field)| match &field.kind {
                Kind::Choice(choices) => choices.iter().find(|c| c.key == *source).map(|c| c.label.clone()),
                _ => None,
            })
            .map_or_else(|| source.clone(), |l| lang.pick(&l.zh, &l.en).to_owned()),
    };
    let [customers, screened, qualified, graded, good, bought, prospects] =
        channel.counts.map(|n| u64::try_from(n).unwrap_or(0));
    let share = |part: u64, whole: u64| (whole > 0).then(|| 100.0 * part as f64 / whole as f64);
    let cx = ctx.parse();
    let mut of = vec![
        match &channel.source {
            Some(source) => json!({ "field": "source", "op": "eq", "value": source }),
            None => json!({ "field": "source", "op": "is_empty" }),
        },
        json!({ "field": "created_at", "op": "gte", "value": day_value("created_at", days.0, false, &cx) }),
        json!({ "field": "created_at", "op": "lte", "value": day_value("created_at", days.1, true, &cx) }),
    ];
    of.extend_from_slice(narrowing);
    let drill_down = list_link("customers", &json!({ "all": of }));
    let more: [Json; 2] = [
        json!({ "field": "grade", "op": "in", "value": ["A", "B"] }),
        json!({ "field": "last_order_on", "op": "is_empty" }),
    ];
    of.extend(more);
    Ok(ChannelRow {
        source: channel.source,
        label,
        customers,
        screened,
        qualified,
        precision: share(qualified, screened),
        good,
        good_share: share(good, graded),
        bought,
        conversion: share(bought, customers),
        revenue_minor: channel.revenue_minor,
        prospects,
        drill_down,
        prospects_link: list_link("customers", &json!({ "all": of })),
    })
}

/// How well what we offer meets what a customer needs, from the trials and solutions that are written down.
pub fn need_fit(ctx: &mut Ctx<'_>, id: Uuid, lang: Lang) -> Result<NeedFit> {
    let (shape, customer) = crate::records::get(ctx, "customers", id)?;
    let needs: Vec<Uuid> = match customer.get(&shape, "pain_ids") {
        Value::List(list) => list.iter().filter_map(Value::as_id).collect(),
        _ => Vec::new(),
    };
    let solutions = store::solutions(ctx.conn, id)?;
    let trials = store::trials(ctx.conn, id)?;
    let live = |s: &&Offer| s.status != "declined";
    let answers = |pain: &&Uuid| solutions.iter().filter(live).any(|s| s.pains.contains(pain));
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let verdict = |offers: &[Offer], [good, bad]: [&str; 2]| {
        let ended = offers.iter().find(|o| o.status == good || o.status == bad)?;
        Some(Verdict { good: ended.status == good, fit: ended.fit })
    };
    let weighted = need_fit::need_fit(Facts {
        needs: count(needs.len()),
        answered: count(needs.iter().filter(answers).count()),
        offered: solutions.iter().any(|s| s.status != "draft"),
        solution: verdict(&solutions, ["accepted", "declined"]),
        trial: verdict(&trials, ["succeeded", "failed"]),
    });
    let shares = weighted.shares();
    let part = |(input, points): (&domain::weighted::Indicator, Option<f64>)| {
        let (label, formula) = need_fit::describe(&input.key).ok_or_else(|| Error::Internal(input.key.clone()))?;
        Ok(ScorePart {
            key: input.key.clone(),
            label: lang.pick(&label.zh, &label.en).to_owned(),
            formula: lang.pick(&formula.zh, &formula.en).to_owned(),
            weight: input.weight,
            value: input.value,
            points,
            source: if input.value.is_some() { "computed" } else { "missing" }.to_owned(),
            age_days: None,
        })
    };
    let parts = weighted.inputs.iter().zip(shares).map(part).collect::<Result<Vec<_>>>()?;
    Ok(NeedFit {
        score: weighted.score(),
        coverage: weighted.coverage,
        parts,
        trials: trials.len() as u64,
        solutions: solutions.len() as u64,
    })
}
