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
        // The raw text since the opening mark, to read again if it is never closed.
        let mut opened: Vec<u8> = Vec::new();
        loop {
            if state == State::Plain && self.again.is_empty() {
                self.take_plain(delimiter);
            }
            let Some(byte) = self.byte()? else {
                if state == State::Quoted && self.rewind(&mut opened, row) {
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
                    opened.clear();
                }
                (State::Quoted, b'"') => {
                    state = State::Closed;
                    remember(&mut opened, byte);
                }
                (State::Closed, b'"') => {
                    self.put(b'"', row);
                    state = State::Quoted;
                    remember(&mut opened, byte);
                }
                (State::Quoted, _) => {
                    remember(&mut opened, byte);
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
                // A closed quotation followed by more text: the text belongs to the cell.
                (State::Closed, _) => {
                    if byte != b' ' {
                        self.put(byte, row);
                        state = State::Plain;
                    }
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
    fn rewind(&mut self, opened: &mut Vec<u8>, row: &mut Row) -> bool {
        row.flaw(Flaw::UnclosedQuote);
        if opened.len() >= MAX_CELL {
            return false;
        }
        self.cut = false;
        self.cell.clear();
        self.cell.push(b'"');
        self.again.extend(opened.drain(..));
        true
    }
}

fn remember(opened: &mut Vec<u8>, byte: u8) {
    if opened.len() < MAX_CELL {
        opened.push(byte);
    }
}
