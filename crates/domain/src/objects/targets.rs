//! Which customers to win and to keep, and how.

use super::lists::SEGMENT_PURPOSES;
use super::{field, int, long, one_of, owner, text};
use crate::fields::Direction::Ascending;
use crate::fields::{Kind, ObjectDef, label};

/// A group of customers by a condition: who is in it follows from the customers (S0-04, S1-08). One that is a target
/// has a strategy, and its coverage is told.
pub static SEGMENTS: ObjectDef = ObjectDef {
    key: "segments",
    singular: "segment",
    label: label("客户群", "Segment"),
    label_plural: label("客户群", "Segments"),
    title: "name",
    owned: false,
    permission: "segments",
    fields: &[
        text("name", "名称", "Name", 100).required().column(),
        one_of("purpose", "类型", "Purpose", SEGMENT_PURPOSES).required().default("\"other\"").column(),
        field("definition", "条件", "Condition", Kind::Json).required().not_imported(),
        long("strategy", "针对策略", "Strategy").column(),
        field("target", "目标名单", "Target list", Kind::Bool).default("true").column(),
        field("coverage_goal", "覆盖率目标", "Coverage goal", Kind::Percent).column(),
        int("position", "顺序", "Position", 0, 1000).required().default("0"),
        text("key", "内置代码", "Key", 100).read_only(),
        owner(),
    ],
    search: &[],
    sort: &[("position", Ascending)],
    customizable: false,
};
