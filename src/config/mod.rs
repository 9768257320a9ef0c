//! Configuration: what may be set, where it may be set, and whether it is right.
//!
//! Four layers, the later wins: `default.toml` (embedded; the reference page of every key), `jebi.toml`, the environment (a
//! `.env` in the working directory included; the real environment wins over it), flags. A profile lays its own files over
//! `jebi.toml` and `.env`. One file per section; each checks
//! itself. All faults are collected and listed together, each naming the key as it was written. Only `sources.rs` looks at
//! the process; everything else works on values, so tests pass their own.

mod access;
mod addresses;
mod alerts;
mod attachments;
mod check;
mod database;
mod dkim;
mod dotenv;
mod effective;
mod endpoint;
mod fault;
mod feedback;
mod flags;
mod inbox;
mod key;
mod language;
mod layers;
mod limits;
mod lists;
mod log;
mod names;
mod parse;
mod parts;
mod placeholder;
mod postgres;
mod preset;
mod profile;
mod provider;
mod providers;
mod reader;
mod recipients;
mod reputation;
mod secret;
mod sending;
mod server;
mod ses;
mod smtp;
mod sns;
mod sources;
mod suppression;
mod tracking;
mod warmup;
mod webhooks;

pub use access::Access;
pub use addresses::Addresses;
pub use alerts::Alerts;
pub use attachments::Attachments;
pub use database::{Database, DatabaseUrl};
pub use dkim::{Dkim, DkimKey, dkim_place};
pub use fault::{ConfigErrors, Fault};
pub use feedback::Feedback;
pub use flags::Flags;
pub use inbox::Inbox;
pub use limits::Limits;
pub use lists::{AdvertisingConsent, Lists};
pub use log::{Log, LogFormat};
pub use postgres::{Pooler, Postgres, PostgresHost, PostgresUrl, SslMode};
pub use profile::Profile;
pub use provider::ProviderKind;
pub use providers::{Account, ProviderConfig};
pub use recipients::AllowList;
pub use reputation::Reputation;
pub use secret::Secret;
pub use sending::Sending;
pub use server::{Server, TlsFiles};
pub use ses::{Credentials, Ses, SuppressionList};
pub use smtp::{Login, Smtp, Tls};
pub use sns::{Queue, Sns};
pub use sources::{FileSource, Sources, spoken_language};
pub use suppression::Suppression;
pub use tracking::{Tracking, Which};
pub use webhooks::Webhooks;

use jebi_domain::warmup::Plan;

use effective::Effective;
use key::Key;
use layers::Layers;
use provider::Choice;
use reader::Reader;

/// The embedded defaults: the lowest layer, and the reference page of every key.
pub const DEFAULTS: &str = include_str!("default.toml");

/// The whole configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub sending: Sending,
    /// The accounts mail goes through, at least one; only these are checked.
    pub providers: Vec<ProviderConfig>,
    pub access: Access,
    pub attachments: Attachments,
    pub inbox: Inbox,
    pub feedback: Feedback,
    pub lists: Lists,
    pub reputation: Reputation,
    pub alerts: Alerts,
    /// Accounts and domains that warm up.
    pub warmup: Vec<Plan>,
    pub webhooks: Webhooks,
    pub suppression: Suppression,
    pub addresses: Addresses,
    pub sns: Sns,
    pub tracking: Tracking,
    pub log: Log,
    /// The profile in force.
    pub profile: Option<String>,
    effective: Effective,
}

/// A configuration, and what its reader should be told about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub config: Config,
    /// Worth knowing at start, nothing to do.
    pub notices: Vec<String>,
    /// Probably not what was meant; shown at start and by `/ready`.
    pub warnings: Vec<String>,
}

