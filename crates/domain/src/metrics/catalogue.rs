//! Every metric: what it is called, how it is computed, and what it counts.

use super::totals::Measure;

/// What a value is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Records.
    Count,
    /// Minor units of the organisation's currency.
    Money,
    /// 0..100.
    Percent,
    /// Calendar days.
    Days,
}

impl Unit {
    /// The word by which the interface names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Days => "days",
        }
    }
}

/// What a metric can be split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The region of the owner's team.
    Region,
    /// The owner's team.
    Team,
    /// The owner.
    User,
    /// The product of the opportunity.
    Product,
    /// The stage of the opportunity.
    Stage,
    /// The month of the metric's date.
    Month,
}

impl Group {
    /// All groups.
    pub const ALL: [Group; 6] = [Group::Region, Group::Team, Group::User, Group::Product, Group::Stage, Group::Month];

    /// The word by which the interface names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Team => "team",
            Self::User => "user",
            Self::Product => "product",
            Self::Stage => "stage",
            Self::Month => "month",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.word() == word)
    }
}

/// What of a row is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The records.
    Records,
    /// Their amounts.
    Amount,
    /// Their buckets: cycle days of closed opportunities.
    Buckets,
}

/// A sum over rows of the totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The rows.
    pub measure: Measure,
    /// Only this bucket, where one is named.
    pub bucket: Option<i32>,
    /// What is summed.
    pub quantity: Quantity,
}

impl Part {
    /// The number of records.
    pub const fn records(measure: Measure) -> Self {
        Self { measure, bucket: None, quantity: Quantity::Records }
    }

    const fn amount(measure: Measure) -> Self {
        Self { measure, bucket: None, quantity: Quantity::Amount }
    }

    const fn buckets(measure: Measure) -> Self {
        Self { measure, bucket: None, quantity: Quantity::Buckets }
    }

    const fn only(measure: Measure, bucket: i32) -> Self {
        Self { measure, bucket: Some(bucket), quantity: Quantity::Records }
    }
}

/// How a value follows from the totals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Formula {
    /// A plain sum.
    Sum(&'static [Part]),
    /// One sum over another, times a scale.
    Ratio {
        /// Above the line.
        numerator: &'static [Part],
        /// Below it.
        denominator: &'static [Part],
        /// 100 for percentages, else 1.
        scale: f64,
    },
    /// The exact median of the buckets of a measure.
    Median(Measure),
    /// Open amounts times the probability of their stage.
    Weighted,
}

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// The name in the interface.
    pub key: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// The Chinese and the English label.
    pub label: [&'static str; 2],
    /// The formula in words, Chinese and English.
    pub explanation: [&'static str; 2],
    /// How it follows from the totals.
    pub formula: Formula,
    /// What it can be split by.
    pub groups: &'static [Group],
    /// The object whose records it counts.
    pub object: &'static str,
    /// The field that puts a record into a period.
    pub date_field: &'static str,
    /// Fields and the values of which a counted record has one.
    pub conditions: &'static [(&'static str, &'static [&'static str])],
}

impl Metric {
    /// The measures whose rows it needs.
    pub fn measures(&self) -> Vec<Measure> {
        let parts: Vec<Part> = match self.formula {
            Formula::Sum(parts) => parts.to_vec(),
            Formula::Ratio { numerator, denominator, .. } => [numerator, denominator].concat(),
            Formula::Median(measure) => vec![Part::records(measure)],
            Formula::Weighted => vec![Part::records(Measure::Open)],
        };
        let mut measures: Vec<Measure> = parts.iter().map(|p| p.measure).collect();
        measures.sort();
        measures.dedup();
        measures
    }

    /// Whether the value depends on how the records are spread over buckets.
    pub fn needs_buckets(&self) -> bool {
        let by_bucket = |p: &Part| p.bucket.is_some() || p.quantity == Quantity::Buckets;
        match self.formula {
            Formula::Sum(parts) => parts.iter().any(by_bucket),
            Formula::Ratio { numerator, denominator, .. } => numerator.iter().chain(denominator).any(by_bucket),
            Formula::Median(_) => true,
            Formula::Weighted => false,
        }
    }

