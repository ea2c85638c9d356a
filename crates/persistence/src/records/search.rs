//! The word index of an object: tokens made by `domain::text`, the same on both engines.

use crate::sql::{Engine, Sql};
use domain::fields::Kind;
use domain::record::{Record, Shape};
use domain::text::{QueryGroup, QueryTerm, TokenWriter};
use domain::value::Value;

/// The positions of the columns that are searched.
pub(super) fn columns(shape: &Shape) -> impl Iterator<Item = usize> {
    shape.def.search.iter().filter_map(|key| shape.position(key))
}

/// The tokens of a record, separated by blanks.
pub(super) fn tokens(shape: &Shape, record: &Record) -> String {
    tokens_of(shape, columns(shape).map(|at| (at, record.at(at))))
}

/// The tokens of what stands in the searched columns, separated by blanks.
pub(super) fn tokens_of<'a>(shape: &Shape, values: impl Iterator<Item = (usize, &'a Value)>) -> String {
    let mut out = String::new();
    let mut writer = TokenWriter::new(&mut out);
    for (at, value) in values {
        let Some(text) = value.as_str() else { continue };
        match shape.column(at).map(|f| &f.kind) {
            Some(Kind::Phone) => writer.phone(text),
            Some(Kind::Email) => writer.email(text),
            _ => writer.text(text),
        }
    }
    out
}

/// The groups as the engine's own query text.
pub(super) fn query_text(engine: Engine, groups: &[QueryGroup]) -> String {
    let (and, or) = match engine {
        Engine::Pg => (" & ", " | "),
        Engine::Sqlite => (" AND ", " OR "),
    };
    let group = |g: &QueryGroup| format!("({})", g.iter().map(|t| term(engine, t)).collect::<Vec<_>>().join(or));
    groups.iter().map(group).collect::<Vec<_>>().join(and)
}

fn term(engine: Engine, term: &QueryTerm) -> String {
    match (engine, term) {
        (Engine::Pg, QueryTerm::Exact(s)) => quote_pg(s),
        (Engine::Pg, QueryTerm::Prefix(s)) => format!("{}:*", quote_pg(s)),
        (Engine::Sqlite, QueryTerm::Exact(s)) => format!("\"{}\"", s.replace('"', "\"\"")),
        (Engine::Sqlite, QueryTerm::Prefix(s)) => format!("\"{}\"*", s.replace('"', "\"\"")),
    }
}

fn quote_pg(s: &str) -> String {
    format!("'{}'", s.replace('\\', "\\\\").replace('\'', "''"))
}

/// Appends the table with its search index joined: ` FROM customers t` and what follows up to `WHERE`,
/// then the match itself.
pub(super) fn push_from(q: &mut Sql, shape: &Shape, groups: Option<&[QueryGroup]>) {
    let Some(groups) = groups else {
        q.push(" FROM ").ident(shape.def.key).push(" t WHERE ");
        q.pick("TRUE", "1");
        return;
    };
    let index = format!("{}_search", shape.def.key);
    match q.engine() {
        Engine::Sqlite => {
            // CROSS JOIN keeps the index outside: it yields the newest matches first and can stop early.
            q.push(" FROM ")
                .ident(index.clone())
                .push(" s CROSS JOIN ")
                .ident(shape.def.key)
                .push(" t ON t.seq = s.rowid WHERE ");
            q.ident(index).push(" MATCH ").text(query_text(Engine::Sqlite, groups));
        }
        Engine::Pg => {
            q.push(" FROM ")
                .ident(shape.def.key)
                .push(" t WHERE t.search @@ ")
                .text(query_text(Engine::Pg, groups))
                .push("::tsquery");
        }
    }
}
