//! The larger parts of the interface in every state, for looking at: pickers, rows, boards, timelines, files, scores.

use crate::data::http::ApiError;
use crate::data::offline::Waiting;
use crate::data::session::use_session;
use crate::data::types::{ChoiceMeta, EventItem, FieldMeta, ObjectMeta, Record};
use crate::data::upload::Sending;
use crate::data::wire::Wire;
use crate::i18n::{Lang, use_lang};
use crate::record::board::Board;
use crate::record::link::{Choice, LinkPicker, ManyPicker};
use crate::record::phone_list::PhoneList;
use crate::record::table::{Rows, TableProps};
use crate::record::timeline;
use crate::record::value::{Refs, Show};
use crate::record::waiting;
use crate::ui::file::{FileDrop, UploadList};
use crate::ui::pieces::{hint, score_chip, stat, stepper};
use crate::ui::range::DateRange;
use crate::ui::{Card, icon};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::rc::Rc;
use yew::prelude::*;

/// Everything here, as cards.
#[component]
pub(super) fn Rooms() -> Html {
    let l = use_lang();
    let session = use_session();
    let tasks = session.object("tasks").filter(|o| o.may("read")).cloned();
    html! { <>
        <Card title={l.g_pickers()}><Pickers /></Card>
        <Card title={l.g_scores()}>{ scores(l) }</Card>
        <Card title={l.g_files()}>{ files(l) }</Card>
        <Card title={l.g_list()}><List phone=false /></Card>
        <Card title={l.g_phone_list()}><List phone=true /></Card>
        <Card title={l.g_waiting()}>{ unsent(l) }</Card>
        <Card title={l.timeline()}><Events /></Card>
        if let Some(meta) = tasks { <Card title={l.board()}><Board {meta} query="" /></Card> }
    </> }
}

#[component]
fn Pickers() -> Html {
    let l = use_lang();
    let person = use_state_eq(|| None::<Choice>);
    let customer = use_state_eq(|| None::<Choice>);
    let tags = use_state_eq(Vec::<Choice>::new);
    let days = use_state_eq(|| ("2026-10-01".to_owned(), "2026-12-31".to_owned()));
    let one = |s: &UseStateHandle<Option<Choice>>| {
        let s = s.clone();
        Callback::from(move |c: Option<Choice>| s.set(c))
    };
    let onmany = {
        let tags = tags.clone();
        Callback::from(move |v: Vec<Choice>| tags.set(v))
    };
    let ondays = {
        let days = days.clone();
        Callback::from(move |v: (String, String)| days.set(v))
    };
    html! { <div class="grid grid-cols-1 gap-3 px-4 pb-4 sm:grid-cols-2">
        <LinkPicker object="users" value={(*person).clone()} onchange={one(&person)} placeholder={l.by_user()} />
        <LinkPicker object="customers" value={(*customer).clone()} onchange={one(&customer)} />
        <LinkPicker object="users" small=true invalid=true value={Some(("1".to_owned(), "李娜".to_owned()))} onchange={Callback::noop()} />
        <ManyPicker object="tags" value={(*tags).clone()} onchange={onmany} />
        <div class="sm:col-span-2"><DateRange from={days.0.clone()} to={days.1.clone()} onchange={ondays} /></div>
        <div class="sm:col-span-2"><DateRange from="2026-12-31" to="2026-10-01" onchange={Callback::noop()} /></div>
        <div class="sm:col-span-2"><DateRange from="" to="" disabled=true onchange={Callback::noop()} /></div>
    </div> }
}

fn scores(l: Lang) -> Html {
    let why = || html! { <ul class="space-y-1 text-xs">{ for [("S", "82 × 0.3"), ("D", "64 × 0.3"), ("A", "71 × 0.4")].into_iter().map(|(a, b)| html! { <li class="flex justify-between"><span>{ a }</span><span class="tabular-nums">{ b }</span></li> }) }</ul> };
    let chip = |value: Option<f64>, color: &str| score_chip(l, l.health(), value, color, why());
    html! { <div class="space-y-3 px-4 pb-4">
        <div class="flex flex-wrap gap-2">{ chip(Some(82.0), "success") }{ chip(Some(54.0), "warning") }{ chip(Some(23.0), "error") }{ chip(None, "neutral") }</div>
        <div class="grid grid-cols-2 gap-3">{ stat(l.m_won_value(), &crate::format::money(l, "CNY", 12_860_000_000), html! { <span class="text-success">{ "+12.4%" }</span> }) }{ stat(l.m_cycle(), "—", html! { <span class="text-base-content/70">{ l.unknown_score() }</span> }) }</div>
        { stepper(&[l.step_file(), l.step_mapping(), l.step_check(), l.step_done()], 1) }
        { hint(l.key_help(), html! { <button type="button" class="btn btn-sm" aria-label={l.g_hint()}>{ icon("circle-help", "size-4") }{ l.g_hint() }</button> }) }
    </div> }
}

