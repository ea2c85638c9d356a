//! The objects of the product: each declared once.
//!
//! A row of any object is its system fields ([`SYSTEM`]), then its own fields in the order given
//! here, then `custom`, the JSON document of the custom fields.

use crate::fields::Direction::{Ascending, Descending};
use crate::fields::{Choice, FieldDef, Kind, ObjectDef, label};
use std::borrow::Cow;

mod house;
mod lists;
mod scoring;
mod targets;
mod trust;
mod voices;
mod work;

pub use house::{SAVED_VIEWS, TAGS, TEAMS, USERS};
use lists::*;
pub use scoring::{
    ACKNOWLEDGEMENTS, ASSESSMENTS, AUDITS, CONTENTS, ENTITLEMENTS, GOALS, PAINS, PLAYBOOK_RUNS, PULSES, RESOURCES,
};
pub use targets::SEGMENTS;
pub use trust::{SOLUTIONS, TRIALS};
pub use voices::{BEHAVIOURS, COMPETITOR_ALERTS, INCENTIVE_READS, INCENTIVES, OBSTACLES, TRAININGS};
pub use work::{ACTIVITIES, TASKS};

const fn text(key: &'static str, zh: &'static str, en: &'static str, max: u32) -> FieldDef {
    FieldDef::new(key, zh, en, Kind::Text { max })
}
const fn long(key: &'static str, zh: &'static str, en: &'static str) -> FieldDef {
    FieldDef::new(key, zh, en, Kind::LongText { max: 20_000 })
}
const fn int(key: &'static str, zh: &'static str, en: &'static str, min: i64, max: i64) -> FieldDef {
    FieldDef::new(key, zh, en, Kind::Int { min, max })
}
const fn one_of(key: &'static str, zh: &'static str, en: &'static str, choices: &'static [Choice]) -> FieldDef {
    FieldDef::new(key, zh, en, Kind::Choice(Cow::Borrowed(choices)))
}
const fn link(key: &'static str, zh: &'static str, en: &'static str, object: &'static str) -> FieldDef {
    FieldDef::new(key, zh, en, Kind::Link(Cow::Borrowed(object)))
}
const fn links(key: &'static str, zh: &'static str, en: &'static str, object: &'static str) -> FieldDef {
    FieldDef::new(key, zh, en, Kind::Links(Cow::Borrowed(object)))
}
const fn several(key: &'static str, zh: &'static str, en: &'static str, choices: &'static [Choice]) -> FieldDef {
    FieldDef::new(key, zh, en, Kind::Choices(Cow::Borrowed(choices)))
}
const fn owner() -> FieldDef {
    link("owner_id", "负责人", "Owner", "users").column()
}
const fn tags() -> FieldDef {
    FieldDef::new("tags", "标签", "Tags", Kind::Tags)
}
const fn field(key: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> FieldDef {
    FieldDef::new(key, zh, en, kind)
}

impl FieldDef {
    /// Records are found by what they link to: the links have an index of their own.
    const fn grouped(mut self) -> FieldDef {
        self.filterable = true;
        self
    }
}

/// What every record has, before its own fields.
pub static SYSTEM: [FieldDef; 6] = [
    field("id", "编号", "Id", Kind::Id).read_only(),
    int("version", "版本", "Version", 1, i64::MAX).read_only(),
    field("created_at", "创建时间", "Created", Kind::DateTime).read_only(),
    field("updated_at", "更新时间", "Updated", Kind::DateTime).read_only(),
    field("archived_at", "归档时间", "Archived", Kind::DateTime).read_only(),
    link("created_by", "创建人", "Created by", "users").read_only(),
];

/// Number of system fields; an object's own fields start here.
pub const OWN: usize = SYSTEM.len();

/// Every object, in the order of the navigation.
pub static ALL: [&ObjectDef; 33] = [
    &CUSTOMERS,
    &CONTACTS,
    &OPPORTUNITIES,
    &ORDERS,
    &ORDER_LINES,
    &PRODUCTS,
    &ACTIVITIES,
    &BEHAVIOURS,
    &COMPETITOR_ALERTS,
    &TRIALS,
    &SOLUTIONS,
    &TASKS,
    &SEGMENTS,
    &CONTENTS,
    &RESOURCES,
    &PAINS,
    &ASSESSMENTS,
    &ENTITLEMENTS,
    &PLAYBOOK_RUNS,
    &GOALS,
    &ACKNOWLEDGEMENTS,
    &PULSES,
    &AUDITS,
    &TRAININGS,
    &OBSTACLES,
    &INCENTIVES,
    &INCENTIVE_READS,
    &PIPELINES,
    &PIPELINE_STAGES,
    &TAGS,
    &SAVED_VIEWS,
    &TEAMS,
    &USERS,
];

/// An object by its plural key.
pub fn find(key: &str) -> Option<&'static ObjectDef> {
    ALL.iter().copied().find(|o| o.key == key)
}

