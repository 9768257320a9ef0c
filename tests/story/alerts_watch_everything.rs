//! What raises an alert and what does not, figure by figure (S0-19): each is looked at as the node that keeps house looks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jebi::service::{
    alerts::{Alerts, Settings},
    providers::{ProviderState, ProviderStatus, Providers, QuotaStatus},
};
use jebi_domain::{
    event::{Feedback, FeedbackKind},
    id::DeliveryId,
    outcome::{Decision, Reason},
    port::Clock,
    reputation::{Act, Mark, Scope},
};
use serde_json::{Value, json};

use super::api_sends_again::{given_up, send};
use crate::support::{
    api::{Api, Setup, list, provider, text},
    guard::watched,
    webhooks::SECRET,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// Accounts as a test says, for it to change.
struct Accounts(Mutex<Vec<ProviderStatus>>);

impl Providers for Accounts {
    fn status(&self) -> Vec<ProviderStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct World {
    api: Api,
    accounts: Arc<Accounts>,
    alerts: Alerts,
}

impl World {
    async fn new(settings: Settings) -> Self {
        let setup = Setup { providers: vec![provider("local")], secret: Some(SECRET), ..Setup::default() };
        let api = Api::with(setup).await;
        let accounts = Arc::new(Accounts(Mutex::new(vec![provider("local")])));
        let clock: Arc<dyn Clock> = Arc::new(api.clock.clone());
        let alerts = Alerts::new(Arc::clone(&api.store), clock, Arc::clone(&accounts) as _, settings);
        Self { api, accounts, alerts }
    }

    /// The account stands so from now on.
    fn account(&self, change: impl FnOnce(&mut ProviderStatus)) {
        change(&mut self.accounts.0.lock().unwrap_or_else(PoisonError::into_inner)[0]);
    }

    /// Alerts that hold after so many looks: code and subject.
    async fn after(&self, looks: usize) -> Vec<(String, String)> {
        for _ in 0..looks {
            self.alerts.look().await.expect("a look");
        }
        let active = self.listed().await.into_iter().filter(|one| one["active"] == true);
        let mut all: Vec<_> = active.map(|one| (text(&one["code"]).to_owned(), text(&one["subject"]).to_owned())).collect();
        all.sort();
        all
    }

    async fn listed(&self) -> Vec<Value> {
        list(&self.api.get("/v1/alerts").await.expect(200)["alerts"]).to_vec()
    }

    /// Takes mail in and ends it so.
    async fn send(&self, lane: &str, n: usize, ends: &[Decision]) -> String {
        let message = self.post(lane, n).await;
        send(&self.api, ends).await;
        message
    }

    async fn post(&self, lane: &str, n: usize) -> String {
        let emails: Vec<String> = (0..n).map(|i| format!("person{i}-of-{n}@naver.example")).collect();
        let message =
            json!({"topic_id": "한가위", "lane": lane, "emails": emails, "subject": "한가위 소식", "content": "<p>안녕하세요</p>"});
        let taken = self.api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202);
        text(&taken["messages"][0]["id"]).to_owned()
    }

    /// One of its recipients is reported of.
    async fn report(&self, message: &str, kind: FeedbackKind) {
        let shown = self.api.get(&format!("/v1/deliveries?message_id={message}&state=sent&limit=1")).await.expect(200);
        let delivery = &list(&shown["deliveries"])[0];
        let one = Feedback {
            delivery: DeliveryId::parse(text(&delivery["id"])).expect("an id"),
            recipient: text(&delivery["recipients"][0]["email"]).to_owned(),
            kind,
            at: self.api.clock.wall(),
            detail: "smtp; 250 ok".to_owned(),
        };
        self.api.store.record_feedback(vec![one]).await.expect("recorded");
    }

    /// The guard, or a person, decided so of the account.
    async fn decided(&self, act: Act, by: Option<&str>) {
        let scope = Scope::Provider("local".to_owned());
        let before = self.api.store.mark_of(scope.clone()).await.expect("read");
        let mark = Mark { act, since: self.api.clock.wall(), why: "반송이 많음".to_owned(), by: by.map(str::to_owned), fresh: None };
        assert!(self.api.store.mark(scope, before, mark).await.expect("written"));
    }
}

fn sent() -> Decision {
    Decision::Sent { provider_id: "p".to_owned() }
}

fn of(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(code, subject)| ((*code).to_owned(), (*subject).to_owned())).collect()
}

