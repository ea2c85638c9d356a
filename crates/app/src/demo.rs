//! A believable company to look at: three regions, six teams, thirty people, two thousand customers and
//! two years of work. The same on every machine on a given day.
//!
//! Some things in it are wrong on purpose, for the product to find: a representative who calls small
//! customers and neglects large ones, a region whose proposals stopped turning into negotiations, a team
//! that has gone quiet, a team that says the same to everybody, small customers who are called every third day, a large
//! one whom nobody has ever called, good customers who have not ordered for half a year, large open opportunities
//! nobody follows, and companies entered twice.

mod company;
mod library;
mod newcomers;
mod plan;
mod pool;
mod signals;
mod targets;
mod trust;
mod words;
mod work;

use crate::identity::{self, Device};
use crate::schema::Schema;
use crate::{Actor, Ctx, Error, Result};
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, Utc, Weekday};
use contract::identity::Setup;
use domain::value::Value;
use persistence::db::{self, AnyConnection, DbPool};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// E-mail address of the demonstration's administrator.
pub const EMAIL: &str = "admin@demo.flywheel.cn";
/// Password of everybody in the demonstration.
pub const PASSWORD: &str = "Yunfan-2026-demo";

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// People.
    pub users: usize,
    /// Customers.
    pub customers: usize,
    /// Contacts.
    pub contacts: usize,
    /// Opportunities.
    pub opportunities: usize,
    /// Orders.
    pub orders: usize,
    /// Activities.
    pub activities: usize,
}

/// How far the demonstration of a database has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody is in the database yet.
    Empty,
    /// Its making was broken off: [`make`] goes on from there.
    HalfMade,
    /// It is there.
    Complete,
    /// The database belongs to somebody else.
    Foreign,
}

/// Where the setting lies that says how far the making has come.
const MARK: &str = "demonstration";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Begun,
    Peopled,
    Played,
    Complete,
}

/// Each stage is marked by the transaction that reaches it, so that a process that dies leaves off at one of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    stage: Stage,
    made: Made,
}

fn marked(conn: &mut AnyConnection) -> Result<Option<Mark>> {
    let stored = persistence::settings::get(conn, MARK)?;
    Ok(stored.and_then(|json| serde_json::from_str(&json).ok()))
}

fn mark(conn: &mut AnyConnection, stage: Stage, made: &Made, now: DateTime<Utc>) -> Result<()> {
    let mark = Mark { stage, made: made.clone() };
    let json = serde_json::to_string(&mark).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(persistence::settings::set(conn, MARK, &json, now)?)
}

/// How far the demonstration has come.
pub fn state(pool: &DbPool) -> Result<State> {
    let mut conn = db::get(pool)?;
    if !persistence::identity::any_person(&mut conn)? {
        return Ok(State::Empty);
    }
    // Whoever set the product up by hand after the first stage was marked has a company of their own.
    if persistence::identity::person_by_email(&mut conn, EMAIL)?.is_none() {
        return Ok(State::Foreign);
    }
    Ok(match marked(&mut conn)? {
        Some(mark) if mark.stage < Stage::Complete => State::HalfMade,
        _ => State::Complete,
    })
}

/// Fills a database that has no user yet, or ends what was begun in it. `scale` 1 is the whole company; tests take less.
pub fn make(pool: &DbPool, now: DateTime<Utc>, scale: f64) -> Result<Made> {
    if state(pool)? != State::HalfMade {
        begin(pool, now)?;
    }
    let mut conn = db::get(pool)?;
    let made = people(&mut conn, now, scale)?;
    let schema = Arc::new(crate::schema::load(&mut conn)?);
    let admin = persistence::identity::person_by_email(&mut conn, EMAIL)?.ok_or(Error::NotFound)?.id;
    let reached =
        |conn: &mut AnyConnection, stage: Stage| Ok::<_, Error>(marked(conn)?.is_some_and(|mark| mark.stage >= stage));
    // As if it had been scored every night: a quarter of a year ago, a month ago, and now.
    for days in [90, 30, 0] {
        let night = now - Duration::days(days);
        crate::scores::refresh_if_due(&mut conn, &schema, night)?;
        crate::scores::refresh_all_if_due(&mut conn, &schema, night)?;
        if days == 90 && !reached(&mut conn, Stage::Played)? {
            signals::playbooks(&mut conn, &schema, admin, night, |conn| mark(conn, Stage::Played, &made, now))?;
        }
    }
    if !reached(&mut conn, Stage::Complete)? {
        targets::urgent(&mut conn, &schema, admin, now, |conn| mark(conn, Stage::Complete, &made, now))?;
    }
    Ok(made)
}

/// Sets the product up for the demonstration's administrator.
fn begin(pool: &DbPool, now: DateTime<Utc>) -> Result<()> {
    let setup = Setup {
        organisation: words::ORGANISATION.to_owned(),
        name: "陈思远".to_owned(),
        email: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
        locale: None,
    };
    let mut conn = db::get(pool)?;
    // Before anybody is there, so that there is never an administrator without a mark.
    db::write_tx(&mut conn, |conn| {
        if persistence::identity::any_person(conn)? {
            return Err(Error::conflict("already_set_up", ""));
        }
        mark(conn, Stage::Begun, &Made::default(), now)
    })?;
    drop(conn);
    let device = Device { user_agent: None, address: None };
    identity::setup(pool, &setup, &device, now, Uuid::now_v7())?;
    Ok(())
}

