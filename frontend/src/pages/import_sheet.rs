//! Which sheet of a workbook is imported.

use super::imports::begin;
use crate::data::http::Request;
use crate::data::jobs::Import;
use crate::data::query::invalidate;
use crate::i18n::use_lang;
use crate::route::Route;
use crate::ui::Card;
use crate::ui::field::{Field, select};
use crate::ui::toast::use_toaster;
use serde_json::{Value, json};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct SheetsProps {
    pub(super) import: Rc<Import>,
}

/// The sheets of a workbook that has several. Another one has other columns, so it is an import of its own and takes the
/// place of this draft.
#[component]
pub(super) fn Sheets(p: &SheetsProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let navigator = use_navigator();
    let i = &p.import;
    if i.sheets.len() < 2 {
        return html! {};
    }
    let options: Vec<(String, String)> = i.sheets.iter().map(|name| (name.clone(), name.clone())).collect();
    let now = i.sheet.clone().or_else(|| i.sheets.first().cloned()).unwrap_or_default();
    let onchange = {
        let i = i.clone();
        Callback::from(move |sheet: String| {
            let (i, toaster, navigator) = (i.clone(), toaster.clone(), navigator.clone());
            spawn_local(async move {
                match begin(&i.object, &i.file_id, Some(&sheet)).await {
                    Ok(other) => {
                        let cancel = Request::post(format!("/imports/{}/cancel", i.id), json!({}));
                        // A draft that stays in the list does no harm.
                        let _ = cancel.json::<Value>().await;
                        invalidate("/imports?");
                        if let Some(n) = &navigator {
                            n.replace(&Route::Import { id: other.id })
                        }
                    }
                    Err(e) => toaster.err(e.errors.first().map_or_else(|| e.text(l), |x| x.message.clone())),
                }
            })
        })
    };
    html! { <Card class="mb-4 p-4"><div class="max-w-80" data-testid="sheet"><Field label={l.import_sheet()}>{ select("sheet", l.import_sheet(), &options, &now, "w-full select-sm", onchange) }</Field></div><p class="mt-1 text-xs text-base-content/70">{ l.import_sheet_body() }</p></Card> }
}
