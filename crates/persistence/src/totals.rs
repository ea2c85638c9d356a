//! Kept totals: the sums behind metrics and reports (see `domain::metrics`).

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::sql::{Cells, Sql, Store, shape};
use chrono::NaiveDate;
use domain::metrics::{Contribution, Key, Measure, Sums, Totals};
use domain::value::Value;
use uuid::Uuid;

/// Adds the gathered changes, in the order of their rows, so that two writers never wait for
/// each other in a circle.
pub fn add(conn: &mut AnyConnection, changes: &Totals) -> Result<()> {
    let rows: Vec<Contribution> = changes.rows().collect();
    let mut rest = rows.as_slice();
    // Powers of two only, so that few different statements are ever prepared.
    let mut size = 64;
    while !rest.is_empty() {
        while size > rest.len() {
            size /= 2;
        }
        let (head, tail) = rest.split_at(size);
        add_group(conn, head)?;
        rest = tail;
    }
    Ok(())
}

fn add_group(conn: &mut AnyConnection, rows: &[Contribution]) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO metric_totals (measure, day, owner, pipeline, stage, product, bucket, n, amount, extra) VALUES ",
    );
    for (i, Contribution { key, sums }) in rows.iter().enumerate() {
        q.push(if i == 0 { "(" } else { ", (" }).int(i64::from(key.measure.code())).push(", ");
        q.bind(Store::Date, &Value::Date(key.day)).push(", ").id(key.owner).push(", ").id(key.pipeline);
        q.push(", ").id(key.stage).push(", ").id(key.product).push(", ").int(i64::from(key.bucket));
        q.push(", ").int(sums.n).push(", ").int(sums.amount).push(", ").int(sums.extra).push(")");
    }
    // Where PostgreSQL refuses a sum beyond 64 bits, SQLite goes on with a rounded one, unless it is made to fail: the
    // least number has no absolute value. RETURNING would tell too, but takes a savepoint, which closes a segment of
    // the word index with every write.
    q.pick(
        " ON CONFLICT (measure, day, owner, pipeline, stage, product, bucket) DO UPDATE SET \
         n = metric_totals.n + excluded.n, amount = metric_totals.amount + excluded.amount, \
         extra = metric_totals.extra + excluded.extra",
        " ON CONFLICT (measure, day, owner, pipeline, stage, product, bucket) DO UPDATE SET n = metric_totals.n + excluded.n, \
         amount = CASE typeof(metric_totals.amount + excluded.amount) WHEN 'integer' THEN metric_totals.amount + excluded.amount \
         ELSE abs(excluded.n * 0 - 9223372036854775807 - 1) END, \
         extra = CASE typeof(metric_totals.extra + excluded.extra) WHEN 'integer' THEN metric_totals.extra + excluded.extra \
         ELSE abs(excluded.n * 0 - 9223372036854775807 - 1) END",
    );
    q.execute(conn)?;
    Ok(())
}

/// Removes every row except the stays, which do not follow from the records.
pub fn clear(conn: &mut AnyConnection) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM metric_totals WHERE measure <> ");
    q.int(i64::from(Measure::Stays.code()));
    q.execute(conn)?;
    Ok(())
}

/// Which rows to sum up.
#[derive(Debug, Clone, Copy)]
pub struct Which<'a> {
    /// Of these measures.
    pub measures: &'a [Measure],
    /// From this day on. What has no day, which is kept under the day 0, is in no period.
    pub from: Option<NaiveDate>,
    /// Up to this day.
    pub to: Option<NaiveDate>,
    /// Of these owners.
    pub owners: Owners<'a>,
    /// Of this pipeline.
    pub pipeline: Option<Uuid>,
    /// Of this product.
    pub product: Option<Uuid>,
}

/// By what the sums are kept apart besides the measure.
#[derive(Debug, Clone, Copy, Default)]
pub struct By {
    /// By day.
    pub day: bool,
    /// By owner.
    pub owner: bool,
    /// By stage.
    pub stage: bool,
    /// By product.
    pub product: bool,
    /// By bucket.
    pub bucket: bool,
}

impl By {
    fn columns(self) -> impl Iterator<Item = &'static str> {
        [
            (self.day, "day"),
            (self.owner, "owner"),
            (self.stage, "stage"),
            (self.product, "product"),
            (self.bucket, "bucket"),
        ]
        .into_iter()
        .filter_map(|(wanted, column)| wanted.then_some(column))
    }
}

