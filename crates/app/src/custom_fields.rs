//! Fields that the organisation adds to an object: typed, filterable, sortable, in forms, lists, import and export.

use crate::{Ctx, Error, Result};
use contract::meta::{CustomFieldInput, CustomFieldOut};
use domain::fields::{Choice, FieldDef, FieldError, Kind, Label};
use persistence::settings::CustomField;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use uuid::Uuid;

const MAX_FIELDS: usize = 60;
const MAX_CHOICES: usize = 200;
/// The kinds that a custom field can have.
pub const KINDS: [&str; 13] = [
    "text",
    "long_text",
    "email",
    "phone",
    "url",
    "int",
    "money",
    "number",
    "percent",
    "bool",
    "date",
    "datetime",
    "choice",
];

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Options {
    choices: Vec<StoredChoice>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredChoice {
    key: String,
    zh: String,
    en: String,
    color: String,
}

/// A stored definition as a field of a shape; `None` when its kind is not known to this version.
pub fn to_field(f: &CustomField) -> Option<FieldDef> {
    let mut field = FieldDef::new("", "", "", kind_of(&f.kind, &f.options)?);
    field.key = f.key.clone().into();
    field.label = Label { zh: f.label_zh.clone().into(), en: f.label_en.clone().into() };
    field.required = f.required;
    field.in_list = f.in_list;
    Some(field)
}

/// One of [`KINDS`] with the stored options of its field.
fn kind_of(name: &str, options: &str) -> Option<Kind> {
    let choices = || {
        let options: Options = serde_json::from_str(options).unwrap_or_default();
        let choice = |c: StoredChoice| Choice {
            key: c.key.into(),
            label: Label { zh: c.zh.into(), en: c.en.into() },
            color: c.color.into(),
        };
        Kind::Choice(Cow::Owned(options.choices.into_iter().map(choice).collect()))
    };
    Some(match name {
        "text" => Kind::Text { max: 500 },
        "long_text" => Kind::LongText { max: 20_000 },
        "email" => Kind::Email,
        "phone" => Kind::Phone,
        "url" => Kind::Url,
        "int" => Kind::Int { min: -9_007_199_254_740_991, max: 9_007_199_254_740_991 },
        "money" => Kind::Money,
        "number" => Kind::Number,
        "percent" => Kind::Percent,
        "bool" => Kind::Bool,
        "date" => Kind::Date,
        "datetime" => Kind::DateTime,
        "choice" => choices(),
        _ => return None,
    })
}

/// Every definition, or those of one object.
pub fn list(ctx: &mut Ctx<'_>, object: Option<&str>) -> Result<Vec<CustomFieldOut>> {
    let all = persistence::settings::custom_fields(ctx.conn)?;
    Ok(all.iter().filter(|f| object.is_none_or(|o| o == f.object)).map(show).collect())
}

/// One definition.
pub fn get(ctx: &mut Ctx<'_>, id: Uuid) -> Result<CustomFieldOut> {
    load(ctx, id).map(|f| show(&f))
}

fn load(ctx: &mut Ctx<'_>, id: Uuid) -> Result<CustomField> {
    persistence::settings::custom_fields(ctx.conn)?.into_iter().find(|f| f.id == id).ok_or(Error::NotFound)
}

/// Adds a field to an object.
pub fn create(ctx: &mut Ctx<'_>, input: &CustomFieldInput) -> Result<CustomFieldOut> {
    let all = persistence::settings::custom_fields(ctx.conn)?;
    let mut errors = Vec::new();
    let of_object = all.iter().filter(|f| f.object == input.object);
    match domain::objects::find(&input.object) {
        Some(def) if def.customizable => {}
        _ => {
            let known: Vec<&str> = domain::objects::ALL.iter().filter(|d| d.customizable).map(|d| d.key).collect();
            errors.push(FieldError::new("object", "choice", known.join(", ")));
        }
    }
    if of_object.clone().count() >= MAX_FIELDS {
        errors.push(FieldError::new("object", "too_many", MAX_FIELDS.to_string()));
    }
    if !is_key(&input.key) {
        errors.push(FieldError::new("key", "key", ""));
    } else if of_object.clone().any(|f| f.key == input.key) {
        errors.push(FieldError::new("key", "duplicate", ""));
    }
    if !KINDS.contains(&input.kind.as_str()) {
        errors.push(FieldError::new("kind", "choice", KINDS.join(", ")));
    }
    let last = of_object.map(|f| f.position).max().unwrap_or(-1);
    let field = CustomField {
        id: Uuid::now_v7(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        object: input.object.clone(),
        key: input.key.clone(),
        kind: input.kind.clone(),
        label_zh: input.label_zh.trim().to_owned(),
        label_en: input.label_en.trim().to_owned(),
        options: options(input, &mut errors),
        required: input.required,
        in_list: input.in_list,
        position: input.position.unwrap_or(last + 1),
    };
    check_labels(&field, &mut errors);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    refuse_misfits(ctx, &field)?;
    persistence::settings::insert_custom_field(ctx.conn, &field)?;
    persistence::custom_index::create(ctx.conn, &field)?;
    log(ctx, "custom_field.created", &field)?;
    Ok(show(&field))
}

/// A field of this key may have been removed before; its values are still in the records, and each of them has to be one
/// that this field could hold. What roles mask only comes back as such: as a text everybody would read it.
fn refuse_misfits(ctx: &mut Ctx<'_>, field: &CustomField) -> Result<()> {
    let Some(FieldDef { kind, .. }) = to_field(field) else { return Ok(()) };
    let before = persistence::custom_index::removed_kind(ctx.conn, field)?;
    let veiled = before.filter(|name| *name != field.kind).and_then(|name| kind_of(&name, ""));
    let veiled = veiled.is_some_and(|before| domain::record::sensitive(&before));
    match persistence::custom_index::misfits(ctx.conn, field, (!veiled).then_some(&kind))? {
        0 => Ok(()),
        n if !veiled && matches!(kind, Kind::Choice(_)) => {
            Err(Error::field("choices", "stored_beyond_choices", n.to_string()))
        }
        n => Err(Error::field("key", "stored_of_another_kind", n.to_string())),
    }
}

/// Changes what a field is called, offers or demands. Object, key and kind stay: values depend on them; so do the options
/// that live records have. An archived record keeps one that has gone.
pub fn update(ctx: &mut Ctx<'_>, id: Uuid, version: Option<i64>, input: &CustomFieldInput) -> Result<CustomFieldOut> {
    let old = load(ctx, id)?;
    match version {
        None => return Err(Error::VersionRequired),
        Some(v) if v != old.version => return Err(Error::Stale { current: old.version }),
        Some(_) => {}
    }
    let mut errors = Vec::new();
    for (name, same) in
        [("object", input.object == old.object), ("key", input.key == old.key), ("kind", input.kind == old.kind)]
    {
        if !same {
            errors.push(FieldError::new(name, "read_only", ""));
        }
    }
    let field = CustomField {
        version: old.version + 1,
        updated_at: ctx.now,
        label_zh: input.label_zh.trim().to_owned(),
        label_en: input.label_en.trim().to_owned(),
        options: options(input, &mut errors),
        required: input.required,
        in_list: input.in_list,
        position: input.position.unwrap_or(old.position),
        ..old.clone()
    };
    check_labels(&field, &mut errors);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    refuse_losses(ctx, &old, input)?;
    if !persistence::settings::update_custom_field(ctx.conn, &field, old.version)? {
        return Err(Error::Stale { current: old.version });
    }
    log(ctx, "custom_field.updated", &field)?;
    Ok(show(&field))
}

/// Options that records have must not go.
fn refuse_losses(ctx: &mut Ctx<'_>, old: &CustomField, input: &CustomFieldInput) -> Result<()> {
    let before: Options = serde_json::from_str(&old.options).unwrap_or_default();
    let stays = |option: &StoredChoice| input.choices.iter().any(|c| c.key.trim() == option.key);
    let gone: Vec<String> = before.choices.iter().filter(|o| !stays(o)).map(|o| o.key.clone()).collect();
    let used = persistence::custom_index::in_use(ctx.conn, old, &gone)?;
    if used.is_empty() {
        return Ok(());
    }
    let named = |(key, records): &(String, i64)| {
        let option = before.choices.iter().find(|o| o.key == *key);
        let label = option.map_or_else(
            || key.clone(),
            |o| {
                if o.zh == o.en { o.zh.clone() } else { format!("{} / {}", o.zh, o.en) }
            },
        );
        format!("{label} ({records})")
    };
    let named: Vec<String> = used.iter().map(named).collect();
    Err(Error::field("choices", "choice_in_use", named.join(", ")))
}

/// Removes a field. The values stay in their records, shown only to those who see telephone numbers and e-mail addresses
/// in full; a field of the same key finds them again.
pub fn delete(ctx: &mut Ctx<'_>, id: Uuid) -> Result<()> {
    let field = load(ctx, id)?;
    persistence::custom_index::drop(ctx.conn, &field)?;
    persistence::settings::delete_custom_field(ctx.conn, id)?;
    log(ctx, "custom_field.deleted", &field)
}

fn log(ctx: &mut Ctx<'_>, kind: &str, field: &CustomField) -> Result<()> {
    let event = persistence::events::Event {
        seq: 0,
        id: Uuid::now_v7(),
        kind: kind.to_owned(),
        object: "custom_fields".to_owned(),
        record_id: field.id,
        actor_id: Some(ctx.actor.user_id),
        at: ctx.now,
        old: None,
        new: Some(serde_json::to_string(&show(field)).unwrap_or_default()),
        request_id: ctx.request_id,
        origin_id: None,
        key_id: ctx.actor.api_key_id,
    };
    Ok(persistence::events::append(ctx.conn, &[event])?)
}

fn check_labels(f: &CustomField, errors: &mut Vec<FieldError>) {
    for (name, text) in [("label_zh", &f.label_zh), ("label_en", &f.label_en)] {
        if text.is_empty() {
            errors.push(FieldError::new(name, "required", ""));
        } else if text.chars().count() > 60 {
            errors.push(FieldError::new(name, "too_long", "60"));
        } else if text.chars().any(char::is_control) {
            errors.push(FieldError::new(name, "one_line", ""));
        }
    }
    if !(0..=1000).contains(&f.position) {
        errors.push(FieldError::new("position", "out_of_range", "0..1000"));
    }
}

fn options(input: &CustomFieldInput, errors: &mut Vec<FieldError>) -> String {
    let mut options = Options::default();
    let wants = input.kind == "choice";
    if wants && input.choices.is_empty() {
        errors.push(FieldError::new("choices", "required", ""));
    }
    if !wants && !input.choices.is_empty() {
        errors.push(FieldError::new("choices", "invalid", "kind = choice"));
    }
    if input.choices.len() > MAX_CHOICES {
        errors.push(FieldError::new("choices", "too_many", MAX_CHOICES.to_string()));
    }
    for (i, c) in input.choices.iter().enumerate() {
        let key = c.key.trim();
        let bad = key.is_empty() || key.chars().count() > 60 || key.contains(',') || key.chars().any(char::is_control);
        if bad || options.choices.iter().any(|o: &StoredChoice| o.key == key) {
            errors.push(FieldError::new(format!("choices[{i}].key"), if bad { "key" } else { "duplicate" }, ""));
        }
        let label = |s: &str| {
            if s.trim().is_empty() {
                key.to_owned()
            } else {
                s.trim().chars().take(60).filter(|c| !c.is_control()).collect()
            }
        };
        let color = ["neutral", "info", "primary", "success", "warning", "error"]
            .into_iter()
            .find(|k| *k == c.color)
            .unwrap_or("neutral");
        options.choices.push(StoredChoice {
            key: key.to_owned(),
            zh: label(&c.label_zh),
            en: label(&c.label_en),
            color: color.to_owned(),
        });
    }
    serde_json::to_string(&options).unwrap_or_else(|_| "{}".to_owned())
}

/// A lower-case identifier; it stands in SQL and in `custom.KEY`.
fn is_key(key: &str) -> bool {
    (1..=40).contains(&key.len())
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn show(f: &CustomField) -> CustomFieldOut {
    let options: Options = serde_json::from_str(&f.options).unwrap_or_default();
    CustomFieldOut {
        id: f.id,
        version: f.version,
        created_at: f.created_at,
        updated_at: f.updated_at,
        object: f.object.clone(),
        key: f.key.clone(),
        kind: f.kind.clone(),
        label_zh: f.label_zh.clone(),
        label_en: f.label_en.clone(),
        choices: options
            .choices
            .into_iter()
            .map(|c| contract::meta::CustomChoice { key: c.key, label_zh: c.zh, label_en: c.en, color: c.color })
            .collect(),
        required: f.required,
        in_list: f.in_list,
        position: f.position,
    }
}
