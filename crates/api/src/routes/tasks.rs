//! A person's day, putting tasks off, and what came of them.

use super::once::versioned;
use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::problem::Problem;
use contract::tasks::{DayBy, MyDay, Snooze, Snoozed, TaskEffect};
use serde::Deserialize;

permissions! {
    /// Seeing one's day and what came of tasks.
    TasksRead => ("tasks", Read);
    /// Putting a task off.
    TasksUpdate => ("tasks", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(get_my_day, snooze_task, get_task_effect))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/my_day").route(web::get().to(get_my_day)));
    scope.service(resource("/tasks/{id}/snooze").route(web::post().to(snooze_task)));
    scope.service(resource("/tasks/{id}/effect").route(web::get().to(get_task_effect)));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Layout {
    by: Option<DayBy>,
}

/// Get my day.
///
/// The caller's open tasks that are overdue or due today, activities planned for today, tasks that were put off, and what
/// was done today.
#[utoipa::path(get, path = "/api/v1/my_day", operation_id = "get_my_day", tag = "tasks",
    params(("by" = Option<DayBy>, Query, description = "Groups by time (the default) or by customer.")),
    responses((status = 200, description = "The day.", body = MyDay)), extensions(("x-permission" = json!("tasks.read"))))]
async fn get_my_day(cx: Cx<TasksRead>) -> Result<HttpResponse> {
    let (query, lang): (Layout, _) = (cx.query()?, cx.lang);
    let by = query.by.unwrap_or_default();
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::tasks::day(ctx, by, lang)).await?))
}

/// Snooze a task.
///
/// It is out of the way until then, and reminds its owner then. When it is due does not change.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/snooze", operation_id = "snooze_task", tag = "tasks",
    params(("id" = Uuid, Path, description = "Id of the task.")),
    request_body(content = Snooze, example = json!({"resume_at": null})),
    responses((status = 200, description = "The task as it is now.", body = Snoozed), (status = 409, description = "It is not open.", body = Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("tasks.update"))))]
async fn snooze_task(cx: Cx<TasksUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let snooze: Snooze = cx.body(payload).await?;
    let task = cx.write(move |ctx| app::tasks::snooze(ctx, id, snooze.resume_at)).await?;
    Ok(versioned(task.version, &task))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    days: Option<i64>,
}

/// Get the effect of a task.
///
/// What changed at the customer and the opportunity in the days after it was done, and how that was worked out.
#[utoipa::path(get, path = "/api/v1/tasks/{id}/effect", operation_id = "get_task_effect", tag = "tasks",
    params(("id" = Uuid, Path, description = "Id of the task."), ("days" = Option<i64>, Query, description = "1 to 365; 14 by default.", minimum = 1, maximum = 365)),
    responses((status = 200, description = "The effect.", body = TaskEffect)), extensions(("x-permission" = json!("tasks.read"))))]
async fn get_task_effect(cx: Cx<TasksRead>, req: HttpRequest) -> Result<HttpResponse> {
    let (id, query, lang): (_, Span, _) = (path_id(&req)?, cx.query()?, cx.lang);
    let days = query.days.unwrap_or(14);
    if !(1..=365).contains(&days) {
        return Err(app::Error::field("days", "out_of_range", "1..365").into());
    }
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::tasks::effect(ctx, id, days, lang)).await?))
}
