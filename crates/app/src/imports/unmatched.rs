//! Values that match nothing exactly, with a proposal for each, for a person to confirm once.

use std::collections::{BTreeMap, HashSet};

use contract::imports::{Import, ImportPatch, UnmatchedValue};
use domain::fields::{Choice, Kind, parse_id};
use domain::record::{Place, Projection, Record, Shape};
use persistence::records::{List, Owners};
use uuid::Uuid;

use super::convert::{Cell, Column, columns, parts};
use super::links::{Found, Links, everything, fold, linkable, scope, title};
use super::setup::Setup;
use super::vocabulary;
use crate::tabular::suggest::{Matcher, normalise};
use crate::{Ctx, Result};

/// Candidates of a linked object that are compared.
const CANDIDATES: i64 = 50_000;
/// Unmatched values shown of one field: those with a proposal before the others.
const SHOWN: usize = 200;

/// What a value may be: what is stored for it, and what a person reads.
type Candidate = (String, String);

/// Finds the unmatched values of every mapped field, and the fields with names of which not all can be compared.
pub(super) fn find(ctx: &mut Ctx<'_>, setup: &mut Setup, shape: &Shape) -> Result<()> {
    let (mut unmatched, mut not_compared) = (BTreeMap::new(), Vec::new());
    let mut links = Links::default();
    for column in columns(setup, shape) {
        let name = column.name.clone();
        let (open, all) = match column.link() {
            Some(object) => match names(ctx, &mut links, setup, shape, &column, object)? {
                Some(compared) => compared,
                None => continue,
            },
            None => {
                let Some(values) = values(setup, &column) else { continue };
                let open = match &column.field.kind {
                    Kind::Choice(choices) => {
                        let texts = |choice: &Choice| {
                            [&choice.key, &choice.label.zh, &choice.label.en]
                                .map(|text| (choice.key.to_string(), text.to_string()))
                        };
                        let candidates: Vec<Candidate> = choices
                            .iter()
                            .flat_map(texts)
                            .filter(|(_, text)| column.choices.is_distinct(text))
                            .collect();
                        let cx = ctx.parse();
                        let bad = |value: &str| matches!(column.convert(value, &cx), Cell::Bad(..));
                        propose(values.iter().filter(|(value, _)| bad(value)), &candidates)
                    }
                    Kind::Text { .. } => misspelt(&column, values),
                    _ => continue,
                };
                (open, true)
            }
        };
        if !all {
            not_compared.push(name.clone());
        }
        if !open.is_empty() {
            unmatched.insert(name, open);
        }
    }
    (setup.unmatched, setup.not_compared) = (unmatched, not_compared);
    Ok(())
}

/// The different values of a column; none where there are too many.
fn values<'a>(setup: &'a Setup, column: &Column) -> Option<&'a Vec<(String, i64)>> {
    setup.distinct.get(column.index)?.as_ref()
}

/// The names in a column that lead to no record, and whether all were compared with all records; nothing where they are
/// looked for row by row.
fn names(
    ctx: &mut Ctx<'_>,
    links: &mut Links,
    setup: &Setup,
    shape: &Shape,
    column: &Column,
    object: &str,
) -> Result<Option<(Vec<UnmatchedValue>, bool)>> {
    let within = match among(ctx, setup, shape, object)? {
        Among::Rows => return Ok(None),
        Among::One(id) => Some(id),
        Among::All => None,
    };
    let Some(values) = values(setup, column) else { return Ok(Some((Vec::new(), false))) };
    let (open, all) = if object == shape.def.key {
        // Records of the file itself may be meant.
        let Some(names) = own_names(setup, shape) else { return Ok(Some((Vec::new(), false))) };
        let strange: Vec<(String, i64)> =
            values.iter().filter(|(value, _)| !names.contains(&fold(value))).cloned().collect();
        linked(ctx, links, object, within, &strange)?
    } else if column.field.kind == Kind::Tags {
        linked(ctx, links, object, within, &split(values))?
    } else {
        linked(ctx, links, object, within, values)?
    };
    Ok(Some((open, all && setup.whole)))
}

/// The names in cells of several, the most frequent first.
fn split(cells: &[(String, i64)]) -> Vec<(String, i64)> {
    let mut names: BTreeMap<&str, i64> = BTreeMap::new();
    for (cell, count) in cells {
        for name in parts(cell) {
            *names.entry(name).or_default() += count;
        }
    }
    let mut names: Vec<(String, i64)> = names.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    names
}

/// The names of the file's own records; none if they are too many to be kept.
fn own_names(setup: &Setup, shape: &Shape) -> Option<HashSet<String>> {
    let name = columns(setup, shape).into_iter().find(|column| column.name == shape.def.title)?;
    let values = setup.distinct.get(name.index)?.as_ref()?;
    Some(values.iter().map(|(value, _)| fold(value)).collect())
}

/// Among which records of an object the names in a column are looked for.
enum Among {
    /// All.
    All,
    /// Those that belong to this record.
    One(Uuid),
    /// In each row among others, so that nothing can be said of a name for all rows.
    Rows,
}

