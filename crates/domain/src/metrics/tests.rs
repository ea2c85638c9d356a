use super::*;
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n)
}

fn id(n: u8) -> Option<Uuid> {
    (n > 0).then(|| Uuid::from_bytes([n; 16]))
}

fn opportunity(status: OpportunityStatus, amount: i64) -> OpportunityFacts {
    OpportunityFacts {
        owner: id(1),
        pipeline: id(2),
        stage: id(3),
        furthest_position: 2,
        status,
        amount_minor: Some(amount),
        created_on: day(0),
        engaged_on: Some(day(5)),
        expected_close_on: Some(day(40)),
        closed_on: (status != OpportunityStatus::Open).then(|| day(30)),
        product: id(4),
        archived: false,
    }
}

fn tally(totals: &Totals) -> Tally {
    let mut tally = Tally::new();
    totals.rows().for_each(|row| tally.add(&row, 0.5));
    tally
}

fn value(totals: &Totals, key: &str) -> Option<f64> {
    tally(totals).value(metric(key).unwrap())
}

#[test]
fn metrics_follow_from_the_totals() {
    let mut totals = Totals::new();
    let mut add = |facts: Facts| totals.record(None, Some(&facts));
    for (amount, cycle) in [(10_000, 10), (30_000, 25), (20_000, 11)] {
        let closed_on = Some(day(5 + cycle));
        add(Facts::Opportunity(OpportunityFacts { closed_on, ..opportunity(OpportunityStatus::Won, amount) }));
    }
    add(Facts::Opportunity(opportunity(OpportunityStatus::Lost, 99_900)));
    add(Facts::Opportunity(opportunity(OpportunityStatus::Open, 50_000)));
    add(Facts::Customer(CustomerFacts { owner: None, created_on: day(1), archived: false }));
    for (kind, completed) in [("call", true), ("call", true), ("visit", true), ("visit", false), ("singing", true)] {
        add(Facts::Activity(ActivityFacts {
            owner: id(1),
            kind: activity_bucket(kind),
            occurred_on: day(3),
            duration_minutes: None,
            completed,
            on_time: true,
            archived: false,
        }));
    }
    for status in [
        OrderStatus::Draft,
        OrderStatus::Confirmed,
        OrderStatus::Fulfilled,
        OrderStatus::Cancelled,
        OrderStatus::Returned,
    ] {
        add(Facts::Order(OrderFacts {
            owner: id(1),
            ordered_on: day(2),
            status,
            amount_minor: Some(700),
            archived: false,
        }));
    }
    for (key, want) in [
        ("opportunities_created", 5.0),
        ("opportunities_won", 3.0),
        ("opportunities_lost", 1.0),
        ("win_rate", 75.0),
        ("won_value", 60_000.0),
        ("mean_won_value", 20_000.0),
        ("mean_cycle_days", 46.0 / 3.0),
        ("median_cycle_days", 11.0),
        ("open_pipeline", 50_000.0),
        ("weighted_pipeline", 25_000.0),
        ("new_customers", 1.0),
        ("activities", 4.0),
        ("calls", 2.0),
        ("visits", 1.0),
        ("meetings", 0.0),
        ("orders", 2.0),
        ("order_value", 700.0),
        ("average_order_value", 350.0),
    ] {
        assert_eq!(value(&totals, key), Some(want), "{key}");
    }
    for (key, n) in
        [("win_rate", 4), ("mean_won_value", 3), ("orders", 2), ("order_value", 3), ("average_order_value", 3)]
    {
        assert_eq!(tally(&totals).records(metric(key).unwrap()), n, "{key}");
    }
}

#[test]
fn a_ratio_without_records_has_no_value() {
    let nothing = Totals::new();
    for key in ["win_rate", "mean_won_value", "mean_cycle_days", "median_cycle_days", "average_order_value"] {
        assert_eq!(value(&nothing, key), None, "{key}");
    }
    for key in ["opportunities_won", "won_value", "weighted_pipeline", "activities"] {
        assert_eq!(value(&nothing, key), Some(0.0), "{key}");
    }
}

