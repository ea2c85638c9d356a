//! The single-page app, compiled into the program: compressed siblings, long caching of hashed names,
//! and the page itself for every address that the app routes.

use crate::failure::Failure;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../frontend/dist"]
#[allow_missing = true]
struct Dist;

const INDEX: &str = "index.html";
const NOT_BUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>Flywheel</title><p>这个程序没有包含网页界面，请先运行 <code>make web</code> 再编译。API 文档：<a href=\"/docs/\">/docs</a></p><p>This program was built without the web pages: run <code>make web</code> and build again. API: <a href=\"/docs/\">/docs</a></p>";

/// What no route claims: a file, the app's page, or nothing.
pub(crate) async fn serve(req: HttpRequest) -> Result<HttpResponse, Failure> {
    if !matches!(*req.method(), Method::GET | Method::HEAD) {
        return Err(Failure::NoRoute);
    }
    let path = req.path().trim_start_matches('/');
    if path != INDEX && !path.is_empty() && Dist::get(path).is_some() {
        return Ok(file(&req, path));
    }
    // A name with an ending is a file that is not there; anything else is a place within the app.
    let wants_page = !path.rsplit('/').next().unwrap_or("").contains('.');
    if !wants_page && path != INDEX {
        return Err(Failure::NoRoute);
    }
    if Dist::get(INDEX).is_none() {
        return Ok(HttpResponse::build(StatusCode::OK).content_type("text/html; charset=utf-8").body(NOT_BUILT));
    }
    Ok(file(&req, INDEX))
}

fn file(req: &HttpRequest, path: &str) -> HttpResponse {
    let (encoding, found) = best(req, path);
    let Some(found) = found else { return HttpResponse::NotFound().finish() };
    let etag = etag(&found, encoding);
    let mut response = HttpResponse::Ok();
    response.insert_header((header::VARY, "Accept-Encoding")).insert_header((header::ETAG, etag.clone()));
    response.insert_header((
        header::CACHE_CONTROL,
        if is_hashed(path) { "public, max-age=31536000, immutable" } else { "no-cache" },
    ));
    if req.headers().get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == etag.as_bytes()) {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(encoding)));
    }
    response.content_type(media_type(path)).body(found.data.into_owned())
}

/// The smallest form that the client takes.
fn best(req: &HttpRequest, path: &str) -> (Option<&'static str>, Option<EmbeddedFile>) {
    let accepted = req.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    for (name, ending) in [("br", "br"), ("gzip", "gz")] {
        let takes = accepted.split(',').any(|part| part.split(';').next().is_some_and(|e| e.trim() == name));
        if takes && let Some(file) = Dist::get(&format!("{path}.{ending}")) {
            return (Some(name), Some(file));
        }
    }
    (None, Dist::get(path))
}

fn etag(file: &EmbeddedFile, encoding: Option<&str>) -> String {
    let hash = file.metadata.sha256_hash();
    let short: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("\"{short}{}\"", encoding.unwrap_or(""))
}

/// `main-1a2b3c4d.js`: such a file never changes under its name.
fn is_hashed(path: &str) -> bool {
    let stem = path.rsplit('/').next().and_then(|name| name.split_once('.')).map_or("", |(stem, _)| stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() >= 8 && hash.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_forever() {
        assert!(is_hashed("main-1a2b3c4d5e.js"));
        assert!(is_hashed("app-XYZ12345.wasm"));
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("sw.js"));
    }
}
