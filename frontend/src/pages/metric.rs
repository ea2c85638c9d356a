//! Metrics: what is looked at, where an answer leads, and how values read.

use crate::data::http::encode;
use crate::data::listing::drill_target;
use crate::format;
use crate::i18n::Lang;
use chrono::{Duration, NaiveDate};
use serde_json::Value;

/// What figures are about: a period, and whose and which records.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Scope {
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
    pub(crate) team: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) product: Option<String>,
}

impl Scope {
    /// `&from=…&to=…&team_id=…`.
    pub(crate) fn query(&self) -> String {
        let day = |name: &str, d: Option<NaiveDate>| d.map(|d| format!("&{name}={d}")).unwrap_or_default();
        let only =
            |name: &str, v: &Option<String>| v.as_ref().map(|v| format!("&{name}={}", encode(v))).unwrap_or_default();
        [
            day("from", self.from),
            day("to", self.to),
            only("team_id", &self.team),
            only("owner_id", &self.owner),
            only("region", &self.region),
            only("product_id", &self.product),
        ]
        .concat()
    }

    /// The same as a whole query: `?from=…`, or nothing.
    pub(crate) fn query_string(&self) -> String {
        let q = self.query();
        if q.is_empty() { q } else { format!("?{}", &q[1..]) }
    }

    /// The period of the same length just before.
    pub(crate) fn before(&self) -> Option<Scope> {
        let (from, to) = (self.from?, self.to?);
        let length = to - from + Duration::days(1);
        Some(Scope { from: Some(from - length), to: Some(to - length), ..self.clone() })
    }

    /// The same without its period.
    pub(crate) fn always(&self) -> Scope {
        Scope { from: None, to: None, ..self.clone() }
    }
}

/// The path of a metric.
pub(crate) fn metric_path(key: &str, scope: &Scope, group: Option<&str>) -> String {
    let group = group.map(|g| format!("&group_by={g}")).unwrap_or_default();
    let query = format!("{}{group}", scope.query());
    format!("/metrics/{key}{}", if query.is_empty() { query } else { format!("?{}", &query[1..]) })
}

/// Where a number leads: its `drill_down` is a link or `{object, filter}`.
pub(crate) fn drill(v: &Value) -> Option<(String, String)> {
    match v.get("drill_down")? {
        Value::String(s) => drill_target(s),
        Value::Object(o) => {
            let object = o.get("object")?.as_str()?.to_owned();
            let filter = o
                .get("filter")
                .filter(|f| !f.is_null())
                .map(|f| format!("filter={}", encode(&f.to_string())))
                .unwrap_or_default();
            Some((object, filter))
        }
        _ => None,
    }
}

/// A value in its unit, short; unknown stays unknown.
pub(crate) fn short(l: Lang, currency: &str, unit: &str, v: Option<f64>) -> String {
    let Some(v) = v else { return l.unknown().to_owned() };
    match unit {
        "money" => format::money(l, currency, v.round() as i64),
        "percent" => format::percent(v),
        "days" => l.days_n(&format::number(v, 1)),
        _ => format::number(v, 1),
    }
}

/// A value in its unit, in full.
pub(crate) fn full(currency: &str, unit: &str, v: Option<f64>) -> String {
    match (unit, v) {
        ("money", Some(v)) => format::money_full(currency, v.round() as i64),
        (_, Some(v)) => format::number(v, 2),
        (_, None) => String::new(),
    }
}

/// The rows of a grouped metric.
pub(crate) fn rows(v: &Value) -> Vec<Value> {
    v.get("rows").and_then(Value::as_array).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_period_before_is_as_long_and_ends_the_day_before() {
        let day = |s: &str| Some(s.parse::<NaiveDate>().unwrap());
        let s = Scope { from: day("2026-11-01"), to: day("2026-11-22"), ..Scope::default() };
        let b = s.before().unwrap();
        assert_eq!((b.from, b.to), (day("2026-10-10"), day("2026-10-31")));
        assert_eq!(
            metric_path("win_rate", &s, Some("team")),
            "/metrics/win_rate?from=2026-11-01&to=2026-11-22&group_by=team"
        );
        assert_eq!(metric_path("win_rate", &Scope::default(), None), "/metrics/win_rate");
    }

    #[test]
    fn a_query_names_whose_and_which_records() {
        let s = Scope { owner: Some("u1".into()), region: Some("华东".into()), ..Scope::default() };
        assert_eq!(s.query_string(), "?owner_id=u1&region=%E5%8D%8E%E4%B8%9C");
        assert_eq!(Scope::default().query_string(), "");
    }

    #[test]
    fn a_drill_down_may_be_a_link_or_a_condition() {
        assert_eq!(drill(&json!({"drill_down":"/api/v1/orders?status=won"})).unwrap().0, "orders");
        let (object, query) = drill(&json!({"drill_down":{"object":"customers","filter":{"all":[]}}})).unwrap();
        assert_eq!((object.as_str(), query.as_str()), ("customers", "filter=%7B%22all%22%3A%5B%5D%7D"));
        assert_eq!(drill(&json!({})), None);
    }
}
