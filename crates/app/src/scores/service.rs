//! What the tier of a customer asks of us, and whether it gets it: a customer success manager, cases of its industry
//! (S2-10, S2-35, S2-37).

use crate::{Ctx, Result};
use chrono::Duration;
use contract::scoring::{CaseToSend, TierPerson};
use domain::policy::Action;
use domain::policy::roles::SUCCESS_MANAGER;
use domain::record::{Record, Shape};
use domain::tiers::{Duty, Tier};
use domain::value::Value;
use uuid::Uuid;

/// Days after a case before the next one is due.
const CASE_DAYS: i64 = 90;
/// Contacts with content that are looked at.
const SHOWN: i64 = 500;

/// How a customer is served as far as its tier asks for more than words.
#[derive(Default)]
pub(super) struct Served {
    /// Who serves it beside sales; none where nobody is asked for.
    pub(super) by: Option<Vec<TierPerson>>,
    /// Who could, where nobody does.
    pub(super) could: Vec<TierPerson>,
    /// What to send it next.
    pub(super) case: Option<CaseToSend>,
}

/// How a customer of a tier is served.
pub(super) fn of(ctx: &mut Ctx<'_>, shape: &Shape, customer: &Record, tier: Tier) -> Result<Served> {
    Ok(match tier.duty() {
        Some(Duty::SuccessManager) => success_managers(ctx, shape, customer)?,
        Some(Duty::Cases) => Served { case: case(ctx, shape, customer)?, ..Served::default() },
        None => Served::default(),
    })
}

fn success_managers(ctx: &mut Ctx<'_>, shape: &Shape, customer: &Record) -> Result<Served> {
    let team: Vec<Uuid> = match customer.get(shape, "account_team_ids") {
        Value::List(ids) => ids.iter().filter_map(Value::as_id).collect(),
        _ => Vec::new(),
    };
    let holders = persistence::identity::users_with_role(ctx.conn, SUCCESS_MANAGER)?;
    let names = crate::records::titles(ctx, [("users", holders)])?;
    let people = names.into_iter().map(|(user_id, name)| TierPerson { user_id, name });
    let (by, could): (Vec<_>, Vec<_>) = people.partition(|person| team.contains(&person.user_id));
    let could = if by.is_empty() { could } else { Vec::new() };
    Ok(Served { by: Some(by), could, case: None })
}

fn case(ctx: &mut Ctx<'_>, shape: &Shape, customer: &Record) -> Result<Option<CaseToSend>> {
    if ctx.actor.visible("contents", Action::Read).is_none() {
        return Ok(None);
    }
    let industry = customer.get(shape, "industry").as_str();
    let since = ctx.now - Duration::days(CASE_DAYS);
    let cases = persistence::contact_materials::cases(ctx.conn, industry)?;
    let shown = persistence::contact_materials::shown_to(ctx.conn, customer.id(), ctx.now, SHOWN)?;
    let lately: Vec<Uuid> = shown.iter().filter(|(_, at)| *at >= since).flat_map(|(ids, _)| ids.clone()).collect();
    // Any case counts, also one of another industry or one that is no longer in use.
    if persistence::contact_materials::holds_case(ctx.conn, &lately)? {
        return Ok(None);
    }
    let new = cases.into_iter().find(|(case, _)| !shown.iter().any(|(ids, _)| ids.contains(case)));
    Ok(new.map(|(content_id, title)| CaseToSend { content_id, title }))
}
