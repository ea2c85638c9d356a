//! Small pieces with a meaning: where a sequence of steps stands, a figure, a score that says why, a hint.

use super::overlay::Popover;
use super::{icon, tone};
use crate::i18n::Lang;
use crate::ui::cls;
use yew::prelude::*;

/// Where a sequence of steps stands.
pub(crate) fn stepper(names: &[&'static str], at: usize) -> Html {
    html! { <ol tabindex="0" class="mb-4 flex items-center gap-2 overflow-x-auto text-[13px] [scrollbar-width:none]">{ for names.iter().enumerate().map(|(i, n)| html! {
    <li class="flex shrink-0 items-center gap-2" aria-current={(i == at).then_some("step")}>if i > 0 { <span class="h-px w-6 bg-base-300"></span> }
        <span class={cls!("grid size-6 place-items-center rounded-full text-xs", if i < at { "bg-primary/15 text-primary" } else if i == at { "bg-primary text-primary-content" } else { "bg-base-300/70 text-base-content/70" })}>if i < at { { icon("check", "size-3.5") } } else { { i + 1 } }</span><span class={if i == at { "font-medium" } else { "text-base-content/70" }}>{ *n }</span></li> }) }</ol> }
}

/// What went wrong, said where it was done: what stands in the corner is behind a drawer and out of reach of it.
pub(crate) fn alert(class: &'static str, text: Option<&str>) -> Html {
    html! { if let Some(text) = text { <p class={cls!("rounded-lg bg-error/10 px-3 py-2 text-left text-[13px] text-error", class)} role="alert">{ text.to_owned() }</p> } }
}

/// One figure with what it is called, and below it what it is compared with.
pub(crate) fn stat(label: &str, value: &str, below: Html) -> Html {
    html! { <div class="rounded-box border border-base-300 bg-base-100 px-4 pb-2.5 pt-3"><span class="block truncate text-xs text-base-content/70">{ label.to_owned() }</span><span class="block whitespace-nowrap text-[22px] font-semibold leading-8 tabular-nums">{ value.to_owned() }</span><span class="flex h-4 items-baseline gap-1.5 overflow-hidden text-xs">{ below }</span></div> }
}

/// A score that opens what made it; an unknown one says so instead of being 0.
pub(crate) fn score_chip(l: Lang, label: &str, value: Option<f64>, color: &str, why: Html) -> Html {
    let shown = value.map_or_else(|| l.unknown_score().to_owned(), |v| crate::format::number(v, 0));
    let button = html! { <><span class="font-normal">{ label.to_owned() }</span><b class="tabular-nums">{ shown }</b><span class="sr-only">{ l.score_why() }</span>{ icon("chevron-down", "size-3 opacity-70") }</> };
    html! { <Popover width="sm:w-72" {button} button_class={cls!("inline-flex h-6 cursor-pointer items-center gap-1 rounded-md px-2 text-xs font-medium", tone(color))}><div class="p-1.5">{ why }</div></Popover> }
}

/// A hint that appears over what it belongs to when the pointer or the focus is there.
pub(crate) fn hint(text: &str, children: Html) -> Html {
    html! { <span class="group/hint relative inline-flex">{ children }<span role="tooltip" class="pointer-events-none invisible absolute bottom-full left-1/2 z-50 mb-1.5 w-max max-w-64 -translate-x-1/2 rounded-lg bg-neutral px-2.5 py-1.5 text-xs leading-4 text-neutral-content opacity-0 shadow-lg transition-opacity group-focus-within/hint:visible group-focus-within/hint:opacity-100 group-hover/hint:visible group-hover/hint:opacity-100">{ text.to_owned() }</span></span> }
}
