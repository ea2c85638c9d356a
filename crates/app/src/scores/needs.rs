//! Groups of customers by what they need, found from what goes together (S1-08).

use super::segments::{count, has_any, read};
use crate::metrics::{Narrow, People};
use crate::totals::list_link;
use crate::{Ctx, Result, Visible};
use contract::problem::Lang;
use contract::scoring::{DueQuery, Need, NeedCluster, NeedClusters, NeedLink};
use domain::needs::{Cluster, Pairs, Settings, Singles, clusters};
use domain::policy::Action;
use persistence::db::AnyConnection;
use persistence::needs::{self as store, Together};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Customers read at once.
const CHUNK: i64 = 2_000;
/// Needs of one customer that are looked at.
const MOST: usize = 12;
/// Groups shown.
const SHOWN: usize = 30;
/// Where needs are said.
const KINDS: [&str; 3] = ["tags", "preference_ids", "pain_ids"];

/// Where a need was said, by its place among [`KINDS`], and which it is.
type Key = (usize, Uuid);

/// Counts what all customers need, and what they need together.
pub(super) fn tally(conn: &mut AnyConnection) -> Result<Together> {
    let mut counts = Together::new();
    let mut after = None;
    loop {
        let ids = persistence::customer_scores::ids_after(conn, after, CHUNK)?;
        let Some(last) = ids.last().copied() else { return Ok(counts) };
        let mut needs: BTreeMap<Uuid, (Uuid, Vec<store::Need>)> = BTreeMap::new();
        for (customer, owner, need) in store::of_customers(conn, &ids)? {
            needs.entry(customer).or_insert_with(|| (owner, Vec::new())).1.push(need);
        }
        for (owner, mut needs) in needs.into_values() {
            needs.sort();
            needs.truncate(MOST);
            for (at, a) in needs.iter().enumerate() {
                for b in &needs[at..] {
                    *counts.entry((owner, a.clone(), b.clone())).or_default() += 1;
                }
            }
        }
        after = Some(last);
    }
}

fn key(need: &store::Need) -> Option<Key> {
    Some((KINDS.iter().position(|kind| *kind == need.0)?, need.1))
}

/// The groups of the customers that the caller may see.
pub fn report(ctx: &mut Ctx<'_>, query: &DueQuery, lang: Lang) -> Result<NeedClusters> {
    let visible = ctx.require_all(&[("customers", Action::Read), ("scores", Action::Read)])?;
    let limit = super::cadence::limit(query)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let conditions = people.conditions(&narrow);
    let visible = people.narrow(&visible, &narrow);
    let (mut singles, mut pairs) = (Singles::new(), Pairs::new());
    for (a, b, customers) in store::together(ctx.conn, visible.owners())? {
        let (Some(a), Some(b)) = (key(&a), key(&b)) else { continue };
        if a == b {
            singles.insert(a, customers);
        } else {
            *pairs.entry(if a < b { (a, b) } else { (b, a) }).or_insert(0) += customers;
        }
    }
    let settings = Settings::default();
    let mut found = clusters(&singles, &pairs, &settings);
    found.truncate(SHOWN.min(usize::try_from(limit).unwrap_or(SHOWN)));
    let names = names(ctx, &found)?;
    let mut items: Vec<NeedCluster> =
        found.iter().filter_map(|cluster| show(cluster, &names, &conditions, lang)).collect();
    let mut groups = Vec::new();
    for (i, item) in items.iter().enumerate() {
        groups.push((i, read(ctx, &item.definition, "definition")?));
    }
    for (i, customers) in count(ctx, groups, visible.owners())? {
        items[i].customers = customers;
    }
    items.sort_by_key(|item| std::cmp::Reverse(item.customers));
    Ok(NeedClusters {
        counted_at: super::last_run(ctx.conn)?.map(|run| run.at),
        least_similarity: 100.0 * settings.least_similarity,
        least_together: settings.least_together,
        items,
    })
}

/// The names of all needs, in a query for tags and one for pains.
fn names(ctx: &mut Ctx<'_>, found: &[Cluster<Key>]) -> Result<HashMap<Uuid, String>> {
    let mut names = HashMap::new();
    for object in ["tags", "pains"] {
        let of = |key: &Key| (KINDS[key.0] == "pain_ids") == (object == "pains");
        let ids: Vec<Uuid> =
            found.iter().flat_map(|c| &c.needs).map(|(key, _)| key).filter(|k| of(k)).map(|k| k.1).collect();
        let shape = ctx.shape(object)?;
        names.extend(persistence::records::titles(ctx.conn, &shape, &ids, Visible::All.owners())?);
    }
    Ok(names)
}

/// A group in words, with the condition that finds its customers; nothing where all of its words are gone.
fn show(cluster: &Cluster<Key>, names: &HashMap<Uuid, String>, conditions: &[Json], lang: Lang) -> Option<NeedCluster> {
    let needs: Vec<Need> = cluster
        .needs
        .iter()
        .filter_map(|((kind, id), customers)| {
            Some(Need { kind: KINDS[*kind].to_owned(), id: *id, name: names.get(id)?.clone(), customers: *customers })
        })
        .collect();
    let first: Vec<&str> = needs.iter().take(3).map(|need| need.name.as_str()).collect();
    let links = cluster.links.iter().filter_map(|link| {
        Some(NeedLink {
            a: names.get(&link.a.1)?.clone(),
            b: names.get(&link.b.1)?.clone(),
            together: link.together,
            similarity: 100.0 * link.similarity,
        })
    });
    let any: Vec<Json> = KINDS
        .iter()
        .filter_map(|kind| {
            let ids: Vec<Uuid> = needs.iter().filter(|n| n.kind == *kind).map(|n| n.id).collect();
            (!ids.is_empty()).then(|| has_any(kind, &ids))
        })
        .collect();
    let definition = json!({ "any": any });
    let all = [conditions, std::slice::from_ref(&definition)].concat();
    let named = NeedCluster {
        name: first.join(lang.pick("、", ", ")),
        links: links.collect(),
        customers: 0,
        drill_down: list_link("customers", &json!({ "all": all })),
        definition,
        needs,
    };
    (!named.needs.is_empty()).then_some(named)
}
