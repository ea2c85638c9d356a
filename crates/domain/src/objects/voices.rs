//! What customers do where we can see it, and what helps or hinders our people.

use super::lists::{
    ALERT_SOURCES, ALERT_STATUS, BEHAVIOUR_KINDS, INCENTIVE_AUDIENCES, OBSTACLE_STATUS, TRAINING_KINDS,
};
use super::{Descending, field, int, link, long, one_of, owner, text};
use crate::fields::{Kind, ObjectDef, label};

/// Something a customer did where we can see it: pages, downloads, competitors. Each is an entry of the ledger of
/// points (S1-10, S1-43, S4-13, S4-43). It belongs to whom the customer belongs to; one of somebody unknown has no
/// customer until it is linked. `event_key` makes one that comes twice the same.
pub static BEHAVIOURS: ObjectDef = ObjectDef {
    key: "behaviours",
    singular: "behaviour",
    label: label("客户行为", "Behaviour"),
    label_plural: label("客户行为", "Behaviours"),
    title: "name",
    owned: true,
    permission: "activities",
    fields: &[
        text("name", "内容", "What", 200).column(),
        one_of("kind", "行为", "Behaviour", BEHAVIOUR_KINDS).required().column(),
        field("occurred_at", "时间", "Time", Kind::DateTime).required().column(),
        link("customer_id", "客户", "Customer", "customers").column(),
        link("contact_id", "联系人", "Contact", "contacts"),
        link("product_id", "产品", "Product", "products").column(),
        int("times", "次数", "Times", 1, 1000).required().default("1").column(),
        int("points", "意向积分", "Points", 0, 1_000_000).read_only().column(),
        text("url", "网址", "Address", 1_000),
        text("source", "来源", "Source", 100).column(),
        field("email", "邮箱", "E-mail", Kind::Email),
        field("phone", "手机", "Mobile", Kind::Phone),
        text("external_key", "外部编号", "External id", 200),
        text("event_key", "事件编号", "Event key", 200),
        owner(),
    ],
    search: &[],
    sort: &[("occurred_at", Descending)],
    customizable: true,
};

/// A competitor is at a customer's door: until it is closed it costs the customer's security (S0-15).
pub static COMPETITOR_ALERTS: ObjectDef = ObjectDef {
    key: "competitor_alerts",
    singular: "competitor_alert",
    label: label("竞品预警", "Competitor alert"),
    label_plural: label("竞品预警", "Competitor alerts"),
    title: "competitor",
    owned: true,
    permission: "activities",
    fields: &[
        text("competitor", "竞品", "Competitor", 200).required().column(),
        link("customer_id", "客户", "Customer", "customers").required().column(),
        link("opportunity_id", "商机", "Opportunity", "opportunities"),
        field("noticed_on", "发现日期", "Noticed", Kind::Date).required().column(),
        one_of("source", "消息来源", "Source", ALERT_SOURCES).column(),
        one_of("status", "状态", "Status", ALERT_STATUS).required().default("\"open\"").column(),
        field("closed_on", "解除日期", "Closed", Kind::Date).column(),
        text("outcome", "应对结果", "Outcome", 300),
        owner(),
        long("note", "情况说明", "What is known"),
    ],
    search: &[],
    sort: &[("noticed_on", Descending)],
    customizable: true,
};

/// What somebody learned (S0-06, S0-24).
pub static TRAININGS: ObjectDef = ObjectDef {
    key: "trainings",
    singular: "training",
    label: label("培训记录", "Training"),
    label_plural: label("培训记录", "Trainings"),
    title: "title",
    owned: true,
    permission: "pulses",
    fields: &[
        text("title", "主题", "Topic", 200).required().column(),
        one_of("kind", "类型", "Kind", TRAINING_KINDS).required().column(),
        field("taken_on", "日期", "Day", Kind::Date).required().column(),
        field("hours", "学时", "Hours", Kind::Number).column(),
        field("score", "考核得分", "Score", Kind::Percent).column(),
        owner().column(),
        long("note", "收获", "What was learned"),
    ],
    search: &[],
    sort: &[("taken_on", Descending)],
    customizable: false,
};

/// Something that keeps people from working well, who clears it away, and in how many days (S0-06).
pub static OBSTACLES: ObjectDef = ObjectDef {
    key: "obstacles",
    singular: "obstacle",
    label: label("流程障碍", "Obstacle"),
    label_plural: label("流程障碍", "Obstacles"),
    title: "title",
    owned: true,
    permission: "pulses",
    fields: &[
        text("title", "障碍", "Obstacle", 200).required().column(),
        field("raised_on", "提出日期", "Raised", Kind::Date).required().column(),
        one_of("status", "状态", "Status", OBSTACLE_STATUS).required().default("\"open\"").column(),
        link("responsible_id", "处理人", "Cleared by", "users").column(),
        field("resolved_on", "解决日期", "Resolved", Kind::Date).column(),
        int("days", "用时（天）", "Days", 0, 100_000).read_only().column(),
        owner().column(),
        long("note", "说明", "Description"),
    ],
    search: &[],
    sort: &[("raised_on", Descending)],
    customizable: false,
};

/// The rules by which work is rewarded, open to everybody whom they concern (S0-06).
pub static INCENTIVES: ObjectDef = ObjectDef {
    key: "incentives",
    singular: "incentive",
    label: label("激励规则", "Incentive"),
    label_plural: label("激励规则", "Incentives"),
    title: "title",
    owned: true,
    permission: "incentives",
    fields: &[
        text("title", "名称", "Title", 200).required().column(),
        one_of("audience", "适用人员", "For", INCENTIVE_AUDIENCES).required().default("\"everyone\"").column(),
        link("team_id", "适用团队", "Team", "teams").column(),
        field("starts_on", "开始", "From", Kind::Date).required().column(),
        field("ends_on", "结束", "To", Kind::Date).column(),
        field("published", "已发布", "Published", Kind::Bool).default("false").column(),
        text("summary", "一句话说明", "In a sentence", 300).column(),
        long("terms", "规则正文", "Terms"),
        long("example", "计算举例", "Worked example"),
        field("url", "文件链接", "Document", Kind::Url),
        owner(),
    ],
    search: &[],
    sort: &[("starts_on", Descending)],
    customizable: false,
};

/// Somebody has read the rules of an incentive, and understood them or has a question.
pub static INCENTIVE_READS: ObjectDef = ObjectDef {
    key: "incentive_reads",
    singular: "incentive_read",
    label: label("激励规则确认", "Incentive read"),
    label_plural: label("激励规则确认", "Incentives read"),
    title: "read_on",
    owned: true,
    permission: "pulses",
    fields: &[
        link("incentive_id", "激励规则", "Incentive", "incentives").required().column(),
        field("read_on", "确认日期", "Read", Kind::Date).required().column(),
        field("understood", "已明白", "Understood", Kind::Bool).required().default("true").column(),
        text("question", "疑问", "Question", 500).column(),
        owner().column(),
    ],
    search: &[],
    sort: &[("read_on", Descending)],
    customizable: false,
};
