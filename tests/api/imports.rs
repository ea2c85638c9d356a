//! Files in and files out: what comes in lands, what is bad is told, what was done can be undone.

use std::io::Write;

use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::database::Engine;
use tests::engines;
use tests::server::Server;

/// Uploads a file and has it analysed.
pub(crate) fn analyse(client: &Client, object: &str, name: &str, bytes: &[u8]) -> Reply {
    let file = client
        .send("POST", &format!("/api/v1/files?name={name}"), Some(("application/octet-stream", bytes)))
        .expect(201);
    client.post("/api/v1/imports", &json!({ "object": object, "file_id": file["id"] }))
}

/// Waits until a job has ended.
pub(crate) fn settled(client: &Client, path: &str) -> Reply {
    let start = std::time::Instant::now();
    loop {
        let job = client.get(path).expect(200);
        if !["queued", "running", "undoing"].contains(&job["state"].as_str().unwrap_or_default()) {
            return job;
        }
        assert!(start.elapsed().as_secs() < 60, "it does not end: {}", job.json);
    }
}

pub(crate) fn run(client: &Client, import: &Reply, dry_run: bool) -> Reply {
    let path = format!("/api/v1/imports/{}", import.id());
    client.post(&format!("{path}/start"), &json!({ "dry_run": dry_run }));
    settled(client, &path)
}

pub(crate) fn undo(client: &Client, import: &Reply) -> Reply {
    let path = format!("/api/v1/imports/{}", import.id());
    assert!(client.post_empty(&format!("{path}/undo")).status < 300);
    settled(client, &path)
}

/// Analyses, takes the guesses and runs.
pub(crate) fn bring(client: &Client, object: &str, name: &str, bytes: &[u8]) -> Reply {
    let import = analyse(client, object, name, bytes).expect(201);
    run(client, &import, false)
}

fn total(client: &Client, object: &str) -> i64 {
    client.get(&format!("/api/v1/{object}?count=exact&limit=1")).expect(200)["total"].as_i64().unwrap()
}

fn names(client: &Client) -> Vec<String> {
    let page = client.get("/api/v1/customers?sort=name&limit=200").expect(200);
    page.items().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
}

/// A workbook with these sheets; every cell is a text.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut part = |name: &str, text: &str| {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    };
    let root = format!(
        "<Relationships xmlns='{RELATIONS}'><Relationship Id='r1' Type='{OFFICE}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
    );
    part("_rels/.rels", &root);
    let (mut names, mut relations) = (String::new(), String::new());
    for (n, (name, rows)) in sheets.iter().enumerate() {
        names += &format!("<sheet name='{name}' sheetId='{}' r:id='r{n}'/>", n + 1);
        relations += &format!("<Relationship Id='r{n}' Type='{OFFICE}/worksheet' Target='worksheets/{n}.xml'/>");
        let cell = |text: &&str| format!("<c t='inlineStr'><is><t>{text}</t></is></c>");
        let row = |cells: &&[&str]| format!("<row>{}</row>", cells.iter().map(cell).collect::<String>());
        let rows = rows.iter().map(row).collect::<String>();
        part(
            &format!("xl/worksheets/{n}.xml"),
            &format!("<worksheet xmlns='{MAIN}'><sheetData>{rows}</sheetData></worksheet>"),
        );
    }
    part(
        "xl/workbook.xml",
        &format!("<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheets>{names}</sheets></workbook>"),
    );
    part("xl/_rels/workbook.xml.rels", &format!("<Relationships xmlns='{RELATIONS}'>{relations}</Relationships>"));
    writer.finish().unwrap().into_inner()
}

/// A workbook of half a megabyte that unpacks to five hundred.
fn bomb() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut part = |name: &str, bytes: &[u8], times: usize| {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        (0..times).for_each(|_| writer.write_all(bytes).unwrap());
    };
    part("xl/workbook.xml", b"<workbook/>", 1);
    part("xl/worksheets/sheet1.xml", &[b' '; 1 << 20], 500);
    writer.finish().unwrap().into_inner()
}

