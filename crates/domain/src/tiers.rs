//! Service tiers by what a customer paid in twelve months (S2-09, S2-10, S2-35 to S2-38).

use crate::fields::{FieldError, Label, label};
use crate::settings::Check;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// A tier; the order is from the highest to the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// 战略客户.
    Strategic,
    /// 成长客户.
    Growth,
    /// 基础客户.
    Basic,
}

impl Tier {
    /// All tiers, the highest first.
    pub const ALL: [Tier; 3] = [Tier::Strategic, Tier::Growth, Tier::Basic];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Strategic => "strategic",
            Self::Growth => "growth",
            Self::Basic => "basic",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Strategic => ["战略客户", "Strategic"],
            Self::Growth => ["成长客户", "Growth"],
            Self::Basic => ["基础客户", "Basic"],
        }
    }
}

/// A shipped set of amounts with the services that belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// 100,000 and 30,000 yuan a year: software by subscription (S2-09).
    Saas,
    /// 500,000 and 100,000 yuan a year: larger contracts (S2-35).
    Enterprise,
}

impl Preset {
    /// Both presets; the first is the default.
    pub const ALL: [Preset; 2] = [Preset::Saas, Preset::Enterprise];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Saas => "saas",
            Self::Enterprise => "enterprise",
        }
    }

    /// Its amounts.
    pub fn settings(self) -> Settings {
        match self {
            Self::Saas => Settings::of(self, 10_000_000, 3_000_000),
            Self::Enterprise => Settings::of(self, 50_000_000, 10_000_000),
        }
    }

    /// What a customer of a tier is entitled to.
    pub fn services(self, tier: Tier) -> &'static [Service] {
        match (self, tier) {
            (Self::Saas, Tier::Strategic) => &SAAS_STRATEGIC,
            (Self::Saas, Tier::Growth) => &SAAS_GROWTH,
            (Self::Saas, Tier::Basic) => &SAAS_BASIC,
            (Self::Enterprise, Tier::Strategic) => &ENTERPRISE_STRATEGIC,
            (Self::Enterprise, Tier::Growth) => &ENTERPRISE_GROWTH,
            (Self::Enterprise, Tier::Basic) => &ENTERPRISE_BASIC,
        }
    }
}

/// What a tier asks of us beyond what its services say in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// A customer success manager serves the customer beside sales.
    SuccessManager,
    /// Model cases of the customer's industry are sent to it.
    Cases,
}

impl Tier {
    /// What the tier asks of us, with either preset (S2-10, S2-35, S2-37); nothing of the basic one, which serves itself.
    pub fn duty(self) -> Option<Duty> {
        match self {
            Self::Strategic => Some(Duty::SuccessManager),
            Self::Growth => Some(Duty::Cases),
            Self::Basic => None,
        }
    }
}

/// Where tiers begin, in minor units per year, and whose services they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The preset that it came from, whose services the tiers have whatever the amounts are now.
    pub preset: Preset,
    /// Strategic are those that paid more than this.
    pub strategic_above_minor: i64,
    /// Growth are those that paid at least this; basic those below.
    pub growth_from_minor: i64,
    /// The one salesperson who answers the urgent needs of all basic customers; none: each owner does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_owner_id: Option<Uuid>,
}

impl Default for Settings {
    fn default() -> Self {
        Preset::Saas.settings()
    }
}

impl Settings {
    fn of(preset: Preset, strategic_above_minor: i64, growth_from_minor: i64) -> Settings {
        Settings { preset, strategic_above_minor, growth_from_minor, shared_owner_id: None }
    }

    /// Who answers an urgent need of a customer of a tier: the shared salesperson of the basic tier, else its owner.
    pub fn answers(&self, tier: Option<Tier>, owner: Option<Uuid>) -> (Option<Uuid>, bool) {
        match self.shared_owner_id.filter(|_| tier == Some(Tier::Basic)) {
            Some(shared) => (Some(shared), true),
            None => (owner, false),
        }
    }

    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut check = Check::new();
        let most = crate::fields::MONEY_MAX as f64;
        check.within("strategic_above_minor", self.strategic_above_minor as f64, 1.0, most);
        check.within("growth_from_minor", self.growth_from_minor as f64, 1.0, most);
        if self.growth_from_minor > self.strategic_above_minor {
            check.fault("strategic_above_minor", "must_ascend", "growth_from_minor");
        }
        check.done()
    }
}

/// A tier with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tiered {
    /// The tier.
    pub tier: Tier,
    /// What was paid in twelve months, in minor units.
    pub paid_minor: i64,
    /// What is missing to the next tier, in minor units; `None` in the highest.
    pub to_next_minor: Option<i64>,
}

/// The tier of a customer by what it paid in the last twelve months.
pub fn tier(paid_minor: i64, settings: &Settings) -> Tiered {
    let next = |from: i64| Some(from.saturating_sub(paid_minor));
    let (tier, to_next_minor) = if paid_minor > settings.strategic_above_minor {
        (Tier::Strategic, None)
    } else if paid_minor >= settings.growth_from_minor {
        (Tier::Growth, next(settings.strategic_above_minor.saturating_add(1)))
    } else {
        (Tier::Basic, next(settings.growth_from_minor))
    };
    Tiered { tier, paid_minor, to_next_minor }
}

/// A service that belongs to a tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The stored word.
    pub key: &'static str,
    /// What a person reads.
    pub text: Label,
}

const fn service(key: &'static str, zh: &'static str, en: &'static str) -> Service {
    Service { key, text: label(zh, en) }
}

static SAAS_STRATEGIC: [Service; 2] = [
    service("dual_team", "销售 + 客户成功经理双线服务", "Served by sales and a customer success manager together"),
    service("value_review", "每季度上门价值复盘", "A value review on site every quarter"),
];
static SAAS_GROWTH: [Service; 1] =
    [service("case_library", "推送行业标杆案例库", "The library of model cases of its industry")];
static SAAS_BASIC: [Service; 1] = [service("self_service", "在线自助服务", "Self-service online")];
static ENTERPRISE_STRATEGIC: [Service; 2] = [
    service("task_force", "销售总监 + 客户成功经理组成攻坚小组", "A task force of the sales director and a CSM"),
    service(
        "value_review",
        "每季度上门价值复盘，讲清已实现和预计的提升",
        "A value review on site every quarter: gains so far and to come",
    ),
];
static ENTERPRISE_GROWTH: [Service; 2] = [
    service("case_pack", "行业案例包", "A pack of cases of its industry"),
    service(
        "upsell_gift",
        "增购超过 20 万元赠 6 个月高级服务",
        "6 months of advanced service with an upsell beyond 200,000 yuan",
    ),
];
static ENTERPRISE_BASIC: [Service; 2] = [
    service("automation", "自动邮件 + 小程序使用指南", "Automatic mails and guides in the mini program"),
    service("shared_queue", "紧急需求由 1 名销售统一响应", "Urgent needs answered by one shared salesperson"),
];
