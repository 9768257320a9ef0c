//! The sources of a message, read and brought together.

use std::collections::{BTreeMap, BTreeSet};

use crate::content::{Fill, Syntax};

use super::{
    Checked, MAX_PARTS_DEEP,
    braces::Braces,
    fault::{Slip, TemplateFault},
    tags::{Mode, Origin, Translated, Use, translate},
};

/// Before the names of parts that are written into HTML, and of those that are written into text. The same part may be both.
pub(super) const HTML: &str = "html:";
pub(super) const TEXT: &str = "text:";

/// Subject or body, as it is made for a copy.
#[derive(Debug)]
pub(super) enum Body {
    /// The same for all.
    Plain(String),
    /// The engine's template of that name.
    Jinja(String),
    Braces(Braces),
}

/// Subject and bodies in one language.
#[derive(Debug)]
pub(super) struct Bodies {
    pub language: String,
    pub subject: Body,
    pub text: Option<Body>,
    pub html: Option<Body>,
}

/// All of a message's sources, checked.
#[derive(Debug)]
pub(super) struct Sources {
    /// The content's own first, then its variants.
    pub bodies: Vec<Bodies>,
    /// What the engine is given, by name.
    pub templates: BTreeMap<String, String>,
    /// Where what is in them was written, by the same names; only of those made of several sources.
    pub origins: BTreeMap<String, Vec<Origin>>,
    pub checked: Checked,
}

/// The sources as they are given.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub fill: &'a Fill,
    pub subject: &'a str,
    pub text: Option<&'a str>,
    pub html: Option<&'a str>,
}

/// Reads them all. With `naming`, what is missing is told by name when it is rendered.
pub(super) fn read(given: Given<'_>, naming: bool) -> Result<Sources, TemplateFault> {
    languages(given.fill)?;
    let mut reader = Reader {
        fill: given.fill,
        naming,
        templates: BTreeMap::new(),
        origins: BTreeMap::new(),
        below: BTreeMap::new(),
        checked: Checked::default(),
    };
    let own = (given.fill.language.as_str(), given.subject, given.text, given.html, String::new());
    let variants = given.fill.variants.iter().map(|variant| {
        let label = format!(" ({})", variant.language);
        (variant.language.as_str(), variant.subject.as_str(), variant.text.as_deref(), variant.html.as_deref(), label)
    });
    let mut bodies = Vec::new();
    for (language, subject, text, html, label) in std::iter::once(own).chain(variants) {
        bodies.push(Bodies {
            language: language.to_owned(),
            subject: reader.body(&format!("subject{label}"), subject, TEXT)?,
            text: text.map(|text| reader.body(&format!("text{label}"), text, TEXT)).transpose()?,
            html: html.map(|html| reader.body(&format!("html{label}"), html, HTML)).transpose()?,
        });
    }
    if given.fill.syntax == Syntax::Jinja {
        // Also parts that nothing uses: what is stored with a message is without fault.
        for (name, source) in &given.fill.parts {
            if ![HTML, TEXT].iter().any(|prefix| reader.below.contains_key(&format!("{prefix}{name}"))) {
                reader.translated(name, source, HTML, true)?;
            }
        }
    }
    let mut checked = reader.checked;
    checked.optional.retain(|name| !checked.variables.contains(name));
    Ok(Sources { bodies, templates: reader.templates, origins: reader.origins, checked })
}

/// Every variant has a language, and each its own.
fn languages(fill: &Fill) -> Result<(), TemplateFault> {
    let fault = |language: &str, fault: String, remedy: &str| {
        Slip::new(0, "template_language", fault, remedy).within(&format!("variant `{language}`"), "")
    };
    let mut seen = BTreeSet::new();
    if !fill.language.is_empty() {
        seen.insert(fill.language.to_ascii_lowercase());
    }
    for language in std::iter::once(&fill.language).filter(|l| !l.is_empty()).chain(fill.variants.iter().map(|v| &v.language)) {
        let subtag = |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric());
        let first = language.split('-').next().unwrap_or_default();
        if !language.split('-').all(subtag) || first.len() < 2 || !first.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(fault(language, "this is no language tag".to_owned(), "give one of BCP 47, such as `ko` or `en-US`"));
        }
    }
    for variant in &fill.variants {
        if !seen.insert(variant.language.to_ascii_lowercase()) {
            return Err(fault(&variant.language, "this language is given twice".to_owned(), "give each language once"));
        }
    }
    Ok(())
}

