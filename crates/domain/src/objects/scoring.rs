//! What the scores are made of besides customers and their history: the content library, the resource catalogue,
//! assessments, entitlements, playbooks carried out, goals and the voices of the team.

use super::{Descending, field, int, link, links, long, one_of, owner, several, tags, text};
use crate::fields::Direction::Ascending;
use crate::fields::{Kind, ObjectDef, label};
use crate::objects::lists::{
    AUDIT_SUBJECTS, CONTACT_ROLES, CONTENT_KINDS, DIMENSIONS, ENTITLEMENT_STATUS, GOAL_LEVELS, LIFECYCLE_STAGES,
    RESOURCE_KINDS, SCORE_BANDS,
};

const fn percent(key: &'static str, zh: &'static str, en: &'static str) -> crate::fields::FieldDef {
    field(key, zh, en, Kind::Percent)
}

/// A trouble that customers have and that we can take away.
pub static PAINS: ObjectDef = ObjectDef {
    key: "pains",
    singular: "pain",
    label: label("痛点", "Pain"),
    label_plural: label("痛点", "Pains"),
    title: "name",
    owned: false,
    permission: "contents",
    fields: &[text("name", "痛点", "Name", 100).required().column(), long("note", "说明", "Description").column()],
    search: &[],
    sort: &[("name", Ascending)],
    customizable: false,
};

/// Something to tell a customer, tagged by stage, pain and role (S0-12).
pub static CONTENTS: ObjectDef = ObjectDef {
    key: "contents",
    singular: "content",
    label: label("内容", "Content item"),
    label_plural: label("内容库", "Content library"),
    title: "title",
    owned: false,
    permission: "contents",
    fields: &[
        text("title", "标题", "Title", 200).required().column(),
        one_of("kind", "类型", "Kind", CONTENT_KINDS).required().column(),
        several("stages", "适用阶段", "For stages", LIFECYCLE_STAGES).column(),
        links("pain_ids", "解决的痛点", "For pains", "pains").column(),
        several("roles", "适合角色", "For roles", CONTACT_ROLES).column(),
        text("industry", "适用行业", "For industry", 100),
        tags(),
        text("summary", "一句话要点", "Message in a sentence", 300).column(),
        field("url", "链接", "Link", Kind::Url),
        field("active", "启用", "In use", Kind::Bool).default("true"),
        long("note", "正文", "Text"),
    ],
    search: &["title", "summary"],
    sort: &[("created_at", Descending)],
    customizable: true,
};

/// Something to spend on a customer, with its cost and where it is recommended (S0-13).
pub static RESOURCES: ObjectDef = ObjectDef {
    key: "resources",
    singular: "resource",
    label: label("资源", "Resource"),
    label_plural: label("资源目录", "Resources"),
    title: "name",
    owned: false,
    permission: "contents",
    fields: &[
        text("name", "资源名称", "Name", 200).required().column(),
        one_of("kind", "类型", "Kind", RESOURCE_KINDS).required().column(),
        field("unit_cost_minor", "单次成本", "Cost per use", Kind::Money).required().default("0").column(),
        several("stages", "推荐阶段", "Recommended in stages", LIFECYCLE_STAGES).column(),
        links("pain_ids", "针对痛点", "For pains", "pains"),
        several("roles", "针对角色", "For roles", CONTACT_ROLES),
        field("active", "启用", "In use", Kind::Bool).default("true").column(),
        long("note", "说明", "Description"),
    ],
    search: &["name"],
    sort: &[("name", Ascending)],
    customizable: true,
};

