//! What people do and have done: activities, what customers do by themselves, tasks.

use super::lists::{ACTIVITY_KINDS, GRADES, PRIORITIES, REMINDERS, REPEAT_BY, REPEATS, TASK_STATUS};
use super::{field, int, link, links, long, one_of, owner, text};
use crate::fields::Direction::{Ascending, Descending};
use crate::fields::{Kind, ObjectDef, label};

/// What was done with or for a customer.
pub static ACTIVITIES: ObjectDef = ObjectDef {
    key: "activities",
    singular: "activity",
    label: label("跟进记录", "Activity"),
    label_plural: label("跟进记录", "Activities"),
    title: "subject",
    owned: true,
    permission: "activities",
    fields: &[
        text("subject", "主题", "Subject", 200).required().column(),
        one_of("kind", "方式", "Kind", ACTIVITY_KINDS).required().column(),
        link("customer_id", "客户", "Customer", "customers").column(),
        link("contact_id", "联系人", "Contact", "contacts").column(),
        link("opportunity_id", "商机", "Opportunity", "opportunities"),
        field("occurred_at", "时间", "Time", Kind::DateTime).required().column(),
        int("duration_minutes", "时长（分钟）", "Minutes", 0, 14_400),
        field("completed", "已完成", "Completed", Kind::Bool).default("true"),
        text("outcome", "结果", "Outcome", 300).column(),
        links("pain_ids", "谈到的痛点", "Pains addressed", "pains"),
        links("content_ids", "使用的内容", "Content used", "contents"),
        links("resource_ids", "投入的资源", "Resources used", "resources"),
        links("audience_ids", "参加的联系人", "Audience", "contacts"),
        text("next_step", "约定的下一步", "Agreed next step", 300),
        field("customer_initiated", "客户主动", "Customer came to us", Kind::Bool),
        field("responded", "客户有回应", "Customer responded", Kind::Bool),
        one_of("grade_then", "当时等级", "Grade at the time", GRADES).read_only(),
        field("r1", "对的客户", "R1 right customer", Kind::Percent).read_only(),
        field("r2", "对的频率", "R2 right frequency", Kind::Percent).read_only(),
        field("r3", "对的信息", "R3 right message", Kind::Percent).read_only(),
        field("r4", "对的资源", "R4 right resources", Kind::Percent).read_only(),
        owner(),
        long("note", "内容", "Note"),
    ],
    search: &["subject"],
    sort: &[("occurred_at", Descending)],
    customizable: true,
};

/// What to do next.
pub static TASKS: ObjectDef = ObjectDef {
    key: "tasks",
    singular: "task",
    label: label("任务", "Task"),
    label_plural: label("任务", "Tasks"),
    title: "title",
    owned: true,
    permission: "tasks",
    fields: &[
        text("title", "任务", "Title", 200).required().column(),
        field("due_at", "截止时间", "Due", Kind::DateTime).column(),
        one_of("status", "状态", "Status", TASK_STATUS).required().default("\"open\"").column(),
        one_of("priority", "优先级", "Priority", PRIORITIES).required().default("\"normal\"").column(),
        link("customer_id", "客户", "Customer", "customers").column(),
        link("contact_id", "联系人", "Contact", "contacts"),
        link("opportunity_id", "商机", "Opportunity", "opportunities"),
        text("origin", "来源", "Origin", 100).read_only(),
        field("done_at", "完成时间", "Done", Kind::DateTime).read_only(),
        text("result", "结果", "Result", 300),
        owner(),
        one_of("reminder", "提醒", "Reminder", REMINDERS).default("\"m15\""),
        field("remind_at", "提醒时间", "Reminds", Kind::DateTime).read_only(),
        field("resume_at", "稍后处理", "Snoozed until", Kind::DateTime).read_only(),
        one_of("repeat", "重复", "Repeats", REPEATS),
        one_of("repeat_by", "下一次", "Next one", REPEAT_BY),
        field("repeat_skip", "遇休息日顺延", "Move from days off", Kind::Bool),
        field("repeat_until", "重复到", "Repeats until", Kind::Date),
        field("repeat_from", "重复自", "Repeats since", Kind::Date).read_only(),
        link("previous_id", "上一次", "The one before", "tasks").read_only(),
        long("note", "说明", "Note"),
    ],
    search: &["title"],
    sort: &[("due_at", Ascending)],
    customizable: true,
};
