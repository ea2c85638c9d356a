//! Writing a contact down with a thumb: how, with whom, what was used, what it was about. Or planning it, with what to bring.

use super::{chip, list, num, words};
use crate::browser;
use crate::data::http::{ApiError, Request, random_key};
use crate::data::offline;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::format;
use crate::i18n::use_lang;
use crate::record::link::{Choice, LinkPicker};
use crate::ui::field::{Field, value_of};
use crate::ui::overlay::{Drawer, use_leave};
use crate::ui::spinner;
use crate::ui::toast::use_toaster;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq, Clone)]
pub(crate) struct VisitProps {
    /// The customer.
    pub(crate) customer: (String, String),
    /// It lies ahead.
    pub(crate) planned: bool,
    /// The content item that is brought or sent, where that is why.
    #[prop_or_default]
    pub(crate) content: Option<(String, String)>,
    pub(crate) onclose: Callback<()>,
}

/// What was sent last: its idempotency key, what was filled in, and what went out, with the moment of that attempt. Filled
/// in the same, it goes out again as it was and is carried out once.
struct Sent {
    key: String,
    filled: Value,
    body: Value,
}

#[derive(Clone, PartialEq, Default)]
struct Draft {
    kind: String,
    person: Option<Choice>,
    contents: BTreeSet<String>,
    pains: BTreeSet<String>,
    /// Pains that were searched for: they are not among those offered at once.
    further: Vec<Choice>,
    resources: BTreeSet<String>,
    subject: String,
    outcome: String,
    at: String,
    initiated: Option<bool>,
    responded: Option<bool>,
}

fn flip(set: &mut BTreeSet<String>, id: &str) {
    if !set.remove(id) {
        set.insert(id.to_owned());
    }
}

/// A record as what can be chosen.
fn named(record: &Value) -> Choice {
    (words(record, "id").to_owned(), words(record, "name").to_owned())
}

/// There are more than the page of a list holds.
fn more(page: &Value) -> bool {
    page.get("next_cursor").is_some_and(Value::is_string)
}

/// A page of a list holds the record.
fn offers(page: &Value, id: &str) -> bool {
    list(page, "items").iter().any(|c| words(c, "id") == id)
}

