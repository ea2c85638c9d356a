//! Roles and who has them.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, document};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, Utc};
use domain::policy::Permissions;
use domain::value::Value;
use uuid::Uuid;

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Stable key.
    pub key: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// What it allows.
    pub permissions: Permissions,
    /// Shipped with the product.
    pub builtin: bool,
    /// Order in lists.
    pub position: i64,
}

const ROLE: &str = "SELECT r.id, r.version, r.created_at, r.updated_at, r.key, r.name_zh, r.name_en, r.permissions, r.builtin, r.position FROM roles r";

fn read(cells: Cells) -> Result<Role> {
    let mut r = Row::new(cells);
    Ok(Role {
        id: r.id()?,
        version: r.int()?,
        created_at: r.time()?,
        updated_at: r.time()?,
        key: r.text()?,
        name_zh: r.text()?,
        name_en: r.text()?,
        permissions: r.json()?,
        builtin: r.bool()?,
        position: r.int()?,
    })
}

/// Every role, in order.
pub fn roles(conn: &mut AnyConnection) -> Result<Vec<Role>> {
    let mut q = Sql::start(conn, ROLE);
    q.push(" ORDER BY r.position, r.key");
    q.load(conn)?.into_iter().map(read).collect()
}

/// A role by id.
pub fn role(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Role>> {
    let mut q = Sql::start(conn, ROLE);
    q.push(" WHERE r.id = ").id(id);
    q.first(conn)?.map(read).transpose()
}

/// The roles of a user, in order.
pub fn roles_of(conn: &mut AnyConnection, user: Uuid) -> Result<Vec<Role>> {
    let mut q = Sql::start(conn, ROLE);
    q.push(" JOIN user_roles ur ON ur.role_id = r.id WHERE ur.user_id = ").id(user).push(" ORDER BY r.position, r.key");
    q.load(conn)?.into_iter().map(read).collect()
}

/// Adds a role; a key that is taken is a duplicate.
pub fn insert_role(conn: &mut AnyConnection, role: &Role) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO roles (id, version, created_at, updated_at, key, name_zh, name_en, permissions, builtin, position) VALUES (",
    );
    q.id(role.id).push(", ").int(role.version).push(", ").time(role.created_at).push(", ").time(role.updated_at);
    q.push(", ").text(role.key.clone()).push(", ").text(role.name_zh.clone()).push(", ").text(role.name_en.clone());
    q.push(", ")
        .bind(Store::Json, &document(&role.permissions)?)
        .push(", ")
        .bind(Store::Bool, &Value::Bool(role.builtin));
    q.push(", ").int(role.position).push(")");
    q.execute(conn)?;
    Ok(())
}

/// Saves a role's names and permissions over the version before; false when that version is no longer there.
pub fn update_role(conn: &mut AnyConnection, role: &Role) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE roles SET version = ");
    q.int(role.version).push(", updated_at = ").time(role.updated_at).push(", name_zh = ").text(role.name_zh.clone());
    q.push(", name_en = ")
        .text(role.name_en.clone())
        .push(", permissions = ")
        .bind(Store::Json, &document(&role.permissions)?);
    q.push(" WHERE id = ").id(role.id).push(" AND version = ").int(role.version - 1);
    Ok(q.execute(conn)? == 1)
}

/// Removes a role that nobody has.
pub fn delete_role(conn: &mut AnyConnection, id: Uuid) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM roles WHERE id = ");
    q.id(id);
    q.execute(conn)?;
    Ok(())
}

/// Gives a user exactly these roles.
pub fn set_roles_of(conn: &mut AnyConnection, user: Uuid, roles: &[Uuid]) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM user_roles WHERE user_id = ");
    q.id(user);
    q.execute(conn)?;
    for role in roles {
        let mut q = Sql::start(conn, "INSERT INTO user_roles (user_id, role_id) VALUES (");
        q.id(user).push(", ").id(*role).push(")");
        q.execute(conn)?;
    }
    Ok(())
}
