//! What rules do to a record, as their publisher and within the publisher's reach.

use super::people::{choose, resolve};
use super::text::{fill, lookup};
use crate::notifications::news::may_see;
use crate::notifications::{News, tell};
use crate::records::{Stamp, Writer};
use crate::{Ctx, Error, Result, mail, pool, webhooks};
use chrono::{DateTime, Days, Utc};
use contract::notifications::NewsKind;
use contract::rules::{ActionOutcome, PoolCause, Recipient, RuleAction};
use domain::automation::calendar::Calendar;
use domain::policy::Action;
use domain::pool::Reason;
use domain::record::{Record, Shape, read_input};
use domain::value::Value;
use persistence::rules::Rule;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// A rule acting on a record.
pub(super) struct Acting<'a> {
    /// The rule.
    pub(super) rule: &'a Rule,
    /// This run of it.
    pub(super) run: Uuid,
    /// The record's object.
    pub(super) shape: Arc<Shape>,
    /// The record as it is now.
    pub(super) record: Record,
    /// When people work.
    pub(super) calendar: &'a Calendar,
}

/// What one action came to: a result, or a code that says why it was skipped.
type Done = std::result::Result<Map<String, Json>, &'static str>;

fn done(json: Json) -> Done {
    Ok(json.as_object().cloned().unwrap_or_default())
}

