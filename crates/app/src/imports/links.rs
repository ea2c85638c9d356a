//! Finding the records that cells name, and making those that are missing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::fields::{ParseCx, parse_id};
use domain::policy::Action;
use domain::record::{Changes, Record, Shape};
use domain::value::Value;
use persistence::records::{Archived, Called, List, Order, Owners};
use uuid::Uuid;

use super::rows::is_seen;
use crate::records::{Stamp, Writer};
use crate::{Ctx, Error, Result, Visible};

/// Of objects with at most this many records all names are read at once, so that most of what is named is not asked for.
const WHOLE: i64 = 5_000;
/// Names remembered of an object that is not held whole.
const REMEMBERED: usize = 200_000;
/// Characters of the longest text by which a record can be known, with room for letters that grow when they are folded.
const LONGEST: usize = 500;

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// One record.
    One(Uuid),
    /// Several records have the name.
    Several,
    /// None has it.
    None,
}

/// Names of one object's records that are looked for, each with the record that it belongs to, where that is known.
pub(super) type Wanted = HashSet<(Option<Uuid>, String)>;

/// The records that one object's names lead to.
pub(super) struct Index {
    pub(super) shape: Arc<Shape>,
    /// The columns by which its records are known to who imports.
    columns: Vec<&'static str>,
    /// All records that there were when it was opened are in it. Others may have come since.
    whole: bool,
    pub(super) names: HashMap<String, Found>,
    pub(super) ids: HashSet<Uuid>,
    /// Names that were asked for in this step and are not there. The next one asks again: people and other imports may
    /// have made them in between, and what is rolled back is gone.
    absent: HashSet<String>,
}

/// A record that a step made.
struct Made {
    object: String,
    /// Its name in the index, and without what it belongs to: with what they led to before.
    keys: Vec<(String, Option<Found>)>,
    /// How it is known from one step of a dry run to the next.
    lasting: String,
    id: Uuid,
}

/// The indexes of all linked objects of a run.
#[derive(Default)]
pub(super) struct Links {
    indexes: HashMap<String, Index>,
    /// What this step made, to be forgotten when the step is rolled back.
    made: Vec<Made>,
    /// In a dry run nothing stays in the database, and each step makes anew what it needs: what earlier steps made, with
    /// the id that it had first.
    tried: HashMap<(String, String), Uuid>,
    /// Ids that records have this time, with those that they had first.
    first: HashMap<Uuid, Uuid>,
}

/// The form under which names are the same: width, case and runs of blanks do not matter.
pub(super) fn fold(name: &str) -> String {
    let half = crate::tabular::number::half_width(name);
    half.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The text columns by which records of an object are known, the most certain first.
pub(super) fn known_by(object: &str) -> &'static [&'static str] {
    match object {
        "customers" => &["name", "short_name", "credit_code"],
        "contacts" => &["name", "phone", "email"],
        "users" => &["name", "email"],
        "products" => &["name", "code"],
        "opportunities" => &["number", "name"],
        "orders" => &["number"],
        "tasks" => &["title"],
        "activities" => &["subject"],
        "teams" | "pipelines" | "pipeline_stages" | "tags" | "saved_views" => &["name"],
        _ => &[],
    }
}

/// Those of them that the caller sees: who sees a phone or an address only masked would learn by a link whose it is.
fn seen_by(ctx: &Ctx<'_>, shape: &Shape) -> Vec<&'static str> {
    let masks = ctx.actor.permissions.masks;
    known_by(shape.def.key).iter().copied().filter(|column| is_seen(shape, column, masks)).collect()
}

/// Whose records of an object may be linked to, as for any record that is made by hand.
pub(super) fn linkable(ctx: &Ctx<'_>, shape: &Shape) -> Visible {
    crate::records::linkable(ctx, shape).unwrap_or(Visible::Owners([].into()))
}

/// The link to what an object's names are told apart by: stages of different pipelines and people at different customers
/// may have the same name.
pub(super) fn scope(object: &str) -> Option<&'static str> {
    match object {
        "pipeline_stages" => Some("pipeline_id"),
        "contacts" | "opportunities" => Some("customer_id"),
        _ => None,
    }
}

/// The links by which other records are told apart.
pub(super) const SCOPES: [&str; 2] = ["pipeline_id", "customer_id"];

/// Whether other records are told apart by this link.
pub(super) fn is_scope(link: &str) -> bool {
    SCOPES.contains(&link)
}

/// Columns that tell who or what is meant wherever it belongs, as names do not.
const IDENTIFYING: [&str; 3] = ["number", "email", "phone"];

fn key(scope: Option<Uuid>, name: &str) -> String {
    match scope {
        Some(scope) => format!("{scope}/{}", fold(name)),
        None => fold(name),
    }
}

