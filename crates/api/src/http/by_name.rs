//! A deserializer that reads objects by the names of their fields only.
//!
//! Serde's derived types also read an array in the place of an object, its items in the order in which the fields
//! happen to be declared. The contract promises no such order, so an array there is a mistake of its sender.
//! What serde buffers first (flattened, untagged and internally tagged types) is read from the buffer, not from here.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use std::fmt;

/// Reads like the deserializer within, except that an array is of the wrong type where an object is meant, at every depth.
pub(crate) struct ByName<T>(pub T);

/// Passes the calls of a deserializer on, with a visitor that wraps all that is nested.
macro_rules! forward {
    ($($method:ident($($arg:ident: $kind:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $($arg: $kind,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($arg,)* Nested(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ByName<D> {
    type Error = D::Error;

    forward! {
        deserialize_any() deserialize_bool()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_option() deserialize_unit()
        deserialize_unit_struct(name: &'static str) deserialize_newtype_struct(name: &'static str)
        deserialize_seq() deserialize_tuple(len: usize) deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map() deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier() deserialize_ignored_any()
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, Fields(visitor))
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// The visitor of a value that may be anything, with all within it read by name.
struct Nested<V>(V);

/// Passes plain values on.
macro_rules! plain {
    ($($method:ident($kind:ty))*) => {
        $(fn $method<E: Error>(self, value: $kind) -> Result<V::Value, E> {
            self.0.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Nested<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    plain! {
        visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_i128(i128) visit_u128(u128) visit_f64(f64) visit_char(char)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(ByName(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(ByName(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(ByName(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(ByName(fields))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, choice: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(ByName(choice))
    }
}

/// The visitor of an object with named fields. Everything else, an array too, is of the wrong type.
struct Fields<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Fields<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The names of our types mean nothing to a sender.
        f.write_str("object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(ByName(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<V::Value, A::Error> {
        Err(A::Error::invalid_type(Unexpected::Seq, &self))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for ByName<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(ByName(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for ByName<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(ByName(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(ByName(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for ByName<A> {
    type Error = A::Error;
    type Variant = ByName<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        self.0.variant_seed(ByName(seed)).map(|(value, variant)| (value, ByName(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for ByName<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(ByName(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(len, Nested(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, Fields(visitor))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for ByName<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(ByName(input))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Point {
        x: i64,
        y: Option<i64>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Shape {
        Empty,
        Dot(Point),
        Line { from: Point, to: Point },
        Span(i64, i64),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Name(String);

    fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, String> {
        T::deserialize(ByName(&mut serde_json::Deserializer::from_str(text))).map_err(|e| e.to_string())
    }

    fn refused<T: for<'de> Deserialize<'de> + fmt::Debug>(text: &str) {
        let message = read::<T>(text).expect_err("an array was read as an object");
        assert!(message.starts_with("invalid type: sequence, expected object"), "{text}: {message}");
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        refused::<Point>("[1, 2]");
        refused::<Vec<Point>>("[[1, 2]]");
        refused::<Option<Point>>("[1, 2]");
        refused::<BTreeMap<String, Vec<Option<Point>>>>(r#"{"a": [null, [1, 2]]}"#);
        refused::<(i64, Point)>("[1, [1, 2]]");
        refused::<Shape>(r#"{"dot": [1, 2]}"#);
        refused::<Shape>(r#"{"line": [{"x": 1}, {"x": 2}]}"#);
        refused::<Shape>(r#"{"line": {"from": [1, 2], "to": {"x": 2}}}"#);
    }

    #[test]
    fn everything_else_is_read_as_it_was() {
        let point = |x, y| Point { x, y };
        assert_eq!(
            read::<Vec<Point>>(r#"[{"y": null, "x": 1}, {"x": 2, "y": 3}]"#),
            Ok(vec![point(1, None), point(2, Some(3))])
        );
        assert_eq!(read::<Shape>(r#""empty""#), Ok(Shape::Empty));
        assert_eq!(read::<Shape>(r#"{"dot": {"x": 1}}"#), Ok(Shape::Dot(point(1, None))));
        let line = Shape::Line { from: point(1, None), to: point(2, None) };
        assert_eq!(read::<Shape>(r#"{"line": {"to": {"x": 2}, "from": {"x": 1}}}"#), Ok(line));
        assert_eq!(read::<Shape>(r#"{"span": [1, 2]}"#), Ok(Shape::Span(1, 2)));
        assert_eq!(read::<Name>(r#""云帆""#), Ok(Name("云帆".to_owned())));
        assert_eq!(read::<(i64, bool, f64)>("[1, true, 0.5]"), Ok((1, true, 0.5)));
        let any: serde_json::Value = serde_json::from_str(r#"{"a": [1, {"b": null}], "c": -1.5}"#).unwrap_or_default();
        assert_eq!(read::<serde_json::Value>(&any.to_string()), Ok(any));
    }

    #[test]
    fn a_value_in_the_place_of_an_object_is_told_without_the_names_of_our_types() {
        assert!(read::<Point>("1").is_err_and(|e| e.starts_with("invalid type: integer `1`, expected object")));
    }
}
