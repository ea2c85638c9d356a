//! What a PostgreSQL URL says of the way to the server, read as libpq reads it.

/// The parameter by which a URL asks for TLS. The libpq that is built in has none: it would refuse too, without a word
/// of what to do instead.
pub(super) fn encryption(url: &str) -> Option<String> {
    let asks = |(key, value): &(&str, &str)| match *key {
        "sslmode" => matches!(*value, "require" | "verify-ca" | "verify-full"),
        // The spelling of JDBC, which libpq takes for sslmode=require.
        "ssl" => *value == "true",
        _ => false,
    };
    Url::read(url).parameters.into_iter().find(asks).map(|(key, value)| format!("{key}={value}"))
}

/// The first host that is neither this machine nor one of its sockets.
pub(super) fn distant_host(url: &str) -> Option<String> {
    let url = Url::read(url);
    let given = |key: &str| url.parameters.iter().rfind(|(k, _)| *k == key).map(|(_, value)| *value);
    match given("hostaddr").or(given("host")) {
        Some(hosts) => hosts.split(',').find(|host| !is_near(host)).map(str::to_owned),
        None => url.hosts.split(',').map(without_port).find(|host| !is_near(host)).map(str::to_owned),
    }
}

/// A URL taken apart: `scheme://[user[:password]@][hosts][/database][?parameters]`.
struct Url<'a> {
    hosts: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl Url<'_> {
    fn read(url: &str) -> Url<'_> {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        // What stands before the first @ is a user, unless a slash comes first: a password may hold a question mark.
        let rest = match rest.find(['@', '/']) {
            Some(at) if rest[at..].starts_with('@') => &rest[at + 1..],
            _ => rest,
        };
        let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let hosts = place.split('/').next().unwrap_or_default();
        Url { hosts, parameters: parameters.split('&').filter_map(|pair| pair.split_once('=')).collect() }
    }
}

/// Without `:5432`; an IPv6 address stands in brackets.
fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// Nothing, a folder of sockets (`/…`, also as `%2F…`), an abstract socket (`@…`) or a loopback address.
fn is_near(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let socket = ["/", "@", "%2f", "%40"].iter().any(|start| host.starts_with(start));
    let loopback = host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    host.is_empty() || socket || loopback || host == "localhost"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_asks_for_tls_is_known_by_its_parameter() {
        for (parameters, asked) in [
            ("sslmode=require", Some("sslmode=require")),
            ("connect_timeout=3&sslmode=verify-full", Some("sslmode=verify-full")),
            ("sslmode=verify-ca&x=y", Some("sslmode=verify-ca")),
            ("ssl=true", Some("ssl=true")),
            ("sslmode=prefer", None),
            ("sslmode=disable", None),
            ("application_name=sslmode", None),
        ] {
            let found = encryption(&format!("postgres://u:p?sslmode=require&@db.example.com/crm?{parameters}"));
            assert_eq!(found.as_deref(), asked, "{parameters}");
        }
        assert_eq!(encryption("postgres://u:sslmode=require@db.example.com/sslmode=require"), None);
    }

    #[test]
    fn only_a_host_on_another_machine_is_distant() {
        for near in [
            "postgres:///crm",
            "postgres://flywheel@/crm?host=/var/run/postgresql",
            "postgres://%2Fvar%2Frun%2Fpostgresql/crm",
            "postgres://flywheel:se?cret@localhost:5433/crm",
            "postgresql://127.0.0.1/crm?sslmode=disable",
            "postgresql://[::1]:5432/crm",
            "postgres://db.example.com/crm?hostaddr=127.0.0.1",
            "postgres://localhost",
        ] {
            assert_eq!(distant_host(near), None, "{near}");
        }
        for (url, host) in [
            ("postgres://flywheel:secret@db.example.com:5432/crm", "db.example.com"),
            ("postgres://localhost,10.0.0.7:5433/crm", "10.0.0.7"),
            ("postgres://[2001:db8::7]:5432/crm", "2001:db8::7"),
            ("postgres://flywheel@/crm?host=db.example.com", "db.example.com"),
            ("postgres://db?application_name=a/b", "db"),
        ] {
            assert_eq!(distant_host(url).as_deref(), Some(host), "{url}");
        }
    }
}
