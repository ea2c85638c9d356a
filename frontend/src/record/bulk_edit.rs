//! Two dialogs for several records at once: one field for all of them, and tags to add or to take away.

use super::input::FieldInput;
use super::link::{Choice, ManyPicker};
use super::value::Refs;
use crate::data::form::{check, put, reason_of};
use crate::data::types::{FieldMeta, ObjectMeta, Record, field_value};
use crate::i18n::use_lang;
use crate::ui::cls;
use crate::ui::field::{Field, select};
use crate::ui::overlay::Dialog;
use crate::ui::{nothing, spinner};
use serde_json::{Map, Value};
use std::rc::Rc;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// What is changed in one record, worked out from what it is.
pub(crate) type Change = Rc<dyn Fn(&Record) -> Value>;

#[derive(Properties, PartialEq)]
pub(crate) struct BulkEditProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) n: usize,
    pub(crate) busy: bool,
    pub(crate) onsave: Callback<BulkChange>,
    pub(crate) onclose: Callback<()>,
}

/// A change for many records.
#[derive(Clone)]
pub(crate) struct BulkChange(pub(crate) Change);

/// Fields that make sense to be the same in many records.
fn fields(meta: &ObjectMeta) -> Vec<&FieldMeta> {
    let own = |f: &&FieldMeta| f.writable && !f.masked && f.key != meta.title_field && f.key != "owner_id";
    meta.fields
        .iter()
        .filter(own)
        .filter(|f| !matches!(f.kind.as_str(), "tags" | "links" | "choices" | "json" | "long_text"))
        .collect()
}

/// True when there is a field for [`EditField`].
pub(crate) fn editable(meta: &ObjectMeta) -> bool {
    !fields(meta).is_empty()
}

/// One field, one value, all chosen records.
#[component]
pub(crate) fn EditField(p: &BulkEditProps) -> Html {
    let l = use_lang();
    let all = fields(&p.meta);
    let key = use_state_eq(|| all.first().map(|f| f.key.clone()).unwrap_or_default());
    let value = use_state_eq(|| Value::Null);
    let why = use_state_eq(|| Value::Null);
    let names = use_state_eq(|| Rc::new(Refs::new()));
    let error = use_state_eq(|| None::<String>);
    let options: Vec<(String, String)> = all.iter().map(|f| (f.key.clone(), f.label.clone())).collect();
    let Some(field) = all.iter().find(|f| f.key == *key).map(|f| (*f).clone()) else { return nothing() };
    let reason = reason_of(&p.meta, &field.key).filter(|_| !value.is_null()).cloned();
    let onfield = {
        let (key, value, why, error) = (key.clone(), value.clone(), why.clone(), error.clone());
        Callback::from(move |k: String| {
            key.set(k);
            value.set(Value::Null);
            why.set(Value::Null);
            error.set(None);
        })
    };
    let onchange = {
        let (value, error) = (value.clone(), error.clone());
        Callback::from(move |v: Value| {
            value.set(v);
            error.set(None);
        })
    };
    let onwhy = {
        let (why, error) = (why.clone(), error.clone());
        Callback::from(move |v: Value| {
            why.set(v);
            error.set(None);
        })
    };
    let onname = {
        let names = names.clone();
        Callback::from(move |c: Choice| {
            let mut n = (**names).clone();
            n.insert(c.0, c.1);
            names.set(Rc::new(n))
        })
    };
    let onclick = {
        let (field, value, error, onsave) = (field.clone(), value.clone(), error.clone(), p.onsave.clone());
        let (reason, why) = (reason.clone(), why.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(e) = check(&field, &value) {
                error.set(Some(e.text(l)));
                return;
            }
            let mut data = Record::new();
            put(&mut data, &field.key, (*value).clone());
            if let Some(reason) = &reason {
                if why.is_null() {
                    error.set(Some(l.inv_reason().to_owned()));
                    return;
                }
                put(&mut data, &reason.key, (*why).clone());
            }
            let data = Value::Object(data);
            onsave.emit(BulkChange(Rc::new(move |_| data.clone())))
        })
    };
    html! {
        <Dialog title={l.bulk_edit()} onclose={p.onclose.clone()} footer={html! { <button class="btn btn-sm btn-primary" disabled={p.busy} {onclick}>if p.busy { { spinner() } }{ l.bulk_edit_do(p.n) }</button> }}>
            <div class="min-h-72">
                <Field label={l.field()}>{ select("bulk-field", l.field(), &options, &key, "w-full", onfield) }</Field>
                <Field label={l.new_value()} error={error.as_ref().map(|e| AttrValue::from(e.clone()))}>
                    <FieldInput key={field.key.clone()} field={field.clone()} value={(*value).clone()} {onchange} invalid={error.is_some()} refs={(*names).clone()} {onname} />
                </Field>
                if let Some(reason) = &reason { <Field label={reason.label.clone()} required=true><FieldInput key={reason.key.clone()} field={reason.clone()} value={(*why).clone()} onchange={onwhy} /></Field> }
            </div>
        </Dialog>
    }
}

