//! Looking through a workbook before it is read: how much its parts unpack to, and how much of that would be in memory at a time.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use zip::ZipArchive;

use super::TabularError;
use super::row::MAX_CELL;

/// The most entries a workbook may have.
const MAX_ENTRIES: usize = 5_000;
/// The most a part larger than [`SMALL_PART`] may grow in unpacking; sheets reach about 30.
const MAX_RATIO: u64 = 300;
const SMALL_PART: u64 = 8 * 1024 * 1024;
/// The most elements inside each other; sheets have about ten.
const MAX_DEPTH: usize = 256;
/// The most texts for which room may be asked in advance.
const MAX_TEXTS: u64 = 16 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// What a workbook may unpack to.
pub(super) struct Limits {
    /// The most bytes of all parts that are read.
    pub(super) unpacked: u64,
    /// The most bytes of texts and styles, which have to be in memory.
    pub(super) resident: u64,
    /// The most bytes that the reader has to hold at a time while it goes through a part: a tag, what stands between two tags, a
    /// whole cell or shared text.
    pub(super) held: usize,
}

/// The limits of every import. A sheet with the format's largest number of rows and some fifty columns unpacks to about four
/// gigabytes. The format allows 32,767 characters in a cell; a cell of several times [`MAX_CELL`] is told as a cell too long, as
/// in other files, a longer one makes the file one to exhaust the machine.
pub(super) const LIMITS: Limits =
    Limits { unpacked: 4 * 1024 * 1024 * 1024, resident: 256 * 1024 * 1024, held: 8 * MAX_CELL };

/// Refuses an archive that is no workbook, or one made to exhaust the machine. The declared sizes are checked first, then the
/// parts that will be read are unpacked once, counted and looked through. Those are the parts that bear a name which the reader
/// asks for by itself or which a relationship gives as workbook or sheet, whatever their ending; all others (pictures, caches,
/// drawings) are never unpacked.
pub(super) fn check<R: Read + Seek>(archive: &mut ZipArchive<R>, limits: &Limits) -> Result<(), TabularError> {
    if archive.len() > MAX_ENTRIES {
        return Err(TabularError::Bomb);
    }
    if archive.index_for_name("xl/workbook.xml").is_none() && archive.index_for_name("_rels/.rels").is_none() {
        return Err(TabularError::NotXlsx);
    }
    let mut names = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| TabularError::NotXlsx)?;
        if part.size() > allowed(part.compressed_size()) {
            return Err(TabularError::Bomb);
        }
        names.push(last_name(&part.name().map_err(|_| TabularError::NotXlsx)?));
    }
    let mut unpacked = Unpacked { limits, total: 0, resident: 0, roles: Roles::default() };
    let is_relations = |name: &str| name.ends_with(".rels");
    for (index, _) in names.iter().enumerate().filter(|(_, name)| is_relations(name)) {
        unpacked.part(archive, index, true)?;
    }
    for (index, name) in names.iter().enumerate().filter(|(_, name)| !is_relations(name)) {
        let resident = unpacked.roles.is_resident(name);
        if resident || unpacked.roles.sheets.contains(name) {
            unpacked.part(archive, index, resident)?;
        }
    }
    Ok(())
}

/// The most bytes that a part of this many packed ones may unpack to.
fn allowed(packed: u64) -> u64 {
    packed.saturating_mul(MAX_RATIO).max(SMALL_PART)
}

/// The name of a part without its folders, as it is compared.
fn last_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase()
}

/// The names that relationships give to parts, without folders: which folder is meant depends on who reads.
#[derive(Default)]
struct Roles {
    workbooks: BTreeSet<String>,
    sheets: BTreeSet<String>,
}

impl Roles {
    /// Whether a part of this name may be read into memory as a whole.
    fn is_resident(&self, name: &str) -> bool {
        ["workbook.xml", "sharedstrings.xml", "styles.xml", "theme1.xml"].contains(&name)
            || self.workbooks.contains(name)
    }

