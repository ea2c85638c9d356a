//! Sending deliveries: signed, within limits of time and size, never to the house's own network, again and again for a day.

use super::alarm;
use crate::{Error, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use contract::webhooks::WebhookKind;
use hmac::{Hmac, KeyInit, Mac};
use persistence::db::{self, DbPool, write_tx};
use persistence::webhooks::{self as store, Delivery, Webhook};
use serde_json::Value as Json;
use sha2::Sha256;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// How long an endpoint may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a process may hold a delivery.
const LEASE: TimeDelta = TimeDelta::seconds(15);
/// After this a delivery is given up.
const PATIENCE: TimeDelta = TimeDelta::hours(24);
/// Bytes of an answer that are read.
const READ: u64 = 4096;

static PRIVATE: AtomicBool = AtomicBool::new(false);

/// Allows endpoints in private networks, for this process.
pub fn allow_private(allowed: bool) {
    PRIVATE.store(allowed, Ordering::Relaxed);
}

/// Addresses that are not somebody else's on the public network.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => private_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(v4) => private_v4(v4),
            None => private_v6(ip),
        },
    }
}

fn private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_unspecified()
        || ip.is_broadcast()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0)
        || (a == 198 && (b == 18 || b == 19))
}

fn private_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || (first & 0xfe00) == 0xfc00
        || (first & 0xffc0) == 0xfe80
        || (first & 0xffc0) == 0xfec0
        // Addresses that carry one of the older kind inside: 6to4, Teredo, NAT64.
        || first == 0x2002
        || (first == 0x2001 && second == 0)
        || (first == 0x0064 && second == 0xff9b)
        || (first == 0 && second == 0)
}

/// Does a URL name a private address itself? Names are looked up when something is sent.
pub(super) fn is_private_literal(url: &str) -> bool {
    if PRIVATE.load(Ordering::Relaxed) {
        return false;
    }
    let Ok(uri) = url.parse::<Uri>() else { return true };
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(ip) => is_private(ip),
        Err(_) => host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost"),
    }
}

/// Looks names up and leaves private addresses out, so that what was looked up is what is connected to.
#[derive(Debug)]
struct PublicOnly(DefaultResolver);

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let mut public = self.empty();
        for address in found.iter().filter(|a| PRIVATE.load(Ordering::Relaxed) || !is_private(a.ip())) {
            public.push(*address);
        }
        if public.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(public) }
    }
}

fn agent() -> &'static ureq::Agent {
    static AGENT: OnceLock<ureq::Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // An endpoint that has moved is to be changed here; following it might lead anywhere.
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT))
            .max_response_header_size(16 * 1024)
            .proxy(None)
            .user_agent("Flywheel")
            .build();
        ureq::Agent::with_parts(config, DefaultConnector::default(), PublicOnly(DefaultResolver::default()))
    })
}

/// Sends deliveries until told to stop.
pub fn work(pool: &DbPool, stop: &AtomicBool) {
    let mut seen = 0;
    while !stop.load(Ordering::Relaxed) {
        match send_once(pool) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(?error, "deliveries wait"),
        }
        seen = crate::consumers::rest(seen, Duration::from_millis(500));
    }
}

/// Sends the delivery that is due, if any; false when there is none.
fn send_once(pool: &DbPool) -> Result<bool> {
    let now = Utc::now().trunc_subsecs(6);
    let mut conn = db::get(pool)?;
    if !store::due(&mut conn, now)? {
        return Ok(false);
    }
    let claimed = write_tx::<_, Error>(&mut conn, |conn| Ok(store::claim(conn, now, now + LEASE)?))?;
    let Some((delivery, webhook)) = claimed else { return Ok(false) };
    drop(conn);
    let sent = attempt(&webhook, &delivery, now);
    let now = Utc::now().trunc_subsecs(6);
    let mut conn = db::get(pool)?;
    write_tx::<_, Error>(&mut conn, |conn| settle(conn, &webhook, delivery, sent, now))?;
    Ok(true)
}

/// The answer's status, or that and why it counts as a failure.
type Sent = std::result::Result<u16, (Option<u16>, String)>;

fn settle(
    conn: &mut db::AnyConnection,
    webhook: &Webhook,
    mut delivery: Delivery,
    sent: Sent,
    now: DateTime<Utc>,
) -> Result<()> {
    match sent {
        Ok(status) => {
            delivery.state = "done".to_owned();
            delivery.status = Some(status.into());
            delivery.finished_at = Some(now);
            store::settle(conn, &delivery, None, None, now)?;
            alarm::recovered(conn, webhook.id, now)
        }
        Err((status, why)) => {
            delivery.status = status.map(Into::into);
            let given_up = now - delivery.created_at > PATIENCE;
            if given_up {
                delivery.state = "parked".to_owned();
                delivery.finished_at = Some(now);
            }
            // The endpoint as a whole rests: what is down for one record is down for all.
            let rest = now + TimeDelta::seconds((2 << webhook.failures.clamp(0, 11)).min(3600));
            delivery.next_at = rest;
            store::settle(conn, &delivery, Some(&why), Some(rest), now)?;
            alarm::failed(conn, webhook.id, given_up, now)
        }
    }
}

