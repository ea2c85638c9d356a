//! Where each value of a record comes from, beside the value.

use crate::data::types::{Record, text};
use crate::format::{self, Clock};
use crate::i18n::Lang;
use crate::ui::icon;
use serde_json::Value;
use yew::prelude::*;

/// The line under a value: who or what gave it, and when.
pub(super) fn line(l: Lang, answer: Option<&Value>, field: &str, clock: &Clock) -> Html {
    let items = answer.and_then(|a| a.get("items")?.as_array());
    let found = items.into_iter().flatten().filter_map(Value::as_object).find(|s| text(s, "field") == field);
    let Some(source) = found else { return html! {} };
    let (mark, said) = said(l, source);
    let at = text(source, "at");
    let when = if at.is_empty() { String::new() } else { format::moment(l, at, clock) };
    let changes = source.get("changes").and_then(Value::as_u64).filter(|n| *n > 1);
    html! { <p class="flex items-start gap-1 pb-1.5 text-xs text-base-content/70" data-source={text(source, "kind").to_owned()}>{ icon(mark, "size-3.5 mt-0.5 shrink-0") }<span class="min-w-0 wrap-anywhere">{ said }if !when.is_empty() { { " · " }<time title={format::moment_full(at, clock)}>{ when }</time> }if let Some(n) = changes { { " · " }{ l.source_changes(n) } }</span></p> }
}

fn said(l: Lang, source: &Record) -> (&'static str, String) {
    let (name, actor) = (text(source, "name"), text(source, "actor_name"));
    match text(source, "kind") {
        // Whose file or key it was not for the reader to know has no name.
        "import" if name.is_empty() => ("upload", l.source_file().to_owned()),
        "import" => ("upload", l.source_import(name)),
        "integration" if name.is_empty() => ("webhook", l.source_system().to_owned()),
        "integration" => ("webhook", l.source_key(name)),
        "rule" if name.is_empty() => ("zap", l.source_a_rule().to_owned()),
        "rule" => ("zap", l.source_rule(name)),
        "merge" => ("git-merge", l.source_merge().to_owned()),
        "computed" => ("sparkles", l.source_program().to_owned()),
        _ => ("user", if actor.is_empty() { l.system_actor().to_owned() } else { actor.to_owned() }),
    }
}
