//! What every use case is given: the connection inside its transaction, the caller, the time.

use crate::schema::Schema;
use chrono::{DateTime, Utc};
use domain::fields::ParseCx;
use domain::policy::{Action, Mask, Masks, Permissions, Scope};
use domain::zone::Zone;
use persistence::db::AnyConnection;
use std::sync::Arc;
use uuid::Uuid;

/// Who acts. Cheap to clone: the large parts are shared.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// The user; an API key acts as the user who made it or as the user it names.
    pub user_id: Uuid,
    /// Name at the time of the request, for events.
    pub name: Arc<str>,
    /// What the roles allow together.
    pub permissions: Arc<Permissions>,
    /// Members of the user's team, the user included.
    pub team: Arc<[Uuid]>,
    /// Members of the user's team and all teams below it, the user included.
    pub subtree: Arc<[Uuid]>,
    /// The API key used, if any.
    pub api_key_id: Option<Uuid>,
    /// The session (refresh family) of a log-in, if any.
    pub session_id: Option<Uuid>,
    /// The object whose public pool is looked at, and nothing else; see [`Actor::at_the_pool`].
    pub pool: Option<&'static str>,
}

/// The owners whose records are visible under a scope.
#[derive(Debug, Clone, PartialEq)]
pub enum Visible {
    /// No limit.
    All,
    /// Records of these owners only; may be empty.
    Owners(Arc<[Uuid]>),
    /// Records in the public pool only.
    Pool,
}

impl Visible {
    /// For queries.
    pub fn owners(&self) -> persistence::records::Owners<'_> {
        match self {
            Visible::All => persistence::records::Owners::All,
            Visible::Owners(list) => persistence::records::Owners::Only(list),
            Visible::Pool => persistence::records::Owners::Pool,
        }
    }

    /// Is a record of this owner within it? A record without an owner is visible only without a limit.
    pub fn contains(&self, owner: Option<Uuid>) -> bool {
        match self {
            Visible::All => true,
            Visible::Owners(list) => owner.is_some_and(|o| list.contains(&o)),
            // Nothing is changed by way of the pool, and whether a record is in it its owner does not say.
            Visible::Pool => false,
        }
    }

    /// What is within both.
    pub fn and(&self, other: &Visible) -> Visible {
        match (self, other) {
            (Visible::All, both) | (both, Visible::All) => both.clone(),
            (Visible::Pool, Visible::Pool) => Visible::Pool,
            (Visible::Owners(these), Visible::Owners(those)) => {
                Visible::Owners(these.iter().filter(|id| those.contains(id)).copied().collect())
            }
            (Visible::Pool, Visible::Owners(_)) | (Visible::Owners(_), Visible::Pool) => Visible::Owners([].into()),
        }
    }
}

impl Actor {
    /// The program itself: migrations, command line, jobs without a user.
    pub fn system(user_id: Uuid) -> Actor {
        Actor {
            user_id,
            name: "system".into(),
            permissions: Arc::new(domain::policy::roles::administrator()),
            team: [user_id].into(),
            subtree: [user_id].into(),
            api_key_id: None,
            session_id: None,
            pool: None,
        }
    }

    /// The same person looking at the public pool of an object: sees the records in it, under masks, and nothing else.
    pub fn at_the_pool(&self, object: &'static str) -> Actor {
        let masks = self.permissions.masks;
        let read = domain::policy::Grant::read_only(Scope::All);
        let permissions = Permissions {
            objects: [(object.to_owned(), read)].into(),
            masks: Masks { phone: masks.phone.max(Mask::Partial), email: masks.email.max(Mask::Partial) },
        };
        Actor { permissions: Arc::new(permissions), pool: Some(object), ..self.clone() }
    }

    /// The owners whose records of an object this action reaches; `None` when the action is not allowed at all.
    pub fn visible(&self, object: &str, action: Action) -> Option<Visible> {
        self.reached(self.permissions.scope(object, action))
    }

