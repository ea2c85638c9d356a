//! Who may do what to which records: permissions per object with a scope, and field masks.

pub mod password;
pub mod roles;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far a permission reaches over owned records. Ordered: a wider scope contains a narrower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Not allowed.
    #[default]
    None,
    /// Records the user owns.
    Own,
    /// Records owned by members of the user's team.
    Team,
    /// Records owned by members of the user's team and every team below it.
    Subtree,
    /// Every record.
    All,
}

/// What is done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See it in lists, details, aggregates, search, events and files.
    Read,
    /// Make a new one.
    Create,
    /// Change it.
    Update,
    /// Archive or restore it.
    Archive,
    /// Take it out as a file.
    Export,
    /// Bring it in from a file.
    Import,
}

impl Action {
    /// Every action, in the order of the permission matrix.
    pub const ALL: [Action; 6] =
        [Action::Read, Action::Create, Action::Update, Action::Archive, Action::Export, Action::Import];
}

/// The scopes of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Grant {
    /// Seeing.
    pub read: Scope,
    /// Making.
    pub create: Scope,
    /// Changing.
    pub update: Scope,
    /// Archiving and restoring.
    pub archive: Scope,
    /// Taking out as a file.
    pub export: Scope,
    /// Bringing in from a file.
    pub import: Scope,
}

impl Grant {
    /// Everything within one scope.
    pub const fn full(scope: Scope) -> Grant {
        Grant { read: scope, create: scope, update: scope, archive: scope, export: scope, import: scope }
    }

    /// Seeing only.
    pub const fn read_only(scope: Scope) -> Grant {
        Grant {
            read: scope,
            create: Scope::None,
            update: Scope::None,
            archive: Scope::None,
            export: Scope::None,
            import: Scope::None,
        }
    }

    /// The scope of one action.
    pub const fn scope(&self, action: Action) -> Scope {
        match action {
            Action::Read => self.read,
            Action::Create => self.create,
            Action::Update => self.update,
            Action::Archive => self.archive,
            Action::Export => self.export,
            Action::Import => self.import,
        }
    }

    /// The wider of two grants, action by action: several roles add up.
    pub fn union(&self, other: &Grant) -> Grant {
        Grant {
            read: self.read.max(other.read),
            create: self.create.max(other.create),
            update: self.update.max(other.update),
            archive: self.archive.max(other.archive),
            export: self.export.max(other.export),
            import: self.import.max(other.import),
        }
    }
}

/// How a sensitive field is shown. Ordered from most to least visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// As it is.
    #[default]
    Clear,
    /// Enough to recognise, not enough to use: `138****5678`.
    Partial,
    /// Not at all.
    Hidden,
}

/// The masks of a role for the sensitive kinds of field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Masks {
    /// Phone numbers.
    pub phone: Mask,
    /// E-mail addresses.
    pub email: Mask,
}

/// What a role allows: grants by object key (the plural), and masks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Permissions {
    /// Grants by object key; an object that is not named is not allowed.
    pub objects: BTreeMap<String, Grant>,
    /// Field masks.
    pub masks: Masks,
}

impl Permissions {
    /// The scope of an action on an object.
    pub fn scope(&self, object: &str, action: Action) -> Scope {
        self.objects.get(object).map_or(Scope::None, |g| g.scope(action))
    }

    /// Several roles together: the wider grant and the more visible mask wins.
    pub fn union<'a>(roles: impl IntoIterator<Item = &'a Permissions>) -> Permissions {
        let mut roles = roles.into_iter();
        let Some(first) = roles.next() else {
            return Permissions { objects: BTreeMap::new(), masks: Masks { phone: Mask::Hidden, email: Mask::Hidden } };
        };
        roles.fold(first.clone(), |mut acc, role| {
            for (object, grant) in &role.objects {
                let entry = acc.objects.entry(object.clone()).or_default();
                *entry = entry.union(grant);
            }
            acc.masks.phone = acc.masks.phone.min(role.masks.phone);
            acc.masks.email = acc.masks.email.min(role.masks.email);
            acc
        })
    }
}

/// A phone number under a mask: the first three and last four digits stay (`138****5678`), of one with fewer than eleven
/// only the last two, of one with fewer than eight none.
pub fn mask_phone(phone: &str, mask: Mask) -> Option<String> {
    match mask {
        Mask::Clear => Some(phone.to_owned()),
        Mask::Hidden => None,
        Mask::Partial => {
            let chars: Vec<char> = phone.chars().collect();
            let (head, tail) = match chars.iter().filter(|c| c.is_ascii_digit()).count() {
                0..8 => (0, 0),
                8..11 => (0, 2),
                _ => (3, 4),
            };
            let (head, tail) = (chars.iter().take(head), chars.iter().skip(chars.len() - tail));
            Some(head.collect::<String>() + "****" + &tail.collect::<String>())
        }
    }
}

/// An e-mail address under a mask: the first letter and the domain stay (`z***@example.com`).
pub fn mask_email(email: &str, mask: Mask) -> Option<String> {
    match mask {
        Mask::Clear => Some(email.to_owned()),
        Mask::Hidden => None,
        Mask::Partial => match email.split_once('@') {
            Some((local, domain)) => Some(format!("{}***@{domain}", local.chars().take(1).collect::<String>())),
            None => Some("***".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_number_is_recognised_and_cannot_be_used() {
        for (phone, shown) in [
            ("13812345678", "138****5678"),
            ("021-61234567", "021****4567"),
            ("+86 138 1234 5678", "+86****5678"),
            ("61234567", "****67"),
            ("6123-4567", "****67"),
            ("400-123-4567", "****67"),
            ("1234567", "****"),
            ("12345", "****"),
        ] {
            assert_eq!(mask_phone(phone, Mask::Partial).as_deref(), Some(shown), "{phone}");
        }
    }
}
