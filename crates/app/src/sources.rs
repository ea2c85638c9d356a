//! Where each value of a record comes from (S1-07): the log of changes, read backwards until every field is accounted for.

use crate::{Ctx, Result};
use contract::feed::{FieldSource, FieldSources, SourceKind};
use domain::objects::OWN;
use domain::record::{Record, Shape};
use persistence::events::{Event, Filter};
use serde_json::{Map, Value as Json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Changes read at once.
const PAGE: i64 = 200;
/// Changes read at most; a field that was given its value before them is left out.
const MOST: usize = 10_000;

/// The sources of a record that the caller may see.
pub fn of_record(ctx: &mut Ctx<'_>, object: &str, id: Uuid) -> Result<FieldSources> {
    let (shape, record) = crate::records::get(ctx, object, id)?;
    let fields = filled(&shape, &record);
    let mut open: HashSet<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
    let (mut given, mut times, mut events) = (HashMap::new(), HashMap::<String, u32>::new(), Vec::new());
    let objects = [object.to_owned()];
    // What a customer does on our pages gives no field a value.
    let behaved = format!("{}.behaved", shape.def.singular);
    let filter = Filter { records: &[id], objects: &objects, but: Some(&behaved), ..Filter::default() };
    let (mut before, mut read) = (None, 0);
    while read < MOST && !open.is_empty() {
        let page = persistence::events::newest(ctx.conn, &filter, before, PAGE)?;
        before = page.last().map(|e| e.seq);
        let end = (page.len() as i64) < PAGE;
        read += page.len();
        for event in page {
            let before = given.len();
            for key in named(&event) {
                *times.entry(key.clone()).or_default() += 1;
                if open.remove(key.as_str()) {
                    given.insert(key, events.len());
                }
            }
            // Only what gave a value that still stands is looked up below.
            if given.len() > before {
                events.push(event);
            }
        }
        if end {
            break;
        }
    }
    let (causes, names) = behind(ctx, &events)?;
    let seen = crate::feed::Named::new(ctx);
    let item = |(key, computed): &(String, bool)| {
        let Some(event) = given.get(key).and_then(|at| events.get(*at)) else {
            let kind = SourceKind::Computed;
            let one = FieldSource { kind, ..source(key, None, 0) };
            return computed.then_some(one);
        };
        let file = event.origin_id.and_then(|origin| causes.files.get(&origin));
        let rule = causes.rule(event);
        let by = event.key_id.and_then(|key| causes.keys.get(&key));
        let joined = event.kind.ends_with(".merged");
        let (kind, name) = match (joined, rule, file, by) {
            _ if *computed => (SourceKind::Computed, None),
            (true, ..) => (SourceKind::Merge, None),
            (_, Some(rule), ..) => (SourceKind::Rule, Some(&rule.name)),
            (_, _, Some(file), _) => (SourceKind::Import, Some(file)),
            (_, _, _, Some(by)) => (SourceKind::Integration, Some(by)),
            _ if event.actor_id.is_none() => (SourceKind::Computed, None),
            _ => (SourceKind::Person, None),
        };
        let changes = times.get(key).copied().unwrap_or(1);
        let named = match kind {
            SourceKind::Import => seen.imports(event.actor_id),
            SourceKind::Integration => seen.keys(event.actor_id),
            SourceKind::Rule => seen.rules(rule.and_then(|rule| rule.made_by)),
            _ => true,
        };
        let name = name.filter(|_| named).cloned();
        let mut one = FieldSource { kind, name, ..source(key, Some(event), changes) };
        match kind {
            // Whoever changed what it follows from did not say this.
            SourceKind::Computed => one.actor_id = None,
            _ => one.actor_name = event.actor_id.and_then(|id| names.get(&id).cloned()),
        }
        Some(one)
    };
    Ok(FieldSources { items: fields.iter().filter_map(item).collect() })
}

fn source(field: &str, event: Option<&Event>, changes: u32) -> FieldSource {
    FieldSource {
        field: field.to_owned(),
        kind: SourceKind::Person,
        name: None,
        actor_id: event.and_then(|e| e.actor_id),
        actor_name: None,
        at: event.map(|e| e.at),
        changes,
    }
}

/// Fields that the program works out until somebody sets them by hand, which another field tells.
const UNTIL_SET: [(&str, &str); 2] = [("grade", "grade_manual"), ("lifecycle_stage", "lifecycle_manual")];

/// Fields that nobody writes into directly, but that say what a person said on the way.
const SAID: [&str; 2] = ["pool_note", "pool_reason"];

/// The fields that have a value, and whether it is the program that works it out.
fn filled(shape: &Shape, record: &Record) -> Vec<(String, bool)> {
    let own = shape.columns().enumerate().skip(OWN);
    let by_hand = |flag: &str| record.get(shape, flag).as_bool() == Some(true);
    let computed =
        |key: &str| UNTIL_SET.iter().any(|(k, flag)| *k == key && shape.position(flag).is_some() && !by_hand(flag));
    let columns = own
        .filter(|(at, _)| !record.at(*at).is_null())
        .map(|(_, f)| (f.key.to_string(), !f.writable && !SAID.contains(&f.key.as_ref()) || computed(&f.key)));
    let custom = shape.custom.iter().filter(|f| record.custom().contains_key(f.key.as_ref()));
    columns.chain(custom.map(|f| (format!("custom.{}", f.key), false))).collect()
}

/// The fields that an event gave another value.
fn named(event: &Event) -> Vec<String> {
    let read = |text: &Option<String>| -> Map<String, Json> {
        text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let (old, new) = (read(&event.old), read(&event.new));
    let inner = |doc: &Map<String, Json>| doc.get("custom").and_then(Json::as_object).cloned().unwrap_or_default();
    let (old_custom, new_custom) = (inner(&old), inner(&new));
    let differs = |old: &Map<String, Json>, (key, now): &(&String, &Json)| old.get(*key).unwrap_or(&Json::Null) != *now;
    let columns = new.iter().filter(|(key, _)| *key != "custom").filter(|pair| differs(&old, pair));
    let custom = new_custom.iter().filter(|pair| differs(&old_custom, pair));
    columns.map(|(key, _)| key.clone()).chain(custom.map(|(key, _)| format!("custom.{key}"))).collect()
}

type Names = HashMap<Uuid, String>;

/// What and who is behind the events.
fn behind(ctx: &mut Ctx<'_>, events: &[Event]) -> Result<(persistence::events::Causes, Names)> {
    let causes = persistence::events::causes(ctx.conn, events)?;
    let people: HashSet<Uuid> = events.iter().filter_map(|e| e.actor_id).collect();
    let names = crate::records::titles(ctx, [("users", people.into_iter().collect())])?;
    Ok((causes, names.into_iter().collect()))
}
