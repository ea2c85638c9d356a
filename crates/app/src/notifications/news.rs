//! From events to news: who was given a record, who was mentioned in a note.

use super::{News, tell, tell_by_mail};
use crate::consumers::Effects;
use crate::{Ctx, Result, Visible};
use contract::notifications::NewsKind;
use domain::fields::{Kind, parse_id};
use domain::policy::Action;
use persistence::events::Event;
use persistence::notifications as store;
use persistence::records::Owners;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use uuid::Uuid;

/// Objects whose change of owner is no news by itself: they go with another record, or are made by the program.
const SILENT: [&str; 4] = ["order_lines", "saved_views", "entitlements", "playbook_runs"];
/// Records given to one person by one request that are told one by one; more are told as a number.
const ONE_BY_ONE: usize = 3;
/// Characters of a note that a mention shows.
const EXCERPT: usize = 120;

/// Says what a batch of events is news to whom.
pub fn prepare(ctx: &mut Ctx<'_>, events: &[Event]) -> Result<Option<Effects>> {
    let imports = persistence::rules::imports_among(ctx.conn, events)?;
    let told: Vec<Told<'_>> = events
        .iter()
        .filter(|e| e.origin_id.is_none_or(|origin| !imports.contains(&origin)))
        .filter_map(|e| Some((e, document(e.old.as_deref()), document(e.new.as_deref())?)))
        .collect();
    let mut news = assigned(ctx, &told)?;
    news.extend(mentions(ctx, &told)?);
    if news.is_empty() {
        return Ok(None);
    }
    Ok(Some(Box::new(move |ctx| {
        let (news, added) = add_to_earlier(ctx, news)?;
        tell(ctx, news)?;
        tell_by_mail(ctx, &added)
    })))
}

/// What one request or run gives is read from the log in several batches: what comes later is added to what was told first
/// while that is unread. Answers what is told by itself, and what was added.
fn add_to_earlier(ctx: &mut Ctx<'_>, news: Vec<News>) -> Result<(Vec<News>, Vec<News>)> {
    let grows = |n: &News| n.about.is_none() && n.kind == NewsKind::Assigned && n.params.contains_key("count");
    let keys: Vec<(Uuid, &str)> = news.iter().filter(|n| grows(n)).map(|n| (n.user, n.key.as_str())).collect();
    let earlier = store::told(ctx.conn, &keys)?;
    let (mut left, mut added) = (Vec::with_capacity(news.len()), Vec::new());
    for mut n in news {
        let told = earlier.iter().find(|told| told.user_id == n.user && told.dedupe_key == n.key);
        let Some(told) = told.filter(|_| grows(&n)) else {
            left.push(n);
            continue;
        };
        if told.read_at.is_some() {
            n.key = format!("{}:{}", n.key, Uuid::now_v7());
            left.push(n);
            continue;
        }
        let mut params = document(Some(&told.params)).unwrap_or_default();
        let count = |of: &Map<String, Json>| of.get("count").and_then(Json::as_i64).unwrap_or_default();
        params.insert("count".to_owned(), (count(&params) + count(&n.params)).into());
        // Some customers may stand in both.
        params.remove("customers");
        store::retell(ctx.conn, told.id, &Json::Object(params).to_string())?;
        added.push(n);
    }
    Ok((left, added))
}

fn document(text: Option<&str>) -> Option<Map<String, Json>> {
    serde_json::from_str(text?).ok()
}

type Told<'a> = (&'a Event, Option<Map<String, Json>>, Map<String, Json>);

/// To whom, which object, by which request or rule, and by whom.
type Giving<'a> = (Uuid, &'a str, Uuid, Option<Uuid>);

