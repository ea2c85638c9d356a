//! A customer in one answer, and what to bring to the next contact.

use super::customers::{self, Background};
use super::evaluate::evaluate;
use super::explain;
use crate::{Ctx, Error, Result};
use contract::problem::Lang;
use contract::scoring::{
    CustomerOverview, CustomerScores, NextAction, SuggestedContent, SuggestedResource, SuggestionQuery, Suggestions,
};
use domain::four_r::{self, Candidate, Known, Tagged, suggest};
use domain::policy::Action;
use persistence::contact_materials::{self as materials};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use uuid::Uuid;

/// Content suggested.
const CONTENTS: usize = 5;

/// Profile, people, opportunities, orders, work, scores, and what to do next.
pub fn overview(ctx: &mut Ctx<'_>, id: Uuid, lang: Lang) -> Result<CustomerOverview> {
    let shown = crate::records::show(ctx, "customers", id, true)?;
    let customer: Json = serde_json::from_str(&shown.json).map_err(|e| Error::Internal(e.to_string()))?;
    let scores = explain::customer(ctx, id, lang)?;
    let mut refs = Map::new();
    let mut list = |ctx: &mut Ctx<'_>, object: &str, more: &[(&str, &str)]| list(ctx, object, id, more, &mut refs);
    let newest = [("limit", "20")];
    let tasks = list(ctx, "tasks", &[("status", "open"), ("sort", "due_at"), ("limit", "20")])?;
    let contacts = list(ctx, "contacts", &newest)?;
    let opportunities = list(ctx, "opportunities", &newest)?;
    let orders = list(ctx, "orders", &newest)?;
    let activities = list(ctx, "activities", &newest)?;
    let entitlements = list(ctx, "entitlements", &newest)?;
    let playbook_runs = list(ctx, "playbook_runs", &newest)?;
    let assessments = list(ctx, "assessments", &[("limit", "5")])?;
    let stopped = customer.get("invest_stopped").and_then(Json::as_bool) == Some(true);
    let next_actions = next_actions(&scores, tasks.as_deref().unwrap_or_default(), stopped, lang);
    Ok(CustomerOverview {
        customer,
        scores,
        next_actions,
        contacts,
        opportunities,
        orders,
        activities,
        tasks,
        entitlements,
        playbook_runs,
        assessments,
        refs,
    })
}

