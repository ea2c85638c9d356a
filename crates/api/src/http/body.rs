//! Reading bodies: with a limit, of the right type, with an answer that names what is wrong.

use super::by_name::ByName;
use crate::failure::{Failure, Result};
use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::{BytesMut, Payload};
use futures_core::Stream;
use serde::de::DeserializeOwned;
use std::future::poll_fn;
use std::pin::Pin;

/// Bytes of a JSON body at most.
pub const LIMIT: usize = 1 << 20;

/// Reads a body of at most `limit` bytes.
pub async fn bytes(req: &HttpRequest, payload: Payload, limit: usize) -> Result<BytesMut> {
    let announced = req.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|n| n > limit) {
        return Err(Failure::TooLarge(limit));
    }
    let mut stream = payload;
    let mut body = BytesMut::with_capacity(announced.unwrap_or(0));
    while let Some(chunk) = poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)).await {
        let chunk = chunk.map_err(|e| Failure::Unreadable(e.to_string()))?;
        if body.len() + chunk.len() > limit {
            return Err(Failure::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Reads a JSON document of at most [`LIMIT`] bytes as it is.
pub async fn json_bytes(req: &HttpRequest, payload: Payload) -> Result<BytesMut> {
    require_json(req)?;
    let body = bytes(req, payload, LIMIT).await?;
    if std::str::from_utf8(&body).is_err() {
        return Err(Failure::Unreadable("not UTF-8".to_owned()));
    }
    Ok(body)
}

/// Reads a JSON document of at most [`LIMIT`] bytes.
pub async fn json<T: DeserializeOwned>(req: &HttpRequest, payload: Payload) -> Result<T> {
    parse(&json_bytes(req, payload).await?)
}

/// Reads a JSON document of at most [`LIMIT`] bytes, or the default where nothing was sent.
pub async fn optional_json<T: DeserializeOwned + Default>(req: &HttpRequest, payload: Payload) -> Result<T> {
    let body = bytes(req, payload, LIMIT).await?;
    if body.is_empty() {
        return Ok(T::default());
    }
    require_json(req)?;
    parse(&body)
}

/// Reads a JSON object into a type: broken JSON is unreadable, JSON of another shape is invalid and names the field.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    if body.iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|b| *b != b'{') {
        serde_json::from_slice::<serde::de::IgnoredAny>(body).map_err(|e| Failure::Unreadable(e.to_string()))?;
        return Err(Failure::App(app::Error::field("", "not_an_object", "")));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(ByName(&mut reader)).map_err(|e| {
        let path = e.path().to_string();
        shape_or_syntax(e.into_inner(), path)
    })?;
    reader.end().map_err(|e| Failure::Unreadable(e.to_string()))?;
    Ok(value)
}

fn shape_or_syntax(e: serde_json::Error, path: String) -> Failure {
    if !e.is_data() {
        return Failure::Unreadable(e.to_string());
    }
    // "… at line 1 column 7" helps nobody who sees the field's name.
    let message = e.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(m, _)| m);
    let path = if path == "." { String::new() } else { path };
    let (field, code, detail) = super::query::explain(message, &path);
    Failure::App(app::Error::field(field, code, detail))
}

/// The body must be JSON and say so.
fn require_json(req: &HttpRequest) -> Result<()> {
    let sent = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let media = sent.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let json = media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"));
    if json { Ok(()) } else { Err(Failure::MediaType("application/json")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::Error;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its parsing matters")]
        count: i64,
    }
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its parsing matters")]
        inner: Inner,
    }

    fn wrong(text: &str) -> (String, &'static str) {
        match parse::<Outer>(text.as_bytes()) {
            Err(Failure::App(Error::Invalid(e))) => (e[0].field.clone(), e[0].code),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn broken_json_is_unreadable() {
        assert!(matches!(parse::<Outer>(b"{\"inner\": "), Err(Failure::Unreadable(_))));
        assert!(matches!(parse::<Outer>(b"{\"inner\":{\"count\":1}} x"), Err(Failure::Unreadable(_))));
        assert!(matches!(parse::<Outer>(b""), Err(Failure::Unreadable(_))));
    }

    #[test]
    fn json_of_another_shape_names_the_field() {
        assert_eq!(wrong(r#"{"inner":{"count":"x"}}"#), ("inner.count".to_owned(), "wrong_type"));
        assert_eq!(wrong(r#"{"inner":{"count":1,"more":2}}"#), ("inner.more".to_owned(), "unknown_field"));
        assert_eq!(wrong(r#"{"inner":{}}"#), ("inner.count".to_owned(), "required"));
        assert_eq!(wrong("{}"), ("inner".to_owned(), "required"));
        assert_eq!(wrong(r#"{"inner":[1]}"#), ("inner".to_owned(), "wrong_type"));
        assert_eq!(wrong("[]"), (String::new(), "not_an_object"));
    }
}
