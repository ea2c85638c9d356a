//! The settings: command line, then environment, then an optional TOML file, then defaults. Nothing else reads any of them.

use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Shape of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people.
    Text,
}

/// A number of requests; `off` and 0 are no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RateText")]
struct Rate(u32);

/// A rate as TOML may have it.
#[derive(Deserialize)]
#[serde(untagged)]
enum RateText {
    Number(u32),
    Text(String),
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(s: &str) -> Result<Rate, String> {
        if s == "off" {
            Ok(Rate(0))
        } else {
            s.parse().map(Rate).map_err(|_| format!("{s} is neither a number nor off"))
        }
    }
}

impl TryFrom<RateText> for Rate {
    type Error = String;

    fn try_from(text: RateText) -> Result<Rate, String> {
        match text {
            RateText::Number(n) => Ok(Rate(n)),
            RateText::Text(s) => s.parse(),
        }
    }
}

/// Connections without which work would stand still: an import asks for a second one while it holds its own, and two jobs
/// may run beside each other.
const LEAST_POOL: u32 = 4;

/// The settings as given: each may come from an option, the environment or the file (key: the option with `_`).
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// TOML file with any of these settings
    #[arg(long, env = "FLYWHEEL_CONFIG", global = true, value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Database: sqlite:PATH or postgres://… [default: sqlite:data/flywheel.db]
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "FLYWHEEL_BIND", global = true, value_name = "ADDRESS")]
    bind: Option<SocketAddr>,
    /// Key of the access tokens, at least 32 characters; generated and kept in the data directory when absent
    #[arg(long, env = "FLYWHEEL_SECRET", global = true, hide_env_values = true)]
    secret: Option<String>,
    /// Log format [default: text on a terminal, else json]
    #[arg(long, env = "FLYWHEEL_LOG", global = true, value_enum)]
    log: Option<LogFormat>,
    /// Log level or filter: error, warn, info, debug, trace, or per module [default: info]
    #[arg(long, env = "FLYWHEEL_LOG_LEVEL", global = true, value_name = "FILTER")]
    log_level: Option<String>,
    /// Origins of other sites whose pages may use the API, separated by commas [default: none]
    #[arg(long, env = "FLYWHEEL_CORS_ORIGINS", global = true, value_delimiter = ',', value_name = "ORIGINS")]
    cors_origins: Option<Vec<String>>,
    /// Address under which people reach this server, for links and cookies [default: none]
    #[arg(long, env = "FLYWHEEL_PUBLIC_URL", global = true, value_name = "URL")]
    public_url: Option<String>,
    /// Directory of the secret that the first start makes where none is given; files are in the database [default: the directory of the SQLite file, else data]
    #[arg(long, env = "FLYWHEEL_DATA_DIR", global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Database connections at most, 4 or more [default: 8]
    #[arg(long, env = "FLYWHEEL_POOL_SIZE", global = true, value_name = "N")]
    pool_size: Option<u32>,
    /// Threads that serve requests [default: number of processors]
    #[arg(long, env = "FLYWHEEL_WORKERS", global = true, value_name = "N")]
    workers: Option<usize>,
    /// Requests per second of one user or API key, with bursts of five times as many; off for no limits at all [default: 2000]
    #[arg(long, env = "FLYWHEEL_RATE_LIMIT", global = true, value_name = "N")]
    rate_limit: Option<Rate>,
    /// Requests per second from one address, with bursts of five times as many; off for no limit [default: 5000]
    #[arg(long, env = "FLYWHEEL_ADDRESS_RATE_LIMIT", global = true, value_name = "N")]
    address_rate_limit: Option<Rate>,
    /// Log-ins per minute from one address; off for no limit [default: 600]
    #[arg(long, env = "FLYWHEEL_LOGIN_RATE_LIMIT", global = true, value_name = "N")]
    login_rate_limit: Option<Rate>,
    /// Believe the X-Forwarded-For header of a proxy in front [default: false]
    #[arg(long, env = "FLYWHEEL_TRUST_PROXY", global = true, value_name = "BOOL")]
    trust_proxy: Option<bool>,
    /// Seconds that requests in flight get at shut-down [default: 20]
    #[arg(long, env = "FLYWHEEL_SHUTDOWN_TIMEOUT", global = true, value_name = "SECONDS")]
    shutdown_timeout: Option<u64>,
    /// Mail server: smtp://HOST:PORT without protection, smtp+starttls:// or smtps://, with USER:PASSWORD@ where it wants them [default: none]
    #[arg(long, env = "FLYWHEEL_SMTP_URL", global = true, hide_env_values = true, value_name = "URL")]
    smtp_url: Option<String>,
    /// Sender of mail, such as CRM <crm@example.com>
    #[arg(long, env = "FLYWHEEL_MAIL_FROM", global = true, value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// Let webhooks call addresses of private networks [default: false]
    #[arg(long, env = "FLYWHEEL_WEBHOOK_PRIVATE", global = true, value_name = "BOOL")]
    webhook_private: Option<bool>,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Config {
    /// `sqlite:…` or `postgres://…`.
    pub database_url: String,
    /// Where to listen.
    pub bind: SocketAddr,
    /// The key of access tokens, when it was given.
    pub secret: Option<String>,
    /// Shape of the log; by the terminal when not given.
    pub log: Option<LogFormat>,
    /// Filter of the log.
    pub log_level: String,
    /// Origins allowed by CORS.
    pub cors_origins: Vec<String>,
    /// Without a slash at the end.
    pub public_url: Option<String>,
    /// Directory of the secret that the first start makes where none is given.
    pub data_dir: PathBuf,
    /// Database connections at most.
    pub pool_size: u32,
    /// Threads that serve requests.
    pub workers: usize,
    /// Per user or key and second; 0 is no limit.
    pub rate_limit: u32,
    /// Per address and second; 0 is no limit.
    pub address_rate_limit: u32,
    /// Log-ins per address and minute; 0 is no limit.
    pub login_rate_limit: u32,
    /// Believe X-Forwarded-For.
    pub trust_proxy: bool,
    /// Seconds for requests in flight at shut-down.
    pub shutdown_timeout: u64,
    /// How mail is sent.
    pub smtp: Option<app::mail::Smtp>,
    /// Webhooks may call addresses of private networks.
    pub webhook_private: bool,
}

