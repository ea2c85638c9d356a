//! Reading the cells of a row one after the other.

use crate::error::{Error, Result};
use crate::sql::{Cells, Store, shape};
use chrono::{DateTime, NaiveDate, Utc};
use domain::value::Value;
use uuid::Uuid;

/// The cells that are left of a row.
pub(crate) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(crate) fn new(cells: Cells) -> Row {
        Row(cells.0.into_iter())
    }

    fn next(&mut self, store: Store) -> Value {
        let mut cell = self.0.next().unwrap_or_default();
        shape(store, &mut cell);
        cell
    }

    pub(crate) fn opt_id(&mut self) -> Option<Uuid> {
        self.next(Store::Id).as_id()
    }

    pub(crate) fn id(&mut self) -> Result<Uuid> {
        self.opt_id().ok_or_else(unexpected)
    }

    pub(crate) fn opt_text(&mut self) -> Option<String> {
        match self.next(Store::Text) {
            Value::Text(s) | Value::Json(s) => Some(s),
            _ => None,
        }
    }

    pub(crate) fn text(&mut self) -> Result<String> {
        self.opt_text().ok_or_else(unexpected)
    }

    pub(crate) fn int(&mut self) -> Result<i64> {
        self.next(Store::Int).as_int().ok_or_else(unexpected)
    }

    pub(crate) fn opt_int(&mut self) -> Option<i64> {
        self.next(Store::Int).as_int()
    }

    pub(crate) fn opt_num(&mut self) -> Option<f64> {
        self.next(Store::Num).as_f64()
    }

    pub(crate) fn opt_date(&mut self) -> Option<NaiveDate> {
        self.next(Store::Date).as_date()
    }

    pub(crate) fn date(&mut self) -> Result<NaiveDate> {
        self.opt_date().ok_or_else(unexpected)
    }

    pub(crate) fn opt_bool(&mut self) -> Option<bool> {
        self.next(Store::Bool).as_bool()
    }

    /// A list of ids kept as JSON; nothing is an empty list.
    pub(crate) fn ids(&mut self) -> Vec<Uuid> {
        self.opt_text().and_then(|s| serde_json::from_str(&s).ok()).unwrap_or_default()
    }

    /// A list of words kept as JSON; nothing is an empty list.
    pub(crate) fn words(&mut self) -> Vec<String> {
        self.opt_text().and_then(|s| serde_json::from_str(&s).ok()).unwrap_or_default()
    }

    pub(crate) fn bool(&mut self) -> Result<bool> {
        self.next(Store::Bool).as_bool().ok_or_else(unexpected)
    }

    pub(crate) fn opt_time(&mut self) -> Option<DateTime<Utc>> {
        self.next(Store::Time).as_time()
    }

    pub(crate) fn time(&mut self) -> Result<DateTime<Utc>> {
        self.opt_time().ok_or_else(unexpected)
    }

    /// A JSON document as a type.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        serde_json::from_str(&self.text()?).map_err(|e| Error::Internal(e.to_string()))
    }
}

fn unexpected() -> Error {
    Error::Internal("a column is missing or of another type".to_owned())
}

/// A value or NULL, for binds.
pub(crate) fn or_null<T>(value: Option<T>, wrap: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Null, wrap)
}

/// A document for a JSON bind.
pub(crate) fn document<T: serde::Serialize>(value: &T) -> Result<Value> {
    serde_json::to_string(value).map(Value::Json).map_err(|e| Error::Internal(e.to_string()))
}
