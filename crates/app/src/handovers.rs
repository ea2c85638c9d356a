//! Handing over what somebody who leaves still holds: how much it is, to whom it goes, and how far that has come.

use crate::ctx::permission_name;
use crate::records::titles;
use crate::{Ctx, Error, Result, Visible};
use chrono::{DateTime, Utc};
use contract::handovers::{
    HandOver, HandOverMove, HandOverMoves, HandOverReceiver, HandOverShare, HandOverState, HoldingCount, HoldingKind,
    Holdings, Leaver, Leavers, NewHandOver,
};
use domain::fields::{FieldError, parse_id};
use domain::handover::{self, CUSTOMERS, Holding};
use domain::policy::{Action, Scope};
use persistence::events::{Event, Filter};
use persistence::handovers::{self as store, HandOverRow, Held};
use persistence::jobs;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

pub(crate) mod run;

/// Kind of the jobs that hand over.
pub(crate) const RUN: &str = "hand_over";
/// People who may take over at once.
const MOST_RECEIVERS: usize = 50;

/// What was asked for, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Setup {
    new: NewHandOver,
    kinds: Vec<HoldingKind>,
    total: i64,
    /// The API key under which it was asked for, whose permissions limit it.
    api_key_id: Option<Uuid>,
}

/// How far it has come, as it is stored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    /// The kind that is handed over now, by its place.
    phase: usize,
    /// The last record of it that was gone through, by creation and id: what comes back, by a rule perhaps, is left there.
    after: Option<(DateTime<Utc>, Uuid)>,
    left_out: i64,
    done: i64,
    pooled: i64,
    /// What everybody was given, by kind.
    given: BTreeMap<Uuid, BTreeMap<String, i64>>,
}

fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Internal(error.to_string()))
}

fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(error.to_string()))
}

fn holding(kind: HoldingKind) -> Result<&'static Holding> {
    handover::find(kind.key()).ok_or_else(|| Error::Internal(format!("no such kind: {}", kind.key())))
}

/// Whose records of a kind an action of the caller reaches, where it reaches those of this person at all.
fn reach(ctx: &Ctx<'_>, holding: &Holding, action: Action, person: Uuid) -> Result<Option<Visible>> {
    let shape = ctx.shape(holding.object)?;
    let visible = ctx.actor.visible(shape.def.permission, action);
    Ok(visible.filter(|visible| !holding.is_owned() || visible.contains(Some(person))))
}

/// The open records of a kind that a person holds, of these owners.
fn counted(ctx: &mut Ctx<'_>, holding: &'static Holding, person: Uuid, visible: &Visible) -> Result<i64> {
    let shape = ctx.shape(holding.object)?;
    let held = Held { shape: &shape, holding, person, owners: visible.owners(), now: ctx.now };
    Ok(store::count(ctx.conn, &held)?)
}

/// What a person still holds, as far as the caller may see it.
pub fn holdings(ctx: &mut Ctx<'_>, user: Uuid) -> Result<Holdings> {
    let person = persistence::identity::person(ctx.conn, user)?.ok_or(Error::NotFound)?;
    let mut kinds = Vec::new();
    let may_change_people = ctx.actor.permissions.scope("users", Action::Update) != Scope::None;
    for kind in HoldingKind::ALL {
        let holding = holding(kind)?;
        let Some(visible) = reach(ctx, holding, Action::Read, user)? else { continue };
        let count = counted(ctx, holding, user, &visible)?;
        if count == 0 && kind != HoldingKind::Customers {
            continue;
        }
        let may_hand_over = may_change_people && reach(ctx, holding, Action::Update, user)?.is_some();
        let drill_down = crate::totals::list_link(holding.object, &holding.filter(user, ctx.now));
        kinds.push(HoldingCount { kind, count, owned: holding.is_owned(), may_hand_over, drill_down });
    }
    let may_hand_over = kinds.iter().any(|held| held.may_hand_over && held.count > 0);
    let total = kinds.iter().filter(|held| held.owned).map(|held| held.count).sum();
    let teams_led = store::teams_led(ctx.conn, user)?;
    let latest = store::latest(ctx.conn, user)?.filter(|row| may_look(ctx, row));
    let hand_over = latest.map(|row| show(ctx, &row)).transpose()?;
    Ok(Holdings { user_id: user, active: !person.has_left(), total, kinds, teams_led, may_hand_over, hand_over })
}

