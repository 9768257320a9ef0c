//! The API over a real store in a temporary folder, with a clock moved by hand and no dispatcher.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::Path,
    sync::Arc,
    time::Duration,
};

use super::guard::{guarded, watched};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use jebi::{
    http::{AppState, HttpSettings, Load, LocalAdmin, Peer, Services, router},
    service::{
        accept::{Accept, ListSettings, Settings, TrackSettings},
        access::{Access, AccessSettings},
        addresses::Addresses,
        admin::Admin,
        alerts::Alerts,
        attempts::Attempts,
        audit::Audit,
        cancel::Cancel,
        consents::Consents,
        feedback::{FeedbackIntake, FeedbackSettings},
        figures::Figures,
        files,
        forecast::Forecast,
        grant::GrantChange,
        hooks::{HookSettings, Hooks},
        identities::{Accounts, Identities},
        inbox::InboxReader,
        keys::Keys,
        links::LinkKeys,
        nodes::Nodes,
        privacy::Privacy,
        providers::{ProviderState, ProviderStatus, Providers},
        ready::Ready,
        refusals::Refusals,
        repeat::Repeats,
        reputation::Reputation,
        reschedule::Reschedule,
        results::Results,
        retry::Retry,
        search::Search,
        sns::Sns,
        stray::Strays,
        suppression::Suppressions,
        times::Times,
        tokens::Tokens,
        tracking::Tracking,
    },
    store::sqlite::{DiskFloor, Options, SqliteStore},
    webhook::{CallSettings, Lookup, SnsSettings, SystemLookup, Webhooks},
    worker::tracking,
};
pub use jebi_domain::allow::AllowList;
use jebi_domain::{
    address::{
        disposable::{Disposable, Policy},
        verdict::Receives,
    },
    attachment,
    fake::{ManualClock, SeededRandom},
    hook::Speech,
    message::Mailbox,
    network::Network,
    port::{Boxed, Clock, MailHosts, Random, Store, hooks::HookBounds, operator::Rules},
    route::{Routes, Way},
    suppression,
    time::Wall,
    track::visitor::KeepIp,
};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::sns_world::SnsSetup;

/// The wall time most tests begin at.
pub const START: &str = "2023-12-31T00:00:00Z";

pub fn at(text: &str) -> Wall {
    Wall::from(text.parse::<jiff::Timestamp>().expect("a test's time is valid"))
}

/// What the document of requirement S0-8 allows, and what is added to it.
const EXTENSIONS: &str = "pdf,jpg,jpeg,png,gif,doc,docx,xls,xlsx,txt,csv,zip,ppt,pptx,hwp,hwpx,ics";

