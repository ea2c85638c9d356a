//! The groups of a metric: which group a row of the totals belongs to, its name and its list.

use super::people::{People, in_teams};
use crate::totals::json_id;
use crate::{Ctx, Result};
use chrono::{Datelike, Months, NaiveDate};
use contract::problem::Lang;
use domain::metrics::{Contribution, Group, Metric, Period};
use persistence::totals::By;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use uuid::Uuid;

/// What tells groups apart; `None` for records without one.
pub(super) type GroupKey = Option<String>;

/// How the rows of one answer are grouped.
pub(super) struct Groups<'a> {
    group: Group,
    people: &'a People,
    owners: HashMap<Uuid, GroupKey>,
    names: HashMap<String, (usize, String)>,
}

impl<'a> Groups<'a> {
    /// Reads what the names of the groups need.
    pub(super) fn load(ctx: &mut Ctx<'_>, people: &'a People, group: Group) -> Result<Groups<'a>> {
        let mut owners = HashMap::new();
        let mut names = HashMap::new();
        for member in people.members() {
            let key = match group {
                Group::User => Some(member.id.to_string()),
                Group::Team => member.team.map(|t| t.to_string()),
                Group::Region => member.team.and_then(|t| people.region(t)).map(str::to_owned),
                Group::Product | Group::Stage | Group::Month => continue,
            };
            if let Some(key) = &key {
                let name = match group {
                    Group::User => member.name.clone(),
                    Group::Team => member.team.and_then(|t| people.team(t)).map(|t| t.name.clone()).unwrap_or_default(),
                    Group::Region | Group::Product | Group::Stage | Group::Month => key.clone(),
                };
                names.insert(key.clone(), (0, name));
            }
            owners.insert(member.id, key);
        }
        if group == Group::Stage {
            let (stages, _) = persistence::pipeline::stages(ctx.conn)?;
            names.extend(stages.into_iter().enumerate().map(|(place, s)| (s.id.to_string(), (place, s.name))));
        }
        Ok(Groups { group, people, owners, names })
    }

    /// By what the totals must be kept apart.
    pub(super) fn by(&self) -> By {
        By {
            day: self.group == Group::Month,
            owner: matches!(self.group, Group::User | Group::Team | Group::Region),
            stage: self.group == Group::Stage,
            product: self.group == Group::Product,
            bucket: false,
        }
    }

    /// The group of a row.
    pub(super) fn key(&self, row: &Contribution) -> GroupKey {
        let id = |id: Uuid| (!id.is_nil()).then(|| id.to_string());
        match self.group {
            Group::User | Group::Team | Group::Region => self.owners.get(&row.key.owner).cloned().flatten(),
            Group::Product => id(row.key.product),
            Group::Stage => id(row.key.stage),
            Group::Month => (row.key.day != NaiveDate::default())
                .then(|| format!("{:04}-{:02}", row.key.day.year(), row.key.day.month())),
        }
    }

    /// Names of products that the caller may see, known only once the rows are.
    pub(super) fn learn(&mut self, ctx: &mut Ctx<'_>, keys: &[GroupKey]) -> Result<()> {
        if self.group != Group::Product {
            return Ok(());
        }
        let ids: Vec<Uuid> = keys.iter().flatten().filter_map(|k| Uuid::try_parse(k).ok()).collect();
        let titles = crate::records::titles(ctx, [("products", ids)])?;
        self.names.extend(titles.into_iter().map(|(id, title)| (id.to_string(), (0, title))));
        Ok(())
    }

    /// What a person reads.
    pub(super) fn label(&self, key: &GroupKey, lang: Lang) -> String {
        match key {
            Some(key) => self.names.get(key).map_or_else(|| key.clone(), |(_, name)| name.clone()),
            None => super::pick(lang, ["未填写", "None"]).to_owned(),
        }
    }

    /// Months and stages come in their order; everything else by value.
    pub(super) fn place(&self, key: &GroupKey) -> Option<(usize, String)> {
        match (self.group, key) {
            (Group::Month, Some(month)) => Some((0, month.clone())),
            (Group::Stage, Some(stage)) => {
                Some((self.names.get(stage).map_or(usize::MAX - 1, |(p, _)| *p), String::new()))
            }
            (Group::Month | Group::Stage, None) => Some((usize::MAX, String::new())),
            (Group::User | Group::Team | Group::Region | Group::Product, _) => None,
        }
    }

    /// The conditions of a group's list, and its period.
    pub(super) fn list(&self, metric: &Metric, key: &GroupKey, period: Period) -> (Vec<Json>, Period) {
        let by_field = |field: &str| match key {
            Some(id) => json!({"field": field, "op": "eq", "value": id}),
            None => json!({"field": field, "op": "is_empty"}),
        };
        let condition = match self.group {
            Group::User => by_field("owner_id"),
            Group::Team => by_field("owner_id.team_id"),
            Group::Product => by_field("product_id"),
            Group::Stage => by_field("stage_id"),
            Group::Region => {
                let teams = self.people.teams_of_region(key.as_deref());
                in_teams(if key.is_some() { "in" } else { "not_in" }, &teams)
            }
            Group::Month => {
                let Some(month) = key.as_deref().and_then(month_of) else {
                    return (vec![json!({"field": metric.date_field, "op": "is_empty"})], period);
                };
                return (Vec::new(), within(month, period));
            }
        };
        (vec![condition], period)
    }
}

/// A condition that a record belongs to one owner.
pub(crate) fn link_condition(field: &str, id: Uuid) -> Json {
    json!({"field": field, "op": "eq", "value": json_id(id)})
}

fn month_of(key: &str) -> Option<Period> {
    let from = NaiveDate::parse_from_str(&format!("{key}-01"), "%Y-%m-%d").ok()?;
    Some(whole_months(Period { from: Some(from), to: Some(from) }))
}

/// The days of both.
fn within(a: Period, b: Period) -> Period {
    Period { from: a.from.max(b.from), to: a.to.min(b.to).or(a.to) }
}

/// From the first day of the first month to the last day of the last.
pub(crate) fn whole_months(period: Period) -> Period {
    let last = |day: NaiveDate| {
        let next = day.with_day(1)?.checked_add_months(Months::new(1))?;
        next.pred_opt()
    };
    Period { from: period.from.and_then(|d| d.with_day(1)), to: period.to.and_then(last) }
}
