//! Bodies that a reader can send as they are, where the object links to nothing that must exist.

use serde_json::{Value as Json, json};

/// An example of a new record.
pub(super) fn input(object: &str) -> Json {
    match object {
        "customers" => {
            json!({ "name": "杭州云启科技有限公司", "customer_type": "prospect", "grade": "B", "grade_reason": "行业标杆", "industry": "软件", "phone": "0571-88886666", "city": "杭州" })
        }
        "contacts" => {
            json!({ "name": "王丽", "title": "采购经理", "phone": "13800001234", "email": "wang.li@example.com" })
        }
        "opportunities" => {
            json!({ "name": "云启二期扩容", "amount_minor": 35_000_000, "expected_close_on": "2027-03-31" })
        }
        "orders" => {
            json!({ "number": "SO-2026-0001", "customer_id": PLACEHOLDER, "ordered_on": "2026-11-20", "amount_minor": 1_280_000 })
        }
        "order_lines" => json!({ "order_id": PLACEHOLDER, "quantity": 2, "unit_price_minor": 640_000 }),
        "products" => {
            json!({ "name": "企业版授权", "code": "ENT-01", "category": "软件", "unit": "套", "list_price_minor": 9_800_000 })
        }
        "activities" => {
            json!({ "subject": "需求沟通", "kind": "visit", "occurred_at": "2026-11-20T06:30:00Z", "duration_minutes": 60 })
        }
        "tasks" => json!({ "title": "发送报价单", "due_at": "2026-11-25T10:00:00Z", "priority": "high" }),
        "pipelines" => json!({ "name": "渠道销售", "position": 10 }),
        "pipeline_stages" => json!({ "name": "试用", "pipeline_id": PLACEHOLDER, "position": 2, "kind": "open" }),
        "tags" => json!({ "name": "重点跟进", "color": "warning" }),
        "saved_views" => {
            json!({ "name": "我的 A 级客户", "object": "customers", "definition": { "filter": { "field": "grade", "op": "eq", "value": "A" } } })
        }
        "teams" => json!({ "name": "华东一组", "region": "华东" }),
        "contents" => {
            json!({ "title": "同行业降本案例", "kind": "case_study", "stages": ["acquisition", "growth"], "roles": ["decision_maker"], "summary": "半年把不良率降了四成" })
        }
        "resources" => {
            json!({ "name": "资深工程师到场", "kind": "expert", "unit_cost_minor": 200_000, "stages": ["growth"] })
        }
        "behaviours" => {
            json!({ "name": "价格页", "kind": "page_view", "occurred_at": "2026-11-20T02:00:00Z", "url": "https://www.example.com/price" })
        }
        "pains" => json!({ "name": "交期不稳" }),
        "assessments" => {
            json!({ "customer_id": PLACEHOLDER, "assessed_on": "2026-11-20", "relationship_closeness": 70, "wallet_share": 35 })
        }
        "entitlements" => json!({ "customer_id": PLACEHOLDER, "name": "优先排产", "granted_on": "2026-11-20" }),
        "playbook_runs" => {
            json!({ "customer_id": PLACEHOLDER, "name": "关系维护计划", "dimension": "security", "started_on": "2026-11-20" })
        }
        "goals" => json!({ "title": "老客户复购率提升到 60%", "level": "company", "published": true }),
        "acknowledgements" => json!({ "goal_id": PLACEHOLDER, "acknowledged_on": "2026-11-20", "agrees": true }),
        "pulses" => json!({ "answered_on": "2026-11-20", "commitment": 80, "energy": 60, "learning": 70 }),
        "audits" => json!({ "taken_on": "2026-11-20", "answers": { "goals_known": 4, "time_aimed": 2 } }),
        "trainings" => {
            json!({ "title": "新品知识", "kind": "product", "taken_on": "2026-11-20", "hours": 2, "score": 86 })
        }
        "obstacles" => json!({ "title": "报价审批要等三天", "raised_on": "2026-11-20" }),
        "segments" => {
            json!({ "name": "华东 A 级客户", "purpose": "high_value", "strategy": "每月需求拜访", "coverage_goal": 90,
                "definition": { "all": [{ "field": "grade", "op": "eq", "value": "A" }, { "field": "region", "op": "eq", "value": "华东" }] } })
        }
        "competitor_alerts" => {
            json!({ "competitor": "远景自动化", "customer_id": PLACEHOLDER, "noticed_on": "2026-11-20", "source": "customer" })
        }
        "incentives" => {
            json!({ "title": "四季度新客户奖励", "audience": "representatives", "starts_on": "2026-10-01", "ends_on": "2026-12-31", "published": true })
        }
        "trials" => {
            json!({ "title": "A 系列样机试用", "customer_id": PLACEHOLDER, "starts_on": "2026-11-20", "ends_on": "2026-12-04" })
        }
        "solutions" => {
            json!({ "title": "产线换型提速方案", "customer_id": PLACEHOLDER, "status": "sent", "sent_on": "2026-11-20" })
        }
        "incentive_reads" => json!({ "incentive_id": PLACEHOLDER, "read_on": "2026-11-20" }),
        "users" => json!({ "name": "李雷", "email": "li.lei@example.com", "title": "销售代表" }),
        _ => json!({}),
    }
}

/// An example of a merge patch.
pub(super) fn patch(object: &str) -> Json {
    match object {
        "order_lines" => json!({ "quantity": 3 }),
        "orders" => json!({ "note": "分两批发货" }),
        "activities" => json!({ "outcome": "客户同意安排演示" }),
        "tasks" => json!({ "status": "done", "result": "已发送" }),
        "tags" => json!({ "color": "info" }),
        "entitlements" => json!({ "status": "revoked", "revoked_on": "2026-12-01" }),
        "playbook_runs" => json!({ "name": "关系维护计划（二期）" }),
        "goals" => json!({ "published": true }),
        "acknowledgements" => json!({ "comment": "清楚自己要做什么" }),
        "pulses" => json!({ "energy": 75 }),
        "behaviours" => json!({ "source": "官网" }),
        "segments" => json!({ "coverage_goal": 80 }),
        "obstacles" => json!({ "status": "resolved" }),
        "competitor_alerts" => json!({ "status": "closed", "outcome": "客户续签两年" }),
        "incentives" => json!({ "published": true }),
        "trials" => json!({ "status": "succeeded", "fit": 85 }),
        "solutions" => json!({ "status": "accepted", "fit": 90 }),
        "incentive_reads" => json!({ "question": "回款晚于 30 天怎么算？" }),
        "pipelines" | "pipeline_stages" | "saved_views" => json!({ "position": 3 }),
        "teams" => json!({ "region": "华南" }),
        "users" => json!({ "title": "高级销售代表" }),
        _ => json!({ "note": "十二月回访" }),
    }
}

/// Stands for the id of a record of the reader's own.
pub(super) const PLACEHOLDER: &str = "01939f3a-7c00-7000-8000-000000000001";