/// What somebody who knows the customer says about it: any indicator of the SDAE model and of health.
pub static ASSESSMENTS: ObjectDef = ObjectDef {
    key: "assessments",
    singular: "assessment",
    label: label("客户评估", "Assessment"),
    label_plural: label("客户评估", "Assessments"),
    title: "assessed_on",
    owned: true,
    permission: "assessments",
    fields: &[
        link("customer_id", "客户", "Customer", "customers").required().column(),
        field("assessed_on", "评估日期", "Assessed", Kind::Date).required().column(),
        percent("relationship_closeness", "关系紧密度", "Relationship closeness").column(),
        percent("renewal_cycle", "续购节奏", "Renewal on its cycle"),
        percent("competitor_safety", "无竞品威胁", "No competitor threat"),
        percent("wallet_share", "钱包份额", "Share of wallet").column(),
        percent("white_space", "产品线空白", "White space"),
        percent("solution_acceptance", "方案认可度", "Solution acceptance").column(),
        percent("response_rate", "响应率", "Response rate"),
        percent("customer_initiated", "客户主动联系占比", "Customer-initiated share"),
        percent("content_engagement", "内容互动", "Content engagement"),
        percent("csat", "满意度", "CSAT").column(),
        int("nps", "净推荐值", "NPS", -100, 100).column(),
        percent("tickets_within_sla", "工单按时率", "Tickets within SLA"),
        percent("deliveries_on_time", "交付准时率", "Deliveries on time"),
        percent("usage_frequency", "产品使用频率", "Product usage"),
        percent("renewal_intention", "续约意向", "Renewal intention"),
        owner(),
        long("note", "依据", "Grounds"),
    ],
    search: &[],
    sort: &[("assessed_on", Descending)],
    customizable: false,
};

/// A right that a customer has because of its lifecycle stage or by agreement (S1-06).
pub static ENTITLEMENTS: ObjectDef = ObjectDef {
    key: "entitlements",
    singular: "entitlement",
    label: label("客户权益", "Entitlement"),
    label_plural: label("客户权益", "Entitlements"),
    title: "name",
    owned: true,
    permission: "customers",
    fields: &[
        link("customer_id", "客户", "Customer", "customers").required().column(),
        text("name", "权益", "Entitlement", 200).required().column(),
        text("key", "权益代码", "Key", 100).read_only(),
        one_of("stage", "来自阶段", "From stage", LIFECYCLE_STAGES).column(),
        field("granted_on", "生效日期", "Granted", Kind::Date).required().column(),
        field("revoked_on", "收回日期", "Revoked", Kind::Date).column(),
        one_of("status", "状态", "Status", ENTITLEMENT_STATUS).required().default("\"active\"").column(),
        text("reason", "原因", "Reason", 300),
        owner(),
    ],
    search: &[],
    sort: &[("granted_on", Descending)],
    customizable: false,
};

/// A playbook that was started for a customer, with the score before and after (S0-20).
pub static PLAYBOOK_RUNS: ObjectDef = ObjectDef {
    key: "playbook_runs",
    singular: "playbook_run",
    label: label("打法执行", "Playbook run"),
    label_plural: label("打法执行", "Playbook runs"),
    title: "name",
    owned: true,
    permission: "customers",
    fields: &[
        link("customer_id", "客户", "Customer", "customers").required().column(),
        text("name", "打法", "Playbook", 200).required().column(),
        one_of("dimension", "维度", "Dimension", DIMENSIONS).required().column(),
        one_of("band", "档位", "Band", SCORE_BANDS).column(),
        text("playbook", "打法代码", "Playbook key", 100).read_only(),
        field("automatic", "自动启动", "Started by itself", Kind::Bool).read_only(),
        field("started_on", "开始日期", "Started", Kind::Date).required().column(),
        percent("score_before", "开始前得分", "Score before").read_only().column(),
        percent("score_after", "90 天后得分", "Score after 90 days").read_only().column(),
        field("measured_on", "效果日期", "Measured", Kind::Date).read_only(),
        owner(),
    ],
    search: &[],
    sort: &[("started_on", Descending)],
    customizable: false,
};

