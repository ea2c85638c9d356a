//! The event log as people see it: only what concerns records they may see, under their masks.

use crate::ctx::permission_name;
use crate::{Ctx, Error, Result, Visible};
use contract::feed::{EventOut, Events};
use contract::problem::Lang;
use domain::policy::{Action, Mask, Masks};
use domain::record::{Shape, mask, mask_custom, masked};
use persistence::events::{Event, Filter};
use persistence::rules::Behind;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

const MAX_ROUNDS: usize = 20;

/// Which events are asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Of this object.
    pub object: Option<String>,
    /// Of this record.
    pub record_id: Option<Uuid>,
    /// Before this position.
    pub before: Option<i64>,
    /// How many.
    pub limit: i64,
}

/// A page of events, newest first. Events of records out of sight are passed over.
pub fn page(ctx: &mut Ctx<'_>, query: &Query) -> Result<Events> {
    let objects = readable(ctx, query.object.as_deref())?;
    let joined = match query.record_id {
        Some(id) => joined(ctx, &objects, id)?,
        None => Vec::new(),
    };
    let records: Vec<Uuid> = query.record_id.into_iter().chain(joined.iter().copied()).collect();
    let filter = Filter { records: &records, objects: &objects, ..Filter::default() };
    let mut before = query.before;
    let mut items = Vec::new();
    let mut end = false;
    for _ in 0..MAX_ROUNDS {
        let batch = persistence::events::newest(ctx.conn, &filter, before, query.limit.max(50))?;
        end = (batch.len() as i64) < query.limit.max(50);
        let mut visible = visible_records(ctx, &batch)?;
        visible.extend(&joined);
        for event in batch {
            if items.len() as i64 >= query.limit {
                end = false;
                break;
            }
            before = Some(event.seq);
            if visible.contains(&event.record_id) {
                items.push(event);
            }
        }
        if end || items.len() as i64 >= query.limit {
            break;
        }
    }
    let next_cursor = if end { None } else { before.map(|b| b.to_string()) };
    Ok(Events { items: present(ctx, items)?, next_cursor })
}

/// A page of the changes of how the organisation is set up, newest first: for those who may see every event and the roles.
pub fn setup(ctx: &mut Ctx<'_>, before: Option<i64>, limit: i64, lang: Lang) -> Result<Events> {
    let seen = ctx.require_all(&[("roles", Action::Read), ("events", Action::Read)])?;
    if seen != Visible::All {
        return Err(Error::Forbidden { permission: permission_name("events", Action::Read) });
    }
    let events = persistence::events::newest_of_setup(ctx.conn, before, limit + 1)?;
    let (items, next) = cut(events, limit);
    let mut items = present(ctx, items)?;
    for event in items.iter_mut().filter(|event| event.object == "score_settings") {
        let names = event.new.as_mut().map(|said| crate::scores::take_names(said, lang));
        event.refs.extend(names.into_iter().flatten());
    }
    Ok(Events { items, next_cursor: next.map(|seq| seq.to_string()) })
}

/// A page out of what was read, and where the next begins when there was more.
fn cut(mut events: Vec<Event>, limit: i64) -> (Vec<Event>, Option<i64>) {
    let more = events.len() as i64 > limit;
    events.truncate(usize::try_from(limit).unwrap_or_default());
    let next = events.last().filter(|_| more).map(|event| event.seq);
    (events, next)
}

/// What a person calls the thing that an event is about, as far as the event tells.
fn called(documents: [Option<&Map<String, Json>>; 2]) -> Option<String> {
    let of = |key: &str| documents.iter().flatten().find_map(|d| d.get(key)?.as_str().map(str::to_owned));
    ["name", "name_zh", "label_zh", "key"].into_iter().find_map(of)
}

/// The objects whose events the caller may see.
fn readable(ctx: &Ctx<'_>, wanted: Option<&str>) -> Result<Vec<String>> {
    if let Some(object) = wanted {
        let shape = ctx
            .schema
            .shape(object)
            .ok_or_else(|| Error::field("object", "choice", domain::objects::ALL.map(|o| o.key).join(", ")))?;
        ctx.require(shape.def.permission, Action::Read)?;
        return Ok(vec![object.to_owned()]);
    }
    let shapes = ctx.schema.shapes.iter().filter(|s| ctx.actor.visible(s.def.permission, Action::Read).is_some());
    Ok(shapes.map(|s| s.def.key.to_owned()).collect())
}

/// The records that were merged into this one: whoever sees it sees what happened to them.
fn joined(ctx: &mut Ctx<'_>, objects: &[String], id: Uuid) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    let mergeable = objects.iter().filter_map(|object| domain::objects::find(object));
    for def in mergeable.filter(|def| domain::merge::mergeable(def)) {
        let joined = persistence::merges::merged_into(ctx.conn, def.key, id)?;
        if !joined.is_empty() && crate::records::get(ctx, def.key, id).is_ok() {
            found.extend(joined);
        }
    }
    Ok(found)
}

fn visible_records(ctx: &mut Ctx<'_>, events: &[Event]) -> Result<HashSet<Uuid>> {
    let mut by_object: HashMap<&str, BTreeSet<Uuid>> = HashMap::new();
    for event in events {
        by_object.entry(&event.object).or_default().insert(event.record_id);
    }
    let mut visible = HashSet::new();
    for (object, ids) in by_object {
        let shape = ctx.shape(object)?;
        let owners = ctx.require(shape.def.permission, Action::Read)?;
        let ids: Vec<Uuid> = ids.into_iter().collect();
        visible.extend(
            persistence::records::titles(ctx.conn, &shape, &ids, owners.owners())?.into_iter().map(|(id, _)| id),
        );
    }
    Ok(visible)
}

