//! First start and log-in.

use crate::app::ThemeCtx;
use crate::data::http::{ApiError, Request};
use crate::data::types::Login;
use crate::i18n::{LangCtx, use_lang};
use crate::ui::field::{Field, Input};
use crate::ui::{icon, spinner};
use domain::fields::is_email;
use serde_json::{Map, Value};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Properties, PartialEq)]
pub(crate) struct DoneProps {
    pub(crate) ondone: Callback<Login>,
}

#[derive(Properties, PartialEq)]
struct FrameProps {
    title: AttrValue,
    body: AttrValue,
    children: Html,
}

/// The sheet in the middle of an empty page, with language and theme in the corner.
#[component]
fn Frame(p: &FrameProps) -> Html {
    let l = use_lang();
    let lang = use_context::<LangCtx>();
    let theme = use_context::<ThemeCtx>();
    let onlang = lang.map_or(Callback::noop(), |c| c.set.reform(move |_: MouseEvent| l.other()));
    let (dark, ontheme) = theme.map_or((false, Callback::noop()), |t| (t.dark, t.toggle));
    html! {
        <div class="relative grid min-h-dvh place-items-center bg-base-200/60 p-4 text-base-content">
            <div class="absolute right-4 top-3 flex gap-1">
                <button class="btn btn-ghost btn-sm" data-testid="lang" onclick={onlang} lang={l.other().tag()}>{ icon("languages", "size-4") }{ l.pick("EN", "中文") }</button>
                <button class="btn btn-ghost btn-sm btn-square" aria-label={if dark { l.theme_light() } else { l.theme_dark() }} onclick={ontheme.reform(|_| ())}>{ icon(if dark { "sun" } else { "moon" }, "size-4") }</button>
            </div>
            <main class="w-full max-w-[400px]">
                <div class="mb-6 flex items-center gap-2.5 text-lg font-semibold"><span class="grid size-9 place-items-center rounded-xl bg-primary text-primary-content">{ icon("target", "size-5") }</span>{ l.app_name() }</div>
                <div class="rounded-2xl border border-base-300 bg-base-100 p-6 shadow-sm">
                    <h1 class="text-lg font-semibold">{ &p.title }</h1><p class="mb-5 mt-1 text-[13px] leading-5 text-base-content/70">{ &p.body }</p>
                    { p.children.clone() }
                </div>
            </main>
        </div>
    }
}

/// What one types, the error beside each box, and the error of the whole.
#[derive(Clone, Default, PartialEq)]
struct Typed {
    values: Map<String, Value>,
    touched: bool,
    busy: bool,
    error: Option<ApiError>,
}

impl Typed {
    fn get(&self, key: &str) -> &str {
        self.values.get(key).and_then(Value::as_str).unwrap_or("")
    }
}

/// One box of a form here: key, label, input type, autocomplete, hint.
type Box_ = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>);

#[derive(Properties, PartialEq)]
struct BoxesProps {
    path: &'static str,
    boxes: Vec<Box_>,
    submit: AttrValue,
    ondone: Callback<Login>,
    #[prop_or_default]
    start: Map<String, Value>,
    #[prop_or(1)]
    min_password: usize,
}

