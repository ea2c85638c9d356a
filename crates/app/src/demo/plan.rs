//! Who the customers are and what happened with them: drawn at random, always the same.

use super::company::Company;
use super::{World, words};
use std::collections::HashSet;

/// How a customer buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    Never,
    Once,
    Seldom,
    Often,
    /// Bought often, until some months ago.
    Lapsed,
}

#[derive(Debug, Clone)]
pub(super) struct Customer {
    pub(super) name: String,
    pub(super) rep: usize,
    pub(super) grade: &'static str,
    pub(super) city: &'static str,
    pub(super) industry: &'static str,
    pub(super) source: &'static str,
    pub(super) employees: i64,
    pub(super) revenue: i64,
    pub(super) habit: Habit,
    /// Days ago.
    pub(super) since: i64,
    pub(super) contacts: usize,
    /// Median order in fen.
    pub(super) basket: f64,
    /// What troubles it: a place in the library.
    pub(super) pain: usize,
    /// Large, and nobody has ever called.
    pub(super) overlooked: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Deal {
    pub(super) customer: usize,
    pub(super) product: usize,
    pub(super) amount: i64,
    pub(super) need: &'static str,
    /// Days ago on which each stage was entered: (stage index, days ago), the first at creation.
    pub(super) steps: Vec<(usize, i64)>,
    /// Won, lost or still open.
    pub(super) won: Option<bool>,
    /// Open, large, and nobody calls.
    pub(super) forgotten: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Sale {
    pub(super) customer: usize,
    pub(super) deal: Option<usize>,
    pub(super) ago: i64,
    pub(super) amount: i64,
    pub(super) product: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Contact {
    pub(super) customer: usize,
    pub(super) deal: Option<usize>,
    pub(super) ago: i64,
    pub(super) subject: usize,
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) customers: Vec<Customer>,
    pub(super) deals: Vec<Deal>,
    pub(super) sales: Vec<Sale>,
    pub(super) work: Vec<Contact>,
}

pub(super) fn make(world: &mut World<'_>, company: &Company, scale: f64) -> Plan {
    let of = |n: f64| (n * scale).ceil() as usize;
    let mut plan = Plan { customers: customers(world, company, of(2000.0)), ..Plan::default() };
    overlook(&mut plan);
    deals(world, company, &mut plan, of(3000.0));
    sales(world, company, &mut plan);
    work(world, company, &mut plan, of(20_000.0));
    plan
}

fn weighted<T: Copy>(world: &mut World<'_>, list: &[(T, u32)], default: T) -> T {
    let total: u32 = list.iter().map(|(_, w)| w).sum();
    let mut at = world.rng.u32(0..total.max(1));
    for (value, weight) in list {
        if at < *weight {
            return *value;
        }
        at -= weight;
    }
    default
}

fn customers(world: &mut World<'_>, company: &Company, count: usize) -> Vec<Customer> {
    let mut names = HashSet::new();
    let mut made: Vec<Customer> = Vec::with_capacity(count);
    while made.len() < count {
        let rep = world.rng.usize(0..company.reps.len());
        let region = company.reps[rep].region;
        let city = world.pick(&words::CITIES[region]).unwrap_or("上海");
        let (industry, trade) = world.pick(&words::TRADES).unwrap_or(("电子制造", "电子"));
        let brand = world.pick(&words::BRANDS).unwrap_or("恒瑞");
        let legal = world.pick(&words::LEGAL).unwrap_or("有限公司");
        let mut name = format!("{city}{brand}{trade}{legal}");
        // Entered twice, slightly differently: something to find and merge.
        if made.len() % 90 == 89
            && let Some(twin) = made.get(made.len() - 40)
        {
            name = twin
                .name
                .replace("股份有限公司", "公司")
                .replace("集团有限公司", "有限公司")
                .replace("有限公司", "（有限公司）");
        }
        if !names.insert(name.clone()) {
            continue;
        }
        let grade = weighted(world, &[("A", 10), ("B", 22), ("C", 40), ("D", 28)], "C");
        let size = match grade {
            "A" => 6.0,
            "B" => 2.5,
            "C" => 1.0,
            _ => 0.4,
        };
        let habit = match grade {
            "A" => weighted(
                world,
                &[(Habit::Often, 46), (Habit::Seldom, 20), (Habit::Lapsed, 22), (Habit::Once, 6), (Habit::Never, 6)],
                Habit::Often,
            ),
            "B" => weighted(
                world,
                &[(Habit::Often, 22), (Habit::Seldom, 24), (Habit::Lapsed, 22), (Habit::Once, 16), (Habit::Never, 16)],
                Habit::Seldom,
            ),
            "C" => weighted(
                world,
                &[(Habit::Often, 7), (Habit::Seldom, 17), (Habit::Lapsed, 14), (Habit::Once, 24), (Habit::Never, 38)],
                Habit::Once,
            ),
            _ => weighted(
                world,
                &[(Habit::Often, 2), (Habit::Seldom, 10), (Habit::Lapsed, 3), (Habit::Once, 20), (Habit::Never, 65)],
                Habit::Never,
            ),
        };
        // Two thirds were customers before; the rest came over the two years, more of late.
        let since =
            if world.chance(0.64) { 740 + world.rng.i64(0..180) } else { (740.0 * world.rng.f64().powf(1.25)) as i64 };
        made.push(Customer {
            rep,
            grade,
            city,
            industry,
            source: weighted(world, &words::SOURCES, "website"),
            employees: world.around(160.0 * size, 0.7) as i64 + 5,
            revenue: (world.around(38_000_000.0 * size, 0.6) as i64).max(800_000) / 10_000 * 10_000 * 100,
            habit,
            since: since.max(2),
            contacts: 2 + usize::from(world.chance(0.55)) + usize::from(size > 2.0) * 2 + usize::from(size > 1.0)
                - usize::from(size < 0.5),
            basket: world.around(4_200_000.0 * size.sqrt(), 0.5),
            pain: made.len() % 5,
            overlooked: false,
            name,
        });
    }
    made
}

/// One important customer that buys without ever being called.
fn overlook(plan: &mut Plan) {
    let buys = |c: &&mut Customer| c.grade == "A" && c.habit == Habit::Often && c.since > 300;
    if let Some(customer) = plan.customers.iter_mut().filter(buys).max_by_key(|c| c.revenue) {
        customer.overlooked = true;
        customer.basket *= 3.0;
    }
}

fn deals(world: &mut World<'_>, company: &Company, plan: &mut Plan, count: usize) {
    let open_stages = company.stages.iter().filter(|s| s.kind == "open").count().max(1);
    let (won_at, lost_at) = (open_stages, company.stages.len().saturating_sub(1));
    while plan.deals.len() < count {
        let at = world.rng.usize(0..plan.customers.len());
        let customer = plan.customers[at].clone();
        let rep = company.reps[customer.rep].clone();
        let keep = match customer.grade {
            "A" => 1.0,
            "B" => 0.75,
            "C" => 0.42,
            _ => 0.22,
        };
        if !world.chance(keep) || customer.overlooked {
            continue;
        }
        let span = customer.since.min(725);
        let created = ((span as f64) * world.rng.f64().powf(1.15)) as i64;
        let product = world.rng.usize(0..company.products.len());
        let quantity = world.around(2.2 + customer.basket / 6_000_000.0, 0.6).max(1.0).round();
        let amount = ((company.products[product].1 as f64 * quantity * (0.82 + world.rng.f64() * 0.2)) / 100_000.0)
            .round() as i64
            * 100_000;
        let base = match customer.grade {
            "A" => 0.84,
            "B" => 0.78,
            "C" => 0.70,
            _ => 0.60,
        };
        let mut steps = vec![(0usize, created)];
        let mut ago = created;
        let mut won = None;
        for stage in 0..open_stages {
            let days = world.around(if stage == 0 { 9.0 } else { 14.0 }, 0.6).clamp(1.0, 90.0) as i64;
            // Half a year of silence is a loss, whether anybody says so or not.
            if ago - days <= 0 {
                break;
            }
            ago -= days;
            let mut go = base * (0.9 + 0.12 * rep.skill);
            // Since a quarter of a year the south's proposals stay proposals.
            if rep.region == 1 && stage == 2 && ago < 95 {
                go *= 0.45;
            }
            if !world.chance(go.min(0.97)) {
                won = Some(false);
                steps.push((lost_at, ago));
                break;
            }
            if stage + 1 == open_stages {
                won = Some(true);
                steps.push((won_at, ago));
            } else {
                steps.push((stage + 1, ago));
            }
        }
        let forgotten = won.is_none() && amount > 10_000_000 && plan.deals.len().is_multiple_of(4);
        if forgotten && created < 20 {
            continue;
        }
        let need = world.pick(&words::NEEDS).unwrap_or("扩产设备采购");
        plan.deals.push(Deal { customer: at, product, amount: amount.max(500_000), need, steps, won, forgotten });
    }
}

fn sales(world: &mut World<'_>, company: &Company, plan: &mut Plan) {
    for (i, deal) in plan.deals.iter().enumerate().filter(|(_, d)| d.won == Some(true)) {
        let ago = deal.steps.last().map_or(0, |s| s.1);
        plan.sales.push(Sale {
            customer: deal.customer,
            deal: Some(i),
            ago,
            amount: deal.amount,
            product: deal.product,
        });
    }
    for at in 0..plan.customers.len() {
        let (habit, since, basket) = (plan.customers[at].habit, plan.customers[at].since, plan.customers[at].basket);
        let (cycle, until) = match habit {
            Habit::Never => continue,
            Habit::Once => (10_000.0, 0),
            Habit::Seldom => (150.0, 0),
            Habit::Often => (48.0, 0),
            Habit::Lapsed => (46.0, 130 + (420.0 * world.rng.f64().powi(2)) as i64),
        };
        let mut ago = (since.min(725) as f64
            * (if habit == Habit::Once { world.rng.f64() } else { 0.9 + 0.1 * world.rng.f64() }))
            as i64;
        while ago > until {
            let product = world.rng.usize(0..company.products.len());
            let amount = (world.around(basket, 0.45) / 1000.0).round() as i64 * 1000;
            plan.sales.push(Sale { customer: at, deal: None, ago, amount: amount.max(98_000), product });
            ago -= world.around(cycle, 0.35).clamp(7.0, 20_000.0) as i64;
        }
    }
}

fn work(world: &mut World<'_>, company: &Company, plan: &mut Plan, count: usize) {
    for (i, deal) in plan.deals.iter().enumerate() {
        let (from, to) = (deal.steps.first().map_or(0, |s| s.1), deal.steps.last().map_or(0, |s| s.1));
        let to = if deal.won.is_some() { to } else { 0 };
        let quiet = if deal.forgotten { 16 + (i as i64 % 25) } else { 0 };
        let energy = company.reps[plan.customers[deal.customer].rep].energy;
        let calls = ((from - to) as f64 / 13.0 * energy).ceil().min(9.0) as i64;
        for _ in 0..calls.max(1) {
            let ago = to + world.rng.i64(0..(from - to).max(1));
            if ago >= quiet {
                plan.work.push(Contact {
                    customer: deal.customer,
                    deal: Some(i),
                    ago,
                    subject: world.rng.usize(0..words::SUBJECTS.len()),
                });
            }
        }
    }
    rounds(world, company, plan);
    let mut tries = 0;
    while plan.work.len() < count && tries < count * 20 {
        tries += 1;
        let at = world.rng.usize(0..plan.customers.len());
        let customer = &plan.customers[at];
        let rep = &company.reps[customer.rep];
        let wanted = match (customer.grade, rep.upside_down) {
            ("A", false) | ("D", true) => 1.0,
            ("B", false) | ("C", true) => 0.55,
            ("C", false) | ("B", true) => 0.2,
            _ => 0.06,
        };
        let (since, energy, lapsed) = (customer.since, rep.energy, customer.habit == Habit::Lapsed);
        let ago = (since.min(725) as f64 * world.rng.f64().powf(1.1)) as i64;
        // The rounds of the last months are made by the calendar.
        if ago < ROUNDS || (lapsed && ago < 130) || plan.customers[at].overlooked {
            continue;
        }
        if world.chance(wanted * energy.min(1.0)) {
            plan.work.push(Contact {
                customer: at,
                deal: None,
                ago,
                subject: world.rng.usize(0..words::SUBJECTS.len()),
            });
        }
    }
}

/// Days in which contacts follow the calendar.
const ROUNDS: i64 = 125;

/// The regular contacts of the last months: each customer at the interval of its grade, as far as its representative
/// keeps to it.
fn rounds(world: &mut World<'_>, company: &Company, plan: &mut Plan) {
    let mut clung = 0;
    for at in 0..plan.customers.len() {
        let customer = plan.customers[at].clone();
        let rep = &company.reps[customer.rep];
        // Nobody calls those who stopped buying.
        if customer.overlooked || customer.habit == Habit::Lapsed {
            continue;
        }
        let mut call = |world: &mut World<'_>, ago: i64| {
            let subject = world.rng.usize(0..words::SUBJECTS.len() - 2);
            plan.work.push(Contact { customer: at, deal: None, ago, subject });
        };
        if rep.clings && customer.grade == "C" && clung < 6 {
            clung += 1;
            (0..8).for_each(|n| call(world, 2 + n * 3));
            continue;
        }
        let interval = match (customer.grade, rep.upside_down) {
            ("A", false) | ("D", true) => 7.0,
            ("B", false) | ("C", true) => 14.0,
            ("C", false) | ("B", true) => 30.0,
            _ => 90.0,
        };
        let mut ago = ROUNDS.min(customer.since) as f64 - interval * world.rng.f64();
        while ago >= 0.0 {
            // The quiet team has been quiet for two months.
            let kept = if rep.energy < 0.5 && ago < 60.0 { 0.2 } else { 0.97 };
            if world.chance(kept) {
                call(world, ago as i64);
            }
            ago -= interval * (0.85 + 0.3 * world.rng.f64());
        }
    }
}
