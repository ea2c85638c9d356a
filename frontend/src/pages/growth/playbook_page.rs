//! Every playbook: for whom it is, how it starts, what it did.

use super::playbook_form::PlaybookForm;
use super::{list, num, words};
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::{Card, Failed, badge, icon, page_head, skeleton_rows};
use serde_json::Value;
use yew::prelude::*;

/// What playbooks are for, in the order of the page.
pub(super) const KINDS: [&str; 7] = ["sign", "dimension", "stage", "segment", "profile", "preference", "any"];

/// The name of what a playbook is for.
pub(super) fn kind_label(l: Lang, kind: &str) -> &'static str {
    match kind {
        "dimension" => l.fits_dimension(),
        "stage" => l.fits_stage(),
        "segment" => l.fits_segment(),
        "profile" => l.fits_profile(),
        "sign" => l.fits_sign(),
        "preference" => l.fits_preference(),
        _ => l.fits_any(),
    }
}

/// The page.
#[component]
pub(crate) fn Playbooks() -> Html {
    let l = use_lang();
    let session = use_session();
    let editing = use_state_eq(|| None::<Option<Value>>);
    browser::set_title(&format!("{} · {}", l.nav_playbooks(), l.app_name()));
    let query = use_query::<Value>("/playbooks".to_owned());
    let may = session.me.may("settings", "update");
    let open = {
        let editing = editing.clone();
        Callback::from(move |p: Option<Value>| editing.set(Some(p)))
    };
    let close = {
        let editing = editing.clone();
        Callback::from(move |()| editing.set(None))
    };
    let version = query.data.as_ref().and_then(|d| num(d, "version")).unwrap_or(0.0) as i64;
    let body = match (&query.data, &query.error) {
        (Some(d), _) => {
            let of = |kind: &'static str| {
                let rows: Vec<&Value> = list(d, "items")
                    .iter()
                    .filter(|p| p.get("fits").is_some_and(|f| words(f, "kind") == kind))
                    .collect();
                html! { if !rows.is_empty() { <Card key={kind} title={kind_label(l, kind)}><ul class="divide-y divide-base-300/60">{ for rows.into_iter().map(|p| row(l, p, may.then(|| open.clone()))) }</ul></Card> } }
            };
            html! { <div class="grid grid-cols-1 gap-4" data-testid="playbooks">{ for KINDS.into_iter().map(of) }</div> }
        }
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_rows(8) }</Card> },
    };
    let add = html! { if may { <button class="btn btn-sm btn-primary" data-testid="playbook-new" onclick={open.reform(|_: MouseEvent| None)}>{ icon("plus", "size-4") }{ l.playbook_new() }</button> } };
    html! { <>
        { page_head(html! { { l.nav_playbooks() } }, add) }
        <p class="mb-4 max-w-3xl text-[13px] text-base-content/75">{ l.playbook_intro() }</p>
        { body }
        if let Some(p) = (*editing).clone() { <PlaybookForm playbook={p} {version} onclose={close} /> }
    </> }
}

fn row(l: Lang, p: &Value, onedit: Option<Callback<Option<Value>>>) -> Html {
    let flag = |key: &str| p.get(key).and_then(Value::as_bool).unwrap_or(false);
    let none = Value::Null;
    let effect = p.get("effect").unwrap_or(&none);
    let runs = num(effect, "runs").unwrap_or(0.0) as i64;
    let change = num(effect, "mean_change");
    let onclick = onedit.map(|f| {
        let p = p.clone();
        f.reform(move |_: MouseEvent| Some(p.clone()))
    });
    html! { <li key={words(p, "key").to_owned()} data-playbook={words(p, "key").to_owned()} class={cls!("flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3 text-[13px]", (!flag("active")).then_some("opacity-60"))}>
        <div class="min-w-0 flex-1 basis-64"><p class="flex flex-wrap items-center gap-2 font-medium">{ words(p, "title") }
            { badge("neutral", words(p, "fits_label")) }
            if words(p, "starts") == "automatic" { { badge("primary", l.started_by_itself()) } }
            if !flag("shipped") { { badge("info", l.playbook_own()) } } else if flag("changed") { { badge("info", l.playbook_changed()) } }
            if !flag("active") { { badge("neutral", l.playbook_off()) } }</p>
            <p class="text-xs text-base-content/75">{ words(p, "aim") }</p>
            <details class="mt-1 text-xs"><summary class="cursor-pointer py-1 text-base-content/70 hover:text-primary">{ l.playbook_steps(list(p, "tasks").len()) }</summary><ol class="mt-1 list-decimal space-y-1 pl-4">{ for list(p, "tasks").iter().map(|t| html! { <li>{ words(t, "title") }<span class="ml-1.5 text-base-content/70">{ l.in_days(num(t, "days").unwrap_or(0.0) as i64) }{ " · " }{ words(t, "doer") }</span></li> }) }</ol></details></div>
        <div class="flex items-center gap-3 text-xs text-base-content/75"><span class="text-right tabular-nums">{ l.playbook_runs_n(runs) }<span class={cls!("block", match change { Some(c) if c > 0.0 => "text-success", Some(c) if c < 0.0 => "text-error", _ => "" })}>{ match change {
            Some(c) => l.playbook_effect(&format!("{}{}", if c > 0.0 { "+" } else { "" }, format::number(c, 1)), num(effect, "measured").unwrap_or(0.0) as i64),
            None => l.playbook_no_effect().to_owned(),
        } }</span></span>if let Some(onclick) = onclick { <button class="btn btn-sm" data-testid="playbook-edit" {onclick}>{ icon("pencil", "size-3.5") }{ l.edit() }</button> }</div>
    </li> }
}
