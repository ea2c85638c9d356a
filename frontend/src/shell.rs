//! The frame of every page: side navigation, top bar, profile menu.

use crate::app::ThemeCtx;
use crate::browser;
use crate::data::http::Request;
use crate::data::offline;
use crate::data::session::use_session;
use crate::i18n::{Lang, LangCtx};
use crate::pages::reports::PAGES;
use crate::palette::Palette;
use crate::parts::{self, Lazy, Room};
use crate::route::Route;
use crate::ui::cls;
use crate::ui::overlay::{Confirm, Popover, may_leave, menu_item};
use crate::ui::toast::use_toaster;
use crate::ui::{Empty, avatar, icon, nothing};
use serde_json::json;
use wasm_bindgen::JsCast;
use yew::prelude::*;
use yew_router::prelude::*;

/// The icon of an object.
pub(crate) fn object_icon(object: &str) -> &'static str {
    match object {
        "customers" => "building-2",
        "contacts" => "contact",
        "opportunities" => "kanban",
        "orders" => "shopping-cart",
        "products" => "package",
        "activities" => "message-square",
        "behaviours" => "activity",
        "tasks" => "list-checks",
        "tags" => "tag",
        "pipelines" | "pipeline_stages" => "git-branch",
        "teams" => "network",
        "users" => "users-round",
        "saved_views" => "bookmark",
        "contents" => "notebook-pen",
        "resources" => "video",
        "pains" => "circle-alert",
        "goals" => "target",
        "assessments" | "audits" => "clipboard-list",
        "entitlements" => "key",
        "playbook_runs" => "workflow",
        "trainings" => "lightbulb",
        "obstacles" => "circle-alert",
        "competitor_alerts" => "shield",
        "trials" => "play",
        "solutions" => "clipboard-list",
        "incentives" => "zap",
        "incentive_reads" => "check-check",
        _ => "layout-list",
    }
}

#[component]
pub(crate) fn Shell() -> Html {
    let l = crate::i18n::use_lang();
    let session = use_session();
    let route = use_route::<Route>().unwrap_or(Route::Home);
    let navigator = use_navigator();
    crate::route::keep_navigator(navigator.clone());
    let menu = use_state_eq(|| false);
    let palette = use_state_eq(|| false);
    {
        let (menu, palette) = (menu.setter(), palette.setter());
        use_effect_with(route.clone(), move |route| {
            offline::turned();
            menu.set(false);
            palette.set(false);
            if let Some(n) = navigator {
                crate::app::leave_gate(&n, route);
            }
        });
    }
    {
        let palette = palette.setter();
        use_effect_with((), move |()| {
            let listener = web_sys::window().map(|w| {
                gloo_events::EventListener::new_with_options(
                    &w,
                    "keydown",
                    gloo_events::EventListenerOptions::enable_prevent_default(),
                    move |e| {
                        if let Some(e) = e.dyn_ref::<web_sys::KeyboardEvent>()
                            && (e.meta_key() || e.ctrl_key())
                            && e.key().eq_ignore_ascii_case("k")
                        {
                            e.prevent_default();
                            palette.set(true);
                        }
                    },
                )
            });
            move || drop(listener)
        });
    }
    use_effect_with((), |()| {
        wasm_bindgen_futures::spawn_local(async {
            browser::idle().await;
            parts::load_all().await;
        })
    });
    let flip = {
        let menu = menu.clone();
        Callback::from(move |_: MouseEvent| menu.set(!*menu))
    };
    let show = {
        let palette = palette.clone();
        Callback::from(move |_: MouseEvent| palette.set(true))
    };
    let hide = {
        let palette = palette.clone();
        Callback::from(move |()| palette.set(false))
    };
    let known = session.objects.clone();
    html! {
        <div class="flex min-h-dvh bg-base-200/50 text-base-content">
            <a href="#main" class="sr-only focus:not-sr-only focus:fixed focus:left-3 focus:top-3 focus:z-50 focus:rounded-lg focus:bg-base-100 focus:p-2">{ l.skip_to_content() }</a>
            if *menu { <div class="fade-in fixed inset-0 z-20 bg-black/30 lg:hidden" onclick={flip.clone()}></div> }
            <aside class={cls!("fixed inset-y-0 z-30 flex w-56 flex-col border-r border-base-300 bg-base-100 px-3 transition-transform lg:visible lg:translate-x-0", if *menu { "translate-x-0" } else { "invisible -translate-x-full" })}>
                <SideNav route={route.clone()} />
                <Profile />
            </aside>
            <div class="flex min-w-0 flex-1 flex-col lg:pl-56">
                <TopBar onmenu={flip} onsearch={show} />
                <Network />
                <main id="main" tabindex="-1" class="mx-auto w-full max-w-[1360px] flex-1 p-4 outline-none lg:p-6"><Switch<Route> render={move |r: Route| page(r, &known)} /></main>
            </div>
            if *palette { <Palette onclose={hide} /> }
        </div>
    }
}

