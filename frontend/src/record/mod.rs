//! The rooms of any object, drawn from its declaration: list, detail, form.

mod access;
pub(crate) mod board;
pub(crate) mod bulk;
mod bulk_edit;
mod bulk_send;
mod clash;
pub(crate) mod columns;
mod comments;
pub(crate) mod detail;
mod effect;
pub(crate) mod export;
mod files;
pub(crate) mod filter_panel;
pub(crate) mod form;
mod hand_over;
mod holdings;
pub(crate) mod input;
mod leavers;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod merge;
pub(crate) mod phone_list;
pub(crate) mod pool;
pub(crate) mod records;
pub(crate) mod related;
pub(crate) mod save;
mod score_chip;
mod sources;
pub(crate) mod stages;
pub(crate) mod table;
mod tabs;
pub(crate) mod talk;
pub(crate) mod timeline;
pub(crate) mod value;
pub(crate) mod views;
pub(crate) mod waiting;
mod widths;
mod window;

use crate::parts::Room;
use yew::prelude::*;

/// The rooms of the part `record`.
pub(crate) fn draw(room: &Room) -> Html {
    match room {
        Room::Record(object, id) => {
            html! { <detail::RecordDetail key={id.clone()} object={object.clone()} id={id.clone()} /> }
        }
        Room::Form(p) => html! { <form::RecordForm ..(**p).clone() /> },
        Room::Export(p) => html! { <export::ExportDrawer ..(**p).clone() /> },
        Room::Bulk(p) => html! { <bulk::Bulk ..(**p).clone() /> },
        Room::Filter(p) => html! { <filter_panel::Builder ..(**p).clone() /> },
        Room::SaveView(p) => html! { <views::SaveView ..(**p).clone() /> },
        Room::Leavers => html! { <leavers::LeaversNotice /> },
        Room::Board(p) => html! { <board::Board ..(**p).clone() /> },
        _ => html! {},
    }
}
