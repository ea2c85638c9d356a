//! The caller of a request, with the right to make it: the first parameter of every handler.
//!
//! Building a [`Cx`] authenticates and checks the permission before the body is read, so that a
//! handler cannot forget either.

use crate::failure::{Failure, Result};
use crate::http::{Meta, body, query};
use crate::state::State;
use crate::token::Refused;
use actix_web::http::header;
use actix_web::web::{self, BytesMut, Payload};
use actix_web::{FromRequest, HttpRequest, dev};
use app::ctx::permission_name;
use app::identity::Credential;
use app::schema::Schema;
use app::{Actor, Ctx, Error};
use chrono::{DateTime, SubsecRound, Utc};
use contract::problem::Lang;
use domain::policy::{Action, Scope};
use persistence::db::{self, AnyConnection, Target};
use persistence::writer::{Ran, Write};
use serde::de::DeserializeOwned;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::oneshot;
use uuid::Uuid;

/// What a handler needs, as a type.
pub trait Permission: 'static {
    /// Object and action; `None` is anybody who is logged in.
    const NEEDS: Option<(&'static str, Action)>;
}

/// Anybody who is logged in.
#[derive(Debug, Clone, Copy)]
pub struct Anyone;

impl Permission for Anyone {
    const NEEDS: Option<(&'static str, Action)> = None;
}

/// Names permissions: `permissions! { RolesRead => ("roles", Read); }` makes a type `RolesRead`.
#[macro_export]
macro_rules! permissions {
    ($($(#[$m:meta])* $name:ident => ($object:literal, $action:ident);)+) => { $(
        $(#[$m])*
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $name;
        impl $crate::cx::Permission for $name {
            const NEEDS: Option<(&'static str, domain::policy::Action)> = Some(($object, domain::policy::Action::$action));
        }
    )+ };
}

/// An authenticated caller who may do `P`, and what its use cases need.
#[derive(Clone)]
pub struct Cx<P = Anyone> {
    /// Who calls.
    pub actor: Arc<Actor>,
    /// The objects with their custom fields, and the organisation's settings.
    pub schema: Arc<Schema>,
    /// The caller's language.
    pub lang: Lang,
    /// Names the request.
    pub request_id: Uuid,
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// What all requests share.
    pub state: web::Data<State>,
    req: HttpRequest,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> FromRequest for Cx<P> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let cx = Cx::<Anyone>::authenticate(&req).await?;
            if let Some((object, action)) = P::NEEDS {
                cx.require(object, action)?;
            }
            Ok(cx.retype())
        })
    }
}

/// The caller of a request.
pub async fn authenticate(req: &HttpRequest) -> Result<Arc<Actor>> {
    Ok(Cx::<Anyone>::authenticate(req).await?.actor)
}

impl Cx<Anyone> {
    /// The caller of a request, whoever it is.
    pub async fn authenticate(req: &HttpRequest) -> Result<Cx<Anyone>> {
        let Some(state) = req.app_data::<web::Data<State>>().cloned() else {
            return Err(Error::Internal("the application has no state".to_owned()).into());
        };
        let meta = Meta::of(req);
        let now = Utc::now().trunc_subsecs(6);
        let credential = credential(req, &state, now)?;
        let (actor, schema) = match state.cached(&credential) {
            Some(known) => known,
            None => {
                let state = state.clone();
                blocking(move || state.load(&credential).map_err(Failure::from)).await?
            }
        };
        let caller = actor.api_key_id.unwrap_or(actor.user_id);
        state.limits.caller(caller).map_err(Error::TooMany)?;
        Ok(Cx {
            actor,
            schema,
            lang: meta.lang,
            request_id: meta.request_id,
            now,
            state,
            req: req.clone(),
            permission: PhantomData,
        })
    }

