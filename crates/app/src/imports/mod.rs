//! Imports: a file is looked at, a person confirms what its columns mean, and a job brings the
//! rows in: good ones land, bad ones are listed, and the whole can be taken back.

mod analyse;
mod beside;
mod choices;
mod convert;
mod kept;
mod linked;
mod links;
mod matching;
mod naming;
mod report;
mod rows;
pub(crate) mod run;
mod settle;
mod setup;
pub(crate) mod undo;
mod unmatched;
mod vocabulary;
mod write;

#[cfg(test)]
mod tests;

use std::io::{Seek, SeekFrom};

use contract::imports::{
    ChangedSince, Import, ImportList, ImportOptions, ImportPatch, ImportState, NewImport, UndoImport, UndoResult,
    issue_message,
};
use contract::problem::Lang;
use domain::fields::FieldError;
use domain::policy::{Action, Masks, Scope};
use domain::record::{Changes, Shape};
use persistence::db::{DbPool, write_tx};
use persistence::imports::ImportRow;
use persistence::jobs;
use uuid::Uuid;

use crate::ctx::permission_name;
use crate::files::FileReader;
use crate::jobs::{makers, whose};
use crate::paging::newest_first;
use crate::tabular::{TabularError, workbook};
use crate::{Ctx, Error, Result};
use setup::{Progress, Setup, read, show, to_json};

pub use report::{issues, issues_csv};
pub use unmatched::accept_suggestions;

/// Kind of the jobs that run imports.
pub(crate) const RUN: &str = "import";
/// Kind of the jobs that take imports back.
pub(crate) const UNDO: &str = "import_undo";

/// Who runs a stored import or takes it back: the user, and the API key that limits him.
pub(crate) fn runner(row: &ImportRow, kind: &str) -> Result<(Option<Uuid>, Option<Uuid>)> {
    let setup: Setup = read(&row.setup)?;
    let user = if kind == UNDO { setup.undone_by.or(row.created_by) } else { row.created_by };
    Ok((user, setup.api_key_id))
}

/// The default values of a new record of an object.
fn defaults(shape: &Shape, ctx: &Ctx<'_>) -> Result<Changes> {
    rows::defaults(ctx, shape, None)
}

/// Looks at an uploaded file and stores what it seems to be as a draft.
pub fn create(ctx: &mut Ctx<'_>, pool: &DbPool, new: &NewImport) -> Result<Import> {
    let draft = draft(ctx, pool, new)?;
    let Ctx { actor, now, request_id, schema, .. } = *ctx;
    write_tx::<_, Error>(ctx.conn, |conn| keep(&mut Ctx { conn, actor, now, request_id, schema }, &draft))
}

/// An import that is not stored yet.
#[derive(Debug)]
pub struct Draft(ImportRow);

