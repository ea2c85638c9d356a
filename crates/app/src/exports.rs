//! Exports: records as a file, made in the background, with the columns, filter, scope and masks
//! of the one who asked.

use std::borrow::Cow;
use std::cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, SubsecRound, Utc};
use contract::exports::{Export, ExportList, ExportState, FileFormat, NewExport};
use contract::files::StoredFile;
use contract::problem::Lang;
use domain::fields::{FieldDef, FieldError, Kind};
use domain::policy::{Action, Mask, Masks, mask_email, mask_phone};
use domain::record::{Place, Record, Shape, masked};
use domain::value::Value;
use persistence::db::write_tx;
use persistence::exports::ExportRow;
use persistence::jobs;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::files::{FileWriter, clean_name};
use crate::imports::run::{Stop, Worker};
use crate::jobs::{makers, whose};
use crate::paging::newest_first;
use crate::records::{Params, page};
use crate::tabular::write::{Cell, CsvWriter, XlsxWriter};
use crate::{Ctx, Error, Result, Visible};

/// Kind of the jobs that make exports.
pub(crate) const RUN: &str = "export";
/// Records read at a time.
const PAGE: i64 = 1_000;
/// Rows after which progress is stored.
const STEP: i64 = 20_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Setup {
    new: NewExport,
    fields: Vec<String>,
    lang: String,
    file_name: String,
    /// The API key under which it was asked for, whose permissions limit it.
    #[serde(default)]
    api_key_id: Option<Uuid>,
}

/// Asks for an export.
pub fn create(ctx: &mut Ctx<'_>, new: &NewExport, lang: Lang) -> Result<Export> {
    let unknown = || Error::field("object", "choice", domain::objects::ALL.map(|object| object.key).join(", "));
    let shape = ctx.schema.shape(&new.object).cloned().ok_or_else(unknown)?;
    exportable(ctx, &shape)?;
    let fields = fields(ctx, &shape, new)?;
    Params::read(ctx, &new.object, &pairs(new, None))?;
    let ending = match new.format {
        FileFormat::Csv => "csv",
        FileFormat::Xlsx => "xlsx",
    };
    let label = lang.pick(&shape.def.label_plural.zh, &shape.def.label_plural.en);
    let day = ctx.parse().today();
    let file_name = clean_name(&format!("{label}-{day}.{ending}"));
    let lang = lang.pick("zh", "en").to_owned();
    let setup = Setup { new: new.clone(), fields, lang, file_name, api_key_id: ctx.actor.api_key_id };
    let row = ExportRow {
        id: Uuid::now_v7(),
        created_at: ctx.now,
        updated_at: ctx.now,
        created_by: Some(ctx.actor.user_id),
        object: new.object.clone(),
        state: "queued".to_owned(),
        setup: serde_json::to_string(&setup).map_err(|error| Error::Internal(error.to_string()))?,
        rows: 0,
        file_id: None,
        file_expires_at: None,
        finished_at: None,
        error: None,
    };
    persistence::exports::insert(ctx.conn, &row)?;
    jobs::enqueue(ctx.conn, RUN, row.id, ctx.now)?;
    show(&row)
}

/// The parameters of the list that is exported.
fn pairs(new: &NewExport, cursor: Option<&str>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut add = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            pairs.push((key.to_owned(), value));
        }
    };
    add("filter", new.filter.as_ref().filter(|filter| !filter.is_null()).map(ToString::to_string));
    add("q", new.q.clone());
    add("sort", new.sort.clone());
    add("archived", Some(new.archived.as_str().to_owned()));
    add("cursor", cursor.map(str::to_owned));
    pairs
}

fn fields(ctx: &Ctx<'_>, shape: &Shape, new: &NewExport) -> Result<Vec<String>> {
    let masks = ctx.actor.permissions.masks;
    let Some(wanted) = &new.fields else {
        let own = shape.columns().filter(|field| {
            !matches!(field.key.as_ref(), "version" | "archived_at") && masked(&field.kind, masks) != Mask::Hidden
        });
        let own = own.map(|field| field.key.to_string());
        return Ok(own.chain(shape.custom.iter().map(|field| format!("custom.{}", field.key))).collect());
    };
    let unknown: Vec<FieldError> = wanted
        .iter()
        .filter(|name| shape.find(name).is_none())
        .map(|name| FieldError::new("fields", "unknown_field", name.as_str()))
        .collect();
    if wanted.is_empty() {
        return Err(Error::field("fields", "required", ""));
    }
    if unknown.is_empty() { Ok(wanted.clone()) } else { Err(Error::Invalid(unknown)) }
}

