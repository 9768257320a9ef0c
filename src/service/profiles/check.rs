//! A profile as a caller writes it; checked, with every fault found in one pass.

use jebi_domain::{
    address,
    message::Mailbox,
    profile::{Company, Profile, Refusing, Tracking, is_name},
    refusal::{Fault, Refusal, RefusalKind},
};

use crate::service::{
    accept::{Given, rules},
    list_rules,
};

/// Most Reply-To addresses.
const MAX_REPLY_TO: usize = 10;
/// Longest of a company's details, in characters.
const MAX_DETAIL: usize = 200;

/// What a profile is to hold.
#[derive(Clone, Debug)]
pub struct NewProfile {
    pub name: String,
    pub from: Given,
    pub reply_to: Vec<Given>,
    pub company: Company,
    pub language: Option<String>,
    pub tracking: Tracking,
    pub unsubscribe: Option<Refusing>,
    pub list_id: Option<String>,
    pub consent_notices: bool,
}

/// The profile.
///
/// # Errors
/// Every fault, by field.
pub(super) fn check(new: NewProfile) -> Result<Profile, Refusal> {
    let mut faults = Vec::new();
    if !is_name(&new.name) {
        let fault = format!("{:?} is no name of a profile", new.name);
        faults.push(Fault::new("name", "invalid_name", fault, "use 1 to 64 lower-case letters, digits, - and _"));
    }
    let from = keep(rules::mailbox(new.from, || "from".to_owned()), &mut faults);
    if new.reply_to.len() > MAX_REPLY_TO {
        let fault = format!("it has {} addresses; at most {MAX_REPLY_TO} are allowed", new.reply_to.len());
        faults.push(Fault::new("reply_to", "too_many_addresses", fault, "give one or a few"));
    }
    let reply_to: Vec<Mailbox> = new
        .reply_to
        .into_iter()
        .enumerate()
        .take(MAX_REPLY_TO)
        .filter_map(|(i, one)| keep(rules::mailbox(one, || format!("reply_to[{i}]")), &mut faults))
        .collect();
    let company = company(new.company, &mut faults);
    let language = new.language.and_then(|tag| keep(list_rules::language(tag, || "language".to_owned()), &mut faults));
    let unsubscribe = new.unsubscribe.and_then(|rule| keep(refusing(rule), &mut faults));
    let list_id = new.list_id.and_then(|id| keep(list_rules::list_id(&id, || "list_id".to_owned()), &mut faults));
    match from {
        Some(from) if faults.is_empty() => Ok(Profile {
            name: new.name,
            from,
            reply_to,
            company,
            language,
            tracking: new.tracking,
            unsubscribe,
            list_id,
            consent_notices: new.consent_notices,
        }),
        _ => Err(Refusal { kind: RefusalKind::Invalid, faults }),
    }
}

fn keep<T>(checked: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    checked.map_err(|fault| faults.push(fault)).ok()
}

fn refusing(rule: Refusing) -> Result<Refusing, Fault> {
    match rule {
        Refusing::At(page) => list_rules::page(page, || "unsubscribe".to_owned()).map(Refusing::At),
        rule => Ok(rule),
    }
}

fn company(given: Company, faults: &mut Vec<Fault>) -> Company {
    let mut detail = |field: &str, value: Option<String>| {
        let value = value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
        keep(text(&value, || format!("company.{field}")), faults).map(|()| value)
    };
    let (name, postal_address) = (detail("name", given.name), detail("postal_address", given.postal_address));
    let representative = detail("representative", given.representative);
    let mut numbers = |field: &str, value: Option<String>, remedy: &str| {
        let value = value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
        keep(number(&value, || format!("company.{field}"), remedy), faults).map(|()| value)
    };
    let phone = numbers("phone", given.phone, "write digits, spaces and +-(). only, such as +82 2-120");
    let business_number = numbers("business_number", given.business_number, "write digits and - only, such as 123-45-67890");
    let email = given.email.filter(|text| !text.trim().is_empty());
    let email = email.and_then(|email| {
        let checked = address::parse(email.trim()).map_err(|e| Fault::new("company.email", e.code, e.fault, e.remedy));
        keep(checked, faults)
    });
    Company { name, postal_address, phone, email, representative, business_number }
}

fn text(value: &str, field: impl Fn() -> String) -> Result<(), Fault> {
    if value.chars().count() > MAX_DETAIL {
        return Err(Fault::new(field(), "too_long", format!("it is longer than {MAX_DETAIL} characters"), "shorten it"));
    }
    rules::header_text(value, field)
}

fn number(value: &str, field: impl Fn() -> String, remedy: &str) -> Result<(), Fault> {
    let fits = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '(' | ')' | '.');
    if value.len() <= 40 && value.chars().all(fits) && value.chars().any(|c| c.is_ascii_digit()) {
        return Ok(());
    }
    Err(Fault::new(field(), "invalid_number", "it is no number of 40 characters at most", remedy))
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
