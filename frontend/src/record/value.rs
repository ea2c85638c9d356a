//! How a field's value looks in a list and on a page.

use crate::browser;
use crate::data::session::Session;
use crate::data::types::{FieldMeta, ObjectMeta, Record, field_value};
use crate::format::{self, Clock};
use crate::i18n::Lang;
use crate::route::{Route, anchor};
use crate::ui::{avatar, badge, icon};
use serde_json::Value;
use std::collections::BTreeMap;
use yew::prelude::*;

/// Labels of linked records by id.
pub(crate) type Refs = BTreeMap<String, String>;

/// What showing a value needs to know.
pub(crate) struct Show<'a> {
    pub(crate) lang: Lang,
    pub(crate) session: &'a Session,
    pub(crate) refs: &'a Refs,
    pub(crate) clock: Clock,
    /// Amounts stand in full, not rounded to what a list has room for.
    full: bool,
}

impl<'a> Show<'a> {
    pub(crate) fn new(lang: Lang, session: &'a Session, refs: &'a Refs) -> Show<'a> {
        Show { lang, session, refs, clock: browser::clock(), full: false }
    }

    /// The same where somebody looks at one record, or at amounts that add up.
    pub(crate) fn in_full(self) -> Show<'a> {
        Show { full: true, ..self }
    }

    /// A field of a record.
    pub(crate) fn field(&self, field: &FieldMeta, record: &Record) -> Html {
        self.value(field, field_value(record, &field.key))
    }

    /// A value of a field.
    pub(crate) fn value(&self, field: &FieldMeta, value: &Value) -> Html {
        if field.masked && value.is_null() {
            return html! { <span class="inline-flex items-center gap-1 text-base-content/70" title={self.lang.hidden_for_role()}>{ icon("lock", "size-3") }{ "•••" }</span> };
        }
        match (field.kind.as_str(), value) {
            (_, Value::Null) => unknown(),
            (_, Value::String(s)) if s.is_empty() => unknown(),
            ("choice", Value::String(s)) => match field.choices.iter().find(|c| &c.key == s) {
                Some(c) => badge(&c.color, &c.label),
                None => badge("neutral", s),
            },
            ("link", Value::String(id)) => self.link(field.link.as_deref().unwrap_or(""), id),
            ("choices", Value::Array(keys)) => {
                let label =
                    |k: &str| field.choices.iter().find(|c| c.key == k).map_or(k.to_owned(), |c| c.label.clone());
                html! { <span class="flex flex-wrap gap-1">{ for keys.iter().filter_map(Value::as_str).map(|k| badge("neutral", &label(k))) }</span> }
            }
            ("tags" | "links", Value::Array(ids)) => {
                html! { <span class="flex flex-wrap gap-1">{ for ids.iter().filter_map(Value::as_str).map(|id| badge("neutral", self.label(id))) }</span> }
            }
            ("money", Value::Number(n)) => self.money(n.as_i64().unwrap_or_default()),
            ("bool", Value::Bool(true)) => {
                html! { <span class="inline-flex items-center gap-1 text-success">{ icon("check", "size-4") }<span class="sr-only">{ self.lang.yes() }</span></span> }
            }
            ("bool", Value::Bool(false)) => html! { <span class="text-base-content/70">{ self.lang.no() }</span> },
            ("percent", Value::Number(n)) => {
                html! { <span class="tabular-nums">{ format::percent(n.as_f64().unwrap_or_default()) }</span> }
            }
            ("int" | "number", Value::Number(n)) => {
                html! { <span class="tabular-nums">{ plain_number(field, n) }</span> }
            }
            ("date", Value::String(s)) => {
                html! { <time class="tabular-nums text-base-content/75" datetime={s.clone()} title={s.clone()}>{ format::date(self.lang, s, &self.clock) }</time> }
            }
            ("datetime", Value::String(s)) => {
                html! { <time class="tabular-nums text-base-content/75" datetime={s.clone()} title={format::moment_full(s, &self.clock)}>{ format::moment(self.lang, s, &self.clock) }</time> }
            }
            ("email", Value::String(s)) if !s.contains('*') => {
                html! { <a class="inline-flex min-h-6 items-center hover:text-primary" href={format!("mailto:{s}")} onclick={stop()}>{ s }</a> }
            }
            ("phone", Value::String(s)) if !s.contains('*') => {
                html! { <a class="inline-flex min-h-6 items-center tabular-nums hover:text-primary" href={format!("tel:{s}")} onclick={stop()}>{ s }</a> }
            }
            ("url", Value::String(s)) => {
                html! { <a class="inline-flex min-w-0 items-center gap-1 hover:text-primary" href={href(s)} target="_blank" rel="noopener noreferrer" onclick={stop()}><span class="truncate">{ s.trim_start_matches("https://").trim_start_matches("http://") }</span>{ icon("external-link", "size-3") }</a> }
            }
            ("long_text", Value::String(s)) => html! { <span class="whitespace-pre-line">{ s }</span> },
            (_, Value::String(s)) => html! { <>{ s }</> },
            (_, Value::Object(_) | Value::Array(_)) => {
                html! { <code class="text-xs text-base-content/70">{ value.to_string().chars().take(80).collect::<String>() }</code> }
            }
            (_, v @ (Value::Bool(_) | Value::Number(_))) => html! { <>{ v.to_string() }</> },
        }
    }

    /// An amount; where it is short, in full on hover.
    pub(crate) fn money(&self, minor: i64) -> Html {
        let currency = self.session.currency();
        if self.full {
            return html! { <span class="font-medium tabular-nums">{ format::money_full(currency, minor) }</span> };
        }
        html! { <span class="font-medium tabular-nums" title={format::money_full(currency, minor)}>{ format::money(self.lang, currency, minor) }</span> }
    }

    /// The name of a linked record.
    pub(crate) fn label<'b>(&'b self, id: &'b str) -> &'b str {
        self.refs.get(id).map_or_else(|| id.get(..8).unwrap_or(id), String::as_str)
    }

    fn link(&self, object: &str, id: &str) -> Html {
        let label = self.label(id).to_owned();
        let Some(known) = self.refs.get(id) else {
            return html! { <span class="text-base-content/70">{ label }</span> };
        };
        if object == "users" {
            return html! { <span class="inline-flex min-w-0 max-w-full items-center gap-1.5">{ avatar(known, "size-5 text-[10px]") }<span class="truncate">{ label }</span></span> };
        }
        if self.session.object(object).is_some_and(|o| o.may("read")) {
            return html! { <span class="contents" onclick={stop()}>{ anchor(&Route::record(object, id), "hover:text-primary hover:underline underline-offset-2", html! { { label } }) }</span> };
        }
        html! { <span class="truncate">{ label }</span> }
    }

    /// Plain words for a value, for the timeline and for choosing between two versions.
    pub(crate) fn words(&self, field: &FieldMeta, value: &Value) -> String {
        match (field.kind.as_str(), value) {
            (_, Value::Null) => self.lang.empty_value().to_owned(),
            ("choice", Value::String(s)) => {
                field.choices.iter().find(|c| &c.key == s).map_or_else(|| s.clone(), |c| c.label.clone())
            }
            ("link", Value::String(id)) => self.label(id).to_owned(),
            ("choices", Value::Array(keys)) => keys
                .iter()
                .filter_map(Value::as_str)
                .map(|k| field.choices.iter().find(|c| c.key == k).map_or(k, |c| c.label.as_str()))
                .collect::<Vec<_>>()
                .join(self.lang.pick("、", ", ")),
            ("tags" | "links", Value::Array(ids)) => ids
                .iter()
                .filter_map(Value::as_str)
                .map(|id| self.label(id))
                .collect::<Vec<_>>()
                .join(self.lang.pick("、", ", ")),
            ("money", Value::Number(n)) => format::money_full(self.session.currency(), n.as_i64().unwrap_or_default()),
            ("bool", Value::Bool(b)) => if *b { self.lang.yes() } else { self.lang.no() }.to_owned(),
            ("percent", Value::Number(n)) => format::percent(n.as_f64().unwrap_or_default()),
            ("datetime", Value::String(s)) => format::moment_input(s, &self.clock).replace('T', " "),
            (_, Value::String(s)) => s.chars().take(120).collect(),
            (_, v) => v.to_string().chars().take(120).collect(),
        }
    }
}

fn plain_number(field: &FieldMeta, n: &serde_json::Number) -> String {
    let v = n.as_f64().unwrap_or_default();
    // Years and versions are not quantities.
    if field.key.contains("year") || field.key == "version" { n.to_string() } else { format::number(v, 2) }
}

fn unknown() -> Html {
    html! { <span class="text-base-content/70" aria-hidden="true">{ "—" }</span> }
}

fn stop() -> Callback<MouseEvent> {
    Callback::from(|e: MouseEvent| e.stop_propagation())
}

fn href(s: &str) -> String {
    if s.starts_with("http://") || s.starts_with("https://") { s.to_owned() } else { format!("https://{s}") }
}

/// The first field of a record that has one of these kinds, for a line of a phone list.
pub(crate) fn first_of<'a>(meta: &'a ObjectMeta, columns: &[String], kinds: &[&str]) -> Option<&'a FieldMeta> {
    let chosen = columns.iter().filter_map(|k| meta.field(k));
    chosen.filter(|f| f.key != meta.title_field).find(|f| kinds.contains(&f.kind.as_str()))
}

/// Records whose name deserves a coloured disc.
pub(crate) fn has_avatar(object: &str) -> bool {
    matches!(object, "customers" | "contacts" | "users" | "teams")
}
