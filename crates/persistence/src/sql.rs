//! A query built at run time: pieces of SQL and binds, valid on both engines.
//!
//! The record engine cannot know its columns at compile time; this node gives it diesel's binding,
//! statement cache and decoding without a line of SQL made from a user's text.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::types::{Id, RawJson, Ts, sql as ty};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::row::{Field, Row};
use diesel::sql_types::{BigInt, Bool, Date, Double, Nullable, Text, Untyped};
use diesel::sqlite::{Sqlite, SqliteType};
use domain::fields::Kind;
use domain::value::Value;
use std::borrow::Cow;

/// Values that one statement may bind: SQLite stops at 32,766.
pub const MAX_BINDS: usize = 30_000;
/// Ids that are worth a bind each where one statement may name them again with each of some hundred tests, and up to four
/// times in one.
const FEW: usize = 8;

/// The engine a query is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL.
    Pg,
    /// SQLite.
    Sqlite,
}

impl Engine {
    /// How many texts one query looks for by an index of an expression: PostgreSQL's planner takes each of them for a
    /// two-hundredth of the table, and reads all of it for many.
    pub(crate) fn texts_by_expression(self) -> usize {
        match self {
            Engine::Sqlite => 500,
            Engine::Pg => 16,
        }
    }
}

impl AnyConnection {
    /// Which engine this connection talks to.
    pub fn engine(&self) -> Engine {
        match self {
            AnyConnection::Pg(_) => Engine::Pg,
            AnyConnection::Sqlite(_) => Engine::Sqlite,
        }
    }
}

mod statements;

/// How a value is stored: the SQL type of a bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// Text.
    Text,
    /// 64-bit integer.
    Int,
    /// Double precision.
    Num,
    /// Boolean.
    Bool,
    /// Day.
    Date,
    /// Moment.
    Time,
    /// Id.
    Id,
    /// JSON document.
    Json,
}

impl Store {
    /// How values of a field of this kind are stored.
    pub const fn of(kind: &Kind) -> Store {
        match kind {
            Kind::Text { .. } | Kind::LongText { .. } | Kind::Email | Kind::Phone | Kind::Url | Kind::Choice(_) => {
                Store::Text
            }
            Kind::Int { .. } | Kind::Money => Store::Int,
            Kind::Number | Kind::Percent => Store::Num,
            Kind::Bool => Store::Bool,
            Kind::Date => Store::Date,
            Kind::DateTime => Store::Time,
            Kind::Link(_) | Kind::Id => Store::Id,
            Kind::Tags | Kind::Links(_) | Kind::Choices(_) | Kind::Json => Store::Json,
        }
    }
}

#[derive(Debug, Clone)]
enum Bound {
    Text(String),
    Int(i64),
    Num(f64),
    Bool(bool),
    Date(chrono::NaiveDate),
    Time(Ts),
    Id(Id),
    Json(RawJson),
    Null(Store),
}

