//! Every failure that a client can see, and the one place where each becomes a problem document.

use crate::http::text;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use app::Error;
use contract::problem::{FieldProblem, Lang, Problem, field_message};
use std::fmt;
use uuid::Uuid;

/// A use case's failure, or one of HTTP itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// From a use case.
    App(Error),
    /// No such address.
    NoRoute,
    /// The address exists, but not with this method.
    Method,
    /// The request cannot be read: broken JSON, invalid UTF-8, a body that breaks off. What is wrong, for the reader.
    Unreadable(String),
    /// A body of a type that this operation does not take; the type that it does take.
    MediaType(&'static str),
    /// A body over the limit, in bytes.
    TooLarge(usize),
    /// The client stopped sending.
    Timeout,
}

/// Shorthand of this crate.
pub type Result<T> = std::result::Result<T, Failure>;

/// What a failure says on the wire, before it has a language.
struct Meaning {
    status: StatusCode,
    code: &'static str,
    detail: String,
    retry_after: Option<u32>,
}

impl Failure {
    fn meaning(&self) -> Meaning {
        let plain = |status, code| Meaning { status, code, detail: String::new(), retry_after: None };
        let with = |status, code, detail: &str| Meaning { status, code, detail: detail.to_owned(), retry_after: None };
        let later = |status, code, seconds| Meaning { status, code, detail: String::new(), retry_after: Some(seconds) };
        match self {
            Failure::App(Error::NotFound) => plain(StatusCode::NOT_FOUND, "not_found"),
            Failure::App(Error::Invalid(_)) => plain(StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Failure::App(Error::Conflict { code, detail }) => with(StatusCode::CONFLICT, code, detail),
            Failure::App(Error::Stale { current }) => {
                with(StatusCode::PRECONDITION_FAILED, "stale_version", &current.to_string())
            }
            Failure::App(Error::VersionRequired) => plain(StatusCode::PRECONDITION_REQUIRED, "version_required"),
            Failure::App(Error::Forbidden { permission }) => with(StatusCode::FORBIDDEN, "forbidden", permission),
            Failure::App(Error::Unauthenticated(code)) => plain(StatusCode::UNAUTHORIZED, code),
            Failure::App(Error::TooMany(seconds)) => {
                later(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", *seconds)
            }
            Failure::App(Error::Unavailable(_) | Error::Contended(_)) => {
                later(StatusCode::SERVICE_UNAVAILABLE, "unavailable", 2)
            }
            Failure::App(Error::Full(_)) => later(StatusCode::SERVICE_UNAVAILABLE, "storage_full", 60),
            Failure::App(Error::Internal(_)) => plain(StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            Failure::NoRoute => plain(StatusCode::NOT_FOUND, "no_such_address"),
            Failure::Method => plain(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Failure::Unreadable(detail) => with(StatusCode::BAD_REQUEST, "unreadable", detail),
            Failure::MediaType(expected) => {
                with(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", expected)
            }
            Failure::TooLarge(limit) => with(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", &limit.to_string()),
            Failure::Timeout => plain(StatusCode::REQUEST_TIMEOUT, "request_timeout"),
        }
    }

    /// The problem document in the reader's language.
    pub fn problem(&self, lang: Lang, request_id: Uuid) -> Problem {
        let meaning = self.meaning();
        let errors = match self {
            Failure::App(Error::Invalid(errors)) => errors
                .iter()
                .map(|e| FieldProblem {
                    field: e.field.clone(),
                    code: e.code.to_owned(),
                    message: field_message(lang, e.code, &e.detail),
                })
                .collect(),
            _ => Vec::new(),
        };
        Problem {
            type_: format!("https://flywheel.dev/problems/{}", meaning.code),
            title: text::title(lang, meaning.status.as_u16()).to_owned(),
            status: meaning.status.as_u16(),
            detail: text::detail(lang, meaning.code, &meaning.detail),
            code: meaning.code.to_owned(),
            errors,
            request_id: request_id.to_string(),
        }
    }

    /// The whole answer in the reader's language.
    pub fn respond(&self, lang: Lang, request_id: Uuid) -> HttpResponse {
        let meaning = self.meaning();
        let mut response = HttpResponseBuilder::new(meaning.status);
        if let Some(seconds) = meaning.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if meaning.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        if let Failure::App(Error::Stale { current }) = self {
            response.insert_header((header::ETAG, format!("\"{current}\"")));
        }
        response.content_type("application/problem+json");
        match serde_json::to_vec(&self.problem(lang, request_id)) {
            Ok(body) => response.body(body),
            Err(_) => response.finish(),
        }
    }

    /// The failure behind an answer that actix made itself, by its status.
    pub(crate) fn of_status(status: StatusCode) -> Failure {
        match status {
            StatusCode::NOT_FOUND => Failure::NoRoute,
            StatusCode::METHOD_NOT_ALLOWED => Failure::Method,
            StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge(crate::http::body::LIMIT),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Failure::MediaType("application/json"),
            StatusCode::REQUEST_TIMEOUT => Failure::Timeout,
            status if status.is_client_error() => Failure::Unreadable(String::new()),
            _ => Failure::App(Error::Internal(format!("status {status}"))),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Failure {}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.meaning().status
    }

    /// An empty answer that carries the failure; the edge writes the document, as it knows the reader's language.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Failure {
        Failure::App(e)
    }
}

impl From<persistence::Error> for Failure {
    fn from(e: persistence::Error) -> Failure {
        Failure::App(e.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::fields::FieldError;

    #[test]
    fn a_problem_speaks_the_readers_language_and_keeps_its_code() {
        let failure = Failure::App(Error::Invalid(vec![FieldError::new("name", "required", "")]));
        let zh = failure.problem(Lang::Zh, Uuid::nil());
        let en = failure.problem(Lang::En, Uuid::nil());
        assert_eq!((zh.status, zh.code.as_str(), zh.errors[0].message.as_str()), (422, "invalid", "必填"));
        assert_eq!((en.code, en.errors[0].message.as_str()), (zh.code, "Required"));
    }

    #[test]
    fn an_internal_fault_shows_nothing_of_its_cause() {
        let failure = Failure::App(Error::Internal("password=hunter2".to_owned()));
        let shown = serde_json::to_string(&failure.problem(Lang::En, Uuid::nil())).unwrap_or_default();
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_busy_database_says_when_to_come_back() {
        let response = Failure::App(Error::Unavailable("database is locked".to_owned())).respond(Lang::En, Uuid::nil());
        assert_eq!(response.status(), 503);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
}
