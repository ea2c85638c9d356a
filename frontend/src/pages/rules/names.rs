//! Names of the tags, people, teams and roles that rules speak of.

use super::model::{list, word};
use crate::data::http::{Request, encode};
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::{Page, Record, text};
use crate::record::value::Refs;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The ids in a definition, by the object that they are of.
fn ids(d: &Value, out: &mut BTreeMap<&'static str, BTreeSet<String>>) {
    let mut put = |object: &'static str, v: &Value| {
        if let Some(id) = v.as_str().filter(|s| s.len() == 36) {
            out.entry(object).or_default().insert(id.to_owned());
        }
    };
    for a in list(d, "actions") {
        put("tags", &a["tag_id"]);
        put("teams", &a["team_id"]);
        put("webhooks", &a["webhook_id"]);
        list(a, "users").iter().for_each(|u| put("users", u));
        list(a, "to").iter().chain(a.get("assignee")).for_each(|r| put("users", &r["user_id"]));
    }
    // Whatever a condition compares with may be a person, a tag, a team or a stage.
    let mut seen = BTreeSet::new();
    uuids(&d["condition"], &mut seen);
    uuids(&d["trigger"], &mut seen);
    for id in seen {
        for object in ["users", "tags", "teams", "pipeline_stages"] {
            out.entry(object).or_default().insert(id.clone());
        }
    }
}

fn uuids(v: &Value, out: &mut BTreeSet<String>) {
    match v {
        Value::String(s) if s.len() == 36 && s.matches('-').count() == 4 => {
            out.insert(s.clone());
        }
        Value::Array(a) => a.iter().for_each(|x| uuids(x, out)),
        Value::Object(o) => o.values().for_each(|x| uuids(x, out)),
        _ => {}
    }
}

/// The names that some definitions need; it asks once per object.
#[hook]
pub(super) fn use_names(definitions: Vec<Value>) -> Rc<Refs> {
    let session = use_session();
    let names = use_state_eq(|| Rc::new(Refs::new()));
    let mut wanted = BTreeMap::new();
    definitions.iter().for_each(|d| ids(d, &mut wanted));
    if !session.me.may("webhooks", "read") {
        wanted.remove("webhooks");
    }
    {
        let names = names.clone();
        use_effect_with(wanted, move |wanted| {
            let wanted = wanted.clone();
            spawn_local(async move {
                let mut out = (**names).clone();
                for (object, ids) in wanted {
                    if ids.iter().all(|id| out.contains_key(id)) {
                        continue;
                    }
                    let filter = json!({ "field": "id", "op": "in", "value": ids }).to_string();
                    let path = match object {
                        "webhooks" => "/webhooks".to_owned(),
                        _ => format!("/{object}?limit=200&fields=id,name&filter={}", encode(&filter)),
                    };
                    if let Ok(page) = Request::get(path).json::<Page<Record>>().await {
                        out.extend(page.items.iter().map(|r| (text(r, "id").to_owned(), text(r, "name").to_owned())));
                    }
                }
                names.set(Rc::new(out));
            });
        });
    }
    (*names).clone()
}

/// Keys and names of the roles; none for whoever may not read them.
#[hook]
pub(super) fn use_roles() -> Vec<(String, String)> {
    let roles = use_query::<Value>("/roles".to_owned());
    let items = roles.data.as_ref().map(|v| list(v, "items").to_vec()).unwrap_or_default();
    items.iter().map(|r| (word(r, "key").to_owned(), word(r, "name").to_owned())).collect()
}

/// Keys and titles of the playbooks; none for whoever may not start them.
#[hook]
pub(super) fn use_playbooks() -> Vec<(String, String)> {
    let session = use_session();
    let may = session.me.may("customers", "update") && session.me.may("tasks", "create");
    let all = use_query::<Value>(if may { "/playbooks".to_owned() } else { String::new() });
    let items = all.data.as_ref().map(|v| list(v, "items").to_vec()).unwrap_or_default();
    let active = |p: &&Value| p.get("active").and_then(Value::as_bool) != Some(false);
    items.iter().filter(active).map(|p| (word(p, "key").to_owned(), word(p, "title").to_owned())).collect()
}

/// Ids and names of the endpoints that can be called; none for whoever may not see them.
#[hook]
pub(super) fn use_hooks() -> Vec<(String, String)> {
    let session = use_session();
    let may = session.me.may("webhooks", "read");
    let hooks = use_query::<Value>(if may { "/webhooks".to_owned() } else { String::new() });
    let items = hooks.data.as_ref().map(|v| list(v, "items").to_vec()).unwrap_or_default();
    items.iter().map(|w| (word(w, "id").to_owned(), word(w, "name").to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_actions_and_conditions_are_found() {
        let tag = "01a20475-f46e-7078-b355-a6585111fbd1";
        let user = "01a20475-f46e-7078-b355-a6585111fbd2";
        let owner = "01a20475-f46e-7078-b355-a6585111fbd3";
        let mut out = BTreeMap::new();
        ids(
            &json!({
                "trigger": {}, "condition": { "all": [{ "field": "owner_id", "op": "in", "value": [owner] }] },
                "actions": [{ "kind": "add_tag", "tag_id": tag }, { "kind": "notify", "to": [{ "kind": "user", "user_id": user }] }],
            }),
            &mut out,
        );
        assert!(out["tags"].contains(tag) && !out["users"].contains(tag));
        assert!(out["users"].contains(user) && out["users"].contains(owner));
    }
}
