//! The accounts mail goes through: those of `[providers.NAME]` in the order they are written, or the one that `PROVIDER` and the
//! usual names describe.

use jebi_domain::route::SenderRule;

use super::{
    Limits, ProviderKind, Ses, Smtp,
    key::Key,
    parse::{shown, word},
    provider::Choice,
    reader::{Bad, Reader},
    ses, smtp,
};

const KIND: Key = Key::new("providers.kind", &[]);
const SENDERS: Key = Key::new("providers.senders", &[]);
/// What a named provider has besides the keys of its kind.
const OWN: &[&Key] = &[&KIND, &SENDERS];
const KINDS: &[(&str, ProviderKind)] = &[("ses", ProviderKind::Ses), ("smtp", ProviderKind::Smtp), ("local", ProviderKind::Local)];

/// What an account is and how it is reached.
#[derive(Clone, Debug)]
pub enum Account {
    Ses(Box<Ses>),
    Smtp(Box<Smtp>),
    Local,
}

impl Account {
    #[must_use]
    pub fn kind(&self) -> ProviderKind {
        match self {
            Self::Ses(_) => ProviderKind::Ses,
            Self::Smtp(_) => ProviderKind::Smtp,
            Self::Local => ProviderKind::Local,
        }
    }
}

impl Account {
    /// Whether both reach the same account in the same way, with the same credentials and as many connections; other limits may differ.
    #[must_use]
    pub fn is_same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ses(a), Self::Ses(b)) => Ses { limits: b.limits, suppression_list: b.suppression_list, ..(**a).clone() } == **b,
            // Its connections keep to their number themselves.
            (Self::Smtp(a), Self::Smtp(b)) => {
                let limits = Limits { max_connections: a.limits.max_connections, ..b.limits };
                Smtp { limits, ..(**a).clone() } == **b
            }
            (Self::Local, Self::Local) => true,
            _ => false,
        }
    }
}

/// One account mail goes through.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// The name in API, logs and store: 1 to 32 of `[a-z0-9_-]`.
    pub name: String,
    pub account: Account,
    /// Senders it may carry; empty for all.
    pub senders: Vec<SenderRule>,
    /// Why it is used for senders nobody names.
    pub reason: String,
}

impl ProviderConfig {
    /// What the operator allows it.
    #[must_use]
    pub fn limits(&self) -> Limits {
        match &self.account {
            Account::Ses(ses) => ses.limits,
            Account::Smtp(smtp) => smtp.limits,
            Account::Local => Limits::default(),
        }
    }
}

/// Keys a named provider may have, whatever its kind; the last part of their paths is the name there.
pub(super) fn named_keys() -> impl Iterator<Item = &'static Key> {
    OWN.iter().chain(ses::KEYS).chain(smtp::KEYS).copied()
}

/// The names in the environment of a named provider's key.
pub(super) fn env_name(provider: &str, key: &str) -> String {
    format!("JEBI_PROVIDERS_{}_{}", provider.replace('-', "_").to_ascii_uppercase(), key.to_ascii_uppercase())
}

/// Whether a provider may be called so.
pub(super) fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    begins && name.len() <= 32 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
}

/// The one provider of the usual names.
pub(super) fn single(r: &mut Reader, choice: &Choice) -> Option<Vec<ProviderConfig>> {
    let account = account(r, choice.kind)?;
    let name = choice.kind.as_str().to_owned();
    Some(vec![ProviderConfig { name, account, senders: Vec::new(), reason: choice.reason.clone() }])
}

/// Those of `[providers.NAME]`.
pub(super) fn named(r: &mut Reader) -> Option<Vec<ProviderConfig>> {
    refuse_beside(r);
    let names = r.layers.providers().to_vec();
    refuse_shared_environment(r, &names);
    // Every fault of every provider, before any is dropped.
    let read: Vec<Option<ProviderConfig>> = names.iter().map(|name| r.within(name, |r| one(r, name))).collect();
    read.into_iter().collect()
}

fn one(r: &mut Reader, name: &str) -> Option<ProviderConfig> {
    let kind = r.must(&KIND, word(KINDS));
    let senders = r.may(&SENDERS, senders);
    let kind = kind?;
    refuse_others(r, name, kind);
    let account = account(r, kind)?;
    Some(ProviderConfig {
        name: name.to_owned(),
        account,
        senders: senders?.unwrap_or_default(),
        reason: "it carries every sender".to_owned(),
    })
}

fn account(r: &mut Reader, kind: ProviderKind) -> Option<Account> {
    match kind {
        ProviderKind::Ses => ses::read(r).map(|ses| Account::Ses(Box::new(ses))),
        ProviderKind::Smtp => smtp::read(r).map(|smtp| Account::Smtp(Box::new(smtp))),
        ProviderKind::Local => Some(Account::Local),
    }
}

/// A list of addresses and domains, parted by commas where it comes as one text.
fn senders(text: &str) -> Result<Vec<SenderRule>, Bad> {
    let read = |one: &str| {
        let remedy = "write addresses such as shop@example.com and domains such as @example.com";
        SenderRule::parse(one).map_err(|e| Bad::new(format!("{} is neither an address nor a domain ({})", shown(one), e.fault), remedy))
    };
    text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(read).collect()
}

/// Keys of another kind.
fn refuse_others(r: &mut Reader, name: &str, kind: ProviderKind) {
    let own: Vec<&str> = kind_keys(kind).chain(OWN).map(|key| key.last()).collect();
    for (key, written) in r.layers.of_provider(name) {
        if !own.contains(&key.as_str()) {
            let fault = format!("is not a key of a provider of the kind {kind}");
            r.refuse(written, Bad::new(fault, format!("it takes {}", own.join(", "))));
        }
    }
}

fn kind_keys(kind: ProviderKind) -> impl Iterator<Item = &'static &'static Key> {
    match kind {
        ProviderKind::Ses => ses::KEYS,
        ProviderKind::Smtp => smtp::KEYS,
        ProviderKind::Local => &[],
    }
    .iter()
}

/// The single provider's own keys say something else than `[providers.NAME]`; names of the environment may be meant for others.
fn refuse_beside(r: &mut Reader) {
    for section in ["ses", "smtp"] {
        if let Some(entry) = r.layers.names_section(section) {
            let remedy = format!("move it into a [providers.NAME] of the kind {section}, or drop those");
            r.refuse(entry.written.clone(), Bad::new("is set beside [providers.NAME], which take its place", remedy));
        }
    }
    if let Some(entry) = r.layers.get(&super::sending::PROVIDER) {
        let remedy = "leave it out: senders choose among [providers.NAME]";
        r.refuse(entry.written.clone(), Bad::new("is set beside [providers.NAME], which take its place", remedy));
    }
}

/// `a-b` and `a_b` would have the same names in the environment.
fn refuse_shared_environment(r: &mut Reader, names: &[String]) {
    for (i, name) in names.iter().enumerate() {
        if names[..i].iter().any(|other| env_name(other, "") == env_name(name, "")) {
            let fault = "has the same names in the environment as another provider";
            r.refuse(format!("providers.{name}"), Bad::new(fault, "give it a name that differs in more than _ and -"));
        }
    }
}