/// Tags for all chosen records: added to those they have, or taken away.
#[component]
pub(crate) fn EditTags(p: &BulkEditProps) -> Html {
    let l = use_lang();
    let tags = use_state_eq(Vec::<Choice>::new);
    let adding = use_state_eq(|| true);
    let onchange = {
        let tags = tags.clone();
        Callback::from(move |v: Vec<Choice>| tags.set(v))
    };
    let mode = |add: bool, label: &'static str| {
        let on = *adding == add;
        let adding = adding.clone();
        html! { <button type="button" role="radio" aria-checked={on.to_string()} onclick={Callback::from(move |_: MouseEvent| adding.set(add))} class={cls!("btn btn-sm", if on { "btn-active" } else { "btn-ghost" })}>{ label }</button> }
    };
    let onclick = {
        let (tags, adding, onsave) = (tags.clone(), *adding, p.onsave.clone());
        Callback::from(move |_: MouseEvent| {
            let ids: Vec<String> = tags.iter().map(|t| t.0.clone()).collect();
            onsave.emit(BulkChange(Rc::new(move |r| {
                let kept = with_tags(field_value(r, "tags"), &ids, adding);
                Value::Object(Map::from_iter([("tags".to_owned(), kept)]))
            })))
        })
    };
    html! {
        <Dialog title={l.bulk_tags()} onclose={p.onclose.clone()} footer={html! { <button class="btn btn-sm btn-primary" disabled={p.busy || tags.is_empty()} {onclick}>if p.busy { { spinner() } }{ l.bulk_edit_do(p.n) }</button> }}>
            <div class="min-h-72"><div role="radiogroup" aria-label={l.bulk_tags()} class="mb-3 flex gap-1">{ mode(true, l.tags_add()) }{ mode(false, l.tags_remove()) }</div>
            <ManyPicker object="tags" value={(*tags).clone()} {onchange} /></div>
        </Dialog>
    }
}

/// The tags of a record with some more, or without some.
fn with_tags(now: &Value, ids: &[String], adding: bool) -> Value {
    let mut kept: Vec<Value> = now.as_array().cloned().unwrap_or_default();
    kept.retain(|t| !ids.iter().any(|id| t.as_str() == Some(id)));
    if adding {
        kept.extend(ids.iter().map(|id| Value::String(id.clone())));
    }
    Value::Array(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tags_are_added_once_and_taken_away() {
        let ids = ["a".to_owned(), "b".to_owned()];
        assert_eq!(with_tags(&json!(["b", "c"]), &ids, true), json!(["c", "a", "b"]));
        assert_eq!(with_tags(&json!(["b", "c"]), &ids, false), json!(["c"]));
        assert_eq!(with_tags(&Value::Null, &ids, true), json!(["a", "b"]));
    }
}
