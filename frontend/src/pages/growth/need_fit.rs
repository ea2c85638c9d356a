//! How well what we offer meets what a customer needs: solutions and trials, and what they showed.

use super::customer::why;
use super::{gauge, missing, num};
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::Record;
use crate::i18n::use_lang;
use crate::parts::{Lazy, Room};
use crate::record::form::RecordFormProps;
use crate::record::value::Refs;
use crate::ui::icon;
use serde_json::{Value, json};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct NeedFitProps {
    pub(super) customer: String,
    pub(super) name: String,
}

/// The card beside the scores.
#[component]
pub(super) fn NeedFit(p: &NeedFitProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let making = use_state_eq(|| "");
    let query = use_query::<Value>(format!("/customers/{}/need-fit", p.customer));
    let Some(v) = query.data.clone() else { return missing(&query) };
    let add = |object: &'static str, text: &'static str| {
        let making = making.clone();
        let may = session.object(object).is_some_and(|o| o.may("create"));
        html! { if may { <button class="btn btn-xs" data-testid={format!("new-{object}")} onclick={Callback::from(move |_: MouseEvent| making.set(object))}>{ icon("plus", "size-3.5") }{ text }</button> } }
    };
    let onclose = {
        let (making, refetch) = (making.clone(), query.refetch.clone());
        Callback::from(move |()| {
            making.set("");
            refetch.emit(())
        })
    };
    let preset = || {
        let mut preset = Record::new();
        preset.insert("customer_id".into(), json!(p.customer));
        let day = if *making == "trials" { "starts_on" } else { "sent_on" };
        preset.insert(day.into(), json!(browser::clock().today().to_string()));
        preset
    };
    let count = |key: &str| num(&v, key).unwrap_or(0.0) as i64;
    html! { <section class="min-w-0 rounded-box border border-base-300 p-4" data-testid="need-fit">
        <header class="mb-1 flex min-h-6 flex-wrap items-center justify-between gap-2"><h3 class="text-[13px] font-semibold">{ l.need_fit() }</h3><span class="flex gap-1.5">{ add("solutions", l.solution_new()) }{ add("trials", l.trial_new()) }</span></header>
        if num(&v, "score").is_some() { { gauge(l, l.need_fit(), num(&v, "score"), html! {}) } } else { <p class="text-[13px] text-base-content/70">{ l.need_fit_none() }</p> }
        <p class="text-xs text-base-content/70">{ l.need_fit_counts(count("trials"), count("solutions")) }</p>
        { why(l, &v, num(&v, "settings_version")) }
        if let Some(meta) = session.object(*making).cloned() { <Lazy room={Room::Form(Box::new(yew::props!(RecordFormProps { meta, preset: preset(), refs: Rc::new(Refs::from([(p.customer.clone(), p.name.clone())])), onclose })))} /> }
    </section> }
}
