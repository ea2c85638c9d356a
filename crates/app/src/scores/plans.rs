//! Playbooks as an organisation writes them.

use super::models::{self, Models};
use super::playbooks;
use crate::{Ctx, Error, Result};
use contract::problem::Lang;
use contract::scoring::{Playbook, PlaybookFits, PlaybookInput, PlaybookTaskInput};
use domain::fields::FieldError;
use domain::lifecycle::Stage;
use domain::playbooks::{Doer, Every, Fits, Library, Plan, Priority, Settings, Sign, Starts, Task, Words, plan_faults};
use domain::profiles::Profile;
use domain::rfm::Overlay;
use domain::sdae::{Band, Dimension};
use domain::settings::Check;
use uuid::Uuid;

const OVERLAYS: [Overlay; 3] = [Overlay::HighValue, Overlay::Potential, Overlay::Sleeping];

/// For whom a playbook is, as the API says it.
pub(super) fn fits_out(fits: Fits) -> PlaybookFits {
    let (kind, value, band) = match fits {
        Fits::Dimension { dimension, band } => ("dimension", dimension.code().to_owned(), Some(band.code().to_owned())),
        Fits::Stage { stage } => ("stage", stage.code().to_owned(), None),
        Fits::Segment { segment } => ("segment", segment.code().to_owned(), None),
        Fits::Profile { profile } => ("profile", profile.code().to_owned(), None),
        Fits::Sign { sign } => ("sign", sign.code().to_owned(), None),
        Fits::Preference { tag_id } => ("preference", tag_id.to_string(), None),
        Fits::Any {} => ("any", String::new(), None),
    };
    PlaybookFits { kind: kind.to_owned(), value: Some(value).filter(|v| !v.is_empty()), band }
}

fn fits_in(fits: &PlaybookFits) -> std::result::Result<Fits, FieldError> {
    let value = fits.value.as_deref().unwrap_or_default();
    let wrong = |allowed: Vec<&str>| FieldError::new("fits.value", "choice", allowed.join(", "));
    Ok(match fits.kind.as_str() {
        "dimension" => Fits::Dimension {
            dimension: Dimension::parse(value)
                .ok_or_else(|| wrong(Dimension::ALL.iter().map(|d| d.code()).collect()))?,
            band: fits.band.as_deref().and_then(Band::parse).ok_or_else(|| {
                let allowed: Vec<&str> = Band::ALL.iter().map(|b| b.code()).collect();
                FieldError::new("fits.band", "choice", allowed.join(", "))
            })?,
        },
        "stage" => Fits::Stage {
            stage: Stage::parse(value).ok_or_else(|| wrong(Stage::ALL.iter().map(|s| s.code()).collect()))?,
        },
        "segment" => Fits::Segment {
            segment: OVERLAYS
                .into_iter()
                .find(|o| o.code() == value)
                .ok_or_else(|| wrong(OVERLAYS.iter().map(|o| o.code()).collect()))?,
        },
        "profile" => Fits::Profile {
            profile: Profile::parse(value).ok_or_else(|| wrong(Profile::ALL.iter().map(|p| p.code()).collect()))?,
        },
        "sign" => Fits::Sign {
            sign: Sign::ALL
                .into_iter()
                .map(|(sign, _)| sign)
                .find(|s| s.code() == value)
                .ok_or_else(|| wrong(Sign::ALL.iter().map(|(s, _)| s.code()).collect()))?,
        },
        "preference" => Fits::Preference {
            tag_id: domain::fields::parse_id(value).ok_or_else(|| FieldError::new("fits.value", "link_missing", ""))?,
        },
        "any" => Fits::Any {},
        _ => {
            let kinds = "dimension, stage, segment, profile, sign, preference, any";
            return Err(FieldError::new("fits.kind", "choice", kinds));
        }
    })
}

fn task(i: usize, input: &PlaybookTaskInput, errors: &mut Vec<FieldError>) -> Task {
    let priority = [Priority::High, Priority::Normal, Priority::Low].into_iter().find(|p| p.code() == input.priority);
    let doers = [Doer::Owner, Doer::Manager, Doer::Technical, Doer::Service];
    let doer = doers.into_iter().find(|d| d.code() == input.doer);
    let repeat = input.repeat.as_deref().and_then(|word| Every::ALL.into_iter().find(|e| e.code() == word));
    if input.repeat.is_some() && repeat.is_none() {
        errors.push(FieldError::new(format!("tasks[{i}].repeat"), "choice", Every::ALL.map(Every::code).join(", ")));
    }
    if priority.is_none() {
        errors.push(FieldError::new(format!("tasks[{i}].priority"), "choice", "high, normal, low"));
    }
    if doer.is_none() {
        errors.push(FieldError::new(format!("tasks[{i}].doer"), "choice", doers.map(Doer::code).join(", ")));
    }
    Task {
        title: Words::same(input.title.trim()),
        note: Words::same(input.note.as_deref().unwrap_or_default().trim()),
        in_days: input.days,
        priority: priority.unwrap_or(Priority::Normal),
        doer: doer.unwrap_or(Doer::Owner),
        repeat,
    }
}