impl Settings {
    /// Fills in the file and the defaults; says what is wrong.
    pub fn resolve(self) -> Result<Config, String> {
        let file = match &self.config {
            Some(path) => read(path)?,
            None => Settings::default(),
        };
        let database_url =
            self.database_url.or(file.database_url).unwrap_or_else(|| "sqlite:data/flywheel.db".to_owned());
        let target = persistence::db::Target::parse(&database_url).map_err(|e| e.to_string())?;
        let beside = match &target {
            persistence::db::Target::Sqlite(path) => Path::new(path).parent().map(Path::to_owned),
            persistence::db::Target::Pg(_) => None,
        };
        let beside = beside.filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| PathBuf::from("data"));
        let secret = self.secret.or(file.secret).filter(|s| !s.is_empty());
        if secret.as_ref().is_some_and(|s| s.len() < 32) {
            return Err("FLYWHEEL_SECRET must have at least 32 characters".to_owned());
        }
        let pool_size = self.pool_size.or(file.pool_size).unwrap_or(8);
        if pool_size < LEAST_POOL {
            return Err(format!("FLYWHEEL_POOL_SIZE must be at least {LEAST_POOL}"));
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let rate_limit = self.rate_limit.or(file.rate_limit).map_or(2_000, |r| r.0);
        let limited = |given: Option<Rate>, default| given.map_or(if rate_limit == 0 { 0 } else { default }, |r| r.0);
        Ok(Config {
            bind: self.bind.or(file.bind).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            log: self.log.or(file.log),
            log_level: self.log_level.or(file.log_level).unwrap_or_else(|| "info,actix_server=warn".to_owned()),
            cors_origins: origins(self.cors_origins.or(file.cors_origins).unwrap_or_default())?,
            public_url: self
                .public_url
                .or(file.public_url)
                .map(|u| u.trim_end_matches('/').to_owned())
                .filter(|u| !u.is_empty()),
            data_dir: self.data_dir.or(file.data_dir).unwrap_or(beside),
            workers: self.workers.or(file.workers).unwrap_or(cores).max(1),
            rate_limit,
            address_rate_limit: limited(self.address_rate_limit.or(file.address_rate_limit), 5_000),
            login_rate_limit: limited(self.login_rate_limit.or(file.login_rate_limit), 600),
            trust_proxy: self.trust_proxy.or(file.trust_proxy).unwrap_or(false),
            shutdown_timeout: self.shutdown_timeout.or(file.shutdown_timeout).unwrap_or(20),
            smtp: smtp(self.smtp_url.or(file.smtp_url), self.mail_from.or(file.mail_from))?,
            webhook_private: self.webhook_private.or(file.webhook_private).unwrap_or(false),
            database_url,
            secret,
            pool_size,
        })
    }
}

