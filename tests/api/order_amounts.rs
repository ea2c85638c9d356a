//! The amount of an order follows its lines, whichever way they come, unless somebody set another one.

use crate::imports::{bring, undo};
use crate::totals::assert_kept_is_counted;
use serde_json::{Value, json};
use std::thread;
use tests::client::Client;
use tests::engines;
use tests::server::Server;

/// A new order; without an amount it is 0.
fn order(server: &Server, number: &str, amount: Option<i64>) -> String {
    let customer = server.create("customers", &json!({ "name": format!("{number}的客户") }));
    let mut input = json!({ "number": number, "customer_id": customer, "ordered_on": "2026-05-04" });
    if let Some(amount) = amount {
        input["amount_minor"] = json!(amount);
    }
    server.create("orders", &input)
}

fn amount(client: &Client, order: &str) -> i64 {
    client.get(&format!("/api/v1/orders/{order}")).expect(200)["amount_minor"].as_i64().unwrap()
}

fn version(client: &Client, order: &str) -> i64 {
    client.get(&format!("/api/v1/orders/{order}")).expect(200).version()
}

fn line(order: &str, amount: i64) -> Value {
    json!({ "order_id": order, "amount_minor": amount })
}

engines! {
    fn a_line_that_is_made_changed_moved_archived_or_restored_changes_the_amount_of_its_order(server: &Server) {
        let admin = server.admin();
        let (first, second) = (order(server, "甲", None), order(server, "乙", None));
        let a = server.create("order_lines", &json!({ "order_id": first, "quantity": 2, "unit_price_minor": 5_000 }));
        let b = server.create("order_lines", &line(&first, 700));
        assert_eq!((amount(&admin, &first), version(&admin, &first)), (10_700, 3));
        let path = |id: &str| format!("/api/v1/order_lines/{id}");
        admin.patch(&path(&b), 1, &json!({ "amount_minor": 900 })).expect(200);
        assert_eq!(amount(&admin, &first), 10_900);
        admin.patch(&path(&b), 2, &json!({ "order_id": second })).expect(200);
        assert_eq!((amount(&admin, &first), amount(&admin, &second)), (10_000, 900));
        assert!(admin.delete(&path(&a)).status < 300);
        assert_eq!(amount(&admin, &first), 0);
        admin.post_empty(&format!("{}/restore", path(&a))).expect(200);
        assert_eq!(amount(&admin, &first), 10_000);
        let told = admin.get(&format!("/api/v1/events?record_id={first}&object=orders")).expect(200);
        let changes = told.items().iter().filter(|e| e["type"] == "order.updated").count();
        assert_eq!(changes, 6, "{}", told.json);
        assert_eq!(admin.get("/api/v1/metrics/order_value").expect(200)["value"], json!(10_900.0));
        assert_kept_is_counted(server);
    }

    fn an_amount_that_somebody_set_stays_when_lines_change(server: &Server) {
        let admin = server.admin();
        let agreed = order(server, "一口价", Some(8_000));
        server.create("order_lines", &line(&agreed, 9_000));
        assert_eq!((amount(&admin, &agreed), version(&admin, &agreed)), (8_000, 1));
        let path = format!("/api/v1/orders/{agreed}");
        admin.patch(&path, 1, &json!({ "amount_minor": 9_000 })).expect(200);
        server.create("order_lines", &line(&agreed, 500));
        assert_eq!(amount(&admin, &agreed), 9_500, "an amount that is the sum of its lines goes on being it");
        let written = admin.patch(&path, version(&admin, &agreed), &json!({ "lines": [{ "amount_minor": 300 }, { "amount_minor": 40 }] }));
        assert_eq!(written.expect(200)["amount_minor"], 340);
        assert_kept_is_counted(server);
    }

    fn an_amount_that_a_line_is_given_stands_even_when_it_was_that_before(server: &Server) {
        let admin = server.admin();
        let deal = order(server, "改数量不改价", None);
        let id = server.create("order_lines", &json!({ "order_id": deal, "quantity": 2, "unit_price_minor": 5_000 }));
        let path = format!("/api/v1/order_lines/{id}");
        let change = |version: i64, patch: &Value| admin.patch(&path, version, patch).expect(200)["amount_minor"].clone();
        assert_eq!(change(1, &json!({ "quantity": 3, "amount_minor": 10_000 })), 10_000);
        assert_eq!(amount(&admin, &deal), 10_000);
        assert_eq!(change(2, &json!({ "quantity": 4 })), 10_000, "an amount that is not quantity × price stays");
        assert_eq!(change(3, &json!({ "amount_minor": null })), 20_000);
        assert_eq!(change(4, &json!({ "quantity": 5 })), 25_000);
        let lines = json!([{ "quantity": 6, "unit_price_minor": 5_000, "amount_minor": 25_000 }]);
        let written = admin.patch(&format!("/api/v1/orders/{deal}"), version(&admin, &deal), &json!({ "lines": lines })).expect(200);
        assert_eq!((&written["amount_minor"], &written["lines"][0]["amount_minor"]), (&json!(25_000), &json!(25_000)));
        assert_kept_is_counted(server);
    }

    fn lines_in_bulk_change_each_order_once_and_a_row_that_fails_adds_nothing(server: &Server) {
        let admin = server.admin();
        let orders: Vec<String> = (0..3).map(|i| order(server, &format!("批量{i}"), None)).collect();
        let mut operations: Vec<Value> =
            (0..30).map(|i| json!({ "op": "create", "data": line(&orders[i % 3], 100) })).collect();
        operations.push(json!({ "op": "create", "data": { "order_id": orders[0], "amount_minor": 5, "quantity": "many" } }));
        let done = admin.post("/api/v1/order_lines/bulk", &json!({ "operations": operations })).expect(200);
        assert_eq!(done["results"].as_array().unwrap().iter().filter(|r| r["status"] == 201).count(), 30);
        for order in &orders {
            assert_eq!((amount(&admin, order), version(&admin, order)), (1_000, 2));
        }
        assert_kept_is_counted(server);
    }

    fn in_bulk_only_the_row_that_would_take_an_amount_beyond_what_a_field_holds_is_refused(server: &Server) {
        let admin = server.admin();
        let most: i64 = 100_000_000_000_000;
        let (full, other) = (order(server, "满额", None), order(server, "另一单", None));
        let create = |order: &str, amount: i64| json!({ "op": "create", "data": line(order, amount) });
        let operations = [create(&full, most - 100), create(&full, 200), create(&other, 70), create(&full, 100)];
        let done = admin.post("/api/v1/order_lines/bulk", &json!({ "operations": operations })).expect(200);
        let results = done["results"].as_array().unwrap();
        let statuses: Vec<i64> = results.iter().map(|r| r["status"].as_i64().unwrap()).collect();
        assert_eq!(statuses, [201, 422, 201, 201], "{}", done.json);
        let wrong = &results[1]["error"]["errors"][0];
        assert_eq!((&wrong["field"], &wrong["code"]), (&json!("data.amount_minor"), &json!("out_of_range")), "{}", done.json);
        assert_eq!((amount(&admin, &full), amount(&admin, &other)), (most, 70));
        let again = admin.post("/api/v1/order_lines/bulk", &json!({ "operations": [create(&full, 1), create(&other, 5)] })).expect(200);
        assert_eq!((&again["results"][0]["status"], &again["results"][1]["status"]), (&json!(422), &json!(201)));
        assert_eq!((amount(&admin, &full), amount(&admin, &other)), (most, 75));
        assert_kept_is_counted(server);
    }

    fn an_order_in_bulk_whose_lines_are_refused_counts_nowhere(server: &Server) {
        let admin = server.admin();
        let there = order(server, "在册", Some(900));
        let customer = server.create("customers", &json!({ "name": "批量客户" }));
        let new = |number: &str, lines: Value| json!({ "op": "create", "data": { "number": number, "customer_id": customer, "ordered_on": "2026-05-04", "amount_minor": 5_000, "lines": lines } });
        let refused = json!([{ "quantity": 1, "unit_price_minor": "many" }]);
        let operations = json!([
            new("好单", json!([{ "amount_minor": 5_000 }])), new("坏单", refused.clone()),
            { "op": "update", "id": there, "data": { "amount_minor": 70_000, "lines": refused } },
        ]);
        let done = admin.post("/api/v1/orders/bulk", &json!({ "operations": operations })).expect(200);
        let statuses: Vec<i64> = done["results"].as_array().unwrap().iter().map(|r| r["status"].as_i64().unwrap()).collect();
        assert_eq!(statuses, [201, 422, 422], "{}", done.json);
        assert_eq!(amount(&admin, &there), 900);
        assert_kept_is_counted(server);
    }

    fn imported_lines_count_and_their_undo_takes_them_out_again(server: &Server) {
        let admin = server.admin();
        let orders = [order(server, "SO-1", None), order(server, "SO-2", None)];
        let import = bring(&admin, "order_lines", "lines.csv", "订单,数量,金额\nSO-1,1,10\nSO-1,2,30\nSO-2,1,7\n".as_bytes());
        assert_eq!(import["progress"]["created"], 3, "{}", import.json);
        let sum = |order: &str| -> i64 {
            let lines = admin.get(&format!("/api/v1/orders/{order}")).expect(200)["lines"].clone();
            lines.as_array().unwrap().iter().map(|l| l["amount_minor"].as_i64().unwrap()).sum()
        };
        for order in &orders {
            assert!(sum(order) > 0);
            assert_eq!((amount(&admin, order), version(&admin, order)), (sum(order), 2));
        }
        server.create("order_lines", &line(&orders[0], 55));
        let undone = undo(&admin, &import);
        assert_eq!((&undone["undo"]["archived"], &undone["undo"]["kept"]), (&json!(3), &json!(0)), "{}", undone["undo"]);
        assert_eq!((amount(&admin, &orders[0]), amount(&admin, &orders[1])), (55, 0));
        assert_kept_is_counted(server);
    }

    fn people_who_write_lines_of_the_same_orders_at_once_all_get_through_and_every_line_counts(server: &Server) {
        let admin = server.admin();
        let orders: Vec<String> = (0..5).map(|i| order(server, &format!("并发{i}"), None)).collect();
        thread::scope(|scope| {
            for writer in 0..4 {
                let (admin, orders) = (&admin, &orders);
                scope.spawn(move || {
                    let mut operations: Vec<Value> =
                        orders.iter().map(|order| json!({ "op": "create", "data": line(order, 10) })).collect();
                    if writer % 2 == 1 {
                        operations.reverse();
                    }
                    for order in orders {
                        admin.post("/api/v1/order_lines", &line(order, 1)).expect(201);
                        admin.post("/api/v1/order_lines/bulk", &json!({ "operations": operations })).expect(200);
                    }
                });
            }
        });
        for order in &orders {
            assert_eq!(amount(&admin, order), 4 * (5 * 10 + 1));
        }
        assert_kept_is_counted(server);
    }

    fn an_order_with_more_lines_than_one_input_takes_shows_all_and_gives_all_up_for_new_ones(server: &Server) {
        let admin = server.admin();
        let large = order(server, "大单", None);
        for part in 0..4 {
            let operations: Vec<Value> =
                (0..300).map(|i| json!({ "op": "create", "data": line(&large, part * 300 + i + 1) })).collect();
            let done = admin.post("/api/v1/order_lines/bulk", &json!({ "operations": operations })).expect(200);
            assert!(done["results"].as_array().unwrap().iter().all(|r| r["status"] == 201), "{}", done.json);
        }
        let shown = admin.get(&format!("/api/v1/orders/{large}")).expect(200);
        let amounts: Vec<i64> =
            shown["lines"].as_array().unwrap().iter().map(|l| l["amount_minor"].as_i64().unwrap()).collect();
        assert_eq!(amounts, (1..=1_200).collect::<Vec<i64>>());
        assert_eq!(shown["amount_minor"], 1_200 * 1_201 / 2);
        let path = format!("/api/v1/orders/{large}");
        let written = admin.patch(&path, shown.version(), &json!({ "lines": [{ "amount_minor": 70 }] })).expect(200);
        assert_eq!((written["lines"].as_array().unwrap().len(), &written["amount_minor"]), (1, &json!(70)));
        let live = admin.get(&format!("/api/v1/order_lines?order_id={large}&count=exact&limit=1")).expect(200);
        assert_eq!(live["total"], 1, "{}", live.json);
        server.create("order_lines", &line(&large, 5));
        assert_eq!(amount(&admin, &large), 75);
        assert_kept_is_counted(server);
    }
}
