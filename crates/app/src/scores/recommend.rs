//! Who is about to buy, what a customer likes and could be shown, and what of the library works.

use super::customers::Background;
use super::evaluate::days;
use crate::metrics::{Narrow, People, pick};
use crate::{Ctx, Result, Visible};
use chrono::{Datelike, Duration, Timelike};
use contract::problem::Lang;
use contract::scoring::{
    BoughtCategory, ContactHabits, DueQuery, IntentLedger, IntentList, ItemUse, KeenCustomer, LedgerEntry, LibraryUse,
    PeriodQuery, PreferenceTag, Recommendations, RecommendedItem,
};
use domain::fields::Kind;
use domain::habits::Seen;
use domain::policy::Action;
use domain::profiles::{Offer, recommend};
use domain::value::Value;
use persistence::behaviours as store;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Products and cases recommended.
const MOST: usize = 6;
/// Days of the ledger.
const LEDGER: i64 = 400;
/// Below so many closed opportunities a share won says nothing.
const LEAST_CLOSED: i64 = 5;

/// The label of a choice of a field.
fn choice(ctx: &Ctx<'_>, object: &str, field: &str, key: &str, lang: Lang) -> Result<String> {
    let shape = ctx.shape(object)?;
    let label = shape.find(field).and_then(|(_, field)| match &field.kind {
        Kind::Choice(choices) => choices.iter().find(|c| c.key == key).map(|c| c.label.clone()),
        _ => None,
    });
    Ok(label.map_or_else(|| key.to_owned(), |l| lang.pick(&l.zh, &l.en).to_owned()))
}

/// Customers of high intent, most points first.
pub fn intent_list(ctx: &mut Ctx<'_>, query: &DueQuery, lang: Lang) -> Result<IntentList> {
    let visible = ctx.require_all(&[("customers", Action::Read), ("scores", Action::Read)])?;
    let limit = super::cadence::limit(query)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let visible = people.narrow(&visible, &narrow);
    let high = super::models::Models::load(ctx.conn)?.intent.value.high;
    let found = store::keen(ctx.conn, visible.owners(), high.ceil() as i64, limit)?;
    let ids: Vec<Uuid> = found.iter().map(|k| k.id).collect();
    let span = (ctx.now - Duration::days(LEDGER), ctx.now);
    // By customer and time, so the last one of each stays.
    let latest: HashMap<Uuid, store::Seen> =
        store::seen(ctx.conn, &ids, span)?.into_iter().map(|seen| (seen.customer, seen)).collect();
    let mut items = Vec::with_capacity(found.len());
    for keen in found {
        let last = latest.get(&keen.id);
        let label = last.map(|seen| choice(ctx, "behaviours", "kind", &seen.kind, lang)).transpose()?;
        items.push(KeenCustomer {
            customer_id: keen.id,
            name: keen.name,
            owner_name: keen.owner.and_then(|id| people.name(id)).map(str::to_owned),
            owner_id: keen.owner,
            points: keen.intent,
            grade: keen.grade,
            last_contact_at: keen.last_contact_at,
            last_seen: label,
            last_seen_at: last.map(|seen| seen.at),
        });
    }
    Ok(IntentList { high_from: high, items })
}

/// The points of a customer, and where they come from.
pub fn ledger(ctx: &mut Ctx<'_>, id: Uuid, lang: Lang) -> Result<IntentLedger> {
    crate::records::get(ctx, "customers", id)?;
    let base = Background::load(ctx)?;
    let settings = &base.models.intent.value;
    let mut items = Vec::new();
    for seen in store::seen(ctx.conn, &[id], (ctx.now - Duration::days(LEDGER), ctx.now))?.into_iter().rev() {
        items.push(LedgerEntry {
            behaviour_id: seen.id,
            label: choice(ctx, "behaviours", "kind", &seen.kind, lang)?,
            kind: seen.kind,
            at: seen.at,
            times: seen.times,
            points: seen.points,
            worth: settings.worth(seen.points as f64, days(base.today, base.zone.day(seen.at))),
        });
    }
    let points = items.iter().map(|item| item.worth).sum();
    if !may(ctx, "activities") {
        items.clear();
    }
    Ok(IntentLedger { points, high_from: settings.high, half_life_days: settings.half_life_days, items })
}

/// What a customer likes, what it bought, and what it could be shown.
pub fn recommendations(ctx: &mut Ctx<'_>, id: Uuid, lang: Lang) -> Result<Recommendations> {
    let (shape, record) = crate::records::get(ctx, "customers", id)?;
    let liked: Vec<Uuid> = match record.get(&shape, "preference_ids") {
        Value::List(list) => list.iter().filter_map(Value::as_id).collect(),
        _ => Vec::new(),
    };
    let tags = ctx.shape("tags")?;
    let names: BTreeMap<Uuid, String> =
        persistence::records::titles(ctx.conn, &tags, &liked, Visible::All.owners())?.into_iter().collect();
    let owned = if may(ctx, "orders") { store::products_bought(ctx.conn, id)? } else { Vec::new() };
    let products = if may(ctx, "products") { matching(ctx, "products", &names, &owned)? } else { Vec::new() };
    let cases = if may(ctx, "contents") { matching(ctx, "contents", &names, &[])? } else { Vec::new() };
    let bought = if may(ctx, "orders") { store::bought(ctx.conn, id)? } else { Vec::new() };
    let has = |category: &str| bought.iter().any(|b| b.category.as_deref() == Some(category));
    let categories = if may(ctx, "orders") { store::categories(ctx.conn)? } else { Vec::new() };
    let not_bought = categories.into_iter().map(|(name, _)| name).filter(|name| !has(name)).collect();
    let row = |b: store::Bought| BoughtCategory {
        category: b.category,
        orders: b.orders,
        amount_minor: b.amount_minor,
        last_on: b.last_on,
    };
    let habits = if may(ctx, "activities") { habits(ctx, id, lang)? } else { None };
    Ok(Recommendations {
        habits,
        preferences: names.into_iter().map(|(tag_id, name)| PreferenceTag { tag_id, name }).collect(),
        products,
        cases,
        bought: bought.into_iter().map(row).collect(),
        not_bought,
    })
}