fn page(route: Route, known: &[crate::data::types::ObjectMeta]) -> Html {
    let exists = |object: &str| known.iter().any(|o| o.key == object);
    match route {
        Route::Home | Route::Login | Route::Setup => lazy(Room::Home),
        Route::MyDay => lazy(Room::MyDay),
        Route::Reach => lazy(Room::Reach),
        Route::Pool => lazy(Room::Pool),
        Route::Calendar => lazy(Room::Calendar),
        Route::Reports => lazy(Room::Reports(String::new())),
        Route::Report { page } => lazy(Room::Reports(page)),
        Route::Rules => lazy(Room::Rules),
        Route::Rule { id } => lazy(Room::Rule(id)),
        Route::Notifications => lazy(Room::News),
        Route::Imports => lazy(Room::Imports),
        Route::NewImport => lazy(Room::NewImport),
        Route::Import { id } => lazy(Room::Import(id)),
        Route::Due => lazy(Room::Due),
        Route::FourR => lazy(Room::FourR),
        Route::Flywheel => lazy(Room::Flywheel),
        Route::Rhythm => lazy(Room::Rhythm),
        Route::Segments => lazy(Room::Segments),
        Route::Targets => lazy(Room::Targets),
        Route::Adoption => lazy(Room::Adoption),
        Route::Basic => lazy(Room::Basic),
        Route::Playbooks => lazy(Room::Playbooks),
        Route::Principles => lazy(Room::Principles),
        Route::Library => lazy(Room::Library),
        Route::Channels => lazy(Room::Channels),
        Route::Gallery => lazy(Room::Gallery),
        Route::Exports => lazy(Room::Exports),
        Route::Outbox => lazy(Room::Outbox),
        Route::Settings => lazy(Room::Settings(String::new())),
        Route::Webhook { id } => lazy(Room::Settings(format!("webhooks/{id}"))),
        Route::SettingsPage { page } => lazy(Room::Settings(page)),
        Route::List { object } if exists(&object) => {
            html! { <crate::record::list::RecordList key={object.clone()} object={object.clone()} /> }
        }
        Route::Record { object, id } if exists(&object) => lazy(Room::Record(object, id)),
        Route::List { .. } | Route::Record { .. } | Route::NotFound => html! { <NotFound /> },
    }
}

/// Says that there is no network and how old what is shown is; offers a new version of the page; tells what was sent.
#[component]
fn Network() -> Html {
    let l = crate::i18n::use_lang();
    let toaster = use_toaster();
    let net = offline::use_net();
    use_effect_with(l, move |l| {
        let l = *l;
        let (sent, offer) = (toaster.clone(), toaster);
        offline::on_sent(Callback::from(move |n| sent.ok(l.outbox_sent(n))));
        browser::on_new_version(Callback::from(move |()| {
            offer.offer(l.new_version(), l.new_version_take(), Callback::from(|()| browser::take_new_version()))
        }));
    });
    if !net.away {
        return nothing();
    }
    let clock = browser::clock();
    let read =
        net.read_at.and_then(|at| chrono::DateTime::from_timestamp_millis(at as i64)).map(crate::format::moment_text);
    html! { <p role="status" data-testid="away" class="flex items-center gap-2 border-b border-warning/30 bg-warning/10 px-4 py-1.5 text-[13px] lg:px-6">{ icon("wifi-off", "size-4 text-warning") }<span>{ match read {
        Some(at) => l.away_since(&crate::format::moment(l, &at, &clock)),
        None => l.away().to_owned(),
    } }</span></p> }
}

