//! Every part of the interface in every state, for looking at: `/ui`.

use super::gallery_rooms;
use crate::browser;
use crate::chart::Chart;
use crate::data::http::ApiError;
use crate::data::types::{ChoiceMeta, FieldMeta};
use crate::i18n::{Lang, use_lang};
use crate::record::input::FieldInput;
use crate::record::link::{Choice, LinkPicker};
use crate::ui::field::{Field, Input, SearchBox, Toggle, select};
use crate::ui::overlay::{Confirm, Dialog, Drawer, Popover, menu_item};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, avatar, badge, icon, page_head, skeleton_lines, skeleton_rows, spinner};
use serde_json::{Value, json};
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn Gallery() -> Html {
    let l = use_lang();
    browser::set_title(&format!("{} · {}", l.gallery(), l.app_name()));
    html! { <>
        { page_head(html! { { l.gallery() } }, html! {}) }
        <div class="gap-4 xl:columns-2 [&>*]:mb-4 [&>*]:break-inside-avoid">
            <Card title={l.g_buttons()}>{ buttons(l) }</Card>
            <Card title={l.g_marks()}>{ marks(l) }</Card>
            <Card title={l.g_fields()}><Fields /></Card>
            <Card title={l.g_kinds()}><Kinds /></Card>
            <Card title={l.g_overlays()}><Overlays /></Card>
            <Card title={l.g_chart()}><div class="px-4 pb-4">{ chart(l) }</div></Card>
            <gallery_rooms::Rooms />
            <Card title={l.g_loading()}>{ skeleton_rows(3) }{ skeleton_lines(4) }</Card>
            <Card title={l.g_empty()}><Empty small=true icon="inbox" title={l.empty_filtered_body()} action={html! { <button class="btn btn-sm btn-primary">{ icon("plus", "size-4") }{ l.create() }</button> }} /></Card>
            { for failures().into_iter().map(|error| html! { <Card><Failed {error} retry={Callback::noop()} /></Card> }) }
        </div>
    </> }
}

fn buttons(l: Lang) -> Html {
    let sizes = ["", "btn-sm", "btn-xs"];
    let kinds = ["btn-primary", "", "btn-ghost", "btn-error"];
    html! { <div class="space-y-3 px-4 pb-4">
        { for sizes.iter().map(|size| html! { <div class="flex flex-wrap items-center gap-2">
            { for kinds.iter().map(|kind| html! { <button class={format!("btn {kind} {size}")}>{ l.save() }</button> }) }
            <button class={format!("btn btn-square {size}")} aria-label={l.more()}>{ icon("ellipsis", "size-4") }</button>
            <button class={format!("btn btn-primary {size}")} disabled=true>{ spinner() }{ l.save() }</button>
            <button class={format!("btn {size}")} disabled=true>{ l.save() }</button>
        </div> }) }
        <div class="flex items-center gap-2"><kbd class="kbd kbd-sm">{ "⌘" }</kbd><kbd class="kbd kbd-sm">{ "K" }</kbd><progress class="progress progress-primary w-40" value="62" max="100" aria-label="62%"></progress>{ spinner() }</div>
    </div> }
}

fn marks(l: Lang) -> Html {
    let tones = ["neutral", "info", "primary", "success", "warning", "error"];
    let names = ["李娜", "欧阳修远", "Ada Lovelace", "天元数字科技", "王磊", "Grace Hopper"];
    let long = "名".repeat(120);
    html! { <div class="space-y-3 px-4 pb-4">
        <div class="flex flex-wrap gap-2">{ for tones.iter().map(|t| badge(t, l.g_mark())) }</div>
        <div class="flex flex-wrap items-center gap-2">{ for names.iter().map(|n| avatar(n, "size-9 text-sm")) }{ for names.iter().map(|n| avatar(n, "size-6 text-[10px]")) }</div>
        <div role="tablist" class="tabs tabs-border"><button role="tab" aria-selected="true" class="tab tab-active">{ l.details() }</button><button role="tab" aria-selected="false" class="tab">{ l.trend() }</button><button role="tab" aria-selected="false" class="tab">{ l.parts() }</button></div>
        <p class="text-2xl font-semibold tabular-nums">{ crate::format::money(l, "CNY", 12_860_000_000) }<span class="ml-2 text-xs font-normal text-success">{ "+12.4%" }</span><span class="ml-2 text-xs font-normal text-error">{ "-2.3%" }</span></p>
        <p class="break-words text-[13px]">{ long }</p>
        <p class="text-[13px]"><bdi>{ "شركة الأمل للتجارة" }</bdi>{ " · 🚀 emoji · <b>HTML</b>" }</p>
    </div> }
}

