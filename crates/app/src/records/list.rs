//! Lists: from the parameters of a query string to a page of JSON.

use super::linked_ids;
use crate::{Actor, Ctx, Error, Result, Visible};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::condition::{Condition, Reader, Sight, SortKey};
use domain::fields::{FieldDef, FieldError, Kind, ObjectDef, ParseCx, parse_id};
use domain::objects::OWN;
use domain::policy::{Action, Mask};
use domain::record::{Place, Projection, Record, Shape, stored};
use domain::text::{ContactData, QueryGroup, query_tokens};
use domain::value::{Value, write_json_string};
use persistence::records::{After, Archived, List, Order, Row};
use std::sync::Arc;
use uuid::Uuid;

const MAX_LIMIT: i64 = 200;
const DEFAULT_LIMIT: i64 = 50;
/// `count=estimate` counts no further than this: a total of it means "this many or more".
const ESTIMATE_CAP: i64 = 10_000;

/// A list that was asked for, read and checked.
#[derive(Debug)]
pub struct Params {
    /// The object.
    pub shape: Arc<Shape>,
    /// The filter.
    pub condition: Option<Condition>,
    /// The words searched for.
    pub search: Option<Vec<QueryGroup>>,
    /// The order.
    pub order: Order,
    /// Where to go on.
    pub after: Option<After>,
    /// Records on the page.
    pub limit: i64,
    /// Which side of the archive.
    pub archived: Archived,
    /// The fields wanted.
    pub only: Option<Projection>,
    /// How far to count.
    pub count: Count,
    /// Titles of linked records wanted.
    pub refs: bool,
}

/// Whether and how far to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Not at all.
    No,
    /// To the end.
    Exact,
    /// Up to [`ESTIMATE_CAP`].
    Estimate,
}

impl Params {
    /// Reads the parameters of a query string; every fault is reported at once.
    pub fn read(ctx: &Ctx<'_>, object: &str, pairs: &[(String, String)]) -> Result<Params> {
        let shape = ctx.shape(object)?;
        let cx = ctx.parse();
        let shapes = |key: &str| ctx.schema.shape(key).cloned();
        let reader = Reader { shape: &shape, shapes: &shapes, masks: ctx.actor.permissions.masks, cx: &cx };
        let mut draft = Draft::default();
        for (key, value) in pairs {
            draft.take(&reader, key, value);
        }
        let Draft { mut errors, conditions, q, sort, cursor, limit, archived, fields, count, refs } = draft;
        let explicit = sort.is_some();
        let keys = sort.unwrap_or_else(|| reader.default_sort());
        let contact_data = if reader.masks.phone == Mask::Clear && reader.masks.email == Mask::Clear {
            ContactData::Searchable
        } else {
            ContactData::Masked
        };
        let search = match q.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(_) if shape.def.search.is_empty() => {
                errors.push(FieldError::new("q", "unknown_parameter", ""));
                None
            }
            Some(q) => Some(query_tokens(q, contact_data)),
        };
        let order = if search.is_some() && !explicit { Order::Newest } else { Order::Keys(keys) };
        let after = match cursor.map(|c| read_cursor(&c, &order, &cx)) {
            Some(None) => {
                errors.push(FieldError::new("cursor", "invalid_cursor", ""));
                None
            }
            Some(after) => after,
            None => None,
        };
        let condition = if conditions.is_empty() { None } else { Some(Condition::All(conditions)) };
        if let Some(most) = condition.as_ref().and_then(Condition::excess) {
            errors.push(FieldError::new("filter", "too_many", most.to_string()));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut only = fields;
        if let (Some(only), Order::Keys(keys)) = (&mut only, &order) {
            keys.iter().for_each(|k| want(only, &k.field.place));
        }
        let sight = |def: &'static ObjectDef, field: &FieldDef| sight(ctx.actor, def, field);
        let condition = condition.map(|condition| condition.seen_by(&sight));
        Ok(Params { shape, condition, search, order, after, limit, archived, only, count, refs })
    }
}

/// Which records of an object somebody may look at over a link for one of its fields. What people, teams and the words of
/// the house are called is known to everyone, as in the titles of links, and so is who is in which team, by which figures
/// are grouped; everything else about them is for those who may see them.
pub fn sight(actor: &Actor, def: &'static ObjectDef, field: &FieldDef) -> Sight {
    let of_the_house = matches!(def.key, "users" | "teams" | "tags" | "pipelines" | "pipeline_stages");
    let membership = def.key == "users" && field.key == "team_id";
    if of_the_house && (field.key == def.title || membership) {
        return Sight::All;
    }
    match actor.visible(def.permission, Action::Read) {
        Some(Visible::All) => Sight::All,
        Some(Visible::Owners(list)) => Sight::Owners(list),
        Some(Visible::Pool) | None => Sight::Nothing,
    }
}