    /// Takes in a relationship.
    fn learn(&mut self, tag: &[u8]) -> Result<(), TabularError> {
        let attributes = attributes(tag);
        let of = |name: &'static [u8]| attributes.iter().filter(move |(key, _)| *key == name).map(|(_, value)| *value);
        for kind in of(b"Type") {
            let targets = of(b"Target").map(|target| last_name(&String::from_utf8_lossy(target)));
            match kind.rsplit(|byte| *byte == b'/').next().unwrap_or_default() {
                b"worksheet" | b"chartsheet" | b"dialogsheet" => self.sheets.extend(targets),
                // The reader decodes this one, so its name could be another than the one that stands here.
                b"officeDocument" if of(b"Target").any(|target| target.contains(&b'&')) => {
                    return Err(TabularError::NotXlsx);
                }
                b"officeDocument" => self.workbooks.extend(targets),
                _ => {}
            }
        }
        Ok(())
    }
}

/// What the parts looked through so far unpack to.
struct Unpacked<'a> {
    limits: &'a Limits,
    total: u64,
    resident: u64,
    roles: Roles,
}

impl Unpacked<'_> {
    fn part<R: Read + Seek>(
        &mut self,
        archive: &mut ZipArchive<R>,
        index: usize,
        resident: bool,
    ) -> Result<(), TabularError> {
        let part = archive.by_index(index).map_err(|_| TabularError::NotXlsx)?;
        let mut limit = allowed(part.compressed_size()).min(self.limits.unpacked.saturating_sub(self.total));
        if resident {
            limit = limit.min(self.limits.resident.saturating_sub(self.resident));
        }
        let mut part = part.take(limit + 1);
        let mut scan = Scan::new(self.limits.held, &mut self.roles);
        let mut chunk = vec![0; CHUNK];
        let mut size = 0_u64;
        loop {
            let read = part.read(&mut chunk).map_err(|error| TabularError::Broken(error.to_string()))?;
            if read == 0 {
                break;
            }
            size += read as u64;
            if size > limit {
                return Err(TabularError::Bomb);
            }
            scan.feed(chunk.get(..read).unwrap_or_default())?;
        }
        self.total += size;
        if resident {
            self.resident += size;
        }
        Ok(())
    }
}

/// Goes through a part as its reader will, tag by tag, and counts what the reader has to hold at a time.
///
/// The reader takes a tag, and what stands between two tags, as one piece, and puts together what stands inside a cell or a shared
/// text, whatever number of pieces it is cut into. So each of these is measured as a whole. That a cell ends where this sees its
/// end holds only if every element is closed by its own name, so a part where that is not so is refused; and so is a document
/// type, which the format forbids.
struct Scan<'a> {
    limit: usize,
    roles: &'a mut Roles,
    /// Bytes since the reader last let go of what it held.
    held: usize,
    in_tag: bool,
    /// The tag so far, without its first bracket.
    tag: Vec<u8>,
    quote: Option<u8>,
    /// The names of the open elements, one after the other, and where each begins.
    names: Vec<u8>,
    open: Vec<usize>,
    /// How many elements were open with the one whose content is put together.
    whole: Option<usize>,
}

impl<'a> Scan<'a> {
    fn new(limit: usize, roles: &'a mut Roles) -> Self {
        Self {
            limit,
            roles,
            held: 0,
            in_tag: false,
            tag: Vec::new(),
            quote: None,
            names: Vec::new(),
            open: Vec::new(),
            whole: None,
        }
    }

    fn feed(&mut self, mut bytes: &[u8]) -> Result<(), TabularError> {
        while !bytes.is_empty() {
            let end = if self.in_tag { self.tag_end(bytes) } else { bytes.iter().position(|byte| *byte == b'<') };
            let (piece, rest) = bytes.split_at(end.map_or(bytes.len(), |at| at + 1));
            self.held += piece.len();
            if self.held > self.limit {
                return Err(TabularError::Bomb);
            }
            if end.is_some() {
                if self.in_tag {
                    let mut tag = std::mem::take(&mut self.tag);
                    self.take(tag.strip_suffix(b">").unwrap_or(&tag))?;
                    tag.clear();
                    self.tag = tag;
                }
                self.in_tag = !self.in_tag;
                if self.whole.is_none() {
                    self.held = 0;
                }
            }
            bytes = rest;
        }
        Ok(())
    }

