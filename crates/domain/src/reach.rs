//! Whom a call, a mail or a message was with: addresses in one form, and the decision which customer, contact and
//! opportunity it belongs to (S1-37). Whatever is not certain is left to a person.

use crate::text::{normalise_email, normalise_phone};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Providers whose addresses say nothing of a company.
const PUBLIC_DOMAINS: [&str; 28] = [
    "qq.com",
    "foxmail.com",
    "163.com",
    "126.com",
    "yeah.net",
    "vip.163.com",
    "vip.126.com",
    "vip.qq.com",
    "188.com",
    "139.com",
    "189.cn",
    "wo.cn",
    "sina.com",
    "sina.cn",
    "vip.sina.com",
    "sohu.com",
    "tom.com",
    "21cn.com",
    "aliyun.com",
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "live.cn",
    "icloud.com",
    "yahoo.com",
    "proton.me",
];

/// Is this the domain of a provider that anybody can have an address at?
pub fn is_public(domain: &str) -> bool {
    PUBLIC_DOMAINS.contains(&domain)
}

/// One way in which somebody is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// A phone, in one form.
    Phone(String),
    /// A mail address, in one form.
    Email(String),
    /// A WeChat id.
    Wechat(String),
    /// An identity in another system, such as WeCom's `external_userid`.
    External(String),
}

impl Address {
    /// A phone; `None` when it is none.
    pub fn phone(text: &str) -> Option<Address> {
        normalise_phone(text).map(Address::Phone)
    }

    /// A mail address; `None` when it is none.
    pub fn email(text: &str) -> Option<Address> {
        normalise_email(text).map(Address::Email)
    }

    /// The domain, where it is a company's own.
    pub fn domain(&self) -> Option<&str> {
        match self {
            Address::Email(email) => email.rsplit_once('@').map(|(_, domain)| domain).filter(|d| !is_public(d)),
            Address::Phone(_) | Address::Wechat(_) | Address::External(_) => None,
        }
    }
}

/// Somebody or some company that an address may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// A contact, and the customer that it belongs to.
    Contact(Uuid, Option<Uuid>),
    /// A customer itself.
    Customer(Uuid),
}

/// An open opportunity of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opportunity {
    /// Its id.
    pub id: Uuid,
    /// Its customer.
    pub customer: Uuid,
    /// The contact that it names.
    pub contact: Option<Uuid>,
}

/// What a communication belongs to, and what is left to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belongs {
    /// The customer, when it is certain.
    pub customer: Option<Uuid>,
    /// The contact, when it is certain.
    pub contact: Option<Uuid>,
    /// The open opportunity, when it is certain.
    pub opportunity: Option<Uuid>,
    /// Customers to choose from.
    pub customers: BTreeSet<Uuid>,
    /// Contacts to choose from.
    pub contacts: BTreeSet<Uuid>,
    /// Opportunities to choose from.
    pub opportunities: BTreeSet<Uuid>,
}

impl Belongs {
    /// Nothing was found at all.
    pub fn unmatched(&self) -> bool {
        self.customer.is_none() && self.contact.is_none() && !self.ambiguous()
    }

    /// Something is left to choose.
    pub fn ambiguous(&self) -> bool {
        !(self.customers.is_empty() && self.contacts.is_empty() && self.opportunities.is_empty())
    }
}

/// Decides by the matches of each participant: those by an address first, those by a company's domain only where no
/// address is known. An address that two people share, or participants of two customers, are left to choose from.
pub fn decide(direct: &[Vec<Match>], by_domain: &BTreeSet<Uuid>) -> Belongs {
    let mut found = Belongs::default();
    let mut customers: BTreeSet<Uuid> = BTreeSet::new();
    let mut contacts: BTreeSet<Uuid> = BTreeSet::new();
    let mut first = None;
    for matches in direct {
        let people: BTreeSet<Uuid> =
            matches.iter().filter_map(|m| if let Match::Contact(id, _) = m { Some(*id) } else { None }).collect();
        if let ([one], None) = (people.iter().collect::<Vec<_>>().as_slice(), first) {
            first = Some(**one);
        }
        if people.len() > 1 {
            contacts.extend(people);
        }
        customers.extend(matches.iter().filter_map(|m| match m {
            Match::Contact(_, customer) => *customer,
            Match::Customer(id) => Some(*id),
        }));
    }
    if customers.is_empty() && first.is_none() && contacts.is_empty() {
        customers.clone_from(by_domain);
    }
    match customers.iter().collect::<Vec<_>>().as_slice() {
        [] => found.contact = first,
        [one] => {
            found.customer = Some(**one);
            found.contact = first;
        }
        _ => found.customers = customers,
    }
    if found.contact.is_none() || !found.customers.is_empty() {
        found.contacts = contacts;
    }
    if !found.customers.is_empty() {
        found.contact = None;
    }
    found
}

