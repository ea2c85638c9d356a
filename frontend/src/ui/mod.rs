//! The small parts that every page is made of.

pub(crate) mod field;
pub(crate) mod file;
pub(crate) mod overlay;
pub(crate) mod pieces;
pub(crate) mod range;
pub(crate) mod toast;

use crate::data::http::ApiError;
use crate::i18n::use_lang;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// `cls!("a b", on.then_some("c"))`: a class attribute of texts and of texts that may be missing. Much less code per use
/// than yew's `classes!`, of which there would be hundreds.
macro_rules! cls {
    ($($part:expr),* $(,)?) => { $crate::ui::join(&[$(&$part as &dyn $crate::ui::Part),*]) };
}
pub(crate) use cls;

macro_rules! icon_table {
    ($($n:literal),* $(,)?) => {
        fn icon_svg(name: &str) -> &'static str { match name { $($n => include_str!(concat!("../../icons/", $n, ".svg")),)* _ => "" } }
    };
}
icon_table!(
    "activity",
    "alarm-clock",
    "archive",
    "archive-restore",
    "arrow-down",
    "arrow-right",
    "arrow-up",
    "bell",
    "bookmark",
    "building-2",
    "calendar-clock",
    "calendar-days",
    "chart-no-axes-column",
    "check",
    "check-check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up",
    "chevrons-up-down",
    "circle-alert",
    "circle-check",
    "circle-help",
    "circle-x",
    "clipboard-list",
    "clock",
    "columns-3",
    "contact",
    "copy",
    "download",
    "ellipsis",
    "external-link",
    "file-spreadsheet",
    "filter",
    "git-branch",
    "git-merge",
    "globe",
    "grip-vertical",
    "handshake",
    "history",
    "image-down",
    "inbox",
    "info",
    "kanban",
    "key",
    "languages",
    "layout-dashboard",
    "layout-list",
    "lightbulb",
    "link",
    "list-checks",
    "lock",
    "log-out",
    "mail",
    "menu",
    "message-square",
    "monitor-smartphone",
    "moon",
    "network",
    "notebook-pen",
    "package",
    "pause",
    "pencil",
    "phone",
    "play",
    "plus",
    "printer",
    "refresh-cw",
    "search",
    "settings",
    "shield",
    "shopping-cart",
    "sliders-horizontal",
    "sparkles",
    "sun",
    "table-2",
    "tag",
    "target",
    "trash-2",
    "trending-up",
    "undo-2",
    "upload",
    "user",
    "user-round",
    "users",
    "users-round",
    "video",
    "webhook",
    "wifi-off",
    "workflow",
    "x",
    "zap",
);

/// A lucide icon by name; decoration only, so hidden from readers.
pub(crate) fn icon(name: &'static str, class: &'static str) -> Html {
    html! { <span class={cls!("inline-flex shrink-0 [&>svg]:size-full", class)} aria-hidden="true">{ Html::from_html_unchecked(AttrValue::Static(icon_svg(name))) }</span> }
}

/// A part of a class attribute.
pub(crate) trait Part {
    fn put(&self, out: &mut String);
}

impl Part for &'static str {
    fn put(&self, out: &mut String) {
        out.push(' ');
        out.push_str(self);
    }
}

impl Part for Option<&'static str> {
    fn put(&self, out: &mut String) {
        if let Some(s) = self {
            s.put(out);
        }
    }
}

impl Part for Classes {
    fn put(&self, out: &mut String) {
        out.push(' ');
        out.push_str(&self.to_string());
    }
}

/// The class attribute of its parts.
pub(crate) fn join(parts: &[&dyn Part]) -> Classes {
    let mut out = String::new();
    for p in parts {
        p.put(&mut out);
    }
    Classes::from(out)
}

#[derive(Properties, PartialEq)]
pub(crate) struct CardProps {
    #[prop_or_default]
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) extra: Html,
    pub(crate) children: Html,
    #[prop_or_default]
    pub(crate) class: Classes,
}

