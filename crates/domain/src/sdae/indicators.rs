//! The indicators of the four dimensions.

use super::{AcceptanceWeights, DevelopmentWeights, Dimension, ExperienceWeights, SecurityWeights, Settings};
use crate::fields::{Label, label};
use serde::{Deserialize, Serialize};

/// How many indicators there are.
pub const INDICATORS: usize =
    SecurityWeights::COUNT + DevelopmentWeights::COUNT + AcceptanceWeights::COUNT + ExperienceWeights::COUNT;

/// An indicator of a dimension. What each is made of is in [`super::computed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// Closeness of the relationship.
    Closeness,
    /// Orders or renewals on their cycle.
    Repeat,
    /// How recent the last contact is.
    Recency,
    /// Years as a customer.
    Tenure,
    /// No competitor at the door.
    NoCompetitor,
    /// What the customer buys elsewhere.
    Headroom,
    /// Growth of revenue on the year before.
    Growth,
    /// Open opportunities against revenue.
    Pipeline,
    /// Product lines not yet bought.
    WhiteSpace,
    /// Acceptance of our solution.
    Solution,
    /// Answers to our calls and messages.
    Response,
    /// Contacts begun by the customer.
    Initiated,
    /// Content that was read.
    Content,
    /// Satisfaction.
    Csat,
    /// Willingness to recommend.
    Nps,
    /// Tickets solved in time.
    Tickets,
    /// Deliveries in time.
    Deliveries,
}

use Indicator::{
    Closeness, Content, Csat, Deliveries, Growth, Headroom, Initiated, NoCompetitor, Nps, Pipeline, Recency, Repeat,
    Response, Solution, Tenure, Tickets, WhiteSpace,
};

impl Indicator {
    /// All, dimension by dimension, in the order of their weights.
    pub const ALL: [Indicator; INDICATORS] = [
        Closeness,
        Repeat,
        Recency,
        Tenure,
        NoCompetitor,
        Headroom,
        Growth,
        Pipeline,
        WhiteSpace,
        Solution,
        Response,
        Initiated,
        Content,
        Csat,
        Nps,
        Tickets,
        Deliveries,
    ];

    /// The stored word, which is also the name of its weight.
    pub fn code(self) -> &'static str {
        match self {
            Closeness => "closeness",
            Repeat => "repeat",
            Recency => "recency",
            Tenure => "tenure",
            NoCompetitor => "no_competitor",
            Headroom => "headroom",
            Growth => "growth",
            Pipeline => "pipeline",
            WhiteSpace => "white_space",
            Solution => "solution",
            Response => "response",
            Initiated => "initiated",
            Content => "content",
            Csat => "csat",
            Nps => "nps",
            Tickets => "tickets",
            Deliveries => "deliveries",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|i| i.code() == code)
    }

    /// The dimension it belongs to.
    pub fn dimension(self) -> Dimension {
        match self {
            Closeness | Repeat | Recency | Tenure | NoCompetitor => Dimension::Security,
            Headroom | Growth | Pipeline | WhiteSpace => Dimension::Development,
            Solution | Response | Initiated | Content => Dimension::Acceptance,
            Csat | Nps | Tickets | Deliveries => Dimension::Experience,
        }
    }

    /// What a person reads.
    pub fn label(self) -> Label {
        match self {
            Closeness => label("关系紧密度", "Closeness"),
            Repeat => label("按周期复购", "Orders on cycle"),
            Recency => label("近期有联系", "Recent contact"),
            Tenure => label("合作年限", "Years as a customer"),
            NoCompetitor => label("无竞品威胁", "No competitor threat"),
            Headroom => label("钱包份额空间", "Wallet headroom"),
            Growth => label("采购增长", "Growth"),
            Pipeline => label("在谈商机", "Open opportunities"),
            WhiteSpace => label("未采购的产品线", "Product lines not yet bought"),
            Solution => label("方案认可度", "Solution acceptance"),
            Response => label("回应率", "Response rate"),
            Initiated => label("客户主动联系", "Contacts begun by the customer"),
            Content => label("资料阅读", "Content read"),
            Csat => label("满意度", "Satisfaction"),
            Nps => label("推荐意愿 NPS", "NPS"),
            Tickets => label("工单按时解决", "Tickets solved in time"),
            Deliveries => label("按时交付", "Deliveries in time"),
        }
    }

    /// How its 0..100 comes about, for the reader of an explanation.
    pub fn formula(self) -> Label {
        match self {
            Closeness => label("关键人关系紧密度的平均", "Mean closeness of the key persons"),
            Repeat => {
                label("下单周期 ÷ 距上次下单天数，最多 100", "Order cycle over days since the last order, at most 100")
            }
            Recency => label("刚联系过为 100，到期限降为 0", "100 just after a contact, falling to 0 at the limit"),
            Tenure => label("合作满规定年限为 100", "100 after the set number of years"),
            NoCompetitor => {
                label("100 分，每条未处理的竞品预警扣分", "100, less points for every open competitor alert")
            }
            Headroom => label("100 减去我们的钱包份额", "100 less our share of wallet"),
            Growth => label("50 加上同比增长百分点", "50 plus the growth on last year in percent"),
            Pipeline => {
                label("在谈金额 ÷ 近 12 个月采购额，最多 100", "Open amount over revenue of 12 months, at most 100")
            }
            WhiteSpace => label("未采购产品线的占比", "Share of product lines not yet bought"),
            Solution => label("关键人方案认可度的平均", "Mean solution acceptance of the key persons"),
            Response => label(
                "我方主动联系中有回应的占比，未记录的不算",
                "Share of our outreach that was answered, where noted",
            ),
            Initiated => label("客户主动发起的联系占全部联系的比例", "Share of all contacts that the customer began"),
            Content => label("发出的资料被阅读的占比", "Share of content sent that was read"),
            Csat => label("满意度调查的平均", "Mean of the satisfaction surveys"),
            Nps => label("（NPS + 100）÷ 2", "(NPS + 100) ÷ 2"),
            Tickets => label("按时解决的工单占比", "Share of tickets solved in time"),
            Deliveries => label("按时交付的占比", "Share of deliveries in time"),
        }
    }

    /// Its weight.
    pub fn weight(self, settings: &Settings) -> f64 {
        let (security, development) = (&settings.security, &settings.development);
        let (acceptance, experience) = (&settings.acceptance, &settings.experience);
        match self {
            Closeness => security.closeness,
            Repeat => security.repeat,
            Recency => security.recency,
            Tenure => security.tenure,
            NoCompetitor => security.no_competitor,
            Headroom => development.headroom,
            Growth => development.growth,
            Pipeline => development.pipeline,
            WhiteSpace => development.white_space,
            Solution => acceptance.solution,
            Response => acceptance.response,
            Initiated => acceptance.initiated,
            Content => acceptance.content,
            Csat => experience.csat,
            Nps => experience.nps,
            Tickets => experience.tickets,
            Deliveries => experience.deliveries,
        }
    }
}
