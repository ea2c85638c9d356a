//! The records that one opened last, to go on with.

use crate::data::recent::seen;
use crate::data::session::use_session;
use crate::i18n::use_lang;
use crate::route::Route;
use crate::shell::object_icon;
use crate::ui::{Card, Empty, icon};
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(super) fn RecentCard() -> Html {
    let l = use_lang();
    let session = use_session();
    let list: Vec<_> =
        seen(&session.me.id).into_iter().filter(|s| session.object(&s.object).is_some()).take(6).collect();
    let body = if list.is_empty() {
        html! { <Empty small=true icon="history" title={l.recent_none()} body={l.recent_none_body()} /> }
    } else {
        html! { <ul class="grid grid-cols-1 px-2 pb-2 sm:grid-cols-2">{ for list.into_iter().map(|s| {
            let kind = session.object(&s.object).map(|o| o.label.clone()).unwrap_or_default();
            html! { <li class="min-w-0" key={s.id.clone()}><Link<Route> to={Route::record(&s.object, &s.id)} classes="flex h-9 items-center gap-2.5 rounded-lg px-2 text-[13px] hover:bg-base-200/70">{ icon(object_icon(&s.object), "size-4 text-base-content/70") }<span class="min-w-0 flex-1 truncate">{ s.title }</span><span class="shrink-0 text-xs text-base-content/70">{ kind }</span></Link<Route>></li> }
        }) }</ul> }
    };
    html! { <Card title={l.recent()}>{ body }</Card> }
}