fn want(only: &mut Projection, place: &Place) {
    match place {
        Place::Column(at) => only.add(*at),
        Place::Custom => only.custom = true,
    }
}

/// The parameters as far as they are read.
struct Draft {
    errors: Vec<FieldError>,
    conditions: Vec<Condition>,
    q: Option<String>,
    sort: Option<Vec<SortKey>>,
    cursor: Option<String>,
    limit: i64,
    archived: Archived,
    fields: Option<Projection>,
    count: Count,
    refs: bool,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            errors: Vec::new(),
            conditions: Vec::new(),
            q: None,
            sort: None,
            cursor: None,
            limit: DEFAULT_LIMIT,
            archived: Archived::No,
            fields: None,
            count: Count::No,
            refs: false,
        }
    }
}

impl Draft {
    fn take(&mut self, reader: &Reader<'_>, key: &str, value: &str) {
        match key {
            "q" if value.chars().count() > 200 => self.wrong("q", "too_long", "200"),
            "q" => self.q = Some(value.to_owned()),
            "cursor" => self.cursor = Some(value.to_owned()).filter(|c| !c.is_empty()),
            "limit" => match value.parse() {
                Ok(n) if (1..=MAX_LIMIT).contains(&n) => self.limit = n,
                _ => self.wrong("limit", "out_of_range", "1..200"),
            },
            "sort" => match reader.sort(value) {
                Ok(keys) if keys.is_empty() => {}
                Ok(keys) => self.sort = Some(keys),
                Err(e) => self.errors.extend(e),
            },
            "filter" if value.is_empty() => {}
            "filter" => match serde_json::from_str::<serde_json::Value>(value) {
                Ok(json) => self.condition(reader.condition(&json, "filter")),
                Err(_) => self.wrong("filter", "wrong_type", "JSON"),
            },
            "fields" => self.fields(reader.shape, value),
            "archived" => match value {
                "false" => self.archived = Archived::No,
                "true" => self.archived = Archived::Both,
                "only" => self.archived = Archived::Only,
                _ => self.wrong("archived", "choice", "false, true, only"),
            },
            "count" => match value {
                "exact" => self.count = Count::Exact,
                "estimate" => self.count = Count::Estimate,
                "none" => self.count = Count::No,
                _ => self.wrong("count", "choice", "exact, estimate, none"),
            },
            "refs" => match value {
                "true" => self.refs = true,
                "false" => self.refs = false,
                _ => self.wrong("refs", "wrong_type", "boolean"),
            },
            name if reader.shape.find(name).is_some() => self.condition(reader.equality(name, value)),
            name => self.wrong(name, "unknown_parameter", ""),
        }
    }

    fn wrong(&mut self, field: &str, code: &'static str, detail: &str) {
        self.errors.push(FieldError::new(field, code, detail));
    }

    fn condition(&mut self, read: std::result::Result<Condition, Vec<FieldError>>) {
        match read {
            Ok(c) => self.conditions.push(c),
            Err(e) => self.errors.extend(e),
        }
    }

    fn fields(&mut self, shape: &Shape, value: &str) {
        let mut only = Projection::default();
        only.add(0);
        only.add(1);
        for name in value.split(',').map(str::trim).filter(|n| !n.is_empty()) {
            match shape.find(name) {
                Some((place, _)) => want(&mut only, &place),
                None if name == "custom" => only.custom = true,
                None => self.wrong("fields", "unknown_field", name),
            }
        }
        self.fields = Some(only);
    }
}

/// Reads one page as rows, with the cursor of the next.
pub fn page(ctx: &mut Ctx<'_>, p: &Params, visible: &Visible) -> Result<(Vec<Row>, Option<String>)> {
    let list = List { limit: p.limit + 1, ..p.list(visible) };
    let mut rows = persistence::records::list(ctx.conn, &list)?;
    let more = rows.len() as i64 > p.limit;
    rows.truncate(usize::try_from(p.limit).unwrap_or(usize::MAX));
    let cursor = if more { rows.last().map(|row| write_cursor(&p.order, row, &ctx.parse())) } else { None };
    Ok((rows, cursor))
}

impl Params {
    /// The query, without its limit.
    pub fn list<'a>(&'a self, visible: &'a Visible) -> List<'a> {
        List {
            shape: &self.shape,
            owners: visible.owners(),
            archived: self.archived,
            condition: self.condition.as_ref(),
            search: self.search.as_deref(),
            order: &self.order,
            after: self.after.as_ref(),
            limit: self.limit,
            only: self.only.as_ref(),
        }
    }
}

