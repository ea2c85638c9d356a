//! The periods that figures are asked for.

use crate::i18n::Lang;
use chrono::{Datelike, NaiveDate};

/// A period of the calendar.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Span {
    Month,
    Quarter,
    Year,
    TwelveMonths,
    All,
}

impl Span {
    pub(crate) const ALL: [Span; 5] = [Span::Month, Span::Quarter, Span::Year, Span::TwelveMonths, Span::All];

    pub(crate) fn key(self) -> &'static str {
        match self {
            Span::Month => "month",
            Span::Quarter => "quarter",
            Span::Year => "year",
            Span::TwelveMonths => "12m",
            Span::All => "all",
        }
    }

    pub(crate) fn label(self, l: Lang) -> &'static str {
        match self {
            Span::Month => l.this_month(),
            Span::Quarter => l.this_quarter(),
            Span::Year => l.this_year(),
            Span::TwelveMonths => l.last_12_months(),
            Span::All => l.all_time(),
        }
    }

    /// Its first day and today; nothing for all time.
    pub(crate) fn days(self, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let day = |y: i32, m: u32| NaiveDate::from_ymd_opt(y, m, 1);
        let from = match self {
            Span::Month => day(today.year(), today.month()),
            Span::Quarter => day(today.year(), (today.month0() / 3) * 3 + 1),
            Span::Year => day(today.year(), 1),
            Span::TwelveMonths => today.checked_sub_months(chrono::Months::new(12)).and_then(|d| d.succ_opt()),
            Span::All => None,
        }?;
        Some((from, today))
    }

    /// The span of a key.
    pub(crate) fn of(key: &str) -> Option<Span> {
        Span::ALL.into_iter().find(|s| s.key() == key)
    }

    /// Keys and labels, for a select.
    pub(crate) fn choices(l: Lang) -> Vec<(String, String)> {
        Span::ALL.iter().map(|s| (s.key().to_owned(), s.label(l).to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_begin_where_the_calendar_says() {
        let day = |s: &str| s.parse::<NaiveDate>().unwrap();
        let today = day("2026-11-22");
        assert_eq!(Span::Month.days(today), Some((day("2026-11-01"), today)));
        assert_eq!(Span::Quarter.days(today), Some((day("2026-10-01"), today)));
        assert_eq!(Span::Year.days(today), Some((day("2026-01-01"), today)));
        assert_eq!(Span::TwelveMonths.days(today), Some((day("2025-11-23"), today)));
        assert_eq!(Span::All.days(today), None);
    }
}
