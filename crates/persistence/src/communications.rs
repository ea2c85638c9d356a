//! Whom addresses belong to, and communications that came over the API.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::{Owners, push_owners};
use crate::row::{Row, or_null};
use crate::sql::{Cells, Engine, Sql, Store};
use chrono::{DateTime, Utc};
use domain::reach::Opportunity;
use domain::record::Shape;
use domain::value::Value;
use uuid::Uuid;

/// A column by which people or companies are found, as its index has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The last eight digits of a phone.
    PhoneTail,
    /// A mail address.
    Email,
    /// What stands behind the `@`.
    Domain,
    /// A WeChat id.
    Wechat,
    /// An identity in another system.
    External,
    /// The address of a company's pages.
    Website,
}

impl Key {
    fn column(self) -> &'static str {
        match self {
            Key::PhoneTail => "phone",
            Key::Email | Key::Domain => "email",
            Key::Wechat => "wechat",
            Key::External => "external_key",
            Key::Website => "website",
        }
    }

    /// The indexed expression, letter for letter as the migration has it.
    fn expression(self, engine: Engine) -> &'static str {
        match (self, engine) {
            (Key::PhoneTail, Engine::Pg) => {
                "right(replace(replace(replace(replace(replace(phone, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), 8)"
            }
            (Key::PhoneTail, Engine::Sqlite) => {
                "substr(replace(replace(replace(replace(replace(phone, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), -8)"
            }
            (Key::Domain, Engine::Pg) => "split_part(email, '@', 2)",
            (Key::Domain, Engine::Sqlite) => "substr(email, instr(email, '@') + 1)",
            (Key::Website, _) => "lower(website)",
            (Key::Email, _) => "email",
            (Key::Wechat, _) => "wechat",
            (Key::External, _) => "external_key",
        }
    }
}

/// Are phones in this column found by their last digits?
pub fn has_tails(object: &str, column: &str) -> bool {
    column == "phone" && matches!(object, "customers" | "contacts")
}

/// Appends the test that a phone may be one of these, by the index of the last digits.
pub(crate) fn push_tails<'a>(q: &mut Sql, phones: impl Iterator<Item = &'a str>) {
    let engine = q.engine();
    q.push(Key::PhoneTail.expression(engine)).push(" IN ").texts(phones.map(phone_tail));
}

/// What the index of the last digits has of a phone.
pub fn phone_tail(phone: &str) -> String {
    let signs: Vec<char> = phone.chars().filter(|c| ![' ', '-', '(', ')', '.'].contains(c)).collect();
    signs.get(signs.len().saturating_sub(8)..).unwrap_or_default().iter().collect()
}

/// Somebody or some company that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The record.
    pub id: Uuid,
    /// Of a contact: its customer.
    pub customer: Option<Uuid>,
    /// The column as it is written.
    pub value: String,
}

/// Live records of an object whose key is one of these texts: few queries, by its index.
pub fn find(
    conn: &mut AnyConnection,
    shape: &Shape,
    owners: Owners<'_>,
    key: Key,
    texts: &[String],
) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let of_customer = if shape.position("customer_id").is_some() { "t.customer_id" } else { "NULL" };
    for chunk in texts.chunks(conn.engine().texts_by_expression()) {
        let mut q = Sql::start(conn, "SELECT t.id, ");
        q.push(of_customer).push(", ").column("t", key.column()).push(" FROM ").ident(shape.def.key);
        q.push(" t WHERE t.archived_at IS NULL AND ").column("t", key.column()).push(" IS NOT NULL AND ");
        q.push(key.expression(q.engine())).push(" IN (");
        for (i, text) in chunk.iter().enumerate() {
            q.push(if i == 0 { "" } else { "," }).text(text.clone());
        }
        q.push(")");
        push_owners(&mut q, shape, owners);
        for cells in q.load(conn)? {
            let mut r = Row::new(cells);
            found.push(Found { id: r.id()?, customer: r.opt_id(), value: r.text()? });
        }
    }
    Ok(found)
}

