//! Addresses: which are kept, refused, or given twice.

use std::collections::HashSet;

use jebi_domain::{
    address,
    message::{Copies, MAX_ROLE, Mailbox, Role},
    refusal::Fault,
};

use super::{
    allow::{self, May},
    personal::{self, Wants},
    receipt::{Duplicate, Places, Rejected},
    rules,
    submission::{Given, NewMessage, NewRecipient},
};

/// What recipients are held to.
pub(super) struct Rules<'a> {
    pub may: May<'a>,
    /// `None` for a message that is sent as it stands.
    pub wants: Option<&'a Wants>,
}

/// A message's addresses, sorted out.
pub(super) struct Sorted {
    pub copies: Copies,
    /// What is each one's own, as a draft has it.
    pub personal: Vec<Option<Box<str>>>,
    /// Where each kept recipient stands in the request.
    pub places: Places,
    pub rejected: Vec<Rejected>,
    pub duplicates: Vec<Duplicate>,
}

/// Sorts the addresses out and takes them from the message. `at` is its place in the request.
///
/// # Errors
/// No addresses, more than one kind of list, too many in one of to, cc and bcc, or a value the mail prints and no recipient can have.
pub(super) fn sort(at: usize, message: &mut NewMessage, rules: &Rules<'_>) -> Result<Sorted, Fault> {
    let joint = message.to.len() + message.cc.len() + message.bcc.len();
    let shared = |named| rules.wants.map_or(Ok(()), |wants| wants.check_shared(named, || format!("messages[{at}].variables")));
    match (message.emails.is_empty(), message.recipients.is_empty(), joint) {
        (true, true, 0) => Err(none(at)),
        (false, true, 0) => {
            shared(false)?;
            Ok(each(at, "emails", std::mem::take(&mut message.emails), |email, field| {
                let read = rules::address(&email, field).and_then(|email| allow::check(rules.may, Mailbox { email, name: None }, field));
                read.map(|mailbox| (mailbox, None)).map_err(|fault| (email, fault))
            }))
        }
        (true, false, 0) => Ok(each(at, "recipients", std::mem::take(&mut message.recipients), |one, field| with_own(one, field, rules))),
        (true, true, n) => {
            for (list, given) in [("to", &message.to), ("cc", &message.cc), ("bcc", &message.bcc)] {
                check_length(at, list, given.len())?;
            }
            // Its name is the first recipient's.
            let first = message.to.first().or(message.cc.first()).or(message.bcc.first());
            shared(first.is_some_and(has_name))?;
            let lists = [
                ("to", Role::To, std::mem::take(&mut message.to)),
                ("cc", Role::Cc, std::mem::take(&mut message.cc)),
                ("bcc", Role::Bcc, std::mem::take(&mut message.bcc)),
            ];
            Ok(together(at, lists, n, rules.may))
        }
        _ => Err(Fault::new(
            format!("messages[{at}]"),
            "several_recipient_lists",
            "it has addresses in more than one of emails, recipients, and to/cc/bcc",
            "use emails or recipients for a copy each, or to/cc/bcc for one copy to all",
        )),
    }
}

fn check_length(at: usize, list: &str, n: usize) -> Result<(), Fault> {
    if n <= MAX_ROLE {
        return Ok(());
    }
    Err(Fault::new(
        format!("messages[{at}].{list}"),
        "too_many_recipients",
        format!("{list} holds {n} addresses; to, cc and bcc may hold {MAX_ROLE} each"),
        "send a copy each with emails or recipients, or several messages",
    ))
}

/// Whether a name stands with it.
fn has_name(given: &Given) -> bool {
    match given {
        Given::Text(text) => text.contains('<'),
        Given::Parts { name, .. } => name.as_ref().is_some_and(|name| !name.trim().is_empty()),
    }
}

fn none(at: usize) -> Fault {
    Fault::new(
        format!("messages[{at}].emails"),
        "no_recipients",
        "it has no recipients",
        "give emails or recipients for a copy each, or to/cc/bcc for one copy to all",
    )
}

/// Reads an address with a name, keeping what was given for the answer when it is bad.
fn named(given: Given, field: &dyn Fn() -> String, may: May<'_>) -> Result<Mailbox, (String, Fault)> {
    let email = match &given {
        Given::Text(text) => text.clone(),
        Given::Parts { email, .. } => email.clone(),
    };
    rules::mailbox(given, field).and_then(|mailbox| allow::check(may, mailbox, field)).map_err(|fault| (email, fault))
}

/// A recipient and what is stored as their own; or the address as given and its fault.
type ReadOwn = Result<(Mailbox, Option<Box<str>>), (String, Fault)>;

