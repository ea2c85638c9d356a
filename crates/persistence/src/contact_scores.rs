//! The four Rs of contacts: what they are made of, what they came to, and their sums by day, owner and grade.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::grade::Grade;
use domain::value::Value;
use uuid::Uuid;

/// Sums of scored contacts; scores are in thousandths of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Contacts.
    pub contacts: i64,
    /// Minutes they took.
    pub minutes: i64,
    /// For each R the sum of its scores and the contacts it applies to.
    pub r: [(i64, i64); 4],
}

impl Sums {
    /// Adds other sums.
    pub fn add(&mut self, other: &Sums) {
        self.fold(other, 1);
    }

    /// Takes other sums out.
    pub fn remove(&mut self, other: &Sums) {
        self.fold(other, -1);
    }

    fn fold(&mut self, other: &Sums, sign: i64) {
        self.contacts += sign * other.contacts;
        self.minutes += sign * other.minutes;
        for (mine, theirs) in self.r.iter_mut().zip(other.r) {
            mine.0 += sign * theirs.0;
            mine.1 += sign * theirs.1;
        }
    }
}

/// Where a contact is counted: day, owner (nil for nobody), grade (0 for none, 1 to 4 for A to D).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The day it took place on.
    pub day: NaiveDate,
    /// Who made it.
    pub owner: Uuid,
    /// The customer's grade at the time.
    pub grade: i64,
}

/// A scored contact as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The activity.
    pub activity: Uuid,
    /// The customer.
    pub customer: Uuid,
    /// Where it is counted.
    pub place: Place,
    /// Its minutes.
    pub minutes: i64,
    /// Days since the contact before; none for the first.
    pub gap_days: Option<i64>,
    /// The four scores in thousandths; none where one does not apply.
    pub r: [Option<i64>; 4],
    /// What it was made of, as JSON.
    pub inputs: String,
    /// The version of the settings it was scored by.
    pub settings_version: i64,
}

impl Scored {
    /// What it adds to the sums.
    pub fn sums(&self) -> Sums {
        let r = self.r.map(|r| (r.unwrap_or(0), i64::from(r.is_some())));
        Sums { contacts: 1, minutes: self.minutes, r }
    }
}

/// A live contact with what its scores follow from.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// The activity.
    pub id: Uuid,
    /// The customer.
    pub customer: Uuid,
    /// Who made it.
    pub owner: Option<Uuid>,
    /// The person spoken with.
    pub person: Option<Uuid>,
    /// Its kind.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Its length, if logged.
    pub minutes: Option<i64>,
    /// The opportunity it was about.
    pub opportunity: Option<Uuid>,
    /// Ids of pains, content items and resources, each a JSON list.
    pub used: [Vec<Uuid>; 3],
    /// How it was scored; none when it was not.
    pub scored: Option<Scored>,
}

const SCORED: &str = "s.activity_id, s.customer_id, s.day, s.owner, s.grade, s.minutes, s.gap_days, s.r1, s.r2, s.r3, s.r4, s.inputs, s.settings_version";

/// Live completed contacts of these customers up to now, by customer and time.
pub fn contacts(conn: &mut AnyConnection, customers: &[Uuid], now: DateTime<Utc>) -> Result<Vec<Contact>> {
    let mut q = Sql::start(
        conn,
        "SELECT a.id, a.customer_id, a.owner_id, a.contact_id, a.kind, a.occurred_at, a.duration_minutes, a.opportunity_id, \
         a.pain_ids, a.content_ids, a.resource_ids, ",
    );
    q.push(SCORED)
        .push(" FROM activities a LEFT JOIN contact_scores s ON s.activity_id = a.id WHERE a.customer_id IN ");
    q.ids(customers)
        .push(" AND a.occurred_at <= ")
        .time(now)
        .push(" AND a.archived_at IS NULL AND a.")
        .push(crate::derived::CONTACT);
    q.pick(" AND a.completed IS NOT FALSE", " AND coalesce(a.completed, 1) = 1");
    q.push(" ORDER BY a.customer_id, a.occurred_at, a.id");
    q.load(conn)?.into_iter().map(read_contact).collect()
}

