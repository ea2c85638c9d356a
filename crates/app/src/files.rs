//! Files: stored in pieces, read again as a stream that can seek.

use std::io::{self, Read, Seek, SeekFrom, Write};

use chrono::{DateTime, TimeDelta, Utc};
use contract::files::StoredFile;
use persistence::db::{AnyConnection, DbPool, write_tx};
use persistence::files::{self, CHUNK, FileRow};
use uuid::Uuid;

use crate::{Ctx, Error, Result};

/// The longest name of a file.
const MAX_NAME: usize = 200;

/// How long a file stays that nobody has attached, imported or exported.
const UNNAMED: TimeDelta = TimeDelta::days(7);
/// How long the file of an import or export stays after its last step.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Pieces that go in one transaction.
const STEP: i64 = 64;

/// Keeps the file of a job, if it is still there: it is wanted again soon after, or never.
pub(crate) fn keep_for_a_while(conn: &mut AnyConnection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    if files::keep(conn, id, Some(now + KEPT))? {
        return Ok(());
    }
    Err(Error::conflict("file_expired", ""))
}

/// Takes away the content of the files whose time is up; returns how many.
pub(crate) fn sweep(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize> {
    let mut gone = 0;
    while let Some(id) = files::expired(conn, now)? {
        gone += usize::from(write_tx::<_, Error>(conn, |conn| Ok(files::take_away(conn, id, STEP, now)?))?);
    }
    Ok(gone)
}

/// A name without path and control characters.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && *c != '"').take(MAX_NAME).collect();
    if clean.trim().is_empty() { "file".to_owned() } else { clean }
}

/// A file of the caller, whole; those of others do not exist for him.
pub fn get(ctx: &mut Ctx<'_>, id: Uuid) -> Result<StoredFile> {
    let row = files::find(ctx.conn, id)?.filter(|row| row.complete && row.created_by == Some(ctx.actor.user_id));
    row.map(show).ok_or(Error::NotFound)
}

/// Removes a file that nothing names, with its content.
pub fn discard(ctx: &mut Ctx<'_>, id: Uuid) -> Result<()> {
    Ok(files::delete(ctx.conn, id)?)
}

fn show(row: FileRow) -> StoredFile {
    StoredFile { id: row.id, name: row.name, size: row.size, created_at: row.created_at }
}

/// Writes a file piece by piece, each in a transaction of its own, so that a long upload holds no lock.
pub struct FileWriter {
    pool: DbPool,
    id: Uuid,
    name: String,
    now: DateTime<Utc>,
    buffer: Vec<u8>,
    position: i64,
    size: i64,
}

impl FileWriter {
    /// Begins a file.
    pub fn begin(pool: &DbPool, name: &str, by: Option<Uuid>, now: DateTime<Utc>) -> Result<Self> {
        let (id, name) = (Uuid::now_v7(), clean_name(name));
        let mut conn = persistence::db::get(pool)?;
        write_tx::<_, Error>(&mut conn, |conn| Ok(files::create(conn, id, &name, by, now)?))?;
        Ok(Self { pool: pool.clone(), id, name, now, buffer: Vec::with_capacity(CHUNK), position: 0, size: 0 })
    }

    /// Adds bytes.
    pub fn add(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let (head, tail) = bytes.split_at(bytes.len().min(CHUNK - self.buffer.len()));
            self.buffer.extend_from_slice(head);
            bytes = tail;
            if self.buffer.len() == CHUNK {
                self.flush_chunk()?;
            }
        }
        Ok(())
    }

    /// The file's id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The bytes added so far.
    pub fn size(&self) -> i64 {
        self.size + self.buffer.len() as i64
    }

    fn flush_chunk(&mut self) -> Result<()> {
        let mut conn = persistence::db::get(&self.pool)?;
        let (id, position, buffer) = (self.id, self.position, &self.buffer);
        write_tx::<_, Error>(&mut conn, |conn| Ok(files::append(conn, id, position, buffer)?))?;
        self.position += 1;
        self.size += self.buffer.len() as i64;
        self.buffer.clear();
        Ok(())
    }

    /// Ends the file, which stays for a week unless it is put to use.
    pub fn finish(mut self) -> Result<StoredFile> {
        if !self.buffer.is_empty() {
            self.flush_chunk()?;
        }
        let mut conn = persistence::db::get(&self.pool)?;
        let (id, size, expires) = (self.id, self.size, self.now + UNNAMED);
        write_tx::<_, Error>(&mut conn, |conn| Ok(files::complete(conn, id, size, expires)?))?;
        Ok(StoredFile { id, name: self.name, size, created_at: self.now })
    }

    /// Gives the file up and removes what was written.
    pub fn abandon(self) -> Result<()> {
        let mut conn = persistence::db::get(&self.pool)?;
        write_tx::<_, Error>(&mut conn, |conn| Ok(files::delete(conn, self.id)?))
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes).map_err(|error| io::Error::other(format!("{error:?}")))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a stored file, holding one piece in memory.
pub struct FileReader {
    pool: DbPool,
    id: Uuid,
    size: u64,
    at: u64,
    loaded: Option<u64>,
    chunk: Vec<u8>,
}

impl FileReader {
    /// Opens a file that is whole.
    pub fn open(pool: &DbPool, id: Uuid) -> Result<Self> {
        let mut conn = persistence::db::get(pool)?;
        let row = files::find(&mut conn, id)?.filter(|row| row.complete).ok_or(Error::NotFound)?;
        let size = u64::try_from(row.size).unwrap_or_default();
        Ok(Self { pool: pool.clone(), id, size, at: 0, loaded: None, chunk: Vec::new() })
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    fn load(&mut self, index: u64) -> io::Result<()> {
        if self.loaded == Some(index) {
            return Ok(());
        }
        let failed = |error: String| io::Error::other(error);
        let mut conn = persistence::db::get(&self.pool).map_err(|error| failed(error.to_string()))?;
        let position = i64::try_from(index).map_err(|error| failed(error.to_string()))?;
        let chunk = read_chunk(&mut conn, self.id, position).map_err(|error| failed(format!("{error:?}")))?;
        self.chunk = chunk.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        self.loaded = Some(index);
        Ok(())
    }
}

/// One piece of a file; none behind the last.
pub fn read_chunk(conn: &mut AnyConnection, id: Uuid, position: i64) -> Result<Option<Vec<u8>>> {
    Ok(files::chunk(conn, id, position)?)
}

impl Read for FileReader {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size || space.is_empty() {
            return Ok(0);
        }
        self.load(self.at / CHUNK as u64)?;
        let start = usize::try_from(self.at % CHUNK as u64).unwrap_or_default();
        let rest = self.chunk.get(start..).unwrap_or_default();
        let length = rest.len().min(space.len());
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (to, from) in space.iter_mut().zip(rest) {
            *to = *from;
        }
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
