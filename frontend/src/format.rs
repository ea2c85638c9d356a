//! How values read: money in 万 and 亿, dates near and far, numbers. Pure, so that native tests hold it.

use crate::i18n::Lang;
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Timelike, Utc};
use domain::zone::Zone;

/// The sign before an amount.
pub(crate) fn currency_sign(currency: &str) -> String {
    match currency {
        "CNY" | "JPY" => "¥".to_owned(),
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "HKD" => "HK$".to_owned(),
        other => format!("{other} "),
    }
}

/// An amount in minor units, short: `¥12.3万`, `¥1.25亿`, `¥123K`.
pub(crate) fn money(lang: Lang, currency: &str, minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let units = minor.unsigned_abs() as f64 / 100.0;
    let body = match lang {
        Lang::Zh if units >= 99_995_000.0 => format!("{}亿", trim(units / 1e8, 2)),
        Lang::Zh if units >= 1e7 => format!("{}万", group((units / 1e4).round() as u64)),
        Lang::Zh if units >= 1e4 => format!("{}万", trim(units / 1e4, 1)),
        Lang::En if units >= 999_950_000.0 => format!("{}B", trim(units / 1e9, 2)),
        Lang::En if units >= 999_950.0 => format!("{}M", trim(units / 1e6, 2)),
        Lang::En if units >= 1e4 => format!("{}K", trim(units / 1e3, 1)),
        Lang::Zh | Lang::En if units.fract() == 0.0 => group(units as u64),
        Lang::Zh | Lang::En => money_body(minor.unsigned_abs()),
    };
    format!("{sign}{}{body}", currency_sign(currency))
}

/// An amount in minor units, in full: `¥1,234,567.80`.
pub(crate) fn money_full(currency: &str, minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}{}", currency_sign(currency), money_body(minor.unsigned_abs()))
}

fn money_body(minor: u64) -> String {
    format!("{}.{:02}", group(minor / 100), minor % 100)
}

/// The text of an amount as one types it, without grouping: `1234.5`.
pub(crate) fn money_input(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, cents) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
    match cents {
        0 => format!("{sign}{whole}"),
        c if c % 10 == 0 => format!("{sign}{whole}.{}", c / 10),
        c => format!("{sign}{whole}.{c:02}"),
    }
}

/// Reads an amount as one types it: `12,000`, `1.2万`, `¥3亿`, `5k`; the answer is in minor units.
pub(crate) fn parse_money(text: &str) -> Option<i64> {
    let t: String =
        text.trim().chars().filter(|c| !matches!(c, ',' | '，' | ' ' | '¥' | '￥' | '$' | '€' | '£')).collect();
    let (t, unit) = match t.chars().last()? {
        '万' | 'w' | 'W' => (t.trim_end_matches(['万', 'w', 'W']).to_owned(), 1e4),
        '亿' => (t.trim_end_matches('亿').to_owned(), 1e8),
        'k' | 'K' => (t.trim_end_matches(['k', 'K']).to_owned(), 1e3),
        'm' | 'M' => (t.trim_end_matches(['m', 'M']).to_owned(), 1e6),
        _ => (t.trim_end_matches('元').to_owned(), 1.0),
    };
    if !t.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')) {
        return None;
    }
    let minor = (t.parse::<f64>().ok()? * unit * 100.0).round();
    (minor.abs() <= 9e15).then_some(minor as i64)
}

