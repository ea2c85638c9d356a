//! Objects as the interface sees them: labels in the caller's language, fields, what the caller may do.

use crate::Ctx;
use contract::meta::{AnchorMeta, ChoiceMeta, FieldMeta, ObjectMeta, Objects};
use contract::problem::Lang;
use domain::fields::{Direction, FieldDef, Kind, Label};
use domain::policy::{Grant, Mask, Masks, Scope};
use domain::record::{Shape, masked};

/// Every object that the caller may read.
pub fn objects(ctx: &Ctx<'_>, lang: Lang) -> Objects {
    let items = ctx.schema.shapes.iter().filter_map(|s| object(ctx, s, lang)).collect();
    Objects { items }
}

/// One object; `None` when the caller may not read it.
pub fn object(ctx: &Ctx<'_>, shape: &Shape, lang: Lang) -> Option<ObjectMeta> {
    let def = shape.def;
    let grant: Grant = ctx.actor.permissions.objects.get(def.permission).copied().unwrap_or_default();
    if grant.read == Scope::None {
        return None;
    }
    let masks = ctx.actor.permissions.masks;
    let own = shape
        .columns()
        .map(|f| FieldMeta { guidance: guidance(def.key, &f.key, lang), ..field(f, false, masks, lang) });
    let custom = shape.custom.iter().map(|f| field(f, true, masks, lang));
    let sort =
        def.sort.iter().map(|(key, d)| if *d == Direction::Descending { format!("-{key}") } else { (*key).to_owned() });
    Some(ObjectMeta {
        key: def.key.to_owned(),
        label: text(&def.label, lang),
        label_plural: text(&def.label_plural, lang),
        title_field: def.title.to_owned(),
        owned: def.owned,
        searchable: !def.search.is_empty(),
        customizable: def.customizable,
        default_sort: sort.collect::<Vec<_>>().join(","),
        fields: own.chain(custom).collect(),
        permissions: grant,
    })
}

fn text(label: &Label, lang: Lang) -> String {
    lang.pick(&label.zh, &label.en).to_owned()
}

fn field(f: &FieldDef, custom: bool, masks: Masks, lang: Lang) -> FieldMeta {
    let (min, max) = match &f.kind {
        Kind::Text { max } | Kind::LongText { max } => (None, Some(i64::from(*max))),
        Kind::Int { min, max } => (Some(*min), Some(*max)),
        Kind::Percent => (Some(0), Some(100)),
        Kind::Money => (Some(-domain::fields::MONEY_MAX), Some(domain::fields::MONEY_MAX)),
        Kind::Email
        | Kind::Phone
        | Kind::Url
        | Kind::Number
        | Kind::Bool
        | Kind::Date
        | Kind::DateTime
        | Kind::Choice(_)
        | Kind::Link(_)
        | Kind::Tags
        | Kind::Links(_)
        | Kind::Choices(_)
        | Kind::Json
        | Kind::Id => (None, None),
    };
    let hidden = masked(&f.kind, masks) != Mask::Clear;
    let choices = match &f.kind {
        Kind::Choice(list) | Kind::Choices(list) => list
            .iter()
            .map(|c| ChoiceMeta { key: c.key.to_string(), label: text(&c.label, lang), color: c.color.to_string() })
            .collect(),
        _ => Vec::new(),
    };
    FieldMeta {
        key: if custom { format!("custom.{}", f.key) } else { f.key.to_string() },
        label: text(&f.label, lang),
        kind: f.kind.name().to_owned(),
        max,
        min,
        choices,
        link: if let Kind::Link(object) | Kind::Links(object) = &f.kind { Some(object.to_string()) } else { None },
        required: f.required,
        filterable: f.filterable && !hidden,
        sortable: f.sortable && !hidden,
        writable: f.writable,
        importable: f.importable,
        custom,
        masked: hidden,
        in_list: f.in_list,
        default: serde_json::from_str(f.default).ok(),
        guidance: Vec::new(),
    }
}

/// What the values of a field stand for that people judge (S0-09).
fn guidance(object: &str, field: &str, lang: Lang) -> Vec<AnchorMeta> {
    let anchors = match (object, field) {
        ("customers", "strategic_value") => domain::grade::guidance("strategic"),
        ("customers", key) => domain::grade::guidance(key),
        _ => &[],
    };
    anchors.iter().map(|a| AnchorMeta { value: a.value, text: text(&a.text, lang) }).collect()
}
