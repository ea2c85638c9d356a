//! Writing the plan down, month by month, each thing by the person who did it and at the time it was done.

use super::company::Company;
use super::plan::{Contact, Plan, Sale};
use super::{Made, World, text, words};
use crate::records::{Stamp, Writer};
use crate::{Error, Result, Visible};
use chrono::{DateTime, Duration, Utc};
use domain::record::{Changes, Record};
use domain::value::Value;
use uuid::Uuid;

const MONTH: i64 = 30;
const MONTHS: i64 = 32;

struct Writers {
    customers: Writer,
    contacts: Writer,
    opportunities: Writer,
    orders: Writer,
    lines: Writer,
    activities: Writer,
    tasks: Writer,
    assessments: Writer,
}

pub(super) fn carry_out(world: &mut World<'_>, company: &Company, plan: &Plan) -> Result<Made> {
    let writer = |object: &str| world.schema.shape(object).cloned().map(Writer::trusted).ok_or(Error::NotFound);
    let writers = Writers {
        customers: writer("customers")?,
        contacts: writer("contacts")?,
        opportunities: writer("opportunities")?,
        orders: writer("orders")?,
        lines: writer("order_lines")?,
        activities: writer("activities")?,
        tasks: writer("tasks")?,
        assessments: writer("assessments")?,
    };
    let mut scribe = Scribe {
        ids: vec![Uuid::nil(); plan.customers.len()],
        people: vec![Vec::new(); plan.customers.len()],
        deals: vec![None; plan.deals.len()],
        made: Made { users: company.users, ..Made::default() },
        numbers: 0,
        world: &mut *world,
        company,
        plan,
        writers,
    };
    for month in (0..MONTHS).rev() {
        let within = |ago: i64| ago / MONTH == month || (month == MONTHS - 1 && ago / MONTH > month);
        scribe.customers(&within)?;
        scribe.deals(&within)?;
        scribe.sales(&within)?;
        scribe.work(&within)?;
    }
    scribe.tasks()?;
    let (mut made, ids) = (scribe.made, scribe.ids);
    super::signals::make(world, company, plan, &ids)?;
    made.customers += super::pool::make(world, company, plan, &ids)?;
    made.users += super::newcomers::make(world, company, plan, &ids)?;
    super::trust::make(world, company, plan, &ids)?;
    Ok(made)
}

struct Scribe<'s, 'a> {
    world: &'s mut World<'a>,
    company: &'s Company,
    plan: &'s Plan,
    writers: Writers,
    ids: Vec<Uuid>,
    people: Vec<Vec<Uuid>>,
    deals: Vec<Option<Record>>,
    made: Made,
    numbers: u32,
}

/// Who looks after a customer.
fn rep(company: &Company, plan: &Plan, customer: usize) -> Uuid {
    company.reps[plan.customers[customer].rep].id
}

/// Potential, fit and strategic value that make this grade.
fn grade_inputs(world: &mut World<'_>, grade: &str) -> [f64; 3] {
    let middle = match grade {
        "A" => 89.0,
        "B" => 69.0,
        "C" => 49.0,
        _ => 26.0,
    };
    std::array::from_fn(|_| (middle + 14.0 * world.rng.f64() - 7.0).round())
}

