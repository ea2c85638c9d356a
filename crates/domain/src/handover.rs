//! What somebody who leaves still holds, and how it is shared out among those who take over.

use crate::record::{Record, Shape};
use crate::value::Value;
use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// How a person holds a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// They own it.
    Owner,
    /// This link of the record names them.
    Link(&'static str),
    /// They stand in this list of the record.
    Member(&'static str),
}

impl Hold {
    /// The field in which the person stands.
    pub const fn field(self) -> &'static str {
        match self {
            Hold::Owner => "owner_id",
            Hold::Link(field) | Hold::Member(field) => field,
        }
    }
}

/// Which of the records somebody holds are still to be worked on; the others are history and stay with whom they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// Every one that is not archived.
    Live,
    /// Those whose status is one of these.
    Status(&'static [&'static str]),
    /// Those whose moment in this field is still to come.
    Ahead(&'static str),
}

/// A kind of thing that a person holds and that somebody else has to take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Stable key.
    pub key: &'static str,
    /// Plural key of the object.
    pub object: &'static str,
    /// How they hold it.
    pub hold: Hold,
    /// What of it is still open.
    pub open: Open,
}

const fn owned(object: &'static str, open: Open) -> Holding {
    Holding { key: object, object, hold: Hold::Owner, open }
}

/// Customers, which take what is open about them along.
pub const CUSTOMERS: &str = "customers";
/// Contacts, which always go with their customer.
pub const CONTACTS: &str = "contacts";

/// Every kind, customers first: what is about a customer goes where the customer went.
pub static ALL: [Holding; 10] = [
    owned(CUSTOMERS, Open::Live),
    owned(CONTACTS, Open::Live),
    owned("opportunities", Open::Status(&["open"])),
    owned("tasks", Open::Status(&["open"])),
    owned("activities", Open::Ahead("occurred_at")),
    owned("trials", Open::Status(&["planned", "running"])),
    owned("solutions", Open::Status(&["draft", "sent"])),
    owned("competitor_alerts", Open::Status(&["open"])),
    Holding { key: "managed_customers", object: CUSTOMERS, hold: Hold::Link("manager_id"), open: Open::Live },
    Holding { key: "account_teams", object: CUSTOMERS, hold: Hold::Member("account_team_ids"), open: Open::Live },
];

/// The kind of a key.
pub fn find(key: &str) -> Option<&'static Holding> {
    ALL.iter().find(|holding| holding.key == key)
}

impl Holding {
    /// The person owns it, so that it counts as theirs and nobody sees it when they are gone.
    pub fn is_owned(&self) -> bool {
        self.hold == Hold::Owner
    }

    /// The open records of a person, in the language of conditions.
    pub fn filter(&self, person: Uuid, now: DateTime<Utc>) -> Json {
        let id = Value::Id(person).to_json();
        let held = match self.hold {
            Hold::Member(field) => json!({ "field": field, "op": "has_any", "value": [id] }),
            hold => json!({ "field": hold.field(), "op": "eq", "value": id }),
        };
        let open = match self.open {
            Open::Live => return held,
            Open::Status(states) => json!({ "field": "status", "op": "in", "value": states }),
            Open::Ahead(field) => json!({ "field": field, "op": "gt", "value": Value::Time(now).to_json() }),
        };
        json!({ "all": [held, open] })
    }

    /// Does this person hold this record, and is it open?
    pub fn holds(&self, shape: &Shape, record: &Record, person: Uuid, now: DateTime<Utc>) -> bool {
        let held = match (self.hold, record.get(shape, self.hold.field())) {
            (Hold::Member(_), Value::List(members)) => members.iter().any(|m| m.as_id() == Some(person)),
            (_, value) => value.as_id() == Some(person),
        };
        let open = match self.open {
            Open::Live => true,
            Open::Status(states) => record.get(shape, "status").as_str().is_some_and(|s| states.contains(&s)),
            Open::Ahead(field) => record.get(shape, field).as_time().is_some_and(|at| at > now),
        };
        held && open && !record.archived()
    }

