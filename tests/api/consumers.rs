//! The event log and its readers: nothing is lost, nothing happens twice, whoever reads and however they die.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use app::consumers::{Consumer, Effects, Pass, Reader};
use app::{Ctx, Error};
use chrono::{SubsecRound, Utc};
use persistence::consumers as store;
use persistence::db::{self, AnyConnection, DbPool, write_tx};
use persistence::events::{self, Event, Filter, Horizon};
use tests::database::{Database, Engine};
use tests::wait::until;
use uuid::Uuid;

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

fn migrated(engine: Engine) -> Option<(Database, DbPool)> {
    let database = Database::empty(engine)?;
    let pool = db::pool(database.url(), 8).unwrap();
    db::migrate(&mut db::get(&pool).unwrap()).unwrap();
    Some((database, pool))
}

fn event(kind: &str) -> Event {
    Event {
        seq: 0,
        id: Uuid::now_v7(),
        kind: kind.to_owned(),
        object: "customers".to_owned(),
        record_id: Uuid::now_v7(),
        actor_id: None,
        at: Utc::now().trunc_subsecs(6),
        old: None,
        new: None,
        request_id: Uuid::now_v7(),
        origin_id: None,
        key_id: None,
    }
}

fn append(conn: &mut AnyConnection, kind: &str) {
    write_tx::<_, Error>(conn, |conn| Ok(events::append(conn, &[event(kind)])?)).unwrap();
}

/// Counts an event in the settings.
fn count(ctx: &mut Ctx<'_>, seq: i64) -> app::Result<()> {
    let key = format!("seen-{seq}");
    let before: i64 = persistence::settings::get(ctx.conn, &key)?.map_or(0, |s| s.parse().unwrap());
    persistence::settings::set(ctx.conn, &key, &(before + 1).to_string(), ctx.now)?;
    Ok(())
}

fn counting(_: &mut Ctx<'_>, events: &[Event]) -> app::Result<Option<Effects>> {
    let wanted: Vec<i64> = events.iter().filter(|e| e.kind == "customer.updated").map(|e| e.seq).collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    Ok(Some(Box::new(move |ctx| wanted.iter().try_for_each(|seq| count(ctx, *seq)))))
}

static COUNTING: Consumer = Consumer { name: "counting", objects: &["customers"], batch: 7, prepare: counting };

fn seen(conn: &mut AnyConnection) -> Vec<(i64, i64)> {
    let last = events::end(conn).unwrap();
    let of = |conn: &mut AnyConnection, seq: i64| persistence::settings::get(conn, &format!("seen-{seq}")).unwrap();
    (1..=last).filter_map(|seq| Some((seq, of(conn, seq)?.parse().unwrap()))).collect()
}

fn drain(pool: &DbPool, consumer: &'static Consumer) {
    let mut reader = Reader::new(pool, consumer);
    let end = events::end(&mut db::get(pool).unwrap()).unwrap();
    until("the consumer comes to the end", || {
        while reader.pass().unwrap() != Pass::Idle {}
        let state = store::find(&mut db::get(pool).unwrap(), consumer.name).unwrap();
        state.filter(|s| s.position >= end).map(drop)
    });
}

#[test]
fn what_happens_between_the_start_and_a_reader_s_first_look_waits_for_it() {
    for engine in ENGINES {
        let Some((_database, pool)) = migrated(engine) else { continue };
        let mut conn = db::get(&pool).unwrap();
        append(&mut conn, "customer.created");
        app::consumers::enrol(&pool).unwrap();
        append(&mut conn, "customer.updated");
        let begin = || {
            app::consumers::enrol(&pool).unwrap();
            let lags = app::consumers::lags(&mut db::get(&pool).unwrap(), Utc::now()).unwrap();
            lags.into_iter().map(|lag| (lag.name, lag.events)).collect::<Vec<_>>()
        };
        let mut expected: Vec<_> = app::consumers::ALL.iter().map(|c| (c.name.to_owned(), 1)).collect();
        expected.sort();
        assert_eq!(begin(), expected, "{engine:?}: the first event was history, the second is news");
    }
}

