//! What happened to a consent, as a caller writes it; checked, with every fault found in one pass.

use jebi_domain::{
    address,
    consent::{EventKind, RESULT_DAYS},
    port::consents::{ConsentKey, NewEvent},
    profile::is_name,
    refusal::{Fault, Refusal, RefusalKind},
    time::Wall,
};

use super::first_reminder;
use crate::service::{list_rules, profiles::Directory, times::Times};

/// Longest text of each kind, in characters.
const MAX_SCOPE: usize = 100;
const MAX_HOW: usize = 200;
const MAX_WORDING: usize = 4_000;
const MAX_SOURCE: usize = 500;

/// What happened to a consent.
#[derive(Clone, Debug)]
pub struct NewConsent {
    pub email: String,
    /// To whom it was given.
    pub profile: String,
    /// To what; everything of that sender where it is left out.
    pub scope: Option<String>,
    pub kind: EventKind,
    /// When; now where it is left out.
    pub at: Option<String>,
    pub how: String,
    /// The wording, or its version.
    pub wording: String,
    pub source: String,
    pub language: Option<String>,
    /// Whether the person is told.
    pub notice: Option<bool>,
}

impl Default for NewConsent {
    fn default() -> Self {
        Self {
            email: String::new(),
            profile: String::new(),
            scope: None,
            kind: EventKind::Given,
            at: None,
            how: String::new(),
            wording: String::new(),
            source: String::new(),
            language: None,
            notice: None,
        }
    }
}

/// What they are checked against.
pub(super) struct Checking<'a> {
    pub profiles: &'a Directory,
    pub times: &'a Times,
    pub now: Wall,
    pub actor: &'a str,
    /// Whether people are told at all.
    pub tells: bool,
    /// Whether they are told where nothing is said.
    pub tell: bool,
}

impl Checking<'_> {
    /// `place` names a field of one of them, by its number from 0.
    ///
    /// # Errors
    /// Every fault of all of them.
    pub fn all(&self, given: Vec<NewConsent>, place: &dyn Fn(usize, &str) -> String) -> Result<Vec<NewEvent>, Refusal> {
        if given.is_empty() {
            let remedy = "give at least one";
            return Err(Refusal::invalid(Fault::new("consents", "no_consents", "the request has no consents", remedy)));
        }
        let (mut events, mut faults) = (Vec::with_capacity(given.len()), Vec::new());
        for (i, one) in given.into_iter().enumerate() {
            let before = faults.len();
            let event = self.one(one, &|field| place(i, field), &mut faults);
            events.extend(event.filter(|_| faults.len() == before));
        }
        if faults.is_empty() { Ok(events) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
    }

    fn one(&self, given: NewConsent, field: &dyn Fn(&str) -> String, faults: &mut Vec<Fault>) -> Option<NewEvent> {
        let email = keep(address::parse(&given.email).map_err(|e| Fault::new(field("email"), e.code, e.fault, e.remedy)), faults);
        let profile = self.profiles.get(&given.profile);
        // What was given to a profile that is gone can still be taken back.
        let ends = given.kind != EventKind::Given && is_name(&given.profile);
        if profile.is_none() && !ends {
            let fault = format!("there is no profile {:?}", given.profile);
            faults.push(Fault::new(field("profile"), "unknown_profile", fault, "use a name GET /v1/profiles lists"));
        }
        if given.how.trim().is_empty() {
            let fault = "it does not say how it was given or taken back";
            faults.push(Fault::new(field("how"), "missing_how", fault, "say it in a few words, such as: form at shop.example.kr/join"));
        }
        let scope = given.scope.unwrap_or_default();
        let texts = [("scope", &scope, MAX_SCOPE), ("how", &given.how, MAX_HOW), ("source", &given.source, MAX_SOURCE)];
        for (name, value, most) in texts {
            keep(line(value, most, || field(name)), faults);
        }
        keep(no_longer(&given.wording, MAX_WORDING, || field("wording")), faults);
        let at = match &given.at {
            None => Some(self.now),
            Some(text) => keep(self.times.past(|| field("at"), text, self.now), faults),
        };
        let language = given.language.and_then(|tag| keep(list_rules::language(tag, || field("language")), faults));
        let (email, at) = (email?, at?);
        let recent = self.now.0 - at.0 <= RESULT_DAYS * 86_400_000;
        let notice = self.tells && given.notice.unwrap_or(self.tell && recent && profile.is_some_and(|p| p.consent_notices));
        let key = ConsentKey { address: address::key(&email).into_owned(), profile: given.profile, scope };
        let mut event = NewEvent {
            key,
            email,
            language,
            kind: given.kind,
            at,
            how: given.how.trim().to_owned(),
            wording: given.wording,
            source: given.source,
            actor: self.actor.to_owned(),
            notice,
            confirm_at: None,
        };
        if given.kind == EventKind::Given {
            event.confirm_at = Some(first_reminder(&event, self.times));
        }
        Some(event)
    }
}

fn keep<T>(checked: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    checked.map_err(|fault| faults.push(fault)).ok()
}

fn no_longer(text: &str, most: usize, field: impl Fn() -> String) -> Result<(), Fault> {
    if text.len() > most && text.chars().count() > most {
        return Err(Fault::new(field(), "too_long", format!("it is longer than {most} characters"), "shorten it"));
    }
    Ok(())
}

fn line(text: &str, most: usize, field: impl Fn() -> String) -> Result<(), Fault> {
    no_longer(text, most, &field)?;
    if text.chars().any(char::is_control) {
        return Err(Fault::new(field(), "control_character", "it holds a control character", "write it on one line"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
