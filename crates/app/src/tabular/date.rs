//! Dates and moments as people write them.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

use super::number::half_width;

/// The order of day, month and year in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// `2026-03-05`, `26/3/5`
    Ymd,
    /// `05.03.2026`, `5-3-26`
    Dmy,
    /// `3/5/2026`
    Mdy,
}

impl DateOrder {
    /// All orders.
    pub const ALL: [Self; 3] = [Self::Ymd, Self::Dmy, Self::Mdy];

    /// As it is stored and shown.
    pub fn key(self) -> &'static str {
        match self {
            Self::Ymd => "ymd",
            Self::Dmy => "dmy",
            Self::Mdy => "mdy",
        }
    }

    /// Reads what [`DateOrder::key`] wrote.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.key() == key)
    }
}

/// A moment as written: local, or with an offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// In a time zone that is not written down.
    Local(NaiveDateTime),
    /// With its offset.
    Offset(DateTime<FixedOffset>),
}

/// The three numbers of a date and what is known of their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) numbers: [u32; 3],
    /// Digits of each number.
    pub(crate) widths: [usize; 3],
    /// The order where the writing itself shows it.
    pub(crate) fixed: Option<DateOrder>,
}

impl Parts {
    /// The date in this order, if there is such a day.
    pub(crate) fn date(self, order: DateOrder) -> Option<NaiveDate> {
        let order = self.fixed.unwrap_or(order);
        let [a, b, c] = self.numbers;
        let [wide_a, _, wide_c] = self.widths;
        let (year, width, month, day) = match order {
            DateOrder::Ymd => (a, wide_a, b, c),
            DateOrder::Dmy => (c, wide_c, b, a),
            DateOrder::Mdy => (c, wide_c, a, b),
        };
        let year = match (width, year) {
            (4, year) => year,
            (2, year @ 0..70) => 2000 + year,
            (2, year) => 1900 + year,
            _ => return None,
        };
        NaiveDate::from_ymd_opt(year.cast_signed(), month, day).filter(|_| (1000..=9999).contains(&year))
    }
}

/// The parts of the date with which a text begins, and the text after it.
pub(crate) fn split(text: &str) -> Option<(Parts, &str)> {
    let bytes = text.as_bytes();
    if !bytes.first()?.is_ascii_digit() {
        return named(text);
    }
    let mut numbers = [0; 3];
    let mut widths = [0; 3];
    let mut at = 0;
    let mut separators = [""; 2];
    for index in 0..3 {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        let width = at - start;
        if index == 0 && width == 8 {
            return compact(text);
        }
        if width == 0 || width > 4 {
            return named(text);
        }
        numbers[index] = text.get(start..at)?.parse().ok()?;
        widths[index] = width;
        if index < 2 {
            let rest = text.get(at..)?;
            let body = rest.trim_start();
            let sign = ["年", "月", "-", "/", "."].into_iter().find(|sign| body.starts_with(sign));
            let Some(sign) = sign else { return named(text) };
            separators[index] = sign;
            let tail = body.get(sign.len()..)?.trim_start();
            at = text.len() - tail.len();
        }
    }
    let chinese = separators == ["年", "月"];
    if !chinese && separators[0] != separators[1] {
        return None;
    }
    let rest = text.get(at..)?;
    let rest = rest.strip_prefix(['日', '号']).unwrap_or(rest);
    let fixed = (chinese || widths[0] >= 3).then_some(DateOrder::Ymd);
    Some((Parts { numbers, widths, fixed }, rest))
}

/// `20260305`
fn compact(text: &str) -> Option<(Parts, &str)> {
    let numbers = [text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..8)?.parse().ok()?];
    let fixed = Some(DateOrder::Ymd);
    Some((Parts { numbers, widths: [4, 2, 2], fixed }, text.get(8..)?))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// `5 Mar 2026`, `Mar 5, 2026`, `05-MAR-26`
