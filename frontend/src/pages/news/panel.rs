//! The latest news under the bell.

use super::{line, read_all};
use crate::browser;
use crate::data::query::use_query;
use crate::data::types::{Page, Record};
use crate::i18n::use_lang;
use crate::route::Route;
use crate::ui::{Empty, Failed, skeleton_lines};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(crate) fn Panel() -> Html {
    let l = use_lang();
    let clock = browser::clock();
    let query = use_query::<Page<Record>>("/notifications?limit=8".to_owned());
    let all = Callback::from(|_: MouseEvent| {
        spawn_local(async {
            let _ = read_all().await;
        })
    });
    let body = match (&query.data, &query.error) {
        (Some(d), _) if d.items.is_empty() => {
            html! { <Empty small=true icon="bell" title={l.news_none()} body={l.news_none_body()} /> }
        }
        (Some(d), _) => {
            html! { <ul class="-mx-2 divide-y divide-base-300/60">{ for d.items.iter().map(|n| line(l, &clock, n)) }</ul> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_lines(5),
    };
    html! { <div><div class="flex items-center justify-between px-2 pb-1"><h2 class="text-[13px] font-semibold">{ l.news() }</h2><button type="button" class="btn btn-ghost btn-xs" onclick={all}>{ l.news_all_read() }</button></div>{ body }<div class="border-t border-base-300/60 pt-2 text-center"><Link<Route> to={Route::Notifications} classes="btn btn-ghost btn-xs">{ l.news_see_all() }</Link<Route>></div></div> }
}
