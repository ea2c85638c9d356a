//! Who owns what: narrowing a number to a person, a team or a region.

use crate::totals::json_id;
use crate::{Ctx, Result, Visible};
use persistence::totals::{Member, TeamNode};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Everybody and every team.
pub(crate) struct People {
    members: Vec<Member>,
    teams: HashMap<Uuid, TeamNode>,
}

/// What a caller narrows a number to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Narrow {
    /// One owner.
    pub(crate) owner: Option<Uuid>,
    /// The members of a team and of the teams below it.
    pub(crate) team: Option<Uuid>,
    /// The members of the teams of a region.
    pub(crate) region: Option<String>,
}

/// Deeper trees are not followed.
const MAX_DEPTH: usize = 64;

impl People {
    /// Reads them.
    pub(crate) fn load(ctx: &mut Ctx<'_>) -> Result<People> {
        let members = persistence::totals::members(ctx.conn)?;
        let teams = persistence::totals::teams(ctx.conn)?.into_iter().map(|t| (t.id, t)).collect();
        Ok(People { members, teams })
    }

    /// Everybody.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// The name of a person.
    pub(crate) fn name(&self, id: Uuid) -> Option<&str> {
        self.members.iter().find(|m| m.id == id).map(|m| m.name.as_str())
    }

    /// A team.
    pub(crate) fn team(&self, id: Uuid) -> Option<&TeamNode> {
        self.teams.get(&id)
    }

    fn line(&self, team: Uuid) -> impl Iterator<Item = &TeamNode> {
        let start = self.teams.get(&team);
        std::iter::successors(start, |t| t.parent.and_then(|p| self.teams.get(&p))).take(MAX_DEPTH)
    }

    /// The region of a team: its own, else that of the nearest team above it.
    pub(crate) fn region(&self, team: Uuid) -> Option<&str> {
        self.line(team).find_map(|t| t.region.as_deref())
    }

    /// The teams of a region; without one, the teams that have any.
    pub(crate) fn teams_of_region(&self, region: Option<&str>) -> Vec<Uuid> {
        let fits = |team: &Uuid| match (self.region(*team), region) {
            (Some(has), Some(wanted)) => has == wanted,
            (has, None) => has.is_some(),
            (None, Some(_)) => false,
        };
        sorted(self.teams.keys().copied().filter(fits).collect())
    }

    fn teams_under(&self, team: Uuid) -> Vec<Uuid> {
        sorted(self.teams.keys().copied().filter(|id| self.line(*id).any(|t| t.id == team)).collect())
    }

    /// The teams that a narrowing leaves; `None` when it does not look at teams.
    fn teams_left(&self, narrow: &Narrow) -> Option<Vec<Uuid>> {
        let under = narrow.team.map(|team| self.teams_under(team));
        let of_region = narrow.region.as_deref().map(|region| self.teams_of_region(Some(region)));
        match (under, of_region) {
            (Some(mut a), Some(b)) => {
                a.retain(|id| b.contains(id));
                Some(a)
            }
            (a, b) => a.or(b),
        }
    }

    /// The owners that are both visible and left by the narrowing.
    pub(crate) fn narrow(&self, visible: &Visible, narrow: &Narrow) -> Visible {
        let teams = self.teams_left(narrow);
        if teams.is_none() && narrow.owner.is_none() {
            return visible.clone();
        }
        let fits = |m: &&Member| {
            narrow.owner.is_none_or(|owner| owner == m.id)
                && teams.as_ref().is_none_or(|teams| m.team.is_some_and(|t| teams.contains(&t)))
                && visible.contains(Some(m.id))
        };
        Visible::Owners(self.members.iter().filter(fits).map(|m| m.id).collect())
    }

    /// The same as conditions of a list.
    pub(crate) fn conditions(&self, narrow: &Narrow) -> Vec<Json> {
        let mut all = Vec::new();
        if let Some(owner) = narrow.owner {
            all.push(json!({"field": "owner_id", "op": "eq", "value": json_id(owner)}));
        }
        if let Some(teams) = self.teams_left(narrow) {
            all.push(in_teams("in", &teams));
        }
        all
    }
}

/// A condition on the owner's team. No team at all is written as one that does not exist.
pub(crate) fn in_teams(op: &str, teams: &[Uuid]) -> Json {
    let nobody = [Uuid::nil()];
    let teams = if teams.is_empty() { &nobody } else { teams };
    let ids: Vec<Json> = teams.iter().map(|id| json_id(*id)).collect();
    json!({"field": "owner_id.team_id", "op": op, "value": ids})
}

fn sorted(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids
}
