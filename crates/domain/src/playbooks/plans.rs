//! Playbooks as an organisation wants them: the shipped ones as they are or changed, its own beside them, and which
//! of them begin by themselves (S0-20, S1-13, S1-14, S4-25).

use super::{Doer, Every, Playbook, Priority, all, of_dimension, of_overlay, of_profile, of_stage};
use crate::fields::FieldError;
use crate::grade::Grade;
use crate::lifecycle::Stage;
use crate::profiles::Profile;
use crate::rfm::Overlay;
use crate::sdae::{Band, Dimension};
use crate::settings::Check;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Own playbooks at most, and tasks of one.
const MOST: usize = 100;
const MOST_TASKS: usize = 20;

/// A text in both languages; what somebody writes is the same in both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    /// The same in both languages.
    pub fn same(text: &str) -> Words {
        Words { zh: text.to_owned(), en: text.to_owned() }
    }

    fn of(pair: [&'static str; 2]) -> Words {
        Words { zh: pair[0].to_owned(), en: pair[1].to_owned() }
    }
}

/// A sign that something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Viewed often, not ordered (S1-10).
    Browsed,
    /// Bought again too rarely (S1-11).
    Recall,
    /// Of high value and probably gone.
    WinBack,
    /// High churn risk (S1-43).
    Churn,
    /// Health fell (S4-25).
    Health,
}

impl Sign {
    /// All of them, with the key of the shipped playbook of each.
    pub const ALL: [(Sign, &'static str); 5] = [
        (Sign::WinBack, "win_back"),
        (Sign::Churn, "churn_risk"),
        (Sign::Health, "health_alert"),
        (Sign::Recall, "low_repurchase"),
        (Sign::Browsed, "browsed_without_order"),
    ];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Browsed => "browsed",
            Self::Recall => "recall",
            Self::WinBack => "win_back",
            Self::Churn => "churn",
            Self::Health => "health",
        }
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Browsed => ["多次浏览未下单", "Viewed often, not ordered"],
            Self::Recall => ["复购偏少", "Buys again too rarely"],
            Self::WinBack => ["重要客户可能流失", "Of value and probably gone"],
            Self::Churn => ["高流失风险", "High churn risk"],
            Self::Health => ["健康预警", "Health alert"],
        }
    }
}

/// Which customers a playbook is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fits {
    /// Those with a dimension in a band.
    Dimension {
        /// The dimension.
        dimension: Dimension,
        /// The band.
        band: Band,
    },
    /// Those in a lifecycle stage.
    Stage {
        /// The stage.
        stage: Stage,
    },
    /// Those of a strategy over the RFM segments.
    Segment {
        /// The strategy.
        segment: Overlay,
    },
    /// Those of a profile.
    Profile {
        /// The profile.
        profile: Profile,
    },
    /// Those that show a sign.
    Sign {
        /// The sign.
        sign: Sign,
    },
    /// Those with a preference.
    Preference {
        /// The tag.
        tag_id: Uuid,
    },
    /// Any: somebody chooses it.
    Any {},
}

/// How a playbook begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Starts {
    /// Somebody starts it, or a rule.
    ByHand,
    /// By itself, when a customer comes to be one that it fits.
    Automatic,
}

/// One task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What to do.
    pub title: Words,
    /// How.
    pub note: Words,
    /// Days until it is due.
    pub in_days: u16,
    /// How pressing it is.
    pub priority: Priority,
    /// Who does it.
    pub doer: Doer,
    /// It comes back once it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Every>,
}

/// A playbook as it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What it is called.
    pub title: Words,
    /// What it is for.
    pub aim: Words,
    /// For whom.
    pub fits: Fits,
    /// How it begins.
    pub starts: Starts,
    /// It is suggested and may be started.
    pub active: bool,
    /// Its tasks in their order.
    pub tasks: Vec<Task>,
}

impl Plan {
    /// A shipped playbook.
    fn shipped(playbook: &Playbook) -> Plan {
        let fits = shipped_fits(playbook.key);
        let automatic = matches!(
            fits,
            Fits::Dimension { dimension: Dimension::Security, band: Band::Weak }
                | Fits::Dimension { dimension: Dimension::Development, band: Band::Strong }
                | Fits::Stage { stage: Stage::Growth | Stage::Maturity }
        );
        let task = |step: &super::Step| Task {
            title: Words::of(step.title),
            note: Words::of(step.note),
            in_days: step.in_days,
            priority: step.priority,
            doer: step.doer,
            repeat: step.repeat,
        };
        Plan {
            title: Words::of(playbook.title),
            aim: Words::of(playbook.aim),
            fits,
            starts: if automatic { Starts::Automatic } else { Starts::ByHand },
            active: true,
            tasks: playbook.steps.iter().map(task).collect(),
        }
    }
}

