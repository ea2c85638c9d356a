//! The four Rs of a period: index, bottleneck, leverage, allocation of time, and the records behind them.

use crate::metrics::{Narrow, People, in_teams, pick};
use crate::totals::{check_days, day_value, json_id, list_link};
use crate::{Ctx, Error, Result};
use chrono::{Datelike, Duration, NaiveDate};
use contract::problem::Lang;
use contract::scoring::{
    AllocationShare, ContactScore, ContactScoreValue, FourRGroup, FourRIndex, FourRQuery, FourRReport, FourRValue,
    WorstContact,
};
use domain::four_r::{self, Closed, Facts, R, Tally};
use domain::grade::{self, Grade, Minutes};
use domain::policy::Action;
use persistence::contact_scores::{self as store, By, Latest, Place, Sums, Whose};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

use super::models::Models;

/// Closed opportunities from which leverage is judged: the latest of the period.
const CLOSED: i64 = 2000;
/// Of each person, where those are not all.
const CLOSED_OF_EACH: i64 = 100;

/// The kept sums as a tally.
pub(super) fn tally(sums: &Sums) -> Tally {
    Tally { contacts: sums.contacts, sum: sums.r.map(|r| r.0), n: sums.r.map(|r| r.1) }
}

/// The first and the last day of a query: 90 days that end today unless it says.
pub(super) fn period(ctx: &Ctx<'_>, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<(NaiveDate, NaiveDate)> {
    check_days(from, to)?;
    let to = to.unwrap_or_else(|| ctx.parse().today());
    let from = from.unwrap_or(to - Duration::days(89));
    if from > to {
        return Err(Error::field("to", "out_of_range", from.to_string()));
    }
    Ok((from, to))
}

/// A period's index over some owners, with what made it.
pub(super) struct Measured {
    pub(super) sums: Sums,
    pub(super) bottleneck: four_r::Bottleneck,
    /// The opportunities that tell what each R is worth, each with its owner.
    closed: Vec<(Uuid, Closed)>,
}

/// Measures the contacts that these owners made.
pub(super) fn measure(
    ctx: &mut Ctx<'_>,
    models: &Models,
    days: (NaiveDate, NaiveDate),
    whose: Whose<'_>,
) -> Result<Measured> {
    let sums = store::sums(ctx.conn, days, whose, By::default())?;
    let sums = sums.first().map(|(_, s)| *s).unwrap_or_default();
    let closed = owned(store::closed(ctx.conn, year(days), whose, Latest::OfAll(CLOSED))?);
    let all: Vec<Closed> = closed.iter().map(|(_, c)| *c).collect();
    let bottleneck = four_r::bottleneck(tally(&sums).index().each, &all, &models.four_r.value);
    Ok(Measured { sums, bottleneck, closed })
}

/// Who won and lost shows over a year, however short the period.
fn year(days: (NaiveDate, NaiveDate)) -> (NaiveDate, NaiveDate) {
    (days.0.min(days.1 - Duration::days(364)), days.1)
}

fn owned(closed: Vec<store::Closed>) -> Vec<(Uuid, Closed)> {
    closed.into_iter().map(|c| (c.owner, Closed { scores: c.r, won: c.won })).collect()
}

