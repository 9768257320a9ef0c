//! Rate and fairness, end to end: the whole server in this process with the real clock, against a SES that counts.

#![expect(clippy::print_stdout, reason = "the figures of a run, shown by --nocapture")]

mod fairness;
mod limit;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use jebi::{
    app::{App, Surroundings},
    config::{Config, Sources},
    lifecycle::Lifecycle,
    system::{SystemClock, SystemRandom},
};
use jebi_domain::time::Boot;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::runtime::Runtime;

use crate::support::{fake_ses::FakeSes, http};

const KEY: &str = "rate-suite-key-0123456789abcdefghijk";

/// A server and the SES it sends to.
struct Rig {
    runtime: Runtime,
    app: Option<App>,
    address: SocketAddr,
    ses: FakeSes,
    /// When and to how many recipients it wrote.
    written: Arc<Mutex<Vec<(Boot, u32)>>>,
    _folder: tempfile::TempDir,
}

impl Rig {
    fn at(rate: f64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ses = FakeSes::start(Some(rate));
        let env: BTreeMap<String, String> = [
            ("PROVIDER", "ses"),
            ("AWS_SES_FROM_EMAIL", "from@example.com"),
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00"),
            ("AWS_SECRET_ACCESS_KEY", "rate/suite/secret"),
            ("AWS_REGION", "ap-northeast-2"),
            ("AWS_ENDPOINT_URL_SESV2", &ses.url()),
            ("DATABASE_URL", &format!("sqlite://{}", folder.path().join("jebi.db").display())),
            ("JEBI_API_KEY", KEY),
            ("SERVER_PORT", "0"),
            ("JEBI_DISK_FLOOR_BYTES", "0"),
            ("JEBI_DISK_FLOOR_PERCENT", "0"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        let config = Config::load(&Sources { env, ..Sources::default() }).expect("a good configuration").config;
        let written: Arc<Mutex<Vec<(Boot, u32)>>> = Arc::default();
        let log = Arc::clone(&written);
        let around = Surroundings {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            observer: Some(Arc::new(move |at, n| log.lock().expect("not poisoned").push((at, n)))),
            reload: None,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let app = runtime.block_on(async {
            let app = App::start(&config, Vec::new(), around, Lifecycle::default()).await.expect("it starts");
            app.keys.ensure("test", KEY).await.expect("a key");
            app
        });
        let address = app.address;
        Self { runtime, app: Some(app), address, ses, written, _folder: folder }
    }

    fn written(&self) -> Vec<(Boot, u32)> {
        self.written.lock().expect("not poisoned").clone()
    }

    /// Posts one message to addresses `<topic>-<i>@example.com`.
    #[track_caller]
    fn post(&self, lane: &str, topic: &str, range: std::ops::Range<usize>) {
        let emails: Vec<String> = range.map(|i| format!("{topic}-{i}@example.com")).collect();
        let body = serde_json::json!({"messages": [{"emails": emails, "topic_id": topic, "lane": lane, "subject": "s", "content": "c"}]});
        let answer = http::call(self.address, "POST", "/v1/messages", &[("x-api-key", KEY)], body.to_string().as_bytes());
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
    }

    fn stop(mut self) {
        let app = self.app.take().expect("running");
        assert!(self.runtime.block_on(app.stop()), "nothing is left behind");
    }
}

/// The most recipients in any half-open second of a log.
fn peak(log: &[(Boot, u32)]) -> u64 {
    let (mut lo, mut sum, mut most) = (0, 0u64, 0);
    for (at, n) in log {
        sum += u64::from(*n);
        while at.0 - log[lo].0.0 >= 1_000_000_000 {
            sum -= u64::from(log[lo].1);
            lo += 1;
        }
        most = most.max(sum);
    }
    most
}
