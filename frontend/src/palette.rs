//! The ⌘K palette: finds records through the search, and every page and action by name.

use crate::data::http::{ApiError, Request, encode};
use crate::data::session::use_session;
use crate::data::types::{Hit, Page};
use crate::i18n::use_lang;
use crate::pages::reports::PAGES;
use crate::route::{Route, open_list};
use crate::shell::object_icon;
use crate::ui::cls;
use crate::ui::field::{composing, value_of};
use crate::ui::overlay::may_leave;
use crate::ui::{icon, spinner};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct PaletteProps {
    pub(crate) onclose: Callback<()>,
}

/// One line of the palette.
#[derive(Clone, PartialEq)]
struct Line {
    icon: &'static str,
    title: String,
    note: String,
    to: Target,
}

#[derive(Clone, PartialEq)]
enum Target {
    Page(Route),
    Query(String, &'static str),
}

#[component]
pub(crate) fn Palette(p: &PaletteProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let navigator = use_navigator();
    let typed = use_state_eq(String::new);
    let hits = use_state_eq(Vec::<Hit>::new);
    let busy = use_state_eq(|| false);
    let failed = use_state_eq(|| None::<ApiError>);
    let at = use_state_eq(|| 0usize);
    let node = use_node_ref();
    let run = use_mut_ref(|| 0u32);
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(d) = node.cast::<web_sys::HtmlDialogElement>() {
                let _ = d.show_modal();
            }
        });
    }
    {
        let (hits, busy, failed, at, run) = (hits.setter(), busy.setter(), failed.setter(), at.setter(), run.clone());
        use_effect_with((*typed).clone(), move |q| {
            let q = q.trim().to_owned();
            *run.borrow_mut() += 1;
            let mine = *run.borrow();
            at.set(0);
            busy.set(!q.is_empty());
            failed.set(None);
            if q.is_empty() {
                hits.set(Vec::new());
                return;
            }
            spawn_local(async move {
                gloo_timers::future::TimeoutFuture::new(150).await;
                if *run.borrow() != mine {
                    return;
                }
                let found = Request::get(format!("/search?q={}&limit=5", encode(&q))).json::<Page<Hit>>().await;
                if *run.borrow() == mine {
                    busy.set(false);
                    failed.set(found.as_ref().err().cloned());
                    hits.set(found.map(|p| p.items).unwrap_or_default());
                }
            });
        });
    }
    let mut lines: Vec<Line> = hits
        .iter()
        .map(|h| Line {
            icon: object_icon(&h.object),
            title: h.title.clone(),
            note: note_of(&session, h),
            to: Target::Page(Route::record(&h.object, &h.id)),
        })
        .collect();
    lines.extend(actions(l, &session, typed.trim()));
    let open = {
        let (navigator, close) = (navigator.clone(), p.onclose.clone());
        move |line: &Line| {
            if !may_leave(l) {
                return;
            }
            close.emit(());
            match (&navigator, &line.to) {
                (Some(n), Target::Page(r)) => n.push(r),
                (Some(n), Target::Query(object, query)) => open_list(n, object, query),
                (None, _) => {}
            }
        }
    };
    let onkeydown = {
        let (lines, at, open) = (lines.clone(), at.clone(), open.clone());
        Callback::from(move |e: KeyboardEvent| match e.key().as_str() {
            "ArrowDown" => {
                e.prevent_default();
                at.set((*at + 1).min(lines.len().saturating_sub(1)))
            }
            "ArrowUp" => {
                e.prevent_default();
                at.set(at.saturating_sub(1))
            }
            "Enter" if !composing(&e) => {
                if let Some(line) = lines.get(*at) {
                    e.prevent_default();
                    open(line)
                }
            }
            _ => {}
        })
    };
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |e: InputEvent| typed.set(value_of(&e)))
    };
    let close = p.onclose.clone();
    let beside = Callback::from(move |e: MouseEvent| {
        use wasm_bindgen::JsCast;
        if e.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()).is_some_and(|t| t.tag_name() == "DIALOG") {
            close.emit(())
        }
    });
    html! {
        <dialog ref={node} oncancel={p.onclose.reform(|e: Event| e.prevent_default())} onmousedown={beside} {onkeydown} aria-label={l.search_everything()}
            class="sheet-in mx-auto mb-auto mt-[8vh] w-[calc(100%-2rem)] overflow-hidden rounded-2xl bg-base-100 text-base-content shadow-2xl backdrop:bg-black/35 sm:max-w-xl">
            <div class="flex h-13 items-center gap-3 border-b border-base-300 px-4">{ icon("search", "size-4 text-base-content/70") }
                <input class="h-full flex-1 bg-transparent text-[15px] outline-none" type="search" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={lines.get(*at).map(|_| format!("palette-{}", *at))} aria-label={l.search_everything()} placeholder={l.search_hint()} value={(*typed).clone()} {oninput} />
                if *busy { { spinner() } }<kbd class="kbd kbd-xs">{ "Esc" }</kbd></div>
            if let Some(e) = &*failed { <p class="px-4 pt-3 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
            <ul id="palette-list" role="listbox" class="max-h-[60vh] overflow-y-auto p-2">
                { for lines.iter().enumerate().map(|(i, line)| { let onclick = { let (open, line) = (open.clone(), line.clone()); Callback::from(move |_: MouseEvent| open(&line)) }; html! {
                    <li id={format!("palette-{i}")} role="option" aria-selected={(i == *at).to_string()} {onclick} class={cls!("flex min-h-10 cursor-pointer items-center gap-3 rounded-lg px-2.5 text-[13px]", if i == *at { "bg-primary/10" } else { "hover:bg-base-content/5" })}>
                        { icon(line.icon, "size-4 text-base-content/70") }<span class="min-w-0 flex-1 truncate font-medium">{ &line.title }</span><span class="max-w-[45%] truncate text-xs text-base-content/70">{ &line.note }</span></li> } }) }
                if lines.is_empty() && !*busy && failed.is_none() { <li class="px-3 py-8 text-center text-[13px] text-base-content/70">{ l.search_nothing() }</li> }
            </ul>
        </dialog>
    }
}

