//! What people are told: written once per person and news, shown in the application, sent by mail to whoever wants it.

use crate::{Ctx, Error, Result, mail};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use contract::notifications::{
    ByMail, Marked, NewsKind, Notification, NotificationPatch, NotificationPreference, NotificationPreferences,
    NotificationPreferencesInput, Notifications,
};
use contract::problem::Lang;
use domain::fields::FieldError;
use persistence::db::AnyConnection;
use persistence::notifications::{self as store, Preference};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

pub mod news;
mod text;

pub use text::render;

/// How long news that was read is kept.
const KEPT: TimeDelta = TimeDelta::days(180);

/// News for one person.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// Who is told.
    pub user: Uuid,
    /// What kind of news.
    pub kind: NewsKind,
    /// The record that it is about: plural key of its object, and its id.
    pub about: Option<(String, Uuid)>,
    /// What its text names.
    pub params: Map<String, Json>,
    /// What makes it the same news for a person.
    pub key: String,
    /// Of what grows while it is unread: the number of the event that this part begins with, since a mail does not grow. 0
    /// where it is told once.
    pub first: i64,
}

/// Tells people news, in the ways that they chose; what somebody was told before is not told again,
/// and whoever is no longer here is told nothing.
pub fn tell(ctx: &mut Ctx<'_>, news: Vec<News>) -> Result<()> {
    tell_in(ctx, &news, true)
}

/// Tells what was added to news that stand in the application already: by mail, for a mail that was sent does not grow.
fn tell_by_mail(ctx: &mut Ctx<'_>, news: &[News]) -> Result<()> {
    tell_in(ctx, news, false)
}

fn tell_in(ctx: &mut Ctx<'_>, news: &[News], in_app: bool) -> Result<()> {
    if news.is_empty() {
        return Ok(());
    }
    let users: BTreeSet<Uuid> = news.iter().map(|n| n.user).collect();
    let users: Vec<Uuid> = users.into_iter().collect();
    let chosen = store::preferences(ctx.conn, &users)?;
    let people = store::addresses(ctx.conn, &users)?;
    let mut rows = Vec::new();
    for n in news.iter().filter(|n| people.contains_key(&n.user)) {
        let preference = chosen.get(&(n.user, n.kind.key().to_owned()));
        if in_app && preference.is_none_or(|p| p.in_app) {
            rows.push(row(ctx, n));
        }
        let by_mail = preference.is_some_and(|p| ByMail::of(&p.email) == ByMail::Instant);
        if by_mail && let Some((Some(address), locale)) = people.get(&n.user) {
            let (title, body) = render(n.kind, &n.params, language(locale));
            let key = match n.first {
                0 => format!("news:{}:{}", n.user, n.key),
                first => format!("news:{}:{}:{first}", n.user, n.key),
            };
            mail::post(ctx, address, &title, &format!("{title}\n{body}"), &key)?;
        }
    }
    store::insert(ctx.conn, &rows)?;
    Ok(())
}

fn row(ctx: &Ctx<'_>, n: &News) -> store::Notification {
    store::Notification {
        seq: 0,
        id: Uuid::now_v7(),
        created_at: ctx.now,
        user_id: n.user,
        kind: n.kind.key().to_owned(),
        object: n.about.as_ref().map(|(object, _)| object.clone()),
        subject: n.about.as_ref().map(|(_, id)| *id),
        params: Json::Object(n.params.clone()).to_string(),
        dedupe_key: n.key.clone(),
        read_at: None,
    }
}

/// The language of a person's locale.
pub(crate) fn language(locale: &str) -> Lang {
    if locale.starts_with("en") { Lang::En } else { Lang::Zh }
}

/// One piece of news as the API shows it.
pub fn present(n: &store::Notification, lang: Lang) -> Notification {
    let kind = NewsKind::of(&n.kind).unwrap_or(NewsKind::Rule);
    let params = serde_json::from_str(&n.params).unwrap_or_default();
    let (title, body) = render(kind, &params, lang);
    Notification {
        id: n.id,
        created_at: n.created_at,
        kind,
        title,
        body,
        object: n.object.clone(),
        record_id: n.subject,
        read_at: n.read_at,
    }
}

/// A page of the caller's news, newest first.
pub fn page(ctx: &mut Ctx<'_>, unread: bool, before: Option<i64>, limit: i64, lang: Lang) -> Result<Notifications> {
    ctx.in_person()?;
    let user = ctx.actor.user_id;
    let mut rows = store::of_user(ctx.conn, user, unread, before, limit + 1)?;
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = rows.last().filter(|_| more).map(|n| n.seq.to_string());
    let items = rows.iter().map(|n| present(n, lang)).collect();
    Ok(Notifications { items, next_cursor, unread: store::unread(ctx.conn, user)? })
}

/// How much the caller has not read, and the position of the latest news.
pub fn unread(ctx: &mut Ctx<'_>) -> Result<(i64, i64)> {
    let user = ctx.actor.user_id;
    let latest = store::latest(ctx.conn, user)?;
    Ok((store::unread(ctx.conn, user)?, latest))
}

/// Marks one piece of the caller's news.
pub fn mark(ctx: &mut Ctx<'_>, id: Uuid, patch: &NotificationPatch, lang: Lang) -> Result<Notification> {
    ctx.in_person()?;
    let read_at = patch.read.then_some(ctx.now);
    let row = store::mark(ctx.conn, ctx.actor.user_id, id, read_at)?.ok_or(Error::NotFound)?;
    Ok(present(&row, lang))
}

