//! How a message is filled in for each recipient: what was asked for, and whether its templates can be read (requirement S4-1).

use std::collections::BTreeSet;

use jebi_domain::{
    content::{Content, Fill, MAX_VARIABLES, Syntax, Variant},
    refusal::{Fault, Refusal},
    template::{self, TemplateFault},
    template_record::{Variable, check_language},
};
use serde_json::{Map, Value};

use super::{
    content::{Faults, subject_text},
    personal::Wants,
    submission::{NewFill, NewMessage},
};
use crate::service::templates::Resolved;

/// What a message's recipients are held to, and the values they share.
#[derive(Default)]
pub(super) struct Filling {
    /// As JSON, to be stored.
    pub variables: Option<String>,
    /// `None` for a message that is sent as it stands.
    pub wants: Option<Wants>,
}

/// Most languages of a message.
const MAX_VARIANTS: usize = 50;
/// Most bytes that stored templates give to all messages of a request together: as much as a request brings of its own where nothing else
/// is set. Each message keeps a copy, and naming a template takes a few bytes.
const MAX_GIVEN: usize = 32 << 20;

/// About what a stored template gives to a message, in bytes: its sources, and the message's own subject in every language.
pub(super) fn given(message: &NewMessage, resolved: &Resolved) -> usize {
    let body = |body: &Option<String>| body.as_ref().map_or(0, String::len);
    let own = message.subject.as_ref().map_or(0, String::len) * resolved.fill.variants.len();
    resolved.fill.bytes() + resolved.subject.len() + body(&resolved.text) + body(&resolved.html) + own
}

/// Whether a request's messages may have so much of stored templates, with the message at this place. Asked before any of it is copied.
///
/// # Errors
/// It is too much.
pub(super) fn check_given(at: usize, given: usize) -> Result<(), Refusal> {
    if given <= MAX_GIVEN {
        return Ok(());
    }
    let field = format!("messages[{at}].template");
    let fault = format!("up to this message, templates give the request {given} bytes; at most {MAX_GIVEN} are taken");
    let remedy = "write one message with all its recipients in place of one for each, or send several requests";
    Err(Refusal::invalid(Fault::new(field, "templates_too_large", fault, remedy)))
}

/// Puts the sources of a stored template into the message that names it, in the language it asks for. What it says of its own goes before:
/// a subject in every language. The fill it is sent with.
pub(super) fn put(message: &mut NewMessage, resolved: &Resolved, faults: &mut Faults<'_>) -> Fill {
    let own = [("content", &message.content), ("html", &message.html), ("text", &message.text)];
    let bodies = own.into_iter().filter(|(_, body)| body.as_ref().is_some_and(|body| !body.is_empty())).map(|(name, _)| name);
    let asked = &message.fill;
    let more = [("syntax", asked.syntax.is_some()), ("variants", !asked.variants.is_empty())].into_iter().filter(|(_, is)| *is);
    for name in bodies.chain(more.map(|(name, _)| name)).collect::<Vec<_>>() {
        let fault = format!("template and {name} are both given, and the template has it");
        faults.add(name, "template_and_content", fault, "give one of them");
    }
    let mut fill = resolved.fill.clone();
    let (mut subject, mut text, mut html) = (resolved.subject.clone(), resolved.text.clone(), resolved.html.clone());
    if let Some(wanted) = message.fill.language.take() {
        let tags = std::iter::once(fill.language.as_str()).chain(fill.variants.iter().map(|one| one.language.as_str()));
        match template::lookup(&wanted, tags.clone()) {
            None => {
                let fault = format!("the template is not in {wanted:?}; it is in {}", tags.collect::<Vec<_>>().join(", "));
                faults.add("language", "unknown_language", fault, "use one of them, or leave it out for the first");
            }
            Some(0) => {}
            Some(place) => {
                let other = &mut fill.variants[place - 1];
                std::mem::swap(&mut other.subject, &mut subject);
                std::mem::swap(&mut other.text, &mut text);
                std::mem::swap(&mut other.html, &mut html);
                std::mem::swap(&mut other.language, &mut fill.language);
            }
        }
    }
    match message.subject.as_ref().filter(|own| !own.trim().is_empty()) {
        Some(own) => fill.variants.iter_mut().for_each(|one| one.subject.clone_from(own)),
        None => message.subject = Some(subject),
    }
    (message.content, message.html, message.text) = (None, html, text);
    fill
}

