//! The single-page app is compiled in from `frontend/dist`. The folder must exist for that, even empty, and the
//! released program is built anew when the app was; another one reads the folder when it runs.

fn main() {
    let dist = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../frontend/dist");
    if let Err(e) = std::fs::create_dir_all(&dist) {
        println!("cargo::warning=cannot make {}: {e}", dist.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed={}", dist.display());
    }
}
