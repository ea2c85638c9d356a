//! The four Rs of contacts, kept in step: when a contact changes, its own scores and the frequency of the one after it.
//!
//! A contact is scored by the grade and stage that held at its time, and keeps them with its interval while it stays with
//! its customer on its day: later changes of the customer do not rewrite what was right at the time.

use super::models::Models;
use crate::{Ctx, Result};
use chrono::{DateTime, NaiveDate, Utc};
use domain::cadence;
use domain::four_r::{self, Facts, Known, Message, Resources};
use domain::grade::Grade;
use domain::lifecycle::Stage;
use domain::zone::Zone;
use persistence::contact_materials::{self as materials, Held, Matter, Tagged};
use persistence::contact_scores::{self as store, Contact, Place, Scored, Sums};
use persistence::customer_scores::{self as customers, Customer};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Points are kept in thousandths.
const FINE: f64 = 1000.0;

/// Scores what changed among the contacts of these customers: the touched activities, those never scored, and those
/// whose predecessor is another one now. Answers how many were written.
pub(crate) fn rescore(ctx: &mut Ctx<'_>, models: &Models, ids: &[Uuid], touched: &[Uuid]) -> Result<usize> {
    let mut changes: BTreeMap<Place, Sums> = BTreeMap::new();
    let contacts = store::contacts(ctx.conn, ids, ctx.now)?;
    let live: HashSet<Uuid> = contacts.iter().map(|c| c.id).collect();
    for gone in store::scored(ctx.conn, touched)?.into_iter().filter(|s| !live.contains(&s.activity)) {
        changes.entry(gone.place).or_default().remove(&gone.sums());
        store::forget(ctx.conn, gone.activity)?;
    }
    let touched: HashSet<Uuid> = touched.iter().copied().collect();
    let is_new = |c: &Contact| touched.contains(&c.id) || c.scored.is_none();
    let wanted: Vec<&Contact> = contacts.iter().filter(|c| is_new(c)).collect();
    let background = if wanted.is_empty() { Background::default() } else { Background::load(ctx, ids, &wanted)? };
    let mut written = 0;
    for of_one in contacts.chunk_by(|a, b| a.customer == b.customer) {
        let gaps = gaps(of_one, ctx.zone());
        for (contact, gap) in of_one.iter().zip(gaps) {
            let facts = match &contact.scored {
                Some(known) if !is_new(contact) => {
                    if known.gap_days == gap.map(i64::from) {
                        continue;
                    }
                    let facts = serde_json::from_str::<Facts>(&known.inputs).unwrap_or_default();
                    Facts { days_since_previous: gap, ..facts }
                }
                _ => background.facts(contact, gap, models, ctx.zone()),
            };
            let scored = scored(contact, facts, models, ctx.zone());
            if contact.scored.as_ref() == Some(&scored) {
                continue;
            }
            if let Some(before) = &contact.scored {
                changes.entry(before.place).or_default().remove(&before.sums());
            }
            changes.entry(scored.place).or_default().add(&scored.sums());
            store::write(ctx.conn, &scored, facts.grade.map(Grade::code), [&contact.used[1], &contact.used[2]])?;
            written += 1;
        }
    }
    store::add(ctx.conn, &changes)?;
    Ok(written)
}

/// Days between each contact and the one before. Those that begin in the same minute are one talk and have the same
/// predecessor.
fn gaps(contacts: &[Contact], zone: Zone) -> Vec<Option<u32>> {
    let minute = |at: DateTime<Utc>| at.timestamp().div_euclid(60);
    let mut before: Option<NaiveDate> = None;
    let mut last: Option<(i64, NaiveDate)> = None;
    contacts
        .iter()
        .map(|contact| {
            let (at, day) = (minute(contact.at), zone.day(contact.at));
            if let Some((previous, its_day)) = last
                && previous != at
            {
                before = Some(its_day);
            }
            last = Some((at, day));
            before.map(|b| u32::try_from((day - b).num_days()).unwrap_or(0))
        })
        .collect()
}

fn scored(contact: &Contact, facts: Facts, models: &Models, zone: Zone) -> Scored {
    let result = four_r::score(facts, &models.four_r.value);
    let logged = contact.minutes.map(|m| u32::try_from(m).unwrap_or(0));
    let (minutes, _) = models.cadence.value.minutes(&contact.kind, logged);
    Scored {
        activity: contact.id,
        customer: contact.customer,
        place: Place {
            day: zone.day(contact.at),
            owner: contact.owner.unwrap_or_default(),
            grade: facts.grade.map_or(0, |g| 1 + g as i64),
        },
        minutes: i64::from(minutes),
        gap_days: facts.days_since_previous.map(i64::from),
        r: result.scores.map(|s| s.map(|s| (s * FINE).round() as i64)),
        inputs: serde_json::to_string(&facts).unwrap_or_default(),
        settings_version: models.four_r.version,
    }
}

/// What contacts are compared with.
#[derive(Debug, Default)]
struct Background {
    customers: HashMap<Uuid, Customer>,
    contents: HashMap<Uuid, Tagged>,
    resources: Vec<Tagged>,
    roles: HashMap<Uuid, String>,
    matters: HashMap<Uuid, Vec<Matter>>,
    grades: HashMap<Uuid, Vec<Held>>,
    stages: HashMap<Uuid, Vec<Held>>,
}

