//! Finding the records that cells name, and making those that are missing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::fields::parse_id;
use domain::policy::Action;
use domain::record::{Changes, Record, Shape};
use domain::value::Value;
use persistence::records::{Archived, List, Order, Owners};
use uuid::Uuid;

use crate::records::{Stamp, Writer};
use crate::{Ctx, Result, Visible};

/// Objects with at most this many records are held in memory whole.
const WHOLE: i64 = 5_000;
/// Names remembered of an object that is not held whole.
const REMEMBERED: usize = 200_000;

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

/// The records that one object's names lead to.
struct Index {
    shape: Arc<Shape>,
    whole: bool,
    names: HashMap<String, Found>,
    ids: HashSet<Uuid>,
}

/// The indexes of all linked objects of a run.
#[derive(Default)]
pub(super) struct Links {
    indexes: HashMap<String, Index>,
    /// Names whose record was made by this step, to be forgotten when the step is rolled back.
    made: Vec<(String, String)>,
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

/// Whose records of an object may be linked to: the house's vocabulary by everyone.
pub(super) fn linkable(ctx: &Ctx<'_>, shape: &Shape) -> Visible {
    match shape.def.key {
        "users" | "teams" | "tags" | "pipelines" | "pipeline_stages" | "products" => Visible::All,
        _ => ctx.actor.visible(shape.def.permission, Action::Read).unwrap_or(Visible::Owners([].into())),
    }
}

fn key(shape: &Shape, scope: Option<Uuid>, name: &str) -> String {
    // Stages of different pipelines may have the same name.
    match (shape.def.key, scope) {
        ("pipeline_stages", Some(pipeline)) => format!("{pipeline}/{}", fold(name)),
        _ => fold(name),
    }
}

impl Links {
    /// Makes sure that these names of an object have been looked for.
    pub(super) fn look_up(&mut self, ctx: &mut Ctx<'_>, object: &str, names: &HashSet<String>) -> Result<()> {
        if !self.indexes.contains_key(object) {
            let index = Index::open(ctx, object)?;
            self.indexes.insert(object.to_owned(), index);
        }
        let Some(index) = self.indexes.get_mut(object) else { return Ok(()) };
        if index.names.len() > REMEMBERED && !index.whole {
            index.names.clear();
            index.ids.clear();
        }
        index.look_up(ctx, names)
    }

    /// Looks for names again that may have come since.
    pub(super) fn look_again(&mut self, ctx: &mut Ctx<'_>, object: &str, names: &HashSet<String>) -> Result<()> {
        if let Some(index) = self.indexes.get_mut(object) {
            index.whole = false;
            index.names.retain(|_, found| *found != Found::None);
        }
        self.look_up(ctx, object, names)
    }

    /// What a name leads to; `scope` is the pipeline of a stage.
    pub(super) fn find(&self, object: &str, scope: Option<Uuid>, name: &str) -> Found {
        let Some(index) = self.indexes.get(object) else { return Found::None };
        if let Some(id) = parse_id(name) {
            return if index.ids.contains(&id) { Found::One(id) } else { Found::None };
        }
        index.names.get(&key(&index.shape, scope, name)).copied().unwrap_or(Found::None)
    }

    /// Makes a record with this name.
    pub(super) fn make(
        &mut self,
        ctx: &mut Ctx<'_>,
        writer: &mut Writer,
        scope: Option<Uuid>,
        name: &str,
        owner: Uuid,
    ) -> Result<Uuid> {
        let shape = writer.shape.clone();
        let mut changes = super::defaults(&shape, ctx)?;
        changes.set(&shape, known_by(shape.def.key).first().unwrap_or(&shape.def.title), Value::Text(name.to_owned()));
        changes.set(&shape, shape.def.title, Value::Text(name.to_owned()));
        if shape.def.owned {
            changes.set(&shape, "owner_id", Value::Id(owner));
        }
        if shape.def.key == "pipeline_stages" {
            self.place_stage(&shape, &mut changes, scope, name);
        }
        let visible = ctx.require(shape.def.permission, Action::Create)?;
        let id = writer.create(ctx, changes, &visible, Stamp::default())?.id();
        if let Some(index) = self.indexes.get_mut(shape.def.key) {
            let key = key(&shape, scope, name);
            index.names.insert(key.clone(), Found::One(id));
            index.ids.insert(id);
            self.made.push((shape.def.key.to_owned(), key));
        }
        Ok(id)
    }

