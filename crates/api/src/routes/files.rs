//! Files: uploads for imports, and what exports made.

use super::once::{Made, make};
use super::table::{Routes, resource};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::header;
use actix_web::web::{self, Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use app::Ctx;
use app::files::{FileWriter, read_chunk};
use app::idempotency::{BegunKey, Key};
use contract::files::StoredFile;
use domain::objects;
use domain::policy::{Action, Scope};
use futures_core::Stream;
use persistence::db::{self, DbPool};
use serde::{Deserialize, Serialize};

use super::records::{begun_key, path_id};
use crate::cx::{Anyone, Cx, blocking};
use crate::failure::{Failure, Result};
use crate::http::stream::Pieces;

/// Bytes of an uploaded file at most.
const LIMIT: i64 = 4 << 30;
/// Bytes gathered before they are handed to a thread that may block.
const PIECE: usize = 1 << 20;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/files").route(web::post().to(upload_file)));
    scope.service(resource("/files/{id}").route(web::get().to(get_file)));
    scope.service(resource("/files/{id}/content").route(web::get().to(download_file)));
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(upload_file, get_file, download_file), components(schemas(StoredFile)))]
pub(crate) struct Doc;

/// `Forbidden` unless the caller may do one of these with records of some object.
pub(super) fn require_any(cx: &Cx<Anyone>, actions: &[Action]) -> Result<()> {
    let may = |action: &Action| {
        objects::ALL.iter().any(|def| cx.actor.permissions.scope(def.permission, *action) != Scope::None)
    };
    if actions.iter().any(may) {
        return Ok(());
    }
    let first = actions.first().copied().unwrap_or(Action::Import);
    Err(app::Error::Forbidden { permission: app::ctx::permission_name("customers", first) }.into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Upload {
    name: String,
}

/// Upload a file
///
/// The body is the file itself, of any media type, at most 4 GiB; it is stored as it comes, and goes after a week unless it is imported. Permission: import of any object.
#[utoipa::path(
    post, path = "/api/v1/files", operation_id = "upload_file", tag = "files", security(("bearer" = [])),
    params(("name" = String, Query, description = "Name of the file with its ending.", example = "customers.csv"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")),
    request_body(content = Option<Vec<u8>>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 201, description = "The stored file.", body = StoredFile, headers(("Location" = String)))),
    extensions(("x-permission" = json!("import of any object")))
)]
async fn upload_file(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let cx = Cx::authenticate(&req).await?;
    require_any(&cx, &[Action::Import])?;
    let query: Upload = cx.query()?;
    let (stored, key) = receive(&cx, body, query.name, LIMIT).await?;
    made_of(&cx, stored, key, |_, stored| Ok((format!("/api/v1/files/{}", stored.id), stored.clone()))).await
}

/// Answers with what `f` makes of a file that was received, and where that is. A request that was answered before gets its
/// first answer again, and what it brought this time goes.
pub(super) async fn made_of<T, F>(cx: &Cx<Anyone>, file: StoredFile, key: Option<Key>, f: F) -> Result<HttpResponse>
where
    T: Serialize,
    F: Fn(&mut Ctx<'_>, &StoredFile) -> app::Result<(String, T)> + Send + 'static,
{
    let (id, used) = (file.id, Arc::new(AtomicBool::new(false)));
    let put_to_use = used.clone();
    let answer = make(cx, key, &[], move |ctx| {
        put_to_use.store(true, Ordering::Relaxed);
        let (location, made) = f(ctx, &file)?;
        Ok((Made::at(location), made))
    })
    .await;
    if answer.is_err() || !used.load(Ordering::Relaxed) {
        cx.write(move |ctx| app::files::discard(ctx, id)).await?;
    }
    answer
}

/// Stores a body of at most `limit` bytes as a file of the caller, as it comes. With it, the idempotency key of the request.
pub(super) async fn receive(
    cx: &Cx<Anyone>,
    body: Payload,
    name: String,
    limit: i64,
) -> Result<(StoredFile, Option<Key>)> {
    let address = cx.request().uri().to_string();
    let mut key = begun_key(cx, &address)?;
    if name.trim().is_empty() {
        return Err(app::Error::field("name", "required", "").into());
    }
    let too_large = || Failure::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX));
    let length = cx.request().headers().get(header::CONTENT_LENGTH);
    let announced = length.and_then(|v| v.to_str().ok()?.parse::<i64>().ok());
    if announced.is_some_and(|size| size > limit) {
        return Err(too_large());
    }
    let (pool, user, now) = (cx.state.pool.clone(), cx.actor.user_id, cx.now);
    let mut file = blocking(move || Ok(FileWriter::begin(&pool, &name, Some(user), now)?)).await?;
    let mut stream = body;
    let mut piece: Vec<u8> = Vec::with_capacity(PIECE);
    let failure = loop {
        match poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)).await {
            None => break None,
            Some(Err(error)) => break Some(Failure::Unreadable(error.to_string())),
            Some(Ok(bytes)) => piece.extend_from_slice(&bytes),
        }
        if piece.len() >= PIECE {
            let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE));
            let added;
            (file, key, added) = blocking(move || Ok(add(file, key, &full))).await?;
            match added {
                Ok(()) if file.size() > limit => break Some(too_large()),
                Ok(()) => {}
                Err(error) => break Some(error.into()),
            }
        }
    };
    if let Some(failure) = failure {
        blocking(move || Ok(file.abandon()?)).await?;
        return Err(failure);
    }
    if file.size() + piece.len() as i64 > limit {
        blocking(move || Ok(file.abandon()?)).await?;
        return Err(too_large());
    }
    blocking(move || {
        let (file, key, added) = add(file, key, &piece);
        added?;
        Ok((file.finish()?, key.map(BegunKey::end)))
    })
    .await
}

