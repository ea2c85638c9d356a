//! Drawings of few points: the four dimensions of a customer now and earlier, and who is busy and who is effective.

use super::{list, num, words};
use crate::browser;
use crate::format;
use crate::i18n::Lang;
use crate::ui::cls;
use chrono::Duration;
use serde_json::Value;
use yew::prelude::*;

/// Up, right, down, left.
const AXES: [(f64, f64); 4] = [(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)];

fn polygon(values: &[Option<f64>]) -> String {
    let point = |(value, (x, y)): (&Option<f64>, &(f64, f64))| {
        let r = value.unwrap_or(0.0).clamp(0.0, 100.0) * 0.7;
        format!("{:.1},{:.1}", 110.0 + x * r, 90.0 + y * r)
    };
    values.iter().zip(&AXES).map(point).collect::<Vec<_>>().join(" ")
}

/// The four dimensions as a radar, with the shape of a quarter of a year ago behind it where one is known.
pub(super) fn radar(l: Lang, sdae: &Value, history: &[Value]) -> Html {
    let dimensions = list(sdae, "dimensions");
    let now: Vec<Option<f64>> = dimensions.iter().map(|d| num(d, "score")).collect();
    if now.iter().filter(|v| v.is_some()).count() < 3 {
        return html! {};
    }
    let clock = browser::clock();
    let quarter = clock.now - Duration::days(85);
    let was = history
        .iter()
        .find(|h| words(h, "model") == "sdae" && format::parse_moment(words(h, "at")).is_some_and(|at| at <= quarter));
    let before: Option<Vec<Option<f64>>> =
        was.and_then(|h| h.get("dimensions")).and_then(Value::as_array).map(|a| a.iter().map(Value::as_f64).collect());
    let label = |(d, (x, y)): (&Value, &(f64, f64))| {
        let anchor = if *x > 0.0 {
            "start"
        } else if *x < 0.0 {
            "end"
        } else {
            "middle"
        };
        html! { <text x={(110.0 + x * 76.0).to_string()} y={(94.0 + y * 80.0).to_string()} text-anchor={anchor} class="fill-base-content text-[10px]">{ words(d, "label") }</text> }
    };
    html! { <figure class="mb-1" data-testid="radar"><svg viewBox="-20 0 260 180" class="mx-auto h-44 w-full max-w-80" role="img" aria-label={l.sdae()}>
    { for [25.0, 50.0, 75.0, 100.0].iter().map(|r| html! { <polygon points={polygon(&[Some(*r); 4])} fill="none" class="stroke-base-300" stroke-width="1" /> }) }
    if let Some(before) = &before { <polygon points={polygon(before)} class="fill-none stroke-base-content/50" stroke-width="1.5" stroke-dasharray="4 3" /> }
    <polygon points={polygon(&now)} class="fill-primary/20 stroke-primary" stroke-width="2" />{ for dimensions.iter().zip(&AXES).map(label) }</svg>
    if let Some(h) = was { <figcaption class="text-center text-xs text-base-content/70">{ l.radar_before(&format::date(l, words(h, "at").get(..10).unwrap_or(""), &clock)) }</figcaption> }</figure> }
}

/// Contacts to the right, won amount upwards; the medians cut the plane into four.
pub(super) fn scatter(l: Lang, e: &Value) -> Html {
    let people = list(e, "people");
    let of = |p: &Value, key: &str| num(p, key).unwrap_or(0.0);
    let most = |key: &str| people.iter().map(|p| of(p, key)).fold(1.0, f64::max) * 1.08;
    let (right, top) = (most("contacts"), most("won_minor"));
    if people.len() < 3 {
        return html! {};
    }
    let x = |v: f64| 20.0 + v / right * 560.0;
    let y = |v: f64| 225.0 - v / top * 205.0;
    let (mx, my) = (num(e, "median_contacts").map(x), num(e, "median_won_minor").map(y));
    let hue = |p: &Value| match words(p, "quadrant") {
        "driving" => "fill-success",
        "efficient" => "fill-info",
        "busy" => "fill-warning",
        _ => "fill-error",
    };
    // The names of those who stand out; the table below has everybody.
    let mut named: Vec<&Value> = people.iter().filter(|p| words(p, "quadrant") == "busy").collect();
    named.sort_by(|a, b| of(b, "contacts").total_cmp(&of(a, "contacts")));
    named.truncate(3);
    let mut best: Vec<&Value> = people.iter().collect();
    best.sort_by(|a, b| of(b, "won_minor").total_cmp(&of(a, "won_minor")));
    named.extend(best.into_iter().take(3));
    let dot = |p: &Value| html! { <circle cx={format!("{:.1}", x(of(p, "contacts")))} cy={format!("{:.1}", y(of(p, "won_minor")))} r="6" class={cls!("stroke-base-100", hue(p))} stroke-width="1.5"><title>{ format!("{} · {}", words(p, "name"), words(p, "quadrant_label")) }</title></circle> };
    let name = |p: &&Value| html! { <text x={format!("{:.1}", x(of(p, "contacts")) + 9.0)} y={format!("{:.1}", y(of(p, "won_minor")) + 4.0)} class="fill-base-content text-[12px]">{ words(p, "name") }</text> };
    html! { <figure class="px-4 pb-2" data-testid="scatter"><div class="overflow-x-auto" tabindex="0"><svg viewBox="0 0 640 250" class="h-64 w-full min-w-[520px]" role="img" aria-label={l.busy_or_effective()}>
    <line x1="20" x2="600" y1="225" y2="225" class="stroke-base-300" /><line x1="20" x2="20" y1="15" y2="225" class="stroke-base-300" />
    if let Some(mx) = mx { <line x1={format!("{mx:.1}")} x2={format!("{mx:.1}")} y1="15" y2="225" class="stroke-base-content/30" stroke-dasharray="4 4" /> }
    if let Some(my) = my { <line x1="20" x2="600" y1={format!("{my:.1}")} y2={format!("{my:.1}")} class="stroke-base-content/30" stroke-dasharray="4 4" /> }
    { for people.iter().map(dot) }{ for named.iter().map(name) }
    <text x="600" y="243" text-anchor="end" class="fill-base-content text-[11px]">{ l.contacts_n() }{ " →" }</text><text x="26" y="13" class="fill-base-content text-[11px]">{ "↑ " }{ l.m_won_value() }</text></svg></div>
    <figcaption class="text-xs text-base-content/70">{ l.scatter_hint() }</figcaption></figure> }
}
