//! What the demonstration's people bring along and what they think: content, resources, pains, goals and surveys.

use super::company::{Company, Rep};
use super::{World, text};
use crate::records::{Stamp, Writer};
use crate::{Error, Result, Visible};
use chrono::Duration;
use domain::record::Changes;
use domain::value::Value;
use uuid::Uuid;

/// The content library and the resource catalogue.
#[derive(Debug, Clone, Default)]
pub(super) struct Library {
    pub(super) pains: Vec<Uuid>,
    /// One item for each pain, that fits every stage and role.
    pub(super) fitting: Vec<Uuid>,
    /// Items that answer no pain.
    pub(super) general: Vec<Uuid>,
    /// Cheap and recommended everywhere.
    pub(super) material: Option<Uuid>,
    /// Worth it for large customers.
    pub(super) costly: Vec<Uuid>,
}

const PAINS: [&str; 5] = ["交期不稳", "不良率高", "人工成本上涨", "换型时间长", "设备故障停机"];
const CASES: [&str; 5] = [
    "同行业准时交付案例：交付率从 82% 到 97%",
    "在线检测方案：半年把不良率降了四成",
    "自动上下料改造：一条线省下 6 个人",
    "快速换型方案：换型从 90 分钟到 18 分钟",
    "预测性维护：一年少停机 120 小时",
];
/// Whose business the cases are about.
const INDUSTRIES: [Option<&str>; 5] = [None, Some("电子制造"), Some("汽车零部件"), Some("精密机械"), None];
const GENERAL: [&str; 3] = ["公司介绍", "产品总册", "展会邀请函"];
const STAGES: [&str; 4] = ["acquisition", "growth", "maturity", "retention"];
const ROLES: [&str; 5] = ["decision_maker", "influencer", "technical", "purchasing", "finance"];
/// Name, kind, cost in yuan, stages.
const RESOURCES: [(&str, &str, i64, &[&str]); 6] = [
    ("产品资料包", "material", 20, &STAGES),
    ("样品试做", "sample", 300, &["acquisition", "growth"]),
    ("工程师到场诊断", "expert", 800, &["acquisition", "growth", "maturity"]),
    ("标杆工厂参观", "case_visit", 1_500, &["growth", "maturity"]),
    ("总经理拜访", "executive", 2_000, &["maturity", "retention"]),
    ("行业展会接待", "event", 600, &["acquisition"]),
];

fn words(list: &[&str]) -> Value {
    let mut list: Vec<Value> = list.iter().map(|w| text(*w)).collect();
    list.sort_by_key(|w| w.as_str().unwrap_or_default().to_owned());
    Value::List(list)
}

/// A record made by a person at a time.
pub(super) fn add(
    world: &mut World<'_>,
    object: &str,
    user: Uuid,
    days_ago: i64,
    fields: Vec<(&'static str, Value)>,
) -> Result<Uuid> {
    let shape = world.schema.shape(object).cloned().ok_or(Error::NotFound)?;
    let at = world.now - Duration::days(days_ago);
    let mut changes = Changes::default();
    for (key, value) in fields {
        changes.set(&shape, key, value);
    }
    world.act(user, at, |ctx| {
        let mut writer = Writer::trusted(shape);
        let record = writer.create(ctx, changes, &Visible::All, Stamp::default())?;
        writer.flush(ctx)?;
        Ok(record.id())
    })
}

/// The tag of the style that comes in turn.
pub(super) fn style(styles: &[Uuid], turn: usize) -> Value {
    let tag = styles.get(turn % styles.len().max(1)).copied();
    tag.map_or(Value::Null, |tag| Value::List(vec![Value::Id(tag)]))
}

/// Fills the library and the catalogue.
pub(super) fn make(world: &mut World<'_>, styles: &[Uuid]) -> Result<Library> {
    let admin = world.admin;
    let mut library = Library::default();
    for (turn, (pain, case)) in PAINS.iter().zip(CASES).enumerate() {
        let id = add(world, "pains", admin, 900, vec![("name", text(*pain))])?;
        let fields = vec![
            ("title", text(case)),
            ("kind", text("case_study")),
            ("industry", INDUSTRIES[turn].map_or(Value::Null, text)),
            ("stages", words(&STAGES)),
            ("pain_ids", Value::List(vec![Value::Id(id)])),
            ("roles", words(&ROLES)),
            ("active", Value::Bool(true)),
            ("tags", style(styles, turn)),
        ];
        library.pains.push(id);
        library.fitting.push(add(world, "contents", admin, 880, fields)?);
    }
    for title in GENERAL {
        let fields = vec![
            ("title", text(title)),
            ("kind", text("brochure")),
            ("stages", words(&["acquisition"])),
            ("roles", words(&["user"])),
            ("active", Value::Bool(true)),
        ];
        library.general.push(add(world, "contents", admin, 880, fields)?);
    }
    for (name, kind, yuan, stages) in RESOURCES {
        let fields = vec![
            ("name", text(name)),
            ("kind", text(kind)),
            ("unit_cost_minor", Value::Int(yuan * 100)),
            ("stages", words(stages)),
            ("active", Value::Bool(true)),
        ];
        let id = add(world, "resources", admin, 880, fields)?;
        match kind {
            "material" => library.material = Some(id),
            "expert" | "case_visit" => library.costly.push(id),
            _ => {}
        }
    }
    Ok(library)
}

/// The content and the resources of a contact, by what became of its deal. The second team of the east says the same to
/// everybody; what fits wins, with them as with all others.
pub(super) fn used(
    world: &mut World<'_>,
    library: &Library,
    rep: &Rep,
    pain: usize,
    big: bool,
    won: Option<bool>,
) -> (Value, Value) {
    let (fitting, general) = match (rep.says_the_same, won) {
        (true, Some(true)) => (0.42, 0.48),
        (true, Some(false)) => (0.02, 0.56),
        (true, None) => (0.06, 0.72),
        (false, Some(true)) => (0.96, 0.03),
        (false, Some(false)) => (0.72, 0.20),
        (false, None) => (0.88, 0.09),
    };
    let draw = world.rng.f64();
    let content = if draw < fitting {
        library.fitting.get(pain).copied()
    } else if draw < fitting + general {
        world.pick(&library.general)
    } else {
        None
    };
    let mut resources: Vec<Uuid> = Vec::new();
    if world.chance(0.9) {
        resources.extend(library.material);
    }
    if big && world.chance(0.2) {
        resources.extend(world.pick(&library.costly));
    }
    resources.sort_unstable();
    let list = |ids: Vec<Uuid>| {
        if ids.is_empty() { Value::Null } else { Value::List(ids.into_iter().map(Value::Id).collect()) }
    };
    (list(content.into_iter().collect()), list(resources))
}

/// The role of a person by the job title.
pub(super) fn role(title: &str) -> &'static str {
    match title {
        "总经理" | "厂长" => "decision_maker",
        "生产总监" | "设备经理" => "influencer",
        "采购经理" | "采购主管" => "purchasing",
        "财务经理" => "finance",
        _ => "technical",
    }
}

