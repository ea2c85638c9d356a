//! Uploaded and made files.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredFile {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub size: i64,
    /// When it came.
    pub created_at: DateTime<Utc>,
}
