//! Language and theme of one's own interface.

use crate::app::ThemeCtx;
use crate::data::http::Request;
use crate::i18n::{Lang, LangCtx, use_lang};
use crate::ui::Card;
use crate::ui::field::{Field, select};
use serde_json::json;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[component]
pub(super) fn Appearance() -> Html {
    let l = use_lang();
    let lang = use_context::<LangCtx>();
    let theme = use_context::<ThemeCtx>();
    let dark = theme.as_ref().is_some_and(|t| t.dark);
    let onlang = Callback::from(move |tag: String| {
        let new = if tag == Lang::En.tag() { Lang::En } else { Lang::Zh };
        if let Some(c) = &lang {
            c.set.emit(new);
        }
        // Mails and what the server writes follow the account, not the browser.
        spawn_local(async move {
            let _ = Request::patch("/me", json!({ "locale": new.tag() })).text().await;
        });
    });
    let ontheme = Callback::from(move |wanted: String| {
        if let Some(t) = theme.as_ref().filter(|t| t.dark != (wanted == "dark")) {
            t.toggle.emit(())
        }
    });
    let langs = [(Lang::Zh.tag().to_owned(), "中文".to_owned()), (Lang::En.tag().to_owned(), "English".to_owned())];
    let themes =
        [("light".to_owned(), l.theme_is_light().to_owned()), ("dark".to_owned(), l.theme_is_dark().to_owned())];
    html! { <Card title={l.appearance()}><div class="grid grid-cols-1 max-w-md gap-x-4 px-4 pb-3 pt-1 sm:grid-cols-2">
        <p class="mb-3 text-[13px] text-base-content/70 sm:col-span-2">{ l.appearance_body() }</p>
        <Field label={l.language()}>{ select("language", l.language(), &langs, l.tag(), "w-full", onlang) }</Field>
        <Field label={l.theme()}>{ select("theme", l.theme(), &themes, if dark { "dark" } else { "light" }, "w-full", ontheme) }</Field>
    </div></Card> }
}
