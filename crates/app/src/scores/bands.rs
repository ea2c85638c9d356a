//! What the models say anew of a customer, told in the log of changes: rules, webhooks and the timeline wait for it.

use crate::Ctx;
use persistence::customer_scores::Scores;
use persistence::events::Event;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// The bands that changed, before and after. One that becomes known for the first time is no change, and scores
/// themselves move all the time and are no news.
fn changed(before: &Scores, after: &Scores) -> (Map<String, Json>, Map<String, Json>) {
    let pairs = [
        ("grade", &before.grade, &after.grade),
        ("lifecycle_stage", &before.lifecycle_stage, &after.lifecycle_stage),
        ("service_tier", &before.service_tier, &after.service_tier),
        ("health_band", &before.health_band, &after.health_band),
        ("asset_class", &before.asset_class, &after.asset_class),
    ];
    let (mut old, mut new) = (Map::new(), Map::new());
    for (key, was, is) in pairs {
        if let (Some(was), Some(is)) = (was, is)
            && was != is
        {
            old.insert(key.to_owned(), was.as_str().into());
            new.insert(key.to_owned(), is.as_str().into());
        }
    }
    (old, new)
}

/// The change of a customer's bands as an event; `None` when every band is as it was.
pub(super) fn moved(ctx: &Ctx<'_>, customer: Uuid, before: &Scores, after: &Scores) -> Option<Event> {
    let (old, new) = changed(before, after);
    if new.is_empty() {
        return None;
    }
    Some(Event {
        seq: 0,
        id: Uuid::now_v7(),
        kind: "customer.updated".to_owned(),
        object: "customers".to_owned(),
        record_id: customer,
        actor_id: None,
        at: ctx.now,
        old: Some(Json::Object(old).to_string()),
        new: Some(Json::Object(new).to_string()),
        request_id: ctx.request_id,
        origin_id: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_that_falls_is_told_and_one_that_becomes_known_or_a_score_that_moves_is_not() {
        let band =
            |band: Option<&str>, health| Scores { health_band: band.map(str::to_owned), health, ..Scores::default() };
        let (old, new) = changed(&band(Some("watch"), Some(65.0)), &band(Some("at_risk"), Some(50.0)));
        assert_eq!((old["health_band"].as_str(), new["health_band"].as_str()), (Some("watch"), Some("at_risk")));
        assert!(changed(&band(None, None), &band(Some("at_risk"), Some(50.0))).1.is_empty());
        assert!(changed(&band(Some("watch"), Some(65.0)), &band(Some("watch"), Some(61.0))).1.is_empty());
    }
}