    /// The value of [`Hold::field`] after somebody has taken the person's place; nobody where a record goes to the pool.
    pub fn replaced(&self, shape: &Shape, record: &Record, person: Uuid, by: Option<Uuid>) -> Value {
        let Hold::Member(field) = self.hold else { return by.map_or(Value::Null, Value::Id) };
        let Value::List(members) = record.get(shape, field) else { return Value::Null };
        let others = members.iter().filter_map(Value::as_id).filter(|id| *id != person && Some(*id) != by);
        let members: Vec<Value> = others.chain(by).map(Value::Id).collect();
        if members.is_empty() { Value::Null } else { Value::List(members) }
    }
}

/// Whose turn it is, by what each was given so far and their shares: whoever would be furthest behind. Nobody where no
/// share is left.
pub fn next(given: &[i64], shares: &[u32]) -> Option<usize> {
    let turns = given.iter().zip(shares).enumerate().filter(|(_, (_, share))| **share > 0);
    // (given + 1) / share, compared without fractions.
    let less = |(a, x): (i64, u32), (b, y): (i64, u32)| {
        (i128::from(a) + 1) * i128::from(y) < (i128::from(b) + 1) * i128::from(x)
    };
    turns
        .fold(None, |best: Option<(usize, (i64, u32))>, (at, (n, share))| match best {
            Some((_, other)) if !less((*n, *share), other) => best,
            _ => Some((at, (*n, *share))),
        })
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects;

    #[test]
    fn every_kind_is_of_a_known_object_and_its_fields() {
        for holding in &ALL {
            let shape = Shape::plain(objects::find(holding.object).unwrap_or(&objects::CUSTOMERS));
            assert_eq!(shape.def.key, holding.object);
            assert!(shape.position(holding.hold.field()).is_some(), "{}", holding.key);
            let needed = match holding.open {
                Open::Live => None,
                Open::Status(_) => Some("status"),
                Open::Ahead(field) => Some(field),
            };
            assert!(needed.is_none_or(|field| shape.position(field).is_some()), "{}", holding.key);
            assert_eq!(find(holding.key), Some(holding));
        }
    }

    #[test]
    fn everybody_gets_their_share_and_turns_alternate() {
        let mut given = vec![0, 0, 0];
        let shares = [1, 2, 0];
        let mut turns = Vec::new();
        for _ in 0..6 {
            let Some(at) = next(&given, &shares) else { break };
            given[at] += 1;
            turns.push(at);
        }
        assert_eq!(given, [2, 4, 0], "{turns:?}");
        assert_eq!(next(&[0, 0], &[0, 0]), None);
        assert_eq!(next(&[3, 2, 2], &[1, 1, 1]), Some(1), "the first of those who are equally far behind");
    }

    #[test]
    fn whoever_takes_a_place_in_a_team_stands_there_once() {
        let holding = find("account_teams").copied().unwrap_or(ALL[0]);
        let shape = Shape::plain(&objects::CUSTOMERS);
        let (gone, other, new) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let mut record = Record::empty(&shape);
        record.set(&shape, "account_team_ids", Value::List(vec![Value::Id(gone), Value::Id(other), Value::Id(new)]));
        assert!(holding.holds(&shape, &record, gone, DateTime::UNIX_EPOCH));
        let after = holding.replaced(&shape, &record, gone, Some(new));
        assert_eq!(after, Value::List(vec![Value::Id(other), Value::Id(new)]));
    }

    #[test]
    fn only_what_is_open_is_held() {
        let holding = find("tasks").copied().unwrap_or(ALL[0]);
        let shape = Shape::plain(&objects::TASKS);
        let person = Uuid::from_u128(7);
        let mut record = Record::empty(&shape);
        record.set(&shape, "owner_id", Value::Id(person));
        record.set(&shape, "status", Value::Text("done".to_owned()));
        assert!(!holding.holds(&shape, &record, person, DateTime::UNIX_EPOCH));
        record.set(&shape, "status", Value::Text("open".to_owned()));
        assert!(holding.holds(&shape, &record, person, DateTime::UNIX_EPOCH));
        assert!(!holding.holds(&shape, &record, Uuid::from_u128(8), DateTime::UNIX_EPOCH));
    }
}
