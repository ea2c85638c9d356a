//! What the models say anew of a customer, told in the log of changes: rules, webhooks and the timeline wait for it.

use crate::rules::Watched;
use chrono::{DateTime, NaiveDate, Utc};
use persistence::customer_scores::Scores;
use persistence::events::Event;
use persistence::scores::RfmMove;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// Figures that are known to exist from the day on which something was seen.
const SIGNS: [&str; 5] = ["browsed_on", "recall_on", "churn_on", "health_alert_on", "win_back_on"];
/// The figures of a run over all orders.
const RFM: [&str; 4] = ["rfm_segment", "rfm_r", "rfm_f", "rfm_m"];

/// What a rule did that led to the scores being computed: the rule, and its run.
pub(crate) type Cause = (Uuid, Uuid);

/// Fields before and after.
type Change = (Map<String, Json>, Map<String, Json>);

/// Everything that the models say of a customer, by field.
fn figures(s: &Scores) -> [(&'static str, Json); 25] {
    let text = |t: &Option<String>| Json::from(t.clone());
    let day = |d: Option<NaiveDate>| Json::from(d.map(|d| d.to_string()));
    [
        ("grade", text(&s.grade)),
        ("lifecycle_stage", text(&s.lifecycle_stage)),
        ("service_tier", text(&s.service_tier)),
        ("health_band", text(&s.health_band)),
        ("asset_class", text(&s.asset_class)),
        ("grade_computed", text(&s.grade_computed)),
        ("grade_score", s.grade_score.into()),
        ("cadence_status", text(&s.cadence_status)),
        ("cadence_due_on", day(s.cadence_due_on)),
        ("cadence_priority", s.cadence_priority.into()),
        ("cadence_excess", s.cadence_excess.into()),
        ("sdae_security", s.sdae[0].into()),
        ("sdae_development", s.sdae[1].into()),
        ("sdae_acceptance", s.sdae[2].into()),
        ("sdae_experience", s.sdae[3].into()),
        ("sdae_weakest", text(&s.sdae_weakest)),
        ("health", s.health.into()),
        ("alive", s.alive.into()),
        ("value_at_risk_minor", s.value_at_risk_minor.into()),
        ("intent", s.intent.into()),
        (SIGNS[0], day(s.signs[0])),
        (SIGNS[1], day(s.signs[1])),
        (SIGNS[2], day(s.signs[2])),
        (SIGNS[3], day(s.signs[3])),
        (SIGNS[4], day(s.win_back_on)),
    ]
}

/// How many of the figures are bands, which are always told.
const BANDS: usize = 5;

/// The bands that changed, before and after, and the other figures that a rule waits for. One that becomes known for
/// the first time is no change, save a sign that is seen; scores move all the time and are no news of themselves.
fn changed(before: &Scores, after: &Scores, watched: &Watched) -> Change {
    let (mut old, mut new) = (Map::new(), Map::new());
    let pairs = figures(before).into_iter().zip(figures(after)).enumerate();
    for (at, ((key, was), (_, is))) in pairs.filter(|(_, ((_, was), (_, is)))| was != is) {
        let told = if at < BANDS { !was.is_null() && !is.is_null() } else { watched.wants(key, &was, &is) };
        if told && (!was.is_null() || SIGNS.contains(&key)) {
            old.insert(key.to_owned(), was);
            new.insert(key.to_owned(), is);
        }
    }
    (old, new)
}

/// The change of a customer's figures as an event; `None` when there is nothing to tell. What follows from a rule
/// carries on its chain, so that one that sets itself off by way of a score is found.
pub(super) fn moved(
    customer: Uuid,
    (before, after): (&Scores, &Scores),
    watched: &Watched,
    cause: Option<Cause>,
    (at, request): (DateTime<Utc>, Uuid),
) -> Option<Event> {
    let (old, new) = changed(before, after, watched);
    let (origin, request) = cause.map_or((None, request), |(rule, run)| (Some(rule), run));
    (!new.is_empty()).then(|| Event { origin_id: origin, ..event(customer, (old, new), (at, request)) })
}

fn event(customer: Uuid, (old, new): Change, (at, request): (DateTime<Utc>, Uuid)) -> Event {
    Event {
        seq: 0,
        id: Uuid::now_v7(),
        kind: "customer.updated".to_owned(),
        object: "customers".to_owned(),
        record_id: customer,
        actor_id: None,
        at,
        old: Some(Json::Object(old).to_string()),
        new: Some(Json::Object(new).to_string()),
        request_id: request,
        origin_id: None,
        key_id: None,
    }
}

/// Does a rule wait for a figure of the run over all orders?
pub(super) fn waits_for_rfm(watched: &Watched) -> bool {
    !watched.spares(&RFM)
}

/// The moves of a run over all orders that rules wait for, as events.
pub(super) fn rfm_moved(moves: &[RfmMove], watched: &Watched, at: DateTime<Utc>) -> Vec<Event> {
    let run = Uuid::now_v7();
    let figures =
        |segment: &str, [r, f, m]: [Option<i64>; 3]| -> [Json; 4] { [segment.into(), r.into(), f.into(), m.into()] };
    let tell = |moved: &RfmMove| {
        let (mut old, mut new) = (Map::new(), Map::new());
        let before = figures(&moved.before.0, moved.before.1);
        for ((key, was), is) in RFM.into_iter().zip(before).zip(figures(&moved.after.0, moved.after.1)) {
            if was != is && watched.wants(key, &was, &is) {
                old.insert(key.to_owned(), was);
                new.insert(key.to_owned(), is);
            }
        }
        (!new.is_empty()).then(|| event(moved.customer, (old, new), (at, run)))
    };
    moves.iter().filter_map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_that_falls_is_told_and_one_that_becomes_known_or_a_score_that_moves_is_not() {
        let band =
            |band: Option<&str>, health| Scores { health_band: band.map(str::to_owned), health, ..Scores::default() };
        let changed = |before, after| changed(&before, &after, &Watched::default());
        let (old, new) = changed(band(Some("watch"), Some(65.0)), band(Some("at_risk"), Some(50.0)));
        assert_eq!((old["health_band"].as_str(), new["health_band"].as_str()), (Some("watch"), Some("at_risk")));
        assert_eq!(new.len(), 1, "the score behind it is no news of itself");
        assert!(changed(band(None, None), band(Some("at_risk"), Some(50.0))).1.is_empty());
        assert!(changed(band(Some("watch"), Some(65.0)), band(Some("watch"), Some(61.0))).1.is_empty());
    }
}