/// People who can no longer log in and still own open records that the caller may see.
pub fn leavers(ctx: &mut Ctx<'_>) -> Result<Leavers> {
    let mut totals: HashMap<Uuid, i64> = HashMap::new();
    for holding in handover::ALL.iter().filter(|holding| holding.is_owned()) {
        let shape = ctx.shape(holding.object)?;
        let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read) else { continue };
        for (person, count) in store::left_behind(ctx.conn, &shape, holding, visible.owners(), ctx.now)? {
            *totals.entry(person).or_default() += count;
        }
    }
    let ids: Vec<Uuid> = totals.keys().copied().collect();
    let people = store::leavers(ctx.conn, &ids)?;
    let leaver = |(user_id, name, left_on): store::Leaver| Leaver {
        user_id,
        name,
        left_on,
        total: totals.get(&user_id).copied().unwrap_or_default(),
    };
    let mut items: Vec<Leaver> = people.into_iter().map(leaver).collect();
    items.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.name.cmp(&b.name)).then(a.user_id.cmp(&b.user_id)));
    Ok(Leavers { items })
}

/// Asks for a hand-over of what a person holds.
pub fn create(ctx: &mut Ctx<'_>, user: Uuid, input: &NewHandOver) -> Result<HandOver> {
    persistence::identity::person(ctx.conn, user)?.ok_or(Error::NotFound)?;
    if store::latest(ctx.conn, user)?.is_some_and(|row| row.finished_at.is_none()) {
        return Err(Error::conflict("hand_over_running", ""));
    }
    let mut kinds = kinds(input)?;
    if input.kinds.is_none() {
        let mut held = Vec::new();
        for kind in kinds {
            if counted(ctx, holding(kind)?, user, &Visible::All)? > 0 {
                held.push(kind);
            }
        }
        kinds = held;
    }
    let note = crate::pool::remark(input.note.as_deref())?;
    check_receivers(ctx, user, input, &kinds)?;
    let mut total = 0;
    for kind in &kinds {
        let holding = holding(*kind)?;
        let shape = ctx.shape(holding.object)?;
        let reached = reach(ctx, holding, Action::Update, user)?;
        let permission = || permission_name(shape.def.permission, Action::Update);
        let visible = reached.ok_or_else(|| Error::Forbidden { permission: permission() })?;
        total += counted(ctx, holding, user, &visible)?;
    }
    if total == 0 {
        return Err(Error::conflict("nothing_to_hand_over", ""));
    }
    let new = NewHandOver { note, ..input.clone() };
    let setup = Setup { new, kinds, total, api_key_id: ctx.actor.api_key_id };
    let row = HandOverRow {
        id: Uuid::now_v7(),
        created_at: ctx.now,
        updated_at: ctx.now,
        created_by: Some(ctx.actor.user_id),
        user,
        state: HandOverState::Queued.key().to_owned(),
        setup: to_json(&setup)?,
        progress: to_json(&Progress::default())?,
        finished_at: None,
        error: None,
    };
    store::insert(ctx.conn, &row)?;
    jobs::enqueue(ctx.conn, RUN, row.id, ctx.now)?;
    show(ctx, &row)
}

/// The kinds that are asked for, each once, in the order in which they go.
fn kinds(input: &NewHandOver) -> Result<Vec<HoldingKind>> {
    let alone = input.receivers.is_empty() && input.customers_to_pool;
    let wanted: BTreeSet<HoldingKind> = match &input.kinds {
        Some(kinds) => kinds.iter().copied().collect(),
        None if alone => [HoldingKind::Customers].into(),
        None => HoldingKind::ALL.into(),
    };
    if wanted.is_empty() {
        return Err(Error::field("kinds", "required", ""));
    }
    if input.customers_to_pool && !wanted.contains(&HoldingKind::Customers) {
        return Err(Error::field("customers_to_pool", "customers_not_handed_over", ""));
    }
    // What is in the pool belongs to nobody, everything else to somebody.
    if input.receivers.is_empty() && !(alone && wanted.len() == 1) {
        return Err(Error::field("receivers", "required", ""));
    }
    Ok(wanted.into_iter().collect())
}