#[derive(Debug, Clone)]
enum Part {
    Sql(Cow<'static, str>),
    Ident(Cow<'static, str>),
    Bind(Bound),
}

/// A query under construction.
#[derive(Debug, Clone)]
pub struct Sql {
    engine: Engine,
    parts: Vec<Part>,
    /// The connection keeps it prepared.
    kept: bool,
}

impl Sql {
    /// An empty query for an engine.
    pub fn new(engine: Engine) -> Sql {
        Sql { engine, parts: Vec::with_capacity(32), kept: true }
    }

    /// A query that begins with this text.
    pub fn start(conn: &AnyConnection, sql: &'static str) -> Sql {
        let mut q = Sql::new(conn.engine());
        q.push(sql);
        q
    }

    /// The engine it is built for.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Appends a piece of SQL of the program.
    pub fn push(&mut self, sql: impl Into<Cow<'static, str>>) -> &mut Sql {
        self.parts.push(Part::Sql(sql.into()));
        self
    }

    /// Appends the piece that fits the engine.
    pub fn pick(&mut self, pg: &'static str, sqlite: &'static str) -> &mut Sql {
        let sql = match self.engine {
            Engine::Pg => pg,
            Engine::Sqlite => sqlite,
        };
        self.push(sql)
    }

    /// Appends a quoted name of a table or column.
    pub fn ident(&mut self, name: impl Into<Cow<'static, str>>) -> &mut Sql {
        self.parts.push(Part::Ident(name.into()));
        self
    }

    /// Appends `alias.column`.
    pub fn column(&mut self, alias: &'static str, name: impl Into<Cow<'static, str>>) -> &mut Sql {
        self.push(alias).push(".").ident(name)
    }

    /// Appends another query's pieces.
    pub fn append(&mut self, other: Sql) -> &mut Sql {
        self.parts.extend(other.parts);
        self
    }

    /// Appends a bind of a stored type; a value of another type is a fault and binds NULL.
    pub fn bind(&mut self, store: Store, value: &Value) -> &mut Sql {
        let bound = match (store, value) {
            (Store::Text, Value::Text(s)) => Bound::Text(s.clone()),
            (Store::Int, Value::Int(n)) => Bound::Int(*n),
            (Store::Num, v) => v.as_f64().map_or(Bound::Null(store), Bound::Num),
            (Store::Bool, Value::Bool(b)) => Bound::Bool(*b),
            (Store::Date, Value::Date(d)) => Bound::Date(*d),
            (Store::Time, Value::Time(t)) => Bound::Time(Ts(*t)),
            (Store::Id, Value::Id(id)) => Bound::Id(Id(*id)),
            (Store::Json, Value::Json(s)) => Bound::Json(RawJson(s.clone())),
            (Store::Json, Value::List(_)) => {
                let mut text = String::new();
                value.write_json(&mut text);
                Bound::Json(RawJson(text))
            }
            _ => Bound::Null(store),
        };
        self.parts.push(Part::Bind(bound));
        self
    }

    /// Appends a text bind.
    pub fn text(&mut self, s: impl Into<String>) -> &mut Sql {
        self.parts.push(Part::Bind(Bound::Text(s.into())));
        self
    }

    /// Appends an integer bind.
    pub fn int(&mut self, n: i64) -> &mut Sql {
        self.parts.push(Part::Bind(Bound::Int(n)));
        self
    }

    /// Appends ` LIMIT n`. As a bind it would have SQLite plan the statement anew with every run, since its plan
    /// depends on how many rows are wanted; written out it is planned once for each number.
    pub fn limit(&mut self, n: i64) -> &mut Sql {
        match self.engine {
            Engine::Pg => self.push(" LIMIT ").int(n),
            Engine::Sqlite => self.push(format!(" LIMIT {n}")),
        }
    }

    /// Appends an id bind.
    pub fn id(&mut self, id: uuid::Uuid) -> &mut Sql {
        self.parts.push(Part::Bind(Bound::Id(Id(id))));
        self
    }

    /// Appends a time bind.
    pub fn time(&mut self, t: chrono::DateTime<chrono::Utc>) -> &mut Sql {
        self.parts.push(Part::Bind(Bound::Time(Ts(t))));
        self
    }

    /// Appends a parenthesised list of ids for `IN`; an empty list matches nothing. The last is named again up to the
    /// next power of two, so that few different statements are ever prepared.
    pub fn ids(&mut self, ids: &[uuid::Uuid]) -> &mut Sql {
        self.push("(");
        for (i, id) in ids.iter().enumerate() {
            if i > 0 {
                self.push(",");
            }
            self.id(*id);
        }
        match ids.last() {
            Some(last) => {
                for _ in ids.len()..ids.len().next_power_of_two() {
                    self.push(",").id(*last);
                }
            }
            None => {
                self.push("NULL");
            }
        }
        self.push(")")
    }

    /// The same for people whose records somebody sees, whom a condition names again with every test over a link: many of
    /// them are one bind.
    pub fn ids_of_sight(&mut self, ids: &[uuid::Uuid]) -> &mut Sql {
        if ids.len() <= FEW {
            return self.ids(ids);
        }
        let texts: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
        match self.engine {
            Engine::Pg => {
                self.push("(SELECT unnest(CAST(").text(format!("{{{}}}", texts.join(","))).push(" AS uuid[])))")
            }
            Engine::Sqlite => {
                let list = format!("[\"{}\"]", texts.join("\",\""));
                self.push("(SELECT unhex(value) FROM json_each(").text(list).push("))")
            }
        }
    }

    /// Appends a parenthesised list of texts for `IN`; an empty list matches nothing.
    pub fn texts<S: Into<String>>(&mut self, texts: impl IntoIterator<Item = S>) -> &mut Sql {
        self.push("(");
        let before = self.len();
        for text in texts {
            if self.len() > before {
                self.push(", ");
            }
            self.text(text);
        }
        if self.len() == before {
            self.push("NULL");
        }
        self.push(")")
    }

    /// Values that are bound.
    pub fn binds(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, Part::Bind(_))).count()
    }

