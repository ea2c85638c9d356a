//! One metric: its value, its groups, and the lists behind them.

use super::groups::{GroupKey, Groups, link_condition, whole_months};
use super::people::{Narrow, People};
use super::pick;
use crate::reports::stage_weights;
use crate::totals::{check_days, day_value, list_link};
use crate::{Ctx, Error, Result, Visible};
use contract::metrics::{MetricQuery, MetricRow, MetricValue};
use contract::problem::Lang;
use domain::metrics::{Formula, Group, Metric, Period, Tally, drill_down, metric};
use domain::policy::Action;
use persistence::totals::{By, Which, sums};
use serde_json::Value as Json;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The value of a metric under a query; `NotFound` for an unknown key.
pub fn value(ctx: &mut Ctx<'_>, key: &str, query: &MetricQuery, lang: Lang) -> Result<MetricValue> {
    let metric = metric(key).ok_or(Error::NotFound)?;
    let def = domain::objects::find(metric.object).ok_or(Error::NotFound)?;
    let visible = ctx.require_all(&[(def.permission, Action::Read), ("metrics", Action::Read)])?;
    let group = read_group(metric, query)?;
    check_days(query.from, query.to)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let request = Request { metric, query, narrow, period: period(metric, query), people: &people };
    request.answer(ctx, group, &visible, lang)
}

fn read_group(metric: &Metric, query: &MetricQuery) -> Result<Option<Group>> {
    for (name, given) in [("product_id", query.product_id), ("pipeline_id", query.pipeline_id)] {
        if given.is_some() && metric.object != "opportunities" {
            return Err(Error::field(name, "unknown_parameter", ""));
        }
    }
    let Some(word) = &query.group_by else { return Ok(None) };
    let group = Group::parse(word).filter(|g| metric.groups.contains(g));
    let words = || metric.groups.iter().map(|g| g.word()).collect::<Vec<_>>().join(", ");
    group.map(Some).ok_or_else(|| Error::field("group_by", "choice", words()))
}

/// Stocks are kept by month, so a period means its whole months.
fn period(metric: &Metric, query: &MetricQuery) -> Period {
    let asked = Period { from: query.from, to: query.to };
    if metric.is_stock() { whole_months(asked) } else { asked }
}

struct Request<'a> {
    metric: &'static Metric,
    query: &'a MetricQuery,
    narrow: Narrow,
    period: Period,
    people: &'a People,
}

impl Request<'_> {
    fn answer(&self, ctx: &mut Ctx<'_>, group: Option<Group>, visible: &Visible, lang: Lang) -> Result<MetricValue> {
        let mut groups = match group {
            Some(group) => Some(Groups::load(ctx, self.people, group)?),
            None => None,
        };
        let weights = match self.metric.formula {
            Formula::Weighted => stage_weights(ctx, visible)?,
            Formula::Sum(_) | Formula::Ratio { .. } | Formula::Median(_) => HashMap::new(),
        };
        let (whole, parts) = self.tallies(ctx, groups.as_ref(), visible, &weights)?;
        let mut rows = Vec::new();
        if let Some(groups) = &mut groups {
            let keys: Vec<GroupKey> = parts.keys().cloned().collect();
            groups.learn(ctx, &keys)?;
            rows = self.rows(ctx, groups, &parts, lang);
        }
        Ok(MetricValue {
            key: self.metric.key.to_owned(),
            label: pick(lang, self.metric.label).to_owned(),
            unit: self.metric.unit.word().to_owned(),
            value: whole.value(self.metric),
            n: whole.records(self.metric),
            group_by: group.map(|g| g.word().to_owned()),
            rows,
            drill_down: self.link(ctx, &[], self.period),
            recount: crate::recounts::shown(ctx, self.query.pipeline_id),
        })
    }

    /// The sums of everything and of every group.
    fn tallies(
        &self,
        ctx: &mut Ctx<'_>,
        groups: Option<&Groups<'_>>,
        visible: &Visible,
        weights: &HashMap<Uuid, f64>,
    ) -> Result<(Tally, BTreeMap<GroupKey, Tally>)> {
        let visible = self.people.narrow(visible, &self.narrow);
        let by = groups.map_or(By::default(), Groups::by);
        let by = By {
            bucket: self.metric.needs_buckets(),
            stage: by.stage || matches!(self.metric.formula, Formula::Weighted),
            ..by
        };
        let measures = self.metric.measures();
        let which = Which {
            measures: &measures,
            from: self.period.from,
            to: self.period.to,
            owners: visible.owners(),
            pipeline: self.query.pipeline_id,
            product: self.query.product_id,
        };
        let mut whole = Tally::new();
        let mut parts: BTreeMap<GroupKey, Tally> = BTreeMap::new();
        for row in sums(ctx.conn, &which, by)? {
            let weight = weights.get(&row.key.stage).copied().unwrap_or(0.0);
            whole.add(&row, weight);
            if let Some(groups) = groups {
                parts.entry(groups.key(&row)).or_default().add(&row, weight);
            }
        }
        Ok((whole, parts))
    }

    fn rows(
        &self,
        ctx: &Ctx<'_>,
        groups: &Groups<'_>,
        parts: &BTreeMap<GroupKey, Tally>,
        lang: Lang,
    ) -> Vec<MetricRow> {
        let row = |(key, tally): (&GroupKey, &Tally)| {
            let (conditions, period) = groups.list(self.metric, key, self.period);
            MetricRow {
                key: key.clone(),
                label: groups.label(key, lang),
                value: tally.value(self.metric),
                n: tally.records(self.metric),
                drill_down: self.link(ctx, &conditions, period),
            }
        };
        let mut rows: Vec<MetricRow> = parts.iter().map(row).collect();
        rows.sort_by(|a, b| match (groups.place(&a.key), groups.place(&b.key)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => greater_first(a.value, b.value).then_with(|| a.label.cmp(&b.label)),
        });
        rows
    }

    /// The list that a number counts.
    fn link(&self, ctx: &Ctx<'_>, more: &[Json], period: Period) -> String {
        let cx = ctx.parse();
        let mut conditions = self.people.conditions(&self.narrow);
        conditions.extend(self.query.product_id.map(|id| link_condition("product_id", id)));
        conditions.extend(self.query.pipeline_id.map(|id| link_condition("pipeline_id", id)));
        conditions.extend_from_slice(more);
        let day = |day, end| day_value(self.metric.date_field, day, end, &cx);
        let list = drill_down(self.metric, period, &conditions, day);
        list_link(list.object, &list.filter)
    }
}

/// The greatest value first, what has none last.
fn greater_first(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
