//! Merging records: moving what points to them, in few statements whatever its number, and moving it back.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::{Row, document, or_null};
use crate::sql::{Cells, Engine, Sql, Store};
use chrono::{DateTime, Utc};
use domain::merge::Child;
use domain::record::{Record, Shape};
use domain::value::Value;
use uuid::Uuid;

/// The field of the merged records themselves among the moves.
pub const ITSELF: &str = "";

/// A merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// Its id.
    pub id: Uuid,
    /// Plural key of the object.
    pub object: String,
    /// The record that remained.
    pub survivor: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: Option<Uuid>,
    /// The records that were merged into it.
    pub losers: Vec<Uuid>,
    /// The changed fields of the survivor before, a JSON object.
    pub before: String,
    /// The same fields after.
    pub after: String,
    /// What moved: object, field and number, as JSON.
    pub moved: String,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
}

const MERGE: &str =
    "SELECT id, object, survivor, created_at, created_by, losers, before, after, moved, undone_at FROM merges WHERE ";

fn read(cells: Cells) -> Result<Merge> {
    let mut row = Row::new(cells);
    Ok(Merge {
        id: row.id()?,
        object: row.text()?,
        survivor: row.id()?,
        created_at: row.time()?,
        created_by: row.opt_id(),
        losers: row.ids(),
        before: row.text()?,
        after: row.text()?,
        moved: row.text()?,
        undone_at: row.opt_time(),
    })
}

/// Writes a merge down.
pub fn insert(conn: &mut AnyConnection, merge: &Merge) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO merges (id, object, survivor, created_at, created_by, losers, before, after, moved) VALUES (",
    );
    let json = |text: &str| Value::Json(text.to_owned());
    q.id(merge.id)
        .push(", ")
        .text(merge.object.clone())
        .push(", ")
        .id(merge.survivor)
        .push(", ")
        .time(merge.created_at);
    q.push(", ").bind(Store::Id, &or_null(merge.created_by, Value::Id));
    q.push(", ").bind(Store::Json, &document(&merge.losers)?);
    for text in [&merge.before, &merge.after, &merge.moved] {
        q.push(", ").bind(Store::Json, &json(text));
    }
    q.push(")");
    q.execute(conn)?;
    Ok(())
}

/// A merge by id.
pub fn get(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Merge>> {
    let mut q = Sql::start(conn, MERGE);
    q.push("id = ").id(id);
    q.first(conn)?.map(read).transpose()
}

/// The merges that a record came out of, newest first.
pub fn of_survivor(conn: &mut AnyConnection, survivor: Uuid, limit: i64) -> Result<Vec<Merge>> {
    let mut q = Sql::start(conn, MERGE);
    q.push("survivor = ").id(survivor).push(" ORDER BY id DESC").limit(limit);
    q.load(conn)?.into_iter().map(read).collect()
}

/// Takes note that a merge is undone; says whether it was not yet.
pub fn set_undone(conn: &mut AnyConnection, id: Uuid, by: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE merges SET undone_at = ");
    q.time(now).push(", undone_by = ").id(by).push(" WHERE undone_at IS NULL AND id = ").id(id);
    Ok(q.execute(conn)? > 0)
}

/// The records that were merged into this one.
pub fn merged_into(conn: &mut AnyConnection, object: &'static str, survivor: Uuid) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM ");
    q.ident(object).push(" WHERE merged_into_id = ").id(survivor);
    Ok(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first()?.as_id()).collect())
}

/// How many records point to these by a field, and how many of them belong to nobody of these owners.
pub fn count(conn: &mut AnyConnection, child: &Child, targets: &[Uuid], owners: Owners<'_>) -> Result<(i64, i64)> {
    let mut q = Sql::start(conn, "SELECT count(*), ");
    match owners {
        Owners::Only(ids) if child.def.owned => {
            q.push("CAST(coalesce(sum(CASE WHEN t.owner_id IN ").ids(ids).push(" THEN 0 ELSE 1 END), 0) AS BIGINT)");
        }
        // The right to the pool is none to what hangs on its records.
        Owners::Pool if child.def.owned => {
            q.push("count(*)");
        }
        Owners::Only(_) | Owners::All | Owners::Pool => {
            q.push("0");
        }
    }
    q.push(" FROM ").ident(child.def.key).push(" t WHERE ");
    push_pointing(&mut q, child, targets);
    let mut row = Row::new(q.first(conn)?.unwrap_or_else(|| Cells(Vec::new())));
    Ok((row.opt_int().unwrap_or(0), row.opt_int().unwrap_or(0)))
}