    /// The owners whose records every one of these permissions reaches; `None` when one of them is not given at all.
    pub fn visible_by(&self, needed: &[(&str, Action)]) -> Option<Visible> {
        self.reached(needed.iter().map(|(object, action)| self.permissions.scope(object, *action)).min()?)
    }

    fn reached(&self, scope: Scope) -> Option<Visible> {
        match scope {
            Scope::None => None,
            Scope::Own | Scope::Team | Scope::Subtree | Scope::All if self.pool.is_some() => Some(Visible::Pool),
            Scope::Own => Some(Visible::Owners([self.user_id].into())),
            Scope::Team => Some(Visible::Owners(self.team.clone())),
            Scope::Subtree => Some(Visible::Owners(self.subtree.clone())),
            Scope::All => Some(Visible::All),
        }
    }
}

/// One use case: one connection, one transaction where it writes, one caller, one time.
pub struct Ctx<'a> {
    /// The connection, inside the transaction of a write.
    pub conn: &'a mut AnyConnection,
    /// Who acts.
    pub actor: &'a Actor,
    /// The time of the request; nothing below reads a clock.
    pub now: DateTime<Utc>,
    /// Correlates events with log lines.
    pub request_id: Uuid,
    /// The objects with their custom fields, and the organisation's settings.
    pub schema: &'a Arc<Schema>,
}

impl Ctx<'_> {
    /// What parsing needs.
    pub fn parse(&self) -> ParseCx {
        ParseCx { zone: self.schema.zone, me: Some(self.actor.user_id), now: self.now }
    }

    /// An object by its plural key, or `NotFound`.
    pub fn shape(&self, object: &str) -> crate::Result<Arc<domain::record::Shape>> {
        self.schema.shape(object).cloned().ok_or(crate::Error::NotFound)
    }

    /// The organisation's time zone.
    pub fn zone(&self) -> Zone {
        self.schema.zone
    }

    /// The owners an action reaches, or `Forbidden`.
    pub fn require(&self, object: &str, action: Action) -> crate::Result<Visible> {
        self.actor
            .visible(object, action)
            .ok_or_else(|| crate::Error::Forbidden { permission: permission_name(object, action) })
    }

    /// Whether the caller is the person, at a session of their own. An API key carries permissions of its own and reads none
    /// of the news that its person may see.
    pub fn in_person(&self) -> crate::Result<()> {
        match self.actor.api_key_id {
            None => Ok(()),
            Some(_) => Err(crate::Error::Forbidden { permission: "session".to_owned() }),
        }
    }

    /// The owners that every one of these permissions reaches, or `Forbidden` for the first that is not given.
    pub fn require_all(&self, needed: &[(&str, Action)]) -> crate::Result<Visible> {
        for (object, action) in needed {
            self.require(object, *action)?;
        }
        self.actor.visible_by(needed).ok_or(crate::Error::NotFound)
    }
}

/// `customers.create`.
pub fn permission_name(object: &str, action: Action) -> String {
    let action = match action {
        Action::Read => "read",
        Action::Create => "create",
        Action::Update => "update",
        Action::Archive => "archive",
        Action::Export => "export",
        Action::Import => "import",
    };
    format!("{object}.{action}")
}

/// Carries out `f` in one write transaction. When it and another transaction waited for each other and the database
/// made this one give way, nothing of it remains, and it is carried out again: one such transaction after the other,
/// so that they do not meet a second time.
pub fn transaction<T>(
    conn: &mut AnyConnection,
    f: impl Fn(&mut AnyConnection) -> crate::Result<T>,
) -> crate::Result<T> {
    const TRIES: usize = 5;
    let mut result = persistence::db::write_tx(conn, &f);
    for _ in 1..TRIES {
        match &result {
            Err(crate::Error::Contended(why)) => tracing::debug!(why, "a transaction is carried out again"),
            _ => break,
        }
        result = persistence::db::write_tx(conn, |conn| {
            persistence::db::queue(conn)?;
            f(conn)
        });
    }
    result
}
