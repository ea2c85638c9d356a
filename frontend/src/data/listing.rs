//! The state of a list, which lives in the address: search, filter, sort, columns, view.

use super::http::{decode, encode};
use super::types::ViewDefinition;
use serde_json::{Value, json};

/// One sort key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SortKey {
    pub(crate) field: String,
    pub(crate) descending: bool,
}

/// Everything that decides what a list shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ListState {
    pub(crate) q: String,
    pub(crate) filter: Option<Value>,
    pub(crate) sort: Vec<SortKey>,
    /// Chosen columns; empty means the standard ones.
    pub(crate) fields: Vec<String>,
    /// Only archived records.
    pub(crate) archived: bool,
    /// The tab: empty for all, `mine`, or the id of a saved view.
    pub(crate) view: String,
    /// Cards in columns instead of rows.
    pub(crate) board: bool,
}

/// Pairs of a query string, decoded.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let parts = query.trim_start_matches('?').split('&').filter(|p| !p.is_empty());
    parts.map(|p| p.split_once('=').map_or((decode(p), String::new()), |(k, v)| (decode(k), decode(v)))).collect()
}

/// Sort keys from `-created_at,name`, each field once: a second time it would decide nothing.
pub(crate) fn parse_sort(text: &str) -> Vec<SortKey> {
    let mut out: Vec<SortKey> = Vec::new();
    for key in text.split(',').map(str::trim).filter(|k| !k.is_empty()) {
        let field = key.strip_prefix('-').unwrap_or(key);
        if out.iter().all(|k| k.field != field) {
            out.push(SortKey { field: field.to_owned(), descending: key.starts_with('-') });
        }
    }
    out
}

/// `-created_at,name` from sort keys.
pub(crate) fn sort_text(sort: &[SortKey]) -> String {
    sort.iter().map(|k| format!("{}{}", if k.descending { "-" } else { "" }, k.field)).collect::<Vec<_>>().join(",")
}

/// Two conditions that must both hold; `all` lists are joined flat.
pub(crate) fn both(a: Option<Value>, b: Option<Value>) -> Option<Value> {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (one, other) => return one.or(other),
    };
    let mut list = Vec::new();
    for v in [a, b] {
        match v.get("all").and_then(Value::as_array) {
            Some(inner) => list.extend(inner.iter().cloned()),
            None => list.push(v),
        }
    }
    Some(json!({ "all": list }))
}

/// The condition of a built-in tab.
pub(crate) fn tab_filter(view: &str) -> Option<Value> {
    (view == "mine").then(|| json!({ "field": "owner_id", "op": "eq", "value": "$me" }))
}

impl ListState {
    /// Reads the address's query. Keys that are not ours are conditions: `grade=A`.
    pub(crate) fn parse(query: &str) -> ListState {
        let mut s = ListState::default();
        for (key, value) in pairs(query) {
            match key.as_str() {
                "q" => s.q = value,
                "sort" => s.sort = parse_sort(&value),
                "filter" => s.filter = both(s.filter.take(), serde_json::from_str(&value).ok()),
                "fields" => s.fields = value.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect(),
                "archived" => s.archived = value == "only" || value == "true",
                "view" => s.view = value,
                "as" => s.board = value == "board",
                "limit" | "cursor" | "count" | "refs" | "new" => {}
                _ => s.filter = both(s.filter.take(), Some(json!({ "field": key, "op": "eq", "value": value }))),
            }
        }
        s
    }

    /// The address's query.
    pub(crate) fn to_query(&self) -> String {
        let mut out = Vec::new();
        let mut put = |k: &str, v: &str| {
            if !v.is_empty() {
                out.push(format!("{k}={}", encode(v)));
            }
        };
        put("view", &self.view);
        put("q", &self.q);
        put("filter", &self.filter.as_ref().map(Value::to_string).unwrap_or_default());
        put("sort", &sort_text(&self.sort));
        put("fields", &self.fields.join(","));
        put("archived", if self.archived { "only" } else { "" });
        put("as", if self.board { "board" } else { "" });
        out.join("&")
    }

    /// What goes to the API besides paging and columns; `extra` is a condition of the tab.
    pub(crate) fn api_query(&self, extra: Option<Value>) -> String {
        let mut out = Vec::new();
        let mut put = |k: &str, v: &str| {
            if !v.is_empty() {
                out.push(format!("&{k}={}", encode(v)));
            }
        };
        put("q", self.q.trim());
        put("filter", &both(extra, self.filter.clone()).map(|f| f.to_string()).unwrap_or_default());
        put("sort", &sort_text(&self.sort));
        put("archived", if self.archived { "only" } else { "" });
        out.concat()
    }

    /// The state without its tab: what the tab says is a condition like any other. A saved view is a tab of its own, and
    /// would else show the records of everybody.
    pub(crate) fn off_tab(&self) -> ListState {
        ListState { filter: both(tab_filter(&self.view), self.filter.clone()), ..self.clone() }
    }

    /// What a saved view of this state keeps.
    pub(crate) fn definition(&self) -> ViewDefinition {
        ViewDefinition {
            q: self.q.clone(),
            filter: self.filter.clone(),
            sort: sort_text(&self.sort),
            fields: self.fields.clone(),
        }
    }

