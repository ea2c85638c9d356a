//! Reading text tables (CSV and its relatives) of any size in constant memory.

use std::collections::VecDeque;
use std::io::{self, Read};

use encoding_rs::Encoding;

use super::charset::Decoded;
use super::row::{Flaw, MAX_CELL, Row};
use super::write::unguard;

/// What separates the cells of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// One character: comma, tab, semicolon or pipe.
    Char(u8),
    /// Any run of blanks, as in tables aligned for reading; no quoting.
    Blanks,
}

impl Delimiter {
    /// As it is stored and shown: the character itself, or `blanks`.
    pub fn key(self) -> String {
        match self {
            Self::Char(byte) => char::from(byte).to_string(),
            Self::Blanks => "blanks".to_owned(),
        }
    }

    /// Reads what [`Delimiter::key`] wrote; also `tab`.
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "blanks" => Some(Self::Blanks),
            "tab" => Some(Self::Char(b'\t')),
            _ => match key.as_bytes() {
                [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(Self::Char(*byte)),
                _ => None,
            },
        }
    }
}

/// How far a quotation is followed that is too long for a cell but does not look like rows. Its text is kept meanwhile.
const LOOK_AHEAD: usize = 16 * MAX_CELL;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    Closed,
}

/// A reader of one row after the other.
pub struct DelimitedReader<R> {
    input: Decoded<R>,
    delimiter: Delimiter,
    chunk: Vec<u8>,
    at: usize,
    /// Bytes to read again after a quotation mark that was never closed.
    again: VecDeque<u8>,
    cell: Vec<u8>,
    cut: bool,
    after_return: bool,
    number: u64,
}

impl<R: Read> DelimitedReader<R> {
    /// A reader of `input`, which is in `encoding`.
    pub fn new(input: R, encoding: &'static Encoding, delimiter: Delimiter) -> Self {
        Self {
            input: Decoded::new(input, encoding),
            delimiter,
            chunk: Vec::new(),
            at: 0,
            again: VecDeque::new(),
            cell: Vec::new(),
            cut: false,
            after_return: false,
            number: 0,
        }
    }

    /// Reads the next row, blank lines included; false at the end.
    pub fn next(&mut self, row: &mut Row) -> io::Result<bool> {
        self.number += 1;
        row.clear(self.number);
        match self.delimiter {
            Delimiter::Char(byte) => self.next_quoted(row, byte),
            Delimiter::Blanks => self.next_blanks(row),
        }
    }

    fn next_quoted(&mut self, row: &mut Row, delimiter: u8) -> io::Result<bool> {
        let mut state = State::Start;
        let mut touched = false;
        let mut opened = Opened::default();
        loop {
            if state == State::Plain && self.again.is_empty() {
                self.take_plain(delimiter);
            }
            if state == State::Quoted && opened.gives_up(delimiter) {
                self.rewind(&mut opened, row);
                state = State::Plain;
                continue;
            }
            let Some(byte) = self.byte()? else {
                if state == State::Quoted {
                    self.rewind(&mut opened, row);
                    state = State::Plain;
                    continue;
                }
                if !touched {
                    return Ok(false);
                }
                self.finish(row);
                return Ok(true);
            };
            touched = true;
            match (state, byte) {
                (State::Start, b'"') => {
                    state = State::Quoted;
                    opened.begin(row);
                }
                (State::Quoted, b'"') => {
                    state = State::Closed;
                    opened.text.push(byte);
                }
                (State::Closed, b'"') => {
                    self.put(b'"', row);
                    state = State::Quoted;
                    opened.text.push(byte);
                }
                (State::Quoted, _) => {
                    opened.text.push(byte);
                    self.put(byte, row);
                }
                (_, b'\n') => {
                    self.finish(row);
                    return Ok(true);
                }
                (_, b'\r') => {
                    self.after_return = true;
                    self.finish(row);
                    return Ok(true);
                }
                (_, _) if byte == delimiter => {
                    self.finish(row);
                    state = State::Start;
                }
                (State::Start | State::Plain, _) => {
                    self.put(byte, row);
                    state = State::Plain;
                }
                (State::Closed, b' ') if opened.text.len() < LOOK_AHEAD => opened.text.push(byte),
                // A closed quotation followed by more text: if it took in several rows, what seemed to close it is the next
                // stray mark or the first one of a quoted cell; else the text belongs to the cell.
                (State::Closed, _) => {
                    if opened.crosses_rows(delimiter) {
                        opened.text.push(byte);
                        self.rewind(&mut opened, row);
                    } else {
                        self.put(byte, row);
                    }
                    state = State::Plain;
                }
            }
        }
    }

    /// Moves the plain text up to the next special character into the cell at once.
    fn take_plain(&mut self, delimiter: u8) {
        let rest = self.chunk.get(self.at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| *byte == delimiter || *byte == b'\n' || *byte == b'\r' || *byte == 0)
            .unwrap_or(rest.len());
        let room = MAX_CELL.saturating_sub(self.cell.len()).min(length);
        self.cell.extend_from_slice(rest.get(..room).unwrap_or_default());
        self.cut |= room < length;
        self.at += length;
    }

