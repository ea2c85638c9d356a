//! One component for every chart: an ECharts option as JSON, drawn by `js/charts.js`, which loads the library when the
//! first chart comes on screen.

use crate::app::ThemeCtx;
use crate::ui::cls;
use serde_json::Value;
use wasm_bindgen::prelude::*;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[wasm_bindgen(raw_module = "../js/charts.js")]
extern "C" {
    fn chart_set(el: &web_sys::Element, option: &str, dark: bool, onclick: &JsValue);
    fn chart_dispose(el: &web_sys::Element);
    fn chart_png(el: &web_sys::Element, name: &str) -> bool;
}

/// Hands the chart inside an element to the reader as a picture; false when there is none.
pub(crate) fn save_png(el: &web_sys::Element, name: &str) -> bool {
    chart_png(el, name)
}

#[derive(Properties, PartialEq)]
pub(crate) struct ChartProps {
    pub(crate) option: Value,
    /// What it shows, for those who cannot see it.
    pub(crate) label: AttrValue,
    #[prop_or_default]
    pub(crate) class: Classes,
    /// Called with the `id` of the clicked datum, else its name.
    #[prop_or_default]
    pub(crate) onclick: Option<Callback<String>>,
}

/// A chart.
#[component]
pub(crate) fn Chart(p: &ChartProps) -> Html {
    let node = use_node_ref();
    let kept = use_mut_ref(|| None::<Closure<dyn Fn(String)>>);
    let dark = use_context::<ThemeCtx>().is_some_and(|t| t.dark);
    let json = p.option.to_string();
    {
        let (node, onclick, kept) = (node.clone(), p.onclick.clone(), kept.clone());
        use_effect_with((json, dark), move |(json, dark)| {
            if let Some(el) = node.cast::<web_sys::Element>() {
                let closure = onclick.map(|cb| Closure::<dyn Fn(String)>::new(move |s| cb.emit(s)));
                chart_set(&el, json, *dark, closure.as_ref().map_or(&JsValue::NULL, |c| c.as_ref()));
                *kept.borrow_mut() = closure;
            }
        });
    }
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            move || {
                if let Some(el) = node.cast::<web_sys::Element>() {
                    chart_dispose(&el)
                }
            }
        });
    }
    html! { <div ref={node} role="img" aria-label={p.label.clone()} class={cls!("w-full", p.class.clone())}></div> }
}
