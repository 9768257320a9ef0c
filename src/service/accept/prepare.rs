//! From a submission to drafts. Every fault of a request is found here, in one pass, before anything is stored.

use std::sync::Arc;

use jebi_domain::{
    address::disposable::{Disposable, Policy},
    id::MessageId,
    message::{Copies, Draft, Lane, Message},
    port::Random,
    preflight::Warning,
    refusal::{Fault, Refusal, RefusalKind},
    time::Wall,
};

use super::{
    Settings,
    allow::May,
    attachments::{Carried, Fresh},
    consent::Consenting,
    content::{self, Faults},
    fill,
    list::{self, ProviderKind, Question},
    preflight,
    receipt::{Addresses, Pending, Places, Unfinished},
    recipients, route,
    submission::{NewMessage, Submission},
    track, when,
};
use crate::service::{profiles::Directory, templates::Resolved, tracking::Said};

/// Ready to be stored. A draft for each message of the receipt that has an id, in order.
pub(super) struct Prepared {
    pub drafts: Vec<Draft>,
    /// Files that came along, to be kept before the drafts are stored.
    pub files: Vec<Fresh>,
    pub receipt: Unfinished,
}

/// What is known of a request besides the request.
pub(super) struct Known {
    pub settings: Arc<Settings>,
    /// When it came.
    pub at: Wall,
    pub profiles: Arc<Directory>,
    /// What is followed of topics.
    pub topics: Arc<Said>,
    /// The profile its key is tied to.
    pub tied: Option<String>,
    /// This machine asks, or Jebi itself.
    pub is_local: bool,
    /// For each message, what the ledger says of its recipients.
    pub consenting: Consenting,
}

/// Checks everything. `resolved` are the stored templates its messages are made of, by the messages' places.
///
/// # Errors
/// All faults; in a strict request every bad address is one, and without a single good address there is nothing to accept.
pub(super) fn prepare(
    known: &Known,
    random: &dyn Random,
    submission: Submission,
    (resolved, mut carried): (&[Option<Arc<Resolved>>], Carried),
) -> Result<Prepared, Refusal> {
    let (settings, at) = (&*known.settings, known.at);
    check_size(settings, &submission)?;
    let mut faults = Vec::new();
    let (mut drafts, mut pending) = (Vec::with_capacity(submission.messages.len()), Vec::with_capacity(submission.messages.len()));
    let Submission { messages, scheduled_at, expires_at, strict, is_part, .. } = submission;
    let shared = Shared { known, settings, random, at, scheduled_at: scheduled_at.as_deref(), expires_at: expires_at.as_deref(), resolved };
    for (i, message) in messages.into_iter().enumerate() {
        let (draft, receipt) = shared.message(i, message, &mut carried, &mut faults);
        drafts.extend(draft);
        pending.extend(receipt);
    }
    if strict || (!is_part && pending.iter().all(|p| p.kept.len() == 0)) {
        faults.extend(pending.iter().flat_map(|p| &p.rejected).map(|r| r.fault.clone()));
    }
    if !faults.is_empty() {
        return Err(Refusal { kind: RefusalKind::Invalid, faults: without_repeats(faults) });
    }
    let scheduled = drafts.iter().any(|d| d.message.scheduled);
    let mut receipt = Unfinished { scheduled, messages: pending };
    preflight::look(&drafts, &mut receipt);
    Ok(Prepared { drafts, files: carried.fresh, receipt })
}

fn check_size(settings: &Settings, submission: &Submission) -> Result<(), Refusal> {
    if submission.messages.is_empty() {
        let remedy = "give at least one message with emails, subject and content";
        return Err(Refusal::invalid(Fault::new("messages", "no_messages", "the request has no messages", remedy)));
    }
    let (given, max) = (submission.addresses(), submission.most.unwrap_or(settings.max_recipients.get()));
    if given > max {
        let fault = format!("the request has {given} recipients; at most {max} are taken at once");
        return Err(Refusal::invalid(Fault::new("messages", "too_many_recipients", fault, "split it into several requests")));
    }
    Ok(())
}

