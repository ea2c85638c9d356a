//! A report as a table: shown, downloaded as CSV, printed. What is shown and what is downloaded are the same cells.

use crate::browser;
use crate::i18n::Lang;
use crate::pages::list_link::ListLink;
use crate::ui::cls;
use yew::prelude::*;

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    /// What a person reads.
    pub(crate) text: String,
    /// What a spreadsheet reads: a plain number where it is one.
    pub(crate) raw: String,
    /// Better (true) or worse, where that is known.
    pub(crate) good: Option<bool>,
    /// The list of the records behind it: object and query.
    pub(crate) link: Option<(String, String)>,
    pub(crate) number: bool,
}

impl Cell {
    pub(crate) fn words(text: impl Into<String>) -> Cell {
        let text = text.into();
        Cell { raw: text.clone(), text, ..Cell::default() }
    }

    /// A number: how it is shown, and the number itself; unknown is empty in the file.
    pub(crate) fn number(text: String, value: Option<f64>) -> Cell {
        Cell { text, raw: value.map(plain).unwrap_or_default(), number: true, ..Cell::default() }
    }

    pub(crate) fn to(self, link: Option<(String, String)>) -> Cell {
        Cell { link, ..self }
    }

    pub(crate) fn judged(self, good: Option<bool>) -> Cell {
        Cell { good, ..self }
    }
}

/// A number without grouping, at most two decimals.
fn plain(v: f64) -> String {
    let text = format!("{v:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A table: heads and rows of as many cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) heads: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// As CSV with a byte order mark, so that Excel reads Chinese; texts that a spreadsheet would compute are quoted away.
    pub(crate) fn csv(&self) -> String {
        let line = |cells: Vec<String>| cells.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",") + "\r\n";
        let mut out = String::from("\u{feff}");
        out.push_str(&line(self.heads.clone()));
        for row in &self.rows {
            out.push_str(&line(row.iter().map(|c| if c.number { c.raw.clone() } else { harmless(&c.raw) }).collect()));
        }
        out
    }

    pub(crate) fn view(&self) -> Html {
        let align = |i: usize| {
            if self.rows.first().and_then(|r| r.get(i)).is_some_and(|c| c.number) { "text-right" } else { "text-left" }
        };
        html! { <div class="mt-3 overflow-x-auto px-4 pb-4" tabindex="0" role="region" aria-label={self.heads.first().cloned()}><table class="w-full whitespace-nowrap text-[13px] tabular-nums" data-testid="report-table">
        <thead class="text-xs text-base-content/70"><tr class="h-8">{ for self.heads.iter().enumerate().map(|(i, h)| html! { <th scope="col" class={cls!("px-2 font-medium first:pl-0 last:pr-0", align(i))}>{ h }</th> }) }</tr></thead>
        <tbody class="divide-y divide-base-300/60">{ for self.rows.iter().map(|r| html! { <tr class="h-9">{ for r.iter().enumerate().map(|(i, c)| html! { <td class={cls!("px-2 first:pl-0 first:font-medium last:pr-0", align(i), c.good.map(|g| if g { "text-success" } else { "text-error" }))}>{ show(c) }</td> }) }</tr> }) }</tbody></table></div> }
    }
}

fn show(c: &Cell) -> Html {
    match &c.link {
        Some((object, query)) => {
            html! { <ListLink object={object.clone()} query={query.clone()} class="hover:text-primary hover:underline">{ &c.text }</ListLink> }
        }
        None => html! { <>{ &c.text }</> },
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// A text that begins like a formula gets an apostrophe.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() }
}

/// Hands a table to the reader as a file.
pub(crate) fn download(l: Lang, toaster: &crate::ui::toast::Toaster, table: &Table, name: &str) {
    let name = format!("{name}-{}.csv", browser::clock().today());
    browser::save_text(&table.csv(), "text/csv;charset=utf-8", &name);
    toaster.ok(l.downloaded(&name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_plain_numbers_and_harmless_texts() {
        let table = Table {
            heads: vec!["团队".into(), "金额, 元".into()],
            rows: vec![
                vec![Cell::words("=1+1"), Cell::number("¥1.2万".into(), Some(12_000.5))],
                vec![Cell::words("华东\"一\"队"), Cell::number("未知".into(), None)],
            ],
        };
        assert_eq!(table.csv(), "\u{feff}团队,\"金额, 元\"\r\n'=1+1,12000.5\r\n\"华东\"\"一\"\"队\",\r\n");
    }

    #[test]
    fn negative_numbers_stay_numbers() {
        let table = Table { heads: vec!["a".into()], rows: vec![vec![Cell::number("-5".into(), Some(-5.0))]] };
        assert!(table.csv().ends_with("\r\n-5\r\n"));
    }
}