/// How a customer is best reached.
fn habits(ctx: &mut Ctx<'_>, id: Uuid, lang: Lang) -> Result<Option<ContactHabits>> {
    let found = store::contacts(ctx.conn, id, (ctx.now - Duration::days(LEDGER), ctx.now))?;
    let zone = ctx.zone();
    let seen = |c: &store::Contact| {
        let local = zone.local(c.at);
        (local.hour(), local.weekday().number_from_monday())
    };
    let contacts: Vec<Seen<'_>> = found
        .iter()
        .map(|c| {
            let (hour, weekday) = seen(c);
            Seen { kind: &c.kind, answered: c.answered, hour, weekday }
        })
        .collect();
    if contacts.is_empty() {
        return Ok(None);
    }
    let shown = domain::habits::habits(&contacts);
    let label = shown.channel.map(|kind| choice(ctx, "activities", "kind", kind, lang)).transpose()?;
    Ok(Some(ContactHabits {
        contacts: i64::try_from(contacts.len()).unwrap_or(i64::MAX),
        channel: shown.channel.map(str::to_owned),
        channel_label: label,
        answered: shown.answered,
        from_hour: shown.from_hour.map(i64::from),
        to_hour: shown.from_hour.map(|hour| i64::from(hour) + 2),
        weekday: shown.weekday.map(i64::from),
    }))
}

fn may(ctx: &Ctx<'_>, object: &str) -> bool {
    ctx.actor.visible(object, Action::Read).is_some()
}

fn matching(
    ctx: &mut Ctx<'_>,
    object: &'static str,
    liked: &BTreeMap<Uuid, String>,
    owned: &[Uuid],
) -> Result<Vec<RecommendedItem>> {
    let tags: Vec<Uuid> = liked.keys().copied().collect();
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: BTreeMap<Uuid, (String, Vec<&str>)> = BTreeMap::new();
    for (id, title, tag) in store::tagged(ctx.conn, object, &tags)? {
        let entry = found.entry(id).or_insert_with(|| (title, Vec::new()));
        entry.1.extend(liked.get(&tag).map(String::as_str));
    }
    let preferences: Vec<&str> = liked.values().map(String::as_str).collect();
    let offers: Vec<Offer<'_, Uuid>> =
        found.iter().map(|(id, (_, tags))| Offer { key: *id, tags, owned: owned.contains(id) }).collect();
    let best = recommend(&preferences, &offers, MOST);
    let row = |r: domain::profiles::Recommended<'_, Uuid>| RecommendedItem {
        title: found.get(&r.key).map(|(title, _)| title.clone()).unwrap_or_default(),
        id: r.key,
        met: r.met.iter().map(|name| (*name).to_owned()).collect(),
        percent: r.percent,
    };
    Ok(best.into_iter().map(row).collect())
}

/// How content and resources were used in a period, and what became of it.
pub fn library_use(ctx: &mut Ctx<'_>, query: &PeriodQuery, lang: Lang) -> Result<LibraryUse> {
    let visible = ctx.require("activities", Action::Read)?;
    ctx.require("contents", Action::Read)?;
    let days = super::four_r::period(ctx, query.from, query.to)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let visible = people.narrow(&visible, &narrow);
    let parse = ctx.parse();
    let span = (parse.midnight(days.0), parse.midnight(days.1 + Duration::days(1)));
    let mut both = Vec::new();
    for object in ["contents", "resources"] {
        let mut items = Vec::new();
        for used in store::uses(ctx.conn, object, span, visible.owners())? {
            items.push(ItemUse {
                kind: choice(ctx, object, "kind", &used.kind, lang)?,
                id: used.id,
                title: used.title,
                contacts: used.contacts,
                customers: used.customers,
                closed: used.closed,
                won: (used.closed >= LEAST_CLOSED).then(|| 100.0 * used.won as f64 / used.closed as f64),
                won_minor: used.won_minor,
                cost_minor: (object == "resources").then(|| used.cost_minor.saturating_mul(used.contacts)),
            });
        }
        both.push(items);
    }
    let resources = both.pop().unwrap_or_default();
    Ok(LibraryUse { from: days.0, to: days.1, contents: both.pop().unwrap_or_default(), resources })
}

/// The name of an index of the self-assessment.
pub(super) fn subject_label(subject: domain::audit::Subject, lang: Lang) -> String {
    pick(lang, subject.label()).to_owned()
}