/// The sums of the rows, one contribution for every measure and group. What is not grouped by is
/// nil in the key.
pub fn sums(conn: &mut AnyConnection, which: &Which<'_>, by: By) -> Result<Vec<Contribution>> {
    let mut q = Sql::start(conn, "SELECT measure");
    by.columns().for_each(|c| {
        q.push(", ").push(c);
    });
    q.push(", CAST(sum(n) AS BIGINT), CAST(sum(amount) AS BIGINT), CAST(sum(extra) AS BIGINT) FROM metric_totals WHERE measure IN (");
    for (i, measure) in which.measures.iter().enumerate() {
        q.push(if i == 0 { "" } else { "," }).int(i64::from(measure.code()));
    }
    q.push(")");
    push_which(&mut q, which);
    q.push(" GROUP BY measure");
    by.columns().for_each(|c| {
        q.push(", ").push(c);
    });
    Ok(q.load(conn)?.into_iter().filter_map(|cells| read(cells, by)).filter(|c| !c.sums.is_zero()).collect())
}

fn push_which(q: &mut Sql, which: &Which<'_>) {
    let day = |q: &mut Sql, sql: &'static str, day: Option<NaiveDate>| {
        if let Some(day) = day {
            q.push(sql).bind(Store::Date, &Value::Date(day));
        }
    };
    day(q, " AND day >= ", which.from);
    day(q, " AND day <= ", which.to);
    let none = NaiveDate::default();
    if which.from.or(which.to).is_some() && which.from.is_none_or(|from| from <= none) {
        q.push(" AND day <> ").bind(Store::Date, &Value::Date(none));
    }
    match which.owners {
        Owners::All => {}
        // The pool is looked at record by record.
        Owners::Pool => {
            q.pick(" AND FALSE", " AND 0");
        }
        Owners::Only([one]) => {
            q.push(" AND owner = ").id(*one);
        }
        Owners::Only(many) => {
            q.push(" AND owner IN ").ids(many);
        }
    }
    if let Some(id) = which.pipeline {
        q.push(" AND pipeline = ").id(id);
    }
    if let Some(id) = which.product {
        q.push(" AND product = ").id(id);
    }
}

fn read(cells: Cells, by: By) -> Option<Contribution> {
    let mut cells = cells.0.into_iter();
    let mut next = || cells.next().unwrap_or_default();
    let code = i16::try_from(next().as_int()?).ok()?;
    let mut key = Key::new(Measure::from_code(code)?);
    if by.day {
        let mut day = next();
        shape(Store::Date, &mut day);
        if let Value::Date(day) = day {
            key.day = day;
        }
    }
    for (wanted, id) in [(by.owner, &mut key.owner), (by.stage, &mut key.stage), (by.product, &mut key.product)] {
        if wanted {
            *id = next().as_id().unwrap_or_default();
        }
    }
    if by.bucket {
        key.bucket = i32::try_from(next().as_int()?).ok()?;
    }
    let sums = Sums { n: next().as_int()?, amount: next().as_int()?, extra: next().as_int()? };
    Some(Contribution { key, sums })
}

/// A person with the team, for grouping by owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The user.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// The team.
    pub team: Option<Uuid>,
}

/// A team with its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamNode {
    /// The team.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// The team above it.
    pub parent: Option<Uuid>,
    /// The region it works in.
    pub region: Option<String>,
}

/// Everybody, archived people too, since their past work counts.
pub fn members(conn: &mut AnyConnection) -> Result<Vec<Member>> {
    let q = Sql::start(conn, "SELECT id, name, team_id FROM users");
    let read = |Cells(c): Cells| match c.as_slice() {
        [id, name, team] => Some(Member { id: id.as_id()?, name: name.as_str()?.to_owned(), team: team.as_id() }),
        _ => None,
    };
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// Every team, archived ones too.
pub fn teams(conn: &mut AnyConnection) -> Result<Vec<TeamNode>> {
    let q = Sql::start(conn, "SELECT id, name, parent_id, region FROM teams");
    let read = |Cells(c): Cells| match c.as_slice() {
        [id, name, parent, region] => Some(TeamNode {
            id: id.as_id()?,
            name: name.as_str()?.to_owned(),
            parent: parent.as_id(),
            region: region.as_str().filter(|r| !r.is_empty()).map(str::to_owned),
        }),
        _ => None,
    };
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}