/// What held at a moment; `None` before anything was kept.
fn held(kept: Option<&Vec<Held>>, at: DateTime<Utc>) -> Option<&str> {
    kept?.iter().rev().find(|held| held.from <= at).map(|held| held.word.as_str())
}

impl Background {
    fn load(ctx: &mut Ctx<'_>, ids: &[Uuid], wanted: &[&Contact]) -> Result<Background> {
        let people: HashSet<Uuid> = wanted.iter().filter_map(|c| c.person).collect();
        let contents: HashSet<Uuid> = wanted.iter().flat_map(|c| c.used[1].iter().copied()).collect();
        let mut found = Background {
            customers: customers::customers(ctx.conn, ids, false)?.into_iter().map(|c| (c.id, c)).collect(),
            resources: materials::resources(ctx.conn)?,
            ..Background::default()
        };
        for chunk in contents.into_iter().collect::<Vec<_>>().chunks(500) {
            found.contents.extend(materials::contents(ctx.conn, chunk)?.into_iter().map(|c| (c.id, c)));
        }
        for chunk in people.into_iter().collect::<Vec<_>>().chunks(500) {
            found.roles.extend(materials::roles(ctx.conn, chunk)?);
        }
        for matter in materials::matters(ctx.conn, ids)? {
            found.matters.entry(matter.customer).or_default().push(matter);
        }
        for grade in materials::grades_held(ctx.conn, ids)? {
            found.grades.entry(grade.customer).or_default().push(grade);
        }
        for stage in materials::stages_held(ctx.conn, ids)? {
            found.stages.entry(stage.customer).or_default().push(stage);
        }
        Ok(found)
    }

    fn facts(&self, contact: &Contact, gap: Option<u32>, models: &Models, zone: Zone) -> Facts {
        let customer = self.customers.get(&contact.customer);
        let day = zone.day(contact.at);
        let stays = |s: &&Scored| s.customer == contact.customer && s.place.day == day;
        let known = contact.scored.as_ref().filter(stays).and_then(|s| serde_json::from_str::<Facts>(&s.inputs).ok());
        let grade = || {
            let now = customer.and_then(|c| c.scores.grade.as_deref());
            held(self.grades.get(&contact.customer), contact.at).or(now).and_then(Grade::parse)
        };
        let stage = || {
            let now = customer.and_then(|c| c.scores.lifecycle_stage.as_deref());
            held(self.stages.get(&contact.customer), contact.at).or(now).and_then(Stage::parse)
        };
        let own = customer.and_then(|c| c.cadence_days).and_then(|d| u16::try_from(d).ok());
        let (grade, stage, interval_days) = match known {
            Some(known) => (known.grade, known.stage.or_else(stage), known.interval_days),
            None => {
                let (grade, stage) = (grade(), stage());
                (grade, stage, cadence::interval(&models.cadence.value, grade, stage, own).map(|i| i.days))
            }
        };
        let is_open = |m: &Matter| m.from <= contact.at && (m.open || m.closed_on.is_some_and(|closed| closed >= day));
        Facts {
            grade,
            stage,
            interval_days,
            days_since_previous: gap,
            open_matter: self.matters.get(&contact.customer).is_some_and(|list| list.iter().any(is_open)),
            message: self.message(contact, customer, stage),
            resources: self.resources(contact, stage),
        }
    }

    fn message(&self, contact: &Contact, customer: Option<&Customer>, stage: Option<Stage>) -> Message {
        let words = |ids: &[Uuid]| ids.iter().map(Uuid::to_string).collect::<Vec<String>>();
        // A pain ticked for the contact is what was talked about: it would be met by whatever was shown for it.
        let pains = customer.map(|c| words(&c.pains)).unwrap_or_default();
        let used: Vec<(&Tagged, Vec<String>)> =
            contact.used[1].iter().filter_map(|id| self.contents.get(id)).map(|c| (c, words(&c.pains))).collect();
        let lists: Vec<[Vec<&str>; 3]> = used
            .iter()
            .map(|(item, pains)| {
                [
                    item.stages.iter().map(String::as_str).collect(),
                    pains.iter().map(String::as_str).collect(),
                    item.roles.iter().map(String::as_str).collect(),
                ]
            })
            .collect();
        let tagged: Vec<four_r::Tagged<'_>> =
            lists.iter().map(|[stages, pains, roles]| four_r::Tagged { stages, pains, roles }).collect();
        let role = contact.person.and_then(|p| self.roles.get(&p)).map(String::as_str);
        let pains: Vec<&str> = pains.iter().map(String::as_str).collect();
        four_r::message(Known { stage: stage.map(Stage::code), pains: &pains, role }, &tagged)
    }

    fn resources(&self, contact: &Contact, stage: Option<Stage>) -> Resources {
        let key = |t: &Tagged| t.id.to_string();
        let used: Vec<(String, i64)> =
            self.resources.iter().filter(|r| contact.used[2].contains(&r.id)).map(|r| (key(r), r.cost_minor)).collect();
        let used: Vec<(&str, i64)> = used.iter().map(|(k, c)| (k.as_str(), *c)).collect();
        let mix = stage.map(|stage| {
            let fits = |r: &&Tagged| r.live && r.stages.iter().any(|s| s == stage.code());
            self.resources.iter().filter(fits).map(key).collect::<Vec<String>>()
        });
        let mix: Option<Vec<&str>> = mix.as_ref().map(|mix| mix.iter().map(String::as_str).collect());
        four_r::resources(&used, mix.as_deref())
    }
}