/// What an uploaded file seems to be. `ctx` is not in a transaction: a long look at a file must not hold one.
pub fn draft(ctx: &mut Ctx<'_>, pool: &DbPool, new: &NewImport) -> Result<Draft> {
    let unknown = || Error::field("object", "choice", domain::objects::ALL.map(|object| object.key).join(", "));
    let shape = ctx.schema.shape(&new.object).cloned().ok_or_else(unknown)?;
    ctx.require(shape.def.permission, Action::Import)?;
    let file = crate::files::get(ctx, new.file_id).map_err(|error| match error {
        Error::NotFound => Error::field("file_id", "link_missing", ""),
        other => other,
    })?;
    let mut input = FileReader::open(pool, new.file_id)?;
    let looked = look(&mut input, &file.name, new.sheet.as_deref(), &shape);
    let (mut setup, progress) = looked.map_err(|error| match error {
        TabularError::Io(error) => Error::Unavailable(error.to_string()),
        TabularError::UnknownSheet => Error::field("sheet", "unknown_sheet", ""),
        other => Error::field("file_id", other.code(), ""),
    })?;
    setup.options.match_fields.retain(|field| rows::is_seen(&shape, field, ctx.actor.permissions.masks));
    unmatched::find(ctx, &mut setup, &shape)?;
    setup.made_by_key = ctx.actor.api_key_id;
    Ok(Draft(ImportRow {
        id: Uuid::now_v7(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        created_by: Some(ctx.actor.user_id),
        object: new.object.clone(),
        file_id: new.file_id,
        state: ImportState::Draft.key().to_owned(),
        setup: to_json(&setup)?,
        progress: to_json(&progress)?,
        started_at: None,
        finished_at: None,
        error: None,
    }))
}

/// Stores a draft.
pub fn keep(ctx: &mut Ctx<'_>, Draft(row): &Draft) -> Result<Import> {
    persistence::imports::insert(ctx.conn, row)?;
    crate::files::keep_for_a_while(ctx.conn, row.file_id, ctx.now)?;
    show(row)
}

/// What the file seems to be. Of a workbook that begins with an empty sheet, such as a cover, the first one that holds rows
/// is looked at, unless one is named.
fn look(
    input: &mut FileReader,
    name: &str,
    sheet: Option<&str>,
    shape: &Shape,
) -> std::result::Result<(Setup, Progress), TabularError> {
    let looked = analyse::analyse(input, name, sheet, shape);
    if sheet.is_some() || !matches!(looked, Err(TabularError::NoRows)) {
        return looked;
    }
    input.seek(SeekFrom::Start(0))?;
    // A file of text has none.
    let sheets = workbook::sheets(&mut *input).unwrap_or_default();
    for other in sheets.iter().skip(1) {
        match analyse::analyse(input, name, Some(other), shape) {
            Err(TabularError::NoRows) => {}
            found => return found,
        }
    }
    looked
}

/// An import that the caller may see: his own, or, where no phones and mail addresses are masked for him, one in his list and
/// any of an object that he may import without limit. To change one takes the latter, unless it is his own. An API key sees
/// those only for which it gave the file.
fn visible(ctx: &mut Ctx<'_>, id: Uuid, lock: bool) -> Result<ImportRow> {
    let found =
        if lock { persistence::imports::lock(ctx.conn, id)? } else { persistence::imports::find(ctx.conn, id)? };
    let row = found.ok_or(Error::NotFound)?;
    let own = row.created_by == Some(ctx.actor.user_id);
    if let Some(key) = ctx.actor.api_key_id {
        let made = own && read::<Setup>(&row.setup)?.key() == Some(key);
        return if made { Ok(row) } else { Err(Error::NotFound) };
    }
    // Samples and bad cells stand in it as they are in the file.
    let clear = ctx.actor.permissions.masks == Masks::default();
    let all = clear && ctx.actor.permissions.scope(permission(&row.object), Action::Import) == Scope::All;
    let listed = clear && ctx.actor.visible("imports", Action::Read).is_some_and(|seen| seen.contains(row.created_by));
    match own || all {
        true => Ok(row),
        false if listed && !lock => Ok(row),
        false if listed => {
            Err(Error::Forbidden { permission: permission_name(permission(&row.object), Action::Import) })
        }
        false => Err(Error::NotFound),
    }
}

fn permission(object: &str) -> &str {
    domain::objects::find(object).map_or(object, |def| def.permission)
}

/// One import.
pub fn get(ctx: &mut Ctx<'_>, id: Uuid, lang: Lang) -> Result<Import> {
    let row = visible(ctx, id, false)?;
    let mut import = show(&row)?;
    for kept in import.undo.iter_mut().flat_map(|undo| &mut undo.kept_records) {
        let shape = ctx.shape(&kept.object)?;
        let Some(seen) = ctx.actor.visible(shape.def.permission, Action::Read) else { continue };
        let title = persistence::records::titles(ctx.conn, &shape, &[kept.record_id], seen.owners())?;
        kept.title = title.into_iter().next().map(|(_, title)| title);
    }
    for issue in &mut import.issues {
        issue.message = issue_message(lang, &issue.code, issue.detail.as_deref().unwrap_or_default());
    }
    Ok(import)
}

/// The caller's imports and those of the people whose imports they may see, newest first; by an API key its own.
pub fn list(ctx: &mut Ctx<'_>, cursor: Option<&str>, limit: i64) -> Result<ImportList> {
    let (people, key) = (whose(ctx, "imports"), ctx.actor.api_key_id);
    let load = |before, limit| persistence::imports::list(ctx.conn, people.as_deref(), key, before, limit);
    let (rows, next_cursor) = newest_first(cursor, limit, load, |row| row.id)?;
    let names = makers(ctx, rows.iter().filter_map(|row| row.created_by))?;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut import = show(row)?;
        // What only the page of one import needs would make the list long.
        import.created_by_name = row.created_by.and_then(|id| names.get(&id).cloned());
        import.columns.clear();
        import.unmatched.clear();
        import.not_compared.clear();
        import.issues.clear();
        items.push(import);
    }
    Ok(ImportList { items, next_cursor })
}