fn files(l: Lang) -> Html {
    let of = |at: u32, part: f64, error: Option<ApiError>| Sending {
        at,
        name: "智能产线改造合同-2026-11-终稿.pdf".into(),
        size: 18_400_000.0,
        part,
        error,
    };
    let list = vec![of(1, 0.4, None), of(2, 1.0, None), of(3, 0.7, Some(ApiError::offline()))];
    html! { <div class="space-y-3 px-4 pb-4">
        <FileDrop title={l.import_drop()} note={l.import_drop_note()} onfile={Callback::noop()} />
        <FileDrop small=true many=true title={l.file_add()} note={l.file_limit()} onfile={Callback::noop()} />
        <FileDrop small=true disabled=true title={l.file_add()} onfile={Callback::noop()} />
        <UploadList {list} onstop={Callback::noop()} />
    </div> }
}

fn sample() -> ObjectMeta {
    let field = |key: &str, label: &str, kind: &str| FieldMeta {
        key: key.into(),
        label: label.into(),
        kind: kind.into(),
        sortable: true,
        in_list: true,
        ..FieldMeta::default()
    };
    let choice =
        |key: &str, label: &str, color: &str| ChoiceMeta { key: key.into(), label: label.into(), color: color.into() };
    let mut grade = field("grade", "等级", "choice");
    grade.choices = vec![choice("A", "A 级", "success"), choice("C", "C 级", "info")];
    let mut hidden = field("phone", "电话", "phone");
    hidden.masked = true;
    ObjectMeta {
        key: "customers".into(),
        title_field: "name".into(),
        fields: vec![
            field("name", "客户名称", "text"),
            grade,
            hidden,
            field("amount", "累计成交", "money"),
            field("seen_at", "最近跟进", "datetime"),
        ]
        .into(),
        ..ObjectMeta::default()
    }
}

fn sample_rows() -> Vec<Rc<Record>> {
    let row = |id: &str, name: &str, grade: Value, amount: Value, at: Value| {
        Rc::new(Record::read(&json!({ "id": id, "name": name, "grade": grade, "amount": amount, "seen_at": at })))
    };
    vec![
        row("1", "云帆智能装备（苏州）有限公司", json!("A"), json!(12_860_000_000_i64), json!("2026-11-22T08:30:00Z")),
        row("2", &"名".repeat(80), json!("C"), json!(9_900), json!("2025-01-02T08:30:00Z")),
        row("3", "شركة الأمل للتجارة", Value::Null, Value::Null, Value::Null),
    ]
}

#[derive(Properties, PartialEq)]
struct ListProps {
    phone: bool,
}

/// Three rows: usual, very long, and with nothing known.
#[component]
fn List(p: &ListProps) -> Html {
    let selected = use_state_eq(|| Rc::new(BTreeSet::from(["1".to_owned()])));
    let onselect = {
        let selected = selected.clone();
        Callback::from(move |id: String| {
            let mut s = (**selected).clone();
            if !s.remove(&id) {
                s.insert(id);
            }
            selected.set(Rc::new(s))
        })
    };
    let meta = sample();
    let columns: Vec<String> = meta.fields.iter().map(|f| f.key.clone()).collect();
    let props = yew::props!(TableProps {
        columns,
        meta,
        rows: sample_rows(),
        refs: Rc::default(),
        sort: crate::data::listing::parse_sort("-amount,name"),
        onsort: Callback::noop(),
        selected: (*selected).clone(),
        onselect,
        onselect_all: Callback::noop(),
        cursor: Some(1),
        onmore: Callback::noop(),
        has_more: true,
        loading: false,
        selectable: true
    });
    if p.phone {
        html! { <PhoneList ..props /> }
    } else {
        html! { <Rows ..props /> }
    }
}

fn unsent(l: Lang) -> Html {
    let of = |id: &str, object: &str, title: &str, state: &str| Waiting {
        id: id.into(),
        object: object.into(),
        title: title.into(),
        state: state.into(),
        at: "2026-11-22T08:30:00Z".into(),
        ..Waiting::default()
    };
    let all = [
        of("1", "activities", "拜访张江精密仪器", "waiting"),
        of("2", "tasks", "发送报价单", "failed"),
        of("3", "activities", "电话回访", "unsure"),
    ];
    waiting::lines(l, &all.iter().collect::<Vec<_>>())
}

/// A creation, a change with old and new values, a comment that was changed.
#[component]
fn Events() -> Html {
    let l = use_lang();
    let session = use_session();
    let refs = Refs::default();
    let show = Show::new(l, &session, &refs);
    let meta = sample();
    let event = |id: &str, verb: &str, old: Value, new: Value| {
        EventItem::read(
            &json!({ "id": id, "type": format!("customer.{verb}"), "object": "customers", "actor_name": "李娜", "at": "2026-11-22T08:30:00Z", "old": old, "new": new }),
        )
    };
    let list = [
        event(
            "1",
            "updated",
            json!({ "grade": "C", "amount": 9_900 }),
            json!({ "grade": "A", "amount": 12_860_000_000_i64 }),
        ),
        event(
            "2",
            "comment_updated",
            json!({ "note": "下周三来厂" }),
            json!({ "note": "下周四来厂，请 @[王磊](1) 准备样机" }),
        ),
        event("3", "created", Value::Null, json!({ "name": "云帆智能装备（苏州）有限公司", "grade": "C" })),
    ];
    html! { <ol class="relative ml-8 border-l border-base-300 py-2 pr-4">{ for list.iter().map(|e| html! { <li key={e.id.clone()} class="relative pb-4 pl-6">{ timeline::entry(&show, &meta, e) }</li> }) }</ol> }
}