/// Whose imports, API keys and rules the caller may know by name: those in the lists that they may see.
pub(crate) struct Named {
    me: Uuid,
    imports: Option<Visible>,
    keys: Option<Visible>,
    rules: Option<Visible>,
}

impl Named {
    pub(crate) fn new(ctx: &Ctx<'_>) -> Named {
        let of = |object: &str| ctx.actor.visible(object, Action::Read);
        Named { me: ctx.actor.user_id, imports: of("imports"), keys: of("api_keys"), rules: of("rules") }
    }

    /// Imports of this person.
    pub(crate) fn imports(&self, of: Option<Uuid>) -> bool {
        of == Some(self.me) || self.imports.as_ref().is_some_and(|v| v.contains(of))
    }

    /// Rules that this person made.
    pub(crate) fn rules(&self, of: Option<Uuid>) -> bool {
        self.rules.as_ref().is_some_and(|v| v.contains(of))
    }

    /// Keys of this person.
    pub(crate) fn keys(&self, of: Option<Uuid>) -> bool {
        of == Some(self.me) || self.keys.as_ref().is_some_and(|v| v.contains(of))
    }
}

/// Events as they are shown: names, and documents under the caller's masks.
pub(crate) fn present(ctx: &mut Ctx<'_>, events: Vec<Event>) -> Result<Vec<EventOut>> {
    let users = ctx.shape("users")?;
    let actors: BTreeSet<Uuid> = events.iter().filter_map(|e| e.actor_id).collect();
    let actors: Vec<Uuid> = actors.into_iter().collect();
    let names: HashMap<Uuid, String> =
        persistence::records::titles(ctx.conn, &users, &actors, persistence::records::Owners::All)?
            .into_iter()
            .collect();
    let causes = persistence::events::causes(ctx.conn, &events)?;
    let seen = Named::new(ctx);
    let masks = ctx.actor.permissions.masks;
    let mut documents = Vec::with_capacity(events.len());
    let mut wanted: HashMap<&'static str, BTreeSet<Uuid>> = HashMap::new();
    for e in &events {
        let Ok(shape) = ctx.shape(&e.object) else {
            let read = |text: Option<&str>| serde_json::from_str::<Map<String, Json>>(text?).ok();
            documents.push((read(e.old.as_deref()), read(e.new.as_deref()), Vec::new()));
            continue;
        };
        let (old, new) = (document(e.old.as_deref(), &shape, masks), document(e.new.as_deref(), &shape, masks));
        let mut links = linked([old.as_ref(), new.as_ref()], &shape);
        if e.object == "users" {
            links.push(("users", e.record_id));
        }
        links.iter().for_each(|(object, id)| {
            wanted.entry(object).or_default().insert(*id);
        });
        documents.push((old, new, links));
    }
    let wanted = wanted.into_iter().map(|(object, ids)| (object, ids.into_iter().collect()));
    let titles: HashMap<Uuid, String> = crate::records::titles(ctx, wanted)?.into_iter().collect();
    let by: Vec<Option<&Behind>> = events.iter().map(|e| causes.rule(e)).collect();
    let shown = events.into_iter().zip(documents).zip(by).map(|((e, (old, new, links)), by)| EventOut {
        refs: {
            let named = links.into_iter().filter_map(|(_, id)| Some((id.to_string(), titles.get(&id)?.clone())));
            let itself = called([new.as_ref(), old.as_ref()]).filter(|_| domain::objects::find(&e.object).is_none());
            named.chain(itself.map(|name| (e.record_id.to_string(), name))).collect()
        },
        seq: e.seq,
        id: e.id,
        type_: e.kind,
        object: e.object,
        record_id: e.record_id,
        actor_id: e.actor_id,
        actor_name: e.actor_id.and_then(|id| names.get(&id).cloned()),
        automated: by.is_some(),
        rule: by.filter(|rule| seen.rules(rule.made_by)).map(|rule| rule.name.clone()),
        import_file: e.origin_id.filter(|_| seen.imports(e.actor_id)).and_then(|id| causes.files.get(&id).cloned()),
        key: e.key_id.filter(|_| seen.keys(e.actor_id)).and_then(|id| causes.keys.get(&id).cloned()),
        at: e.at,
        old,
        new,
        request_id: e.request_id,
    });
    Ok(shown.collect())
}

/// The changed fields under the caller's masks.
pub fn document(text: Option<&str>, shape: &Shape, masks: Masks) -> Option<Map<String, Json>> {
    let mut doc: Map<String, Json> = serde_json::from_str(text?).ok()?;
    for field in shape.columns().filter(|f| masked(&f.kind, masks) != Mask::Clear) {
        if let Some(value) = doc.get_mut(field.key.as_ref()) {
            *value = value.as_str().and_then(|s| mask(s, &field.kind, masks)).map_or(Json::Null, Json::String);
        }
    }
    if let Some(Json::Object(custom)) = doc.get_mut("custom") {
        mask_custom(custom, shape, masks);
    }
    Some(doc)
}

/// The records that the documents of one event link to, with their objects.
fn linked(documents: [Option<&Map<String, Json>>; 2], shape: &Shape) -> Vec<(&'static str, Uuid)> {
    let mut found = Vec::new();
    for field in shape.columns() {
        let domain::fields::Kind::Link(object) = &field.kind else { continue };
        let Some(def) = domain::objects::find(object) else { continue };
        let values = documents.iter().flatten().filter_map(|d| d.get(field.key.as_ref())?.as_str());
        found.extend(values.filter_map(domain::fields::parse_id).map(|id| (def.key, id)));
    }
    found
}
