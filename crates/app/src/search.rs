//! One search over every object that the caller may read.

use crate::{Ctx, Result};
use contract::feed::{Hit, Hits};
use domain::policy::{Action, Mask};
use domain::record::{Projection, Record, Shape, mask};
use domain::text::{ContactData, query_tokens};
use domain::value::Value;
use persistence::records::{Archived, List, Order};

/// Objects in the order in which people look for them.
const ORDER: [&str; 8] =
    ["customers", "contacts", "opportunities", "orders", "products", "tasks", "activities", "users"];

/// The newest matches of each object, `limit` at most of each.
pub fn search(ctx: &mut Ctx<'_>, q: &str, limit: i64) -> Result<Hits> {
    let masks = ctx.actor.permissions.masks;
    let clear = masks.phone == Mask::Clear && masks.email == Mask::Clear;
    let groups = query_tokens(q.trim(), if clear { ContactData::Searchable } else { ContactData::Masked });
    let mut items = Vec::new();
    if groups.is_empty() {
        return Ok(Hits { items });
    }
    for object in ORDER {
        let shape = ctx.shape(object)?;
        let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read) else { continue };
        let only = wanted(&shape);
        let list = List {
            shape: &shape,
            owners: visible.owners(),
            archived: Archived::No,
            condition: None,
            search: Some(&groups),
            order: &Order::Newest,
            after: None,
            limit,
            only: Some(&only),
        };
        let rows = persistence::records::list(ctx.conn, &list)?;
        items.extend(rows.into_iter().map(|row| Hit {
            object: object.to_owned(),
            id: row.record.id(),
            title: text(row.record.get(&shape, shape.def.title)),
            subtitle: subtitle(&shape, &row.record, masks),
        }));
    }
    Ok(Hits { items })
}

const SUBTITLES: [&str; 9] =
    ["city", "industry", "title", "department", "phone", "number", "code", "category", "email"];

fn wanted(shape: &Shape) -> Projection {
    let mut only = Projection::default();
    only.add(0);
    for key in SUBTITLES.iter().chain([&shape.def.title]) {
        if let Some(at) = shape.position(key) {
            only.add(at);
        }
    }
    only
}

fn subtitle(shape: &Shape, record: &Record, masks: domain::policy::Masks) -> String {
    let part = |key: &&str| {
        if *key == shape.def.title {
            return None;
        }
        let at = shape.position(key)?;
        let value = record.at(at).as_str()?;
        shape.column(at).and_then(|f| mask(value, &f.kind, masks))
    };
    SUBTITLES.iter().filter_map(part).take(2).collect::<Vec<_>>().join(" · ")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
