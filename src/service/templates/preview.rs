//! A template filled in with values, for a look at it or a test mail.

use std::collections::BTreeSet;

use jebi_domain::{
    content::{Content, Missing, Personal},
    message::Mailbox,
    outcome::Reason,
    refusal::{Fault, Refusal, RefusalKind},
    template::{Recipient, Rendered, Renderer},
    template_record::{Source, Variable, check, matches},
};
use serde_json::{Map, Value};

use super::{
    Templates, compile,
    finish::finish,
    found::{Form, Found, Pool, assemble, gather, uncompiled},
};

/// The engine's code for variables that have no value.
const MISSING: &str = "template_missing";
/// The engine's code for what is too large or takes too long.
const LIMIT: &str = "template_limit";
/// Stands for the link to refuse more mail by, which each mail has its own of.
const LINK: &str = "https://example.com/unsubscribe";

/// Which form of a template to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The draft; of a built-in template that template itself.
    #[default]
    Draft,
    /// The version mail is made of.
    Published,
    Version(u32),
    /// One that is not stored, with others that are not and that it may use.
    Given(Box<Source>, Vec<(String, Source)>),
}

/// What to fill in.
#[derive(Clone, Debug, Default)]
pub struct PreviewRequest {
    pub shown: Shown,
    pub variables: Map<String, Value>,
    /// BCP 47 tag; the template's default when missing.
    pub language: Option<String>,
    /// The recipient, who gives `email` and `name`.
    pub recipient: Option<Mailbox>,
}

/// A template filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// 0 for what is not a published version.
    pub version: u32,
    pub language: String,
    pub subject: String,
    pub html: Option<String>,
    pub text: Option<String>,
    /// Variables the template prints that have no value; it cannot be sent without them. What is filled in stands empty there.
    pub missing: Vec<String>,
    /// Variables given that the template does not use.
    pub unused: Vec<String>,
    /// What else its author may want to know.
    pub warnings: Vec<Fault>,
}

impl Templates {
    /// Fills in a template.
    ///
    /// # Errors
    /// No such template or version; a template that could not be published; values of the wrong type; one that cannot be filled in
    /// with these values.
    pub async fn preview(&self, name: &str, request: PreviewRequest) -> Result<Preview, Refusal> {
        let PreviewRequest { shown, variables, language, recipient } = request;
        let mut pool = Pool::new();
        let found = self.shown(name, shown, &mut pool).await?;
        let (found, checked, pool) = compile::alone(name.to_owned(), found, pool).await?;
        let faults = wrong_types(&found.source.variables, &variables);
        if !faults.is_empty() {
            return Err(Refusal { kind: RefusalKind::Invalid, faults });
        }
        let whole = assemble(name, &found, &pool, Form::Compiled);
        let used = compile::names(&checked);
        let unused = variables.keys().filter(|name| !used.contains(name.as_str())).cloned().collect();
        let mut warnings = compile::warnings(&found.source, &checked);
        let version = found.version;
        let mailbox = recipient.unwrap_or_else(|| Mailbox { email: "recipient@example.com".to_owned(), name: None });
        let required = found.source.variables.iter().filter(|one| one.required && one.default.is_none());
        let mut missing: BTreeSet<String> = required.filter(|one| !variables.contains_key(&one.name)).map(|one| one.name.clone()).collect();
        let personal = Personal { language, variables };
        let has_parts = found.has_parts();
        let (rendered, unfilled, told) = compile::aside(move || {
            let (whole, told) = if has_parts { finish(whole) } else { (whole, Vec::new()) };
            let (rendered, unfilled) = render(whole, &personal, &mailbox)?;
            Ok((rendered, unfilled, told))
        })
        .await?;
        missing.extend(unfilled);
        warnings.extend(told);
        let Rendered { subject, text, html, language } = rendered;
        Ok(Preview { version, language, subject, html, text, missing: missing.into_iter().collect(), unused, warnings })
    }

    /// What is to be looked at, with its parts in the pool.
    async fn shown(&self, name: &str, shown: Shown, pool: &mut Pool) -> Result<Found, Refusal> {
        let source = match shown {
            Shown::Given(source, others) => {
                for (other, source) in others.into_iter().filter(|(other, _)| other != name) {
                    check_form(&source)?;
                    pool.insert(other, Some(uncompiled(source)));
                }
                *source
            }
            Shown::Version(version) => {
                let version = self.version(name, version).await?;
                gather(&*self.store, version.compiled.parts.clone(), pool).await?;
                return Ok(Found::of(version, true));
            }
            Shown::Published => {
                gather(&*self.store, [name.to_owned()], pool).await?;
                return pool.get(name).cloned().flatten().ok_or_else(|| Refusal::missing("template"));
            }
            Shown::Draft => match self.store.template(name).await.map_err(super::super::trouble::refusal)? {
                Some(record) => record.draft,
                None => return Box::pin(self.shown(name, Shown::Published, pool)).await,
            },
        };
        check_form(&source)?;
        let found = uncompiled(source);
        gather(&*self.store, found.compiled.parts.clone(), pool).await?;
        Ok(found)
    }
}

fn check_form(source: &Source) -> Result<(), Refusal> {
    let faults = check(source);
    if faults.is_empty() { Ok(()) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
}

/// Values that are not of the type their variable has.
fn wrong_types(variables: &[Variable], given: &Map<String, Value>) -> Vec<Fault> {
    let wrong = variables.iter().filter(|one| given.get(&one.name).is_some_and(|value| !matches(one.kind, value)));
    wrong
        .map(|one| {
            let fault = format!("the value of {:?} is not of the type {:?}", one.name, one.kind.as_str());
            Fault::new(format!("variables.{}", one.name), "wrong_variable", fault, "give a value of the type the template describes")
        })
        .collect()
}

/// Fills it in. What has no value stands empty, and is named.
fn render(whole: super::Resolved, personal: &Personal, mailbox: &Mailbox) -> Result<(Rendered, Vec<String>), Refusal> {
    let mut content = Content {
        from: mailbox.clone(),
        reply_to: Vec::new(),
        subject: whole.subject,
        text: whole.text,
        html: whole.html,
        headers: Vec::new(),
        tags: Vec::new(),
        fill: Some(Box::new(whole.fill)),
        attachments: Vec::new(),
        calendar: None,
        list: None,
        shown: None,
        track: None,
    };
    let told = |reason: Reason| cannot(reason.code == LIMIT, &reason.text);
    let personal = serde_json::to_string(personal).map_err(|_| cannot(false, "its values cannot be written"))?;
    let recipient = Recipient { mailbox, unsubscribe: Some(LINK) };
    let renderer = Renderer::new(&content, None).map_err(told)?;
    match renderer.render(Some(&personal), recipient) {
        Ok(rendered) => Ok((rendered, Vec::new())),
        Err(reason) if reason.code == MISSING => {
            // The answer names what is missing; the rest is to be seen all the same.
            let missing = renderer.missing(Some(&personal), recipient).map_err(told)?;
            if let Some(fill) = &mut content.fill {
                fill.missing = Missing::Empty;
            }
            let rendered = Renderer::new(&content, None).and_then(|gaps| gaps.render(Some(&personal), recipient)).map_err(told)?;
            Ok((rendered, missing))
        }
        Err(reason) => Err(told(reason)),
    }
}

fn cannot(limit: bool, why: &str) -> Refusal {
    let fault = format!("the template cannot be filled in with these values: {why}");
    Refusal::invalid(Fault::new(
        "variables",
        if limit { "template_limit" } else { "template_render" },
        fault,
        "give every variable it needs, of the kind it needs",
    ))
}
