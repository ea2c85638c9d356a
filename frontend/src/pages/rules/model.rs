//! A rule while it is being made, and how it is said in words. Pure, so that native tests hold it.

use crate::data::filter::Speech;
use crate::data::types::ObjectMeta;
use crate::i18n::Lang;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The text under a key.
pub(super) fn word<'a>(v: &'a Value, key: &str) -> &'a str {
    v.get(key).and_then(Value::as_str).unwrap_or("")
}

/// The list under a key.
pub(super) fn list<'a>(v: &'a Value, key: &str) -> &'a [Value] {
    v.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A copy with one key set.
pub(super) fn with(v: &Value, key: &str, value: Value) -> Value {
    let mut v = v.clone();
    if let Some(map) = v.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
    v
}

/// Objects that rules can be about, the most usual first.
pub(super) const OBJECTS: [&str; 7] =
    ["opportunities", "customers", "contacts", "orders", "tasks", "activities", "behaviours"];

/// The kinds of triggers.
pub(super) const TRIGGERS: [&str; 6] = ["elapsed", "change", "crosses", "event", "before", "schedule"];

/// What a trigger of a kind starts as.
pub(super) fn fresh_trigger(kind: &str, meta: &ObjectMeta) -> Value {
    // A past that is worth a rule is a silence, a future is a due day.
    let day = |usual: &[&str]| {
        let fields = dates(meta);
        let found = usual.iter().find_map(|key| fields.iter().find(|f| f.0 == *key));
        found.or(fields.first()).map(|f| f.0.clone()).unwrap_or_default()
    };
    match kind {
        "event" => json!({ "kind": "event", "on": ["created"] }),
        "change" => {
            let field = ["stage_id", "status", "grade", "owner_id"].into_iter().find(|k| meta.field(k).is_some());
            json!({ "kind": "change", "field": field.unwrap_or(&meta.title_field), "from": null, "to": null })
        }
        "crosses" => {
            let fields = numbers(meta);
            let usual = ["health", "amount_minor"].into_iter().find(|k| fields.iter().any(|(key, _)| key == k));
            let field = usual.map(str::to_owned).or_else(|| fields.first().map(|f| f.0.clone()));
            json!({ "kind": "crosses", "field": field.unwrap_or_default(), "side": "below", "value": null })
        }
        "before" => {
            json!({ "kind": "before", "field": day(&["expected_close_on", "due_at"]), "count": 7, "unit": "days" })
        }
        "schedule" => json!({ "kind": "schedule", "cron": "0 9 * * *", "working": true }),
        _ => {
            json!({ "kind": "elapsed", "field": day(&["last_contact_at", "last_activity_at"]), "count": 7, "unit": "days", "working": false })
        }
    }
}

/// What an action of a kind starts as.
pub(super) fn fresh_action(kind: &str) -> Value {
    match kind {
        "add_tag" | "remove_tag" => json!({ "kind": kind, "tag_id": null }),
        "create_task" => {
            json!({ "kind": kind, "title": "", "assignee": { "kind": "owner" }, "due_in_days": 2, "working": true, "priority": "normal" })
        }
        "set_fields" => json!({ "kind": kind, "values": {} }),
        "start_playbook" => json!({ "kind": kind, "playbook": null }),
        "move_to_pool" => json!({ "kind": kind, "reason": "rule" }),
        "call_webhook" => json!({ "kind": kind, "webhook_id": null }),
        "reassign" => json!({ "kind": kind, "method": "round_robin", "users": [] }),
        "send_email" => json!({ "kind": kind, "to": [{ "kind": "owner" }], "subject": "", "body": "" }),
        _ => json!({ "kind": "notify", "to": [{ "kind": "owner" }], "message": "" }),
    }
}

/// Date and time fields of an object, the ones that tell of silence first.
pub(super) fn dates(meta: &ObjectMeta) -> Vec<(String, String)> {
    let first = |key: &str| !matches!(key, "last_activity_at" | "last_contact_at" | "due_at" | "expected_close_on");
    let mut out: Vec<&crate::data::types::FieldMeta> =
        meta.fields.iter().filter(|f| matches!(f.kind.as_str(), "date" | "datetime") && f.filterable).collect();
    out.sort_by_key(|f| first(&f.key));
    out.into_iter().map(|f| (f.key.clone(), f.label.clone())).collect()
}

