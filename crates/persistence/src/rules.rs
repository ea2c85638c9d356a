//! Rules, their versions, and what they did.

mod runs;
mod sweep;

pub use runs::{Behind, Run, Tally, acted, behind, claim_run, counts_since, in_chain, run, run_for, runs, settle_run};
pub use sweep::{
    Due, Occasion, Stretch, Swept, begin_sweep, due_records, end_sweep, keep_sweeping, rest_sweep, set_next, sweep_due,
};

use crate::db::AnyConnection;
use crate::error::Result;
use crate::events::Event;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, Utc};
use domain::value::Value;
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// A rule as it is stored. The definitions are JSON texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: Uuid,
    /// Version of the row.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed by somebody.
    pub updated_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// Key of a shipped rule.
    pub key: Option<String>,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Place in the order in which rules act.
    pub position: i64,
    /// `draft`, `active`, `paused` or `stopped`.
    pub state: String,
    /// Why it was stopped.
    pub stopped_reason: Option<String>,
    /// The definition that is being worked on.
    pub draft: String,
    /// The definition that acts.
    pub published: Option<String>,
    /// Number of the published version; 0 before the first.
    pub number: i64,
    /// Who published it: it acts with their permissions.
    pub published_by: Option<Uuid>,
    /// The API key by which they did, within whose limits it acts.
    pub published_key_id: Option<Uuid>,
    /// When.
    pub published_at: Option<DateTime<Utc>>,
    /// Since when it has acted without a pause or stop, whatever was published meanwhile.
    pub acts_since: Option<DateTime<Utc>>,
    /// Acts by time rather than by events.
    pub timed: bool,
    /// When it is to look next.
    pub next_at: Option<DateTime<Utc>>,
    /// When it last looked.
    pub checked_at: Option<DateTime<Utc>>,
    /// When it last acted.
    pub fired_at: Option<DateTime<Utc>>,
    /// Until when somebody who is looking at the records for it is known to be at it, or was.
    pub alive_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "SELECT id, version, created_at, updated_at, archived_at, created_by, key, name, description, position, state, \
    stopped_reason, draft, published, number, published_by, published_key_id, published_at, acts_since, timed, next_at, checked_at, \
    fired_at, (SELECT coalesce(p.lease_until, p.stepped_at) FROM rule_progress p WHERE p.rule_id = rules.id) FROM rules WHERE ";

fn read(cells: Cells) -> Result<Rule> {
    let mut r = Row::new(cells);
    Ok(Rule {
        id: r.id()?,
        version: r.int()?,
        created_at: r.time()?,
        updated_at: r.time()?,
        archived_at: r.opt_time(),
        created_by: r.opt_id(),
        key: r.opt_text(),
        name: r.text()?,
        description: r.opt_text(),
        position: r.int()?,
        state: r.text()?,
        stopped_reason: r.opt_text(),
        draft: r.text()?,
        published: r.opt_text(),
        number: r.int()?,
        published_by: r.opt_id(),
        published_key_id: r.opt_id(),
        published_at: r.opt_time(),
        acts_since: r.opt_time(),
        timed: r.bool()?,
        next_at: r.opt_time(),
        checked_at: r.opt_time(),
        fired_at: r.opt_time(),
        alive_at: r.opt_time(),
    })
}

/// Every rule that is not archived, in the order in which they act.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<Rule>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("archived_at IS NULL ORDER BY position, id");
    q.load(conn)?.into_iter().map(read).collect()
}

/// The active rules that act by events, in their order.
pub fn listening(conn: &mut AnyConnection) -> Result<Vec<Rule>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("archived_at IS NULL AND state = 'active' AND timed = ").pick("FALSE", "0").push(" ORDER BY position, id");
    q.load(conn)?.into_iter().map(read).collect()
}

/// The ids and versions of those, in their order: what tells whether any of them has changed.
pub fn listening_versions(conn: &mut AnyConnection) -> Result<Vec<(Uuid, i64)>> {
    let mut q =
        Sql::start(conn, "SELECT id, version FROM rules WHERE archived_at IS NULL AND state = 'active' AND timed = ");
    q.pick("FALSE", "0").push(" ORDER BY position, id");
    let pair = |Cells(c): Cells| Some((c.first()?.as_id()?, c.get(1)?.as_int()?));
    Ok(q.load(conn)?.into_iter().filter_map(pair).collect())
}

/// One rule, archived or not; locked against others who would change it when asked, not against its own runs.
pub fn find(conn: &mut AnyConnection, id: Uuid, lock: bool) -> Result<Option<Rule>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("id = ").id(id);
    if lock {
        q.pick(" FOR NO KEY UPDATE", "");
    }
    q.first(conn)?.map(read).transpose()
}

