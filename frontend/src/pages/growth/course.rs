//! How a score of a customer went: a line of steps with its days, and every change with the settings it was made with.

use super::{num, words};
use crate::browser;
use crate::data::types::FieldMeta;
use crate::format;
use crate::i18n::Lang;
use serde_json::Value;
use yew::prelude::*;

/// What is drawn of a score.
#[derive(Clone, Copy)]
pub(super) struct Course<'a> {
    /// The model, as the history calls it.
    pub(super) model: &'static str,
    /// What a person calls it.
    pub(super) name: &'a str,
    /// The field whose choices are its bands, where the score is one of them: it is drawn by bands, the best of them first.
    pub(super) bands: Option<&'a FieldMeta>,
}

impl Course<'_> {
    /// The height of a change, 0..100; none while the score was unknown.
    fn height(&self, change: &Value) -> Option<f64> {
        let Some(field) = self.bands else { return num(change, "value") };
        let place = field.choices.iter().position(|c| c.key == words(change, "band"))?;
        Some(100.0 - 100.0 * place as f64 / (field.choices.len().max(2) - 1) as f64)
    }

    fn said(&self, l: Lang, change: &Value) -> String {
        match self.bands {
            Some(field) => {
                let band = field.choices.iter().find(|c| c.key == words(change, "band"));
                band.map_or_else(|| l.unknown().to_owned(), |c| c.label.clone())
            }
            None => super::score(l, num(change, "value")),
        }
    }

    /// The drawing and the list; nothing before the first score.
    pub(super) fn draw(self, l: Lang, history: &[Value]) -> Html {
        let changes: Vec<&Value> = history.iter().filter(|h| words(h, "model") == self.model).collect();
        let clock = browser::clock();
        let Some((first, newest)) = changes.last().zip(changes.first()) else { return html! {} };
        let day = |change: &Value| format::date(l, words(change, "at").get(..10).unwrap_or(""), &clock);
        if changes.len() == 1 {
            return html! { <p class="mt-2 text-xs text-base-content/70" data-testid={format!("course-{}", self.model)}>{ l.course_since(&day(newest)) }{ version(l, newest) }</p> };
        }
        let moment = |change: &Value| format::parse_moment(words(change, "at")).map_or(0, |at| at.timestamp()) as f64;
        let (start, end) = (moment(first), clock.now.timestamp() as f64);
        let x = |at: f64| 300.0 * (at - start) / (end - start).max(1.0);
        let y = |height: f64| 42.0 - 0.38 * height.clamp(0.0, 100.0);
        let steps: Vec<(f64, Option<f64>)> =
            changes.iter().rev().map(|c| (x(moment(c)), self.height(c).map(y))).collect();
        html! { <figure class="mt-2" data-testid={format!("course-{}", self.model)}>
            <svg viewBox="0 0 300 46" preserveAspectRatio="none" class="h-12 w-full" role="img" aria-label={l.course_of(self.name)}>
                <line x1="0" x2="300" y1="44" y2="44" class="stroke-base-300" stroke-width="1" vector-effect="non-scaling-stroke" />
                <path d={line(&steps)} class="fill-none stroke-primary" stroke-width="1.75" stroke-linejoin="round" vector-effect="non-scaling-stroke" />
            </svg>
            <figcaption class="flex justify-between text-xs text-base-content/70"><span>{ day(first) }</span><span>{ l.today() }</span></figcaption>
            <details class="text-xs"><summary class="cursor-pointer py-1 text-base-content/70 hover:text-primary">{ l.course_all(changes.len()) }</summary>
                <ul class="max-h-48 overflow-y-auto" tabindex="0">{ for changes.iter().map(|c| html! { <li class="grid min-h-6 grid-cols-[5.5rem_minmax(0,1fr)_auto] items-center gap-2"><time class="text-base-content/70" datetime={words(c, "at").to_owned()} title={format::moment_full(words(c, "at"), &clock)}>{ day(c) }</time><b class="truncate font-medium tabular-nums">{ self.said(l, c) }</b>{ version(l, c) }</li> }) }</ul></details>
        </figure> }
    }
}

/// The settings that a change was made with, where it is known.
fn version(l: Lang, change: &Value) -> Html {
    match num(change, "settings_version") {
        Some(n) => {
            html! { <span class="ml-2 text-base-content/70">{ if n == 0.0 { l.course_as_shipped().to_owned() } else { l.course_version(n as i64) } }</span> }
        }
        None => html! { <span></span> },
    }
}

/// A path of steps: each height holds until the next change; where it is unknown there is a gap.
fn line(steps: &[(f64, Option<f64>)]) -> String {
    let mut path = String::new();
    let mut drawn = false;
    for (i, (x, y)) in steps.iter().enumerate() {
        if let Some(y) = y {
            let until = steps.get(i + 1).map_or(300.0, |next| next.0);
            path.push_str(&format!("{}{x:.1} {y:.1}H{until:.1}", if drawn { 'L' } else { 'M' }));
        }
        drawn = y.is_some();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_holds_until_it_changes_and_leaves_a_gap_while_it_is_unknown() {
        let steps = [(0.0, Some(10.0)), (100.0, Some(20.0)), (150.0, None), (200.0, Some(5.0))];
        assert_eq!(line(&steps), "M0.0 10.0H100.0L100.0 20.0H150.0M200.0 5.0H300.0");
        assert_eq!(line(&[(0.0, None)]), "");
    }
}
