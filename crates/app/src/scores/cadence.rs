//! Whom to contact today, who is contacted too often, and the calendar of contacts.

use super::customers::{self, Background, Known};
use super::evaluate::{Evaluation, evaluate};
use crate::metrics::{Narrow, People, pick};
use crate::totals::{check_days, day_value, list_link};
use crate::{Ctx, Error, Result};
use chrono::{Duration, NaiveDate};
use contract::problem::Lang;
use contract::scoring::{
    CadenceStatusCount, CadenceSummary, CalendarQuery, ContactCalendar, ContactDay, DueCustomer, DueList, DueQuery,
    StoppedCustomers,
};
use domain::cadence::{Source, Status};
use domain::policy::Action;
use persistence::contact_scores::{self, By};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Customers listed unless the caller says.
const USUAL: i64 = 50;
/// Planned contacts read for a calendar.
const PLANNED: i64 = 20_000;

/// Whom to contact today, in the order of value at stake × lateness.
pub fn due_list(ctx: &mut Ctx<'_>, query: &DueQuery, lang: Lang) -> Result<DueList> {
    let visible = ctx.require("customers", Action::Read)?;
    let limit = limit(query)?;
    let people = People::load(ctx)?;
    let visible = people.narrow(&visible, &narrow(query));
    let ids = persistence::cadence::due(ctx.conn, visible.owners(), limit)?;
    let base = Background::load(ctx)?;
    let mut items = rows(ctx, &base, &people, &ids, lang)?;
    items.retain(|c| c.urgency.is_some());
    items.sort_by(|a, b| {
        b.urgency.unwrap_or(0.0).total_cmp(&a.urgency.unwrap_or(0.0)).then_with(|| a.customer_id.cmp(&b.customer_id))
    });
    Ok(DueList { today: base.today, items })
}

/// How the contacts of customers stand, and what too many of them cost.
pub fn summary(ctx: &mut Ctx<'_>, query: &DueQuery, lang: Lang) -> Result<CadenceSummary> {
    let visible = ctx.require("customers", Action::Read)?;
    let limit = limit(query)?;
    let people = People::load(ctx)?;
    let narrow = narrow(query);
    let conditions = people.conditions(&narrow);
    let visible = people.narrow(&visible, &narrow);
    let found: HashMap<String, i64> = persistence::cadence::statuses(ctx.conn, visible.owners())?.into_iter().collect();
    let statuses: Vec<CadenceStatusCount> = Status::ALL
        .into_iter()
        .map(|status| {
            let mut all = conditions.clone();
            all.push(json!({"field": "cadence_status", "op": "eq", "value": status.code()}));
            CadenceStatusCount {
                status: status.code().to_owned(),
                label: pick(lang, status.label()).to_owned(),
                customers: found.get(status.code()).copied().unwrap_or(0),
                drill_down: list_link("customers", &json!({ "all": all })),
            }
        })
        .collect();
    let total: i64 = statuses.iter().map(|s| s.customers).sum();
    let right: i64 = [Status::Due, Status::OnTrack].iter().filter_map(|s| found.get(s.code())).sum();
    let ids = persistence::cadence::over(ctx.conn, visible.owners(), limit)?;
    let base = Background::load(ctx)?;
    let mut over = rows(ctx, &base, &people, &ids, lang)?;
    over.retain(|c| c.contacts_in_interval > c.most_contacts);
    over.sort_by_key(|c| (std::cmp::Reverse(c.contacts_in_interval.saturating_sub(c.most_contacts)), c.customer_id));
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    let excess_contacts = count(persistence::cadence::excess(ctx.conn, visible.owners())?);
    let missing = |status: &Status| i64::from(status.missing()) * found.get(status.code()).copied().unwrap_or(0);
    let missing_contacts = count(Status::ALL.iter().map(missing).sum());
    let period = (base.today - Duration::days(89), base.today);
    let made = contact_scores::sums(ctx.conn, period, visible.owners(), By::default())?;
    let (contacts, minutes) = made.first().map_or((0, 0), |(_, s)| (s.contacts, s.minutes));
    let mean = if contacts > 0 { count(minutes / contacts) } else { 0 };
    let (marked, needless, spent) = persistence::targets::stopped(ctx.conn, period, visible.owners())?;
    let mut all = conditions.clone();
    all.push(json!({"field": "invest_stopped", "op": "eq", "value": true}));
    Ok(CadenceSummary {
        stopped: StoppedCustomers {
            customers: marked,
            contacts: needless,
            minutes: spent,
            drill_down: list_link("customers", &json!({ "all": all })),
        },
        statuses,
        adherence: (total > 0).then(|| 100.0 * right as f64 / total as f64),
        over,
        excess_contacts,
        wasted_minutes: excess_contacts * mean,
        missing_contacts,
        missing_minutes: missing_contacts * mean,
    })
}