/// Records that got an owner who did not take them. What one request or one rule gives to a person is told together: tasks
/// about one customer as one piece of news about it, and more than a few records as their number.
fn assigned(ctx: &mut Ctx<'_>, told: &[Told<'_>]) -> Result<Vec<News>> {
    let runs: Vec<Uuid> = told.iter().filter(|(e, ..)| e.origin_id.is_some()).map(|(e, ..)| e.request_id).collect();
    let rules = persistence::rules::behind(ctx.conn, &runs)?;
    let mut given: BTreeMap<Giving<'_>, Vec<(&Event, Option<Uuid>)>> = BTreeMap::new();
    for (event, _, new) in told {
        let link = |key: &str| new.get(key).and_then(Json::as_str).and_then(parse_id);
        let Some(owner) = link("owner_id").filter(|owner| Some(*owner) != event.actor_id) else { continue };
        if ctx.schema.shape(&event.object).is_none() || SILENT.contains(&event.object.as_str()) {
            continue;
        }
        let by_rule = event.origin_id.filter(|_| rules.contains_key(&event.request_id));
        let cause = by_rule.unwrap_or(event.request_id);
        let customer = if event.object == "tasks" { link("customer_id") } else { None };
        given.entry((owner, &event.object, cause, event.actor_id)).or_default().push((event, customer));
    }
    let earlier = told_earlier(ctx, given.keys())?;
    let mut news = Vec::new();
    for ((user, object, cause, actor), events) in given {
        let kind = NewsKind::Assigned;
        let Some((first, about_customer)) = events.first().copied() else { continue };
        let customers: BTreeSet<Uuid> = events.iter().filter_map(|(_, customer)| *customer).collect();
        let begun = earlier.contains(&(user, given_by(cause, object)));
        let of_one =
            !begun && events.len() > 1 && customers.len() == 1 && events.iter().all(|(_, c)| *c == about_customer);
        let together = begun || of_one || events.len() > ONE_BY_ONE;
        let single = events.len() == 1;
        let mut params = of_object(ctx, object, together && !single)?;
        params.insert("object".to_owned(), object.into());
        params.insert("actor".to_owned(), actor_name(ctx, actor)?.into());
        if let Some(rule) = rules.get(&first.request_id).filter(|_| first.origin_id == Some(cause)) {
            params.insert("rule".to_owned(), rule.name.clone().into());
        }
        if together {
            params.insert("count".to_owned(), events.len().into());
            let mut about = None;
            match about_customer {
                Some(id) if of_one => about = named(ctx, user, id, &mut params)?.then(|| ("customers".to_owned(), id)),
                Some(id) if single => drop(named(ctx, user, id, &mut params)?),
                _ => drop(params.insert("customers".to_owned(), customers.len().into())),
            }
            // What is added alone is told with its name: by mail, and where the earlier was read meanwhile.
            if single {
                params.insert("title".to_owned(), title(ctx, object, first.record_id)?.into());
            }
            // A rule gives again and again, a request or a run of the program once.
            let key = match (of_one, first.origin_id == Some(cause)) {
                (false, false) => given_by(cause, object),
                _ => format!("{}:{}", given_by(cause, object), first.seq),
            };
            news.push(News { user, kind, about, params, key, first: first.seq });
            continue;
        }
        for (event, customer) in events {
            let mut params = params.clone();
            params.insert("title".to_owned(), title(ctx, object, event.record_id)?.into());
            if let Some(id) = customer {
                named(ctx, user, id, &mut params)?;
            }
            let about = Some((object.to_owned(), event.record_id));
            news.push(News { user, kind, about, params, key: format!("assigned:{}", event.seq), first: 0 });
        }
    }
    Ok(news)
}

/// The key of what a request or run gave of an object, told together.
fn given_by(cause: Uuid, object: &str) -> String {
    format!("assigned:{cause}:{object}")
}

/// What has been told together already of these givings, and not read yet.
fn told_earlier<'a>(
    ctx: &mut Ctx<'_>,
    givings: impl Iterator<Item = &'a Giving<'a>>,
) -> Result<HashSet<(Uuid, String)>> {
    let keys: Vec<(Uuid, String)> = givings.map(|(user, object, cause, _)| (*user, given_by(*cause, object))).collect();
    let keys: Vec<(Uuid, &str)> = keys.iter().map(|(user, key)| (*user, key.as_str())).collect();
    let told = store::told(ctx.conn, &keys)?.into_iter().filter(|told| told.read_at.is_none());
    Ok(told.map(|told| (told.user_id, told.dedupe_key)).collect())
}

/// Names the customer that something is about to somebody who may see it; false when they may not.
fn named(ctx: &mut Ctx<'_>, user: Uuid, customer: Uuid, params: &mut Map<String, Json>) -> Result<bool> {
    let seen = may_see(ctx, user, "customers", customer)?;
    if seen {
        params.insert("customer".to_owned(), title(ctx, "customers", customer)?.into());
    }
    Ok(seen)
}