/// What is written in a language the shipped text of which it repeats stays in both languages.
fn keep(words: &mut Words, before: Option<&Words>) {
    if let Some(before) = before.filter(|b| b.zh == words.zh || b.en == words.en) {
        *words = before.clone();
    }
}

fn read(ctx: &mut Ctx<'_>, input: &PlaybookInput, before: Option<&Plan>) -> Result<Plan> {
    let mut errors = Vec::new();
    let fits = fits_in(&input.fits).unwrap_or_else(|e| {
        errors.push(e);
        Fits::Any {}
    });
    if let Fits::Preference { tag_id } = fits {
        let shape = ctx.shape("tags")?;
        if !persistence::records::exists(ctx.conn, &shape, tag_id, crate::Visible::All.owners())? {
            errors.push(FieldError::new("fits.value", "link_missing", ""));
        }
    }
    let starts = match input.starts.as_str() {
        "automatic" => Starts::Automatic,
        "by_hand" => Starts::ByHand,
        _ => {
            errors.push(FieldError::new("starts", "choice", "by_hand, automatic"));
            Starts::ByHand
        }
    };
    let tasks = input.tasks.iter().enumerate().map(|(i, t)| task(i, t, &mut errors)).collect();
    let (title, aim) = (Words::same(input.title.trim()), Words::same(input.aim.trim()));
    let mut plan = Plan { title, aim, fits, starts, active: input.active, tasks };
    keep(&mut plan.title, before.map(|b| &b.title));
    keep(&mut plan.aim, before.map(|b| &b.aim));
    for (i, task) in plan.tasks.iter_mut().enumerate() {
        let old = before.and_then(|b| b.tasks.get(i));
        keep(&mut task.title, old.map(|t| &t.title));
        keep(&mut task.note, old.map(|t| &t.note));
    }
    let mut check = Check::new();
    plan_faults(&plan, "", &mut check);
    errors.extend(check.done().err().unwrap_or_default());
    if errors.is_empty() { Ok(plan) } else { Err(Error::Invalid(errors)) }
}

/// Changes a playbook, or makes a new one without a key. `based_on` is the version of the list that the caller read.
pub fn save(
    ctx: &mut Ctx<'_>,
    key: Option<&str>,
    based_on: Option<i64>,
    input: &PlaybookInput,
    lang: Lang,
) -> Result<Playbook> {
    ctx.require("settings", domain::policy::Action::Update)?;
    let models = Models::load(ctx.conn)?;
    let library = Library::of(&models.playbooks.value);
    let before = match key {
        Some(key) => Some(library.find(key).ok_or(Error::NotFound)?.plan.clone()),
        None => None,
    };
    let plan = read(ctx, input, before.as_ref())?;
    let key = key.map_or_else(|| format!("own_{}", Uuid::now_v7().simple()), str::to_owned);
    let mut settings: Settings = models.playbooks.value;
    settings.own.insert(key.clone(), plan);
    let based_on = if before.is_none() { Some(models.playbooks.version) } else { based_on };
    store(ctx, based_on, &settings)?;
    let library = Library::of(&settings);
    library.find(&key).map(|entry| playbooks::show(entry, lang)).ok_or(Error::NotFound)
}

/// Takes back what was changed of a shipped playbook, or removes an own one.
pub fn reset(ctx: &mut Ctx<'_>, key: &str, based_on: Option<i64>) -> Result<()> {
    ctx.require("settings", domain::policy::Action::Update)?;
    let mut settings: Settings = Models::load(ctx.conn)?.playbooks.value;
    settings.own.remove(key).ok_or(Error::NotFound)?;
    store(ctx, based_on, &settings)
}

fn store(ctx: &mut Ctx<'_>, based_on: Option<i64>, settings: &Settings) -> Result<()> {
    let document = serde_json::to_value(settings).map_err(|e| Error::Internal(e.to_string()))?;
    models::set(ctx, "playbooks", based_on, &document).map(|_| ())
}
