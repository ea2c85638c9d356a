//! The records that link to a record: short lists on its page, each with a way to add one.

use super::columns;
use super::form::RecordForm;
use super::phone_list::PhoneList;
use super::records::use_records;
use super::table::STALE;
use super::value::{Refs, Show, has_avatar};
use super::waiting::{self, use_queue};
use crate::browser::use_phone;
use crate::data::http::encode;
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, ObjectMeta, Record, field_value, text};
use crate::i18n::use_lang;
use crate::route::{Route, open_list};
use crate::ui::cls;
use crate::ui::{Empty, Failed, avatar, icon, skeleton_rows, spinner};
use serde_json::{Value, json};
use std::rc::Rc;
use yew::prelude::*;
use yew_router::prelude::*;

/// The objects that link to an object, with the linking field, the most useful first.
pub(crate) fn relations<'a>(objects: &'a [ObjectMeta], object: &str) -> Vec<(&'a ObjectMeta, &'a FieldMeta)> {
    let order = [
        "activities",
        "opportunities",
        "order_lines",
        "orders",
        "contacts",
        "tasks",
        "competitor_alerts",
        "solutions",
        "trials",
        "behaviours",
        "pipeline_stages",
        "users",
        "teams",
        "customers",
    ];
    let links = |o: &'a ObjectMeta| {
        o.fields
            .iter()
            .find(|f| {
                f.link.as_deref() == Some(object)
                    && !matches!(f.key.as_str(), "created_by" | "merged_into_id")
                    && !(f.key == "owner_id" && matches!(o.key.as_str(), "saved_views" | "order_lines"))
            })
            .map(|f| (o, f))
    };
    let mut found: Vec<_> =
        objects.iter().filter(|o| o.may("read") && o.key != "saved_views").filter_map(links).collect();
    found.sort_by_key(|(o, _)| order.iter().position(|k| *k == o.key).unwrap_or(order.len()));
    found
}

#[derive(Properties, PartialEq)]
pub(crate) struct RelatedProps {
    pub(crate) meta: ObjectMeta,
    /// The field that links here.
    pub(crate) field: FieldMeta,
    /// The record that is linked to.
    pub(crate) id: String,
    pub(crate) name: String,
    /// Further presets of a new record.
    #[prop_or_default]
    pub(crate) preset: Record,
}