#[test]
fn medians_of_buckets_are_those_of_the_list() {
    for (rows, want) in [
        (vec![], None),
        (vec![(7, 1)], Some(7.0)),
        (vec![(1, 1), (4, 1)], Some(2.5)),
        (vec![(1, 2), (4, 1)], Some(1.0)),
        (vec![(1, 2), (4, 2)], Some(2.5)),
        (vec![(1, 1), (4, 5)], Some(4.0)),
    ] {
        assert_eq!(median_of_buckets(rows.iter().copied()), want, "{rows:?}");
    }
}

#[test]
fn an_untouched_dimension_changes_nothing_and_a_new_amount_changes_each_row_once() {
    let old = Facts::Opportunity(opportunity(OpportunityStatus::Open, 10_000));
    assert_eq!(change(Some(&old), Some(&old)), []);
    let new = Facts::Opportunity(opportunity(OpportunityStatus::Open, 15_000));
    let changes = change(Some(&old), Some(&new));
    assert_eq!(changes.len(), 4);
    assert!(changes.iter().all(|c| c.sums.n == 0 && c.sums.amount == 5000));
}

#[test]
fn archived_records_contribute_nothing() {
    let archived = OpportunityFacts { archived: true, ..opportunity(OpportunityStatus::Won, 1) };
    assert_eq!(contributions(&Facts::Opportunity(archived)), []);
}

#[test]
fn standing_survives_its_bucket() {
    for status in [OpportunityStatus::Open, OpportunityStatus::Won, OpportunityStatus::Lost] {
        for position in [0, 1, 7, 1000] {
            assert_eq!(standing_of(standing_bucket(position, status)), (position, status));
        }
    }
}

#[test]
fn the_catalogue_is_consistent() {
    for (i, m) in CATALOGUE.iter().enumerate() {
        assert!(CATALOGUE[..i].iter().all(|other| other.key != m.key), "{} twice", m.key);
        assert!(!m.measures().is_empty(), "{}", m.key);
        assert!(m.label.iter().chain(&m.explanation).all(|text| !text.is_empty()), "{}", m.key);
        assert!(["opportunities", "customers", "activities", "orders"].contains(&m.object));
        assert_eq!(metric(m.key).map(|found| found.key), Some(m.key));
    }
    for measure in Measure::ALL {
        assert_eq!(Measure::from_code(measure.code()), Some(measure));
    }
    for group in Group::ALL {
        assert_eq!(Group::parse(group.word()), Some(group));
    }
}

