//! Automation: rules in words, tried on the past before they act, with a log of what they did.

mod actions;
mod editor;
mod list;
mod model;
mod names;
mod people;
mod runs;
mod trial;
mod trigger;

pub(crate) use editor::RulePage;
pub(crate) use list::RuleList;

use crate::data::types::Me;
use crate::format::{self, Clock};
use crate::i18n::Lang;
use crate::ui::badge;
use model::word;
use serde_json::Value;
use yew::prelude::*;

/// Whether somebody may do something with a rule; whose right reaches as far as what is their own, with the rules they made.
fn may(me: &Me, rule: &Value, action: &str) -> bool {
    match me.permissions.get("rules").and_then(|g| g.get(action)).map(String::as_str) {
        None | Some("none") => false,
        Some("own") => word(rule, "created_by") == me.id,
        Some(_) => true,
    }
}

/// The state of a rule as a pill.
fn state_badge(l: Lang, rule: &Value) -> Html {
    match word(rule, "state") {
        "active" if word(rule, "health") == "late" => badge("warning", l.rule_health_late()),
        "active" => badge("success", l.rule_state_active()),
        "paused" => badge("neutral", l.rule_state_paused()),
        "stopped" => badge("error", l.rule_state_stopped()),
        _ => badge("info", l.rule_state_draft()),
    }
}

/// Why the product stopped a rule.
fn stopped(l: Lang, rule: &Value) -> Option<&'static str> {
    match word(rule, "stopped_reason") {
        "" => None,
        "loop" => Some(l.rule_stopped_loop()),
        "owner_gone" => Some(l.rule_stopped_owner()),
        _ => Some(l.rule_stopped_invalid()),
    }
}

/// When it last looked and acted, and how often.
fn pulse(l: Lang, clock: &Clock, rule: &Value) -> Vec<String> {
    let at = |key: &str| rule.get(key).and_then(Value::as_str).map(|t| format::moment(l, t, clock));
    let runs = |key: &str| rule.get("runs").and_then(|r| r.get(key)).and_then(Value::as_u64).unwrap_or(0);
    let mut out = Vec::new();
    if word(rule, "state") == "active" {
        out.push(at("checked_at").map_or_else(|| l.rule_checked_never().to_owned(), |t| l.rule_checked(&t)));
    }
    if let Some(next) = at("next_at").filter(|_| word(rule, "state") == "active") {
        out.push(l.rule_next(&next));
    }
    out.push(at("fired_at").map_or_else(|| l.rule_fired_never().to_owned(), |t| l.rule_fired(&t)));
    let all = runs("done") + runs("partly");
    if all > 0 {
        out.push(l.rule_runs_30(&format::group(all)));
    }
    if runs("failed") > 0 {
        out.push(l.rule_failed_30(&format::group(runs("failed"))));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn whose_right_reaches_their_own_may_change_the_rules_they_made() {
        let grant = |scope: &str| BTreeMap::from([("update".to_owned(), scope.to_owned())]);
        let me = |scope: &str| Me {
            id: "me".to_owned(),
            permissions: BTreeMap::from([("rules".to_owned(), grant(scope))]),
            ..Me::default()
        };
        let (mine, theirs, nobodys) =
            (json!({ "created_by": "me" }), json!({ "created_by": "you" }), json!({ "created_by": null }));
        assert!(may(&me("own"), &mine, "update"));
        assert!(!may(&me("own"), &theirs, "update") && !may(&me("own"), &nobodys, "update"));
        assert!(may(&me("all"), &theirs, "update"));
        assert!(!may(&me("none"), &mine, "update") && !may(&me("all"), &mine, "archive"));
    }
}