/// The key of what may be meant although it does not belong where it is looked for: what belongs to nothing, and what an
/// identifying column says.
fn outside(name: &str) -> String {
    format!("\n{}", fold(name))
}

/// The keys under which a record is found by the text of a column.
fn keys<'a>(object: &str, column: &str, within: Option<Uuid>, text: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let is_outside = scope(object).is_some() && (within.is_none() || IDENTIFYING.contains(&column));
    let scoped = within.map(|within| key(Some(within), text));
    scoped.into_iter().chain([key(None, text)]).chain(is_outside.then(|| outside(text)))
}

/// What a record of an object that has only a name is given: the columns by which it is known, if they take the name. Lines
/// become one, as in a column of such names.
pub(super) fn called(shape: &Shape, name: &str, cx: &ParseCx) -> Result<Vec<(&'static str, Value)>> {
    let text = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let json = serde_json::Value::String(if name.contains(['\n', '\r']) { text } else { name.to_owned() });
    let mut columns = vec![known_by(shape.def.key).first().copied().unwrap_or(shape.def.title), shape.def.title];
    columns.dedup();
    let value = |column: &'static str| {
        let (_, field) = shape.find(column).ok_or(Error::NotFound)?;
        match field.parse(&json, cx) {
            Ok(Value::Null) => Err(Error::field(column, "required", "")),
            Ok(value) => Ok((column, value)),
            Err(error) => Err(Error::Invalid(vec![error])),
        }
    };
    columns.into_iter().map(value).collect()
}

impl Links {
    /// Makes sure that these names of an object have been looked for.
    pub(super) fn look_up(&mut self, ctx: &mut Ctx<'_>, object: &str, wanted: &Wanted) -> Result<()> {
        if !self.indexes.contains_key(object) {
            let index = Index::open(ctx, object)?;
            self.indexes.insert(object.to_owned(), index);
        }
        let Some(index) = self.indexes.get_mut(object) else { return Ok(()) };
        if index.names.len() > REMEMBERED && !index.whole {
            index.names.clear();
            index.ids.clear();
            index.absent.clear();
        }
        let made: HashSet<Uuid> = self.made.iter().map(|made| made.id).collect();
        super::kept::keep(ctx, index, wanted, &made)?;
        index.look_up(ctx, wanted)
    }

    /// Looks for names again that may have come since.
    pub(super) fn look_again(&mut self, ctx: &mut Ctx<'_>, object: &str, wanted: &Wanted) -> Result<()> {
        if let Some(index) = self.indexes.get_mut(object) {
            index.absent.clear();
        }
        self.look_up(ctx, object, wanted)
    }

    /// What a name leads to; `scope` is the record that it belongs to, where that is known. What is not there may be one
    /// that belongs to nothing, or has this number or address and belongs elsewhere.
    pub(super) fn find(&self, object: &str, scope: Option<Uuid>, name: &str) -> Found {
        self.indexes.get(object).map_or(Found::None, |index| index.find(scope, name))
    }

    /// As [`Links::find`], but nothing that does not belong there.
    pub(super) fn find_within(&self, object: &str, scope: Option<Uuid>, name: &str) -> Found {
        self.indexes.get(object).map_or(Found::None, |index| index.find_within(scope, name))
    }

    /// Makes a record with this name; says whether it is a new one, or one that an earlier step of a dry run made.
    pub(super) fn make(
        &mut self,
        ctx: &mut Ctx<'_>,
        writer: &mut Writer,
        within: Option<Uuid>,
        name: &str,
        owner: Uuid,
    ) -> Result<(Uuid, bool)> {
        let shape = writer.shape.clone();
        let object = shape.def.key;
        let mut changes = super::defaults(&shape, ctx)?;
        for (column, value) in called(&shape, name, &ctx.parse())? {
            changes.set(&shape, column, value);
        }
        if shape.def.owned {
            changes.set(&shape, "owner_id", Value::Id(owner));
        }
        if let (Some(link), Some(within)) = (scope(object), within) {
            changes.set(&shape, link, Value::Id(within));
        }
        if object == "pipeline_stages" {
            self.place_stage(&shape, &mut changes, name);
        }
        let visible = ctx.require(shape.def.permission, Action::Create)?;
        let id = writer.create(ctx, changes, &visible, Stamp::default())?.id();
        let lasting = key(within.map(|id| self.first.get(&id).copied().unwrap_or(id)), name);
        let before = self.tried.get(&(object.to_owned(), lasting.clone())).copied();
        if let Some(before) = before {
            self.first.insert(id, before);
        }
        let keys = self.indexes.get_mut(object).map(|index| index.add(within, name, id)).unwrap_or_default();
        self.made.push(Made { object: object.to_owned(), keys, lasting, id });
        Ok((id, before.is_none()))
    }