/// The four Rs of a period.
pub fn report(ctx: &mut Ctx<'_>, query: &FourRQuery, lang: Lang) -> Result<FourRReport> {
    let visible = ctx.require("activities", Action::Read)?;
    let days = period(ctx, query.from, query.to)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let mut links = Links::new(&people, &narrow, days);
    let visible = people.narrow(&visible, &narrow);
    if let Some(customer) = query.customer_id {
        match crate::records::get(ctx, "customers", customer) {
            Err(Error::NotFound) => return Err(Error::field("customer_id", "link_missing", "")),
            found => found?,
        };
        links.conditions.push(json!({"field": "customer_id", "op": "eq", "value": json_id(customer)}));
    }
    let grade = match query.grade.as_deref() {
        None => None,
        Some(word) => Some(Grade::parse(word).ok_or_else(|| Error::field("grade", "choice", "A, B, C, D"))?),
    };
    if let Some(grade) = grade {
        links.conditions.push(json!({"field": "grade_then", "op": "eq", "value": grade.code()}));
    }
    let whose = Whose { owners: visible.owners(), customer: query.customer_id, grade };
    let models = Models::load(ctx.conn)?;
    let measured = measure(ctx, &models, days, whose)?;
    let index = show(ctx, &models, (&measured.sums, &measured.bottleneck), &links, lang);
    let groups = match query.group_by.as_deref() {
        None => Vec::new(),
        Some(by) => groups(ctx, &models, by, &people, (&links, whose), &measured.closed, lang)?,
    };
    let minutes = minutes(&store::sums(ctx.conn, days, whose, By { grade: true, ..By::default() })?);
    let allocation = grade::allocation(&minutes, &models.grade.value.target_share).filter(|_| grade.is_none());
    let shares = allocation.iter().flat_map(|a| a.shares).map(|s| AllocationShare {
        grade: s.grade.code().to_owned(),
        minutes: s.minutes,
        actual: s.actual,
        target: s.target,
        excess_minutes: s.excess_minutes,
    });
    let shares = shares.collect();
    let worst = match measured.bottleneck.r {
        Some(r) => worst(ctx, &people, days, whose, r, i64::from(models.four_r.value.worst))?,
        None => Vec::new(),
    };
    Ok(FourRReport {
        from: days.0,
        to: days.1,
        index,
        groups,
        allocation: shares,
        allocation_index: allocation.map(|a| a.index),
        misplaced_minutes: allocation.map(|a| a.misplaced_minutes),
        worst,
    })
}

/// Minutes by grade.
pub(super) fn minutes(rows: &[(Place, Sums)]) -> Minutes {
    let mut minutes = Minutes::default();
    for (place, sums) in rows {
        let at = usize::try_from(place.grade - 1).ok();
        minutes.add(at.and_then(|at| Grade::ALL.get(at)).copied(), u64::try_from(sums.minutes).unwrap_or(0));
    }
    minutes
}

/// What narrows the lists behind the numbers.
pub(super) struct Links {
    conditions: Vec<Json>,
    days: (NaiveDate, NaiveDate),
}

impl Links {
    pub(super) fn new(people: &People, narrow: &Narrow, days: (NaiveDate, NaiveDate)) -> Links {
        Links { conditions: people.conditions(narrow), days }
    }

    fn to(&self, ctx: &Ctx<'_>, more: &[Json]) -> String {
        let cx = ctx.parse();
        let mut all = self.conditions.clone();
        let (from, to) = self.days;
        all.push(json!({"field": "occurred_at", "op": "gte", "value": day_value("occurred_at", from, false, &cx)}));
        all.push(json!({"field": "occurred_at", "op": "lte", "value": day_value("occurred_at", to, true, &cx)}));
        all.extend_from_slice(more);
        list_link("activities", &json!({ "all": all }))
    }
}

/// A contact: a completed activity of a kind that counts, with a customer.
pub(super) fn is_contact() -> Json {
    json!({ "all": [
        {"field": "kind", "op": "in", "value": domain::cadence::CONTACT_KINDS},
        {"field": "completed", "op": "ne", "value": false},
        {"field": "customer_id", "op": "is_not_empty"},
    ] })
}

/// Each R of some contacts, with what it is worth and the contacts below the goal, the worst first.
pub(super) fn values(
    ctx: &Ctx<'_>,
    (sums, bottleneck): (&Sums, &four_r::Bottleneck),
    links: &Links,
    lang: Lang,
) -> Vec<FourRValue> {
    let value = |(link, column): (&four_r::Link, &str)| FourRValue {
        r: link.r.code().to_owned(),
        label: pick(lang, link.r.label()).to_owned(),
        index: link.index,
        n: sums.r[link.r as usize].1,
        gap: link.gap,
        leverage: link.leverage.leverage,
        closed: i64::from(link.leverage.above.0) + i64::from(link.leverage.below.0),
        drill_down: format!(
            "{}&sort={column}",
            links.to(ctx, &[json!({"field": column, "op": "lt", "value": bottleneck.goal})])
        ),
    };
    bottleneck.links.iter().zip(["r1", "r2", "r3", "r4"]).map(value).collect()
}

