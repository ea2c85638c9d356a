use super::*;
use proptest::prelude::*;

const AS_OF: i32 = 20_000;

fn customer(days_ago: i32, orders: u32, amount_minor: i64) -> Aggregate {
    Aggregate { last_day: AS_OF - days_ago, orders, amount_minor }
}

fn scored(rows: &[Aggregate]) -> Rfm {
    score_aggregates(rows.to_vec(), AS_OF, Settings::default())
}

/// The definition, word for word.
fn by_definition(values: &[i64], value: i64, worse: impl Fn(i64, i64) -> bool) -> u8 {
    let k = values.iter().filter(|other| worse(**other, value)).count();
    (1 + 5 * k / values.len()).min(5) as u8
}

#[test]
fn five_customers_take_the_five_scores() {
    let rows = [customer(40, 1, 10), customer(30, 2, 20), customer(20, 3, 30), customer(10, 4, 40), customer(0, 5, 50)];
    let got: Vec<Scores> = scored(&rows).scores;
    let want: Vec<Scores> = (1..=5).map(|s| Scores { r: s, f: s, m: s }).collect();
    assert_eq!(got, want);
}

#[test]
fn equal_values_share_a_score() {
    let rows = [customer(5, 1, 100); 7];
    assert!(scored(&rows).scores.iter().all(|s| *s == Scores { r: 1, f: 1, m: 1 }));
    let rows = [customer(5, 1, 1), customer(5, 1, 1), customer(5, 1, 1), customer(5, 2, 1), customer(5, 2, 1)];
    let f: Vec<u8> = scored(&rows).scores.iter().map(|s| s.f).collect();
    assert_eq!(f, [1, 1, 1, 4, 4]);
}

#[test]
fn a_single_customer_and_none_at_all() {
    assert_eq!(scored(&[customer(0, 1, 1)]).scores, [Scores { r: 1, f: 1, m: 1 }]);
    assert!(scored(&[]).scores.is_empty());
    let rfm = scored(&[Aggregate::NONE]);
    assert_eq!(rfm.scores, [Scores::default()]);
    assert_eq!(rfm.segment(0), Some(Segment::NoPurchase));
    assert_eq!(rfm.scored, 0);
}

#[test]
fn segments_and_overlays_follow_the_scores() {
    let settings = Settings::default();
    for ((r, f, m), segment, overlay) in [
        ((5, 4, 4), "HHH", Some(Overlay::HighValue)),
        ((4, 3, 5), "HLH", None),
        ((3, 4, 5), "LHH", None),
        ((1, 1, 4), "LLH", None),
        ((4, 4, 3), "HHL", None),
        ((4, 2, 3), "HLL", Some(Overlay::Potential)),
        ((5, 1, 2), "HLL", None),
        ((5, 3, 3), "HLL", None),
        ((2, 5, 3), "LHL", None),
        ((2, 2, 2), "LLL", Some(Overlay::Sleeping)),
        ((3, 2, 2), "LLL", None),
        ((0, 0, 0), "none", None),
    ] {
        let scores = Scores { r, f, m };
        assert_eq!(Segment::of(scores, &settings).code(), segment, "{scores:?}");
        assert_eq!(Overlay::of(scores, &settings), overlay, "{scores:?}");
    }
    for (place, segment) in Segment::ALL.into_iter().enumerate() {
        assert_eq!(Segment::parse(segment.code()), Some(segment));
        assert_eq!(segment as usize, place);
    }
}

