//! What a password must be, and how long an account rests after wrong ones.

use crate::fields::FieldError;

/// Characters at least.
pub const MIN_LENGTH: usize = 10;

/// Characters at most: hashing must not become a way to burn the processor.
pub const MAX_LENGTH: usize = 200;

/// Wrong passwords in a row that cost nothing.
pub const FREE_FAILURES: u32 = 5;

/// Passwords of ten characters and more that everybody tries first, and their beginnings.
const COMMON: [&str; 26] = [
    "1234567890",
    "0123456789",
    "0987654321",
    "123123123",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "qazwsxedc",
    "qwertyuiop",
    "qwerty1234",
    "qwerty12345",
    "asdfghjkl",
    "password",
    "passw0rd",
    "p@ssw0rd",
    "administrator",
    "admin12345",
    "welcome123",
    "changeme",
    "iloveyou",
    "letmein123",
    "sunshine12",
    "princess12",
    "woaini1314",
    "woaini5201314",
    "a123456789",
    "abc1234567",
];

/// Checks a password for a person. `field` is the name of the input's field.
pub fn check(field: &str, password: &str, name: &str, email: &str) -> Result<(), FieldError> {
    let length = password.chars().count();
    let wrong = |code, detail: String| Err(FieldError::new(field, code, detail));
    if length < MIN_LENGTH {
        return wrong("too_short", MIN_LENGTH.to_string());
    }
    if length > MAX_LENGTH {
        return wrong("too_long", MAX_LENGTH.to_string());
    }
    if password.contains('\0') {
        return wrong("nul_character", String::new());
    }
    let lower = password.to_lowercase();
    if is_common(&lower) {
        return wrong("common_password", String::new());
    }
    let local = email.split('@').next().unwrap_or("").to_lowercase();
    let name = name.to_lowercase().replace(' ', "");
    let holds = |part: &str| part.chars().count() >= 3 && lower.contains(part);
    // A Chinese name has two characters or more; of a Latin name two letters would be found anywhere.
    let holds_name = holds(&name) || (name.chars().count() == 2 && !name.is_ascii() && lower.contains(&name));
    if holds_name || holds(&local) || holds(&email.to_lowercase()) {
        return wrong("password_contains_name", String::new());
    }
    Ok(())
}

/// One of the usual ones, with up to four more characters, or hardly any different characters at all.
fn is_common(lower: &str) -> bool {
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    different.len() < 4
        || COMMON.iter().any(|common| lower.strip_prefix(common).is_some_and(|rest| rest.chars().count() <= 4))
}

/// Seconds an account rests after this many wrong passwords in a row: nothing at first, then 15 seconds,
/// doubling to a quarter of an hour.
pub fn rest_seconds(failures: u32) -> u32 {
    match failures {
        0..FREE_FAILURES => 0,
        n => 15u32.saturating_mul(1 << (n - FREE_FAILURES).min(6)).min(900),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<&'static str> {
        check("password", password, "王小明", "ming.wang@example.com").err().map(|e| e.code)
    }

    #[test]
    fn weak_passwords_are_named_and_good_ones_pass() {
        let cases = [
            ("short", Some("too_short")),
            ("1234567890", Some("common_password")),
            ("Password2024", Some("common_password")),
            ("aaaaaaaaaaaa", Some("common_password")),
            ("ababababababab", Some("common_password")),
            ("ming.wang-2031x", Some("password_contains_name")),
            ("我是王小明我喜欢卖东西", Some("password_contains_name")),
            ("correct horse battery", None),
            ("正确的马电池订书钉啊", None),
            ("Correct-Horse-9-Battery", None),
        ];
        for (password, expected) in cases {
            assert_eq!(code(password), expected, "{password}");
        }
        assert_eq!(code(&"é".repeat(201)), Some("too_long"));
    }

    #[test]
    fn an_account_rests_longer_with_every_wrong_password() {
        let rests: Vec<u32> = [0, 4, 5, 6, 7, 8, 20, u32::MAX].into_iter().map(rest_seconds).collect();
        assert_eq!(rests, [0, 0, 15, 30, 60, 120, 900, 900]);
    }
}
