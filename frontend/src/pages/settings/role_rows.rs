//! The rows of the permission matrix: records first, then what belongs to no object.

use crate::data::types::ObjectMeta;
use crate::i18n::Lang;

/// One row: what is permitted, what it is called, which actions it knows, whether a scope limits it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) actions: &'static [&'static str],
    pub(crate) scoped: bool,
}

/// Every action, in the order of the columns.
pub(crate) const ACTIONS: [&str; 6] = ["read", "create", "update", "archive", "export", "import"];

/// What is permitted besides objects: key, actions that mean something, and whether a scope limits them.
const OTHERS: [(&str, &[&str], bool); 14] = [
    ("pool", &["read", "create", "update"], true),
    ("imports", &["read"], true),
    ("exports", &["read"], true),
    ("events", &["read"], true),
    ("metrics", &["read"], true),
    ("reports", &["read"], true),
    ("scores", &["read"], true),
    ("settings", &["read", "update"], false),
    ("custom_fields", &["read", "create", "update", "archive"], false),
    ("roles", &["read", "create", "update", "archive"], false),
    ("api_keys", &["read", "create", "update"], true),
    ("rules", &["read", "create", "update", "archive"], true),
    // Connections of the organisation: whoever may manage one manages all.
    ("webhooks", &["read", "create", "update", "archive"], false),
    ("operations", &["read", "update"], false),
];

/// The rows for the keys that grants name: those of records, and those of everything else.
pub(crate) fn rows(l: Lang, keys: &[String], objects: &[ObjectMeta]) -> (Vec<Row>, Vec<Row>) {
    let known = |key: &str| keys.iter().any(|k| k == key);
    let records: Vec<Row> = objects
        .iter()
        .filter(|o| known(&o.key))
        .map(|o| Row { key: o.key.clone(), label: o.label_plural.clone(), actions: &ACTIONS, scoped: o.owned })
        .collect();
    let listed = |key: &str| OTHERS.iter().find(|o| o.0 == key);
    let mut others: Vec<Row> = OTHERS
        .iter()
        .filter(|o| known(o.0))
        .map(|(key, actions, scoped)| Row { key: (*key).to_owned(), label: label(l, key), actions, scoped: *scoped })
        .collect();
    // What a newer server permits besides can be set too, under its own name.
    let new = keys.iter().filter(|k| listed(k).is_none() && records.iter().all(|r| r.key != **k));
    others.extend(new.map(|k| Row { key: k.clone(), label: label(l, k), actions: &ACTIONS, scoped: true }));
    (records, others)
}

pub(super) fn label(l: Lang, key: &str) -> String {
    match key {
        "pool" => l.perm_pool(),
        "imports" => l.nav_imports(),
        "exports" => l.nav_exports(),
        "events" => l.perm_events(),
        "metrics" => l.perm_metrics(),
        "reports" => l.perm_reports(),
        "scores" => l.perm_scores(),
        "settings" => l.perm_settings(),
        "custom_fields" => l.custom_fields(),
        "roles" => l.roles(),
        "api_keys" => l.api_keys(),
        "contents" => l.perm_contents(),
        "pulses" => l.perm_pulses(),
        "goals" => l.perm_goals(),
        "rules" => l.perm_rules(),
        "webhooks" => l.perm_webhooks(),
        "pool_settings" => l.pool_settings(),
        "working_calendar" => l.workdays(),
        "score_settings" => l.setup_scores(),
        "operations" => l.perm_operations(),
        other => return other.replace('_', " "),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_no_record_has_a_row_that_says_what_can_be_permitted() {
        for key in domain::policy::roles::ADMINISTRATIVE {
            assert!(OTHERS.iter().any(|(known, ..)| *known == key), "{key}");
        }
    }

    #[test]
    fn every_key_of_a_grant_has_one_row() {
        let object =
            ObjectMeta { key: "customers".into(), label_plural: "客户".into(), owned: true, ..ObjectMeta::default() };
        let keys: Vec<String> = ["customers", "imports", "settings", "something_new"].map(str::to_owned).to_vec();
        let (records, others) = rows(Lang::Zh, &keys, &[object]);
        let named: Vec<&str> = records.iter().chain(&others).map(|r| r.key.as_str()).collect();
        assert_eq!(named, ["customers", "imports", "settings", "something_new"]);
        assert_eq!(others[1].actions, ["read", "update"]);
    }
}
