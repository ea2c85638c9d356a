//! Which columns a list shows, and the panel that chooses them.

use crate::browser;
use crate::data::types::{FieldMeta, ObjectMeta};
use crate::i18n::use_lang;
use crate::ui::icon;
use crate::ui::overlay::Popover;
use yew::prelude::*;

/// The columns of a list: those of the address, else those last chosen here, else the standard ones.
pub(crate) fn chosen(meta: &ObjectMeta, in_address: &[String]) -> Vec<String> {
    let kept: Vec<String> = browser::stored(&format!("columns.{}", meta.key))
        .map(|s| s.split(',').map(str::to_owned).collect())
        .unwrap_or_default();
    resolve(meta, in_address, &kept)
}

/// The first of the two choices that names any known column; the title always comes first.
pub(crate) fn resolve(meta: &ObjectMeta, in_address: &[String], kept: &[String]) -> Vec<String> {
    let known = |list: &[String]| {
        let mut out: Vec<String> = Vec::new();
        for key in list.iter().filter(|k| meta.field(k).is_some()) {
            if !out.contains(key) {
                out.push(key.clone());
            }
        }
        out
    };
    let mut columns =
        [known(in_address), known(kept)].into_iter().find(|c| !c.is_empty()).unwrap_or_else(|| standard(meta));
    columns.retain(|k| *k != meta.title_field);
    columns.insert(0, meta.title_field.clone());
    columns
}

/// The columns with one of them moved to the place of another; the first one stays.
pub(crate) fn placed(columns: &[String], from: &str, to: &str) -> Vec<String> {
    let mut out = columns.to_vec();
    let find = |key: &str| columns.iter().position(|c| c == key).filter(|i| *i > 0);
    if let (Some(from), Some(to)) = (find(from), find(to)) {
        let key = out.remove(from);
        out.insert(to, key);
    }
    out
}

/// Keeps the columns of an object in this browser.
pub(crate) fn keep(object: &str, columns: &[String]) {
    browser::store(&format!("columns.{object}"), &columns.join(","));
}

fn standard(meta: &ObjectMeta) -> Vec<String> {
    meta.fields.iter().filter(|f| f.in_list).map(|f| f.key.clone()).collect()
}

/// Fields that can be a column.
pub(crate) fn selectable(meta: &ObjectMeta) -> impl Iterator<Item = &FieldMeta> {
    meta.fields.iter().filter(|f| !matches!(f.kind.as_str(), "json") && !matches!(f.key.as_str(), "id" | "version"))
}

#[derive(Properties, PartialEq)]
pub(crate) struct ColumnsProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) columns: Vec<String>,
    pub(crate) onchange: Callback<Vec<String>>,
}

/// The panel: shown columns in their order, then the others.
#[component]
pub(crate) fn Columns(p: &ColumnsProps) -> Html {
    let l = use_lang();
    let set = {
        let (key, onchange) = (p.meta.key.clone(), p.onchange.clone());
        move |columns: Vec<String>| {
            keep(&key, &columns);
            onchange.emit(columns)
        }
    };
    let shift = |i: usize, by: isize| {
        let (columns, set) = (p.columns.clone(), set.clone());
        Callback::from(move |_: MouseEvent| {
            let mut c = columns.clone();
            let j = i.saturating_add_signed(by);
            if j >= 1 && j < c.len() {
                c.swap(i, j);
                set(c)
            }
        })
    };
    let flip = |key: &str| {
        let (columns, set, key) = (p.columns.clone(), set.clone(), key.to_owned());
        Callback::from(move |_: Event| {
            let mut c = columns.clone();
            if c.contains(&key) {
                c.retain(|k| *k != key)
            } else {
                c.push(key.clone())
            }
            set(c);
        })
    };
    let standard = {
        let (set, meta) = (set.clone(), p.meta.clone());
        Callback::from(move |_: MouseEvent| {
            browser::forget(&format!("columns.{}", meta.key));
            set(resolve(&meta, &[], &[]))
        })
    };
    let others = selectable(&p.meta).filter(|f| !p.columns.contains(&f.key));
    let row = |f: &FieldMeta, on: bool, tools: Html| {
        html! {
        <div class="group flex h-8 items-center gap-2 rounded-lg px-2 hover:bg-base-content/5" key={f.key.clone()}>
            <label class="flex min-w-0 flex-1 cursor-pointer items-center gap-2.5"><input type="checkbox" class="checkbox checkbox-xs" checked={on} disabled={f.key == p.meta.title_field} onchange={flip(&f.key)} /><span class="truncate">{ &f.label }</span></label>{ tools }
        </div> }
    };
    html! {
        <Popover right=true label={l.columns()} button_class="btn btn-sm btn-square btn-ghost" button={html! { { icon("columns-3", "size-4") } }}>
            <p class="flex items-center justify-between px-2 pb-1 pt-0.5 text-xs text-base-content/70">{ l.columns() }<button class="cursor-pointer text-primary hover:underline" onclick={standard}>{ l.columns_standard() }</button></p>
            { for p.columns.iter().enumerate().filter_map(|(i, k)| p.meta.field(k).map(|f| row(f, true, if i == 0 { html! {} } else { html! {
                <span class="flex"><button class="btn btn-ghost btn-xs btn-square" aria-label={l.move_up(&f.label)} onclick={shift(i, -1)} disabled={i == 1}>{ icon("arrow-up", "size-3.5") }</button><button class="btn btn-ghost btn-xs btn-square" aria-label={l.move_down(&f.label)} onclick={shift(i, 1)} disabled={i + 1 == p.columns.len()}>{ icon("arrow-down", "size-3.5") }</button></span> } }))) }
            <div class="my-1 border-t border-base-300"></div>
            { for others.map(|f| row(f, false, html! {})) }
        </Popover>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_moves_to_the_place_of_another_but_never_before_the_first() {
        let s = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(placed(&s("name a b c"), "c", "a"), s("name c a b"));
        assert_eq!(placed(&s("name a b c"), "a", "c"), s("name b c a"));
        for (from, to) in [("a", "name"), ("name", "a"), ("a", "a"), ("gone", "a")] {
            assert_eq!(placed(&s("name a b c"), from, to), s("name a b c"));
        }
    }

    #[test]
    fn the_address_wins_over_habit_and_the_title_leads() {
        let f = |key: &str, in_list| FieldMeta { key: key.into(), in_list, ..FieldMeta::default() };
        let meta = ObjectMeta {
            title_field: "name".into(),
            fields: vec![f("name", true), f("city", true), f("grade", false)].into(),
            ..ObjectMeta::default()
        };
        let s = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(resolve(&meta, &[], &[]), s(&["name", "city"]));
        assert_eq!(resolve(&meta, &s(&["grade", "name"]), &s(&["city"])), s(&["name", "grade"]));
        assert_eq!(resolve(&meta, &s(&["grade", "city", "grade"]), &[]), s(&["name", "grade", "city"]));
        assert_eq!(resolve(&meta, &s(&["gone"]), &s(&["grade"])), s(&["name", "grade"]));
    }
}
