//! The three principles of a period, and their course over the months.

use super::four_r::{minutes, period};
use super::models::Models;
use crate::metrics::{Narrow, People, pick};
use crate::{Ctx, Error, Result, Visible};
use chrono::{Datelike, Duration, Months, NaiveDate};
use contract::problem::Lang;
use contract::scoring::{
    GoalAgreement, GoalAgreements, PeriodQuery, PrincipleGauge, PrinciplesCourse, PrinciplesMonth, PrinciplesReport,
    ScorePart,
};
use domain::automation::calendar::Calendar;
use domain::grade;
use domain::policy::{Action, Scope as Reach};
use domain::principles::{self, Principles};
use domain::sdae::Share;
use persistence::contact_scores::{self, By, Place, Sums};
use persistence::principles::{self as store, Span};

pub(super) type Days = (NaiveDate, NaiveDate);

/// The most months of a course.
const MOST_MONTHS: usize = 24;

/// Who and what a report is of.
pub(super) struct Scope {
    pub(super) models: Models,
    pub(super) people: People,
    pub(super) visible: Visible,
    pub(super) narrow: Narrow,
    /// Whose surveys and trainings of these the caller may see.
    voices: Visible,
    calendar: Calendar,
}

impl Scope {
    pub(super) fn load(ctx: &mut Ctx<'_>, query: &PeriodQuery) -> Result<(Scope, Days)> {
        let visible = ctx.require("scores", Action::Read)?;
        let days = period(ctx, query.from, query.to)?;
        let people = People::load(ctx)?;
        let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
        let visible = people.narrow(&visible, &narrow);
        let heard = ctx.actor.visible("pulses", Action::Read).unwrap_or(Visible::Owners([].into()));
        let voices = visible.and(&heard);
        let calendar = crate::calendar::load(ctx)?;
        Ok((Scope { models: Models::load(ctx.conn)?, people, visible, narrow, voices, calendar }, days))
    }

    /// For each period the people who were there, and their working days in it until today: without public holidays,
    /// with the weekend days worked in exchange.
    fn staff(&self, ctx: &mut Ctx<'_>, spans: &[Span]) -> Result<Vec<(i64, i64)>> {
        let (zone, today) = (ctx.zone(), ctx.parse().today());
        let working = |span: &Span| -> Vec<NaiveDate> {
            let until = span.days.1.min(today);
            let days = span.days.0.iter_days().take_while(|day| *day <= until);
            days.filter(|day| self.calendar.is_working_day(*day)).collect()
        };
        let working: Vec<Vec<NaiveDate>> = spans.iter().map(working).collect();
        let mut found = vec![(0, 0); spans.len()];
        for person in store::present(ctx.conn, spans, self.visible.owners())? {
            let (Some(count), Some(days)) = (found.get_mut(person.span), working.get(person.span)) else { continue };
            let came = person.hired_on.unwrap_or_else(|| zone.day(person.created_at));
            let from = days.partition_point(|day| *day < came);
            let to = person.left_on.map_or(days.len(), |left| days.partition_point(|day| *day <= left));
            count.0 += 1;
            count.1 += i64::try_from(to.saturating_sub(from)).unwrap_or(0);
        }
        Ok(found)
    }
}

/// The principles of one period.
pub(super) struct Measured {
    /// People who were there.
    pub(super) people: i64,
    /// Their working days in it.
    pub(super) person_days: i64,
    pub(super) principles: Principles,
}

fn share(part: i64, whole: i64) -> Option<Share> {
    let count = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
    (whole > 0).then(|| Share { part: count(part.min(whole)), whole: count(whole) })
}

/// Measures several periods in as many queries as one.
pub(super) fn measured(ctx: &mut Ctx<'_>, scope: &Scope, periods: &[Days]) -> Result<Vec<Measured>> {
    let parse = ctx.parse();
    let moment = |day: NaiveDate| parse.midnight(day);
    let span = |days: &Days| Span { days: *days, moments: (moment(days.0), moment(days.1 + Duration::days(1))) };
    let spans: Vec<Span> = periods.iter().map(span).collect();
    let (owners, voices) = (scope.visible.owners(), scope.voices.owners());
    let mut staff = scope.staff(ctx, &spans)?.into_iter();
    let mut goals = store::acknowledged(ctx.conn, &spans, owners)?.into_iter();
    let mut linked = store::linked(ctx.conn, &spans, owners)?.into_iter();
    let mut said = store::pulse(ctx.conn, &spans, voices, ctx.actor.user_id)?.into_iter();
    let mut trained = store::training(ctx.conn, &spans, voices)?.into_iter();
    let mut worked = store::days_worked(ctx.conn, &spans, owners)?.into_iter();
    let whole = periods.iter().copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let by = By { grade: true, day: true, ..By::default() };
    let contacts = whole.map_or(Ok(Vec::new()), |days| contact_scores::sums(ctx.conn, days, owners, by))?;
    let mut found = Vec::with_capacity(periods.len());
    for days in periods {
        let (people, person_days) = staff.next().unwrap_or_default();
        let (published, agreed) = goals.next().unwrap_or_default();
        let (with_goals, serving) = linked.next().unwrap_or_default();
        let [commitment, energy, learning] =
            said.next().unwrap_or_default().map(|said| principles::told(said.mean, said.people, said.others));
        let of_period = |(place, _): &&(Place, Sums)| place.day >= days.0 && place.day <= days.1;
        let of_period: Vec<(Place, Sums)> = contacts.iter().filter(of_period).copied().collect();
        let allocation = grade::allocation(&minutes(&of_period), &scope.models.grade.value.target_share);
        // Learning as people feel it, and as tests show it where there were any.
        let cognitive = match (learning, trained.next().flatten()) {
            (Some(felt), Some(shown)) => Some((felt + shown) / 2.0),
            (felt, shown) => felt.or(shown),
        };
        let facts = principles::Facts {
            acknowledged: share(agreed, published * people),
            linked: share(serving, with_goals),
            pulse: commitment,
            precision: allocation.map(|a| a.index),
            cognitive,
            emotional: energy,
            worked: share(worked.next().unwrap_or_default(), person_days),
        };
        let principles = principles::principles(&facts, &scope.models.principles.value);
        found.push(Measured { people, person_days, principles });
    }
    Ok(found)
}

