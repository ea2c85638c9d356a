//! Mail: an outbox in the database, sent by whichever process comes first.

use crate::{Ctx, Error, Result};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use lettre::message::{Mailbox, Message, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};
use persistence::db::{self, DbPool, write_tx};
use persistence::notifications::{self as store, Mail};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How mail leaves the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Name of the mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Name and password, where the server wants them.
    pub login: Option<(String, String)>,
    /// Sender, such as `飞轮 CRM <crm@example.com>`.
    pub from: String,
}

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS after STARTTLS, and nothing without it (port 587).
    Starttls,
    /// Not at all: for a relay on the same machine or network.
    None,
}

static SETTINGS: OnceLock<Option<Smtp>> = OnceLock::new();

/// Tells this process how to send mail, once, at its start.
pub fn configure(smtp: Option<Smtp>) -> std::result::Result<(), String> {
    if let Some(smtp) = &smtp {
        smtp.from.parse::<Mailbox>().map_err(|e| format!("the sender of mail is no address: {e}"))?;
    }
    let _ = SETTINGS.set(smtp);
    Ok(())
}

fn settings() -> Option<&'static Smtp> {
    SETTINGS.get().and_then(Option::as_ref)
}

/// Can mail be sent?
pub fn available() -> bool {
    settings().is_some()
}

/// Puts a mail into the outbox inside the caller's transaction, once by its key; tells whether it went in now.
pub fn post(ctx: &mut Ctx<'_>, to: &str, subject: &str, body: &str, key: &str) -> Result<bool> {
    Ok(available() && store::send(ctx.conn, to, subject, body, key, ctx.now)?)
}

/// How long a process may take for one mail before another one tries.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Tries before a mail is parked: some 24 hours.
const TRIES: i64 = 12;

/// Sends mail until told to stop.
pub fn work(pool: &DbPool, stop: &AtomicBool) {
    let mut seen = 0;
    while available() && !stop.load(Ordering::Relaxed) {
        match send_once(pool) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(?error, "mail waits"),
        }
        seen = crate::consumers::rest(seen, Duration::from_secs(1));
    }
}

/// Sends the mail that is due, if any; false when there is none.
pub fn send_once(pool: &DbPool) -> Result<bool> {
    let Some(smtp) = settings() else { return Ok(false) };
    let now = Utc::now().trunc_subsecs(6);
    let mut conn = db::get(pool)?;
    if !store::mail_due(&mut conn, now)? {
        return Ok(false);
    }
    let claimed = write_tx::<_, Error>(&mut conn, |conn| Ok(store::claim_mail(conn, now, now + LEASE)?))?;
    let Some(mail) = claimed else { return Ok(false) };
    drop(conn);
    let sent = deliver(smtp, &mail);
    let now = Utc::now().trunc_subsecs(6);
    let mut conn = db::get(pool)?;
    write_tx::<_, Error>(&mut conn, |conn| {
        let (state, error, next): (_, _, DateTime<Utc>) = match &sent {
            Ok(()) => ("sent", None, now),
            Err(Undelivered { forever: true, why }) => ("parked", Some(why.as_str()), now),
            Err(u) if mail.attempts >= TRIES => ("parked", Some(u.why.as_str()), now),
            Err(u) => ("waiting", Some(u.why.as_str()), now + TimeDelta::seconds(15 << mail.attempts.clamp(0, 10))),
        };
        Ok(store::settle_mail(conn, mail.id, state, error, next)?)
    })?;
    Ok(true)
}

/// Why a mail was not accepted, and whether it never will be.
struct Undelivered {
    forever: bool,
    why: String,
}

fn deliver(smtp: &Smtp, mail: &Mail) -> std::result::Result<(), Undelivered> {
    let forever = |why: String| Undelivered { forever: true, why };
    let from: Mailbox = smtp.from.parse().map_err(|e| forever(format!("sender: {e}")))?;
    let to: Mailbox = mail.recipient.parse().map_err(|e| forever(format!("recipient: {e}")))?;
    let message = Message::builder()
        .from(from)
        .to(to)
        // The same id at every try, so that a mail server can tell a second try from a second mail.
        .message_id(Some(format!("<{}@flywheel>", mail.id)))
        .subject(mail.subject.replace(['\r', '\n'], " "))
        .header(ContentType::TEXT_PLAIN)
        .body(mail.body.clone())
        .map_err(|e| forever(e.to_string()))?;
    let sent = transport(smtp).and_then(|transport| transport.send(&message));
    sent.map(drop).map_err(|e| Undelivered { forever: e.is_permanent(), why: e.to_string() })
}

fn transport(smtp: &Smtp) -> std::result::Result<SmtpTransport, lettre::transport::smtp::Error> {
    let parameters = || TlsParameters::new(smtp.host.clone());
    let tls = match smtp.security {
        Security::Tls => Tls::Wrapper(parameters()?),
        Security::Starttls => Tls::Required(parameters()?),
        Security::None => Tls::None,
    };
    let mut builder = SmtpTransport::builder_dangerous(smtp.host.as_str())
        .port(smtp.port)
        .tls(tls)
        .timeout(Some(Duration::from_secs(20)));
    if let Some((name, password)) = &smtp.login {
        builder = builder.credentials(Credentials::new(name.clone(), password.clone()));
    }
    Ok(builder.build())
}
