//! Looking at an uploaded file: layout, columns, which fields they seem to be.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek};
use std::ops::ControlFlow;

use contract::imports::{ImportColumn, ImportOptions};
use domain::fields::{FieldDef, Kind, parse_id};
use domain::record::Shape;

use super::links::fold;
use super::setup::{Progress, Setup};
use crate::tabular::TabularError;
use crate::tabular::clean::is_dash;
use crate::tabular::layout::Layout;
use crate::tabular::mapping::{self, Target};
use crate::tabular::number::{NumberStyle, half_width, parse_number};
use crate::tabular::profile::{Profile, Shape as Looks};
use crate::tabular::suggest::normalise;
use crate::tabular::workbook;

/// Rows that are looked at; a longer file is counted while it runs.
const ANALYSED: i64 = 200_000;
/// Different values of a column that are kept.
const MAX_DISTINCT: usize = 500;
/// The same of a column with names of records.
const MAX_NAMES: usize = 5_000;
/// Filled cells of a column of which it is known whether they come again, or are shares of one.
const COMPARED: u64 = 20_000;
/// Longest value that is kept, in bytes; longer ones are left out.
const MAX_VALUE: usize = 120;

/// Fields that a file may give besides the importable ones: the original author and date.
pub(super) const ORIGIN_FIELDS: [&str; 2] = ["created_at", "created_by"];

