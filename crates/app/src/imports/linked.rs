//! Records that are named by their ids before the run: what values of the file stand for, what new records are given, who
//! owns them. They must be such as the same person may link to when making a record by hand.

use std::collections::{BTreeMap, HashMap, HashSet};

use contract::imports::{ImportOptions, ImportPatch};
use domain::fields::{FieldDef, FieldError, Kind, ParseCx, parse_id};
use domain::policy::Action;
use domain::record::Shape;
use domain::value::Value;
use uuid::Uuid;

use super::convert::{self, Column};
use super::setup::Setup;
use crate::{Ctx, Error, Result};

/// Where a record is named, with the field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// A value of the file stands for it.
    Value(String),
    /// New records are given it.
    Default(String),
    /// It is the person to whom new records belong.
    Owner,
}

impl Place {
    /// Its name in the options.
    fn path(&self) -> String {
        match self {
            Place::Value(field) => format!("value_links.{field}"),
            Place::Default(field) => format!("defaults.{field}"),
            Place::Owner => "default_owner_id".to_owned(),
        }
    }

    /// Whether the person named here becomes the owner of new records.
    fn owns(&self) -> bool {
        match self {
            Place::Value(_) => false,
            Place::Default(field) => field == "owner_id",
            Place::Owner => true,
        }
    }
}

/// A record that is named.
struct Named {
    place: Place,
    object: String,
    id: Uuid,
}

/// The object that a field links to.
fn target(field: &FieldDef) -> Option<&str> {
    match &field.kind {
        Kind::Link(object) | Kind::Links(object) => Some(object),
        Kind::Tags => Some("tags"),
        _ => None,
    }
}

/// All records that options name.
fn named(options: &ImportOptions, shape: &Shape, cx: &ParseCx) -> Vec<Named> {
    let link = |name: &str| shape.find(name).and_then(|(_, field)| Some((field, target(field)?.to_owned())));
    let mut all = Vec::new();
    for (name, values) in &options.value_links {
        let Some((_, object)) = link(name) else { continue };
        let ids: HashSet<Uuid> = values.values().flatten().filter_map(|said| parse_id(said.trim())).collect();
        all.extend(ids.into_iter().map(|id| Named { place: Place::Value(name.clone()), object: object.clone(), id }));
    }
    for (name, json) in &options.defaults {
        let Some((field, object)) = link(name) else { continue };
        // What cannot be read or written is told where defaults are read.
        let ids: Vec<Uuid> = match field.parse(json, cx) {
            _ if !field.writable => Vec::new(),
            Ok(Value::Id(id)) => vec![id],
            Ok(Value::List(list)) => list.iter().filter_map(Value::as_id).collect(),
            _ => Vec::new(),
        };
        all.extend(ids.into_iter().map(|id| Named { place: Place::Default(name.clone()), object: object.clone(), id }));
    }
    all.extend(options.default_owner_id.map(|id| Named { place: Place::Owner, object: "users".to_owned(), id }));
    all
}

/// What is wrong with named records: those that the caller may not link to, and people to whom he may give nothing. One
/// query for each object.
struct Wrong {
    missing: Vec<Named>,
    strangers: Vec<Named>,
}

fn wrong(ctx: &mut Ctx<'_>, shape: &Shape, named: Vec<Named>) -> Result<Wrong> {
    let mut ids: BTreeMap<String, HashSet<Uuid>> = BTreeMap::new();
    for one in &named {
        ids.entry(one.object.clone()).or_default().insert(one.id);
    }
    let mut gone: HashMap<String, HashSet<Uuid>> = HashMap::new();
    for (object, ids) in ids {
        let missing = crate::records::missing_links(ctx, &object, ids)?;
        gone.insert(object, missing);
    }
    let is_gone = |one: &Named| gone.get(&one.object).is_some_and(|gone| gone.contains(&one.id));
    let (missing, there): (Vec<Named>, Vec<Named>) = named.into_iter().partition(is_gone);
    // Lines of an order belong to whom the order belongs to, whatever is said here.
    let is_given = shape.def.owned && shape.find("owner_id").is_some_and(|(_, field)| field.writable);
    let permission = shape.def.permission;
    let reach = ctx.actor.visible_by(&[(permission, Action::Import), (permission, Action::Create)]);
    let is_stranger = |one: &Named| one.place.owns() && reach.as_ref().is_some_and(|v| !v.contains(Some(one.id)));
    let strangers = there.into_iter().filter(|one| is_given && is_stranger(one)).collect();
    Ok(Wrong { missing, strangers })
}

/// Checks the records that a change of the options names. What was said before is looked at when the import runs, so that
/// a record which has gone since is in the way of no other change.
pub(super) fn check(ctx: &mut Ctx<'_>, shape: &Shape, patch: &ImportPatch) -> Result<Vec<FieldError>> {
    let options = ImportOptions {
        value_links: patch.value_links.clone().unwrap_or_default(),
        defaults: patch.defaults.clone().unwrap_or_default(),
        default_owner_id: patch.default_owner_id.flatten(),
        ..ImportOptions::default()
    };
    let named = named(&options, shape, &ctx.parse());
    let Wrong { missing, strangers } = wrong(ctx, shape, named)?;
    let missing = missing.iter().map(|one| FieldError::new(one.place.path(), "link_missing", ""));
    let strangers = strangers.iter().map(|one| FieldError::new(one.place.path(), "owner_out_of_scope", ""));
    let mut errors: Vec<FieldError> = missing.chain(strangers).collect();
    errors.dedup();
    Ok(errors)
}

/// The columns of an import that begins. Rights and records may have changed since its options were: it does not begin
/// when what all new records are given has gone, while a value that stands for a record which has gone is a bad cell.
pub(super) fn columns(ctx: &mut Ctx<'_>, setup: &Setup, shape: &Shape) -> Result<Vec<Column>> {
    let named = named(&setup.options, shape, &ctx.parse());
    let Wrong { missing, strangers } = wrong(ctx, shape, named)?;
    let mut columns = convert::columns(setup, shape);
    for one in missing {
        match &one.place {
            Place::Value(field) => {
                let meant = columns.iter_mut().filter(|column| column.name == *field);
                meant.for_each(|column| {
                    column.gone.insert(one.id);
                });
            }
            Place::Default(_) => return Err(Error::field(one.place.path(), "default_missing", "")),
            Place::Owner => return Err(Error::field(one.place.path(), "default_owner_missing", "")),
        }
    }
    match strangers.first() {
        Some(one) => Err(Error::field(one.place.path(), "owner_out_of_scope", "")),
        None => Ok(columns),
    }
}
