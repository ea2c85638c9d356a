//! What the tier of a customer asks of us, and whether it gets it: a customer success manager, cases of its industry
//! (S2-10, S2-35, S2-37).

use crate::{Ctx, Error, Result};
use chrono::Duration;
use contract::scoring::{CaseToSend, TierPerson};
use domain::playbooks::Doer;
use domain::policy::Action;
use domain::policy::roles::SUCCESS_MANAGER;
use domain::record::{Record, Shape};
use domain::tiers::{Duty, Tier};
use domain::value::Value;
use std::collections::HashSet;
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

/// Who serves a customer beside its owner: its dedicated manager and its account team.
pub(crate) fn team(shape: &Shape, customer: &Record) -> Vec<Uuid> {
    let manager = customer.get(shape, "manager_id").as_id();
    let mut team: Vec<Uuid> = manager.into_iter().collect();
    if let Value::List(ids) = customer.get(shape, "account_team_ids") {
        team.extend(ids.iter().filter_map(Value::as_id).filter(|id| Some(*id) != manager));
    }
    team
}

/// True for those who may act for a customer: whoever may change it, and whoever serves it.
pub(crate) fn may_act(ctx: &Ctx<'_>, shape: &Shape, customer: &Record) -> bool {
    let changes = ctx.actor.visible("customers", Action::Update);
    changes.is_some_and(|owners| owners.contains(customer.owner(shape)))
        || team(shape, customer).contains(&ctx.actor.user_id)
}

/// Refuses an assessment of a customer for which its author may not act.
pub(crate) fn check_assessment(ctx: &mut Ctx<'_>, shape: &Shape, new: &Record) -> Result<()> {
    // Whoever may change all customers that they see needs no look at each.
    let sees = ctx.actor.visible("customers", Action::Read);
    if sees.is_some() && sees == ctx.actor.visible("customers", Action::Update) {
        return Ok(());
    }
    let Some(id) = new.get(shape, "customer_id").as_id() else { return Ok(()) };
    let (shape, customer) = crate::records::get(ctx, "customers", id)?;
    match may_act(ctx, &shape, &customer) {
        true => Ok(()),
        false => Err(Error::field("customer_id", "not_in_team", "")),
    }
}

/// Who does the steps of playbooks, as far as roles say it.
pub(super) struct Doers {
    technical: HashSet<Uuid>,
    service: HashSet<Uuid>,
}

/// The people of a customer among whom the steps of a playbook are shared.
pub(super) struct People<'a> {
    pub(super) owner: Option<Uuid>,
    /// Who leads the owner's team.
    pub(super) lead: Option<Uuid>,
    /// The dedicated manager.
    pub(super) manager: Option<Uuid>,
    pub(super) team: &'a [Uuid],
}

impl Doers {
    pub(super) fn load(ctx: &mut Ctx<'_>) -> Result<Doers> {
        let mut holders = |doer: Doer| -> Result<HashSet<Uuid>> {
            let mut found = HashSet::new();
            for role in doer.roles() {
                found.extend(persistence::identity::users_with_role(ctx.conn, role)?);
            }
            Ok(found)
        };
        Ok(Doers { technical: holders(Doer::Technical)?, service: holders(Doer::Service)? })
    }

    /// Who does a step: the member of the account team whose role it is, the dedicated manager where service has none, the
    /// owner where there is nobody else.
    pub(super) fn of(&self, doer: Doer, people: &People<'_>) -> Option<Uuid> {
        let member = |holders: &HashSet<Uuid>| people.team.iter().find(|id| holders.contains(id)).copied();
        let found = match doer {
            Doer::Owner => None,
            Doer::Manager => people.lead,
            Doer::Technical => member(&self.technical),
            Doer::Service => member(&self.service).or(people.manager),
        };
        found.or(people.owner)
    }
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
    let team = team(shape, customer);
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
