//! What lies around the taking of SNS messages, for tests to change: the web, whose account is whose, and who takes the events.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use jebi::{
    provider::aws,
    service::sns::{Outside, Settings, TakesEvents},
};
use jebi_domain::{
    outcome::Reason,
    port::{
        Boxed,
        sns::{Fetched, OwnAccounts, Web},
    },
    refusal::Refusal,
    sns::{OwnAccount, TopicArn},
};

use super::sns::{SIGNER, certificate_url};

/// An answer of the web, or why there is none.
type Page = Result<(u16, Vec<u8>), String>;

#[derive(Default)]
struct Inner {
    pages: HashMap<String, Page>,
    /// What the operator has put by, by address.
    stored: HashMap<String, Vec<u8>>,
    visits: Vec<String>,
    own: Option<Result<Vec<OwnAccount>, Reason>>,
    /// How often our own account was asked for.
    asked: usize,
    taken: Vec<(String, String)>,
    /// What the taking of the next events answers.
    answers: VecDeque<Refusal>,
}

/// All of it; clones are the same world.
#[derive(Clone, Default)]
pub struct World(Arc<Mutex<Inner>>);

/// Topics in the configuration, and the world around.
#[derive(Clone)]
pub struct SnsSetup {
    pub listed: Vec<&'static str>,
    pub world: World,
    /// Events go into the store, as they do outside of tests, and not into the world.
    pub stored: bool,
}

/// The certificate lies where the messages say, confirming works, and the account of [`super::sns::TOPIC`] is our own.
impl Default for SnsSetup {
    fn default() -> Self {
        Self { listed: Vec::new(), world: World::usual(), stored: false }
    }
}

impl World {
    pub fn usual() -> Self {
        let world = Self::default();
        world.page(&certificate_url(), Ok((200, SIGNER.certificate().into_bytes())));
        world.own(Ok(vec![OwnAccount { region: "ap-northeast-2".into(), account: "111122223333".into() }]));
        world
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What lies at an address from now on. An address nobody set answers 200 with nothing.
    pub fn page(&self, url: &str, page: Page) {
        self.lock().pages.insert(url.to_owned(), page);
    }

    /// The operator puts a certificate by.
    pub fn put_by(&self, url: &str, pem: String) {
        self.lock().stored.insert(url.to_owned(), pem.into_bytes());
    }

    /// Whose account mail is sent through.
    pub fn own(&self, own: Result<Vec<OwnAccount>, Reason>) {
        self.lock().own = Some(own);
    }

    /// The next events are refused so.
    pub fn refuse(&self, refusal: Refusal) {
        self.lock().answers.push_back(refusal);
    }

    /// Addresses visited so far, in order.
    pub fn visits(&self) -> Vec<String> {
        self.lock().visits.clone()
    }

    /// Visits that confirm a subscription.
    pub fn confirmations(&self) -> usize {
        self.visits().iter().filter(|url| url.contains("ConfirmSubscription")).count()
    }

    /// Ids and texts of the events taken, in order.
    pub fn taken(&self) -> Vec<(String, String)> {
        self.lock().taken.clone()
    }

    pub fn asked(&self) -> usize {
        self.lock().asked
    }

    pub fn outside(&self) -> Outside {
        let folder = tempfile::tempdir().expect("a folder");
        SIGNER.write(folder.path());
        let root = folder.path().join("root.pem");
        let roots = aws::roots(Some(&root)).expect("the tests' root is one");
        Outside { web: Arc::new(self.clone()), events: Arc::new(self.clone()), roots: Box::new(move || Ok(roots.clone())) }
    }

    pub fn settings(&self, listed: &[&str]) -> Settings {
        Settings { listed: listed.iter().map(|arn| TopicArn::parse(arn).expect("an ARN")).collect(), own: Arc::new(self.clone()) }
    }
}

impl Web for World {
    fn get<'a>(&'a self, url: &'a str, most: usize) -> Boxed<'a, Result<Fetched, String>> {
        Box::pin(async move {
            let mut inner = self.lock();
            inner.visits.push(url.to_owned());
            match inner.pages.get(url) {
                None => Ok(Fetched { status: 200, body: Vec::new().into() }),
                Some(Ok((_, body))) if body.len() > most => Err("the answer is too large".to_owned()),
                Some(Ok((status, body))) => Ok(Fetched { status: *status, body: body.clone().into() }),
                Some(Err(why)) => Err(why.clone()),
            }
        })
    }

    fn stored<'a>(&'a self, url: &'a str) -> Boxed<'a, Option<Bytes>> {
        Box::pin(async move { self.lock().stored.get(url).cloned().map(Bytes::from) })
    }
}

impl OwnAccounts for World {
    fn own(&self) -> Boxed<'_, Result<Vec<OwnAccount>, Reason>> {
        Box::pin(async move {
            let mut inner = self.lock();
            inner.asked += 1;
            inner.own.clone().unwrap_or(Ok(Vec::new()))
        })
    }
}

impl TakesEvents for World {
    fn take<'a>(&'a self, id: &'a str, text: &'a str) -> Boxed<'a, Result<(), Refusal>> {
        Box::pin(async move {
            let mut inner = self.lock();
            if let Some(refusal) = inner.answers.pop_front() {
                return Err(refusal);
            }
            inner.taken.push((id.to_owned(), text.to_owned()));
            Ok(())
        })
    }
}