/// Appends the condition that `t` points to one of the targets, other than the targets among themselves.
fn push_pointing(q: &mut Sql, child: &Child, targets: &[Uuid]) {
    if child.is_list() {
        q.push("t.id IN (SELECT record_id FROM list_members WHERE object = ").text(child.def.key);
        q.push(" AND member IN ").ids(targets).push(")");
    } else {
        q.column("t", child.field.key.clone()).push(" IN ").ids(targets);
    }
    q.push(" AND t.id NOT IN ").ids(targets);
}

/// Notes the records that point to the losers by a field, with the version that they will have afterwards.
pub fn note_links(
    conn: &mut AnyConnection,
    merge: Uuid,
    child: &Child,
    losers: &[Uuid],
    survivor: Uuid,
) -> Result<usize> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO merge_moves (merge_id, object, field, record_id, origin, version, before) SELECT ",
    );
    q.id(merge).push(", ").text(child.def.key).push(", ").text(child.field.key.to_string()).push(", t.id, ");
    if child.is_list() {
        // A list may name several of them; what it was is kept as it was.
        q.id(survivor).push(", t.version + 1, ").column("t", child.field.key.clone());
    } else {
        q.column("t", child.field.key.clone()).push(", t.version + 1, NULL");
    }
    q.push(" FROM ").ident(child.def.key).push(" t WHERE ");
    push_pointing(&mut q, child, losers);
    q.push(" AND t.id <> ").id(survivor);
    q.execute(conn)
}

/// Appends the ids of what a merge moved by a field, or of an object by any.
fn push_moved(q: &mut Sql, merge: Uuid, object: &str, field: Option<&str>) {
    q.push("(SELECT m.record_id FROM merge_moves m WHERE m.merge_id = ").id(merge);
    q.push(" AND m.object = ").text(object);
    match field {
        Some(field) => q.push(" AND m.field = ").text(field),
        None => q.push(" AND m.field <> ").text(ITSELF),
    };
    q.push(")");
}

/// Points what was noted to the survivor.
pub fn move_links(conn: &mut AnyConnection, merge: Uuid, child: &Child, losers: &[Uuid], survivor: Uuid) -> Result<()> {
    if child.is_list() {
        let lists = lists(conn, merge, child)?;
        let exchanged = lists.into_iter().map(|(record, members)| {
            let mut members: Vec<Uuid> =
                members.into_iter().map(|id| if losers.contains(&id) { survivor } else { id }).collect();
            members.sort_unstable();
            members.dedup();
            (record, members)
        });
        return write_lists(conn, child, &exchanged.collect::<Vec<_>>());
    }
    let mut q = Sql::start(conn, "UPDATE ");
    q.ident(child.def.key).push(" SET ").ident(child.field.key.clone()).push(" = ").id(survivor).push(" WHERE id IN ");
    push_moved(&mut q, merge, child.def.key, Some(&child.field.key));
    q.execute(conn)?;
    Ok(())
}

/// Points what was moved to where it pointed before.
pub fn move_back(conn: &mut AnyConnection, merge: Uuid, child: &Child) -> Result<()> {
    if child.is_list() {
        let lists = lists(conn, merge, child)?;
        return write_lists(conn, child, &lists);
    }
    let mut q = Sql::start(conn, "UPDATE ");
    q.ident(child.def.key).push(" SET ").ident(child.field.key.clone());
    q.push(" = (SELECT m.origin FROM merge_moves m WHERE m.merge_id = ").id(merge).push(" AND m.object = ");
    q.text(child.def.key).push(" AND m.field = ").text(child.field.key.to_string()).push(" AND m.record_id = ");
    q.ident(child.def.key).push(".id) WHERE id IN ");
    push_moved(&mut q, merge, child.def.key, Some(&child.field.key));
    q.execute(conn)?;
    Ok(())
}