/// Fields whose change a rule can wait for.
pub(super) fn changing(meta: &ObjectMeta) -> Vec<(String, String)> {
    let fits = |f: &&crate::data::types::FieldMeta| {
        f.filterable && f.kind != "long_text" && domain::automation::is_told(&meta.key, &f.key)
    };
    meta.fields.iter().filter(fits).map(|f| (f.key.clone(), f.label.clone())).collect()
}

/// Those of them that hold numbers.
pub(super) fn numbers(meta: &ObjectMeta) -> Vec<(String, String)> {
    let number = |key: &str| {
        meta.field(key).is_some_and(|f| {
            matches!(f.kind.as_str(), "int" | "money" | "number" | "percent") && !matches!(key, "version")
        })
    };
    changing(meta).into_iter().filter(|(key, _)| number(key)).collect()
}

/// A template: key, icon.
pub(super) const TEMPLATES: [(&str, &str); 4] =
    [("silent", "alarm-clock"), ("closing", "calendar-clock"), ("welcome", "users"), ("won", "phone")];

/// What a template is called and what it is for.
pub(super) fn template_words(l: Lang, key: &str) -> (&'static str, &'static str) {
    match key {
        "silent" => (l.tpl_silent(), l.tpl_silent_body()),
        "welcome" => (l.tpl_welcome(), l.tpl_welcome_body()),
        "won" => (l.tpl_won(), l.tpl_won_body()),
        "closing" => (l.tpl_closing(), l.tpl_closing_body()),
        _ => (l.rule_blank(), l.rule_blank_body()),
    }
}

/// The definition of a template; the messages are in the language of whoever makes the rule.
pub(super) fn template(l: Lang, key: &str) -> Value {
    match key {
        "silent" => json!({
            "object": "opportunities",
            "trigger": { "kind": "elapsed", "field": "last_activity_at", "count": 7, "unit": "days", "working": false },
            "condition": { "all": [
                { "field": "status", "op": "in", "value": ["open"] },
                { "field": "amount_minor", "op": "gt", "value": 10_000_000 },
            ] },
            "actions": [
                { "kind": "add_tag", "tag_id": null },
                { "kind": "notify", "to": [{ "kind": "owner" }, { "kind": "director" }], "message": l.pick("商机「{name}」（{customer_id}）已 7 天没有跟进，请尽快联系。", "The deal “{name}” ({customer_id}) has been silent for 7 days.") },
            ],
            "imports": false,
        }),
        "closing" => json!({
            "object": "opportunities",
            "trigger": { "kind": "before", "field": "expected_close_on", "count": 7, "unit": "days" },
            "condition": { "all": [{ "field": "status", "op": "in", "value": ["open"] }] },
            "actions": [{ "kind": "notify", "to": [{ "kind": "owner" }], "message": l.pick("商机「{name}」预计 {expected_close_on} 成交，还有 7 天。", "“{name}” is expected to close on {expected_close_on}, in 7 days.") }],
            "imports": false,
        }),
        "welcome" => json!({
            "object": "customers",
            "trigger": { "kind": "event", "on": ["created"] },
            "condition": null,
            "actions": [{ "kind": "create_task", "title": l.pick("首次拜访 {name}", "First call to {name}"), "assignee": { "kind": "owner" }, "due_in_days": 2, "working": true, "priority": "high" }],
            "imports": false,
        }),
        "won" => json!({
            "object": "opportunities",
            "trigger": { "kind": "change", "field": "status", "from": null, "to": "won" },
            "condition": null,
            "actions": [{ "kind": "create_task", "title": l.pick("赢单回访：{customer_id}", "Follow up after winning: {customer_id}"), "assignee": { "kind": "owner" }, "due_in_days": 7, "working": true, "priority": "normal" }],
            "imports": false,
        }),
        _ => {
            json!({ "object": "opportunities", "trigger": { "kind": "elapsed", "field": "last_activity_at", "count": 7, "unit": "days", "working": false }, "condition": null, "actions": [], "imports": false })
        }
    }
}

/// Says rules in words.
pub(super) struct Teller<'a> {
    pub(super) speech: Speech<'a>,
    /// Labels of roles by key.
    pub(super) roles: &'a BTreeMap<String, String>,
}

