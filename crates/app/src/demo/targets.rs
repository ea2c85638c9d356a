//! Customers in whom nothing more is invested, service of the basic tier, and how people use the product. Nothing here
//! draws at random, so that the rest of the company stays what it is.

use super::company::Company;
use super::plan::{Habit, Plan};
use super::signals::done;
use super::{World, text};
use crate::records::Writer;
use crate::{Ctx, Error, Result, Visible, scores};
use chrono::{DateTime, Datelike, Duration, Utc, Weekday};
use contract::problem::Lang;
use contract::scoring::NewUrgentNeed;
use domain::policy::roles::SUCCESS_MANAGER;
use domain::record::Changes;
use domain::value::Value;
use persistence::db::AnyConnection;
use persistence::usage::{self, Use};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Days of use that are told.
const DAYS: i64 = 90;

/// Fills it in.
pub(super) fn make(world: &mut World<'_>, company: &Company, plan: &Plan, ids: &[Uuid]) -> Result<()> {
    let asleep = |grade: &str, habit: Habit| grade == "D" && habit == Habit::Lapsed;
    let mut marked = 0;
    for (customer, id) in plan.customers.iter().zip(ids.iter().copied()) {
        if asleep(customer.grade, customer.habit) && marked < 12 && customer.since > 200 {
            marked += 1;
            let owner = company.reps[customer.rep].id;
            stop(world, owner, id)?;
        }
    }
    for (i, rep) in company.reps.iter().enumerate() {
        for ago in 0..DAYS {
            let day = world.today - Duration::days(ago);
            let off = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let idle = if rep.energy < 0.5 { ago % 3 > 0 } else { (ago + i as i64) % 11 == 0 };
            if !off && !idle {
                let what = if ago % 7 == 0 { Use::Login } else { Use::Visit };
                usage::note(world.conn, rep.id, day, what)?;
            }
        }
    }
    let Some(shared) = company.reps.first().map(|rep| rep.id) else { return Ok(()) };
    let (admin, now) = (world.admin, world.now);
    world.act(admin, now, |ctx| {
        scores::models::set(ctx, "tiers", Some(0), &json!({ "shared_owner_id": shared })).map(|_| ())
    })
}

/// Two months ago its owner stopped investing in a customer.
fn stop(world: &mut World<'_>, owner: Uuid, id: Uuid) -> Result<()> {
    let at = world.now - Duration::days(60);
    world.act(owner, at, |ctx| {
        let (shape, record) = crate::records::get(ctx, "customers", id)?;
        let mut changes = Changes::default();
        changes.set(&shape, "invest_stopped", Value::Bool(true));
        changes.set(&shape, "invest_stop_reason", text("唤醒优惠和老客户活动都没有回应"));
        let mut writer = Writer::trusted(shape);
        writer.update(ctx, &record, &changes, &Visible::All)?;
        writer.flush(ctx)
    })
}

/// What basic customers need at once: some of it answered, some waiting.
const URGENT: [(&str, i64, bool); 5] = [
    ("收货少 3 箱，客户明早要用", 1, false),
    ("发票抬头开错，月底前要换", 3, false),
    ("设备报警停机，问怎么复位", 9, false),
    ("急补 20 件备件", 30, true),
    ("合同扫描件找不到，投标要用", 52, true),
];

/// Reports them, once customers have their tiers.
pub(super) fn urgent(
    conn: &mut AnyConnection,
    schema: &Arc<crate::schema::Schema>,
    admin: Uuid,
    now: DateTime<Utc>,
    reached: impl FnOnce(&mut persistence::db::AnyConnection) -> Result<()>,
) -> Result<()> {
    let actor = crate::Actor::system(admin);
    persistence::db::write_tx::<_, Error>(conn, |conn| {
        let mut ctx = Ctx { conn, actor: &actor, now, request_id: Uuid::now_v7(), schema };
        let ids = of_tier(&mut ctx, "basic", URGENT.len())?;
        for ((need, hours, answered), customer) in URGENT.into_iter().zip(ids) {
            ctx.now = now - Duration::hours(hours);
            let new = NewUrgentNeed { need: need.to_owned(), note: None };
            let taken = scores::take_urgent(&mut ctx, customer, &new, Lang::Zh)?;
            if answered {
                ctx.now += Duration::hours(2);
                done(&mut ctx, taken.task_id)?;
            }
        }
        serve(&mut ctx)?;
        reached(ctx.conn)
    })
}

/// Half of the strategic customers have their customer success manager; for the others one is still to be named.
fn serve(ctx: &mut Ctx<'_>) -> Result<()> {
    let Some(manager) = persistence::identity::users_with_role(ctx.conn, SUCCESS_MANAGER)?.into_iter().min() else {
        return Ok(());
    };
    let ids = of_tier(ctx, "strategic", 40)?;
    let (shape, mut writer) = (ctx.shape("customers")?, None);
    for id in ids.into_iter().step_by(2) {
        let (_, record) = crate::records::get(ctx, "customers", id)?;
        let mut changes = Changes::default();
        changes.set(&shape, "account_team_ids", Value::List(vec![Value::Id(manager)]));
        let writer = writer.get_or_insert_with(|| Writer::trusted(shape.clone()));
        writer.update(ctx, &record, &changes, &Visible::All)?;
    }
    writer.map_or(Ok(()), |mut writer| writer.flush(ctx))
}

fn of_tier(ctx: &mut Ctx<'_>, tier: &str, limit: usize) -> Result<Vec<Uuid>> {
    let pairs = [("service_tier", tier.to_owned()), ("limit", limit.to_string()), ("fields", "name".to_owned())];
    let pairs: Vec<(String, String)> = pairs.map(|(k, v)| (k.to_owned(), v)).to_vec();
    let page: serde_json::Value = serde_json::from_str(&crate::records::list(ctx, "customers", &pairs)?)
        .map_err(|e| Error::Internal(e.to_string()))?;
    let items = page["items"].as_array().into_iter().flatten();
    Ok(items.filter_map(|c| c["id"].as_str()?.parse().ok()).collect())
}