fn add(
    mut file: FileWriter,
    mut key: Option<BegunKey>,
    bytes: &[u8],
) -> (FileWriter, Option<BegunKey>, app::Result<()>) {
    let added = file.add(bytes);
    if let Some(key) = &mut key {
        key.add(bytes);
    }
    (file, key, added)
}

/// Get a file
///
/// Name and size of one of the caller's own files. Permission: import or export of any object.
#[utoipa::path(
    get, path = "/api/v1/files/{id}", operation_id = "get_file", tag = "files", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the file.")),
    responses((status = 200, description = "The file.", body = StoredFile)),
    extensions(("x-permission" = json!("import or export of any object")))
)]
async fn get_file(req: HttpRequest) -> Result<HttpResponse> {
    let cx = Cx::authenticate(&req).await?;
    require_any(&cx, &[Action::Import, Action::Export])?;
    let id = path_id(&req)?;
    let file = cx.read(move |ctx| app::files::get(ctx, id)).await?;
    Ok(HttpResponse::Ok().json(file))
}

/// Download a file
///
/// The content of one of the caller's own files. Permission: import or export of any object.
#[utoipa::path(
    get, path = "/api/v1/files/{id}/content", operation_id = "download_file", tag = "files", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the file.")),
    responses((status = 200, description = "The content.", content(
        (Vec<u8> = "application/octet-stream"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
    ))),
    extensions(("x-permission" = json!("import or export of any object")))
)]
async fn download_file(req: HttpRequest) -> Result<HttpResponse> {
    let cx = Cx::authenticate(&req).await?;
    require_any(&cx, &[Action::Import, Action::Export])?;
    let id = path_id(&req)?;
    let file = cx.read(move |ctx| app::files::get(ctx, id)).await?;
    Ok(content(&cx.state.pool, &file, table_type(&file.name)))
}

/// The media type of a table by its name; of anything else, nothing is promised.
pub(super) fn table_type(name: &str) -> &'static str {
    match name.to_ascii_lowercase().rsplit('.').next() {
        Some("csv") => "text/csv; charset=utf-8",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

/// A stored file as an answer that a browser saves.
pub(super) fn content(pool: &DbPool, file: &StoredFile, media: &str) -> HttpResponse {
    stream(pool, file, media, attachment(&file.name))
}

/// A stored picture or PDF as an answer that a browser shows, and nothing in it may do anything.
pub(super) fn shown_in_page(pool: &DbPool, file: &StoredFile, media: &str) -> HttpResponse {
    let mut shown = stream(pool, file, media, attachment(&file.name).replacen("attachment", "inline", 1));
    let policy = header::HeaderValue::from_static("default-src 'none'; sandbox");
    shown.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    shown
}

fn stream(pool: &DbPool, file: &StoredFile, media: &str, disposition: String) -> HttpResponse {
    let pieces = Pieces::new((pool.clone(), file.id, 0_i64), |(pool, id, position)| {
        let mut conn = db::get(&pool)?;
        let chunk = read_chunk(&mut conn, id, position)?;
        Ok(chunk.map(|bytes| (Bytes::from(bytes), (pool, id, position + 1))))
    });
    HttpResponse::Ok()
        .content_type(media.to_owned())
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .no_chunking(u64::try_from(file.size).unwrap_or_default())
        .streaming(pieces)
}

/// A header that has the browser save the answer under this name.
pub(super) fn attachment(name: &str) -> String {
    let encoded: String = name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("attachment; filename*=UTF-8''{encoded}")
}
