//! Values of the metric catalogue, from the kept totals, within what the caller may see.

mod groups;
mod people;
mod value;

pub use value::value;

pub(crate) use people::{Narrow, People, in_teams};

use contract::metrics::{MetricCatalogue, MetricInfo};
use contract::problem::Lang;
use domain::metrics::CATALOGUE;

/// Every metric, in the caller's language.
pub fn catalogue(lang: Lang) -> MetricCatalogue {
    let info = |m: &domain::metrics::Metric| MetricInfo {
        key: m.key.to_owned(),
        label: pick(lang, m.label).to_owned(),
        explanation: pick(lang, m.explanation).to_owned(),
        unit: m.unit.word().to_owned(),
        object: m.object.to_owned(),
        date_field: m.date_field.to_owned(),
        groups: m.groups.iter().map(|g| g.word().to_owned()).collect(),
    };
    MetricCatalogue { items: CATALOGUE.iter().map(info).collect() }
}

/// The text of a pair of Chinese and English that fits the language.
pub(crate) fn pick(lang: Lang, [zh, en]: [&'static str; 2]) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