impl Config {
    /// Lays the sources over each other and checks every section.
    ///
    /// # Errors
    /// Every fault found, in the order of the sources and sections.
    pub fn load(sources: &Sources) -> Result<Loaded, ConfigErrors> {
        let layers = Layers::of(sources);
        let mut reader = Reader::new(&layers);
        language::check(&mut reader);
        let server = server::read(&mut reader);
        let database = database::read(&mut reader);
        let (sending, providers) = sending_through(&mut reader);
        let attachments = attachments::read(&mut reader);
        let access = access::read(&mut reader);
        let inbox = inbox::read(&mut reader);
        let feedback = feedback::read(&mut reader);
        let lists = lists::read(&mut reader);
        let (reputation, alerts) = (reputation::read(&mut reader), alerts::read(&mut reader));
        let warmup = warmup::read(&mut reader);
        let webhooks = webhooks::read(&mut reader);
        let suppression = suppression::read(&mut reader);
        let addresses = addresses::read(&mut reader);
        let sns = sns::read(&mut reader);
        let tracking = tracking::read(&mut reader);
        let log = log::read(&mut reader);
        check::together(&mut reader, server.as_ref(), database.as_ref(), providers.as_deref().unwrap_or_default());
        let has_ses = providers.iter().flatten().any(|p| matches!(p.account, Account::Ses(_)));
        sns::regions(&mut reader, sns.as_ref(), has_ses);
        check::uploads(&mut reader, attachments.as_ref());
        if let Some(providers) = &providers {
            warmup::check(&mut reader, warmup.as_deref().unwrap_or_default(), providers);
        }
        let faults = reader.into_faults();
        let (Some(server), Some(database), Some(sending), Some(providers), Some(attachments), true) =
            (server, database, sending, providers, attachments, faults.is_empty())
        else {
            return Err(ConfigErrors(faults));
        };
        let (Some(access), Some(inbox), Some(feedback), Some(lists), Some(webhooks), Some(sns), Some(tracking), Some(log)) =
            (access, inbox, feedback, lists, webhooks, sns, tracking, log)
        else {
            return Err(ConfigErrors(faults));
        };
        let (Some(suppression), Some(addresses)) = (suppression, addresses) else {
            return Err(ConfigErrors(faults));
        };
        let (Some(reputation), Some(alerts), Some(warmup)) = (reputation, alerts, warmup) else {
            return Err(ConfigErrors(faults));
        };
        let effective = Effective::of(&layers, &sending);
        let notices = names::notices(&layers, &sending, &providers, sources.profile.as_ref());
        let inbox = inbox.beside(&server, &access);
        let profile = sources.profile.as_ref().map(|profile| profile.name.clone());
        let mut warnings = check::warnings(&layers, &server, &database, &sending);
        warnings.extend(dkim::warnings(&providers));
        warnings.extend(sns::warnings(&sns));
        let config = Self {
            server,
            database,
            sending,
            providers,
            attachments,
            access,
            inbox,
            feedback,
            lists,
            reputation,
            alerts,
            warmup,
            webhooks,
            suppression,
            addresses,
            sns,
            tracking,
            log,
            profile,
            effective,
        };
        Ok(Loaded { config, notices, warnings })
    }

    /// The first SES account among the providers.
    #[must_use]
    pub fn ses(&self) -> Option<&Ses> {
        self.providers.iter().find_map(|p| if let Account::Ses(ses) = &p.account { Some(&**ses) } else { None })
    }

    /// The keys whose values differ in `new`, as paths, sorted.
    #[must_use]
    pub fn changes(&self, new: &Self) -> Vec<String> {
        self.effective.changes(&new.effective)
    }

    /// The effective configuration, one line per key with where it came from; secrets hidden. Printed at start and by
    /// `jebi config`.
    #[must_use]
    pub fn redacted(&self) -> String {
        self.effective.to_string()
    }

    /// Every key there is, as `section.key`, in the order of the reference page.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        all_keys().map(|key| key.path)
    }

    /// A key's names in the environment, the first that is set counts; none for what is no key.
    #[must_use]
    pub fn names(path: &str) -> &'static [&'static str] {
        all_keys().find(|key| key.path == path).map_or(&[], |key| key.names)
    }

    /// Whether a key's value is never shown.
    #[must_use]
    pub fn is_secret(path: &str) -> bool {
        all_keys().any(|key| key.secret && key.path == path)
    }
}

/// How mail is sent, and the accounts it goes through.
fn sending_through(r: &mut Reader) -> (Option<Sending>, Option<Vec<ProviderConfig>>) {
    if r.layers.providers().is_empty() {
        let choice = provider::choose(r, &sending::PROVIDER);
        let sending = sending::read(r);
        let all = choice.as_ref().and_then(|choice| providers::single(r, choice));
        return (sending.zip(choice).map(|(sending, choice)| sending(choice)), all);
    }
    let sending = sending::read(r);
    let all = providers::named(r);
    let first = all.as_ref().and_then(|all| all.first());
    let choice = first.map(|p| Choice { kind: p.account.kind(), reason: format!("providers.{} comes first", p.name) });
    (sending.zip(choice).map(|(sending, choice)| sending(choice)), all)
}

/// Every key of every section.
fn all_keys() -> impl Iterator<Item = &'static Key> {
    [
        server::KEYS,
        database::KEYS,
        sending::KEYS,
        attachments::KEYS,
        ses::KEYS,
        smtp::KEYS,
        access::KEYS,
        inbox::KEYS,
        feedback::KEYS,
        lists::KEYS,
        reputation::KEYS,
        alerts::KEYS,
        warmup::KEYS,
        webhooks::KEYS,
        suppression::KEYS,
        addresses::KEYS,
        sns::KEYS,
        tracking::KEYS,
        log::KEYS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