/// What waits to be sent, when there is something.
#[component]
fn OutboxLink() -> Html {
    let l = crate::i18n::use_lang();
    let net = offline::use_net();
    if net.waiting == 0 {
        return nothing();
    }
    html! { <Link<Route> to={Route::Outbox} classes="btn btn-ghost btn-sm">{ icon("upload", "size-4") }<span data-testid="outbox" class={cls!("rounded-md px-1.5 text-xs tabular-nums", if net.stuck > 0 { "tone-error" } else { "tone-warning" })}>{ net.waiting }</span><span class="hidden sm:inline">{ l.outbox() }</span></Link<Route>> }
}

fn lazy(room: Room) -> Html {
    html! { <Lazy {room} /> }
}

#[component]
fn NotFound() -> Html {
    let l = crate::i18n::use_lang();
    html! { <Empty icon="circle-help" title={l.page_not_found()} body={l.page_not_found_body()} action={html! { <Link<Route> to={Route::Home} classes="btn btn-sm">{ l.nav_home() }</Link<Route>> }} /> }
}

#[derive(Properties, PartialEq)]
struct SideNavProps {
    route: Route,
}

#[component]
fn SideNav(p: &SideNavProps) -> Html {
    let l = crate::i18n::use_lang();
    let session = use_session();
    // Which part holds the page that is open, and which have anything to show.
    let (here, filled) = (std::cell::Cell::new(false), std::cell::Cell::new(false));
    let link = |to: Route, on: bool, icon: &'static str, label: String| {
        here.set(here.get() || on);
        filled.set(true);
        html! {
        <Link<Route> {to} classes={cls!("flex h-9 shrink-0 items-center gap-2.5 rounded-lg px-2.5 text-[13px] lg:h-7", if on { "bg-primary/10 font-medium text-primary" } else { "text-base-content/75 hover:bg-base-content/5" })}>{ crate::ui::icon(icon, "size-4") }{ label }</Link<Route>> }
    };
    let object = |key: &str| {
        session
            .object(key)
            .filter(|o| o.may("read"))
            .map(|o| {
                let on = matches!(&p.route, Route::List { object } | Route::Record { object, .. } if object == key);
                link(Route::list(key), on, object_icon(key), o.label_plural.clone())
            })
            .unwrap_or_default()
    };
    let group = |key: &'static str, label: &'static str, links: &dyn Fn() -> Vec<Html>| {
        here.set(false);
        filled.set(false);
        let links = links();
        if !filled.get() {
            return nothing();
        }
        html! { <NavGroup {key} name={key} {label} here={here.get()}>{ for links }</NavGroup> }
    };
    let same = |to: Route, icon: &'static str, label: &'static str| {
        let on = p.route == to;
        link(to, on, icon, label.into())
    };
    let room = |object: &str, to: Route, icon: &'static str, label: &'static str| {
        if session.me.may(object, "read") { same(to, icon, label) } else { nothing() }
    };
    let imports = matches!(p.route, Route::Imports | Route::NewImport | Route::Import { .. });
    html! { <>
        <div class="flex h-14 shrink-0 items-center gap-2 px-2 text-[15px] font-semibold"><span class="grid size-7 place-items-center rounded-lg bg-primary text-primary-content">{ icon("target", "size-4") }</span><span class="truncate">{ l.app_name() }</span></div>
        <nav class="flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto pb-3" aria-label={l.navigation()}>
            { link(Route::Home, p.route == Route::Home, "layout-dashboard", l.nav_home().into()) }
            if session.me.may("tasks", "read") { { link(Route::MyDay, p.route == Route::MyDay, "list-checks", l.nav_my_day().into()) } }
            { link(Route::Calendar, p.route == Route::Calendar, "calendar-days", l.nav_calendar().into()) }
            if PAGES.iter().any(|(_, needs)| session.me.may(needs, "read")) { { link(Route::Reports, matches!(p.route, Route::Reports | Route::Report { .. }), "chart-no-axes-column", l.nav_reports().into()) } }
            { group("customers", l.nav_group_customers(), &|| vec![
                object("customers"),
                room("pool", Route::Pool, "handshake", l.nav_pool()),
                object("contacts"),
                object("competitor_alerts"),
            ]) }
            { group("sales", l.nav_group_sales(), &|| vec![object("opportunities"), object("orders"), object("products")]) }
            { group("work", l.nav_group_work(), &|| vec![
                object("activities"),
                object("tasks"),
                if session.me.may("activities", "update") { same(Route::Reach, "inbox", l.nav_reach()) } else { nothing() },
            ]) }
            if session.me.may("scores", "read") {
                { group("growth", l.nav_group_growth(), &|| vec![
                    same(Route::Flywheel, "refresh-cw", l.nav_flywheel()),
                    same(Route::Due, "phone", l.nav_due()),
                    room("activities", Route::Rhythm, "activity", l.nav_rhythm()),
                    room("activities", Route::FourR, "target", l.nav_four_r()),
                    same(Route::Targets, "bookmark", l.nav_targets()),
                    same(Route::Segments, "users", l.nav_segments()),
                    same(Route::Channels, "filter", l.nav_channels()),
                    same(Route::Playbooks, "list-checks", l.nav_playbooks()),
                    room("activities", Route::Library, "notebook-pen", l.nav_library()),
                    same(Route::Basic, "zap", l.nav_basic()),
                    same(Route::Principles, "users-round", l.nav_principles()),
                    same(Route::Adoption, "trending-up", l.nav_adoption()),
                ]) }
            }
            { group("data", l.nav_group_data(), &|| vec![
                if session.me.may("rules", "read") { link(Route::Rules, matches!(p.route, Route::Rules | Route::Rule { .. }), "workflow", l.nav_rules().into()) } else { nothing() },
                link(Route::Imports, imports, "upload", l.nav_imports().into()),
                same(Route::Exports, "download", l.nav_exports()),
                link(Route::Settings, matches!(p.route, Route::Settings | Route::SettingsPage { .. } | Route::Webhook { .. }), "settings", l.nav_settings().into()),
            ]) }
        </nav>
    </> }
}

