//! The pages that are not rooms of an object.

pub(crate) mod auth;
pub(crate) mod calendar;
pub(crate) mod explain;
pub(crate) mod exports;
pub(crate) mod forecast;
pub(crate) mod funnel;
pub(crate) mod gallery;
mod gallery_rooms;
pub(crate) mod growth;
pub(crate) mod home;
mod import_changes;
pub(crate) mod import_job;
pub(crate) mod import_mapping;
mod import_sheet;
pub(crate) mod import_undo;
pub(crate) mod imports;
pub(crate) mod list_link;
pub(crate) mod metric;
pub(crate) mod my_day;
pub(crate) mod news;
pub(crate) mod outbox;
pub(crate) mod pool;
pub(crate) mod reach;
pub(crate) mod recounting;
pub(crate) mod reports;
pub(crate) mod rfm;
pub(crate) mod rules;
pub(crate) mod settings;
pub(crate) mod span;

use crate::parts::Room;
use yew::prelude::*;

/// The rooms of the part `desk`.
pub(crate) fn desk(room: &Room) -> Html {
    match room {
        Room::Home => html! { <home::Home /> },
        Room::MyDay => html! { <my_day::MyDay /> },
        Room::Reach => html! { <reach::Reach /> },
        Room::Pool => html! { <pool::Pool /> },
        Room::Calendar => html! { <calendar::Calendar /> },
        Room::Outbox => html! { <outbox::Outbox /> },
        _ => html! {},
    }
}

/// The rooms of the part `automation`.
pub(crate) fn automation(room: &Room) -> Html {
    match room {
        Room::Rules => html! { <rules::RuleList /> },
        Room::Rule(id) => html! { <rules::RulePage id={id.clone()} /> },
        Room::News => html! { <news::NewsPage /> },
        Room::NewsPanel => html! { <news::Panel /> },
        _ => html! {},
    }
}

/// The rooms of the part `office`.
pub(crate) fn office(room: &Room) -> Html {
    match room {
        Room::Settings(page) => html! { <settings::Settings page={page.clone()} /> },
        Room::Imports => html! { <imports::Imports /> },
        Room::NewImport => html! { <imports::NewImport /> },
        Room::Import(id) => html! { <import_job::ImportJob key={id.clone()} id={id.clone()} /> },
        Room::Gallery => html! { <gallery::Gallery /> },
        Room::Exports => html! { <exports::Exports /> },
        _ => html! {},
    }
}

/// The rooms of the part `insight`.
pub(crate) fn insight(room: &Room) -> Html {
    match room {
        Room::Reports(page) => html! { <reports::Reports page={page.clone()} /> },
        Room::Forecast(scope, onopen) => {
            html! { <forecast::ForecastCard scope={scope.clone()} onopen={onopen.clone()} /> }
        }
        Room::Charts(scope) => {
            html! { <funnel::FunnelCard scope={scope.clone()} /> }
        }
        Room::Explain(metric, scope, onclose) => {
            html! { <explain::Explain metric={metric.clone()} scope={scope.clone()} onclose={onclose.clone()} /> }
        }
        _ => html! {},
    }
}
