//! Which stage a customer is in, and why.

use super::{Fact, Facts, Settings, Stage};
use crate::settings::Check;
use serde::{Deserialize, Serialize};

/// How a fact is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// >
    MoreThan,
    /// ≥
    AtLeast,
    /// ≤
    AtMost,
    /// <
    LessThan,
}

impl Op {
    fn holds(self, found: f64, value: f64) -> bool {
        match self {
            Self::MoreThan => found > value,
            Self::AtLeast => found >= value,
            Self::AtMost => found <= value,
            Self::LessThan => found < value,
        }
    }
}

/// A test of one fact; false when the fact is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What is compared.
    pub fact: Fact,
    /// How.
    pub op: Op,
    /// With what.
    pub value: f64,
}

const fn test(fact: Fact, op: Op, value: f64) -> Test {
    Test { fact, op, value }
}

/// When a stage is entered: any of the lists, all tests of which hold. The acquisition stage needs
/// no rule: it is where every customer is that no other stage takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// Into the growth stage.
    pub growth: Vec<Vec<Test>>,
    /// Into the maturity stage.
    pub maturity: Vec<Vec<Test>>,
    /// Into the retention stage.
    pub retention: Vec<Vec<Test>>,
}

/// 500,000 yuan in minor units (S1-06).
const MUCH: f64 = 50_000_000.0;

impl Default for Entry {
    /// Growth: bought for more than 500,000 yuan. Maturity: head partner of its region. Retention:
    /// bought as much, and now orders late, or is in bad health, or is courted by a competitor.
    fn default() -> Self {
        let much = test(Fact::PurchasedMinor, Op::MoreThan, MUCH);
        Self {
            growth: vec![vec![much]],
            maturity: vec![vec![test(Fact::PartnerRank, Op::AtLeast, 2.0)]],
            retention: vec![
                vec![much, test(Fact::OrderGap, Op::MoreThan, 1.5)],
                vec![much, test(Fact::Health, Op::LessThan, 60.0)],
                vec![much, test(Fact::CompetitorAlerts, Op::AtLeast, 1.0)],
            ],
        }
    }
}

impl Entry {
    /// The rule of a stage.
    pub fn of(&self, stage: Stage) -> &[Vec<Test>] {
        match stage {
            Stage::Acquisition => &[],
            Stage::Growth => &self.growth,
            Stage::Maturity => &self.maturity,
            Stage::Retention => &self.retention,
        }
    }

    pub(super) fn check(&self, check: &mut Check) {
        for stage in Stage::ALL {
            let rule = self.of(stage);
            let path = format!("entry.{}", stage.code());
            if rule.len() > 20 {
                check.fault(&path, "too_many", "20");
            }
            for (i, all) in rule.iter().enumerate() {
                // Without tests it would always hold.
                if all.is_empty() {
                    check.fault(&format!("{path}[{i}]"), "required", "");
                }
                for (j, test) in all.iter().enumerate() {
                    check.within(&format!("{path}[{i}][{j}].value"), test.value, -1e16, 1e16);
                }
            }
        }
    }
}

/// A test with what was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// The test.
    #[serde(flatten)]
    pub test: Test,
    /// The number of the fact; `None` when unknown.
    pub found: Option<f64>,
    /// True when the test holds.
    pub holds: bool,
}

/// Examines the rule of a stage: every test of every alternative, with what was found.
pub fn examine(stage: Stage, facts: &Facts, entry: &Entry) -> Vec<Vec<Checked>> {
    let checked = |test: &Test| {
        let found = test.fact.of(facts);
        Checked { test: *test, found, holds: found.is_some_and(|found| test.op.holds(found, test.value)) }
    };
    entry.of(stage).iter().map(|all| all.iter().map(checked).collect()).collect()
}

/// Where a customer is before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Input {
    /// Its stage; `None` before the first assignment.
    pub current: Option<Stage>,
    /// Days since it entered that stage.
    pub days_in_stage: u32,
    /// The stage somebody set by hand, which wins over all rules.
    pub pinned: Option<Stage>,
}

/// Why a customer is in its stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Reason {
    /// Somebody set it by hand.
    Pinned,
    /// The rule of the stage holds.
    Met {
        /// The first alternative that holds.
        tests: Vec<Checked>,
    },
    /// No rule of another stage holds.
    NoRule,
    /// It is to move back, but has not been here for long.
    Settling {
        /// The stage it is to move to.
        to: Stage,
        /// Days that are left.
        days_left: u32,
    },
}

/// The stage of a customer, with what made it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The stage.
    pub stage: Stage,
    /// The stage it moved from; `None` when it did not move or had none.
    pub moved_from: Option<Stage>,
    /// Why.
    pub reason: Reason,
    /// Keys of the rights it gets.
    pub granted: Vec<String>,
    /// Keys of the rights it loses.
    pub revoked: Vec<String>,
}

/// Finds the stage: that set by hand; else the last stage whose rule holds; else acquisition. A
/// move back waits for `settle_days`.
pub fn transition(input: Input, facts: &Facts, settings: &Settings) -> Outcome {
    let (mut stage, mut reason) = match input.pinned {
        Some(stage) => (stage, Reason::Pinned),
        None => by_rules(facts, &settings.entry),
    };
    if let (Some(current), None) = (input.current, input.pinned)
        && stage < current
        && input.days_in_stage < settings.settle_days
    {
        reason = Reason::Settling { to: stage, days_left: settings.settle_days - input.days_in_stage };
        stage = current;
    }
    let had = |i: usize| input.current.is_some_and(|current| settings.entitlements[i].holds_in(current));
    let has = |i: usize| settings.entitlements[i].holds_in(stage);
    let keys = |keep: &dyn Fn(usize) -> bool| {
        (0..settings.entitlements.len()).filter(|i| keep(*i)).map(|i| settings.entitlements[i].key.clone()).collect()
    };
    Outcome {
        stage,
        moved_from: input.current.filter(|current| *current != stage),
        reason,
        granted: keys(&|i| has(i) && !had(i)),
        revoked: keys(&|i| had(i) && !has(i)),
    }
}

fn by_rules(facts: &Facts, entry: &Entry) -> (Stage, Reason) {
    for stage in Stage::ALL.into_iter().rev() {
        let alternatives = examine(stage, facts, entry).into_iter();
        let mut met = alternatives.filter(|tests| !tests.is_empty() && tests.iter().all(|t| t.holds));
        if let Some(tests) = met.next() {
            return (stage, Reason::Met { tests });
        }
    }
    (Stage::Acquisition, Reason::NoRule)
}
