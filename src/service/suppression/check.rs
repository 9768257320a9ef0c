//! An entry as a caller writes it; checked, with every fault found in one pass.

use jebi_domain::{
    address,
    refusal::{Fault, Refusal, RefusalKind},
    suppression::{MAX_DETAIL, MAX_FAMILY, NewEntry, Scope, ScopeFault, Source, SuppressionCause},
    time::Wall,
};

use crate::service::times::Times;

/// An entry to be, as it was given.
#[derive(Clone, Debug, Default)]
pub struct NewSuppression {
    pub email: String,
    /// `all`, `bulk` or `topic:NAME`; by the cause where it is left out.
    pub scope: Option<String>,
    /// `manual` where it is left out.
    pub cause: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
    /// Since when; now where it is left out.
    pub at: Option<String>,
}

/// What entries are checked against.
pub(super) struct Checking<'a> {
    pub times: &'a Times,
    pub now: Wall,
    pub actor: &'a str,
    pub source: Source,
    /// What a complaint keeps back where its entry does not say.
    pub complaints: Scope,
}

impl Checking<'_> {
    /// All of them; `place` names a field of one by its number from 0.
    ///
    /// # Errors
    /// Every fault of all of them.
    pub fn all(&self, given: Vec<NewSuppression>, place: &dyn Fn(usize, &str) -> String) -> Result<Vec<NewEntry>, Refusal> {
        let (mut entries, mut faults) = (Vec::with_capacity(given.len()), Vec::new());
        for (i, one) in given.into_iter().enumerate() {
            match self.one(one, &|field| place(i, field)) {
                Ok(entry) => entries.push(entry),
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() { Ok(entries) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
    }

    /// One of them.
    ///
    /// # Errors
    /// Its faults.
    pub fn one(&self, given: NewSuppression, field: &dyn Fn(&str) -> String) -> Result<NewEntry, Vec<Fault>> {
        let mut faults = Vec::new();
        let address = email(&given.email, || field("email")).map_err(|fault| faults.push(fault)).ok();
        let cause = given.cause.as_deref().map_or(Ok(SuppressionCause::Manual), |text| cause(text, || field("cause")));
        let cause = cause.map_err(|fault| faults.push(fault)).ok();
        let told = given.scope.as_deref().map(|text| scope(text, || field("scope"))).transpose();
        let told = told.map_err(|fault| faults.push(fault)).ok().flatten();
        let at = given.at.as_deref().map_or(Ok(self.now), |text| self.times.past(|| field("created_at"), text, self.now));
        let at = at.map_err(|fault| faults.push(fault)).ok();
        let detail = given.reason.unwrap_or_default();
        if let Err(fault) = words(&detail, MAX_DETAIL, || field("reason")) {
            faults.push(fault);
        }
        if cause == Some(SuppressionCause::Unsubscribe) && told == Some(Scope::All) {
            let fault = "who unsubscribes keeps no transactional mail back";
            faults.push(Fault::new(field("scope"), "scope_too_wide", fault, "use bulk or topic:NAME, or the cause manual"));
        }
        let (Some(address), Some(cause), Some(at), true) = (address, cause, at, faults.is_empty()) else { return Err(faults) };
        let scope = told.unwrap_or_else(|| match cause {
            SuppressionCause::Unsubscribe => Scope::Bulk,
            SuppressionCause::Complaint => self.complaints.clone(),
            _ => Scope::All,
        });
        Ok(NewEntry { address, scope, cause, detail, source: self.source.clone(), actor: self.actor.to_owned(), at })
    }
}

/// An address in the form it is compared in.
///
/// # Errors
/// What is wrong with it.
pub(super) fn email(text: &str, field: impl FnOnce() -> String) -> Result<String, Fault> {
    address::parse(text).map(|email| address::key(&email).into_owned()).map_err(|e| Fault::new(field(), e.code, e.fault, e.remedy))
}

/// Words of a person, in one line.
///
/// # Errors
/// They are too long, or have control characters.
pub(super) fn words(text: &str, most: usize, field: impl FnOnce() -> String) -> Result<(), Fault> {
    if text.chars().any(char::is_control) {
        return Err(Fault::new(field(), "control_character", "it has a line break or another control character", "write it in one line"));
    }
    if text.chars().count() > most {
        return Err(Fault::new(field(), "too_long", format!("it is longer than {most} characters"), "shorten it"));
    }
    Ok(())
}

/// # Errors
/// It is none.
pub(super) fn cause(text: &str, field: impl FnOnce() -> String) -> Result<SuppressionCause, Fault> {
    SuppressionCause::parse(text).ok_or_else(|| {
        let all = SuppressionCause::ALL.map(SuppressionCause::as_str).join(", ");
        Fault::new(field(), "unknown_value", format!("{text:?} is no cause"), format!("use one of: {all}"))
    })
}

/// # Errors
/// It is none.
pub(super) fn scope(text: &str, field: impl FnOnce() -> String) -> Result<Scope, Fault> {
    let remedy = "use all, bulk or topic:NAME; topic:news covers news and what goes on after it with / - _ . or :";
    Scope::parse(text).map_err(|found| match found {
        ScopeFault::Unknown => Fault::new(field(), "unknown_value", format!("{text:?} is no scope"), remedy),
        ScopeFault::Name => {
            let fault = format!("the name of a topic family must be 1 to {MAX_FAMILY} bytes without control characters");
            Fault::new(field(), "invalid_scope", fault, remedy)
        }
        ScopeFault::Separator => Fault::new(field(), "invalid_scope", "the name of a topic family ends with `/`", remedy),
    })
}
