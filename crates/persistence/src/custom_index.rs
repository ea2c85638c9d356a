//! An index for each custom field, on the very expression that filters and sorts use; and what is stored under its key.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::settings::CustomField;
use crate::sql::{Cells, Engine, Sql};
use domain::fields::Kind;
use domain::value::Value;

const DAY: &str = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]";
const MOMENT: &str = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z";

/// Makes the index of a field. Long texts have none.
pub fn create(conn: &mut AnyConnection, f: &CustomField) -> Result<()> {
    if f.kind == "long_text" {
        return Ok(());
    }
    let expression = expression(conn.engine(), f);
    let mut q = Sql::new(conn.engine());
    q.push("CREATE INDEX IF NOT EXISTS ").ident(name(f)).push(" ON ").ident(f.object.clone());
    q.push(format!(" ({expression}, id) WHERE archived_at IS NULL AND {expression} IS NOT NULL"));
    q.execute(conn)?;
    Ok(())
}

fn expression(engine: Engine, f: &CustomField) -> String {
    match engine {
        Engine::Sqlite => format!("json_extract(custom, '$.{}')", f.key),
        Engine::Pg => {
            let cast = match f.kind.as_str() {
                "int" | "money" => "::bigint",
                "number" | "percent" => "::double precision",
                "bool" => "::boolean",
                _ => " COLLATE \"C\"",
            };
            format!("((custom ->> '{}'){cast})", f.key)
        }
    }
}

/// The options among these that live records have in a field, each with their number, by way of its index.
pub fn in_use(conn: &mut AnyConnection, f: &CustomField, options: &[String]) -> Result<Vec<(String, i64)>> {
    if options.is_empty() {
        return Ok(Vec::new());
    }
    let value = expression(conn.engine(), f);
    let mut q = Sql::new(conn.engine());
    q.push(format!("SELECT {value}, count(*) FROM ")).ident(f.object.clone());
    q.push(format!(" WHERE archived_at IS NULL AND {value} IS NOT NULL AND {value} IN ")).texts(options);
    q.push(" GROUP BY 1 ORDER BY 1");
    let read = |Cells(cells): Cells| Some((cells.first()?.as_str()?.to_owned(), cells.get(1)?.as_int()?));
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// How many records, archived ones among them, hold under the key of a field what no field of its kind can hold: a text
/// where a number belongs, an option that it does not have. They were left by a field that was removed. Without a kind,
/// nothing fits.
pub fn misfits(conn: &mut AnyConnection, f: &CustomField, kind: Option<&Kind>) -> Result<i64> {
    let engine = conn.engine();
    let (raw, text) = match engine {
        Engine::Sqlite => (format!("json_type(custom, '$.{}')", f.key), format!("json_extract(custom, '$.{}')", f.key)),
        Engine::Pg => (format!("jsonb_typeof(custom -> '{}')", f.key), format!("(custom ->> '{}')", f.key)),
    };
    let is = |pg: &str, sqlite: &str| match engine {
        Engine::Sqlite => format!("{raw} {sqlite}"),
        Engine::Pg => format!("{raw} {pg}"),
    };
    let like = |pattern: &str| match engine {
        Engine::Sqlite => format!("{text} GLOB '{pattern}'"),
        Engine::Pg => format!("{text} ~ '^{pattern}$'"),
    };
    let string = is("= 'string'", "= 'text'");
    let number = is("= 'number'", "IN ('integer', 'real')");
    let whole = match engine {
        Engine::Sqlite => format!("{raw} = 'integer'"),
        Engine::Pg => format!("{number} AND {}", like("-?[0-9]{1,16}")),
    };
    let short = |max: u32| format!("{string} AND length({text}) <= {max}");
    let fits = match kind {
        None => "1 = 0".to_owned(),
        Some(Kind::Text { max } | Kind::LongText { max }) => short(*max),
        Some(Kind::Email) => short(254),
        Some(Kind::Phone) => short(40),
        Some(Kind::Url) => short(500),
        Some(Kind::Int { .. } | Kind::Money) => whole,
        Some(Kind::Number | Kind::Percent) => number,
        Some(Kind::Bool) => is("= 'boolean'", "IN ('true', 'false')"),
        Some(Kind::Date) => format!("{string} AND {}", like(DAY)),
        Some(Kind::DateTime) => format!("{string} AND {}", like(MOMENT)),
        Some(Kind::Choice(_)) => format!("{string} AND {text} IN "),
        Some(Kind::Link(_) | Kind::Tags | Kind::Links(_) | Kind::Choices(_) | Kind::Json | Kind::Id) => string,
    };
    let mut q = Sql::new(engine);
    q.push("SELECT count(*) FROM ").ident(f.object.clone());
    q.push(format!(" WHERE {text} IS NOT NULL AND NOT ({fits}"));
    if let Some(Kind::Choice(choices)) = kind {
        q.texts(choices.iter().map(|choice| choice.key.as_ref()));
    }
    q.push(")");
    Ok(q.first(conn)?.and_then(|Cells(cells)| cells.first().and_then(Value::as_int)).unwrap_or(0))
}

/// The kind that the last field of this object and key had when it was removed.
pub fn removed_kind(conn: &mut AnyConnection, f: &CustomField) -> Result<Option<String>> {
    let of = |key: &str| match conn.engine() {
        Engine::Sqlite => format!("json_extract(e.new, '$.{key}')"),
        Engine::Pg => format!("(e.new ->> '{key}')"),
    };
    let (kind, object, key) = (of("kind"), of("object"), of("key"));
    let mut q = Sql::start(conn, "SELECT ");
    q.push(kind).push(" FROM events e WHERE ");
    crate::events::push_of_setup(&mut q)
        .push(" AND e.type = 'custom_field.deleted' AND ")
        .push(object)
        .push(" = ")
        .text(f.object.clone());
    q.push(" AND ").push(key).push(" = ").text(f.key.clone()).push(" ORDER BY e.seq DESC").limit(1);
    Ok(q.first(conn)?.and_then(|Cells(cells)| Some(cells.first()?.as_str()?.to_owned())))
}

/// Drops it.
pub fn drop(conn: &mut AnyConnection, f: &CustomField) -> Result<()> {
    let mut q = Sql::new(conn.engine());
    q.push("DROP INDEX IF EXISTS ").ident(name(f));
    q.execute(conn)?;
    Ok(())
}

fn name(f: &CustomField) -> String {
    format!("{}_custom_{}", f.object, f.key)
}
