//! The one error a caller can cause. Each way in maps it to its own shape, in one file.

use std::fmt;

/// One fault of a request: where, what, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field by its path in the request (`messages[0].subject`), a header's or a parameter's name; empty for the whole.
    pub field: String,
    /// A stable machine word in snake_case, always English.
    pub code: &'static str,
    /// What is wrong with the value. Holds no secret.
    pub fault: String,
    /// What to do instead.
    pub remedy: String,
}

impl Fault {
    #[must_use]
    pub fn new(field: impl Into<String>, code: &'static str, fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field: field.into(), code, fault: fault.into(), remedy: remedy.into() }
    }
}

/// What kind of refusal it is; decides the status each protocol answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The request cannot be read at all.
    Malformed,
    /// No key, or one that does not hold.
    Unauthenticated,
    /// The key holds but does not allow this.
    Denied,
    /// The thing named does not exist.
    Missing,
    /// It contradicts what is stored, such as another body under the same idempotency key.
    Conflict,
    /// It was changed by somebody else since the caller read it (`If-Match`).
    Stale,
    /// It can be read, but what it asks for is not valid.
    Invalid,
    /// Over a size limit.
    TooLarge,
    /// The request did not arrive in time.
    TooSlow,
    /// Not JSON.
    UnsupportedMedia,
    /// The caller has used up what it may do in a time.
    TooMany { retry_after_s: u32 },
    /// Nothing is wrong with the request; the server cannot take it now.
    Busy { retry_after_s: u32 },
}

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// At least one.
    pub faults: Vec<Fault>,
}

impl Refusal {
    #[must_use]
    pub fn new(kind: RefusalKind, fault: Fault) -> Self {
        Self { kind, faults: vec![fault] }
    }
    #[must_use]
    pub fn invalid(fault: Fault) -> Self {
        Self::new(RefusalKind::Invalid, fault)
    }
    #[must_use]
    pub fn malformed(fault: Fault) -> Self {
        Self::new(RefusalKind::Malformed, fault)
    }
    #[must_use]
    pub fn denied(fault: Fault) -> Self {
        Self::new(RefusalKind::Denied, fault)
    }
    /// `what` is a noun, such as `topic`.
    #[must_use]
    pub fn missing(what: &str) -> Self {
        Self::new(
            RefusalKind::Missing,
            Fault::new(
                "",
                "not_found",
                format!("there is no such {what}"),
                format!("list what exists and take the {what}'s id from there"),
            ),
        )
    }
    #[must_use]
    pub fn busy(retry_after_s: u32, code: &'static str, fault: impl Into<String>) -> Self {
        Self::new(
            RefusalKind::Busy { retry_after_s },
            Fault::new("", code, fault, "nothing was stored: send the same request again later, with the same Idempotency-Key"),
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, one) in self.faults.iter().enumerate() {
            let sep = if i == 0 { "" } else { "; " };
            let colon = if one.field.is_empty() { "" } else { ": " };
            write!(f, "{sep}{}{colon}{}", one.field, one.fault)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