/// Whoever takes over is here, is within the caller's reach, and sees what they are given.
fn check_receivers(ctx: &mut Ctx<'_>, user: Uuid, input: &NewHandOver, kinds: &[HoldingKind]) -> Result<()> {
    if input.receivers.len() > MOST_RECEIVERS {
        return Err(Error::field("receivers", "too_many", MOST_RECEIVERS.to_string()));
    }
    let ids: Vec<Uuid> = input.receivers.iter().map(|r| r.user_id).collect();
    let active: BTreeSet<Uuid> = active(ctx, &ids)?;
    let mut errors = Vec::new();
    for (at, HandOverReceiver { user_id, share }) in input.receivers.iter().enumerate() {
        let mut wrong = |field: &str, code: &'static str, detail: &str| {
            errors.push(FieldError::new(format!("receivers[{at}].{field}"), code, detail));
        };
        if !(1..=100).contains(share) {
            wrong("share", "out_of_range", "1..100");
        }
        if *user_id == user {
            wrong("user_id", "receiver_is_the_leaver", "");
        } else if ids.iter().take(at).any(|id| id == user_id) {
            wrong("user_id", "duplicate", "");
        } else if !active.contains(user_id) {
            wrong("user_id", "receiver_inactive", "");
        } else {
            let theirs = crate::identity::load_person(ctx.conn, *user_id, None, ctx.now)?;
            for kind in kinds.iter().filter(|kind| !(input.customers_to_pool && **kind == HoldingKind::Customers)) {
                let shape = ctx.shape(holding(*kind)?.object)?;
                let reached = ctx.actor.visible(shape.def.permission, Action::Update);
                if holding(*kind)?.is_owned() && reached.is_some_and(|reach| !reach.contains(Some(*user_id))) {
                    wrong("user_id", "owner_out_of_scope", "");
                    break;
                }
                if theirs.permissions.scope(shape.def.permission, Action::Read) == Scope::None {
                    wrong("user_id", "receiver_sees_none", shape.def.key);
                    break;
                }
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Those of these people who can log in.
fn active(ctx: &mut Ctx<'_>, ids: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    Ok(persistence::rules::active(ctx.conn, ids)?.into_iter().map(|member| member.id).collect())
}

/// Is it the caller's own, or of somebody whose customers the caller sees?
fn may_look(ctx: &Ctx<'_>, row: &HandOverRow) -> bool {
    let seen = ctx.actor.visible(CUSTOMERS, Action::Read);
    row.created_by == Some(ctx.actor.user_id) || seen.is_some_and(|visible| visible.contains(Some(row.user)))
}

fn find(ctx: &mut Ctx<'_>, id: Uuid, lock: bool) -> Result<HandOverRow> {
    let row = store::find(ctx.conn, id, lock)?.ok_or(Error::NotFound)?;
    if may_look(ctx, &row) { Ok(row) } else { Err(Error::NotFound) }
}

/// How far a hand-over has come.
pub fn get(ctx: &mut Ctx<'_>, id: Uuid) -> Result<HandOver> {
    let row = find(ctx, id, false)?;
    show(ctx, &row)
}

/// Stops a hand-over after the records that are being handed over now: what went to others stays with them.
pub fn cancel(ctx: &mut Ctx<'_>, id: Uuid) -> Result<HandOver> {
    let mut row = find(ctx, id, true)?;
    if row.finished_at.is_some() {
        return Err(Error::conflict("hand_over_ended", ""));
    }
    run::cancel(ctx, &mut row)?;
    show(ctx, &row)
}

fn show(ctx: &mut Ctx<'_>, row: &HandOverRow) -> Result<HandOver> {
    let (setup, progress): (Setup, Progress) = (parse(&row.setup)?, parse(&row.progress)?);
    let people = setup.new.receivers.iter().map(|r| r.user_id).chain([row.user]).chain(row.created_by);
    let names: HashMap<Uuid, String> = titles(ctx, [("users", people.collect())])?.into_iter().collect();
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    let given = |receiver: &HandOverReceiver| HandOverShare {
        user_id: receiver.user_id,
        name: name(receiver.user_id),
        share: receiver.share,
        given: progress.given.get(&receiver.user_id).cloned().unwrap_or_default(),
    };
    Ok(HandOver {
        id: row.id,
        user_id: row.user,
        user_name: name(row.user),
        state: HandOverState::of(&row.state),
        receivers: setup.new.receivers.iter().map(given).collect(),
        kinds: setup.kinds,
        customers_to_pool: setup.new.customers_to_pool,
        pooled: progress.pooled,
        total: setup.total,
        done: progress.done,
        left_out: progress.left_out,
        created_by: row.created_by,
        created_by_name: row.created_by.map(name),
        created_at: row.created_at,
        finished_at: row.finished_at,
        error: row.error.clone(),
    })
}

/// Who runs a stored hand-over: the user, and the API key that limits them.
pub(crate) fn runner(row: &HandOverRow) -> Result<(Option<Uuid>, Option<Uuid>)> {
    let setup: Setup = parse(&row.setup)?;
    Ok((row.created_by, setup.api_key_id))
}

/// What went to whom, the latest first: the log of changes tells.
pub fn moves(ctx: &mut Ctx<'_>, id: Uuid, before: Option<i64>, limit: i64) -> Result<HandOverMoves> {
    let row = find(ctx, id, false)?;
    let filter = Filter { origin_id: Some(row.id), ..Filter::default() };
    let mut events = persistence::events::newest(ctx.conn, &filter, before, limit + 1)?;
    let more = events.len() as i64 > limit;
    events.truncate(usize::try_from(limit).unwrap_or_default());
    let next_cursor = events.last().filter(|_| more).map(|event| event.seq.to_string());
    let moves: Vec<(&Event, &'static str, Option<Uuid>)> = events.iter().filter_map(moved).collect();
    let mut wanted: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
    for (event, _, to) in &moves {
        if let Some(def) = domain::objects::find(&event.object) {
            wanted.entry(def.key).or_default().push(event.record_id);
        }
        wanted.entry("users").or_default().extend(*to);
    }
    let names: HashMap<Uuid, String> = titles(ctx, wanted)?.into_iter().collect();
    let item = |(event, field, to): (&Event, &'static str, Option<Uuid>)| HandOverMove {
        object: event.object.clone(),
        record_id: event.record_id,
        title: names.get(&event.record_id).cloned(),
        field: field.to_owned(),
        to_user_id: to,
        to_name: to.and_then(|id| names.get(&id).cloned()),
        at: event.at,
    };
    Ok(HandOverMoves { items: moves.into_iter().map(item).collect(), next_cursor })
}

/// In which field of a record somebody took the place of another, and who.
fn moved(event: &Event) -> Option<(&Event, &'static str, Option<Uuid>)> {
    let read = |text: &Option<String>| -> Map<String, Json> {
        text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let (old, new) = (read(&event.old), read(&event.new));
    let id = |json: &Json| json.as_str().and_then(parse_id);
    let field = ["owner_id", "manager_id", "account_team_ids"].into_iter().find(|field| new.contains_key(*field))?;
    let to = match (new.get(field), old.get(field)) {
        (Some(Json::Array(now)), before) => {
            let before = before.and_then(Json::as_array).cloned().unwrap_or_default();
            // Whoever was a member already took the place too: it is the last one then.
            now.iter().filter(|member| !before.contains(member)).find_map(id).or_else(|| now.last().and_then(id))
        }
        (now, _) => now.and_then(id),
    };
    Some((event, field, to))
}
