//! The rows of a list, page after page.

use super::value::Refs;
use crate::data::http::{ApiError, Request, encode};
use crate::data::query::subscribe;
use crate::data::types::{Page, Record, text};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What is loaded so far.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Loaded {
    pub(crate) rows: Vec<Rc<Record>>,
    pub(crate) refs: Rc<Refs>,
    pub(crate) next: Option<String>,
    pub(crate) total: Option<u64>,
    pub(crate) error: Option<ApiError>,
    pub(crate) loading: bool,
    /// False until the first answer.
    pub(crate) ready: bool,
}

/// One change of what is loaded.
pub(crate) enum Step {
    Start,
    /// Answers that follow one another; `first` ones take the place of what was loaded.
    Pages {
        pages: Vec<Page<Record>>,
        first: bool,
    },
    Total(Option<u64>),
    Failed(ApiError),
}

impl Reducible for Loaded {
    type Action = Step;

    fn reduce(self: Rc<Self>, step: Step) -> Rc<Self> {
        let mut s = (*self).clone();
        match step {
            Step::Start => {
                s.loading = true;
                s.error = None;
            }
            Step::Pages { pages, first } => {
                if first {
                    s.rows.clear();
                    s.refs = Rc::default();
                }
                let mut refs = (*s.refs).clone();
                for page in pages {
                    append(&mut s.rows, page.items);
                    refs.extend(page.refs);
                    s.next = page.next_cursor;
                }
                s.refs = Rc::new(refs);
                s.loading = false;
                s.ready = true;
            }
            Step::Total(total) => s.total = total,
            Step::Failed(e) => {
                s.loading = false;
                s.ready = true;
                s.error = Some(e);
            }
        }
        s.into()
    }
}

/// Puts a page below the others. A record that has moved down since it was read comes again: it stays where it was,
/// as it is now.
fn append(rows: &mut Vec<Rc<Record>>, page: Vec<Record>) {
    let mut page: Vec<Option<Rc<Record>>> = page.into_iter().map(|r| Some(Rc::new(r))).collect();
    let at: BTreeMap<String, usize> =
        page.iter().enumerate().filter_map(|(i, r)| Some((text(r.as_ref()?, "id").to_owned(), i))).collect();
    for row in rows.iter_mut() {
        if let Some(again) = at.get(text(row, "id")).and_then(|i| page.get_mut(*i)).and_then(Option::take) {
            *row = again;
        }
    }
    rows.extend(page.into_iter().flatten());
}

/// A list that grows.
pub(crate) struct Records {
    pub(crate) now: UseReducerHandle<Loaded>,
    pub(crate) more: Callback<()>,
    pub(crate) reload: Callback<()>,
}

