//! Rooms whose code is not in the first download. Each [`Part`] becomes a WebAssembly file of its own, cut out of the one
//! program by the build: it shares memory, session and caches with everything else, and nothing is in it twice.

use crate::data::http::ApiError;
use crate::pages;
use crate::pages::metric::Scope;
use crate::record;
use crate::record::board::BoardProps;
use crate::record::bulk::BulkProps;
use crate::record::export::ExportProps;
use crate::record::filter_panel::FilterProps;
use crate::record::form::RecordFormProps;
use crate::record::views::SaveProps;
use crate::ui::{Card, Failed, nothing, skeleton_lines};
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use yew::prelude::*;

/// What a part draws: a page, or a piece of one.
#[derive(Clone, PartialEq)]
pub(crate) enum Room {
    /// The page of a record: object and id.
    Record(String, String),
    Form(Box<RecordFormProps>),
    Export(Box<ExportProps>),
    Board(Box<BoardProps>),
    /// What can be done to the chosen rows of a list.
    Bulk(Box<BulkProps>),
    /// The rows of a list's filter, in the panel under its button.
    Filter(Box<FilterProps>),
    /// The drawer that keeps a list as a view.
    SaveView(Box<SaveProps>),
    /// Who left something behind, above the list of users.
    Leavers,
    /// The workbench.
    Home,
    /// What the reader has to do today.
    MyDay,
    /// Communications to be sorted.
    Reach,
    /// Customers that nobody owns.
    Pool,
    /// The calendar.
    Calendar,
    /// What waits for the network.
    Outbox,
    /// A report, by its key.
    Reports(String),
    Rules,
    /// A rule by its id, or `new`.
    Rule(String),
    News,
    /// The latest news under the bell.
    NewsPanel,
    Settings(String),
    Imports,
    NewImport,
    Import(String),
    Exports,
    Gallery,
    /// Whom to contact.
    Due,
    FourR,
    Flywheel,
    /// The heat map and what is planned.
    Rhythm,
    Segments,
    /// Segments with their strategy and coverage.
    Targets,
    /// Log-ins, and how soon contacts are written down.
    Adoption,
    /// Service of the basic tier.
    Basic,
    Playbooks,
    /// The three principles, goals, surveys.
    Principles,
    Library,
    /// Which sources bring the right customers.
    Channels,
    /// Writing a contact down with one hand, or planning it.
    Visit(Box<crate::pages::growth::VisitProps>),
    /// A customer at a glance, and the way to another tab.
    CustomerWhole(String, Callback<String>),
    /// What the models say about a customer.
    CustomerScores(String),
    /// What happened with a customer.
    CustomerHistory(String),
    /// What will probably come; the callback opens the explanation of a metric.
    Forecast(Scope, Callback<String>),
    /// The funnel and the segments of customers.
    Charts(Scope),
    /// The explanation of a metric, and the way to close it.
    Explain(String, Scope, Callback<()>),
}

impl Room {
    /// Where its code is.
    fn part(&self) -> Part {
        match self {
            Room::Record(..) | Room::Form(_) | Room::Export(_) | Room::Board(_) | Room::Bulk(_) => Part::Record,
            Room::Filter(_) | Room::SaveView(_) | Room::Leavers => Part::Record,
            Room::Home | Room::MyDay | Room::Reach | Room::Pool | Room::Calendar | Room::Outbox => Part::Desk,
            Room::Rules | Room::Rule(_) | Room::News | Room::NewsPanel => Part::Automation,
            Room::Settings(_) | Room::Imports | Room::NewImport | Room::Import(_) | Room::Exports | Room::Gallery => {
                Part::Office
            }
            Room::Due
            | Room::FourR
            | Room::Flywheel
            | Room::CustomerScores(_)
            | Room::CustomerWhole(..)
            | Room::CustomerHistory(_) => Part::Growth,
            Room::Targets | Room::Adoption | Room::Basic | Room::Channels | Room::Segments => Part::Growth,
            Room::Rhythm | Room::Playbooks | Room::Principles | Room::Library | Room::Visit(_) => Part::Growth,
            Room::Reports(_) | Room::Forecast(..) | Room::Charts(_) | Room::Explain(..) => Part::Insight,
        }
    }

