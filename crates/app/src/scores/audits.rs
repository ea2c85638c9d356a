//! The self-assessment: its questions, and the baseline that the answers make.

use crate::metrics::pick;
use crate::{Ctx, Error, Result};
use contract::problem::Lang;
use contract::scoring::{AuditComparison, AuditGap, AuditQuestion, AuditQuestions};
use domain::audit::{Audit, QUESTIONS, Subject, audit};
use domain::fields::FieldError;
use domain::record::{Record, Shape};
use domain::value::Value;
use uuid::Uuid;

/// Every question, in the caller's language.
pub fn audit_questions(lang: Lang) -> AuditQuestions {
    let question = |q: &domain::audit::Question| AuditQuestion {
        key: q.key.to_owned(),
        subject: q.subject.code().to_owned(),
        subject_label: pick(lang, q.subject.label()).to_owned(),
        text: pick(lang, q.text).to_owned(),
        low: pick(lang, q.low).to_owned(),
        high: pick(lang, q.high).to_owned(),
    };
    AuditQuestions { items: QUESTIONS.iter().map(question).collect() }
}

/// What a self-assessment says against what the records of the 90 days until today show.
pub fn compare_audit(ctx: &mut Ctx<'_>, id: Uuid, lang: Lang) -> Result<AuditComparison> {
    let (shape, record) = crate::records::get(ctx, "audits", id)?;
    let text = record.get(&shape, "answers").as_str().unwrap_or("{}").to_owned();
    let answers: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap_or_default();
    let known = answers.iter().filter_map(|(key, n)| Some((key.as_str(), u8::try_from(n.as_u64()?).ok()?)));
    let found = audit(known);
    let measured = super::flywheel::indices(ctx)?;
    let mut rows: Vec<AuditGap> = found
        .baselines
        .iter()
        .zip(measured)
        .map(|(baseline, measured)| AuditGap {
            key: baseline.subject.code().to_owned(),
            label: super::recommend::subject_label(baseline.subject, lang),
            felt: baseline.score,
            measured,
            gap: baseline.score.zip(measured).map(|(felt, measured)| felt - measured),
        })
        .collect();
    rows.sort_by(|a, b| b.gap.unwrap_or(0.0).abs().total_cmp(&a.gap.unwrap_or(0.0).abs()));
    Ok(AuditComparison { rows })
}

/// Sums the answers of a self-assessment up. An unknown question and an answer beyond 1 to 5 are refused.
pub(crate) fn sum_up(shape: &Shape, new: &mut Record) -> Result<()> {
    let text = new.get(shape, "answers").as_str().unwrap_or("{}").to_owned();
    let answers: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap_or_default();
    let mut errors = Vec::new();
    let mut known: Vec<(&str, u8)> = Vec::new();
    for (key, value) in &answers {
        let answer = value.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| (1..=5).contains(n));
        match (QUESTIONS.iter().any(|q| q.key == key), answer) {
            (false, _) => errors.push(FieldError::new(format!("answers.{key}"), "unknown_field", "")),
            (true, None) => errors.push(FieldError::new(format!("answers.{key}"), "out_of_range", "1..5")),
            (true, Some(answer)) => known.push((key, answer)),
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let found = audit(known);
    let areas =
        ["commitment", "precision", "engagement", "process", "customers"].map(|area| (area, of_area(&found, area)));
    for (area, score) in areas {
        new.set(shape, area, score.map_or(Value::Null, |s| Value::Num(s.round())));
    }
    let known = areas.into_iter().filter_map(|(area, score)| Some((area, score?)));
    let lowest = known.reduce(|low, next| if next.1 < low.1 { next } else { low });
    new.set(shape, "weakest", lowest.map_or(Value::Null, |(area, _)| Value::Text(area.to_owned())));
    Ok(())
}

fn of_area(found: &Audit, area: &str) -> Option<f64> {
    let fits = |subject: Subject| match subject {
        Subject::Principles(principle) => principle.code() == area,
        Subject::FourR(_) => area == "process",
        Subject::Sdae(_) => area == "customers",
    };
    let scores: Vec<f64> = found.baselines.iter().filter(|b| fits(b.subject)).filter_map(|b| b.score).collect();
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
}