const GOOD: &str = "客户名称,电话,城市,员工人数\n上海甲公司,021-55556666,上海,120\n杭州乙公司,0571-88886666,杭州,35\n";

engines! {
    fn columns_are_recognised_and_rows_land(server: &Server) {
        let admin = server.admin();
        let import = analyse(&admin, "customers", "customers.csv", GOOD.as_bytes()).expect(201);
        let mapping = &import["mapping"];
        assert_eq!((&mapping["客户名称"], &mapping["城市"], &mapping["员工人数"]), (&json!("name"), &json!("city"), &json!("employees")));
        let done = run(&admin, &import, false);
        assert_eq!((&done["state"], &done["progress"]["created"]), (&json!("done"), &json!(2)));
        assert_eq!(names(&admin), ["上海甲公司", "杭州乙公司"]);
    }

    fn a_dry_run_reports_and_changes_nothing(server: &Server) {
        let admin = server.admin();
        let import = analyse(&admin, "customers", "customers.csv", GOOD.as_bytes()).expect(201);
        let tried = run(&admin, &import, true);
        assert_eq!(tried["progress"]["created"], 2);
        assert_eq!(total(&admin, "customers"), 0);
    }

    fn good_rows_land_and_each_bad_one_is_listed_with_row_column_and_reason(server: &Server) {
        let admin = server.admin();
        let text = "名称,员工人数,邮箱\n甲公司,12,a@example.com\n乙公司,twelve,b@example.com\n,5,c@example.com\n丁公司,7,keine\n戊公司,8,\n";
        let import = analyse(&admin, "customers", "customers.csv", text.as_bytes()).expect(201);
        admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &json!({ "mapping": { "名称": "name", "员工人数": "employees", "邮箱": "email" } })).expect(200);
        let done = run(&admin, &import, false);
        assert_eq!((&done["state"], &done["progress"]["created"], &done["progress"]["rejected"]), (&json!("done"), &json!(2), &json!(3)), "{}", done.json);
        let list = admin.get(&format!("/api/v1/imports/{}/errors?format=csv", import.id())).expect(200);
        let text = String::from_utf8_lossy(&list.body).into_owned();
        // Row, column, field and code; after them the reason, which may hold commas, and what stood in the cell.
        let told: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.splitn(5, ',').collect()).collect();
        let told: Vec<(&str, &str, &str, &str)> = told.iter().map(|cells| (cells[0], cells[1], cells[3], cells[4])).collect();
        assert_eq!(told, [
            ("3", "员工人数", "not_a_number", "Not a number,twelve,true"),
            ("4", "名称", "required", "Required,,true"),
            ("5", "邮箱", "email", "Not a valid e-mail address,keine,true"),
        ], "{text}");
        assert_eq!(names(&admin), ["戊公司", "甲公司"]);
    }

    fn every_usual_encoding_and_quoting_is_read(server: &Server) {
        let admin = server.admin();
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain("客户名称,城市\r\n庚公司,天津\r\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let gb18030 = b"\xbf\xcd\xbb\xa7\xc3\xfb\xb3\xc6,\xb3\xc7\xca\xd0\n\xbc\xba\xb9\xab\xcb\xbe,\xb1\xb1\xbe\xa9\n".to_vec();
        let quoted = "客户名称;备注\n\"辛;公司\";\"第一行\n第二行 \"\"引号\"\"\"\n".as_bytes().to_vec();
        for (bytes, name) in [(utf16, "庚公司"), (gb18030, "己公司"), (quoted, "辛;公司")] {
            let done = bring(&admin, "customers", "customers.csv", &bytes);
            assert_eq!(done["progress"]["created"], 1, "{name}: {}", done.json);
            assert!(names(&admin).contains(&name.to_owned()), "{name}");
        }
    }

    fn ragged_rows_and_double_headers_stop_nothing(server: &Server) {
        let admin = server.admin();
        let text = "客户名称,城市,城市\n甲公司,上海\n乙公司,北京,北京,多余,更多\n\n丙公司,广州,广州\n";
        let import = analyse(&admin, "customers", "customers.csv", text.as_bytes()).expect(201);
        assert_eq!(import["duplicate_headers"], json!(["城市"]), "{}", import.json);
        let done = run(&admin, &import, false);
        assert_eq!((&done["state"], &done["progress"]["created"], &done["progress"]["rejected"]), (&json!("done"), &json!(3), &json!(0)), "{}", done.json);
        assert_eq!(names(&admin), ["丙公司", "乙公司", "甲公司"]);
        let errors = admin.get(&format!("/api/v1/imports/{}/errors", import.id())).expect(200);
        let told: Vec<(i64, &str)> = errors.items().iter().map(|e| (e["row"].as_i64().unwrap(), e["code"].as_str().unwrap())).collect();
        assert_eq!(told, [(2, "missing_cells"), (3, "extra_cells")], "{}", errors.json);
    }

    fn a_file_that_is_no_workbook_or_unpacks_to_a_bomb_is_refused_with_a_reason(server: &Server) {
        let admin = server.admin();
        let files = [
            (b"this is no workbook".to_vec(), "not_a_workbook"),
            (b"PK\x03\x04 nor is this".to_vec(), "not_a_workbook"),
            (Vec::new(), "not_a_workbook"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "old_or_encrypted_workbook"),
            (bomb(), "unpacks_too_large"),
        ];
        for (bytes, code) in files {
            let reply = analyse(&admin, "customers", "customers.xlsx", &bytes).expect(422);
            assert_eq!((&reply["errors"][0]["field"], &reply["errors"][0]["code"]), (&json!("file_id"), &json!(code)), "{}", reply.json);
        }
    }

    fn an_empty_cover_is_passed_over_and_any_sheet_can_be_chosen(server: &Server) {
        let admin = server.admin();
        let rows: &[&[&str]] = &[&["客户名称", "建档"], &["甲公司", "2021-03-04 09:30"]];
        let book = workbook(&[("封面", &[]), ("客户", rows), ("旧客户", &[&["客户名称"], &["乙公司"]])]);
        let first = analyse(&admin, "customers", "customers.xlsx", &book).expect(201);
        assert_eq!((&first["sheet"], &first["sheets"]), (&json!("客户"), &json!(["封面", "客户", "旧客户"])), "{}", first.json);
        let patch = json!({ "mapping": { "客户名称": "name", "建档": "created_at" } });
        admin.settle("PATCH", &format!("/api/v1/imports/{}", first.id()), &patch).expect(200);
        assert_eq!(run(&admin, &first, false)["progress"]["created"], 1);
        let made = admin.get("/api/v1/customers").expect(200).items()[0].clone();
        assert_eq!((&made["name"], &made["created_at"].as_str().unwrap()[..16]), (&json!("甲公司"), "2021-03-04T01:30"));
        let ask = |sheet: &str| admin.post("/api/v1/imports", &json!({ "object": "customers", "file_id": first["file_id"], "sheet": sheet }));
        assert_eq!(run(&admin, &ask("旧客户").expect(201), false)["progress"]["created"], 1);
        assert_eq!(ask("封面").expect(422)["errors"][0]["code"], "no_rows");
        assert_eq!(ask("没有").expect(422)["errors"][0]["code"], "unknown_sheet");
        let empty = workbook(&[("封面", &[]), ("说明", &[])]);
        assert_eq!(analyse(&admin, "customers", "empty.xlsx", &empty).expect(422)["errors"][0]["code"], "no_rows");
    }

    fn a_cell_of_ten_megabytes_is_told_and_the_other_rows_land(server: &Server) {
        let admin = server.admin();
        let text = format!("客户名称,备注\n甲公司,{}\n乙公司,短\n", "x".repeat(10 << 20));
        let import = analyse(&admin, "customers", "customers.csv", text.as_bytes()).expect(201);
        let done = run(&admin, &import, false);
        assert_eq!((&done["state"], names(&admin)), (&json!("done"), vec!["乙公司".to_owned()]), "{}", done.json);
        let errors = admin.get(&format!("/api/v1/imports/{}/errors", import.id())).expect(200);
        let told = &errors.items()[0];
        assert_eq!((&told["row"], &told["column"], &told["code"]), (&json!(2), &json!("备注"), &json!("cell_too_long")), "{}", errors.json);
    }

    fn a_quote_that_is_never_closed_costs_no_other_row_of_a_large_file(server: &Server) {
        let admin = server.admin();
        let pad = "x".repeat(20_000);
        let rows: String = (1..=120).map(|n| format!("{}客户{n},上海,{pad}\n", if n == 4 { "\"" } else { "" })).collect();
        assert!(rows.len() > 2 << 20);
        let import = analyse(&admin, "customers", "customers.csv", format!("客户名称,城市,qqq\n{rows}").as_bytes()).expect(201);
        let patch = json!({ "mapping": { "客户名称": "name", "城市": "city" } });
        admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &patch).expect(200);
        let done = run(&admin, &import, false);
        assert_eq!((&done["state"], &done["progress"]["created"], &done["progress"]["rejected"]), (&json!("done"), &json!(120), &json!(0)), "{}", done.json);
        let errors = admin.get(&format!("/api/v1/imports/{}/errors", import.id())).expect(200);
        let told: Vec<(i64, &str)> = errors.items().iter().map(|e| (e["row"].as_i64().unwrap(), e["code"].as_str().unwrap())).collect();
        assert_eq!(told, [(5, "unclosed_quote")], "{}", errors.json);
        assert_eq!(total(&admin, "customers"), 120);
    }

    fn a_second_import_with_a_match_key_changes_instead_of_doubling(server: &Server) {
        let admin = server.admin();
        bring(&admin, "customers", "customers.csv", GOOD.as_bytes());
        let import = analyse(&admin, "customers", "customers.csv", GOOD.replace("35", "36").as_bytes()).expect(201);
        admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &json!({ "match_fields": ["name"] })).expect(200);
        let done = run(&admin, &import, false);
        assert_eq!((&done["progress"]["created"], &done["progress"]["updated"], &done["progress"]["unchanged"]), (&json!(0), &json!(1), &json!(1)), "{}", done.json);
        assert_eq!(total(&admin, "customers"), 2);
    }

    fn a_link_by_name_is_suggested_and_holds_once_confirmed(server: &Server) {
        let admin = server.admin();
        let product = server.create("products", &json!({ "name": "GTX Pro" }));
        let import = analyse(&admin, "opportunities", "deals.csv", "商机名称,产品\n项目一,GTXPro\n项目二,GTXPro\n".as_bytes()).expect(201);
        let patched = admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &json!({ "mapping": { "商机名称": "name", "产品": "product_id" } })).expect(200);
        let unmatched = &patched["unmatched"]["product_id"][0];
        assert_eq!((&unmatched["value"], &unmatched["suggestion"]), (&json!("GTXPro"), &json!(product)), "{}", patched["unmatched"]);
        admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &json!({ "value_links": { "product_id": { "GTXPro": product } } })).expect(200);
        assert_eq!(run(&admin, &import, false)["progress"]["created"], 2);
        assert_eq!(admin.get(&format!("/api/v1/opportunities?count=exact&product_id={product}")).expect(200)["total"], 2);
    }

    fn an_undo_archives_what_was_made_and_puts_back_what_was_changed_unless_somebody_did_since(server: &Server) {
        let admin = server.admin();
        let made = bring(&admin, "customers", "customers.csv", GOOD.as_bytes());
        let changes = GOOD.replace("120", "121").replace("35", "36");
        let import = analyse(&admin, "customers", "customers.csv", changes.as_bytes()).expect(201);
        let options = json!({ "match_fields": ["name"] });
        admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &options).expect(200);
        assert_eq!(run(&admin, &import, false)["progress"]["updated"], 2);
        let first = admin.get("/api/v1/customers?sort=name").expect(200).items()[0].clone();
        let path = format!("/api/v1/customers/{}", first["id"].as_str().unwrap());
        admin.patch(&path, first["version"].as_i64().unwrap(), &json!({ "employees": 500 })).expect(200);
        let undone = undo(&admin, &import);
        assert_eq!((&undone["undo"]["reverted"], &undone["undo"]["kept"]), (&json!(1), &json!(1)), "{}", undone.json);
        let numbers: Vec<i64> = admin.get("/api/v1/customers?sort=name").expect(200).items().iter().map(|c| c["employees"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [500, 35]);
        // What the second import changed and its undo changed back counts as no change, the person's does.
        let undone = undo(&admin, &made);
        assert_eq!((&undone["undo"]["archived"], &undone["undo"]["kept"]), (&json!(1), &json!(1)), "{}", undone.json);
        assert_eq!(total(&admin, "customers"), 1);
    }

    fn an_undo_keeps_what_people_have_worked_with_says_why_and_takes_it_back_on_request(server: &Server) {
        let admin = server.admin();
        let names = ["没人动过", "改过城市", "有人拜访", "有了商机"];
        let text: String = std::iter::once("客户名称,城市\n".to_owned()).chain(names.iter().map(|n| format!("{n},上海\n"))).collect();
        let import = bring(&admin, "customers", "customers.csv", text.as_bytes());
        let list = admin.get("/api/v1/customers?limit=50").expect(200);
        let id = |name: &str| list.items().iter().find(|c| c["name"] == name).unwrap()["id"].as_str().unwrap().to_owned();
        admin.patch(&format!("/api/v1/customers/{}", id("改过城市")), 1, &json!({ "city": "杭州" })).expect(200);
        server.create("activities", &json!({ "subject": "拜访", "kind": "visit", "occurred_at": "2026-05-04T02:00:00Z", "customer_id": id("有人拜访") }));
        server.create("opportunities", &json!({ "name": "新商机", "customer_id": id("有了商机") }));
        let undone = undo(&admin, &import);
        assert_eq!((&undone["undo"]["archived"], &undone["undo"]["kept"]), (&json!(1), &json!(3)), "{}", undone["undo"]);
        let reasons: std::collections::BTreeMap<&str, &str> = undone["undo"]["kept_records"].as_array().unwrap().iter()
            .map(|k| (k["title"].as_str().unwrap(), k["reason"].as_str().unwrap())).collect();
        assert_eq!(reasons, [("改过城市", "changed"), ("有人拜访", "used"), ("有了商机", "used")].into_iter().collect());
        assert_eq!(total(&admin, "customers"), 3);
        let path = format!("/api/v1/imports/{}", import.id());
        admin.post_empty(&format!("{path}/undo")).expect_problem(409, "nothing_to_undo");
        admin.post(&format!("{path}/undo"), &json!({ "changed_since": "perhaps" })).expect(422);
        admin.post(&format!("{path}/undo"), &json!({ "changed_since": "undo" })).expect(202);
        let rest = settled(&admin, &path);
        assert_eq!((&rest["undo"]["archived"], &rest["undo"]["kept"]), (&json!(4), &json!(0)), "{}", rest["undo"]);
        assert_eq!(total(&admin, "customers"), 0);
        admin.post(&format!("{path}/undo"), &json!({ "changed_since": "undo" })).expect_problem(409, "nothing_to_undo");
    }

    fn an_undo_by_force_leaves_what_belongs_to_somebody_else_by_now(server: &Server) {
        let admin = server.admin();
        let (rep_id, rep) = server.user("representative", None);
        let (colleague, _) = server.user("representative", None);
        let import = bring(&rep, "customers", "customers.csv", "客户名称,城市\n自己改过,上海\n交给同事,上海\n".as_bytes());
        let list = rep.get("/api/v1/customers?limit=50").expect(200);
        let id = |name: &str| list.items().iter().find(|c| c["name"] == name).unwrap()["id"].as_str().unwrap().to_owned();
        rep.patch(&format!("/api/v1/customers/{}", id("自己改过")), 1, &json!({ "city": "杭州" })).expect(200);
        admin.patch(&format!("/api/v1/customers/{}", id("交给同事")), 1, &json!({ "owner_id": colleague })).expect(200);
        let path = format!("/api/v1/imports/{}", import.id());
        rep.post(&format!("{path}/undo"), &json!({ "changed_since": "undo" })).expect(202);
        let undone = settled(&rep, &path);
        assert_eq!((&undone["undo"]["archived"], &undone["undo"]["kept"]), (&json!(1), &json!(1)), "{}", undone["undo"]);
        assert_eq!(undone["undo"]["kept_records"][0]["reason"], "not_yours");
        assert!(admin.get(&format!("/api/v1/customers/{}", id("交给同事"))).expect(200)["archived_at"].is_null());
        assert_eq!(admin.get(&format!("/api/v1/customers/{}", id("自己改过"))).expect(200)["owner_id"], rep_id);
        // Whoever may change it may also take it back, for another person.
        admin.post(&format!("{path}/undo"), &json!({ "changed_since": "undo" })).expect(202);
        assert_eq!(settled(&admin, &path)["undo"]["kept"], 0);
    }

    fn an_import_leaves_no_words_that_are_not_in_the_index_yet(server: &Server) {
        let admin = server.admin();
        let rows: String = (0..600).map(|i| format!("晨光{i}号仪器有限公司,{i}@example.cn\n")).collect();
        bring(&admin, "customers", "many.csv", format!("客户名称,邮箱\n{rows}").as_bytes());
        if server.database().engine() == Engine::Postgres {
            let waiting = server.database().query("SELECT gin_clean_pending_list('customers_search')");
            assert_eq!(waiting.trim(), "0", "pages that wait");
        }
        let found = admin.get("/api/v1/customers?q=599&limit=5").expect(200);
        assert_eq!(found.items().len(), 1, "{}", found.json);
    }

    fn an_import_changes_no_record_that_its_caller_may_not_change(server: &Server) {
        let admin = server.admin();
        let permissions = json!({ "customers": { "read": "all", "create": "all", "import": "all" } });
        admin.post("/api/v1/roles", &json!({ "key": "adder", "name_zh": "录入员", "name_en": "Adder", "permissions": permissions })).expect(201);
        let known = server.create("customers", &json!({ "name": "已有客户", "city": "上海" }));
        let adder = server.as_role("adder");
        let import = bring(&adder, "customers", "customers.csv", "客户名称,城市\n已有客户,苏州\n新的客户,苏州\n".as_bytes());
        assert_eq!((&import["progress"]["created"], &import["progress"]["updated"], &import["progress"]["rejected"]), (&json!(1), &json!(0), &json!(1)), "{}", import.json);
        assert_eq!(admin.get(&format!("/api/v1/customers/{known}")).expect(200)["city"], "上海");
    }

    fn nobody_learns_a_masked_number_by_having_rows_recognised_by_it(server: &Server) {
        server.create("contacts", &json!({ "name": "张伟", "phone": "13812345678" }));
        let marketing = server.as_role("marketing");
        let import = analyse(&marketing, "contacts", "contacts.csv", "姓名,手机\n某人,13812345678\n".as_bytes()).expect(201);
        assert_ne!(import["options"]["match_fields"], json!(["phone"]), "the usual key of contacts is their number");
        let path = format!("/api/v1/imports/{}", import.id());
        let wanted = marketing.settle("PATCH", &path, &json!({ "match_fields": ["phone"] }));
        assert_eq!(wanted.expect(422).wrong_fields(), ["match_fields"]);
        let tried = run(&marketing, &import, true);
        assert_eq!((&tried["progress"]["created"], &tried["progress"]["unchanged"]), (&json!(1), &json!(0)), "{}", tried.json);
    }

    fn several_tags_in_a_cell_are_recognised_one_by_one(server: &Server) {
        let admin = server.admin();
        let tag = |name: &str| server.create("tags", &json!({ "name": name, "color": "error" }));
        let (vip, key) = (tag("VIP客户"), tag("重点客户"));
        let import = analyse(&admin, "customers", "customers.csv", "客户名称,标签\n甲公司,VIP客户、重点客户\n乙公司,重点客户；VIP客\n".as_bytes()).expect(201);
        let unmatched = &import["unmatched"]["tags"];
        assert_eq!((unmatched.as_array().unwrap().len(), &unmatched[0]["value"], &unmatched[0]["suggestion"]), (1, &json!("VIP客"), &json!(vip)), "{unmatched}");
        let path = format!("/api/v1/imports/{}", import.id());
        let said = json!({ "value_links": { "tags": { "VIP客": vip } } });
        admin.settle("PATCH", &path, &said).expect(200);
        assert_eq!(run(&admin, &import, false)["progress"]["created"], 2);
        let list = admin.get("/api/v1/customers?limit=50").expect(200);
        let mut both = [vip, key];
        both.sort();
        for customer in list.items() {
            assert_eq!(customer["tags"], json!(both), "{customer}");
        }
    }

    fn an_undo_by_force_puts_back_what_was_changed_since(server: &Server) {
        let admin = server.admin();
        bring(&admin, "customers", "customers.csv", GOOD.as_bytes());
        let import = analyse(&admin, "customers", "customers.csv", GOOD.replace("120", "121").as_bytes()).expect(201);
        admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &json!({ "match_fields": ["name"] })).expect(200);
        assert_eq!(run(&admin, &import, false)["progress"]["updated"], 1);
        let changed = admin.get("/api/v1/customers?employees=121").expect(200).items()[0].clone();
        let record = format!("/api/v1/customers/{}", changed["id"].as_str().unwrap());
        admin.patch(&record, changed["version"].as_i64().unwrap(), &json!({ "employees": 500, "city": "苏州" })).expect(200);
        let path = format!("/api/v1/imports/{}", import.id());
        admin.post(&format!("{path}/undo"), &json!({ "changed_since": "undo" })).expect(202);
        assert_eq!(settled(&admin, &path)["undo"]["reverted"], 1);
        let now = admin.get(&record).expect(200);
        assert_eq!((&now["employees"], &now["city"]), (&json!(120), &json!("苏州")));
    }

    fn a_name_that_is_none_of_those_there_are_is_made_where_that_is_wanted(server: &Server) {
        let admin = server.admin();
        server.create("customers", &json!({ "name": "上海甲公司" }));
        let customers = |make: bool| {
            let import = analyse(&admin, "opportunities", "deals.csv", "商机名称,客户\n项目一,上海甲公可\n".as_bytes()).expect(201);
            let options = json!({ "mapping": { "商机名称": "name", "客户": "customer_id" }, "create_missing": { "customer_id": make }, "value_links": { "customer_id": { "上海甲公可": null } } });
            admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &options).expect(200);
            assert_eq!(run(&admin, &import, false)["progress"]["created"], 1);
            total(&admin, "customers")
        };
        assert_eq!(customers(false), 1);
        assert_eq!(customers(true), 2);
    }

    fn what_an_import_made_and_linked_itself_goes_together(server: &Server) {
        let admin = server.admin();
        let import = analyse(&admin, "opportunities", "deals.csv", "商机名称,客户\n项目一,甲公司\n项目二,乙公司\n".as_bytes()).expect(201);
        let options = json!({ "mapping": { "商机名称": "name", "客户": "customer_id" }, "create_missing": { "customer_id": true } });
        admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &options).expect(200);
        assert_eq!(run(&admin, &import, false)["progress"]["created"], 2);
        let undone = undo(&admin, &import);
        assert_eq!((&undone["undo"]["archived"], &undone["undo"]["kept"]), (&json!(4), &json!(0)), "{}", undone["undo"]);
        assert_eq!((total(&admin, "customers"), total(&admin, "opportunities")), (0, 0));
    }

    fn an_export_holds_the_chosen_columns_and_no_cell_becomes_a_formula(server: &Server) {
        let admin = server.admin();
        server.create("customers", &json!({ "name": "=HYPERLINK(\"http://example.com\")", "city": "+上海" }));
        let export = admin.post("/api/v1/exports", &json!({ "object": "customers", "format": "csv", "fields": ["name", "city"] }));
        assert_eq!(export.status, 202, "{}", export.json);
        assert_eq!(settled(&admin, &format!("/api/v1/exports/{}", export.id()))["rows"], 1);
        let file = admin.get(&format!("/api/v1/exports/{}/content", export.id())).expect(200);
        let text = String::from_utf8_lossy(&file.body).into_owned();
        assert!(!text.contains(",=") && !text.contains("\n=") && !text.contains("\"=") && !text.contains(",+"), "{text}");
    }

    fn an_export_is_of_the_side_of_the_archive_that_the_list_shows(server: &Server) {
        let admin = server.admin();
        server.create("customers", &json!({ "name": "在册公司" }));
        let gone = server.create("customers", &json!({ "name": "归档公司" }));
        assert!(admin.delete(&format!("/api/v1/customers/{gone}")).status < 300);
        let sides = [(None, vec!["在册公司"]), (Some("false"), vec!["在册公司"]), (Some("only"), vec!["归档公司"]), (Some("true"), vec!["在册公司", "归档公司"])];
        for (archived, names) in sides {
            let mut wanted = json!({ "object": "customers", "fields": ["name"] });
            if let Some(archived) = archived {
                wanted["archived"] = json!(archived);
            }
            let export = admin.post("/api/v1/exports", &wanted).expect(202);
            assert_eq!(settled(&admin, &format!("/api/v1/exports/{}", export.id()))["rows"], names.len(), "{archived:?}");
            let file = admin.get(&format!("/api/v1/exports/{}/content", export.id())).expect(200);
            let text = String::from_utf8_lossy(&file.body).into_owned();
            assert!(["在册公司", "归档公司"].iter().all(|name| text.contains(name) == names.contains(name)), "{text}");
        }
        let wrong = json!({ "object": "customers", "archived": "maybe" });
        assert!([400, 422].contains(&admin.post("/api/v1/exports", &wrong).status));
    }

    fn an_export_shows_only_what_its_caller_may_see(server: &Server) {
        let admin = server.admin();
        let own = json!({ "customers": { "read": "own", "export": "own" } });
        let role = json!({ "key": "exporter", "name_zh": "导出员", "name_en": "Exporter", "permissions": own });
        admin.post("/api/v1/roles", &role).expect(201);
        let (id, exporter) = server.user("exporter", None);
        server.create("customers", &json!({ "name": "看得见", "owner_id": id }));
        server.create("customers", &json!({ "name": "看不见" }));
        // Nor does a key see more than it may, though its maker does.
        let key = admin.post("/api/v1/api_keys", &json!({ "name": "exporter", "permissions": own })).expect(201);
        let key = server.anonymous().with_token(key["key"].as_str().unwrap());
        for (caller, names) in [(&exporter, vec!["看得见"]), (&key, vec!["看不见"]), (&admin, vec!["看得见", "看不见"])] {
            let export = caller.post("/api/v1/exports", &json!({ "object": "customers", "fields": ["name"] })).expect(202);
            let ended = settled(caller, &format!("/api/v1/exports/{}", export.id()));
            assert_eq!((&ended["state"], &ended["rows"]), (&json!("done"), &json!(names.len())), "{}", ended.json);
            let content = format!("/api/v1/exports/{}/content", export.id());
            let text = String::from_utf8_lossy(&caller.get(&content).expect(200).body).into_owned();
            assert!(["看得见", "看不见"].iter().all(|name| text.contains(name) == names.contains(name)), "{text}");
            server.user("director", None).1.get(&content).expect(404);
        }
        server.as_role("read_only").post("/api/v1/exports", &json!({ "object": "customers" })).expect(403);
    }
}

#[test]
fn an_import_goes_on_after_a_kill_and_no_row_is_lost_or_doubled() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let rows = 6_000;
        let text: String = std::iter::once("客户名称,城市\n".to_owned())
            .chain((0..rows).map(|i| format!("第{i}公司,上海\n")))
            .collect();
        let import = analyse(&server.admin(), "customers", "customers.csv", text.as_bytes()).expect(201);
        let path = format!("/api/v1/imports/{}", import.id());
        server.admin().post(&format!("{path}/start"), &json!({ "dry_run": false }));
        while server.admin().get(&path).expect(200)["progress"]["rows_done"] == json!(0) {}
        server.kill();
        server.start_again();
        let done = settled(&server.admin(), &path);
        assert_eq!(
            (&done["state"], &done["progress"]["created"]),
            (&Value::from("done"), &json!(rows)),
            "{engine:?} {}",
            done.json
        );
        assert_eq!(total(&server.admin(), "customers"), rows);
    }
}
