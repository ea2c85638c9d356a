//! How one wants to be told each kind of news.

use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::types::{Record, text};
use crate::i18n::use_lang;
use crate::ui::field::select;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, skeleton_rows};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[component]
pub(crate) fn Preferences() -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let query = use_query::<Value>("/notifications/preferences".to_owned());
    let save = Callback::from(move |item: Value| {
        let toaster = toaster.clone();
        spawn_local(async move {
            match Request::put("/notifications/preferences", json!({ "items": [item] })).text().await {
                Ok(_) => toaster.ok(l.saved()),
                Err(e) => toaster.err(e.text(l)),
            }
            invalidate("/notifications/preferences");
        });
    });
    let body = match (&query.data, &query.error) {
        (Some(d), _) => {
            let mail = d.get("mail_available").and_then(Value::as_bool).unwrap_or(false);
            let items = d.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
            let by = [("off", l.mail_off()), ("instant", l.mail_instant()), ("digest", l.mail_digest())]
                .map(|(k, v)| (k.to_owned(), v.to_owned()));
            html! { <div class="px-4 pb-4"><p class="mb-3 text-[13px] text-base-content/70">{ l.news_settings_body() }</p>
            if !mail { <p class="mb-3 rounded-lg bg-base-200/70 px-3 py-2 text-[13px] text-base-content/75">{ l.news_no_mail() }</p> }
            <table class="w-full text-[13px]"><thead class="text-left text-xs text-base-content/70"><tr class="h-8"><th scope="col" class="font-medium">{ l.news_kind() }</th><th scope="col" class="w-20 font-medium">{ l.news_in_app() }</th>if mail { <th scope="col" class="w-36 font-medium">{ l.news_by_mail() }</th> }</tr></thead>
            <tbody class="divide-y divide-base-300/60">{ for items.iter().filter_map(Value::as_object).map(|i| row(l, i, mail, &by, &save)) }</tbody></table></div> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_rows(5),
    };
    html! { <Card title={l.news_settings()}>{ body }</Card> }
}

fn row(l: crate::i18n::Lang, i: &Record, mail: bool, by: &[(String, String)], save: &Callback<Value>) -> Html {
    let (kind, email) = (text(i, "kind").to_owned(), text(i, "email").to_owned());
    let on = i.get("in_app").and_then(Value::as_bool).unwrap_or(true);
    let label = text(i, "label").to_owned();
    let flip = {
        let (kind, email) = (kind.clone(), email.clone());
        // A digest gathers what is unread in the app: without the one there is not the other.
        save.reform(move |_: Event| json!({ "kind": kind, "in_app": !on, "email": if on && email == "digest" { "off" } else { email.as_str() } }))
    };
    let onmail = save.reform(move |v: String| json!({ "kind": kind, "in_app": on || v == "digest", "email": v }));
    html! { <tr class="h-11"><td>{ &label }</td><td><input type="checkbox" role="switch" class="toggle toggle-sm toggle-primary" aria-label={format!("{label} {}", l.news_in_app())} checked={on} onchange={flip} /></td>if mail { <td>{ select("email", &format!("{label} {}", l.news_by_mail()), by, &email, "select-sm w-32", onmail) }</td> }</tr> }
}