impl Config {
    /// The defaults with this database and data directory: what tests start from.
    pub fn for_database(url: &str, data_dir: &Path) -> Result<Config, String> {
        Settings { database_url: Some(url.to_owned()), data_dir: Some(data_dir.to_owned()), ..Settings::default() }
            .resolve()
    }

    /// Refresh cookies are for https only, unless people are told to come by plain http.
    pub fn secure_cookies(&self) -> bool {
        !self.public_url.as_deref().is_some_and(|u| u.starts_with("http://"))
    }
}

/// Reads the address of a mail server; user and password may be percent-encoded.
fn smtp(url: Option<String>, from: Option<String>) -> Result<Option<app::mail::Smtp>, String> {
    let Some(url) = url.filter(|u| !u.is_empty()) else { return Ok(None) };
    let wrong = || "FLYWHEEL_SMTP_URL must be smtp://, smtp+starttls:// or smtps:// and a host".to_owned();
    let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
    let (security, port) = match scheme {
        "smtp" => (app::mail::Security::None, 25),
        "smtp+starttls" => (app::mail::Security::Starttls, 587),
        "smtps" => (app::mail::Security::Tls, 465),
        _ => return Err(wrong()),
    };
    let (login, host) = match rest.trim_end_matches('/').rsplit_once('@') {
        Some((login, host)) => (login.split_once(':'), host),
        None => (None, rest.trim_end_matches('/')),
    };
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| wrong())?),
        None => (host, port),
    };
    let from = from.filter(|f| !f.is_empty()).ok_or("FLYWHEEL_MAIL_FROM is needed with FLYWHEEL_SMTP_URL")?;
    if host.is_empty() {
        return Err(wrong());
    }
    let login = login.map(|(user, password)| (decode(user), decode(password)));
    Ok(Some(app::mail::Smtp { host: host.to_owned(), port, security, login, from }))
}

/// Undoes percent-encoding.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn read(path: &Path) -> Result<Settings, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

fn origins(given: Vec<String>) -> Result<Vec<String>, String> {
    let given: Vec<String> =
        given.iter().map(|o| o.trim().trim_end_matches('/').to_owned()).filter(|o| !o.is_empty()).collect();
    match given.iter().find(|o| !o.starts_with("http://") && !o.starts_with("https://")) {
        Some(wrong) => Err(format!("FLYWHEEL_CORS_ORIGINS: {wrong} is not an origin such as https://crm.example.com")),
        None => Ok(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_database_scheme_is_refused() {
        let settings = Settings { database_url: Some("mysql://x".to_owned()), ..Settings::default() };
        assert!(settings.resolve().is_err_and(|e| e.contains("sqlite:")));
    }

    #[test]
    fn turning_the_rate_limit_off_turns_all_limits_off_that_are_not_set() {
        let off = Settings { rate_limit: "off".parse().ok(), login_rate_limit: Some(Rate(7)), ..Settings::default() };
        let config = off.resolve().expect("settings");
        assert_eq!((config.rate_limit, config.address_rate_limit, config.login_rate_limit), (0, 0, 7));
    }

    #[test]
    fn a_short_secret_is_refused() {
        let settings = Settings { secret: Some("short".to_owned()), ..Settings::default() };
        assert!(settings.resolve().is_err_and(|e| e.contains("FLYWHEEL_SECRET")));
    }

    #[test]
    fn fewer_connections_than_the_jobs_need_are_refused() {
        let with = |n| Settings { pool_size: Some(n), ..Settings::default() }.resolve().map(|config| config.pool_size);
        assert!(with(3).is_err_and(|e| e.contains("FLYWHEEL_POOL_SIZE must be at least 4")));
        assert_eq!(with(4), Ok(4));
    }

    #[test]
    fn an_option_wins_over_the_file_and_an_unknown_key_is_refused() {
        let path = std::env::temp_dir().join(format!("flywheel-config-{}.toml", uuid::Uuid::now_v7()));
        std::fs::write(&path, "bind = \"127.0.0.1:1\"\npool_size = 6\n").expect("a temporary file");
        let settings = Settings { config: Some(path.clone()), pool_size: Some(5), ..Settings::default() };
        let config = settings.clone().resolve().expect("settings");
        assert_eq!((config.bind.port(), config.pool_size), (1, 5));
        std::fs::write(&path, "prot = 1\n").expect("a temporary file");
        assert!(settings.resolve().is_err_and(|e| e.contains("prot")));
        std::fs::remove_file(path).expect("a temporary file");
    }
}
