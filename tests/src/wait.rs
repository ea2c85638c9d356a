//! Waiting for what the server does on its own time.

use std::thread;
use std::time::{Duration, Instant};

/// Looks until something is there, for at most a minute. `what` says what never came.
#[track_caller]
pub fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(Duration::from_secs(180), what, look)
}

/// Looks until something is there, for at most so long.
#[track_caller]
pub fn within<T>(time: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < time, "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Lets time pass, for what happens at a random moment.
pub fn pass(time: Duration) {
    thread::sleep(time);
}