fn show(row: &ExportRow) -> Result<Export> {
    let setup: Setup = serde_json::from_str(&row.setup).map_err(|error| Error::Internal(error.to_string()))?;
    let state = match row.state.as_str() {
        "queued" => ExportState::Queued,
        "running" => ExportState::Running,
        "done" => ExportState::Done,
        _ => ExportState::Failed,
    };
    Ok(Export {
        id: row.id,
        object: row.object.clone(),
        format: setup.new.format,
        fields: setup.fields,
        state,
        rows: row.rows,
        file_name: setup.file_name,
        created_by: row.created_by,
        created_by_name: None,
        created_at: row.created_at,
        finished_at: row.finished_at,
        file_expires_at: row.file_expires_at,
        error: row.error.clone(),
    })
}

/// An export of the caller: any of theirs in a session, and by an API key those that were asked for by it, since others
/// may hold what the key does not see.
fn own(ctx: &mut Ctx<'_>, id: Uuid) -> Result<ExportRow> {
    let row = persistence::exports::find(ctx.conn, id)?.ok_or(Error::NotFound)?;
    let (user, key) = runner(&row)?;
    let own = user == Some(ctx.actor.user_id) && (ctx.actor.api_key_id.is_none() || ctx.actor.api_key_id == key);
    if own { Ok(row) } else { Err(Error::NotFound) }
}

/// Who makes a stored export: the user, and the API key that limits him.
pub(crate) fn runner(row: &ExportRow) -> Result<(Option<Uuid>, Option<Uuid>)> {
    let setup: Setup = serde_json::from_str(&row.setup).map_err(|error| Error::Internal(error.to_string()))?;
    Ok((row.created_by, setup.api_key_id))
}

/// One of the caller's exports.
pub fn get(ctx: &mut Ctx<'_>, id: Uuid) -> Result<Export> {
    show(&own(ctx, id)?)
}

/// The file of one of the caller's exports.
pub fn file(ctx: &mut Ctx<'_>, id: Uuid) -> Result<StoredFile> {
    let row = own(ctx, id)?;
    match row.file_id {
        Some(file) if row.state == "done" => crate::files::get(ctx, file).map_err(|error| match error {
            Error::NotFound => Error::conflict("file_expired", ""),
            other => other,
        }),
        _ => Err(Error::conflict("export_not_done", row.state)),
    }
}

/// The caller's exports and those of the people whose exports they may see, newest first; by an API key its own.
pub fn list(ctx: &mut Ctx<'_>, cursor: Option<&str>, limit: i64) -> Result<ExportList> {
    let (people, key) = (whose(ctx, "exports"), ctx.actor.api_key_id);
    let load = |before, limit| persistence::exports::list(ctx.conn, people.as_deref(), key, before, limit);
    let (rows, next_cursor) = newest_first(cursor, limit, load, |row| row.id)?;
    let mut items: Vec<Export> = rows.iter().map(show).collect::<Result<_>>()?;
    let names = makers(ctx, items.iter().filter_map(|item| item.created_by))?;
    for item in &mut items {
        item.created_by_name = item.created_by.and_then(|id| names.get(&id).cloned());
    }
    Ok(ExportList { items, next_cursor })
}

/// Ends an export that could not be made.
pub(crate) fn fail(ctx: &mut Ctx<'_>, id: Uuid, code: &str) -> Result<()> {
    let Some(mut row) = persistence::exports::find(ctx.conn, id)? else { return Ok(()) };
    row.state = "failed".to_owned();
    row.error = Some(code.to_owned());
    row.finished_at = Some(ctx.now);
    row.updated_at = ctx.now;
    Ok(persistence::exports::update(ctx.conn, &row)?)
}

enum Output {
    Csv(Box<CsvWriter<FileWriter>>),
    Xlsx(Box<XlsxWriter>),
}

/// One column of the file.
struct Column {
    place: Place,
    field: FieldDef,
}

/// Makes the export of a job. A file that was begun for it goes when it does not succeed: each try begins another.
pub(crate) fn run(worker: &Worker<'_>) -> std::result::Result<(), Stop> {
    let begun = cell::Cell::new(None);
    let result = write_out(worker, &begun);
    if let (Err(_), Some(file)) = (&result, begun.get())
        && let Err(error) = discard(worker, file)
    {
        tracing::warn!(?error, %file, "the file of an export that stopped stays until the next sweep");
    }
    result
}

/// Removes a file, unless the export has it after all: a commit whose answer was lost.
fn discard(worker: &Worker<'_>, file: Uuid) -> Result<()> {
    let mut conn = persistence::db::get(worker.pool)?;
    write_tx(&mut conn, |conn| {
        let row = persistence::exports::find(conn, worker.job.subject)?;
        if row.is_some_and(|row| row.file_id == Some(file)) {
            return Ok(());
        }
        Ok(persistence::files::delete(conn, file)?)
    })
}

