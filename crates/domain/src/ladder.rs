//! How far an opportunity has come among the stages of its pipeline.
//!
//! What is kept of it is the position of the furthest stage, so it depends on the order of the stages: whoever changes
//! the order asks here again.

use crate::metrics::OpportunityStatus;
use uuid::Uuid;

/// A stage as the order of a pipeline sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// The stage.
    pub id: Uuid,
    /// Its place in the order.
    pub position: i64,
    /// What it means to stand on it.
    pub kind: OpportunityStatus,
    /// Not in the archive.
    pub live: bool,
}

/// The number of the stage at a position among those of ascending positions: the first one there, else the last one
/// before. Of several in one place it is not known which was reached, so that none counts for more than is known.
pub fn number(positions: &[i64], position: i64) -> usize {
    let before = positions.iter().take_while(|p| **p < position).count();
    if positions.get(before) == Some(&position) { before } else { before.saturating_sub(1) }
}

/// The position of the furthest stage: the last for a won opportunity; else the furthest open stage among those that
/// it has been in, and at least the first. A stage in the archive counts as the live one before it, and stages that are
/// not among the rungs, those of another pipeline, count for nothing.
pub fn furthest(rungs: &[Rung], status: OpportunityStatus, visited: impl Iterator<Item = Uuid>) -> i64 {
    let live = |kind| rungs.iter().filter(move |r| r.live && r.kind == kind).map(|r| r.position);
    let (open, won) = (|| live(OpportunityStatus::Open), || live(OpportunityStatus::Won));
    if status == OpportunityStatus::Won {
        return open().chain(won()).max().unwrap_or(0);
    }
    let first = open().min().or_else(|| won().min()).unwrap_or(0);
    let place = |id: Uuid| {
        let rung = rungs.iter().find(|r| r.id == id).filter(|r| r.kind == OpportunityStatus::Open)?;
        if rung.live { Some(rung.position) } else { open().filter(|p| *p < rung.position).max() }
    };
    visited.filter_map(place).fold(first, i64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use OpportunityStatus::{Lost, Open, Won};

    fn rungs(list: &[(u128, i64, OpportunityStatus, bool)]) -> Vec<Rung> {
        list.iter()
            .map(|(id, position, kind, live)| Rung {
                id: Uuid::from_u128(*id),
                position: *position,
                kind: *kind,
                live: *live,
            })
            .collect()
    }

    fn at(rungs: &[Rung], status: OpportunityStatus, visited: &[u128]) -> i64 {
        furthest(rungs, status, visited.iter().map(|id| Uuid::from_u128(*id)))
    }

    #[test]
    fn the_furthest_stage_is_the_last_visited_in_the_order_that_holds_now() {
        let before =
            rungs(&[(1, 1, Open, true), (2, 2, Open, true), (3, 3, Open, true), (9, 4, Won, true), (8, 5, Lost, true)]);
        let after =
            rungs(&[(1, 1, Open, true), (3, 2, Open, true), (2, 3, Open, true), (9, 4, Won, true), (8, 5, Lost, true)]);
        for (status, visited, was, is) in [
            (Open, &[1][..], 1, 1),
            (Open, &[1, 2], 2, 3),
            (Open, &[1, 3, 1], 3, 2),
            (Open, &[1, 2, 3], 3, 3),
            (Lost, &[1, 2, 8], 2, 3),
            (Lost, &[8], 1, 1),
            (Won, &[1, 9], 4, 4),
            (Open, &[1, 9, 1], 1, 1),
        ] {
            assert_eq!(
                (at(&before, status, visited), at(&after, status, visited)),
                (was, is),
                "{status:?} {visited:?}"
            );
        }
    }

    #[test]
    fn a_stage_in_the_archive_counts_as_the_one_before_it() {
        let gone = rungs(&[
            (1, 1, Open, true),
            (2, 2, Open, true),
            (3, 3, Open, false),
            (4, 3, Open, true),
            (9, 4, Won, true),
        ]);
        assert_eq!((at(&gone, Open, &[1, 3]), at(&gone, Open, &[1, 4]), at(&gone, Lost, &[3])), (2, 3, 2));
        let first_gone = rungs(&[(1, 1, Open, false), (2, 2, Open, true)]);
        assert_eq!(at(&first_gone, Open, &[1]), 2);
    }

    #[test]
    fn whoever_has_not_won_is_placed_among_the_open_stages_alone() {
        let won_in_front = rungs(&[(9, 0, Won, true), (1, 1, Open, true), (2, 2, Open, false), (3, 3, Open, true)]);
        let at = |status, visited: &[u128]| at(&won_in_front, status, visited);
        assert_eq!((at(Open, &[1]), at(Open, &[2]), at(Lost, &[]), at(Won, &[1, 9])), (1, 1, 1, 3));
        assert_eq!(furthest(&rungs(&[(9, 4, Won, true)]), Lost, std::iter::empty()), 4);
    }

    #[test]
    fn a_position_is_that_of_its_first_stage_or_of_the_last_one_before() {
        for (positions, position, want) in [
            (&[1, 2, 3][..], 1, 0),
            (&[1, 2, 3], 3, 2),
            (&[1, 2, 3], 9, 2),
            (&[1, 5, 9], 6, 1),
            (&[1, 5, 9], 0, 0),
            (&[0, 0, 0], 0, 0),
            (&[1, 2, 2, 3], 2, 1),
            (&[1, 2, 2, 4], 3, 2),
            (&[], 7, 0),
        ] {
            assert_eq!(number(positions, position), want, "{position} of {positions:?}");
        }
    }

    #[test]
    fn stages_of_another_pipeline_count_for_nothing() {
        assert_eq!(at(&rungs(&[(1, 1, Open, true), (2, 2, Open, true)]), Open, &[77, 1]), 1);
        assert_eq!(at(&[], Open, &[77]), 0);
    }
}