/// Marks all of the caller's news as read.
pub fn mark_all(ctx: &mut Ctx<'_>) -> Result<Marked> {
    ctx.in_person()?;
    let user = ctx.actor.user_id;
    let marked = store::mark_all(ctx.conn, user, None, ctx.now)?;
    Ok(Marked { marked: marked as i64, unread: store::unread(ctx.conn, user)? })
}

/// How the caller wants to be told each kind of news.
pub fn preferences(ctx: &mut Ctx<'_>, lang: Lang) -> Result<NotificationPreferences> {
    ctx.in_person()?;
    let user = ctx.actor.user_id;
    let chosen: HashMap<(Uuid, String), Preference> = store::preferences(ctx.conn, &[user])?;
    let item = |kind: NewsKind| {
        let choice = chosen.get(&(user, kind.key().to_owned()));
        let (zh, en) = kind.label();
        NotificationPreference {
            kind,
            label: lang.pick(zh, en).to_owned(),
            in_app: choice.is_none_or(|c| c.in_app),
            email: choice.map_or(ByMail::Off, |c| ByMail::of(&c.email)),
        }
    };
    let items = NewsKind::ALL.into_iter().map(item).collect();
    Ok(NotificationPreferences { items, mail_available: mail::available() })
}

/// Keeps the caller's choices.
pub fn prefer(ctx: &mut Ctx<'_>, input: &NotificationPreferencesInput, lang: Lang) -> Result<NotificationPreferences> {
    ctx.in_person()?;
    let mut errors = Vec::new();
    for (i, item) in input.items.iter().enumerate() {
        let path = format!("items[{i}].email");
        if item.email != ByMail::Off && !mail::available() {
            errors.push(FieldError::new(path, "mail_not_configured", ""));
        } else if item.email == ByMail::Digest && !item.in_app {
            errors.push(FieldError::new(path, "digest_needs_in_app", ""));
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    for item in &input.items {
        let (user_id, kind) = (ctx.actor.user_id, item.kind.key().to_owned());
        let preference = Preference { user_id, kind, in_app: item.in_app, email: item.email.key().to_owned() };
        store::prefer(ctx.conn, &preference)?;
    }
    preferences(ctx, lang)
}

/// The digests that were made last.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Digests {
    /// The day that they are of.
    as_of: NaiveDate,
    /// Up to when they tell.
    at: DateTime<Utc>,
}

/// Under which the digests that were made last are kept among the settings.
const DIGESTS: &str = "digests";

fn last_digests(conn: &mut AnyConnection) -> Result<Option<Digests>> {
    let stored = persistence::settings::get(conn, DIGESTS)?;
    Ok(stored.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Whether the digests of a day are still to be made; a look that takes no lock.
pub fn digests_due(conn: &mut AnyConnection, today: NaiveDate) -> Result<bool> {
    Ok(mail::available() && last_digests(conn)?.is_none_or(|last| last.as_of < today))
}

/// Puts the digests of a day into the outbox: of all readers at once, once a day, also when there is nothing to tell, so
/// that what happens afterwards waits for the next day's. Whoever chooses the digest afterwards has it from then on.
pub fn digests(ctx: &mut Ctx<'_>) -> Result<()> {
    let today = ctx.zone().day(ctx.now);
    if !digests_due(ctx.conn, today)? {
        return Ok(());
    }
    // From where the last ones ended, however the hours of the days differ; not so far back that it is no news any more.
    let kept = persistence::settings::versioned(ctx.conn, DIGESTS)?;
    let version = kept.as_ref().map_or(0, |(version, _)| *version);
    let last: Option<Digests> = kept.and_then(|(_, json)| serde_json::from_str(&json).ok());
    let day_ago = ctx.now - TimeDelta::days(1);
    let since = last.map_or(day_ago, |last| last.at.max(ctx.now - TimeDelta::days(7)));
    let account = |at| serde_json::to_string(&Digests { as_of: today, at }).map_err(|e| Error::Internal(e.to_string()));
    let made = account(ctx.now)?;
    if !persistence::settings::replace(ctx.conn, DIGESTS, &made, ctx.now, version)? {
        // Another process makes them.
        return Ok(());
    }
    let readers = store::digest_readers(ctx.conn)?;
    let chosen = store::preferences(ctx.conn, &readers)?;
    let people = store::addresses(ctx.conn, &readers)?;
    let mut all_new = true;
    for (user, (address, locale)) in people {
        let Some(address) = address else { continue };
        let lang = language(&locale);
        let wanted = |kind: &str| chosen.get(&(user, kind.to_owned())).is_some_and(|p| p.email == "digest");
        let unread = store::unread_since(ctx.conn, user, since)?;
        let lines: Vec<String> = unread
            .iter()
            .filter(|n| wanted(&n.kind))
            .map(|n| present(n, lang))
            .map(|n| if n.body.is_empty() { format!("· {}", n.title) } else { format!("· {}\n  {}", n.title, n.body) })
            .collect();
        if lines.is_empty() {
            continue;
        }
        let subject = match lang {
            Lang::Zh => format!("今日未读消息 {} 条", lines.len()),
            Lang::En => format!("{} unread notifications today", lines.len()),
        };
        all_new &= mail::post(ctx, &address, &subject, &lines.join("\n"), &format!("digest:{user}:{today}"))?;
    }
    if last.is_none() && !all_new {
        // A version that kept no account of its digests has made some of today's already, without what came since:
        // tomorrow's tell the day again.
        persistence::settings::set(ctx.conn, DIGESTS, &account(day_ago)?, ctx.now)?;
    }
    Ok(())
}

/// Forgets what was read long ago.
pub fn sweep(ctx: &mut Ctx<'_>) -> Result<usize> {
    Ok(store::forget(ctx.conn, ctx.now - KEPT)?)
}
