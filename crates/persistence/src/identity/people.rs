//! Users as far as logging in goes, their passwords, and the teams around them.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Engine, Sql, Store};
use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

/// A user as authentication sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id.
    pub id: Uuid,
    /// Version of the user's record.
    pub version: i64,
    /// Name.
    pub name: String,
    /// E-mail address, in lower case.
    pub email: Option<String>,
    /// `active`, `invited` or `disabled`.
    pub status: String,
    /// `zh-CN` or `en`.
    pub locale: String,
    /// Job title.
    pub title: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// The team and its name and region.
    pub team: Option<(Uuid, String, Option<String>)>,
    /// When the record was archived, if it was.
    pub archived_at: Option<DateTime<Utc>>,
}

impl Person {
    /// May log in.
    pub fn is_active(&self) -> bool {
        self.status == "active" && self.archived_at.is_none()
    }

    /// Can no longer log in. Whoever is invited has not left.
    pub fn has_left(&self) -> bool {
        self.status == "disabled" || self.archived_at.is_some()
    }
}

const PERSON: &str = "SELECT u.id, u.version, u.name, u.email, u.status, u.locale, u.title, u.phone, u.archived_at, t.id, t.name, t.region \
     FROM users u LEFT JOIN teams t ON t.id = u.team_id WHERE ";

fn read_person(cells: Cells) -> Result<Person> {
    let mut r = Row::new(cells);
    let mut person = Person {
        id: r.id()?,
        version: r.int()?,
        name: r.text()?,
        email: r.opt_text(),
        status: r.text()?,
        locale: r.text()?,
        title: r.opt_text(),
        phone: r.opt_text(),
        archived_at: r.opt_time(),
        team: None,
    };
    if let Some(team) = r.opt_id() {
        person.team = Some((team, r.text()?, r.opt_text()));
    }
    Ok(person)
}

/// A user by id.
pub fn person(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Person>> {
    let mut q = Sql::start(conn, PERSON);
    q.push("u.id = ").id(id);
    q.first(conn)?.map(read_person).transpose()
}

/// A user by e-mail address, in lower case.
pub fn person_by_email(conn: &mut AnyConnection, email: &str) -> Result<Option<Person>> {
    let mut q = Sql::start(conn, PERSON);
    q.push("u.email = ").text(email);
    q.first(conn)?.map(read_person).transpose()
}

/// Every user that is not archived, by name.
pub fn people(conn: &mut AnyConnection) -> Result<Vec<Person>> {
    let mut q = Sql::start(conn, PERSON);
    q.push("u.archived_at IS NULL ORDER BY u.name, u.id");
    q.load(conn)?.into_iter().map(read_person).collect()
}

/// Is there any user at all?
pub fn any_person(conn: &mut AnyConnection) -> Result<bool> {
    Ok(Sql::start(conn, "SELECT id FROM users LIMIT 1").first(conn)?.is_some())
}

/// Active users with this role.
pub fn users_with_role(conn: &mut AnyConnection, role_key: &str) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(
        conn,
        "SELECT u.id FROM users u JOIN user_roles ur ON ur.user_id = u.id JOIN roles r ON r.id = ur.role_id \
         WHERE u.status = 'active' AND u.archived_at IS NULL AND r.key = ",
    );
    q.text(role_key);
    ids(q.load(conn)?)
}

/// Makes a user active, invited or disabled. True when that changed anything.
pub fn set_status(conn: &mut AnyConnection, user: Uuid, status: &str, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE users SET version = version + 1, status = ");
    q.text(status).push(", updated_at = ").time(now).push(" WHERE id = ").id(user).push(" AND status <> ").text(status);
    Ok(q.execute(conn)? > 0)
}

/// Members of a team.
pub fn team_members(conn: &mut AnyConnection, team: Uuid) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM users WHERE team_id = ");
    q.id(team);
    ids(q.load(conn)?)
}

/// What of the living stands on a team, by its plural key: people in it, or teams below it.
pub fn team_in_use(conn: &mut AnyConnection, team: Uuid) -> Result<Option<&'static str>> {
    for (object, column) in [("users", "team_id"), ("teams", "parent_id")] {
        let mut q = Sql::start(conn, "SELECT 1 FROM ");
        q.ident(object).push(" WHERE archived_at IS NULL AND ").ident(column).push(" = ").id(team).push(" LIMIT 1");
        if q.first(conn)?.is_some() {
            return Ok(Some(object));
        }
    }
    Ok(None)
}