/// Adds the open opportunity of the customer: the only one, or the only one that names the contact.
pub fn with_opportunity(mut belongs: Belongs, open: &[Opportunity]) -> Belongs {
    let Some(customer) = belongs.customer else { return belongs };
    let of: Vec<&Opportunity> = open.iter().filter(|o| o.customer == customer).collect();
    let named: Vec<&&Opportunity> =
        of.iter().filter(|o| belongs.contact.is_some() && o.contact == belongs.contact).collect();
    match (of.as_slice(), named.as_slice()) {
        ([], _) => {}
        ([one], _) => belongs.opportunity = Some(one.id),
        (_, [one]) => belongs.opportunity = Some(one.id),
        (several, _) => belongs.opportunities = several.iter().map(|o| o.id).collect(),
    }
    belongs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn addresses_take_one_form_and_public_providers_are_no_company() {
        assert_eq!(Address::phone("+86 138-0013-8000"), Some(Address::Phone("13800138000".to_owned())));
        assert_eq!(Address::phone("nobody"), None);
        assert_eq!(
            Address::email(" Li@Acme.CN ").and_then(|a| a.domain().map(str::to_owned)).as_deref(),
            Some("acme.cn")
        );
        assert_eq!(Address::email("li@qq.com").and_then(|a| a.domain().map(str::to_owned)), None);
    }

    #[test]
    fn one_person_is_certain_and_brings_the_customer() {
        let found = decide(&[vec![Match::Contact(id(1), Some(id(9)))]], &BTreeSet::new());
        assert_eq!((found.contact, found.customer, found.ambiguous()), (Some(id(1)), Some(id(9)), false));
    }

    #[test]
    fn a_shared_phone_leaves_the_person_open_and_two_companies_leave_both() {
        let shared = [Match::Contact(id(1), Some(id(9))), Match::Contact(id(2), Some(id(9)))];
        let found = decide(&[shared.to_vec()], &BTreeSet::new());
        assert_eq!((found.customer, found.contact), (Some(id(9)), None));
        assert_eq!(found.contacts, [id(1), id(2)].into());
        let two = decide(&[vec![Match::Contact(id(1), Some(id(8)))], vec![Match::Customer(id(9))]], &BTreeSet::new());
        assert_eq!((two.customer, two.contact, two.customers), (None, None, [id(8), id(9)].into()));
    }

    #[test]
    fn a_domain_counts_only_where_nobody_is_known() {
        let domain = [id(7)].into();
        assert_eq!(decide(&[vec![]], &domain).customer, Some(id(7)));
        assert_eq!(decide(&[vec![Match::Customer(id(9))]], &domain).customer, Some(id(9)));
        assert!(decide(&[vec![]], &BTreeSet::new()).unmatched());
        assert_eq!(decide(&[], &[id(6), id(7)].into()).customers, [id(6), id(7)].into());
    }

    #[test]
    fn the_only_open_opportunity_is_taken_and_of_several_the_one_of_the_contact() {
        let of = |n, contact| Opportunity { id: id(n), customer: id(9), contact };
        let known = |contact| Belongs { customer: Some(id(9)), contact, ..Belongs::default() };
        assert_eq!(with_opportunity(known(None), &[of(1, None)]).opportunity, Some(id(1)));
        let two = [of(1, None), of(2, Some(id(5)))];
        assert_eq!(with_opportunity(known(Some(id(5))), &two).opportunity, Some(id(2)));
        let open = with_opportunity(known(None), &two);
        assert_eq!((open.opportunity, open.opportunities), (None, [id(1), id(2)].into()));
        assert_eq!(with_opportunity(known(None), &[]), known(None));
    }
}
