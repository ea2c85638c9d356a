//! The table of addresses, in which a request is found quickly.
//!
//! actix tries the addresses one after the other, each with a placeholder by a regular expression: with all of them in
//! one list, finding a record's address took longer than reading the record. Here the first segment is compared as
//! text, and only what begins with it is tried, fixed addresses before those with placeholders.

use actix_web::{Resource as Actix, Route, Scope, web};
use std::collections::BTreeMap;

/// An address and what answers there.
pub(crate) struct Resource {
    first: String,
    rest: String,
    routes: Actix,
}

/// An address below that of the table, such as `/customers/{id}`.
pub(crate) fn resource(path: impl AsRef<str>) -> Resource {
    let path = path.as_ref();
    let end = path.char_indices().skip(1).find(|(_, c)| *c == '/').map_or(path.len(), |(at, _)| at);
    let (first, rest) = path.split_at(end);
    Resource { first: first.to_owned(), rest: rest.to_owned(), routes: web::resource(rest) }
}

impl Resource {
    /// Adds what answers a method.
    pub(crate) fn route(mut self, route: Route) -> Resource {
        self.routes = self.routes.route(route);
        self
    }

    /// Addresses without placeholders come first, then short ones: none of them hides another.
    fn rank(&self) -> (bool, usize) {
        (self.rest.contains('{'), self.rest.matches('/').count())
    }
}

/// Every address.
#[derive(Default)]
pub(crate) struct Routes(BTreeMap<String, Vec<Resource>>);

impl Routes {
    /// Adds an address.
    pub(crate) fn service(&mut self, resource: Resource) -> &mut Routes {
        self.0.entry(resource.first.clone()).or_default().push(resource);
        self
    }

    /// The table as actix takes it.
    pub(crate) fn under(self, path: &str) -> Scope {
        let mut table = web::scope(path);
        for (first, mut resources) in self.0 {
            resources.sort_by_key(Resource::rank);
            let group =
                resources.into_iter().fold(web::scope(&first), |group, resource| group.service(resource.routes));
            table = table.service(group.default_service(web::to(super::nowhere)));
        }
        table.default_service(web::to(super::nowhere))
    }
}