#[test]
fn orders_are_counted_once_returns_subtract_and_cancelled_ones_vanish() {
    use OrderKind::{Ignored, Purchase, Return};
    let rows = [
        // customer, day, order, amount, kind
        (0, AS_OF, 1, 100, Purchase),
        (0, AS_OF, 1, 50, Purchase),
        (0, AS_OF - 364, 2, 10, Purchase),
        (0, AS_OF - 365, 3, 999, Purchase),
        (0, AS_OF + 1, 4, 999, Purchase),
        (0, AS_OF - 1, 5, 30, Return),
        (0, AS_OF - 1, 6, -5, Return),
        (0, AS_OF, 7, 999, Ignored),
        (1, AS_OF - 3, 8, 7, Return),
        (2, AS_OF - 400, 9, 7, Purchase),
        (9, AS_OF, 10, 7, Purchase),
    ];
    for spread in [1, 1_000_000_007] {
        let orders = Columns::new(rows.iter().map(|(c, d, o, a, k)| (*c, *d, o * spread, *a, *k)));
        let got = aggregate(&orders.view(), 3, AS_OF, &Settings::default());
        assert_eq!(got[0], customer(0, 2, 125));
        assert_eq!((got[1].orders, got[1].amount_minor), (0, -7));
        assert_eq!(got[2], Aggregate::NONE);
        let rfm = score_orders(&orders.view(), 3, AS_OF, Settings::default());
        assert_eq!(rfm.scored, 1);
        assert_eq!(rfm.segment(1), Some(Segment::NoPurchase));
    }
}

#[test]
fn fixed_tables_count_the_limits_reached() {
    let tables =
        CutTables { recency_days: [180, 90, 30, 7], frequency: [2, 4, 8, 16], monetary_minor: [100, 200, 400, 800] };
    let settings = Settings { mode: Mode::Fixed(tables), ..Settings::default() };
    let rows = [customer(7, 16, 800), customer(8, 15, 799), customer(181, 1, 99), customer(180, 2, 100)];
    let rfm = score_aggregates(rows.to_vec(), AS_OF, settings);
    let got: Vec<(u8, u8, u8)> = rfm.scores.iter().map(|s| (s.r, s.f, s.m)).collect();
    assert_eq!(got, [(5, 5, 5), (4, 4, 4), (1, 1, 1), (2, 2, 2)]);
    let why = rfm.explain(0).and_then(|e| e.dimensions).unwrap();
    assert_eq!(why[0].cuts, [Some(180), Some(90), Some(30), Some(7)]);
}

#[test]
fn an_explanation_shows_value_rank_and_limits() {
    let rows = [customer(40, 1, 10), customer(30, 2, 20), customer(20, 3, 30), customer(10, 4, 40), customer(0, 5, 50)];
    let rfm = scored(&rows);
    let why = rfm.explain(3).unwrap();
    assert_eq!((why.segment, why.overlay), (Segment::ImportantValue, Some(Overlay::HighValue)));
    let [r, f, m] = why.dimensions.unwrap();
    assert_eq!((r.value, r.worse, r.of, r.score), (10, 3, 5, 4));
    assert_eq!(r.cuts, [Some(30), Some(20), Some(10), Some(0)]);
    assert_eq!((f.value, f.score, f.cuts), (4, 4, [Some(2), Some(3), Some(4), Some(5)]));
    assert_eq!((m.value, m.score), (40, 4));
    assert_eq!(rfm.explain(5), None);
    assert_eq!(scored(&[Aggregate::NONE]).explain(0).unwrap().dimensions, None);
}

#[test]
fn the_summary_holds_every_customer_once() {
    let rows = [customer(40, 1, 10), customer(0, 5, 50), Aggregate::NONE];
    let summary = scored(&rows).summary();
    assert_eq!(summary.len(), 9);
    assert_eq!(summary.iter().map(|s| s.customers).sum::<u64>(), 3);
    assert_eq!(summary.iter().map(|s| s.amount_minor).sum::<i64>(), 60);
    assert_eq!(summary[8].customers, 1);
}

struct Columns {
    customer: Vec<u32>,
    day: Vec<i32>,
    order: Vec<u64>,
    amount: Vec<i64>,
    kind: Vec<OrderKind>,
}

impl Columns {
    fn new(rows: impl Iterator<Item = (u32, i32, u64, i64, OrderKind)>) -> Self {
        let mut columns = Self { customer: vec![], day: vec![], order: vec![], amount: vec![], kind: vec![] };
        for (customer, day, order, amount, kind) in rows {
            columns.customer.push(customer);
            columns.day.push(day);
            columns.order.push(order);
            columns.amount.push(amount);
            columns.kind.push(kind);
        }
        columns
    }