    fn place_stage(&self, shape: &Shape, changes: &mut Changes, name: &str) {
        let before = self.indexes.get("pipeline_stages").map_or(0, |index| index.names.len());
        changes.set(shape, "position", Value::Int(i64::try_from(before).unwrap_or(1000).min(1000)));
        changes.set(shape, "kind", Value::Text(stage_kind(name).to_owned()));
    }

    /// The step was committed: what it made stays.
    pub(super) fn keep(&mut self) {
        self.made.clear();
        // Of several one may have become part of another by the next step.
        for index in self.indexes.values_mut() {
            index.names.retain(|_, found| *found != Found::Several);
        }
        self.ask_again();
    }

    /// What is not there now may be there in the next step.
    fn ask_again(&mut self) {
        self.indexes.values_mut().for_each(|index| index.absent.clear());
    }

    /// The step was rolled back: what it made is gone.
    pub(super) fn forget(&mut self) {
        for made in self.made.drain(..).rev() {
            let Some(index) = self.indexes.get_mut(&made.object) else { continue };
            index.ids.remove(&made.id);
            for (key, before) in made.keys {
                match before {
                    Some(found) => index.names.insert(key, found),
                    None => index.names.remove(&key),
                };
            }
        }
        self.first.clear();
        self.ask_again();
    }

    /// The step was one of a dry run: what it made is gone, but does not count as new a second time.
    pub(super) fn try_out(&mut self) {
        for made in &self.made {
            let place = (made.object.clone(), made.lasting.clone());
            self.tried.entry(place).or_insert(made.id);
        }
        self.forget();
    }
}

/// Whether a stage of this name means won, lost or open.
fn stage_kind(name: &str) -> &'static str {
    let name = fold(name);
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["lost", "输单", "丢单", "失败", "流失", "closed lost", "战败"]) {
        "lost"
    } else if has(&["won", "赢单", "成交", "签约", "成功"]) {
        "won"
    } else {
        "open"
    }
}

impl Index {
    fn open(ctx: &mut Ctx<'_>, object: &str) -> Result<Self> {
        let shape = ctx.shape(object)?;
        let visible = linkable(ctx, &shape);
        let mut list = everything(&shape, visible.owners());
        let count = persistence::records::count(ctx.conn, &list, Some(WHOLE + 1))?;
        let (names, ids, absent) = (HashMap::new(), HashSet::new(), HashSet::new());
        let columns = seen_by(ctx, &shape);
        let mut index = Self { shape: shape.clone(), columns, whole: count <= WHOLE, names, ids, absent };
        if !index.whole {
            return Ok(index);
        }
        list.limit = WHOLE;
        let rows = persistence::records::list(ctx.conn, &list)?;
        index.ids.extend(rows.iter().map(|row| row.record.id()));
        for column in index.columns.clone() {
            let Some(at) = shape.position(column) else { continue };
            let named = rows.iter().filter_map(|row| {
                let within = scope(object).and_then(|link| row.record.get(&shape, link).as_id());
                Some((within, row.record.at(at).as_str()?, row.record.id()))
            });
            let named =
                named.flat_map(|(within, name, id)| keys(object, column, within, name).map(move |key| (key, id)));
            index.learn(named);
        }
        Ok(index)
    }

    /// As [`Links::find`].
    pub(super) fn find(&self, scope: Option<Uuid>, name: &str) -> Found {
        match (self.find_within(scope, name), scope) {
            (Found::None, Some(_)) => match self.names.get(&outside(name)) {
                Some(Found::One(id)) => Found::One(*id),
                _ => Found::None,
            },
            (found, _) => found,
        }
    }

    /// As [`Links::find_within`].
    fn find_within(&self, scope: Option<Uuid>, name: &str) -> Found {
        if let Some(id) = parse_id(name) {
            return if self.ids.contains(&id) { Found::One(id) } else { Found::None };
        }
        self.names.get(&key(scope, name)).copied().unwrap_or(Found::None)
    }

    /// Takes in the names in one column. A name counts before a number or address that happens to be the same, so the
    /// columns come in their order.
    fn learn(&mut self, named: impl Iterator<Item = (String, Uuid)>) {
        let mut seen: HashMap<String, Found> = HashMap::new();
        for (key, id) in named {
            let several = |known: &mut Found| {
                if *known != Found::One(id) {
                    *known = Found::Several;
                }
            };
            seen.entry(key).and_modify(several).or_insert(Found::One(id));
        }
        for (key, found) in seen {
            self.names.entry(key).or_insert(found);
        }
    }