/// Whether mapping and options may still change: before the run, and after a dry one.
fn is_open(row: &ImportRow, setup: &Setup) -> bool {
    let ended = matches!(row.state.as_str(), "done" | "failed" | "cancelled");
    row.state == ImportState::Draft.key() || (ended && setup.dry_run)
}

/// What comparing the names in a file with the records that there are came to, for one version of an import.
pub struct Compared {
    version: i64,
    setup: Setup,
}

/// Compares for a change of mapping and options, outside of the transaction that makes it: it may take as long as many
/// writes of others. Nothing where the change will not be made.
pub fn compare(ctx: &mut Ctx<'_>, id: Uuid, patch: &ImportPatch) -> Result<Option<Compared>> {
    let row = visible(ctx, id, false)?;
    let mut setup: Setup = read(&row.setup)?;
    let shape = ctx.shape(&row.object)?;
    let mut errors = Vec::new();
    apply(&mut setup, &shape, patch, &mut errors);
    if !errors.is_empty() || !is_open(&row, &setup) {
        return Ok(None);
    }
    unmatched::find(ctx, &mut setup, &shape)?;
    Ok(Some(Compared { version: row.version, setup }))
}

/// Changes mapping and options as they are at a version, with what was [`compare`]d.
pub fn update(
    ctx: &mut Ctx<'_>,
    id: Uuid,
    version: Option<i64>,
    changes: &ImportPatch,
    compared: Option<&Compared>,
) -> Result<Import> {
    let current = visible(ctx, id, true)?.version;
    match version {
        None => Err(Error::VersionRequired),
        Some(version) if version != current => Err(Error::Stale { current }),
        Some(_) => change(ctx, id, changes, compared),
    }
}

/// Changes mapping and options, whatever others have made of them.
pub fn patch(ctx: &mut Ctx<'_>, id: Uuid, patch: &ImportPatch) -> Result<Import> {
    change(ctx, id, patch, None)
}

