//! One pipeline is the default: one that becomes it takes the place of those that were.

use super::effects::Effects;
use super::write::Writer;
use crate::{Ctx, Result, Visible};
use domain::record::Changes;
use domain::value::Value;
use persistence::records::Owners;
use uuid::Uuid;

/// Of the pipelines that became the default, in their order, the last one that still is stays it; every other one that is
/// marked as the default, also in the archive, is so no longer, which is a change of it like any other. The totals that
/// wait to be written are handed back.
pub(super) fn follow(ctx: &mut Ctx<'_>, made: &[Uuid], origin: Option<Uuid>) -> Result<Effects> {
    let shape = ctx.shape("pipelines")?;
    // Of two who make one the default at the same time neither would see the other's.
    persistence::db::queue_for(ctx.conn, "default pipeline")?;
    let marked = persistence::pipeline::defaults(ctx.conn)?;
    persistence::records::lock(ctx.conn, &shape, &marked)?;
    let mut pipelines = persistence::records::get_many(ctx.conn, &shape, &marked, Owners::All)?;
    pipelines.sort_by_key(|pipeline| pipeline.id());
    let mut writer = Writer::following(shape.clone(), origin);
    let live = |id: &Uuid| pipelines.iter().any(|pipeline| pipeline.id() == *id && !pipeline.archived());
    let Some(stays) = made.iter().rev().copied().find(live) else { return writer.finish(ctx) };
    let mut changes = Changes::default();
    changes.set(&shape, "is_default", Value::Bool(false));
    for pipeline in pipelines.iter().filter(|pipeline| pipeline.id() != stays) {
        writer.update(ctx, pipeline, &changes, &Visible::All)?;
    }
    writer.finish(ctx)
}
