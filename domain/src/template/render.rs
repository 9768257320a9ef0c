//! Filling a message in for each of its copies.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
    value::{Enumerator, Object},
};
use serde::Deserialize;

use crate::{
    content::{Content, Fill, Missing},
    message::Mailbox,
    outcome::Reason,
};

use super::{
    MAX_BODY, MAX_STEPS, MAX_SUBJECT, Rendered,
    expr::unmangled,
    filters::{self, escaped},
    gauge, language,
    sources::{self, Bodies, Body, Given, HTML, Sources, TEXT},
    tags::Origin,
    values::{self, Json, Variables},
};

/// A message that is filled in for each of its copies. Made once, used by all senders.
pub struct Renderer {
    bodies: Vec<Bodies>,
    engine: Environment<'static>,
    origins: Origins,
    shared: Arc<Shared>,
    missing: Missing,
    /// What is needed to tell missing variables by name; the engine for it is made when the first one is missed.
    given: Owned,
    naming: OnceLock<Option<Environment<'static>>>,
}

/// Where what is in the engine's templates was written.
type Origins = BTreeMap<String, Vec<Origin>>;

struct Owned {
    fill: Fill,
    subject: String,
    text: Option<String>,
    html: Option<String>,
}

/// Whom a copy goes to.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    pub mailbox: &'a Mailbox,
    /// Where they refuse more of it, which templates know as `unsubscribe_url`.
    pub unsubscribe: Option<&'a str>,
}

impl<'a> From<&'a Mailbox> for Recipient<'a> {
    fn from(mailbox: &'a Mailbox) -> Self {
        Self { mailbox, unsubscribe: None }
    }
}

/// Variables that all copies share.
struct Shared {
    message: Variables,
    defaults: Variables,
}

/// What one copy's templates see.
struct Root {
    own: Variables,
    shared: Arc<Shared>,
    email: Value,
    name: Option<Value>,
    language: Option<Value>,
    unsubscribe: Option<Value>,
}

impl Root {
    /// The recipient's own variables go first, then the message's; then what is known of the recipient, then the defaults.
    fn find(&self, name: &str) -> Option<Value> {
        let given = || self.own.0.get(name).or_else(|| self.shared.message.0.get(name));
        let known = || match name {
            "email" => Some(&self.email),
            "name" => self.name.as_ref(),
            "language" => self.language.as_ref(),
            "unsubscribe_url" => self.unsubscribe.as_ref(),
            _ => None,
        };
        given().or_else(known).or_else(|| self.shared.defaults.0.get(name)).cloned()
    }
    /// Without what is known of the recipient but the link: `{email}` stays as it is where nobody gave it.
    fn given(&self, name: &str) -> Option<Value> {
        let shared = &self.shared;
        let given = || self.own.0.get(name).or_else(|| shared.message.0.get(name));
        let link = || self.unsubscribe.as_ref().filter(|_| name == "unsubscribe_url");
        given().or_else(link).or_else(|| shared.defaults.0.get(name)).cloned()
    }
}

/// Values may be secrets.
impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root")
    }
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.find(key).or_else(|| self.find(&unmangled(key)?))
    }
    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}

/// [`crate::content::Personal`] with the values as the engine takes them.
#[derive(Default, Deserialize)]
struct Own {
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    variables: Variables,
}

impl Renderer {
    /// Reads the sources of a content with `fill`; without it they are taken as they stand. `message_variables` is a JSON object.
    ///
    /// # Errors
    /// Sources that [`super::check`] refuses, or variables that are no JSON object. No copy of the message can be made then.
    pub fn new(content: &Content, message_variables: Option<&str>) -> Result<Self, Reason> {
        let fill = content.fill.as_deref().cloned().unwrap_or_default();
        let given = Owned { fill, subject: content.subject.clone(), text: content.text.clone(), html: content.html.clone() };
        let Sources { bodies, templates, origins, .. } = sources::read(given.view(), false)
            .map_err(|fault| Reason::new(fault.code, format!("{}, line {}: {}", fault.part, fault.line, fault.fault), fault.remedy))?;
        let engine = compiled(templates)?;
        let message = message_variables.map(serde_json::from_str).transpose().map_err(|e| unreadable(&e, "message's"))?.unwrap_or_default();
        let default = |(name, value): (&String, &serde_json::Value)| -> Result<_, serde_json::Error> {
            Ok((name.clone().into_boxed_str(), Json::deserialize(value)?.0))
        };
        let defaults =
            given.fill.defaults.iter().map(default).collect::<Result<BTreeMap<_, _>, _>>().map_err(|e| unreadable(&e, "default"))?;
        let shared = Arc::new(Shared { message, defaults: Variables(defaults) });
        Ok(Self { bodies, engine, origins, shared, missing: given.fill.missing, given, naming: OnceLock::new() })
    }

