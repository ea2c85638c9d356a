//! Reading query strings: unknown and wrong parameters are named.

use crate::failure::{Failure, Result};
use actix_web::HttpRequest;
use actix_web::web::Query;
use serde::de::DeserializeOwned;

/// The query of a request as a type.
pub fn parse<T: DeserializeOwned>(req: &HttpRequest) -> Result<T> {
    match Query::<T>::from_query(req.query_string()) {
        Ok(query) => Ok(query.into_inner()),
        Err(e) => {
            let message = e.to_string();
            let message = message.strip_prefix("Query deserialize error: ").unwrap_or(&message);
            let (field, code, detail) = explain(message, "");
            let code = if code == "unknown_field" { "unknown_parameter" } else { code };
            Err(Failure::App(app::Error::field(field, code, detail)))
        }
    }
}

/// Which field serde's message blames, with our code and what the code names. `path` is where it stopped.
pub(crate) fn explain(message: &str, path: &str) -> (String, &'static str, String) {
    let named = |prefix: &str| message.strip_prefix(prefix)?.split('`').next().map(str::to_owned);
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(name) = named("unknown field `") {
        // The path of an unknown key may already end with it.
        let field = if path == name || path.ends_with(&format!(".{name}")) { path.to_owned() } else { join(&name) };
        return (field, "unknown_field", String::new());
    }
    if let Some(name) = named("missing field `") {
        return (join(&name), "required", String::new());
    }
    if let Some(name) = named("duplicate field `") {
        return (join(&name), "invalid", "duplicate".to_owned());
    }
    if message.starts_with("unknown variant") {
        let choices = message.rsplit_once("expected ").map_or("", |(_, c)| c).replace('`', "");
        return (path.to_owned(), "choice", choices.strip_prefix("one of ").unwrap_or(&choices).to_owned());
    }
    if let Some((_, expected)) = message.rsplit_once("expected ").filter(|_| message.starts_with("invalid ")) {
        return (path.to_owned(), "wrong_type", expected.to_owned());
    }
    (path.to_owned(), "invalid", message.to_owned())
}