/// A white sheet with an optional head.
#[component]
pub(crate) fn Card(p: &CardProps) -> Html {
    html! {
        <section class={cls!("rounded-box border border-base-300 bg-base-100", p.class.clone())}>
            if !p.title.is_empty() {
                <header class="flex min-h-11 items-center justify-between gap-3 px-4 pt-1">
                    <h2 class="text-[13px] font-semibold">{ &p.title }</h2>{ p.extra.clone() }
                </header>
            }
            { p.children.clone() }
        </section>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct EmptyProps {
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) body: AttrValue,
    #[prop_or("inbox")]
    pub(crate) icon: &'static str,
    #[prop_or_default]
    pub(crate) action: Html,
    #[prop_or_default]
    pub(crate) small: bool,
}

/// What a component draws that has nothing to show: a text without characters, which takes no room and holds its place.
/// A component that draws no node at all borrows its place from its next sibling, and when that sibling goes in the same
/// step in which one before it comes, the new one is put before a node that is no longer there, and the program stops.
pub(crate) fn nothing() -> Html {
    html! { { "" } }
}

/// Nothing here yet, and what to do next.
#[component]
pub(crate) fn Empty(p: &EmptyProps) -> Html {
    html! {
        <div class={cls!("flex flex-col items-center gap-1 px-6 text-center", if p.small { "py-8" } else { "py-16" })}>
            <span class="mb-3 grid size-11 place-items-center rounded-full bg-base-200 text-base-content/70">{ icon(p.icon, "size-5") }</span>
            <p class="text-sm font-medium">{ &p.title }</p>
            if !p.body.is_empty() { <p class="max-w-sm text-[13px] text-base-content/70">{ &p.body }</p> }
            <div class="mt-3 empty:hidden">{ p.action.clone() }</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct FailedProps {
    pub(crate) error: ApiError,
    pub(crate) retry: Callback<()>,
}

/// What went wrong, with a way to try again and the request id for whoever helps.
#[component]
pub(crate) fn Failed(p: &FailedProps) -> Html {
    let l = use_lang();
    let onclick = p.retry.reform(|_: MouseEvent| ());
    let title = match p.error.status {
        404 => l.err_not_found(),
        403 => l.err_forbidden(),
        _ => l.err_load(),
    };
    html! {
        <div class="flex flex-col items-center gap-1 px-6 py-14 text-center" role="alert">
            <span class="mb-3 grid size-11 place-items-center rounded-full bg-error/10 text-error">{ icon(if p.error.status == 0 { "wifi-off" } else { "circle-alert" }, "size-5") }</span>
            <p class="text-sm font-medium">{ title }</p>
            <p class="max-w-md text-[13px] text-base-content/70">{ p.error.text(l) }</p>
            if !p.error.request_id.is_empty() { <p class="font-mono text-[11px] text-base-content/70">{ l.request_id(&p.error.request_id) }</p> }
            <button class="btn btn-sm mt-3" {onclick}>{ icon("refresh-cw", "size-4") }{ l.retry() }</button>
        </div>
    }
}

/// What went wrong beside what is there all the same, with a way to try again.
#[component]
pub(crate) fn FailedLine(p: &FailedProps) -> Html {
    let l = use_lang();
    html! {
        <div class="flex flex-wrap items-center gap-x-3 gap-y-1 bg-error/10 px-4 py-2 text-[13px]" role="alert" data-testid="failed-line">
            <span class="text-error">{ icon(if p.error.status == 0 { "wifi-off" } else { "circle-alert" }, "size-4") }</span>
            <span class="min-w-0 flex-1">{ p.error.text(l) }</span>
            <button type="button" class="btn btn-xs" onclick={p.retry.reform(|_: MouseEvent| ())}>{ icon("refresh-cw", "size-3.5") }{ l.retry() }</button>
        </div>
    }
}

/// Grey bars where rows will be. A tag of their own keeps them apart from what comes in their place, so that nothing
/// seems to move; a key would do that too, until two of them stand side by side.
pub(crate) fn skeleton_rows(n: usize) -> Html {
    html! {
        <grey-bars class="block divide-y divide-base-300/70" aria-hidden="true">{ for (0..n).map(|i| html! {
            <div class="flex h-11 items-center gap-4 px-4">
                <div class="skeleton size-7 rounded-full"></div><div class="skeleton h-3.5" style={format!("width:{}px", 96 + (i * 37) % 80)}></div>
                <div class="skeleton hidden h-3.5 sm:block" style={format!("width:{}px", 140 + (i * 53) % 120)}></div><div class="skeleton ml-auto h-3.5 w-20"></div>
            </div> }) }
        </grey-bars>
    }
}

/// Grey bars where a form or a text will be.
pub(crate) fn skeleton_lines(n: usize) -> Html {
    html! { <grey-bars class="block space-y-3 p-4" aria-hidden="true">{ for (0..n).map(|i| html! { <div class="skeleton h-3.5" style={format!("width:{}%", 40 + (i * 29) % 55)}></div> }) }</grey-bars> }
}

/// The quiet hue of a status.
pub(crate) fn tone(color: &str) -> &'static str {
    match color {
        "info" => "tone-info",
        "primary" => "tone-primary",
        "success" => "tone-success",
        "warning" => "tone-warning",
        "error" => "tone-error",
        _ => "tone-neutral",
    }
}

/// A status as a small pill.
pub(crate) fn badge(color: &str, label: &str) -> Html {
    html! { <span class={cls!("inline-flex h-5.5 max-w-full items-center rounded-md px-2 text-xs font-medium", tone(color))}><span class="truncate">{ label.to_owned() }</span></span> }
}

/// The last character of a Chinese name, the initials of another, on a quiet hue.
pub(crate) fn avatar(name: &str, size: &'static str) -> Html {
    const HUES: [&str; 6] = ["hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5"];
    let hash = name.bytes().fold(0usize, |a, b| a.wrapping_mul(31).wrapping_add(usize::from(b)));
    html! { <span class={cls!("inline-grid shrink-0 place-items-center rounded-full font-medium", size, HUES[hash % HUES.len()])} aria-hidden="true">{ initials(name) }</span> }
}

/// The disc of what a rule did, where a person's would be.
pub(crate) fn automatic(size: &'static str) -> Html {
    html! { <span class={cls!("inline-grid shrink-0 place-items-center rounded-full tone-primary", size)} aria-hidden="true">{ icon("zap", "size-3.5") }</span> }
}

fn initials(name: &str) -> String {
    let name = name.trim();
    if name.is_ascii() {
        return name.split_whitespace().filter_map(|w| w.chars().next()).take(2).collect::<String>().to_uppercase();
    }
    match name.chars().count() {
        0..=3 => name.chars().last().into_iter().collect(),
        _ => name.chars().next().into_iter().collect(),
    }
}

/// A spinner for work in progress.
pub(crate) fn spinner() -> Html {
    html! { <span class="loading loading-spinner loading-xs" aria-hidden="true"></span> }
}

/// The heading of a page with its actions.
pub(crate) fn page_head(title: Html, actions: Html) -> Html {
    html! { <div class="mb-4 flex min-h-8 flex-wrap items-center justify-between gap-3"><h1 class="text-xl font-semibold">{ title }</h1><div class="flex flex-wrap items-center gap-2 max-sm:has-[select]:w-full">{ actions }</div></div> }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn people_show_their_given_name_and_companies_their_first_character() {
        assert_eq!(initials("李娜"), "娜");
        assert_eq!(initials("天元数字科技"), "天");
        assert_eq!(initials("Ada Lovelace"), "AL");
        assert_eq!(initials(""), "");
    }
}
