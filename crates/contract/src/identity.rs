//! Who may come in and what they may do: set-up, log-in, sessions, roles, keys, the organisation.

use chrono::{DateTime, Utc};
use domain::policy::{Grant, Masks};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whether the product still waits for its first user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetupState {
    /// True while there is no user at all.
    pub needed: bool,
}

/// The first user and the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The organisation's name.
    pub organisation: String,
    /// The administrator's name.
    pub name: String,
    /// The administrator's e-mail address.
    pub email: String,
    /// At least 10 characters, not a common one, without the name or the address.
    pub password: String,
    /// The administrator's language: `zh-CN` (default) or `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// A log-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// What a log-in or a refresh gives; the refresh token comes as a cookie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Access {
    /// For the header `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: i64,
    /// Who logged in.
    pub me: Me,
}

/// The caller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The user's id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// `zh-CN` or `en`.
    pub locale: String,
    /// Job title.
    pub title: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Team.
    pub team_id: Option<Uuid>,
    /// The team's name.
    pub team_name: Option<String>,
    /// The team's region.
    pub region: Option<String>,
    /// Keys of the roles.
    pub roles: Vec<String>,
    /// The password was set by somebody else and should be changed.
    pub password_temporary: bool,
    /// What the caller may do, by object.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, schemas::Grant>))]
    pub permissions: BTreeMap<String, Grant>,
    /// How sensitive fields are shown to the caller.
    #[cfg_attr(feature = "openapi", schema(value_type = schemas::Masks))]
    pub masks: Masks,
    /// The organisation.
    pub organisation: Organisation,
}

/// Changes of one's own profile: absent keeps, null clears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MePatch {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `zh-CN` or `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// The organisation's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Organisation {
    /// Version.
    #[serde(default)]
    pub version: i64,
    /// Name.
    pub name: String,
    /// ISO 4217 code of its currency.
    pub currency: String,
    /// IANA name of its time zone.
    pub timezone: String,
}

/// Changes of the organisation's settings: absent keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrganisationPatch {
    /// Name.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub name: Option<String>,
    /// ISO 4217 code of its currency.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub currency: Option<String>,
    /// IANA name of its time zone.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub timezone: Option<String>,
}

/// A change of one's own password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password so far.
    pub current_password: String,
    /// At least 10 characters, not a common one, without the name or the address.
    pub new_password: String,
}

/// A password that an administrator gives to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordGrant {
    /// At least 10 characters, not a common one, without the name or the address.
    pub password: String,
}

/// Log-ins of the caller that are in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sessions {
    /// Newest first.
    pub items: Vec<Session>,
}

/// One log-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Id.
    pub id: Uuid,
    /// The log-in.
    pub created_at: DateTime<Utc>,
    /// The last refresh.
    pub last_used_at: DateTime<Utc>,
    /// Without a refresh it ends then.
    pub expires_at: DateTime<Utc>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Where from.
    pub address: Option<String>,
    /// The one that this request belongs to.
    pub current: bool,
}

/// Every role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Roles {
    /// In their order.
    pub items: Vec<Role>,
    /// What a grant can name, in the order of the matrix.
    pub objects: Vec<PermissionObject>,
}

/// Something that a grant can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionObject {
    /// Its key in `permissions`.
    pub key: String,
    /// Its records have owners, so that scopes between none and all mean something.
    pub owned: bool,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Role {
    /// Id.
    pub id: Uuid,
    /// For `If-Match`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Stable key.
    pub key: String,
    /// Name in the caller's language.
    pub name: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Shipped with the product: cannot be deleted.
    pub builtin: bool,
    /// Grants by object; what is not named is not allowed.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, schemas::Grant>))]
    pub permissions: BTreeMap<String, Grant>,
    /// How sensitive fields are shown.
    #[cfg_attr(feature = "openapi", schema(value_type = schemas::Masks))]
    pub masks: Masks,
}