/// The open opportunities of customers within sight.
pub fn open_opportunities(
    conn: &mut AnyConnection,
    shape: &Shape,
    owners: Owners<'_>,
    customers: &[Uuid],
) -> Result<Vec<Opportunity>> {
    let mut q = Sql::start(
        conn,
        "SELECT t.id, t.customer_id, t.contact_id FROM opportunities t WHERE t.archived_at IS NULL AND t.status = 'open' AND t.customer_id IN ",
    );
    q.ids(customers);
    push_owners(&mut q, shape, owners);
    let read = |cells: Cells| {
        let mut r = Row::new(cells);
        Ok(Opportunity { id: r.id()?, customer: r.id()?, contact: r.opt_id() })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// A communication that came over the API.
#[derive(Debug, Clone, PartialEq)]
pub struct Communication {
    /// Its id.
    pub id: Uuid,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// The system that it came from.
    pub source: String,
    /// Its identity there.
    pub external_key: String,
    /// The activity that holds it.
    pub activity_id: Uuid,
    /// `in` or `out`.
    pub direction: String,
    /// With whom, a JSON list.
    pub addresses: String,
    /// What it may belong to, a JSON object.
    pub candidates: String,
    /// `attached`, `ambiguous`, `unmatched` or `dismissed`.
    pub state: String,
}

const COLUMNS: &str =
    "c.id, c.created_at, c.source, c.external_key, c.activity_id, c.direction, c.addresses, c.candidates, c.state";

fn read(cells: Cells) -> Result<Communication> {
    let mut r = Row::new(cells);
    Ok(Communication {
        id: r.id()?,
        created_at: r.time()?,
        source: r.text()?,
        external_key: r.text()?,
        activity_id: r.id()?,
        direction: r.text()?,
        addresses: r.text()?,
        candidates: r.text()?,
        state: r.text()?,
    })
}

/// Those of a source that came before, by their identities there.
pub fn known(conn: &mut AnyConnection, source: &str, keys: &[String]) -> Result<Vec<Communication>> {
    let mut q = Sql::start(conn, "SELECT ");
    q.push(COLUMNS).push(" FROM communications c WHERE c.source = ").text(source).push(" AND c.external_key IN (");
    for (i, key) in keys.iter().enumerate() {
        q.push(if i == 0 { "" } else { "," }).text(key.clone());
    }
    q.push(if keys.is_empty() { "NULL)" } else { ")" });
    q.load(conn)?.into_iter().map(read).collect()
}

/// Writes new ones.
pub fn insert(conn: &mut AnyConnection, rows: &[Communication]) -> Result<()> {
    for chunk in rows.chunks(50) {
        let mut q = Sql::start(
            conn,
            "INSERT INTO communications (id, created_at, source, external_key, activity_id, direction, addresses, candidates, state) VALUES ",
        );
        for (i, c) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" }).id(c.id).push(", ").time(c.created_at).push(", ");
            q.text(c.source.clone()).push(", ").text(c.external_key.clone()).push(", ").id(c.activity_id);
            q.push(", ").text(c.direction.clone()).push(", ");
            q.bind(Store::Json, &Value::Json(c.addresses.clone())).push(", ");
            q.bind(Store::Json, &Value::Json(c.candidates.clone())).push(", ").text(c.state.clone()).push(")");
        }
        q.execute(conn)?;
    }
    Ok(())
}

/// One, locked.
pub fn lock(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Communication>> {
    let mut q = Sql::start(conn, "SELECT ");
    q.push(COLUMNS).push(" FROM communications c WHERE c.id = ").id(id).pick(" FOR UPDATE", "");
    q.first(conn)?.map(read).transpose()
}

/// Ends the choice.
pub fn decide(conn: &mut AnyConnection, id: Uuid, state: &str, by: Uuid, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE communications SET state = ");
    q.text(state).push(", decided_by = ").bind(Store::Id, &or_null(Some(by), Value::Id));
    q.push(", decided_at = ").time(now).push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

/// Those that are left to a person, of activities within sight, newest first before an id; `shape` is that of activities.
pub fn open(
    conn: &mut AnyConnection,
    shape: &Shape,
    owners: Owners<'_>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Communication>> {
    let mut q = Sql::start(conn, "SELECT ");
    q.push(COLUMNS).push(" FROM communications c JOIN activities t ON t.id = c.activity_id");
    q.push(" WHERE c.state IN ('ambiguous', 'unmatched') AND t.archived_at IS NULL");
    if let Some(before) = before {
        q.push(" AND c.id < ").id(before);
    }
    push_owners(&mut q, shape, owners);
    q.push(" ORDER BY c.id DESC").limit(limit);
    q.load(conn)?.into_iter().map(read).collect()
}
