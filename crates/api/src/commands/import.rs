//! `flywheel import`: the same import as over the API, from the command line.

use crate::config::Config;
use app::files::FileWriter;
use app::{Actor, Ctx, imports};
use chrono::{SubsecRound, Utc};
use contract::imports::{
    BadCells, ChangedSince, Existing, Import, ImportPatch, ImportState, NewImport, UndoImport, UndoReason, stop_message,
};
use contract::problem::{Lang, field_message};
use domain::record::Shape;
use persistence::db::{DbPool, write_tx};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

/// Options of `import`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// A CSV or XLSX file
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// What its rows are: customers, contacts, opportunities, …
    #[arg(long, required_unless_present = "undo", default_value = "", hide_default_value = true)]
    object: String,
    /// Sheet of a workbook; the first that holds rows by default
    #[arg(long)]
    sheet: Option<String>,
    /// Field of a column, `-` for none; guessed for columns that are not named
    #[arg(long = "map", value_name = "HEADER=FIELD", value_parser = pair)]
    mapping: Vec<(String, String)>,
    /// Field by which records are found; may be repeated; guessed by default
    #[arg(long = "match", value_name = "FIELD")]
    matching: Vec<String>,
    /// Link field whose missing records are made; may be repeated
    #[arg(long, value_name = "FIELD")]
    create_missing: Vec<String>,
    /// Factor for the numbers of a column, 1000000 where it is in millions
    #[arg(long, value_name = "HEADER=FACTOR", value_parser = pair)]
    multiply: Vec<(String, String)>,
    /// Order of day, month and year: ymd, dmy or mdy; found in each column by default
    #[arg(long)]
    date_format: Option<String>,
    /// Decimal sign: point (1,234.5) or comma (1.234,5); found in each column by default
    #[arg(long, value_name = "point|comma")]
    number_format: Option<String>,
    /// Value of a field of new records that the file does not give, as the API takes it; may be repeated
    #[arg(long = "default", value_name = "FIELD=VALUE", value_parser = assignment)]
    defaults: Vec<(String, String)>,
    /// What a value of a link or choice field stands for: an id or a key, `-` to leave it empty; may be repeated
    #[arg(long = "link", value_name = "FIELD:VALUE=ID", value_parser = pair)]
    links: Vec<(String, String)>,
    /// E-mail address of the owner of records whose row names none; by default who imports
    #[arg(long, value_name = "EMAIL", conflicts_with = "pool")]
    owner: Option<String>,
    /// New records whose row names no owner go to the public pool
    #[arg(long)]
    pool: bool,
    /// Where to write the list of everything that was wrong, as CSV
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Take an import back instead: its id, which the import printed
    #[arg(long, value_name = "ID", conflicts_with_all = ["file", "object", "dry_run", "errors"])]
    undo: Option<Uuid>,
    /// With --undo: take back also what somebody has changed or used since
    #[arg(long, requires = "undo")]
    changed_too: bool,
    /// Take misspelt names for those they are like
    #[arg(long)]
    accept_suggestions: bool,
    /// Bring rows with bad cells in without these cells, instead of leaving them out
    #[arg(long)]
    leave_empty: bool,
    /// Leave records that are there already as they are
    #[arg(long)]
    skip_existing: bool,
    /// E-mail address of the user who imports; by default the first administrator
    #[arg(long = "as", value_name = "EMAIL")]
    user: Option<String>,
    /// Only try and report
    #[arg(long)]
    dry_run: bool,
}

/// A name and its value, in which more equals signs may stand.
fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected FIELD=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A header or value of a file, in which equals signs may stand, and what it is.
fn pair(text: &str) -> Result<(String, String), String> {
    let (left, right) = text.rsplit_once('=').ok_or("expected LEFT=RIGHT")?;
    Ok((left.to_owned(), right.to_owned()))
}

pub(super) fn run(config: &Config, options: &Options) -> Result<(), String> {
    super::serve::require_current(config)?;
    let pool = persistence::db::pool(&config.database_url, 4).map_err(|e| e.to_string())?;
    let session = Session::open(&pool, options.user.as_deref())?;
    if let Some(id) = options.undo {
        let changed_since = if options.changed_too { ChangedSince::Undo } else { ChangedSince::Keep };
        session.with(|ctx| write(ctx, |ctx| imports::undo(ctx, id, UndoImport { changed_since })))?;
        return report_undo(&session.settled(id)?);
    }
    let import = session.prepare(options)?;
    if !import.unmatched.is_empty() || !import.not_compared.is_empty() {
        report_unmatched(&import);
    }
    session.with(|ctx| write(ctx, |ctx| imports::start(ctx, import.id, None, options.dry_run)))?;
    let done = session.settled(import.id)?;
    if let Some(path) = &options.errors {
        session.write_errors(&done, path).map_err(|why| format!("{}: {why}", path.display()))?;
    }
    report(&session, &done)
}

struct Session {
    pool: DbPool,
    actor: Actor,
    schema: Arc<app::schema::Schema>,
}