impl Teller<'_> {
    fn l(&self) -> Lang {
        self.speech.lang
    }

    /// The label of an object inside a sentence.
    fn what(&self) -> String {
        match self.l() {
            Lang::Zh => self.speech.meta.label.clone(),
            Lang::En => self.speech.meta.label.to_lowercase(),
        }
    }

    fn field(&self, key: &str) -> String {
        self.speech.meta.field(key).map_or_else(|| key.to_owned(), |f| f.label.clone())
    }

    fn name(&self, id: &str) -> String {
        self.speech.refs.get(id).cloned().unwrap_or_else(|| "…".to_owned())
    }

    fn value(&self, key: &str, value: &Value) -> String {
        self.speech.value(self.speech.meta.field(key), value)
    }

    /// The whole rule in one sentence; nothing before it has an action.
    pub(super) fn rule(&self, d: &Value) -> Option<String> {
        let l = self.l();
        let actions: Vec<String> = list(d, "actions").iter().map(|a| self.action(a)).collect();
        if actions.is_empty() {
            return None;
        }
        let condition = d.get("condition").filter(|c| !c.is_null()).map(|c| l.say_if(self.conditions(c).as_str()));
        let then = l.say_then(&actions.join(l.pick("，并", " and ")));
        Some(format!("{}{}{then}", self.trigger(&d["trigger"]), condition.unwrap_or_default()))
    }

    /// A condition without the brackets around the whole of it.
    fn conditions(&self, c: &Value) -> String {
        let text = self.speech.tree(c);
        text.strip_prefix('（').and_then(|t| t.strip_suffix('）')).map(str::to_owned).unwrap_or(text)
    }

    pub(super) fn trigger(&self, t: &Value) -> String {
        let (l, what) = (self.l(), self.what());
        match word(t, "kind") {
            "event" => {
                let verbs: Vec<&str> = list(t, "on").iter().filter_map(Value::as_str).map(|v| verb(l, v)).collect();
                l.say_when_event(&what, &verbs.join(l.pick("或", " or ")))
            }
            "change" => {
                let key = word(t, "field");
                let one = |name: &str, say: fn(Lang, &str) -> String| {
                    t.get(name).filter(|v| !v.is_null()).map(|v| say(l, &self.value(key, v))).unwrap_or_default()
                };
                let ends =
                    format!("{}{}", one("from", |l, v| l.say_change_from(v)), one("to", |l, v| l.say_change_to(v)));
                format!("{}{ends}", l.say_when_change(&what, &self.field(key)))
            }
            "crosses" => {
                let (what, field) = (what.as_str(), self.field(word(t, "field")));
                let value = t.get("value").filter(|v| !v.is_null());
                let line = value.map_or_else(|| "…".to_owned(), |v| self.value(word(t, "field"), v));
                match word(t, "side") {
                    "above" => l.say_when_above(what, &field, &line),
                    _ => l.say_when_below(what, &field, &line),
                }
            }
            "before" => l.say_when_before(&what, &self.field(word(t, "field")), &self.span(t)),
            "schedule" => l.say_when_schedule(&what, &every(l, t)),
            _ => l.say_when_elapsed(&what, &self.field(word(t, "field")), &self.span(t)),
        }
    }

    /// `7 天`, `2 个工作小时`.
    fn span(&self, t: &Value) -> String {
        let l = self.l();
        let unit = unit(l, word(t, "unit"));
        let n = t.get("count").and_then(Value::as_u64).unwrap_or(0);
        let working = t.get("working").and_then(Value::as_bool).unwrap_or(false);
        if working { format!("{n} {}{unit}", l.working_word().trim_start()) } else { format!("{n} {unit}") }
    }

    pub(super) fn action(&self, a: &Value) -> String {
        let l = self.l();
        match word(a, "kind") {
            "add_tag" => l.say_tag(&self.name(word(a, "tag_id"))),
            "remove_tag" => l.say_untag(&self.name(word(a, "tag_id"))),
            "create_task" => {
                let due = a.get("due_in_days").and_then(Value::as_u64).map(|n| l.say_task_due(n)).unwrap_or_default();
                format!("{}{due}", l.say_task(&self.who(&a["assignee"]), word(a, "title")))
            }
            "set_fields" => {
                let values = a.get("values").and_then(Value::as_object);
                let parts: Vec<String> =
                    values.into_iter().flatten().map(|(k, v)| l.say_set(&self.field(k), &self.value(k, v))).collect();
                if parts.is_empty() { l.act_set().to_owned() } else { parts.join(l.pick("、", " and ")) }
            }
            "reassign" => l.say_reassign().to_owned(),
            "send_email" => l.say_mail(&self.people(list(a, "to"))),
            "move_to_pool" => l.say_pool().to_owned(),
            "start_playbook" => match self.speech.refs.get(word(a, "playbook")) {
                Some(name) => l.say_playbook_named(name),
                None => l.say_playbook().to_owned(),
            },
            "call_webhook" => match self.speech.refs.get(word(a, "webhook_id")) {
                Some(name) => l.say_hook_named(name),
                None => l.say_hook().to_owned(),
            },
            _ => l.say_notify(&self.people(list(a, "to"))),
        }
    }

    fn people(&self, to: &[Value]) -> String {
        let all: Vec<String> = to.iter().map(|r| self.who(r)).collect();
        all.join(self.l().pick("、", " and "))
    }

    pub(super) fn who(&self, r: &Value) -> String {
        let l = self.l();
        match word(r, "kind") {
            "manager" => l.to_manager().to_owned(),
            "director" => l.to_director().to_owned(),
            "account_team" => l.to_account_team().to_owned(),
            "role" => self.roles.get(word(r, "role")).cloned().unwrap_or_else(|| word(r, "role").to_owned()),
            "user" => self.name(word(r, "user_id")),
            _ => l.to_owner().to_owned(),
        }
    }
}

