//! Taking mail in: check it, refuse what will never go, and store the rest in one commit together with the answer.
//!
//! | file | owns |
//! |---|---|
//! | `submission` | what a caller may ask, as any way in hands it over |
//! | `prepare` | from a submission to drafts; every fault of a request is found here |
//! | `recipients` | addresses: which are kept, refused, doubled |
//! | `content` | sender, subject, bodies, headers, tags |
//! | `fill` | how it is filled in for each recipient, and whether that can be done |
//! | `personal` | what is one recipient's own, and what is missing for them |
//! | `attachments` | files a message carries, and its invitation |
//! | `allow` | who may be mailed at all |
//! | `list` | profiles, list headers, advertising |
//! | `track` | whether opens and clicks are followed |
//! | `consent` | who has consented to advertising, by the ledger |
//! | `again` | what of it holds for mail sent again |
//! | `permitted` | whether the caller may use the sender |
//! | `when` | reading times |
//! | `route` | which provider it takes |
//! | `size` | whether its provider takes a message so large |
//! | `rules` | the domain's checks, told as faults of a field |
//! | `preflight` | what is probably not meant, and trying a request out |
//! | `receipt` | what is answered |
//! | `series` | a request taken in parts |
//! | `twins` | one request at a time under one idempotency key |
//! | `waiting` | the limit on waiting mail |

mod again;
pub(super) mod allow;
mod attachments;
mod consent;
mod content;
mod fill;
mod list;
mod permitted;
mod personal;
mod preflight;
mod prepare;
mod receipt;
mod recipients;
mod route;
pub(super) mod rules;
mod series;
mod size;
mod submission;
mod track;
mod twins;
mod waiting;
pub(super) mod when;

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use jebi_domain::{
    address::disposable::{Disposable, Policy},
    idempotency::check_key,
    message::{Copies, Draft, Mailbox},
    port::{
        Clock, Random, Store,
        operator::Rules,
        store::{AcceptBatch, Accepted, StoreError, StoredAnswer},
    },
    refusal::{Fault, Refusal, RefusalKind},
    time::{Boot, Wall},
};
use metrics::{Unit, counter, describe_counter};

pub use list::{ListSettings, ProviderKind};
pub use preflight::{Queued, Rehearsal};
pub use receipt::{Cause, Copy, Duplicate, Receipt, Rejected, Suppressed, Taken};
pub use series::{Begun, Series};
pub use submission::{Category, Given, NewAttachment, NewCalendar, NewFill, NewList, NewMessage, NewRecipient, NewTrack, Submission};

use super::{
    Caller,
    files::{self, Files},
    identities::Identities,
    profiles::Profiles,
    ready::{Check, Readiness},
    templates::{Resolved, Templates},
    times::Times,
    tracking::TopicTracking,
    trouble::refusal,
    usage::Usage,
};
use attachments::Carried;
pub use content::check_topic;
use prepare::{Known, Prepared};
use receipt::Unfinished;
pub use track::{Follow, TrackSettings};
pub(super) use twins::Twins;
use waiting::Waiting;

/// Addresses from which on the checks leave the request's thread: they take a few microseconds each.
const MANY: usize = 500;
/// The same for bytes of files: hashing and looking at them takes about a millisecond for a megabyte.
const HEAVY: usize = 64 << 10;
/// How long a failed write shows in `/ready` when nothing was written since.
const TROUBLE_SHOWN: Duration = Duration::from_secs(10);

/// What the operator decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The sender where a request names none (requirement S-5); `None` makes naming one necessary.
    pub from: Option<Mailbox>,
    /// Which provider a sender's mail takes, and who may be mailed.
    pub rules: Arc<Rules>,
    /// How times are read, and how far ahead they may lie.
    pub times: Times,
    /// Most addresses in a request.
    pub max_recipients: NonZeroUsize,
    /// Most lines of a file of recipients.
    pub max_rows: NonZeroUsize,
    /// Most recipients waiting; more are refused until some were sent.
    pub max_waiting: i64,
    /// Lists and advertising.
    pub list: ListSettings,
    /// What is done with disposable addresses, and which those are.
    pub disposable: (Policy, Arc<Disposable>),
    /// Following opens and clicks.
    pub track: TrackSettings,
    /// What may be attached, and how long files are kept.
    pub files: files::Settings,
}

