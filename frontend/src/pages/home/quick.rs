//! What one does most, one click away.

use crate::data::session::use_session;
use crate::data::types::ObjectMeta;
use crate::i18n::use_lang;
use crate::parts::{Lazy, Room};
use crate::record::form::RecordFormProps;
use crate::ui::{cls, icon};
use yew::prelude::*;

#[component]
pub(super) fn QuickActions() -> Html {
    let l = use_lang();
    let session = use_session();
    let open = use_state_eq(|| None::<&'static str>);
    let hide = {
        let open = open.clone();
        Callback::from(move |()| open.set(None))
    };
    let all = [
        ("activities", "notebook-pen", l.quick_log()),
        ("tasks", "list-checks", l.quick_task()),
        ("customers", "building-2", l.quick_customer()),
        ("opportunities", "kanban", l.quick_deal()),
    ];
    let buttons = all
        .into_iter()
        .filter(|(object, ..)| session.object(object).is_some_and(|o| o.may("create")))
        .enumerate()
        .map(|(i, (object, sign, label))| {
            let onclick = {
                let open = open.clone();
                Callback::from(move |_: MouseEvent| open.set(Some(object)))
            };
            let look = if i == 0 { "btn-primary" } else { "border-base-300 bg-base-100" };
            html! { <button key={object} type="button" data-testid={format!("quick-{object}")} class={cls!("btn h-auto min-w-0 flex-1 flex-col gap-1 px-1 py-2 text-xs font-medium sm:h-8 sm:flex-none sm:flex-row sm:gap-1.5 sm:px-3 sm:py-0 sm:text-[13px]", look)} {onclick}>{ icon(sign, "size-4") }<span class="max-w-full text-center leading-tight sm:whitespace-nowrap">{ label }</span></button> }
        });
    html! { <>
        <div class="flex w-full gap-2 sm:w-auto">{ for buttons }</div>
        if let Some(meta) = open.and_then(|key| session.object(key)) { { form(meta, hide) } }
    </> }
}

fn form(meta: &ObjectMeta, onclose: Callback<()>) -> Html {
    html! { <Lazy room={Room::Form(Box::new(yew::props!(RecordFormProps { meta: meta.clone(), onclose })))} /> }
}
