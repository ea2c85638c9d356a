//! Profiles and preferences of customers: how to speak with them, and what to show
//! (S1-13, S1-14, S1-45).

use crate::fields::{Label, label};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// What kind of buyer a customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// 价格敏感型.
    PriceSensitive,
    /// 专业型.
    Professional,
    /// 复杂决策链型: many people decide.
    DecisionChain,
    /// 技术驱动型.
    TechnologyDriven,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Profile; 4] =
        [Profile::PriceSensitive, Profile::Professional, Profile::DecisionChain, Profile::TechnologyDriven];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::PriceSensitive => "price_sensitive",
            Self::Professional => "professional",
            Self::DecisionChain => "decision_chain",
            Self::TechnologyDriven => "technology_driven",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::PriceSensitive => ["价格敏感型", "Price-sensitive"],
            Self::Professional => ["专业型", "Professional"],
            Self::DecisionChain => ["复杂决策链型", "Complex decision chain"],
            Self::TechnologyDriven => ["技术驱动型", "Technology-driven"],
        }
    }

    /// How to speak with such a customer.
    pub fn approach(self) -> Label {
        match self {
            Self::PriceSensitive => {
                label("先讲优惠规则，再讲套餐省了多少。", "Explain the offer first, then what the bundle saves.")
            }
            Self::Professional => label(
                "用数据和标准说话，给白皮书和定制方案。",
                "Speak with data and standards: white paper, tailored solution.",
            ),
            Self::DecisionChain => label(
                "销售、技术、售后建专属群，逐个影响决策人。",
                "Sales, technology and service in one group; win each who decides.",
            ),
            Self::TechnologyDriven => {
                label("和技术团队一起讲产品壁垒。", "Show with the technical team what others cannot do.")
            }
        }
    }

    /// The roles that serve such a customer besides the owner.
    pub fn team(self) -> &'static [crate::playbooks::Doer] {
        use crate::playbooks::Doer::{Service, Technical};
        match self {
            Self::PriceSensitive => &[],
            Self::Professional | Self::TechnologyDriven => &[Technical],
            Self::DecisionChain => &[Technical, Service],
        }
    }
}

/// Something that may be recommended: a product, a case, a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer<'a, K> {
    /// What it is.
    pub key: K,
    /// Its tags, such as 极简风 or 新中式.
    pub tags: &'a [&'a str],
    /// The customer already has it.
    pub owned: bool,
}

/// Why something is recommended.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommended<'a, K> {
    /// What it is.
    pub key: K,
    /// The preferences it meets.
    pub met: Vec<&'a str>,
    /// Preferences met, of all the customer has, 0..100.
    pub percent: f64,
}

/// What meets the preferences of a customer and is not yet its own: that which meets most first, of
/// equals that with fewer other tags, then the smaller key; at most `limit`.
pub fn recommend<'a, K: Ord + Clone>(
    preferences: &[&str],
    offers: &[Offer<'a, K>],
    limit: usize,
) -> Vec<Recommended<'a, K>> {
    let mut found: Vec<(usize, Recommended<'a, K>)> = offers
        .iter()
        .filter(|offer| !offer.owned)
        .filter_map(|offer| {
            let mut met: Vec<&str> = offer.tags.iter().copied().filter(|tag| preferences.contains(tag)).collect();
            met.sort_unstable();
            met.dedup();
            let percent = 100.0 * met.len() as f64 / preferences.len().max(1) as f64;
            let others = offer.tags.len() - met.len().min(offer.tags.len());
            (!met.is_empty()).then(|| (others, Recommended { key: offer.key.clone(), met, percent }))
        })
        .collect();
    found.sort_by(|(a_others, a), (b_others, b)| {
        b.met.len().cmp(&a.met.len()).then(a_others.cmp(b_others)).then_with(|| a.key.cmp(&b.key))
    });
    found.truncate(limit);
    found.into_iter().map(|(_, recommended)| recommended).collect()
}