fn named(text: &str) -> Option<(Parts, &str)> {
    let mut numbers = Vec::with_capacity(2);
    let mut month = None;
    let mut rest = text;
    while numbers.len() < 2 || month.is_none() {
        rest = rest.trim_start_matches([' ', '-', '/', ',', '.']);
        let first = rest.chars().next()?;
        let same = |c: char| c.is_ascii_digit() == first.is_ascii_digit() && c.is_ascii_alphanumeric();
        let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        if first.is_ascii_digit() && numbers.len() < 2 && word.len() <= 4 {
            numbers.push((word.parse().ok()?, word.len()));
            let lower = tail.get(..2).unwrap_or_default().to_ascii_lowercase();
            let ordinal = ["st", "nd", "rd", "th"].contains(&lower.as_str());
            rest = if ordinal { tail.get(2..)? } else { tail };
        } else if first.is_ascii_alphabetic() && month.is_none() && word.len() >= 3 {
            let word = word.to_ascii_lowercase();
            month = Some(MONTHS.iter().position(|name| name.starts_with(&word))?);
            rest = tail;
        } else {
            return None;
        }
    }
    let [(a, wide_a), (b, wide_b)] = numbers[..] else {
        return None;
    };
    let month = u32::try_from(month? + 1).ok()?;
    let (year, width, day) = if wide_a == 4 { (a, wide_a, b) } else { (b, wide_b, a) };
    let fixed = Some(DateOrder::Ymd);
    Some((Parts { numbers: [year, month, day], widths: [width, 2, 2], fixed }, rest))
}

/// Reads a day as it is written. A time and an offset behind it are read and dropped; a spreadsheet's serial number counts
/// too.
pub fn parse_date(text: &str, order: DateOrder) -> Option<NaiveDate> {
    match parse_moment(text, order)? {
        Moment::Local(moment) => Some(moment.date()),
        Moment::Offset(moment) => Some(moment.date_naive()),
    }
}

/// Reads a day with or without a time of day; a day without one is its midnight.
pub fn parse_moment(text: &str, order: DateOrder) -> Option<Moment> {
    let text = half_width(text);
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    if let Some(moment) = serial(text) {
        return Some(Moment::Local(moment));
    }
    let (parts, rest) = split(text)?;
    let date = parts.date(order)?;
    let rest = rest.trim_start_matches([' ', 'T', 't', ',']);
    if rest.is_empty() {
        return Some(Moment::Local(date.and_time(NaiveTime::MIN)));
    }
    let (time, rest) = time_of_day(rest)?;
    let local = date.and_time(time);
    match rest.trim() {
        "" => Some(Moment::Local(local)),
        offset => {
            let offset = parse_offset(offset)?;
            Some(Moment::Offset(local.and_local_timezone(offset).single()?))
        }
    }
}

/// A spreadsheet's count of days since 1899-12-30, between 1927 and 2173.
fn serial(text: &str) -> Option<NaiveDateTime> {
    let body = text.as_bytes();
    let whole = body.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if whole != 5 || (body.len() > 5 && body.get(5) != Some(&b'.')) {
        return None;
    }
    let days: f64 = text.parse().ok()?;
    if !(10_000.0..100_000.0).contains(&days) {
        return None;
    }
    let start = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    let seconds = (days * 86_400.0).round() as i64;
    start.checked_add_signed(chrono::TimeDelta::seconds(seconds))
}

