//! What lies in the public pool, and with whom a first contact is waited for. Nothing here draws at random, so that the rest
//! of the company stays what it is.

use super::company::Company;
use super::plan::{Habit, Plan};
use super::{World, text};
use crate::pool;
use crate::records::{Stamp, Writer};
use crate::{Error, Result, Visible};
use chrono::{DateTime, Duration, Utc};
use domain::pool::Reason;
use domain::record::Changes;
use domain::value::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// Why, with what remark, and about how many days ago.
const MOVES: [(Reason, &str, i64); 8] = [
    (Reason::Returned, "预算推迟到明年二季度，到时再联系", 3),
    (Reason::NoFirstTouch, "", 1),
    (Reason::NoFollowUp, "30 天未跟进退回公海", 6),
    (Reason::Returned, "采购负责人已换，需要重新认识", 9),
    (Reason::OwnerLeft, "原负责人离职，已交接资料", 18),
    (Reason::Rule, "低等级客户回收", 12),
    (Reason::Returned, "不在我的片区，距离太远", 5),
    (Reason::NoFirstTouch, "", 2),
];
/// Brought back from a fair: name, industry, city, telephone.
const FAIR: [(&str, &str, &str, &str); 6] = [
    ("常州恒拓轴承有限公司", "机械", "常州", "0519-85120366"),
    ("东莞市锐捷五金制品有限公司", "五金", "东莞", "0769-82345108"),
    ("宁波海曙博力泵业有限公司", "机械", "宁波", "0574-87651220"),
    ("青岛蓝湾电子科技有限公司", "电子", "青岛", "0532-80981177"),
    ("佛山顺锋塑料模具厂", "模具", "佛山", "0757-26618830"),
    ("无锡同创汽车零部件有限公司", "汽车", "无锡", "0510-85332019"),
];
/// Customers that go to the pool at most.
const MOST: usize = 40;
/// Hours ago at which some of them were claimed.
const CLAIMED: [i64; 4] = [21, 9, 4, 1];

/// Fills it in; says how many customers are made for it.
pub(super) fn make(world: &mut World<'_>, company: &Company, plan: &Plan, ids: &[Uuid]) -> Result<usize> {
    let sold: HashSet<usize> =
        plan.deals.iter().map(|d| d.customer).chain(plan.sales.iter().map(|s| s.customer)).collect();
    let free = |(i, c): &(usize, &super::plan::Customer)| {
        c.grade == "C" && c.habit == Habit::Never && !sold.contains(i) && c.since > 60
    };
    let chosen: Vec<usize> = plan.customers.iter().enumerate().filter(free).map(|(i, _)| i).take(MOST).collect();
    let mut lying = Vec::new();
    for (n, (i, (reason, note, days))) in chosen.iter().zip(MOVES.iter().cycle()).enumerate() {
        let owner = company.reps[plan.customers[*i].rep].id;
        let at = world.now - Duration::days(*days) - Duration::minutes(n as i64 * 37);
        let who = match reason {
            Reason::NoFirstTouch => Uuid::nil(),
            Reason::Returned => owner,
            Reason::NoFollowUp | Reason::OwnerLeft | Reason::Imported | Reason::Rule => world.admin,
        };
        let Some(id) = ids.get(*i) else { continue };
        put(world, (who, at), *id, *reason, Some(*note).filter(|n| !n.is_empty()))?;
        lying.push((*id, owner));
    }
    fair(world)?;
    for (n, (hours, (id, owner))) in CLAIMED.iter().zip(lying.iter().rev()).enumerate() {
        // Whoever owned it last has to leave it to others.
        let Some(rep) = company.reps.iter().skip(n * 3).find(|rep| rep.id != *owner) else { continue };
        let at = world.now - Duration::hours(*hours);
        world.act(rep.id, at, |ctx| pool::claim(ctx, "customers", *id))?;
    }
    Ok(FAIR.len())
}

fn put(
    world: &mut World<'_>,
    (who, at): (Uuid, DateTime<Utc>),
    id: Uuid,
    reason: Reason,
    note: Option<&str>,
) -> Result<()> {
    world.act(who, at, |ctx| {
        let shape = ctx.shape("customers")?;
        let all = Visible::All;
        let record = persistence::records::get(ctx.conn, &shape, id, all.owners(), true)?.ok_or(Error::NotFound)?;
        let mut writer = Writer::trusted(shape.clone());
        pool::pool_record(ctx, &mut writer, &record, reason, note)?;
        writer.flush(ctx)
    })
}

/// Addresses of a fair that were imported into the pool.
fn fair(world: &mut World<'_>) -> Result<()> {
    let (admin, at) = (world.admin, world.now - Duration::days(4));
    world.act(admin, at, |ctx| {
        let shape = ctx.shape("customers")?;
        let mut writer = Writer::trusted(shape.clone());
        for (name, industry, city, phone) in FAIR {
            let mut changes = Changes::default();
            let words = [("name", name), ("industry", industry), ("city", city), ("phone", phone)];
            let set =
                [("customer_type", "prospect"), ("source", "exhibition"), ("pool_reason", Reason::Imported.key())];
            for (key, value) in words.into_iter().chain(set) {
                changes.set(&shape, key, text(value));
            }
            changes.set(&shape, "owner_id", Value::Null);
            changes.set(&shape, "pooled_at", Value::Time(at));
            writer.create(ctx, changes, &Visible::All, Stamp::default())?;
        }
        writer.flush(ctx)
    })
}
