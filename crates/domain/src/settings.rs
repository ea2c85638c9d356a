//! What settings of models have in common: weights, and checks that name the faulty field.

use crate::fields::FieldError;

#[cfg(test)]
mod tests;

/// The greatest weight, so that sums stay exact.
const GREATEST_WEIGHT: f64 = 1e6;

/// Collects what is wrong with settings.
///
/// Codes: `out_of_range` with the bounds, `weights_zero` when no weight counts, `must_descend`,
/// `must_ascend` and `must_not_exceed` with the field that the value must not pass.
#[derive(Debug, Default)]
pub struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A finite number within bounds, both included.
    pub fn within(&mut self, field: &str, value: f64, min: f64, max: f64) -> &mut Self {
        if !(value >= min && value <= max) {
            self.errors.push(FieldError::new(field, "out_of_range", format!("{min}..{max}")));
        }
        self
    }

    /// Weights under one heading: none negative, not all zero.
    pub fn weights(&mut self, heading: &str, weights: &[(&str, f64)]) -> &mut Self {
        let before = self.errors.len();
        for (key, weight) in weights {
            self.within(&format!("{heading}.{key}"), *weight, 0.0, GREATEST_WEIGHT);
        }
        if self.errors.len() == before && weights.iter().all(|(_, weight)| *weight == 0.0) {
            self.errors.push(FieldError::new(heading, "weights_zero", ""));
        }
        self
    }

    /// Values that must fall from each to the next: cuts from the best band to the worst.
    pub fn descending(&mut self, values: &[(&str, f64)]) -> &mut Self {
        self.ordered(values, "must_descend", |earlier, later| later < earlier)
    }

    /// Values that must not fall from each to the next.
    pub fn rising(&mut self, values: &[(&str, f64)]) -> &mut Self {
        self.ordered(values, "must_ascend", |earlier, later| later >= earlier)
    }

    /// Values that must not rise from each to the next.
    pub fn falling(&mut self, values: &[(&str, f64)]) -> &mut Self {
        self.ordered(values, "must_not_exceed", |earlier, later| later <= earlier)
    }

    /// One more fault.
    pub fn fault(&mut self, field: &str, code: &'static str, detail: &str) -> &mut Self {
        self.errors.push(FieldError::new(field, code, detail));
        self
    }

    /// Fine, or every fault.
    pub fn done(&mut self) -> Result<(), Vec<FieldError>> {
        let errors = std::mem::take(&mut self.errors);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn ordered(
        &mut self,
        values: &[(&str, f64)],
        code: &'static str,
        is_right: impl Fn(f64, f64) -> bool,
    ) -> &mut Self {
        for pair in values.windows(2) {
            if let [(earlier, first), (later, second)] = pair
                && !is_right(*first, *second)
            {
                self.errors.push(FieldError::new(*later, code, *earlier));
            }
        }
        self
    }
}

/// Declares a set of weights with its defaults.
///
/// `weights! { /// About. Weights { /// One. one: 1.0, } }` expands to
/// `pub struct Weights { pub one: f64 }` with `Default`, serde that fills in missing weights and
/// refuses unknown ones, and `list()`, the pairs of key and weight in their order.
macro_rules! weights {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $key:ident: $default:expr,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[$doc])* pub $key: f64,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default,)+ }
            }
        }

        impl $name {
            /// How many there are.
            pub const COUNT: usize = [$(stringify!($key)),+].len();

            /// Each key with its weight.
            pub fn list(&self) -> [(&'static str, f64); Self::COUNT] {
                [$((stringify!($key), self.$key)),+]
            }
        }
    };
}
pub(crate) use weights;