/// The lists as they were when they were noted.
fn lists(conn: &mut AnyConnection, merge: Uuid, child: &Child) -> Result<Vec<(Uuid, Vec<Uuid>)>> {
    let mut q = Sql::start(conn, "SELECT record_id, before FROM merge_moves WHERE merge_id = ");
    q.id(merge).push(" AND object = ").text(child.def.key).push(" AND field = ").text(child.field.key.to_string());
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.ids()))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

fn write_lists(conn: &mut AnyConnection, child: &Child, lists: &[(Uuid, Vec<Uuid>)]) -> Result<()> {
    for chunk in lists.chunks(200) {
        let ids: Vec<Uuid> = chunk.iter().map(|(id, _)| *id).collect();
        let mut q = Sql::start(conn, "UPDATE ");
        q.ident(child.def.key).push(" SET ").ident(child.field.key.clone()).push(" = CASE id");
        for (id, members) in chunk {
            q.push(" WHEN ").id(*id).push(" THEN ").bind(Store::Json, &document(members)?);
        }
        q.push(" END WHERE id IN ").ids(&ids);
        q.execute(conn)?;
        forget_members(conn, &ids)?;
        let rows = chunk.iter().flat_map(|(id, members)| members.iter().map(move |member| (*member, *id)));
        write_members(conn, child.def.key, &rows.collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Notes who stands in the lists of records: pairs of member and record.
fn write_members(conn: &mut AnyConnection, object: &'static str, rows: &[(Uuid, Uuid)]) -> Result<()> {
    for chunk in rows.chunks(200) {
        let mut q = Sql::start(conn, "INSERT INTO list_members (member, object, record_id) VALUES ");
        for (i, (member, record)) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" })
                .id(*member)
                .push(", ")
                .text(object)
                .push(", ")
                .id(*record)
                .push(")");
        }
        q.push(" ON CONFLICT DO NOTHING");
        q.execute(conn)?;
    }
    Ok(())
}

fn forget_members(conn: &mut AnyConnection, records: &[Uuid]) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM list_members WHERE record_id IN ");
    q.ids(records);
    q.execute(conn)?;
    Ok(())
}

/// Keeps the index of list members in step with records that were written.
pub(crate) fn note_members(conn: &mut AnyConnection, shape: &Shape, records: &[Record], known: bool) -> Result<()> {
    let lists = domain::merge::lists(shape.def);
    if lists.is_empty() {
        return Ok(());
    }
    if known {
        forget_members(conn, &records.iter().map(Record::id).collect::<Vec<_>>())?;
    }
    let mut rows = Vec::new();
    for record in records {
        for at in lists {
            let Value::List(members) = record.at(*at) else { continue };
            rows.extend(members.iter().filter_map(Value::as_id).map(|member| (member, record.id())));
        }
    }
    write_members(conn, shape.def.key, &rows)
}

/// Comments and attachments go with their record; what went is noted.
pub fn move_talk(
    conn: &mut AnyConnection,
    merge: Uuid,
    object: &'static str,
    losers: &[Uuid],
    survivor: Uuid,
) -> Result<[usize; 2]> {
    let mut moved = [0; 2];
    for (count, table) in moved.iter_mut().zip(["comments", "attachments"]) {
        let mut q =
            Sql::start(conn, "INSERT INTO merge_moves (merge_id, object, field, record_id, origin, version) SELECT ");
        q.id(merge).push(", ").text(table).push(", 'record_id', t.id, t.record_id, 0 FROM ").push(table);
        q.push(" t WHERE t.object = ").text(object).push(" AND t.record_id IN ").ids(losers);
        *count = q.execute(conn)?;
        let mut q = Sql::start(conn, "UPDATE ");
        q.push(table).push(" SET record_id = ").id(survivor).push(" WHERE object = ").text(object);
        q.push(" AND record_id IN ").ids(losers);
        q.execute(conn)?;
    }
    Ok(moved)
}

/// How many comments and attachments records have.
pub fn count_talk(conn: &mut AnyConnection, object: &'static str, records: &[Uuid]) -> Result<[i64; 2]> {
    let mut found = [0; 2];
    for (count, table) in found.iter_mut().zip(["comments", "attachments"]) {
        let mut q = Sql::start(conn, "SELECT count(*) FROM ");
        q.push(table).push(" WHERE object = ").text(object).push(" AND record_id IN ").ids(records);
        *count = q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0);
    }
    Ok(found)
}

