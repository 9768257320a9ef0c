//! How a message is filled in for each recipient: what was asked for, and whether its templates can be read (requirement S4-1).

use std::collections::BTreeSet;

use jebi_domain::{
    content::{Content, Fill, MAX_VARIABLES, Syntax, Variant},
    template::{self, TemplateFault},
};
use serde_json::{Map, Value};

use super::{
    content::{Faults, subject_text},
    personal::{self, Wants},
    submission::{NewFill, NewMessage},
};

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

/// Takes what was asked for from the message, and puts the fill into its content. Without a fault every source of it can be read.
pub(super) fn read(message: &mut NewMessage, content: &mut Content, faults: &mut Faults<'_>) -> Filling {
    let personal = || message.recipients.iter().any(|one| one.own.as_ref().is_some_and(|own| !own.variables.is_empty()));
    let wanted = message.fill.is_wanted() || personal();
    let NewFill { syntax, missing, variables, language, variants } = std::mem::take(&mut message.fill);
    if let Some(language) = &language {
        let checked = personal::language(language, || faults.path("language"));
        faults.keep(checked);
    }
    if !wanted {
        if language.is_some() {
            let fault = "it says which language this is of several, and the message has only one";
            faults.add("language", "nothing_to_fill_in", fault, "give variants in other languages too, or leave it out");
        }
        return Filling::default();
    }
    check_variants(&variants, language.as_deref(), faults);
    let fill = Fill {
        syntax: syntax.unwrap_or_default(),
        missing: missing.unwrap_or_default(),
        language: language.unwrap_or_default(),
        variants,
        ..Fill::default()
    };
    let shared = variables.unwrap_or_default();
    let wants = match wants(&fill, content, &shared) {
        Ok(wants) => Some(wants),
        Err(fault) => {
            let field = faults.path(field(&fault.part, &fill, content));
            faults.keep::<()>(Err(fault.of(field)));
            None
        }
    };
    content.fill = Some(Box::new(fill));
    Filling { variables: text_of(&shared, faults), wants }
}

/// What each recipient must bring, by the language they get.
fn wants(fill: &Fill, content: &Content, shared: &Map<String, Value>) -> Result<Wants, TemplateFault> {
    let (text, html) = (content.text.as_deref(), content.html.as_deref());
    template::check(fill, &content.subject, text, html)?;
    let mut wants = Wants::new(fill, shared);
    if fill.syntax == Syntax::Braces || wants.takes_gaps() {
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
        let checked = personal::language(&one.language, || faults.path(format_args!("variants[{i}].language")));
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
    let (name, language) = part.split_once(" (").map_or((part, None), |(name, rest)| (name, Some(rest.trim_end_matches(')'))));
    let place = language.and_then(|tag| fill.variants.iter().position(|one| one.language == tag));
    match place {
        Some(i) => format!("variants[{i}].{name}"),
        None if name == "html" && content.html.is_none() => "content".to_owned(),
        None => name.to_owned(),
    }
}
