//! Requests that make something, and make it once however often they are sent with the same key.

use super::records::replay;
use crate::cx::Cx;
use crate::failure::Result;
use actix_web::HttpResponse;
use actix_web::http::header;
use app::Ctx;
use app::idempotency::{self, Key};
use persistence::settings::Answer;
use serde::Serialize;
use serde_json::Value as Json;

/// How an answer describes what was made.
#[derive(Debug)]
pub(super) struct Made {
    /// HTTP status.
    pub(super) status: u16,
    /// Where it is.
    pub(super) location: Option<String>,
    /// Its version.
    pub(super) version: Option<i64>,
}

impl Made {
    /// 201, at this address.
    pub(super) fn at(location: String) -> Made {
        Made { status: 201, location: Some(location), version: None }
    }

    /// 201, of what has no address of its own.
    pub(super) fn nowhere() -> Made {
        Made { status: 201, location: None, version: None }
    }

    /// With a version.
    pub(super) fn version(self, version: i64) -> Made {
        Made { version: Some(version), ..self }
    }
}

/// Makes something and answers with it; a request with the same key later gets the same answer, but for the `told_once`
/// fields, which are not kept.
pub(super) async fn make<P, T, F>(
    cx: &Cx<P>,
    key: Option<Key>,
    told_once: &'static [&'static str],
    f: F,
) -> Result<HttpResponse>
where
    T: Serialize,
    F: Fn(&mut Ctx<'_>) -> app::Result<(Made, T)> + Send + 'static,
{
    let once = move |ctx: &mut Ctx<'_>| {
        let kept = |answer: &Answer| without(answer, told_once);
        idempotency::once_keeping(ctx, key.as_ref(), kept, |ctx| {
            let (made, body) = f(ctx)?;
            Ok(Answer {
                request_hash: String::new(),
                status: i64::from(made.status),
                etag: made.version.map(|version| format!("\"{version}\"")),
                location: made.location,
                body: text(&body)?,
            })
        })
    };
    Ok(replay(cx.write(once).await?))
}

/// An answer with what has a version, which the ETag names.
pub(super) fn versioned(version: i64, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::ETAG, format!("\"{version}\""))).json(body)
}

fn text(body: &impl Serialize) -> app::Result<String> {
    serde_json::to_string(body).map_err(|e| app::Error::Internal(e.to_string()))
}

/// An answer in which some fields of the body are empty.
fn without(answer: &Answer, fields: &[&str]) -> app::Result<Answer> {
    if fields.is_empty() {
        return Ok(answer.clone());
    }
    let mut body: Json = serde_json::from_str(&answer.body).map_err(|e| app::Error::Internal(e.to_string()))?;
    for field in fields {
        if let Some(value) = body.get_mut(*field) {
            *value = if value.is_string() { Json::String(String::new()) } else { Json::Null };
        }
    }
    Ok(Answer { body: text(&body)?, ..answer.clone() })
}
