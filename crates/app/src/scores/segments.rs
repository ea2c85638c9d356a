//! Segments: groups of customers by a condition, with a strategy, and how far each is covered (S0-04, S1-08).

use crate::metrics::{Narrow, People};
use crate::records::sight;
use crate::totals::list_link;
use crate::{Ctx, Error, Result, Visible};
use chrono::{Duration, NaiveDate};
use contract::problem::Lang;
use contract::scoring::{SegmentCoverage, SegmentOwner, SegmentQuery, SegmentReport};
use domain::condition::{Condition, Reader};
use domain::fields::Kind;
use domain::objects::SEGMENTS;
use domain::policy::Action;
use domain::record::{Record, Shape};
use domain::value::Value;
use persistence::records::{Archived, List, Order, Owners};
use persistence::targets::{self as store, Covered};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Segments shown.
const MOST: i64 = 100;

/// A condition over customers as the caller may look at them.
pub(super) fn read(ctx: &Ctx<'_>, definition: &Json, path: &str) -> Result<Condition> {
    let shape = ctx.shape("customers")?;
    let cx = ctx.parse();
    let shapes = |key: &str| ctx.schema.shape(key).cloned();
    let reader = Reader { shape: &shape, shapes: &shapes, masks: ctx.actor.permissions.masks, cx: &cx };
    let condition = reader.condition(definition, path).map_err(Error::Invalid)?;
    Ok(condition.seen_by(&|def, field| sight(ctx.actor, def, field)))
}

/// A segment that is written has a condition that customers can be asked.
pub(crate) fn check(ctx: &Ctx<'_>, shape: &Shape, new: &Record) -> Result<()> {
    let definition = definition(shape, new);
    let is_empty = |key: &str| definition.get(key).and_then(Json::as_array).is_some_and(Vec::is_empty);
    if definition.as_object().is_none_or(serde_json::Map::is_empty) || is_empty("all") || is_empty("any") {
        return Err(Error::field("definition", "required", ""));
    }
    read(ctx, &definition, "definition").map(|_| ())
}

fn definition(shape: &Shape, record: &Record) -> Json {
    match record.get(shape, "definition") {
        Value::Json(text) => serde_json::from_str(text).unwrap_or_default(),
        _ => Json::Null,
    }
}

/// Days that a report looks back on.
pub(super) fn period(ctx: &Ctx<'_>, days: Option<i64>) -> Result<(NaiveDate, NaiveDate)> {
    let days = days.unwrap_or(30);
    if !(1..=366).contains(&days) {
        return Err(Error::field("days", "out_of_range", "1..366"));
    }
    let today = ctx.parse().today();
    Ok((today - Duration::days(days - 1), today))
}

/// Every segment with its customers and how many of them were contacted.
pub fn report(ctx: &mut Ctx<'_>, query: &SegmentQuery, lang: Lang) -> Result<SegmentReport> {
    let visible = ctx.require_all(&[("customers", Action::Read), ("scores", Action::Read)])?;
    ctx.require("segments", Action::Read)?;
    let days = period(ctx, query.days)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let conditions = people.conditions(&narrow);
    let visible = people.narrow(&visible, &narrow);
    let shape = ctx.shape("segments")?;
    let found = all(ctx, &shape)?;
    let groups: Vec<(usize, Condition)> = found
        .iter()
        .enumerate()
        .filter_map(|(i, segment)| Some((i, read(ctx, &definition(&shape, segment), "definition").ok()?)))
        .collect();
    let covered = store::covered(ctx.conn, &groups, days, visible.owners())?;
    let since = Value::Time(ctx.parse().midnight(days.0)).to_json();
    let items = found.iter().enumerate().map(|(i, segment)| {
        let rows: Vec<&Covered> = covered.iter().filter(|c| c.group == i).collect();
        let mut row = show(&shape, segment, &rows, &people, lang);
        row.unreadable = !groups.iter().any(|(group, _)| *group == i);
        let all = [conditions.as_slice(), std::slice::from_ref(&row.definition)].concat();
        row.drill_down = list_link("customers", &json!({ "all": all }));
        let waiting = json!({ "any": [
            { "field": "last_contact_at", "op": "is_empty" },
            { "field": "last_contact_at", "op": "lt", "value": since },
        ] });
        let still = [all.as_slice(), &[waiting]].concat();
        row.waiting = list_link("customers", &json!({ "all": still }));
        row
    });
    Ok(SegmentReport { from: days.0, to: days.1, items: items.collect() })
}