/// Members of a user's team, of the teams the user leads, and of every team below these.
pub fn subtree_members(conn: &mut AnyConnection, user: Uuid, team: Option<Uuid>) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "WITH RECURSIVE below (id) AS (SELECT id FROM teams WHERE lead_id = ");
    q.id(user).push(" OR id = ").bind(Store::Id, &or_null(team, Value::Id));
    q.push(" UNION SELECT t.id FROM teams t JOIN below b ON t.parent_id = b.id) SELECT u.id FROM users u JOIN below b ON u.team_id = b.id");
    ids(q.load(conn)?)
}

fn ids(rows: Vec<Cells>) -> Result<Vec<Uuid>> {
    rows.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// A stored password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// Argon2id in PHC form.
    pub hash: String,
    /// Set by an administrator, to be changed by its owner.
    pub temporary: bool,
}

/// A user's password, if one was ever set.
pub fn password(conn: &mut AnyConnection, user: Uuid) -> Result<Option<Password>> {
    let mut q = Sql::start(conn, "SELECT password_hash, temporary FROM credentials WHERE user_id = ");
    q.id(user);
    q.first(conn)?
        .map(|cells| {
            let mut r = Row::new(cells);
            Ok(Password { hash: r.text()?, temporary: r.bool()? })
        })
        .transpose()
}

/// Sets a user's password.
pub fn set_password(conn: &mut AnyConnection, user: Uuid, password: &Password, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "INSERT INTO credentials (user_id, password_hash, temporary, changed_at) VALUES (");
    q.id(user).push(", ").text(password.hash.clone()).push(", ").bind(Store::Bool, &Value::Bool(password.temporary));
    q.push(", ").time(now).push(
        ") ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, temporary = excluded.temporary, changed_at = excluded.changed_at",
    );
    q.execute(conn)?;
    Ok(())
}

/// What is known of the attempts at one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Wrong passwords in a row.
    pub failures: u32,
    /// The last of them.
    pub failed_at: DateTime<Utc>,
    /// No attempt counts before this.
    pub locked_until: Option<DateTime<Utc>>,
}

/// The attempts at an address, by its digest.
pub fn attempt(conn: &mut AnyConnection, email_digest: &str) -> Result<Option<Attempt>> {
    let mut q = Sql::start(conn, "SELECT failures, failed_at, locked_until FROM login_attempts WHERE email_digest = ");
    q.text(email_digest);
    if q.engine() == Engine::Pg {
        q.push(" FOR UPDATE");
    }
    q.first(conn)?
        .map(|cells| {
            let mut r = Row::new(cells);
            Ok(Attempt {
                failures: u32::try_from(r.int()?).unwrap_or(u32::MAX),
                failed_at: r.time()?,
                locked_until: r.opt_time(),
            })
        })
        .transpose()
}

/// Keeps the attempts at an address, and drops those of addresses that were left alone since `forget_before`.
pub fn save_attempt(
    conn: &mut AnyConnection,
    email_digest: &str,
    attempt: &Attempt,
    forget_before: DateTime<Utc>,
) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM login_attempts WHERE failed_at < ");
    q.time(forget_before);
    q.execute(conn)?;
    let mut q =
        Sql::start(conn, "INSERT INTO login_attempts (email_digest, failures, failed_at, locked_until) VALUES (");
    q.text(email_digest).push(", ").int(i64::from(attempt.failures)).push(", ").time(attempt.failed_at).push(", ");
    q.bind(Store::Time, &or_null(attempt.locked_until, Value::Time));
    q.push(") ON CONFLICT (email_digest) DO UPDATE SET failures = excluded.failures, failed_at = excluded.failed_at, locked_until = excluded.locked_until");
    q.execute(conn)?;
    Ok(())
}

/// Forgets the attempts at an address.
pub fn forget_attempts(conn: &mut AnyConnection, email_digest: &str) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM login_attempts WHERE email_digest = ");
    q.text(email_digest);
    q.execute(conn)?;
    Ok(())
}

/// Until the end of the transaction, no other one may decide who the administrators are or set the
/// organisation up. On SQLite a write transaction is alone anyway.
pub fn lock_accounts(conn: &mut AnyConnection) -> Result<()> {
    const LOCK: i64 = 0x464c_5957_4143_4354;
    if conn.engine() == Engine::Pg {
        let mut q = Sql::start(conn, "SELECT pg_advisory_xact_lock(");
        q.int(LOCK).push(")");
        q.execute(conn)?;
    }
    Ok(())
}