impl Acting<'_> {
    /// Carries out every action in order; the first that fails ends it.
    pub(super) fn all(&mut self, ctx: &mut Ctx<'_>, actions: &[RuleAction]) -> Result<Vec<ActionOutcome>> {
        let mut outcomes = Vec::with_capacity(actions.len());
        for (i, action) in actions.iter().enumerate() {
            let came = self.one(ctx, i, action)?;
            let kind = kind(action).to_owned();
            outcomes.push(match came {
                Ok(result) => ActionOutcome { kind, done: true, reason: None, result },
                Err(code) => ActionOutcome { kind, done: false, reason: Some(code.to_owned()), result: Map::new() },
            });
        }
        Ok(outcomes)
    }

    fn owner(&self) -> Option<Uuid> {
        self.record.owner(&self.shape)
    }

    fn one(&mut self, ctx: &mut Ctx<'_>, at: usize, action: &RuleAction) -> Result<Done> {
        match action {
            RuleAction::SetFields { values } => self.set(ctx, values),
            RuleAction::AddTag { tag_id } => self.tag(ctx, *tag_id, true),
            RuleAction::RemoveTag { tag_id } => self.tag(ctx, *tag_id, false),
            RuleAction::CreateTask { .. } => self.task(ctx, action),
            RuleAction::Notify { to, message } => self.notify(ctx, at, to, message),
            RuleAction::Reassign { method, users, team_id } => {
                let region = self.region(ctx)?;
                let among = (users.as_slice(), *team_id);
                match choose(ctx, self.rule.id, self.shape.def.key, *method, among, region.as_deref())? {
                    Err(code) => Ok(Err(code)),
                    Ok(user) if Some(user) == self.owner() => Ok(Err("already")),
                    Ok(user) => self.change(ctx, &json!({ "owner_id": user }), json!({ "owner_id": user })),
                }
            }
            RuleAction::MoveToPool { reason } => self.pool(ctx, *reason),
            RuleAction::StartPlaybook { playbook } => self.playbook(ctx, playbook),
            RuleAction::CallWebhook { webhook_id } => {
                let occasion = format!("r{}:{at}", self.run);
                let called = webhooks::call(ctx, *webhook_id, &occasion, &self.rule.name, &self.shape, &self.record)?;
                Ok(called.and_then(|()| done(json!({ "webhook_id": webhook_id }))))
            }
            RuleAction::SendEmail { to, field, subject, body } => {
                self.mail(ctx, at, (to, field.as_deref()), subject, body)
            }
        }
    }

    fn set(&mut self, ctx: &mut Ctx<'_>, values: &Map<String, Json>) -> Result<Done> {
        self.change(ctx, &Json::Object(values.clone()), json!({ "fields": values.keys().collect::<Vec<_>>() }))
    }

    /// Changes the record as the publisher would; a change that changes nothing is none.
    fn change(&mut self, ctx: &mut Ctx<'_>, patch: &Json, result: Json) -> Result<Done> {
        let shape = self.shape.clone();
        let visible = ctx.require(shape.def.permission, Action::Update)?;
        if shape.def.owned && !visible.contains(self.owner()) {
            return Ok(Err("out_of_reach"));
        }
        let changes =
            read_input(&shape, patch, false, ctx.actor.permissions.masks, &ctx.parse()).map_err(Error::Invalid)?;
        let mut writer = Writer::caused(shape, self.rule.id);
        let stored = writer.update(ctx, &self.record, &changes, &visible)?;
        writer.flush(ctx)?;
        self.record = stored.record;
        Ok(if stored.changed { done(result) } else { Err("already") })
    }

    /// Moves the record to the public pool and tells whoever owned it.
    fn pool(&mut self, ctx: &mut Ctx<'_>, cause: PoolCause) -> Result<Done> {
        let visible = ctx.require(self.shape.def.permission, Action::Update)?;
        let owner = self.owner();
        if !domain::pool::is_pooled(self.shape.def.key) {
            return Ok(Err("no_pool"));
        }
        if !self.record.get(&self.shape, "pooled_at").is_null() {
            return Ok(Err("already"));
        }
        if !visible.contains(owner) {
            return Ok(Err("out_of_reach"));
        }
        let reason = match cause {
            PoolCause::Rule => Reason::Rule,
            PoolCause::NoFollowUp => Reason::NoFollowUp,
            PoolCause::OwnerLeft => Reason::OwnerLeft,
        };
        let mut writer = Writer::caused(self.shape.clone(), self.rule.id).trusting();
        let note: String = self.rule.name.chars().take(300).collect();
        self.record = pool::pool_record(ctx, &mut writer, &self.record, reason, Some(&note))?;
        writer.flush(ctx)?;
        let news = owner.map(|owner| pool::taken(&self.shape, &self.record, owner, Some(&note)));
        tell(ctx, news.into_iter().collect())?;
        Ok(done(json!({ "reason": reason.key(), "from": owner })))
    }

    fn tag(&mut self, ctx: &mut Ctx<'_>, tag: Uuid, add: bool) -> Result<Done> {
        let tags = ctx.shape("tags")?;
        if add && !persistence::records::exists(ctx.conn, &tags, tag, crate::Visible::All.owners())? {
            return Ok(Err("tag_gone"));
        }
        let mut ids: Vec<Uuid> = match self.record.get(&self.shape, "tags") {
            Value::List(list) => list.iter().filter_map(Value::as_id).collect(),
            _ => Vec::new(),
        };
        if ids.contains(&tag) == add {
            return Ok(Err("already"));
        }
        if add {
            ids.push(tag);
        } else {
            ids.retain(|id| *id != tag);
        }
        self.change(ctx, &json!({ "tags": ids }), json!({ "tag_id": tag }))
    }

    fn task(&mut self, ctx: &mut Ctx<'_>, action: &RuleAction) -> Result<Done> {
        let RuleAction::CreateTask { title, note, assignee, due_in_days, working, priority } = action else {
            return Ok(Err("invalid"));
        };
        let people = resolve(ctx, std::slice::from_ref(assignee), (&self.shape, &self.record))?;
        let Some(assignee) = people.first().copied() else { return Ok(Err("nobody")) };
        let visible = ctx.require("tasks", Action::Create)?;
        if !visible.contains(Some(assignee)) {
            return Ok(Err("out_of_reach"));
        }
        let cut = |text: String, max: usize| text.chars().take(max).collect::<String>().replace(['\r', '\n'], " ");
        let mut task = json!({
            "title": cut(fill(ctx, &self.shape, &self.record, title)?, 200),
            "owner_id": assignee,
            "priority": priority.as_deref().unwrap_or("normal"),
        });
        if let Some(note) = note {
            task["note"] = fill(ctx, &self.shape, &self.record, note)?.into();
        }
        if let Some(days) = due_in_days {
            task["due_at"] = domain::value::write_time(&self.due(ctx, *days, *working)).into();
        }
        for (field, object, id) in self.links() {
            let shape = ctx.shape(object)?;
            let seen = ctx.actor.visible(shape.def.permission, Action::Read);
            let there = seen.map(|seen| persistence::records::exists(ctx.conn, &shape, id, seen.owners()));
            if there.transpose()? == Some(true) {
                task[field] = id.to_string().into();
            }
        }
        let shape = ctx.shape("tasks")?;
        let mut changes =
            read_input(&shape, &task, true, ctx.actor.permissions.masks, &ctx.parse()).map_err(Error::Invalid)?;
        changes.set(&shape, "origin", Value::Text(cut(format!("规则：{}", self.rule.name), 100)));
        let mut writer = Writer::caused(shape, self.rule.id);
        let record = writer.create(ctx, changes, &visible, Stamp::default())?;
        writer.flush(ctx)?;
        Ok(done(json!({ "task_id": record.id(), "owner_id": assignee })))
    }

    /// Starts a playbook for the customer that the record is or belongs to.
    fn playbook(&mut self, ctx: &mut Ctx<'_>, playbook: &str) -> Result<Done> {
        let customer = self.links().into_iter().find(|(_, object, _)| *object == "customers").map(|(_, _, id)| id);
        let Some(customer) = customer else { return Ok(Err("no_customer")) };
        match crate::scores::playbooks::start_for_rule(ctx, customer, playbook, self.rule.id) {
            Ok(Some(run)) => Ok(done(json!({ "playbook_run_id": run.run_id, "tasks": run.task_ids.len() }))),
            Ok(None) => Ok(Err("already")),
            Err(Error::NotFound | Error::Forbidden { .. }) => Ok(Err("out_of_reach")),
            Err(error) => Err(error),
        }
    }

    /// The end of the working day so many days from now.
    fn due(&self, ctx: &Ctx<'_>, days: u32, working: bool) -> DateTime<Utc> {
        let today = ctx.parse().today();
        let day = if working {
            self.calendar.working_days_after(today, days)
        } else {
            today.checked_add_days(Days::new(days.into())).unwrap_or(today)
        };
        ctx.zone().moment(day.and_time(self.calendar.closes))
    }

    /// What a task about the record links to.
    fn links(&self) -> Vec<(&'static str, &'static str, Uuid)> {
        let fields = [("customer_id", "customers"), ("contact_id", "contacts"), ("opportunity_id", "opportunities")];
        let of = |(field, object): (&'static str, &'static str)| {
            let id = if self.shape.def.key == object {
                Some(self.record.id())
            } else {
                self.record.get(&self.shape, field).as_id()
            };
            Some((field, object, id?))
        };
        fields.into_iter().filter_map(of).collect()
    }

    fn notify(&mut self, ctx: &mut Ctx<'_>, at: usize, to: &[Recipient], message: &str) -> Result<Done> {
        let people = resolve(ctx, to, (&self.shape, &self.record))?;
        if people.is_empty() {
            return Ok(Err("nobody"));
        }
        let message = fill(ctx, &self.shape, &self.record, message)?;
        let object = self.shape.def.key;
        let mut told = Vec::new();
        for user in people {
            // A message must not tell of a record that its reader may not see.
            if may_see(ctx, user, object, self.record.id())? {
                told.push(user);
            }
        }
        if told.is_empty() {
            return Ok(Err("cannot_see"));
        }
        let params = json!({ "rule": self.rule.name, "message": message });
        let params = params.as_object().cloned().unwrap_or_default();
        let news = told.iter().map(|user| News {
            user: *user,
            kind: NewsKind::Rule,
            about: Some((object.to_owned(), self.record.id())),
            params: params.clone(),
            key: format!("rule:{}:{at}", self.run),
            first: 0,
        });
        tell(ctx, news.collect())?;
        Ok(done(json!({ "users": told })))
    }

    fn region(&self, ctx: &mut Ctx<'_>) -> Result<Option<String>> {
        for name in ["region", "customer_id.region", "province", "customer_id.province"] {
            if let Some((_, Value::Text(region))) = lookup(ctx, &self.shape, &self.record, name)? {
                return Ok(Some(region));
            }
        }
        Ok(None)
    }

    fn mail(
        &mut self,
        ctx: &mut Ctx<'_>,
        at: usize,
        (to, field): (&[Recipient], Option<&str>),
        subject: &str,
        body: &str,
    ) -> Result<Done> {
        if !mail::available() {
            return Ok(Err("mail_not_configured"));
        }
        let people = resolve(ctx, to, (&self.shape, &self.record))?;
        let mut addresses: Vec<String> = Vec::new();
        let known = persistence::notifications::addresses(ctx.conn, &people)?;
        for user in people {
            if let Some((Some(address), _)) = known.get(&user)
                && may_see(ctx, user, self.shape.def.key, self.record.id())?
            {
                addresses.push(address.clone());
            }
        }
        if let Some(name) = field
            && let Some((_, Value::Text(address))) = lookup(ctx, &self.shape, &self.record, name)?
        {
            addresses.push(address);
        }
        addresses.sort();
        addresses.dedup();
        if addresses.is_empty() {
            return Ok(Err("no_address"));
        }
        let subject = fill(ctx, &self.shape, &self.record, subject)?;
        let body = fill(ctx, &self.shape, &self.record, body)?;
        for address in &addresses {
            mail::post(ctx, address, &subject, &body, &format!("rule:{}:{at}:{address}", self.run))?;
        }
        Ok(done(json!({ "mails": addresses.len() })))
    }
}

/// The name of an action's kind on the wire.
pub(super) fn kind(action: &RuleAction) -> &'static str {
    match action {
        RuleAction::SetFields { .. } => "set_fields",
        RuleAction::AddTag { .. } => "add_tag",
        RuleAction::RemoveTag { .. } => "remove_tag",
        RuleAction::CreateTask { .. } => "create_task",
        RuleAction::Notify { .. } => "notify",
        RuleAction::Reassign { .. } => "reassign",
        RuleAction::MoveToPool { .. } => "move_to_pool",
        RuleAction::StartPlaybook { .. } => "start_playbook",
        RuleAction::CallWebhook { .. } => "call_webhook",
        RuleAction::SendEmail { .. } => "send_email",
    }
}
