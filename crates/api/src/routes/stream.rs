//! The live stream: changes of records within the caller's sight, and the caller's news (server-sent events).

use super::table::{Routes, resource};
use crate::cx::{self, Anyone, Cx};
use crate::failure::{Failure, Result};
use crate::http::stream::Steps;
use crate::live::{self, Change, Listener, Message};
use crate::state::State;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use app::Actor;
use contract::problem::Lang;
use domain::policy::Action;
use persistence::events::{self, Filter};
use persistence::notifications::Notification;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;

#[derive(utoipa::OpenApi)]
#[openapi(paths(get_stream))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/stream").route(web::get().to(get_stream)));
}

/// A sign of life at least this often.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long the caller's rights may be taken as read.
const FRESH: Duration = Duration::from_secs(2);
/// Events that a listener who comes back is told; whoever missed more starts over.
const CATCH_UP: i64 = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    last_event_id: Option<String>,
}

/// Follow what happens.
///
/// Server-sent events until the caller's session or token ends. First `unread` (how much of the caller's news is unread:
/// `{"unread":3}`), then `change` for every change of a record that the caller may see
/// (`{"seq":…,"type":"customer.updated","object":"customers","record_id":"…","actor_id":"…","at":"…","request_id":"…"}`;
/// whoever names their requests with `X-Request-Id` knows their own changes by it), and `notification` for the caller's news (a Notification, and `unread`). The id of a `change` is its position; whoever
/// comes back with it in `Last-Event-ID` is told what happened meanwhile, or `reset` when that was too much to tell and
/// everything should be loaded anew. `unread` comes again when the caller read some of it elsewhere. Every 15 seconds
/// there is a sign of life, a comment if there is nothing to say. An API key is told of changes only: news is for the person.
#[utoipa::path(get, path = "/api/v1/stream", operation_id = "get_stream", tag = "notifications",
    params(("last_event_id" = Option<String>, Query, description = "Id of the last event received, where the header Last-Event-ID cannot be sent."), ("Last-Event-ID" = Option<String>, Header, description = "Id of the last event received.")),
    responses((status = 200, description = "The stream.", content_type = "text/event-stream", body = contract::notifications::StreamMessage)))]
async fn get_stream(cx: Cx<Anyone>) -> Result<HttpResponse> {
    let query: From = cx.query()?;
    let header = cx.request().headers().get("last-event-id").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let after = match header.or(query.last_event_id).as_deref().map(str::trim) {
        None | Some("") => None,
        Some(text) => match text.parse::<i64>() {
            Ok(after) if after >= 0 => Some(after),
            _ => return Err(app::Error::field("last_event_id", "invalid_cursor", "").into()),
        },
    };
    // From the answer on nothing is left out: before anybody knows where the log ends, nobody could say what follows.
    cx.state.live.settled().await;
    // Listening begins before what was missed is read, so that nothing falls in between.
    let listener = Listener::new(&cx.state, cx.actor.user_id);
    let (unread, latest) = cx.read(app::notifications::unread).await?;
    // A key is told of changes only: news is for the person.
    let mut first = match cx.actor.api_key_id {
        None => message("unread", None, &json!({ "unread": unread })),
        Some(_) => ": listening\n\n".to_owned(),
    };
    let mut last = 0;
    if let Some(after) = after {
        let (missed, upto) = missed(&cx.state, cx.actor.clone(), after).await?;
        first.push_str(&missed);
        last = upto;
    }
    let follower = Follower {
        req: cx.request().clone(),
        state: cx.state.clone(),
        actor: cx.actor.clone(),
        checked: Instant::now(),
        lang: cx.lang,
        listener,
        last,
        latest,
        unread,
        first: Some(first),
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Steps::new(follower, |follower| Box::pin(follower.step()))))
}

fn message(event: &str, id: Option<i64>, data: &serde_json::Value) -> String {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("{id}event: {event}\ndata: {data}\n\n")
}

/// What happened after a position, and up to where that tells. It reads no further than the log is final: an event that is
/// committed later may stand before others that can be seen already, and is told with them to whoever listens.
async fn missed(state: &web::Data<State>, actor: Arc<Actor>, after: i64) -> Result<(String, i64)> {
    let Some(upto) = state.live.settled().await else { return Ok((message("reset", None, &json!({})), 0)) };
    let pool = state.pool.clone();
    cx::blocking(move || {
        let mut conn = persistence::db::get(&pool)?;
        let reset = || Ok((message("reset", Some(upto), &json!({})), upto));
        // Another process may have told more than this one has looked at, but nobody what is not there.
        if after > upto && after > events::end(&mut conn)? {
            return reset();
        }
        let batch = events::after(&mut conn, &Filter::default(), after, upto, CATCH_UP + 1)?;
        if batch.len() as i64 > CATCH_UP {
            return reset();
        }
        let last = batch.last().map_or(after, |e| e.seq);
        let changes = live::owned(&mut conn, batch).map_err(Failure::from)?;
        Ok((changes.iter().filter(|c| sees(&actor, c)).map(told).collect(), last))
    })
    .await
}

