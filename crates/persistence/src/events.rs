//! The log of changes: every change appends one event in its own transaction.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Engine, Sql, Store, shape};
use chrono::{DateTime, Utc};
use domain::value::Value;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Position in the log; 0 before it is written.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// For example `customer.updated`.
    pub kind: String,
    /// Plural key of the object.
    pub object: String,
    /// The changed record.
    pub record_id: Uuid,
    /// Who changed it.
    pub actor_id: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// The changed fields before, a JSON object.
    pub old: Option<String>,
    /// The changed fields after, a JSON object.
    pub new: Option<String>,
    /// The request that changed it.
    pub request_id: Uuid,
    /// The import or other job behind it.
    pub origin_id: Option<Uuid>,
    /// The API key by which another system changed it.
    pub key_id: Option<Uuid>,
}

/// Appends events.
pub fn append(conn: &mut AnyConnection, events: &[Event]) -> Result<()> {
    let mut rest = events;
    let mut size = 128;
    while !rest.is_empty() {
        while size > rest.len() {
            size /= 2;
        }
        let (head, tail) = rest.split_at(size);
        append_group(conn, head)?;
        rest = tail;
    }
    Ok(())
}

fn append_group(conn: &mut AnyConnection, events: &[Event]) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO events (id, type, object, record_id, actor_id, at, old, new, request_id, origin_id, key_id) VALUES ",
    );
    let id = |id: Option<Uuid>| id.map_or(Value::Null, Value::Id);
    let json = |s: &Option<String>| s.clone().map_or(Value::Null, Value::Json);
    for (i, e) in events.iter().enumerate() {
        q.push(if i == 0 { "(" } else { ", (" })
            .id(e.id)
            .push(", ")
            .text(e.kind.clone())
            .push(", ")
            .text(e.object.clone());
        q.push(", ").id(e.record_id).push(", ").bind(Store::Id, &id(e.actor_id)).push(", ").time(e.at);
        q.push(", ").bind(Store::Json, &json(&e.old)).push(", ").bind(Store::Json, &json(&e.new));
        q.push(", ").id(e.request_id).push(", ").bind(Store::Id, &id(e.origin_id));
        q.push(", ").bind(Store::Id, &id(e.key_id)).push(")");
    }
    q.execute(conn)?;
    Ok(())
}

/// Which events to read.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Of these records only; empty for all.
    pub records: &'a [Uuid],
    /// Of these objects only, by plural key; empty for all.
    pub objects: &'a [String],
    /// Of this job only.
    pub origin_id: Option<Uuid>,
    /// All but those of this kind.
    pub but: Option<&'a str>,
}

const COLUMNS: &str = "SELECT e.seq, e.id, e.type, e.object, e.record_id, e.actor_id, e.at, e.old, e.new, e.request_id, e.origin_id, e.key_id FROM events e WHERE ";