#[test]
fn a_number_links_to_its_records() {
    let period = Period { from: Some(day(0)), to: Some(day(30)) };
    let owner = json!({"field": "owner_id", "op": "eq", "value": "x"});
    let found = drill_down(metric("win_rate").unwrap(), period, &[owner], |d, _| json!(d));
    assert_eq!(found.object, "opportunities");
    assert_eq!(
        found.filter,
        json!({"all": [
            {"field": "status", "op": "in", "value": ["won", "lost"]},
            {"field": "closed_on", "op": "gte", "value": "2026-01-01"},
            {"field": "closed_on", "op": "lte", "value": "2026-01-31"},
            {"field": "owner_id", "op": "eq", "value": "x"},
        ]})
    );
    let calls = drill_down(metric("calls").unwrap(), Period::default(), &[], |d, _| json!(d));
    assert_eq!(
        calls.filter,
        json!({"all": [
            {"field": "kind", "op": "eq", "value": "call"},
            {"field": "completed", "op": "ne", "value": false},
        ]})
    );
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let status =
        prop_oneof![Just(OpportunityStatus::Open), Just(OpportunityStatus::Won), Just(OpportunityStatus::Lost)];
    let opportunity = (
        (0u8..3, 0u8..3, 0u8..3, 0u8..3, 0i32..4, status, proptest::option::of(-5i64..5_000_000_000)),
        (
            0u64..50,
            proptest::option::of(0u64..90),
            proptest::option::of(0u64..90),
            proptest::option::of(0u64..90),
            proptest::bool::weighted(0.2),
        ),
    )
        .prop_map(|((o, p, s, pr, furthest_position, status, amount_minor), (c, e, x, cl, archived))| {
            Facts::Opportunity(OpportunityFacts {
                owner: id(o),
                pipeline: id(p),
                stage: id(s),
                furthest_position,
                status,
                amount_minor,
                created_on: day(c),
                engaged_on: e.map(day),
                expected_close_on: x.map(day),
                closed_on: cl.map(day),
                product: id(pr),
                archived,
            })
        });
    let order_status = prop_oneof![
        Just(OrderStatus::Draft),
        Just(OrderStatus::Confirmed),
        Just(OrderStatus::Fulfilled),
        Just(OrderStatus::Cancelled),
        Just(OrderStatus::Returned)
    ];
    let order = (0u8..3, 0u64..9, order_status, proptest::option::of(0i64..1000), any::<bool>()).prop_map(
        |(o, d, status, amount_minor, archived)| {
            Facts::Order(OrderFacts { owner: id(o), ordered_on: day(d), status, amount_minor, archived })
        },
    );
    let activity =
        (0u8..3, 0i32..8, 0u64..9, any::<[bool; 3]>()).prop_map(|(o, kind, d, [completed, on_time, archived])| {
            Facts::Activity(ActivityFacts {
                owner: id(o),
                kind,
                occurred_on: day(d),
                duration_minutes: Some(5),
                completed,
                on_time,
                archived,
            })
        });
    let customer = (0u8..3, 0u64..9, any::<bool>())
        .prop_map(|(o, d, archived)| Facts::Customer(CustomerFacts { owner: id(o), created_on: day(d), archived }));
    prop_oneof![4 => opportunity, 1 => order, 1 => activity, 1 => customer]
}

proptest! {
    #[test]
    fn kept_totals_equal_totals_rebuilt_from_the_end(history in proptest::collection::vec((0usize..8, proptest::option::weighted(0.9, any_facts())), 0..60)) {
        let mut records: Vec<Option<Facts>> = vec![None; 8];
        let mut kept = Totals::new();
        for (record, new) in history {
            kept.record(records[record].as_ref(), new.as_ref());
            records[record] = new;
        }
        let mut rebuilt = Totals::new();
        records.iter().flatten().for_each(|facts| rebuilt.record(None, Some(facts)));
        prop_assert_eq!(&kept, &rebuilt);
        records.iter().flatten().for_each(|facts| kept.record(Some(facts), None));
        prop_assert!(kept.is_empty());
    }

    #[test]
    fn a_change_touches_a_row_once(old in proptest::option::of(any_facts()), new in proptest::option::of(any_facts())) {
        let mut keys: Vec<Key> = change(old.as_ref(), new.as_ref()).iter().map(|c| c.key).collect();
        let count = keys.len();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), count);
    }

    #[test]
    fn values_stay_in_their_bounds(facts in proptest::collection::vec(any_facts(), 0..40)) {
        let mut totals = Totals::new();
        facts.iter().for_each(|f| totals.record(None, Some(f)));
        let tally = tally(&totals);
        for m in &CATALOGUE {
            let Some(value) = tally.value(m) else { continue };
            prop_assert!(value.is_finite());
            match m.unit {
                Unit::Percent => prop_assert!((0.0..=100.0).contains(&value), "{}", m.key),
                Unit::Count | Unit::Days => prop_assert!(value >= 0.0, "{}", m.key),
                Unit::Money => {}
            }
        }
    }

    #[test]
    fn the_median_of_buckets_is_the_median_of_the_values(mut values in proptest::collection::vec(0i32..20, 1..40)) {
        values.sort();
        let middle = (f64::from(values[(values.len() - 1) / 2]) + f64::from(values[values.len() / 2])) / 2.0;
        let rows: Vec<(i32, i64)> = (0..20).map(|v| (v, values.iter().filter(|x| **x == v).count() as i64)).collect();
        prop_assert_eq!(median_of_buckets(rows.iter().copied()), Some(middle));
    }
}
