//! Column types shared by both engines: ids, times, JSON documents and closed text enums.
use crate::db::MultiBackend;
use chrono::{DateTime, SubsecRound, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, HasSqlType, SqlType};
use diesel::sqlite::{Sqlite, SqliteValue};

/// The SQL types behind them.
pub mod sql {
    use super::*;
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
    /// uuid / 16-byte blob.
    pub struct Uid;
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
    /// timestamptz / microseconds since 1970.
    pub struct TsTz;
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
    /// jsonb / JSON text.
    pub struct JsonDoc;
    // allows min()/max()
    impl diesel::sql_types::SqlOrd for TsTz {}
}

/// Teaches the enum's backend one custom SQL type.
macro_rules! multi_type { ($($st:ty),*) => { $(
    impl HasSqlType<$st> for MultiBackend {
        fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata { MultiBackend::lookup_sql_type::<$st>(lookup) }
    }
)* } }
/// Forwards a Rust value of a custom SQL type to the two concrete impls.
macro_rules! multi_value { ($st:path, $t:ty $(, $($g:tt)*)?) => {
    impl $(<$($g)*>)? ToSql<$st, MultiBackend> for $t {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result { out.set_value(($st, self)); Ok(IsNull::No) }
    }
    impl $(<$($g)*>)? FromSql<$st, MultiBackend> for $t {
        fn from_sql(v: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> { v.from_sql::<Self, $st>() }
    }
} }

multi_type!(sql::Uid, sql::TsTz, sql::JsonDoc);

/// A record's id, a UUIDv7.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    AsExpression,
    FromSqlRow,
    serde::Serialize,
    serde::Deserialize,
)]
#[diesel(sql_type = sql::Uid)]
pub struct Id(pub uuid::Uuid);
impl Id {
    /// A new id, greater than every earlier one of this process.
    #[expect(clippy::new_without_default, reason = "a default that differs each time would surprise")]
    pub fn new() -> Self {
        Id(uuid::Uuid::now_v7())
    }
}

impl ToSql<sql::Uid, Pg> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Uuid, Pg>::to_sql(&self.0, out)
    }
}
impl FromSql<sql::Uid, Pg> for Id {
    fn from_sql(v: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Uuid, Pg>::from_sql(v).map(Id)
    }
}
impl ToSql<sql::Uid, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(&self.0.as_bytes()[..]);
        Ok(IsNull::No)
    }
}
impl FromSql<sql::Uid, Sqlite> for Id {
    fn from_sql(mut v: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Id(uuid::Uuid::from_slice(v.read_blob())?))
    }
}
multi_value!(sql::Uid, Id);

/// UTC, microsecond precision (what both stores can hold exactly).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    AsExpression,
    FromSqlRow,
    serde::Serialize,
    serde::Deserialize,
)]
#[diesel(sql_type = sql::TsTz)]
pub struct Ts(pub DateTime<Utc>);
impl Ts {
    /// The present, cut to microseconds.
    pub fn now() -> Self {
        Ts(Utc::now().trunc_subsecs(6))
    }
}

impl ToSql<sql::TsTz, Pg> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Timestamptz, Pg>::to_sql(&self.0, out)
    }
}
impl FromSql<sql::TsTz, Pg> for Ts {
    fn from_sql(v: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Timestamptz, Pg>::from_sql(v).map(Ts)
    }
}
impl ToSql<sql::TsTz, Sqlite> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_micros());
        Ok(IsNull::No)
    }
}
impl FromSql<sql::TsTz, Sqlite> for Ts {
    fn from_sql(v: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let n = <i64 as FromSql<sql_types::BigInt, Sqlite>>::from_sql(v)?;
        DateTime::from_timestamp_micros(n).map(Ts).ok_or_else(|| "timestamp out of range".into())
    }
}
multi_value!(sql::TsTz, Ts);

/// A JSON document.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow, serde::Serialize, serde::Deserialize)]
#[diesel(sql_type = sql::JsonDoc)]
pub struct Json(pub serde_json::Value);

impl ToSql<sql::JsonDoc, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Jsonb, Pg>::to_sql(&self.0, out)
    }
}
impl FromSql<sql::JsonDoc, Pg> for Json {
    fn from_sql(v: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Jsonb, Pg>::from_sql(v).map(Json)
    }
}
impl ToSql<sql::JsonDoc, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}
impl FromSql<sql::JsonDoc, Sqlite> for Json {
    fn from_sql(mut v: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Json(serde_json::from_str(v.read_text())?))
    }
}
multi_value!(sql::JsonDoc, Json);

/// A closed enum that both engines store as its text.
#[macro_export]
macro_rules! text_enum {
    ($(#[$m:meta])* $vis:vis enum $name:ident { $($var:ident => $s:literal),+ $(,)? }) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ::diesel::expression::AsExpression, ::diesel::deserialize::FromSqlRow, serde::Serialize, serde::Deserialize)]
        #[diesel(sql_type = ::diesel::sql_types::Text)]
        $vis enum $name { $(#[serde(rename = $s)] $var),+ }
        impl $name {
            /// Every variant.
            pub const ALL: &'static [$name] = &[$($name::$var),+];
            /// The stored text.
            pub fn as_str(self) -> &'static str { match self { $($name::$var => $s),+ } }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(s: &str) -> Result<Self, String> { match s { $($s => Ok($name::$var),)+ o => Err(format!(concat!("not a ", stringify!($name), ": {}"), o)) } }
        }
        // generic over the backend: Sqlite, Pg and MultiBackend in one impl
        impl<DB: ::diesel::backend::Backend> ::diesel::serialize::ToSql<::diesel::sql_types::Text, DB> for $name
        where str: ::diesel::serialize::ToSql<::diesel::sql_types::Text, DB> {
            fn to_sql<'b>(&'b self, out: &mut ::diesel::serialize::Output<'b, '_, DB>) -> ::diesel::serialize::Result { self.as_str().to_sql(out) }
        }
        impl<DB: ::diesel::backend::Backend> ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB> for $name
        where String: ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB> {
            fn from_sql(v: DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> { Ok(String::from_sql(v)?.parse::<$name>()?) }
        }
    };
}

/// A JSON document as text that is known to be JSON: no parsing on the way in or out.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression)]
#[diesel(sql_type = sql::JsonDoc)]
pub struct RawJson(pub String);

impl ToSql<sql::JsonDoc, Pg> for RawJson {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write;
        // The version byte of jsonb, then the text.
        out.write_all(&[1])?;
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}
impl ToSql<sql::JsonDoc, Sqlite> for RawJson {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}
