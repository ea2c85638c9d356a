//! What was wrong with the rows of a file, by pages and as a file.

use contract::imports::{ImportIssue, ImportIssueList, issue_message};
use contract::problem::Lang;
use uuid::Uuid;

use super::{rows, visible};
use crate::{Ctx, Error, Result};

/// The error list, a page of it.
pub fn issues(ctx: &mut Ctx<'_>, id: Uuid, cursor: Option<&str>, limit: i64, lang: Lang) -> Result<ImportIssueList> {
    visible(ctx, id, false)?;
    let from = match cursor {
        Some(cursor) => cursor.parse().map_err(|_| Error::field("cursor", "invalid_cursor", ""))?,
        None => 0,
    };
    let mut rows = persistence::imports::issues(ctx.conn, id, from, limit + 1)?;
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    let next_cursor = more.then(|| rows.last().map(|(place, _)| (place + 1).to_string())).flatten();
    let shown = rows.into_iter().filter(|(_, issue)| issue.code != rows::DEFERRED);
    let items = shown
        .map(|(_, issue)| ImportIssue {
            message: issue_message(lang, &issue.code, issue.detail.as_deref().unwrap_or_default()),
            row: issue.row,
            column: issue.column,
            field: issue.field,
            code: issue.code,
            value: issue.value,
            rejected: issue.rejected,
        })
        .collect();
    Ok(ImportIssueList { items, next_cursor })
}

/// The error list as a CSV file, a piece at a time: the header with the first, nothing at the end.
pub fn issues_csv(ctx: &mut Ctx<'_>, id: Uuid, cursor: Option<&str>, lang: Lang) -> Result<(Vec<u8>, Option<String>)> {
    use crate::tabular::write::{Cell, CsvWriter};
    let page = issues(ctx, id, cursor, 5_000, lang)?;
    let failed = |error: std::io::Error| Error::Internal(error.to_string());
    let mut csv = CsvWriter::new(Vec::new(), cursor.is_none()).map_err(failed)?;
    if cursor.is_none() {
        let header = match lang {
            Lang::Zh => ["行号", "列", "字段", "代码", "原因", "原值", "整行未导入"],
            Lang::En => ["row", "column", "field", "code", "reason", "value", "row left out"],
        };
        csv.row(header.map(|name| Cell::Text(name.into()))).map_err(failed)?;
    }
    for issue in &page.items {
        let text = |text: &Option<String>| text.clone().map_or(Cell::Empty, |text| Cell::Text(text.into()));
        let cells = [
            Cell::Int(issue.row),
            text(&issue.column),
            text(&issue.field),
            Cell::Text(issue.code.as_str().into()),
            Cell::Text(issue.message.as_str().into()),
            text(&issue.value),
            Cell::Bool(issue.rejected),
        ];
        csv.row(cells).map_err(failed)?;
    }
    Ok((csv.finish().map_err(failed)?, page.next_cursor))
}