    fn place_stage(&self, shape: &Shape, changes: &mut Changes, pipeline: Option<Uuid>, name: &str) {
        let before = self.indexes.get("pipeline_stages").map_or(0, |index| index.names.len());
        changes.set(shape, "position", Value::Int(i64::try_from(before).unwrap_or(1000).min(1000)));
        changes.set(shape, "kind", Value::Text(stage_kind(name).to_owned()));
        if let Some(pipeline) = pipeline {
            changes.set(shape, "pipeline_id", Value::Id(pipeline));
        }
    }

    /// The step was committed: what it made stays.
    pub(super) fn keep(&mut self) {
        self.made.clear();
    }

    /// The step was rolled back: what it made is gone.
    pub(super) fn forget(&mut self) {
        for (object, key) in self.made.drain(..) {
            if let Some(index) = self.indexes.get_mut(&object) {
                index.names.remove(&key);
            }
        }
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
        let mut index =
            Self { shape: shape.clone(), whole: count <= WHOLE, names: HashMap::new(), ids: HashSet::new() };
        if !index.whole {
            return Ok(index);
        }
        list.limit = WHOLE;
        let rows = persistence::records::list(ctx.conn, &list)?;
        let columns: Vec<usize> = known_by(object).iter().filter_map(|column| shape.position(column)).collect();
        // A name counts before a number or address that happens to be the same.
        for column in columns {
            let mut seen: HashMap<String, Found> = HashMap::new();
            for row in &rows {
                index.ids.insert(row.record.id());
                let Some(name) = row.record.at(column).as_str() else { continue };
                let scope = row.record.get(&shape, "pipeline_id").as_id();
                let keys = if scope.is_some() && object == "pipeline_stages" {
                    vec![key(&shape, scope, name), fold(name)]
                } else {
                    vec![fold(name)]
                };
                for key in keys {
                    let found = Found::One(row.record.id());
                    seen.entry(key).and_modify(|known| *known = Found::Several).or_insert(found);
                }
            }
            for (key, found) in seen {
                index.names.entry(key).or_insert(found);
            }
        }
        Ok(index)
    }

    fn look_up(&mut self, ctx: &mut Ctx<'_>, names: &HashSet<String>) -> Result<()> {
        if self.whole {
            return Ok(());
        }
        let visible = linkable(ctx, &self.shape);
        let ids: Vec<Uuid> =
            names.iter().filter_map(|name| parse_id(name)).filter(|id| !self.ids.contains(id)).collect();
        for record in persistence::records::get_many(ctx.conn, &self.shape, &ids, visible.owners())? {
            self.ids.insert(record.id());
        }
        let mut open: Vec<String> =
            names.iter().filter(|name| !self.names.contains_key(&fold(name))).cloned().collect();
        for column in known_by(self.shape.def.key) {
            if open.is_empty() {
                break;
            }
            let mut seen: HashMap<String, Found> = HashMap::new();
            for (name, id) in
                persistence::records::find_by_text(ctx.conn, &self.shape, column, &open, visible.owners())?
            {
                let found = Found::One(id);
                seen.entry(fold(&name)).and_modify(|known| *known = Found::Several).or_insert(found);
            }
            open.retain(|name| !seen.contains_key(&fold(name)));
            self.names.extend(seen);
        }
        for name in open {
            self.names.insert(fold(&name), Found::None);
        }
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
