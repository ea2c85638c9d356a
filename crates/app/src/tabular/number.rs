//! Numbers as people write them.

use std::borrow::Cow;

/// Which sign separates the decimals of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NumberStyle {
    /// `1,234.56`
    #[default]
    Point,
    /// `1.234,56`
    Comma,
}

/// An exact decimal: `digits / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    scale: u32,
    /// Whether a percent sign stood behind it; the value is not divided.
    pub percent: bool,
    /// Whether it named its unit: 万, k, 元. The value is in ones.
    pub unit: bool,
}

impl Decimal {
    /// The value as hundredths, half away from zero; none if too large.
    pub fn hundredths(self) -> Option<i64> {
        self.scaled(2)
    }

    /// The value times `10^places` as a whole number, half away from zero; none if too large.
    pub fn scaled(self, places: u32) -> Option<i64> {
        let value = if self.scale <= places {
            self.digits.checked_mul(10_i128.checked_pow(places - self.scale)?)?
        } else {
            let divisor = 10_i128.checked_pow(self.scale - places)?;
            let half = divisor / 2 * self.digits.signum();
            self.digits.checked_add(half)? / divisor
        };
        i64::try_from(value).ok()
    }

    /// The value times a whole number; none if too large.
    pub fn times(self, factor: i64) -> Option<Self> {
        Some(Self { digits: self.digits.checked_mul(i128::from(factor))?, ..self })
    }

    /// A hundredth of the value: the share that a percentage is.
    pub fn share(self) -> Self {
        Self { scale: self.scale + 2, ..self }
    }

    /// The value as a whole number, if it is one.
    pub fn whole(self) -> Option<i64> {
        let divisor = 10_i128.checked_pow(self.scale)?;
        (self.digits % divisor == 0).then(|| i64::try_from(self.digits / divisor).ok()).flatten()
    }

    /// The value as the nearest floating-point number.
    pub fn float(self) -> f64 {
        let text = format!("{}e-{}", self.digits, self.scale);
        text.parse().unwrap_or(self.digits as f64 / 10_f64.powi(self.scale.cast_signed()))
    }
}

/// Full-width digits and signs as their plain forms.
pub(crate) fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let half = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{A0}' | '\u{202F}' | '\u{2009}' => ' ',
        '−' | '–' => '-',
        other => other,
    };
    Cow::Owned(text.chars().map(half).collect())
}

const CURRENCIES: [&str; 22] = [
    "人民币",
    "美元",
    "欧元",
    "rmb",
    "cny",
    "usd",
    "eur",
    "gbp",
    "hkd",
    "jpy",
    "us$",
    "hk$",
    "nt$",
    "￥",
    "¥",
    "$",
    "€",
    "£",
    "元整",
    "元",
    "圆",
    "块",
];

const UNITS: [(&str, u32); 12] = [
    ("万亿", 12),
    ("亿", 8),
    ("千万", 7),
    ("百万", 6),
    ("万", 4),
    ("w", 4),
    ("千", 3),
    ("k", 3),
    ("mn", 6),
    ("m", 6),
    ("bn", 9),
    ("b", 9),
];

/// Reads a number: signs, thousand separators, currency signs and names, percent, accountants'
/// parentheses, units such as 万, 亿, k and m, exponents. None if the text is no number.
pub fn parse_number(text: &str, style: NumberStyle) -> Option<Decimal> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    if let Some(plain) = plain(text) {
        return Some(plain);
    }
    let lower = half_width(text).to_lowercase();
    let mut body = lower.trim();
    let mut negative = false;
    if let Some(inner) = body.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (body, negative) = (inner.trim(), true);
    }
    body = strip_currency(body);
    if let Some(rest) = body.strip_prefix('-').or_else(|| body.strip_suffix('-')) {
        (body, negative) = (rest.trim(), !negative);
    } else if let Some(rest) = body.strip_prefix('+') {
        body = rest.trim();
    }
    body = strip_currency(body);
    let percent = body.ends_with('%');
    body = body.trim_end_matches('%').trim_end();
    let unit = UNITS.iter().find_map(|(name, power)| Some((body.strip_suffix(name)?, *power)));
    let power = match unit {
        Some((rest, power)) => {
            body = rest.trim_end();
            power
        }
        None => 0,
    };
    let mut value = digits(body, style)?;
    let shift = power.min(value.scale);
    value.scale -= shift;
    value.digits = value.digits.checked_mul(10_i128.checked_pow(power - shift)?)?;
    value.percent = percent;
    value.unit = unit.is_some() || lower.trim_end_matches(['整', ')', ' ']).ends_with(['元', '圆', '块']);
    if negative {
        value.digits = -value.digits;
    }
    Some(value)
}

/// The quick way for what most cells hold: digits only.
fn plain(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let fits = !digits.is_empty() && digits.len() <= 18;
    (fits && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse::<i64>().ok())
        .flatten()
        .map(|whole| Decimal { digits: whole.into(), scale: 0, percent: false, unit: false })
}

fn strip_currency(text: &str) -> &str {
    let mut text = text.trim();
    for name in CURRENCIES {
        text = text.strip_prefix(name).unwrap_or(text).trim_start();
        text = text.strip_suffix(name).unwrap_or(text).trim_end();
    }
    text
}

