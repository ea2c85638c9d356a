//! The first start: the organisation, its administrator, the shipped roles and pipelines.

use super::audit::Stamp;
use super::login::{Device, LoggedIn, begin};
use super::organisation::{check_name, parsing, save};
use super::passwords::Prepared;
use super::seeds;
use crate::{Actor, Ctx, Error, Result};
use chrono::{DateTime, Utc};
use contract::identity::{Organisation, Setup};
use domain::fields::FieldError;
use domain::objects;
use domain::record::{Record, Shape};
use domain::value::Value;
use persistence::db::{self, AnyConnection, DbPool};
use persistence::identity as store;
use serde_json::json;
use uuid::Uuid;

/// True while there is no user at all.
pub fn setup_needed(pool: &DbPool) -> Result<bool> {
    let mut conn = db::get(pool)?;
    Ok(!store::any_person(&mut conn)?)
}

/// Sets the product up and logs its administrator in. Of several at once one succeeds.
pub fn setup(pool: &DbPool, input: &Setup, device: &Device, now: DateTime<Utc>, request_id: Uuid) -> Result<LoggedIn> {
    let taken = || Error::conflict("already_set_up", "");
    if !setup_needed(pool)? {
        return Err(taken());
    }
    let admin = read_admin(input, now)?;
    let name = check_name(&input.organisation, "organisation")?;
    let password =
        Prepared::new("password", input.password.clone())?.for_person("password", &input.name, &input.email, false)?;
    let mut conn = db::get(pool)?;
    db::write_tx(&mut conn, |conn| {
        store::lock_accounts(conn)?;
        if store::any_person(conn)? {
            return Err(taken());
        }
        let stamp = Stamp { actor: admin.id(), now, request_id };
        let organisation = Organisation {
            version: 0,
            name: name.clone(),
            currency: "CNY".to_owned(),
            timezone: "Asia/Shanghai".to_owned(),
        };
        save(conn, &stamp, &organisation)?;
        persistence::records::insert(conn, &Shape::plain(&objects::USERS), &admin)?;
        stamp.note(
            conn,
            "user.created",
            "users",
            admin.id(),
            None,
            Some(json!({"name": input.name.trim(), "status": "active"})),
        )?;
        store::set_password(conn, admin.id(), &password, now)?;
        seeds::roles(conn, now)?;
        give_administrator(conn, admin.id())?;
        seed(conn, &stamp)?;
        begin(conn, admin.id(), device, now)
    })
}

/// The administrator's record; the author is the administrator.
fn read_admin(input: &Setup, now: DateTime<Utc>) -> Result<Record> {
    let shape = Shape::plain(&objects::USERS);
    let mut record = Record::empty(&shape);
    let locale = input.locale.as_deref().unwrap_or("zh-CN");
    let fields = [
        ("name", json!(input.name)),
        ("email", json!(input.email)),
        ("status", json!("active")),
        ("locale", json!(locale)),
    ];
    let mut errors = Vec::new();
    for (key, value) in fields {
        let Some(field) = shape.def.fields.iter().find(|f| f.key == key) else { continue };
        match field.parse(&value, &parsing()) {
            Ok(Value::Null) => errors.push(FieldError::new(key, "required", "")),
            Ok(value) => record.set(&shape, key, value),
            Err(e) => errors.push(e),
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let id = Value::Id(Uuid::now_v7());
    record.set(&shape, "id", id.clone());
    record.set(&shape, "version", Value::Int(1));
    record.set(&shape, "created_at", Value::Time(now));
    record.set(&shape, "updated_at", Value::Time(now));
    record.set(&shape, "created_by", id);
    Ok(record)
}

fn give_administrator(conn: &mut AnyConnection, user: Uuid) -> Result<()> {
    let role = store::roles(conn)?.into_iter().find(|r| r.key == domain::policy::roles::ADMINISTRATOR);
    let role = role.ok_or_else(|| Error::Internal("the administrator's role is missing".to_owned()))?;
    Ok(store::set_roles_of(conn, user, &[role.id])?)
}

fn seed(conn: &mut AnyConnection, stamp: &Stamp) -> Result<()> {
    let schema = crate::schema::load(conn)?;
    let (actor, schema) = (Actor::system(stamp.actor), std::sync::Arc::new(schema));
    let mut ctx = Ctx { conn, actor: &actor, now: stamp.now, request_id: stamp.request_id, schema: &schema };
    seeds::pipelines(&mut ctx)?;
    persistence::settings::set(ctx.conn, crate::recounts::ON_TIME, "true", stamp.now)?;
    crate::rules::ship(&mut ctx)
}
