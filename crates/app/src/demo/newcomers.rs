//! People who began lately, each faster to the first deal than those before; competitors at the door; the rules of
//! incentives. Nothing here draws at random, so that the rest of the company stays what it is.

use super::company::Company;
use super::library::add;
use super::plan::{Habit, Plan};
use super::{PASSWORD, World, text};
use crate::{Error, Result};
use chrono::Duration;
use domain::value::Value;
use uuid::Uuid;

/// Name, address, team by its manager's number, days at work, days from the first one to the first deal.
const NEWCOMERS: [(&str, &str, usize, i64, Option<i64>); 6] = [
    ("方文博", "newcomer1", 0, 640, Some(158)),
    ("罗一鸣", "newcomer2", 2, 520, Some(131)),
    ("谢雨晴", "newcomer3", 4, 395, Some(112)),
    ("唐子涵", "newcomer4", 1, 270, Some(88)),
    ("韩梦洁", "newcomer5", 5, 160, Some(69)),
    ("曹一凡", "newcomer6", 3, 38, None),
];
/// Their customers: name, city, industry.
const CUSTOMERS: [(&str, &str, &str); 6] = [
    ("宁波启航汽配有限公司", "宁波", "汽车零部件"),
    ("苏州恒创电子科技有限公司", "苏州", "电子"),
    ("佛山众合五金制品有限公司", "佛山", "金属制品"),
    ("常州锐达传动设备有限公司", "常州", "装备制造"),
    ("天津正源包装机械有限公司", "天津", "包装"),
    ("东莞优联塑胶有限公司", "东莞", "塑料"),
];

/// Fills them in; answers how many people came.
pub(super) fn make(world: &mut World<'_>, company: &Company, plan: &Plan, ids: &[Uuid]) -> Result<usize> {
    let teams: Vec<Uuid> = teams(world, company)?;
    let hash = crate::identity::password_hash(PASSWORD)?;
    for (i, newcomer) in NEWCOMERS.iter().enumerate() {
        let Some(team) = teams.get(newcomer.2).copied() else { continue };
        let user = person(world, newcomer, team, &hash)?;
        work(world, company, user, i)?;
    }
    competitors(world, company, plan, ids)?;
    incentives(world, company)?;
    Ok(NEWCOMERS.len())
}

/// The teams of the representatives, in the order of their managers.
fn teams(world: &mut World<'_>, company: &Company) -> Result<Vec<Uuid>> {
    let shape = world.schema.shape("users").cloned().ok_or(Error::NotFound)?;
    let reps: Vec<Uuid> = company.reps.iter().map(|rep| rep.id).collect();
    let found = persistence::records::links(world.conn, &shape, "team_id", &reps)?;
    let team = |rep: &Uuid| found.iter().find(|(id, _)| id == rep).and_then(|(_, team)| *team);
    Ok(reps.chunks(3).filter_map(|of_team| of_team.first().and_then(team)).collect())
}

fn person(
    world: &mut World<'_>,
    (name, address, _, at_work, _): &(&'static str, &'static str, usize, i64, Option<i64>),
    team: Uuid,
    hash: &str,
) -> Result<Uuid> {
    let admin = world.admin;
    let fields = vec![
        ("name", text(*name)),
        ("email", text(format!("{address}@demo.flywheel.cn"))),
        ("title", text("销售代表")),
        ("team_id", Value::Id(team)),
        ("status", text("active")),
        ("locale", text("zh-CN")),
        ("hired_on", Value::Date(world.workday(*at_work))),
    ];
    let user = add(world, "users", admin, *at_work, fields)?;
    let password = persistence::identity::Password { hash: hash.to_owned(), temporary: false };
    persistence::identity::set_password(world.conn, user, &password, world.now)?;
    let roles = persistence::identity::roles(world.conn)?;
    let role: Vec<Uuid> = roles.iter().filter(|r| r.key == "representative").map(|r| r.id).collect();
    persistence::identity::set_roles_of(world.conn, user, &role)?;
    Ok(user)
}

/// A customer, some contacts with it, and the first deal where there is one.
fn work(world: &mut World<'_>, company: &Company, user: Uuid, turn: usize) -> Result<()> {
    let (_, _, _, at_work, ramp) = NEWCOMERS[turn];
    let (name, city, industry) = CUSTOMERS[turn];
    let met = at_work - (at_work / 6).min(20);
    let fields = vec![
        ("name", text(name)),
        ("city", text(city)),
        ("industry", text(industry)),
        ("source", text("referral")),
        ("potential", Value::Num(70.0)),
        ("fit", Value::Num(75.0)),
        ("strategic_value", Value::Num(55.0)),
    ];
    let customer = add(world, "customers", user, met, fields)?;
    let deal_ago = ramp.map(|ramp| at_work - ramp);
    let kind = if deal_ago.is_some() { "won" } else { "open" };
    let Some(stage) = company.stages.iter().find(|s| s.kind == kind) else { return Ok(()) };
    let amount = Value::Int(16_800_000 + 2_100_000 * turn as i64);
    let mut fields = vec![
        ("name", text(format!("{} · 首单", name.trim_end_matches("有限公司")))),
        ("customer_id", Value::Id(customer)),
        ("pipeline_id", Value::Id(stage.pipeline_id)),
        ("stage_id", Value::Id(stage.id)),
        ("amount_minor", amount.clone()),
        ("engaged_on", Value::Date(world.workday(met - 3))),
    ];
    match deal_ago {
        Some(ago) => fields.push(("closed_on", Value::Date(world.today - Duration::days(ago)))),
        None => fields.push(("expected_close_on", Value::Date(world.today + Duration::days(40)))),
    }
    let opportunity = add(world, "opportunities", user, (met - 3).max(1), fields)?;
    let until = deal_ago.unwrap_or(2);
    for (step, subject) in ["首次拜访，了解产线", "需求访谈", "方案沟通"].into_iter().enumerate() {
        let ago = met - (met - until) * (step as i64 + 1) / 4;
        let at = world.schema.zone.moment(world.workday(ago).and_time(chrono::NaiveTime::MIN) + Duration::hours(10));
        let fields = vec![
            ("subject", text(subject)),
            ("kind", text(if step == 1 { "call" } else { "visit" })),
            ("customer_id", Value::Id(customer)),
            ("opportunity_id", Value::Id(opportunity)),
            ("occurred_at", Value::Time(at.min(world.now - Duration::hours(1)))),
            ("duration_minutes", Value::Int(60)),
            ("completed", Value::Bool(true)),
        ];
        add(world, "activities", user, ago.max(1), fields)?;
    }
    if let Some(ago) = deal_ago {
        let order = vec![
            ("number", text(format!("SO-N{:03}", turn + 1))),
            ("customer_id", Value::Id(customer)),
            ("opportunity_id", Value::Id(opportunity)),
            ("ordered_on", Value::Date(world.today - Duration::days(ago))),
            ("status", text("confirmed")),
            ("amount_minor", amount),
        ];
        add(world, "orders", user, ago, order)?;
    }
    Ok(())
}

