//! The API beside the loop that calls webhooks, with a clock moved by hand.

use std::{sync::Arc, time::Duration};

use jebi::{service::dispatch::Fence, system::SystemClock, worker};
use jebi_domain::port::{Clock, nodes::NodeStart};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    api::{Api, Setup, list, text},
    ses_stub::{Seen, SesStub},
};

/// What secrets of webhooks are sealed with.
pub const SECRET: &str = "a secret of thirty-two characters";
/// Between two steps of the test's clock, of real time.
const STEP: Duration = Duration::from_millis(20);
/// Longest wait for anything.
const LIMIT: Duration = Duration::from_secs(20);

pub struct Calling {
    pub api: Api,
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Drop for Calling {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Calling {
    pub async fn start(setup: Setup) -> Self {
        let api = Api::with(Setup { secret: Some(SECRET), ..setup }).await;
        Self::over(api).await
    }

    /// Begins an incarnation and its loop.
    pub async fn over(api: Api) -> Self {
        let node = NodeStart { name: "하나".into(), version: "test".into() };
        let incarnation = api.store.start(&node, api.clock.wall()).await.expect("start");
        let fence = Arc::new(Fence::default());
        fence.begin(incarnation);
        let stop = CancellationToken::new();
        let clock: Arc<dyn Clock> = Arc::new(api.clock.clone());
        let task = tokio::spawn(worker::hooks::run(Arc::clone(&api.state.hooks), fence, clock, stop.clone()));
        Self { api, stop, task: Some(task) }
    }

    /// Ends the loop as a stop does.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let task = self.task.take().expect("it runs");
        // Its last wait is by the clock of the test.
        let clock = self.api.clock.clone();
        soon("the loop ends", async || {
            clock.advance(Duration::from_secs(1));
            task.is_finished().then_some(())
        })
        .await;
    }

    /// Makes a webhook at a stub's address.
    pub async fn webhook(&self, stub: &SesStub, more: Value) -> Made {
        let mut body = json!({"url": stub.url()});
        merge(&mut body, more);
        let made = self.api.post("/v1/webhooks", &body).await.expect(201);
        Made { id: made["id"].as_i64().expect("a number"), secret: made["secret"].as_str().map(str::to_owned) }
    }

    pub async fn test(&self, made: &Made) -> String {
        text(&self.api.post(&format!("/v1/webhooks/{}/test", made.id), &json!({})).await.expect(202)["event"]).to_owned()
    }

    /// The log, newest first.
    pub async fn calls(&self, made: &Made) -> Vec<Value> {
        let page = self.api.get(&format!("/v1/webhooks/{}/calls", made.id)).await.expect(200);
        list(&page["calls"]).to_vec()
    }

    /// Waits until the newest call has had so many tries.
    pub async fn tried(&self, made: &Made, attempts: u64) -> Value {
        soon("the call is tried", async || {
            let calls = self.calls(made).await;
            calls.into_iter().next().filter(|call| call["attempts"].as_u64() >= Some(attempts))
        })
        .await
    }

    /// Lets a time pass, and little more of it until the stub has seen something: the loop may be about to sleep when the time is over.
    pub async fn pass(&self, time: Duration, stub: &SesStub, holds: impl Fn(&Seen) -> bool) {
        self.api.clock.advance(time);
        let end = SystemClock.boot() + LIMIT;
        loop {
            tokio::select! {
                () = stub.until(&holds) => return,
                () = SystemClock.sleep_until(SystemClock.boot() + STEP) => self.api.clock.advance(Duration::from_millis(1_100)),
            }
            assert!(SystemClock.boot() < end, "not in {LIMIT:?}");
        }
    }

    pub async fn show(&self, made: &Made) -> Value {
        self.api.get(&format!("/v1/webhooks/{}", made.id)).await.expect(200)
    }
}

pub struct Made {
    pub id: i64,
    pub secret: Option<String>,
}

fn merge(into: &mut Value, more: Value) {
    let (Value::Object(into), Value::Object(more)) = (into, more) else { panic!("objects are merged") };
    into.extend(more);
}

/// Asks again and again until there is something: what is asked is on another task, and gives no sign.
pub async fn soon<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = SystemClock.boot() + LIMIT;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(SystemClock.boot() < end, "{what}: not in {LIMIT:?}");
        tokio::task::yield_now().await;
    }
}