/// What a test may set.
pub struct Setup {
    pub from: Option<&'static str>,
    pub max_recipients: usize,
    pub max_rows: usize,
    pub max_waiting: i64,
    pub body_limit: usize,
    pub upload_limit: u64,
    pub files: files::Settings,
    pub disk_floor: u64,
    pub providers: Vec<ProviderStatus>,
    /// Octets each of them takes of a mail.
    pub max_size: Option<u64>,
    pub routes: Routes,
    /// Accounts whose identities can be asked.
    pub accounts: Accounts,
    pub allow: AllowList,
    pub access: AccessSettings,
    pub max_requests: usize,
    pub max_bodies: usize,
    /// Lists and advertising.
    pub list: ListSettings,
    /// Following opens and clicks.
    pub track: TrackSettings,
    /// What links are signed with; without one there are none.
    pub secret: Option<&'static str>,
    /// Whether people are told of their consents.
    pub notices: bool,
    /// Where events of SNS come from.
    pub sns: SnsSetup,
    pub webhooks: WebhookSetup,
    /// What enters the suppression list by itself.
    pub suppression: suppression::Rules,
    pub disposable: (Policy, Arc<Disposable>),
    /// What the name servers say, by domain; of others nothing is known.
    pub domains: Vec<(&'static str, Receives)>,
}

/// How webhooks are called.
pub struct WebhookSetup {
    pub allow_http: bool,
    pub networks: Vec<&'static str>,
    pub timeout: Duration,
    pub lookup: Arc<dyn Lookup>,
    pub sns: SnsSettings,
    pub bounds: HookBounds,
}

impl Default for WebhookSetup {
    /// This machine may be called, as tests have nothing else.
    fn default() -> Self {
        let day = Duration::from_secs(86_400);
        Self {
            allow_http: true,
            networks: vec!["127.0.0.0/8"],
            timeout: Duration::from_secs(5),
            lookup: Arc::new(SystemLookup),
            sns: SnsSettings::default(),
            bounds: HookBounds { backlog: 1_000, waits: 5 * day, kept: 30 * day },
        }
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            from: Some("shop@example.kr"),
            max_recipients: 10_000,
            max_rows: 100_000,
            max_waiting: 1_000_000,
            body_limit: 8 << 20,
            upload_limit: 8 << 20,
            files: files::Settings {
                rules: attachment::Rules { max_size: 4 << 20, extensions: EXTENSIONS.split(',').map(str::to_owned).collect() },
                unused_kept: Duration::from_secs(7 * 86_400),
            },
            disk_floor: 0,
            providers: Vec::new(),
            max_size: None,
            routes: Routes(vec![Way { provider: "local".to_owned(), senders: Vec::new(), reason: "the only provider".to_owned() }]),
            accounts: Accounts::new(),
            allow: AllowList::default(),
            access: AccessSettings::default(),
            max_requests: 1_000,
            max_bodies: 64 << 20,
            list: ListSettings::default(),
            track: TrackSettings::default(),
            secret: None,
            notices: true,
            webhooks: WebhookSetup::default(),
            suppression: suppression::Rules::default(),
            disposable: (Policy::Warn, Arc::default()),
            domains: Vec::new(),
            sns: SnsSetup::default(),
        }
    }
}

/// A text of an answer.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A list of an answer.
#[track_caller]
pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// Name servers as a test says.
struct Domains(HashMap<&'static str, Receives>);

impl MailHosts for Domains {
    fn receives(&self, domain: &str) -> Boxed<'_, Receives> {
        let told = self.0.get(domain).cloned().unwrap_or_else(|| Receives::Unknown("nobody answers".to_owned()));
        Box::pin(std::future::ready(told))
    }
}

/// A provider of this name makes asking for it panic.
pub const PANICS: &str = "panics";

/// Providers as a test says.
struct Told(Vec<ProviderStatus>, Option<u64>);

impl Providers for Told {
    fn status(&self) -> Vec<ProviderStatus> {
        assert!(self.0.iter().all(|p| p.name != PANICS), "a secret");
        self.0.clone()
    }

    fn max_size(&self, _: &str) -> Option<u64> {
        self.1
    }
}

/// A provider that runs, for a test to change.
pub fn provider(kind: &'static str) -> ProviderStatus {
    ProviderStatus {
        name: kind.to_owned(),
        kind,
        state: ProviderState::Running,
        reason: None,
        rate: None,
        max_send_rate: None,
        max_24_hour_send: None,
        sent_last_24_hours: None,
        account_at: None,
        sandbox: false,
        under_review: false,
        quota: None,
        in_flight: 0,
        ready: 0,
        leased: 0,
        concurrency: 0,
        next_try_at: None,
    }
}

pub struct Api {
    pub clock: ManualClock,
    pub store: Arc<dyn Store>,
    pub state: AppState,
    /// A key that holds.
    pub key: String,
    router: Router,
    folder: Arc<tempfile::TempDir>,
}

/// An answer, read.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("not JSON ({e}): {:?}", self.body))
    }
    /// The body, once the status is as expected.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }
    /// Field and code of each fault, once the status and the shape of a problem are as expected.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Vec<(String, String)> {
        let body = self.expect(status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(body["type"], "about:blank");
        assert_eq!(body["status"], status);
        assert_eq!(body["request_id"].as_str(), self.headers["x-request-id"].to_str().ok());
        assert!(!body["title"].as_str().unwrap_or_default().is_empty() && !body["detail"].as_str().unwrap_or_default().is_empty());
        let errors = body["errors"].as_array().expect("a problem lists its faults");
        assert_eq!(body["code"], errors[0]["code"]);
        let text = |e: &Value, name: &str| e[name].as_str().map_or_else(|| panic!("{name} is missing in {e}"), str::to_owned);
        for e in errors {
            assert!(!text(e, "fault").is_empty() && !text(e, "remedy").is_empty(), "{e} does not help");
        }
        errors.iter().map(|e| (text(e, "field"), text(e, "code"))).collect()
    }
}

