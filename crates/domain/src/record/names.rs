//! The names of columns as JSON has them.

use crate::fields::ObjectDef;
use crate::objects::ALL;
use crate::record::Shape;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The names of an object's columns as they stand in JSON after another field, made once: a list writes thousands.
#[derive(Default)]
pub(super) struct Names {
    /// Each name up to the value.
    known: Vec<String>,
    /// All columns as they are written when none is known.
    unknown: String,
    /// Where each column begins in `unknown`, and where the last ends.
    begins: Vec<usize>,
}

impl Names {
    /// The names of an object's columns.
    pub(super) fn of(def: &'static ObjectDef) -> &'static Names {
        static NAMES: LazyLock<HashMap<&'static str, Names>> =
            LazyLock::new(|| ALL.iter().map(|def| (def.key, Names::new(def))).collect());
        static NONE: LazyLock<Names> = LazyLock::new(Names::default);
        NAMES.get(def.key).unwrap_or(&NONE)
    }

    fn new(def: &'static ObjectDef) -> Names {
        let mut names = Names { begins: vec![0], ..Names::default() };
        for field in Shape::plain(def).columns() {
            let known = format!(",\"{}\":", field.key);
            names.unknown.push_str(&known);
            names.unknown.push_str(if field.kind.is_list() { "[]" } else { "null" });
            names.begins.push(names.unknown.len());
            names.known.push(known);
        }
        names
    }

    /// A name up to its value.
    pub(super) fn known(&self, at: usize) -> &str {
        self.known.get(at).map_or("", String::as_str)
    }

    /// The columns from one position to before another, all of them unknown.
    pub(super) fn unknown(&self, from: usize, to: usize) -> &str {
        let range = self.begins.get(from).zip(self.begins.get(to));
        range.and_then(|(from, to)| self.unknown.get(*from..*to)).unwrap_or("")
    }
}