/// A fault of the whole request's time is found with every message; once is enough.
fn without_repeats(mut faults: Vec<Fault>) -> Vec<Fault> {
    let mut seen = std::collections::HashSet::new();
    faults.retain(|f| f.field.starts_with("messages[") || seen.insert((f.field.clone(), f.code)));
    faults
}

/// What all messages of a request have in common.
struct Shared<'a> {
    known: &'a Known,
    settings: &'a Settings,
    random: &'a dyn Random,
    at: Wall,
    scheduled_at: Option<&'a str>,
    expires_at: Option<&'a str>,
    resolved: &'a [Option<Arc<Resolved>>],
}

impl Shared<'_> {
    /// One message. No receipt when it has a fault, no draft when none of its addresses is good.
    fn message(&self, i: usize, mut given: NewMessage, carried: &mut Carried, all: &mut Vec<Fault>) -> (Option<Draft>, Option<Pending>) {
        let mut faults = Faults::new(i, all);
        let (total, documented) = (given.addresses(), track::is_documented(&given));
        let lane = lane(&given);
        let topic = content::topic(given.topic_id.as_deref(), self.known.is_local, &mut faults);
        let resolved = self.resolved.get(i).and_then(Option::as_deref);
        let names_language = given.fill.language.is_some();
        let stored = resolved.map(|resolved| (fill::put(&mut given, resolved, &mut faults), resolved));
        let profile = list::profile(given.profile.as_deref(), self.known.tied.as_deref(), &self.known.profiles, &mut faults);
        let profile_of = profile.as_ref().and_then(Option::as_deref);
        let mut content = content::read(&mut given, self.settings.from.as_ref(), profile_of, carried, &mut faults);
        let standard = profile_of.and_then(|profile| profile.language.as_deref()).filter(|_| !names_language);
        let filling = content.as_mut().map(|content| fill::read(&mut given, content, stored, standard, &mut faults));
        let way = content.as_ref().map(|c| route::route(&self.settings.rules.routes, &c.from.email, || faults.path("from")));
        let way = way.and_then(|way| faults.keep(way));
        let times = self.times(&given, &mut faults);
        let (policy, disposable) = &self.settings.disposable;
        let may = May {
            list: &self.settings.rules.allow,
            consent: self.known.consenting.get(i).and_then(Option::as_ref),
            disposable: (*policy == Policy::Refuse).then_some(&**disposable),
        };
        let rules = recipients::Rules { may, wants: filling.as_ref().and_then(|one| one.wants.as_ref()) };
        let sorted = faults.keep(recipients::sort(i, &mut given, &rules));
        let joint = sorted.as_ref().is_some_and(|sorted| matches!(sorted.copies, Copies::Joint(_)));
        let listed = match (&content, &way, &profile) {
            (Some(content), Some(way), Some(_)) => {
                let (list, settings, provider) = (std::mem::take(&mut given.list), &self.settings.list, way.provider.as_str());
                let (category, topic) = (given.category, topic.as_str());
                Question { settings, list, category, profile: profile_of, content, lane, topic, provider, joint }.answer(&mut faults)
            }
            _ => None,
        };
        let (Some(mut content), Some(way), Some((due, scheduled, expires_at)), Some(sorted), Some(filling), Some((list, warnings))) =
            (content, way, times, sorted, filling, listed)
        else {
            return (None, None);
        };
        let linked = list.as_ref().is_some_and(|list| list.unsubscribe.is_some());
        let link =
            filling.wants.as_ref().map_or(Ok(None), |wants| wants.link(linked, &sorted.personal, || faults.path("list.unsubscribe")));
        let Some(unlinked) = faults.keep(link) else { return (None, None) };
        let followed = track::Question {
            settings: &self.settings.track,
            asked: given.track,
            documented,
            topic: self.known.topics.get(&topic).copied().unwrap_or_default(),
            profile: profile_of,
            content: &content,
            lane,
            stays: self.settings.list.kinds.get(&way.provider) == Some(&ProviderKind::Local),
            signs: self.settings.list.links.is_some(),
        };
        let (followed, unfollowed) = followed.answer(&faults);
        content.track = followed;
        content.list = list;
        content.shown = sorted.copies.shown();
        let kept = match &sorted.copies {
            Copies::Each(all) => Addresses::of(all.iter().map(|m| m.email.as_str())),
            Copies::Joint(all) => Addresses::of(all.iter().map(|(_, m)| m.email.as_str())),
        };
        let id = (kept.len() > 0).then(|| MessageId::new(self.at, self.random));
        let draft = id.map(|id| Draft {
            copies: sorted.copies,
            message: Arc::new(Message {
                id,
                topic,
                lane,
                provider: way.provider,
                route: way.route,
                content,
                on_unknown: given.on_unknown.unwrap_or_default(),
                created_at: self.at,
                due,
                scheduled,
                expires_at,
                variables: filling.variables.map(Arc::from),
            }),
            personal: sorted.personal,
        });
        let own = draft.as_ref().map_or(&[][..], |draft| draft.personal.as_slice());
        let unfilled = filling.wants.as_ref().and_then(|wants| wants.unfilled(own, faults.path("variables")));
        let thrown_away = if *policy == Policy::Warn { disposable_recipients(disposable, &kept, &sorted.places, i) } else { None };
        let listed = warnings.into_iter().chain(unfollowed).map(Warning::from);
        let warnings = thrown_away.into_iter().chain(unfilled).chain(unlinked).chain(listed).collect();
        let (rejected, duplicates, places) = (sorted.rejected, sorted.duplicates, sorted.places);
        let pending = Pending {
            at: i,
            id,
            topic: given.topic_id,
            lane,
            total,
            joint,
            kept,
            places,
            rejected,
            duplicates,
            warnings,
            causes: Vec::new(),
        };
        (draft, Some(pending))
    }

    /// When it is due, whether that was asked for and is to come, and when it expires.
    fn times(&self, given: &NewMessage, faults: &mut Faults<'_>) -> Option<(Wall, bool, Option<Wall>)> {
        let times = &self.settings.times;
        let due = match (given.scheduled_at.as_deref(), self.scheduled_at) {
            (Some(own), _) => times.at(|| faults.path("scheduled_at"), own, self.at),
            (None, Some(shared)) => times.at(|| "scheduled_at".to_owned(), shared, self.at),
            (None, None) => Ok((self.at, false)),
        };
        let (due, scheduled) = faults.keep(due)?;
        let expires = match (given.expires_at.as_deref(), self.expires_at) {
            (Some(own), _) => Some(when::expiry(|| faults.path("expires_at"), own, &times.zone, due)),
            (None, Some(shared)) => Some(when::expiry(|| "expires_at".to_owned(), shared, &times.zone, due)),
            (None, None) => None,
        };
        let expires = match expires {
            Some(checked) => Some(faults.keep(checked)?),
            None => None,
        };
        Some((due, scheduled, expires))
    }
}

/// Recipients whose addresses are disposable: they get their mail, and nobody may be there to read it.
fn disposable_recipients(list: &Disposable, kept: &Addresses, places: &Places, at: usize) -> Option<Warning> {
    let found: Vec<usize> = (0..kept.len()).filter(|i| kept.get(*i).is_some_and(|email| list.holds(email))).collect();
    let (list, index) = places.get(*found.first()?);
    let warning = format!("recipients with a disposable address: {}", found.len());
    let remedy = "ask them for an address that lasts; JEBI_DISPOSABLE=refuse keeps such addresses out";
    Some(Warning::new(format!("messages[{at}].{list}[{index}]"), "disposable_address", warning, remedy))
}

/// The lane (requirement S-4): advertising, and a topic with several copies, is bulk, everything else transactional, unless the caller says.
fn lane(given: &NewMessage) -> Lane {
    let several = given.emails.len() > 1 || given.recipients.len() > 1;
    given.lane.or_else(|| list::lane(given)).unwrap_or(if given.topic_id.is_some() && several { Lane::Bulk } else { Lane::Transactional })
}
