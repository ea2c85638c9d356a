//! What a report covers, as it stands in the address.

use crate::data::http::encode;
use crate::data::listing::pairs;
use crate::format::parse_day;
use crate::pages::metric::Scope;
use crate::pages::span::Span;
use crate::record::link::Choice;
use chrono::NaiveDate;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    /// Key of a span, or `custom` with two days.
    pub(super) span: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) compare: bool,
    pub(super) region: String,
    pub(super) team: Option<Choice>,
    pub(super) owner: Option<Choice>,
    pub(super) product: Option<Choice>,
    pub(super) metric: String,
    pub(super) group: String,
}

impl Asked {
    pub(super) fn parse(query: &str) -> Asked {
        let list = pairs(query);
        let find = |key: &str| list.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone()).unwrap_or_default();
        let or = |v: String, other: &str| if v.is_empty() { other.to_owned() } else { v };
        let choice = |key: &str| {
            let v = find(key);
            v.split_once('~').map(|(id, name)| (id.to_owned(), name.to_owned()))
        };
        Asked {
            span: or(find("span"), "year"),
            from: find("from"),
            to: find("to"),
            compare: find("compare") != "no",
            region: find("region"),
            team: choice("team"),
            owner: choice("owner"),
            product: choice("product"),
            metric: or(find("metric"), "won_value"),
            group: or(find("group"), "team"),
        }
    }

    pub(super) fn query(&self) -> String {
        let choice = |c: &Option<Choice>| c.as_ref().map(|(id, name)| format!("{id}~{name}")).unwrap_or_default();
        let custom = |v: &String| if self.span == "custom" { v.clone() } else { String::new() };
        let all = [
            ("span", self.span.clone()),
            ("from", custom(&self.from)),
            ("to", custom(&self.to)),
            ("compare", if self.compare { String::new() } else { "no".into() }),
            ("region", self.region.clone()),
            ("team", choice(&self.team)),
            ("owner", choice(&self.owner)),
            ("product", choice(&self.product)),
            ("metric", self.metric.clone()),
            ("group", self.group.clone()),
        ];
        let parts = all.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k}={}", encode(&v)));
        parts.collect::<Vec<_>>().join("&")
    }

    pub(super) fn scope(&self, today: NaiveDate) -> Scope {
        let id = |c: &Option<Choice>| c.as_ref().map(|c| c.0.clone());
        let days = match Span::of(&self.span) {
            Some(span) => span.days(today).map(|(a, b)| (Some(a), Some(b))),
            None => Some((parse_day(&self.from), parse_day(&self.to))),
        };
        let (from, to) = days.unwrap_or_default();
        // The wrong way round is meant the right way round.
        let (from, to) = if from.is_some() && to.is_some() && from > to { (to, from) } else { (from, to) };
        Scope {
            from,
            to,
            team: id(&self.team),
            owner: id(&self.owner),
            region: (!self.region.is_empty()).then(|| self.region.clone()),
            product: id(&self.product),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_survives_its_address() {
        let asked = Asked {
            span: "custom".into(),
            from: "2026-01-01".into(),
            to: "2026-03-31".into(),
            compare: false,
            region: "华东".into(),
            team: Some(("t1".into(), "一队 & 二队".into())),
            ..Asked::parse("")
        };
        assert_eq!(Asked::parse(&asked.query()), asked);
        assert_eq!(Asked::parse("").span, "year");
    }

    #[test]
    fn days_the_wrong_way_round_are_turned() {
        let asked =
            Asked { span: "custom".into(), from: "2026-03-31".into(), to: "2026-01-01".into(), ..Asked::parse("") };
        let day = |s: &str| parse_day(s);
        let scope = asked.scope("2026-11-22".parse().unwrap());
        assert_eq!((scope.from, scope.to), (day("2026-01-01"), day("2026-03-31")));
    }
}