#[component]
fn Fields() -> Html {
    let l = use_lang();
    let text = use_state_eq(|| "上海".to_owned());
    let on = use_state_eq(|| true);
    let person = use_state_eq(|| None::<Choice>);
    let oninput = {
        let text = text.clone();
        Callback::from(move |v: String| text.set(v))
    };
    let onflip = {
        let on = on.clone();
        Callback::from(move |v: bool| on.set(v))
    };
    let onperson = {
        let person = person.clone();
        Callback::from(move |c: Option<Choice>| person.set(c))
    };
    let options = [("a".to_owned(), "A".to_owned()), ("b".to_owned(), "B".to_owned())];
    html! { <div class="grid grid-cols-1 gap-x-4 px-4 pb-4 sm:grid-cols-2">
        <Field label={l.name()} required=true><Input name="plain" value={(*text).clone()} oninput={oninput.clone()} /></Field>
        <Field label={l.name()} help={l.key_help()}><Input name="helped" value="" placeholder={l.choose()} oninput={oninput.clone()} /></Field>
        <Field label={l.email()} error={l.inv_email()}><Input name="wrong" value="lina@" invalid=true oninput={oninput.clone()} /></Field>
        <Field label={l.email()}><Input name="off" value="lina@example.com" disabled=true oninput={oninput.clone()} /></Field>
        <Field label={l.kind_choice()}>{ select("choice", l.kind_choice(), &options, "a", "w-full", Callback::noop()) }</Field>
        <Field label={l.by_user()}><LinkPicker object="users" value={(*person).clone()} onchange={onperson} /></Field>
        <div class="flex items-center gap-4 pb-3"><Toggle on={*on} onchange={onflip} label={l.kind_bool()} /><input type="checkbox" class="checkbox checkbox-sm" checked=true aria-label={l.yes()} /><input type="checkbox" class="checkbox checkbox-sm" aria-label={l.no()} /></div>
        <SearchBox class="w-full" value="" placeholder={l.search_everything()} onsearch={Callback::noop()} />
    </div> }
}

/// One box for each kind of field that an object may have.
#[component]
fn Kinds() -> Html {
    let l = use_lang();
    let values = use_state_eq(
        || json!({ "text": "云帆智能", "long_text": "首次沟通：预算在三季度确认。", "int": 120, "number": 3.5, "money": 12_860_000, "percent": 62.5, "date": "2026-11-22", "datetime": "2026-11-22T08:30:00Z", "email": "lina@example.com", "phone": "13800138000", "url": "https://example.com", "bool": true, "choice": "a" }),
    );
    let kinds = [
        ("text", l.kind_text()),
        ("choice", l.kind_choice()),
        ("int", l.kind_int()),
        ("number", l.kind_number()),
        ("money", l.kind_money()),
        ("percent", l.kind_percent()),
        ("date", l.kind_date()),
        ("datetime", l.kind_datetime()),
        ("email", l.kind_email()),
        ("phone", l.kind_phone()),
        ("url", l.kind_url()),
        ("bool", l.kind_bool()),
        ("long_text", l.kind_long_text()),
    ];
    let one = |(kind, label): (&'static str, &'static str)| {
        let choice = |key: &str| ChoiceMeta { key: key.into(), label: key.to_uppercase(), ..ChoiceMeta::default() };
        let field = FieldMeta {
            key: kind.into(),
            label: label.into(),
            kind: kind.into(),
            choices: vec![choice("a"), choice("b")],
            ..FieldMeta::default()
        };
        let value = values.get(kind).cloned().unwrap_or_default();
        let onchange = {
            let values = values.clone();
            Callback::from(move |v: Value| {
                let mut all = (*values).clone();
                if let Some(o) = all.as_object_mut() {
                    o.insert(kind.to_owned(), v);
                }
                values.set(all)
            })
        };
        html! { <Field key={kind} {label}><FieldInput {field} {value} {onchange} /></Field> }
    };
    html! { <div class="grid grid-cols-1 gap-x-4 px-4 pb-4 sm:grid-cols-2">{ for kinds.into_iter().map(one) }</div> }
}

