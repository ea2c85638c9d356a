//! The grade of a customer, by which time and care are given (models, section 2; S0-09, S0-10).

use crate::fields::{FieldError, Label, label};
use crate::settings::{Check, weights};
use crate::weighted::{LEAST_COVERAGE, Part, Total, reaches, sum};
use serde::{Deserialize, Serialize};

mod allocation;

#[cfg(test)]
mod tests;

pub use allocation::{Allocation, GradeShare, Minutes, allocation};

/// A grade; the order is from the best to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// Deep and frequent care.
    A,
    /// Developed with priority.
    B,
    /// Kept with measure.
    C,
    /// Served at little cost.
    D,
}

impl Grade {
    /// All grades, the best first.
    pub const ALL: [Grade; 4] = [Grade::A, Grade::B, Grade::C, Grade::D];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.code() == code)
    }
}

/// One value for each grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "UPPERCASE")]
pub struct ByGrade<T> {
    /// For A.
    pub a: T,
    /// For B.
    pub b: T,
    /// For C.
    pub c: T,
    /// For D.
    pub d: T,
}

impl<T> ByGrade<T> {
    /// One value each.
    pub const fn new(a: T, b: T, c: T, d: T) -> Self {
        Self { a, b, c, d }
    }

    /// The value of a grade.
    pub fn get(&self, grade: Grade) -> &T {
        match grade {
            Grade::A => &self.a,
            Grade::B => &self.b,
            Grade::C => &self.c,
            Grade::D => &self.d,
        }
    }

    /// The value of a grade, to change.
    pub fn get_mut(&mut self, grade: Grade) -> &mut T {
        match grade {
            Grade::A => &mut self.a,
            Grade::B => &mut self.b,
            Grade::C => &mut self.c,
            Grade::D => &mut self.d,
        }
    }
}

impl<T: Copy + Into<f64>> ByGrade<T> {
    /// Each path under `heading` with its number, for [`Check`].
    fn pairs(&self, heading: &str) -> [(String, f64); 4] {
        Grade::ALL.map(|g| (format!("{heading}.{}", g.code()), (*self.get(g)).into()))
    }

    /// Checks that each lies within bounds.
    pub fn check_within(&self, check: &mut Check, heading: &str, min: f64, max: f64) {
        for (field, value) in self.pairs(heading) {
            check.within(&field, value, min, max);
        }
    }

    /// Checks that none is less than that of the better grade.
    pub fn check_rising(&self, check: &mut Check, heading: &str) {
        let pairs = self.pairs(heading);
        let pairs: Vec<(&str, f64)> = pairs.iter().map(|(field, value)| (field.as_str(), *value)).collect();
        check.rising(&pairs);
    }

    /// Checks that none is more than that of the better grade.
    pub fn check_falling(&self, check: &mut Check, heading: &str) {
        let pairs = self.pairs(heading);
        let pairs: Vec<(&str, f64)> = pairs.iter().map(|(field, value)| (field.as_str(), *value)).collect();
        check.falling(&pairs);
    }
}

weights! {
    /// What the parts of a grade weigh.
    Weights {
        /// How much the customer could buy.
        potential: 50.0,
        /// How well what we offer fits what they need.
        fit: 30.0,
        /// What the customer is worth beyond its orders: reference, market, technology.
        strategic: 20.0,
    }
}

/// From which score on a grade is given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cuts {
    /// Least score of an A.
    pub a: f64,
    /// Least score of a B.
    pub b: f64,
    /// Least score of a C; below is a D.
    pub c: f64,
}

impl Default for Cuts {
    fn default() -> Self {
        Self { a: 80.0, b: 60.0, c: 40.0 }
    }
}

/// How customers are graded, and how time shall be shared among the grades.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What the parts weigh.
    pub weights: Weights,
    /// Where the grades begin.
    pub cuts: Cuts,
    /// Share of the weights that must be known, 0..1; below, a customer is ungraded.
    pub least_coverage: f64,
    /// The share of contact time each grade shall have; only the proportions matter.
    pub target_share: ByGrade<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            weights: Weights::default(),
            cuts: Cuts::default(),
            least_coverage: LEAST_COVERAGE,
            target_share: ByGrade::new(45.0, 30.0, 20.0, 5.0),
        }
    }
}

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let Cuts { a, b, c } = self.cuts;
        let cuts = [("cuts.a", a), ("cuts.b", b), ("cuts.c", c)];
        let shares = Grade::ALL.map(|g| (g.code(), *self.target_share.get(g)));
        let mut check = Check::new();
        for (field, cut) in cuts {
            check.within(field, cut, 0.0, 100.0);
        }
        check
            .weights("weights", &self.weights.list())
            .descending(&cuts)
            .within("least_coverage", self.least_coverage, 0.0, 1.0)
            .weights("target_share", &shares)
            .done()
    }
}