impl Session {
    fn open(pool: &DbPool, email: Option<&str>) -> Result<Self, String> {
        let mut conn = persistence::db::get(pool).map_err(|e| e.to_string())?;
        let actor = app::identity::operator(&mut conn, email).map_err(|e| explain(&e))?;
        let schema = Arc::new(app::schema::load(&mut conn).map_err(|e| explain(&e))?);
        Ok(Self { pool: pool.clone(), actor, schema })
    }

    fn with<T>(&self, f: impl FnOnce(&mut Ctx<'_>) -> app::Result<T>) -> Result<T, String> {
        let mut conn = persistence::db::get(&self.pool).map_err(|e| e.to_string())?;
        let (now, request_id) = (Utc::now().trunc_subsecs(6), Uuid::now_v7());
        let mut ctx = Ctx { conn: &mut conn, actor: &self.actor, now, request_id, schema: &self.schema };
        f(&mut ctx).map_err(|e| explain(&e))
    }

    /// The import when its job has ended. Another process that serves the same database may have claimed it.
    fn settled(&self, id: Uuid) -> Result<Import, String> {
        loop {
            let worked = app::jobs::work_once(&self.pool).map_err(|e| format!("{e:?}"))?;
            let import = self.with(|ctx| imports::get(ctx, id, Lang::En))?;
            if !matches!(import.state, ImportState::Queued | ImportState::Running | ImportState::Undoing) {
                return Ok(import);
            }
            if !worked {
                std::thread::park_timeout(std::time::Duration::from_millis(200));
            }
        }
    }

    fn write_errors(&self, import: &Import, path: &Path) -> Result<(), String> {
        let mut file = std::fs::File::create(path).map_err(|e| e.to_string())?;
        let mut cursor: Option<String> = None;
        loop {
            let (text, next) = self.with(|ctx| imports::issues_csv(ctx, import.id, cursor.as_deref(), Lang::En))?;
            file.write_all(&text).map_err(|e| e.to_string())?;
            let Some(next) = next else { return Ok(()) };
            cursor = Some(next);
        }
    }

    fn person(&self, email: &str) -> Result<Uuid, String> {
        let mut conn = persistence::db::get(&self.pool).map_err(|e| e.to_string())?;
        let found = persistence::identity::person_by_email(&mut conn, &email.trim().to_lowercase());
        let person = found.map_err(|e| e.to_string())?;
        Ok(person.ok_or_else(|| format!("nobody has the e-mail address {email}"))?.id)
    }

    fn prepare(&self, options: &Options) -> Result<Import, String> {
        let path = options.file.as_deref().ok_or("which file?")?;
        let name = path.file_name().map_or_else(|| "file".to_owned(), |n| n.to_string_lossy().into_owned());
        let mut source = std::fs::File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let file = FileWriter::begin(&self.pool, &name, Some(self.actor.user_id), Utc::now().trunc_subsecs(6));
        let mut file = file.map_err(|e| explain(&e))?;
        std::io::copy(&mut source, &mut file).map_err(|e| e.to_string())?;
        file.flush().map_err(|e| e.to_string())?;
        let file = file.finish().map_err(|e| explain(&e))?;
        let new = NewImport { object: options.object.clone(), file_id: file.id, sheet: options.sheet.clone() };
        let import = self.with(|ctx| imports::create(ctx, &self.pool, &new))?;
        let owner = options.owner.as_deref().map(|email| self.person(email)).transpose()?;
        let shape = self.schema.shape(&import.object).ok_or("there is no such object")?;
        let patch = patch(options, owner, shape)?;
        let mut import = self.with(|ctx| write(ctx, |ctx| imports::patch(ctx, import.id, &patch)))?;
        if options.accept_suggestions {
            let patch = imports::accept_suggestions(&import, 0.8);
            import = self.with(|ctx| write(ctx, |ctx| imports::patch(ctx, import.id, &patch)))?;
        }
        for column in &import.columns {
            match import.options.mapping.get(&column.header) {
                Some(field) => match import.options.multiply.get(&column.header) {
                    Some(factor) if *factor != 1 => eprintln!("{} -> {field}, times {factor}", column.header),
                    _ => eprintln!("{} -> {field}", column.header),
                },
                None => eprintln!("{} is left out", column.header),
            }
        }
        Ok(import)
    }
}

fn write<T>(ctx: &mut Ctx<'_>, f: impl FnOnce(&mut Ctx<'_>) -> app::Result<T>) -> app::Result<T> {
    let (actor, now, request_id, schema) = (ctx.actor, ctx.now, ctx.request_id, ctx.schema);
    write_tx(ctx.conn, |conn| f(&mut Ctx { conn, actor, now, request_id, schema }))
}

