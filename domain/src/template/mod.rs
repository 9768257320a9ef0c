//! Filling in a message for each recipient.
//!
//! [`check`] says at accept what is wrong with the sources of a message: it reads all of them, variants and parts too. A
//! [`Renderer`] is made once for a message and fills it in for each copy. Templates come from strangers: a Jinja template can
//! neither run long nor take much memory, whatever it says (see the limits below).

mod braces;
mod derive;
mod expr;
mod fault;
mod filters;
mod flat;
mod gauge;
mod language;
mod lex;
mod render;
mod scope;
mod shield;
mod sources;
mod tags;
mod unknown;
mod values;
mod written;

use std::collections::BTreeSet;

pub use derive::derive_text;
pub use fault::TemplateFault;
pub use flat::{NotFlat, flatten, html_label, with_origins};
pub use language::{choose, lookup};
pub use render::{Recipient, Renderer};
pub use shield::{Between, Lost, Shield};
pub(crate) use written::Written;

use crate::content::Fill;

/// Largest source of a subject, a body or a part, in bytes.
pub const MAX_SOURCE: usize = 512 << 10;
/// Largest body that is made, in bytes.
pub const MAX_BODY: usize = 2 << 20;
/// Largest subject that is made, in bytes.
pub const MAX_SUBJECT: usize = 10 << 10;
/// Most parts that extend or include each other in a row.
pub const MAX_PARTS_DEEP: usize = 8;
/// Steps of the engine that one body may take: about 20 ms.
const MAX_STEPS: u64 = 100_000;

/// What a message's sources ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Variables that must be there, as dotted paths (`order.number`): they are printed, and nothing stands in for them.
    /// `email` and `language` are known of every recipient and not among them; `name` is, because not everybody gives one.
    pub variables: BTreeSet<String>,
    /// Variables that may be missing: only used in conditions and loops, or printed with a default.
    pub optional: BTreeSet<String>,
}

/// One copy's texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    /// BCP 47 tag of the variant that was taken; empty where the message names none.
    pub language: String,
}

/// Reads every source of a message: subject, text and HTML, the variants and the parts of `fill`.
///
/// # Errors
/// The first fault, with its place.
pub fn check(fill: &Fill, subject: &str, text: Option<&str>, html: Option<&str>) -> Result<Checked, TemplateFault> {
    let sources = sources::read(sources::Given { fill, subject, text, html }, false)?;
    render::compiled(sources.templates).map_err(|reason| TemplateFault {
        part: "template".to_owned(),
        line: 1,
        column: 1,
        code: "template_engine",
        fault: format!("the engine cannot read it: {}", reason.text),
        remedy: reason.remedy,
    })?;
    Ok(sources.checked)
}

#[cfg(test)]
mod tests;
