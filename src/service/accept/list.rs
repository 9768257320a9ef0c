//! Who a message is from by its profile, which list it is of, and what advertising needs.

use std::{collections::HashMap, sync::Arc};

use jebi_domain::{
    advertising,
    content::list::{List, PLACES, Unsubscribe},
    link::Target,
    message::{Content, Lane},
    mime::header::HeaderFault,
    profile::{Company, Profile, Refusing},
    refusal::Fault,
    time::Wall,
};

use super::{
    Accept,
    content::Faults,
    submission::{Category, NewList, NewMessage},
};
use crate::service::{links::LinkKeys, list_rules, profiles::Directory};

/// What the operator decided about lists and advertising.
#[derive(Clone, Debug, Default)]
pub struct ListSettings {
    /// How the world reaches this server: `https`, without a slash at the end. `None` where no link of ours can be written.
    pub public: Option<String>,
    /// How this machine reaches it, for mail that is kept here.
    pub local: Option<String>,
    /// The kind of each provider, by name.
    pub kinds: HashMap<String, ProviderKind>,
    /// What own links are signed with; `None` where there is nothing.
    pub links: Option<Arc<LinkKeys>>,
    /// Whether advertising is marked as Korean law wants it.
    pub marks_advertising: bool,
    /// Whether advertising goes only to whom the ledger of consents has.
    pub asks_ledger: bool,
}

/// What matters here about a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// Keeps mail on this machine.
    Local,
    /// Writes a `Feedback-ID` of its own.
    Ses,
    Other,
}

impl Accept {
    /// Where somebody refuses all mail of a profile, for mail accepted then; `None` where no link of ours can be written.
    pub(in crate::service) fn refusal_link(&self, profile: &str, email: &str, accepted: Wall) -> Option<String> {
        let settings = &self.settings.load().list;
        let base = settings.public.as_ref().or(settings.local.as_ref().filter(|_| settings.is_all_local()))?;
        // What is consented to is advertising.
        let target =
            Target { profile: profile.to_owned(), topic: String::new(), address: email.to_owned(), advertising: true, delivery: None };
        let token = settings.links.as_ref()?.live().load().sign(&target, accepted)?;
        Some(format!("{base}/u/{token}"))
    }
}

impl ListSettings {
    /// Whether no mail leaves this machine.
    fn is_all_local(&self) -> bool {
        self.kinds.values().all(|kind| *kind == ProviderKind::Local)
    }
}

/// The profile a message goes out as: its key's, else the one it names. The outer `None` is a fault, noted.
pub(super) fn profile(named: Option<&str>, tied: Option<&str>, all: &Directory, faults: &mut Faults<'_>) -> Option<Option<Arc<Profile>>> {
    let Some(name) = tied.or(named) else { return Some(None) };
    if let Some(profile) = all.get(name) {
        return Some(Some(Arc::clone(profile)));
    }
    if tied.is_some() {
        let fault = format!("the key is tied to the profile {name:?}, which is not there");
        faults.add("profile", "unknown_profile", fault, "make the profile (PUT /v1/profiles/{name}), or tie the key to another");
    } else {
        let fault = format!("there is no profile {name:?}");
        faults.add("profile", "unknown_profile", fault, "use a name GET /v1/profiles lists");
    }
    None
}

/// The lane of mail that does not say, where its category does.
pub(super) fn lane(given: &NewMessage) -> Option<Lane> {
    given.category.map(|Category::Advertising| Lane::Bulk)
}

/// What the consent to a message's mail has to be to: its list, else everything of its sender.
pub(super) fn scope<'a>(given: &'a NewList, profile: &'a Profile) -> &'a str {
    given.id.as_deref().or(profile.list_id.as_deref()).unwrap_or_default()
}

/// A message as far as lists go.
pub(super) struct Question<'a> {
    pub settings: &'a ListSettings,
    pub list: NewList,
    pub category: Option<Category>,
    pub profile: Option<&'a Profile>,
    pub content: &'a Content,
    pub lane: Lane,
    pub topic: &'a str,
    pub provider: &'a str,
    pub joint: bool,
}