/// Reads `GET /object` with a query (starting with `&`), 60 rows and then 200 at a time; `counted` also asks how many there are.
/// What is read again because something has changed is as many rows as were there, so that nobody who has scrolled down is
/// thrown back to the top.
#[hook]
pub(crate) fn use_records(object: &str, query: String, counted: bool) -> Records {
    let now = use_reducer(Loaded::default);
    let run = use_mut_ref(|| 0u32);
    let nonce = use_state(|| 0u32);
    let reload = {
        let (count, nonce) = (use_mut_ref(|| 0u32), nonce.setter());
        use_callback((), move |(), ()| {
            *count.borrow_mut() += 1;
            nonce.set(*count.borrow())
        })
    };
    let base = format!("/{object}?refs=true&limit=60{query}");
    let shown = use_mut_ref(String::new);
    {
        let (step, run, reload) = (now.dispatcher(), run.clone(), reload.clone());
        let there = if *shown.borrow() == base { now.rows.len() } else { 0 };
        let object = object.to_owned();
        use_effect_with((base.clone(), *nonce), move |(base, _)| {
            *run.borrow_mut() += 1;
            let mine = *run.borrow();
            let subscribed = subscribe(&format!("/{object}"), reload);
            step.dispatch(Step::Start);
            *shown.borrow_mut() = base.clone();
            let (base, stop) = (base.clone(), run.clone());
            spawn_local(async move {
                let pages = read(&base, there, || *stop.borrow() == mine).await;
                if *stop.borrow() != mine {
                    return;
                }
                match pages {
                    Ok(pages) => {
                        let all = pages.last().is_some_and(|p| p.next_cursor.is_none());
                        let known = all.then(|| pages.iter().map(|p| p.items.len() as u64).sum());
                        step.dispatch(Step::Pages { pages, first: true });
                        step.dispatch(Step::Total(known));
                        if known.is_none() && counted {
                            count(&base, &step, &stop, mine).await;
                        }
                    }
                    Err(e) => step.dispatch(Step::Failed(e)),
                }
            });
            move || {
                *run.borrow_mut() += 1;
                drop(subscribed);
            }
        });
    }
    let more = {
        let (step, run, now) = (now.dispatcher(), run.clone(), now.clone());
        Callback::from(move |()| {
            let Some(cursor) = now.next.clone().filter(|_| !now.loading) else { return };
            let mine = *run.borrow();
            let (step, run, path) = (step.clone(), run.clone(), following(&base, &cursor));
            step.dispatch(Step::Start);
            spawn_local(async move {
                let page = Request::get(path).json::<Page<Record>>().await;
                if *run.borrow() == mine {
                    step.dispatch(match page {
                        Ok(page) => Step::Pages { pages: vec![page], first: false },
                        Err(e) => Step::Failed(e),
                    });
                }
            });
        })
    };
    Records { now, more, reload }
}

/// The address of the rows after a cursor.
fn following(base: &str, cursor: &str) -> String {
    format!("{}&cursor={}", base.replacen("limit=60", "limit=200", 1), encode(cursor))
}

/// The first page, and as many more as make up the rows that were there; it stops where it is no longer `wanted`.
async fn read(base: &str, there: usize, wanted: impl Fn() -> bool) -> Result<Vec<Page<Record>>, ApiError> {
    let first: Page<Record> = Request::get(base.to_owned()).json().await?;
    let (mut rows, mut next, mut pages) = (first.items.len(), first.next_cursor.clone(), vec![first]);
    while let Some(cursor) = next.take().filter(|_| rows < there && wanted()) {
        let page: Page<Record> = Request::get(following(base, &cursor)).json().await?;
        rows += page.items.len();
        next = page.next_cursor.clone();
        pages.push(page);
    }
    Ok(pages)
}

/// How long after the rows their number is asked for, in milliseconds: longer than between two keys.
const PAUSE: u32 = 250;

/// The number of rows is asked for after the rows are on screen, when no other rows are wanted meanwhile: it can cost more
/// than they do.
async fn count(base: &str, step: &UseReducerDispatcher<Loaded>, run: &Rc<std::cell::RefCell<u32>>, mine: u32) {
    gloo_timers::future::TimeoutFuture::new(PAUSE).await;
    if *run.borrow() != mine {
        return;
    }
    let path = base.replace("refs=true&limit=60", "limit=1&fields=id&count=exact");
    let total = Request::get(path).json::<Page<Record>>().await.ok().and_then(|p| p.total);
    if *run.borrow() == mine {
        step.dispatch(Step::Total(total));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::wire::Wire;
    use serde_json::json;

    fn page(list: &[(&str, i64)]) -> Vec<Record> {
        list.iter().map(|(id, version)| Record::read(&json!({ "id": id, "version": version }))).collect()
    }

    #[test]
    fn a_record_that_comes_again_on_a_later_page_stands_once() {
        let mut rows = Vec::new();
        append(&mut rows, page(&[("a", 1), ("b", 1)]));
        append(&mut rows, page(&[("c", 1), ("a", 2)]));
        let shown: Vec<_> = rows.iter().map(|r| (text(r, "id"), r["version"].as_i64())).collect();
        assert_eq!(shown, [("a", Some(2)), ("b", Some(1)), ("c", Some(1))]);
    }
}