/// A short form that posts what was typed and answers a session.
#[component]
fn Boxes(p: &BoxesProps) -> Html {
    let l = use_lang();
    let typed = use_state(|| Typed { values: p.start.clone(), ..Typed::default() });
    let wrong = |key: &str, v: &str| -> Option<&'static str> {
        match key {
            _ if v.trim().is_empty() => Some(l.inv_required()),
            "email" if !is_email(v.trim()) => Some(l.inv_email()),
            "password" if v.chars().count() < p.min_password => Some(l.password_hint()),
            _ => None,
        }
    };
    let valid = p.boxes.iter().all(|b| wrong(b.0, typed.get(b.0)).is_none());
    let onsubmit = {
        let (typed, path, ondone) = (typed.clone(), p.path, p.ondone.clone());
        // What no box shows goes as it is now: the language may have been changed meanwhile.
        let unseen: Map<String, Value> = p
            .start
            .iter()
            .filter(|(key, _)| p.boxes.iter().all(|b| b.0 != key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            if typed.busy {
                return;
            }
            typed.set(Typed { touched: true, busy: valid, error: None, ..(*typed).clone() });
            if !valid {
                return;
            }
            let (typed, ondone) = (typed.clone(), ondone.clone());
            let mut values = typed.values.clone();
            values.extend(unseen.clone());
            spawn_local(async move {
                match Request::post(path, Value::Object(values)).open_json::<Login>().await {
                    Ok(login) => ondone.emit(login),
                    Err(error) => {
                        typed.set(Typed { touched: true, busy: false, error: Some(error), ..(*typed).clone() })
                    }
                }
            });
        })
    };
    let error = typed.error.as_ref();
    let one = |b: &Box_| {
        let key = b.0;
        let oninput = {
            let typed = typed.clone();
            Callback::from(move |v: String| {
                let mut t = (*typed).clone();
                t.values.insert(key.into(), Value::String(v));
                if let Some(e) = &mut t.error {
                    e.errors.retain(|f| f.field != key)
                }
                typed.set(t)
            })
        };
        let sent =
            error.and_then(|e| e.errors.iter().find(|f| f.field == key)).map(|f| AttrValue::from(f.message.clone()));
        let local = typed.touched.then(|| wrong(key, typed.get(key))).flatten().map(AttrValue::from);
        let shown = sent.or(local);
        html! { <Field label={b.1} error={shown.clone()} help={b.4.map(AttrValue::from)}><Input name={key} kind={b.2} autocomplete={AttrValue::from(b.3)} value={typed.get(key).to_owned()} invalid={shown.is_some()} {oninput} /></Field> }
    };
    html! {
        <form novalidate=true {onsubmit}>
            if let Some(e) = error.filter(|e| e.errors.is_empty()) { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
            { for p.boxes.iter().map(one) }
            <button type="submit" class="btn btn-primary mt-2 w-full" disabled={typed.busy}>if typed.busy { { spinner() } }{ &p.submit }</button>
        </form>
    }
}

/// The page of the first start: the organisation and its first administrator.
#[component]
pub(crate) fn SetupPage(p: &DoneProps) -> Html {
    let l = use_lang();
    crate::browser::set_title(&format!("{} · {}", l.setup_title(), l.app_name()));
    let mut start = Map::new();
    start.insert("locale".into(), Value::String(l.tag().into()));
    let boxes = vec![
        ("organisation", l.setup_organisation(), "text", "organization", None),
        ("name", l.setup_name(), "text", "name", None),
        ("email", l.email(), "email", "email", None),
        ("password", l.password(), "password", "new-password", Some(l.password_hint())),
    ];
    html! { <Frame title={l.setup_title()} body={l.setup_body()}><Boxes path="/setup" {boxes} submit={l.setup_submit()} ondone={p.ondone.clone()} min_password=10 {start} /></Frame> }
}

/// The log-in page.
#[component]
pub(crate) fn LoginPage(p: &DoneProps) -> Html {
    let l = use_lang();
    crate::browser::set_title(&format!("{} · {}", l.log_in(), l.app_name()));
    html! { <Frame title={l.log_in()} body={l.log_in_body()}><LoginForm ondone={p.ondone.clone()} email="" /></Frame> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct LoginFormProps {
    pub(crate) ondone: Callback<Login>,
    pub(crate) email: AttrValue,
}

/// E-mail and password.
#[component]
pub(crate) fn LoginForm(p: &LoginFormProps) -> Html {
    let l = use_lang();
    let boxes = vec![
        ("email", l.email(), "email", "username", None),
        ("password", l.password(), "password", "current-password", None),
    ];
    let mut start = Map::new();
    if !p.email.is_empty() {
        start.insert("email".into(), Value::String(p.email.to_string()));
    }
    html! { <Boxes path="/auth/login" {boxes} submit={l.log_in()} ondone={p.ondone.clone()} {start} /> }
}
