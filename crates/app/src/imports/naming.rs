//! The names in the cells of a step: which records they mean, and those that are made because there are none.

use std::collections::{HashMap, HashSet};

use domain::fields::Kind;
use domain::record::Record;
use domain::value::Value;
use uuid::Uuid;

use super::convert::Column;
use super::links::{Found, SCOPES, Wanted, called, scope};
use super::rows::{Draft, Memory, Step};
use super::setup::Note;
use crate::records::Writer;
use crate::{Ctx, Error, Result};

impl Step<'_> {
    /// Puts ids in place of the names of all rows. What others are looked for at comes first: pipelines and customers. A row
    /// that names none means those of the record that it is about.
    pub(super) fn name(
        &mut self,
        ctx: &mut Ctx<'_>,
        memory: &mut Memory,
        drafts: &mut [Draft],
        existing: &HashMap<u64, Vec<Record>>,
    ) -> Result<()> {
        let mut later: Vec<Vec<(usize, Vec<String>)>> = Vec::with_capacity(drafts.len());
        for draft in drafts.iter_mut() {
            self.compose_title(draft);
            let within = |(at, _): &(usize, Vec<String>)| {
                self.plan.columns.get(*at).and_then(Column::link).is_some_and(|object| scope(object).is_some())
            };
            let (last, first) = std::mem::take(&mut draft.names).into_iter().partition(within);
            draft.names = first;
            later.push(last);
        }
        self.look_up(ctx, memory, drafts)?;
        for draft in drafts.iter_mut() {
            self.resolve(ctx, memory, draft)?;
        }
        for (draft, names) in drafts.iter_mut().zip(later) {
            draft.names = names;
        }
        self.place(ctx, drafts, existing)?;
        self.look_up(ctx, memory, drafts)?;
        for draft in drafts.iter_mut() {
            self.resolve(ctx, memory, draft)?;
        }
        Ok(())
    }

    /// Notes down what the records belong to that rows are about, as far as the caller may change them and link to it.
    /// Where they belong to something else, nobody knows which names are meant.
    fn place(&mut self, ctx: &mut Ctx<'_>, drafts: &mut [Draft], existing: &HashMap<u64, Vec<Record>>) -> Result<()> {
        let (shape, update) = (&self.plan.shape, self.plan.update.as_ref());
        let may =
            |record: &Record| update.is_some_and(|visible| !shape.def.owned || visible.contains(record.owner(shape)));
        let links: Vec<(&'static str, &str)> = SCOPES
            .iter()
            .filter_map(|link| match &shape.find(link)?.1.kind {
                Kind::Link(object) => Some((*link, object.as_ref())),
                _ => None,
            })
            .collect();
        if links.is_empty() || existing.is_empty() {
            return Ok(());
        }
        let mut named: HashMap<&str, HashSet<Uuid>> = HashMap::new();
        for draft in drafts.iter_mut() {
            let (found, _) = self.known(existing, draft);
            let [known] = found.as_slice() else { continue };
            for (link, object) in &links {
                match known.get(shape, link).as_id() {
                    Some(id) if may(known) => {
                        named.entry(object).or_default().insert(id);
                        draft.belongs.push((link, id));
                    }
                    Some(_) => draft.filled.push((*link).to_owned()),
                    None => {}
                }
            }
        }
        for (object, ids) in named {
            let missing = crate::records::missing_links(ctx, object, ids)?;
            if !missing.is_empty() {
                for draft in drafts.iter_mut() {
                    let out_of_reach = draft.belongs.extract_if(.., |(_, id)| missing.contains(id));
                    draft.filled.extend(out_of_reach.map(|(link, _)| link.to_owned()));
                }
            }
        }
        Ok(())
    }

    fn look_up(&mut self, ctx: &mut Ctx<'_>, memory: &mut Memory, drafts: &[Draft]) -> Result<()> {
        let mut wanted: HashMap<&str, Wanted> = HashMap::new();
        for draft in drafts.iter().filter(|draft| !draft.rejected) {
            for (at, names) in &draft.names {
                let Some(object) = self.plan.columns.get(*at).and_then(Column::link) else { continue };
                if draft.is_astray(self.plan, object) {
                    continue;
                }
                let within = draft.scope(self.plan, object);
                wanted.entry(object).or_default().extend(names.iter().map(|name| (within, name.clone())));
            }
        }
        for (object, names) in wanted {
            memory.links.look_up(ctx, object, &names)?;
        }
        Ok(())
    }

    /// Puts ids in place of the names of a row.
    fn resolve(&mut self, ctx: &mut Ctx<'_>, memory: &mut Memory, draft: &mut Draft) -> Result<()> {
        let plan = self.plan;
        for (at, texts) in std::mem::take(&mut draft.names) {
            if draft.rejected {
                return Ok(());
            }
            let Some(column) = plan.columns.get(at) else { continue };
            let mut ids = Vec::with_capacity(1);
            for text in &texts {
                match self.one(ctx, memory, draft, column, text)? {
                    Some(id) => ids.push(Value::Id(id)),
                    None if draft.rejected => return Ok(()),
                    None => {}
                }
            }
            match (&column.field.kind, ids.pop()) {
                (_, None) => {}
                (Kind::Tags, Some(last)) => {
                    ids.push(last);
                    ids.sort_by_key(Value::as_id);
                    ids.dedup();
                    draft.take(column, Value::List(ids));
                }
                (_, Some(id)) => draft.take(column, id),
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        ctx: &mut Ctx<'_>,
        memory: &mut Memory,
        draft: &mut Draft,
        column: &Column,
        text: &str,
    ) -> Result<Option<Uuid>> {
        let Some(object) = column.link() else { return Ok(None) };
        if draft.is_astray(self.plan, object) {
            self.bad(draft, column, "link_not_found", object, text);
            return Ok(None);
        }
        let within = draft.scope(self.plan, object);
        // One of this file that comes later may belong there; a dry run only has to know that there is one.
        let may_come = object == self.plan.shape.def.key && !self.plan.setup.dry_run;
        let found = match may_come {
            true => memory.links.find_within(object, within, text),
            false => memory.links.find(object, within, text),
        };
        match found {
            Found::One(id) => return Ok(Some(id)),
            Found::Several => {
                self.bad(draft, column, "ambiguous_link", object, text);
                return Ok(None);
            }
            Found::None => {}
        }
        let make = self.plan.makes(&column.name);
        if object == self.plan.shape.def.key && domain::fields::parse_id(text).is_none() {
            // What no record can be called is in no later row either.
            if make && called(&self.plan.shape, text, &ctx.parse()).is_err() {
                self.bad(draft, column, "link_not_created", object, text);
                return Ok(None);
            }
            if let Some(at) = self.plan.columns.iter().position(|known| known.index == column.index) {
                draft.deferred.push((at, text.to_owned()));
            }
            return Ok(None);
        }
        if !make || domain::fields::parse_id(text).is_some() {
            self.bad(draft, column, "link_not_found", object, text);
            return Ok(None);
        }
        let shape = ctx.shape(object)?;
        if shape.custom.iter().any(|field| field.required) {
            self.bad(draft, column, "link_needs_fields", object, text);
            return Ok(None);
        }
        let import = self.plan.import;
        let mut writer = memory.writers.remove(object).unwrap_or_else(|| Writer::import(shape.clone(), import));
        let owner = draft.owner(self.plan).unwrap_or(ctx.actor.user_id);
        let made = memory.links.make(ctx, &mut writer, within, text, owner);
        memory.writers.insert(object.to_owned(), writer);
        match made {
            Ok((id, false)) => Ok(Some(id)),
            Ok((id, true)) => {
                *self.progress.counts.created_linked.entry(object.to_owned()).or_default() += 1;
                let note = Note {
                    code: "link_created",
                    column: Some(&column.header),
                    field: Some(&column.name),
                    detail: Some(object),
                    rejected: false,
                };
                self.progress.note(&note, draft.row, text);
                Ok(Some(id))
            }
            Err(Error::Invalid(_) | Error::Forbidden { .. }) => {
                self.bad(draft, column, "link_not_created", object, text);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A new opportunity without a name is called after its customer and product, or by its number.
    fn compose_title(&self, draft: &mut Draft) {
        let shape = &self.plan.shape;
        if shape.def.key != "opportunities" || draft.changes.get(shape, "name").is_some() {
            return;
        }
        let named = |key: &str| {
            let found =
                draft.names.iter().find(|(at, _)| self.plan.columns.get(*at).is_some_and(|column| column.name == key));
            found.and_then(|(_, texts)| texts.first().cloned())
        };
        let number = draft.changes.get(shape, "number").and_then(Value::as_str).map(str::to_owned);
        let parts: Vec<String> = match (named("customer_id"), named("product_id")) {
            (Some(customer), Some(product)) => vec![customer, product],
            (Some(customer), None) => std::iter::once(customer).chain(number).collect(),
            (None, Some(product)) => std::iter::once(product).chain(number).collect(),
            (None, None) => number.into_iter().collect(),
        };
        if !parts.is_empty() {
            let name: String = parts.join(" · ").chars().take(200).collect();
            draft.title = Some(name);
        }
    }
}