/// Measures one period.
pub(super) fn measured_in(ctx: &mut Ctx<'_>, scope: &Scope, days: Days) -> Result<Measured> {
    let found = measured(ctx, scope, &[days])?.pop();
    found.ok_or_else(|| Error::Internal("a period was not measured".to_owned()))
}

/// What an input of a principle is called.
fn part_label(key: &str) -> [&'static str; 2] {
    match key {
        "acknowledged" => ["目标已确认", "Goals acknowledged"],
        "linked" => ["个人目标已挂钩", "Personal goals linked"],
        "pulse" => ["脉搏问卷：认同", "Pulse: commitment"],
        "cognitive" => ["学习与运用", "Learning and use of it"],
        "emotional" => ["脉搏问卷：热情", "Pulse: energy"],
        "behavioural" => ["有工作记录的天数", "Days with logged work"],
        _ => ["时间投向", "Share of time by grade"],
    }
}

/// The three principles of a period.
pub fn three_principles(ctx: &mut Ctx<'_>, query: &PeriodQuery, lang: Lang) -> Result<PrinciplesReport> {
    let (scope, days) = Scope::load(ctx, query)?;
    let found = measured_in(ctx, &scope, days)?;
    let part = |p: &domain::weighted::Part| ScorePart {
        key: p.key.to_owned(),
        label: pick(lang, part_label(p.key)).to_owned(),
        formula: String::new(),
        weight: p.weight,
        value: p.value,
        points: p.points,
        source: if p.value.is_some() { "computed" } else { "missing" }.to_owned(),
        age_days: None,
    };
    let gauge = |g: &principles::Gauge| PrincipleGauge {
        principle: g.principle.code().to_owned(),
        label: pick(lang, g.principle.label()).to_owned(),
        question: pick(lang, g.principle.question()).to_owned(),
        score: g.total.score,
        coverage: g.total.coverage,
        parts: g.parts().iter().map(part).collect(),
    };
    Ok(PrinciplesReport {
        from: days.0,
        to: days.1,
        people: found.people,
        gauges: found.principles.gauges.iter().map(gauge).collect(),
        lowest: found.principles.lowest.map(|p| p.code().to_owned()),
    })
}

/// How many stand behind each published goal, and whether the caller does. Whoever reads nobody else's acknowledgements
/// is not told a number.
pub fn agreements(ctx: &mut Ctx<'_>) -> Result<GoalAgreements> {
    ctx.require("goals", Action::Read)?;
    let reach = ctx.actor.permissions.scope("pulses", Action::Read);
    let told = reach > Reach::Own;
    let visible = ctx.actor.visible("pulses", Action::Read).unwrap_or(Visible::Owners([].into()));
    let found = store::agreements(ctx.conn, visible.owners(), ctx.actor.user_id)?;
    let one = |a: store::Agreement| GoalAgreement { goal_id: a.goal, people: told.then_some(a.people), mine: a.mine };
    Ok(GoalAgreements { items: found.into_iter().map(one).collect() })
}

/// The months of a period, the first of them whole; at most so many.
fn months((from, to): Days) -> Vec<Days> {
    let first = from.with_day(1).unwrap_or(from);
    let begins = std::iter::successors(Some(first), |day| day.checked_add_months(Months::new(1)));
    let month = |begin: NaiveDate| {
        let next = begin.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
        (begin, to.min(next - Duration::days(1)))
    };
    begins.take_while(|begin| *begin <= to).take(MOST_MONTHS + 1).map(month).collect()
}

/// The three principles month by month.
pub fn course(ctx: &mut Ctx<'_>, query: &PeriodQuery, lang: Lang) -> Result<PrinciplesCourse> {
    let to = query.to.unwrap_or_else(|| ctx.parse().today());
    let from = query.from.or_else(|| to.checked_sub_months(Months::new(11)));
    let (scope, days) = Scope::load(ctx, &PeriodQuery { from, to: Some(to), ..query.clone() })?;
    let months = months(days);
    if months.len() > MOST_MONTHS {
        return Err(Error::field("from", "too_many", MOST_MONTHS.to_string()));
    }
    let found = measured(ctx, &scope, &months)?;
    let month = |((from, to), found): (Days, Measured)| PrinciplesMonth {
        from,
        to,
        people: found.people,
        scores: found.principles.gauges.map(|g| g.total.score).to_vec(),
        lowest: found.principles.lowest.map(|p| p.code().to_owned()),
    };
    Ok(PrinciplesCourse {
        labels: principles::Principle::ALL.map(|p| pick(lang, p.label()).to_owned()).to_vec(),
        items: months.into_iter().zip(found).map(month).collect(),
    })
}