fn note_of(session: &crate::data::session::Session, hit: &Hit) -> String {
    let label = session.object(&hit.object).map(|o| o.label.clone()).unwrap_or_default();
    match hit.subtitle.as_deref() {
        Some(s) if !s.is_empty() => format!("{s} · {label}"),
        _ => label,
    }
}

fn actions(l: crate::i18n::Lang, session: &crate::data::session::Session, q: &str) -> Vec<Line> {
    let mut all = vec![Line {
        icon: "layout-dashboard",
        title: l.nav_home().into(),
        note: l.go_to().into(),
        to: Target::Page(Route::Home),
    }];
    for o in session.objects.iter().filter(|o| o.may("read")) {
        all.push(Line {
            icon: object_icon(&o.key),
            title: o.label_plural.clone(),
            note: l.go_to().into(),
            to: Target::Page(Route::list(&o.key)),
        });
        if o.may("create") {
            all.push(Line {
                icon: "plus",
                title: l.new_of(&o.label),
                note: l.action().into(),
                to: Target::Query(o.key.clone(), "new=1"),
            });
        }
    }
    if session.me.may("scores", "read") {
        for (icon, title, to) in [
            ("phone", l.nav_due(), Route::Due),
            ("activity", l.nav_rhythm(), Route::Rhythm),
            ("bookmark", l.nav_targets(), Route::Targets),
            ("users", l.nav_segments(), Route::Segments),
            ("zap", l.nav_basic(), Route::Basic),
            ("trending-up", l.nav_adoption(), Route::Adoption),
            ("list-checks", l.nav_playbooks(), Route::Playbooks),
            ("notebook-pen", l.nav_library(), Route::Library),
            ("filter", l.nav_channels(), Route::Channels),
            ("users-round", l.nav_principles(), Route::Principles),
            ("target", l.nav_four_r(), Route::FourR),
            ("refresh-cw", l.nav_flywheel(), Route::Flywheel),
        ] {
            let contacts = matches!(to, Route::Rhythm | Route::FourR | Route::Library);
            if !contacts || session.me.may("activities", "read") {
                all.push(Line { icon, title: title.into(), note: l.go_to().into(), to: Target::Page(to) });
            }
        }
    }
    if session.me.may("pool", "read") {
        let (title, note) = (l.nav_pool().into(), l.go_to().into());
        all.push(Line { icon: "handshake", title, note, to: Target::Page(Route::Pool) });
    }
    let may = |object, action| session.me.may(object, action);
    for (icon, title, to, offered) in [
        ("bell", l.news(), Route::Notifications, true),
        ("list-checks", l.nav_my_day(), Route::MyDay, may("tasks", "read")),
        ("inbox", l.nav_reach(), Route::Reach, may("activities", "update")),
        ("calendar-days", l.nav_calendar(), Route::Calendar, true),
        ("chart-no-axes-column", l.nav_reports(), Route::Reports, PAGES.iter().any(|p| may(p.1, "read"))),
        ("workflow", l.nav_rules(), Route::Rules, may("rules", "read")),
        ("upload", l.nav_imports(), Route::Imports, true),
        ("download", l.nav_exports(), Route::Exports, true),
        ("settings", l.nav_settings(), Route::Settings, true),
    ] {
        if !offered {
            continue;
        }
        all.push(Line { icon, title: title.into(), note: l.go_to().into(), to: Target::Page(to) });
    }
    let q = q.to_lowercase();
    all.into_iter()
        .filter(|a| q.is_empty() || a.title.to_lowercase().contains(&q))
        .take(if q.is_empty() { 8 } else { 6 })
        .collect()
}