/// Takes what was asked for from the message, and puts the fill into its content. Without a fault every source of it can be read.
/// `stored` is what [`put`] gave, and the template it is of; `standard` the language of the sender, where the message names none.
pub(super) fn read(
    message: &mut NewMessage,
    content: &mut Content,
    stored: Option<(Fill, &Resolved)>,
    standard: Option<&str>,
    faults: &mut Faults<'_>,
) -> Filling {
    let personal = || message.recipients.iter().any(|one| one.own.as_ref().is_some_and(|own| !own.variables.is_empty()));
    let wanted = message.fill.is_wanted() || personal();
    let NewFill { syntax, missing, variables, language, variants, texts, .. } = std::mem::take(&mut message.fill);
    if let Some(language) = &language {
        let checked = check_language(&faults.path("language"), language);
        faults.keep(checked);
    }
    if !wanted {
        if language.is_some() {
            let fault = "it says which language this is of several, and the message has only one";
            faults.add("language", "nothing_to_fill_in", fault, "give variants in other languages too, or leave it out");
        }
        return Filling::default();
    }
    let resolved = stored.as_ref().map(|(_, resolved)| *resolved);
    let mut fill = match stored {
        Some((fill, _)) => Fill { missing: missing.unwrap_or(fill.missing), ..fill },
        None => {
            check_variants(&variants, language.as_deref(), faults);
            let (syntax, missing, language) = (syntax.unwrap_or_default(), missing.unwrap_or_default(), language.unwrap_or_default());
            Fill { syntax, missing, language, variants, ..Fill::default() }
        }
    };
    fill.default_language = standard.unwrap_or_default().to_owned();
    let shared = variables.unwrap_or_default();
    let wants = match wants(&fill, content, &shared, resolved) {
        Ok(mut wants) => {
            // Those of a stored template were made when it was published, where that can be done.
            if resolved.is_none() {
                derive_texts(&mut fill, content);
            }
            wants.texts = texts;
            let checked = wants.typed(&shared, || faults.path("variables"));
            faults.keep(checked);
            Some(wants)
        }
        Err(fault) => {
            let field = faults.path(field(&fault.part, &fill, content));
            faults.keep::<()>(Err(fault.of(field)));
            None
        }
    };
    content.fill = Some(Box::new(fill));
    Filling { variables: text_of(&shared, faults), wants }
}

/// Makes the text parts that are missing, once for all copies: of each copy's own HTML that would take many times as long as filling it in.
fn derive_texts(fill: &mut Fill, content: &mut Content) {
    let braces = fill.syntax == Syntax::Braces;
    let derived = |text: &mut Option<String>, html: Option<&str>| {
        let html = html.filter(|html| !braces || !["{{", "{%", "{#"].iter().any(|tag| html.contains(tag)));
        if text.is_none() {
            *text = html.and_then(template::derive_text);
        }
    };
    derived(&mut content.text, content.html.as_deref());
    fill.variants.iter_mut().for_each(|one| derived(&mut one.text, one.html.as_deref()));
}

/// What each recipient must bring, by the language they get.
fn wants(fill: &Fill, content: &Content, shared: &Map<String, Value>, stored: Option<&Resolved>) -> Result<Wants, TemplateFault> {
    let (text, html) = (content.text.as_deref(), content.html.as_deref());
    let described: &[Variable] = stored.map_or(&[], |stored| &stored.variables);
    if let Some(stored) = stored.filter(|_| fill.syntax == Syntax::Jinja) {
        return wants_stored(fill, content, Wants::new(fill, shared, described), stored);
    }
    template::check(fill, &content.subject, text, html)?;
    let mut wants = Wants::new(fill, shared, described);
    if fill.syntax == Syntax::Braces {
        return Ok(wants);
    }
    // Each language by itself: nobody is refused for what only another language prints.
    let alone = Fill { variants: Vec::new(), ..fill.clone() };
    wants.add(&fill.language, template::check(&alone, &content.subject, text, html)?.variables);
    for one in &fill.variants {
        wants.add(&one.language, template::check(&alone, &one.subject, one.text.as_deref(), one.html.as_deref())?.variables);
    }
    Ok(wants)
}