/// People whose names stand in a note that they may see and in which they did not stand before.
fn mentions(ctx: &mut Ctx<'_>, told: &[Told<'_>]) -> Result<Vec<News>> {
    let mut names = None;
    let mut news = Vec::new();
    for (event, old, new) in told {
        let Some(shape) = ctx.schema.shape(&event.object).cloned() else { continue };
        for field in shape.columns().filter(|f| matches!(f.kind, Kind::LongText { .. })) {
            let text = |doc: Option<&Map<String, Json>>| {
                doc.and_then(|d| d.get(field.key.as_ref())?.as_str()).unwrap_or_default().to_owned()
            };
            let (before, after) = (text(old.as_ref()), text(Some(new)));
            if !after.contains('@') {
                continue;
            }
            if names.is_none() {
                names = Some(store::names(ctx.conn)?);
            }
            let people = names.as_deref().unwrap_or_default();
            let already = mentioned(&before, people);
            for user in mentioned(&after, people).difference(&already) {
                if Some(*user) != event.actor_id && may_see(ctx, *user, &event.object, event.record_id)? {
                    news.push(mention(ctx, event, *user, &after)?);
                }
            }
        }
    }
    Ok(news)
}

fn mention(ctx: &mut Ctx<'_>, event: &Event, user: Uuid, text: &str) -> Result<News> {
    let mut params = of_object(ctx, &event.object, false)?;
    params.insert("actor".to_owned(), actor_name(ctx, event.actor_id)?.into());
    params.insert("title".to_owned(), title(ctx, &event.object, event.record_id)?.into());
    params.insert("excerpt".to_owned(), text.chars().take(EXCERPT).collect::<String>().into());
    let about = Some((event.object.clone(), event.record_id));
    Ok(News { user, kind: NewsKind::Mention, about, params, key: format!("mention:{}", event.seq), first: 0 })
}

/// The people whom a text mentions: `@[name](id)` as the page writes it, or `@name` where one person has that name.
pub fn mentioned(text: &str, people: &[(Uuid, String)]) -> BTreeSet<Uuid> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('@') {
        let rest = text.get(at + 1..).unwrap_or_default();
        if let Some(link) = rest.strip_prefix('[') {
            let id = link.split_once("](").and_then(|(_, tail)| tail.split_once(')')).and_then(|(id, _)| parse_id(id));
            found.extend(id.filter(|id| people.iter().any(|(person, _)| person == id)));
            continue;
        }
        let named: Vec<&(Uuid, String)> =
            people.iter().filter(|(_, name)| !name.is_empty() && rest.starts_with(name.as_str())).collect();
        let longest = named.iter().map(|(_, name)| name.len()).max().unwrap_or(0);
        if let [(id, _)] = named.iter().filter(|(_, name)| name.len() == longest).collect::<Vec<_>>().as_slice() {
            found.insert(*id);
        }
    }
    found
}

/// May a person see a record now?
pub(crate) fn may_see(ctx: &mut Ctx<'_>, user: Uuid, object: &str, record: Uuid) -> Result<bool> {
    let Ok(actor) = crate::identity::load_person(ctx.conn, user, None, ctx.now) else { return Ok(false) };
    let shape = ctx.shape(object)?;
    let Some(visible) = actor.visible(shape.def.permission, Action::Read) else { return Ok(false) };
    let owners = if shape.def.owned { visible } else { Visible::All };
    Ok(persistence::records::get(ctx.conn, &shape, record, owners.owners(), false)?.is_some())
}

/// What an object is called, for the text.
pub(crate) fn of_object(ctx: &Ctx<'_>, object: &str, plural: bool) -> Result<Map<String, Json>> {
    let shape = ctx.shape(object)?;
    let label = if plural { &shape.def.label_plural } else { &shape.def.label };
    let pair = |key: &str, text: &str| (key.to_owned(), Json::from(text));
    Ok([pair("object_zh", &label.zh), pair("object_en", &label.en)].into_iter().collect())
}

/// What names a record.
pub(crate) fn title(ctx: &mut Ctx<'_>, object: &str, id: Uuid) -> Result<String> {
    let shape = ctx.shape(object)?;
    let found = persistence::records::titles(ctx.conn, &shape, &[id], Owners::All)?;
    Ok(found.into_iter().next().map(|(_, title)| title).unwrap_or_default())
}

fn actor_name(ctx: &mut Ctx<'_>, actor: Option<Uuid>) -> Result<String> {
    match actor {
        Some(actor) => title(ctx, "users", actor),
        None => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_after_an_at_sign_mentions_the_one_person_who_has_it() {
        let (li, lilei, other) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let people = [(li, "李".to_owned()), (lilei, "李雷".to_owned()), (other, "王芳".to_owned())];
        assert_eq!(mentioned("请 @李雷 看一下", &people), [lilei].into());
        assert_eq!(mentioned("a@b.cn 和 @nobody", &people), [].into());
        assert_eq!(mentioned(&format!("@[芳]({other}) @王芳"), &people), [other].into());
        let twins = [(li, "王伟".to_owned()), (lilei, "王伟".to_owned())];
        assert_eq!(mentioned("@王伟", &twins), [].into(), "two people have that name");
    }
}