    /// The caller of a request, when it may do this to some record of the object.
    pub async fn for_object(req: &HttpRequest, object: &str, action: Action) -> Result<Cx<Anyone>> {
        let cx = Cx::authenticate(req).await?;
        cx.require(object, action)?;
        Ok(cx)
    }
}

impl<P> Cx<P> {
    /// `Forbidden` unless the caller may do this to some record of the object.
    pub fn require(&self, object: &str, action: Action) -> Result<()> {
        let permission = domain::objects::find(object).map_or(object, |o| o.permission);
        match self.actor.permissions.scope(permission, action) {
            Scope::None => Err(Error::Forbidden { permission: permission_name(permission, action) }.into()),
            Scope::Own | Scope::Team | Scope::Subtree | Scope::All => Ok(()),
        }
    }

    /// Runs a reading use case on a connection of the pool. On a lost PostgreSQL connection it is run once more.
    pub async fn read<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Ctx) -> app::Result<T> + Send + 'static,
    {
        let call = self.call();
        blocking(move || {
            // Waiting for a connection once is enough; only what failed on one is tried again.
            let first = {
                let mut conn = db::get(&call.state.pool)?;
                call.with(&mut conn, &f)
            };
            let lost = matches!(first, Err(Error::Unavailable(_))) && call.on_postgres();
            let result = if lost { call.run(|conn| call.with(conn, &f)) } else { first };
            Ok(result?)
        })
        .await
    }

    /// Runs a reading use case that is certain to be short. On SQLite, whose readers wait for nobody, it runs where
    /// it stands: handing it to another thread and back costs more than the reading.
    pub async fn glance<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Ctx) -> app::Result<T> + Send + 'static,
    {
        if !self.state.config.database_url.starts_with("sqlite") {
            return self.read(f).await;
        }
        let call = self.call();
        Ok(call.run(|conn| call.with(conn, &f))?)
    }

    /// Runs a writing use case in one transaction, see [`app::transaction`].
    pub async fn write<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Ctx) -> app::Result<T> + Send + 'static,
    {
        let call = self.call();
        let result = match &self.state.writer {
            Some(writer) => {
                let (tell, told) = oneshot::channel();
                writer.submit(Box::new(Pending { call, f, result: None, tell }));
                let lost = || Err(Error::Internal("the writer has stopped".to_owned()));
                told.await.unwrap_or_else(|_| lost()).map_err(Failure::from)
            }
            None => blocking(move || Ok(call.run(|conn| app::transaction(conn, |conn| call.with(conn, &f)))?)).await,
        };
        if result.is_ok() {
            app::consumers::wake();
        }
        // Who may do what follows from these records.
        let path = self.req.path().strip_prefix("/api/v1/").unwrap_or("");
        match path.split('/').next().unwrap_or("") {
            "users" | "teams" => self.state.forget_actors(),
            // Whether figures are being counted anew.
            "pipeline_stages" => self.state.forget_schema(),
            _ => {}
        }
        result
    }

    /// The JSON body as a type.
    pub async fn body<T: DeserializeOwned>(&self, payload: Payload) -> Result<T> {
        body::json(&self.req, payload).await
    }

    /// The JSON body as a type; its default without a body.
    pub async fn optional_body<T: DeserializeOwned + Default>(&self, payload: Payload) -> Result<T> {
        body::optional_json(&self.req, payload).await
    }

    /// The JSON body as it came, checked to be UTF-8 and within the limit.
    pub async fn body_bytes(&self, payload: Payload) -> Result<BytesMut> {
        body::json_bytes(&self.req, payload).await
    }

    /// The query as a type.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T> {
        query::parse(&self.req)
    }

    /// Refuses any parameter in the query: the operation takes none.
    pub fn no_query(&self) -> Result<()> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        let Nothing {} = self.query()?;
        Ok(())
    }

    /// The request itself.
    pub fn request(&self) -> &HttpRequest {
        &self.req
    }

    /// The version that `If-Match` names; `None` without the header.
    pub fn if_match(&self) -> Result<Option<i64>> {
        let Some(value) = self.req.headers().get(header::IF_MATCH) else { return Ok(None) };
        let text = value.to_str().unwrap_or("?").trim();
        if text.is_empty() {
            return Ok(None);
        }
        // Exactly what an ETag of ours looks like: digits in quotes.
        let digits = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        let digits = digits.filter(|d| (1..=18).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()));
        let version = digits.and_then(|d| d.parse().ok());
        version.map(Some).ok_or_else(|| Failure::Unreadable("If-Match".to_owned()))
    }

    fn retype<Q>(self) -> Cx<Q> {
        let Cx { actor, schema, lang, request_id, now, state, req, permission: _ } = self;
        Cx { actor, schema, lang, request_id, now, state, req, permission: PhantomData }
    }

    fn call(&self) -> Call {
        Call {
            actor: self.actor.clone(),
            schema: self.schema.clone(),
            request_id: self.request_id,
            now: self.now,
            state: self.state.clone(),
        }
    }
}