    /// Takes in a record that was made; returns what its names led to before.
    fn add(&mut self, within: Option<Uuid>, name: &str, id: Uuid) -> Vec<(String, Option<Found>)> {
        self.ids.insert(id);
        let own = key(within, name);
        let mut known = vec![(own.clone(), self.names.insert(own.clone(), Found::One(id)))];
        let column = self.columns.first().copied().unwrap_or(self.shape.def.title);
        for key in keys(self.shape.def.key, column, within, name).filter(|key| *key != own) {
            let before = self.names.get(&key).copied();
            // What is not there was not looked for, or meant several a step ago: the database will say.
            if before.is_none() && !self.absent.contains(&key) {
                continue;
            }
            let found = if before.is_none() { Found::One(id) } else { Found::Several };
            self.names.insert(key.clone(), found);
            known.push((key, before));
        }
        known
    }

    /// Whether a name is yet to be asked for: nothing is known of it, and a record may have it.
    fn is_open(&self, key: &str) -> bool {
        !self.names.contains_key(key) && !self.absent.contains(key) && key.chars().nth(LONGEST).is_none()
    }

    /// Asks the database for what is not known, in a few queries.
    fn look_up(&mut self, ctx: &mut Ctx<'_>, wanted: &Wanted) -> Result<()> {
        let shape = self.shape.clone();
        let visible = linkable(ctx, &shape);
        let ids: HashSet<Uuid> = wanted.iter().filter_map(|(_, name)| parse_id(name)).collect();
        let ids: Vec<Uuid> = ids.into_iter().filter(|id| !self.ids.contains(id)).collect();
        self.ids.extend(persistence::records::live(ctx.conn, &shape, &ids, visible.owners())?);
        let named = wanted.iter().filter(|(_, name)| parse_id(name).is_none());
        let (within, anywhere): (Vec<_>, Vec<_>) = named.partition(|(scope, _)| scope.is_some());
        self.look_within(
            ctx,
            within.into_iter().filter_map(|(to, name)| Some(((*to)?, name.as_str()))),
            visible.owners(),
        )?;
        let mut open: HashMap<String, &str> = HashMap::new();
        for (_, name) in anywhere {
            let key = fold(name);
            if self.is_open(&key) {
                open.insert(key, name);
            }
        }
        for column in self.columns.clone() {
            if open.is_empty() {
                break;
            }
            let texts: Vec<String> = open.values().map(|name| (*name).to_owned()).collect();
            let called = Called { column, texts: &texts, link: None, at: None };
            let alike = persistence::records::find_alike(ctx.conn, &shape, called, visible.owners())?;
            let named = alike.into_iter().map(|one| (fold(&one.text), one.id));
            self.learn(named.filter(|(key, _)| open.contains_key(key)));
            open.retain(|key, _| !self.names.contains_key(key));
        }
        self.absent.extend(open.into_keys());
        Ok(())
    }

    /// Looks for names at the records that they belong to, and outside of them. By the names only, since a great part of
    /// all there is may belong to one record.
    fn look_within<'w>(
        &mut self,
        ctx: &mut Ctx<'_>,
        wanted: impl Iterator<Item = (Uuid, &'w str)>,
        owners: Owners<'_>,
    ) -> Result<()> {
        let shape = self.shape.clone();
        let object = shape.def.key;
        let Some(link) = scope(object) else { return Ok(()) };
        let (mut open, mut texts, mut scopes) = (HashSet::new(), HashSet::new(), HashSet::new());
        for (to, name) in wanted {
            let own = key(Some(to), name);
            if self.is_open(&own) {
                open.extend([own, outside(name)]);
                texts.insert(name.to_owned());
                scopes.insert(to);
            }
        }
        if open.is_empty() {
            return Ok(());
        }
        // What was found outside before is found again here, once for all columns.
        open.retain(|key| !self.names.contains_key(key));
        let texts: Vec<String> = texts.into_iter().collect();
        let scopes: Vec<Uuid> = scopes.into_iter().collect();
        for column in self.columns.clone() {
            // A number or an address tells who is meant wherever they belong.
            let at = (!IDENTIFYING.contains(&column)).then_some(scopes.as_slice());
            let called = Called { column, texts: &texts, link: Some(link), at };
            let found = persistence::records::find_alike(ctx.conn, &shape, called, owners)?;
            let named =
                found.iter().flat_map(|one| keys(object, column, one.to, &one.text).map(move |key| (key, one.id)));
            self.learn(named.filter(|(key, _)| open.contains(key)));
        }
        self.absent.extend(open.into_iter().filter(|key| !self.names.contains_key(key)));
        Ok(())
    }
}

/// A list of all live records.
pub(super) fn everything<'a>(shape: &'a Shape, owners: Owners<'a>) -> List<'a> {
    List {
        shape,
        owners,
        archived: Archived::No,
        condition: None,
        search: None,
        order: &Order::Newest,
        after: None,
        limit: 1,
        only: None,
    }
}

/// The name of a record.
pub(super) fn title(shape: &Shape, record: &Record) -> String {
    record.get(shape, shape.def.title).as_str().unwrap_or_default().to_owned()
}