    /// Whether the value is a stock of today, which a period narrows by the expected date only.
    pub fn is_stock(&self) -> bool {
        self.measures() == [Measure::Open]
    }
}

/// The metric of this key.
pub fn metric(key: &str) -> Option<&'static Metric> {
    CATALOGUE.iter().find(|m| m.key == key)
}

const DEAL: &[Group] = &[Group::Region, Group::Team, Group::User, Group::Product, Group::Month];
const OPEN: &[Group] = &Group::ALL;
const OWNED: &[Group] = &[Group::Region, Group::Team, Group::User, Group::Month];

const WON: &[Part] = &[Part::records(Measure::Won)];
const WON_AMOUNT: &[Part] = &[Part::amount(Measure::Won)];
const CLOSED: &[Part] = &[Part::records(Measure::Won), Part::records(Measure::Lost)];
const ORDERS: &[Part] = &[Part::records(Measure::Orders)];
const ORDER_VALUE: &[Part] = &[Part::amount(Measure::Orders), Part::amount(Measure::Returns)];

/// All metrics.
pub static CATALOGUE: [Metric; 21] = [
    deal("opportunities_created", Unit::Count, ["新增商机数", "Opportunities created"])
        .means(["期间内创建的商机数量", "Opportunities created in the period"])
        .sum(&[Part::records(Measure::Cohort)])
        .dated("created_at", &[]),
    deal("opportunities_won", Unit::Count, ["赢单数", "Opportunities won"])
        .means(["期间内赢单的商机数量", "Opportunities won in the period"])
        .sum(WON)
        .dated("closed_on", &[("status", &["won"])]),
    deal("opportunities_lost", Unit::Count, ["丢单数", "Opportunities lost"])
        .means(["期间内丢单的商机数量", "Opportunities lost in the period"])
        .sum(&[Part::records(Measure::Lost)])
        .dated("closed_on", &[("status", &["lost"])]),
    deal("win_rate", Unit::Percent, ["赢单率", "Win rate"])
        .means(["赢单数 ÷（赢单数 + 丢单数）", "Won ÷ (won + lost)"])
        .ratio(WON, CLOSED, 100.0)
        .dated("closed_on", &[("status", &["won", "lost"])]),
    deal("won_value", Unit::Money, ["赢单金额", "Won value"])
        .means(["期间内赢单商机的金额合计", "Sum of the amounts of opportunities won"])
        .sum(WON_AMOUNT)
        .dated("closed_on", &[("status", &["won"])]),
    deal("mean_won_value", Unit::Money, ["平均赢单金额", "Mean won value"])
        .means(["赢单金额 ÷ 赢单数", "Won value ÷ opportunities won"])
        .ratio(WON_AMOUNT, WON, 1.0)
        .dated("closed_on", &[("status", &["won"])]),
    deal("mean_cycle_days", Unit::Days, ["平均成交周期", "Mean sales cycle"])
        .means(["赢单商机从开始跟进（无则创建）到赢单的平均天数", "Mean days from engagement (else creation) to won"])
        .ratio(&[Part::buckets(Measure::Won)], WON, 1.0)
        .dated("closed_on", &[("status", &["won"])]),
    deal("median_cycle_days", Unit::Days, ["成交周期中位数", "Median sales cycle"])
        .means([
            "赢单商机从开始跟进（无则创建）到赢单天数的中位数",
            "Median days from engagement (else creation) to won",
        ])
        .formula(Formula::Median(Measure::Won))
        .dated("closed_on", &[("status", &["won"])]),
    deal("open_pipeline", Unit::Money, ["在途商机金额", "Open pipeline"])
        .means(["当前未关闭商机的金额合计", "Sum of the amounts of open opportunities"])
        .sum(&[Part::amount(Measure::Open)])
        .split(OPEN)
        .dated("expected_close_on", &[("status", &["open"])]),
    deal("weighted_pipeline", Unit::Money, ["预测金额", "Weighted pipeline"])
        .means(["在途商机金额 × 所在阶段的赢单概率", "Open amounts × win probability of their stage"])
        .formula(Formula::Weighted)
        .split(OPEN)
        .dated("expected_close_on", &[("status", &["open"])]),
    owned("new_customers", Unit::Count, ["新增客户数", "New customers"], "customers")
        .means(["期间内创建的客户数量", "Customers created in the period"])
        .sum(&[Part::records(Measure::Customers)])
        .dated("created_at", &[]),
    owned("activities", Unit::Count, ["活动数", "Activities"], "activities")
        .means(["期间内完成的各类活动数量", "Activities of every kind completed in the period"])
        .sum(&[Part::records(Measure::Activities)])
        .dated("occurred_at", &[]),
    activity("calls", ["电话数", "Calls"], &[Part::only(Measure::Activities, 1)], &[("kind", &["call"])]),
    activity("visits", ["拜访数", "Visits"], &[Part::only(Measure::Activities, 2)], &[("kind", &["visit"])]),
    activity("meetings", ["会议数", "Meetings"], &[Part::only(Measure::Activities, 3)], &[("kind", &["meeting"])]),
    activity(
        "online_meetings",
        ["线上会议数", "Online meetings"],
        &[Part::only(Measure::Activities, 4)],
        &[("kind", &["online_meeting"])],
    ),
    activity("chats", ["沟通会话数", "Chats"], &[Part::only(Measure::Activities, 5)], &[("kind", &["chat"])]),
    activity("emails", ["邮件数", "E-mails"], &[Part::only(Measure::Activities, 6)], &[("kind", &["email"])]),
    owned("orders", Unit::Count, ["订单数", "Orders"], "orders")
        .means(["期间内已确认和已完成的订单数量", "Orders confirmed or fulfilled in the period"])
        .sum(ORDERS)
        .dated("ordered_on", &[("status", &["confirmed", "fulfilled"])]),
    owned("order_value", Unit::Money, ["订单金额", "Order value"], "orders")
        .means([
            "已确认和已完成订单的金额，减去退货订单的金额",
            "Amounts of orders confirmed or fulfilled, less those returned",
        ])
        .sum(ORDER_VALUE)
        .dated("ordered_on", &[("status", &["confirmed", "fulfilled", "returned"])]),
    owned("average_order_value", Unit::Money, ["平均订单金额", "Average order value"], "orders")
        .means(["订单金额 ÷ 订单数", "Order value ÷ orders"])
        .ratio(ORDER_VALUE, ORDERS, 1.0)
        .dated("ordered_on", &[("status", &["confirmed", "fulfilled", "returned"])]),
];