pub(super) fn limit(query: &DueQuery) -> Result<i64> {
    match query.limit {
        None => Ok(USUAL),
        Some(n) if (1..=200).contains(&n) => Ok(n),
        Some(_) => Err(Error::field("limit", "out_of_range", "1..200")),
    }
}

fn narrow(query: &DueQuery) -> Narrow {
    Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() }
}

fn rows(ctx: &mut Ctx<'_>, base: &Background, people: &People, ids: &[Uuid], lang: Lang) -> Result<Vec<DueCustomer>> {
    let names: HashMap<Uuid, String> = persistence::cadence::names(ctx.conn, ids)?.into_iter().collect();
    let known = customers::known(ctx, base, ids, false)?;
    let row = |known: &Known| {
        let evaluation = evaluate(known, base);
        let name = names.get(&known.customer.id).cloned().unwrap_or_default();
        row(known, &evaluation, name, people, lang)
    };
    Ok(known.iter().filter_map(row).collect())
}

/// A customer with how its contacts stand; `None` without a target.
pub(super) fn row(known: &Known, e: &Evaluation, name: String, people: &People, lang: Lang) -> Option<DueCustomer> {
    let standing = e.standing?;
    let owner_id = known.customer.owner;
    let source = match standing.input.interval.source {
        Source::Customer => "customer",
        Source::Stage => "stage",
        Source::Grade => "grade",
    };
    Some(DueCustomer {
        customer_id: known.customer.id,
        name,
        grade: e.grade.map(|g| g.code().to_owned()),
        owner_id,
        owner_name: owner_id.and_then(|id| people.name(id)).map(str::to_owned),
        status: standing.status.code().to_owned(),
        status_label: pick(lang, standing.status.label()).to_owned(),
        last_contact_at: known.recent.last().map(|r| r.at).or(known.customer.last_contact_at),
        days_since: standing.input.days_since,
        interval_days: standing.input.interval.days,
        interval_source: source.to_owned(),
        contacts_in_interval: standing.input.contacts_in_interval,
        most_contacts: standing.most_contacts,
        value_minor: e.due.map(|d| d.value_minor),
        lateness: e.due.map(|d| d.lateness),
        urgency: e.due.map(|d| d.urgency),
        revenue_minor: e.facts.revenue_minor.unwrap_or(0),
        open_minor: known.open.0,
    })
}

/// Contacts made and planned, day by day.
pub fn calendar(ctx: &mut Ctx<'_>, query: &CalendarQuery) -> Result<ContactCalendar> {
    let visible = ctx.require("activities", Action::Read)?;
    check_days(query.from, query.to)?;
    let today = ctx.parse().today();
    let to = query.to.unwrap_or(today + Duration::days(14));
    let from = query.from.unwrap_or((to - Duration::days(14)).min(today) - Duration::days(41));
    if from > to {
        return Err(Error::field("to", "out_of_range", from.to_string()));
    }
    if (to - from).num_days() > 400 {
        return Err(Error::field("from", "out_of_range", "400"));
    }
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let conditions = people.conditions(&narrow);
    let visible = people.narrow(&visible, &narrow);
    let by = By { day: true, ..By::default() };
    let mut days: BTreeMap<NaiveDate, ContactDay> = BTreeMap::new();
    let empty = |ctx: &Ctx<'_>, day: NaiveDate| {
        let mut all = conditions.clone();
        let cx = ctx.parse();
        all.push(json!({"field": "occurred_at", "op": "gte", "value": day_value("occurred_at", day, false, &cx)}));
        all.push(json!({"field": "occurred_at", "op": "lte", "value": day_value("occurred_at", day, true, &cx)}));
        all.push(super::four_r::is_contact());
        let drill_down = list_link("activities", &json!({ "all": all }));
        ContactDay { day, contacts: 0, minutes: 0, planned: 0, index: None, drill_down }
    };
    for (place, sums) in contact_scores::sums(ctx.conn, (from, to), visible.owners(), by)? {
        let row = days.entry(place.day).or_insert_with(|| empty(ctx, place.day));
        row.contacts = sums.contacts;
        row.minutes = sums.minutes;
        row.index = super::four_r::tally(&sums).index().overall;
    }
    let parse = ctx.parse();
    let span = (parse.midnight(from), parse.midnight(to + Duration::days(1)));
    for at in persistence::cadence::planned(ctx.conn, span, visible.owners(), PLANNED)? {
        let day = ctx.zone().day(at);
        days.entry(day).or_insert_with(|| empty(ctx, day)).planned += 1;
    }
    let days = days.into_values().filter(|d| d.contacts > 0 || d.planned > 0).collect();
    Ok(ContactCalendar { days })
}
