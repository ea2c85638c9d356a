//! Which records the rows of a step are about.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::fields::{FieldDef, Kind};
use domain::policy::Action;
use domain::record::{Place, Record, Shape};
use domain::text::normalise_phone;
use domain::value::Value;
use persistence::communications::{self, Key, has_tails, phone_tail};
use persistence::records::{Called, Owners, find_alike, find_by_custom, is_folded, spelling};
use uuid::Uuid;

use super::links::fold;
use super::rows::{Draft, Plan, Step};
use crate::{Ctx, Result, Visible};

/// Whether rows may be matched by these fields: one of them must be such that records are found by it.
pub(super) fn is_matchable(shape: &Shape, fields: &[String]) -> bool {
    let found: Option<Vec<_>> = fields.iter().map(|field| shape.find(field)).collect();
    fields.is_empty() || found.is_some_and(|all| all.iter().any(|(place, field)| is_key(place, field)))
}

/// Whether records can be found by a field: a text, or a text or whole number among the custom fields, which have indexes.
fn is_key(place: &Place, field: &FieldDef) -> bool {
    match place {
        Place::Column(_) => field.kind.is_text(),
        Place::Custom => {
            matches!(field.kind, Kind::Text { .. } | Kind::Int { .. } | Kind::Email | Kind::Phone | Kind::Url)
        }
    }
}

/// The form under which values of a field are the same. It is what the database finds, so that it does not matter whether
/// two rows are in one step: numbers of phones whatever stands between their digits and names whatever their width, case
/// and blanks, where an index has them so; other texts by their spelling.
fn alike(shape: &Shape, place: &Place, field: &FieldDef, value: &Value) -> Value {
    let Value::Text(text) = value else { return value.clone() };
    let is_column = *place != Place::Custom;
    Value::Text(match &field.kind {
        Kind::Phone if is_column && has_tails(shape.def.key, &field.key) => {
            number(text).unwrap_or_else(|| spelling(text))
        }
        _ if is_column && is_folded(shape, &field.key) => fold(text),
        Kind::Text { .. } | Kind::LongText { .. } | Kind::Email | Kind::Phone | Kind::Url => spelling(text),
        _ => return value.clone(),
    })
}

/// A phone in one form; none with an extension or with signs that the index has as they are written.
fn number(phone: &str) -> Option<String> {
    normalise_phone(phone).filter(|number| !number.contains('x') && phone_tail(number) == phone_tail(phone))
}

/// Two keys that collide would only make two rows of one step meet; 64 bits make that unlikely.
fn hash<'a>(values: impl Iterator<Item = &'a Value>) -> u64 {
    let (mut hasher, mut text) = (DefaultHasher::new(), String::new());
    for value in values {
        text.clear();
        value.write_json(&mut text);
        text.hash(&mut hasher);
    }
    hasher.finish()
}

/// The value of a custom field as it is compared; none where there is none.
fn from_json(json: &serde_json::Value) -> Option<Value> {
    match json {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(Value::Text(text.clone())),
        other => Some(other.as_i64().map_or_else(|| Value::Json(other.to_string()), Value::Int)),
    }
}

/// The match fields of an import, of this object.
struct Fields<'a>(Vec<(Place, &'a FieldDef)>, &'a Shape);