impl Api {
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// What a reload does with other routes and another list of recipients; the default sender and the limits are the usual ones then.
    pub fn set_rules(&self, rules: Rules) {
        let usual = Setup::default();
        self.state.accept.set(Settings {
            from: usual.from.map(|email| Mailbox { email: email.to_owned(), name: None }),
            rules: Arc::new(rules),
            times: self.state.times.clone(),
            max_recipients: NonZeroUsize::new(usual.max_recipients).expect("a test's limit is not zero"),
            max_rows: NonZeroUsize::new(usual.max_rows).expect("a test's limit is not zero"),
            max_waiting: usual.max_waiting,
            list: ListSettings::default(),
            disposable: usual.disposable,
            track: usual.track,
            files: usual.files,
        });
    }

    pub async fn with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = ManualClock::new(at(START));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(7));
        let store = open(folder.path(), &clock, &*random, setup.disk_floor);
        Self::over(setup, (Arc::new(folder), clock, store), random, None).await
    }

    /// Another node over the same store: what it knows besides, it has by itself.
    pub async fn beside(&self) -> Self {
        self.beside_as(Setup::default()).await
    }

    /// The same with other settings.
    pub async fn beside_as(&self, setup: Setup) -> Self {
        let shared = (Arc::clone(&self.folder), self.clock.clone(), Arc::clone(&self.store));
        Self::over(setup, shared, Arc::new(SeededRandom::new(8)), Some(self.key.clone())).await
    }

    async fn over(
        setup: Setup,
        (folder, clock, store): (Arc<tempfile::TempDir>, ManualClock, Arc<dyn Store>),
        random: Arc<dyn Random>,
        key: Option<String>,
    ) -> Self {
        let dyn_clock: Arc<dyn Clock> = Arc::new(clock.clone());
        let zone = jiff::tz::TimeZone::get("Asia/Seoul").expect("the zone is bundled");
        let times = Times { zone, max_ahead: Duration::from_secs(366 * 86_400) };
        let links = setup.secret.map(|secret| {
            let (clock, random) = (Arc::clone(&dyn_clock), Arc::clone(&random));
            Arc::new(LinkKeys::new(Arc::clone(&store), clock, random, secret.as_bytes().to_vec()))
        });
        if let Some(links) = &links {
            links.start().await.expect("the keys of links can be made");
        }
        let list = ListSettings { links: links.clone(), ..setup.list };
        let settings = Settings {
            from: setup.from.map(|email| Mailbox { email: email.to_owned(), name: None }),
            rules: Arc::new(Rules { routes: setup.routes, allow: setup.allow }),
            times: times.clone(),
            max_recipients: NonZeroUsize::new(setup.max_recipients).expect("a test's limit is not zero"),
            max_rows: NonZeroUsize::new(setup.max_rows).expect("a test's limit is not zero"),
            max_waiting: setup.max_waiting,
            list,
            disposable: setup.disposable.clone(),
            track: setup.track,
            files: setup.files,
        };
        let providers: Arc<dyn Providers> = Arc::new(Told(setup.providers, setup.max_size));
        let identities = Identities::new(setup.accounts, Arc::clone(&providers), Arc::clone(&dyn_clock));
        let accept = Accept::new(Arc::clone(&store), Arc::clone(&dyn_clock), Arc::clone(&random), identities, settings);
        let accept = Arc::new(accept);
        let hooks = hooks(setup.webhooks, &store, (&dyn_clock, &random), &accept, setup.secret);
        let keys = Arc::new(Keys::new(Arc::clone(&store), Arc::clone(&dyn_clock), Arc::clone(&random)));
        let key = match key {
            None => keys.create("test", GrantChange::default()).await.expect("a key can be made").secret,
            Some(key) => {
                keys.refresh().await.expect("the keys can be read");
                key
            }
        };
        let access = Arc::new(Access::new(setup.access));
        let (tracking, taken) = Tracking::new(Arc::clone(&store), Arc::clone(&dyn_clock), links.clone(), KeepIp::Shortened);
        tokio::spawn(tracking::run(Arc::clone(&store), Arc::clone(&dyn_clock), taken, CancellationToken::new()));
        let state = Arc::new(Services {
            tracking: Arc::new(tracking),
            tokens: Tokens::new(Arc::clone(&keys), Arc::clone(&access), Arc::clone(&dyn_clock)),
            attempts: Attempts::new(Arc::clone(&dyn_clock)),
            usage: accept.usage(),
            privacy: Privacy::new(Arc::clone(&store), Arc::clone(&dyn_clock), links.is_some()),
            refusals: Refusals::new(Arc::clone(&store), Arc::clone(&dyn_clock), links.clone(), accept.profiles(), setup.notices),
            consents: Arc::new(Consents::new(
                Arc::clone(&store),
                Arc::clone(&dyn_clock),
                Arc::clone(&accept),
                times.clone(),
                setup.notices,
            )),
            suppressions: Arc::new(Suppressions::new(Arc::clone(&store), Arc::clone(&dyn_clock), times.clone(), setup.suppression)),
            addresses: Arc::new(Addresses::new(
                Arc::clone(&store),
                Arc::clone(&dyn_clock),
                Arc::new(Domains(setup.domains.into_iter().collect())),
                setup.disposable.1,
            )),
            profiles: accept.profiles(),
            links,
            hooks,
            files: accept.files(),
            audit: Audit::new(Arc::clone(&store), Arc::clone(&dyn_clock)),
            load: Load::new(setup.max_requests, setup.max_bodies),
            search: Search::new(Arc::clone(&store)),
            cancel: Cancel::new(Arc::clone(&store), Arc::clone(&dyn_clock)),
            results: Results::new(Arc::clone(&store), times.zone.clone()),
            retry: Retry::new(Arc::clone(&store), Arc::clone(&dyn_clock), Arc::clone(&random), Arc::clone(&accept)),
            reschedule: Reschedule::new(Arc::clone(&store)),
            repeats: Repeats::new(Arc::clone(&store), Arc::clone(&dyn_clock)),
            times,
            admin: Admin::new(Arc::clone(&store), Arc::clone(&dyn_clock)),
            inbox: InboxReader::new(Arc::clone(&store), Arc::clone(&dyn_clock), random.as_ref(), Arc::clone(&keys), Arc::clone(&access)),
            nodes: Nodes::new(Arc::clone(&store), Arc::clone(&dyn_clock), None),
            reputation: Arc::new(Reputation::new(Arc::clone(&store), Arc::clone(&dyn_clock), guarded())),
            alerts: Arc::new(Alerts::new(Arc::clone(&store), Arc::clone(&dyn_clock), Arc::clone(&providers), watched())),
            access,
            keys,
            feedback: Arc::new(FeedbackIntake::new(
                Arc::clone(&store),
                Arc::clone(&dyn_clock),
                FeedbackSettings { kept: Duration::from_secs(3 * 86_400), kept_rows: 1_000 },
            )),
            figures: Figures::new(Arc::clone(&store), Arc::clone(&dyn_clock), Arc::clone(&providers)),
            forecast: Forecast::new(Arc::clone(&store), Arc::clone(&providers), Arc::clone(&dyn_clock)),
            strays: Strays::new(Arc::clone(&store), Arc::clone(&providers)),
            templates: accept.templates(),
            sns: Arc::new(Sns::new(
                Arc::clone(&store),
                Arc::clone(&dyn_clock),
                setup.sns.world.outside(),
                setup.sns.world.settings(&setup.sns.listed),
            )),
            providers,
            reload: None,
            ready: Ready::new(Arc::clone(&store), vec![Arc::clone(&accept) as _], vec!["a warning".to_owned()]),
            accept,
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            clock: dyn_clock,
            random,
            settings: HttpSettings {
                body_limit: setup.body_limit,
                upload_limit: setup.upload_limit,
                scratch: folder.path().to_owned(),
                body_time: Duration::from_secs(60),
                keyless_inbox: true,
            },
        });
        Self { clock, store, router: router(Arc::clone(&state)), state, key, folder }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body in memory").to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A request with the test's key and a JSON body.
    pub fn request(&self, method: Method, path: &str, body: impl Into<Body>) -> Request<Body> {
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json")
            .body(body.into())
            .expect("a test's request is valid")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, Body::empty())).await
    }
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path, Body::empty())).await
    }
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path, body.to_string())).await
    }
    /// Posts messages with the body as it stands.
    pub async fn submit(&self, body: impl Into<Body>) -> Answer {
        self.send(self.request(Method::POST, "/v1/messages", body)).await
    }
    /// The same under an idempotency key.
    pub async fn submit_as(&self, key: &str, body: &str) -> Answer {
        let mut request = self.request(Method::POST, "/v1/messages", body.to_owned());
        request.headers_mut().insert("idempotency-key", key.parse().expect("a test's key is a header value"));
        self.send(request).await
    }
    /// Sends a request as if it came over a connection from this address.
    pub async fn send_from(&self, address: &str, mut request: Request<Body>) -> Answer {
        let ip: IpAddr = address.parse().expect("a test's address");
        request.extensions_mut().insert(Peer(SocketAddr::new(ip, 4711)));
        self.send(request).await
    }
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path, body.to_string())).await
    }
    /// A request with one more header.
    pub async fn with_header(&self, method: Method, path: &str, (name, value): (&'static str, &str), body: &Value) -> Answer {
        let mut request = self.request(method, path, body.to_string());
        request.headers_mut().insert(name, value.parse().expect("a test's header"));
        self.send(request).await
    }
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path, body.to_string())).await
    }
    /// Makes a key as the body says; its number and its text.
    pub async fn make_key(&self, body: &Value) -> (i64, String) {
        let made = self.post("/v1/keys", body).await.expect(201);
        (made["id"].as_i64().expect("a number"), text(&made["key"]).to_owned())
    }
    /// The same API, asked with another key.
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        let Self { clock, store, state, router, folder, .. } = self;
        Self {
            clock: clock.clone(),
            store: Arc::clone(store),
            state: Arc::clone(state),
            key: key.into(),
            router: router.clone(),
            folder: Arc::clone(folder),
        }
    }
    /// The API as a service, for a listener.
    pub fn router(&self) -> Router {
        self.router.clone()
    }
    /// The folder the store lies in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A GET without a key, as the administrator on this machine.
    pub async fn local(&self, path: &str) -> Answer {
        let mut request = Request::get(path).body(Body::empty()).expect("a test's request is valid");
        request.extensions_mut().insert(LocalAdmin);
        self.send(request).await
    }
    /// How many recipients the store holds as waiting.
    pub async fn waiting(&self) -> i64 {
        self.store.health().await.expect("the store answers").waiting
    }
    /// How many topics there are, and so whether anything was stored at all.
    pub async fn topics(&self) -> usize {
        self.get("/v1/topics").await.expect(200)["topics"].as_array().map_or(0, Vec::len)
    }
}

