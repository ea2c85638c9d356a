//! The options of the shipped choice fields.

use crate::fields::{Choice, choice};

pub(super) const CUSTOMER_TYPES: &[Choice] = &[
    choice("prospect", "潜在客户", "Prospect", "info"),
    choice("customer", "成交客户", "Customer", "success"),
    choice("partner", "合作伙伴", "Partner", "primary"),
    choice("former", "流失客户", "Former customer", "neutral"),
];

pub(super) const POOL_REASONS: &[Choice] = &[
    choice("returned", "手动退回", "Returned by hand", "neutral"),
    choice("no_first_touch", "超时未首次联系", "No first contact in time", "error"),
    choice("no_follow_up", "长期未跟进", "No follow-up", "warning"),
    choice("owner_left", "负责人离职", "Owner left", "info"),
    choice("imported", "导入公海", "Imported into the pool", "primary"),
    choice("rule", "规则移入", "By a rule", "info"),
];

pub(super) const GRADES: &[Choice] = &[
    choice("A", "A 级", "A", "success"),
    choice("B", "B 级", "B", "primary"),
    choice("C", "C 级", "C", "info"),
    choice("D", "D 级", "D", "neutral"),
];

pub(super) const SOURCES: &[Choice] = &[
    choice("website", "官网", "Website", "info"),
    choice("referral", "转介绍", "Referral", "success"),
    choice("exhibition", "展会", "Exhibition", "primary"),
    choice("advertising", "广告投放", "Advertising", "info"),
    choice("social", "社交媒体", "Social media", "info"),
    choice("outbound", "主动开发", "Outbound", "neutral"),
    choice("partner", "渠道伙伴", "Partner", "primary"),
    choice("other", "其他", "Other", "neutral"),
];

pub(super) const RFM_SEGMENTS: &[Choice] = &[
    choice("HHH", "重要价值", "Important value", "success"),
    choice("HLH", "重要发展", "Important development", "primary"),
    choice("LHH", "重要保持", "Important retention", "warning"),
    choice("LLH", "重要挽留", "Important win-back", "error"),
    choice("HHL", "一般价值", "General value", "success"),
    choice("HLL", "一般发展", "General development", "info"),
    choice("LHL", "一般保持", "General retention", "neutral"),
    choice("LLL", "一般挽留", "General win-back", "neutral"),
    choice("none", "近期未购买", "No purchase", "neutral"),
];

pub(super) const RFM_OVERLAYS: &[Choice] = &[
    choice("high_value", "高价值", "High value", "success"),
    choice("potential", "潜力", "Potential", "primary"),
    choice("sleeping", "沉睡", "Sleeping", "neutral"),
];

pub(super) const SEGMENT_PURPOSES: &[Choice] = &[
    choice("high_value", "高价值", "High value", "success"),
    choice("keep", "高价值需维系", "High value to keep", "warning"),
    choice("activate", "高潜力待激活", "High potential to activate", "primary"),
    choice("potential", "潜力培育", "Potential to grow", "info"),
    choice("wake", "沉睡唤醒", "Asleep, to wake", "neutral"),
    choice("need", "需求群组", "Group by need", "info"),
    choice("other", "其他", "Other", "neutral"),
];

pub(super) const OPPORTUNITY_STATUS: &[Choice] = &[
    choice("open", "进行中", "Open", "info"),
    choice("won", "赢单", "Won", "success"),
    choice("lost", "输单", "Lost", "neutral"),
];

pub(super) const ORDER_STATUS: &[Choice] = &[
    choice("draft", "草稿", "Draft", "neutral"),
    choice("confirmed", "已确认", "Confirmed", "info"),
    choice("fulfilled", "已交付", "Fulfilled", "success"),
    choice("cancelled", "已取消", "Cancelled", "neutral"),
    choice("returned", "退货", "Returned", "error"),
];

pub(super) const ACTIVITY_KINDS: &[Choice] = &[
    choice("call", "电话", "Call", "info"),
    choice("visit", "拜访", "Visit", "primary"),
    choice("meeting", "会议", "Meeting", "primary"),
    choice("online_meeting", "线上会议", "Online meeting", "info"),
    choice("chat", "微信沟通", "Chat", "info"),
    choice("email", "邮件", "E-mail", "neutral"),
    choice("note", "备忘", "Note", "neutral"),
];

pub(super) const TASK_STATUS: &[Choice] = &[
    choice("open", "待办", "Open", "info"),
    choice("done", "已完成", "Done", "success"),
    choice("cancelled", "已取消", "Cancelled", "neutral"),
];

pub(super) const PRIORITIES: &[Choice] = &[
    choice("high", "高", "High", "error"),
    choice("normal", "中", "Normal", "info"),
    choice("low", "低", "Low", "neutral"),
];

pub(super) const COLORS: &[Choice] = &[
    choice("neutral", "灰", "Grey", "neutral"),
    choice("info", "蓝", "Blue", "info"),
    choice("primary", "靛", "Indigo", "primary"),
    choice("success", "绿", "Green", "success"),
    choice("warning", "橙", "Orange", "warning"),
    choice("error", "红", "Red", "error"),
];

