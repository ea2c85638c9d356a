//! What a column holds, judged from its cells.

use std::collections::HashSet;

use super::clean::is_dash;
use super::date::{self, DateOrder};
use super::number::{NumberStyle, half_width, parse_bool, parse_number, style_vote};

/// Cells of a column that are looked at; later ones are only counted.
const LOOKED_AT: u64 = 200_000;
/// Different samples kept of a column.
const SAMPLES: usize = 5;

/// The kind of value that nearly all filled cells of a column have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// No filled cell.
    Empty,
    /// Truth values.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers, money and percentages among them.
    Number,
    /// Days.
    Date,
    /// Days with a time.
    Time,
    /// Times of day without a day.
    Clock,
    /// E-mail addresses.
    Email,
    /// Telephone numbers.
    Phone,
    /// Web addresses.
    Url,
    /// Anything else.
    Text,
}

impl Shape {
    /// As it is stored and shown.
    pub fn key(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Number => "number",
            Self::Date => "date",
            Self::Time => "datetime",
            Self::Clock => "time",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Text => "text",
        }
    }
}

/// Counts over the cells of one column.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Filled cells.
    pub filled: u64,
    /// The first different values.
    pub samples: Vec<String>,
    /// The longest cell, in bytes.
    pub longest: usize,
    looked: u64,
    bools: u64,
    ints: u64,
    numbers: u64,
    dates: u64,
    times: u64,
    clocks: u64,
    emails: u64,
    phones: u64,
    urls: u64,
    orders: [u64; 3],
    unfixed: u64,
    /// For each position of a date, the numbers that stood there.
    places: [HashSet<u32>; 3],
    slashes: u64,
    points: u64,
    commas: u64,
}

impl Profile {
    /// Takes one cell into account.
    pub fn see(&mut self, cell: &str) {
        let text = cell.trim();
        if text.is_empty() {
            return;
        }
        self.filled += 1;
        self.longest = self.longest.max(cell.len());
        if self.samples.len() < SAMPLES && !self.samples.iter().any(|known| known == text) {
            self.samples.push(text.chars().take(200).collect());
        }
        if self.looked < LOOKED_AT && !is_dash(text) {
            self.looked += 1;
            self.look(text);
        }
    }

    fn look(&mut self, text: &str) {
        if text.len() > 254 {
            return;
        }
        let half = half_width(text);
        let text = half.as_ref();
        let digits = text.bytes().any(|byte| byte.is_ascii_digit());
        self.bools += u64::from(parse_bool(text).is_some());
        self.emails += u64::from(is_email(text));
        self.urls += u64::from(is_url(text));
        if !digits {
            return;
        }
        self.phones += u64::from(is_phone(text));
        self.clocks += u64::from(is_clock(text));
        match style_vote(text) {
            Some(NumberStyle::Point) => self.points += 1,
            Some(NumberStyle::Comma) => self.commas += 1,
            None => {}
        }
        let number = [NumberStyle::Point, NumberStyle::Comma].into_iter().find_map(|style| parse_number(text, style));
        if let Some(number) = number {
            self.numbers += 1;
            self.ints += u64::from(number.whole().is_some() && !number.percent);
        }
        if let Some((parts, rest)) = date::split(text) {
            self.see_date(text, parts, rest);
        }
    }

    fn see_date(&mut self, text: &str, parts: date::Parts, rest: &str) {
        let mut any = false;
        for (count, order) in self.orders.iter_mut().zip(DateOrder::ALL) {
            let read = date::parse_moment(text, order).is_some();
            *count += u64::from(read);
            any |= read;
        }
        if !any {
            return;
        }
        self.dates += 1;
        self.times += u64::from(rest.contains([':', '时', '点']));
        if parts.fixed.is_none() {
            self.unfixed += 1;
            self.slashes += u64::from(text.contains('/'));
            for (place, number) in self.places.iter_mut().zip(parts.numbers) {
                place.insert(number);
            }
        }
    }

    /// What nearly all filled cells are (nineteen of twenty).
    pub fn shape(&self) -> Shape {
        if self.looked == 0 {
            return Shape::Empty;
        }
        let most = |count: u64| count * 20 >= self.looked * 19;
        if most(self.emails) {
            Shape::Email
        } else if most(self.times) {
            Shape::Time
        } else if most(self.dates) {
            Shape::Date
        } else if most(self.clocks) {
            Shape::Clock
        } else if most(self.bools) {
            Shape::Bool
        } else if most(self.phones) {
            Shape::Phone
        } else if most(self.ints) {
            Shape::Int
        } else if most(self.numbers) {
            Shape::Number
        } else if most(self.urls) {
            Shape::Url
        } else {
            Shape::Text
        }
    }

