//! The rooms of any object, drawn from its declaration: list, detail, form.

mod access;
pub(crate) mod board;
pub(crate) mod bulk;
pub(crate) mod columns;
pub(crate) mod detail;
pub(crate) mod export;
pub(crate) mod filter_panel;
pub(crate) mod form;
pub(crate) mod input;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod records;
pub(crate) mod related;
pub(crate) mod save;
pub(crate) mod stages;
pub(crate) mod table;
pub(crate) mod timeline;
pub(crate) mod value;
pub(crate) mod views;