/// What is known of a customer; each 0..100, `None` when nobody has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// How much the customer could buy.
    pub potential: Option<f64>,
    /// How well what we offer fits what they need.
    pub fit: Option<f64>,
    /// What the customer is worth beyond its orders.
    pub strategic: Option<f64>,
}

/// Fine, or the fault of `grade_reason`: a person who sets a grade by hand says why.
pub fn check_reason(reason: Option<&str>) -> Result<(), Vec<FieldError>> {
    let mut check = Check::new();
    if reason.is_none_or(|reason| reason.trim().is_empty()) {
        check.fault("grade_reason", "required", "");
    }
    check.done()
}

/// The grade of a customer with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Graded {
    /// The computed grade; `None`: ungraded, too little is known.
    pub computed: Option<Grade>,
    /// The grade set by hand.
    pub overridden: Option<Grade>,
    /// Score and coverage.
    pub total: Total,
    /// The inputs with their weights and points.
    pub parts: [Part; Weights::COUNT],
}

impl Graded {
    /// The grade that counts: that set by hand, else the computed one.
    pub fn grade(&self) -> Option<Grade> {
        self.overridden.or(self.computed)
    }
}

/// Grades a customer.
pub fn grade(input: Input, overridden: Option<Grade>, settings: &Settings) -> Graded {
    let values = [input.potential, input.fit, input.strategic];
    let weights = settings.weights.list();
    let mut parts = [0, 1, 2].map(|i: usize| Part::new(weights[i].0, weights[i].1, values[i]));
    let total = sum(&mut parts, settings.least_coverage);
    let computed = total.score.map(|score| match score {
        s if reaches(s, settings.cuts.a) => Grade::A,
        s if reaches(s, settings.cuts.b) => Grade::B,
        s if reaches(s, settings.cuts.c) => Grade::C,
        _ => Grade::D,
    });
    Graded { computed, overridden, total, parts }
}

/// A value that a person may give an input, with what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// 0..100.
    pub value: u8,
    /// What it stands for.
    pub text: Label,
}

const fn anchor(value: u8, zh: &'static str, en: &'static str) -> Anchor {
    Anchor { value, text: label(zh, en) }
}

/// Guidance for those who judge an input: `potential`, `fit` or `strategic`; the best first.
pub fn guidance(key: &str) -> &'static [Anchor] {
    match key {
        "potential" => &POTENTIAL,
        "fit" => &FIT,
        "strategic" => &STRATEGIC,
        _ => &[],
    }
}

static POTENTIAL: [Anchor; 5] = [
    anchor(100, "年采购额在行业前列，还在扩产或扩店", "Among the largest buyers of the industry and still growing"),
    anchor(80, "年采购额大，我们只占一小部分", "Buys a lot, and only a small part of it from us"),
    anchor(60, "采购额中等，需求稳定", "Buys a fair amount, steadily"),
    anchor(30, "采购额小，偶尔有需求", "Buys little and now and then"),
    anchor(10, "看不到新增需求", "No further need in sight"),
];

static FIT: [Anchor; 5] = [
    anchor(100, "需求正是我们的强项，有同类成功案例", "Needs exactly what we do best; we have a case to show"),
    anchor(80, "主要需求都能满足", "We meet every main need"),
    anchor(60, "能满足大半，个别要定制", "We meet most of it; some must be made to order"),
    anchor(30, "只能满足一小部分", "We meet a small part"),
    anchor(0, "需求与我们的产品不符", "Needs what we do not sell"),
];

static STRATEGIC: [Anchor; 4] = [
    anchor(100, "行业标杆，成交后能带动一批客户", "A model of its industry: others will follow"),
    anchor(70, "进入新区域或新行业的突破口", "Opens a region or an industry to us"),
    anchor(40, "愿意做案例、愿意转介绍", "Willing to be a reference and to recommend us"),
    anchor(10, "除订单外没有其他价值", "Worth its orders and no more"),
];