/// The company with its two years of work, in one transaction: either the whole of it is there or none of it.
fn people(conn: &mut AnyConnection, now: DateTime<Utc>, scale: f64) -> Result<Made> {
    db::write_tx(conn, |conn| {
        // Of two processes that go on with the same, the second finds it done.
        persistence::identity::lock_accounts(conn)?;
        if let Some(known) = marked(conn)?.filter(|mark| mark.stage >= Stage::Peopled) {
            return Ok(known.made);
        }
        let schema = Arc::new(crate::schema::load(conn)?);
        let admin = persistence::identity::person_by_email(conn, EMAIL)?.ok_or(Error::NotFound)?.id;
        let mut world =
            World { conn, schema, rng: fastrand::Rng::with_seed(20_261_122), now, today: now.date_naive(), admin };
        world.today = world.local_day(now);
        let company = company::make(&mut world)?;
        let plan = plan::make(&mut world, &company, scale);
        let made = work::carry_out(&mut world, &company, &plan)?;
        library::voices(&mut world, &company)?;
        // Two years of history are not news.
        persistence::consumers::skip_to_end(world.conn, now)?;
        mark(world.conn, Stage::Peopled, &made, now)?;
        Ok(made)
    })
}

/// What making it needs.
struct World<'a> {
    conn: &'a mut AnyConnection,
    schema: Arc<Schema>,
    rng: fastrand::Rng,
    now: DateTime<Utc>,
    today: NaiveDate,
    admin: Uuid,
}

impl World<'_> {
    /// Does something as a user at a time.
    fn act<T>(&mut self, user: Uuid, at: DateTime<Utc>, f: impl FnOnce(&mut Ctx<'_>) -> Result<T>) -> Result<T> {
        let actor = Actor::system(user);
        f(&mut Ctx { conn: self.conn, actor: &actor, now: at, request_id: Uuid::now_v7(), schema: &self.schema })
    }

    fn local_day(&self, at: DateTime<Utc>) -> NaiveDate {
        self.schema.zone.day(at)
    }

    /// A working moment of a day, never in the future.
    fn moment(&mut self, day: NaiveDate) -> DateTime<Utc> {
        let minute = 8 * 60 + 30 + self.rng.i64(0..570);
        let local =
            day.and_time(chrono::NaiveTime::MIN) + Duration::minutes(minute) + Duration::seconds(self.rng.i64(0..60));
        let mut at = self.schema.zone.moment(local);
        // What would be later today was done on the working day before.
        while at > self.now - Duration::minutes(5)
            || matches!(self.local_day(at).weekday(), Weekday::Sat | Weekday::Sun)
        {
            at -= Duration::days(1);
        }
        at
    }

    /// A full hour of the working day that a day is or that follows it, for what is still to be done.
    fn office_hour(&mut self, day: NaiveDate) -> DateTime<Utc> {
        let to_monday = match day.weekday() {
            Weekday::Sat => 2,
            Weekday::Sun => 1,
            _ => 0,
        };
        let local = day.and_time(chrono::NaiveTime::MIN) + Duration::days(to_monday);
        self.schema.zone.moment(local + Duration::hours(self.rng.i64(9..18)))
    }

    /// A day `ago` days before today, moved off the weekend.
    fn workday(&self, ago: i64) -> NaiveDate {
        let day = self.today - Duration::days(ago.max(0));
        match day.weekday() {
            Weekday::Sat => day.checked_sub_days(Days::new(1)).unwrap_or(day),
            Weekday::Sun => day.checked_sub_days(Days::new(2)).unwrap_or(day),
            _ => day,
        }
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() { None } else { list.get(self.rng.usize(0..list.len())).copied() }
    }

    fn chance(&mut self, p: f64) -> bool {
        self.rng.f64() < p
    }

    /// Log-normal around a median.
    fn around(&mut self, median: f64, spread: f64) -> f64 {
        let (u, v) = (self.rng.f64().max(1e-12), self.rng.f64());
        median * (spread * (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()).exp()
    }

    /// A person's name.
    fn person(&mut self) -> String {
        let surnames: Vec<char> = words::SURNAMES.chars().collect();
        // Common surnames stand first and are drawn more often.
        let at = (self.rng.f64().powi(2) * surnames.len() as f64) as usize;
        let surname = surnames.get(at).copied().unwrap_or('王');
        format!("{surname}{}", self.pick(&words::GIVEN).unwrap_or("伟"))
    }

    fn mobile(&mut self) -> String {
        let prefix = self
            .pick(&["138", "139", "136", "135", "150", "151", "158", "159", "186", "188", "189", "177"])
            .unwrap_or("138");
        format!("{prefix}{:08}", self.rng.u32(0..100_000_000))
    }
}

fn text(s: impl Into<String>) -> Value {
    Value::Text(s.into())
}