/// Is there a rule of this key, archived or not?
pub fn exists(conn: &mut AnyConnection, key: &str) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM rules WHERE key = ");
    q.text(key);
    Ok(q.first(conn)?.is_some())
}

/// Writes a new rule.
pub fn insert(conn: &mut AnyConnection, rule: &Rule) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO rules (id, version, created_at, updated_at, created_by, key, name, description, position, state, draft, number, timed) VALUES (",
    );
    q.id(rule.id).push(", ").int(rule.version).push(", ").time(rule.created_at).push(", ").time(rule.updated_at);
    q.push(", ").bind(Store::Id, &or_null(rule.created_by, Value::Id));
    q.push(", ").bind(Store::Text, &or_null(rule.key.clone(), Value::Text)).push(", ").text(rule.name.clone());
    q.push(", ").bind(Store::Text, &or_null(rule.description.clone(), Value::Text)).push(", ").int(rule.position);
    q.push(", ").text(rule.state.clone()).push(", ").bind(Store::Json, &Value::Json(rule.draft.clone()));
    q.push(", 0, ").bind(Store::Bool, &Value::Bool(false)).push(")");
    q.execute(conn)?;
    Ok(())
}

/// Writes what people change of a rule whose version in the database is still `expected`.
pub fn update(conn: &mut AnyConnection, rule: &Rule, expected: i64) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE rules SET version = ");
    let time = |t: Option<DateTime<Utc>>| or_null(t, Value::Time);
    q.int(rule.version).push(", updated_at = ").time(rule.updated_at).push(", name = ").text(rule.name.clone());
    q.push(", description = ").bind(Store::Text, &or_null(rule.description.clone(), Value::Text));
    q.push(", archived_at = ").bind(Store::Time, &time(rule.archived_at)).push(", position = ").int(rule.position);
    q.push(", state = ").text(rule.state.clone());
    q.push(", stopped_reason = ").bind(Store::Text, &or_null(rule.stopped_reason.clone(), Value::Text));
    q.push(", draft = ").bind(Store::Json, &Value::Json(rule.draft.clone()));
    q.push(", published = ").bind(Store::Json, &or_null(rule.published.clone(), Value::Json));
    q.push(", number = ").int(rule.number);
    q.push(", published_by = ").bind(Store::Id, &or_null(rule.published_by, Value::Id));
    q.push(", published_key_id = ").bind(Store::Id, &or_null(rule.published_key_id, Value::Id));
    q.push(", published_at = ").bind(Store::Time, &time(rule.published_at));
    q.push(", acts_since = ").bind(Store::Time, &time(rule.acts_since));
    q.push(", timed = ").bind(Store::Bool, &Value::Bool(rule.timed));
    q.push(", next_at = ").bind(Store::Time, &time(rule.next_at));
    q.push(", checked_at = ").bind(Store::Time, &time(rule.checked_at));
    q.push(" WHERE id = ").id(rule.id).push(" AND version = ").int(expected);
    Ok(q.execute(conn)? > 0)
}

/// Names a shipped rule by its key.
pub fn name_key(conn: &mut AnyConnection, id: Uuid, key: &str) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE rules SET key = ");
    q.text(key).push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

/// Puts a rule into its place in the order; no change of the rule itself.
pub fn place(conn: &mut AnyConnection, id: Uuid, position: i64) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE rules SET position = ");
    q.int(position).push(" WHERE id = ").id(id).push(" AND position <> ").int(position);
    q.execute(conn)?;
    Ok(())
}

/// Stops a rule that can or must not go on; false when it was not active.
pub fn stop(conn: &mut AnyConnection, id: Uuid, reason: &str, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE rules SET state = 'stopped', version = version + 1, updated_at = ");
    q.time(now).push(", stopped_reason = ").text(reason).push(" WHERE state = 'active' AND id = ").id(id);
    Ok(q.execute(conn)? > 0)
}

/// Takes the next turn of a rule that gives work to several in turn.
pub fn take_turn(conn: &mut AnyConnection, id: Uuid) -> Result<i64> {
    let mut q = Sql::start(conn, "INSERT INTO rule_progress (rule_id, turn) VALUES (");
    q.id(id).push(", 1) ON CONFLICT (rule_id) DO UPDATE SET turn = rule_progress.turn + 1 RETURNING turn");
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(1) - 1)
}

