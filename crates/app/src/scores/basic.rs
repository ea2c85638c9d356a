//! Service of the basic tier: mails that go by themselves, and one salesperson for urgent needs (S2-38).

use super::models::Models;
use crate::metrics::People;
use crate::records::{Stamp, Writer};
use crate::totals::list_link;
use crate::{Ctx, Error, Result, Visible};
use chrono::Duration;
use contract::problem::Lang;
use contract::rules::RuleState;
use contract::scoring::{BasicMail, BasicService, NewUrgentNeed, UrgentNeed, UrgentNeedTaken};
use domain::policy::Action;
use domain::record::Changes;
use domain::tiers::Tier;
use domain::value::Value;
use persistence::basic as store;
use serde_json::json;
use uuid::Uuid;

/// Hours in which an urgent need is to be answered.
const HOURS: i64 = 4;
/// Urgent needs shown.
const SHOWN: i64 = 100;
/// Days that figures look back on.
const DAYS: i64 = 30;
/// Characters of what is needed.
const LONGEST: usize = 200;

/// The shared salesperson is somebody who works here.
pub(super) fn check(ctx: &mut Ctx<'_>, models: &Models) -> Result<()> {
    match models.tiers.value.shared_owner_id {
        Some(user) if persistence::rules::active(ctx.conn, &[user])?.is_empty() => {
            Err(Error::field("shared_owner_id", "link_missing", ""))
        }
        _ => Ok(()),
    }
}

/// The tier's customers, its mails, and what waits in its queue.
pub fn report(ctx: &mut Ctx<'_>) -> Result<BasicService> {
    let visible = ctx.require("customers", Action::Read)?;
    let tasks = ctx.require("tasks", Action::Read)?;
    let tiers = Models::load(ctx.conn)?.tiers;
    let people = People::load(ctx)?;
    let name = |id: Option<Uuid>| id.and_then(|id| people.name(id)).map(str::to_owned);
    let counted = persistence::cadence::by_word(ctx.conn, "service_tier", &[Tier::Basic.code()], visible.owners())?;
    let basic = json!({ "field": "service_tier", "op": "eq", "value": Tier::Basic.code() });
    let since = ctx.now - Duration::days(DAYS);
    let mut hours = store::answered(ctx.conn, since, tasks.owners())?;
    hours.sort_by(f64::total_cmp);
    let row = |need: store::Waiting| UrgentNeed {
        task_id: need.task,
        need: need.title,
        customer_name: need.customer_name.filter(|_| visible.contains(need.customer_owner)),
        customer_id: need.customer.filter(|_| visible.contains(need.customer_owner)),
        owner_name: name(need.owner),
        owner_id: need.owner,
        reported_at: need.created_at,
        due_at: need.due_at,
    };
    let waiting = store::waiting(ctx.conn, tasks.owners(), SHOWN)?.into_iter().map(row).collect();
    Ok(BasicService {
        shared_owner_id: tiers.value.shared_owner_id,
        shared_owner_name: name(tiers.value.shared_owner_id),
        version: tiers.version,
        customers: counted.iter().map(|(_, n)| n).sum(),
        drill_down: list_link("customers", &json!({ "all": [basic] })),
        mails: mails(ctx)?,
        waiting,
        answered: i64::try_from(hours.len()).unwrap_or(i64::MAX),
        median_hours: hours.get(hours.len() / 2).copied(),
    })
}

/// The rules that write to basic customers; nothing for who may not see rules.
fn mails(ctx: &mut Ctx<'_>) -> Result<Option<Vec<BasicMail>>> {
    if ctx.actor.visible("rules", Action::Read).is_none() {
        return Ok(None);
    }
    let rules = crate::rules::list(ctx)?.items.into_iter();
    let ours = rules.filter(|rule| rule.key.as_deref().is_some_and(|key| key.starts_with("basic_guide_")));
    let state = |state: RuleState| match state {
        RuleState::Draft => "draft",
        RuleState::Active => "active",
        RuleState::Paused => "paused",
        RuleState::Stopped => "stopped",
    };
    let row = |rule: contract::rules::Rule| BasicMail {
        rule_id: rule.id,
        name: rule.name,
        state: state(rule.state).to_owned(),
        sent: rule.runs.done,
    };
    Ok(Some(ours.map(row).collect()))
}

/// Takes an urgent need of a customer: a task of today for the shared salesperson of the basic tier, or for the
/// customer's owner.
pub fn take(ctx: &mut Ctx<'_>, customer: Uuid, new: &NewUrgentNeed, lang: Lang) -> Result<UrgentNeedTaken> {
    ctx.require("tasks", Action::Create)?;
    let (shape, record) = crate::records::get(ctx, "customers", customer)?;
    let need = new.need.trim();
    if need.is_empty() {
        return Err(Error::field("need", "required", ""));
    }
    if need.chars().count() > LONGEST {
        return Err(Error::field("need", "too_long", LONGEST.to_string()));
    }
    if new.note.as_deref().is_some_and(|note| note.chars().count() > 20_000) {
        return Err(Error::field("note", "too_long", "20000"));
    }
    let settings = Models::load(ctx.conn)?.tiers.value;
    let tier = record.get(&shape, "service_tier").as_str().and_then(Tier::parse);
    let (person, shared) = settings.answers(tier, record.owner(&shape));
    let owner = person.unwrap_or(ctx.actor.user_id);
    let title = format!("{}{need}", lang.pick("紧急：", "Urgent: "));
    let shape = ctx.shape("tasks")?;
    let mut changes = Changes::default();
    changes.set(&shape, "title", Value::Text(title.chars().take(LONGEST).collect()));
    changes.set(&shape, "note", new.note.clone().map_or(Value::Null, Value::Text));
    changes.set(&shape, "due_at", Value::Time(ctx.now + Duration::hours(HOURS)));
    changes.set(&shape, "status", Value::Text("open".to_owned()));
    changes.set(&shape, "priority", Value::Text("high".to_owned()));
    changes.set(&shape, "customer_id", Value::Id(customer));
    changes.set(&shape, "origin", Value::Text(store::ORIGIN.to_owned()));
    changes.set(&shape, "owner_id", Value::Id(owner));
    // The queue says who answers, however far whoever reports it may otherwise reach.
    let mut writer = Writer::trusted(shape);
    let task_id = writer.create(ctx, changes, &Visible::All, Stamp::default())?.id();
    writer.flush(ctx)?;
    let name = People::load(ctx)?.name(owner).map(str::to_owned);
    Ok(UrgentNeedTaken { task_id, owner_id: owner, owner_name: name, shared })
}