fn told(change: &Change) -> String {
    let e = &change.event;
    let at = domain::value::write_time(&e.at);
    let data = json!({ "seq": e.seq, "type": e.kind, "object": e.object, "record_id": e.record_id, "actor_id": e.actor_id, "at": at, "request_id": e.request_id });
    message("change", Some(e.seq), &data)
}

/// May the caller see the changed record?
fn sees(actor: &Actor, change: &Change) -> bool {
    let Some(def) = domain::objects::find(&change.event.object) else { return false };
    let Some(visible) = actor.visible(def.permission, Action::Read) else { return false };
    !def.owned || visible.contains(change.owner)
}

/// One listener.
struct Follower {
    req: HttpRequest,
    state: web::Data<State>,
    actor: Arc<Actor>,
    checked: Instant,
    lang: Lang,
    listener: Listener,
    /// Position up to which the listener has been told.
    last: i64,
    /// Position of the latest news that was there when the listener came.
    latest: i64,
    /// How much was unread when the listener was told last.
    unread: i64,
    first: Option<String>,
}

impl Follower {
    /// Waits for something to tell.
    async fn step(mut self) -> Option<(Bytes, Follower)> {
        if let Some(first) = self.first.take() {
            return Some((Bytes::from(first), self));
        }
        let begun = Instant::now();
        loop {
            let received = tokio::select! {
                received = self.listener.next() => Some(received),
                () = tokio::time::sleep(HEARTBEAT.saturating_sub(begun.elapsed())) => None,
            };
            if self.state.live.ended() {
                return None;
            }
            if received.is_none() || self.checked.elapsed() > FRESH {
                // The session may have ended, or the rights may have changed.
                self.actor = cx::authenticate(&self.req).await.ok()?;
                self.checked = Instant::now();
            }
            let text = match received {
                // What was read through another process is told with the next sign of life.
                None => Some(self.unread().await.unwrap_or_else(|| ": still here\n\n".to_owned())),
                Some(Ok(Message::End)) | Some(Err(RecvError::Closed)) => return None,
                Some(Err(RecvError::Lagged(_))) => Some(message("reset", None, &json!({}))),
                Some(Ok(Message::Reset)) => Some(message("reset", None, &json!({}))),
                Some(Ok(Message::Change(change))) => {
                    let new = change.event.seq > self.last && sees(&self.actor, &change);
                    new.then(|| told(&change))
                }
                Some(Ok(Message::News(news))) => {
                    let new = self.in_person(news.user_id) && news.seq > self.latest;
                    if new { self.news(&news).await } else { None }
                }
                Some(Ok(Message::Read(user))) if self.in_person(user) => self.unread().await,
                Some(Ok(Message::Read(_))) => None,
            };
            if let Some(text) = text {
                return Some((Bytes::from(text), self));
            }
        }
    }

    /// Whether the listener is this person, not a key of theirs.
    fn in_person(&self, user: uuid::Uuid) -> bool {
        user == self.actor.user_id && self.actor.api_key_id.is_none()
    }

    async fn count(&self) -> Option<i64> {
        let (pool, user) = (self.state.pool.clone(), self.actor.user_id);
        let count = cx::blocking(move || {
            let mut conn = persistence::db::get(&pool)?;
            Ok(persistence::notifications::unread(&mut conn, user)?)
        });
        count.await.ok()
    }

    /// How much is unread, if it is not what the listener was told last.
    async fn unread(&mut self) -> Option<String> {
        if self.actor.api_key_id.is_some() {
            return None;
        }
        let count = self.count().await.filter(|count| *count != self.unread)?;
        self.unread = count;
        Some(message("unread", None, &json!({ "unread": count })))
    }

    async fn news(&mut self, news: &Notification) -> Option<String> {
        let mut data = serde_json::to_value(app::notifications::present(news, self.lang)).ok()?;
        self.unread = self.count().await?;
        data["unread"] = self.unread.into();
        Some(message("notification", None, &data))
    }
}
