//! An index for each custom field, on the very expression that filters and sorts use.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::settings::CustomField;
use crate::sql::{Engine, Sql};

/// Makes the index of a field. Long texts have none.
pub fn create(conn: &mut AnyConnection, f: &CustomField) -> Result<()> {
    if f.kind == "long_text" {
        return Ok(());
    }
    let expression = match conn.engine() {
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
    };
    let mut q = Sql::new(conn.engine());
    q.push("CREATE INDEX IF NOT EXISTS ").ident(name(f)).push(" ON ").ident(f.object.clone());
    q.push(format!(" ({expression}, id) WHERE archived_at IS NULL AND {expression} IS NOT NULL"));
    q.execute(conn)?;
    Ok(())
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
