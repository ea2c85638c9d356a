//! What customers are entitled to, stage by stage.

use super::Stage;
use crate::settings::Check;
use serde::{Deserialize, Serialize};

/// A right of customers, from one stage to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// The stored word.
    pub key: String,
    /// What it is called in Chinese.
    pub zh: String,
    /// What it is called in English.
    pub en: String,
    /// The first stage that grants it.
    pub from: Stage,
    /// The last stage that has it.
    pub until: Stage,
}

impl Entitlement {
    /// True when a customer in the stage has it.
    pub fn holds_in(&self, stage: Stage) -> bool {
        (self.from..=self.until).contains(&stage)
    }
}

/// The shipped rights (S1-05, S1-06).
pub fn shipped() -> Vec<Entitlement> {
    use Stage::{Acquisition, Growth, Maturity, Retention};
    [
        ("first_order_discount", "首单 9 折", "10 % off the first order", Acquisition, Acquisition),
        ("free_design", "免费设计咨询", "Free design consulting", Acquisition, Acquisition),
        ("stock_first", "滞销库存优先清货权", "First pick of slow-moving stock", Growth, Retention),
        ("account_manager", "专属客户经理", "A dedicated account manager", Maturity, Retention),
        ("joint_model", "全屋联动增值方案", "The whole-house joint offer", Maturity, Retention),
        ("exclusive_service", "专属服务通道", "A service line of its own", Retention, Retention),
        ("member_rights", "老客户专享权益", "Rights of long-standing customers", Retention, Retention),
    ]
    .map(|(key, zh, en, from, until)| Entitlement {
        key: key.to_owned(),
        zh: zh.to_owned(),
        en: en.to_owned(),
        from,
        until,
    })
    .to_vec()
}

pub(super) fn check(all: &[Entitlement], check: &mut Check) {
    if all.len() > 100 {
        check.fault("entitlements", "too_many", "100");
    }
    for (i, one) in all.iter().enumerate() {
        let field = |name: &str| format!("entitlements[{i}].{name}");
        for (name, text) in [("key", &one.key), ("zh", &one.zh), ("en", &one.en)] {
            if text.trim().is_empty() {
                check.fault(&field(name), "required", "");
            } else if text.chars().count() > 100 {
                check.fault(&field(name), "too_long", "100");
            }
        }
        if all[..i].iter().any(|other| other.key == one.key) {
            check.fault(&field("key"), "duplicate", "");
        }
        if one.until < one.from {
            check.fault(&field("until"), "must_ascend", &field("from"));
        }
    }
}