/// Reads a recipient with what is their own.
fn with_own(NewRecipient { given, own }: NewRecipient, field: &dyn Fn() -> String, rules: &Rules<'_>) -> ReadOwn {
    let mailbox = named(given, field, rules.may)?;
    let mut own = own;
    let checked = rules.wants.map_or(Ok(()), |wants| wants.check(own.as_deref_mut(), &mailbox, || format!("{}.variables", field())));
    let checked = checked.and_then(|()| own.as_deref().map_or(Ok(None), |own| personal::stored(own, field)));
    match checked {
        Ok(stored) => Ok((mailbox, stored)),
        Err(fault) => Err((mailbox.email, fault)),
    }
}

fn each<T>(
    at: usize,
    list: &'static str,
    given: Vec<T>,
    read: impl Fn(T, &dyn Fn() -> String) -> Result<(Mailbox, Option<Box<str>>), (String, Fault)>,
) -> Sorted {
    let total = given.len();
    let (mut kept, mut from, mut rejected) = (Vec::with_capacity(total), Vec::new(), Vec::new());
    let mut personal = Vec::new();
    for (index, one) in given.into_iter().enumerate() {
        match read(one, &|| format!("messages[{at}].{list}[{index}]")) {
            Ok((mailbox, own)) => {
                // Places are written down only from the first gap on: a clean list of 10,000 costs nothing.
                if !rejected.is_empty() {
                    from.push((list, index));
                }
                // The same for what is their own.
                if own.is_some() {
                    personal.resize(kept.len(), None);
                    personal.push(own);
                }
                kept.push(mailbox);
            }
            Err((email, fault)) => {
                if rejected.is_empty() {
                    from.extend((0..index).map(|i| (list, i)));
                }
                rejected.push(Rejected { index, email, fault });
            }
        }
    }
    if !personal.is_empty() {
        personal.resize(kept.len(), None);
    }
    let doubled = doubled(kept.iter());
    if rejected.is_empty() && !doubled.is_empty() {
        from.extend((0..total).map(|i| (list, i)));
    }
    let duplicates = take_doubled(at, &doubled, &mut kept, &mut from, |mailbox| mailbox.email);
    take_places(&doubled, &mut personal);
    let places = if rejected.is_empty() && duplicates.is_empty() { Places::Whole(list) } else { Places::Each(from) };
    Sorted { copies: Copies::Each(kept), personal, places, rejected, duplicates }
}

fn together(at: usize, lists: [(&'static str, Role, Vec<Given>); 3], total: usize, may: May<'_>) -> Sorted {
    let (mut kept, mut from, mut rejected) = (Vec::with_capacity(total), Vec::with_capacity(total), Vec::new());
    for (list, role, given) in lists {
        for (index, one) in given.into_iter().enumerate() {
            match named(one, &|| format!("messages[{at}].{list}[{index}]"), may) {
                Ok(mailbox) => {
                    from.push((list, index));
                    kept.push((role, mailbox));
                }
                Err((email, fault)) => rejected.push(Rejected { index, email, fault }),
            }
        }
    }
    let doubled = doubled(kept.iter().map(|(_, mailbox)| mailbox));
    let duplicates = take_doubled(at, &doubled, &mut kept, &mut from, |(_, mailbox)| mailbox.email);
    Sorted { copies: Copies::Joint(kept), personal: Vec::new(), places: Places::Each(from), rejected, duplicates }
}

/// Places of addresses that came before, in order.
fn doubled<'a>(mailboxes: impl ExactSizeIterator<Item = &'a Mailbox>) -> Vec<usize> {
    if mailboxes.len() < 2 {
        return Vec::new();
    }
    let mut seen = HashSet::with_capacity(mailboxes.len());
    mailboxes.enumerate().filter_map(|(at, m)| (!seen.insert(address::key(&m.email))).then_some(at)).collect()
}

/// Takes what stands at some places, in order, out of a list.
fn take_places<T>(places: &[usize], list: &mut Vec<T>) {
    let (mut at, mut next) = (0, places.iter().peekable());
    list.retain(|_| {
        let stays = next.next_if_eq(&&at).is_none();
        at += 1;
        stays
    });
}

/// Takes the doubled ones out of both lists.
fn take_doubled<T>(
    message: usize,
    doubled: &[usize],
    kept: &mut Vec<T>,
    from: &mut Vec<(&'static str, usize)>,
    email: impl Fn(T) -> String,
) -> Vec<Duplicate> {
    if doubled.is_empty() {
        return Vec::new();
    }
    let (all, places) = (std::mem::take(kept), std::mem::take(from));
    let mut out = Vec::with_capacity(doubled.len());
    let mut next = doubled.iter().copied().peekable();
    for (at, (one, (list, index))) in all.into_iter().zip(places).enumerate() {
        if next.next_if_eq(&at).is_some() {
            out.push(Duplicate { index, field: format!("messages[{message}].{list}[{index}]"), email: email(one) });
        } else {
            kept.push(one);
            from.push((list, index));
        }
    }
    out
}