    /// Fills in one copy. `personal` is JSON of [`crate::content::Personal`].
    ///
    /// # Errors
    /// Why this copy cannot be made: the template, its line, and each variable that is missing. It cannot be made later either.
    pub fn render<'a>(&self, personal: Option<&str>, to: impl Into<Recipient<'a>>) -> Result<Rendered, Reason> {
        let (mut run, bodies) = self.run(personal, to.into())?;
        let subject = run.body(&bodies.subject, false, MAX_SUBJECT)?;
        // The text may be made of the HTML: what is wrong with both is told where its author wrote it.
        let html = bodies.html.as_ref().map(|body| run.body(body, true, MAX_BODY)).transpose()?;
        let text = bodies.text.as_ref().map(|body| run.body(body, false, MAX_BODY)).transpose()?;
        if run.missed {
            return Err(run.name_missing(bodies));
        }
        Ok(Rendered { subject: one_line(subject)?, text, html, language: bodies.language.clone() })
    }

    /// The HTML of one copy alone; `None` where it has none, or cannot be made.
    #[must_use]
    pub fn html<'a>(&self, personal: Option<&str>, to: impl Into<Recipient<'a>>) -> Option<String> {
        let (mut run, bodies) = self.run(personal, to.into()).ok()?;
        let html = run.body(bodies.html.as_ref()?, true, MAX_BODY).ok()?;
        (!run.missed).then_some(html)
    }

    /// The variables that a copy prints and nobody gives, in their order, whatever is done about them.
    ///
    /// # Errors
    /// Why this copy cannot be made whatever is missing.
    pub fn missing<'a>(&self, personal: Option<&str>, to: impl Into<Recipient<'a>>) -> Result<Vec<String>, Reason> {
        let (run, bodies) = self.run(personal, to.into())?;
        Ok(run.missing(bodies)?.into_iter().map(|(name, _)| name).collect())
    }

    /// A copy under way, and the texts it takes.
    fn run(&self, personal: Option<&str>, to: Recipient<'_>) -> Result<(Run<'_>, &Bodies), Reason> {
        let Recipient { mailbox, unsubscribe } = to;
        let own: Own = personal.map(serde_json::from_str).transpose().map_err(|e| unreadable(&e, "recipient's"))?.unwrap_or_default();
        let tags = self.bodies.iter().map(|bodies| bodies.language.as_str());
        let wanted = own.language.filter(|language| !language.is_empty());
        let standard = self.given.fill.default_language.as_str();
        let chosen = language::choose(wanted.as_deref(), standard, tags);
        let bodies = &self.bodies[chosen];
        let shown = wanted.as_deref().unwrap_or(if bodies.language.is_empty() { standard } else { &bodies.language });
        let root = Arc::new(Root {
            own: own.variables,
            shared: Arc::clone(&self.shared),
            email: Value::from(mailbox.email.as_str()),
            name: mailbox.name.as_deref().filter(|name| !name.trim().is_empty()).map(Value::from),
            language: (!shown.is_empty()).then(|| Value::from(shown)),
            unsubscribe: unsubscribe.map(Value::from),
        });
        let korean = language::lookup(if bodies.language.is_empty() { shown } else { &bodies.language }, std::iter::once("ko")).is_some();
        Ok((Run { renderer: self, root, korean, missed: false }, bodies))
    }

    fn naming(&self) -> Option<&Environment<'static>> {
        let made = || compiled(sources::read(self.given.view(), true).ok()?.templates).ok();
        self.naming.get_or_init(made).as_ref()
    }
}

impl Owned {
    fn view(&self) -> Given<'_> {
        Given { fill: &self.fill, subject: &self.subject, text: self.text.as_deref(), html: self.html.as_deref() }
    }
}

/// Values are not told: they may be secrets.
fn unreadable(error: &serde_json::Error, whose: &str) -> Reason {
    let told = error.to_string();
    let limit = told.split(gauge::LIMIT).nth(1).map(|limit| limit.split(" at line").next().unwrap_or(limit).to_owned());
    let fault = limit.unwrap_or_else(|| format!("it is no JSON object of variables (column {})", error.column()));
    Reason::new(
        "template_variables",
        format!("the {whose} variables cannot be read: {fault}"),
        "give a JSON object, nested less than 100 deep",
    )
}

/// One copy under way.
struct Run<'a> {
    renderer: &'a Renderer,
    root: Arc<Root>,
    korean: bool,
    missed: bool,
}