fn among(ctx: &mut Ctx<'_>, setup: &Setup, shape: &Shape, object: &str) -> Result<Among> {
    let Some(link) = scope(object) else { return Ok(Among::All) };
    if setup.options.mapping.values().any(|field| field == link) {
        return Ok(Among::Rows);
    }
    let given = setup.options.defaults.get(link).filter(|json| !json.is_null() && shape.find(link).is_some());
    Ok(match (link, given) {
        // The stages of the pipeline in which all rows are.
        ("pipeline_id", given) => match given.and_then(|json| json.as_str()).and_then(parse_id) {
            Some(pipeline) => Among::One(pipeline),
            None => persistence::pipeline::stages(ctx.conn)?.1.map_or(Among::All, Among::One),
        },
        (_, Some(_)) => Among::Rows,
        (_, None) => Among::All,
    })
}

fn linked(
    ctx: &mut Ctx<'_>,
    links: &mut Links,
    object: &str,
    within: Option<Uuid>,
    values: &[(String, i64)],
) -> Result<(Vec<UnmatchedValue>, bool)> {
    let names = values.iter().map(|(value, _)| (within, value.clone())).collect();
    links.look_up(ctx, object, &names)?;
    let known = &*links;
    let found = |wanted: Found| values.iter().filter(move |(value, _)| known.find(object, within, value) == wanted);
    // Nobody but a person knows which of several is meant.
    let several = found(Found::Several).map(|(value, count)| UnmatchedValue {
        value: value.clone(),
        count: *count,
        suggestion: None,
        label: None,
        score: None,
        several: true,
    });
    let mut unmatched: Vec<UnmatchedValue> = several.take(SHOWN).collect();
    let open: Vec<&(String, i64)> = found(Found::None).collect();
    if open.is_empty() {
        return Ok((unmatched, true));
    }
    let shape = ctx.shape(object)?;
    let visible = linkable(ctx, &shape);
    let owners: Owners<'_> = visible.owners();
    let mut only = Projection::default();
    let wanted = scope(object).and_then(|link| shape.position(link)).into_iter().chain(shape.position(shape.def.title));
    wanted.chain([0]).for_each(|at| only.add(at));
    let list = List { limit: CANDIDATES, only: Some(&only), ..everything(&shape, owners) };
    let rows = persistence::records::list(ctx.conn, &list)?;
    let all = (rows.len() as i64) < CANDIDATES;
    let belongs = |record: &Record| {
        within.is_none() || scope(object).is_none_or(|link| record.get(&shape, link).as_id() == within)
    };
    let candidates: Vec<Candidate> = rows
        .iter()
        .filter(|row| belongs(&row.record))
        .map(|row| (row.record.id().to_string(), title(&shape, &row.record)))
        .collect();
    unmatched.extend(propose(open.into_iter(), &candidates));
    Ok((unmatched, all))
}

/// Texts of a field with a usual vocabulary that are not in it but like a word of it, or like a
/// far more frequent value of the same column.
fn misspelt(column: &Column, values: &[(String, i64)]) -> Vec<UnmatchedValue> {
    let words = vocabulary::words(&column.name);
    if column.place == Place::Custom || words.is_empty() {
        return Vec::new();
    }
    let known = |value: &str| words.iter().any(|word| normalise(word) == normalise(value));
    let mut candidates: Vec<Candidate> = words.iter().map(|word| ((*word).to_owned(), (*word).to_owned())).collect();
    let frequent = values.iter().filter(|(value, count)| *count >= 5 && !known(value));
    let frequent: Vec<&String> = frequent.map(|(value, _)| value).collect();
    let likely = propose(values.iter().filter(|(value, _)| !known(value)), &candidates);
    // A frequent value that no word of the vocabulary is like is a word of this company.
    for value in
        frequent.into_iter().filter(|value| !likely.iter().any(|u| &u.value == *value && u.suggestion.is_some()))
    {
        candidates.push((value.clone(), value.clone()));
    }
    let open = values.iter().filter(|(value, _)| !known(value) && !candidates.iter().any(|(word, _)| word == value));
    propose(open, &candidates).into_iter().filter(|unmatched| unmatched.suggestion.is_some()).collect()
}

fn propose<'a>(values: impl Iterator<Item = &'a (String, i64)>, candidates: &[Candidate]) -> Vec<UnmatchedValue> {
    let matcher = Matcher::new(candidates.iter().map(|(_, label)| label.as_str()));
    let proposal = |(value, count): &(String, i64)| {
        let found = matcher.suggest(value).and_then(|found| Some((candidates.get(found.index)?, found.score)));
        UnmatchedValue {
            value: value.clone(),
            count: *count,
            suggestion: found.map(|((stored, _), _)| stored.clone()),
            label: found.map(|((_, label), _)| label.clone()),
            score: found.map(|(_, score)| (score * 100.0).round() / 100.0),
            several: false,
        }
    };
    let mut all: Vec<UnmatchedValue> = values.map(proposal).collect();
    if all.len() > SHOWN {
        all.sort_by_key(|value| value.suggestion.is_none());
        all.truncate(SHOWN);
    }
    all
}

/// Confirms every proposal that is at least this likely; returns what was confirmed.
pub fn accept_suggestions(import: &Import, least: f64) -> ImportPatch {
    let sure = |unmatched: &UnmatchedValue| {
        let likely = unmatched.score.is_some_and(|score| score >= least);
        likely.then(|| (unmatched.value.clone(), unmatched.suggestion.clone()))
    };
    let links: BTreeMap<String, BTreeMap<String, Option<String>>> = import
        .unmatched
        .iter()
        .map(|(field, values)| (field.clone(), values.iter().filter_map(sure).collect()))
        .collect();
    ImportPatch { value_links: Some(links), ..ImportPatch::default() }
}
