//! From a definition to something that can act, or what is wrong with it and where.

use crate::{Actor, Error, Result, Visible, mail};
use chrono::{DateTime, Duration, Utc};
use contract::rules::{EventVerb, Recipient, RuleAction, RuleDefinition, TimeUnit, Trigger};
use domain::automation::calendar::Calendar;
use domain::automation::cron::Cron;
use domain::automation::template::{Piece, parse};
use domain::automation::{is_told, runs_from_the_beginning};
use domain::condition::{Condition, FieldRef, Op, Reader, Test};
use domain::fields::{FieldError, Kind, ParseCx};
use domain::policy::Action;
use domain::record::{Shape, read_input};
use domain::value::Value;
use persistence::db::AnyConnection;
use std::sync::Arc;
use uuid::Uuid;

use crate::schema::Schema;

/// Actions in one rule at most.
const MAX_ACTIONS: usize = 20;
/// The longest time that a trigger may name, in days.
const MAX_DAYS: u32 = 3_650;

/// A definition that fits the objects as they are now, for one publisher at one time.
pub(super) struct Compiled {
    /// The object.
    pub(super) shape: Arc<Shape>,
    /// The trigger's own condition and the rule's together, with relative times made absolute.
    pub(super) condition: Condition,
    /// The field whose value tells one occasion from the next, for triggers that have one.
    pub(super) field: Option<FieldRef>,
    /// The schedule, for triggers that have one.
    pub(super) cron: Option<Cron>,
    /// Names of the fields that the rule looks at.
    pub(super) looks_at: Vec<String>,
}

/// What compiling needs.
#[derive(Clone, Copy)]
pub(super) struct Compiler<'a> {
    /// The objects.
    pub(super) schema: &'a Schema,
    /// As whom the rule acts.
    pub(super) actor: &'a Actor,
    /// The time at which relative times are taken.
    pub(super) now: DateTime<Utc>,
    /// When people work.
    pub(super) calendar: &'a Calendar,
}