/// A company that buys or may buy.
pub static CUSTOMERS: ObjectDef = ObjectDef {
    key: "customers",
    singular: "customer",
    label: label("客户", "Customer"),
    label_plural: label("客户", "Customers"),
    title: "name",
    owned: true,
    permission: "customers",
    fields: &[
        text("name", "客户名称", "Name", 200).required().column(),
        text("short_name", "简称", "Short name", 100),
        one_of("customer_type", "客户类型", "Type", CUSTOMER_TYPES).column(),
        one_of("grade", "等级", "Grade", GRADES).column(),
        text("industry", "行业", "Industry", 100).column(),
        one_of("source", "来源", "Source", SOURCES),
        field("phone", "电话", "Phone", Kind::Phone),
        field("email", "邮箱", "E-mail", Kind::Email),
        field("website", "网址", "Website", Kind::Url),
        text("region", "区域", "Region", 100),
        text("province", "省份", "Province", 100),
        text("city", "城市", "City", 100).column(),
        text("address", "地址", "Address", 300),
        int("employees", "员工人数", "Employees", 0, 10_000_000),
        field("annual_revenue_minor", "年营业额", "Annual revenue", Kind::Money),
        int("founded_year", "成立年份", "Founded", 1000, 2200),
        text("credit_code", "统一社会信用代码", "Unified social credit code", 40),
        link("parent_id", "上级客户", "Parent company", "customers"),
        tags(),
        owner(),
        field("last_contact_at", "最近联系", "Last contact", Kind::DateTime).read_only().column(),
        field("unanswered_at", "等待回复自", "Waiting for an answer since", Kind::DateTime).read_only(),
        field("last_order_on", "最近下单", "Last order", Kind::Date).read_only(),
        int("rfm_r", "RFM 近度分", "RFM recency", 1, 5).read_only(),
        int("rfm_f", "RFM 频度分", "RFM frequency", 1, 5).read_only(),
        int("rfm_m", "RFM 金额分", "RFM monetary", 1, 5).read_only(),
        one_of("rfm_segment", "RFM 分群", "RFM segment", RFM_SEGMENTS).read_only().column(),
        field("potential", "潜力", "Potential", Kind::Percent),
        field("fit", "匹配度", "Fit", Kind::Percent),
        field("strategic_value", "战略价值", "Strategic value", Kind::Percent),
        text("grade_reason", "调整等级的理由", "Reason for the grade", 300),
        field("grade_manual", "等级由人工指定", "Grade set by hand", Kind::Bool).read_only(),
        link("grade_set_by", "等级指定人", "Grade set by", "users").read_only(),
        field("grade_set_at", "等级指定时间", "Grade set", Kind::DateTime).read_only(),
        one_of("grade_computed", "测算等级", "Computed grade", GRADES).read_only(),
        field("grade_score", "等级得分", "Grade score", Kind::Percent).read_only(),
        one_of("lifecycle_stage", "生命周期", "Lifecycle stage", LIFECYCLE_STAGES).column(),
        field("lifecycle_on", "进入该阶段", "In this stage since", Kind::Date).read_only(),
        one_of("lifecycle_from", "上一阶段", "Stage before", LIFECYCLE_STAGES).read_only(),
        field("lifecycle_manual", "生命周期由人工指定", "Stage set by hand", Kind::Bool).read_only(),
        one_of("partner_rank", "合作商级别", "Partner rank", PARTNER_RANKS),
        one_of("service_tier", "服务级别", "Service tier", SERVICE_TIERS).read_only(),
        one_of("profile_type", "客户画像", "Profile", PROFILE_TYPES),
        links("preference_ids", "偏好标签", "Preferences", "tags").grouped(),
        links("pain_ids", "痛点", "Pains", "pains").grouped(),
        field("wallet_share", "钱包份额", "Share of wallet", Kind::Percent),
        link("manager_id", "专属客户经理", "Dedicated manager", "users"),
        links("account_team_ids", "客户团队", "Account team", "users").grouped(),
        int("cadence_days", "联系间隔（天）", "Contact interval (days)", 1, 730),
        one_of("cadence_status", "联系节奏", "Cadence", CADENCE_STATUS).read_only(),
        field("cadence_due_on", "下次应联系", "Contact due", Kind::Date).read_only(),
        field("cadence_priority", "联系优先级", "Contact priority", Kind::Number).read_only(),
        int("cadence_excess", "本周期多出的联系", "Contacts too many", 0, 1_000_000).read_only(),
        field("sdae_security", "安全度", "Security", Kind::Percent).read_only(),
        field("sdae_development", "发展度", "Development", Kind::Percent).read_only(),
        field("sdae_acceptance", "接受度", "Acceptance", Kind::Percent).read_only(),
        field("sdae_experience", "体验度", "Experience", Kind::Percent).read_only(),
        one_of("sdae_weakest", "最弱维度", "Weakest dimension", DIMENSIONS).read_only(),
        one_of("asset_class", "客户资产", "Asset class", ASSET_CLASSES).read_only(),
        field("health", "健康度", "Health", Kind::Percent).read_only(),
        one_of("health_band", "健康状态", "Health band", HEALTH_BANDS).read_only(),
        field("alive", "仍会购买的概率", "Probability of buying again", Kind::Percent).read_only(),
        field("value_at_risk_minor", "风险金额", "Value at risk", Kind::Money).read_only(),
        int("intent", "购买意向", "Intent", 0, 1_000_000).read_only(),
        field("browsed_on", "多次浏览未下单始于", "Viewed without order since", Kind::Date).read_only(),
        field("recall_on", "复购偏少始于", "Buys too rarely since", Kind::Date).read_only(),
        field("churn_on", "高流失风险始于", "High churn risk since", Kind::Date).read_only(),
        field("health_alert_on", "健康预警始于", "Health alert since", Kind::Date).read_only(),
        field("win_back_on", "建议挽回始于", "To be won back since", Kind::Date).read_only(),
        field("pooled_at", "进入公海时间", "In the pool since", Kind::DateTime).read_only(),
        one_of("pool_reason", "进入公海原因", "Reason", POOL_REASONS).read_only(),
        text("pool_note", "退回说明", "Remark", 300).read_only(),
        link("pool_from_id", "原负责人", "From", "users").read_only(),
        link("first_owner_id", "首任负责人", "First owner", "users").read_only(),
        field("assigned_at", "分配时间", "Assigned", Kind::DateTime).read_only(),
        field("touch_due_at", "首次联系截止", "First contact due", Kind::DateTime).read_only(),
        one_of("rfm_overlay", "RFM 策略", "RFM strategy", RFM_OVERLAYS).read_only(),
        field("rfm_overlay_on", "RFM 策略始于", "RFM strategy since", Kind::Date).read_only(),
        field("invest_stopped", "停止投入", "Stop investing", Kind::Bool),
        text("invest_stop_reason", "停止投入的原因", "Why investing stopped", 300),
        field("invest_stopped_on", "停止投入始于", "Investing stopped", Kind::Date).read_only(),
        field("tier_on", "服务级别始于", "Tier since", Kind::Date).read_only(),
        link("merged_into_id", "已合并到", "Merged into", "customers").read_only(),
        one_of("screening", "筛选结果", "Screening", SCREENING),
        text("screening_reason", "筛选依据", "Grounds of the screening", 300),
        long("note", "备注", "Note"),
    ],
    search: &["name", "short_name", "phone", "email", "credit_code"],
    sort: &[("created_at", Descending)],
    customizable: true,
};