const fn owned(key: &'static str, unit: Unit, label: [&'static str; 2], object: &'static str) -> Metric {
    Metric {
        key,
        unit,
        label,
        explanation: label,
        formula: Formula::Sum(&[]),
        groups: OWNED,
        object,
        date_field: "created_at",
        conditions: &[],
    }
}

const fn deal(key: &'static str, unit: Unit, label: [&'static str; 2]) -> Metric {
    owned(key, unit, label, "opportunities").split(DEAL)
}

/// A metric of one kind of activity.
const fn activity(
    key: &'static str,
    label: [&'static str; 2],
    parts: &'static [Part],
    kind: &'static [(&'static str, &'static [&'static str])],
) -> Metric {
    owned(key, Unit::Count, label, "activities")
        .means(["期间内完成的该类活动数量", "Activities of this kind completed in the period"])
        .sum(parts)
        .dated("occurred_at", kind)
}

impl Metric {
    const fn means(self, explanation: [&'static str; 2]) -> Self {
        Self { explanation, ..self }
    }

    const fn formula(self, formula: Formula) -> Self {
        Self { formula, ..self }
    }

    const fn sum(self, parts: &'static [Part]) -> Self {
        self.formula(Formula::Sum(parts))
    }

    const fn ratio(self, numerator: &'static [Part], denominator: &'static [Part], scale: f64) -> Self {
        self.formula(Formula::Ratio { numerator, denominator, scale })
    }

    const fn split(self, groups: &'static [Group]) -> Self {
        Self { groups, ..self }
    }

    const fn dated(
        self,
        date_field: &'static str,
        conditions: &'static [(&'static str, &'static [&'static str])],
    ) -> Self {
        Self { date_field, conditions, ..self }
    }
}
