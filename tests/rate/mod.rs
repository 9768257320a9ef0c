//! Rate and fairness, end to end: the whole server in this process with the real clock, against a SES that counts.

#![expect(clippy::print_stdout, reason = "the figures of a run, shown by --nocapture")]

mod fairness;
mod large;
mod limit;
pub mod log;
mod shared;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use jebi::{
    app::{App, Surroundings},
    config::{Config, Sources},
    lifecycle::Lifecycle,
    system::{SystemClock, SystemRandom},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::runtime::Runtime;

use self::log::{WriteLog, peak};
use crate::support::{fake_ses::FakeSes, http};

const KEY: &str = "rate-suite-key-0123456789abcdefghijk";

/// Servers on one store, and the SES they send to.
struct Rig {
    runtime: Runtime,
    nodes: Vec<App>,
    ses: FakeSes,
    /// What all of them wrote.
    log: WriteLog,
    _folder: tempfile::TempDir,
}

impl Rig {
    /// One server on a store of its own.
    fn at(rate: f64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = format!("sqlite://{}", folder.path().join("jebi.db").display());
        Self::start(rate, &database, 1, folder)
    }

    /// So many servers on the store at this address.
    fn start(rate: f64, database: &str, nodes: usize, folder: tempfile::TempDir) -> Self {
        let ses = FakeSes::start(Some(rate));
        let config = config(&ses, database);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let mut rig = Self { runtime, nodes: Vec::new(), ses, log: WriteLog::default(), _folder: folder };
        (0..nodes).for_each(|_| rig.join(&config));
        rig
    }

    /// One server more.
    fn join(&mut self, config: &Config) {
        let around = Surroundings {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            observer: Some(self.log.observer()),
            reload: None,
            web: None,
        };
        let app = self.runtime.block_on(async {
            let app = App::start(config, Vec::new(), around, Lifecycle::default()).await.expect("it starts");
            app.keys.ensure("test", KEY).await.expect("a key");
            app
        });
        self.nodes.push(app);
    }

    /// Where the first server listens.
    fn address(&self) -> SocketAddr {
        self.nodes.first().expect("running").address
    }

    fn written(&self) -> Vec<log::Write> {
        self.log.merged()
    }

    /// Posts one message to addresses `<topic>-<i>@example.com`.
    #[track_caller]
    fn post(&self, lane: &str, topic: &str, range: std::ops::Range<usize>) {
        self.post_with(lane, topic, range, &serde_json::json!([]));
    }

    /// The same with files.
    #[track_caller]
    fn post_with(&self, lane: &str, topic: &str, range: std::ops::Range<usize>, files: &serde_json::Value) {
        let emails: Vec<String> = range.map(|i| format!("{topic}-{i}@example.com")).collect();
        let body = serde_json::json!({"messages": [
            {"emails": emails, "topic_id": topic, "lane": lane, "subject": "s", "content": "c", "attachments": files},
        ]});
        let answer = http::call(self.address(), "POST", "/v1/messages", &[("x-api-key", KEY)], body.to_string().as_bytes());
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
    }

    fn stop(self) {
        for app in self.nodes {
            assert!(self.runtime.block_on(app.stop()), "nothing is left behind");
        }
    }
}

fn config(ses: &FakeSes, database: &str) -> Config {
    let env: BTreeMap<String, String> = [
        ("PROVIDER", "ses"),
        ("AWS_SES_FROM_EMAIL", "from@example.com"),
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00"),
        ("AWS_SECRET_ACCESS_KEY", "rate/suite/secret"),
        ("AWS_REGION", "ap-northeast-2"),
        ("AWS_ENDPOINT_URL_SESV2", &ses.url()),
        ("DATABASE_URL", database),
        ("JEBI_API_KEY", KEY),
        ("SERVER_PORT", "0"),
        ("JEBI_DISK_FLOOR_BYTES", "0"),
        ("JEBI_DISK_FLOOR_PERCENT", "0"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    Config::load(&Sources { env, ..Sources::default() }).expect("a good configuration").config
}