fn show(
    ctx: &Ctx<'_>,
    models: &Models,
    (sums, bottleneck): (&Sums, &four_r::Bottleneck),
    links: &Links,
    lang: Lang,
) -> FourRIndex {
    let fix = bottleneck.r.map(|r| r.fix());
    FourRIndex {
        contacts: sums.contacts,
        minutes: sums.minutes,
        overall: tally(sums).index().overall,
        goal: models.four_r.value.goal,
        values: values(ctx, (sums, bottleneck), links, lang),
        bottleneck: bottleneck.r.map(|r| r.code().to_owned()),
        leverage_known: bottleneck.leverage_known,
        fix: fix.map(|f| lang.pick(&f.zh, &f.en).to_owned()),
        drill_down: links.to(ctx, &[is_contact()]),
    }
}

fn groups(
    ctx: &mut Ctx<'_>,
    models: &Models,
    group_by: &str,
    people: &People,
    (links, whose): (&Links, Whose<'_>),
    closed: &[(Uuid, Closed)],
    lang: Lang,
) -> Result<Vec<FourRGroup>> {
    let by = match group_by {
        "user" | "team" | "region" => By { owner: true, ..By::default() },
        "grade" => By { grade: true, ..By::default() },
        "month" => By { day: true, ..By::default() },
        _ => return Err(Error::field("group_by", "choice", "user, team, region, grade, month")),
    };
    let teams: HashMap<Uuid, Uuid> = people.members().iter().filter_map(|m| Some((m.id, m.team?))).collect();
    let of_owner = |owner: Uuid| {
        let team = || teams.get(&owner).copied();
        match group_by {
            "user" => (!owner.is_nil()).then(|| owner.to_string()),
            "team" => team().map(|t| t.to_string()),
            _ => team().and_then(|t| people.region(t)).map(str::to_owned),
        }
    };
    let mut grouped: BTreeMap<Option<String>, Sums> = BTreeMap::new();
    for (place, sums) in store::sums(ctx.conn, links.days, whose, by)? {
        let key = match group_by {
            "grade" => {
                usize::try_from(place.grade - 1).ok().and_then(|at| Grade::ALL.get(at)).map(|g| g.code().to_owned())
            }
            "month" => Some(format!("{:04}-{:02}", place.day.year(), place.day.month())),
            _ => of_owner(place.owner),
        };
        grouped.entry(key).or_default().add(&sums);
    }
    // A group of people is judged by what it closed itself. A month closes too little to tell; of a grade its own report tells.
    let mut own: BTreeMap<Option<String>, Vec<Closed>> = BTreeMap::new();
    if by.owner {
        // Where many close much, the latest of all are few of each.
        let each = match i64::try_from(closed.len()) {
            Ok(n) if n < CLOSED => None,
            _ => Some(owned(store::closed(ctx.conn, year(links.days), whose, Latest::OfEach(CLOSED_OF_EACH))?)),
        };
        for (owner, closed) in each.as_deref().unwrap_or(closed) {
            own.entry(of_owner(*owner)).or_default().push(*closed);
        }
    }
    let mut rows: Vec<FourRGroup> = grouped
        .into_iter()
        .filter(|(_, sums)| sums.contacts > 0)
        .map(|(key, sums)| {
            let closed = own.get(&key).map_or(&[][..], Vec::as_slice);
            let bottleneck = four_r::bottleneck(tally(&sums).index().each, closed, &models.four_r.value);
            let links = links.of_group(group_by, key.as_deref(), people);
            let index = show(ctx, models, (&sums, &bottleneck), &links, lang);
            FourRGroup { label: name_of(group_by, key.as_deref(), people, lang), key, index }
        })
        .collect();
    if group_by != "month" {
        let overall = |g: &FourRGroup| g.index.overall.unwrap_or(f64::MAX);
        rows.sort_by(|a, b| overall(a).total_cmp(&overall(b)).then_with(|| a.key.cmp(&b.key)));
    }
    Ok(rows)
}

fn name_of(group_by: &str, key: Option<&str>, people: &People, lang: Lang) -> String {
    let id = key.and_then(domain::fields::parse_id);
    let name = match group_by {
        "user" => id.and_then(|id| people.name(id)).map(str::to_owned),
        "team" => id.and_then(|id| people.team(id)).map(|t| t.name.clone()),
        _ => key.map(str::to_owned),
    };
    name.unwrap_or_else(|| lang.pick("未设置", "Not set").to_owned())
}

impl Links {
    fn of_group(&self, group_by: &str, key: Option<&str>, people: &People) -> Links {
        let mut links = Links { conditions: self.conditions.clone(), days: self.days };
        let id = key.and_then(domain::fields::parse_id);
        let empty = |field: &str| json!({"field": field, "op": "is_empty"});
        let more = match (group_by, key) {
            ("user", _) => id
                .map_or_else(|| empty("owner_id"), |id| json!({"field": "owner_id", "op": "eq", "value": json_id(id)})),
            ("team", _) => id.map_or_else(|| empty("owner_id.team_id"), |id| in_teams("in", &[id])),
            ("region", Some(region)) => in_teams("in", &people.teams_of_region(Some(region))),
            ("region", None) => json!({ "not": in_teams("in", &people.teams_of_region(None)) }),
            ("grade", Some(grade)) => json!({"field": "grade_then", "op": "eq", "value": grade}),
            ("grade", None) => empty("grade_then"),
            _ => {
                let first = key.and_then(|k| NaiveDate::parse_from_str(&format!("{k}-01"), "%Y-%m-%d").ok());
                if let Some(first) = first {
                    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
                    links.days = (links.days.0.max(first), links.days.1.min(next - Duration::days(1)));
                }
                return links;
            }
        };
        links.conditions.push(more);
        links
    }
}

fn worst(
    ctx: &mut Ctx<'_>,
    people: &People,
    days: (NaiveDate, NaiveDate),
    whose: Whose<'_>,
    r: R,
    limit: i64,
) -> Result<Vec<WorstContact>> {
    let parse = ctx.parse();
    let span = (parse.midnight(days.0), parse.midnight(days.1 + Duration::days(1)));
    let found = store::worst(ctx.conn, span, whose, 1 + r as usize, limit)?;
    let customers = found.iter().map(|w| w.customer).collect::<BTreeSet<_>>().into_iter().collect();
    let names: BTreeMap<Uuid, String> = crate::records::titles(ctx, [("customers", customers)])?.into_iter().collect();
    let row = |w: store::Worst| WorstContact {
        activity_id: w.id,
        subject: w.subject,
        customer_id: w.customer,
        customer_name: names.get(&w.customer).cloned(),
        owner_name: w.owner.and_then(|id| people.name(id)).map(str::to_owned),
        owner_id: w.owner,
        at: w.at,
        score: w.r[r as usize].unwrap_or_default(),
    };
    Ok(found.into_iter().map(row).collect())
}

/// Why a contact has its scores. One that was not scored is not found.
pub fn contact(ctx: &mut Ctx<'_>, activity: Uuid, lang: Lang) -> Result<ContactScore> {
    crate::records::get(ctx, "activities", activity)?;
    let kept = store::scored(ctx.conn, &[activity])?.into_iter().next().ok_or(Error::NotFound)?;
    let facts: Facts = serde_json::from_str(&kept.inputs).unwrap_or_default();
    let models = Models::load(ctx.conn)?;
    let scored = four_r::score(facts, &models.four_r.value);
    let values = R::ALL.into_iter().zip(kept.r).map(|(r, score)| ContactScoreValue {
        r: r.code().to_owned(),
        label: pick(lang, r.label()).to_owned(),
        score: score.map(|s| s as f64 / 1000.0),
    });
    Ok(ContactScore {
        activity_id: activity,
        values: values.collect(),
        settings_version: kept.settings_version,
        grade: facts.grade.map(|g| g.code().to_owned()),
        interval_days: facts.interval_days,
        days_since_previous: facts.days_since_previous,
        open_matter: facts.open_matter,
        content_used: facts.message.used,
        stage_met: facts.message.stage,
        pain_met: facts.message.pain,
        role_met: facts.message.role,
        resources_used: facts.resources.used,
        resources_fitting: facts.resources.fitting,
        resources_recommended: facts.resources.recommended,
        cost_minor: facts.resources.cost_minor,
        cost_cap_minor: scored.cost_cap_minor.map(i64::from),
    })
}