/// A page as the API answers it.
pub fn list(ctx: &mut Ctx<'_>, object: &str, pairs: &[(String, String)]) -> Result<String> {
    let p = Params::read(ctx, object, pairs)?;
    let visible = ctx.require(p.shape.def.permission, Action::Read)?;
    let (rows, cursor) = page(ctx, &p, &visible)?;
    let total = match p.count {
        Count::No => None,
        Count::Exact => Some(persistence::records::count(ctx.conn, &p.list(&visible), None)?),
        Count::Estimate => Some(persistence::records::count(ctx.conn, &p.list(&visible), Some(ESTIMATE_CAP))?),
    };
    let mut out = String::with_capacity(4096);
    out.push_str("{\"items\":[");
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        row.record.write_json(&p.shape, ctx.actor.permissions.masks, p.only.as_ref(), &mut out);
        if i == 0 {
            // The others are about as long: most of a record is the names of its fields.
            out.reserve(rows.len() * out.len());
        }
    }
    out.push_str("],\"next_cursor\":");
    match &cursor {
        Some(c) => write_json_string(c, &mut out),
        None => out.push_str("null"),
    }
    out.push_str(",\"total\":");
    out.push_str(&total.map_or_else(|| "null".to_owned(), |n| n.to_string()));
    if p.refs {
        let records: Vec<Record> = rows.into_iter().map(|r| r.record).collect();
        out.push_str(",\"refs\":");
        write_refs(ctx, &p.shape, &records, &mut out)?;
    }
    out.push('}');
    Ok(out)
}

/// `{id: title}` of every record that these link to and that the caller may see.
pub(crate) fn names_of(
    ctx: &mut Ctx<'_>,
    shape: &Shape,
    records: &[Record],
) -> Result<serde_json::Map<String, serde_json::Value>> {
    let titles = super::titles(ctx, linked_ids(shape, records))?;
    Ok(titles.into_iter().map(|(id, title)| (id.to_string(), title.into())).collect())
}

/// Appends `{id: title}` of every linked record that the caller may see.
pub(super) fn write_refs(ctx: &mut Ctx<'_>, shape: &Shape, records: &[Record], out: &mut String) -> Result<()> {
    out.push('{');
    for (i, (id, title)) in super::titles(ctx, linked_ids(shape, records))?.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        Value::Id(id).write_json(out);
        out.push(':');
        write_json_string(&title, out);
    }
    out.push('}');
    Ok(())
}

/// The cursor names the order it belongs to, so that it cannot be used with another.
fn write_cursor(order: &Order, row: &Row, cx: &ParseCx) -> String {
    let json = match order {
        Order::Newest => serde_json::json!({ "n": row.seq }),
        Order::Keys(keys) => {
            let values: Vec<_> =
                keys.iter().map(|k| row.record.value(&k.field.place, &k.field.field, cx).to_json()).collect();
            serde_json::json!({ "s": signature(keys), "k": values, "i": row.record.id() })
        }
    };
    BASE64_URL_SAFE_NO_PAD.encode(json.to_string())
}

fn signature(keys: &[SortKey]) -> String {
    let name = |k: &SortKey| {
        format!("{:?}{}{}", k.direction, if k.field.place == Place::Custom { "." } else { "" }, k.field.field.key)
    };
    keys.iter().map(name).collect::<Vec<_>>().join(",")
}

fn read_cursor(text: &str, order: &Order, cx: &ParseCx) -> Option<After> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let json: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    match order {
        Order::Newest => json.get("n")?.as_i64().map(After::Seq),
        Order::Keys(keys) => {
            if json.get("s")?.as_str()? != signature(keys) {
                return None;
            }
            let values = json.get("k")?.as_array()?;
            let read = |(key, value): (&SortKey, &serde_json::Value)| match &key.field.place {
                Place::Column(_) if !key.field.field.kind.is_text() => typed(&key.field.field.kind, value, cx),
                _ => stored(&key.field.field.kind, value, cx),
            };
            let values: Option<Vec<Value>> = keys.iter().zip(values).map(read).collect();
            let id: Uuid = parse_id(json.get("i")?.as_str()?)?;
            values.filter(|v| v.len() == keys.len()).map(|v| After::Keys(v, id))
        }
    }
}

/// A value of a column as a cursor has it: of the type of its field, within whatever range, since what the program works
/// out keeps to none.
fn typed(kind: &Kind, json: &serde_json::Value, cx: &ParseCx) -> Option<Value> {
    let value = stored(kind, json, cx)?;
    let fits = matches!(
        (kind, &value),
        (_, Value::Null)
            | (Kind::Int { .. } | Kind::Money, Value::Int(_))
            | (Kind::Number | Kind::Percent, Value::Num(_))
            | (Kind::Bool, Value::Bool(_))
            | (Kind::Date, Value::Date(_))
            | (Kind::DateTime, Value::Time(_))
            | (Kind::Link(_) | Kind::Id, Value::Id(_))
    );
    fits.then_some(value)
}

/// Is this column one of the object's own, rather than a system field?
pub(super) fn is_own(at: usize) -> bool {
    at >= OWN
}