impl<'a> Fields<'a> {
    fn of(plan: &'a Plan) -> Fields<'a> {
        let found: Option<Vec<_>> =
            plan.setup.options.match_fields.iter().map(|field| plan.shape.find(field)).collect();
        Fields(found.unwrap_or_default(), &plan.shape)
    }

    /// What a row says of a field.
    fn said(draft: &Draft, place: &Place, field: &FieldDef) -> Option<Value> {
        match place {
            Place::Column(at) => draft.changes.columns.iter().find(|(given, _)| given == at).map(|(_, v)| v.clone()),
            Place::Custom => {
                let given = draft.changes.custom.iter().find(|(key, _)| *key == field.key);
                given.and_then(|(_, json)| from_json(json))
            }
        }
    }

    /// The values of a row; none if one is empty.
    fn of_row(&self, draft: &Draft) -> Option<Vec<Value>> {
        if self.0.is_empty() {
            return None;
        }
        self.0.iter().map(|(place, field)| Self::said(draft, place, field)).collect()
    }

    /// The values of a record.
    fn of_record(&self, record: &Record) -> Vec<Value> {
        let custom =
            if self.0.iter().any(|(place, _)| *place == Place::Custom) { record.custom() } else { Default::default() };
        let value = |(place, field): &(Place, &FieldDef)| match place {
            Place::Column(at) => record.at(*at).clone(),
            Place::Custom => custom.get(field.key.as_ref()).and_then(from_json).unwrap_or_default(),
        };
        self.0.iter().map(value).collect()
    }

    /// The key of values: the same for all that are alike.
    fn key(&self, values: &[Value]) -> u64 {
        let alike: Vec<Value> =
            values.iter().zip(&self.0).map(|(value, (place, field))| alike(self.1, place, field, value)).collect();
        hash(alike.iter())
    }
}

impl Step<'_> {
    /// The records that rows are about, by match key.
    pub(super) fn existing(&mut self, ctx: &mut Ctx<'_>, drafts: &[Draft]) -> Result<HashMap<u64, Vec<Record>>> {
        let shape = &self.plan.shape;
        let mut found: HashMap<u64, Vec<Record>> = HashMap::new();
        let by_id: Vec<Uuid> = drafts.iter().filter_map(|draft| draft.id).collect();
        for record in persistence::records::get_many(ctx.conn, shape, &by_id, Owners::All)? {
            found.entry(hash([Value::Id(record.id())].iter())).or_default().push(record);
        }
        let fields = Fields::of(self.plan);
        let Some((place, field)) = fields.0.iter().find(|(place, field)| is_key(place, field)) else {
            return Ok(found);
        };
        let rows = drafts.iter().filter(|draft| !draft.rejected && draft.id.is_none());
        let values: Vec<Value> = rows.filter_map(|draft| Fields::said(draft, place, field)).collect();
        // That a name or a number is somebody else's is told, so that nothing is there twice; what else their record holds
        // would come out by asking for it together with its name.
        let seen = match (fields.0.len(), place) {
            (1, Place::Column(_)) => Visible::All,
            _ => match ctx.actor.visible(shape.def.permission, Action::Read) {
                Some(_) if !shape.def.owned => Visible::All,
                Some(visible) => visible,
                None => return Ok(found),
            },
        };
        let ids: Vec<Uuid> = candidates(ctx, shape, (place, field), values, seen.owners())?.into_iter().collect();
        for record in persistence::records::get_many(ctx.conn, shape, &ids, seen.owners())? {
            let key = fields.key(&fields.of_record(&record));
            found.entry(key).or_default().push(record);
        }
        Ok(found)
    }

    /// The records that a row is about, and its match key. Of several that are alike, the one that is written as in the
    /// row is meant.
    pub(super) fn known<'e>(
        &self,
        existing: &'e HashMap<u64, Vec<Record>>,
        draft: &Draft,
    ) -> (Vec<&'e Record>, Option<u64>) {
        let of = |key: u64| existing.get(&key).map_or(&[][..], Vec::as_slice);
        if let Some(id) = draft.id {
            let key = hash([Value::Id(id)].iter());
            return (of(key).iter().collect(), Some(key));
        }
        let fields = Fields::of(self.plan);
        let Some(values) = fields.of_row(draft) else { return (Vec::new(), None) };
        let key = fields.key(&values);
        let alike: Vec<&Record> = of(key).iter().collect();
        if alike.len() < 2 {
            return (alike, Some(key));
        }
        let same: Vec<&Record> = alike.iter().copied().filter(|record| fields.of_record(record) == values).collect();
        if same.is_empty() { (alike, Some(key)) } else { (same, Some(hash(values.iter()))) }
    }
}

/// Records whose field may have one of these values: a few queries, all by index.
fn candidates(
    ctx: &mut Ctx<'_>,
    shape: &Shape,
    (place, field): (&Place, &FieldDef),
    values: Vec<Value>,
    owners: Owners<'_>,
) -> Result<HashSet<Uuid>> {
    let texts: HashSet<String> = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let mut found = HashSet::new();
    if *place == Place::Custom {
        let ints: HashSet<i64> = values.iter().filter_map(Value::as_int).collect();
        let values: Vec<Value> = texts.into_iter().map(Value::Text).chain(ints.into_iter().map(Value::Int)).collect();
        found.extend(find_by_custom(ctx.conn, shape, field, &values, owners)?);
        return Ok(found);
    }
    let std::borrow::Cow::Borrowed(column) = field.key else { return Ok(found) };
    if has_tails(shape.def.key, column) {
        let tails: HashSet<String> = texts.iter().map(|text| phone_tail(text)).collect();
        let tails: Vec<String> = tails.into_iter().collect();
        let by_tail = communications::find(ctx.conn, shape, owners, Key::PhoneTail, &tails)?;
        found.extend(by_tail.into_iter().map(|one| one.id));
        return Ok(found);
    }
    let texts: Vec<String> = texts.into_iter().collect();
    let called = Called { column, texts: &texts, link: None, at: None };
    found.extend(find_alike(ctx.conn, shape, called, owners)?.into_iter().map(|one| one.id));
    Ok(found)
}
