//! From the text of a cell to the value of a field.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{NaiveDate, Utc};
use contract::imports::ImportColumn;
use domain::fields::{FieldDef, FieldError, Kind, ParseCx};
use domain::record::{Place, Shape};
use domain::value::Value;
use uuid::Uuid;

use super::analyse::ORIGIN_FIELDS;
use super::choices::Options;
use super::setup::Setup;
use crate::tabular::clean::{is_dash, is_mask, is_nothing, is_shortened};
use crate::tabular::date::{DateOrder, Moment, parse_moment};
use crate::tabular::number::{Decimal, NumberStyle, half_width, parse_bool, parse_number};

/// A column of the file that is brought in.
pub(super) struct Column {
    /// Its place in the file.
    pub(super) index: usize,
    /// Its header.
    pub(super) header: String,
    /// Name of its field in the API.
    pub(super) name: String,
    /// Its field.
    pub(super) field: FieldDef,
    /// Where the value lives.
    pub(super) place: Place,
    order: DateOrder,
    style: NumberStyle,
    multiply: i64,
    /// What a person said that values stand for.
    values: HashMap<String, Option<String>>,
    /// Records that values stand for and that can no longer be linked to.
    pub(super) gone: HashSet<Uuid>,
    /// Linked records that are not there are made.
    makes: bool,
    /// The options of its field.
    pub(super) choices: Options,
}

/// A cell after conversion.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Nothing there.
    Empty,
    /// A value, and whether a person's word replaced the text.
    Value(Value, bool),
    /// The mask of a value, as a role that does not see it exports it.
    Mask,
    /// Names of linked records, still to be found.
    Names(Vec<String>),
    /// No value of the field: stable code and detail.
    Bad(&'static str, String),
}

/// The columns of an import that are brought in.
pub(super) fn columns(setup: &Setup, shape: &Shape) -> Vec<Column> {
    let described: BTreeMap<&str, &ImportColumn> =
        setup.columns.iter().map(|column| (column.header.as_str(), column)).collect();
    let build = |(index, header): (usize, &String)| {
        let name = setup.options.mapping.get(header)?;
        let (place, field) = shape.find(name)?;
        let found = described.get(header.as_str());
        let options = &setup.options;
        let order = options.date_format.as_deref().or(found.and_then(|column| column.date_format.as_deref()));
        let style = options.number_format.as_deref().or(found.and_then(|column| column.number_format.as_deref()));
        let choices = match &field.kind {
            Kind::Choice(list) => Options::new(list),
            _ => Options::default(),
        };
        Some(Column {
            index,
            header: header.clone(),
            name: name.clone(),
            order: order.and_then(DateOrder::from_key).unwrap_or(DateOrder::Ymd),
            style: if style == Some("comma") { NumberStyle::Comma } else { NumberStyle::Point },
            multiply: options.multiply.get(header).copied().unwrap_or(1),
            values: options
                .value_links
                .get(name)
                .map(|values| values.clone().into_iter().collect())
                .unwrap_or_default(),
            gone: HashSet::new(),
            makes: options.create_missing.get(name).copied().unwrap_or(false),
            choices,
            place,
            field: field.clone(),
        })
    };
    setup.layout.headers.iter().enumerate().filter_map(build).collect()
}

/// Whether a column may be mapped to this field.
pub(super) fn is_mappable(shape: &Shape, name: &str) -> bool {
    name == "id"
        || ORIGIN_FIELDS.contains(&name)
        || shape.find(name).is_some_and(|(_, field)| field.importable && field.writable)
}

/// The names in a cell of tags.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '，', '；', '、', '|']).map(str::trim).filter(|name| !name.is_empty())
}

/// A telephone number without the decimals that a program gave it which took it for a number.
fn unpointed(text: &str) -> &str {
    let whole = |digits: &&str| digits.len() >= 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_suffix(".0").filter(whole).unwrap_or(text)
}

impl Column {
    /// The object that the field links to.
    pub(super) fn link(&self) -> Option<&str> {
        match &self.field.kind {
            Kind::Link(object) => Some(object),
            Kind::Tags => Some("tags"),
            _ => None,
        }
    }

    /// Whether its values are amounts.
    pub(super) fn counts(&self) -> bool {
        matches!(self.field.kind, Kind::Money | Kind::Number | Kind::Int { .. } | Kind::Percent)
    }

