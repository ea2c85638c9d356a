//! What the scores of customers are made of, read for many customers at once, and what they come to.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::value::Value;
use uuid::Uuid;

mod history;

pub use history::{Change, Snapshot, history, remember};

/// The scores as customers carry them; whole numbers, so that they change only when it matters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    /// The grade that counts.
    pub grade: Option<String>,
    /// The computed grade.
    pub grade_computed: Option<String>,
    /// Its score.
    pub grade_score: Option<f64>,
    /// Lifecycle stage.
    pub lifecycle_stage: Option<String>,
    /// Since when it is in that stage; none before it had one.
    pub lifecycle_on: Option<NaiveDate>,
    /// The stage before; none in its first.
    pub lifecycle_from: Option<String>,
    /// Service tier.
    pub service_tier: Option<String>,
    /// How contacts stand.
    pub cadence_status: Option<String>,
    /// When the next is due.
    pub cadence_due_on: Option<NaiveDate>,
    /// Value at stake × lateness; none when no contact is due.
    pub cadence_priority: Option<f64>,
    /// Security, development, acceptance, experience.
    pub sdae: [Option<f64>; 4],
    /// The lowest of them.
    pub sdae_weakest: Option<String>,
    /// What the customer is to the company.
    pub asset_class: Option<String>,
    /// Health.
    pub health: Option<f64>,
    /// Its band.
    pub health_band: Option<String>,
    /// Probability of buying again, percent.
    pub alive: Option<f64>,
    /// What may be lost.
    pub value_at_risk_minor: Option<i64>,
    /// Points of intent; none for a customer of whom nothing was seen.
    pub intent: Option<i64>,
    /// Since when it is of its service tier; none where it was before that was kept.
    pub tier_on: Option<NaiveDate>,
    /// Since when it was of value and is probably gone.
    pub win_back_on: Option<NaiveDate>,
    /// Contacts beyond what is of use in its last interval; none where there are not too many.
    pub cadence_excess: Option<i64>,
    /// Since when it shows the signs: viewed without an order, buys too rarely, may leave, health fell.
    pub signs: [Option<NaiveDate>; 4],
}

/// A customer to be scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// Its id.
    pub id: Uuid,
    /// Its owner.
    pub owner: Option<Uuid>,
    /// In the archive: it keeps the scores it had.
    pub archived: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Potential, fit and strategic value.
    pub grade_inputs: [Option<f64>; 3],
    /// The grade was set by hand.
    pub grade_manual: bool,
    /// Its own interval.
    pub cadence_days: Option<i64>,
    /// Our share of its purchases.
    pub wallet_share: Option<f64>,
    /// Its pains.
    pub pains: Vec<Uuid>,
    /// The latest contact.
    pub last_contact_at: Option<DateTime<Utc>>,
    /// The lifecycle stage was set by hand.
    pub lifecycle_manual: bool,
    /// Its rank as a partner.
    pub partner_rank: Option<String>,
    /// Its RFM segment.
    pub rfm_segment: Option<String>,
    /// What kind of buyer it is.
    pub profile: Option<String>,
    /// Who looks after it besides the owner.
    pub manager: Option<Uuid>,
    /// Its account team.
    pub team: Vec<Uuid>,
    /// The strategy that its RFM scores call for.
    pub overlay: Option<String>,
    /// Nothing more is to be invested in it.
    pub stopped: bool,
    /// The tags of what it likes.
    pub preferences: Vec<Uuid>,
    /// The scores it carries.
    pub scores: Scores,
    /// When it was given to its owner, where that was kept.
    pub assigned_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "id, owner_id, archived_at, created_at, potential, fit, strategic_value, grade_manual, cadence_days, wallet_share, pain_ids, \
     last_contact_at, lifecycle_manual, partner_rank, rfm_segment, profile_type, manager_id, account_team_ids, rfm_overlay, invest_stopped, preference_ids, grade, grade_computed, grade_score, lifecycle_stage, lifecycle_on, \
     lifecycle_from, service_tier, cadence_status, cadence_due_on, cadence_priority, sdae_security, sdae_development, sdae_acceptance, sdae_experience, sdae_weakest, asset_class, health, \
     health_band, alive, value_at_risk_minor, intent, browsed_on, recall_on, churn_on, health_alert_on, tier_on, \
     win_back_on, cadence_excess, assigned_at";