#[tokio::test]
async fn a_share_of_failures_counts_from_twenty_ends_on() {
    let world = World::new(watched()).await;
    world.send("transactional", 19, &[given_up()]).await;
    assert_eq!(world.after(2).await, [], "too few to say anything");
    world.send("transactional", 71, &[sent()]).await;
    assert_eq!(world.after(2).await, of(&[("failures", "local")]), "19 of 90 are more than a fifth");
    let failing = world.listed().await.into_iter().find(|one| one["code"] == "failures").expect("it is there");
    assert!(text(&failing["what"]).starts_with("local: 21.1 % of the last hour's mail failed"), "{failing}");
    world.api.clock.advance(2 * HOUR);
    assert_eq!(world.after(3).await, [], "that hour has passed");
}

#[tokio::test]
async fn due_mail_that_waits_is_an_alert_of_its_lane_where_one_is_wanted() {
    let world = World::new(watched()).await;
    let never = World::new(Settings { queue_minutes: [None; 2], ..watched() }).await;
    for one in [&world, &never] {
        one.post("transactional", 1).await;
        one.api.clock.advance(4 * MINUTE);
        assert_eq!(one.after(2).await, []);
        one.api.clock.advance(MINUTE);
    }
    assert_eq!(world.after(1).await, [], "one look says nothing");
    assert_eq!(world.after(1).await, of(&[("queue_age", "transactional")]));
    assert_eq!(never.after(2).await, []);
    send(&world.api, &[sent()]).await;
    assert_eq!(world.after(3).await, []);
}

#[tokio::test]
async fn recipients_nobody_knows_of_are_an_alert() {
    let world = World::new(Settings { unsettled: 3, ..watched() }).await;
    let open = Decision::Unsettled { review_at: world.api.clock.wall() + 9 * HOUR, reason: Reason::new("timeout", "no answer", "") };
    world.send("transactional", 2, std::slice::from_ref(&open)).await;
    assert_eq!(world.after(2).await, []);
    world.send("transactional", 1, &[open]).await;
    assert_eq!(world.after(2).await, of(&[("unsettled", "")]));
}

#[tokio::test]
async fn accounts_that_stop_are_watched_and_use_up_their_day() {
    let world = World::new(watched()).await;
    let quota = |used| Some(QuotaStatus { limit: 100, used, remaining: 100 - used, reserve: 10, opens: [None; 2] });
    world.account(|account| account.quota = quota(79));
    assert_eq!(world.after(2).await, []);
    world.account(|account| {
        (account.quota, account.state, account.under_review) = (quota(80), ProviderState::CircuitOpen, true);
        account.reason = Some(Reason::new("no_answer", "it does not answer", ""));
    });
    assert_eq!(world.after(1).await, of(&[("account_review", "local")]), "decided with a delay of its own");
    assert_eq!(world.after(1).await, of(&[("account_review", "local"), ("provider_stopped", "local"), ("quota", "local")]));
    let stopped = world.listed().await.into_iter().find(|one| one["code"] == "provider_stopped").expect("it is there");
    assert_eq!(stopped["what"], "local: nothing is sent (it does not answer)");
    world.account(|account| *account = ProviderStatus { quota: quota(70), ..provider("local") });
    assert_eq!(world.after(3).await, of(&[("quota", "local")]), "it is near its limit still");
    world.account(|account| account.quota = None);
    assert_eq!(world.after(3).await, []);
}

