//! `flywheel import`: what the wizard can do, from the command line.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::engines;
use tests::server::{Server, program};

fn flywheel(server: &Server, arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).env("DATABASE_URL", server.database().url());
    command.env("FLYWHEEL_DATA_DIR", server.database().folder()).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Writes a file into the server's folder and imports it; the id of the import and what was said.
fn import(server: &Server, text: &str, options: &[&str]) -> (String, String) {
    let file = server.database().folder().join("customers.csv");
    fs::write(&file, text).unwrap();
    let mut arguments = vec!["import", file.to_str().unwrap(), "--object", "customers"];
    arguments.extend(options);
    let output = flywheel(server, &arguments);
    assert!(output.status.success(), "{}", said(&output));
    let line = String::from_utf8(output.stdout).unwrap();
    (line.trim().rsplit(' ').next().unwrap().to_owned(), line)
}

fn by_name(server: &Server, name: &str) -> Option<Value> {
    let page = server.admin().get("/api/v1/customers?limit=200").expect(200);
    page.items().iter().find(|customer| customer["name"] == name).cloned()
}

const FILE: &str = "客户名称,年收入,上级客户,员工人数\n甲公司,\"1.500\",总部,12\n乙公司,\"2.500\",,many\n";
const MAP: [&str; 8] = [
    "--map",
    "客户名称=name",
    "--map",
    "年收入=annual_revenue_minor",
    "--map",
    "上级客户=parent_id",
    "--map",
    "员工人数=employees",
];

engines! {
    fn every_decision_of_the_wizard_can_be_made_on_the_command_line_and_taken_back(server: &Server) {
        let parent = server.create("customers", &json!({ "name": "集团有限公司" }));
        let (owner, _) = server.user("representative", None);
        let email = server.admin().get(&format!("/api/v1/users/{owner}")).expect(200)["email"].as_str().unwrap().to_owned();
        let errors = server.database().folder().join("errors.csv");
        let link = format!("parent_id:总部={parent}");
        let mut options = MAP.to_vec();
        options.extend(["--number-format", "comma", "--default", "city=苏州", "--default", "founded_year=1999"]);
        options.extend(["--owner", &email, "--link", &link, "--errors", errors.to_str().unwrap()]);
        let (id, line) = import(server, FILE, &options);
        assert!(line.starts_with("2 rows: 1 created") && line.contains("1 left out"), "{line}");
        let made = by_name(server, "甲公司").expect("the good row has landed");
        assert_eq!(made["annual_revenue_minor"], 150_000, "{made}");
        assert_eq!((&made["parent_id"], &made["owner_id"]), (&json!(parent), &json!(owner)), "{made}");
        assert_eq!((&made["city"], &made["founded_year"]), (&json!("苏州"), &json!(1999)), "{made}");
        let listed = fs::read_to_string(&errors).unwrap();
        assert!(listed.contains("many") && listed.contains("员工人数") && listed.lines().count() == 2, "{listed}");
        let undone = flywheel(server, &["import", "--undo", &id]);
        assert!(undone.status.success() && said(&undone).contains("1 archived"), "{}", said(&undone));
        assert_eq!(by_name(server, "甲公司"), None);
        let again = flywheel(server, &["import", "--undo", &id]);
        assert!(!again.status.success() && said(&again).contains("nothing to undo"), "{}", said(&again));
    }

    fn an_undo_on_the_command_line_keeps_what_was_changed_since_unless_told_otherwise(server: &Server) {
        let (id, _) = import(server, "客户名称\n甲公司\n", &["--map", "客户名称=name", "--pool"]);
        let made = by_name(server, "甲公司").expect("it has landed");
        assert!(made["owner_id"].is_null() && !made["pooled_at"].is_null(), "{made}");
        let path = format!("/api/v1/customers/{}", made["id"].as_str().unwrap());
        server.admin().patch(&path, made["version"].as_i64().unwrap(), &json!({ "city": "无锡" })).expect(200);
        let kept = flywheel(server, &["import", "--undo", &id]);
        assert!(kept.status.success() && said(&kept).contains("changed it since"), "{}", said(&kept));
        assert!(by_name(server, "甲公司").is_some());
        let undone = flywheel(server, &["import", "--undo", &id, "--changed-too"]);
        assert!(undone.status.success(), "{}", said(&undone));
        assert_eq!(by_name(server, "甲公司"), None);
    }

    fn an_option_that_cannot_be_is_refused_in_words(server: &Server) {
        let file = server.database().folder().join("customers.csv");
        fs::write(&file, FILE).unwrap();
        for (option, value, words) in [
            ("--owner", "nobody@example.com", "nobody has the e-mail address"),
            ("--link", "parent_id=x", "FIELD:VALUE=ID"),
            ("--number-format", "roman", "Must be one of: auto, point, comma"),
            ("--default", "surely_unknown=1", "Unknown field: surely_unknown"),
            ("--match", "surely_unmapped", "No column is mapped to this field"),
        ] {
            let output = flywheel(server, &["import", file.to_str().unwrap(), "--object", "customers", option, value]);
            assert!(!output.status.success() && said(&output).contains(words), "{option}: {}", said(&output));
        }
    }

    fn a_default_on_the_command_line_may_be_for_a_custom_field_and_hold_equals_signs(server: &Server) {
        for (key, kind) in [("origin", "text"), ("batch", "text"), ("margin", "percent")] {
            let field = json!({ "object": "customers", "key": key, "kind": kind, "label_zh": key, "label_en": key, "required": true });
            server.admin().post("/api/v1/custom_fields", &field).expect(201);
        }
        let options = ["--default", "custom.origin=utm=expo&x=1", "--default", "custom.batch=7", "--default", "custom.margin=12.5"];
        let (_, line) = import(server, "客户名称\n甲公司\n", &options);
        assert!(line.starts_with("1 rows: 1 created"), "{line}");
        let customer = by_name(server, "甲公司").unwrap();
        assert_eq!(customer["custom"], json!({ "origin": "utm=expo&x=1", "batch": "7", "margin": 12.5 }));
    }
}
