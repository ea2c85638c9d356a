//! What a new organisation starts with.

use crate::{Ctx, Result, records};
use chrono::{DateTime, Utc};
use persistence::db::AnyConnection;
use persistence::identity::{self as store, Role};
use serde_json::json;
use uuid::Uuid;

/// The shipped roles that are not there yet.
pub(super) fn roles(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<()> {
    let existing = store::roles(conn)?;
    for (position, shipped) in (1..).zip(domain::policy::roles::shipped()) {
        if existing.iter().any(|r| r.key == shipped.key) {
            continue;
        }
        let role = Role {
            id: Uuid::now_v7(),
            version: 1,
            created_at: now,
            updated_at: now,
            key: shipped.key.to_owned(),
            name_zh: shipped.label.zh.into_owned(),
            name_en: shipped.label.en.into_owned(),
            permissions: shipped.permissions,
            builtin: true,
            position,
        };
        store::insert_role(conn, &role)?;
    }
    Ok(())
}

/// Adds the roles that a newer version ships to an organisation that began with an older one.
pub fn ship(ctx: &mut Ctx<'_>) -> Result<()> {
    roles(ctx.conn, ctx.now)
}

/// A pipeline as it is shipped: name, whether it is the default, stages with their kind.
type Template = (&'static str, bool, &'static [(&'static str, &'static str)]);

/// S4-17 for opportunities; S2-12 for the whole way of a customer, whose goal is to buy again; S1-28, the four key nodes.
const PIPELINES: [Template; 3] = [
    (
        "标准销售流程",
        true,
        &[
            ("初步接触", "open"),
            ("需求分析", "open"),
            ("方案报价", "open"),
            ("商务谈判", "open"),
            ("合同签订", "won"),
            ("输单", "lost"),
        ],
    ),
    (
        "客户全程漏斗",
        false,
        &[("线索", "open"), ("意向", "open"), ("谈判", "open"), ("成交", "open"), ("复购", "won"), ("流失", "lost")],
    ),
    (
        "四个关键节点",
        false,
        &[("线索分配", "open"), ("首次触达", "open"), ("方案提交", "open"), ("合同签约", "won"), ("输单", "lost")],
    ),
];

/// The three shipped pipelines.
pub(super) fn pipelines(ctx: &mut Ctx<'_>) -> Result<()> {
    for (position, (name, is_default, stages)) in (1..).zip(PIPELINES) {
        let pipeline = json!({"name": name, "is_default": is_default, "position": position});
        let id = records::create(ctx, "pipelines", &pipeline)?.id;
        for (position, (name, kind)) in (1..).zip(stages) {
            let stage = json!({"pipeline_id": id, "name": name, "position": position, "kind": kind});
            records::create(ctx, "pipeline_stages", &stage)?;
        }
    }
    Ok(())
}