fn read_contact(cells: Cells) -> Result<Contact> {
    let mut row = Row::new(cells);
    Ok(Contact {
        id: row.id()?,
        customer: row.id()?,
        owner: row.opt_id(),
        person: row.opt_id(),
        kind: row.text()?,
        at: row.time()?,
        minutes: row.opt_int(),
        opportunity: row.opt_id(),
        used: [row.ids(), row.ids(), row.ids()],
        scored: read_scored(&mut row)?,
    })
}

fn read_scored(row: &mut Row) -> Result<Option<Scored>> {
    let Some(activity) = row.opt_id() else { return Ok(None) };
    Ok(Some(Scored {
        activity,
        customer: row.id()?,
        place: Place { day: row.date()?, owner: row.id()?, grade: row.int()? },
        minutes: row.int()?,
        gap_days: row.opt_int(),
        r: [row.opt_int(), row.opt_int(), row.opt_int(), row.opt_int()],
        inputs: row.text()?,
        settings_version: row.int()?,
    }))
}

/// How these activities were scored, those that were.
pub fn scored(conn: &mut AnyConnection, activities: &[Uuid]) -> Result<Vec<Scored>> {
    let mut found = Vec::new();
    for chunk in activities.chunks(500) {
        let mut q = Sql::start(conn, "SELECT ");
        q.push(SCORED).push(" FROM contact_scores s WHERE s.activity_id IN ").ids(chunk);
        for cells in q.load(conn)? {
            found.extend(read_scored(&mut Row::new(cells))?);
        }
    }
    Ok(found)
}

/// Keeps the scores of a contact, copies them to the activity and takes note of what was used.
pub fn write(conn: &mut AnyConnection, scored: &Scored, grade: Option<&str>, used: [&[Uuid]; 2]) -> Result<()> {
    let int = |n: Option<i64>| or_null(n, Value::Int);
    let mut q = Sql::start(
        conn,
        "INSERT INTO contact_scores (activity_id, customer_id, day, owner, grade, minutes, gap_days, r1, r2, r3, r4, inputs, settings_version) VALUES (",
    );
    q.id(scored.activity).push(", ").id(scored.customer).push(", ");
    q.bind(Store::Date, &Value::Date(scored.place.day))
        .push(", ")
        .id(scored.place.owner)
        .push(", ")
        .int(scored.place.grade);
    q.push(", ").int(scored.minutes).push(", ").bind(Store::Int, &int(scored.gap_days));
    for r in scored.r {
        q.push(", ").bind(Store::Int, &int(r));
    }
    q.push(", ").bind(Store::Json, &Value::Json(scored.inputs.clone())).push(", ").int(scored.settings_version);
    q.push(
        ") ON CONFLICT (activity_id) DO UPDATE SET customer_id = excluded.customer_id, day = excluded.day, owner = excluded.owner, \
         grade = excluded.grade, minutes = excluded.minutes, gap_days = excluded.gap_days, r1 = excluded.r1, r2 = excluded.r2, \
         r3 = excluded.r3, r4 = excluded.r4, inputs = excluded.inputs, settings_version = excluded.settings_version",
    );
    q.execute(conn)?;
    let points = |r: Option<i64>| or_null(r, |r| Value::Num(r as f64 / 1000.0));
    copy(conn, scored.activity, grade, scored.r.map(points))?;
    for (table, column, ids) in
        [("activity_contents", "content_id", used[0]), ("activity_resources", "resource_id", used[1])]
    {
        note_use(conn, table, column, scored.activity, ids)?;
    }
    Ok(())
}

fn copy(conn: &mut AnyConnection, activity: Uuid, grade: Option<&str>, r: [Value; 4]) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE activities SET grade_then = ");
    q.bind(Store::Text, &or_null(grade, |g| Value::Text(g.to_owned())));
    for (column, r) in [", r1 = ", ", r2 = ", ", r3 = ", ", r4 = "].into_iter().zip(r) {
        q.push(column).bind(Store::Num, &r);
    }
    q.push(" WHERE id = ").id(activity);
    q.execute(conn)?;
    Ok(())
}