fn patch(options: &Options, owner: Option<Uuid>, shape: &Shape) -> Result<ImportPatch, String> {
    let mapping =
        options.mapping.iter().map(|(header, field)| (header.clone(), Some(field.clone()).filter(|f| f != "-")));
    let factor = |(header, text): &(String, String)| {
        text.parse::<i64>().map(|factor| (header.clone(), Some(factor))).map_err(|_| format!("not a factor: {text}"))
    };
    let multiply: BTreeMap<String, Option<i64>> = options.multiply.iter().map(factor).collect::<Result<_, _>>()?;
    Ok(ImportPatch {
        mapping: Some(mapping.collect()),
        match_fields: (!options.matching.is_empty()).then(|| options.matching.clone()),
        create_missing: Some(options.create_missing.iter().map(|field| (field.clone(), true)).collect()),
        multiply: Some(multiply),
        date_format: options.date_format.clone(),
        number_format: options.number_format.clone(),
        value_links: Some(links(&options.links)?),
        defaults: (!options.defaults.is_empty()).then(|| defaults(options, shape)),
        default_owner_id: owner.map(Some),
        into_pool: options.pool.then_some(true),
        bad_cells: options.leave_empty.then_some(BadCells::LeaveEmpty),
        existing: options.skip_existing.then_some(Existing::Skip),
    })
}

type Links = BTreeMap<String, BTreeMap<String, Option<String>>>;

fn links(options: &[(String, String)]) -> Result<Links, String> {
    let mut links = Links::new();
    for (what, id) in options {
        let (field, value) = what.split_once(':').ok_or_else(|| format!("expected FIELD:VALUE=ID, not {what}={id}"))?;
        let id = Some(id.clone()).filter(|id| id != "-");
        links.entry(field.to_owned()).or_default().insert(value.to_owned(), id);
    }
    Ok(links)
}

/// Numbers and truth values for the fields that take them; a text of digits stays a text where the field is one.
fn defaults(options: &Options, shape: &Shape) -> BTreeMap<String, Value> {
    let is_text = |key: &str| shape.find(key).is_none_or(|(_, field)| field.kind.is_text());
    let value = |(key, text): &(String, String)| {
        let read = if is_text(key) { None } else { serde_json::from_str::<Value>(text).ok() };
        (key.clone(), read.unwrap_or_else(|| Value::String(text.clone())))
    };
    options.defaults.iter().map(value).collect()
}

fn report_unmatched(import: &Import) {
    for (field, values) in &import.unmatched {
        for value in values {
            match &value.label {
                Some(label) => {
                    eprintln!("{field}: {:?} is unknown; is it {label:?}? ({} rows)", value.value, value.count)
                }
                None if value.several => {
                    eprintln!(
                        "{field}: several records are called {:?} ({} rows); --link says which",
                        value.value, value.count
                    )
                }
                None => eprintln!("{field}: {:?} is unknown ({} rows)", value.value, value.count),
            }
        }
    }
    for field in &import.not_compared {
        eprintln!("{field}: there are too many names to compare all of them beforehand");
    }
}

fn report(session: &Session, import: &Import) -> Result<(), String> {
    for issue in &import.issues {
        let column = issue.column.as_deref().unwrap_or("the row");
        let rows: Vec<String> = issue.rows.iter().map(ToString::to_string).collect();
        eprintln!("{column}: {} ({} times, first in rows {})", issue.message, issue.count, rows.join(", "));
    }
    let page = session.with(|ctx| imports::issues(ctx, import.id, None, 20, Lang::En))?;
    for issue in page.items.iter().filter(|issue| issue.rejected) {
        let column = issue.column.as_deref().unwrap_or("");
        eprintln!("row {} {column}: {} {:?}", issue.row, issue.message, issue.value.as_deref().unwrap_or(""));
    }
    let p = &import.progress;
    println!(
        "{}{} rows: {} created, {} updated, {} unchanged, {} left out; import {}",
        if import.dry_run { "dry run, " } else { "" },
        p.rows_done,
        p.created,
        p.updated,
        p.unchanged,
        p.rejected,
        import.id
    );
    match import.state {
        ImportState::Done => Ok(()),
        _ => Err(stopped(import)),
    }
}

fn report_undo(import: &Import) -> Result<(), String> {
    if import.state != ImportState::Undone {
        return Err(stopped(import));
    }
    let undo = import.undo.clone().unwrap_or_default();
    for kept in &undo.kept_records {
        let why = match kept.reason {
            UndoReason::Changed => "somebody has changed it since",
            UndoReason::Used => "other records are linked to it",
            UndoReason::Blocked => "others stand on it",
            UndoReason::NotYours => "it belongs to somebody else by now",
        };
        eprintln!("{} {} stays: {why}", kept.title.as_deref().unwrap_or(&kept.object), kept.record_id);
    }
    println!("{} archived, {} reverted, {} kept; import {}", undo.archived, undo.reverted, undo.kept, import.id);
    Ok(())
}

fn stopped(import: &Import) -> String {
    let why = import.error.as_deref().map(|code| format!(": {}", stop_message(Lang::En, code)));
    format!("the import is {}{}", import.state.key(), why.unwrap_or_default())
}

fn explain(error: &app::Error) -> String {
    match error {
        app::Error::Invalid(errors) => {
            let lines = errors.iter().map(|e| format!("{}: {}", e.field, field_message(Lang::En, e.code, &e.detail)));
            lines.collect::<Vec<_>>().join("; ")
        }
        app::Error::NotFound => "there is no such import".to_owned(),
        app::Error::Conflict { .. } => crate::Failure::App(error.clone()).problem(Lang::En, Uuid::nil()).detail,
        other => format!("{other:?}"),
    }
}