    fn view(&self) -> Orders<'_> {
        let Self { customer, day, order, amount, kind } = self;
        Orders { customer, day, order: Some(order), amount_minor: amount, kind }
    }
}

fn any_customer() -> impl Strategy<Value = Aggregate> {
    prop_oneof![
        9 => (0i32..365, 1u32..9, -50i64..500).prop_map(|(d, n, a)| customer(d, n, a)),
        1 => Just(Aggregate::NONE),
    ]
}

proptest! {
    #[test]
    fn scores_are_the_definition(rows in proptest::collection::vec(any_customer(), 0..60)) {
        let rfm = scored(&rows);
        let bought: Vec<&Aggregate> = rows.iter().filter(|a| a.orders > 0).collect();
        let r: Vec<i64> = bought.iter().map(|a| i64::from(AS_OF - a.last_day)).collect();
        let f: Vec<i64> = bought.iter().map(|a| i64::from(a.orders)).collect();
        let m: Vec<i64> = bought.iter().map(|a| a.amount_minor).collect();
        for (row, scores) in rows.iter().zip(&rfm.scores).filter(|(row, _)| row.orders > 0) {
            prop_assert_eq!(scores.r, by_definition(&r, i64::from(AS_OF - row.last_day), |a, b| a > b));
            prop_assert_eq!(scores.f, by_definition(&f, i64::from(row.orders), |a, b| a < b));
            prop_assert_eq!(scores.m, by_definition(&m, row.amount_minor, |a, b| a < b));
        }
    }

    #[test]
    fn an_explanation_agrees_with_its_score(rows in proptest::collection::vec(any_customer(), 1..40), which in 0usize..40) {
        let which = which % rows.len();
        let rfm = scored(&rows);
        let why = rfm.explain(which).unwrap();
        for d in why.dimensions.into_iter().flatten() {
            prop_assert_eq!(rfm.worse(d.dimension)[which], d.worse);
            prop_assert_eq!(u64::from(d.score), (1 + 5 * d.worse / d.of).min(5));
            prop_assert!((1..=5).contains(&d.score));
            prop_assert_eq!(usize::from(d.score) - 1, d.cuts.iter().flatten().filter(|cut| match d.dimension {
                Dimension::Recency => d.value <= **cut,
                Dimension::Frequency | Dimension::Monetary => d.value >= **cut,
            }).count());
        }
    }

    #[test]
    fn the_order_of_customers_does_not_matter(rows in proptest::collection::vec(any_customer(), 0..40)) {
        let mut backwards = rows.clone();
        backwards.reverse();
        let mut scores = scored(&backwards).scores;
        scores.reverse();
        prop_assert_eq!(scores, scored(&rows).scores);
    }

    #[test]
    fn a_customer_that_buys_more_never_scores_less(rows in proptest::collection::vec(any_customer(), 1..40), which in 0usize..40, more in 0u32..5) {
        let which = which % rows.len();
        let mut better = rows.clone();
        if better[which].orders > 0 {
            better[which].orders += more;
            better[which].amount_minor += i64::from(more);
            better[which].last_day = (better[which].last_day + more as i32).min(AS_OF);
        }
        let (before, after) = (scored(&rows).scores[which], scored(&better).scores[which]);
        prop_assert!(after.r >= before.r && after.f >= before.f && after.m >= before.m);
    }

    #[test]
    fn dense_and_sparse_order_keys_aggregate_alike(rows in proptest::collection::vec((0u32..6, -400i32..2, 0u64..12, -9i64..90, 0u8..3), 0..60)) {
        let kinds = [OrderKind::Purchase, OrderKind::Return, OrderKind::Ignored];
        let of = |spread: u64| {
            let rows = rows.iter().map(|(_, d, o, a, _)| (*o as u32 % 5, AS_OF + d, o * spread, *a, kinds[*o as usize % 3]));
            aggregate(&Columns::new(rows).view(), 5, AS_OF, &Settings::default())
        };
        prop_assert_eq!(of(1), of(1 << 40));
    }
}