fn open(folder: &Path, clock: &ManualClock, random: &dyn Random, disk_floor: u64) -> Arc<dyn Store> {
    let options = Options {
        file: folder.join("jebi.db"),
        byte_budget: 64 << 20,
        disk_floor: DiskFloor { bytes: disk_floor, percent: 0 },
        on_fatal: Arc::new(|why| panic!("the store failed: {why}")),
    };
    Arc::new(SqliteStore::open(options, Arc::new(clock.clone()), random).expect("the store opens"))
}

/// Endpoints, called for real.
fn hooks(
    setup: WebhookSetup,
    store: &Arc<dyn Store>,
    (clock, random): (&Arc<dyn Clock>, &Arc<dyn Random>),
    accept: &Arc<Accept>,
    secret: Option<&str>,
) -> Arc<Hooks> {
    let http = CallSettings {
        timeout: setup.timeout,
        allow_http: setup.allow_http,
        allowed: setup.networks.into_iter().map(|net| Network::parse(net).expect("a test's network")).collect(),
        lookup: setup.lookup,
        clock: Arc::clone(clock),
    };
    let sender = Arc::new(Webhooks::new(http, setup.sns));
    let settings = HookSettings { language: Speech::Korean, bounds: setup.bounds, concurrency: 8 };
    let times = (Arc::clone(clock), Arc::clone(random));
    Arc::new(Hooks::new(Arc::clone(store), times, sender, Arc::clone(accept), secret.map(str::as_bytes), settings))
}