pub(super) fn verb(l: Lang, v: &str) -> &'static str {
    match v {
        "updated" => l.on_updated(),
        "archived" => l.on_archived(),
        "restored" => l.on_restored(),
        _ => l.on_created(),
    }
}

pub(super) fn unit(l: Lang, u: &str) -> &'static str {
    match u {
        "minutes" => l.unit_minutes(),
        "hours" => l.unit_hours(),
        _ => l.unit_days(),
    }
}

/// A schedule as one thinks of it: key, hour and minute; `own` where it is none of these.
pub(super) fn rhythm(t: &Value) -> (&'static str, u32, u32) {
    let cron = word(t, "cron");
    let parts: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, week] = parts.as_slice() else { return ("own", 9, 0) };
    let number = |s: &str| s.parse::<u32>().ok();
    let working = t.get("working").and_then(Value::as_bool).unwrap_or(false);
    match (number(minute), number(hour), *day, *month, *week) {
        (Some(m), Some(h), "*", "*", "*") => (if working { "workday" } else { "day" }, h, m),
        (Some(m), Some(h), "*", "*", "1") => ("week", h, m),
        (Some(m), Some(h), "1", "*", "*") => ("month", h, m),
        (Some(0), None, "*", "*", "*") if *hour == "*" => ("hour", 9, 0),
        _ => ("own", 9, 0),
    }
}

/// The schedule of a rhythm at a time of day.
pub(super) fn schedule(rhythm: &str, hour: u32, minute: u32) -> Value {
    let cron = match rhythm {
        "week" => format!("{minute} {hour} * * 1"),
        "month" => format!("{minute} {hour} 1 * *"),
        "hour" => "0 * * * *".to_owned(),
        _ => format!("{minute} {hour} * * *"),
    };
    json!({ "kind": "schedule", "cron": cron, "working": rhythm == "workday" })
}

pub(super) fn rhythm_word(l: Lang, key: &str) -> &'static str {
    match key {
        "day" => l.every_day(),
        "workday" => l.every_workday(),
        "week" => l.every_week(),
        "month" => l.every_month(),
        "hour" => l.every_hour(),
        _ => l.every_own(),
    }
}

fn every(l: Lang, t: &Value) -> String {
    match rhythm(t) {
        ("own", ..) => word(t, "cron").to_owned(),
        ("hour", ..) => l.every_hour().to_owned(),
        (key, h, m) => format!("{} {h:02}:{m:02}", rhythm_word(l, key)),
    }
}

