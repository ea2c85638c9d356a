//! Writers that meet: what each was told is what remains, on both engines.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;
use tests::client::Client;
use tests::engines;

const ROWS: usize = 40;

/// Sends these bulk requests at the same time; answers the statuses of all their rows.
fn at_once(client: &Client, object: &str, requests: &[Vec<Value>]) -> Vec<i64> {
    let path = format!("/api/v1/{object}/bulk");
    let replies: Vec<Value> = thread::scope(|scope| {
        let sent: Vec<_> = requests
            .iter()
            .map(|operations| {
                let (path, body) = (&path, json!({ "operations": operations }));
                scope.spawn(move || client.post(path, &body).expect(200).json)
            })
            .collect();
        sent.into_iter().map(|request| request.join().unwrap()).collect()
    });
    let rows = replies.iter().flat_map(|reply| reply["results"].as_array().unwrap());
    rows.map(|row| row["status"].as_i64().unwrap()).collect()
}

fn total(client: &Client, path: &str) -> i64 {
    client.get(path).expect(200)["total"].as_i64().unwrap()
}

engines! {
    fn bulk_requests_that_change_the_same_records_in_opposite_orders_all_succeed(server: &Server) {
        let admin = server.admin();
        let ids: Vec<String> =
            (0..ROWS).map(|i| server.create("customers", &json!({ "name": format!("相遇{i}有限公司") }))).collect();
        let rename = |city: &str, ids: &mut dyn Iterator<Item = &String>| -> Vec<Value> {
            ids.map(|id| json!({ "op": "update", "id": id, "data": { "city": city } })).collect()
        };
        let requests: Vec<Vec<Value>> = ["上海", "北京", "深圳", "杭州"].iter().enumerate().map(|(i, city)| {
            if i % 2 == 0 { rename(city, &mut ids.iter()) } else { rename(city, &mut ids.iter().rev()) }
        }).collect();
        let statuses = at_once(&admin, "customers", &requests);
        assert_eq!(statuses, vec![200; 4 * ROWS]);
        let page = admin.get("/api/v1/customers?limit=200&fields=city,version").expect(200);
        let cities: BTreeSet<&str> = page.items().iter().filter_map(|c| c["city"].as_str()).collect();
        assert_eq!(cities.len(), 1, "one of the requests was the last, as a whole: {cities:?}");
        assert!(page.items().iter().all(|c| c["version"] == 5), "each changed each record once");
    }

    fn bulk_requests_for_the_same_owners_leave_totals_that_count_every_record(server: &Server) {
        let admin = server.admin();
        let owners: Vec<String> = (0..6).map(|_| server.user("representative", None).0).collect();
        let create = |owners: &mut dyn Iterator<Item = &String>| -> Vec<Value> {
            let made = owners.map(|owner| json!({ "op": "create", "data": { "name": "同主有限公司", "owner_id": owner } }));
            // A row that fails adds nothing, and takes nothing of the others with it.
            made.chain([json!({ "op": "create", "data": { "name": "" } })]).collect()
        };
        let requests: Vec<Vec<Value>> = (0..4).map(|i| {
            if i % 2 == 0 { create(&mut owners.iter()) } else { create(&mut owners.iter().rev()) }
        }).collect();
        let statuses = at_once(&admin, "customers", &requests);
        assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 24);
        assert_eq!(statuses.iter().filter(|s| **s == 422).count(), 4);
        assert_eq!(total(&admin, "/api/v1/customers?count=exact"), 24);
        assert_eq!(admin.get("/api/v1/metrics/new_customers").expect(200)["value"], 24.0);
        for owner in &owners {
            let counted = admin.get(&format!("/api/v1/metrics/new_customers?owner_id={owner}")).expect(200);
            assert_eq!(counted["value"], 4.0);
        }
    }

    fn of_two_moves_that_together_would_close_a_circle_one_is_refused(server: &Server) {
        let admin = server.admin();
        let below = |name: String, parent: Option<&String>| {
            server.create("customers", &json!({ "name": name, "parent_id": parent }))
        };
        for round in 0..6 {
            let (a, c) = (below(format!("甲{round}"), None), below(format!("丙{round}"), None));
            let (b, d) = (below(format!("乙{round}"), Some(&a)), below(format!("丁{round}"), Some(&c)));
            let moves = [(&a, &d), (&c, &b)];
            let mut statuses: Vec<u16> = thread::scope(|scope| {
                let sent = moves.map(|(record, parent)| {
                    let admin = &admin;
                    scope.spawn(move || {
                        let path = format!("/api/v1/customers/{record}");
                        admin.patch(&path, 1, &json!({ "parent_id": parent })).status
                    })
                });
                sent.into_iter().map(|request| request.join().unwrap()).collect()
            });
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 422], "{round}");
        }
    }

    fn a_write_that_fails_halfway_takes_nothing_of_its_neighbours_with_it(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "邻居有限公司" }));
        // The order is written before its last line turns out to be wrong.
        let broken = json!({
            "customer_id": customer, "ordered_on": "2026-11-22",
            "lines": [{ "quantity": 1, "unit_price_minor": 100 }, { "quantity": 1, "product_id": customer }],
        });
        let statuses: Vec<(usize, u16)> = thread::scope(|scope| {
            let send = |i: usize| {
                let (admin, broken) = (&admin, &broken);
                scope.spawn(move || match i % 3 {
                    0 => (i, admin.post("/api/v1/orders", broken).status),
                    _ => (i, admin.post("/api/v1/customers", &json!({ "name": format!("同批{i}有限公司") })).status),
                })
            };
            let sent: Vec<_> = (0..24).map(send).collect();
            sent.into_iter().map(|request| request.join().unwrap()).collect()
        });
        for (i, status) in statuses {
            assert_eq!(status, if i % 3 == 0 { 422 } else { 201 }, "{i}");
        }
        assert_eq!(total(&admin, "/api/v1/orders?count=exact&archived=true"), 0);
        assert_eq!(total(&admin, "/api/v1/customers?count=exact"), 17);
        assert_eq!(admin.get("/api/v1/metrics/new_customers").expect(200)["value"], 17.0);
        let events = admin.get("/api/v1/events?object=customers&limit=100").expect(200);
        assert_eq!(events.items().len(), 17);
    }
}