fn note_use(
    conn: &mut AnyConnection,
    table: &'static str,
    column: &'static str,
    activity: Uuid,
    ids: &[Uuid],
) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM ");
    q.push(table).push(" WHERE activity_id = ").id(activity);
    q.execute(conn)?;
    if ids.is_empty() {
        return Ok(());
    }
    let mut q = Sql::start(conn, "INSERT INTO ");
    q.push(table).push(" (").push(column).push(", activity_id) VALUES ");
    for (i, id) in ids.iter().enumerate() {
        q.push(if i == 0 { "(" } else { ", (" }).id(*id).push(", ").id(activity).push(")");
    }
    q.execute(conn)?;
    Ok(())
}

/// Forgets the scores of an activity that is no contact any more.
pub fn forget(conn: &mut AnyConnection, activity: Uuid) -> Result<()> {
    for table in ["contact_scores", "activity_contents", "activity_resources"] {
        let mut q = Sql::start(conn, "DELETE FROM ");
        q.push(table).push(" WHERE activity_id = ").id(activity);
        q.execute(conn)?;
    }
    copy(conn, activity, None, [Value::Null, Value::Null, Value::Null, Value::Null])
}

/// Adds changes to the kept sums, in the order of their places.
pub fn add(conn: &mut AnyConnection, changes: &std::collections::BTreeMap<Place, Sums>) -> Result<()> {
    for (place, sums) in changes.iter().filter(|(_, sums)| **sums != Sums::default()) {
        let mut q = Sql::start(
            conn,
            "INSERT INTO contact_totals (day, owner, grade, contacts, minutes, r1_sum, r1_n, r2_sum, r2_n, r3_sum, r3_n, r4_sum, r4_n) VALUES (",
        );
        q.bind(Store::Date, &Value::Date(place.day)).push(", ").id(place.owner).push(", ").int(place.grade);
        q.push(", ").int(sums.contacts).push(", ").int(sums.minutes);
        for (sum, n) in sums.r {
            q.push(", ").int(sum).push(", ").int(n);
        }
        q.push(
            ") ON CONFLICT (day, owner, grade) DO UPDATE SET contacts = contact_totals.contacts + excluded.contacts, \
             minutes = contact_totals.minutes + excluded.minutes, \
             r1_sum = contact_totals.r1_sum + excluded.r1_sum, r1_n = contact_totals.r1_n + excluded.r1_n, \
             r2_sum = contact_totals.r2_sum + excluded.r2_sum, r2_n = contact_totals.r2_n + excluded.r2_n, \
             r3_sum = contact_totals.r3_sum + excluded.r3_sum, r3_n = contact_totals.r3_n + excluded.r3_n, \
             r4_sum = contact_totals.r4_sum + excluded.r4_sum, r4_n = contact_totals.r4_n + excluded.r4_n",
        );
        q.execute(conn)?;
    }
    Ok(())
}

/// Whose contacts are summed up.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// Made by these.
    pub owners: Owners<'a>,
    /// With this customer only.
    pub customer: Option<Uuid>,
    /// With customers that were of this grade at the time only.
    pub grade: Option<Grade>,
}

impl<'a> From<Owners<'a>> for Whose<'a> {
    fn from(owners: Owners<'a>) -> Whose<'a> {
        Whose { owners, customer: None, grade: None }
    }
}

/// By what the sums are kept apart.
#[derive(Debug, Clone, Copy, Default)]
pub struct By {
    /// By day.
    pub day: bool,
    /// By owner.
    pub owner: bool,
    /// By grade.
    pub grade: bool,
}

