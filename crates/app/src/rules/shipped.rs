//! Rules that every organisation starts with.

use super::{create, publish};
use crate::{Ctx, Result, records};
use contract::rules::{Recipient, RuleAction, RuleDefinition, RuleInput, TimeUnit, Trigger};
use persistence::rules as store;
use serde_json::json;
use uuid::Uuid;

/// Key of the rule of S4-34.
const SILENT: &str = "large_and_silent";

/// Makes the shipped rules of an organisation that was set up before there were any, in the name of an administrator.
/// Whoever took one away keeps it away: a rule that was archived keeps its key.
pub fn ship_if_missing(ctx: &mut Ctx<'_>) -> Result<()> {
    if store::exists(ctx.conn, SILENT)? {
        return Ok(());
    }
    let mut people = persistence::identity::users_with_role(ctx.conn, domain::policy::roles::ADMINISTRATOR)?;
    people.sort_unstable();
    let Some(first) = people.first() else { return Ok(()) };
    let actor = crate::identity::load_person(ctx.conn, *first, None)?;
    ship(&mut Ctx { conn: ctx.conn, actor: &actor, now: ctx.now, request_id: ctx.request_id, schema: ctx.schema })
}

/// Makes the shipped rules that are not there, published in the caller's name. Part of the set-up.
pub fn ship(ctx: &mut Ctx<'_>) -> Result<()> {
    if store::exists(ctx.conn, SILENT)? {
        return Ok(());
    }
    let tag = risk_tag(ctx)?;
    let input = RuleInput {
        name: "大额商机 7 天未跟进".to_owned(),
        description: Some(
            "预计金额超过 10 万元的商机连续 7 天没有跟进时，标记“风险”，并通知负责人和直属总监。".to_owned(),
        ),
        definition: RuleDefinition {
            object: "opportunities".to_owned(),
            trigger: Trigger::Elapsed {
                field: "last_activity_at".to_owned(),
                count: 7,
                unit: TimeUnit::Days,
                working: false,
            },
            condition: Some(json!({ "all": [
                { "field": "status", "op": "eq", "value": "open" },
                { "field": "amount_minor", "op": "gt", "value": 10_000_000 },
            ] })),
            actions: vec![
                RuleAction::AddTag { tag_id: tag },
                RuleAction::Notify {
                    to: vec![Recipient::Owner, Recipient::Director],
                    message: "商机「{name}」（{amount_minor} 元，{customer_id}）已 7 天没有跟进".to_owned(),
                },
            ],
            imports: false,
        },
    };
    let rule = create(ctx, input)?;
    store::name_key(ctx.conn, rule.id, SILENT)?;
    publish(ctx, rule.id)?;
    Ok(())
}

fn risk_tag(ctx: &mut Ctx<'_>) -> Result<Uuid> {
    let shape = ctx.shape("tags")?;
    let found = persistence::records::find_by_text(
        ctx.conn,
        &shape,
        "name",
        &["风险".to_owned()],
        crate::Visible::All.owners(),
    )?;
    match found.first() {
        Some((_, id)) => Ok(*id),
        None => Ok(records::create(ctx, "tags", &json!({ "name": "风险", "color": "error" }))?.id),
    }
}
