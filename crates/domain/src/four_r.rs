//! 4R: right customer, right frequency, right message, right resource: of every single contact, and
//! of a rep, a team, a segment or the company over a period (models, section 5; S0-08 to S0-13,
//! S0-25).
//!
//! A contact counts for whoever made it, whoever owns the customer now or then.

use crate::fields::{FieldError, Label, label};
use crate::grade::ByGrade;
use crate::settings::Check;
use serde::{Deserialize, Serialize};

mod bottleneck;
mod contact;
mod index;
mod matching;
mod suggest;

#[cfg(test)]
mod tests;

pub use bottleneck::{Bottleneck, Closed, Leverage, Link, bottleneck, leverage};
pub use contact::{Facts, Message, Resources, Scored, score};
pub use index::{Index, Tally, Worst};
pub use matching::{Known, Tagged, message, resources};
pub use suggest::{Candidate, Suggestion, affordable, suggest};

/// One of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum R {
    /// R1 正确的客户.
    Customer,
    /// R2 正确的频率.
    Frequency,
    /// R3 正确的信息.
    Message,
    /// R4 正确的资源.
    Resource,
}

impl R {
    /// All four in their order.
    pub const ALL: [R; 4] = [R::Customer, R::Frequency, R::Message, R::Resource];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Frequency => "frequency",
            Self::Message => "message",
            Self::Resource => "resource",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Customer => ["正确的客户", "Right customer"],
            Self::Frequency => ["正确的频率", "Right frequency"],
            Self::Message => ["正确的信息", "Right message"],
            Self::Resource => ["正确的资源", "Right resource"],
        }
    }

    /// What to do when this is what holds results back.
    pub fn fix(self) -> Label {
        match self {
            Self::Customer => label(
                "时间花在了低等级客户上。先补全客户等级，再按 A、B 级客户重排本周拜访，C、D 级改为电话或线上维护。",
                "Time goes to customers of low grade. Grade the ungraded, fill this week's visits with A and B \
                 customers first, and serve C and D by phone or online.",
            ),
            Self::Frequency => label(
                "联系节奏不对。先联系今日清单里逾期最久、价值最高的客户；对联系过多的客户减少上门，腾出时间。",
                "Contacts come at the wrong time. Work today's list from the top, where most value waits longest, \
                 and call less often on those contacted too much.",
            ),
            Self::Message => label(
                "讲的内容没有对上客户的阶段、痛点和角色。联系前先看推荐资料，谈完记下用了哪份资料、回应了哪个痛点。",
                "What is said does not fit the customer's stage, pain and role. Look at the suggested content before \
                 the contact, and log what was used and which pain it answered.",
            ),
            Self::Resource => label(
                "资源投入与阶段不匹配，或成本超出客户等级的上限。按阶段推荐组合配资源，高成本资源留给 A、B 级客户。",
                "Resources do not fit the stage, or cost more than the grade allows. Use the mix recommended for the \
                 stage and keep the costly ones for A and B customers.",
            ),
        }
    }
}

/// One value for each R, in the order of [`R::ALL`].
pub type PerR<T> = [T; 4];

/// How contacts are scored and the bottleneck is found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// R1: what a contact with a customer of a grade is worth, 0..100.
    pub customer_points: ByGrade<f64>,
    /// R2: before this share of the interval a contact is early.
    pub early: f64,
    /// R2: after this multiple of the interval a contact is late.
    pub late: f64,
    /// R2: from this multiple of the interval on a contact is worth nothing.
    pub lost: f64,
    /// R4: what the resources of one contact may cost, in minor units.
    pub cost_cap_minor: ByGrade<u32>,
    /// The index that each R shall reach, 0..100.
    pub goal: f64,
    /// Closed opportunities needed above and below the median to know a leverage.
    pub least_closed: u32,
    /// The least leverage that a gap is multiplied by.
    pub least_leverage: f64,
    /// How many of the worst contacts are named.
    pub worst: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            customer_points: ByGrade::new(100.0, 100.0, 50.0, 0.0),
            early: 0.5,
            late: 1.2,
            lost: 2.0,
            cost_cap_minor: ByGrade::new(200_000, 80_000, 30_000, 5_000),
            goal: 80.0,
            least_closed: 20,
            least_leverage: 0.05,
            worst: 20,
        }
    }
}

impl Settings {
    /// Fine, or every fault with its field. A better grade is worth no less and may cost no less than the next.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut check = Check::new();
        self.customer_points.check_within(&mut check, "customer_points", 0.0, 100.0);
        self.customer_points.check_falling(&mut check, "customer_points");
        self.cost_cap_minor.check_within(&mut check, "cost_cap_minor", 1.0, f64::from(u32::MAX));
        self.cost_cap_minor.check_falling(&mut check, "cost_cap_minor");
        check
            .within("early", self.early, 0.01, 1.0)
            .within("late", self.late, 1.0, 10.0)
            .within("lost", self.lost, 1.0, 100.0);
        if self.lost <= self.late {
            check.fault("lost", "must_exceed", "late");
        }
        check
            .within("goal", self.goal, 1.0, 100.0)
            .within("least_closed", f64::from(self.least_closed), 1.0, 1e6)
            .within("least_leverage", self.least_leverage, 0.001, 1.0)
            .within("worst", f64::from(self.worst), 1.0, 100.0)
            .done()
    }
}
