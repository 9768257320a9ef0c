//! The pages for people, in a real browser: Chromium, driven by Python's Playwright. `inbox.py` and `unsubscribe.py` say what the
//! browser does and must see; the server runs here, so that any mail can be put into its inbox.

mod allowed;
mod hostile;
mod inbox;
mod unsubscribe;

use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use bytes::Bytes;
use jebi::{
    app::{App, Surroundings},
    config::{Config, Sources},
    lifecycle::Lifecycle,
    observe::metrics,
    system::{SystemClock, SystemRandom},
};
use jebi_domain::{
    id::{DeliveryId, MessageId},
    port::{Clock, InboxMail, InboxRoom},
};
use serde_json::{Value, json};

/// A key that the server knows.
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// How long the beacon waits for somebody who has connected to say something.
const PATIENCE: Duration = Duration::from_millis(500);

/// A server of this process, with its folder.
struct Site {
    app: App,
    folder: tempfile::TempDir,
}

impl Site {
    async fn start(env: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("jebi.db").display());
        let fixed = [
            ("DATABASE_URL", url.as_str()),
            ("SERVER_PORT", "0"),
            ("JEBI_DISK_FLOOR_BYTES", "0"),
            ("JEBI_DISK_FLOOR_PERCENT", "0"),
            ("DEFAULT_FROM_EMAIL", "shop@example.kr"),
        ];
        let env = fixed.iter().chain(env).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let loaded = Config::load(&Sources { env, ..Sources::default() }).expect("a good configuration");
        let around = Surroundings {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            metrics: metrics::apart(),
            observer: None,
            reload: None,
            web: None,
        };
        let app = App::start(&loaded.config, loaded.warnings, around, Lifecycle::default()).await.expect("it starts");
        app.keys.ensure("test", KEY).await.expect("a key");
        Self { app, folder }
    }

    fn address(&self) -> SocketAddr {
        self.app.address
    }

    /// Puts a mail into the inbox as it is.
    async fn keep(&self, subject: &str, source: impl Into<Bytes>) -> i64 {
        let id = MessageId::new(SystemClock.wall(), &SystemRandom);
        let delivery = DeliveryId { message: id, ordinal: 0 };
        let mail = InboxMail {
            delivery,
            at: SystemClock.wall(),
            from: "sender@example.com".to_owned(),
            to: vec!["kim@example.kr".to_owned()],
            subject: subject.to_owned(),
            source: source.into(),
        };
        self.app.store.keep(mail, InboxRoom::default()).await.expect("kept");
        self.app.store.find(delivery).await.expect("looked up").expect("it is there")
    }

    /// Lets the browser do what `inbox.py` says under this name; panics with its words when it does not see what it must.
    async fn browse(&self, what: &str, given: Value) {
        self.browse_by("inbox.py", what, given).await;
    }

    /// The same by another script.
    async fn browse_by(&self, script: &str, what: &str, mut given: Value) {
        given["url"] = json!(format!("http://{}", self.app.address));
        given["key"] = json!(KEY);
        given["folder"] = json!(self.folder.path());
        let python = option("JEBI_TEST_PYTHON");
        let python = python.expect("JEBI_TEST_PYTHON names no Python with Playwright: run scripts/test, which installs one and sets it");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page").join(script);
        let what = what.to_owned();
        let run = move || Command::new(python).arg(script).arg(what).arg(given.to_string()).output().expect("Python runs");
        let ran = tokio::task::spawn_blocking(run).await.expect("it ran");
        assert!(ran.status.success(), "{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    }

    async fn stop(self) {
        assert!(self.app.stop().await, "nothing was left behind");
    }
}

#[expect(clippy::disallowed_methods, reason = "the test scripts name their Python this way")]
fn option(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A mail of `tests/page/mails`, with the beacon's address put in.
fn mail(name: &str, beacon: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/mails").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.replace('\n', "\r\n").replace("{beacon}", beacon)
}

/// Somebody outside who waits to be asked. Counts connections, not only requests: a browser that connects ahead tells already
/// that the mail was opened.
struct Beacon {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Beacon {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&heard);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut line = String::new();
                let stream = stream.expect("a connection");
                stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
                // What connects and says nothing is noted as that.
                let _ = BufReader::new(stream).read_line(&mut line);
                told.lock().expect("lock").push(line);
            }
        });
        Self { address, heard }
    }

    /// The first line of everybody who came.
    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("lock").clone()
    }
}