    /// Lies over the page or is a single line, so that nothing stands in its place while it loads.
    fn over(&self) -> bool {
        matches!(
            self,
            Room::Form(_)
                | Room::Export(_)
                | Room::Bulk(_)
                | Room::SaveView(_)
                | Room::Explain(..)
                | Room::Visit(_)
                | Room::Leavers
        )
    }

    /// Lies in a panel that has a frame of its own, with few lines.
    fn framed(&self) -> bool {
        matches!(self, Room::Filter(_) | Room::NewsPanel)
    }
}

/// A file of code that is loaded when one of its rooms is first opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The workbench and the calendar.
    Desk,
    /// One record: its page, its form, its board, its export.
    Record,
    /// Settings, imports, exports.
    Office,
    /// Charts, reports and explanations.
    Insight,
    /// Scores: whom to contact, the four Rs, the flywheel, a customer's profile.
    Growth,
    /// Rules and news.
    Automation,
}

type Draw = fn(&Room) -> Html;

/// In the order in which they are downloaded ahead.
const PARTS: [Part; 6] = [Part::Desk, Part::Record, Part::Insight, Part::Growth, Part::Office, Part::Automation];

thread_local! {
    static LOADED: RefCell<[Option<Draw>; PARTS.len()]> = const { RefCell::new([None; PARTS.len()]) };
}

#[wasm_split(desk, fallible)]
fn desk() -> Result<Draw, SplitLoaderError> {
    Ok(pages::desk)
}

#[wasm_split(automation, fallible)]
fn automation() -> Result<Draw, SplitLoaderError> {
    Ok(pages::automation)
}

#[wasm_split(record, fallible)]
fn record() -> Result<Draw, SplitLoaderError> {
    Ok(record::draw)
}

#[wasm_split(office, fallible)]
fn office() -> Result<Draw, SplitLoaderError> {
    Ok(pages::office)
}

#[wasm_split(growth, fallible)]
fn growth() -> Result<Draw, SplitLoaderError> {
    Ok(pages::growth::draw)
}

#[wasm_split(insight, fallible)]
fn insight() -> Result<Draw, SplitLoaderError> {
    Ok(pages::insight)
}

impl Part {
    fn loaded(self) -> Option<Draw> {
        LOADED.with_borrow(|l| l[self as usize])
    }

    /// Downloads it, unless it is here already.
    async fn load(self) -> Option<Draw> {
        if let Some(draw) = self.loaded() {
            return Some(draw);
        }
        let draw = match self {
            Part::Desk => desk().await,
            Part::Automation => automation().await,
            Part::Record => record().await,
            Part::Office => office().await,
            Part::Insight => insight().await,
            Part::Growth => growth().await,
        };
        let draw = draw.ok()?;
        LOADED.with_borrow_mut(|l| l[self as usize] = Some(draw));
        Some(draw)
    }
}

/// Downloads every part one after the other, for when the page has nothing better to do: what is opened next is there.
pub(crate) async fn load_all() {
    for part in PARTS {
        part.load().await;
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct LazyProps {
    pub(crate) room: Room,
}

/// Draws a room as soon as its code is there; grey bars until then, and a way to try again when it cannot be had.
#[component]
pub(crate) fn Lazy(p: &LazyProps) -> Html {
    let part = p.room.part();
    let outcome = use_state_eq(|| None::<(Part, bool)>);
    let tries = use_state_eq(|| 0u32);
    {
        let outcome = outcome.setter();
        use_effect_with((part, *tries), move |(part, _)| {
            let part = *part;
            if part.loaded().is_none() {
                spawn_local(async move { outcome.set(Some((part, part.load().await.is_some()))) });
            }
        });
    }
    if let Some(draw) = part.loaded() {
        return draw(&p.room);
    }
    if *outcome == Some((part, false)) {
        let retry = Callback::from(move |()| {
            outcome.set(None);
            tries.set(*tries + 1);
        });
        let failed = html! { <Failed error={ApiError::offline()} {retry} /> };
        return if p.room.framed() {
            failed
        } else {
            html! { <Card>{ failed }</Card> }
        };
    }
    if p.room.over() {
        return nothing();
    }
    if p.room.framed() {
        skeleton_lines(2)
    } else {
        html! { <Card>{ skeleton_lines(8) }</Card> }
    }
}
