//! Which characters a file's bytes stand for: detection, and a decoder that hands out UTF-8.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

const CHUNK: usize = 64 * 1024;
/// How much text that is not UTF-8 the statistical detector looks at.
const GUESS_BYTES: usize = 4 * 1024 * 1024;

/// Reads `input` to its end and says its encoding. A byte order mark decides; else valid UTF-8 is
/// UTF-8 (a rare damaged sequence among many good ones does not change that); else statistics,
/// where every member of the GB family is taken as GB18030, the largest of them.
pub fn detect(mut input: impl Read) -> io::Result<&'static Encoding> {
    let mut chunk = vec![0; CHUNK];
    let mut head = fill(&mut input, &mut chunk)?;
    if let Some((encoding, _)) = Encoding::for_bom(chunk.get(..head).unwrap_or_default()) {
        return Ok(encoding);
    }
    if let Some(encoding) = wide_without_mark(chunk.get(..head).unwrap_or_default()) {
        return Ok(encoding);
    }
    let mut guess = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut seen = Utf8Count::default();
    let mut fed = 0;
    while head > 0 {
        let bytes = chunk.get(..head).unwrap_or_default();
        let dirty = seen.feed(bytes);
        if (dirty || seen.bad > 0) && fed < GUESS_BYTES {
            guess.feed(bytes, false);
            fed += bytes.len();
        }
        head = fill(&mut input, &mut chunk)?;
    }
    if seen.bad == 0 || seen.good > seen.bad * 20 {
        return Ok(UTF_8);
    }
    guess.feed(&[], true);
    let encoding = guess.guess(Some(b"cn"), Utf8Detection::Deny);
    Ok(if encoding == GBK { GB18030 } else { encoding })
}

/// A decoder of a stream in any encoding into UTF-8 bytes. A damaged sequence becomes U+FFFD.
pub(crate) struct Decoded<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    pending: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(input: R, encoding: &'static Encoding) -> Self {
        Self { input, decoder: encoding.new_decoder_with_bom_removal(), raw: vec![0; CHUNK], pending: 0, ended: false }
    }

    /// Replaces the content of `out` with the next piece of text; false at the end.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        out.resize(CHUNK * 3 + 64, 0);
        loop {
            if self.ended {
                out.clear();
                return Ok(false);
            }
            let free = self.raw.get_mut(self.pending..).unwrap_or_default();
            let got = fill(&mut self.input, free)?;
            let last = got < free.len();
            let filled = self.pending + got;
            let source = self.raw.get(..filled).unwrap_or_default();
            let (_, read, written, _) = self.decoder.decode_to_utf8(source, out, last);
            self.raw.copy_within(read..filled, 0);
            self.pending = filled - read;
            self.ended = last && self.pending == 0;
            if written > 0 {
                out.truncate(written);
                return Ok(true);
            }
        }
    }
}

/// Valid multi-byte sequences and damaged ones of a stream that may be UTF-8.
#[derive(Default)]
struct Utf8Count {
    good: u64,
    bad: u64,
    tail: Vec<u8>,
}

impl Utf8Count {
    /// Counts a piece of the stream; true if it holds damage or ends inside a sequence.
    fn feed(&mut self, piece: &[u8]) -> bool {
        if self.tail.is_empty() && piece.is_ascii() {
            return false;
        }
        let mut joined = std::mem::take(&mut self.tail);
        joined.extend_from_slice(piece);
        let mut rest = joined.as_slice();
        let before = self.bad;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.good += wide_chars(text);
                    return self.bad > before;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    self.good += wide_chars(std::str::from_utf8(valid).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        self.tail = after.to_vec();
                        return true;
                    };
                    self.bad += 1;
                    rest = after.get(length..).unwrap_or_default();
                }
            }
        }
    }
}

fn wide_chars(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte >= 0xC0).count() as u64
}

/// UTF-16 without a mark: nearly every second byte of western text, and at least the delimiters
/// and line ends of any text, is zero, always on the same side.
fn wide_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |side: usize| head.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let pairs = head.len() / 2;
    if pairs < 4 || (even + odd) * 5 < pairs {
        return None;
    }
    if odd > even * 20 {
        Some(UTF_16LE)
    } else if even > odd * 20 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Reads until `space` is full or the input ends.
fn fill(input: &mut impl Read, space: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < space.len() {
        match input.read(space.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