#[tokio::test]
async fn an_account_is_silent_where_it_used_to_tell_what_arrived_and_has_sent_since() {
    let world = World::new(watched()).await;
    let bounces = world.send("bulk", 150, &[sent()]).await;
    world.report(&bounces, FeedbackKind::Bounced).await;
    world.api.clock.advance(25 * HOUR);
    world.send("bulk", 150, &[sent()]).await;
    world.api.clock.advance(25 * HOUR);
    assert_eq!(world.after(2).await, [], "of this account nobody is told what arrives");

    let heard = world.send("bulk", 151, &[sent()]).await;
    world.report(&heard, FeedbackKind::Delivered).await;
    world.api.clock.advance(30 * HOUR);
    assert_eq!(world.after(2).await, [], "it was heard of, and sent nothing since");

    world.send("bulk", 152, &[sent()]).await;
    assert_eq!(world.after(2).await, [], "that was just now");
    world.api.clock.advance(2 * HOUR);
    assert_eq!(world.after(2).await, of(&[("feedback_silent", "local")]));
    let silent = world.listed().await.into_iter().find(|one| one["code"] == "feedback_silent").expect("it is there");
    assert_eq!((silent["value"].as_f64(), text(&silent["what"])), (Some(32.0), "local: nothing was heard of sent mail for 32 hours"));
    world.report(&heard, FeedbackKind::Complained).await;
    assert_eq!(world.after(3).await, []);
}

#[tokio::test]
async fn what_grows_worse_is_not_called_off() {
    let world = World::new(watched()).await;
    let (warned, slowed, paused) = (("reputation", "local"), ("bulk_slowed", "local"), ("bulk_paused", "local"));
    for (act, hold) in [(Act::Warned, vec![warned]), (Act::Slowed, vec![slowed, warned]), (Act::Paused, vec![paused, slowed, warned])] {
        world.decided(act, None).await;
        let mut expected = of(&hold);
        expected.sort();
        assert_eq!(world.after(1).await, expected, "{act:?}");
    }
    let called_off = world.listed().await.into_iter().filter(|one| one["resolved_at"] != Value::Null).count();
    assert_eq!(called_off, 0);
    world.decided(Act::None, Some("홍길동")).await;
    assert_eq!(world.after(1).await, []);
}

#[tokio::test]
async fn what_a_person_pauses_says_nothing_of_its_rates() {
    let world = World::new(watched()).await;
    world.decided(Act::Paused, Some("홍길동")).await;
    assert_eq!(world.after(1).await, of(&[("bulk_paused", "local")]));
    world.decided(Act::None, Some("홍길동")).await;
    assert_eq!(world.after(1).await, []);
    // Where the guard had warned before, that goes on.
    world.decided(Act::Warned, None).await;
    assert_eq!(world.after(1).await, of(&[("reputation", "local")]));
    world.decided(Act::Paused, Some("홍길동")).await;
    assert_eq!(world.after(1).await, of(&[("bulk_paused", "local"), ("reputation", "local")]));
}

#[tokio::test]
async fn a_webhook_that_was_given_up_is_an_alert_and_one_a_person_disabled_is_not() {
    let world = World::new(watched()).await;
    world.api.post("/v1/webhooks", &json!({"url": "http://127.0.0.1:9/hooks"})).await.expect(201);
    let no = world.api.store.endpoints().await.expect("read")[0].no;
    assert_eq!(world.after(2).await, []);
    world.api.store.disable_endpoint(no, "no call was answered for five days", world.api.clock.wall()).await.expect("disabled");
    assert_eq!(world.after(1).await, of(&[("endpoint_disabled", &no.to_string())]));
    let disabled = world.listed().await.into_iter().find(|one| one["code"] == "endpoint_disabled").expect("it is there");
    assert!(text(&disabled["what"]).ends_with("(no call was answered for five days)"), "{disabled}");
    let path = format!("/v1/webhooks/{no}");
    world.api.patch(&path, &json!({"enabled": true})).await.expect(200);
    assert_eq!(world.after(1).await, []);
    world.api.patch(&path, &json!({"enabled": false})).await.expect(200);
    assert_eq!(world.after(1).await, []);
}