pub(super) const USER_STATUS: &[Choice] = &[
    choice("active", "在职", "Active", "success"),
    choice("invited", "待激活", "Invited", "info"),
    choice("disabled", "已停用", "Disabled", "neutral"),
];

pub(super) const LOCALES: &[Choice] =
    &[choice("zh-CN", "中文", "Chinese", "neutral"), choice("en", "英文", "English", "neutral")];

pub(super) const LIFECYCLE_STAGES: &[Choice] = &[
    choice("acquisition", "获客期", "Acquisition", "info"),
    choice("growth", "成长期", "Growth", "primary"),
    choice("maturity", "成熟期", "Maturity", "success"),
    choice("retention", "留存期", "Retention", "warning"),
];

pub(super) const SERVICE_TIERS: &[Choice] = &[
    choice("strategic", "战略客户", "Strategic", "success"),
    choice("growth", "成长客户", "Growth", "primary"),
    choice("basic", "基础客户", "Basic", "neutral"),
];

pub(super) const PARTNER_RANKS: &[Choice] = &[
    choice("ordinary", "普通合作商", "Ordinary partner", "neutral"),
    choice("core", "核心合作商", "Core partner", "primary"),
    choice("regional_head", "区域头部合作商", "Head partner of its region", "success"),
];

pub(super) const PROFILE_TYPES: &[Choice] = &[
    choice("price_sensitive", "价格敏感型", "Price-sensitive", "warning"),
    choice("professional", "专业型", "Professional", "info"),
    choice("technology_driven", "技术驱动型", "Technology-driven", "primary"),
    choice("decision_chain", "复杂决策链型", "Complex decision chain", "neutral"),
];

pub(super) const CONTACT_ROLES: &[Choice] = &[
    choice("decision_maker", "决策者", "Decision maker", "success"),
    choice("influencer", "影响者", "Influencer", "primary"),
    choice("technical", "技术评估", "Technical", "info"),
    choice("purchasing", "采购", "Purchasing", "info"),
    choice("finance", "财务", "Finance", "neutral"),
    choice("user", "使用者", "User", "neutral"),
    choice("coach", "内部支持者", "Coach", "warning"),
];

pub(super) const CONTENT_KINDS: &[Choice] = &[
    choice("case_study", "客户案例", "Case study", "success"),
    choice("white_paper", "白皮书", "White paper", "info"),
    choice("brochure", "产品资料", "Brochure", "primary"),
    choice("solution", "方案模板", "Solution", "primary"),
    choice("video", "视频", "Video", "info"),
    choice("script", "话术", "Talking points", "neutral"),
    choice("other", "其他", "Other", "neutral"),
];

pub(super) const RESOURCE_KINDS: &[Choice] = &[
    choice("material", "产品资料", "Material", "neutral"),
    choice("case_visit", "案例参观", "Case visit", "success"),
    choice("expert", "专家支持", "Expert support", "primary"),
    choice("event", "市场活动", "Market event", "info"),
    choice("sample", "样品", "Sample", "info"),
    choice("trial", "试用", "Trial", "warning"),
    choice("executive", "高层拜访", "Executive visit", "error"),
    choice("other", "其他", "Other", "neutral"),
];

pub(super) const CADENCE_STATUS: &[Choice] = &[
    choice("never", "从未联系", "Never contacted", "error"),
    choice("under", "联系不足", "Under", "warning"),
    choice("due", "该联系了", "Due", "info"),
    choice("on_track", "节奏正常", "On track", "success"),
    choice("over", "过度联系", "Over", "error"),
];

pub(super) const ASSET_CLASSES: &[Choice] = &[
    choice("increment", "增量", "Increment", "success"),
    choice("retained", "留量", "Retained", "primary"),
    choice("flow", "流量", "Flow", "neutral"),
];

pub(super) const DIMENSIONS: &[Choice] = &[
    choice("security", "安全度", "Security", "primary"),
    choice("development", "发展度", "Development", "success"),
    choice("acceptance", "接受度", "Acceptance", "info"),
    choice("experience", "体验度", "Experience", "warning"),
];

pub(super) const SCORE_BANDS: &[Choice] = &[
    choice("strong", "强", "Strong", "success"),
    choice("sound", "稳", "Sound", "primary"),
    choice("weak", "弱", "Weak", "error"),
];

pub(super) const HEALTH_BANDS: &[Choice] = &[
    choice("healthy", "健康", "Healthy", "success"),
    choice("watch", "关注", "Watch", "warning"),
    choice("at_risk", "有风险", "At risk", "error"),
];

pub(super) const ENTITLEMENT_STATUS: &[Choice] = &[
    choice("active", "生效中", "Active", "success"),
    choice("revoked", "已收回", "Revoked", "neutral"),
    choice("duplicate", "重复（合并前各有一份）", "Held twice before a merge", "neutral"),
];

pub(super) const GOAL_LEVELS: &[Choice] = &[
    choice("company", "公司", "Company", "primary"),
    choice("team", "团队", "Team", "info"),
    choice("person", "个人", "Person", "neutral"),
];