    /// Adds to the tag what belongs to it and says where it ends.
    fn tag_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let quotes = !matches!(self.tag.first().or(bytes.first()), Some(b'!' | b'?'));
        let mut taken = 0;
        for (at, byte) in bytes.iter().enumerate() {
            match (self.quote, byte) {
                (None, b'>') => {
                    self.tag.extend_from_slice(bytes.get(taken..=at).unwrap_or_default());
                    taken = at + 1;
                    if ends(&self.tag) {
                        return Some(at);
                    }
                }
                (None, b'"' | b'\'') if quotes => self.quote = Some(*byte),
                (Some(quote), _) if quote == *byte => self.quote = None,
                _ => {}
            }
        }
        self.tag.extend_from_slice(bytes.get(taken..).unwrap_or_default());
        None
    }

    /// Takes in a whole tag, without its brackets.
    fn take(&mut self, tag: &[u8]) -> Result<(), TabularError> {
        match tag {
            [b'?', ..] => Ok(()),
            [b'!', rest @ ..] if rest.starts_with(b"--") || rest.starts_with(b"[CDATA[") => Ok(()),
            [b'!', ..] => Err(TabularError::Broken("a part declares a document type".to_owned())),
            [b'/', name @ ..] => self.close(name.trim_ascii_end()),
            _ => self.begin(tag),
        }
    }

    fn begin(&mut self, tag: &[u8]) -> Result<(), TabularError> {
        let empty = tag.last() == Some(&b'/');
        let length = tag.len() - usize::from(empty);
        let end = tag.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(length);
        let (name, attributes) = tag.split_at(end.min(length));
        let local = name.iter().position(|byte| *byte == b':').and_then(|at| name.get(at + 1..)).unwrap_or(name);
        match local {
            b"Relationship" => self.roles.learn(attributes)?,
            b"sst" if asks_too_much(attributes) => return Err(TabularError::Bomb),
            _ => {}
        }
        if empty {
            return Ok(());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(TabularError::Bomb);
        }
        self.open.push(self.names.len());
        self.names.extend_from_slice(name);
        if self.whole.is_none() && matches!(local, b"c" | b"si" | b"definedName") {
            self.whole = Some(self.open.len());
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<(), TabularError> {
        let depth = self.open.len();
        let start = self.open.pop().filter(|start| self.names.get(*start..) == Some(name));
        let start = start.ok_or_else(|| TabularError::Broken("an element is closed that is not open".to_owned()))?;
        self.names.truncate(start);
        if self.whole == Some(depth) {
            self.whole = None;
        }
        Ok(())
    }
}

/// Whether a tag, without its first bracket and up to a closing one, ends there.
fn ends(tag: &[u8]) -> bool {
    if tag.starts_with(b"!--") {
        tag.len() >= b"!---->".len() && tag.ends_with(b"-->")
    } else if tag.starts_with(b"![CDATA[") {
        tag.ends_with(b"]]>")
    } else if tag.starts_with(b"?") {
        tag.ends_with(b"?>")
    } else {
        true
    }
}

/// Whether the table of shared texts asks for more room in advance than there could be texts. The reader believes the number, and
/// a process that asks for too much memory ends.
fn asks_too_much(tag: &[u8]) -> bool {
    attributes(tag).iter().filter(|(key, _)| *key == b"uniqueCount").any(|(_, count)| {
        let digits = count.iter().filter(|byte| byte.is_ascii_digit());
        let count = digits.fold(0_u64, |count, digit| count.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        count > MAX_TEXTS
    })
}

/// The names and values in a tag, as far as it is well formed.
fn attributes(mut rest: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut all = Vec::new();
    while let Some(equals) = rest.iter().position(|byte| *byte == b'=') {
        let (key, value) = rest.split_at(equals);
        let value = value.get(1..).unwrap_or_default().trim_ascii_start();
        let Some((quote @ (b'"' | b'\''), value)) = value.split_first() else {
            break;
        };
        let Some(end) = value.iter().position(|byte| byte == quote) else {
            break;
        };
        let (value, after) = value.split_at(end);
        all.push((key.trim_ascii(), value));
        rest = after.get(1..).unwrap_or_default();
    }
    all
}