fn shipped_fits(key: &str) -> Fits {
    for dimension in Dimension::ALL {
        for band in Band::ALL {
            if of_dimension(dimension, band).key == key {
                return Fits::Dimension { dimension, band };
            }
        }
    }
    let stage = Stage::ALL.into_iter().find(|s| of_stage(*s).key == key).map(|stage| Fits::Stage { stage });
    let segment = [Overlay::HighValue, Overlay::Potential, Overlay::Sleeping].into_iter();
    let segment = segment.into_iter().find(|o| of_overlay(*o).key == key).map(|segment| Fits::Segment { segment });
    let profile = Profile::ALL.into_iter().find(|p| of_profile(*p).key == key).map(|profile| Fits::Profile { profile });
    let sign = Sign::ALL.into_iter().find(|(_, k)| *k == key).map(|(sign, _)| Fits::Sign { sign });
    stage.or(segment).or(profile).or(sign).unwrap_or(Fits::Any {})
}

/// What an organisation changed of the playbooks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Customers of these grades are started for automatically.
    pub automatic_grades: Vec<Grade>,
    /// Changed playbooks by the key of the shipped one, and own ones.
    pub own: BTreeMap<String, Plan>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { automatic_grades: vec![Grade::A, Grade::B], own: BTreeMap::new() }
    }
}

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut check = Check::new();
        if self.own.len() > MOST {
            check.fault("own", "too_many", &MOST.to_string());
        }
        for (key, plan) in &self.own {
            plan_faults(plan, &format!("own.{key}."), &mut check);
        }
        check.done()
    }
}

/// What is wrong with a playbook that somebody wrote; fields begin with the prefix.
pub fn plan_faults(plan: &Plan, prefix: &str, check: &mut Check) {
    text_faults(&format!("{prefix}title"), &plan.title, 100, check);
    text_faults(&format!("{prefix}aim"), &plan.aim, 300, check);
    for (i, task) in plan.tasks.iter().enumerate() {
        text_faults(&format!("{prefix}tasks[{i}].title"), &task.title, 200, check);
        if task.note.zh.chars().count() > 1000 || task.note.en.chars().count() > 1000 {
            check.fault(&format!("{prefix}tasks[{i}].note"), "too_long", "1000");
        }
        check.within(&format!("{prefix}tasks[{i}].days"), f64::from(task.in_days), 0.0, 365.0);
    }
    if plan.tasks.is_empty() {
        check.fault(&format!("{prefix}tasks"), "required", "");
    }
    if plan.tasks.len() > MOST_TASKS {
        check.fault(&format!("{prefix}tasks"), "too_many", &MOST_TASKS.to_string());
    }
}

fn text_faults(field: &str, text: &Words, most: usize, check: &mut Check) {
    if text.zh.trim().is_empty() || text.en.trim().is_empty() {
        check.fault(field, "required", "");
    } else if text.zh.chars().count() > most || text.en.chars().count() > most {
        check.fault(field, "too_long", &most.to_string());
    }
}

/// One playbook in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Its content.
    pub plan: Plan,
    /// It is shipped, changed or not.
    pub shipped: bool,
    /// It was changed, or is the organisation's own.
    pub own: bool,
}

/// All playbooks in force: the shipped ones in their order, then own ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Library {
    /// The playbooks.
    pub entries: Vec<Entry>,
    /// Customers of these grades are started for automatically.
    pub automatic_grades: Vec<Grade>,
}

impl Library {
    /// The playbooks of an organisation.
    pub fn of(settings: &Settings) -> Library {
        let mut own = settings.own.clone();
        let mut entries: Vec<Entry> = all()
            .map(|playbook| {
                let changed = own.remove(playbook.key);
                let (own, plan) = (changed.is_some(), changed.unwrap_or_else(|| Plan::shipped(playbook)));
                Entry { key: playbook.key.to_owned(), plan, shipped: true, own }
            })
            .collect();
        entries.extend(own.into_iter().map(|(key, plan)| Entry { key, plan, shipped: false, own: true }));
        Library { entries, automatic_grades: settings.automatic_grades.clone() }
    }

    /// A playbook by its key.
    pub fn find(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }

    /// The active playbooks for some customers.
    pub fn fitting(&self, fits: Fits) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |e| e.plan.active && e.plan.fits == fits)
    }

    /// Those of them that begin by themselves for a customer of a grade.
    pub fn automatic(&self, fits: Fits, grade: Option<Grade>) -> impl Iterator<Item = &Entry> {
        let wanted = grade.is_some_and(|grade| self.automatic_grades.contains(&grade));
        self.fitting(fits).filter(move |e| wanted && e.plan.starts == Starts::Automatic)
    }
}