/// Comments and attachments go back.
pub fn move_talk_back(conn: &mut AnyConnection, merge: Uuid) -> Result<()> {
    for table in ["comments", "attachments"] {
        let mut q = Sql::start(conn, "UPDATE ");
        q.push(table).push(" SET record_id = (SELECT m.origin FROM merge_moves m WHERE m.merge_id = ").id(merge);
        q.push(" AND m.object = ").text(table).push(" AND m.record_id = ").push(table).push(".id) WHERE id IN ");
        push_moved(&mut q, merge, table, None);
        q.execute(conn)?;
    }
    Ok(())
}

/// Records that were moved have a new version, so that whoever had read them before is told.
pub fn touch(conn: &mut AnyConnection, merge: Uuid, object: &'static str, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE ");
    q.ident(object).push(" SET version = version + 1, updated_at = ").time(now).push(" WHERE id IN ");
    push_moved(&mut q, merge, object, None);
    q.execute(conn)?;
    Ok(())
}

/// Records of an object that belong to whom their customer belongs to follow it.
pub fn follow_owner(
    conn: &mut AnyConnection,
    merge: Uuid,
    (object, column): (&'static str, &'static str),
    target: &'static str,
) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE ");
    q.ident(object).push(" SET owner_id = (SELECT c.owner_id FROM ").ident(target).push(" c WHERE c.id = ");
    q.ident(object).push(".").ident(column).push(") WHERE id IN ");
    push_moved(&mut q, merge, object, Some(column));
    q.execute(conn)?;
    Ok(())
}

/// Of the rights that a merge moved, there or `back`, those that their customer holds by another record too are marked as
/// duplicates; back again, those are in force of which no other is.
pub fn single_rights(conn: &mut AnyConnection, merge: Uuid, back: bool) -> Result<()> {
    const SAME: &str = "SELECT 1 FROM entitlements o WHERE o.customer_id = entitlements.customer_id AND o.key = entitlements.key \
                        AND o.archived_at IS NULL AND o.status = 'active'";
    if back {
        let mut q = Sql::start(
            conn,
            "UPDATE entitlements SET status = 'active', revoked_on = NULL WHERE status = 'duplicate' AND id IN ",
        );
        push_moved(&mut q, merge, "entitlements", None);
        q.push(" AND NOT EXISTS (").push(SAME).push(")");
        q.execute(conn)?;
    }
    let mut q = Sql::start(conn, "UPDATE entitlements SET status = 'duplicate' WHERE status = 'active' AND id IN ");
    push_moved(&mut q, merge, "entitlements", None);
    q.push(" AND EXISTS (").push(SAME).push(" AND o.id <> entitlements.id AND (o.id < entitlements.id OR o.id NOT IN ");
    push_moved(&mut q, merge, "entitlements", None);
    q.push("))");
    q.execute(conn)?;
    Ok(())
}

/// The ledger of contacts names the customers that its activities name now.
pub fn follow_contacts(conn: &mut AnyConnection, merge: Uuid) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "UPDATE contact_scores SET customer_id = (SELECT a.customer_id FROM activities a WHERE a.id = contact_scores.activity_id) \
         WHERE activity_id IN ",
    );
    push_moved(&mut q, merge, "activities", Some("customer_id"));
    q.execute(conn)?;
    Ok(())
}

