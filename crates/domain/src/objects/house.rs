//! What belongs to the house: its people and teams, its words and its views.

use super::lists::{COLORS, LOCALES, USER_STATUS};
use super::{field, int, link, one_of, owner, text};
use crate::fields::Direction::Ascending;
use crate::fields::{Kind, ObjectDef, label};

/// A word that groups records.
pub static TAGS: ObjectDef = ObjectDef {
    key: "tags",
    singular: "tag",
    label: label("标签", "Tag"),
    label_plural: label("标签", "Tags"),
    title: "name",
    owned: false,
    permission: "tags",
    fields: &[
        text("name", "名称", "Name", 60).required().column(),
        one_of("color", "颜色", "Colour", COLORS).required().default("\"neutral\"").column(),
    ],
    search: &[],
    sort: &[("name", Ascending)],
    customizable: false,
};

/// A list as somebody likes to see it: filter, sort, columns.
pub static SAVED_VIEWS: ObjectDef = ObjectDef {
    key: "saved_views",
    singular: "saved_view",
    label: label("视图", "Saved view"),
    label_plural: label("视图", "Saved views"),
    title: "name",
    owned: true,
    permission: "saved_views",
    fields: &[
        text("name", "名称", "Name", 60).required().column(),
        text("object", "对象", "Object", 60).required().column(),
        field("shared", "共享", "Shared", Kind::Bool).default("false").column(),
        field("definition", "定义", "Definition", Kind::Json).required().not_imported(),
        int("position", "顺序", "Position", 0, 1000).required().default("0"),
        owner(),
    ],
    search: &[],
    sort: &[("position", Ascending)],
    customizable: false,
};

/// A group of people in a tree.
pub static TEAMS: ObjectDef = ObjectDef {
    key: "teams",
    singular: "team",
    label: label("团队", "Team"),
    label_plural: label("团队", "Teams"),
    title: "name",
    owned: false,
    permission: "teams",
    fields: &[
        text("name", "团队名称", "Name", 100).required().column(),
        link("parent_id", "上级团队", "Parent team", "teams").column(),
        text("region", "区域", "Region", 100).column(),
        link("lead_id", "负责人", "Team lead", "users").column(),
    ],
    search: &["name"],
    sort: &[("name", Ascending)],
    customizable: false,
};

/// A person who works here.
pub static USERS: ObjectDef = ObjectDef {
    key: "users",
    singular: "user",
    label: label("成员", "User"),
    label_plural: label("成员", "Users"),
    title: "name",
    owned: false,
    permission: "users",
    fields: &[
        text("name", "姓名", "Name", 100).required().column(),
        field("email", "邮箱", "E-mail", Kind::Email).column(),
        text("title", "职务", "Job title", 100).column(),
        field("phone", "电话", "Phone", Kind::Phone),
        link("team_id", "团队", "Team", "teams").column(),
        one_of("status", "状态", "Status", USER_STATUS).required().default("\"invited\"").column(),
        one_of("locale", "语言", "Language", LOCALES).required().default("\"zh-CN\""),
        field("hired_on", "入职日期", "Hired", Kind::Date),
        field("left_on", "离职日期", "Left", Kind::Date),
    ],
    search: &["name", "email", "phone"],
    sort: &[("name", Ascending)],
    customizable: false,
};
