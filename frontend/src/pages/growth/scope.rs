//! Which period, team, person and region a report is of.

use super::{Span, list, since, words};
use crate::data::http::encode;
use crate::data::query::use_query;
use crate::i18n::use_lang;
use crate::record::link::{Choice, LinkPicker};
use crate::ui::field::select;
use serde_json::Value;
use std::collections::BTreeSet;
use yew::prelude::*;

#[derive(Clone, PartialEq)]
pub(super) struct Scope {
    pub(super) days: i64,
    pub(super) team: Option<Choice>,
    pub(super) owner: Option<Choice>,
    pub(super) region: String,
}

impl Default for Scope {
    fn default() -> Scope {
        Scope { days: 90, team: None, owner: None, region: String::new() }
    }
}

impl Scope {
    /// `?from=…&to=…` and whose.
    pub(super) fn query(&self) -> String {
        since(self.days) + &self.whose()
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
    let ondays = {
        let (scope, onchange) = (p.scope.clone(), p.onchange.clone());
        Callback::from(move |days: i64| onchange.emit(Scope { days, ..scope.clone() }))
    };
    html! { <div class="flex flex-wrap items-center justify-end gap-2"><div class="w-36"><LinkPicker object="teams" small=true value={p.scope.team.clone()} onchange={onteam} placeholder={l.all_teams()} /></div><div class="w-36"><LinkPicker object="users" small=true value={p.scope.owner.clone()} onchange={onowner} placeholder={l.rep_all_people()} /></div>
    if options.len() > 1 { { select("region", l.rep_all_regions(), &options, &p.scope.region, "select-sm w-28", set(|s, v| s.region = v)) } }
    <Span days={p.scope.days} onchange={ondays} /></div> }
}
