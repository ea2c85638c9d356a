//! Two ends of a stretch: days, amounts or numbers.

use crate::data::types::FieldMeta;
use crate::i18n::use_lang;
use crate::record::input::FieldInput;
use crate::ui::cls;
use crate::ui::field::value_of;
use serde_json::Value;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Properties, PartialEq)]
pub(crate) struct DateRangeProps {
    /// The first day and the last, as `2026-11-22`; empty where open.
    pub(crate) from: AttrValue,
    pub(crate) to: AttrValue,
    pub(crate) onchange: Callback<(String, String)>,
    #[prop_or_default]
    pub(crate) disabled: bool,
}

/// From a day to a day. The wrong way round is said, not swapped under one's fingers.
#[component]
pub(crate) fn DateRange(p: &DateRangeProps) -> Html {
    let l = use_lang();
    let wrong = !p.from.is_empty() && !p.to.is_empty() && p.from.as_str() > p.to.as_str();
    let onfrom = {
        let (to, onchange) = (p.to.to_string(), p.onchange.clone());
        onchange.reform(move |e: Event| (value_of(&e), to.clone()))
    };
    let onto = {
        let (from, onchange) = (p.from.to_string(), p.onchange.clone());
        onchange.reform(move |e: Event| (from.clone(), value_of(&e)))
    };
    let day = |name: &'static str, label: &'static str, value: &AttrValue, onchange: Callback<Event>| html! { <input type="date" class={cls!("input input-sm w-36", wrong.then_some("input-error"))} {name} aria-label={label} aria-invalid={wrong.to_string()} disabled={p.disabled} value={value.clone()} {onchange} /> };
    html! {
        <span role="group" aria-label={l.day_range()} class="inline-flex flex-wrap items-center gap-1.5" title={wrong.then_some(l.day_range_wrong())}>
            { day("from", l.rep_from(), &p.from, onfrom) }<span class="text-base-content/70" aria-hidden="true">{ "–" }</span>{ day("to", l.rep_to(), &p.to, onto) }
            if wrong { <span class="w-full text-xs text-error" role="alert">{ l.day_range_wrong() }</span> }
        </span>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct RangeProps {
    pub(crate) field: FieldMeta,
    /// `[low, high]`.
    pub(crate) value: Value,
    pub(crate) onchange: Callback<Value>,
}

/// The two ends between which a field's value is to lie.
#[component]
pub(crate) fn Range(p: &RangeProps) -> Html {
    let end = |i: usize| p.value.get(i).cloned().unwrap_or(Value::Null);
    let (low, high) = (end(0), end(1));
    if p.field.kind == "date" {
        let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
        let day = |s: String| if s.is_empty() { Value::Null } else { Value::String(s) };
        let onchange = p.onchange.reform(move |(a, b): (String, String)| Value::Array(vec![day(a), day(b)]));
        return html! { <DateRange from={text(&low)} to={text(&high)} {onchange} /> };
    }
    let onlow = {
        let high = high.clone();
        p.onchange.reform(move |v: Value| Value::Array(vec![v, high.clone()]))
    };
    let onhigh = {
        let low = low.clone();
        p.onchange.reform(move |v: Value| Value::Array(vec![low.clone(), v]))
    };
    html! { <span class="flex items-center gap-1.5 [&_.input]:h-8"><FieldInput field={p.field.clone()} value={low} onchange={onlow} /><span class="text-base-content/70" aria-hidden="true">{ "–" }</span><FieldInput field={p.field.clone()} value={high} onchange={onhigh} /></span> }
}