    /// The names of a cell for which a person said what they stand for.
    pub(super) fn replaced<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        parts(text).filter(|name| matches!(self.values.get(*name), Some(Some(_))))
    }

    /// The value of a cell.
    pub(super) fn convert(&self, text: &str, cx: &ParseCx) -> Cell {
        let text = text.trim();
        if text.is_empty() {
            return Cell::Empty;
        }
        if self.field.kind == Kind::Tags {
            if is_dash(text) {
                return Cell::Empty;
            }
            // What a person said of one name says nothing of the others beside it.
            let said = parts(text).filter_map(|name| match self.values.get(name) {
                Some(Some(said)) => Some(said.as_str()),
                Some(None) => self.makes.then_some(name),
                None => Some(name),
            });
            return Cell::Names(said.map(str::to_owned).collect());
        }
        if let Some(said) = self.values.get(text) {
            return match said {
                None if self.makes => Cell::Names(vec![text.to_owned()]),
                None => Cell::Empty,
                Some(said) => self.said(said, cx),
            };
        }
        let bad = |code: &'static str| Cell::Bad(code, String::new());
        match &self.field.kind {
            Kind::Text { .. } | Kind::LongText { .. } | Kind::Choice(_) => {}
            Kind::Link(_) | Kind::Bool if !is_dash(text) => {}
            _ if is_nothing(text) => return Cell::Empty,
            _ => {}
        }
        match &self.field.kind {
            Kind::Text { .. } | Kind::Phone if is_shortened(text) => bad("shortened_number"),
            Kind::Phone | Kind::Email if is_mask(text) => Cell::Mask,
            Kind::Phone | Kind::Email => {
                let half = half_width(text);
                self.parse(serde_json::Value::String(unpointed(&half).to_owned()), cx)
            }
            Kind::Text { .. } if text.contains(['\n', '\r']) => {
                let line: Vec<&str> = text.split_whitespace().collect();
                self.parse(serde_json::Value::String(line.join(" ")), cx)
            }
            Kind::Text { .. } | Kind::LongText { .. } | Kind::Url => {
                self.parse(serde_json::Value::String(text.to_owned()), cx)
            }
            Kind::Int { .. } => match self.number(text).map(|number| number.whole()) {
                Some(Some(whole)) => self.parse(whole.into(), cx),
                Some(None) => bad("not_whole"),
                None => bad("not_a_number"),
            },
            Kind::Money => match self.number(text) {
                Some(number) => match number.hundredths() {
                    Some(minor) => self.parse(minor.into(), cx),
                    None => bad("out_of_range"),
                },
                None => bad("not_a_number"),
            },
            Kind::Number | Kind::Percent => match self.number(text) {
                Some(number) => self.parse(number.float().into(), cx),
                None => bad("not_a_number"),
            },
            Kind::Bool => parse_bool(text).map_or(bad("not_yes_or_no"), |flag| Cell::Value(Value::Bool(flag), false)),
            Kind::Date => match self.day(text, cx) {
                Some(day) => self.parse(serde_json::Value::String(day.to_string()), cx),
                None => bad("not_a_date"),
            },
            Kind::DateTime => self.moment(text, cx),
            Kind::Choice(_) => match self.choices.find(text) {
                Some(key) => Cell::Value(Value::Text(key.to_owned()), false),
                None if is_dash(text) => Cell::Empty,
                None => bad("unknown_choice"),
            },
            Kind::Link(_) => Cell::Names(vec![text.to_owned()]),
            Kind::Id => match domain::fields::parse_id(text) {
                Some(id) => Cell::Value(Value::Id(id), false),
                None => bad("not_an_id"),
            },
            Kind::Tags | Kind::Json | Kind::Links(_) | Kind::Choices(_) => bad("not_importable"),
        }
    }

    fn number(&self, text: &str) -> Option<Decimal> {
        let number = parse_number(text, self.style)?;
        match (number.percent, &self.field.kind) {
            // A percent sign says the unit of its cell, whatever that of the column is.
            (true, Kind::Percent) => Some(number),
            (true, _) => number.share().times(self.multiply),
            // So does a unit, where the column is in another.
            (false, Kind::Money) if number.unit => Some(number),
            (false, _) => number.times(self.multiply),
        }
    }

    /// The day; that of a moment with an offset is the one which the organisation has then.
    fn day(&self, text: &str, cx: &ParseCx) -> Option<NaiveDate> {
        Some(match parse_moment(text, self.order)? {
            Moment::Local(moment) => moment.date(),
            Moment::Offset(moment) => cx.zone.day(moment.to_utc()),
        })
    }

    fn moment(&self, text: &str, cx: &ParseCx) -> Cell {
        let moment = match parse_moment(text, self.order) {
            Some(Moment::Offset(moment)) => Some(moment.with_timezone(&Utc)),
            Some(Moment::Local(moment)) => Some(cx.zone.moment(moment)),
            None => None,
        };
        match moment {
            Some(moment) => Cell::Value(Value::Time(moment), false),
            None => Cell::Bad("not_a_time", String::new()),
        }
    }

    /// What a person said that a value stands for.
    fn said(&self, said: &str, cx: &ParseCx) -> Cell {
        match self.parse(serde_json::Value::String(said.to_owned()), cx) {
            Cell::Value(Value::Id(id), _) if self.gone.contains(&id) => {
                Cell::Bad("link_not_found", self.link().unwrap_or_default().to_owned())
            }
            Cell::Value(value, _) => Cell::Value(value, true),
            other => other,
        }
    }

    fn parse(&self, json: serde_json::Value, cx: &ParseCx) -> Cell {
        match self.field.parse(&json, cx) {
            Ok(Value::Null) => Cell::Empty,
            Ok(value) => Cell::Value(value, false),
            Err(FieldError { code, detail, .. }) => Cell::Bad(code, detail),
        }
    }
}
