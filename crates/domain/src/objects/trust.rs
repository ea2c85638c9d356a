//! What builds trust with a customer who begins to buy: trials and solutions made for it (S1-03).

use super::lists::{SOLUTION_STATUS, TRIAL_STATUS};
use super::{Descending, field, link, links, long, one_of, owner, text};
use crate::fields::{Kind, ObjectDef, label};

/// A customer tries a product before it buys.
pub static TRIALS: ObjectDef = ObjectDef {
    key: "trials",
    singular: "trial",
    label: label("产品试用", "Trial"),
    label_plural: label("产品试用", "Trials"),
    title: "title",
    owned: true,
    permission: "opportunities",
    fields: &[
        text("title", "试用内容", "What is tried", 200).required().column(),
        link("customer_id", "客户", "Customer", "customers").required().column(),
        link("opportunity_id", "商机", "Opportunity", "opportunities"),
        link("product_id", "产品", "Product", "products").column(),
        field("starts_on", "开始", "From", Kind::Date).required().column(),
        field("ends_on", "结束", "To", Kind::Date).column(),
        one_of("status", "状态", "Status", TRIAL_STATUS).required().default("\"running\"").column(),
        field("fit", "符合需求程度", "Met the need", Kind::Percent).column(),
        text("finding", "试用结论", "Finding", 300),
        owner(),
        long("note", "过程记录", "Note"),
    ],
    search: &[],
    sort: &[("starts_on", Descending)],
    customizable: true,
};

/// A solution made for a customer: which needs it answers, its documents, and what the customer said.
pub static SOLUTIONS: ObjectDef = ObjectDef {
    key: "solutions",
    singular: "solution",
    label: label("解决方案", "Solution"),
    label_plural: label("解决方案", "Solutions"),
    title: "title",
    owned: true,
    permission: "opportunities",
    fields: &[
        text("title", "方案名称", "Title", 200).required().column(),
        link("customer_id", "客户", "Customer", "customers").required().column(),
        link("opportunity_id", "商机", "Opportunity", "opportunities"),
        links("pain_ids", "回应的痛点", "Needs answered", "pains").column(),
        one_of("status", "状态", "Status", SOLUTION_STATUS).required().default("\"draft\"").column(),
        field("sent_on", "提交日期", "Sent", Kind::Date).column(),
        field("decided_on", "答复日期", "Decided", Kind::Date),
        field("fit", "客户评价的匹配度", "Fit in the customer's eyes", Kind::Percent).column(),
        field("url", "方案文件链接", "Document", Kind::Url),
        owner(),
        long("note", "要点", "Main points"),
    ],
    search: &[],
    sort: &[("created_at", Descending)],
    customizable: true,
};