#[test]
fn an_event_committed_after_a_later_one_is_not_missed() {
    let Some((_database, pool)) = migrated(Engine::Postgres) else { return };
    let (mut early, mut late, mut reader) = (db::get(&pool).unwrap(), db::get(&pool).unwrap(), db::get(&pool).unwrap());
    let mut horizon = Horizon::default();
    // The transaction that began first takes the later position and commits first.
    write_tx::<_, Error>(&mut early, |early| {
        write_tx::<_, Error>(&mut late, |late| {
            events::append(late, &[event("customer.created")])?;
            events::append(early, &[event("customer.created")])?;
            assert_eq!(horizon.advance(&mut reader)?, 0);
            Ok(())
        })?;
        assert_eq!(horizon.advance(&mut reader)?, 0, "position 2 is still open");
        Ok(())
    })
    .unwrap();
    assert_eq!(horizon.advance(&mut reader).unwrap(), 2);
    assert_eq!(events::after(&mut reader, &Filter::default(), 0, 2, 10).unwrap().len(), 2);
}

#[test]
fn the_log_becomes_final_although_there_is_always_a_writer() {
    let Some((_database, pool)) = migrated(Engine::Postgres) else { return };
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut conn = db::get(&pool).unwrap();
                while !done.load(Ordering::Relaxed) {
                    append(&mut conn, "customer.created");
                }
            });
        }
        let (mut conn, mut horizon) = (db::get(&pool).unwrap(), Horizon::default());
        let start = Instant::now();
        while horizon.advance(&mut conn).unwrap() < 200 {
            assert!(start.elapsed() < Duration::from_secs(30), "the horizon stands still");
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn several_readers_handle_every_event_exactly_once_while_others_write() {
    for engine in ENGINES {
        let Some((_database, pool)) = migrated(engine) else { continue };
        write_tx::<_, Error>(&mut db::get(&pool).unwrap(), |c| Ok(store::register(c, COUNTING.name, Utc::now())?))
            .unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let writers: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        let mut conn = db::get(&pool).unwrap();
                        (0..100).for_each(|i| {
                            append(&mut conn, if i % 4 == 0 { "customer.created" } else { "customer.updated" })
                        });
                    })
                })
                .collect();
            for _ in 0..3 {
                scope.spawn(|| {
                    let mut reader = Reader::new(&pool, &COUNTING);
                    while !done.load(Ordering::Relaxed) {
                        reader.pass().unwrap();
                    }
                });
            }
            writers.into_iter().for_each(|w| w.join().unwrap());
            drain(&pool, &COUNTING);
            done.store(true, Ordering::Relaxed);
        });
        let seen = seen(&mut db::get(&pool).unwrap());
        assert_eq!(seen.len(), 150, "{engine:?}");
        assert!(seen.iter().all(|(_, times)| *times == 1), "{engine:?}: {seen:?}");
    }
}

fn choking(_: &mut Ctx<'_>, events: &[Event]) -> app::Result<Option<Effects>> {
    if events.iter().any(|e| e.kind == "customer.poison") {
        return Err(Error::Internal("poison".to_owned()));
    }
    let all: Vec<i64> = events.iter().map(|e| e.seq).collect();
    Ok(Some(Box::new(move |ctx| all.iter().try_for_each(|seq| count(ctx, *seq)))))
}

static CHOKING: Consumer = Consumer { name: "choking", objects: &[], batch: 50, prepare: choking };

#[test]
fn an_event_that_cannot_be_handled_is_passed_over_and_kept() {
    for engine in ENGINES {
        let Some((_database, pool)) = migrated(engine) else { continue };
        let mut conn = db::get(&pool).unwrap();
        write_tx::<_, Error>(&mut conn, |c| Ok(store::register(c, CHOKING.name, Utc::now())?)).unwrap();
        for kind in ["customer.created", "customer.poison", "customer.updated"] {
            append(&mut conn, kind);
        }
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| app::consumers::work(&pool, &CHOKING, &stop));
            until("the consumer passes over it", || {
                store::find(&mut db::get(&pool).unwrap(), CHOKING.name).unwrap().filter(|s| s.position >= 3).map(drop)
            });
            stop.store(true, Ordering::Relaxed);
            app::consumers::wake();
        });
        assert_eq!(seen(&mut conn), [(1, 1), (3, 1)], "{engine:?}");
        let failures = store::failures(&mut conn, 10).unwrap();
        assert_eq!(failures.iter().map(|f| f.event_seq).collect::<Vec<_>>(), [2], "{engine:?}");
        assert!(failures[0].error.contains("poison"));
    }
}