impl Compiler<'_> {
    fn cx(&self) -> ParseCx {
        ParseCx { zone: self.schema.zone, me: Some(self.actor.user_id), now: self.now }
    }

    /// Compiles a definition; every fault is reported with its path under `path`.
    pub(super) fn compile(&self, d: &RuleDefinition, path: &str) -> Result<Compiled> {
        let shape = self.schema.shape(&d.object).filter(|s| s.def.owned || s.def.key == "products");
        let Some(shape) = shape.cloned() else {
            return Err(Error::field(format!("{path}.object"), "unknown_object", d.object.clone()));
        };
        let cx = self.cx();
        let shapes = |key: &str| self.schema.shape(key).cloned();
        let reader = Reader { shape: &shape, shapes: &shapes, masks: self.actor.permissions.masks, cx: &cx };
        let mut errors = Vec::new();
        if self.actor.visible(shape.def.permission, Action::Read).is_none() {
            errors.push(FieldError::new(format!("{path}.object"), "forbidden_object", d.object.clone()));
        }
        let mut looks_at = Vec::new();
        let (own, field, cron) =
            self.trigger(&reader, &d.trigger, &format!("{path}.trigger"), &mut looks_at, &mut errors);
        let mut condition = own.unwrap_or(Condition::All(Vec::new()));
        if let Some(json) = &d.condition {
            match reader.condition(json, &format!("{path}.condition")) {
                Ok(read) => condition = condition.and(read),
                Err(wrong) => errors.extend(wrong),
            }
            names(json, &mut looks_at);
        }
        self.actions(&reader, d, path, &mut errors);
        looks_at.dedup();
        // A rule sees what its author sees, over links too.
        let condition = condition.seen_by(&|def, field| crate::records::sight(self.actor, def, field));
        if errors.is_empty() {
            Ok(Compiled { condition, field, cron, looks_at, shape })
        } else {
            Err(Error::Invalid(errors))
        }
    }

    fn trigger(
        &self,
        reader: &Reader<'_>,
        trigger: &Trigger,
        path: &str,
        looks_at: &mut Vec<String>,
        errors: &mut Vec<FieldError>,
    ) -> (Option<Condition>, Option<FieldRef>, Option<Cron>) {
        let mut wrong = |key: &str, code: &'static str, detail: &str| {
            errors.push(FieldError::new(format!("{path}.{key}"), code, detail));
        };
        match trigger {
            Trigger::Event { on } => {
                if on.is_empty() {
                    wrong("on", "required", "");
                }
                (None, None, None)
            }
            Trigger::Change { field, from, to } => {
                looks_at.push(field.clone());
                match reader.field(field, &format!("{path}.field")) {
                    Ok(f) if f.via.is_some() => wrong("field", "own_field_only", field),
                    Ok(_) if !is_told(reader.shape.def.key, field) => wrong("field", "follows_other_records", field),
                    Ok(f) => {
                        for (key, json) in [("from", from), ("to", to)] {
                            if let Some(json) = json
                                && let Err(e) = f.field.parse(json, reader.cx)
                            {
                                wrong(key, e.code, &e.detail);
                            }
                        }
                    }
                    Err(e) => errors.push(e),
                }
                (None, None, None)
            }
            Trigger::Crosses { field, value, .. } => {
                looks_at.push(field.clone());
                match reader.field(field, &format!("{path}.field")) {
                    Ok(f) if f.via.is_some() => wrong("field", "own_field_only", field),
                    Ok(_) if !is_told(reader.shape.def.key, field) => wrong("field", "follows_other_records", field),
                    Ok(f) if !f.field.kind.is_number() => wrong("field", "no_number_field", field),
                    Ok(f) => match value.clone().map(|v| f.field.parse(&v.into(), reader.cx)) {
                        None => wrong("value", "required", ""),
                        Some(Err(e)) => wrong("value", e.code, &e.detail),
                        Some(Ok(_)) => {}
                    },
                    Err(e) => errors.push(e),
                }
                (None, None, None)
            }
            Trigger::Elapsed { field, count, unit, .. } | Trigger::Before { field, count, unit } => {
                looks_at.push(field.clone());
                if *count == 0 || days_of(*count, *unit) > MAX_DAYS {
                    wrong("count", "out_of_range", "1..3650");
                    return (None, None, None);
                }
                match reader.field(field, &format!("{path}.field")) {
                    Ok(f) if f.via.is_some() => wrong("field", "own_field_only", field),
                    Ok(f) if !matches!(f.field.kind, Kind::Date | Kind::DateTime) => {
                        wrong("field", "no_time_field", field)
                    }
                    Ok(f) => return (Some(self.time_condition(reader, trigger, &f)), Some(f), None),
                    Err(e) => errors.push(e),
                }
                (None, None, None)
            }
            Trigger::Schedule { cron, working } => {
                let read = Cron::parse(cron).filter(|c| c.next(self.now, self.calendar, *working).is_some());
                if read.is_none() {
                    wrong("cron", "cron", "");
                }
                (None, None, read)
            }
        }
    }

    /// What a trigger by time asks of its field.
    fn time_condition(&self, reader: &Reader<'_>, trigger: &Trigger, field: &FieldRef) -> Condition {
        let test = |field: FieldRef, op| Condition::Test(Box::new(Test { field, op }));
        let day = |moment: DateTime<Utc>| Value::Date(self.schema.zone.day(moment));
        let value = |moment: DateTime<Utc>| match field.field.kind {
            Kind::Date => day(moment),
            _ => Value::Time(moment),
        };
        match trigger {
            Trigger::Elapsed { count, unit, working, .. } => {
                let threshold = self.before_now(*count, *unit, *working);
                let past = test(field.clone(), Op::Lte(value(threshold)));
                let created = reader.field("created_at", "").ok();
                let runs = runs_from_the_beginning(reader.shape.def.key, &field.field.key);
                match created.filter(|_| runs) {
                    Some(created) => Condition::Any(vec![
                        past,
                        Condition::All(vec![
                            test(field.clone(), Op::IsEmpty),
                            test(created, Op::Lte(Value::Time(threshold))),
                        ]),
                    ]),
                    None => past,
                }
            }
            Trigger::Before { count, unit, .. } => {
                test(field.clone(), Op::Between(value(self.now), value(self.now + span(*count, *unit))))
            }
            Trigger::Event { .. } | Trigger::Change { .. } | Trigger::Crosses { .. } | Trigger::Schedule { .. } => {
                Condition::All(Vec::new())
            }
        }
    }

    fn before_now(&self, count: u32, unit: TimeUnit, working: bool) -> DateTime<Utc> {
        match (working, unit) {
            (true, TimeUnit::Days) => self.calendar.working_days_before(self.now, count),
            (true, _) => self.calendar.working_time_before(self.now, span(count, unit)),
            (false, _) => self.now - span(count, unit),
        }
    }

    fn actions(&self, reader: &Reader<'_>, d: &RuleDefinition, path: &str, errors: &mut Vec<FieldError>) {
        if d.actions.is_empty() {
            errors.push(FieldError::new(format!("{path}.actions"), "required", ""));
        }
        if d.actions.len() > MAX_ACTIONS {
            errors.push(FieldError::new(format!("{path}.actions"), "too_many", MAX_ACTIONS.to_string()));
        }
        for (i, action) in d.actions.iter().enumerate() {
            self.action(reader, action, &format!("{path}.actions[{i}]"), errors);
        }
    }

    fn action(&self, reader: &Reader<'_>, action: &RuleAction, path: &str, errors: &mut Vec<FieldError>) {
        let shape = reader.shape;
        let mut wrong = |key: &str, code: &'static str, detail: &str| {
            errors.push(FieldError::new(format!("{path}.{key}"), code, detail));
        };
        let owned = shape.def.owned;
        let may = |object: &str, action| self.actor.visible(object, action).is_some();
        let may_update = may(shape.def.permission, Action::Update);
        match action {
            RuleAction::SetFields { values } => {
                if values.is_empty() {
                    wrong("values", "required", "");
                }
                if !may_update {
                    wrong("values", "forbidden_object", shape.def.key);
                }
                let json = serde_json::Value::Object(values.clone());
                if let Err(list) = read_input(shape, &json, false, self.actor.permissions.masks, reader.cx) {
                    list.iter().for_each(|e| wrong(&format!("values.{}", e.field), e.code, &e.detail));
                }
            }
            RuleAction::AddTag { .. } | RuleAction::RemoveTag { .. } => {
                if shape.position("tags").is_none() {
                    wrong("kind", "no_tags", shape.def.key);
                }
            }
            RuleAction::CreateTask { title, note, assignee, due_in_days, priority, .. } => {
                if !may("tasks", Action::Create) {
                    wrong("kind", "forbidden_object", "tasks");
                }
                if due_in_days.is_some_and(|d| d > MAX_DAYS) {
                    wrong("due_in_days", "out_of_range", "0..3650");
                }
                if priority.as_deref().is_some_and(|p| !["high", "normal", "low"].contains(&p)) {
                    wrong("priority", "choice", "high, normal, low");
                }
                recipient(assignee, "assignee", shape, &mut wrong);
                self.text(reader, title, "title", 200, &mut wrong);
                self.text(reader, note.as_deref().unwrap_or("-"), "note", 20_000, &mut wrong);
            }
            RuleAction::Notify { to, message } => {
                if to.is_empty() {
                    wrong("to", "required", "");
                }
                to.iter().enumerate().for_each(|(i, r)| recipient(r, &format!("to[{i}]"), shape, &mut wrong));
                self.text(reader, message, "message", 500, &mut wrong);
            }
            RuleAction::Reassign { users, team_id, .. } => {
                if !owned || !may_update {
                    wrong("kind", "not_assignable", shape.def.key);
                }
                if users.is_empty() && team_id.is_none() {
                    wrong("users", "required", "");
                }
                if users.len() > 200 {
                    wrong("users", "too_many", "200");
                }
            }
            RuleAction::MoveToPool { .. } => {
                if !domain::pool::is_pooled(shape.def.key) {
                    wrong("kind", "no_pool", shape.def.key);
                } else if !may_update {
                    wrong("kind", "forbidden_object", shape.def.key);
                }
            }
            RuleAction::StartPlaybook { .. } => {
                if !of_a_customer(shape) {
                    wrong("kind", "no_customer", shape.def.key);
                }
                if !may("tasks", Action::Create) || !may("customers", Action::Update) {
                    wrong("kind", "forbidden_object", "customers, tasks");
                }
            }
            RuleAction::CallWebhook { .. } => {}
            RuleAction::SendEmail { to, field, subject, body } => {
                if !mail::available() {
                    wrong("kind", "mail_not_configured", "");
                }
                if to.is_empty() && field.is_none() {
                    wrong("to", "required", "");
                }
                to.iter().enumerate().for_each(|(i, r)| recipient(r, &format!("to[{i}]"), shape, &mut wrong));
                if let Some(name) = field
                    && reader.field(name, "").map_or(true, |f| f.field.kind != Kind::Email)
                {
                    wrong("field", "no_email_field", name);
                }
                self.text(reader, subject, "subject", 200, &mut wrong);
                self.text(reader, body, "body", 20_000, &mut wrong);
            }
        }
    }

    /// A text with places for fields: each must exist.
    fn text(
        &self,
        reader: &Reader<'_>,
        text: &str,
        key: &str,
        max: usize,
        wrong: &mut impl FnMut(&str, &'static str, &str),
    ) {
        if text.trim().is_empty() {
            wrong(key, "required", "");
        }
        if text.chars().count() > max {
            wrong(key, "too_long", &max.to_string());
        }
        for piece in parse(text) {
            if let Piece::Field(name) = piece
                && reader.field(&name, "").is_err()
            {
                wrong(key, "unknown_field", &name);
            }
        }
    }
}

