//! What rules did, once for each rule, record and occasion.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, Utc};
use domain::value::Value;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// One time that a rule acted on a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Order of acting; 0 before it is written.
    pub seq: i64,
    /// Its id; events that it causes carry it as their request.
    pub id: Uuid,
    /// Which rule.
    pub rule_id: Uuid,
    /// Which published version of it.
    pub number: i64,
    /// Plural key of the object.
    pub object: String,
    /// The record.
    pub subject: Uuid,
    /// What makes it happen once: the event, the date, or the hour.
    pub occasion: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The run whose change set this one off.
    pub cause: Option<Uuid>,
    /// How many runs led to it.
    pub depth: i64,
    /// `done`, `partly`, `skipped` or `failed`.
    pub outcome: String,
    /// Inputs and what came of each action, a JSON object.
    pub detail: String,
}

/// A rule that did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The rule.
    pub rule: Uuid,
    /// When it did it.
    pub at: DateTime<Utc>,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub made_by: Option<Uuid>,
}

/// The rules behind these runs, by run; ids of anything else are passed over.
pub fn behind(conn: &mut AnyConnection, runs: &[Uuid]) -> Result<HashMap<Uuid, Behind>> {
    let mut found = HashMap::new();
    for chunk in runs.chunks(500) {
        let mut q = Sql::start(
            conn,
            "SELECT r.id, u.id, r.at, u.name, u.created_by FROM rule_runs r JOIN rules u ON u.id = r.rule_id WHERE r.id IN ",
        );
        q.ids(chunk);
        for Cells(cells) in q.load(conn)? {
            let mut r = Row::new(Cells(cells));
            found.insert(r.id()?, Behind { rule: r.id()?, at: r.time()?, name: r.text()?, made_by: r.opt_id() });
        }
    }
    Ok(found)
}

/// Claims a rule's acting on a record for an occasion; false when it has been claimed before.
pub fn claim_run(conn: &mut AnyConnection, run: &Run) -> Result<bool> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO rule_runs (id, rule_id, number, object, subject, occasion, at, cause, depth, outcome, detail) VALUES (",
    );
    q.id(run.id).push(", ").id(run.rule_id).push(", ").int(run.number).push(", ").text(run.object.clone());
    q.push(", ").id(run.subject).push(", ").text(run.occasion.clone()).push(", ").time(run.at);
    q.push(", ").bind(Store::Id, &or_null(run.cause, Value::Id)).push(", ").int(run.depth);
    q.push(", ").text(run.outcome.clone()).push(", ").bind(Store::Json, &Value::Json(run.detail.clone()));
    q.push(") ON CONFLICT (rule_id, subject, occasion) DO NOTHING");
    Ok(q.execute(conn)? > 0)
}

/// Writes what came of a run.
pub fn settle_run(conn: &mut AnyConnection, id: Uuid, outcome: &str, detail: &str, at: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE rule_runs SET outcome = ");
    q.text(outcome).push(", detail = ").bind(Store::Json, &Value::Json(detail.to_owned())).push(", at = ").time(at);
    q.push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

const COLUMNS: &str = "SELECT seq, id, rule_id, number, object, subject, occasion, at, cause, depth, outcome, detail FROM rule_runs WHERE ";

/// One run, locked.
pub fn run(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Run>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("id = ").id(id).pick(" FOR UPDATE", "");
    q.first(conn)?.map(read).transpose()
}

/// The run of a rule on a record for an occasion.
pub fn run_for(conn: &mut AnyConnection, rule: Uuid, subject: Uuid, occasion: &str) -> Result<Option<Run>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("rule_id = ").id(rule).push(" AND subject = ").id(subject).push(" AND occasion = ").text(occasion);
    q.first(conn)?.map(read).transpose()
}

/// The runs of a rule, newest first, before a position.
pub fn runs(
    conn: &mut AnyConnection,
    rule: Uuid,
    outcome: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Run>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("rule_id = ").id(rule).push(" AND seq < ").int(before.unwrap_or(i64::MAX));
    if let Some(outcome) = outcome {
        q.push(" AND outcome = ").text(outcome);
    }
    q.push(" ORDER BY seq DESC LIMIT ").int(limit);
    q.load(conn)?.into_iter().map(read).collect()
}

/// How often rules acted, by rule and outcome.
pub type Tally = BTreeMap<(Uuid, &'static str), i64>;

/// The day of a moment, since 1970.
fn day(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(86_400)
}

/// Takes note that rules acted, of all that a transaction did at once.
pub fn acted(conn: &mut AnyConnection, tally: &Tally, now: DateTime<Utc>) -> Result<()> {
    let pairs: Vec<(&(Uuid, &'static str), &i64)> = tally.iter().collect();
    for chunk in pairs.chunks(200) {
        let mut q = Sql::start(conn, "INSERT INTO rule_counts (rule_id, day, outcome, n) VALUES ");
        for (i, ((rule, outcome), n)) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" }).id(*rule).push(", ").int(day(now));
            q.push(", ").text(*outcome).push(", ").int(**n).push(")");
        }
        q.push(" ON CONFLICT (rule_id, day, outcome) DO UPDATE SET n = rule_counts.n + excluded.n");
        q.execute(conn)?;
        let mut rules: Vec<Uuid> = chunk.iter().map(|((rule, _), _)| *rule).collect();
        rules.dedup();
        let mut q = Sql::start(conn, "UPDATE rules SET fired_at = ");
        q.time(now).push(" WHERE id IN ").ids(&rules);
        q.execute(conn)?;
    }
    Ok(())
}

/// How often each rule acted since the day of a moment, by outcome.
pub fn counts_since(conn: &mut AnyConnection, since: DateTime<Utc>) -> Result<HashMap<(Uuid, String), i64>> {
    let mut q = Sql::start(conn, "SELECT rule_id, outcome, CAST(sum(n) AS BIGINT) FROM rule_counts WHERE day > ");
    q.int(day(since)).push(" GROUP BY rule_id, outcome");
    let read = |Cells(c): Cells| Some(((c.first()?.as_id()?, c.get(1)?.as_str()?.to_owned()), c.get(2)?.as_int()?));
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// How often a rule stands in the chain of runs that led to one, that one included, and the length of the chain.
pub fn in_chain(conn: &mut AnyConnection, run: Uuid, rule: Uuid, at_most: i64) -> Result<(i64, i64)> {
    let (mut times, mut length, mut next) = (0, 0, Some(run));
    while let Some(id) = next
        && length < at_most
    {
        let mut q = Sql::start(conn, "SELECT rule_id, cause FROM rule_runs WHERE id = ");
        q.id(id);
        let Some(cells) = q.first(conn)? else { break };
        let mut r = Row::new(cells);
        times += i64::from(r.id()? == rule);
        length += 1;
        next = r.opt_id();
    }
    Ok((times, length))
}

fn read(cells: Cells) -> Result<Run> {
    let mut r = Row::new(cells);
    Ok(Run {
        seq: r.int()?,
        id: r.id()?,
        rule_id: r.id()?,
        number: r.int()?,
        object: r.text()?,
        subject: r.id()?,
        occasion: r.text()?,
        at: r.time()?,
        cause: r.opt_id(),
        depth: r.int()?,
        outcome: r.text()?,
        detail: r.text()?,
    })
}
