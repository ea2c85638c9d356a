//! What was measured, beside what it should be.

use serde_json::{Value, json};

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// No more than this.
    Most(f64),
    /// No less than this.
    Least(f64),
    /// Nobody has said.
    Open,
}

/// One figure.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Of what.
    pub name: String,
    /// In this unit.
    pub value: f64,
    /// The unit.
    pub unit: &'static str,
    /// What it should be.
    pub target: Target,
}

impl Figure {
    /// A figure with its target.
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str, target: Target) -> Figure {
        Figure { name: name.into(), value, unit, target }
    }

    /// What it should be, in words; empty when nobody has said.
    fn verdict(&self) -> String {
        let (sign, limit, met) = match self.target {
            Target::Most(limit) => ("at most", limit, self.value <= limit),
            Target::Least(limit) => ("at least", limit, self.value >= limit),
            Target::Open => return String::new(),
        };
        format!("{sign} {limit}: {}", if met { "met" } else { "MISSED" })
    }

    /// One line of the report.
    pub fn print(&self) {
        let value = if self.value >= 100.0 { format!("{:.0}", self.value) } else { format!("{:.3}", self.value) };
        println!("  {:<52} {:>10} {:<8} {}", self.name, value, self.unit, self.verdict());
    }

    /// For the last line of the report.
    pub fn json(&self) -> Value {
        let target = match self.target {
            Target::Most(limit) => json!({ "at_most": limit }),
            Target::Least(limit) => json!({ "at_least": limit }),
            Target::Open => Value::Null,
        };
        json!({ "name": self.name, "value": self.value, "unit": self.unit, "target": target })
    }
}