#[derive(Properties, PartialEq)]
struct NavGroupProps {
    name: &'static str,
    label: &'static str,
    /// The page that is open is in it.
    here: bool,
    children: Html,
}

/// A part of the navigation under a heading that folds it away; this browser remembers which parts are folded. The heading
/// of a folded part shows that the open page is in it.
#[component]
fn NavGroup(p: &NavGroupProps) -> Html {
    const KEY: &str = "nav.folded";
    let names = || crate::browser::stored(KEY).unwrap_or_default();
    let folded = use_state_eq(|| names().split(' ').any(|name| name == p.name));
    let fold = {
        let (folded, name) = (folded.clone(), p.name);
        Callback::from(move |_: MouseEvent| {
            let known = names();
            let mut all: Vec<&str> = known.split(' ').filter(|n| !n.is_empty() && *n != name).collect();
            if !*folded {
                all.push(name);
            }
            crate::browser::store(KEY, &all.join(" "));
            folded.set(!*folded);
        })
    };
    let id = format!("nav-{}", p.name);
    let arrow = if *folded { "chevron-right" } else { "chevron-down" };
    html! { <>
        <button type="button" aria-expanded={(!*folded).to_string()} aria-controls={id.clone()} aria-current={(*folded && p.here).then_some("true")} class={cls!("group mt-2 flex h-6 shrink-0 cursor-pointer items-center justify-between rounded px-2.5 text-[11px]", if *folded && p.here { "bg-primary/10 font-medium text-primary" } else { "text-base-content/70 hover:text-base-content" })} onclick={fold}><span>{ p.label }</span>{ icon(arrow, if *folded { "size-3" } else { "size-3 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100" }) }</button>
        <div {id} class={cls!("shrink-0 flex-col gap-0.5", if *folded { "hidden" } else { "flex" })}>{ p.children.clone() }</div>
    </> }
}

