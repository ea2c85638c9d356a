//! The settings of every model: versions, checks, and what a change would do.

use crate::{Ctx, Error, Result};
use contract::problem::Lang;
use domain::fields::FieldError;
use domain::policy::Action;
use domain::{cadence, four_r, grade, health, intent, lifecycle, playbooks, principles, repeat, rfm, sdae, tiers};
use persistence::db::AnyConnection;
use persistence::score_settings::{self as store, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// A model's settings with their version; 0 for those shipped.
#[derive(Debug, Clone)]
pub struct Setting<T> {
    /// The version.
    pub version: i64,
    /// The settings.
    pub value: T,
}

/// Lists the models: `models! { /// About. key: Settings, }` makes [`MODELS`], the struct [`Models`]
/// with one [`Setting`] per model, and its ways from and to documents.
macro_rules! models {
    ($($(#[$doc:meta])* $key:ident: $settings:ty,)+) => {
        /// The models that have settings, in the order in which they build on each other.
        pub const MODELS: [&str; [$(stringify!($key)),+].len()] = [$(stringify!($key)),+];

        /// The settings of all models as they are in force.
        #[derive(Debug, Clone)]
        pub struct Models {
            $($(#[$doc])* pub $key: Setting<$settings>,)+
        }

        impl Models {
            fn of(stored: &[Version]) -> Models {
                Models { $($key: setting(stored, stringify!($key)),)+ }
            }

            /// The same with one model's settings replaced.
            pub fn with(&self, model: &str, document: &Json) -> Result<Models> {
                let mut models = self.clone();
                $(if model == stringify!($key) {
                    models.$key.value = read(document, <$settings>::check)?;
                    return Ok(models);
                })+
                Err(Error::NotFound)
            }

            /// The version and the whole document of a model.
            pub fn document(&self, model: &str) -> Option<(i64, Json)> {
                $(if model == stringify!($key) {
                    return Some((self.$key.version, json(&self.$key.value)));
                })+
                None
            }
        }
    };
}

models! {
    /// Of RFM.
    rfm: rfm::Settings,
    /// Of the grade.
    grade: grade::Settings,
    /// Of the cadence.
    cadence: cadence::Settings,
    /// Of the four Rs.
    four_r: four_r::Settings,
    /// Of customer quality.
    sdae: sdae::Settings,
    /// Of health.
    health: health::Settings,
    /// Of service tiers.
    tiers: tiers::Settings,
    /// Of the lifecycle.
    lifecycle: lifecycle::Settings,
    /// Of repeat purchase.
    repeat: repeat::predict::Settings,
    /// Of the triggers on orders.
    triggers: repeat::triggers::Settings,
    /// Of the three principles.
    principles: principles::Settings,
    /// Of intent.
    intent: intent::Settings,
    /// Of the playbooks.
    playbooks: playbooks::Settings,
}

impl Models {
    /// Reads them.
    pub fn load(conn: &mut AnyConnection) -> Result<Models> {
        Ok(Models::of(&store::latest(conn)?))
    }
}

/// The settings as they are shipped.
pub fn shipped() -> Models {
    Models::of(&[])
}
fn json<T: Serialize>(value: &T) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

/// What was stored was checked; a document of a newer program that cannot be read gives way to what is shipped.
fn setting<T: DeserializeOwned + Default>(stored: &[Version], model: &str) -> Setting<T> {
    let found = stored.iter().find(|v| v.model == model);
    let value = found.and_then(|v| serde_json::from_str(&v.document).ok());
    Setting { version: found.map_or(0, |v| v.version), value: value.unwrap_or_default() }
}

/// A document as settings. What cannot be read names the member that is at fault.
fn read<T: DeserializeOwned>(
    document: &Json,
    check: impl Fn(&T) -> std::result::Result<(), Vec<FieldError>>,
) -> Result<T> {
    let settings: T = match serde_path(document) {
        Ok(settings) => settings,
        Err((field, detail)) => return Err(Error::field(field, "wrong_type", detail)),
    };
    check(&settings).map_err(Error::Invalid)?;
    Ok(settings)
}

/// Reads a document and finds the member at fault by leaving out one after the other.
fn serde_path<T: DeserializeOwned>(document: &Json) -> std::result::Result<T, (String, String)> {
    let error = match serde_json::from_value(document.clone()) {
        Ok(value) => return Ok(value),
        Err(error) => error.to_string(),
    };
    let Some(object) = document.as_object() else { return Err((String::new(), error)) };
    for (key, member) in object {
        let alone = Json::Object([(key.clone(), member.clone())].into_iter().collect());
        if serde_json::from_value::<T>(alone).is_ok() {
            continue;
        }
        for (inner, value) in member.as_object().into_iter().flatten() {
            let nested = serde_json::json!({ key.as_str(): { inner.as_str(): value } });
            if serde_json::from_value::<T>(nested).is_err() {
                return Err((format!("{key}.{inner}"), error));
            }
        }
        return Err((key.clone(), error));
    }
    Err((String::new(), error))
}

/// The playbooks that differ, by their keys: what they are before and after, and under [`NAMES`] what they are called.
fn playbook_changes(before: &playbooks::Settings, after: &playbooks::Settings) -> (Json, Json) {
    let (mut old, mut new) = (serde_json::Map::new(), serde_json::Map::new());
    let mut names = serde_json::Map::new();
    let keys: BTreeSet<&String> = before.own.keys().chain(after.own.keys()).collect();
    for key in keys.into_iter().filter(|key| before.own.get(*key) != after.own.get(*key)) {
        let Some(plan) = after.own.get(key).or_else(|| before.own.get(key)) else { continue };
        let shipped = playbooks::find(key).map(|_| "shipped");
        let state = |own: bool| if own { Some("changed") } else { shipped };
        for (side, own) in [(&mut old, before.own.contains_key(key)), (&mut new, after.own.contains_key(key))] {
            if let Some(state) = state(own) {
                side.insert(key.clone(), state.into());
            }
        }
        names.insert(key.clone(), json(&plan.title));
    }
    // One that was changed once more differs in more than a word can say.
    for (key, state) in &mut new {
        if old.get(key) == Some(state) {
            *state = "changed_again".into();
        }
    }
    new.insert(NAMES.to_owned(), Json::Object(names));
    (Json::Object(old), Json::Object(new))
}

/// Where the log of the set-up keeps the names of playbooks in both languages.
const NAMES: &str = "names";

/// Takes the names of playbooks out of what the log of the set-up says of them: by their keys, in the reader's language.
pub(crate) fn take_names(said: &mut serde_json::Map<String, Json>, lang: Lang) -> Vec<(String, String)> {
    let is_of_playbooks = said.get("key").and_then(Json::as_str) == Some("playbooks");
    let names = if is_of_playbooks { said.remove(NAMES) } else { None };
    let names: BTreeMap<String, playbooks::Words> =
        names.and_then(|names| serde_json::from_value(names).ok()).unwrap_or_default();
    names.into_iter().map(|(key, name)| (key, lang.pick(&name.zh, &name.en).to_owned())).collect()
}

/// Keeps a new version of a model's settings, based on the one that the caller read.
pub fn set(ctx: &mut Ctx<'_>, model: &str, based_on: Option<i64>, document: &Json) -> Result<i64> {
    ctx.require("settings", Action::Update)?;
    let models = Models::load(ctx.conn)?;
    let (current, before) = models.document(model).ok_or(Error::NotFound)?;
    crate::settings::based_on(based_on, current)?;
    let then = models.with(model, document)?;
    super::basic::check(ctx, &then)?;
    let after = then.document(model).map_or(Json::Null, |(_, document)| document);
    if after == before {
        return Ok(current);
    }
    let version = Version {
        model: model.to_owned(),
        version: current + 1,
        document: after.to_string(),
        created_at: ctx.now,
        created_by: Some(ctx.actor.user_id),
    };
    store::insert(ctx.conn, &version)?;
    let (old, new) = match model {
        "playbooks" => playbook_changes(&models.playbooks.value, &then.playbooks.value),
        _ => (before, after),
    };
    let named = |document: Json| match document {
        Json::Object(mut members) => {
            members.insert("key".to_owned(), model.into());
            Json::Object(members)
        }
        other => other,
    };
    crate::identity::note_settings(ctx, "score_settings", &named(old), &named(new))?;
    if model == "rfm" {
        super::refresh::due_again(ctx)?;
    }
    super::nightly::due_again(ctx)?;
    Ok(version.version)
}
