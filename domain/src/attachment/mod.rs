//! What may be attached to a mail (requirement S0-8): names, types by name, and what was recognised in the bytes.
//!
//! | file | owns |
//! |---|---|
//! | `name` | names of files |
//! | `kind` | what an ending stands for, and which content goes with it |
//! | `label` | content types and content ids as callers give them |
//! | `calendar` | invitations |

mod calendar;
mod kind;
mod label;
mod name;

pub use calendar::{MAX_CALENDAR, check_calendar};
pub use kind::type_of;
pub use label::{check_content_id, check_content_type};
pub use name::{MAX_NAME, check_name, ending};

use crate::refusal::Fault;

/// Files one message may carry.
pub const MAX_ATTACHMENTS: usize = 50;

/// What was seen in the first bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// Nothing that is known: it passes.
    Nothing,
    /// A program, by the name people know its kind by. It is refused whatever it is called.
    Program(&'static str),
    /// A known type, as `type/subtype`.
    Type(String),
}

/// What the operator allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Bytes of one file, before encoding.
    pub max_size: u64,
    /// Endings without their dot, in lower case.
    pub extensions: Vec<String>,
}

/// Holds a file to the rules. `name` has passed [`check_name`]. The fault has no field: its caller knows the place.
///
/// # Errors
/// An ending that is not allowed, an empty or too large file, a program, or content of another type than the name says.
pub fn check(rules: &Rules, name: &str, size: u64, seen: &Recognised) -> Result<(), Fault> {
    check_type(rules, name)?;
    if size == 0 {
        return Err(fault("file_empty", format!("the file {name:?} is empty"), "attach the file as it is meant, or leave it out"));
    }
    check_size(rules, name, size)?;
    match seen {
        Recognised::Nothing => Ok(()),
        Recognised::Program(what) => Err(program(name, what)),
        Recognised::Type(seen) if kind::goes_with(ending(name).unwrap_or_default(), seen) => Ok(()),
        Recognised::Type(seen) => Err(fault(
            "file_content_mismatch",
            format!("the content of the file {name:?} is {seen}, which is not what its name says"),
            "give the file the ending of its content, or attach the right file",
        )),
    }
}

/// Whether a file of this name may be attached at all: looked at before any of its bytes are taken.
///
/// # Errors
/// An ending that is missing or not allowed.
pub fn check_type(rules: &Rules, name: &str) -> Result<(), Fault> {
    let Some(ending) = ending(name) else {
        return Err(fault(
            "file_type_not_allowed",
            format!("the file name {name:?} has no ending, so its type is not known"),
            allowed(rules),
        ));
    };
    if rules.extensions.contains(&ending) {
        return Ok(());
    }
    Err(fault("file_type_not_allowed", format!("the file {name:?} is of a type that is not allowed: {ending}"), allowed(rules)))
}

/// Whether a file is small enough, as far as it has come in.
///
/// # Errors
/// More bytes than a file may have.
pub fn check_size(rules: &Rules, name: &str, size: u64) -> Result<(), Fault> {
    if size <= rules.max_size {
        return Ok(());
    }
    let max = rules.max_size;
    Err(fault(
        "file_too_large",
        format!("the file {name:?} is larger than {max} bytes"),
        "make it smaller, or send a link to it; EMAIL_MAX_ATTACHMENT_SIZE is the limit of a file",
    ))
}

/// The fault of a program, whatever it is called.
#[must_use]
pub fn program(name: &str, what: &str) -> Fault {
    fault(
        "file_executable",
        format!("the file {name:?} is a program ({what})"),
        "programs are never sent, whatever their name: send a link to it instead",
    )
}

fn allowed(rules: &Rules) -> String {
    format!("use one of these endings, or have EMAIL_ALLOWED_EXTENSIONS changed: {}", rules.extensions.join(", "))
}

fn fault(code: &'static str, fault: impl Into<String>, remedy: impl Into<String>) -> Fault {
    Fault::new("", code, fault, remedy)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
