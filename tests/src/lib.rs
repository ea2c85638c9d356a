//! What every test of the suite stands on: the repository's files, the OpenAPI document as a judge of every response,
//! a client, and a server of its own per test on either engine.

pub mod client;
pub mod database;
pub mod events;
pub mod receiver;
pub mod server;
pub mod spec;
pub mod wait;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// Looks until something holds, for half a minute at most.
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "never: {what}");
        thread::sleep(Duration::from_millis(30));
    }
}

/// The folder that holds the workspace's `Cargo.toml`.
pub fn repository_root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").to_owned()
    })
}

/// Every text file of the repository that git knows or would add, with one of these extensions ("" for none):
/// its path from the root, and its text.
pub fn source_files(extensions: &[&str]) -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard", "-z"])
        .current_dir(repository_root())
        .output()
        .expect("git ls-files");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout)
        .expect("paths are UTF-8")
        .split_terminator('\0')
        .filter(|path| {
            let extension = Path::new(path).extension().and_then(|e| e.to_str()).unwrap_or("");
            extensions.contains(&extension)
        })
        .filter_map(|path| Some((path.to_owned(), std::fs::read_to_string(repository_root().join(path)).ok()?)))
        .collect()
}