    /// Number of pieces: a rough size for deciding when a multi-row statement is full.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// True before anything was appended.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Runs it and returns its rows.
    pub fn load(mut self, conn: &mut AnyConnection) -> Result<Vec<Cells>> {
        self.kept = statements::is_kept(&self);
        Ok(crate::on_conn!(conn, |c| RunQueryDsl::load::<Cells>(self, c))?)
    }

    /// Runs it and returns the first row.
    pub fn first(self, conn: &mut AnyConnection) -> Result<Option<Cells>> {
        Ok(self.load(conn)?.into_iter().next())
    }

    /// Runs it and returns the number of changed rows.
    pub fn execute(mut self, conn: &mut AnyConnection) -> Result<usize> {
        self.kept = statements::is_kept(&self);
        Ok(crate::on_conn!(conn, |c| RunQueryDsl::execute(self, c))?)
    }
}

macro_rules! walk {
    ($backend:ty) => {
        impl QueryFragment<$backend> for Sql {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                if !self.kept {
                    out.unsafe_to_cache_prepared();
                }
                for part in &self.parts {
                    match part {
                        Part::Sql(s) => out.push_sql(s),
                        // Both engines know double quotes; the general way copies every name to look for quotes in it.
                        Part::Ident(s) if !s.contains(['"', '`']) => {
                            out.push_sql("\"");
                            out.push_sql(s);
                            out.push_sql("\"");
                        }
                        Part::Ident(s) => out.push_identifier(s)?,
                        Part::Bind(b) => match b {
                            Bound::Text(v) => out.push_bind_param::<Text, String>(v)?,
                            Bound::Int(v) => out.push_bind_param::<BigInt, i64>(v)?,
                            Bound::Num(v) => out.push_bind_param::<Double, f64>(v)?,
                            Bound::Bool(v) => out.push_bind_param::<Bool, bool>(v)?,
                            Bound::Date(v) => out.push_bind_param::<Date, chrono::NaiveDate>(v)?,
                            Bound::Time(v) => out.push_bind_param::<ty::TsTz, Ts>(v)?,
                            Bound::Id(v) => out.push_bind_param::<ty::Uid, Id>(v)?,
                            Bound::Json(v) => out.push_bind_param::<ty::JsonDoc, RawJson>(v)?,
                            Bound::Null(store) => match store {
                                Store::Text => out.push_bind_param::<Nullable<Text>, Option<String>>(&None)?,
                                Store::Int => out.push_bind_param::<Nullable<BigInt>, Option<i64>>(&None)?,
                                Store::Num => out.push_bind_param::<Nullable<Double>, Option<f64>>(&None)?,
                                Store::Bool => out.push_bind_param::<Nullable<Bool>, Option<bool>>(&None)?,
                                Store::Date => {
                                    out.push_bind_param::<Nullable<Date>, Option<chrono::NaiveDate>>(&None)?
                                }
                                Store::Time => out.push_bind_param::<Nullable<ty::TsTz>, Option<Ts>>(&None)?,
                                Store::Id => out.push_bind_param::<Nullable<ty::Uid>, Option<Id>>(&None)?,
                                Store::Json => out.push_bind_param::<Nullable<ty::JsonDoc>, Option<RawJson>>(&None)?,
                            },
                        },
                    }
                }
                Ok(())
            }
        }
    };
}
walk!(Pg);
walk!(Sqlite);

