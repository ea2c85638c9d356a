//! The Flywheel single-page app.

use yew::prelude::*;

#[component]
fn App() -> Html {
    html! { <p class="p-6 text-sm">{ "Flywheel" }</p> }
}

fn main() {
    if let Some(root) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("app")) {
        yew::Renderer::<App>::with_root(root).render();
    }
}
