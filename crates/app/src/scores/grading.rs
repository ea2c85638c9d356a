//! A customer's grade as it is written: computed from its inputs, or set by hand with who and when.

use super::models::Models;
use crate::{Ctx, Error, Result};
use domain::grade::{self, Grade, Input};
use domain::lifecycle::Stage;
use domain::record::{Record, Shape};
use domain::value::Value;

/// Grades a customer that is about to be written. The settings are read once per writer.
pub(crate) fn apply(
    ctx: &mut Ctx<'_>,
    settings: &mut Option<grade::Settings>,
    shape: &Shape,
    old: Option<&Record>,
    new: &mut Record,
) -> Result<()> {
    let number = |key: &str| new.get(shape, key).as_f64();
    let input = Input { potential: number("potential"), fit: number("fit"), strategic: number("strategic_value") };
    let graded = if input == Input::default() {
        None
    } else {
        let settings = match settings {
            Some(settings) => *settings,
            None => *settings.insert(Models::load(ctx.conn)?.grade.value),
        };
        Some(grade::grade(input, None, &settings))
    };
    let computed = graded.and_then(|g| g.computed);
    let word = |grade: Option<Grade>| grade.map_or(Value::Null, |g| Value::Text(g.code().to_owned()));
    new.set(shape, "grade_computed", word(computed));
    let score = graded.and_then(|g| g.total.score).map(|s| (s * 10.0).round() / 10.0);
    new.set(shape, "grade_score", score.map_or(Value::Null, Value::Num));
    let was_manual = old.is_some_and(|o| o.get(shape, "grade_manual").as_bool() == Some(true));
    let chosen = match old {
        Some(old) => old.get(shape, "grade") != new.get(shape, "grade"),
        None => true,
    };
    let manual = if chosen { !new.get(shape, "grade").is_null() } else { was_manual };
    if manual && chosen {
        new.set(shape, "grade_manual", Value::Bool(true));
        new.set(shape, "grade_set_by", Value::Id(ctx.actor.user_id));
        new.set(shape, "grade_set_at", Value::Time(ctx.now));
        // The reason of the grade before does not explain this one.
        if old.is_some_and(|o| o.get(shape, "grade_reason") == new.get(shape, "grade_reason")) {
            new.set(shape, "grade_reason", Value::Null);
        }
    }
    if !manual {
        for key in ["grade_manual", "grade_set_by", "grade_set_at", "grade_reason"] {
            new.set(shape, key, Value::Null);
        }
        new.set(shape, "grade", word(computed));
    }
    Ok(())
}

/// The reason of a grade that is set by hand. A person who sets one says why; what a file, a rule or another program
/// brings may have none, for nobody is there to be asked.
pub(crate) fn explain(
    ctx: &Ctx<'_>,
    shape: &Shape,
    old: Option<&Record>,
    new: &mut Record,
    said: Option<&Value>,
) -> Result<()> {
    let manual = new.get(shape, "grade_manual").as_bool() == Some(true);
    let stays = old.is_some_and(|old| old.get(shape, "grade") == new.get(shape, "grade"));
    if !manual || stays {
        return Ok(());
    }
    if let Some(said) = said {
        new.set(shape, "grade_reason", said.clone());
    }
    if ctx.actor.session_id.is_none() {
        return Ok(());
    }
    grade::check_reason(new.get(shape, "grade_reason").as_str()).map_err(Error::Invalid)
}

/// A lifecycle stage that somebody sets stays until it is cleared; then the rules decide again. A new customer stands in
/// the first one: whoever scores it would have to write it down for each of a million.
pub(crate) fn pin_stage(ctx: &Ctx<'_>, shape: &Shape, old: Option<&Record>, new: &mut Record) {
    let stage = |r: &Record| r.get(shape, "lifecycle_stage").clone();
    if old.map_or(Value::Null, stage) != stage(new) {
        let pinned = !stage(new).is_null();
        new.set(shape, "lifecycle_manual", if pinned { Value::Bool(true) } else { Value::Null });
    }
    if old.is_none() {
        if stage(new).is_null() {
            new.set(shape, "lifecycle_stage", Value::Text(Stage::Acquisition.code().to_owned()));
        }
        new.set(shape, "lifecycle_on", Value::Date(ctx.parse().today()));
    }
}

/// Since when nothing more is invested in a customer; without the flag there is neither a day nor a reason.
pub(crate) fn stop_investing(ctx: &Ctx<'_>, shape: &Shape, new: &mut Record) {
    if new.get(shape, "invest_stopped").as_bool() != Some(true) {
        for key in ["invest_stopped", "invest_stopped_on", "invest_stop_reason"] {
            new.set(shape, key, Value::Null);
        }
    } else if new.get(shape, "invest_stopped_on").is_null() {
        new.set(shape, "invest_stopped_on", Value::Date(ctx.parse().today()));
    }
}