/// Sums of the contacts of a period. What is not asked for is that of the default place. Those of one customer are
/// summed from the contacts themselves, all others from the kept sums.
pub fn sums<'a>(
    conn: &mut AnyConnection,
    period: (NaiveDate, NaiveDate),
    whose: impl Into<Whose<'a>>,
    by: By,
) -> Result<Vec<(Place, Sums)>> {
    const KEPT: &str = "contacts, minutes, r1_sum, r1_n, r2_sum, r2_n, r3_sum, r3_n, r4_sum, r4_n";
    const SINGLE: &str = "1 AS contacts, minutes, coalesce(r1, 0) AS r1_sum, CASE WHEN r1 IS NULL THEN 0 ELSE 1 END AS r1_n, \
         coalesce(r2, 0) AS r2_sum, CASE WHEN r2 IS NULL THEN 0 ELSE 1 END AS r2_n, coalesce(r3, 0) AS r3_sum, \
         CASE WHEN r3 IS NULL THEN 0 ELSE 1 END AS r3_n, coalesce(r4, 0) AS r4_sum, CASE WHEN r4 IS NULL THEN 0 ELSE 1 END AS r4_n";
    let whose: Whose<'a> = whose.into();
    let keys = [(by.day, "day"), (by.owner, "owner"), (by.grade, "grade")];
    let grouped: Vec<&'static str> = keys.iter().filter(|(wanted, _)| *wanted).map(|(_, key)| *key).collect();
    let mut q = Sql::start(conn, "SELECT ");
    for key in &grouped {
        q.push(*key).push(", ");
    }
    for (i, column) in KEPT.split(", ").enumerate() {
        q.push(if i == 0 { "" } else { ", " }).push("CAST(coalesce(sum(").push(column).push("), 0) AS BIGINT)");
    }
    q.push(" FROM (SELECT day, owner, grade, ");
    match whose.customer {
        None => q.push(KEPT).push(" FROM contact_totals WHERE day >= "),
        Some(id) => q.push(SINGLE).push(" FROM contact_scores WHERE customer_id = ").id(id).push(" AND day >= "),
    };
    q.bind(Store::Date, &Value::Date(period.0)).push(" AND day <= ").bind(Store::Date, &Value::Date(period.1));
    if let Owners::Only(ids) = whose.owners {
        q.push(" AND owner IN ").ids(ids);
    }
    if let Some(grade) = whose.grade {
        q.push(" AND grade = ").int(1 + grade as i64);
    }
    q.push(") AS counted");
    if !grouped.is_empty() {
        q.push(" GROUP BY ").push(grouped.join(", "));
    }
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let place = Place {
            day: if by.day { row.date()? } else { NaiveDate::default() },
            owner: if by.owner { row.id()? } else { Uuid::nil() },
            grade: if by.grade { row.int()? } else { 0 },
        };
        let mut sums = Sums { contacts: row.int()?, minutes: row.int()?, ..Sums::default() };
        for r in &mut sums.r {
            *r = (row.int()?, row.int()?);
        }
        Ok((place, sums))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// A closed opportunity with contacts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closed {
    /// Whose it is; nil for nobody.
    pub owner: Uuid,
    /// The mean of each R over its contacts.
    pub r: [Option<f64>; 4],
    /// Won or lost.
    pub won: bool,
}

/// Which closed opportunities are looked at: the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latest {
    /// So many of all.
    OfAll(i64),
    /// So many of every owner.
    OfEach(i64),
}

