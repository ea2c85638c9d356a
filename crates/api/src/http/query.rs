//! Reading query strings: unknown and wrong parameters are named.

use crate::failure::{Failure, Result};
use actix_web::HttpRequest;
use serde::de::DeserializeOwned;

/// The query of a request as a type.
pub fn parse<T: DeserializeOwned>(req: &HttpRequest) -> Result<T> {
    read(req.query_string())
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T> {
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|e| {
        let path = e.path().to_string();
        let path = if path == "." { String::new() } else { path };
        let (field, code, detail) = explain(&e.into_inner().to_string(), &path);
        let (code, detail) = match code {
            "unknown_field" => ("unknown_parameter", detail),
            "invalid" => of_text(&detail),
            _ => (code, detail),
        };
        Failure::App(app::Error::field(field, code, detail))
    })
}

/// What a text was to be, by the complaint of the type that could not read it.
fn of_text(message: &str) -> (&'static str, String) {
    const OF_A_NUMBER: [&str; 4] = ["invalid digit", "number too", "cannot parse integer", "invalid float"];
    const OF_A_DAY: [&str; 5] = ["input contains", "premature end", "trailing input", "input is", "no possible date"];
    let begins = |signs: &[&str]| signs.iter().any(|sign| message.starts_with(sign));
    if begins(&OF_A_NUMBER) {
        ("wrong_type", "number".to_owned())
    } else if begins(&OF_A_DAY) {
        ("date", String::new())
    } else if message.starts_with("UUID") || message.contains("UUID") {
        ("id", String::new())
    } else if message.contains("`true` or `false`") {
        ("wrong_type", "boolean".to_owned())
    } else {
        ("invalid", message.to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use app::Error;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its parsing matters")]
    struct Asked {
        from: Option<chrono::NaiveDate>,
        limit: Option<i64>,
        id: Option<uuid::Uuid>,
        all: Option<bool>,
        name: String,
    }

    fn wrong(query: &str) -> (String, &'static str) {
        match read::<Asked>(query) {
            Err(Failure::App(Error::Invalid(e))) => (e[0].field.clone(), e[0].code),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn a_malformed_parameter_is_named_with_what_it_should_be() {
        assert_eq!(wrong("name=x&from=2026-13-01"), ("from".to_owned(), "date"));
        assert_eq!(wrong("name=x&from=soon"), ("from".to_owned(), "date"));
        assert_eq!(wrong("name=x&from="), ("from".to_owned(), "date"));
        assert_eq!(wrong("name=x&limit=ten"), ("limit".to_owned(), "wrong_type"));
        assert_eq!(wrong("name=x&limit=99999999999999999999"), ("limit".to_owned(), "wrong_type"));
        assert_eq!(wrong("name=x&id=7"), ("id".to_owned(), "id"));
        assert_eq!(wrong("name=x&all=maybe"), ("all".to_owned(), "wrong_type"));
        assert_eq!(wrong("name=x&more=1"), ("more".to_owned(), "unknown_parameter"));
        assert_eq!(wrong("limit=1"), ("name".to_owned(), "required"));
        assert_eq!(wrong("name=x&name=y"), ("name".to_owned(), "invalid"));
    }
}