#[component]
fn Profile() -> Html {
    let l = crate::i18n::use_lang();
    let session = use_session();
    let navigator = use_navigator();
    let go = |page: &'static str| {
        let n = navigator.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(n) = n.as_ref().filter(|_| may_leave(l)) {
                n.push(&Route::settings(page))
            }
        })
    };
    let net = offline::use_net();
    let asking = use_state_eq(|| false);
    let log_out = {
        let (asking, out) = (asking.clone(), session.log_out.clone());
        Callback::from(move |_: MouseEvent| match net.waiting {
            0 if may_leave(l) => out.emit(()),
            0 => {}
            _ => asking.set(true),
        })
    };
    let keep = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(false))
    };
    let me = &session.me;
    let role = [me.region.as_deref(), me.team_name.as_deref(), me.title.as_deref()]
        .into_iter()
        .flatten()
        .filter(|s| !s.is_empty())
        .take(2)
        .collect::<Vec<_>>()
        .join(" · ");
    let button = html! { <>
    { avatar(&me.name, "size-8 text-xs") }
    <span class="min-w-0 flex-1 text-left"><span class="block truncate font-medium">{ &me.name }</span><span class="block truncate text-xs text-base-content/70">{ if role.is_empty() { me.organisation.name.clone() } else { role } }</span></span>
    { icon("chevrons-up-down", "size-3.5 text-base-content/70") }</> };
    html! {
        <div class="-mx-1 border-t border-base-300 py-2" data-testid="profile">
            <Popover up=true menu=true {button} button_class="flex w-full cursor-pointer items-center gap-2.5 rounded-lg px-2 py-1.5 text-[13px] hover:bg-base-content/5" width="sm:w-54">
                <div class="px-2.5 pb-2 pt-1 text-xs text-base-content/70">{ &me.email }</div>
                { menu_item("user", l.my_profile(), go("profile")) }
                { menu_item("lock", l.change_password(), go("password")) }
                { menu_item("monitor-smartphone", l.sessions(), go("sessions")) }
                <div class="my-1 border-t border-base-300"></div>
                { menu_item("log-out", l.log_out(), log_out) }
            </Popover>
            if *asking { <Confirm title={l.outbox_leave()} body={l.outbox_leave_body(net.waiting)} action={l.log_out()} onyes={session.log_out.clone()} onclose={keep} /> }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct TopBarProps {
    onmenu: Callback<MouseEvent>,
    onsearch: Callback<MouseEvent>,
}

#[component]
fn TopBar(p: &TopBarProps) -> Html {
    let lc = use_context::<LangCtx>();
    let theme = use_context::<ThemeCtx>();
    let l = lc.as_ref().map_or(Lang::Zh, |c| c.lang);
    let onlang = {
        let lc = lc.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(c) = &lc {
                c.set.emit(l.other());
                let locale = l.other().tag();
                wasm_bindgen_futures::spawn_local(async move {
                    let _ = Request::patch("/me", json!({ "locale": locale })).text().await;
                });
            }
        })
    };
    let (dark, ontheme) = theme.map_or((false, Callback::noop()), |t| (t.dark, t.toggle));
    html! {
        <header class="sticky top-0 z-10 flex h-14 items-center gap-2 border-b border-base-300 bg-base-100/90 px-4 backdrop-blur lg:px-6">
            <button class="btn btn-ghost btn-sm btn-square lg:hidden" data-testid="menu" onclick={p.onmenu.clone()} aria-label={l.navigation()}>{ icon("menu", "size-5") }</button>
            <button class="input input-sm hidden w-80 cursor-pointer border-transparent bg-base-200 text-base-content/70 sm:flex" data-testid="search" onclick={p.onsearch.clone()}>{ icon("search", "size-3.5 opacity-70") }<span class="flex-1 text-left">{ l.search_everything() }</span><kbd class="kbd kbd-xs">{ if browser::is_mac() { "⌘K" } else { "Ctrl K" } }</kbd></button>
            <div class="ml-auto flex items-center gap-1">
                <OutboxLink />
                <button class="btn btn-ghost btn-sm btn-square sm:hidden" onclick={p.onsearch.clone()} aria-label={l.search()}>{ icon("search", "size-4") }</button>
                <button class="btn btn-ghost btn-sm" data-testid="lang" onclick={onlang} lang={l.other().tag()}>{ icon("languages", "size-4") }{ match l { Lang::Zh => "EN", Lang::En => "中文" } }</button>
                <button class="btn btn-ghost btn-sm btn-square" data-testid="theme" aria-label={if dark { l.theme_light() } else { l.theme_dark() }} onclick={ontheme.reform(|_| ())}>{ icon(if dark { "sun" } else { "moon" }, "size-4") }</button>
                <crate::bell::Bell />
            </div>
        </header>
    }
}