/// A customer, or something that belongs to one.
fn of_a_customer(shape: &Shape) -> bool {
    shape.def.key == "customers" || shape.position("customer_id").is_some()
}

fn recipient(r: &Recipient, key: &str, shape: &Shape, wrong: &mut impl FnMut(&str, &'static str, &str)) {
    match r {
        Recipient::Owner | Recipient::Manager | Recipient::Director if !shape.def.owned => wrong(key, "no_owner", ""),
        Recipient::AccountTeam if !of_a_customer(shape) => wrong(key, "no_customer", shape.def.key),
        Recipient::Role { role } if role.trim().is_empty() => wrong(&format!("{key}.role"), "required", ""),
        Recipient::Owner
        | Recipient::Manager
        | Recipient::Director
        | Recipient::AccountTeam
        | Recipient::Role { .. }
        | Recipient::User { .. } => {}
    }
}

/// Names of the fields in a condition.
fn names(json: &serde_json::Value, found: &mut Vec<String>) {
    match json {
        serde_json::Value::Object(map) => {
            if let Some(name) = map.get("field").and_then(serde_json::Value::as_str)
                && !found.iter().any(|f| f == name)
            {
                found.push(name.to_owned());
            }
            map.values().for_each(|v| names(v, found));
        }
        serde_json::Value::Array(list) => list.iter().for_each(|v| names(v, found)),
        _ => {}
    }
}

fn days_of(count: u32, unit: TimeUnit) -> u32 {
    match unit {
        TimeUnit::Minutes => count / 1440,
        TimeUnit::Hours => count / 24,
        TimeUnit::Days => count,
    }
}

fn span(count: u32, unit: TimeUnit) -> Duration {
    match unit {
        TimeUnit::Minutes => Duration::minutes(count.into()),
        TimeUnit::Hours => Duration::hours(count.into()),
        TimeUnit::Days => Duration::days(count.into()),
    }
}

/// Things that a definition names and that must exist: tags, people, teams, roles, endpoints.
pub(super) fn check_targets(conn: &mut AnyConnection, schema: &Schema, d: &RuleDefinition, path: &str) -> Result<()> {
    let mut errors = Vec::new();
    let mut there = |conn: &mut AnyConnection, object: &str, id: Uuid, field: String| -> Result<()> {
        let Some(shape) = schema.shape(object) else { return Ok(()) };
        if !persistence::records::exists(conn, shape, id, Visible::All.owners())? {
            errors.push(FieldError::new(field, "link_missing", ""));
        }
        Ok(())
    };
    let (mut roles, mut gone) = (Vec::new(), Vec::new());
    for (i, action) in d.actions.iter().enumerate() {
        let at = |key: &str| format!("{path}.actions[{i}].{key}");
        match action {
            RuleAction::AddTag { tag_id } | RuleAction::RemoveTag { tag_id } => {
                there(conn, "tags", *tag_id, at("tag_id"))?;
            }
            RuleAction::CreateTask { assignee, .. } => people(conn, &mut there, &mut roles, assignee, at("assignee"))?,
            RuleAction::Notify { to, .. } | RuleAction::SendEmail { to, .. } => {
                for (k, r) in to.iter().enumerate() {
                    people(conn, &mut there, &mut roles, r, at(&format!("to[{k}]")))?;
                }
            }
            RuleAction::Reassign { users, team_id, .. } => {
                for (k, user) in users.iter().enumerate() {
                    there(conn, "users", *user, at(&format!("users[{k}]")))?;
                }
                if let Some(team) = team_id {
                    there(conn, "teams", *team, at("team_id"))?;
                }
            }
            RuleAction::StartPlaybook { playbook } => {
                let keys = crate::scores::playbooks::keys(conn)?;
                if !keys.contains(playbook) {
                    gone.push(FieldError::new(at("playbook"), "choice", keys.join(", ")));
                }
            }
            RuleAction::CallWebhook { webhook_id } => {
                if persistence::webhooks::all(conn)?.iter().all(|w| w.id != *webhook_id) {
                    gone.push(FieldError::new(at("webhook_id"), "link_missing", ""));
                }
            }
            RuleAction::SetFields { .. } | RuleAction::MoveToPool { .. } => {}
        }
    }
    errors.extend(gone);
    if !roles.is_empty() {
        let known = persistence::identity::roles(conn)?;
        for (role, field) in roles {
            if known.iter().all(|r| r.key != role) {
                errors.push(FieldError::new(field, "unknown_role", role));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

fn people(
    conn: &mut AnyConnection,
    there: &mut impl FnMut(&mut AnyConnection, &str, Uuid, String) -> Result<()>,
    roles: &mut Vec<(String, String)>,
    r: &Recipient,
    field: String,
) -> Result<()> {
    match r {
        Recipient::User { user_id } => there(conn, "users", *user_id, format!("{field}.user_id")),
        Recipient::Role { role } => {
            roles.push((role.clone(), format!("{field}.role")));
            Ok(())
        }
        Recipient::Owner | Recipient::Manager | Recipient::Director | Recipient::AccountTeam => Ok(()),
    }
}

/// The verb of an event's type: `customer.updated` is `Updated`.
pub(super) fn verb(kind: &str) -> Option<EventVerb> {
    match kind.rsplit_once('.')?.1 {
        "created" => Some(EventVerb::Created),
        "updated" => Some(EventVerb::Updated),
        "archived" => Some(EventVerb::Archived),
        "restored" => Some(EventVerb::Restored),
        _ => None,
    }
}