/// What is wrong with one place of a definition, from the problems of the server: those at the path and below it.
pub(super) fn wrong_at(errors: &[(String, String)], path: &str) -> Option<String> {
    let below =
        |field: &str| field.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    errors.iter().find(|(field, _)| below(field)).map(|(_, message)| message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::types::{ChoiceMeta, FieldMeta};
    use crate::format::Clock;

    fn meta() -> ObjectMeta {
        let field = |key: &str, label: &str, kind: &str| FieldMeta {
            key: key.into(),
            label: label.into(),
            kind: kind.into(),
            filterable: true,
            ..FieldMeta::default()
        };
        let mut status = field("status", "状态", "choice");
        status.choices = vec![ChoiceMeta { key: "open".into(), label: "进行中".into(), color: String::new() }];
        let fields = vec![
            field("created_on", "创建日期", "date"),
            status,
            field("amount_minor", "金额", "money"),
            field("last_activity_at", "最近跟进", "datetime"),
        ];
        ObjectMeta { label: "商机".into(), fields: fields.into(), ..ObjectMeta::default() }
    }

    fn say(d: &Value) -> Option<String> {
        let clock = Clock { now: chrono::DateTime::UNIX_EPOCH, zone: domain::zone::Zone::utc() };
        let refs = BTreeMap::from([("t1".to_owned(), "风险".to_owned())]);
        let (meta, roles) = (meta(), BTreeMap::new());
        Teller {
            speech: Speech { lang: Lang::Zh, meta: &meta, refs: &refs, currency: "CNY", clock: &clock },
            roles: &roles,
        }
        .rule(d)
    }

    #[test]
    fn the_rule_of_large_silent_deals_is_one_sentence() {
        let mut d = template(Lang::Zh, "silent");
        d["actions"][0]["tag_id"] = json!("t1");
        assert_eq!(
            say(&d).unwrap(),
            "商机距「最近跟进」已过 7 天时，如果状态 是 进行中，且 金额 大于 ¥10万，就打上「风险」标签，并通知负责人、总监。"
        );
        assert_eq!(say(&template(Lang::Zh, "blank")), None, "without an action nothing is said");
    }

    #[test]
    fn a_line_is_said_with_its_unit_and_fields_that_follow_others_cannot_be_waited_for() {
        let d = json!({ "trigger": { "kind": "crosses", "field": "amount_minor", "side": "below", "value": 10_000_000 }, "actions": [{ "kind": "notify", "to": [{ "kind": "owner" }] }] });
        assert_eq!(say(&d).unwrap(), "商机的「金额」跌破 ¥10万 时，就通知负责人。");
        let deals = ObjectMeta { key: "opportunities".into(), ..meta() };
        let keys = |list: Vec<(String, String)>| list.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(keys(changing(&deals)), ["created_on", "status", "amount_minor"]);
        assert_eq!(keys(numbers(&deals)), ["amount_minor"]);
        assert_eq!(fresh_trigger("crosses", &deals)["field"], "amount_minor");
    }

    #[test]
    fn schedules_are_rhythms_and_back() {
        for key in ["day", "workday", "week", "month"] {
            assert_eq!(rhythm(&schedule(key, 8, 30)), (key, 8, 30), "{key}");
        }
        assert_eq!(rhythm(&schedule("hour", 0, 0)).0, "hour");
        assert_eq!(rhythm(&json!({ "cron": "*/5 9-18 * * 1-5" })).0, "own");
    }

    #[test]
    fn fields_that_tell_of_silence_come_first() {
        assert_eq!(dates(&meta())[0].0, "last_activity_at");
    }

    #[test]
    fn a_rule_begins_with_a_silence_and_a_warning_with_the_closing_day() {
        let mut deals = meta();
        let close = FieldMeta {
            key: "expected_close_on".into(),
            kind: "date".into(),
            filterable: true,
            ..FieldMeta::default()
        };
        deals.fields = deals.fields.iter().cloned().chain([close]).rev().collect::<Vec<_>>().into();
        assert_eq!(fresh_trigger("elapsed", &deals)["field"], "last_activity_at");
        assert_eq!(fresh_trigger("before", &deals)["field"], "expected_close_on");
        deals.fields = deals.fields.iter().filter(|f| f.key == "created_on").cloned().collect::<Vec<_>>().into();
        assert_eq!(fresh_trigger("elapsed", &deals)["field"], "created_on", "any moment, when there is no usual one");
    }

    #[test]
    fn a_problem_is_shown_at_its_place_and_no_other() {
        let errors = vec![("definition.actions[1].to[0].role".to_owned(), "没有这个角色".to_owned())];
        assert_eq!(wrong_at(&errors, "definition.actions[1]").as_deref(), Some("没有这个角色"));
        assert_eq!(wrong_at(&errors, "definition.actions[0]"), None);
        assert_eq!(wrong_at(&[("definition.actions[10]".into(), "x".into())], "definition.actions[1]"), None);
    }
}