/// Customers by id, in that order.
pub fn customers(conn: &mut AnyConnection, ids: &[Uuid], lock: bool) -> Result<Vec<Customer>> {
    let mut q = Sql::start(conn, "SELECT ");
    q.push(COLUMNS).push(" FROM customers WHERE id IN ").ids(ids).push(" ORDER BY id");
    if lock {
        q.pick(" FOR UPDATE", "");
    }
    q.load(conn)?.into_iter().map(read_customer).collect()
}

fn read_customer(cells: Cells) -> Result<Customer> {
    let mut row = Row::new(cells);
    Ok(Customer {
        id: row.id()?,
        owner: row.opt_id(),
        archived: row.opt_time().is_some(),
        created_at: row.time()?,
        grade_inputs: [row.opt_num(), row.opt_num(), row.opt_num()],
        grade_manual: row.opt_bool().unwrap_or(false),
        cadence_days: row.opt_int(),
        wallet_share: row.opt_num(),
        pains: row.ids(),
        last_contact_at: row.opt_time(),
        lifecycle_manual: row.opt_bool().unwrap_or(false),
        partner_rank: row.opt_text(),
        rfm_segment: row.opt_text(),
        profile: row.opt_text(),
        manager: row.opt_id(),
        team: row.ids(),
        overlay: row.opt_text(),
        stopped: row.opt_bool().unwrap_or(false),
        preferences: row.ids(),
        scores: Scores {
            grade: row.opt_text(),
            grade_computed: row.opt_text(),
            grade_score: row.opt_num(),
            lifecycle_stage: row.opt_text(),
            lifecycle_on: row.opt_date(),
            lifecycle_from: row.opt_text(),
            service_tier: row.opt_text(),
            cadence_status: row.opt_text(),
            cadence_due_on: row.opt_date(),
            cadence_priority: row.opt_num(),
            sdae: [row.opt_num(), row.opt_num(), row.opt_num(), row.opt_num()],
            sdae_weakest: row.opt_text(),
            asset_class: row.opt_text(),
            health: row.opt_num(),
            health_band: row.opt_text(),
            alive: row.opt_num(),
            value_at_risk_minor: row.opt_int(),
            intent: row.opt_int(),
            signs: [row.opt_date(), row.opt_date(), row.opt_date(), row.opt_date()],
            tier_on: row.opt_date(),
            win_back_on: row.opt_date(),
            cadence_excess: row.opt_int(),
        },
        assigned_at: row.opt_time(),
    })
}