fn change(ctx: &mut Ctx<'_>, id: Uuid, patch: &ImportPatch, compared: Option<&Compared>) -> Result<Import> {
    let mut row = visible(ctx, id, true)?;
    let mut setup: Setup = read(&row.setup)?;
    if !is_open(&row, &setup) {
        return Err(Error::conflict("import_not_open", row.state));
    }
    let shape = ctx.shape(&row.object)?;
    let mut errors = Vec::new();
    apply(&mut setup, &shape, patch, &mut errors);
    errors.extend(linked::check(ctx, &shape, patch)?);
    let masks = ctx.actor.permissions.masks;
    let masked = setup.options.match_fields.iter().filter(|field| !rows::is_seen(&shape, field, masks));
    errors.extend(masked.map(|field| FieldError::new("match_fields", "masked", field.as_str())));
    if patch.into_pool == Some(true) {
        if !domain::pool::is_pooled(&row.object) {
            errors.push(FieldError::new("into_pool", "no_pool", row.object.clone()));
        }
        ctx.require("pool", Action::Update)?;
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    rows::defaults(ctx, &shape, Some(&setup))?;
    match compared.filter(|compared| compared.version == row.version) {
        Some(Compared { setup: found, .. }) => {
            setup.unmatched = found.unmatched.clone();
            setup.not_compared = found.not_compared.clone();
        }
        None => unmatched::find(ctx, &mut setup, &shape)?,
    }
    row.version += 1;
    row.state = ImportState::Draft.key().to_owned();
    row.updated_at = ctx.now;
    row.setup = to_json(&setup)?;
    persistence::imports::update(ctx.conn, &row)?;
    show(&row)
}

fn apply(setup: &mut Setup, shape: &Shape, patch: &ImportPatch, errors: &mut Vec<FieldError>) {
    let mut wrong = |field: String, code: &'static str, detail: &str| errors.push(FieldError::new(field, code, detail));
    let Setup { layout, options, .. } = setup;
    apply_columns(options, &layout.headers, shape, patch, &mut wrong);
    apply_links(options, shape, patch, &mut wrong);
    let formats = [
        (&mut options.date_format, &patch.date_format, &["ymd", "dmy", "mdy"][..], "date_format"),
        (&mut options.number_format, &patch.number_format, &["point", "comma"][..], "number_format"),
    ];
    for (slot, wanted, allowed, field) in formats {
        choose(slot, wanted.as_deref(), allowed, field, &mut wrong);
    }
    options.existing = patch.existing.unwrap_or(options.existing);
    options.bad_cells = patch.bad_cells.unwrap_or(options.bad_cells);
    options.default_owner_id = patch.default_owner_id.unwrap_or(options.default_owner_id);
    options.into_pool = patch.into_pool.unwrap_or(options.into_pool);
    if let Some(defaults) = &patch.defaults {
        for field in defaults.keys() {
            match shape.find(field) {
                None => wrong(format!("defaults.{field}"), "unknown_field", field),
                Some((_, def)) if !def.writable => wrong(format!("defaults.{field}"), "read_only", ""),
                Some(_) => {}
            }
        }
        options.defaults = defaults.clone();
    }
}

type Wrong<'a> = &'a mut dyn FnMut(String, &'static str, &str);

/// What the columns mean, by what records are recognised, and what amounts are multiplied with.
fn apply_columns(
    options: &mut ImportOptions,
    headers: &[String],
    shape: &Shape,
    patch: &ImportPatch,
    wrong: Wrong<'_>,
) {
    for (header, field) in patch.mapping.iter().flatten() {
        if !headers.contains(header) {
            wrong(format!("mapping.{header}"), "unknown_column", header);
            continue;
        }
        match field {
            None => {
                options.mapping.remove(header);
            }
            Some(field) if convert::is_mappable(shape, field) => {
                options.mapping.retain(|other, taken| other == header || taken != field);
                options.mapping.insert(header.clone(), field.clone());
            }
            Some(field) => wrong(format!("mapping.{header}"), "unknown_field", field),
        }
    }
    let is_mapped = |options: &ImportOptions, field: &str| options.mapping.values().any(|f| f == field);
    match &patch.match_fields {
        Some(fields) => {
            for field in fields.iter().filter(|field| !is_mapped(options, field)) {
                wrong("match_fields".to_owned(), "not_mapped", field);
            }
            options.match_fields = fields.clone();
        }
        None => {
            let fields = std::mem::take(&mut options.match_fields);
            options.match_fields = fields.into_iter().filter(|field| is_mapped(options, field)).collect();
        }
    }
    if !matching::is_matchable(shape, &options.match_fields) {
        wrong("match_fields".to_owned(), "not_matchable", &options.match_fields.join(", "));
    }
    for (header, factor) in patch.multiply.iter().flatten() {
        if !headers.contains(header) {
            wrong(format!("multiply.{header}"), "unknown_column", header);
        }
        let Some(factor) = factor.filter(|factor| *factor != 1) else {
            options.multiply.remove(header);
            continue;
        };
        if factor == 0 || factor.unsigned_abs() > 1_000_000_000_000 {
            wrong(format!("multiply.{header}"), "out_of_range", "1..1000000000000");
        }
        options.multiply.insert(header.clone(), factor);
    }
}

/// What becomes of names that match nothing, and which record a name means.
fn apply_links(options: &mut ImportOptions, shape: &Shape, patch: &ImportPatch, wrong: Wrong<'_>) {
    use domain::fields::Kind;
    for (field, make) in patch.create_missing.iter().flatten() {
        if !shape.find(field).is_some_and(|(_, f)| matches!(f.kind, Kind::Link(_) | Kind::Tags)) {
            wrong(format!("create_missing.{field}"), "unknown_field", field);
        }
        options.create_missing.insert(field.clone(), *make);
    }
    for (field, values) in patch.value_links.iter().flatten() {
        if !convert::is_mappable(shape, field) {
            wrong(format!("value_links.{field}"), "unknown_field", field);
        }
        options.value_links.entry(field.clone()).or_default().extend(values.clone());
    }
}

fn choose(slot: &mut Option<String>, wanted: Option<&str>, allowed: &[&str], field: &str, wrong: Wrong<'_>) {
    match wanted {
        None => {}
        Some("auto") => *slot = None,
        Some(value) if allowed.contains(&value) => *slot = Some(value.to_owned()),
        Some(_) => wrong(field.to_owned(), "choice", &format!("auto, {}", allowed.join(", "))),
    }
}

/// Starts a run or a dry run: with the settings of this version, or with those of now. Fails as stale when they have
/// changed since.
pub fn start(ctx: &mut Ctx<'_>, id: Uuid, version: Option<i64>, dry_run: bool) -> Result<Import> {
    let mut row = visible(ctx, id, true)?;
    if version.is_some_and(|version| version != row.version) {
        return Err(Error::Stale { current: row.version });
    }
    let mut setup: Setup = read(&row.setup)?;
    if !is_open(&row, &setup) {
        return Err(Error::conflict("import_not_open", row.state));
    }
    ctx.require(permission(&row.object), Action::Import)?;
    if setup.options.mapping.is_empty() {
        return Err(Error::field("mapping", "required", ""));
    }
    crate::files::keep_for_a_while(ctx.conn, row.file_id, ctx.now)?;
    let mut progress = Progress::default();
    progress.counts.rows_total = read::<Progress>(&row.progress)?.counts.rows_total;
    setup.dry_run = dry_run;
    setup.api_key_id = ctx.actor.api_key_id;
    row.state = ImportState::Queued.key().to_owned();
    row.setup = to_json(&setup)?;
    row.progress = to_json(&progress)?;
    row.updated_at = ctx.now;
    row.started_at = None;
    row.finished_at = None;
    row.error = None;
    persistence::imports::update(ctx.conn, &row)?;
    jobs::enqueue(ctx.conn, RUN, id, ctx.now)?;
    show(&row)
}

/// Stops an import: rows until then stay. A draft is put away.
pub fn cancel(ctx: &mut Ctx<'_>, id: Uuid) -> Result<Import> {
    visible(ctx, id, false)?;
    // Its job before the import itself, in the order of the steps of a run.
    jobs::call_off(ctx.conn, RUN, id, ctx.now)?;
    let mut row = visible(ctx, id, true)?;
    if !matches!(row.state.as_str(), "draft" | "queued" | "running") {
        return Err(Error::conflict("import_ended", row.state));
    }
    row.state = ImportState::Cancelled.key().to_owned();
    row.finished_at = Some(ctx.now);
    row.updated_at = ctx.now;
    persistence::imports::update(ctx.conn, &row)?;
    show(&row)
}

/// Starts to take an import back; once more for what an earlier undo kept, if that is wanted.
pub fn undo(ctx: &mut Ctx<'_>, id: Uuid, wanted: UndoImport) -> Result<Import> {
    let mut row = visible(ctx, id, true)?;
    let mut setup: Setup = read(&row.setup)?;
    let mut progress: Progress = read(&row.progress)?;
    let kept = progress.undo.as_ref().is_some_and(|undo| undo.kept > 0);
    let possible = match row.state.as_str() {
        "done" | "failed" | "cancelled" => true,
        "undone" => kept && wanted.changed_since == ChangedSince::Undo,
        _ => false,
    };
    if !possible || setup.dry_run || row.started_at.is_none() {
        return Err(Error::conflict("nothing_to_undo", row.state));
    }
    ctx.require(permission(&row.object), Action::Import)?;
    if row.state == ImportState::Undone.key() {
        progress.undo_before = None;
        progress.undo = progress.undo.map(|undo| UndoResult { kept: 0, kept_records: Vec::new(), ..undo });
    }
    progress.changed_since = wanted.changed_since;
    row.progress = to_json(&progress)?;
    setup.api_key_id = ctx.actor.api_key_id;
    setup.undone_by = Some(ctx.actor.user_id);
    row.setup = to_json(&setup)?;
    row.state = ImportState::Undoing.key().to_owned();
    row.updated_at = ctx.now;
    row.finished_at = None;
    persistence::imports::update(ctx.conn, &row)?;
    jobs::enqueue(ctx.conn, UNDO, id, ctx.now)?;
    show(&row)
}
