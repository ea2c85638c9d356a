//! Keeping the RFM grid in step with the customers.

use domain::record::{Record, Shape};
use persistence::rfm_grid::{Cell, Move};

/// What a written customer changes in the grid: it comes, goes into the archive or out of it, or changes hands.
pub(crate) fn moved(shape: &Shape, old: Option<&Record>, new: &Record) -> Option<Move> {
    let (from, to) = (old.and_then(|record| cell(shape, record)), cell(shape, new));
    (from != to).then(|| Move { customer: new.id(), from, to })
}

/// Where a customer stands; an archived one stands nowhere.
fn cell(shape: &Shape, record: &Record) -> Option<Cell> {
    if record.archived() {
        return None;
    }
    let score = |key: &str| record.get(shape, key).as_int().unwrap_or(0);
    Some(Cell {
        owner: record.owner(shape).unwrap_or_default(),
        segment: record.get(shape, "rfm_segment").as_str().unwrap_or_default().to_owned(),
        r: score("rfm_r"),
        f: score("rfm_f"),
    })
}