struct Reader<'a> {
    fill: &'a Fill,
    naming: bool,
    templates: BTreeMap<String, String>,
    origins: BTreeMap<String, Vec<Origin>>,
    /// How many parts lie below each, in a row.
    below: BTreeMap<String, usize>,
    checked: Checked,
}

impl Reader<'_> {
    fn body(&mut self, label: &str, source: &str, prefix: &str) -> Result<Body, TemplateFault> {
        if self.fill.syntax == Syntax::Braces {
            let braces = Braces::read(source);
            self.checked.optional.extend(braces.names().map(str::to_owned));
            return Ok(Body::Braces(braces));
        }
        let read = self.translated(label, source, prefix, false)?;
        if read.plain {
            return Ok(Body::Plain(read.source));
        }
        let mut way = vec![label.to_owned()];
        self.follow(&read.uses, label, source, prefix, &mut way)?;
        if !read.origins.is_empty() {
            self.origins.insert(label.to_owned(), read.origins);
        }
        self.templates.insert(label.to_owned(), read.source);
        Ok(Body::Jinja(label.to_owned()))
    }

    fn translated(&mut self, label: &str, source: &str, prefix: &str, part: bool) -> Result<Translated, TemplateFault> {
        let known = |name: &str| self.fill.parts.contains_key(name);
        let mode = Mode { label, prefix, naming: self.naming, known: &known, part };
        let read = translate(source, mode).map_err(|slip| slip.within(label, source))?;
        self.checked.variables.extend(read.scope.required.iter().cloned());
        self.checked.optional.extend(read.scope.optional.iter().cloned());
        Ok(read)
    }

    /// What there is to extend or include.
    fn others(&self) -> String {
        if self.fill.template.is_none() && self.fill.parts.is_empty() {
            return "store this one as a template: only those extend or include others".to_owned();
        }
        let names = self.fill.parts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        if names.is_empty() { "no other template is at hand".to_owned() } else { format!("there are {names}") }
    }

    /// Reads the parts that a source uses, and theirs, each once. `way` leads to it. Tells how many lie below it in a row.
    fn follow(&mut self, uses: &[Use], label: &str, source: &str, prefix: &str, way: &mut Vec<String>) -> Result<usize, TemplateFault> {
        let mut deepest = 0;
        for used in uses {
            let fault = |code, fault: String, remedy: String| Slip::new(used.at, code, fault, remedy).within(label, source);
            let Some(part) = self.fill.parts.get(&used.name) else {
                if used.optional {
                    continue;
                }
                let remedy = self.others();
                return Err(fault("template_part", format!("there is no template `{}`", used.name), remedy));
            };
            if way.contains(&used.name) {
                let way = format!("{} → {}", way.join(" → "), used.name);
                return Err(fault("template_recursion", format!("it comes back to itself: {way}"), "take one of these out".to_owned()));
            }
            let key = format!("{prefix}{}", used.name);
            let below = match self.below.get(&key) {
                Some(below) => *below,
                None => {
                    let read = self.translated(&used.name, part, prefix, true)?;
                    way.push(used.name.clone());
                    let below = if way.len() > MAX_PARTS_DEEP + 1 { 0 } else { self.follow(&read.uses, &used.name, part, prefix, way)? };
                    way.pop();
                    if !read.origins.is_empty() {
                        self.origins.insert(key.clone(), read.origins);
                    }
                    self.templates.insert(key.clone(), read.source);
                    self.below.insert(key, below);
                    below
                }
            };
            deepest = deepest.max(below + 1);
            if way.len() + below > MAX_PARTS_DEEP {
                let text = format!("templates use each other more than {MAX_PARTS_DEEP} deep: {} → {}", way.join(" → "), used.name);
                return Err(fault("template_recursion", text, "bring some of them together".to_owned()));
            }
        }
        Ok(deepest)
    }
}