/// Notes the merged records themselves with the version that they have now.
pub fn note_losers(conn: &mut AnyConnection, merge: &Merge, losers: &[(Uuid, i64)]) -> Result<()> {
    let mut q =
        Sql::start(conn, "INSERT INTO merge_moves (merge_id, object, field, record_id, origin, version) VALUES ");
    for (i, (id, version)) in losers.iter().enumerate() {
        q.push(if i == 0 { "(" } else { ", (" }).id(merge.id).push(", ").text(merge.object.clone()).push(", ");
        q.text(ITSELF).push(", ").id(*id).push(", ").id(*id).push(", ").int(*version).push(")");
    }
    q.execute(conn)?;
    Ok(())
}

/// The records of an object that a merge moved and that have changed since, locked against other writers with all the
/// others that it moved.
pub fn changed_since(conn: &mut AnyConnection, merge: Uuid, object: &'static str) -> Result<Vec<Uuid>> {
    if conn.engine() == Engine::Pg {
        let mut q = Sql::start(conn, "SELECT 1 FROM ");
        q.ident(object).push(" t WHERE t.id IN (SELECT m.record_id FROM merge_moves m WHERE m.merge_id = ").id(merge);
        q.push(" AND m.object = ").text(object).push(") ORDER BY t.id FOR UPDATE OF t");
        q.load(conn)?;
    }
    let mut q = Sql::start(conn, "SELECT DISTINCT m.record_id FROM merge_moves m JOIN ");
    q.ident(object)
        .push(" t ON t.id = m.record_id WHERE m.merge_id = ")
        .id(merge)
        .push(" AND m.object = ")
        .text(object);
    q.push(" AND t.version <> m.version ORDER BY m.record_id");
    Ok(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first()?.as_id()).collect())
}

/// How many records of an object a merge moved, and how many of them belong to nobody of these owners.
pub fn moved(
    conn: &mut AnyConnection,
    merge: Uuid,
    def: &'static domain::fields::ObjectDef,
    owners: Owners<'_>,
) -> Result<(i64, i64)> {
    let mut q = Sql::start(conn, "SELECT count(*), ");
    match owners {
        Owners::Only(ids) if def.owned => {
            q.push("CAST(coalesce(sum(CASE WHEN t.owner_id IN ").ids(ids).push(" THEN 0 ELSE 1 END), 0) AS BIGINT)");
        }
        Owners::Pool if def.owned => {
            q.push("count(*)");
        }
        Owners::Only(_) | Owners::All | Owners::Pool => {
            q.push("0");
        }
    }
    q.push(" FROM ").ident(def.key).push(" t WHERE t.id IN ");
    push_moved(&mut q, merge, def.key, None);
    let mut row = Row::new(q.first(conn)?.unwrap_or_else(|| Cells(Vec::new())));
    Ok((row.opt_int().unwrap_or(0), row.opt_int().unwrap_or(0)))
}

/// Leaves these records where they are.
pub fn leave(conn: &mut AnyConnection, merge: Uuid, records: &[Uuid]) -> Result<()> {
    for chunk in records.chunks(500) {
        let mut q = Sql::start(conn, "DELETE FROM merge_moves WHERE field <> ");
        q.text(ITSELF).push(" AND merge_id = ").id(merge).push(" AND record_id IN ").ids(chunk);
        q.execute(conn)?;
    }
    Ok(())
}

/// What this merge moved and moved back is for the merges before it as it was: they can still be undone.
pub fn forgive(conn: &mut AnyConnection, merge: Uuid) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "UPDATE merge_moves SET version = (SELECT n.version + 1 FROM merge_moves n WHERE n.record_id = merge_moves.record_id AND n.merge_id = ",
    );
    q.id(merge).push(" LIMIT 1) WHERE merge_id <> ").id(merge);
    q.push(" AND EXISTS (SELECT 1 FROM merge_moves n WHERE n.record_id = merge_moves.record_id AND n.version = merge_moves.version + 1 AND n.merge_id = ");
    q.id(merge)
        .push(") AND record_id IN (SELECT n.record_id FROM merge_moves n WHERE n.merge_id = ")
        .id(merge)
        .push(")");
    q.execute(conn)?;
    Ok(())
}
