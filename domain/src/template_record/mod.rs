//! A template as it is stored: a draft that is edited, and versions that were published and never change.
//!
//! The engine that fills a template in knows nothing of this: what it needs is put together into a [`crate::content::Fill`].

mod name;
mod refs;
mod source;
mod values;

use serde::{Deserialize, Serialize};

pub use name::{MAX_NAME, check_language, check_name};
pub use refs::references;
pub use source::{MAX_SOURCE, check};
pub use values::{check_variables, matches};

use crate::content::Syntax;

/// What a template is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateKind {
    /// A mail of its own: it has a subject, and is sent by its name.
    #[default]
    Mail,
    /// What others extend or include. One body, no subject.
    Part,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableType {
    #[default]
    Text,
    Number,
    Boolean,
    List,
    Object,
    /// A text: a date (`2026-11-21`), or a time in RFC 3339.
    Date,
}

/// One variable of a template, as its author describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Letters, digits and `_`, not beginning with a digit.
    pub name: String,
    #[serde(default, rename = "type")]
    pub kind: VariableType,
    /// Whether a mail cannot do without it.
    #[serde(default)]
    pub required: bool,
    /// Its value where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// A template's subject and bodies in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceVariant {
    /// BCP 47 tag; empty for a part's body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// Instead of `html`: MJML, which becomes HTML when it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mjml: Option<String>,
    /// Plain text; made from the HTML when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What the author of a template writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    #[serde(default)]
    pub kind: TemplateKind,
    #[serde(default)]
    pub syntax: Syntax,
    /// The language of those who want none, or one there is no variant in; empty for a part.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// One for each language; a part has exactly one, without a language.
    pub variants: Vec<SourceVariant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
}

impl Source {
    /// The variant in the default language; a part's body.
    #[must_use]
    pub fn main(&self) -> Option<&SourceVariant> {
        self.variants.iter().find(|one| one.language == self.language)
    }

    /// Whether it says the same, in whatever order its variants stand.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let plain = |source: &Self| (source.kind, source.syntax, source.language.clone(), source.variables.clone());
        let has = |variant| other.variants.contains(variant);
        plain(self) == plain(other) && self.variants.len() == other.variants.len() && self.variants.iter().all(has)
    }
}

/// A variant as mail is made of it: MJML has become HTML, styles stand in the elements, the text part is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompiledVariant {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a published version is sent from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compiled {
    /// In the order of the source.
    pub variants: Vec<CompiledVariant>,
    /// Templates it extends or includes itself, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
}