/// The latest closed opportunities of these owners, by their contacts with customers of the grade asked for.
pub fn closed(
    conn: &mut AnyConnection,
    period: (NaiveDate, NaiveDate),
    Whose { owners, grade, .. }: Whose<'_>,
    latest: Latest,
) -> Result<Vec<Closed>> {
    // PostgreSQL averages whole numbers as NUMERIC, which is no type of ours.
    let mut q = Sql::start(conn, "SELECT o.owner_id, o.status");
    for r in ["r1", "r2", "r3", "r4"] {
        q.push(", avg(s.").push(r).pick("::double precision)", ")");
    }
    let within = |q: &mut Sql| {
        q.push(" AND closed_on >= ").bind(Store::Date, &Value::Date(period.0));
        q.push(" AND closed_on <= ").bind(Store::Date, &Value::Date(period.1));
        if let Owners::Only(ids) = owners {
            q.push(" AND owner_id IN ").ids(ids);
        }
    };
    q.push(" FROM (SELECT id, owner_id, status FROM (");
    match latest {
        // The latest of each outcome first, so that an index hands them over in order and the rest of the year is not sorted.
        Latest::OfAll(limit) => {
            for (at, outcome) in ["'won'", "'lost'"].into_iter().enumerate() {
                q.push(if at == 0 { "SELECT * FROM (" } else { " UNION ALL SELECT * FROM (" });
                q.push(
                    "SELECT id, owner_id, status, closed_on FROM opportunities WHERE archived_at IS NULL AND status = ",
                )
                .push(outcome);
                within(&mut q);
                q.push(" ORDER BY closed_on DESC, id LIMIT ").int(limit).push(") AS latest");
            }
            q.push(") AS both_outcomes ORDER BY closed_on DESC, id LIMIT ").int(limit);
        }
        Latest::OfEach(limit) => {
            q.push("SELECT id, owner_id, status, row_number() OVER (PARTITION BY owner_id ORDER BY closed_on DESC, id) AS nth");
            q.push(" FROM opportunities WHERE archived_at IS NULL AND status IN ('won', 'lost')");
            within(&mut q);
            q.push(") AS ranked WHERE nth <= ").int(limit);
        }
    }
    q.push(") o JOIN activities a ON a.opportunity_id = o.id JOIN contact_scores s ON s.activity_id = a.id");
    if let Some(grade) = grade {
        q.push(" WHERE s.grade = ").int(1 + grade as i64);
    }
    q.push(" GROUP BY o.id, o.owner_id, o.status");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let (owner, won) = (row.opt_id().unwrap_or_default(), row.text()? == "won");
        let mut points = || row.opt_num().map(|r| r / 1000.0);
        Ok(Closed { owner, r: [points(), points(), points(), points()], won })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Contacts among which the worst are looked for: the latest of the period, so that the search stays short.
const LATEST: i64 = 5000;

/// A contact that went wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Worst {
    /// The activity.
    pub id: Uuid,
    /// What it was about.
    pub subject: String,
    /// The customer.
    pub customer: Uuid,
    /// Who made it.
    pub owner: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// The four scores.
    pub r: [Option<f64>; 4],
}

/// The worst contacts of these owners in a period by one R (1 to 4), lowest first.
pub fn worst(
    conn: &mut AnyConnection,
    period: (DateTime<Utc>, DateTime<Utc>),
    whose: Whose<'_>,
    r: usize,
    limit: i64,
) -> Result<Vec<Worst>> {
    let column = ["a.r1", "a.r2", "a.r3", "a.r4"].get(r.saturating_sub(1)).copied().unwrap_or("a.r1");
    let mut q = Sql::start(
        conn,
        "SELECT a.id, a.subject, a.customer_id, a.owner_id, a.occurred_at, a.r1, a.r2, a.r3, a.r4 FROM (\
         SELECT id, subject, customer_id, owner_id, occurred_at, r1, r2, r3, r4 FROM activities \
         WHERE archived_at IS NULL AND occurred_at >= ",
    );
    q.time(period.0).push(" AND occurred_at < ").time(period.1);
    if let Owners::Only(ids) = whose.owners {
        q.push(" AND owner_id IN ").ids(ids);
    }
    if let Some(id) = whose.customer {
        q.push(" AND customer_id = ").id(id);
    }
    if let Some(grade) = whose.grade {
        q.push(" AND grade_then = ").text(grade.code());
    }
    q.push(" ORDER BY occurred_at DESC LIMIT ").int(LATEST).push(") a WHERE a.customer_id IS NOT NULL AND ");
    q.push(column).push(" IS NOT NULL ORDER BY ").push(column).push(", a.occurred_at DESC, a.id LIMIT ").int(limit);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Worst {
            id: row.id()?,
            subject: row.text()?,
            customer: row.id()?,
            owner: row.opt_id(),
            at: row.time()?,
            r: [row.opt_num(), row.opt_num(), row.opt_num(), row.opt_num()],
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}
