//! The key of the access tokens: given, or made at the first start and kept readable by its owner only.

use crate::config::Config;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The secret in force. Two processes that start at once agree on the one that was written first.
pub(crate) fn load(config: &Config) -> Result<String, String> {
    if let Some(secret) = &config.secret {
        return Ok(secret.clone());
    }
    let path = config.data_dir.join("flywheel.secret");
    if let Some(secret) = read(&path)? {
        return Ok(secret);
    }
    make(&path).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    read(&path)?.ok_or_else(|| format!("{} was just written and is gone", path.display()))
}

fn read(path: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) if text.trim().len() >= 32 => Ok(Some(text.trim().to_owned())),
        Ok(_) => Err(format!("{} holds no secret of at least 32 characters; remove it or repair it", path.display())),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(format!("cannot read {}: {e}", path.display())),
    }
}

/// Written whole under another name first, then linked: a reader never sees half a secret.
fn make(path: &Path) -> std::io::Result<()> {
    if let Some(dir) = path.parent() {
        persistence::db::make_folder(dir)?;
    }
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| std::io::Error::other(e.to_string()))?;
    let text: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let draft = path.with_extension(format!("secret.{}", uuid::Uuid::now_v7()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_private() {
        let dir = std::env::temp_dir().join(format!("flywheel-secret-{}", uuid::Uuid::now_v7()));
        let config = Config::for_database(&format!("sqlite:{}/x.db", dir.display()), &dir).expect("settings");
        let first = load(&config).expect("a secret");
        assert_eq!(load(&config), Ok(first));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(dir.join("flywheel.secret")).expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::remove_dir_all(dir).expect("a temporary directory");
    }
}
