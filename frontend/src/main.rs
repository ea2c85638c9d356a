//! The Flywheel single-page app: draws what the API declares, in two languages, on desktops and phones.

mod app;
mod bell;
mod browser;
mod chart;
mod data;
mod format;
mod i18n;
mod pages;
mod palette;
mod parts;
mod record;
mod route;
mod shell;
mod ui;

fn main() {
    if let Some(root) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("app")) {
        yew::Renderer::<app::App>::with_root(root).render();
    }
}
