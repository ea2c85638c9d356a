//! What cells hold that is not meant: characters that nobody sees, signs for nothing, numbers that a spreadsheet has shortened.

use std::borrow::Cow;

/// Characters without width that copying leaves in names and numbers: zero-width spaces, byte order marks, marks of the
/// direction of writing. The joiner between emoji is none of them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// A text without the characters that nobody sees.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    // All of them begin with one of two bytes, most texts with neither.
    if text.bytes().any(|byte| byte == 0xE2 || byte == 0xEF) && text.contains(is_unseen) {
        Cow::Owned(text.chars().filter(|c| !is_unseen(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a cell says that there is nothing: dashes or a slash.
pub(crate) fn is_dash(text: &str) -> bool {
    let dash = |c: char| matches!(c, '-' | '–' | '—' | '－' | '−' | '/' | '／' | '\\');
    !text.is_empty() && text.chars().count() <= 4 && text.chars().all(dash)
}

/// The same, also in words.
pub(crate) fn is_nothing(text: &str) -> bool {
    let word = || {
        ["无", "暂无", "没有", "n/a", "na", "null", "none", "nil"].iter().any(|word| text.eq_ignore_ascii_case(word))
    };
    is_dash(text) || text.len() <= 6 && word()
}

/// Whether a long number stands there as a spreadsheet shows it in a narrow cell, `2.02503E+13`: its last digits are lost.
pub(crate) fn is_shortened(text: &str) -> bool {
    let Some((head, power)) = text.split_once("E+") else { return false };
    let mut parts = head.splitn(2, '.');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(|whole| whole.len() == 1 && digits(whole))
        && parts.next().is_none_or(digits)
        && power.len() == 2
        && digits(power)
}

/// Whether a cell holds the mask of a telephone number or an address in place of it, as a role that does not see them
/// exports it: `138****5678`, `z***@example.com`.
pub(crate) fn is_mask(text: &str) -> bool {
    text.contains("****") || text.split('@').next().is_some_and(|local| local.ends_with("***"))
}

/// Digits in which no sign of a text stands, as of a number, a telephone or an identity card.
pub(crate) fn is_digits(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b" .-/xX".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_taken_out_and_nothing_else() {
        for (text, seen) in [
            ("甲公司\u{200B}", "甲公司"),
            ("\u{202D}13812345678\u{202C}", "13812345678"),
            ("\u{FEFF}1200", "1200"),
            ("👨\u{200D}👩", "👨\u{200D}👩"),
            ("“引号”——，。", "“引号”——，。"),
        ] {
            assert_eq!(visible(text), seen);
        }
    }

    #[test]
    fn only_long_numbers_in_the_spreadsheets_own_form_count_as_shortened() {
        for text in ["2.02503E+13", "1E+12", "9.1330E+17"] {
            assert!(is_shortened(text), "{text}");
        }
        for text in ["E+13", "12.5E+13", "1.E+13", "2.02503e+13", "A1E+13", "1E+5", "1E+100", "CE+12"] {
            assert!(!is_shortened(text), "{text}");
        }
    }

    #[test]
    fn signs_for_nothing_are_no_values() {
        for text in ["-", "--", "—", "/", "无", "N/A", "null"] {
            assert!(is_nothing(text), "{text}");
        }
        for text in ["", "0", "-1", "无锡", "------", "no"] {
            assert!(!is_nothing(text), "{text}");
        }
    }
}