    fn next_blanks(&mut self, row: &mut Row) -> io::Result<bool> {
        let mut touched = false;
        loop {
            let byte = self.byte()?;
            touched |= byte.is_some();
            match byte {
                None if !touched => return Ok(false),
                None | Some(b'\n' | b'\r') => {
                    self.after_return = byte == Some(b'\r');
                    if !self.cell.is_empty() {
                        self.finish(row);
                    }
                    return Ok(true);
                }
                Some(b' ' | b'\t') => {
                    if !self.cell.is_empty() {
                        self.finish(row);
                    }
                }
                Some(byte) => self.put(byte, row),
            }
        }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            let byte = match self.again.pop_front() {
                Some(byte) => byte,
                None => match self.chunk.get(self.at) {
                    Some(byte) => {
                        self.at += 1;
                        *byte
                    }
                    None => {
                        self.at = 0;
                        if !self.input.next(&mut self.chunk)? {
                            return Ok(None);
                        }
                        continue;
                    }
                },
            };
            if std::mem::take(&mut self.after_return) && byte == b'\n' {
                continue;
            }
            return Ok(Some(byte));
        }
    }

    fn put(&mut self, byte: u8, row: &mut Row) {
        if byte == 0 {
            let flaw = (Some(row.len()), Flaw::Nul);
            if row.flaws.last() != Some(&flaw) {
                row.flaws.push(flaw);
            }
        } else if self.cell.len() < MAX_CELL {
            self.cell.push(byte);
        } else {
            self.cut = true;
        }
    }

    fn finish(&mut self, row: &mut Row) {
        if std::mem::take(&mut self.cut) {
            row.flaw(Flaw::CellTooLong);
        }
        // The decoder only hands out UTF-8, but the cut may fall inside a character.
        let text = match std::str::from_utf8(&self.cell) {
            Ok(text) => text,
            Err(error) => {
                let valid = self.cell.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(valid).unwrap_or_default()
            }
        };
        if !text.is_ascii() && text.contains('\u{FFFD}') {
            row.flaw(Flaw::BadText);
        }
        row.push(unguard(text));
        self.cell.clear();
    }

    /// Goes back to a quotation mark that is never closed and takes it as a plain character.
    fn rewind(&mut self, opened: &mut Opened, row: &mut Row) {
        row.flaws.truncate(opened.flaws);
        row.flaw(Flaw::UnclosedQuote);
        self.cut = false;
        self.cell.clear();
        self.cell.push(b'"');
        let mut text = VecDeque::from(std::mem::take(&mut opened.text));
        text.append(&mut self.again);
        self.again = text;
    }
}

/// A quotation that is being read, and what it takes to go back to its opening mark.
///
/// A mark that opens a cell and is never closed would take in the rest of the file. Nobody can see that before the end of the
/// file, and a large one cannot be kept until then, so the reader decides within a bounded text. A quotation longer than
/// [`MAX_CELL`] is no cell that could come in, so what matters is only where the next row begins:
///
/// - if the lines of that text look like rows of a table, the mark was a stray one;
/// - if they do not, it is most likely one long text, and cutting it at its line ends would make hundreds of rows that nobody
///   wrote. It is followed to its closing mark, for [`LOOK_AHEAD`] bytes at most; after that the mark is a stray one all the same.
///
/// What is read again cannot be gone back over again and again, whatever stands in it. While a quotation goes on, marks in it
/// come in even numbers; a cell that begins with an even number of marks is closed by the last of them. So a mark in the text
/// that is read again opens nothing that lasts, and every byte is read twice at most.
#[derive(Default)]
struct Opened {
    /// The text behind the opening mark.
    text: Vec<u8>,
    /// The flaws of the row before the opening mark.
    flaws: usize,
    /// Whether the text was found to be no rows.
    long: bool,
}

impl Opened {
    fn begin(&mut self, row: &Row) {
        self.text.clear();
        self.flaws = row.flaws.len();
        self.long = false;
    }

    /// Whether the quotation is followed no further: its opening mark was a stray one.
    fn gives_up(&mut self, delimiter: u8) -> bool {
        if !self.long && self.text.len() >= MAX_CELL {
            self.long = !looks_like_rows(&self.text, delimiter);
            return !self.long;
        }
        self.text.len() >= LOOK_AHEAD
    }

    /// Whether the text goes over the end of a row and holds several cells.
    fn crosses_rows(&self, delimiter: u8) -> bool {
        self.text.contains(&delimiter) && self.text.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
    }
}

/// Whether most lines of a text, but for the rest of the first, are cut into the same number of cells, two at least.
fn looks_like_rows(text: &[u8], delimiter: u8) -> bool {
    let lines = || text.split(|byte| matches!(byte, b'\n' | b'\r')).skip(1).filter(|line| !line.is_empty());
    let widths = || lines().map(|line| line.iter().filter(|byte| **byte == delimiter).count());
    // A number that more than half of them share is what remains when unequal ones are struck out in pairs.
    let (mut usual, mut left) = (0, 0_usize);
    for width in widths() {
        match left {
            0 => (usual, left) = (width, 1),
            _ if width == usual => left += 1,
            _ => left -= 1,
        }
    }
    usual > 0 && widths().filter(|width| *width == usual).count() * 2 > widths().count()
}