#[derive(Clone, Copy, PartialEq)]
enum Over {
    Nothing,
    Dialog,
    Drawer,
    Confirm,
}

#[component]
fn Overlays() -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let over = use_state_eq(|| Over::Nothing);
    let open = |what: Over| {
        let over = over.clone();
        Callback::from(move |_: MouseEvent| over.set(what))
    };
    let close = {
        let over = over.clone();
        Callback::from(move |()| over.set(Over::Nothing))
    };
    let (ok, err, undo) = (toaster.clone(), toaster.clone(), toaster);
    html! { <div class="flex flex-wrap gap-2 px-4 pb-4">
        <Popover menu=true button_class="btn btn-sm" button={html! { { l.more() } }}>{ menu_item("copy", l.copy_id(), Callback::noop()) }{ menu_item("archive", l.archive(), Callback::noop()) }</Popover>
        <button class="btn btn-sm" data-testid="open-dialog" onclick={open(Over::Dialog)}>{ l.g_dialog() }</button>
        <button class="btn btn-sm" onclick={open(Over::Drawer)}>{ l.g_drawer() }</button>
        <button class="btn btn-sm" onclick={open(Over::Confirm)}>{ l.g_confirm() }</button>
        <button class="btn btn-sm" onclick={move |_: MouseEvent| ok.ok(l.saved())}>{ l.g_toast_ok() }</button>
        <button class="btn btn-sm" onclick={move |_: MouseEvent| err.err(l.err_offline())}>{ l.g_toast_err() }</button>
        <button class="btn btn-sm" onclick={move |_: MouseEvent| undo.undo(l.saved(), Callback::noop())}>{ l.g_toast_undo() }</button>
        { match *over {
            Over::Nothing => html! {},
            Over::Dialog => html! { <Dialog title={l.g_dialog()} onclose={close.clone()} footer={html! { <button class="btn btn-sm btn-primary" onclick={close.reform(|_: MouseEvent| ())}>{ l.save() }</button> }}>{ skeleton_lines(3) }</Dialog> },
            Over::Drawer => html! { <Drawer title={l.g_drawer()} onclose={close}>{ skeleton_lines(8) }</Drawer> },
            Over::Confirm => html! { <Confirm title={l.archive_many(3)} body={l.archive_many_body()} action={l.archive()} danger=true onyes={Callback::noop()} onclose={close} /> },
        } }
    </div> }
}

fn chart(l: Lang) -> Html {
    let option = json!({
        "grid": { "left": 4, "right": 8, "top": 12, "bottom": 0, "containLabel": true }, "tooltip": { "trigger": "axis", "valueFormatter": "@wan" },
        "xAxis": { "type": "category", "data": (1..=6).map(|m| crate::format::month_word(l, m)).collect::<Vec<_>>() },
        "yAxis": { "type": "value", "axisLabel": { "formatter": "@wan" } },
        "series": [{ "type": "bar", "name": l.forecast(), "barMaxWidth": 22, "itemStyle": { "borderRadius": [4, 4, 0, 0] }, "data": [1_280_000, 860_000, 1_920_000, 640_000, 2_310_000, 1_450_000] }]
    });
    html! { <Chart {option} label={l.g_chart()} class="h-44" /> }
}

fn failures() -> Vec<ApiError> {
    let of = |status: u16, id: &str| ApiError { status, request_id: id.to_owned(), ..ApiError::default() };
    vec![ApiError::offline(), of(403, ""), of(404, ""), of(500, "019aa000-0000-7000-8000-000000000001")]
}