fn digits(body: &str, style: NumberStyle) -> Option<Decimal> {
    let (body, exponent) = match body.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (body, 0),
    };
    let (thousands, point) = match style {
        NumberStyle::Point => (',', '.'),
        NumberStyle::Comma => ('.', ','),
    };
    let (whole, fraction) = body.split_once(point).unwrap_or((body, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0_i128;
    let mut push = |digit: char| -> Option<()> {
        value = value.checked_mul(10)?.checked_add(i128::from(digit.to_digit(10)?))?;
        Some(())
    };
    grouped(whole, thousands)?;
    for c in whole.chars().filter(char::is_ascii_digit) {
        push(c)?;
    }
    for c in fraction.chars() {
        push(c)?;
    }
    let scale = i32::try_from(fraction.len()).ok()? - exponent;
    if scale.abs() > 30 {
        return None;
    }
    if scale < 0 {
        value = value.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?;
    }
    let scale = u32::try_from(scale.max(0)).ok()?;
    Some(Decimal { digits: value, scale, percent: false, unit: false })
}

/// Checks the groups before the decimal sign: digits, in groups of three, or of four or two as
/// in China and India, parted by one kind of separator.
fn grouped(whole: &str, thousands: char) -> Option<()> {
    if whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(());
    }
    let separator = whole.chars().find(|c| !c.is_ascii_digit())?;
    if separator != thousands && separator != ' ' && separator != '\'' && separator != '_' {
        return None;
    }
    let groups: Vec<&str> = whole.split(separator).collect();
    let good = |(index, group): (usize, &&str)| {
        let size = if index == 0 { 1..=4 } else { 2..=4 };
        size.contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit())
    };
    (groups.iter().enumerate().all(good) && groups.last().is_some_and(|last| last.len() >= 3)).then_some(())
}

/// What a cell says about the decimal sign of its column.
pub(crate) fn style_vote(text: &str) -> Option<NumberStyle> {
    if !text.bytes().all(|byte| byte.is_ascii_digit() || b".,-+ $()".contains(&byte)) {
        return None;
    }
    let (comma, point) = (text.rfind(','), text.rfind('.'));
    let only = |sign: char, at: usize| {
        let after = text.get(at + 1..).map(|tail| tail.bytes().filter(u8::is_ascii_digit).count());
        (text.matches(sign).count() == 1 && after != Some(3)).then_some(())
    };
    match (comma, point) {
        (Some(comma), Some(point)) if comma > point => Some(NumberStyle::Comma),
        (Some(_), Some(_)) => Some(NumberStyle::Point),
        (Some(comma), None) => only(',', comma).map(|()| NumberStyle::Comma),
        (None, Some(point)) => only('.', point).map(|()| NumberStyle::Point),
        (None, None) => None,
    }
}

/// Reads a truth value in Chinese or English.
pub fn parse_bool(text: &str) -> Option<bool> {
    let text = text.trim();
    // The longest of these words in full width; most cells are something else, and longer.
    if text.len() > 24 {
        return None;
    }
    match half_width(text).to_lowercase().as_str() {
        "是" | "有" | "对" | "真" | "已" | "启用" | "yes" | "y" | "true" | "t" | "1" | "on" | "√" | "✓" | "✔" | "x"
        | "active" => Some(true),
        "否" | "无" | "没有" | "不" | "非" | "假" | "未" | "停用" | "no" | "n" | "false" | "f" | "0" | "off" | "×"
        | "✗" | "inactive" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for (text, hundredths) in [
            ("1", 100),
            ("-1234.5", -123_450),
            ("1,234.56", 123_456),
            ("12,34,567.8", 123_456_780),
            ("¥ 1,000", 100_000),
            ("￥３５．５", 3_550),
            ("$-5", -500),
            ("(1,234.00)", -123_400),
            ("1.2万", 1_200_000),
            ("3亿元", 30_000_000_000),
            ("2.5k", 250_000),
            ("1.5M", 150_000_000),
            ("25%", 2_500),
            ("100-", -10_000),
            ("1e3", 100_000),
            ("1.5E-1", 15),
            ("RMB 88.885", 8_889),
            ("-0.005", -1),
            ("1 234", 123_400),
            (".5", 50),
            ("人民币12元整", 1_200),
        ] {
            let read = parse_number(text, NumberStyle::Point).and_then(Decimal::hundredths);
            assert_eq!(read, Some(hundredths), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_taken_as_one() {
        for text in [
            "",
            "abc",
            "1.2.3",
            "12-10-16",
            "1,23",
            "--1",
            "1,2345,6",
            "万",
            "%",
            "$",
            "1a",
            "2026年",
            ",",
            "1..2",
            "99999999999999999999999999999999999999999999",
            "1e99",
            "(",
            "()",
            "nan",
            "inf",
        ] {
            assert_eq!(parse_number(text, NumberStyle::Point), None, "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_is_read_in_its_style() {
        for (text, hundredths) in [("1.234,56", 123_456), ("0,5", 50), ("12", 1_200), ("€ 9,99", 999)] {
            let read = parse_number(text, NumberStyle::Comma).and_then(Decimal::hundredths);
            assert_eq!(read, Some(hundredths), "{text}");
        }
        assert_eq!(style_vote("1.234,56"), Some(NumberStyle::Comma));
        assert_eq!(style_vote("12,5"), Some(NumberStyle::Comma));
        assert_eq!(style_vote("1,234"), None);
        assert_eq!(style_vote("0.25"), Some(NumberStyle::Point));
    }
}
