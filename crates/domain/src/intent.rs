//! How much a customer looks as if it were about to buy: points for what it does where we can see it, which fade
//! (S4-13, S4-43).

use crate::fields::FieldError;
use crate::settings::{Check, weights};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// What a customer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Looked at a product.
    ProductView,
    /// Looked at prices.
    PriceView,
    /// Downloaded a case study.
    CaseDownload,
    /// Downloaded a white paper.
    WhitePaper,
    /// Was at a webinar.
    Webinar,
    /// Asked for a trial.
    TrialRequest,
    /// Looked at another page.
    PageView,
    /// Downloaded something else.
    Download,
    /// Sent a form.
    Form,
    /// Opened a mail.
    EmailOpen,
    /// Followed a link in a mail.
    EmailClick,
    /// Looked at a competitor.
    CompetitorView,
}

impl Behaviour {
    /// All of them, in the order of [`Points`].
    pub const ALL: [Behaviour; 12] = [
        Behaviour::ProductView,
        Behaviour::PriceView,
        Behaviour::CaseDownload,
        Behaviour::WhitePaper,
        Behaviour::Webinar,
        Behaviour::TrialRequest,
        Behaviour::PageView,
        Behaviour::Download,
        Behaviour::Form,
        Behaviour::EmailOpen,
        Behaviour::EmailClick,
        Behaviour::CompetitorView,
    ];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::ProductView => "product_view",
            Self::PriceView => "price_view",
            Self::CaseDownload => "case_download",
            Self::WhitePaper => "white_paper",
            Self::Webinar => "webinar",
            Self::TrialRequest => "trial_request",
            Self::PageView => "page_view",
            Self::Download => "download",
            Self::Form => "form",
            Self::EmailOpen => "email_open",
            Self::EmailClick => "email_click",
            Self::CompetitorView => "competitor_view",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.code() == code)
    }

    /// The customer looked at what we sell (S1-10).
    pub fn is_view(self) -> bool {
        matches!(self, Self::ProductView | Self::PriceView)
    }
}

weights! {
    /// Points of each behaviour.
    Points {
        /// A look at a product.
        product_view: 2.0,
        /// A look at prices.
        price_view: 10.0,
        /// A case study downloaded.
        case_download: 5.0,
        /// A white paper downloaded.
        white_paper: 5.0,
        /// A webinar attended.
        webinar: 8.0,
        /// A trial asked for.
        trial_request: 20.0,
        /// A look at another page.
        page_view: 1.0,
        /// Something else downloaded.
        download: 5.0,
        /// A form sent.
        form: 15.0,
        /// A mail opened.
        email_open: 1.0,
        /// A link in a mail followed.
        email_click: 3.0,
        /// A look at a competitor: says nothing of us.
        competitor_view: 0.0,
    }
}

/// How intent is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What each behaviour is worth.
    pub points: Points,
    /// Days in which points lose half of their worth.
    pub half_life_days: f64,
    /// From so many points on a customer is on the list of high intent.
    pub high: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { points: Points::default(), half_life_days: 30.0, high: 30.0 }
    }
}

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        Check::new()
            .weights("points", &self.points.list())
            .within("half_life_days", self.half_life_days, 1.0, 3650.0)
            .within("high", self.high, 1.0, 1e6)
            .done()
    }

    /// The points of doing something so many times.
    pub fn points(&self, what: Behaviour, times: u32) -> f64 {
        let list = self.points.list();
        list.get(what as usize).map_or(0.0, |(_, points)| points * f64::from(times))
    }

    /// What points are worth after some days.
    pub fn worth(&self, points: f64, age_days: u32) -> f64 {
        points * 0.5f64.powf(f64::from(age_days) / self.half_life_days)
    }
}

/// The intent of a customer: the sum of what its points (with their age in days) are worth now.
pub fn intent(ledger: impl IntoIterator<Item = (f64, u32)>, settings: &Settings) -> f64 {
    ledger.into_iter().map(|(points, age)| settings.worth(points, age)).sum()
}