impl Run<'_> {
    fn body(&mut self, body: &Body, html: bool, most: usize) -> Result<String, Reason> {
        match body {
            Body::Plain(text) => Ok(text.clone()),
            Body::Braces(braces) => {
                let filled = braces.fill(|name| self.root.given(name), html, most);
                filled.ok_or_else(|| too_much("it writes more text than a mail may have", ""))
            }
            Body::Jinja(name) => {
                gauge::begin(most, self.renderer.missing == Missing::Empty, self.korean);
                let text = self.template(&self.renderer.engine, name)?;
                self.missed |= gauge::missed();
                Ok(text)
            }
        }
    }

    fn template(&self, engine: &Environment<'static>, name: &str) -> Result<String, Reason> {
        let root = Value::from_dyn_object(Arc::clone(&self.root));
        engine.get_template(name).and_then(|template| template.render(root)).map_err(|error| failed(&error, name, &self.renderer.origins))
    }

    fn name_missing(&self, bodies: &Bodies) -> Reason {
        let missing = match self.missing(bodies) {
            Ok(missing) => missing,
            Err(reason) => return reason,
        };
        let missing: Vec<String> = missing.into_iter().map(|(name, place)| format!("`{name}` ({place})")).collect();
        let text = match missing.as_slice() {
            [only] => format!("a variable is missing: {only}"),
            all => format!("variables are missing: {}", all.join(", ")),
        };
        let remedy = "give a value for each recipient or for the message, or write a default: `{{ name|default(\"…\") }}`";
        Reason::new("template_missing", text, remedy)
    }

    /// Renders once more to learn the names of what is missing, each with the place it is met at first.
    #[cold]
    fn missing(&self, bodies: &Bodies) -> Result<Vec<(String, String)>, Reason> {
        let all = [Some(&bodies.subject), bodies.html.as_ref(), bodies.text.as_ref()];
        let mut missing: Vec<(String, String)> = Vec::new();
        for label in all.into_iter().flatten().filter_map(|body| if let Body::Jinja(label) = body { Some(label) } else { None }) {
            gauge::begin(MAX_BODY, false, self.korean);
            let rendered = self.renderer.naming().map(|engine| self.template(engine, label));
            let named = gauge::names();
            rendered.transpose()?;
            missing.extend(named.into_iter().filter(|(name, _)| !missing.iter().any(|(known, _)| known == name)).collect::<Vec<_>>());
        }
        Ok(missing)
    }
}

/// The engine with these templates.
pub(super) fn compiled(templates: BTreeMap<String, String>) -> Result<Environment<'static>, Reason> {
    static EMPTY: OnceLock<Environment<'static>> = OnceLock::new();
    let mut engine = EMPTY.get_or_init(empty).clone();
    for (name, source) in templates {
        engine.add_template_owned(name.clone(), source).map_err(|error| failed(&error, &name, &Origins::new()))?;
    }
    Ok(engine)
}

/// The engine with nothing but our filters in it: no function, no test, no global of its own.
fn empty() -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_auto_escape_callback(|name| if name.starts_with("html") { AutoEscape::Html } else { AutoEscape::None });
    engine.set_undefined_behavior(UndefinedBehavior::Chainable);
    engine.set_formatter(print);
    engine.set_fuel(Some(MAX_STEPS));
    engine.set_recursion_limit(150);
    if let Ok(syntax) = minijinja::syntax::SyntaxConfig::builder().keep_trailing_newline(true).build() {
        engine.set_syntax(syntax);
    }
    filters::install(&mut engine);
    engine
}

/// Prints a value: escaped in HTML unless it is safe.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let html = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    if values::is_missing(value) {
        if !gauge::empty() {
            gauge::miss();
        }
        return Ok(());
    }
    let text = value.as_str().map_or_else(|| values::printed(value).into(), std::borrow::Cow::Borrowed);
    let text = if html { escaped(&text) } else { std::borrow::Cow::Borrowed(&*text) };
    gauge::room(text.len())?;
    out.write_str(&text).map_err(Error::from)
}

/// What the engine says, as a reason.
fn failed(error: &Error, label: &str, origins: &Origins) -> Reason {
    let mut innermost = error;
    while let Some(inner) = std::error::Error::source(innermost).and_then(|inner| inner.downcast_ref::<Error>()) {
        innermost = inner;
    }
    let name = innermost.name().unwrap_or(label);
    let name = name.strip_prefix(HTML).or_else(|| name.strip_prefix(TEXT)).unwrap_or(name);
    let origin = |line: usize| origins.get(innermost.name().unwrap_or(label))?.iter().rfind(|origin| origin.from <= line);
    let place = innermost.line().map_or_else(
        || format!("{name}: "),
        |line| match origin(line) {
            Some(origin) => format!("{}, line {}: ", origin.label, origin.line),
            None => format!("{name}, line {line}: "),
        },
    );
    let detail = innermost.detail().map_or_else(|| innermost.kind().to_string(), str::to_owned);
    if innermost.kind() == ErrorKind::OutOfFuel {
        return too_much("it takes too many steps", &place);
    }
    match detail.strip_prefix(gauge::LIMIT) {
        Some(fault) => too_much(fault, &place),
        None => Reason::new("template_render", format!("{place}{detail}"), "correct the template or the values it is given"),
    }
}

fn too_much(fault: &str, place: &str) -> Reason {
    Reason::new("template_limit", format!("{place}{fault}"), "give shorter values, or take loops out of the template")
}

/// A subject without the line breaks around it.
fn one_line(subject: String) -> Result<String, Reason> {
    let trimmed = subject.trim();
    if trimmed.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        let remedy = "take it out of the template or of the values it is given";
        return Err(Reason::new("template_subject", "the subject has a line break or another control character within", remedy));
    }
    Ok(if trimmed.len() == subject.len() { subject } else { trimmed.to_owned() })
}