    /// The state that a saved view opens.
    pub(crate) fn of_view(id: &str, view: &ViewDefinition) -> ListState {
        ListState {
            q: view.q.clone(),
            filter: view.filter.clone(),
            sort: parse_sort(&view.sort),
            fields: view.fields.clone(),
            view: id.to_owned(),
            ..ListState::default()
        }
    }

    /// Puts another field in the place of a sort key; where it was before it is no longer.
    pub(crate) fn sort_by(&mut self, at: usize, field: String) {
        let descending = self.sort.get(at).is_some_and(|k| k.descending);
        let before = self.sort.iter().take(at).filter(|k| k.field == field).count();
        self.sort.retain(|k| k.field != field);
        if let Some(k) = self.sort.get_mut(at - before) {
            *k = SortKey { field, descending };
        } else {
            self.sort.push(SortKey { field, descending });
        }
    }

    /// A click on a column's head: ascending, descending, off; with `add` the other keys stay.
    pub(crate) fn toggle_sort(&mut self, field: &str, add: bool) {
        let found = self.sort.iter().position(|k| k.field == field);
        let next = match found.map(|i| self.sort[i].descending) {
            None => Some(false),
            Some(false) => Some(true),
            Some(true) => None,
        };
        if !add {
            self.sort.retain(|k| k.field == field);
        }
        match (self.sort.iter().position(|k| k.field == field), next) {
            (Some(i), Some(descending)) => self.sort[i].descending = descending,
            (Some(i), None) => drop(self.sort.remove(i)),
            (None, Some(descending)) => self.sort.push(SortKey { field: field.to_owned(), descending }),
            (None, None) => {}
        }
    }
}

/// Where a number's `drill_down` link leads in the interface: the object and the query of its list.
pub(crate) fn drill_target(link: &str) -> Option<(String, String)> {
    let path = link.split_once("/api/v1").map_or(link, |(_, rest)| rest);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let object = path.trim_matches('/').split('/').next()?;
    (!object.is_empty()).then(|| (object.to_owned(), ListState::parse(query).to_query()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_the_address() {
        let mut s = ListState {
            q: "张 伟&".into(),
            view: "mine".into(),
            fields: vec!["name".into(), "custom.x".into()],
            ..ListState::default()
        };
        s.filter = Some(json!({"all":[{"field":"grade","op":"in","value":["A","B"]}]}));
        s.sort = parse_sort("-created_at,name");
        assert_eq!(ListState::parse(&s.to_query()), s);
        assert_eq!(ListState::parse(""), ListState::default());
    }

    #[test]
    fn plain_fields_in_a_link_are_conditions() {
        let s = ListState::parse("grade=A&rfm_segment=hhh&limit=5");
        assert_eq!(
            s.filter,
            Some(
                json!({"all":[{"field":"grade","op":"eq","value":"A"},{"field":"rfm_segment","op":"eq","value":"hhh"}]})
            )
        );
    }

    #[test]
    fn a_drill_down_opens_the_list_of_its_object() {
        let (object, query) = drill_target("/api/v1/opportunities?status=won&count=exact").unwrap();
        assert_eq!(object, "opportunities");
        assert_eq!(ListState::parse(&query).filter, Some(json!({"field":"status","op":"eq","value":"won"})));
        assert_eq!(drill_target(""), None);
    }

    #[test]
    fn heads_sort_up_down_and_off_and_add_with_shift() {
        let mut s = ListState::default();
        s.toggle_sort("a", false);
        s.toggle_sort("b", true);
        assert_eq!(sort_text(&s.sort), "a,b");
        s.toggle_sort("a", true);
        assert_eq!(sort_text(&s.sort), "-a,b");
        s.toggle_sort("a", false);
        assert_eq!(sort_text(&s.sort), "");
    }

    #[test]
    fn no_field_sorts_twice() {
        assert_eq!(sort_text(&parse_sort("name,-name,city")), "name,city");
        let mut s = ListState { sort: parse_sort("a,-b,c"), ..ListState::default() };
        s.sort_by(1, "d".into());
        assert_eq!(sort_text(&s.sort), "a,-d,c");
        s.sort_by(0, "c".into());
        assert_eq!(sort_text(&s.sort), "c,-d");
        s.sort_by(1, "c".into());
        assert_eq!(sort_text(&s.sort), "-c");
        s.sort_by(0, "c".into());
        assert_eq!(sort_text(&s.sort), "-c");
    }

    #[test]
    fn a_view_saved_from_a_tab_keeps_what_the_tab_says() {
        let grade = json!({"field":"grade","op":"in","value":["A"]});
        let mine = ListState { view: "mine".into(), filter: Some(grade.clone()), ..ListState::default() };
        let both = json!({"all":[{"field":"owner_id","op":"eq","value":"$me"}, grade]});
        assert_eq!(mine.off_tab().definition().filter, Some(both.clone()));
        // Once more changes nothing: it stands on a tab of its own.
        let saved = ListState { view: "0190".into(), ..mine.off_tab() };
        assert_eq!(saved.off_tab(), saved);
        assert_eq!(saved.filter, Some(both));
    }

    #[test]
    fn two_filters_join_flat() {
        assert_eq!(both(None, None), None);
        let joined = both(Some(json!({"all":[1]})), Some(json!({"any":[2]}))).unwrap();
        assert_eq!(joined, json!({"all":[1,{"any":[2]}]}));
    }
}