/// `10:20`, `10:20:30.5`, `10:20 PM`, `下午3:05`, `10时20分`
fn time_of_day(text: &str) -> Option<(NaiveTime, &str)> {
    let (half, text) = match ["上午", "下午", "晚上", "中午"].into_iter().find(|word| text.starts_with(word)) {
        Some(word) => (Some(word != "上午"), text.get(word.len()..)?.trim_start()),
        None => (None, text),
    };
    let (hour, rest) = number(text)?;
    let rest = rest.strip_prefix([':', '时', '点'])?;
    let (minute, rest) = number(rest).unwrap_or((0, rest));
    let rest = rest.strip_prefix('分').unwrap_or(rest);
    let (second, mut rest) = match rest.strip_prefix(':').map_or_else(|| number(rest), number) {
        Some((second, rest)) => (second, rest.strip_prefix('秒').unwrap_or(rest)),
        None => (0, rest),
    };
    let mut micro = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        let (digits, tail) = fraction.split_at(end);
        micro = format!("{digits:0<6}").get(..6)?.parse().ok()?;
        rest = tail;
    }
    let tail = rest.trim_start();
    let mark = tail.get(..2).unwrap_or_default().to_ascii_lowercase();
    let (half, rest) = match mark.as_str() {
        "am" => (Some(false), tail.get(2..)?),
        "pm" => (Some(true), tail.get(2..)?),
        _ => (half, rest),
    };
    let hour = match (half, hour) {
        (Some(false), 12) => 0,
        (Some(true), hour @ 0..12) => hour + 12,
        (_, hour) => hour,
    };
    Some((NaiveTime::from_hms_micro_opt(hour, minute, second.min(59), micro)?, rest))
}

fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() || digits.len() > 2 {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}

fn parse_offset(text: &str) -> Option<FixedOffset> {
    let text = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text);
    if matches!(text, "" | "Z" | "z") {
        return FixedOffset::east_opt(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?),
        _ => return None,
    };
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_every_common_writing() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 5);
        for (text, order) in [
            ("2026-03-05", DateOrder::Dmy),
            ("2026/3/5", DateOrder::Mdy),
            ("2026.3.5", DateOrder::Ymd),
            ("2026年3月5日", DateOrder::Dmy),
            ("2026年03月05号", DateOrder::Dmy),
            ("２０２６－０３－０５", DateOrder::Ymd),
            ("20260305", DateOrder::Dmy),
            ("05-03-26", DateOrder::Dmy),
            ("5.3.2026", DateOrder::Dmy),
            ("3/5/2026", DateOrder::Mdy),
            ("26-3-5", DateOrder::Ymd),
            ("5 Mar 2026", DateOrder::Ymd),
            ("Mar 5, 2026", DateOrder::Ymd),
            ("March 5th 2026", DateOrder::Ymd),
            ("05-MAR-26", DateOrder::Ymd),
            ("46086", DateOrder::Ymd),
            ("46086.75", DateOrder::Ymd),
            ("2026-03-05 10:20", DateOrder::Ymd),
            ("2026-03-05T10:20:30.123Z", DateOrder::Ymd),
            ("2026-03-05T10:20:30+08:00", DateOrder::Ymd),
            ("2026年3月5日 下午3:05", DateOrder::Ymd),
            ("3/5/2026 11:20 PM", DateOrder::Mdy),
            (" 2026 - 03 - 05 ", DateOrder::Ymd),
        ] {
            assert_eq!(parse_date(text, order), day, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_taken_as_one() {
        for text in [
            "",
            "2026-02-30",
            "2026-13-01",
            "hello",
            "12",
            "123456",
            "1-2",
            "2026-03/05",
            "2026-03-05x",
            "05-03-026",
            "32-01-26",
            "2026年",
            "2026-03-05 25:00",
            "1.5",
            "99999999",
            "Foo 5 2026",
            "0000-01-01",
        ] {
            assert_eq!(parse_date(text, DateOrder::Dmy), None, "{text}");
        }
    }

    #[test]
    fn a_moment_keeps_its_time_and_offset() {
        let local = |text| match parse_moment(text, DateOrder::Ymd) {
            Some(Moment::Local(moment)) => moment.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(local("2026-03-05 10:20"), "2026-03-05 10:20:00");
        assert_eq!(local("2026-03-05 12:20 am"), "2026-03-05 00:20:00");
        assert_eq!(local("2026年3月5日下午3时05分"), "2026-03-05 15:05:00");
        assert_eq!(local("46086.5"), "2026-03-05 12:00:00");
        let Some(Moment::Offset(moment)) = parse_moment("2026-03-05T10:20:30.5+0800", DateOrder::Ymd) else {
            panic!("no offset");
        };
        assert_eq!(moment.to_utc().to_rfc3339(), "2026-03-05T02:20:30.500+00:00");
    }
}