/// Ids of live customers, ascending, after one.
pub fn ids_after(conn: &mut AnyConnection, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM customers WHERE archived_at IS NULL");
    if let Some(after) = after {
        q.push(" AND id > ").id(after);
    }
    q.push(" ORDER BY id LIMIT ").int(limit);
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// Live customers whose weakest dimension is this one, the greatest grade score first.
pub fn weakest(conn: &mut AnyConnection, dimension: &'static str, limit: i64) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM customers WHERE archived_at IS NULL AND sdae_weakest = ");
    q.text(dimension).push(" ORDER BY coalesce(grade_score, 0) DESC, id LIMIT ").int(limit);
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// A contact, or a mail that the customer wrote or answered, as far as customers are scored by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recent {
    /// The customer.
    pub customer: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// The customer came to us.
    pub initiated: Option<bool>,
    /// The customer responded.
    pub responded: Option<bool>,
    /// It is a mail, which is no contact.
    pub mail: bool,
}

/// Live completed contacts in a span of time, and mails that the customers wrote or answered, by customer.
pub fn recent(
    conn: &mut AnyConnection,
    customers: &[Uuid],
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Recent>> {
    let mut q = Sql::start(
        conn,
        "SELECT a.customer_id, a.occurred_at, a.customer_initiated, a.responded, a.kind FROM activities a WHERE a.customer_id IN ",
    );
    q.ids(customers).push(" AND a.occurred_at > ").time(span.0).push(" AND a.occurred_at <= ").time(span.1);
    q.push(" AND a.archived_at IS NULL AND (a.").push(crate::derived::CONTACT).pick(
        " OR a.kind = 'email' AND (a.customer_initiated OR a.responded))",
        " OR a.kind = 'email' AND (a.customer_initiated = 1 OR a.responded = 1))",
    );
    q.pick(" AND a.completed IS NOT FALSE", " AND coalesce(a.completed, 1) = 1")
        .push(" ORDER BY a.customer_id, a.occurred_at");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let (customer, at, initiated, responded) = (row.id()?, row.time()?, row.opt_bool(), row.opt_bool());
        Ok(Recent { customer, at, initiated, responded, mail: row.text()? == "email" })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// An order as far as customers are scored by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The customer.
    pub customer: Uuid,
    /// The day.
    pub on: NaiveDate,
    /// Its amount; negative for what was sent back.
    pub amount_minor: i64,
    /// It was sent back.
    pub returned: bool,
}

/// Orders that stand, by customer and day, up to a day.
pub fn orders(conn: &mut AnyConnection, customers: &[Uuid], upto: NaiveDate) -> Result<Vec<Order>> {
    let mut q = Sql::start(
        conn,
        "SELECT customer_id, ordered_on, amount_minor, CASE WHEN status = 'returned' THEN 1 ELSE 0 END FROM orders \
         WHERE archived_at IS NULL AND status IN ('confirmed', 'fulfilled', 'returned') AND customer_id IN ",
    );
    q.ids(customers)
        .push(" AND ordered_on <= ")
        .bind(Store::Date, &Value::Date(upto))
        .push(" ORDER BY customer_id, ordered_on");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let (customer, on, amount, returned) = (row.id()?, row.date()?, row.int()?, row.int()? == 1);
        Ok(Order { customer, on, amount_minor: if returned { -amount.abs() } else { amount }, returned })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Amount of the open opportunities of each customer that has one: all of it, and weighted by probability where known.
pub fn open_amounts(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<(Uuid, i64, i64)>> {
    let mut q = Sql::start(
        conn,
        "SELECT customer_id, CAST(coalesce(sum(amount_minor), 0) AS BIGINT), \
         CAST(coalesce(sum(amount_minor * coalesce(probability, 50.0) / 100.0), 0) AS BIGINT) FROM opportunities \
         WHERE archived_at IS NULL AND ",
    );
    // SQLite would take the index that begins with the status and read every open opportunity there is.
    q.pick("status = 'open'", "+status = 'open'").push(" AND customer_id IN ");
    q.ids(customers).push(" GROUP BY customer_id");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.int()?, row.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// How many product categories each customer has bought from; those that bought none do not appear.
pub fn categories_bought(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let mut q = Sql::start(
        conn,
        "SELECT o.customer_id, count(DISTINCT p.category) FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.archived_at IS NULL \
         JOIN products p ON p.id = l.product_id WHERE o.archived_at IS NULL AND o.status IN ('confirmed', 'fulfilled') AND o.customer_id IN ",
    );
    q.ids(customers).push(" GROUP BY o.customer_id");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// How many product categories there are on sale.
pub fn categories(conn: &mut AnyConnection) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT count(DISTINCT category) FROM products WHERE archived_at IS NULL AND ");
    q.pick("active IS NOT FALSE", "coalesce(active, 1) = 1");
    q.first(conn)?.map_or(Ok(0), |cells| Row::new(cells).int())
}

/// Has anybody ever written down a competitor alert? Before that, none says nothing.
pub fn alerts_kept(conn: &mut AnyConnection) -> Result<bool> {
    Ok(Sql::start(conn, "SELECT 1 FROM competitor_alerts WHERE archived_at IS NULL LIMIT 1").first(conn)?.is_some())
}

/// Open competitor alerts of each customer that has one.
pub fn open_alerts(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let mut q = Sql::start(
        conn,
        "SELECT customer_id, count(*) FROM competitor_alerts WHERE archived_at IS NULL AND status = 'open' AND customer_id IN ",
    );
    q.ids(customers).push(" GROUP BY customer_id");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// The indicators that an assessment may hold, by column.
pub const ASSESSED: [&str; 15] = [
    "relationship_closeness",
    "renewal_cycle",
    "competitor_safety",
    "wallet_share",
    "white_space",
    "solution_acceptance",
    "response_rate",
    "customer_initiated",
    "content_engagement",
    "csat",
    "nps",
    "tickets_within_sla",
    "deliveries_on_time",
    "usage_frequency",
    "renewal_intention",
];

/// An assessment by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The customer.
    pub customer: Uuid,
    /// The day.
    pub on: NaiveDate,
    /// Who made it.
    pub by: Option<Uuid>,
    /// The values in the order of [`ASSESSED`].
    pub values: [Option<f64>; 15],
}

/// Live assessments up to a day, newest first.
pub fn assessments(conn: &mut AnyConnection, customers: &[Uuid], upto: NaiveDate) -> Result<Vec<Assessment>> {
    let mut q = Sql::start(conn, "SELECT customer_id, assessed_on, created_by");
    for column in ASSESSED {
        q.push(", ").push(column);
    }
    q.push(" FROM assessments WHERE archived_at IS NULL AND customer_id IN ").ids(customers);
    q.push(" AND assessed_on <= ")
        .bind(Store::Date, &Value::Date(upto))
        .push(" ORDER BY customer_id, assessed_on DESC, id DESC");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let (customer, on, by) = (row.id()?, row.date()?, row.opt_id());
        Ok(Assessment { customer, on, by, values: std::array::from_fn(|_| row.opt_num()) })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Writes the scores of customers, many with each statement.
pub fn write(conn: &mut AnyConnection, scores: &[(Uuid, Scores)]) -> Result<()> {
    let mut rest = scores;
    // Powers of two only, so that few different statements are ever prepared.
    let mut size = 32;
    while !rest.is_empty() {
        while size > rest.len() {
            size /= 2;
        }
        let (head, tail) = rest.split_at(size);
        write_group(conn, head)?;
        rest = tail;
    }
    Ok(())
}

fn write_group(conn: &mut AnyConnection, scores: &[(Uuid, Scores)]) -> Result<()> {
    let text = |s: &Option<String>| or_null(s.clone(), Value::Text);
    let num = |n: Option<f64>| or_null(n, Value::Num);
    // Both engines name the columns of VALUES so.
    let mut q = Sql::start(
        conn,
        "UPDATE customers SET grade = v.column2, grade_computed = v.column3, grade_score = v.column4, lifecycle_stage = v.column5, \
         service_tier = v.column6, cadence_status = v.column7, cadence_due_on = v.column8, cadence_priority = v.column9, \
         sdae_security = v.column10, sdae_development = v.column11, sdae_acceptance = v.column12, sdae_experience = v.column13, \
         sdae_weakest = v.column14, asset_class = v.column15, health = v.column16, health_band = v.column17, alive = v.column18, \
         value_at_risk_minor = v.column19, intent = v.column20, browsed_on = v.column21, recall_on = v.column22, \
         churn_on = v.column23, health_alert_on = v.column24, tier_on = v.column25, \
         win_back_on = v.column26, cadence_excess = v.column27, lifecycle_on = v.column28, lifecycle_from = v.column29 FROM (VALUES ",
    );
    for (i, (id, s)) in scores.iter().enumerate() {
        q.push(if i == 0 { "(" } else { "), (" }).id(*id);
        let mut next = |store: Store, value: Value| {
            q.push(", ").bind(store, &value);
        };
        next(Store::Text, text(&s.grade));
        next(Store::Text, text(&s.grade_computed));
        next(Store::Num, num(s.grade_score));
        next(Store::Text, text(&s.lifecycle_stage));
        next(Store::Text, text(&s.service_tier));
        next(Store::Text, text(&s.cadence_status));
        next(Store::Date, or_null(s.cadence_due_on, Value::Date));
        next(Store::Num, num(s.cadence_priority));
        s.sdae.into_iter().for_each(|score| next(Store::Num, num(score)));
        next(Store::Text, text(&s.sdae_weakest));
        next(Store::Text, text(&s.asset_class));
        next(Store::Num, num(s.health));
        next(Store::Text, text(&s.health_band));
        next(Store::Num, num(s.alive));
        next(Store::Int, or_null(s.value_at_risk_minor, Value::Int));
        next(Store::Int, or_null(s.intent, Value::Int));
        s.signs.into_iter().for_each(|since| next(Store::Date, or_null(since, Value::Date)));
        next(Store::Date, or_null(s.tier_on, Value::Date));
        next(Store::Date, or_null(s.win_back_on, Value::Date));
        next(Store::Int, or_null(s.cadence_excess, Value::Int));
        next(Store::Date, or_null(s.lifecycle_on, Value::Date));
        next(Store::Text, text(&s.lifecycle_from));
    }
    q.push(")) AS v WHERE customers.id = v.column1");
    q.execute(conn)?;
    Ok(())
}
