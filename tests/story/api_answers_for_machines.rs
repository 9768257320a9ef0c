//! Health, readiness, metrics, providers, figures and the OpenAPI document.

use axum::{body::Body, http::Request};
use jebi::service::providers::{ProviderState, ProviderStatus};
use jebi_domain::outcome::Reason;
use serde_json::{Value, json};

use crate::support::api::{Api, PANICS, Setup, provider};

async fn open(api: &Api, path: &str) -> crate::support::api::Answer {
    api.send(Request::get(path).body(Body::empty()).expect("a test's request is valid")).await
}

#[tokio::test]
async fn the_watching_paths_need_no_key() {
    let api = Api::new().await;
    assert_eq!(open(&api, "/health").await.expect(200), json!({"status": "alive"}));
    let ready = open(&api, "/ready").await.expect(200);
    assert_eq!((&ready["ready"], &ready["warnings"]), (&true.into(), &json!(["a warning"])));
    let names: Vec<_> = ready["checks"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["store", "disk", "restore_guard", "accept"]);
    let metrics = open(&api, "/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(open(&api, "/openapi.json").await.expect(200)["openapi"], "3.1.0");
}

#[tokio::test]
async fn the_store_is_checked_slice_by_slice_and_its_guard_shown() {
    let api = Api::new().await;
    api.submit(r#"{"messages":[{"topic_id":"t","emails":["a@example.kr","b@example.kr"],"subject":"s","content":"c"}]}"#).await.expect(202);
    assert_eq!(api.get("/v1/admin/guard").await.expect(200), json!({"held": false, "lanes": [], "why": null, "since": null}));
    let (mut checked, mut cursor) = (0, String::new());
    loop {
        let slice = api.local(&format!("/v1/admin/verify{cursor}")).await.expect(200);
        assert_eq!(slice["violations"], json!([]));
        checked += slice["checked"].as_u64().unwrap();
        let Some(next) = slice["next_cursor"].as_str() else { break };
        cursor = format!("?cursor={next}");
    }
    assert_eq!(checked, 2);
    assert_eq!(api.post("/v1/admin/release", &json!({})).await.expect(200)["unsettled"], 0);
}

#[tokio::test]
async fn a_bug_is_told_as_one_and_nothing_more() {
    let broken = ProviderStatus { name: PANICS.to_owned(), ..provider("ses") };
    let api = Api::with(Setup { providers: vec![broken], ..Setup::default() }).await;
    let answer = api.get("/v1/providers").await;
    assert_eq!(answer.problem(500), [("".into(), "internal_error".into())]);
    assert!(!String::from_utf8_lossy(&answer.body).contains("a secret"));
}

#[tokio::test]
async fn a_provider_that_does_not_send_says_why_and_what_to_do() {
    let paused = ProviderStatus {
        state: ProviderState::Held,
        reason: Some(Reason::new("SendingPausedException", "Sending paused for this account.", "ask AWS support")),
        rate: Some(14.0),
        ..provider("ses")
    };
    let api = Api::with(Setup { providers: vec![paused, provider("local")], ..Setup::default() }).await;
    let list = api.get("/v1/providers").await.expect(200);
    let ses = &list["providers"][0];
    assert_eq!((&ses["state"], &ses["rate"]), (&"held".into(), &14.0.into()));
    assert_eq!((&ses["reason"]["code"], &ses["reason"]["remedy"]), (&"SendingPausedException".into(), &"ask AWS support".into()));
    assert_eq!(list["providers"][1]["reason"], Value::Null);
}

#[tokio::test]
async fn the_figures_of_ses_are_null_without_ses() {
    let api = Api::new().await;
    let counts = api.get("/v1/events/counts/sent").await.expect(200);
    assert_eq!(counts, json!({"max_24_hour_send": null, "max_send_rate": null, "sent_last_24_hours": null, "remaining": null, "count": 0}));
    let ses = ProviderStatus {
        max_24_hour_send: Some(50_000.0),
        max_send_rate: Some(14.0),
        sent_last_24_hours: Some(1_200.0),
        ..provider("ses")
    };
    let api = Api::with(Setup { providers: vec![ses], ..Setup::default() }).await;
    let counts = api.get("/v1/events/counts/sent?hours=1").await.expect(200);
    assert_eq!((&counts["remaining"], &counts["max_send_rate"]), (&48_800.0.into(), &14.0.into()));
    assert_eq!(api.get("/v1/events/counts/sent?hours=0").await.problem(422), [("hours".into(), "out_of_range".into())]);
}