/// One short list.
#[component]
pub(crate) fn Related(p: &RelatedProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let navigator = use_navigator();
    let filter = json!({ "field": p.field.key, "op": "eq", "value": p.id });
    let cols: Vec<String> = columns::resolve(&p.meta, &[], &[]).into_iter().filter(|c| *c != p.field.key).collect();
    let records = use_records(&p.meta.key, format!("&filter={}", encode(&filter.to_string())), false);
    let form = use_state_eq(|| None::<Option<Record>>);
    let open = |r: Option<Record>| {
        let form = form.clone();
        Callback::from(move |_: MouseEvent| form.set(Some(r.clone())))
    };
    let close = {
        let form = form.clone();
        Callback::from(move |()| form.set(None))
    };
    let all = {
        let (n, object, q) = (navigator.clone(), p.meta.key.clone(), format!("filter={}", encode(&filter.to_string())));
        Callback::from(move |_: MouseEvent| {
            if let Some(n) = &n {
                open_list(n, &object, &q)
            }
        })
    };
    let mut preset = p.preset.clone();
    preset.insert(p.field.key.clone(), Value::String(p.id.clone()));
    let narrow = use_phone();
    let queue = use_queue();
    let unsent = waiting::new_ones(&queue, &p.meta.key, Some((p.field.key.as_str(), p.id.as_str())));
    let names: Rc<Refs> = Rc::new(
        records.now.refs.iter().map(|(k, v)| (k.clone(), v.clone())).chain([(p.id.clone(), p.name.clone())]).collect(),
    );
    let show = Show::new(l, &session, &names);
    let show = if p.meta.key == "order_lines" { show.in_full() } else { show };
    // Lines of an order and stages have no page of their own: a click edits them.
    let in_place = matches!(p.meta.key.as_str(), "order_lines" | "pipeline_stages");
    let fields: Vec<&FieldMeta> =
        cols.iter().filter_map(|c| p.meta.field(c)).filter(|f| !(in_place && f.key == "id")).take(6).collect();
    let now = &records.now;
    let body = match &now.error {
        Some(e) if now.rows.is_empty() => html! { <Failed error={e.clone()} retry={records.reload.clone()} /> },
        _ if !now.ready => skeleton_rows(3),
        _ if now.rows.is_empty() && !unsent.is_empty() => html! {},
        _ if now.rows.is_empty() => {
            html! { <Empty small=true icon={crate::shell::object_icon(&p.meta.key)} title={l.empty_related(&p.meta.label)} /> }
        }
        _ => html! { <div class={cls!(now.stale().then_some(STALE))}>
            if in_place || !narrow { <div class="overflow-x-auto"><table class="w-full text-[13px]">
                <thead class="text-left text-xs text-base-content/70"><tr class="h-8 border-b border-base-300/70">{ for fields.iter().map(|f| html! { <th class={cls!("whitespace-nowrap px-4 font-medium", numeric(f).then_some("text-right"))}>{ &f.label }</th> }) }</tr></thead>
                <tbody class="divide-y divide-base-300/60">{ for now.rows.iter().map(|r| html! { <tr key={text(r, "id").to_owned()} class="h-10 hover:bg-base-200/50">{ for fields.iter().enumerate().map(|(i, f)| html! {
                    <td class={cls!("max-w-64 truncate px-4", numeric(f).then_some("text-right"))}>{ if i == 0 { title(p, &show, f, r, in_place.then(|| open(Some((**r).clone())))) } else { show.field(f, r) } }</td> }) }</tr> }) }</tbody>
            </table></div> } else { { phone(p, &cols, now, &records.more) } }
            if now.next.is_some() { <div class="grid h-11 place-items-center border-t border-base-300/60"><button class="btn btn-ghost btn-xs" disabled={now.loading} onclick={records.more.reform(|_: MouseEvent| ())}>if now.loading { { spinner() } }{ l.load_more() }</button></div> }
            { totals(p, &show, now) }
        </div> },
    };
    html! { <>
        <div class="flex h-11 items-center justify-end gap-1 px-3">
            if !in_place { <button class="btn btn-ghost btn-xs" onclick={all}>{ l.open_as_list() }{ icon("arrow-right", "size-3.5") }</button> }
            if p.meta.may("create") { <button class="btn btn-xs" onclick={open(None)} data-testid={format!("add-{}", p.meta.key)}>{ icon("plus", "size-3.5") }{ l.new_of(&p.meta.label) }</button> }
        </div>
        { waiting::lines(l, &unsent) }
        { records.failure() }
        { body }
        if let Some(record) = (*form).clone() { <RecordForm meta={p.meta.clone()} {record} {preset} refs={names.clone()} onclose={close} /> }
    </> }
}

fn numeric(f: &FieldMeta) -> bool {
    matches!(f.kind.as_str(), "money" | "number" | "percent" | "int")
}

fn title(p: &RelatedProps, show: &Show, f: &FieldMeta, r: &Record, edit: Option<Callback<MouseEvent>>) -> Html {
    if let Some(onclick) = edit {
        return html! { <button class="cursor-pointer font-medium hover:text-primary" {onclick}>{ if f.kind == "link" { html! { { show.label(field_value(r, &f.key).as_str().unwrap_or("—")).to_owned() } } } else { show.field(f, r) } }</button> };
    }
    let name = p.meta.title_of(r);
    html! { <Link<Route> to={Route::record(&p.meta.key, text(r, "id"))} classes="flex min-w-0 items-center gap-2 font-medium hover:text-primary">if has_avatar(&p.meta.key) { { avatar(&name, "size-6 text-[11px]") } }<span class="truncate">{ name }</span></Link<Route>> }
}

fn phone(p: &RelatedProps, cols: &[String], now: &super::records::Loaded, more: &Callback<()>) -> Html {
    let props = yew::props!(super::table::TableProps {
        meta: p.meta.clone(),
        columns: cols.to_vec(),
        rows: now.rows.clone(),
        refs: now.refs.clone(),
        sort: vec![],
        onsort: Callback::noop(),
        selected: Rc::default(),
        onselect: Callback::noop(),
        onselect_all: Callback::noop(),
        cursor: None,
        onmore: more.clone(),
        has_more: false,
        loading: now.loading,
        selectable: false,
        failed: now.error.is_some()
    });
    html! { <PhoneList ..props /> }
}

/// The sum of the lines of an order.
fn totals(p: &RelatedProps, show: &Show, now: &super::records::Loaded) -> Html {
    if p.meta.key != "order_lines" || now.next.is_some() {
        return html! {};
    }
    let sum: i64 = now.rows.iter().filter_map(|r| field_value(r, "amount_minor").as_i64()).sum();
    html! { <div class="flex h-11 items-center justify-end gap-3 border-t border-base-300/70 px-4 text-[13px]"><span class="text-base-content/70">{ show.lang.sum_of_lines() }</span>{ show.money(sum) }</div> }
}