pub(super) const AUDIT_SUBJECTS: &[Choice] = &[
    choice("company", "公司", "Company", "primary"),
    choice("team", "团队", "Team", "info"),
    choice("person", "个人", "Person", "neutral"),
];

pub(super) const AUDIT_AREAS: &[Choice] = &[
    choice("commitment", "承诺度", "Commitment", "primary"),
    choice("precision", "精准度", "Precision", "info"),
    choice("engagement", "投入度", "Engagement", "warning"),
    choice("process", "4R 过程", "4R process", "success"),
    choice("customers", "SDAE 客户质量", "SDAE customer quality", "neutral"),
];

pub(super) const BEHAVIOUR_KINDS: &[Choice] = &[
    choice("product_view", "浏览产品", "Looked at a product", "info"),
    choice("price_view", "查看价格", "Looked at prices", "primary"),
    choice("case_download", "下载案例", "Downloaded a case", "success"),
    choice("white_paper", "下载白皮书", "Downloaded a white paper", "success"),
    choice("webinar", "参加直播", "Attended a webinar", "primary"),
    choice("trial_request", "申请试用", "Asked for a trial", "warning"),
    choice("page_view", "浏览网页", "Page view", "info"),
    choice("download", "下载资料", "Download", "success"),
    choice("form", "提交表单", "Form sent", "primary"),
    choice("email_open", "打开邮件", "Mail opened", "info"),
    choice("email_click", "点击邮件链接", "Mail clicked", "info"),
    choice("competitor_view", "浏览竞品", "Looked at a competitor", "error"),
    choice("other", "其他", "Other", "neutral"),
];

pub(super) const TRAINING_KINDS: &[Choice] = &[
    choice("product", "产品知识", "Product", "primary"),
    choice("skill", "销售技能", "Sales skill", "info"),
    choice("tool", "工具使用", "Tools", "neutral"),
    choice("review", "案例复盘", "Case review", "success"),
];

pub(super) const OBSTACLE_STATUS: &[Choice] =
    &[choice("open", "待解决", "Open", "warning"), choice("resolved", "已解决", "Resolved", "success")];

pub(super) const REMINDERS: &[Choice] = &[
    choice("none", "不提醒", "None", "neutral"),
    choice("at_due", "到期时", "When due", "info"),
    choice("m15", "提前 15 分钟", "15 minutes before", "info"),
    choice("h1", "提前 1 小时", "1 hour before", "info"),
    choice("d1", "提前 1 天", "1 day before", "info"),
];

pub(super) const REPEATS: &[Choice] = &[
    choice("daily", "每天", "Every day", "info"),
    choice("weekly", "每周", "Every week", "info"),
    choice("biweekly", "每两周", "Every two weeks", "info"),
    choice("monthly", "每月", "Every month", "info"),
    choice("quarterly", "每季度", "Every quarter", "info"),
    choice("yearly", "每年", "Every year", "info"),
];

pub(super) const REPEAT_BY: &[Choice] = &[
    choice("done", "完成后生成下一次", "When this one is done", "info"),
    choice("schedule", "到期就生成下一次", "When this one is due", "info"),
];

pub(super) const ALERT_SOURCES: &[Choice] = &[
    choice("customer", "客户透露", "Told by the customer", "primary"),
    choice("on_site", "现场看到", "Seen on site", "info"),
    choice("tender", "招投标信息", "A tender", "warning"),
    choice("partner", "渠道或同行", "A partner or peer", "info"),
    choice("web", "网上信息", "The web", "neutral"),
    choice("other", "其他", "Other", "neutral"),
];

pub(super) const ALERT_STATUS: &[Choice] =
    &[choice("open", "待应对", "Open", "error"), choice("closed", "已解除", "Closed", "success")];

pub(super) const INCENTIVE_AUDIENCES: &[Choice] = &[
    choice("everyone", "全体成员", "Everybody", "primary"),
    choice("representatives", "销售代表", "Representatives", "info"),
    choice("managers", "销售管理者", "Managers", "info"),
    choice("service", "客户服务", "Service", "info"),
    choice("newcomers", "新员工", "Newcomers", "success"),
];

pub(super) const SCREENING: &[Choice] = &[
    choice("qualified", "合格，转销售跟进", "Qualified", "success"),
    choice("nurture", "待培育", "To be nurtured", "info"),
    choice("unfit", "不合适", "Not a fit", "neutral"),
];

pub(super) const TRIAL_STATUS: &[Choice] = &[
    choice("planned", "计划中", "Planned", "neutral"),
    choice("running", "试用中", "Running", "info"),
    choice("succeeded", "达到预期", "Succeeded", "success"),
    choice("failed", "未达预期", "Failed", "error"),
];

pub(super) const SOLUTION_STATUS: &[Choice] = &[
    choice("draft", "编写中", "Draft", "neutral"),
    choice("sent", "已提交", "Sent", "info"),
    choice("accepted", "客户认可", "Accepted", "success"),
    choice("declined", "客户未采纳", "Declined", "error"),
];
