//! The operations of objects whose records can be merged.

use super::examples;
use super::operations::{Operation, id_parameter, if_match, op};
use domain::fields::ObjectDef;
use domain::policy::Action;
use serde_json::{Map, Value as Json, json};

/// Adds the paths of merging.
pub(super) fn push(def: &'static ObjectDef, paths: &mut Map<String, Json>) {
    if !domain::merge::mergeable(def) {
        return;
    }
    let (one, many) = (def.label.en.to_lowercase(), def.label_plural.en.to_lowercase());
    let of = |rest: &str| format!("/api/v1/{}/{{id}}/{rest}", def.key);
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let write = |operation: Operation| {
        operation.problems(&["400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "503"])
    };
    let merge = op(
        def,
        ("merge", def.singular),
        Action::Update,
        format!("Merge {many}"),
        "Everything that belongs to the others moves to this record, and they are archived with a pointer to it. The caller must be \
         able to change the record, to archive the others and to change all that moves. A dry run says what would happen.",
    )
    .parameters(vec![id_parameter(&one), if_match(false)])
    .body(schema("MergeInput"), "application/json", json!({ "ids": [examples::PLACEHOLDER], "dry_run": true }))
    .answer("200", "What was done, or would be.", schema("MergeResult"), &[]);
    paths.insert(of("merge"), json!({ "post": write(merge).json }));
    let unmerge = op(
        def,
        ("unmerge", def.singular),
        Action::Update,
        format!("Undo a merge of {many}"),
        "The others are there again with what belonged to them. What has changed since is in the way (409), unless it is to stay.",
    )
    .parameters(vec![id_parameter(&one), if_match(false)])
    .body(schema("UnmergeInput"), "application/json", json!({ "dry_run": true }))
    .answer("200", "What was done, or would be.", schema("UnmergeResult"), &[]);
    paths.insert(of("unmerge"), json!({ "post": write(unmerge).json }));
    let list = op(
        def,
        ("list", &format!("{}_merges", def.singular)),
        Action::Read,
        format!("List what was merged into a {one}"),
        "The merges that it came out of, newest first, those that were undone too.",
    )
    .parameters(vec![id_parameter(&one)])
    .answer("200", "The merges.", schema("Merges"), &[])
    .problems(&["401", "403", "404", "422", "429", "503"]);
    paths.insert(of("merges"), json!({ "get": list.json }));
}
