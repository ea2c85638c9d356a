//! The shipped roles, and comparing what two callers may do.

use super::{Action, Grant, Mask, Masks, Permissions, Scope};
use crate::fields::{Label, label};

/// What can be permitted besides the objects of [`crate::objects`].
pub const ADMINISTRATIVE: [&str; 14] = [
    "pool",
    "settings",
    "roles",
    "api_keys",
    "custom_fields",
    "imports",
    "exports",
    "events",
    "metrics",
    "reports",
    "scores",
    "rules",
    "webhooks",
    "operations",
];

/// The key of the role that may do everything and of which one holder always remains.
pub const ADMINISTRATOR: &str = "administrator";

/// The key of the role whose holders serve strategic customers beside sales (S2-10, S2-35).
pub const SUCCESS_MANAGER: &str = "customer_success";

/// The key of the role whose holders serve customers after the sale.
pub const SERVICE: &str = "service";

/// The key of the role whose holders support customers with technology (S1-13, S1-26).
pub const TECHNICAL: &str = "technical";

/// Every key that a grant may name: the objects in their order, then the administrative ones.
pub fn permission_keys() -> Vec<&'static str> {
    let mut keys: Vec<&'static str> = Vec::new();
    for key in crate::objects::ALL.iter().map(|o| o.permission).chain(ADMINISTRATIVE) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// A role as it is shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippedRole {
    /// Stable key.
    pub key: &'static str,
    /// Its name.
    pub label: Label,
    /// What it allows.
    pub permissions: Permissions,
}

/// The records of sales work: owned, so that a scope limits them.
const SALES: [&str; 6] = ["customers", "assessments", "contacts", "opportunities", "activities", "tasks"];
/// What everybody looks things up in.
const REFERENCE: [&str; 5] = ["products", "pipelines", "tags", "teams", "users"];
/// Figures about records.
const FIGURES: [&str; 4] = ["events", "metrics", "reports", "scores"];

const READ_ALL: Grant = Grant::read_only(Scope::All);
const EVERYTHING: Grant = Grant::full(Scope::All);
/// Seeing every rule and making one's own.
const RULES_OF_ONES_OWN: Grant = Grant { read: Scope::All, ..jobs(Scope::Own) };

/// Builds a role from its grants; later ones replace earlier ones.
struct Draft(Permissions);

impl Draft {
    /// What every person has: the reference lists to read and saved views of one's own.
    fn person() -> Draft {
        Draft(Permissions::default())
            .grant(&REFERENCE, READ_ALL)
            .grant(&["saved_views"], Grant::full(Scope::Own))
            .grant(&["contents", "incentives", "segments"], READ_ALL)
            .grant(&["goals"], jobs(Scope::Own))
            .grant(&["pulses"], work(Scope::Own, Scope::Own))
            .grant(&["settings", "custom_fields"], READ_ALL)
    }

    fn grant(mut self, objects: &[&str], grant: Grant) -> Draft {
        for object in objects {
            self.0.objects.insert((*object).to_owned(), grant);
        }
        self
    }

    fn masks(mut self, phone: Mask, email: Mask) -> Draft {
        self.0.masks = Masks { phone, email };
        self
    }

    fn role(self, key: &'static str, zh: &'static str, en: &'static str) -> ShippedRole {
        ShippedRole { key, label: label(zh, en), permissions: self.0 }
    }
}

/// Seeing and making within one scope, without archiving, export or import.
const fn work(read: Scope, write: Scope) -> Grant {
    Grant { read, create: write, update: write, archive: Scope::None, export: Scope::None, import: Scope::None }
}

/// What a person makes and looks after: imports and exports, keys, rules.
const fn jobs(scope: Scope) -> Grant {
    Grant { read: scope, create: scope, update: scope, archive: scope, export: Scope::None, import: Scope::None }
}

/// Seeing the public pool, taking records out of it for oneself, and giving them to people within a scope.
const fn pool(claim: Scope, assign: Scope) -> Grant {
    Grant {
        read: Scope::All,
        create: claim,
        update: assign,
        archive: Scope::None,
        export: Scope::None,
        import: Scope::None,
    }
}

