//! Finding whom a call, a mail, a message or a visit of a page was with (S1-37): by phone, mail address, WeChat id or the
//! identity in another system, and by the domain of a company, within the caller's sight. A caller from whom phones or
//! mail addresses are masked finds nobody by them.

pub mod behaviours;
pub mod communications;

use crate::{Ctx, Result, Visible};
use domain::policy::{Action, Mask};
use domain::reach::{Address, Belongs, Match, Opportunity, decide, with_opportunity};
use domain::text::normalise_phone;
use persistence::communications::{self as store, Found, Key};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is known of many addresses, read in a fixed number of queries.
pub(crate) struct Book {
    direct: BTreeMap<Address, BTreeSet<Match>>,
    domains: BTreeMap<String, BTreeSet<Uuid>>,
    open: Vec<Opportunity>,
}

/// The texts to look for in each index.
#[derive(Default)]
struct Wanted {
    tails: BTreeSet<String>,
    emails: BTreeSet<String>,
    wechats: BTreeSet<String>,
    externals: BTreeSet<String>,
    domains: BTreeSet<String>,
}

impl Wanted {
    fn of(ctx: &Ctx<'_>, addresses: &BTreeSet<Address>, by_domain: bool) -> Wanted {
        let masks = ctx.actor.permissions.masks;
        let mut wanted = Wanted::default();
        for address in addresses {
            match address {
                Address::Phone(phone) if masks.phone == Mask::Clear => {
                    let digits: Vec<char> = phone.chars().collect();
                    wanted.tails.insert(digits.iter().skip(digits.len().saturating_sub(8)).collect());
                }
                Address::Email(email) if masks.email == Mask::Clear => {
                    wanted.emails.insert(email.clone());
                    wanted.domains.extend(address.domain().filter(|_| by_domain).map(str::to_owned));
                }
                Address::Phone(_) | Address::Email(_) => {}
                Address::Wechat(id) => {
                    wanted.wechats.insert(id.clone());
                }
                Address::External(key) => {
                    wanted.externals.insert(key.clone());
                }
            }
        }
        wanted
    }
}

/// Every way in which the pages of a company may be written.
fn pages(domain: &str) -> Vec<String> {
    let hosts = [domain.to_owned(), format!("www.{domain}")];
    let schemes = ["", "http://", "https://"];
    hosts
        .iter()
        .flat_map(|host| schemes.iter().flat_map(move |s| ["", "/"].map(|end| format!("{s}{host}{end}"))))
        .collect()
}

/// What stands for the host in an address of pages.
fn host(page: &str) -> String {
    let page = page.to_lowercase();
    let page = page.split_once("://").map_or(page.as_str(), |(_, rest)| rest);
    page.trim_start_matches("www.").trim_end_matches('/').to_owned()
}

impl Book {
    /// Looks all of these up; companies by the domain of a mail address only when asked.
    pub(crate) fn read(ctx: &mut Ctx<'_>, addresses: &BTreeSet<Address>, by_domain: bool) -> Result<Book> {
        let wanted = Wanted::of(ctx, addresses, by_domain);
        let mut book = Book { direct: BTreeMap::new(), domains: BTreeMap::new(), open: Vec::new() };
        for object in ["contacts", "customers"] {
            book.people(ctx, object, &wanted)?;
        }
        book.companies(ctx, &wanted)?;
        book.opportunities(ctx)?;
        Ok(book)
    }

