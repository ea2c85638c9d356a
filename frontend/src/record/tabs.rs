//! The two columns of a record's page: its fields, and what belongs to it in tabs. On a phone the fields are a tab too, so that
//! what is worked with daily is not below them.

use super::related::{Related, relations};
use super::stages::StageHistory;
use super::talk::Talk;
use super::timeline::Timeline;
use super::value::Refs;
use crate::browser;
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, ObjectMeta, Record, text};
use crate::i18n::use_lang;
use crate::parts::{Lazy, Room};
use crate::shell::object_icon;
use crate::ui::overlay::{Popover, menu_item};
use crate::ui::{Card, cls, icon};
use std::rc::Rc;
use yew::prelude::*;

/// Lists that stand beside each other before the others go into a menu.
const SHOWN: usize = 4;

#[derive(Properties, PartialEq)]
pub(crate) struct TabsProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) record: Record,
    pub(crate) refs: Rc<Refs>,
    /// The fields.
    pub(crate) children: Html,
}

/// The fields at the left; at the right what links here, one tab per object, what is said, and the changes.
#[component]
pub(crate) fn Tabs(p: &TabsProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let links: Vec<(ObjectMeta, FieldMeta)> =
        relations(&session.objects, &p.meta.key).into_iter().map(|(o, f)| (o.clone(), f.clone())).collect();
    let scored = p.meta.key == "customers" && session.me.may("scores", "read");
    let first = if scored { "whole" } else { links.first().map_or("timeline", |(o, _)| o.key.as_str()) }.to_owned();
    let narrow = browser::narrow();
    let chosen = use_state_eq(|| if narrow && !scored { "details".to_owned() } else { first.clone() });
    let fields_only = *chosen == "details";
    // Beside the fields, which a wide window shows anyway, stands what would stand there first.
    let tab = if fields_only { first } else { (*chosen).clone() };
    let goto = {
        let chosen = chosen.setter();
        Callback::from(move |key: String| chosen.set(key))
    };
    let button = |key: &str, mark: &'static str, label: &str, class: &'static str| {
        let on = *chosen == key || (tab == key && !narrow);
        let (goto, key) = (goto.clone(), key.to_owned());
        html! {
        <button role="tab" aria-selected={on.to_string()} key={key.clone()} data-tab={key.clone()} class={cls!("tab h-11 shrink-0 flex-nowrap gap-1.5 whitespace-nowrap px-3 text-[13px]", on.then_some("tab-active font-medium"), class)} onclick={Callback::from(move |_: MouseEvent| goto.emit(key.clone()))}>{ icon(mark, "size-3.5") }{ label.to_owned() }</button> }
    };
    let id = text(&p.record, "id").to_owned();
    let current = links.iter().find(|(o, _)| o.key == tab);
    let (shown, more) = links.split_at(if links.len() > SHOWN + 1 { SHOWN } else { links.len() });
    let behind = more.iter().find(|(o, _)| o.key == tab);
    let mut preset = Record::new();
    if let (Some(v), Some((o, _))) = (p.record.get("customer_id").filter(|v| !v.is_null()), current)
        && o.field("customer_id").is_some()
    {
        preset.insert("customer_id".into(), v.clone());
    }
    html! {
        <div class="grid grid-cols-1 items-start gap-4 lg:grid-cols-[340px_minmax(0,1fr)]">
            <div class={cls!("min-w-0 max-lg:order-2", (!fields_only).then_some("max-lg:hidden"))}>{ p.children.clone() }</div>
            <Card class="min-w-0 max-lg:order-1">
                <div class="flex items-center border-b border-base-300/70">
                    <div role="tablist" class="tabs tabs-border min-w-0 flex-nowrap overflow-x-auto px-2 [scrollbar-width:none]">
                        if scored { { button("whole", "layout-dashboard", l.whole_tab(), "") } }
                        { button("details", "clipboard-list", l.details(), "lg:hidden") }
                        if scored { { button("scores", "sparkles", l.scores_tab(), "") } }
                        { for shown.iter().map(|(o, _)| button(&o.key, object_icon(&o.key), &o.label_plural, "")) }
                        if p.meta.key == "opportunities" { { button("history", "git-branch", l.stage_history(), "") } }
                        { button("talk", "message-square", l.talk(), "") }
                        { button("timeline", "history", if p.meta.key == "customers" { l.history_tab() } else { l.timeline() }, "") }
                        if let Some((o, _)) = behind { { button(&o.key, object_icon(&o.key), &o.label_plural, "") } }
                    </div>
                    if !more.is_empty() { <div class="shrink-0 pr-1"><Popover menu=true right=true label={l.more_tabs()} width="sm:w-52" button_class="btn btn-ghost btn-sm gap-1 whitespace-nowrap px-2 font-normal" button={html! { <><span class="max-sm:sr-only">{ l.more_tabs() }</span>{ icon("chevron-down", "size-3.5") }</> }}>{ for more.iter().map(|(o, _)| {
                        let (goto, key) = (goto.clone(), o.key.clone());
                        html! { <span key={key.clone()} class="contents" data-more={key.clone()}>{ menu_item(object_icon(&o.key), &o.label_plural, Callback::from(move |_: MouseEvent| goto.emit(key.clone()))) }</span> }
                    }) }</Popover></div> }
                </div>
                <div class={cls!(fields_only.then_some("max-lg:hidden"))}>{ if fields_only && narrow { html! {} } else { match current {
                    Some((o, f)) => html! { <Related key={o.key.clone()} meta={o.clone()} field={f.clone()} {id} name={p.meta.title_of(&p.record)} {preset} /> },
                    None if tab == "whole" => html! { <Lazy room={Room::CustomerWhole(id, goto.clone())} /> },
                    None if tab == "scores" => html! { <Lazy room={Room::CustomerScores(id)} /> },
                    None if tab == "talk" => html! { <Talk meta={p.meta.clone()} {id} /> },
                    None if tab == "timeline" && p.meta.key == "customers" => html! { <div class="pt-2"><Lazy room={Room::CustomerHistory(id)} /></div> },
                    None if tab == "history" => html! { <StageHistory {id} /> },
                    None => html! { <div class="pt-3"><Timeline meta={p.meta.clone()} {id} refs={p.refs.clone()} /></div> },
                } } }</div>
            </Card>
        </div>
    }
}
