//! The outermost layer: request ids, the access log, counters, security headers and the body of every error; and the rate
//! limit by address.

use crate::failure::Failure;
use crate::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use contract::problem::Lang;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;
use uuid::Uuid;

/// What is known of every request before anything else.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Names the request in log, events and problem documents.
    pub request_id: Uuid,
    /// The reader's language.
    pub lang: Lang,
}

impl Meta {
    /// Of a request that passed the edge.
    pub fn of(req: &HttpRequest) -> Meta {
        req.extensions().get::<Meta>().copied().unwrap_or_else(|| Meta::read(req.headers()))
    }

    /// A caller may name its request with a UUID of its own.
    fn read(headers: &HeaderMap) -> Meta {
        let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
        let request_id = text(REQUEST_ID).and_then(|v| Uuid::try_parse(v).ok()).unwrap_or_else(Uuid::now_v7);
        Meta { request_id, lang: Lang::negotiate(text(header::ACCEPT_LANGUAGE)) }
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CSP: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
     connect-src 'self'; frame-src blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/// The middleware.
pub(crate) async fn pass(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let meta = Meta::read(req.headers());
    req.extensions_mut().insert(meta);
    let state = req.app_data::<web::Data<State>>().cloned();
    let mut res = next.call(req).await?.map_into_boxed_body();
    let cause = if res.status().as_u16() >= 400 { explain(&mut res, meta) } else { None };
    decorate(res.headers_mut(), meta.request_id);
    record(&res, state.as_deref().map(|s| &**s), meta.request_id, started, cause);
    Ok(res)
}

/// Turns away an address that asks too often, within the rules for pages of other origins: otherwise such a page could not
/// read that it has to wait.
pub(crate) async fn limit(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let turned_away = req
        .app_data::<web::Data<State>>()
        .and_then(|s| s.limits.address(address(req.headers(), req.peer_addr(), s.config.trust_proxy)).err());
    match turned_away {
        Some(seconds) => {
            let meta = Meta::of(req.request());
            Ok(req.into_response(Failure::App(app::Error::TooMany(seconds)).respond(meta.lang, meta.request_id)))
        }
        None => Ok(next.call(req).await?.map_into_boxed_body()),
    }
}

/// Where a request comes from; behind a trusted proxy, what that proxy says. Only the last entry is the proxy's own: what
/// stands before it, in the same line or in lines of their own, the caller may have written.
pub(crate) fn address(headers: &HeaderMap, peer: Option<SocketAddr>, trust_proxy: bool) -> Option<IpAddr> {
    let last = || headers.get_all("x-forwarded-for").last()?.to_str().ok();
    let forwarded = || last()?.rsplit(',').next()?.trim().parse().ok();
    if trust_proxy && let Some(ip) = forwarded() {
        return Some(ip);
    }
    peer.map(|a| a.ip())
}

/// Gives an error without a document its document, and hands back the failure for the log.
fn explain(res: &mut ServiceResponse<BoxBody>, meta: Meta) -> Option<Failure> {
    let problem =
        res.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"application/problem+json"));
    if problem {
        return None;
    }
    let own = res.response().error().and_then(|e| e.as_error::<Failure>()).cloned();
    let failure = own.unwrap_or_else(|| Failure::of_status(res.status()));
    let mut answer = failure.respond(meta.lang, meta.request_id);
    if let Some(allow) = res.headers().get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow.clone());
    }
    for (name, value) in
        res.headers().iter().filter(|(name, _)| name.as_str().starts_with("access-control-") || **name == header::VARY)
    {
        answer.headers_mut().append(name.clone(), value.clone());
    }
    *res.response_mut() = answer;
    Some(failure)
}

fn decorate(headers: &mut HeaderMap, request_id: Uuid) {
    let mut buffer = Uuid::encode_buffer();
    if let Ok(value) = HeaderValue::from_str(request_id.hyphenated().encode_lower(&mut buffer)) {
        headers.insert(REQUEST_ID, value);
    }
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_SECURITY_POLICY, CSP);
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::CACHE_CONTROL, "no-store");
}

fn record(
    res: &ServiceResponse<BoxBody>,
    state: Option<&State>,
    request_id: Uuid,
    started: Instant,
    cause: Option<Failure>,
) {
    let (req, status, elapsed) = (res.request(), res.status().as_u16(), started.elapsed());
    let route = req.match_pattern().unwrap_or_else(|| "other".to_owned());
    if let Some(state) = state {
        state.metrics.request(req.method().as_str(), &route, status, elapsed);
    }
    let (method, path, micros) = (req.method().as_str(), req.path(), elapsed.as_micros() as u64);
    match cause {
        Some(Failure::App(
            app::Error::Internal(why)
            | app::Error::Unavailable(why)
            | app::Error::Contended(why)
            | app::Error::Full(why),
        )) => {
            tracing::error!(%request_id, method, path, status, micros, why, "request");
        }
        _ if status >= 500 => tracing::error!(%request_id, method, path, status, micros, "request"),
        _ => tracing::info!(%request_id, method, path, status, micros, "request"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(lines: &[&'static str], trust_proxy: bool) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(line));
        }
        let peer = SocketAddr::from(([10, 0, 0, 1], 4711));
        address(&headers, Some(peer), trust_proxy).map(|ip| ip.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_last_entry_of_the_last_line_is_believed_and_none_without_a_trusted_proxy() {
        assert_eq!(from(&["192.0.2.1"], true), "192.0.2.1");
        assert_eq!(from(&["198.51.100.9, 192.0.2.1"], true), "192.0.2.1");
        assert_eq!(from(&["198.51.100.9", "192.0.2.1"], true), "192.0.2.1");
        assert_eq!(from(&["198.51.100.9, 198.51.100.8", "198.51.100.7,2001:db8::7"], true), "2001:db8::7");
        assert_eq!(from(&["198.51.100.9", "unknown"], true), "10.0.0.1", "an earlier line is never asked instead");
        assert_eq!(from(&[], true), "10.0.0.1");
        assert_eq!(from(&["192.0.2.1"], false), "10.0.0.1");
    }
}