/// A person at a customer.
pub static CONTACTS: ObjectDef = ObjectDef {
    key: "contacts",
    singular: "contact",
    label: label("联系人", "Contact"),
    label_plural: label("联系人", "Contacts"),
    title: "name",
    owned: true,
    permission: "contacts",
    fields: &[
        text("name", "姓名", "Name", 100).required().column(),
        link("customer_id", "客户", "Customer", "customers").column(),
        text("title", "职务", "Job title", 100).column(),
        text("department", "部门", "Department", 100).column(),
        one_of("role", "决策角色", "Role in the decision", CONTACT_ROLES),
        field("phone", "手机", "Mobile", Kind::Phone).column(),
        field("email", "邮箱", "E-mail", Kind::Email),
        text("wechat", "微信号", "WeChat", 100),
        text("external_key", "外部编号", "External id", 200),
        field("is_primary", "主要联系人", "Primary", Kind::Bool).default("false"),
        field("birthday", "生日", "Birthday", Kind::Date),
        tags(),
        owner(),
        link("merged_into_id", "已合并到", "Merged into", "contacts").read_only(),
        long("note", "备注", "Note"),
    ],
    search: &["name", "phone", "email", "wechat"],
    sort: &[("created_at", Descending)],
    customizable: true,
};

/// A chance to sell.
pub static OPPORTUNITIES: ObjectDef = ObjectDef {
    key: "opportunities",
    singular: "opportunity",
    label: label("商机", "Opportunity"),
    label_plural: label("商机", "Opportunities"),
    title: "name",
    owned: true,
    permission: "opportunities",
    fields: &[
        text("name", "商机名称", "Name", 200).required().column(),
        text("number", "商机编号", "Number", 100),
        link("customer_id", "客户", "Customer", "customers").column(),
        link("contact_id", "联系人", "Contact", "contacts"),
        link("product_id", "产品", "Product", "products"),
        link("pipeline_id", "销售流程", "Pipeline", "pipelines"),
        link("stage_id", "阶段", "Stage", "pipeline_stages").column(),
        one_of("status", "状态", "Status", OPPORTUNITY_STATUS).read_only().column(),
        field("amount_minor", "预计金额", "Amount", Kind::Money).column(),
        field("expected_close_on", "预计成交日", "Expected close", Kind::Date).column(),
        field("engaged_on", "开始跟进日", "Engaged", Kind::Date),
        field("closed_on", "关闭日", "Closed", Kind::Date),
        text("lost_reason", "输单原因", "Loss reason", 200),
        one_of("source", "来源", "Source", SOURCES),
        text("competitor", "竞争对手", "Competitor", 200),
        field("probability", "赢率", "Probability", Kind::Percent).read_only(),
        int("furthest_position", "最远阶段序号", "Furthest stage", 0, 1000).read_only(),
        field("stage_entered_at", "进入阶段时间", "Entered stage", Kind::DateTime).read_only(),
        field("last_activity_at", "最近跟进", "Last activity", Kind::DateTime).read_only(),
        tags(),
        owner(),
        long("note", "备注", "Note"),
    ],
    search: &["name", "number"],
    sort: &[("created_at", Descending)],
    customizable: true,
};