impl Question<'_> {
    /// Its list, and what its sender should know. The outer `None` is a fault, noted.
    pub(super) fn answer(self, faults: &mut Faults<'_>) -> Option<(Option<Box<List>>, Vec<Fault>)> {
        let before = faults.count();
        let mut warnings = Vec::new();
        let advertising = self.category == Some(Category::Advertising);
        let asked = self.list.unsubscribe.is_some();
        let applies = asked || advertising || self.lane == Lane::Bulk;
        let mailto = self.list.mailto.as_deref().and_then(|text| {
            let checked = list_rules::mailto(text, || faults.path("list.mailto"));
            faults.keep(checked)
        });
        // Where the rest of the list is written too, that asks for both.
        let mailto = mailto.filter(|_| applies || self.is_free("List-Unsubscribe", true, faults));
        let own_id = self.list.id.as_deref().and_then(|id| {
            let checked = list_rules::list_id(id, || faults.path("list.id"));
            faults.keep(checked)
        });
        let id = own_id.or_else(|| self.profile.filter(|_| applies).and_then(|p| p.list_id.clone()));
        let unsubscribe = if applies { self.unsubscribe(asked, advertising, faults, &mut warnings) } else { None };
        let has_way = unsubscribe.is_some() || mailto.is_some();
        let company = if advertising && self.settings.marks_advertising { self.advertising(has_way, faults) } else { None };
        let list = List {
            unsubscribe,
            mailto,
            id: id.filter(|_| self.is_free("List-Id", self.list.id.is_some(), faults)),
            feedback_id: self.feedback_id().filter(|_| applies && self.is_free("Feedback-ID", false, faults)),
            profile: self.profile.map(|p| p.name.clone()).unwrap_or_default(),
            advertising: company,
        };
        if faults.count() > before {
            return None;
        }
        // Whose bulk mail it is has to be known when somebody refuses it.
        let kept = if self.lane == Lane::Bulk { String::new() } else { list.profile.clone() };
        let plain = List { profile: kept, ..List::default() };
        Some(((list != plain).then(|| Box::new(list)), warnings))
    }

    fn has_header(&self, name: &str) -> bool {
        self.content.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    /// Whether a header may be written: the caller's own goes before it, and both at once are a contradiction.
    fn is_free(&self, name: &str, asked: bool, faults: &mut Faults<'_>) -> bool {
        let there = self.has_header(name);
        if there && asked {
            let fault = format!("the header {name} is given, and so is the field `list` for it");
            faults.add("list", "list_and_header", fault, "give one of them");
        }
        !there
    }

    fn unsubscribe(&self, asked: bool, advertising: bool, faults: &mut Faults<'_>, warnings: &mut Vec<Fault>) -> Option<Unsubscribe> {
        let rule = self.list.unsubscribe.clone().or_else(|| self.profile.and_then(|p| p.unsubscribe.clone()));
        if !self.is_free("List-Unsubscribe", asked || self.list.mailto.is_some(), faults) {
            return None;
        }
        match rule.unwrap_or(Refusing::Own) {
            Refusing::Nothing => None,
            Refusing::At(page) => {
                let checked = list_rules::page(page, || faults.path("list.unsubscribe"));
                let page = faults.keep(checked)?;
                if self.joint && PLACES.iter().any(|place| page.contains(place)) {
                    faults.add("list.unsubscribe", "joint_list", JOINT, REMEDY_JOINT);
                    return None;
                }
                Some(Unsubscribe::At(page))
            }
            Refusing::Own if self.joint => {
                // One mail to several has no link of each one's own: asked for, it is a fault; by default it is left out.
                if asked || advertising {
                    faults.add("list.unsubscribe", "joint_list", JOINT, REMEDY_JOINT);
                }
                None
            }
            Refusing::Own => self.own().or_else(|| {
                let fault = if self.settings.links.is_none() {
                    "no unsubscribe link is written: this server has no secret to sign it with"
                } else {
                    "no unsubscribe link is written: this server has no address the world can reach by https"
                };
                let remedy =
                    "let the operator set SERVER_URL to an https address (and JEBI_SECRET with PostgreSQL), or give list.unsubscribe";
                warnings.push(Fault::new(faults.path("list.unsubscribe"), "no_unsubscribe_link", fault, remedy));
                None
            }),
        }
    }

    fn own(&self) -> Option<Unsubscribe> {
        let settings = self.settings;
        settings.links.as_ref()?;
        let is_local = settings.kinds.get(self.provider) == Some(&ProviderKind::Local);
        let local = settings.local.as_ref().filter(|_| is_local);
        settings.public.as_ref().or(local).cloned().map(Unsubscribe::Own)
    }

    /// `topic:profile:category:sender`, the same for all copies. SES writes one of its own (conformance section 6).
    fn feedback_id(&self) -> Option<String> {
        if self.settings.kinds.get(self.provider) == Some(&ProviderKind::Ses) {
            return None;
        }
        let word = |text: &str| {
            let word: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).take(40).collect();
            if word.is_empty() { "none".to_owned() } else { word }
        };
        let category = if self.category.is_some() { "advertising" } else { self.lane.as_str() };
        let profile = word(self.profile.map(|p| p.name.as_str()).unwrap_or_default());
        Some(format!("{}:{profile}:{category}:{}", word(self.topic), sender_id(&self.content.from.email)))
    }

    /// What advertising needs, and the company its footer tells of.
    fn advertising(&self, has_way: bool, faults: &mut Faults<'_>) -> Option<Company> {
        if self.joint {
            faults.add("category", "joint_advertising", "advertising goes to each recipient alone, so that each can refuse", REMEDY_JOINT);
        } else if !has_way {
            let remedy = "give list.unsubscribe or list.mailto, or let the operator set SERVER_URL to an https address";
            faults.add("list.unsubscribe", "no_way_to_refuse", "advertising needs a way to refuse it, and there is none", remedy);
        }
        self.subjects(faults);
        let Some(profile) = self.profile else {
            let fault = "advertising names its sender, and the message has no profile";
            faults.add("profile", "missing_profile", fault, "name a profile with the company's name, postal address, phone and email");
            return None;
        };
        let lacks = profile.company.lacks();
        if lacks.is_empty() {
            return Some(profile.company.clone());
        }
        let fault = format!("the profile {:?} lacks what advertising has to tell of its sender: {}", profile.name, lacks.join(", "));
        faults.add("profile", "profile_incomplete", fault, "complete the company of the profile (PUT /v1/profiles/{name})");
        None
    }

    /// The subject, in every language. Of a template only what it begins with is known; the rest is looked at when it is filled in.
    fn subjects(&self, faults: &mut Faults<'_>) {
        let told = |field: String, e: HeaderFault| Fault::new(field, e.code, e.fault, e.remedy);
        let checked = match &self.content.fill {
            None => advertising::marked(&self.content.subject).map(drop),
            Some(_) => advertising::check_source(&self.content.subject),
        };
        faults.keep(checked.map_err(|e| told(faults.path("subject"), e)));
        for variant in self.content.fill.iter().flat_map(|fill| &fill.variants) {
            let checked = advertising::check_source(&variant.subject);
            faults.keep(checked.map_err(|e| told(faults.path("subject"), e)));
        }
    }
}

const JOINT: &str = "one mail to several people has no unsubscribe link of each one's own";
const REMEDY_JOINT: &str = "give emails or recipients, for a copy each";

/// The sender part of a `Feedback-ID`, which has to be 5 to 15 characters that stay the same (Google, "Feedback Loop"): of the domain.
fn sender_id(from: &str) -> String {
    let domain = from.rsplit_once('@').map_or(from, |(_, domain)| domain);
    let mut id: String = domain.chars().filter(char::is_ascii_alphanumeric).take(15).collect::<String>().to_ascii_lowercase();
    while id.len() < 5 {
        id.push('0');
    }
    id
}