/// What competitors were seen to do, some of it answered.
fn competitors(world: &mut World<'_>, company: &Company, plan: &Plan, ids: &[Uuid]) -> Result<()> {
    const SEEN: [(&str, &str, &str, &str); 4] = [
        ("远景自动化", "customer", "采购经理说对方报价低 8%，还送一年维保", "补充了三年总成本对比，客户续签"),
        ("德川机电", "on_site", "现场看到对方的样机在试产", "安排工程师驻场一周，样机退回"),
        ("锐科智能", "tender", "招标公告里技术参数偏向对方产品", "参数答疑后改为通用指标"),
        ("海森科技", "partner", "经销商透露对方在谈年度框架", "总经理拜访后签了两年框架"),
    ];
    let standing = plan.customers.iter().zip(ids).enumerate().filter(|(_, (c, _))| c.habit != Habit::Lapsed);
    for (turn, (i, (customer, id))) in standing.filter(|(i, _)| i % 61 == 17).enumerate() {
        let owner = company.reps[customer.rep].id;
        let (competitor, source, note, outcome) = SEEN[turn % SEEN.len()];
        let noticed = 6 + (i as i64 * 7) % 110;
        let closed = turn % 3 == 2;
        let fields = vec![
            ("competitor", text(competitor)),
            ("customer_id", Value::Id(*id)),
            ("noticed_on", Value::Date(world.workday(noticed))),
            ("source", text(source)),
            ("status", text(if closed { "closed" } else { "open" })),
            ("closed_on", if closed { Value::Date(world.workday(noticed / 2)) } else { Value::Null }),
            ("outcome", if closed { text(outcome) } else { Value::Null }),
            ("note", text(note)),
        ];
        add(world, "competitor_alerts", owner, noticed, fields)?;
    }
    Ok(())
}

/// The rules that are in force, and who has read them.
fn incentives(world: &mut World<'_>, company: &Company) -> Result<()> {
    let admin = world.admin;
    for (turn, (title, audience, from, days, summary, terms, example)) in RULES.into_iter().enumerate() {
        let starts = world.today - Duration::days(from);
        let fields = vec![
            ("title", text(title)),
            ("audience", text(audience)),
            ("starts_on", Value::Date(starts)),
            ("ends_on", Value::Date(starts + Duration::days(days))),
            ("published", Value::Bool(true)),
            ("summary", text(summary)),
            ("terms", text(terms)),
            ("example", if example.is_empty() { Value::Null } else { text(example) }),
        ];
        let rule = add(world, "incentives", admin, from + 5, fields)?;
        for (i, rep) in company.reps.iter().enumerate() {
            if (i + turn) % 4 == 3 || rep.energy < 0.5 {
                continue;
            }
            let read = (from - 2 - i as i64 % 9).max(1);
            let asks = turn == 0 && i == 2;
            let fields = vec![
                ("incentive_id", Value::Id(rule)),
                ("read_on", Value::Date(world.workday(read))),
                ("understood", Value::Bool(!asks)),
                ("question", if asks { text("跨月回款算在哪个月？") } else { Value::Null }),
            ];
            add(world, "incentive_reads", rep.id, read, fields)?;
        }
    }
    Ok(())
}

type Rule = (&'static str, &'static str, i64, i64, &'static str, &'static str, &'static str);

/// Title, for whom, days since it began, days it holds, a sentence, the terms, an example.
const RULES: [Rule; 3] = [
    (
        "销售提成（阶梯）",
        "representatives",
        150,
        365,
        "年度回款 100 万以内 8%，100 至 200 万部分 10%，超过 200 万部分 12%",
        "按年度累计回款分段计算，只对超出部分用更高的比例。回款到账的次月发放。退货从当月提成中扣回。",
        "全年回款 250 万：100 万 × 8% + 100 万 × 10% + 50 万 × 12% = 24 万元。",
    ),
    (
        "老客户推荐奖励",
        "everyone",
        90,
        180,
        "老客户推荐的新客户成交，销售和客服各奖 1,000 元",
        "以客户来源“老客户推荐”为准，首单回款后一次性发放，同一新客户只奖一次。",
        "",
    ),
    (
        "新人导师奖",
        "newcomers",
        60,
        300,
        "新人拿下首单，带教导师同得首单提成的 20%",
        "导师由销售经理在新人入职时指定，首单以回款到账为准。",
        "新人首单提成 8,000 元，导师另得 1,600 元。",
    ),
];
