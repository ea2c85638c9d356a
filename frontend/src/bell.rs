//! The bell of the top bar, with how much is unread; it follows the live stream.

use crate::data::live::{self, News};
use crate::data::session::use_session;
use crate::i18n::use_lang;
use crate::parts::{Lazy, Room};
use crate::ui::icon;
use crate::ui::overlay::Popover;
use crate::ui::toast::use_toaster;
use yew::prelude::*;

#[component]
pub(crate) fn Bell() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let unread = use_state_eq(|| 0i64);
    {
        let unread = unread.setter();
        use_effect_with(session.me.id.clone(), move |_| {
            let told = Callback::from(move |news: News| match news {
                News::Unread(n) => unread.set(n),
                News::Arrived(title) => toaster.ok(title),
            });
            let live = live::start(told);
            move || drop(live)
        });
    }
    // What is said contains what is seen.
    let shown = if *unread > 99 { "99+".to_owned() } else { unread.to_string() };
    let label = if *unread > 0 { l.news_unread(&shown) } else { l.news().to_owned() };
    let button = html! { <>{ icon("bell", "size-4") }if *unread > 0 { <span class="absolute -right-0.5 -top-0.5 grid h-4 min-w-4 place-items-center rounded-full bg-error px-1 text-[10px] font-semibold leading-none text-error-content" aria-hidden="true" data-testid="unread">{ shown }</span> }</> };
    html! { <Popover right=true width="sm:w-96" {label} {button} button_class="btn btn-ghost btn-sm btn-square relative"><Lazy room={Room::NewsPanel} /></Popover> }
}