/// The part of a [`Cx`] that may go to another thread.
struct Call {
    actor: Arc<Actor>,
    schema: Arc<Schema>,
    request_id: Uuid,
    now: DateTime<Utc>,
    state: web::Data<State>,
}

impl Call {
    fn run<T>(&self, f: impl FnOnce(&mut AnyConnection) -> app::Result<T>) -> app::Result<T> {
        let mut conn = db::get(&self.state.pool)?;
        f(&mut conn)
    }

    fn with<T>(&self, conn: &mut AnyConnection, f: impl FnOnce(&mut Ctx) -> app::Result<T>) -> app::Result<T> {
        f(&mut Ctx { conn, actor: &self.actor, now: self.now, request_id: self.request_id, schema: &self.schema })
    }

    fn on_postgres(&self) -> bool {
        matches!(Target::parse(&self.state.config.database_url), Ok(Target::Pg(_)))
    }
}

/// A write that waits for its commit.
struct Pending<T, F> {
    call: Call,
    f: F,
    result: Option<app::Result<T>>,
    tell: oneshot::Sender<app::Result<T>>,
}

impl<T: Send, F: Fn(&mut Ctx) -> app::Result<T> + Send> Write for Pending<T, F> {
    fn run(&mut self, conn: &mut AnyConnection) -> Ran {
        let result = catch_unwind(AssertUnwindSafe(|| self.call.with(conn, &self.f)));
        let panicked = || Err(Error::Internal("the work panicked".to_owned()));
        match self.result.insert(result.unwrap_or_else(|_| panicked())) {
            Ok(_) => Ran::Kept,
            Err(Error::Internal(_) | Error::Unavailable(_) | Error::Full(_)) => Ran::BrokenOff,
            Err(_) => Ran::TakenBack,
        }
    }

    fn decided(self: Box<Self>, failure: Option<persistence::Error>) {
        let result = match (failure, self.result) {
            (None, Some(result)) => result,
            (Some(failure), _) => Err(failure.into()),
            (None, None) => Err(Error::Internal("a write was decided before it ran".to_owned())),
        };
        // Nobody waits any more when the caller has gone; what was written stays written.
        let _ = self.tell.send(result);
    }
}

/// Runs work that blocks on a thread that may; a panic there is a fault of ours.
pub(crate) async fn blocking<T: Send + 'static>(f: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match web::block(f).await {
        Ok(result) => result,
        Err(_) => Err(Error::Internal("the work was cancelled or panicked".to_owned()).into()),
    }
}

/// What a request shows of itself: a session's access token or an API key.
fn credential(req: &HttpRequest, state: &State, now: DateTime<Utc>) -> Result<Credential> {
    let refuse = |code| Err(Failure::App(Error::Unauthenticated(code)));
    let Some(value) = req.headers().get(header::AUTHORIZATION) else { return refuse("not_logged_in") };
    let Some((scheme, token)) = value.to_str().ok().and_then(|v| v.split_once(' ')) else {
        return refuse("invalid_token");
    };
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return refuse("invalid_token");
    }
    if token.starts_with(app::identity::KEY_PREFIX) {
        return Ok(Credential::of_key(token));
    }
    match state.tokens.check(token, now) {
        Ok(claims) => Ok(Credential::Session { user: claims.sub, session: claims.sid }),
        Err(Refused::Expired) => refuse("token_expired"),
        Err(Refused::Invalid) => refuse("invalid_token"),
    }
}
