//! The way of an opportunity through its stages.

use crate::{Ctx, Result};
use chrono::{DateTime, Utc};
use domain::value::{Value, write_time};
use serde_json::json;
use uuid::Uuid;

/// Stays of an opportunity in its stages, oldest first, as JSON.
pub fn stages(ctx: &mut Ctx<'_>, opportunity: Uuid) -> Result<serde_json::Value> {
    super::get(ctx, "opportunities", opportunity)?;
    let stays = persistence::pipeline::stays(ctx.conn, opportunity)?;
    let items: Vec<_> = stays
        .iter()
        .map(|s| {
            let until: DateTime<Utc> = s.left_at.unwrap_or(ctx.now);
            json!({
                "stage_id": s.stage_id,
                "stage_name": s.stage_name,
                "user_id": s.user_id,
                "user_name": s.user_name,
                "entered_at": write_time(&s.entered_at),
                "left_at": s.left_at.map(|t| write_time(&t)),
                "days": (until - s.entered_at).num_seconds().max(0) as f64 / 86_400.0,
            })
        })
        .collect();
    Ok(json!({ "items": items }))
}

/// Moves an opportunity to a stage; the loss reason is kept when the stage is a lost one.
pub fn move_to(
    ctx: &mut Ctx<'_>,
    opportunity: Uuid,
    version: Option<i64>,
    body: &serde_json::Value,
) -> Result<super::Shown> {
    let mut errors = Vec::new();
    let object = body.as_object().ok_or_else(|| crate::Error::field("", "not_an_object", ""))?;
    for key in object.keys().filter(|k| !matches!(k.as_str(), "stage_id" | "lost_reason")) {
        errors.push(domain::fields::FieldError::new(key, "unknown_field", ""));
    }
    if object.get("stage_id").is_none_or(serde_json::Value::is_null) {
        errors.push(domain::fields::FieldError::new("stage_id", "required", ""));
    }
    if !errors.is_empty() {
        return Err(crate::Error::Invalid(errors));
    }
    let version = match version {
        Some(v) => Some(v),
        None => Some(super::get(ctx, "opportunities", opportunity)?.1.version()),
    };
    let mut patch = object.clone();
    // Moving to a stage of another pipeline changes the pipeline with it.
    if let Some(id) = object.get("stage_id").and_then(|v| v.as_str()).and_then(domain::fields::parse_id)
        && let Some((_, stage)) = super::get(ctx, "pipeline_stages", id).ok()
    {
        let shape = ctx.shape("pipeline_stages")?;
        if let Value::Id(pipeline) = stage.get(&shape, "pipeline_id") {
            patch.insert("pipeline_id".to_owned(), json!(pipeline));
        }
    }
    super::update(ctx, "opportunities", opportunity, version, &serde_json::Value::Object(patch))
}
