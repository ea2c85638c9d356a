//! Says so while figures are being counted anew.

use super::metric::{Scope, metric_path};
use crate::data::query::use_query;
use crate::i18n::use_lang;
use crate::ui::{icon, nothing};
use serde_json::Value;
use yew::prelude::*;

/// A line over the figures while some of them are still those of before; it asks again until they are not.
#[component]
pub(crate) fn Recounting() -> Html {
    let l = use_lang();
    let answer = use_query::<Value>(metric_path("open_pipeline", &Scope::default(), None));
    let recount = answer.data.as_ref().and_then(|v| v.get("recount")).filter(|r| r.is_object());
    let busy = recount.is_some();
    {
        let refetch = answer.refetch.clone();
        use_effect_with(busy, move |busy| {
            let timer = busy.then(|| gloo_timers::callback::Interval::new(3_000, move || refetch.emit(())));
            move || drop(timer)
        });
    }
    let Some(recount) = recount else { return nothing() };
    let percent = recount.get("percent").and_then(Value::as_f64).unwrap_or_default().floor().to_string();
    let text = match recount.get("reason").and_then(Value::as_str) {
        Some("time_zone") => l.recount_time_zone(&percent),
        _ => l.recount_stages(&percent),
    };
    html! { <p class="mb-4 flex items-center gap-2 rounded-lg bg-warning/15 px-3 py-2 text-[13px]" role="status" data-testid="recount">{ icon("info", "size-4 shrink-0") }{ text }</p> }
}