/// What a customer bought.
pub static ORDERS: ObjectDef = ObjectDef {
    key: "orders",
    singular: "order",
    label: label("订单", "Order"),
    label_plural: label("订单", "Orders"),
    title: "number",
    owned: true,
    permission: "orders",
    fields: &[
        text("number", "订单号", "Number", 100).column(),
        link("customer_id", "客户", "Customer", "customers").required().column(),
        link("opportunity_id", "商机", "Opportunity", "opportunities"),
        field("ordered_on", "下单日期", "Ordered", Kind::Date).required().column(),
        one_of("status", "状态", "Status", ORDER_STATUS).required().default("\"confirmed\"").column(),
        field("amount_minor", "金额", "Amount", Kind::Money).required().default("0").column(),
        owner(),
        long("note", "备注", "Note"),
    ],
    search: &["number"],
    sort: &[("ordered_on", Descending)],
    customizable: true,
};

/// One product on an order.
pub static ORDER_LINES: ObjectDef = ObjectDef {
    key: "order_lines",
    singular: "order_line",
    label: label("订单明细", "Order line"),
    label_plural: label("订单明细", "Order lines"),
    title: "id",
    owned: true,
    permission: "orders",
    fields: &[
        link("order_id", "订单", "Order", "orders").required().column(),
        link("product_id", "产品", "Product", "products").column(),
        field("quantity", "数量", "Quantity", Kind::Number).required().default("1").column(),
        field("unit_price_minor", "单价", "Unit price", Kind::Money).column(),
        field("amount_minor", "金额", "Amount", Kind::Money).required().default("0").column(),
        link("owner_id", "负责人", "Owner", "users").read_only(),
    ],
    search: &[],
    sort: &[("created_at", Ascending)],
    customizable: false,
};

