//! What the database really holds: tables, columns, foreign keys and indexes, read from the engine's own catalogue.

use crate::Error;
use crate::db::AnyConnection;
use crate::records::{Called, List, Owners};
use crate::sql::{Cells, Sql};
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Bool, Text};
use domain::record::Shape;
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One table of ours; search indexes and the record of migrations are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Column → may it be null? On PostgreSQL without the search column, which is a table of its own on SQLite.
    pub columns: BTreeMap<String, bool>,
    /// (column, table that it points to).
    pub foreign_keys: BTreeSet<(String, String)>,
    /// The leading column of every index, primary and unique keys included.
    pub indexed: BTreeSet<String>,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    other: String,
}

const PG_COLUMNS: &str = "SELECT table_name::text AS table_name, column_name::text AS column_name, is_nullable = 'YES' AS nullable \
    FROM information_schema.columns WHERE table_schema = current_schema() AND data_type <> 'tsvector'";
const PG_KEYS: &str = "SELECT c.conrelid::regclass::text AS table_name, a.attname::text AS column_name, c.confrelid::regclass::text AS other \
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) \
    WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace";
const PG_INDEXES: &str = "SELECT i.indrelid::regclass::text AS table_name, a.attname::text AS column_name, i.indexrelid::regclass::text AS other \
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
    WHERE t.relnamespace = current_schema()::regnamespace";
const PG_COLLATED: &str = "SELECT table_name::text AS table_name, column_name::text AS column_name, coalesce(collation_name::text, '') AS other \
    FROM information_schema.columns WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying') \
    AND collation_name IS DISTINCT FROM 'C'";
const SQLITE_TABLES: &str = "sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND m.name NOT LIKE '%!_search%' ESCAPE '!'";

/// Every table by name.
pub fn tables(conn: &mut AnyConnection) -> Result<BTreeMap<String, Table>, Error> {
    let of_sqlite = |columns: &str, from: &str| {
        let (source, condition) = SQLITE_TABLES.split_once(" WHERE ").unwrap_or((SQLITE_TABLES, "1"));
        format!("SELECT m.name AS table_name, {columns} FROM {source} JOIN {from} WHERE {condition}")
    };
    let (columns, keys, indexes) = match conn {
        AnyConnection::Pg(_) => (PG_COLUMNS.to_owned(), PG_KEYS.to_owned(), PG_INDEXES.to_owned()),
        AnyConnection::Sqlite(_) => (
            of_sqlite(
                "p.name AS column_name, p.\"notnull\" = 0 AND p.pk = 0 AS nullable",
                "pragma_table_info(m.name) p",
            ),
            of_sqlite("f.\"from\" AS column_name, f.\"table\" AS other", "pragma_foreign_key_list(m.name) f"),
            of_sqlite(
                "x.name AS column_name, i.name AS other",
                "pragma_index_list(m.name) i JOIN pragma_index_info(i.name) x ON x.seqno = 0 AND x.name IS NOT NULL",
            ),
        ),
    };
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for Column { table_name, column_name, nullable } in load::<Column>(conn, columns)? {
        tables.entry(table_name).or_default().columns.insert(column_name, nullable);
    }
    for Pair { table_name, column_name, other } in load::<Pair>(conn, keys)? {
        tables.entry(table_name).or_default().foreign_keys.insert((column_name, other));
    }
    for Pair { table_name, column_name, .. } in load::<Pair>(conn, indexes)? {
        tables.entry(table_name).or_default().indexed.insert(column_name);
    }
    tables.retain(|name, _| !name.starts_with("__diesel"));
    Ok(tables)
}

/// Columns of text, by table and name, that the engine compares by something else than bytes; SQLite has none.
pub fn not_by_bytes(conn: &mut AnyConnection) -> Result<BTreeSet<(String, String)>, Error> {
    if matches!(conn, AnyConnection::Sqlite(_)) {
        return Ok(BTreeSet::new());
    }
    let found = load::<Pair>(conn, PG_COLLATED.to_owned())?;
    Ok(found.into_iter().map(|Pair { table_name, column_name, .. }| (table_name, column_name)).collect())
}

/// How the engine would read a page of a list, were its table large: the lines of its plan.
pub fn plan(conn: &mut AnyConnection, list: &List<'_>) -> Result<Vec<String>, Error> {
    if let AnyConnection::Pg(c) = conn {
        // A handful of rows is read from end to end whatever indexes there are.
        c.batch_execute("SET enable_seqscan = off")?;
    }
    let query = crate::records::select(conn, list)?;
    explain(conn, query)
}

/// How the engine looks for records by what they are called, as the table is: the lines of its plans.
pub fn plan_of_names(conn: &mut AnyConnection, shape: &Shape, called: Called<'_>) -> Result<Vec<String>, Error> {
    let queries = crate::records::alike(conn, shape, called, Owners::All);
    queries.into_iter().try_fold(Vec::new(), |mut lines, query| {
        lines.extend(explain(conn, query)?);
        Ok(lines)
    })
}

/// How the engine reads the records of a list whose sequence numbers are these, or lie between the first and the last of them:
/// the lines of its plans.
pub fn plan_of_numbers(conn: &mut AnyConnection, list: &List<'_>, seqs: &[i64]) -> Result<Vec<String>, Error> {
    let (first, last) = (seqs.first().copied().unwrap_or_default(), seqs.last().copied().unwrap_or_default());
    let queries = [crate::records::numbered(conn, list, first, last), crate::records::of_numbers(conn, list, seqs)];
    queries.into_iter().try_fold(Vec::new(), |mut lines, query| {
        lines.extend(explain(conn, query)?);
        Ok(lines)
    })
}

fn explain(conn: &mut AnyConnection, query: Sql) -> Result<Vec<String>, Error> {
    let mut q = Sql::start(conn, "");
    q.pick("EXPLAIN ", "EXPLAIN QUERY PLAN ").append(query);
    let lines = q.load(conn)?;
    Ok(lines.into_iter().filter_map(|Cells(c)| c.last().and_then(Value::as_str).map(str::to_owned)).collect())
}

fn load<T>(conn: &mut AnyConnection, sql: String) -> Result<Vec<T>, Error>
where
    T: QueryableByName<diesel::pg::Pg> + QueryableByName<diesel::sqlite::Sqlite> + 'static,
{
    Ok(match conn {
        AnyConnection::Pg(c) => diesel::sql_query(sql).load::<T>(c)?,
        AnyConnection::Sqlite(c) => diesel::sql_query(sql).load::<T>(c)?,
    })
}
