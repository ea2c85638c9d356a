//! The options of the shipped choice fields.

use crate::fields::{Choice, choice};

pub(super) const CUSTOMER_TYPES: &[Choice] = &[
    choice("prospect", "潜在客户", "Prospect", "info"),
    choice("customer", "成交客户", "Customer", "success"),
    choice("partner", "合作伙伴", "Partner", "primary"),
    choice("former", "流失客户", "Former customer", "neutral"),
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