    fn found(ctx: &mut Ctx<'_>, object: &str, key: Key, texts: &BTreeSet<String>) -> Result<Vec<Found>> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let shape = ctx.shape(object)?;
        let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read) else { return Ok(Vec::new()) };
        let texts: Vec<String> = texts.iter().cloned().collect();
        Ok(store::find(ctx.conn, &shape, visible.owners(), key, &texts)?)
    }

    fn people(&mut self, ctx: &mut Ctx<'_>, object: &str, wanted: &Wanted) -> Result<()> {
        let mut add = |address: Address, found: &Found| {
            let is = match object {
                "contacts" => Match::Contact(found.id, found.customer),
                _ => Match::Customer(found.id),
            };
            self.direct.entry(address).or_default().insert(is);
        };
        for found in Book::found(ctx, object, Key::PhoneTail, &wanted.tails)? {
            // Eight digits are not the whole number.
            if let Some(phone) = normalise_phone(&found.value) {
                add(Address::Phone(phone), &found);
            }
        }
        for found in Book::found(ctx, object, Key::Email, &wanted.emails)? {
            add(Address::Email(found.value.clone()), &found);
        }
        if object == "contacts" {
            for found in Book::found(ctx, object, Key::Wechat, &wanted.wechats)? {
                add(Address::Wechat(found.value.clone()), &found);
            }
            for found in Book::found(ctx, object, Key::External, &wanted.externals)? {
                add(Address::External(found.value.clone()), &found);
            }
        }
        Ok(())
    }

    fn companies(&mut self, ctx: &mut Ctx<'_>, wanted: &Wanted) -> Result<()> {
        let domain = |email: &str| email.rsplit_once('@').map(|(_, d)| d.to_owned()).unwrap_or_default();
        let mut all: Vec<(String, Uuid)> = Vec::new();
        for found in Book::found(ctx, "contacts", Key::Domain, &wanted.domains)? {
            all.extend(found.customer.map(|customer| (domain(&found.value), customer)));
        }
        for found in Book::found(ctx, "customers", Key::Domain, &wanted.domains)? {
            all.push((domain(&found.value), found.id));
        }
        let written = wanted.domains.iter().flat_map(|d| pages(d)).collect();
        for found in Book::found(ctx, "customers", Key::Website, &written)? {
            all.push((host(&found.value), found.id));
        }
        for (domain, customer) in all {
            self.domains.entry(domain).or_default().insert(customer);
        }
        Ok(())
    }

    fn opportunities(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        let of = |m: &Match| match m {
            Match::Contact(_, customer) => *customer,
            Match::Customer(id) => Some(*id),
        };
        let mut customers: BTreeSet<Uuid> = self.direct.values().flatten().filter_map(of).collect();
        customers.extend(self.domains.values().flatten());
        let shape = ctx.shape("opportunities")?;
        if let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read).filter(|_| !customers.is_empty()) {
            let customers: Vec<Uuid> = customers.into_iter().collect();
            self.open = store::open_opportunities(ctx.conn, &shape, visible.owners(), &customers)?;
        }
        Ok(())
    }

    /// What something with these addresses belongs to, each set being those of one person.
    pub(crate) fn belongs(&self, ctx: &mut Ctx<'_>, people: &[BTreeSet<Address>]) -> Result<Belongs> {
        let direct: Vec<Vec<Match>> = people
            .iter()
            .map(|addresses| {
                let all: BTreeSet<Match> =
                    addresses.iter().filter_map(|a| self.direct.get(a)).flatten().copied().collect();
                all.into_iter().collect()
            })
            .collect();
        let domains = people.iter().flatten().filter_map(|a| self.domains.get(a.domain()?)).flatten().copied();
        let found = decide(&direct, &domains.collect());
        let found = self.seen(ctx, found)?;
        Ok(with_opportunity(found, &self.open))
    }

    /// Without customers that the caller may not see, although they see the contact.
    fn seen(&self, ctx: &mut Ctx<'_>, mut found: Belongs) -> Result<Belongs> {
        let shape = ctx.shape("customers")?;
        let visible = ctx.actor.visible(shape.def.permission, Action::Read).unwrap_or(Visible::Owners([].into()));
        if visible == Visible::All {
            return Ok(found);
        }
        let wanted: Vec<Uuid> = found.customer.into_iter().chain(found.customers.iter().copied()).collect();
        let seen = persistence::records::titles(ctx.conn, &shape, &wanted, visible.owners())?;
        let sees = |id: &Uuid| seen.iter().any(|(s, _)| s == id);
        found.customer = found.customer.filter(sees);
        found.customers.retain(|id| sees(id));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_pages_of_a_company_are_found_however_they_are_written() {
        let all = super::pages("acme.cn");
        for page in ["acme.cn", "https://www.acme.cn/", "http://acme.cn"] {
            assert!(all.iter().any(|p| p == page), "{page}");
            assert_eq!(super::host(page), "acme.cn");
        }
    }
}