/// One published version.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its number, from 1.
    pub number: i64,
    /// The definition as JSON text.
    pub definition: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Who published it.
    pub published_by: Option<Uuid>,
    /// The API key by which they did.
    pub published_key_id: Option<Uuid>,
}

/// Keeps a published version.
pub fn insert_version(conn: &mut AnyConnection, rule: Uuid, v: &Version) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO rule_versions (rule_id, number, definition, published_at, published_by, published_key_id) VALUES (",
    );
    q.id(rule).push(", ").int(v.number).push(", ").bind(Store::Json, &Value::Json(v.definition.clone()));
    q.push(", ").time(v.published_at).push(", ").bind(Store::Id, &or_null(v.published_by, Value::Id));
    q.push(", ").bind(Store::Id, &or_null(v.published_key_id, Value::Id)).push(")");
    q.execute(conn)?;
    Ok(())
}

/// The published versions of a rule, newest first.
pub fn versions(conn: &mut AnyConnection, rule: Uuid) -> Result<Vec<Version>> {
    let mut q = Sql::start(
        conn,
        "SELECT number, definition, published_at, published_by, published_key_id FROM rule_versions WHERE rule_id = ",
    );
    q.id(rule).push(" ORDER BY number DESC");
    let read = |cells| {
        let mut r = Row::new(cells);
        Ok(Version {
            number: r.int()?,
            definition: r.text()?,
            published_at: r.time()?,
            published_by: r.opt_id(),
            published_key_id: r.opt_id(),
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Which origins of these events are imports: everything that is no rule.
pub fn imports_among(conn: &mut AnyConnection, events: &[Event]) -> Result<HashSet<Uuid>> {
    let origins: BTreeSet<Uuid> = events.iter().filter_map(|e| e.origin_id).collect();
    if origins.is_empty() {
        return Ok(HashSet::new());
    }
    let list: Vec<Uuid> = origins.iter().copied().collect();
    let mut q = Sql::start(conn, "SELECT id FROM rules WHERE id IN ");
    q.ids(&list);
    let rules: HashSet<Uuid> =
        q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first().and_then(Value::as_id)).collect();
    Ok(origins.into_iter().filter(|origin| !rules.contains(origin)).collect())
}

/// Live owned records of an object by owner: who has least to do. Opportunities and tasks count while they are open.
pub fn loads(conn: &mut AnyConnection, object: &'static str, users: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let mut q = Sql::start(conn, "SELECT owner_id, count(*) FROM ");
    q.ident(object).push(" WHERE archived_at IS NULL AND owner_id IN ").ids(users);
    if matches!(object, "opportunities" | "tasks") {
        q.push(" AND status = 'open'");
    }
    q.push(" GROUP BY owner_id");
    let pair = |Cells(c): Cells| Some((c.first()?.as_id()?, c.get(1)?.as_int()?));
    let counted: Vec<(Uuid, i64)> = q.load(conn)?.into_iter().filter_map(pair).collect();
    Ok(users.iter().map(|u| (*u, counted.iter().find(|(o, _)| o == u).map_or(0, |(_, n)| *n))).collect())
}

/// Where a person stands: the team, its lead, its region, and the team above.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// Its id.
    pub id: Uuid,
    /// Who leads it.
    pub lead: Option<Uuid>,
    /// Its region.
    pub region: Option<String>,
    /// The team above.
    pub parent: Option<Uuid>,
}

/// A team.
pub fn team(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Team>> {
    let mut q =
        Sql::start(conn, "SELECT id, lead_id, region, parent_id FROM teams WHERE archived_at IS NULL AND id = ");
    q.id(id);
    let read = |cells| {
        let mut r = Row::new(cells);
        Ok(Team { id: r.id()?, lead: r.opt_id(), region: r.opt_text(), parent: r.opt_id() })
    };
    q.first(conn)?.map(read).transpose()
}

/// A person who may be given work.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Who.
    pub id: Uuid,
    /// In which team.
    pub team: Option<Uuid>,
    /// Its region.
    pub region: Option<String>,
}

/// The active ones of these users.
pub fn active(conn: &mut AnyConnection, users: &[Uuid]) -> Result<Vec<Member>> {
    let mut q = Sql::start(
        conn,
        "SELECT u.id, u.team_id, t.region FROM users u LEFT JOIN teams t ON t.id = u.team_id WHERE u.archived_at IS NULL AND u.status = 'active' AND u.id IN ",
    );
    q.ids(users);
    let read = |cells| {
        let mut r = Row::new(cells);
        Ok(Member { id: r.id()?, team: r.opt_id(), region: r.opt_text() })
    };
    q.load(conn)?.into_iter().map(read).collect()
}