/// The live segments in their order.
fn all(ctx: &mut Ctx<'_>, shape: &Shape) -> Result<Vec<Record>> {
    let cx = ctx.parse();
    let shapes = |key: &str| ctx.schema.shape(key).cloned();
    let reader = Reader { shape, shapes: &shapes, masks: ctx.actor.permissions.masks, cx: &cx };
    let list = List {
        shape,
        owners: Owners::All,
        archived: Archived::No,
        condition: None,
        search: None,
        order: &Order::Keys(reader.default_sort()),
        after: None,
        limit: MOST,
        only: None,
    };
    Ok(persistence::records::list(ctx.conn, &list)?.into_iter().map(|row| row.record).collect())
}

fn show(shape: &Shape, segment: &Record, rows: &[&Covered], people: &People, lang: Lang) -> SegmentCoverage {
    let text = |key: &str| segment.get(shape, key).as_str().map(str::to_owned);
    let purpose = text("purpose").unwrap_or_default();
    let (customers, contacted) = rows.iter().fold((0, 0), |sum, c| (sum.0 + c.customers, sum.1 + c.contacted));
    let mut owners: Vec<SegmentOwner> = rows
        .iter()
        .map(|c| SegmentOwner {
            owner_id: c.owner,
            name: c.owner.and_then(|id| people.name(id)).map(str::to_owned),
            customers: c.customers,
            contacted: c.contacted,
        })
        .collect();
    owners.sort_by_key(|o| (std::cmp::Reverse(o.customers), o.owner_id));
    SegmentCoverage {
        segment_id: segment.id(),
        version: segment.version(),
        name: text("name").unwrap_or_default(),
        purpose_label: purpose_label(&purpose, lang),
        purpose,
        strategy: text("strategy"),
        target: segment.get(shape, "target").as_bool().unwrap_or(false),
        definition: definition(shape, segment),
        unreadable: false,
        customers,
        contacted,
        coverage: (customers > 0).then(|| 100.0 * contacted as f64 / customers as f64),
        goal: segment.get(shape, "coverage_goal").as_f64(),
        drill_down: String::new(),
        waiting: String::new(),
        owners,
    }
}

fn purpose_label(purpose: &str, lang: Lang) -> String {
    let choices = SEGMENTS.fields.iter().find_map(|field| match &field.kind {
        Kind::Choice(choices) if field.key == "purpose" => Some(choices),
        _ => None,
    });
    let label = choices.and_then(|list| list.iter().find(|c| c.key == purpose)).map(|c| c.label.clone());
    label.map_or_else(|| purpose.to_owned(), |l| lang.pick(&l.zh, &l.en).to_owned())
}

/// A segment that every organisation starts with.
struct Shipped {
    key: &'static str,
    name: &'static str,
    purpose: &'static str,
    strategy: &'static str,
    goal: f64,
    definition: fn() -> Json,
}

fn is(field: &str, words: &[&str]) -> Json {
    json!({ "field": field, "op": "in", "value": words })
}

fn invested() -> Json {
    json!({ "field": "invest_stopped", "op": "ne", "value": true })
}

