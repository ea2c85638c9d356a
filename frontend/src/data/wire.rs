//! Reading wire types leniently: what is missing, null or of another type is empty. One small function per type, where
//! derived deserialisers would be a fifth of what a first visit downloads.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Can be read from JSON.
pub(crate) trait Wire {
    fn read(v: &Value) -> Self;

    /// The same of a value that nobody else needs: what is kept as it is need not be copied.
    fn take(v: Value) -> Self
    where
        Self: Sized,
    {
        Self::read(&v)
    }
}

impl Wire for String {
    fn read(v: &Value) -> String {
        v.as_str().unwrap_or("").to_owned()
    }
}

impl Wire for bool {
    fn read(v: &Value) -> bool {
        v.as_bool().unwrap_or(false)
    }
}

impl Wire for i64 {
    fn read(v: &Value) -> i64 {
        v.as_i64().unwrap_or(0)
    }
}

impl Wire for u64 {
    fn read(v: &Value) -> u64 {
        v.as_u64().unwrap_or(0)
    }
}

impl Wire for f64 {
    fn read(v: &Value) -> f64 {
        v.as_f64().unwrap_or(0.0)
    }
}

impl Wire for Value {
    fn read(v: &Value) -> Value {
        v.clone()
    }

    fn take(v: Value) -> Value {
        v
    }
}

impl Wire for Map<String, Value> {
    fn read(v: &Value) -> Map<String, Value> {
        v.as_object().cloned().unwrap_or_default()
    }

    fn take(v: Value) -> Map<String, Value> {
        match v {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

impl<T: Wire> Wire for Option<T> {
    fn read(v: &Value) -> Option<T> {
        (!v.is_null()).then(|| T::read(v))
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn read(v: &Value) -> Vec<T> {
        v.as_array().into_iter().flatten().map(T::read).collect()
    }

    fn take(v: Value) -> Vec<T> {
        match v {
            Value::Array(list) => list.into_iter().map(T::take).collect(),
            _ => Vec::new(),
        }
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    fn read(v: &Value) -> BTreeMap<String, T> {
        let mut out = BTreeMap::new();
        for (k, v) in v.as_object().into_iter().flatten() {
            out.insert(k.clone(), T::read(v));
        }
        out
    }
}

/// Declares a struct and reads each field from the key of its name (without a trailing `_`).
macro_rules! wire {
    ($(#[$m:meta])* pub(crate) struct $name:ident { $($(#[$fm:meta])* pub(crate) $field:ident : $t:ty),* $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(crate) struct $name { $($(#[$fm])* pub(crate) $field: $t),* }
        impl $crate::data::wire::Wire for $name {
            fn read(v: &serde_json::Value) -> $name {
                let of = |key: &str| v.get(key.trim_end_matches('_')).unwrap_or(&serde_json::Value::Null);
                $name { $($field: $crate::data::wire::Wire::read(of(stringify!($field)))),* }
            }
        }
    };
}
pub(crate) use wire;
