//! Who runs an import, and who no longer does.

use chrono::Utc;
use persistence::db::write_tx;
use persistence::jobs;

use super::super::{cancel, start};
use super::{CUSTOMERS, House};
use crate::Error;

#[test]
fn an_import_that_is_started_after_its_dry_run_was_cancelled_runs_once() {
    let house = House::new();
    let draft = house.draft("customers", "x.csv", CUSTOMERS.as_bytes());
    house.with(|ctx| start(ctx, draft.id, None, true)).unwrap();
    house.with(|ctx| cancel(ctx, draft.id)).unwrap();
    let done = house.run(draft.id, false);
    assert!(done.progress.created > 0);
    assert_eq!(house.count("customers"), done.progress.created);
    assert!(!crate::jobs::work_once(&house.pool).unwrap(), "no second job is left");
}

#[test]
fn whoever_runs_an_import_that_was_cancelled_finds_the_job_gone_and_writes_nothing_more() {
    let house = House::new();
    let draft = house.draft("customers", "x.csv", CUSTOMERS.as_bytes());
    house.with(|ctx| start(ctx, draft.id, None, false)).unwrap();
    let mut conn = persistence::db::get(&house.pool).unwrap();
    let now = Utc::now();
    let job = write_tx::<_, Error>(&mut conn, |conn| Ok(jobs::claim(conn, now)?)).unwrap().unwrap();
    assert!(!jobs::needs_renewal(&mut conn, &job, now).unwrap());
    assert!(jobs::needs_renewal(&mut conn, &job, now + jobs::LEASE * 3 / 4).unwrap());
    house.with(|ctx| cancel(ctx, draft.id)).unwrap();
    assert!(!write_tx::<_, Error>(&mut conn, |conn| Ok(jobs::renew(conn, &job, now)?)).unwrap());
    assert!(!jobs::needs_renewal(&mut conn, &job, now + jobs::LEASE * 3 / 4).unwrap());
}