/// Newest first, before a position.
pub fn newest(conn: &mut AnyConnection, filter: &Filter<'_>, before: Option<i64>, limit: i64) -> Result<Vec<Event>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("e.seq < ").int(before.unwrap_or(i64::MAX));
    push_filter(&mut q, filter);
    q.push(" ORDER BY e.seq DESC").limit(limit);
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// The objects whose events tell of how the organisation is set up, as the index that finds those names them.
const OF_SETUP: [&str; 10] = [
    "api_keys",
    "custom_fields",
    "pool_settings",
    "roles",
    "rules",
    "score_settings",
    "settings",
    "users",
    "webhooks",
    "working_calendar",
];

/// Whether an event tells of how the organisation is set up, in the words of that index.
pub(crate) fn push_of_setup(q: &mut Sql) -> &mut Sql {
    let each = |before: &str| OF_SETUP.map(|object| format!("{before}'{object}'"));
    match q.engine() {
        Engine::Pg => q.push(format!("e.object IN ({})", each("").join(", "))),
        Engine::Sqlite => q.push(format!("({})", each("e.object = ").join(" OR "))),
    }
}

/// Changes of how the organisation is set up, newest first: of people, roles, keys, fields, rules and settings.
pub fn newest_of_setup(conn: &mut AnyConnection, before: Option<i64>, limit: i64) -> Result<Vec<Event>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("e.seq < ").int(before.unwrap_or(i64::MAX));
    q.push(" AND ");
    push_of_setup(&mut q).push(" ORDER BY e.seq DESC").limit(limit);
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// Oldest first, after a position and up to another: what a consumer of the log reads.
pub fn after(conn: &mut AnyConnection, filter: &Filter<'_>, after: i64, upto: i64, limit: i64) -> Result<Vec<Event>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("e.seq > ").int(after).push(" AND e.seq <= ").int(upto);
    push_filter(&mut q, filter);
    q.push(" ORDER BY e.seq").limit(limit);
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// The event at a position.
pub fn at(conn: &mut AnyConnection, seq: i64) -> Result<Option<Event>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("e.seq = ").int(seq);
    Ok(q.first(conn)?.and_then(read))
}

/// The position of the last event that can be seen.
pub fn end(conn: &mut AnyConnection) -> Result<i64> {
    Ok(number(conn, "SELECT coalesce(max(seq), 0) FROM events")?.unwrap_or(0))
}

/// Up to where the log is final: no event can still appear at or before it.
///
/// PostgreSQL gives out positions before they are committed, and not in the order of transaction
/// ids, so that neither the greatest visible position nor the oldest running transaction tells. A
/// position is final once every transaction has ended that was running when it was given out;
/// write transactions have an id from their beginning (`db::write_tx`).
#[derive(Debug, Default)]
pub struct Horizon {
    safe: i64,
    waiting: Option<(i64, i64)>,
}

impl Horizon {
    /// The final position now. Must be asked outside of a transaction.
    pub fn advance(&mut self, conn: &mut AnyConnection) -> Result<i64> {
        let given = end(conn)?;
        if conn.engine() == Engine::Sqlite {
            return Ok(given);
        }
        // What was asked for before, and when that is final, what there is now: a transaction that
        // ended meanwhile is then read as a whole.
        for _ in 0..2 {
            if self.waiting.is_none() && given > self.safe {
                // An id of our own, taken after the position was read: whoever was given one of the
                // positions up to it has a smaller one.
                let own = number(conn, "SELECT pg_current_xact_id()::text::bigint")?;
                self.waiting = own.map(|own| (given, own));
            }
            let Some((position, own)) = self.waiting else { break };
            let oldest = number(conn, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")?;
            if oldest.is_none_or(|oldest| oldest < own) && older_here(conn, own)? {
                break;
            }
            self.safe = position;
            self.waiting = None;
        }
        Ok(self.safe)
    }
}

/// Is a transaction of this database older than one of ours? A snapshot tells of those of the whole cluster, where a long
/// one of another database has nothing to do with our events.
fn older_here(conn: &mut AnyConnection, own: i64) -> Result<bool> {
    let mut q = Sql::start(
        conn,
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted \
         AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND age(l.transactionid) > age((",
    );
    q.int(own).push(" % 4294967296)::text::xid)");
    let count = q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int));
    Ok(count.is_none_or(|count| count > 0))
}

fn number(conn: &mut AnyConnection, sql: &'static str) -> Result<Option<i64>> {
    Ok(Sql::start(conn, sql).first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)))
}

/// What stands behind events, by the id that they carry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Causes {
    /// Rules, by request: the events of a run carry its id as theirs. Read by [`Causes::rule`].
    rules: HashMap<Uuid, crate::rules::Behind>,
    /// Names of imported files, by origin.
    pub files: HashMap<Uuid, String>,
    /// Names of API keys.
    pub keys: HashMap<Uuid, String>,
}

impl Causes {
    /// The rule from which an event follows: the event carries it as its origin, or, as a contact that follows its customer
    /// into the pool, its run as the request and the moment of the run as its own. Callers name their requests as they
    /// like, so that the request alone tells nothing; the moment is the program's.
    pub fn rule(&self, event: &Event) -> Option<&crate::rules::Behind> {
        self.rules.get(&event.request_id).filter(|by| event.origin_id == Some(by.rule) || event.at == by.at)
    }
}

/// Who or what is behind these events besides people.
pub fn causes(conn: &mut AnyConnection, events: &[Event]) -> Result<Causes> {
    let of = |id: fn(&Event) -> Option<Uuid>| -> Vec<Uuid> {
        events.iter().filter_map(id).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let (origins, requests) = (of(|e| e.origin_id), of(|e| Some(e.request_id)));
    Ok(Causes {
        rules: crate::rules::behind(conn, &requests)?,
        files: names(
            conn,
            "SELECT i.id, f.name FROM imports i JOIN files f ON f.id = i.file_id WHERE i.id IN ",
            &origins,
        )?,
        keys: names(conn, "SELECT id, name FROM api_keys WHERE id IN ", &of(|e| e.key_id))?,
    })
}

fn names(conn: &mut AnyConnection, sql: &'static str, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(500) {
        let mut q = Sql::start(conn, sql);
        q.ids(chunk);
        found.extend(
            q.load(conn)?
                .into_iter()
                .filter_map(|Cells(c)| Some((c.first()?.as_id()?, c.get(1)?.as_str()?.to_owned()))),
        );
    }
    Ok(found)
}