fn write_out(worker: &Worker<'_>, begun: &cell::Cell<Option<Uuid>>) -> std::result::Result<(), Stop> {
    let mut conn = persistence::db::get(worker.pool)?;
    let mut row = persistence::exports::find(&mut conn, worker.job.subject)?.ok_or(Error::NotFound)?;
    let setup: Setup = serde_json::from_str(&row.setup).map_err(|error| Error::Internal(error.to_string()))?;
    let lang = if setup.lang == "en" { Lang::En } else { Lang::Zh };
    row.state = "running".to_owned();
    row.rows = 0;
    worker.transaction(&mut conn, |ctx| Ok(persistence::exports::update(ctx.conn, &row)?))?;
    let now = Utc::now().trunc_subsecs(6);
    let mut ctx = Ctx { conn: &mut conn, actor: worker.actor, now, request_id: worker.job.id, schema: worker.schema };
    let shape = ctx.shape(&row.object)?;
    let visible = exportable(&ctx, &shape)?;
    let find = |name: &String| shape.find(name).map(|(place, field)| Column { place, field: field.clone() });
    let columns: Vec<Column> = setup.fields.iter().filter_map(find).collect();
    let author = row.created_by;
    let begin = || {
        let file = FileWriter::begin(worker.pool, &setup.file_name, author, now)?;
        begun.set(Some(file.id()));
        Ok(file)
    };
    let mut output = Output::begin(setup.new.format, &shape, &columns, lang, &begin)?;
    let mut cursor: Option<String> = None;
    loop {
        let mut params = Params::read(&ctx, &row.object, &pairs(&setup.new, cursor.as_deref()))?;
        params.limit = PAGE;
        let (found, next) = page(&mut ctx, &params, &visible)?;
        let records: Vec<Record> = found.into_iter().map(|row| row.record).collect();
        write_page(&mut ctx, &columns, &records, lang, &mut output)?;
        row.rows += records.len() as i64;
        if row.rows % STEP < PAGE {
            row.updated_at = Utc::now().trunc_subsecs(6);
            worker.transaction(ctx.conn, |ctx| Ok(persistence::exports::update(ctx.conn, &row)?))?;
        }
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    row.file_id = Some(output.finish(&begin)?.id);
    row.state = "done".to_owned();
    worker.transaction(&mut conn, |ctx| {
        row.finished_at = Some(ctx.now);
        row.updated_at = ctx.now;
        persistence::exports::update(ctx.conn, &row)?;
        if let Some(file) = row.file_id {
            crate::files::keep_for_a_while(ctx.conn, file, ctx.now)?;
        }
        jobs::finish(ctx.conn, worker.job, "done", None, ctx.now)?;
        Ok(())
    })
}

/// What a caller may take out: what is granted for that and seen as well, whichever is less.
fn exportable(ctx: &Ctx<'_>, shape: &Shape) -> Result<Visible> {
    let granted = ctx.require(shape.def.permission, Action::Export)?;
    let seen = ctx.require(shape.def.permission, Action::Read)?;
    Ok(match (granted, seen) {
        (Visible::All, other) | (other, Visible::All) => other,
        (Visible::Owners(a), Visible::Owners(b)) => {
            Visible::Owners(a.iter().filter(|owner| b.contains(owner)).copied().collect())
        }
        (Visible::Pool, _) | (_, Visible::Pool) => Visible::Owners([].into()),
    })
}

type Begin<'a> = &'a dyn Fn() -> Result<FileWriter>;

impl Output {
    /// A file with its header.
    fn begin(format: FileFormat, shape: &Shape, columns: &[Column], lang: Lang, begin: Begin<'_>) -> Result<Output> {
        let label = |column: &Column| lang.pick(&column.field.label.zh, &column.field.label.en).to_owned();
        let header: Vec<String> = columns.iter().map(label).collect();
        match format {
            FileFormat::Csv => {
                let mut csv = CsvWriter::new(begin()?, true).map_err(unwritable)?;
                csv.row(header.iter().map(|name| Cell::Text(Cow::Borrowed(name)))).map_err(unwritable)?;
                Ok(Output::Csv(Box::new(csv)))
            }
            FileFormat::Xlsx => {
                let name = lang.pick(&shape.def.label_plural.zh, &shape.def.label_plural.en);
                let sheet = XlsxWriter::new(name, &header).map_err(|error| Error::Unavailable(error.to_string()))?;
                Ok(Output::Xlsx(Box::new(sheet)))
            }
        }
    }

    /// Ends the file.
    fn finish(self, begin: Begin<'_>) -> Result<StoredFile> {
        match self {
            Output::Csv(csv) => csv.finish().map_err(unwritable)?.finish(),
            Output::Xlsx(xlsx) => {
                let mut writer = begin()?;
                xlsx.finish(&mut writer).map_err(|error| Error::Unavailable(error.to_string()))?;
                writer.finish()
            }
        }
    }
}

fn unwritable(error: std::io::Error) -> Error {
    Error::Unavailable(error.to_string())
}

fn write_page(
    ctx: &mut Ctx<'_>,
    columns: &[Column],
    records: &[Record],
    lang: Lang,
    output: &mut Output,
) -> Result<()> {
    let cx = ctx.parse();
    let values: Vec<Vec<Value>> = records
        .iter()
        .map(|record| columns.iter().map(|column| record.value(&column.place, &column.field, &cx)).collect())
        .collect();
    let titles = titles(ctx, columns, &values)?;
    let masks = ctx.actor.permissions.masks;
    let zone = ctx.zone();
    for row in &values {
        let cells = columns
            .iter()
            .zip(row)
            .map(|(column, value)| cell(&column.field, value, &titles, masks, lang, &|time| zone.local(time)));
        match output {
            Output::Csv(csv) => csv.row(cells).map_err(unwritable)?,
            Output::Xlsx(xlsx) => xlsx.row(cells).map_err(|error| Error::Unavailable(error.to_string()))?,
        }
    }
    Ok(())
}

/// Names of the linked records that the caller may see.
fn titles(ctx: &mut Ctx<'_>, columns: &[Column], rows: &[Vec<Value>]) -> Result<HashMap<Uuid, String>> {
    let mut linked: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
    for (at, column) in columns.iter().enumerate() {
        let object = match &column.field.kind {
            Kind::Link(object) | Kind::Links(object) => object.as_ref(),
            Kind::Tags => "tags",
            _ => continue,
        };
        let Some(def) = domain::objects::find(object) else { continue };
        let ids = linked.entry(def.key).or_default();
        for value in rows.iter().filter_map(|row| row.get(at)) {
            match value {
                Value::List(list) => ids.extend(list.iter().filter_map(Value::as_id)),
                value => ids.extend(value.as_id()),
            }
        }
    }
    let wanted = linked.into_iter().map(|(object, ids)| (object, ids.into_iter().collect()));
    Ok(crate::records::titles(ctx, wanted)?.into_iter().collect())
}

fn cell<'a>(
    field: &FieldDef,
    value: &'a Value,
    titles: &'a HashMap<Uuid, String>,
    masks: Masks,
    lang: Lang,
    local: &dyn Fn(DateTime<Utc>) -> chrono::NaiveDateTime,
) -> Cell<'a> {
    let text = |text: &'a str| Cell::Text(Cow::Borrowed(text));
    match (&field.kind, value) {
        (_, Value::Null) => Cell::Empty,
        (Kind::Phone, Value::Text(phone)) => {
            mask_phone(phone, masks.phone).map_or(Cell::Empty, |shown| Cell::Text(shown.into()))
        }
        (Kind::Email, Value::Text(email)) => {
            mask_email(email, masks.email).map_or(Cell::Empty, |shown| Cell::Text(shown.into()))
        }
        // A number that is stored in a field of phones or mail addresses is under the same mask.
        (kind @ (Kind::Phone | Kind::Email), _) if masked(kind, masks) != Mask::Clear => Cell::Empty,
        (Kind::Choice(choices), Value::Text(key)) => {
            let choice = choices.iter().find(|choice| choice.key == key.as_str());
            let label = choice.map(|choice| lang.pick(&choice.label.zh, &choice.label.en).to_owned());
            label.map_or_else(|| text(key), |label| Cell::Text(label.into()))
        }
        (Kind::Choices(choices), Value::List(list)) => {
            let chosen = choices.iter().filter(|c| list.iter().any(|v| v.as_str() == Some(c.key.as_ref())));
            let names: Vec<&str> = chosen.map(|c| lang.pick(&c.label.zh, &c.label.en)).collect();
            Cell::Text(names.join("、").into())
        }
        (Kind::Money, Value::Int(minor)) => Cell::Hundredths(*minor),
        (Kind::Id, Value::Id(id)) => Cell::Text(id.to_string().into()),
        (_, Value::Id(id)) => titles.get(id).map_or(Cell::Empty, |title| text(title)),
        (_, Value::List(list)) => {
            let names = list.iter().filter_map(Value::as_id).filter_map(|id| titles.get(&id).map(String::as_str));
            Cell::Text(names.collect::<Vec<_>>().join("、").into())
        }
        (_, Value::Bool(flag)) => Cell::Bool(*flag),
        (_, Value::Int(number)) => Cell::Int(*number),
        (_, Value::Num(number)) => Cell::Num(*number),
        (_, Value::Date(day)) => Cell::Date(*day),
        (_, Value::Time(time)) => Cell::Time(local(*time)),
        (_, Value::Text(value) | Value::Json(value)) => text(value),
    }
}