/// The same of a stored template, which was read when it was published: of that only a subject of the message's own is new.
fn wants_stored(fill: &Fill, content: &Content, mut wants: Wants, stored: &Resolved) -> Result<Wants, TemplateFault> {
    let needs = stored.needs.as_ref().map_err(Clone::clone)?;
    let subjects = [(&stored.fill.language, &stored.subject)].into_iter();
    let mut subjects = subjects.chain(stored.fill.variants.iter().map(|one| (&one.language, &one.subject)));
    let own = match subjects.any(|(language, subject)| *language == fill.language && *subject == content.subject) {
        true => None,
        false => {
            let alone = Fill { variants: Vec::new(), ..fill.clone() };
            Some(template::check(&alone, &content.subject, None, None)?.variables)
        }
    };
    // The message's own language goes first.
    let (first, others): (Vec<_>, Vec<_>) = needs.iter().partition(|one| one.language == fill.language);
    for one in first.into_iter().chain(others) {
        let subject = own.as_ref().unwrap_or(&one.subject);
        wants.add(&one.language, one.bodies.union(subject).cloned().collect());
    }
    Ok(wants)
}

/// The values as JSON, if there are any.
fn text_of(shared: &Map<String, Value>, faults: &mut Faults<'_>) -> Option<String> {
    if shared.is_empty() {
        return None;
    }
    // Only maps with other keys than texts cannot be written.
    let text = serde_json::to_string(shared).expect("a map of texts is JSON");
    if text.len() > MAX_VARIABLES {
        let fault = format!("they are {} bytes of JSON; at most {MAX_VARIABLES} are taken for a message", text.len());
        faults.add("variables", "variables_too_large", fault, "leave out what the mail does not show, or put it into the text itself");
    }
    Some(text)
}

fn check_variants(variants: &[Variant], language: Option<&str>, faults: &mut Faults<'_>) {
    if variants.len() > MAX_VARIANTS {
        let fault = format!("it has {} variants; at most {MAX_VARIANTS} are taken", variants.len());
        faults.add("variants", "too_many_variants", fault, "send the others as a message of their own");
        return;
    }
    let mut seen: BTreeSet<String> = language.iter().map(|tag| tag.to_ascii_lowercase()).collect();
    for (i, one) in variants.iter().enumerate() {
        let checked = check_language(&faults.path(format_args!("variants[{i}].language")), &one.language);
        faults.keep(checked);
        if !seen.insert(one.language.to_ascii_lowercase()) {
            let fault = format!("the message is given in {:?} twice", one.language);
            faults.add(&format!("variants[{i}].language"), "doubled_language", fault, "give it once in each language");
        }
        subject_text(&format!("variants[{i}].subject"), Some(one.subject.clone()), faults);
        if one.text.as_deref().is_none_or(str::is_empty) && one.html.as_deref().is_none_or(str::is_empty) {
            let field = format!("variants[{i}]");
            faults.add(&field, "missing_body", "it has neither html nor text", "give html, text, or both");
        }
    }
}

/// The field of the request a part of the message stands in: `html`, or `html (en)` of a variant.
fn field(part: &str, fill: &Fill, content: &Content) -> String {
    if fill.template.is_some() {
        return "template".to_owned();
    }
    let (name, language) = part.split_once(" (").map_or((part, None), |(name, rest)| (name, Some(rest.trim_end_matches(')'))));
    let place = language.and_then(|tag| fill.variants.iter().position(|one| one.language == tag));
    match place {
        Some(i) => format!("variants[{i}].{name}"),
        None if name == "html" && content.html.is_none() => "content".to_owned(),
        None => name.to_owned(),
    }
}
