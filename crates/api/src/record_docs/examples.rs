//! Bodies that a reader can send as they are, where the object links to nothing that must exist.

use serde_json::{Value as Json, json};

/// An example of a new record.
pub(super) fn input(object: &str) -> Json {
    match object {
        "customers" => {
            json!({ "name": "杭州云启科技有限公司", "customer_type": "prospect", "grade": "B", "industry": "软件", "phone": "0571-88886666", "city": "杭州" })
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
        "pipelines" | "pipeline_stages" | "saved_views" => json!({ "position": 3 }),
        "teams" => json!({ "region": "华南" }),
        "users" => json!({ "title": "高级销售代表" }),
        _ => json!({ "note": "十二月回访" }),
    }
}

/// Stands for the id of a record of the reader's own.
pub(super) const PLACEHOLDER: &str = "01939f3a-7c00-7000-8000-000000000001";