/// What the company, a team or a person wants to reach, and why (S0-01, S0-02).
pub static GOALS: ObjectDef = ObjectDef {
    key: "goals",
    singular: "goal",
    label: label("目标", "Goal"),
    label_plural: label("战略目标", "Goals"),
    title: "title",
    owned: true,
    permission: "goals",
    fields: &[
        text("title", "目标", "Goal", 200).required().column(),
        one_of("level", "层级", "Level", GOAL_LEVELS).required().default("\"company\"").column(),
        link("parent_id", "支撑的上级目标", "Serves", "goals").column(),
        field("starts_on", "开始", "From", Kind::Date).column(),
        field("ends_on", "结束", "To", Kind::Date).column(),
        field("published", "已发布", "Published", Kind::Bool).default("false").column(),
        owner().column(),
        long("note", "为何而战", "Why we fight"),
    ],
    search: &[],
    sort: &[("created_at", Descending)],
    customizable: false,
};

/// Somebody has read a goal and stands behind it, or does not.
pub static ACKNOWLEDGEMENTS: ObjectDef = ObjectDef {
    key: "acknowledgements",
    singular: "acknowledgement",
    label: label("目标确认", "Acknowledgement"),
    label_plural: label("目标确认", "Acknowledgements"),
    title: "acknowledged_on",
    owned: true,
    permission: "pulses",
    fields: &[
        link("goal_id", "目标", "Goal", "goals").required().column(),
        field("acknowledged_on", "确认日期", "Acknowledged", Kind::Date).required().column(),
        field("agrees", "认同", "Agrees", Kind::Bool).required().default("true").column(),
        text("comment", "意见", "Comment", 500).column(),
        owner().column(),
    ],
    search: &[],
    sort: &[("acknowledged_on", Descending)],
    customizable: false,
};

/// A person's answers to the short survey: commitment, energy, learning (S0-01, S0-05).
pub static PULSES: ObjectDef = ObjectDef {
    key: "pulses",
    singular: "pulse",
    label: label("脉搏问卷", "Pulse answer"),
    label_plural: label("脉搏问卷", "Pulse answers"),
    title: "answered_on",
    owned: true,
    permission: "pulses",
    fields: &[
        field("answered_on", "填写日期", "Answered", Kind::Date).required().column(),
        percent("commitment", "我认同并愿意投入目标", "I stand behind the goal").column(),
        percent("energy", "我对工作有热情", "I have energy for the work").column(),
        percent("learning", "我在学习并用得上", "I learn and use what I learn").column(),
        text("obstacle", "眼下的阻碍", "What is in the way", 300).column(),
        owner().column(),
    ],
    search: &[],
    sort: &[("answered_on", Descending)],
    customizable: false,
};

/// A self-assessment of the way of working: the first baseline and those after it (S0-28).
pub static AUDITS: ObjectDef = ObjectDef {
    key: "audits",
    singular: "audit",
    label: label("效能自评", "Effectiveness audit"),
    label_plural: label("效能自评", "Effectiveness audits"),
    title: "taken_on",
    owned: true,
    permission: "pulses",
    fields: &[
        field("taken_on", "自评日期", "Taken", Kind::Date).required().column(),
        one_of("subject", "对象", "Subject", AUDIT_SUBJECTS).required().default("\"team\"").column(),
        field("answers", "回答", "Answers", Kind::Json).required().not_imported(),
        percent("commitment", "承诺度", "Commitment").read_only().column(),
        percent("precision", "精准度", "Precision").read_only().column(),
        percent("engagement", "投入度", "Engagement").read_only().column(),
        percent("process", "4R 过程", "4R process").read_only().column(),
        percent("customers", "SDAE 客户质量", "SDAE customer quality").read_only().column(),
        one_of("weakest", "最弱一环", "Weakest", super::lists::AUDIT_AREAS).read_only().column(),
        owner().column(),
        long("note", "备注", "Note"),
    ],
    search: &[],
    sort: &[("taken_on", Descending)],
    customizable: false,
};