/// A customer's records of an object, as its list shows them, and the names of what they link to; nothing for those who
/// may not see any.
fn list(
    ctx: &mut Ctx<'_>,
    object: &str,
    customer: Uuid,
    more: &[(&str, &str)],
    refs: &mut Map<String, Json>,
) -> Result<Option<Vec<Json>>> {
    let mut pairs = vec![("customer_id".to_owned(), customer.to_string()), ("refs".to_owned(), "true".to_owned())];
    pairs.extend(more.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    let json = match crate::records::list(ctx, object, &pairs) {
        Ok(json) => json,
        Err(Error::Forbidden { .. }) => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut page: Map<String, Json> = serde_json::from_str(&json).map_err(|e| Error::Internal(e.to_string()))?;
    if let Some(Json::Object(names)) = page.remove("refs") {
        refs.extend(names);
    }
    Ok(match page.remove("items") {
        Some(Json::Array(items)) => Some(items),
        _ => None,
    })
}

fn next_actions(scores: &CustomerScores, tasks: &[Json], stopped: bool, lang: Lang) -> Vec<NextAction> {
    let mut found = Vec::new();
    let action = |kind: &str, title: String, why: String| NextAction {
        kind: kind.to_owned(),
        title,
        why,
        playbook: None,
        task_id: None,
        content_id: None,
    };
    if stopped {
        let title =
            lang.pick("不再投入，把时间留给别的客户", "Invest no more; the time is worth more elsewhere").to_owned();
        let why = lang.pick("已标记停止投入", "Marked: stop investing").to_owned();
        found.push(action("stopped", title, why));
    }
    if scores.grade.grade.is_none() && !stopped {
        let title = lang.pick("先给客户定级", "Grade the customer first").to_owned();
        let why = lang.pick("没有等级就没有联系节奏", "Without a grade there is no cadence").to_owned();
        found.push(action("grade", title, why));
    }
    if let Some(cadence) = scores.cadence.as_ref().filter(|c| c.urgency.is_some()) {
        let title = lang.pick("今天联系客户", "Contact the customer today").to_owned();
        let why = match (cadence.days_since, lang) {
            (Some(days), Lang::Zh) => format!("已 {days} 天没有联系，应每 {} 天联系一次", cadence.interval_days),
            (Some(days), Lang::En) => format!("No contact for {days} days; one is due every {}", cadence.interval_days),
            (None, Lang::Zh) => "还没有联系过".to_owned(),
            (None, Lang::En) => "Never contacted".to_owned(),
        };
        found.push(action("contact", title, why));
    }
    let tier = scores.tier.as_ref().filter(|_| !stopped);
    if tier.is_some_and(|t| t.success_managers.as_ref().is_some_and(Vec::is_empty)) {
        let title = lang.pick("配一位客户成功经理", "Add a customer success manager").to_owned();
        let why = lang
            .pick("战略客户由销售和客户成功经理双线服务", "Strategic customers are served by sales and a CSM together")
            .to_owned();
        found.push(action("success_manager", title, why));
    }
    if let Some(case) = tier.and_then(|t| t.case_to_send.as_ref()) {
        let title = match lang {
            Lang::Zh => format!("推送案例《{}》", case.title),
            Lang::En => format!("Send the case “{}”", case.title),
        };
        let why = lang
            .pick(
                "成长客户定期推送行业标杆案例，近 90 天还没有推送",
                "Growth customers are sent model cases; none in the last 90 days",
            )
            .to_owned();
        let mut one = action("case", title, why);
        one.content_id = Some(case.content_id);
        found.push(one);
    }
    for playbook in scores.playbooks.iter().take(if stopped { 0 } else { 2 }) {
        let mut one = action("playbook", playbook.title.clone(), playbook.aim.clone());
        one.playbook = Some(playbook.key.clone());
        found.push(one);
    }
    for task in tasks.iter().take(3) {
        let text = |key: &str| task.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let mut one = action("task", text("title"), text("due_at"));
        one.task_id = task.get("id").and_then(Json::as_str).and_then(domain::fields::parse_id);
        found.push(one);
    }
    found
}

/// The content and the resources that fit a customer's stage, pains and the role of the person.
pub fn suggestions(ctx: &mut Ctx<'_>, id: Uuid, query: &SuggestionQuery) -> Result<Suggestions> {
    crate::records::get(ctx, "customers", id)?;
    ctx.require("contents", Action::Read)?;
    let role = match query.contact_id {
        Some(person) => {
            let (shape, record) = match crate::records::get(ctx, "contacts", person) {
                Err(Error::NotFound) => return Err(Error::field("contact_id", "link_missing", "")),
                found => found?,
            };
            record.get(&shape, "role").as_str().map(str::to_owned)
        }
        None => None,
    };
    let base = Background::load(ctx)?;
    let known = customers::known(ctx, &base, &[id], false)?.into_iter().next().ok_or(Error::NotFound)?;
    let evaluation = evaluate(&known, &base);
    let stage = evaluation.lifecycle.stage.code();
    let pains: Vec<String> = known.customer.pains.iter().map(Uuid::to_string).collect();
    let pains: Vec<&str> = pains.iter().map(String::as_str).collect();
    let contents = contents(ctx, id, four_r::Known { stage: Some(stage), pains: &pains, role: role.as_deref() })?;
    let names: HashMap<Uuid, String> = persistence::flywheel::resource_names(ctx.conn)?.into_iter().collect();
    let cap = evaluation.grade.map(|g| *base.models.four_r.value.cost_cap_minor.get(g));
    let mut spent = 0i64;
    let fitting = materials::resources(ctx.conn)?.into_iter().filter(|r| r.live && r.stages.iter().any(|s| s == stage));
    let mut resources: Vec<SuggestedResource> = fitting
        .map(|r| {
            let next = spent.saturating_add(r.cost_minor.max(0));
            let affordable = cap.is_none_or(|cap| next <= i64::from(cap));
            if affordable {
                spent = next;
            }
            let name = names.get(&r.id).cloned().unwrap_or_default();
            SuggestedResource { resource_id: r.id, name, cost_minor: r.cost_minor, affordable }
        })
        .collect();
    resources.sort_by_key(|r| (!r.affordable, r.cost_minor, r.resource_id));
    Ok(Suggestions { contents, resources, cost_cap_minor: cap.map(i64::from) })
}

fn contents(ctx: &mut Ctx<'_>, customer: Uuid, known: Known<'_>) -> Result<Vec<SuggestedContent>> {
    let uses = persistence::flywheel::content_uses(ctx.conn, customer)?;
    let ids: Vec<Uuid> = uses.iter().map(|u| u.id).collect();
    let mut tags: HashMap<Uuid, (materials::Tagged, Vec<String>)> = HashMap::new();
    for chunk in ids.chunks(500) {
        for item in materials::contents(ctx.conn, chunk)? {
            let pains = item.pains.iter().map(Uuid::to_string).collect();
            tags.insert(item.id, (item, pains));
        }
    }
    let lists: Vec<[Vec<&str>; 3]> = uses
        .iter()
        .map(|u| match tags.get(&u.id) {
            Some((item, pains)) => [
                item.stages.iter().map(String::as_str).collect(),
                pains.iter().map(String::as_str).collect(),
                item.roles.iter().map(String::as_str).collect(),
            ],
            None => [Vec::new(), Vec::new(), Vec::new()],
        })
        .collect();
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    let candidates: Vec<Candidate<'_, usize>> = uses
        .iter()
        .zip(&lists)
        .enumerate()
        .map(|(key, (item, [stages, pains, roles]))| Candidate {
            key,
            tagged: Tagged { stages, pains, roles },
            used: count(item.closed),
            worked: count(item.won),
            shown: item.shown,
        })
        .collect();
    let found = suggest(known, &candidates, CONTENTS);
    let row = |s: four_r::Suggestion<usize>| {
        let item = uses.get(s.key)?;
        let [stage_met, pain_met, role_met] = s.met;
        Some(SuggestedContent {
            content_id: item.id,
            title: item.title.clone(),
            stage_met,
            pain_met,
            role_met,
            points: s.points,
            used: item.used,
            won: (item.closed > 0).then(|| 100.0 * item.won as f64 / item.closed as f64),
            shown: s.shown,
        })
    };
    Ok(found.into_iter().filter_map(row).collect())
}
