//! The rows of a list, page after page.

use super::value::Refs;
use crate::data::http::{ApiError, Request, encode};
use crate::data::query::{Course, age, subscribe};
use crate::data::types::{Page, Record, text};
use crate::ui::FailedLine;
use js_sys::Date;
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
    /// What failed are the rows below these.
    further: bool,
    /// What the rows answer.
    of: String,
    /// What was asked for last.
    wanted: String,
}

impl Loaded {
    /// The rows answer what was asked before; what is asked now is still under way.
    pub(crate) fn stale(&self) -> bool {
        self.of != self.wanted && !self.rows.is_empty()
    }
}

/// One change of what is loaded.
pub(crate) enum Step {
    /// Asks for the first rows of a list.
    Start(String),
    /// Asks for rows below those that are there.
    More,
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
            Step::Start(wanted) => {
                s.wanted = wanted;
                (s.loading, s.further, s.error) = (true, false, None);
            }
            Step::More => (s.loading, s.further, s.error) = (true, true, None),
            Step::Pages { pages, first } => {
                if first {
                    s.answered();
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
                s.answered();
                s.loading = false;
                s.ready = true;
                s.error = Some(e);
            }
        }
        s.into()
    }
}

impl Loaded {
    /// What was asked for has come to an end, for better or worse: rows of something else would be taken for its own.
    fn answered(&mut self) {
        if self.of != self.wanted {
            let (of, error) = (self.wanted.clone(), self.error.take());
            *self = Loaded { of: of.clone(), wanted: of, error, ..Loaded::default() };
        }
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

impl Records {
    /// Tries again what failed.
    pub(crate) fn retry(&self) -> Callback<()> {
        if self.now.further { self.more.clone() } else { self.reload.clone() }
    }

    /// That something failed, beside rows that are there all the same.
    pub(crate) fn failure(&self) -> Html {
        match &self.now.error {
            Some(error) if !self.now.rows.is_empty() => {
                html! { <FailedLine error={error.clone()} retry={self.retry()} /> }
            }
            _ => html! {},
        }
    }
}

/// Reads `GET /object` with a query (starting with `&`), 60 rows and then 200 at a time; `counted` also asks how many there are.
/// What is read again because something has changed is as many rows as were there, so that nobody who has scrolled down is
/// thrown back to the top.
#[hook]
pub(crate) fn use_records(object: &str, query: String, counted: bool) -> Records {
    let now = use_reducer(Loaded::default);
    let course = use_memo((), |()| Course::default());
    let counting = use_memo((), |()| Course::default());
    let nonce = use_state(|| 0u32);
    let reload = {
        let (count, nonce, course) = (use_mut_ref(|| 0u32), nonce.setter(), course.clone());
        use_callback((), move |(), ()| {
            if course.ask(Date::now()) {
                *count.borrow_mut() += 1;
                nonce.set(*count.borrow())
            }
        })
    };
    let base = format!("/{object}?refs=true&limit=60{query}");
    {
        let counting = counting.clone();
        use_effect_with(base.clone(), move |_| move || counting.leave());
    }
    {
        let (step, course, reload) = (now.dispatcher(), course.clone(), reload.clone());
        let there = if now.of == base { now.rows.len() } else { 0 };
        let object = object.to_owned();
        use_effect_with((base.clone(), *nonce), move |(base, _)| {
            let (mine, asked) = (course.begin(Date::now()), age());
            let subscribed = subscribe(&format!("/{object}"), reload.clone());
            step.dispatch(Step::Start(base.clone()));
            let (base, course_) = (base.clone(), course.clone());
            spawn_local(async move {
                let pages = read(&base, there, || course_.wants(mine)).await;
                if !course_.wants(mine) {
                    return;
                }
                match pages {
                    _ if age() != asked => {}
                    Ok(pages) => {
                        let all = pages.last().is_some_and(|p| p.next_cursor.is_none());
                        let known = all.then(|| pages.iter().map(|p| p.items.len() as u64).sum());
                        step.dispatch(Step::Pages { pages, first: true });
                        if known.is_some() {
                            counting.leave();
                            step.dispatch(Step::Total(known));
                        } else if counted && counting.ask(Date::now()) {
                            spawn_local(count(base, step, counting));
                        }
                    }
                    Err(e) => step.dispatch(Step::Failed(e)),
                }
                if course_.end() {
                    reload.emit(());
                }
            });
            move || {
                course.leave();
                drop(subscribed);
            }
        });
    }
    let more = {
        let (step, now, reload) = (now.dispatcher(), now.clone(), reload.clone());
        Callback::from(move |()| {
            let Some(cursor) = now.next.clone().filter(|_| now.of == base && !course.busy()) else { return };
            let (mine, asked) = (course.begin(Date::now()), age());
            let (step, course, reload, path) =
                (step.clone(), course.clone(), reload.clone(), following(&base, &cursor));
            step.dispatch(Step::More);
            spawn_local(async move {
                let page = Request::get(path).json::<Page<Record>>().await;
                if !course.wants(mine) {
                    return;
                }
                match page {
                    _ if age() != asked => {}
                    Ok(page) => step.dispatch(Step::Pages { pages: vec![page], first: false }),
                    Err(e) => step.dispatch(Step::Failed(e)),
                }
                if course.end() {
                    reload.emit(());
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
/// than they do. Rows that are read again do not wait for it, nor it for them.
async fn count(base: String, step: UseReducerDispatcher<Loaded>, course: Rc<Course>) {
    loop {
        let (mine, asked) = (course.begin(Date::now()), age());
        gloo_timers::future::TimeoutFuture::new(PAUSE).await;
        if !course.wants(mine) {
            return;
        }
        let path = base.replace("refs=true&limit=60", "limit=1&fields=id&count=exact");
        let total = Request::get(path).json::<Page<Record>>().await.ok().and_then(|p| p.total);
        if !course.wants(mine) {
            return;
        }
        if age() == asked {
            step.dispatch(Step::Total(total));
        }
        if !course.end() {
            return;
        }
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
    fn asked(loaded: Loaded, steps: Vec<Step>) -> Loaded {
        let mut now = Rc::new(loaded);
        for step in steps {
            now = now.reduce(step);
        }
        (*now).clone()
    }

    fn pages(list: &[(&str, i64)], next: Option<&str>) -> Vec<Page<Record>> {
        vec![Page { items: page(list), next_cursor: next.map(str::to_owned), total: None, refs: Default::default() }]
    }

    fn loaded() -> Loaded {
        let first = Step::Pages { pages: pages(&[("a", 1), ("b", 1)], Some("c")), first: true };
        asked(Loaded::default(), vec![Step::Start("/x?all".into()), first, Step::Total(Some(70))])
    }

    #[test]
    fn rows_of_one_filter_do_not_stand_under_another_one_that_failed() {
        let under_way = asked(loaded(), vec![Step::Start("/x?some".into())]);
        assert!(under_way.stale() && under_way.rows.len() == 2);
        let failed = asked(under_way, vec![Step::Failed(ApiError::offline())]);
        assert!(failed.rows.is_empty() && failed.total.is_none() && failed.next.is_none() && failed.ready);
        assert!(failed.error.is_some() && !failed.stale());
    }

    #[test]
    fn what_fails_to_be_read_again_stays_with_its_error() {
        let again = asked(loaded(), vec![Step::Start("/x?all".into())]);
        assert!(!again.stale());
        let failed = asked(again, vec![Step::Failed(ApiError::offline())]);
        assert_eq!((failed.rows.len(), failed.total, failed.further), (2, Some(70), false));
        assert!(failed.error.is_some());
        let more = asked(loaded(), vec![Step::More, Step::Failed(ApiError::offline())]);
        assert!(more.further && more.rows.len() == 2 && more.next.is_some());
    }

    #[test]
    fn the_number_of_rows_stays_while_the_same_rows_are_read_again() {
        let first = || Step::Pages { pages: pages(&[("a", 2)], Some("c")), first: true };
        assert_eq!(asked(loaded(), vec![Step::Start("/x?all".into()), first()]).total, Some(70));
        assert_eq!(asked(loaded(), vec![Step::Start("/x?some".into()), first()]).total, None);
    }
}