/// A new role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoleInput {
    /// Lower-case letters, digits and `_`, at most 40.
    pub key: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Grants by object; what is not named is not allowed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, schemas::Grant>))]
    pub permissions: BTreeMap<String, Grant>,
    /// How sensitive fields are shown.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = schemas::Masks))]
    pub masks: Masks,
}

/// Changes of a role: absent keeps; `permissions` and `masks` are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RolePatch {
    /// Chinese name.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub name_zh: Option<String>,
    /// English name.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub name_en: Option<String>,
    /// Grants by object; what is not named is not allowed.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, schemas::Grant>>, nullable = false))]
    pub permissions: Option<BTreeMap<String, Grant>>,
    /// How sensitive fields are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<schemas::Masks>))]
    pub masks: Option<Masks>,
}

/// The roles of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UserRoles {
    /// Keys of the roles.
    pub roles: Vec<String>,
}

/// API keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeys {
    /// Newest first.
    pub items: Vec<ApiKey>,
}

/// An API key, without its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// Id.
    pub id: Uuid,
    /// It acts as this user.
    pub user_id: Uuid,
    /// What it is for.
    pub name: String,
    /// The first characters of its text.
    pub prefix: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// What it allows at most, by object.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, schemas::Grant>))]
    pub permissions: BTreeMap<String, Grant>,
    /// How sensitive fields are shown to it.
    #[cfg_attr(feature = "openapi", schema(value_type = schemas::Masks))]
    pub masks: Masks,
}

/// A new API key. Without `role_keys` and `permissions` it may do what its maker may.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ApiKeyInput {
    /// What it is for.
    pub name: String,
    /// It may do what these roles may together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_keys: Option<Vec<String>>,
    /// It may do this; not together with `role_keys`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, schemas::Grant>>))]
    pub permissions: Option<BTreeMap<String, Grant>>,
    /// How sensitive fields are shown to it; only with `permissions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<schemas::Masks>))]
    pub masks: Option<Masks>,
    /// When it ends by itself; never by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A new API key with its text, which is shown this once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApiKey {
    /// Id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// For the header `Authorization: Bearer …`; kept nowhere.
    pub key: String,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// How the types of `domain::policy` look in the OpenAPI document.
#[cfg(feature = "openapi")]
pub mod schemas {
    use utoipa::ToSchema;

    /// How far a permission reaches over owned records; any but `none` reaches all records that have no owner.
    #[derive(ToSchema)]
    #[schema(rename_all = "snake_case")]
    pub enum Scope {
        /// Not allowed.
        None,
        /// One's own.
        Own,
        /// One's team's.
        Team,
        /// One's team's and those of the teams below it.
        Subtree,
        /// Everybody's.
        All,
    }

    /// What may be done with one object; an action that is not named is not allowed.
    #[derive(ToSchema)]
    pub struct Grant {
        /// See.
        #[schema(required = false)]
        pub read: Scope,
        /// Make.
        #[schema(required = false)]
        pub create: Scope,
        /// Change.
        #[schema(required = false)]
        pub update: Scope,
        /// Archive and restore.
        #[schema(required = false)]
        pub archive: Scope,
        /// Take out as a file.
        #[schema(required = false)]
        pub export: Scope,
        /// Bring in from a file.
        #[schema(required = false)]
        pub import: Scope,
    }

    /// How a sensitive field is shown.
    #[derive(ToSchema)]
    #[schema(rename_all = "snake_case")]
    pub enum Mask {
        /// As it is.
        Clear,
        /// Enough to recognise.
        Partial,
        /// Not at all.
        Hidden,
    }

    /// How sensitive fields are shown.
    #[derive(ToSchema)]
    pub struct Masks {
        /// Phone numbers.
        #[schema(required = false)]
        pub phone: Mask,
        /// E-mail addresses.
        #[schema(required = false)]
        pub email: Mask,
    }
}