/// Looks at a file for an object.
pub(super) fn analyse(
    input: &mut (impl Read + Seek),
    name: &str,
    sheet: Option<&str>,
    shape: &Shape,
) -> Result<(Setup, Progress), TabularError> {
    let layout = Layout::find(input, name, sheet)?;
    let sheets = if layout.format == "xlsx" {
        input.seek(std::io::SeekFrom::Start(0))?;
        workbook::sheets(&mut *input)?
    } else {
        Vec::new()
    };
    let columns = layout.headers.len();
    let mut profiles = vec![Profile::default(); columns];
    let mut distinct: Vec<Option<HashMap<String, i64>>> = vec![Some(HashMap::new()); columns];
    let mut rows = 0;
    layout.each_row(input, &mut |row| {
        rows += 1;
        for (column, (profile, distinct)) in profiles.iter_mut().zip(&mut distinct).enumerate() {
            let cell = row.cell(column).trim();
            profile.see(cell);
            count(distinct, cell);
        }
        if rows < ANALYSED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if rows == 0 {
        return Err(TabularError::NoRows);
    }
    let guesses = mapping::guess(&layout.headers, &profiles, shape.def.key, &targets(shape));
    let mut columns = describe(&layout, &profiles, guesses);
    find_ids(&mut columns);
    let mapping: BTreeMap<String, String> =
        columns.iter().filter_map(|column| Some((column.header.clone(), column.guess.clone()?))).collect();
    for (column, distinct) in columns.iter().zip(&mut distinct) {
        let is_name = column.guess.as_deref().is_some_and(|field| is_name(shape, field));
        *distinct = distinct.take().filter(|values| is_name || values.len() <= MAX_DISTINCT);
    }
    let options = ImportOptions {
        match_fields: match_fields(input, &layout, shape, &columns, rows)?,
        multiply: factors(input, &layout, shape, &columns)?,
        mapping,
        ..ImportOptions::default()
    };
    let mut progress = Progress::default();
    progress.counts.rows_total = (rows < ANALYSED).then_some(rows);
    let setup = Setup {
        file_name: name.to_owned(),
        sheets,
        layout,
        columns,
        distinct: distinct.into_iter().map(|values| values.map(sorted)).collect(),
        options,
        whole: rows < ANALYSED,
        unmatched: BTreeMap::new(),
        not_compared: Vec::new(),
        dry_run: false,
        made_by_key: None,
        api_key_id: None,
        undone_by: None,
    };
    Ok((setup, progress))
}

fn count(values: &mut Option<HashMap<String, i64>>, cell: &str) {
    let Some(map) = values else { return };
    if cell.is_empty() || cell.len() > MAX_VALUE || is_dash(cell) {
        return;
    }
    if let Some(count) = map.get_mut(cell) {
        *count += 1;
    } else if map.len() < MAX_NAMES {
        map.insert(cell.to_owned(), 1);
    } else {
        *values = None;
    }
}

/// Whether a field holds names of records: of others, or of these themselves.
fn is_name(shape: &Shape, field: &str) -> bool {
    let links = |kind: &Kind| matches!(kind, Kind::Link(_) | Kind::Links(_) | Kind::Tags);
    field == shape.def.title || shape.find(field).is_some_and(|(_, field)| links(&field.kind))
}

fn sorted(values: HashMap<String, i64>) -> Vec<(String, i64)> {
    let mut list: Vec<(String, i64)> = values.into_iter().collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    list
}

fn describe(layout: &Layout, profiles: &[Profile], guesses: Vec<Option<mapping::Guess>>) -> Vec<ImportColumn> {
    let describe = |((header, profile), guess): ((&String, &Profile), Option<mapping::Guess>)| {
        let looks = profile.shape();
        let dates = matches!(looks, Looks::Date | Looks::Time);
        let (order, ambiguous) = profile.date_order();
        let style = match profile.number_style() {
            NumberStyle::Point => "point",
            NumberStyle::Comma => "comma",
        };
        ImportColumn {
            header: header.clone(),
            shape: looks.key().to_owned(),
            filled: i64::try_from(profile.filled).unwrap_or(i64::MAX),
            samples: profile.samples.clone(),
            confidence: guess.as_ref().map_or(0.0, |guess| (guess.confidence * 100.0).round() / 100.0),
            guess: guess.map(|guess| guess.field),
            date_format: dates.then(|| order.key().to_owned()),
            date_ambiguous: dates && ambiguous,
            number_format: matches!(looks, Looks::Int | Looks::Number).then(|| style.to_owned()),
        }
    };
    layout.headers.iter().zip(profiles).zip(guesses).map(describe).collect()
}

/// The fields that a file may give, for the guesses.
fn targets(shape: &Shape) -> Vec<Target> {
    let own = shape.columns().filter(|field| field.importable || ORIGIN_FIELDS.contains(&field.key.as_ref()));
    let own = own.map(|field| target(field, field.key.to_string()));
    own.chain(shape.custom.iter().map(|field| target(field, format!("custom.{}", field.key)))).collect()
}

fn target(field: &FieldDef, key: String) -> Target {
    use Looks::{Bool, Date, Email, Int, Number, Phone, Text, Time, Url};
    let (shapes, by_shape): (&'static [Looks], bool) = match &field.kind {
        Kind::Email => (&[Email], true),
        Kind::Phone => (&[Phone, Int, Text], false),
        Kind::Url => (&[Url, Text], false),
        Kind::Int { .. } => (&[Int, Number, Bool, Text], false),
        Kind::Money | Kind::Number | Kind::Percent => (&[Int, Number, Bool, Text], false),
        Kind::Bool => (&[Bool, Int, Text], false),
        Kind::Date | Kind::DateTime => (&[Date, Time, Int, Text], false),
        Kind::Choice(_) => (&[Text, Bool, Int], false),
        Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Link(_)
        | Kind::Tags
        | Kind::Json
        | Kind::Id
        | Kind::Links(_)
        | Kind::Choices(_) => (&[], false),
    };
    Target { key, names: vec![field.label.zh.to_string(), field.label.en.to_string()], shapes, by_shape }
}

/// Our own exports carry the ids of their records, by which they are found again.
fn find_ids(columns: &mut [ImportColumn]) {
    let is_id = |column: &&mut ImportColumn| {
        let named = ["id", "编号"].contains(&normalise(&column.header).as_str());
        named && !column.samples.is_empty() && column.samples.iter().all(|sample| parse_id(sample).is_some())
    };
    if let Some(column) = columns.iter_mut().find(is_id) {
        column.guess = Some("id".to_owned());
        column.confidence = 1.0;
    }
}

/// How often the values of a column come again.
#[derive(Default)]
struct Values {
    seen: HashSet<u64>,
    looked: u64,
}

impl Values {
    fn see(&mut self, cell: &str) {
        if cell.is_empty() {
            return;
        }
        self.looked += 1;
        let mut hasher = DefaultHasher::new();
        domain::text::normalise_phone(cell).unwrap_or_else(|| fold(cell)).hash(&mut hasher);
        self.seen.insert(hasher.finish());
    }

    /// Whether nearly all differ: 98 of 100.
    fn differ(&self) -> bool {
        self.seen.len() as u64 * 100 >= self.looked * 98
    }
}

/// Fields by which a row's record is usually found: an own number if nearly every row has one, else the name. A name or
/// number that comes twice means the same record; a phone, an address or a code may be that of several.
fn match_fields(
    input: &mut (impl Read + Seek),
    layout: &Layout,
    shape: &Shape,
    columns: &[ImportColumn],
    rows: i64,
) -> Result<Vec<String>, TabularError> {
    let usual: &[&str] = match shape.def.key {
        "customers" => &["credit_code", "name"],
        "products" => &["code", "name"],
        "opportunities" | "orders" => &["number"],
        "users" => &["email", "name"],
        "contacts" => &["phone", "email"],
        "teams" | "pipelines" | "tags" => &["name"],
        _ => &[],
    };
    for field in usual {
        let is_filled =
            |column: &ImportColumn| column.guess.as_deref() == Some(*field) && column.filled * 10 >= rows * 9;
        let Some(column) = columns.iter().position(is_filled) else { continue };
        if matches!(*field, "name" | "number") || differ(input, layout, column)? {
            return Ok(vec![(*field).to_owned()]);
        }
    }
    Ok(Vec::new())
}

/// Factors for the numbers of columns: of amounts in the unit that the header names, of shares of one.
fn factors(
    input: &mut (impl Read + Seek),
    layout: &Layout,
    shape: &Shape,
    columns: &[ImportColumn],
) -> Result<BTreeMap<String, i64>, TabularError> {
    let mut found = shares(input, layout, shape, columns)?;
    for column in columns {
        let money =
            column.guess.as_deref().and_then(|guess| shape.find(guess)).is_some_and(|f| f.1.kind == Kind::Money);
        if let Some(factor) = unit(&column.header).filter(|_| money) {
            found.insert(column.header.clone(), factor);
        }
    }
    Ok(found)
}

/// The unit of a column of amounts, where its header names one: in brackets, or with the word for the currency at the end.
fn unit(header: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 7] = [
        ("亿", 100_000_000),
        ("百万", 1_000_000),
        ("万", 10_000),
        ("千", 1_000),
        ("millions", 1_000_000),
        ("million", 1_000_000),
        ("thousand", 1_000),
    ];
    let header = half_width(header).to_lowercase();
    let inside = header.rsplit_once(['(', '[', '【']).map(|(_, rest)| rest.trim_end_matches([')', ']', '】', ' ']));
    let bare = |text: &str| {
        let text = text.trim_start_matches("单位").trim_start_matches([':', ' ']).trim_start_matches("人民币");
        let text = text.split('/').next().unwrap_or_default();
        text.trim_start_matches("rmb").trim_start_matches("cny").trim().trim_end_matches(['元', '圆']).to_owned()
    };
    match inside.map(bare) {
        Some(inside) => UNITS.iter().find(|(name, _)| inside == *name),
        None => {
            let head = header.trim_end().strip_suffix('元')?;
            UNITS.iter().find(|(name, _)| head.ends_with(name))
        }
    }
    .map(|(_, factor)| *factor)
}

/// Columns of percentages that are written as shares of one, `0.35` for 35 %: every number lies between 0 and 1, and not
/// all of them are one of these.
fn shares(
    input: &mut (impl Read + Seek),
    layout: &Layout,
    shape: &Shape,
    columns: &[ImportColumn],
) -> Result<BTreeMap<String, i64>, TabularError> {
    let mut found = BTreeMap::new();
    for (at, column) in columns.iter().enumerate() {
        let field = column.guess.as_deref().and_then(|guess| shape.find(guess));
        if column.shape != Looks::Number.key() || !field.is_some_and(|(_, field)| field.kind == Kind::Percent) {
            continue;
        }
        let style =
            if column.number_format.as_deref() == Some("comma") { NumberStyle::Comma } else { NumberStyle::Point };
        let (mut within, mut parts) = (true, false);
        let mut looked = 0;
        layout.each_row(input, &mut |row| {
            let cell = row.cell(at).trim();
            if !cell.is_empty() {
                looked += 1;
                let number = parse_number(cell, style).filter(|number| !number.percent).map(|number| number.float());
                within = number.is_some_and(|number| (0.0..=1.0).contains(&number));
                parts |= number.is_some_and(|number| number.fract() != 0.0);
            }
            if within && looked < COMPARED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if within && parts {
            found.insert(column.header.clone(), 100);
        }
    }
    Ok(found)
}

/// Whether nearly all values of a column differ. The file is read again for the few columns for which that matters, and
/// not far, so that nothing is kept of the others.
fn differ(input: &mut (impl Read + Seek), layout: &Layout, column: usize) -> Result<bool, TabularError> {
    let mut values = Values::default();
    layout.each_row(input, &mut |row| {
        values.see(row.cell(column).trim());
        if values.looked < COMPARED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(values.differ())
}