/// The drawer.
#[component]
pub(crate) fn Visit(p: &VisitProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    // What is sent goes by chat more often than by hand.
    let draft = use_state_eq(|| match &p.content {
        Some((id, _)) => Draft { kind: "chat".to_owned(), contents: [id.clone()].into(), ..Draft::default() },
        None => Draft { kind: "visit".to_owned(), ..Draft::default() },
    });
    let began = use_memo((), |()| (*draft).clone());
    let (leave, asking) = use_leave(*draft != *began, p.onclose.clone());
    let last = use_mut_ref(|| None::<Sent>);
    let busy = use_state_eq(|| false);
    let wrong = use_state_eq(|| None::<String>);
    let (id, name) = &p.customer;
    let person = draft.person.as_ref().map(|c| format!("?contact_id={}", c.0)).unwrap_or_default();
    let suggested = use_query::<Value>(format!("/customers/{id}/suggestions{person}"));
    let people = use_query::<Value>(format!("/contacts?customer_id={id}&limit=12"));
    let pains = use_query::<Value>("/pains?limit=30".to_owned());
    let none = Value::Null;
    let of = |q: &Option<std::rc::Rc<Value>>| q.as_ref().map_or_else(|| none.clone(), |v| (**v).clone());
    let (suggested, people, pains) = (of(&suggested.data), of(&people.data), of(&pains.data));
    let edit = |change: Box<dyn Fn(&mut Draft)>| {
        let draft = draft.clone();
        Callback::from(move |_: MouseEvent| {
            let mut next = (*draft).clone();
            change(&mut next);
            draft.set(next)
        })
    };
    let kinds: Vec<(String, String)> = session
        .object("activities")
        .and_then(|o| o.field("kind"))
        .map(|f| f.choices.iter().map(|c| (c.key.clone(), c.label.clone())).collect())
        .unwrap_or_default();
    let kind_label = kinds.iter().find(|k| k.0 == draft.kind).map(|k| k.1.clone()).unwrap_or_default();
    let default_subject = match &p.content {
        Some((_, title)) => l.visit_sent(title),
        None => l.visit_default(&kind_label, name),
    };
    let send = {
        let (draft, busy, wrong, toaster, close) =
            (draft.clone(), busy.clone(), wrong.clone(), toaster, p.onclose.clone());
        let (id, planned, fallback, last) = (id.clone(), p.planned, default_subject.clone(), last.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let clock = browser::clock();
            let list = |set: &BTreeSet<String>| if set.is_empty() { Value::Null } else { json!(set) };
            let subject = if draft.subject.trim().is_empty() { fallback.clone() } else { draft.subject.clone() };
            let mut filled = json!({ "subject": subject, "kind": draft.kind, "customer_id": id, "completed": !planned,
                "content_ids": list(&draft.contents), "pain_ids": list(&draft.pains), "resource_ids": list(&draft.resources) });
            if let Some(person) = &draft.person {
                filled["contact_id"] = json!(person.0);
            }
            if !draft.outcome.trim().is_empty() {
                filled["outcome"] = json!(draft.outcome);
            }
            if planned {
                // Said here: without a network nobody else would say it before it is too late to fill it in.
                let Some(at) = format::parse_moment_input(&draft.at, &clock) else {
                    wrong.set(Some(format!("{}{}{}", l.visit_when(), l.pick("：", ": "), l.inv_required())));
                    return;
                };
                filled["occurred_at"] = json!(at);
            }
            if !planned {
                let outreach = draft.initiated != Some(true);
                for (key, said) in
                    [("customer_initiated", draft.initiated), ("responded", draft.responded.filter(|_| outreach))]
                {
                    if let Some(said) = said {
                        filled[key] = json!(said);
                    }
                }
            }
            let again = last.borrow_mut().take().filter(|s| s.filled == filled);
            let (key, body) = match again {
                Some(sent) => (sent.key, sent.body),
                None => {
                    let mut body = filled.clone();
                    if !planned {
                        body["occurred_at"] = json!(format::moment_text(clock.now));
                    }
                    (random_key(), body)
                }
            };
            *last.borrow_mut() = Some(Sent { key: key.clone(), filled, body: body.clone() });
            let (busy, wrong, toaster, close, id) =
                (busy.clone(), wrong.clone(), toaster.clone(), close.clone(), id.clone());
            busy.set(true);
            spawn_local(async move {
                let path = "/activities";
                let answer = match offline::away() {
                    true => Err(ApiError::offline()),
                    false => Request::create_as(key.clone(), path, body.clone()).json::<Value>().await,
                };
                match answer {
                    Err(e) if e.status == 0 => {
                        if offline::wait(key, "activities", path.to_owned(), body, subject).await {
                            toaster.ok(l.outbox_queued());
                            close.emit(());
                        } else {
                            wrong.set(Some(l.outbox_lost().to_owned()));
                            busy.set(false);
                        }
                    }
                    Ok(_) => {
                        for path in ["/activities", "/cadence", "/four-r", "/home", &format!("/customers/{id}")] {
                            invalidate(path);
                        }
                        toaster.ok(if planned { l.visit_planned() } else { l.visit_saved() });
                        close.emit(());
                    }
                    Err(e) => {
                        wrong.set(Some(e.errors.first().map_or_else(|| e.text(l), |f| f.message.clone())));
                        busy.set(false);
                    }
                }
            });
        })
    };
    let onkeydown = {
        let send = send.clone();
        Callback::from(move |e: KeyboardEvent| {
            if e.key() == "Enter" && (e.ctrl_key() || e.meta_key()) {
                e.prevent_default();
                send.emit(())
            }
        })
    };
    let typed = |set: fn(&mut Draft, String)| {
        let draft = draft.clone();
        Callback::from(move |e: InputEvent| {
            let mut next = (*draft).clone();
            set(&mut next, value_of(&e));
            draft.set(next)
        })
    };
    let mut contents = list(&suggested, "contents").to_vec();
    if let Some((id, title)) =
        p.content.as_ref().filter(|(id, _)| !contents.iter().any(|c| words(c, "content_id") == id))
    {
        contents.insert(0, json!({ "content_id": id, "title": title }));
    }
    let resources = list(&suggested, "resources");
    let group = |title: &str, body: Html| html! { <fieldset class="mb-4"><legend class="mb-1.5 text-[13px] text-base-content/75">{ title.to_owned() }</legend><div class="flex flex-wrap gap-2">{ body }</div></fieldset> };
    let either = |said: Option<bool>, set: fn(&mut Draft, Option<bool>)| {
        let one = |text: &str, this: bool| {
            let on = said == Some(this);
            chip(text, on, edit(Box::new(move |d| set(d, (!on).then_some(this)))))
        };
        html! { <>{ one(l.yes(), true) }{ one(l.no(), false) }</> }
    };
    let chosen = {
        let draft = draft.clone();
        Callback::from(move |person: Option<Choice>| draft.set(Draft { person, ..(*draft).clone() }))
    };
    let found = {
        let (draft, pains) = (draft.clone(), pains.clone());
        Callback::from(move |pain: Option<Choice>| {
            let Some(pain) = pain else { return };
            let mut next = (*draft).clone();
            next.pains.insert(pain.0.clone());
            if !offers(&pains, &pain.0) && !next.further.contains(&pain) {
                next.further.push(pain);
            }
            draft.set(next)
        })
    };
    let title = if p.planned { l.visit_plan(name) } else { l.visit_title(name) };
    let footer = html! { <><button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button><button type="button" class="btn btn-sm btn-primary" data-testid="visit-save" disabled={*busy} onclick={send.reform(|_: MouseEvent| ())}>if *busy { { spinner() } }{ l.save() }</button></> };
    html! { <><Drawer {title} onclose={leave} {footer}><div {onkeydown} data-testid="visit">
        if p.planned { <Field label={l.visit_when()} required=true><input class="input w-full" type="datetime-local" name="at" value={draft.at.clone()} oninput={typed(|d, v| d.at = v)} /></Field> }
        { group(l.visit_kind(), html! { <>{ for kinds.iter().filter(|k| !matches!(k.0.as_str(), "email" | "note")).map(|(k, text)| { let key = k.clone(); chip(text, draft.kind == *k, edit(Box::new(move |d| d.kind = key.clone()))) }) }</> }) }
        if !list(&people, "items").is_empty() { { group(l.visit_person(), html! { <>{ for list(&people, "items").iter().map(|c| { let one = named(c); let on = draft.person.as_ref() == Some(&one); chip(&one.1.clone(), on, edit(Box::new(move |d| d.person = (!on).then(|| one.clone())))) }) }
            if more(&people) { <div class="w-full" data-testid="visit-more-people"><LinkPicker object="contacts" label={l.visit_person()} placeholder={l.visit_more_people()} scope={format!("&customer_id={id}")} value={draft.person.clone().filter(|one| !offers(&people, &one.0))} onchange={chosen} /></div> }</> }) } }
        if !contents.is_empty() { { group(if p.planned { l.visit_content_plan() } else { l.visit_content() }, html! { <>{ for contents.iter().map(|c| { let key = words(c, "content_id").to_owned(); let on = draft.contents.contains(&key);
            let fits = num(c, "points").is_some_and(|x| x >= 99.0); let shown = c.get("shown").and_then(Value::as_bool).unwrap_or(false);
            let note = if shown { l.visit_shown() } else if fits { l.visit_fits() } else { "" };
            chip(&if note.is_empty() { words(c, "title").to_owned() } else { format!("{} · {note}", words(c, "title")) }, on, edit(Box::new(move |d| flip(&mut d.contents, &key)))) }) }</> }) } }
        if !list(&pains, "items").is_empty() { { group(l.visit_pain(), html! { <>{ for list(&pains, "items").iter().map(named).chain(draft.further.iter().cloned()).map(|(key, name)| chip(&name, draft.pains.contains(&key), edit(Box::new(move |d| flip(&mut d.pains, &key))))) }
            if more(&pains) { <div class="w-full" data-testid="visit-more-pains"><LinkPicker object="pains" label={l.visit_pain()} placeholder={l.visit_more_pains()} value={None::<Choice>} onchange={found} /></div> }</> }) } }
        if !resources.is_empty() { { group(l.visit_resource(), html! { <>{ for resources.iter().map(|c| { let key = words(c, "resource_id").to_owned(); let dear = c.get("affordable").and_then(Value::as_bool) == Some(false);
            let text = format!("{} · {}", words(c, "name"), if dear { l.visit_over_cap().to_owned() } else { format::money(l, session.currency(), num(c, "cost_minor").unwrap_or(0.0) as i64) });
            chip(&text, draft.resources.contains(&key), edit(Box::new(move |d| flip(&mut d.resources, &key)))) }) }
            if let Some(cap) = num(&suggested, "cost_cap_minor") { <p class="w-full text-xs text-base-content/70">{ l.visit_budget(&format::money(l, session.currency(), cap as i64)) }</p> }</> }) } }
        if !p.planned { <div data-testid="visit-initiated">{ group(l.visit_initiated(), either(draft.initiated, |d, v| d.initiated = v)) }</div> }
        if !p.planned && draft.initiated != Some(true) { <div data-testid="visit-responded">{ group(l.visit_responded(), either(draft.responded, |d, v| d.responded = v)) }</div> }
        <Field label={l.visit_subject()}><input class="input w-full" name="subject" placeholder={default_subject} value={draft.subject.clone()} oninput={typed(|d, v| d.subject = v)} /></Field>
        if !p.planned { <Field label={l.visit_result()}><input class="input w-full" name="outcome" value={draft.outcome.clone()} oninput={typed(|d, v| d.outcome = v)} /></Field> }
        if let Some(text) = &*wrong { <p class="rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ text }</p> }
    </div></Drawer>{ asking }</> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_whether_there_are_more_and_what_it_offers() {
        let page = json!({ "items": [{ "id": "a", "name": "张伟" }], "next_cursor": "x" });
        assert!(more(&page) && !more(&json!({ "items": [], "next_cursor": null })) && !more(&Value::Null));
        assert!(offers(&page, "a") && !offers(&page, "b"));
        assert_eq!(named(&page["items"][0]), ("a".to_owned(), "张伟".to_owned()));
    }
}