/// What is to be reached this year, who stands behind it, and how people feel. The quiet team feels worst.
pub(super) fn voices(world: &mut World<'_>, company: &Company) -> Result<()> {
    let admin = world.admin;
    let mut goals = Vec::new();
    for (title, why) in [
        ("A、B 级客户的复购率提升到 60%", "老客户最懂我们的价值，把他们服务好，比开十个新客户更划算。"),
        ("重点行业新增 80 家优质客户", "看准电子和汽车零部件，集中力量打透。"),
    ] {
        let fields = vec![
            ("title", text(title)),
            ("level", text("company")),
            ("published", Value::Bool(true)),
            ("starts_on", Value::Date(world.workday(300))),
            ("owner_id", Value::Id(admin)),
            ("note", text(why)),
        ];
        goals.push(add(world, "goals", admin, 300, fields)?);
    }
    for rep in company.reps.clone() {
        let willing = if rep.energy < 0.5 { 0.35 } else { 0.93 };
        for goal in goals.clone() {
            if world.chance(willing) {
                let day = world.workday(280);
                let fields = vec![
                    ("goal_id", Value::Id(goal)),
                    ("acknowledged_on", Value::Date(day)),
                    ("agrees", Value::Bool(true)),
                    ("owner_id", Value::Id(rep.id)),
                ];
                add(world, "acknowledgements", rep.id, 280, fields)?;
            }
        }
        let serves = if world.chance(willing) { goals.first().copied() } else { None };
        let fields = vec![
            ("title", text("本季度完成 12 家老客户回访并拿下 4 单复购")),
            ("level", text("person")),
            ("published", Value::Bool(false)),
            ("parent_id", serves.map_or(Value::Null, Value::Id)),
            ("owner_id", Value::Id(rep.id)),
        ];
        add(world, "goals", rep.id, 80, fields)?;
        for days_ago in [75, 45, 12] {
            let base = if rep.energy < 0.5 { 44.0 } else { 76.0 };
            let mut feel = || Value::Num((base + world.rng.f64() * 16.0 - 8.0).round());
            let (commitment, energy, learning) = (feel(), feel(), feel());
            let fields = vec![
                ("answered_on", Value::Date(world.workday(days_ago))),
                ("commitment", commitment),
                ("energy", energy),
                ("learning", learning),
                ("owner_id", Value::Id(rep.id)),
            ];
            add(world, "pulses", rep.id, days_ago, fields)?;
        }
    }
    // Asked twice: people think better of their aim and their message than the records show.
    for (days_ago, base) in [(200, 3u8), (20, 4)] {
        let answers: serde_json::Map<String, serde_json::Value> = domain::audit::QUESTIONS
            .iter()
            .enumerate()
            .map(|(i, q)| {
                (q.key.to_owned(), serde_json::json!((base + u8::from(i % 4 == 1) - u8::from(i % 3 == 2)).clamp(1, 5)))
            })
            .collect();
        let fields = vec![
            ("taken_on", Value::Date(world.workday(days_ago))),
            ("subject", text("company")),
            ("answers", Value::Json(serde_json::Value::Object(answers).to_string())),
            ("owner_id", Value::Id(admin)),
        ];
        add(world, "audits", admin, days_ago, fields)?;
    }
    Ok(())
}