/// A whole number with its thousands apart.
pub(crate) fn group(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A number with at most `places` decimals, no trailing zeros, thousands apart.
pub(crate) fn number(v: f64, places: usize) -> String {
    let sign = if v < 0.0 { "-" } else { "" };
    let text = format!("{:.places$}", v.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole = group(whole.parse().unwrap_or(0));
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// A percentage, 0..100, with at most one decimal.
pub(crate) fn percent(v: f64) -> String {
    format!("{}%", number(v, 1))
}

/// A percentage, 0..100, with its decimal, so that those below one another stand in line; unknown is a dash.
pub(crate) fn share(v: Option<f64>) -> String {
    v.map_or_else(|| "—".to_owned(), |v| format!("{v:.1}%"))
}

fn trim(v: f64, places: usize) -> String {
    number(v, places)
}

/// Now, in the organisation's time zone: two colleagues see the same day, wherever they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Clock {
    pub(crate) now: DateTime<Utc>,
    pub(crate) zone: Zone,
}

impl Clock {
    pub(crate) fn today(&self) -> NaiveDate {
        self.zone.day(self.now)
    }

    /// What the organisation's clock shows now.
    pub(crate) fn local_now(&self) -> NaiveDateTime {
        self.zone.local(self.now)
    }

    /// The moment at which the organisation's clock shows this, as the API takes it.
    pub(crate) fn sent(&self, local: NaiveDateTime) -> String {
        moment_text(self.zone.moment(local))
    }
}

/// Reads `2026-11-22`. By hand, as chrono's parsers and formatters for any pattern are ten times the size of these few lines.
pub(crate) fn parse_day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Reads `2026-11-22T08:30` with or without seconds and their fraction.
fn parse_local(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = text.split_once(['T', ' '])?;
    let mut parts = time.splitn(3, ':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let second = parts.next().map_or(Some(0), |s| s.split('.').next()?.parse().ok())?;
    parse_day(day)?.and_hms_opt(hour, minute, second)
}

/// Reads an RFC 3339 moment: `2026-11-22T08:30:00Z`, `2026-11-22T16:30:00.5+08:00`.
pub(crate) fn parse_moment(text: &str) -> Option<DateTime<Utc>> {
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return Some(parse_local(local)?.and_utc());
    }
    let at = text.rfind(['+', '-']).filter(|at| *at > 10)?;
    let (hours, minutes) = text.get(at + 1..)?.split_once(':')?;
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    let ahead = if text.get(at..)?.starts_with('-') { -minutes } else { minutes };
    parse_local(text.get(..at)?)?.and_utc().checked_sub_signed(Duration::minutes(ahead))
}

/// A moment as the API takes it, to the second, in UTC.
pub(crate) fn moment_text(at: DateTime<Utc>) -> String {
    let at = at.naive_utc();
    format!("{}T{:02}:{:02}:{:02}Z", at.date(), at.hour(), at.minute(), at.second())
}

/// A day as people say it: today, yesterday, in 3 days; the ISO date when more than a week away.
pub(crate) fn date(lang: Lang, text: &str, clock: &Clock) -> String {
    match parse_day(text) {
        Some(day) => day_words(lang, day, clock),
        None => text.to_owned(),
    }
}

fn day_words(lang: Lang, day: NaiveDate, clock: &Clock) -> String {
    match (day - clock.today()).num_days() {
        0 => lang.today().to_owned(),
        -1 => lang.yesterday().to_owned(),
        1 => lang.tomorrow().to_owned(),
        n @ -7..=-2 => lang.days_ago(-n),
        n @ 2..=7 => lang.in_days(n),
        _ => day.to_string(),
    }
}

/// A moment as people say it: minutes and hours ago on the day, then the day and the time.
pub(crate) fn moment(lang: Lang, text: &str, clock: &Clock) -> String {
    let Some(at) = parse_moment(text) else { return text.to_owned() };
    let past = clock.now.signed_duration_since(at);
    let at = clock.zone.local(at);
    if past >= Duration::zero() && past < Duration::minutes(1) {
        return lang.just_now().to_owned();
    }
    if past >= Duration::zero() && past < Duration::hours(1) {
        return lang.minutes_ago(past.num_minutes());
    }
    format!("{} {:02}:{:02}", day_words(lang, at.date(), clock), at.hour(), at.minute())
}

/// A moment in full, for hovering.
pub(crate) fn moment_full(text: &str, clock: &Clock) -> String {
    match parse_moment(text) {
        Some(at) => {
            let at = clock.zone.local(at);
            format!("{} {:02}:{:02}:{:02}", at.date(), at.hour(), at.minute(), at.second())
        }
        None => text.to_owned(),
    }
}

/// The value of a `datetime-local` input for a moment.
pub(crate) fn moment_input(text: &str, clock: &Clock) -> String {
    match parse_moment(text) {
        Some(at) => {
            let at = clock.zone.local(at);
            format!("{}T{:02}:{:02}", at.date(), at.hour(), at.minute())
        }
        None => text.to_owned(),
    }
}

/// The moment that a `datetime-local` input means, in RFC 3339 UTC.
pub(crate) fn parse_moment_input(text: &str, clock: &Clock) -> Option<String> {
    Some(clock.sent(parse_local(text)?))
}

/// Morning, afternoon or evening.
pub(crate) fn greeting(lang: Lang, clock: &Clock) -> &'static str {
    match clock.local_now().hour() {
        5..=11 => lang.good_morning(),
        12..=17 => lang.good_afternoon(),
        _ => lang.good_evening(),
    }
}

/// A month by its number, 1..12, short.
pub(crate) fn month_word(lang: Lang, month: u32) -> String {
    const EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    match lang {
        Lang::Zh => format!("{month}月"),
        Lang::En => EN.get(month as usize - 1).copied().unwrap_or("").to_owned(),
    }
}

/// A month such as `2026-11` or a day, short, for a chart's axis.
pub(crate) fn axis_month(lang: Lang, text: &str) -> String {
    match parse_day(text).or_else(|| parse_day(&format!("{text}-01"))) {
        Some(d) => month_word(lang, d.month()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        let zone = Zone::fixed(chrono::FixedOffset::east_opt(8 * 3600).unwrap());
        Clock { now: parse_moment("2026-11-22T08:00:00Z").unwrap(), zone }
    }

    #[test]
    fn money_is_said_in_wan_and_yi() {
        let zh = |minor| money(Lang::Zh, "CNY", minor);
        assert_eq!(zh(99_900), "¥999");
        assert_eq!(zh(12_345_600), "¥12.3万");
        assert_eq!(zh(2_486_000_000), "¥2,486万");
        assert_eq!(zh(12_500_000_000), "¥1.25亿");
        assert_eq!(zh(-5_000_000), "-¥5万");
        assert_eq!(zh(1234), "¥12.34");
        assert_eq!(money(Lang::En, "USD", 125_000_000), "$1.25M");
        assert_eq!(money_full("CNY", 12_345_678), "¥123,456.78");
    }

    #[test]
    fn typed_amounts_are_read_with_units() {
        assert_eq!(parse_money("1.2万"), Some(1_200_000));
        assert_eq!(parse_money("¥12,000.50"), Some(1_200_050));
        assert_eq!(parse_money("3亿"), Some(30_000_000_000));
        assert_eq!(parse_money("-8"), Some(-800));
        assert_eq!(parse_money("abc"), None);
        assert_eq!(parse_money(""), None);
        assert_eq!(parse_money("nan"), None);
        for minor in [0, 5, 120, 123_456, -990] {
            assert_eq!(parse_money(&money_input(minor)), Some(minor));
        }
    }

    #[test]
    fn near_days_have_words_and_far_days_are_dates() {
        let zh = |s| date(Lang::Zh, s, &clock());
        assert_eq!(zh("2026-11-22"), "今天");
        assert_eq!(zh("2026-11-21"), "昨天");
        assert_eq!(zh("2026-11-19"), "3 天前");
        assert_eq!(zh("2026-11-25"), "3 天后");
        assert_eq!(zh("2026-01-02"), "2026-01-02");
        assert_eq!(zh("?"), "?");
    }

    #[test]
    fn a_moment_survives_its_input_box() {
        let c = clock();
        assert_eq!(moment(Lang::Zh, "2026-11-22T07:30:00Z", &c), "30 分钟前");
        assert_eq!(moment(Lang::En, "2026-11-21T01:05:00Z", &c), "yesterday 09:05");
        assert_eq!(moment_input("2026-11-22T07:30:00Z", &c), "2026-11-22T15:30");
        assert_eq!(parse_moment_input("2026-11-22T15:30", &c).as_deref(), Some("2026-11-22T07:30:00Z"));
    }

    #[test]
    fn moments_are_read_in_every_zone_and_nonsense_is_not() {
        let same = parse_moment("2026-11-22T08:30:00Z");
        assert!(same.is_some());
        assert_eq!(parse_moment("2026-11-22T16:30:00.125+08:00"), same);
        assert_eq!(parse_moment("2026-11-22T03:00:00-05:30"), same);
        assert_eq!(same.map(moment_text).as_deref(), Some("2026-11-22T08:30:00Z"));
        for text in ["", "2026-11-22", "2026-13-01T00:00:00Z", "2026-11-22T25:00:00Z", "昨天", "2026-11-22T08:30:00+八"]
        {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_keep_no_idle_zeros() {
        assert_eq!(number(1234.50, 2), "1,234.5");
        assert_eq!(number(-0.5, 1), "-0.5");
        assert_eq!(percent(31.94), "31.9%");
    }
}