/// Events that follow from a rule, as [`Causes::rule`] knows them; and those of rules whose runs are not kept any more.
const BY_RULE: &str = "(EXISTS (SELECT 1 FROM rules r WHERE r.id = events.origin_id) OR EXISTS (SELECT 1 FROM rule_runs u WHERE u.id = events.request_id AND u.at = events.at))";

/// Those of the records that somebody has changed otherwise than by this import. What the program or a rule did by itself
/// is no change, nor what another import changed and its undo changed back.
pub fn touched(conn: &mut AnyConnection, records: &[Uuid], import: Uuid) -> Result<HashSet<Uuid>> {
    let mut found = HashSet::new();
    for chunk in records.chunks(500) {
        let mut q = Sql::start(conn, "SELECT DISTINCT record_id FROM events WHERE record_id IN ");
        q.ids(chunk).push(" AND actor_id IS NOT NULL AND (origin_id IS NULL OR origin_id <> ").id(import);
        q.push(" AND origin_id NOT IN (SELECT id FROM imports WHERE state = 'undone')");
        q.push(" AND origin_id NOT IN (SELECT id FROM jobs WHERE kind = 'import_undo')) AND NOT ");
        q.push(BY_RULE);
        found.extend(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first()?.as_id()));
    }
    Ok(found)
}

/// Those of the records that a rule made.
pub fn made_by_rules(conn: &mut AnyConnection, records: &[Uuid]) -> Result<HashSet<Uuid>> {
    let mut found = HashSet::new();
    for chunk in records.chunks(500) {
        let mut q = Sql::start(conn, "SELECT DISTINCT record_id FROM events WHERE record_id IN ");
        q.ids(chunk).push(" AND type LIKE '%.created' AND ").push(BY_RULE);
        found.extend(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first()?.as_id()));
    }
    Ok(found)
}

/// Those of the records that were made with this origin.
pub fn created_by(conn: &mut AnyConnection, records: &[Uuid], origin: Uuid) -> Result<HashSet<Uuid>> {
    let mut found = HashSet::new();
    for chunk in records.chunks(500) {
        let mut q = Sql::start(conn, "SELECT record_id FROM events WHERE record_id IN ");
        q.ids(chunk).push(" AND origin_id = ").id(origin).push(" AND type LIKE '%.created'");
        found.extend(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first()?.as_id()));
    }
    Ok(found)
}

/// Those of the records that have an event of this origin.
pub fn of_origin(conn: &mut AnyConnection, records: &[Uuid], origin: Uuid) -> Result<HashSet<Uuid>> {
    let mut found = HashSet::new();
    for chunk in records.chunks(500) {
        let mut q = Sql::start(conn, "SELECT DISTINCT record_id FROM events WHERE record_id IN ");
        q.ids(chunk).push(" AND origin_id = ").id(origin);
        found.extend(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first()?.as_id()));
    }
    Ok(found)
}

fn push_filter(q: &mut Sql, filter: &Filter<'_>) {
    match filter.records {
        [] => {}
        [id] => {
            q.push(" AND e.record_id = ").id(*id);
        }
        many => {
            q.push(" AND e.record_id IN ").ids(many);
        }
    }
    if let Some(id) = filter.origin_id {
        q.push(" AND e.origin_id = ").id(id);
    }
    if let Some(kind) = filter.but {
        q.push(" AND e.type <> ").text(kind.to_owned());
    }
    if !filter.objects.is_empty() {
        q.push(" AND e.object IN (");
        for (i, object) in filter.objects.iter().enumerate() {
            if i > 0 {
                q.push(",");
            }
            q.text(object.clone());
        }
        q.push(")");
    }
}

fn read(cells: Cells) -> Option<Event> {
    let mut c = cells.0.into_iter();
    let mut next = |store: Store| {
        let mut cell = c.next().unwrap_or_default();
        shape(store, &mut cell);
        cell
    };
    let text = |v: Value| match v {
        Value::Text(s) | Value::Json(s) => Some(s),
        _ => None,
    };
    Some(Event {
        seq: next(Store::Int).as_int()?,
        id: next(Store::Id).as_id()?,
        kind: text(next(Store::Text))?,
        object: text(next(Store::Text))?,
        record_id: next(Store::Id).as_id()?,
        actor_id: next(Store::Id).as_id(),
        at: next(Store::Time).as_time()?,
        old: text(next(Store::Json)),
        new: text(next(Store::Json)),
        request_id: next(Store::Id).as_id()?,
        origin_id: next(Store::Id).as_id(),
        key_id: next(Store::Id).as_id(),
    })
}