/// Those who serve customers beside their owners: they see all of them, and write down what they do and how they judge those
/// of whose account team they are.
fn account_team() -> Draft {
    Draft::person()
        .grant(&["customers", "opportunities", "orders"], READ_ALL)
        .grant(&["contacts"], work(Scope::All, Scope::All))
        .grant(&["activities", "assessments", "tasks"], work(Scope::All, Scope::Own))
        .grant(&["tags"], work(Scope::All, Scope::All))
        .grant(&["rules"], READ_ALL)
}

/// The shipped roles, widest first.
pub fn shipped() -> Vec<ShippedRole> {
    vec![
        Draft(administrator()).role(ADMINISTRATOR, "管理员", "Administrator"),
        Draft::person()
            .grant(&SALES, EVERYTHING)
            .grant(
                &["orders", "products", "pipelines", "tags", "contents", "goals", "incentives", "segments"],
                EVERYTHING,
            )
            .grant(&["pulses"], work(Scope::All, Scope::Own))
            .grant(&FIGURES, READ_ALL)
            .grant(&["imports", "exports"], jobs(Scope::All))
            .grant(&["api_keys"], jobs(Scope::Own))
            .grant(&["rules"], jobs(Scope::All))
            .grant(&["operations"], READ_ALL)
            .grant(&["pool"], pool(Scope::All, Scope::All))
            .role("director", "销售总监", "Director"),
        Draft::person()
            .grant(&SALES, Grant::full(Scope::Subtree))
            .grant(&["orders"], Grant::full(Scope::Subtree))
            .grant(&["contents", "segments"], work(Scope::All, Scope::All))
            .grant(&["goals"], jobs(Scope::Subtree))
            .grant(&["incentives"], work(Scope::All, Scope::Own))
            .grant(&["pulses"], work(Scope::Subtree, Scope::Own))
            .grant(&["tags"], work(Scope::All, Scope::All))
            .grant(&FIGURES, Grant::read_only(Scope::Subtree))
            .grant(&["imports", "exports"], jobs(Scope::Own))
            .grant(&["api_keys"], jobs(Scope::Own))
            .grant(&["rules"], RULES_OF_ONES_OWN)
            .grant(&["pool"], pool(Scope::All, Scope::Subtree))
            .role("manager", "销售经理", "Manager"),
        Draft::person()
            .grant(&SALES, Grant::full(Scope::Own))
            .grant(&["orders"], work(Scope::Own, Scope::Own))
            .grant(&["tags"], work(Scope::All, Scope::All))
            .grant(&FIGURES, Grant::read_only(Scope::Own))
            .grant(&["imports", "exports"], jobs(Scope::Own))
            .grant(&["rules"], READ_ALL)
            .grant(&["pool"], pool(Scope::All, Scope::None))
            .role("representative", "销售代表", "Representative"),
        Draft::person()
            .grant(
                &["customers", "assessments", "contacts"],
                Grant { export: Scope::All, import: Scope::All, ..work(Scope::All, Scope::All) },
            )
            .grant(&["opportunities", "orders"], READ_ALL)
            .grant(&["activities", "tasks"], work(Scope::All, Scope::Own))
            .grant(&["tags", "contents", "segments"], EVERYTHING)
            .grant(&FIGURES, READ_ALL)
            .grant(&["imports", "exports"], jobs(Scope::Own))
            .masks(Mask::Partial, Mask::Clear)
            .grant(&["rules"], RULES_OF_ONES_OWN)
            .role("marketing", "市场", "Marketing"),
        account_team().grant(&["metrics", "scores"], READ_ALL).role(SERVICE, "客户服务", "Service"),
        account_team().grant(&FIGURES, READ_ALL).role(SUCCESS_MANAGER, "客户成功经理", "Customer success manager"),
        account_team().grant(&["metrics", "scores"], READ_ALL).role(TECHNICAL, "技术支持", "Technical support"),
        Draft::person()
            .grant(&["customers", "assessments", "contacts", "opportunities"], READ_ALL)
            .grant(&["orders"], EVERYTHING)
            .grant(&["tasks"], Grant::full(Scope::Own))
            .grant(&FIGURES, READ_ALL)
            .grant(&["imports", "exports"], jobs(Scope::Own))
            .masks(Mask::Partial, Mask::Partial)
            .grant(&["rules"], READ_ALL)
            .role("finance", "财务", "Finance"),
        Draft::person()
            .grant(&SALES, READ_ALL)
            .grant(&["orders", "goals"], READ_ALL)
            .grant(&FIGURES, READ_ALL)
            .masks(Mask::Partial, Mask::Partial)
            .grant(&["rules"], READ_ALL)
            .role("read_only", "只读", "Read-only"),
        Draft::person()
            .grant(&SALES, EVERYTHING)
            .grant(&["orders", "products", "tags"], EVERYTHING)
            .grant(&["goals"], READ_ALL)
            .grant(&FIGURES, READ_ALL)
            .grant(&["imports", "exports"], jobs(Scope::All))
            .grant(&["webhooks"], jobs(Scope::All))
            .grant(&["pool"], pool(Scope::None, Scope::All))
            .role("integration", "系统集成", "Integration"),
    ]
}

