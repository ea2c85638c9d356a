//! Files: a place to drop or choose them, and how far those are that are on their way.

use super::icon;
use crate::data::upload::{Sending, said};
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Properties, PartialEq)]
pub(crate) struct FileDropProps {
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) note: AttrValue,
    pub(crate) onfile: Callback<web_sys::File>,
    /// File names and media types that can be chosen; empty for all.
    #[prop_or_default]
    pub(crate) accept: Option<AttrValue>,
    /// More than one at a time.
    #[prop_or_default]
    pub(crate) many: bool,
    #[prop_or_default]
    pub(crate) disabled: bool,
    #[prop_or_default]
    pub(crate) small: bool,
    #[prop_or_default]
    pub(crate) testid: Option<AttrValue>,
}

/// A dashed field: a file dropped on it is taken, a click or a key opens the browser's choice.
#[component]
pub(crate) fn FileDrop(p: &FileDropProps) -> Html {
    let over = use_state_eq(|| false);
    let take = {
        let (onfile, many, disabled) = (p.onfile.clone(), p.many, p.disabled);
        move |files: Option<web_sys::FileList>| {
            let Some(files) = files.filter(|_| !disabled) else { return };
            for file in (0..if many { files.length() } else { 1 }).filter_map(|i| files.get(i)) {
                onfile.emit(file)
            }
        }
    };
    let onchange = {
        let take = take.clone();
        Callback::from(move |e: Event| {
            if let Some(input) = e.target_dyn_into::<web_sys::HtmlInputElement>() {
                take(input.files());
                input.set_value("")
            }
        })
    };
    let ondrop = {
        let over = over.clone();
        Callback::from(move |e: DragEvent| {
            e.prevent_default();
            over.set(false);
            take(e.data_transfer().and_then(|d| d.files()))
        })
    };
    let hold = |on: bool| {
        let over = over.clone();
        Callback::from(move |e: DragEvent| {
            e.prevent_default();
            over.set(on)
        })
    };
    html! {
        <label ondragover={hold(true)} ondragleave={hold(false)} {ondrop} class={cls!("flex flex-col items-center border-dashed text-center focus-within:outline-2 focus-within:outline-primary", if p.small { "gap-0.5 rounded-xl border px-3 py-3.5" } else { "gap-1 rounded-2xl border-2 px-6 py-10" }, if *over { "border-primary bg-primary/6" } else { "border-base-content/20 hover:border-primary/50" }, if p.disabled { "opacity-60" } else { "cursor-pointer" })}>
            { icon("upload", if p.small { "size-4 text-base-content/70" } else { "size-6 text-base-content/70" }) }<span class={if p.small { "text-[13px]" } else { "mt-1 text-sm font-medium" }}>{ &p.title }</span>
            if !p.note.is_empty() { <span class="text-xs text-base-content/70">{ &p.note }</span> }
            <input type="file" class="sr-only" accept={p.accept.clone()} multiple={p.many} disabled={p.disabled} {onchange} data-testid={p.testid.clone()} />
        </label>
    }
}

/// How far something is, from 0 to 1.
pub(crate) fn progress(part: f64, label: String) -> Html {
    let percent = (part.clamp(0.0, 1.0) * 100.0).round();
    html! { <progress class="progress progress-primary h-1.5 w-full" value={percent.to_string()} max="100" aria-label={label}></progress> }
}

/// Files on their way, each with a way to give it up; what failed says why.
#[component]
pub(crate) fn UploadList(p: &UploadListProps) -> Html {
    let l = use_lang();
    if p.list.is_empty() {
        return super::nothing();
    }
    html! { <ul class="mt-2 space-y-2" aria-live="polite" data-testid="uploads">{ for p.list.iter().map(|s| upload_line(l, s, &p.onstop)) }</ul> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct UploadListProps {
    pub(crate) list: Vec<Sending>,
    pub(crate) onstop: Callback<u32>,
}

fn upload_line(l: Lang, s: &Sending, onstop: &Callback<u32>) -> Html {
    let at = s.at;
    let onclick = onstop.reform(move |_: MouseEvent| at);
    let whole = s.part >= 1.0;
    let state = match &s.error {
        Some(e) => html! { <p class="text-xs text-error" role="alert">{ said(l, e) }</p> },
        None => {
            html! { <>{ progress(s.part, l.upload_of(&s.name)) }<p class="mt-0.5 text-xs tabular-nums text-base-content/70">{ if whole { l.upload_checking().to_owned() } else { format!("{} / {}", weight(s.part * s.size), weight(s.size)) } }</p></> }
        }
    };
    html! { <li key={at} class={cls!("rounded-lg border p-2", if s.error.is_some() { "border-error/40" } else { "border-base-300/70" })}><div class="flex items-center gap-2"><span class="min-w-0 flex-1 truncate text-[13px]" title={s.name.clone()}>{ &s.name }</span>
    <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={if s.error.is_some() { l.close().to_owned() } else { l.upload_stop(&s.name) }} title={if s.error.is_some() { l.close() } else { l.cancel() }} {onclick}>{ icon("x", "size-3.5") }</button></div>{ state }</li> }
}

/// A size as people read it.
pub(crate) fn weight(bytes: f64) -> String {
    if bytes < 1_048_576.0 {
        format!("{:.0} KB", (bytes / 1024.0).max(1.0))
    } else {
        format!("{:.1} MB", bytes / 1_048_576.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_in_kilobytes_or_megabytes() {
        assert_eq!(weight(10.0), "1 KB");
        assert_eq!(weight(2048.0), "2 KB");
        assert_eq!(weight(5.5 * 1_048_576.0), "5.5 MB");
    }
}
