//! Filling in a message for each recipient.
//!
//! [`check`] says at accept what is wrong with the sources of a message: it reads all of them, variants and parts too. A
//! [`Renderer`] is made once for a message and fills it in for each copy. Templates come from strangers: a Jinja template can
//! neither run long nor take much memory, whatever it says (`limits`).

mod fault;
mod language;

use std::collections::BTreeSet;

pub use fault::TemplateFault;

use crate::{
    content::{Content, Fill},
    message::Mailbox,
    outcome::Reason,
};

/// What a message's sources ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Variables that must be there, as dotted paths (`order.number`): they are printed, and nothing stands in for them.
    /// `email`, `name` and `language` are the recipient's own and not named here unless `name` is printed bare.
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
