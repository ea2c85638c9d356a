use super::*;

#[test]
fn moves_are_counted_by_where_from_and_where_to() {
    let mut shift = Shift::new(4);
    for (before, after) in [(0, 0), (0, 1), (2, 0), (9, 1)] {
        shift.add(Some(before), Some(after));
    }
    shift.add(None, Some(3));
    shift.add(Some(3), None);
    assert_eq!((shift.all(), shift.changed(), shift.better(), shift.worse()), (6, 5, 1, 1));
    assert_eq!((shift.before(Some(0)), shift.after(Some(1)), shift.before(None), shift.after(None)), (2, 2, 2, 1));
    assert_eq!((shift.count(Some(2), Some(0)), shift.count(None, Some(1)), shift.count(Some(1), Some(1))), (1, 1, 0));
}

#[test]
fn nothing_counted_is_nothing_moved() {
    let shift = Shift::new(0);
    assert_eq!((shift.all(), shift.changed(), shift.before(None)), (0, 0, 0));
}
