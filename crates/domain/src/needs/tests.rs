use super::*;

fn known(singles: &[(u8, i64)], pairs: &[(u8, u8, i64)]) -> (Singles<u8>, Pairs<u8>) {
    (singles.iter().copied().collect(), pairs.iter().map(|(a, b, n)| ((*a, *b), *n)).collect())
}

fn groups(singles: &[(u8, i64)], pairs: &[(u8, u8, i64)]) -> Vec<Vec<u8>> {
    let (singles, pairs) = known(singles, pairs);
    clusters(&singles, &pairs, &Settings::default())
        .into_iter()
        .map(|c| c.needs.into_iter().map(|(k, _)| k).collect())
        .collect()
}

#[test]
fn needs_that_go_together_are_one_group_and_say_why() {
    let (singles, pairs) = known(&[(1, 20), (2, 10), (3, 12), (4, 6)], &[(1, 2, 9), (1, 3, 2), (3, 4, 6)]);
    let found = clusters(&singles, &pairs, &Settings::default());
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].needs, [(1, 20), (2, 10)]);
    assert_eq!(found[0].links, [Link { a: 1, b: 2, together: 9, similarity: 9.0 / 21.0 }]);
    assert_eq!(found[1].needs, [(3, 12), (4, 6)]);
    assert_eq!(found[1].links[0].similarity, 0.5);
}

#[test]
fn one_need_in_the_middle_does_not_chain_strangers_together() {
    // 1 goes with 2, 2 with 3, but 1 and 3 never meet: on average too little to be one group.
    let found = groups(&[(1, 10), (2, 10), (3, 10)], &[(1, 2, 6), (2, 3, 4)]);
    assert_eq!(found, [vec![1, 2], vec![3]]);
}

#[test]
fn few_customers_make_no_group_and_nothing_known_is_nothing() {
    assert_eq!(groups(&[], &[]), Vec::<Vec<u8>>::new());
    assert_eq!(groups(&[(1, 4), (2, 5)], &[(1, 2, 4)]), [vec![2]]);
    // Two customers that have both are chance.
    assert_eq!(groups(&[(1, 5), (2, 5)], &[(1, 2, 2)]), [vec![1], vec![2]]);
}

#[test]
fn everything_equal_is_one_group_whatever_the_order() {
    let pairs = [(1, 2, 5), (1, 3, 5), (2, 3, 5)];
    assert_eq!(groups(&[(1, 5), (2, 5), (3, 5)], &pairs), [vec![1, 2, 3]]);
    assert_eq!(groups(&[(3, 5), (1, 5), (2, 5)], &pairs), [vec![1, 2, 3]]);
}