const SHIPPED: [Shipped; 5] = [
    Shipped {
        key: "keep",
        name: "高价值需维系",
        purpose: "keep",
        strategy: "买得多、但近期联系不足或健康变差的客户。负责人一周内上门，问清变化；主管同行，带一项专属权益。先保住，再谈增购。",
        goal: 90.0,
        definition: || {
            json!({ "all": [
                { "any": [is("rfm_segment", &["HHH", "LHH"]), is("service_tier", &["strategic"])] },
                { "any": [is("health_band", &["watch", "at_risk"]), is("cadence_status", &["never", "under"]),
                    { "field": "alive", "op": "lt", "value": 50 }] },
                invested(),
            ] })
        },
    },
    Shipped {
        key: "activate",
        name: "高潜力待激活",
        purpose: "activate",
        strategy: "潜力和匹配度高、半年没有下单的客户。先用同行案例约一次面谈，弄清没有下单的原因，再给试用或小单方案。",
        goal: 80.0,
        definition: || {
            json!({ "all": [
                { "any": [{ "field": "potential", "op": "gte", "value": 70 }, is("grade", &["A", "B"])] },
                { "any": [{ "field": "last_order_on", "op": "is_empty" },
                    { "field": "last_order_on", "op": "older_than_days", "value": 180 }] },
                invested(),
            ] })
        },
    },
    Shipped {
        key: "rfm_high_value",
        name: "高价值深耕",
        purpose: "high_value",
        strategy: "最近买过、买得勤、金额高。资深销售加定制服务：专属权益、每月需求拜访，挖掘交叉销售。",
        goal: 95.0,
        definition: || json!({ "all": [is("rfm_overlay", &["high_value"])] }),
    },
    Shipped {
        key: "rfm_potential",
        name: "潜力培育",
        purpose: "potential",
        strategy: "最近买过、次数少、金额中等。场景化营销：先白皮书，再同行成功案例，促成第二次下单。",
        goal: 80.0,
        definition: || json!({ "all": [is("rfm_overlay", &["potential"]), invested()] }),
    },
    Shipped {
        key: "rfm_sleeping",
        name: "沉睡唤醒",
        purpose: "wake",
        strategy: "很久没买、买得少、金额低。限时优惠加老客户活动唤醒一次；没有价值又无反应的，标记停止投入，把时间留给别的客户。",
        goal: 50.0,
        definition: || json!({ "all": [is("rfm_overlay", &["sleeping"]), invested()] }),
    },
];

/// Is a shipped segment missing that was never there?
pub fn missing(ctx: &mut Ctx<'_>) -> Result<bool> {
    let known = store::keys(ctx.conn)?;
    Ok(!SHIPPED.iter().all(|s| known.iter().any(|k| k == s.key)))
}

/// Makes the shipped segments that were never there: of an organisation that is set up, or was before there were any.
/// One that was archived is not made again.
pub fn ship(ctx: &mut Ctx<'_>) -> Result<()> {
    let known = store::keys(ctx.conn)?;
    let shape = ctx.shape("segments")?;
    for (position, shipped) in (1..).zip(&SHIPPED).filter(|(_, s)| !known.iter().any(|k| k == s.key)) {
        let mut writer = crate::records::Writer::trusted(shape.clone());
        let mut changes = domain::record::Changes::default();
        let text = |text: &str| Value::Text(text.to_owned());
        changes.set(&shape, "name", text(shipped.name));
        changes.set(&shape, "purpose", text(shipped.purpose));
        changes.set(&shape, "strategy", text(shipped.strategy));
        changes.set(&shape, "definition", Value::Json((shipped.definition)().to_string()));
        changes.set(&shape, "target", Value::Bool(true));
        changes.set(&shape, "coverage_goal", Value::Num(shipped.goal));
        changes.set(&shape, "position", Value::Int(position));
        changes.set(&shape, "key", text(shipped.key));
        writer.create(ctx, changes, &Visible::All, crate::records::Stamp::default())?;
        writer.flush(ctx)?;
    }
    Ok(())
}

/// Live customers of one condition, for groups that are no segment yet.
pub(super) fn count(
    ctx: &mut Ctx<'_>,
    conditions: Vec<(usize, Condition)>,
    owners: Owners<'_>,
) -> Result<Vec<(usize, i64)>> {
    let today = ctx.parse().today();
    let mut sums = std::collections::BTreeMap::new();
    for c in store::covered(ctx.conn, &conditions, (today, today), owners)? {
        *sums.entry(c.group).or_insert(0) += c.customers;
    }
    Ok(sums.into_iter().collect())
}

/// The id of a link as a value of a condition.
pub(super) fn has_any(field: &str, ids: &[Uuid]) -> Json {
    json!({ "field": field, "op": "has_any", "value": ids.iter().map(|id| crate::totals::json_id(*id)).collect::<Vec<_>>() })
}