/// Queues a new record.
fn put(
    world: &mut World<'_>,
    writer: &mut Writer,
    user: Uuid,
    at: DateTime<Utc>,
    fields: Vec<(&'static str, Value)>,
) -> Result<Record> {
    let shape = writer.shape.clone();
    let mut changes = Changes::default();
    for (key, value) in fields {
        if !value.is_null() {
            changes.set(&shape, key, value);
        }
    }
    world.act(user, at, |ctx| writer.create(ctx, changes, &Visible::All, Stamp::default()))
}

fn flush(world: &mut World<'_>, writer: &mut Writer) -> Result<()> {
    let (admin, now) = (world.admin, world.now);
    world.act(admin, now, |ctx| writer.flush(ctx))
}

impl Scribe<'_, '_> {
    fn customers(&mut self, within: &dyn Fn(i64) -> bool) -> Result<()> {
        let plan = self.plan;
        let mut made = Vec::new();
        for (i, c) in plan.customers.iter().enumerate().filter(|(_, c)| within(c.since)) {
            let day = self.world.workday(c.since);
            let at = self.world.moment(day);
            let region = words::REGIONS[self.company.reps[c.rep].region].0;
            let buys = c.habit != super::plan::Habit::Never;
            let inputs = grade_inputs(self.world, c.grade);
            let share = match c.grade {
                "A" | "B" => Value::Num((15.0 + 55.0 * self.world.rng.f64()).round()),
                _ => Value::Null,
            };
            let profile = self.world.pick(&["price_sensitive", "professional", "technology_driven", "decision_chain"]);
            let profile = profile.filter(|_| i % 3 != 2).map_or(Value::Null, text);
            let tags = if self.world.chance(0.18) { self.world.pick(&self.company.tags) } else { None };
            let phone = format!(
                "0{}{}-{:08}",
                self.world.rng.u32(2..8),
                self.world.rng.u32(10..99),
                self.world.rng.u32(20_000_000..89_999_999)
            );
            let fields = vec![
                ("name", text(c.name.clone())),
                ("potential", Value::Num(inputs[0])),
                ("fit", Value::Num(inputs[1])),
                ("strategic_value", Value::Num(inputs[2])),
                (
                    "pain_ids",
                    self.company.library.pains.get(c.pain).map_or(Value::Null, |p| Value::List(vec![Value::Id(*p)])),
                ),
                (
                    "preference_ids",
                    if i % 5 == 1 || i % 5 == 3 {
                        super::library::style(&self.company.styles, c.pain)
                    } else {
                        Value::Null
                    },
                ),
                ("wallet_share", share),
                ("profile_type", profile),
                ("city", text(c.city)),
                ("region", text(region)),
                ("industry", text(c.industry)),
                ("source", text(c.source)),
                ("screening", super::trust::screening(c, i)),
                ("customer_type", text(if buys { "customer" } else { "prospect" })),
                ("employees", Value::Int(c.employees)),
                ("annual_revenue_minor", Value::Int(c.revenue)),
                ("phone", text(phone)),
                ("founded_year", Value::Int(1990 + self.world.rng.i64(0..32))),
                ("tags", tags.map_or(Value::Null, |t| Value::List(vec![Value::Id(t)]))),
            ];
            self.ids[i] =
                put(self.world, &mut self.writers.customers, rep(self.company, self.plan, i), at, fields)?.id();
            made.push((i, at));
            self.made.customers += 1;
        }
        flush(self.world, &mut self.writers.customers)?;
        for (i, at) in made {
            for n in 0..plan.customers[i].contacts {
                let (title, department) = self.world.pick(&words::TITLES).unwrap_or(("采购经理", "采购部"));
                let name = self.world.person();
                let phone = self.world.mobile();
                let wechat = if self.world.chance(0.4) {
                    text(format!("wx_{:07}", self.world.rng.u32(0..9_999_999)))
                } else {
                    Value::Null
                };
                let email = if self.world.chance(0.5) {
                    text(format!("c{:06}@example.com", self.world.rng.u32(0..999_999)))
                } else {
                    Value::Null
                };
                let fields = vec![
                    ("name", text(name)),
                    ("customer_id", Value::Id(self.ids[i])),
                    ("title", text(title)),
                    ("department", text(department)),
                    ("role", text(super::library::role(title))),
                    ("phone", text(phone)),
                    ("wechat", wechat),
                    ("email", email),
                    ("is_primary", Value::Bool(n == 0)),
                ];
                let record = put(
                    self.world,
                    &mut self.writers.contacts,
                    rep(self.company, self.plan, i),
                    at + Duration::minutes(5),
                    fields,
                )?;
                self.people[i].push(record.id());
                self.made.contacts += 1;
            }
        }
        flush(self.world, &mut self.writers.contacts)?;
        self.assess(within)
    }

    /// What the representatives think of half of the customers that matter.
    fn assess(&mut self, within: &dyn Fn(i64) -> bool) -> Result<()> {
        let plan = self.plan;
        let matter = |c: &super::plan::Customer| matches!(c.grade, "A" | "B") && !c.overlooked;
        for (i, c) in plan.customers.iter().enumerate().filter(|(i, c)| within(c.since) && i % 2 == 0 && matter(c)) {
            let low = c.habit == super::plan::Habit::Lapsed;
            let rep_of = &self.company.reps[c.rep];
            let user = rep_of.id;
            let accepted = if rep_of.says_the_same { 38.0 } else { 72.0 };
            let mut around =
                |middle: f64| Value::Num((middle + 24.0 * self.world.rng.f64() - 12.0).round().clamp(0.0, 100.0));
            let (closeness, solution) = (around(if low { 35.0 } else { 70.0 }), around(accepted));
            let (csat, renewal) = (around(if low { 45.0 } else { 78.0 }), around(if low { 30.0 } else { 75.0 }));
            let ago = 20 + i as i64 % 110;
            let fields = vec![
                ("customer_id", Value::Id(self.ids[i])),
                ("assessed_on", Value::Date(self.world.workday(ago.min(c.since)))),
                ("relationship_closeness", closeness),
                ("solution_acceptance", solution),
                ("csat", csat),
                ("nps", Value::Int(if low { -20 } else { 35 })),
                ("renewal_intention", renewal),
                ("note", text("拜访后评估")),
            ];
            let at = self.world.now - Duration::days(ago.min(c.since));
            put(self.world, &mut self.writers.assessments, user, at, fields)?;
        }
        flush(self.world, &mut self.writers.assessments)
    }

    fn deals(&mut self, within: &dyn Fn(i64) -> bool) -> Result<()> {
        let plan = self.plan;
        // Stages are entered in the order of time; entering the first is the beginning.
        for (i, deal) in plan.deals.iter().enumerate().filter(|(_, d)| d.steps.first().is_some_and(|s| within(s.1))) {
            let ago = deal.steps[0].1;
            let customer = &plan.customers[deal.customer];
            let day = self.world.workday(ago);
            let at = self.world.moment(day);
            let day = self.world.local_day(at);
            let closes = self.world.today
                + Duration::days(if deal.won.is_some() {
                    -ago + 55
                } else {
                    (62 - ago).max(-12) + self.world.rng.i64(0..30)
                });
            let competitor = if self.world.chance(0.35) {
                self.world.pick(&words::COMPETITORS).map_or(Value::Null, text)
            } else {
                Value::Null
            };
            let short = customer
                .name
                .trim_end_matches("（有限公司）")
                .trim_end_matches("有限公司")
                .trim_end_matches("股份")
                .trim_end_matches("集团");
            let fields = vec![
                ("name", text(format!("{short} {}", deal.need))),
                ("customer_id", Value::Id(self.ids[deal.customer])),
                ("contact_id", self.world.pick(&self.people[deal.customer]).map_or(Value::Null, Value::Id)),
                ("product_id", Value::Id(self.company.products[deal.product].0)),
                ("pipeline_id", Value::Id(self.company.stages[0].pipeline_id)),
                ("stage_id", Value::Id(self.company.stages[0].id)),
                ("amount_minor", Value::Int(deal.amount)),
                ("expected_close_on", Value::Date(closes)),
                ("engaged_on", Value::Date(day)),
                ("source", text(customer.source)),
                ("competitor", competitor),
            ];
            self.deals[i] = Some(put(
                self.world,
                &mut self.writers.opportunities,
                rep(self.company, self.plan, deal.customer),
                at,
                fields,
            )?);
            self.made.opportunities += 1;
        }
        flush(self.world, &mut self.writers.opportunities)?;
        for (i, deal) in plan.deals.iter().enumerate() {
            for (stage, ago) in deal.steps.iter().skip(1).filter(|s| within(s.1)) {
                self.step(i, *stage, *ago)?;
            }
        }
        flush(self.world, &mut self.writers.opportunities)
    }

    fn step(&mut self, i: usize, stage: usize, ago: i64) -> Result<()> {
        let Some(old) = self.deals[i].clone() else { return Ok(()) };
        let user = rep(self.company, self.plan, self.plan.deals[i].customer);
        let day = self.world.workday(ago);
        let at = self.world.moment(day).max(old.at(3).as_time().unwrap_or(self.world.now) + Duration::minutes(1));
        let shape = self.writers.opportunities.shape.clone();
        let mut changes = Changes::default();
        changes.set(&shape, "stage_id", Value::Id(self.company.stages[stage].id));
        if self.company.stages[stage].kind != "open" {
            changes.set(&shape, "closed_on", Value::Date(day));
        }
        if self.company.stages[stage].kind == "lost" {
            changes.set(&shape, "lost_reason", self.world.pick(&words::LOST).map_or(Value::Null, text));
        }
        let writer = &mut self.writers.opportunities;
        let stored = self.world.act(user, at, |ctx| writer.update(ctx, &old, &changes, &Visible::All))?;
        self.deals[i] = Some(stored.record);
        Ok(())
    }

    fn sales(&mut self, within: &dyn Fn(i64) -> bool) -> Result<()> {
        let plan = self.plan;
        let mut orders = Vec::new();
        for sale in plan.sales.iter().filter(|s| within(s.ago)) {
            orders.push(self.order(sale)?);
            self.made.orders += 1;
        }
        flush(self.world, &mut self.writers.orders)?;
        for (sale, order, at) in orders {
            let (product, _) = self.company.products[sale.product];
            let (quantity, price) = self.priced(&sale);
            let fields = vec![
                ("order_id", Value::Id(order)),
                ("product_id", Value::Id(product)),
                ("quantity", Value::Num(quantity as f64)),
                ("unit_price_minor", Value::Int(price)),
                ("amount_minor", Value::Int(quantity * price)),
            ];
            put(self.world, &mut self.writers.lines, rep(self.company, self.plan, sale.customer), at, fields)?;
        }
        flush(self.world, &mut self.writers.lines)
    }

    /// How many were sold and for how much each: about the list price, so that they come to about the sale's amount.
    fn priced(&self, sale: &Sale) -> (i64, i64) {
        let (_, list) = self.company.products[sale.product];
        let quantity = (sale.amount as f64 / list as f64).round().max(1.0);
        (quantity as i64, (sale.amount as f64 / quantity).round() as i64)
    }

    fn order(&mut self, sale: &Sale) -> Result<(Sale, Uuid, DateTime<Utc>)> {
        self.numbers += 1;
        let (quantity, price) = self.priced(sale);
        let day = self.world.workday(sale.ago);
        let at = self.world.moment(day);
        let day = self.world.local_day(at);
        let status = if sale.ago < 20 {
            "confirmed"
        } else if self.world.chance(0.02) {
            "cancelled"
        } else {
            "fulfilled"
        };
        let deal = sale.deal.and_then(|d| self.deals[d].as_ref()).map_or(Value::Null, |r| Value::Id(r.id()));
        let fields = vec![
            ("number", text(format!("SO{}{:05}", day.format("%y%m"), self.numbers))),
            ("customer_id", Value::Id(self.ids[sale.customer])),
            ("opportunity_id", deal),
            ("ordered_on", Value::Date(day)),
            ("status", text(status)),
            ("amount_minor", Value::Int(quantity * price)),
        ];
        let record =
            put(self.world, &mut self.writers.orders, rep(self.company, self.plan, sale.customer), at, fields)?;
        Ok((*sale, record.id(), at))
    }

    fn work(&mut self, within: &dyn Fn(i64) -> bool) -> Result<()> {
        let plan = self.plan;
        for contact in plan.work.iter().filter(|w| within(w.ago)) {
            self.activity(contact)?;
            self.made.activities += 1;
        }
        flush(self.world, &mut self.writers.activities)
    }

    fn activity(&mut self, contact: &Contact) -> Result<()> {
        let (kind, subject) = words::SUBJECTS[contact.subject];
        let day = self.world.workday(contact.ago);
        let at = self.world.moment(day);
        let minutes = match kind {
            "visit" => self.world.rng.i64(45..150),
            "meeting" | "online_meeting" => self.world.rng.i64(30..90),
            _ => self.world.rng.i64(3..25),
        };
        let deal = contact.deal.and_then(|d| self.deals[d].as_ref()).map_or(Value::Null, |r| Value::Id(r.id()));
        let customer = &self.plan.customers[contact.customer];
        let rep_of = &self.company.reps[customer.rep];
        let won = contact.deal.and_then(|d| self.plan.deals[d].won);
        let big = matches!(customer.grade, "A" | "B") && matches!(kind, "visit" | "meeting");
        let (contents, resources) =
            super::library::used(self.world, &self.company.library, rep_of, customer.pain, big, won);
        let answered = self.world.chance(if rep_of.says_the_same { 0.45 } else { 0.8 });
        // Messages are answered within days: only the latest still wait.
        let initiated = self.world.chance(0.15) && (!matches!(kind, "chat" | "email") || contact.ago < 3);
        let fields = vec![
            ("content_ids", contents),
            ("resource_ids", resources),
            ("responded", Value::Bool(answered)),
            ("customer_initiated", Value::Bool(initiated)),
            ("subject", text(subject)),
            ("kind", text(kind)),
            ("customer_id", Value::Id(self.ids[contact.customer])),
            ("contact_id", self.world.pick(&self.people[contact.customer]).map_or(Value::Null, Value::Id)),
            ("opportunity_id", deal),
            ("occurred_at", Value::Time(at)),
            ("duration_minutes", Value::Int(minutes)),
            ("completed", Value::Bool(true)),
            ("outcome", self.world.pick(&words::OUTCOMES).map_or(Value::Null, text)),
        ];
        let written = at + Duration::minutes(self.world.rng.i64(5..180));
        // The tired team writes down late.
        let late = if rep_of.energy < 0.5 && contact.ago % 3 > 0 { Duration::hours(50) } else { Duration::zero() };
        let written = (written + late).min(self.world.now);
        put(self.world, &mut self.writers.activities, rep(self.company, self.plan, contact.customer), written, fields)?;
        Ok(())
    }

    /// What is to be done now: one thing for a third of the open opportunities.
    fn tasks(&mut self) -> Result<()> {
        let plan = self.plan;
        for (i, deal) in plan.deals.iter().enumerate().filter(|(i, d)| d.won.is_none() && i % 3 != 0) {
            let what = self
                .world
                .pick(&["发送报价单", "安排产品演示", "跟进合同条款", "回访技术负责人", "确认付款方式", "提交解决方案"])
                .unwrap_or("回访");
            let day = self.world.today + Duration::days(self.world.rng.i64(-4..10));
            let due = self.world.office_hour(day);
            let at = self.world.now - Duration::days(self.world.rng.i64(1..12));
            let priority = if deal.amount > 50_000_000 { "high" } else { "normal" };
            let record = self.deals[i].as_ref().map_or(Value::Null, |r| Value::Id(r.id()));
            let fields = vec![
                ("title", text(what)),
                ("due_at", Value::Time(due)),
                ("status", text("open")),
                ("priority", text(priority)),
                ("customer_id", Value::Id(self.ids[deal.customer])),
                ("opportunity_id", record),
            ];
            put(self.world, &mut self.writers.tasks, rep(self.company, self.plan, deal.customer), at, fields)?;
        }
        flush(self.world, &mut self.writers.tasks)
    }
}
