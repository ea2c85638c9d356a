//! What a rule would have matched, before it acts.

use super::model::{list, word};
use crate::format;
use crate::i18n::Lang;
use crate::route::Route;
use crate::ui::{Empty, spinner};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// How far a trial is.
#[derive(Clone, PartialEq)]
pub(super) enum Trial {
    Not,
    Running,
    Done(Box<Value>),
    Failed(String),
}

/// `d` is the definition that was tried.
pub(super) fn view(l: Lang, trial: &Trial, d: &Value) -> Html {
    match trial {
        Trial::Not => html! { <p class="px-4 pb-4 text-[13px] text-base-content/70">{ l.rule_try_body() }</p> },
        Trial::Running => html! { <p class="px-4 pb-4">{ spinner() }</p> },
        Trial::Failed(text) => html! { <p class="px-4 pb-4 text-[13px] text-error" role="alert">{ text }</p> },
        Trial::Done(r) => {
            let trigger = &d["trigger"];
            let waits = matches!(word(trigger, "kind"), "change" | "crosses");
            let logged = !waits || domain::automation::is_logged(word(d, "object"), word(trigger, "field"));
            result(l, r, logged)
        }
    }
}

fn result(l: Lang, r: &Value, logged: bool) -> Html {
    let matched = r.get("matched").and_then(Value::as_u64).unwrap_or(0);
    let items = list(r, "items");
    if matched == 0 && !logged {
        return html! { <Empty small=true icon="circle-help" title={l.rule_past_unknown()} body={l.rule_past_unknown_body()} /> };
    }
    if matched == 0 {
        return html! { <Empty small=true icon="circle-check" title={l.rule_would_none()} body={l.rule_would_none_body()} /> };
    }
    let n = format::group(matched);
    let head = if r.get("complete").and_then(Value::as_bool).unwrap_or(true) {
        l.rule_would(&n)
    } else {
        l.rule_would_more(&n)
    };
    let events = r.get("events").and_then(Value::as_u64);
    html! { <div data-testid="trial">
        <p class="px-4 text-[15px] font-semibold" role="status">{ head }</p>
        if !logged { <p class="px-4 text-xs text-base-content/75">{ l.rule_past_unknown_body() }</p> }
        if let Some(n) = events { <p class="px-4 text-xs text-base-content/70">{ l.rule_events_read(&format::group(n)) }</p> }
        <ul class="mt-2 max-h-96 divide-y divide-base-300/60 overflow-y-auto border-t border-base-300/60" tabindex="0">{ for items.iter().map(|i| html! {
            <li><Link<Route> to={Route::record(word(i, "object"), word(i, "id"))} classes="flex min-h-9 items-center gap-3 px-4 text-[13px] hover:bg-base-200/60"><span class="min-w-0 flex-1 truncate">{ word(i, "title") }</span><span class="shrink-0 text-xs text-base-content/70">{ word(i, "owner") }</span></Link<Route>></li> }) }</ul>
        if matched > items.len() as u64 { <p class="px-4 py-2 text-xs text-base-content/70">{ l.rule_first_50() }</p> }
    </div> }
}
