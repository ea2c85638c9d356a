//! How RFM values become scores: by rank, or by limits that somebody sets.

use super::model_lists::{ListsProps, changed};
use crate::data::types::FieldMeta;
use crate::i18n::Lang;
use crate::record::input::FieldInput;
use crate::ui::field::{Field, select};
use serde_json::{Value, json};
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// The tables that a change to fixed limits begins with.
fn usual() -> Value {
    json!({ "fixed": { "recency_days": [270, 180, 90, 30], "frequency": [2, 3, 5, 8],
        "monetary_minor": [1_000_000, 5_000_000, 10_000_000, 50_000_000] } })
}

/// The choice, and the tables.
pub(super) fn mode(l: Lang, p: &ListsProps) -> Html {
    let fixed = p.document.pointer("/mode/fixed").is_some();
    let options = [("rank".to_owned(), l.rfm_rank().to_owned()), ("fixed".to_owned(), l.rfm_fixed().to_owned())];
    let onmode = {
        let (f, document) = (p.onchange.clone(), p.document.clone());
        Callback::from(move |v: String| {
            let mode = if v == "fixed" { usual() } else { json!("rank") };
            f.emit(changed(&document, "/mode", mode))
        })
    };
    let chosen = if fixed { "fixed" } else { "rank" };
    html! { <fieldset class="mb-3" data-testid="rfm-mode"><div class="max-w-xs"><Field label={l.rfm_mode()}>{ select("mode", l.rfm_mode(), &options, chosen, "w-full", onmode) }</Field></div>
        if fixed { { table(l, p, "recency_days", l.rfm_recency(), "int") }{ table(l, p, "frequency", l.rfm_frequency(), "int") }{ table(l, p, "monetary_minor", l.rfm_monetary(), "money") } }
    </fieldset> }
}

fn table(l: Lang, p: &ListsProps, key: &'static str, label: &'static str, kind: &'static str) -> Html {
    let limits =
        p.document.pointer(&format!("/mode/fixed/{key}")).and_then(Value::as_array).cloned().unwrap_or_default();
    html! { <><p class="mb-1 text-[13px]">{ label }</p><div class="grid grid-cols-2 gap-x-3 md:grid-cols-4">{ for limits.into_iter().enumerate().map(|(i, value)| {
        let name = format!("mode.fixed.{key}[{i}]");
        let wrong = p.errors.iter().find(|e| e.field.ends_with(&name)).map(|e| AttrValue::from(e.message.clone()));
        let field = FieldMeta { key: name.clone(), kind: kind.into(), ..FieldMeta::default() };
        let onchange = {
            let (f, document, path) = (p.onchange.clone(), p.document.clone(), format!("/mode/fixed/{key}/{i}"));
            Callback::from(move |v: Value| f.emit(changed(&document, &path, v)))
        };
        html! { <Field key={name} label={l.rfm_cut(i + 2)} error={wrong.clone()}><FieldInput {field} {value} {onchange} invalid={wrong.is_some()} /></Field> }
    }) }</div></> }
}