/// A request's idempotency key and the SHA-256 of its raw body.
pub type Idempotency = (String, [u8; 32]);

/// Writes the answer: status and body. Called inside the transaction that stores it, so it must be quick.
pub type Render = Box<dyn Fn(Receipt) -> (u16, Bytes) + Send>;

/// Puts a fault into the caller's language.
pub type Say = Box<dyn Fn(Fault) -> Fault + Send>;

/// How an answer is told.
pub struct Voice {
    /// Says why an address was refused in the caller's language. Called before the transaction: there may be thousands.
    pub say: Say,
    pub render: Render,
}

/// An answer to give, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
    /// Whether it was given before, under the same idempotency key.
    pub replayed: bool,
}

/// Takes mail in.
pub struct Accept {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    settings: ArcSwap<Settings>,
    identities: Arc<Identities>,
    files: Arc<Files>,
    twins: Twins,
    waiting: Waiting,
    usage: Arc<Usage>,
    profiles: Arc<Profiles>,
    topics: Arc<TopicTracking>,
    templates: Arc<Templates>,
    /// When and why a write last failed, while none has worked since.
    trouble: Mutex<Option<(Boot, String)>>,
}

impl Accept {
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        identities: Arc<Identities>,
        settings: Settings,
    ) -> Self {
        describe_counter!(ACCEPTED, Unit::Count, "Recipients accepted.");
        describe_counter!(NOT_STORED, Unit::Count, "Requests the store could not write.");
        let waiting = Waiting::new(Arc::clone(&store), Arc::clone(&clock), settings.max_waiting);
        let usage = Arc::new(Usage::new(Arc::clone(&store), Arc::clone(&clock), settings.times.zone.clone()));
        let files = Arc::new(Files::new(Arc::clone(&store), Arc::clone(&clock), settings.files.clone()));
        let templates = Arc::new(Templates::new(Arc::clone(&store), Arc::clone(&clock)));
        let (twins, trouble) = (Twins::default(), Mutex::default());
        let profiles = Arc::new(Profiles::new(Arc::clone(&store), Arc::clone(&clock)));
        let topics = Arc::new(TopicTracking::new(Arc::clone(&store)));
        let settings = ArcSwap::from_pointee(settings);
        Self { store, clock, random, settings, identities, files, twins, waiting, usage, profiles, topics, templates, trouble }
    }

    /// Takes other settings for the requests that come from now on. How times are read stays: other services read them alike.
    pub fn set(&self, settings: Settings) {
        self.waiting.set_max(settings.max_waiting);
        self.files.set(settings.files.clone());
        let times = self.settings.load().times.clone();
        self.settings.store(Arc::new(Settings { times, ..settings }));
    }

    /// The sender profiles, as they are known here.
    #[must_use]
    pub fn profiles(&self) -> Arc<Profiles> {
        Arc::clone(&self.profiles)
    }

    /// What is followed of topics, as it is known here.
    #[must_use]
    pub fn topics(&self) -> Arc<TopicTracking> {
        Arc::clone(&self.topics)
    }

    /// The stored templates, as they are known here.
    #[must_use]
    pub fn templates(&self) -> Arc<Templates> {
        Arc::clone(&self.templates)
    }

    /// Most lines a file of recipients may have.
    #[must_use]
    pub fn max_rows(&self) -> usize {
        self.settings.load().max_rows.get()
    }

    /// The daily limits, as they are kept here.
    #[must_use]
    pub fn usage(&self) -> Arc<Usage> {
        Arc::clone(&self.usage)
    }

    /// The files that go with mail, as they are kept here.
    #[must_use]
    pub fn files(&self) -> Arc<Files> {
        Arc::clone(&self.files)
    }

    /// Stores a submission, or answers what was answered before under the same idempotency key. When it returns an answer,
    /// the mail is on disk.
    ///
    /// # Errors
    /// Every fault of the request at once; a key used for another body; too much waiting or a store that cannot write. Nothing
    /// is stored then.
    pub async fn submit(
        &self,
        caller: Caller,
        submission: Submission,
        idempotency: Option<Idempotency>,
        voice: Voice,
    ) -> Result<Answer, Refusal> {
        let Some((key, fingerprint)) = &idempotency else {
            return self.accept(&caller, submission, None, voice).await;
        };
        check_key(key)?;
        let (key, fingerprint) = (key.clone(), *fingerprint);
        let _turn = self.twins.enter(caller.key, &key).await;
        // Before any check: a repeated request gets its answer even if its time is past or the queue full by now.
        if let Some(stored) = self.store.answer(caller.key, &key, self.clock.wall()).await.map_err(refusal)? {
            return replay(stored, fingerprint);
        }
        self.accept(&caller, submission, idempotency, voice).await
    }

    async fn accept(
        &self,
        caller: &Caller,
        submission: Submission,
        idempotency: Option<Idempotency>,
        voice: Voice,
    ) -> Result<Answer, Refusal> {
        let (started, at) = (self.clock.boot(), self.clock.wall());
        let Voice { say, render } = voice;
        let Prepared { drafts, files, receipt } = self.checked(caller, submission, at, say).await?;
        for file in files {
            self.files.keep(file.id, &file.content, file.kind).await?;
        }
        let fingerprint = idempotency.as_ref().map(|(_, fingerprint)| *fingerprint);
        let recipients: usize = drafts.iter().map(|d| d.copies.recipients()).sum();
        let reserved = self.usage.reserve(caller, recipients, at).await?;
        let (clock, api_key) = (Arc::clone(&self.clock), caller.key);
        let answer = Box::new(move |report: &_| render(receipt.finish(report, clock.boot().since(started))));
        match self.store.accept(AcceptBatch { drafts, api_key, idempotency, at, answer }).await {
            Ok(Accepted::Stored(status, body)) => {
                self.waiting.add(recipients);
                self.note_trouble(None);
                counter!(ACCEPTED).increment(recipients as u64);
                Ok(Answer { status, body, replayed: false })
            }
            // Another node or a request whose caller hung up was first.
            Ok(Accepted::Repeated(stored)) => {
                if let Some(reserved) = reserved {
                    reserved.give_back();
                }
                replay(stored, fingerprint.unwrap_or_default())
            }
            Err(error) => {
                if let Some(reserved) = reserved {
                    reserved.give_back();
                }
                let told = refusal(error);
                self.note_trouble(Some(told.to_string()));
                counter!(NOT_STORED).increment(1);
                Err(told)
            }
        }
    }

    /// Checks a submission and makes drafts of it. Nothing is stored, kept or counted yet.
    async fn checked(&self, caller: &Caller, submission: Submission, at: Wall, say: Say) -> Result<Prepared, Refusal> {
        let addresses = submission.addresses();
        self.waiting.admit(addresses).await?;
        let known = self.known(caller, &submission, at).await?;
        let carried = Carried::find(&self.files, known.settings.files.rules.clone(), &submission).await?;
        let (resolved, given) = self.resolved(&submission).await?;
        let is_heavy = addresses >= MANY || submission.file_bytes() >= HEAVY || submission.html_bytes() + given >= preflight::LARGE;
        let random = Arc::clone(&self.random);
        let check = move || prepare::prepare(&known, &*random, submission, (&resolved, carried));
        let mut prepared = if !is_heavy {
            check()?
        } else {
            tokio::task::spawn_blocking(check).await.unwrap_or_else(|e| {
                // The blocking pool cancels only while the runtime goes down; a panic goes on here as if there were no pool.
                e.try_into_panic().map_or_else(|_| Err(refusal(StoreError::Closed)), |panic| std::panic::resume_unwind(panic))
            })?
        };
        permitted::check(caller, &prepared.drafts, &prepared.receipt)?;
        size::check(self.identities.board(), &prepared.drafts, &prepared.receipt)?;
        self.check_identities(&prepared.drafts, &prepared.receipt).await?;
        self.look_around(&prepared.drafts, &mut prepared.receipt);
        prepared.receipt.say(say);
        Ok(prepared)
    }

    /// What is known of a request before it is checked.
    async fn known(&self, caller: &Caller, submission: &Submission, at: Wall) -> Result<Known, Refusal> {
        permitted::profiles(caller, submission)?;
        let settings = self.settings.load_full();
        let tied = caller.grant().profile.clone();
        let named = submission.messages.iter().filter_map(|message| message.profile.as_deref());
        let profiles = self.profiles.knowing(tied.as_deref().into_iter().chain(named)).await?;
        let ListSettings { asks_ledger, marks_advertising, .. } = settings.list;
        let consenting = match asks_ledger || marks_advertising {
            true => self.consenting(submission, tied.as_deref(), &profiles, asks_ledger).await?,
            false => Vec::new(),
        };
        Ok(Known { settings, at, profiles, topics: self.topics.live(), tied, consenting })
    }

    /// The stored templates a submission's messages are made of, by their places, and how many bytes they give them together.
    async fn resolved(&self, submission: &Submission) -> Result<(Vec<Option<Arc<Resolved>>>, usize), Refusal> {
        let (mut all, mut given) = (Vec::new(), 0_usize);
        for (at, message) in submission.messages.iter().enumerate() {
            let Some((name, version)) = &message.fill.template else { continue };
            let placed = |fault: Fault| Fault { field: format!("messages[{at}].{}", fault.field), ..fault };
            let resolved = self.templates.resolve(name, *version).await.map_err(|mut refusal| {
                refusal.faults = refusal.faults.into_iter().map(placed).collect();
                refusal
            })?;
            given = given.saturating_add(fill::given(message, &resolved));
            fill::check_given(at, given)?;
            all.resize(at, None);
            all.push(Some(resolved));
        }
        Ok((all, given))
    }

    /// Senders, and in a sandbox recipients, that the provider would refuse (requirement S2-4).
    async fn check_identities(&self, drafts: &[Draft], receipt: &Unfinished) -> Result<(), Refusal> {
        let (mut faults, until) = (Vec::new(), self.identities.patience());
        for (draft, at) in drafts.iter().zip(receipt.places()) {
            let (provider, from) = (&draft.message.provider, &draft.message.content.from.email);
            faults.extend(self.identities.sender(provider, from, until, || format!("messages[{at}].from")).await);
            if self.identities.is_sandbox(provider) {
                let recipients: Vec<&str> = match &draft.copies {
                    Copies::Each(all) => all.iter().map(|m| m.email.as_str()).collect(),
                    Copies::Joint(all) => all.iter().map(|(_, m)| m.email.as_str()).collect(),
                };
                faults.extend(self.identities.recipients(provider, &recipients, until, &format!("messages[{at}]")).await);
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Refusal { kind: RefusalKind::Denied, faults }) }
    }

    fn note_trouble(&self, why: Option<String>) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        *trouble = why.map(|why| (self.clock.boot(), why));
    }
}

/// Recipients accepted, since the start.
const ACCEPTED: &str = "jebi_recipients_accepted_total";
/// Requests the store could not write, since the start.
const NOT_STORED: &str = "jebi_requests_not_stored_total";

/// Whether mail can be written, by what became of the last.
impl Readiness for Accept {
    fn checks(&self) -> Vec<Check> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = trouble.as_ref().filter(|(at, _)| self.clock.boot().since(*at) < TROUBLE_SHOWN);
        vec![recent.map_or_else(
            || Check::new("accept", true, "the last mail could be stored"),
            |(_, why)| Check::new("accept", false, format!("the last mail could not be stored: {why}")),
        )]
    }
}

/// The answer kept, if it was to the same body.
pub(super) fn replay(stored: StoredAnswer, fingerprint: [u8; 32]) -> Result<Answer, Refusal> {
    if stored.fingerprint == fingerprint {
        return Ok(Answer { status: stored.status, body: stored.body, replayed: true });
    }
    Err(Refusal::new(
        RefusalKind::Conflict,
        Fault::new(
            "Idempotency-Key",
            "idempotency_key_reused",
            "this key was used in the last 24 hours for a request with another body",
            "use a fresh key for a new request; repeat a request with exactly the same bytes",
        ),
    ))
}