impl QueryId for Sql {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql {
    type SqlType = Untyped;
}

impl<C: Connection> RunQueryDsl<C> for Sql {}

/// One row as it came: values by position, not yet shaped by a field's kind on SQLite, which knows
/// only integers, reals, texts and blobs. [`shape`] finishes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells(pub Vec<Value>);

impl FromSqlRow<Untyped, Sqlite> for Cells {
    fn build_from_row<'a>(row: &impl Row<'a, Sqlite>) -> deserialize::Result<Self> {
        // Most columns of most records are unknown, so those that are known are put in between them: a value built first and
        // moved then costs more than reading it.
        let mut cells: Vec<Value> = std::iter::repeat_with(Value::default).take(row.field_count()).collect();
        for (i, cell) in cells.iter_mut().enumerate() {
            let field = row.get(i).ok_or("a column is missing")?;
            let Some(mut v) = field.value() else { continue };
            match v.value_type() {
                None => {}
                Some(SqliteType::Integer | SqliteType::SmallInt | SqliteType::Long) => {
                    *cell = Value::Int(v.read_long())
                }
                Some(SqliteType::Float | SqliteType::Double) => *cell = Value::Num(v.read_double()),
                Some(SqliteType::Binary) => match uuid::Uuid::from_slice(v.read_blob()) {
                    Ok(id) => *cell = Value::Id(id),
                    Err(_) => return Err("a blob that is not an id".into()),
                },
                Some(_) => *cell = Value::Text(v.read_text().to_owned()),
            }
        }
        Ok(Cells(cells))
    }
}

impl FromSqlRow<Untyped, Pg> for Cells {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        let n = row.field_count();
        let mut cells = Vec::with_capacity(n);
        for i in 0..n {
            let field = row.get(i).ok_or("a column is missing")?;
            cells.push(match field.value() {
                None => Value::Null,
                Some(v) => pg_value(v)?,
            });
        }
        Ok(Cells(cells))
    }
}

fn pg_value(v: diesel::pg::PgValue<'_>) -> deserialize::Result<Value> {
    use diesel::sql_types::{Integer, SmallInt};
    Ok(match v.get_oid().get() {
        16 => Value::Bool(FromSql::<Bool, Pg>::from_sql(v)?),
        20 => Value::Int(FromSql::<BigInt, Pg>::from_sql(v)?),
        21 => Value::Int(i64::from(<i16 as FromSql<SmallInt, Pg>>::from_sql(v)?)),
        23 => Value::Int(i64::from(<i32 as FromSql<Integer, Pg>>::from_sql(v)?)),
        701 => Value::Num(FromSql::<Double, Pg>::from_sql(v)?),
        1082 => Value::Date(FromSql::<Date, Pg>::from_sql(v)?),
        1184 => Value::Time(<Ts as FromSql<ty::TsTz, Pg>>::from_sql(v)?.0),
        2950 => Value::Id(<Id as FromSql<ty::Uid, Pg>>::from_sql(v)?.0),
        // jsonb: a version byte, then the text.
        3802 => Value::Json(std::str::from_utf8(v.as_bytes().get(1..).unwrap_or_default())?.to_owned()),
        114 => Value::Json(std::str::from_utf8(v.as_bytes())?.to_owned()),
        25 | 1043 | 19 => Value::Text(std::str::from_utf8(v.as_bytes())?.to_owned()),
        other => return Err(format!("a column of type {other} is not expected").into()),
    })
}

/// Gives a cell the form of its stored type: what SQLite keeps as integer or text becomes a truth
/// value, a moment, a day or a document.
pub fn shape(store: Store, cell: &mut Value) {
    let shaped = match (store, &mut *cell) {
        (Store::Bool, Value::Int(n)) => Value::Bool(*n != 0),
        (Store::Time, Value::Int(n)) => chrono::DateTime::from_timestamp_micros(*n).map_or(Value::Null, Value::Time),
        (Store::Date, Value::Text(s)) => domain::fields::parse_date(s).map_or(Value::Null, Value::Date),
        (Store::Num, Value::Int(n)) => Value::Num(*n as f64),
        (Store::Json, Value::Text(s)) => Value::Json(std::mem::take(s)),
        _ => return,
    };
    *cell = shaped;
}