/// Everything.
pub fn administrator() -> Permissions {
    let objects = permission_keys().into_iter().map(|key| (key.to_owned(), EVERYTHING)).collect();
    Permissions { objects, masks: Masks::default() }
}

impl Permissions {
    /// Does this allow nothing that `other` does not?
    pub fn within(&self, other: &Permissions) -> bool {
        let grants = self
            .objects
            .iter()
            .all(|(object, grant)| Action::ALL.iter().all(|a| grant.scope(*a) <= other.scope(object, *a)));
        grants && self.masks.phone >= other.masks.phone && self.masks.email >= other.masks.email
    }

    /// What both allow: the narrower grant and the stronger mask.
    pub fn intersect(&self, other: &Permissions) -> Permissions {
        let both = |object: &str, grant: &Grant| {
            let least = |action| grant.scope(action).min(other.scope(object, action));
            Grant {
                read: least(Action::Read),
                create: least(Action::Create),
                update: least(Action::Update),
                archive: least(Action::Archive),
                export: least(Action::Export),
                import: least(Action::Import),
            }
        };
        Permissions {
            objects: self.objects.iter().map(|(object, grant)| (object.clone(), both(object, grant))).collect(),
            masks: Masks {
                phone: self.masks.phone.max(other.masks.phone),
                email: self.masks.email.max(other.masks.email),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(key: &str) -> Permissions {
        shipped().into_iter().find(|r| r.key == key).map(|r| r.permissions).unwrap_or_default()
    }

    #[test]
    fn every_shipped_role_names_known_objects_only_and_is_within_the_administrator() {
        let keys = permission_keys();
        for role in shipped() {
            assert!(role.permissions.objects.keys().all(|k| keys.contains(&k.as_str())), "{}", role.key);
            assert!(role.permissions.within(&administrator()), "{}", role.key);
        }
    }

    #[test]
    fn only_the_administrator_manages_people_and_roles() {
        for role in shipped().iter().filter(|r| r.key != ADMINISTRATOR) {
            for object in ["users", "teams", "roles", "settings", "custom_fields"] {
                for action in [Action::Create, Action::Update, Action::Archive] {
                    assert_eq!(role.permissions.scope(object, action), Scope::None, "{} {object}", role.key);
                }
            }
        }
    }

    #[test]
    fn a_representative_works_on_own_records_and_a_manager_on_those_of_the_subtree() {
        for action in Action::ALL {
            assert_eq!(permissions("representative").scope("opportunities", action), Scope::Own);
            assert_eq!(permissions("manager").scope("opportunities", action), Scope::Subtree);
        }
        assert_eq!(permissions("read_only").scope("customers", Action::Update), Scope::None);
    }

    #[test]
    fn everybody_has_goals_of_their_own_and_a_manager_those_of_the_subtree() {
        for action in [Action::Read, Action::Create, Action::Update, Action::Archive] {
            assert_eq!(permissions("representative").scope("goals", action), Scope::Own);
            assert_eq!(permissions("manager").scope("goals", action), Scope::Subtree);
            assert_eq!(permissions("director").scope("goals", action), Scope::All);
        }
        assert_eq!(permissions("read_only").scope("goals", Action::Create), Scope::None);
    }

    #[test]
    fn what_two_allow_together_is_within_both() {
        for a in shipped() {
            for b in shipped() {
                let both = a.permissions.intersect(&b.permissions);
                assert!(both.within(&a.permissions) && both.within(&b.permissions), "{} and {}", a.key, b.key);
            }
        }
    }
}
