//! Which period, team, person and region a report is of.

use super::{list, words};
use crate::browser;
use crate::data::http::encode;
use crate::data::query::use_query;
use crate::format::parse_day;
use crate::i18n::use_lang;
use crate::record::link::{Choice, LinkPicker};
use crate::ui::field::select;
use crate::ui::range::DateRange;
use chrono::{Duration, NaiveDate};
use serde_json::Value;
use std::collections::BTreeSet;
use yew::prelude::*;

/// The key of a period between two days of one's own.
const FREE: &str = "custom";

#[derive(Clone, PartialEq)]
pub(super) struct Scope {
    /// How many days until today, or [`FREE`].
    pub(super) span: String,
    /// The two days of a free period, as they were typed.
    pub(super) own: (String, String),
    pub(super) team: Option<Choice>,
    pub(super) owner: Option<Choice>,
    pub(super) region: String,
}

impl Default for Scope {
    fn default() -> Scope {
        Scope { span: "90".to_owned(), own: Default::default(), team: None, owner: None, region: String::new() }
    }
}

impl Scope {
    /// The first and the last day. The wrong way round is meant the right way round.
    fn days(&self) -> (NaiveDate, NaiveDate) {
        let today = browser::clock().today();
        let back = |days: i64| today - Duration::days(days - 1);
        let (from, to) = match self.span.parse::<i64>() {
            Ok(days) => (back(days), today),
            Err(_) => {
                let to = parse_day(&self.own.1).unwrap_or(today);
                (parse_day(&self.own.0).unwrap_or(to.min(back(90))), to)
            }
        };
        (from.min(to), from.max(to))
    }

    /// `?from=…&to=…` and whose.
    pub(super) fn query(&self) -> String {
        let (from, to) = self.days();
        format!("?from={from}&to={to}{}", self.whose())
    }

    /// `?to=…` and whose: what leads up to the last day.
    pub(super) fn until(&self) -> String {
        format!("?to={}{}", self.days().1, self.whose())
    }

    /// `&team_id=…` and so on, of those that are chosen.
    pub(super) fn whose(&self) -> String {
        let mut out = String::new();
        if let Some((id, _)) = &self.team {
            out.push_str(&format!("&team_id={id}"));
        }
        if let Some((id, _)) = &self.owner {
            out.push_str(&format!("&owner_id={id}"));
        }
        if !self.region.is_empty() {
            out.push_str(&format!("&region={}", encode(&self.region)));
        }
        out
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct ScopeBarProps {
    pub(super) scope: Scope,
    pub(super) onchange: Callback<Scope>,
}

/// Chooses them.
#[component]
pub(super) fn ScopeBar(p: &ScopeBarProps) -> Html {
    let l = use_lang();
    let teams = use_query::<Value>("/teams?limit=200&fields=region".to_owned());
    let regions: BTreeSet<String> = teams
        .data
        .as_ref()
        .map(|d| list(d, "items").iter().map(|t| words(t, "region").to_owned()).filter(|r| !r.is_empty()).collect())
        .unwrap_or_default();
    let mut options = vec![(String::new(), l.rep_all_regions().to_owned())];
    options.extend(regions.into_iter().map(|r| (r.clone(), r)));
    let set = |change: fn(&mut Scope, String)| {
        let (scope, onchange) = (p.scope.clone(), p.onchange.clone());
        Callback::from(move |v: String| {
            let mut next = scope.clone();
            change(&mut next, v);
            onchange.emit(next)
        })
    };
    let onteam = {
        let (scope, onchange) = (p.scope.clone(), p.onchange.clone());
        Callback::from(move |team: Option<Choice>| onchange.emit(Scope { team, ..scope.clone() }))
    };
    let onowner = {
        let (scope, onchange) = (p.scope.clone(), p.onchange.clone());
        Callback::from(move |owner: Option<Choice>| onchange.emit(Scope { owner, ..scope.clone() }))
    };
    let onown = {
        let (scope, onchange) = (p.scope.clone(), p.onchange.clone());
        Callback::from(move |own: (String, String)| onchange.emit(Scope { own, ..scope.clone() }))
    };
    let mut spans: Vec<(String, String)> =
        [30, 90, 180, 365].iter().map(|d| (d.to_string(), l.last_days(*d))).collect();
    spans.push((FREE.to_owned(), l.rep_custom().to_owned()));
    // A free period begins as the one that was chosen before.
    let onspan = set(|s, v| {
        if v == FREE {
            let (from, to) = s.days();
            s.own = (from.to_string(), to.to_string());
        }
        s.span = v;
    });
    html! { <div class="flex flex-wrap items-center justify-end gap-2"><div class="w-36"><LinkPicker object="teams" small=true value={p.scope.team.clone()} onchange={onteam} placeholder={l.all_teams()} /></div><div class="w-36"><LinkPicker object="users" small=true value={p.scope.owner.clone()} onchange={onowner} placeholder={l.rep_all_people()} /></div>
    if options.len() > 1 { { select("region", l.rep_all_regions(), &options, &p.scope.region, "select-sm w-28", set(|s, v| s.region = v)) } }
    { select("span", l.period(), &spans, &p.scope.span, "select-sm w-36", onspan) }
    if p.scope.span == FREE { <DateRange from={p.scope.own.0.clone()} to={p.scope.own.1.clone()} onchange={onown} /> }</div> }
}