/// What is sold.
pub static PRODUCTS: ObjectDef = ObjectDef {
    key: "products",
    singular: "product",
    label: label("产品", "Product"),
    label_plural: label("产品", "Products"),
    title: "name",
    owned: false,
    permission: "products",
    fields: &[
        text("name", "产品名称", "Name", 200).required().column(),
        text("code", "产品编码", "Code", 100).column(),
        text("category", "分类", "Category", 100).column(),
        text("series", "系列", "Series", 100),
        text("unit", "单位", "Unit", 20),
        tags(),
        field("list_price_minor", "标准价", "List price", Kind::Money).column(),
        field("cost_minor", "成本", "Cost", Kind::Money),
        field("active", "在售", "Active", Kind::Bool).default("true").column(),
        long("note", "说明", "Description"),
    ],
    search: &["name", "code", "series"],
    sort: &[("name", Ascending)],
    customizable: true,
};

/// A way of selling: an ordered list of stages.
pub static PIPELINES: ObjectDef = ObjectDef {
    key: "pipelines",
    singular: "pipeline",
    label: label("销售流程", "Pipeline"),
    label_plural: label("销售流程", "Pipelines"),
    title: "name",
    owned: false,
    permission: "pipelines",
    fields: &[
        text("name", "名称", "Name", 100).required().column(),
        field("is_default", "默认", "Default", Kind::Bool).default("false").column(),
        int("position", "顺序", "Position", 0, 1000).required().default("0").column(),
    ],
    search: &[],
    sort: &[("position", Ascending)],
    customizable: false,
};

/// The last place that a stage can have in its pipeline.
pub const STAGE_POSITION_MAX: i64 = 1000;

/// One step of a pipeline. Without a position it comes after all others.
pub static PIPELINE_STAGES: ObjectDef = ObjectDef {
    key: "pipeline_stages",
    singular: "pipeline_stage",
    label: label("阶段", "Stage"),
    label_plural: label("阶段", "Stages"),
    title: "name",
    owned: false,
    permission: "pipelines",
    fields: &[
        text("name", "名称", "Name", 100).required().column(),
        link("pipeline_id", "销售流程", "Pipeline", "pipelines").required().column(),
        int("position", "顺序", "Position", 0, STAGE_POSITION_MAX).column(),
        one_of("kind", "性质", "Kind", OPPORTUNITY_STATUS).required().default("\"open\"").column(),
        field("probability", "手动赢率", "Manual probability", Kind::Percent).column(),
        field("benchmark", "转化率基准", "Conversion benchmark", Kind::Percent).column(),
    ],
    search: &[],
    sort: &[("position", Ascending)],
    customizable: false,
};
