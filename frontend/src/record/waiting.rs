//! What was written without a network, in the lists in which it will stand once it is sent.

use crate::browser;
use crate::data::offline::{self, Waiting};
use crate::data::query::subscribe;
use crate::format;
use crate::i18n::Lang;
use crate::route::{Route, anchor};
use crate::shell::object_icon;
use crate::ui::{badge, icon};
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Everything that waits, kept up to date.
#[hook]
pub(crate) fn use_queue() -> UseStateHandle<Vec<Waiting>> {
    let all = use_state_eq(Vec::<Waiting>::new);
    {
        let all = all.setter();
        use_effect_with((), move |()| {
            let read = Callback::from(move |()| {
                let all = all.clone();
                spawn_local(async move { all.set(offline::queue().await) })
            });
            read.emit(());
            let seen = subscribe(offline::QUEUE, read);
            move || drop(seen)
        });
    }
    all
}

/// The new records of an object that wait, where the value of `field` is `id` (any, without a field).
pub(crate) fn new_ones<'a>(all: &'a [Waiting], object: &str, field: Option<(&str, &str)>) -> Vec<&'a Waiting> {
    let path = format!("/{object}");
    let of = |w: &&Waiting| match field {
        Some((key, id)) => w.body.get(key).and_then(Value::as_str) == Some(id),
        None => true,
    };
    all.iter().filter(|w| w.path == path).filter(of).collect()
}

/// True when something that waits belongs to a record: it is linked to it, said about it, or a change of it.
pub(crate) fn about(w: &Waiting, id: &str) -> bool {
    let links = w.body.as_object().is_some_and(|b| b.values().any(|v| v.as_str() == Some(id)));
    let changes = w.body.get("operations").and_then(Value::as_array);
    links || changes.is_some_and(|list| list.iter().any(|o| o.get("id").and_then(Value::as_str) == Some(id)))
}

/// How it stands with something that waits.
pub(crate) fn mark(l: Lang, w: &Waiting) -> Html {
    let (color, label) = match w.state.as_str() {
        "failed" => ("error", l.outbox_failed()),
        "unsure" => ("warning", l.outbox_unsure()),
        _ => ("info", l.outbox_waiting()),
    };
    anchor(&Route::Outbox, "shrink-0 hover:opacity-80", badge(color, label))
}

/// What waits, as lines over a list.
pub(crate) fn lines(l: Lang, list: &[&Waiting]) -> Html {
    if list.is_empty() {
        return html! {};
    }
    let clock = browser::clock();
    html! { <ul class="border-t border-base-300/70 bg-info/4" data-testid="waiting-rows">{ for list.iter().rev().map(|w| html! {
    <li key={w.id.clone()} data-testid="waiting" class="flex min-h-11 items-center gap-3 border-b border-base-300/60 px-4 py-1.5 text-[13px]">{ icon(object_icon(&w.object), "size-4 text-base-content/70") }<span class="min-w-0 flex-1 truncate font-medium">{ &w.title }</span>{ mark(l, w) }<time class="shrink-0 text-xs tabular-nums text-base-content/70">{ format::moment(l, &w.at, &clock) }</time></li> }) }</ul> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn waiting(path: &str, body: Value) -> Waiting {
        Waiting { path: path.into(), body, ..Waiting::default() }
    }

    #[test]
    fn what_waits_belongs_to_the_records_that_it_names() {
        let all = [
            waiting("/activities", json!({ "subject": "拜访", "customer_id": "c1" })),
            waiting("/activities", json!({ "subject": "电话", "customer_id": "c2" })),
            waiting("/tasks", json!({ "title": "回访", "customer_id": "c1" })),
            waiting("/tasks/bulk", json!({ "operations": [{ "op": "update", "id": "t1", "data": {} }] })),
        ];
        assert_eq!(new_ones(&all, "activities", Some(("customer_id", "c1"))).len(), 1);
        assert_eq!(new_ones(&all, "activities", None).len(), 2);
        assert_eq!(new_ones(&all, "tasks", None).len(), 1);
        let of = |id: &str| all.iter().filter(|w| about(w, id)).count();
        assert_eq!((of("c1"), of("t1"), of("x")), (2, 1, 0));
    }
}
