//! `flywheel user`: the way back in when nobody can log in.

use crate::config::Config;
use app::identity::{self, Prepared};
use app::{Actor, Ctx, Error};
use chrono::{SubsecRound, Utc};
use contract::identity::UserRoles;
use contract::problem::{Lang, field_message};
use domain::policy::roles::ADMINISTRATOR;
use persistence::db::{self, DbPool};
use serde_json::json;
use std::io::Read;
use std::sync::Arc;
use uuid::Uuid;

/// What is done with users.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List users with status and roles
    List,
    /// Add a user and print the password
    Create {
        /// Name
        #[arg(long)]
        name: String,
        /// E-mail address to log in with
        #[arg(long)]
        email: String,
        /// Key of a role; may be given several times
        #[arg(long = "role", default_value = "representative")]
        roles: Vec<String>,
        /// Read the password from standard input instead of making one up
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give a user a new password, end the user's sessions, and print the password
    Password {
        /// E-mail address of the user
        email: String,
        /// Read the password from standard input instead of making one up
        #[arg(long)]
        password_stdin: bool,
    },
}

pub(super) fn run(config: &Config, command: Command) -> Result<(), String> {
    super::serve::require_current(config)?;
    let pool = db::pool(&config.database_url, 1).map_err(|e| e.to_string())?;
    match command {
        Command::List => list(&pool),
        Command::Create { name, email, roles, password_stdin } => {
            let password = password(password_stdin)?;
            let prepared = prepare(&password)?;
            write(&pool, |ctx| {
                let id = app::records::create(ctx, "users", &json!({"name": name, "email": email}))?.id;
                identity::set_roles_of_user(ctx, id, &UserRoles { roles })?;
                identity::grant_password(ctx, id, &prepared)
            })?;
            tell(&password, password_stdin);
            Ok(())
        }
        Command::Password { email, password_stdin } => {
            let password = password(password_stdin)?;
            let prepared = prepare(&password)?;
            let email = email.trim().to_lowercase();
            write(&pool, |ctx| {
                let user = persistence::identity::person_by_email(ctx.conn, &email)?.ok_or(Error::NotFound)?;
                identity::grant_password(ctx, user.id, &prepared)
            })?;
            tell(&password, password_stdin);
            Ok(())
        }
    }
}

fn list(pool: &DbPool) -> Result<(), String> {
    let mut conn = db::get(pool).map_err(|e| e.to_string())?;
    let mut lines = String::new();
    for (person, roles) in identity::list_users(&mut conn).map_err(explain)? {
        let (email, roles) = (person.email.as_deref().unwrap_or("-"), roles.join(","));
        lines.push_str(&format!("{email}\t{}\t{}\t{roles}\n", person.name, person.status));
    }
    super::print(&lines)
}

fn password(from_stdin: bool) -> Result<String, String> {
    if !from_stdin {
        return identity::random_password().map_err(explain);
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).map_err(|e| e.to_string())?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn prepare(password: &str) -> Result<Prepared, String> {
    Prepared::new("password", password.to_owned()).map_err(explain)
}

fn tell(password: &str, known: bool) {
    if known {
        println!("done");
    } else {
        println!("{password}");
    }
}

/// One write as the program itself; records made this way name the first administrator as their author.
fn write(pool: &DbPool, f: impl FnOnce(&mut Ctx<'_>) -> app::Result<()>) -> Result<(), String> {
    let mut conn = db::get(pool).map_err(|e| e.to_string())?;
    let schema = Arc::new(app::schema::load(&mut conn).map_err(explain)?);
    let administrators = persistence::identity::users_with_role(&mut conn, ADMINISTRATOR).map_err(|e| e.to_string())?;
    let author = administrators.first().ok_or("there is no administrator yet: set the product up first")?;
    let actor = Actor::system(*author);
    let (now, request_id) = (Utc::now().trunc_subsecs(6), Uuid::now_v7());
    db::write_tx(&mut conn, |conn| f(&mut Ctx { conn, actor: &actor, now, request_id, schema: &schema }))
        .map_err(explain)
}

fn explain(e: Error) -> String {
    match e {
        Error::Invalid(errors) => {
            let line =
                |e: &domain::fields::FieldError| format!("{}: {}", e.field, field_message(Lang::En, e.code, &e.detail));
            errors.iter().map(line).collect::<Vec<_>>().join("; ")
        }
        Error::NotFound => "there is no such user".to_owned(),
        Error::Conflict { code, detail } => format!("{} {detail}", code.replace('_', " ")),
        other => format!("{other:?}"),
    }
}