    /// The order of day, month and year that reads most cells, and whether another one reads as
    /// many, so that a person should confirm it.
    pub fn date_order(&self) -> (DateOrder, bool) {
        let best = self.orders.iter().copied().max().unwrap_or_default();
        let tied: Vec<DateOrder> = self
            .orders
            .iter()
            .zip(DateOrder::ALL)
            .filter(|(count, _)| **count == best)
            .map(|(_, order)| order)
            .collect();
        if let [only] = tied[..] {
            return (only, false);
        }
        if self.unfixed == 0 {
            return (DateOrder::Ymd, false);
        }
        // The year is the place with the fewest different numbers, as days and months go round.
        let [first, _, third] = &self.places;
        let year_first = first.len() < third.len();
        let mut preferred = if year_first { vec![DateOrder::Ymd] } else { vec![] };
        preferred.extend(if self.slashes * 2 > self.unfixed {
            [DateOrder::Mdy, DateOrder::Dmy]
        } else {
            [DateOrder::Dmy, DateOrder::Mdy]
        });
        let order = preferred.into_iter().find(|order| tied.contains(order));
        let day_or_month = tied.contains(&DateOrder::Dmy) && tied.contains(&DateOrder::Mdy);
        let spread = first.len().abs_diff(third.len()) < 3;
        (order.unwrap_or(DateOrder::Ymd), (day_or_month && !year_first) || spread)
    }

    /// Which sign separates the decimals.
    pub fn number_style(&self) -> NumberStyle {
        if self.commas > self.points { NumberStyle::Comma } else { NumberStyle::Point }
    }
}

/// Whether the text looks like an e-mail address.
pub fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    !name.is_empty()
        && !text.contains(char::is_whitespace)
        && !host.contains('@')
        && host.split('.').count() >= 2
        && host.split('.').all(|label| !label.is_empty())
}

/// Hours and minutes, `9:30` or `09:30:00`.
fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let good = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (2..=3).contains(&parts.len()) && parts.iter().all(good)
}

fn is_url(text: &str) -> bool {
    let begins = |with: &str| text.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    ["http://", "https://", "www."].into_iter().any(begins) && !text.contains(char::is_whitespace)
}

/// Whether the text looks like a telephone number: a mobile number of China, or 7 to 15 digits
/// with the signs that people put between them.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let signs = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-() .".contains(&byte));
    if !signs || !(7..=15).contains(&digits) || text.matches('.').count() == 1 {
        return false;
    }
    let mobile = digits == 11 && text.len() == 11 && text.starts_with('1') && !text.starts_with("10");
    let plus = text.starts_with('+') && digits >= 9;
    let parted = digits >= 9 && text.trim_start_matches('-').contains(['-', ' ', '(']) && date::split(text).is_none();
    mobile || plus || parted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str]) -> Profile {
        let mut profile = Profile::default();
        for cell in cells {
            profile.see(cell);
        }
        profile
    }

    #[test]
    fn the_shape_of_a_column_is_seen() {
        for (cells, shape) in [
            (&["", " "][..], Shape::Empty),
            (&["a@b.cn", "x.y@z.com"][..], Shape::Email),
            (&["13800000000", "+86 139 0000 0000", "010-88886666"][..], Shape::Phone),
            (&["2026-03-05", "2026年3月5日"][..], Shape::Date),
            (&["2026-03-05 10:00", "2026-03-06 11:00"][..], Shape::Time),
            (&["是", "否"][..], Shape::Bool),
            (&["1", "23", "456"][..], Shape::Int),
            (&["¥1,200.50", "3万", "12"][..], Shape::Number),
            (&["https://a.cn", "www.b.com"][..], Shape::Url),
            (&["张伟", "12", "x"][..], Shape::Text),
        ] {
            assert_eq!(of(cells).shape(), shape, "{cells:?}");
        }
    }

    #[test]
    fn a_day_above_twelve_settles_the_order_of_the_whole_column() {
        assert_eq!(of(&["01-03-2017", "25-10-2016"]).date_order(), (DateOrder::Dmy, false));
        assert_eq!(of(&["3/5/2026", "3/25/2026"]).date_order(), (DateOrder::Mdy, false));
        assert_eq!(of(&["26-03-05", "26-03-31", "27-12-30"]).date_order().0, DateOrder::Ymd);
        assert_eq!(of(&["2026-03-05"]).date_order(), (DateOrder::Ymd, false));
    }

    #[test]
    fn two_figure_years_behind_the_day_are_told_from_years_in_front() {
        let cells: Vec<String> = (1..=28).map(|day| format!("{day:02}-0{}-17", day % 9 + 1)).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        assert_eq!(of(&cells).date_order().0, DateOrder::Dmy);
        let cells: Vec<String> = (1..=28).map(|day| format!("17-0{}-{day:02}", day % 9 + 1)).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        assert_eq!(of(&cells).date_order().0, DateOrder::Ymd);
    }

    #[test]
    fn an_order_that_the_data_leaves_open_is_reported() {
        assert_eq!(of(&["03/05/2026", "04/06/2026"]).date_order(), (DateOrder::Mdy, true));
        assert_eq!(of(&["03.05.2026", "04.06.2026"]).date_order(), (DateOrder::Dmy, true));
    }
}