fn attempt(webhook: &Webhook, delivery: &Delivery, now: DateTime<Utc>) -> Sent {
    let kind = WebhookKind::of(&webhook.kind);
    let (url, body) = sign_robot(kind, webhook, &delivery.body, now);
    let mut request = agent().post(&url).header("content-type", "application/json");
    if let (WebhookKind::Flywheel, Some(secret)) = (kind, &webhook.secret) {
        let signature = signature(secret, now.timestamp(), &body);
        request = request
            .header("flywheel-signature", signature)
            .header("flywheel-delivery", delivery.id.to_string())
            .header("flywheel-event", delivery.kind.as_str());
    }
    let mut answer = request.send(body.as_bytes()).map_err(|e| (None, e.to_string()))?;
    let status = answer.status().as_u16();
    let mut text = Vec::new();
    let read = answer.body_mut().as_reader().take(READ).read_to_end(&mut text);
    let told = String::from_utf8_lossy(&text).chars().take(300).collect::<String>();
    if (300..400).contains(&status) {
        return Err((Some(status), "redirects are not followed".to_owned()));
    }
    if !(200..300).contains(&status) {
        return Err((Some(status), format!("HTTP {status}: {told}")));
    }
    if kind == WebhookKind::Flywheel {
        return Ok(status);
    }
    // Robots answer 200 to what they refuse.
    read.map_err(|e| (Some(status), e.to_string()))?;
    let json: Json = serde_json::from_slice(&text).unwrap_or_default();
    let code = json.get("errcode").or_else(|| json.get("code")).or_else(|| json.get("StatusCode"));
    if code.and_then(Json::as_i64) == Some(0) { Ok(status) } else { Err((Some(status), told)) }
}

/// `t=SECONDS,v1=HMAC-SHA256(secret, "SECONDS.body")`.
fn signature(secret: &str, seconds: i64, body: &str) -> String {
    format!("t={seconds},v1={}", sign(secret, format!("{seconds}.{body}").as_bytes()))
}

/// HMAC-SHA256 in hexadecimal.
pub fn sign(secret: &str, data: &[u8]) -> String {
    hmac(secret.as_bytes(), data).iter().map(|b| format!("{b:02x}")).collect()
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

/// What a robot that checks signatures needs: DingTalk in the address, Feishu in the message.
fn sign_robot(kind: WebhookKind, webhook: &Webhook, body: &str, now: DateTime<Utc>) -> (String, String) {
    let plain = || (webhook.url.clone(), body.to_owned());
    let Some(secret) = &webhook.secret else { return plain() };
    match kind {
        WebhookKind::Dingtalk => {
            let at = now.timestamp_millis();
            let sign = BASE64_STANDARD.encode(hmac(secret.as_bytes(), format!("{at}\n{secret}").as_bytes()));
            let sign = sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
            let joint = if webhook.url.contains('?') { '&' } else { '?' };
            (format!("{}{joint}timestamp={at}&sign={sign}", webhook.url), body.to_owned())
        }
        WebhookKind::Feishu => {
            let at = now.timestamp();
            let sign = BASE64_STANDARD.encode(hmac(format!("{at}\n{secret}").as_bytes(), b""));
            let mut json: Json = serde_json::from_str(body).unwrap_or_default();
            json["timestamp"] = at.to_string().into();
            json["sign"] = sign.into();
            (webhook.url.clone(), json.to_string())
        }
        WebhookKind::Flywheel | WebhookKind::Wecom => plain(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_of_every_form_are_known() {
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "224.0.0.1",
        ] {
            assert!(is_private(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["8.8.8.8", "114.114.114.114", "2400:3200::1", "172.32.0.1", "100.128.0.1"] {
            assert!(!is_private(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn a_url_that_names_a_private_address_is_one() {
        for url in ["http://127.0.0.1/x", "http://[::1]:80/", "https://localhost/", "http://10.0.0.8:8080/hook"] {
            assert!(is_private_literal(url), "{url}");
        }
        assert!(!is_private_literal("https://hooks.example.com/x"));
    }

    #[test]
    fn the_signature_is_over_time_and_body() {
        // Computed with: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        let known = "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686";
        assert_eq!(signature("secret", 1_700_000_000, "{\"a\":1}"), known);
        assert_ne!(signature("secret", 1, "x"), signature("secret", 2, "x"));
        assert_ne!(signature("secret", 1, "x"), signature("other", 1, "x"));
    }
}
