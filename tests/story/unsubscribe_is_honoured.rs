//! Who unsubscribes gets no more bulk mail of that sender and family, also none that was accepted before; receipts and passwords go on.
//! Conformance section 8 (Network Act, article 50 paragraph 2), RFC 8058.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use jebi::service::accept::ListSettings;
use jebi_domain::{
    id::{DeliveryId, MessageId},
    link::Target,
};
use serde_json::{Value, json};

use crate::support::api::{Answer, Api, Setup};

pub(super) async fn api() -> Api {
    let list = ListSettings { public: Some("https://mail.example.kr".into()), marks_advertising: true, ..ListSettings::default() };
    let api = Api::with(Setup { list, secret: Some("a secret of thirty-two characters"), ..Setup::default() }).await;
    let company = json!({"name": "제비상점", "postal_address": "서울", "phone": "02-120", "email": "help@example.kr"});
    api.put("/v1/profiles/shop", &json!({"from": "news@example.kr", "company": company, "language": "ko"})).await.expect(201);
    api
}

/// The token of the link in this message's first copy, as the mail would have it.
pub(super) fn token(api: &Api, topic: &str, message: Option<&str>) -> String {
    let delivery = message.map(|id| DeliveryId { message: MessageId::parse(id).expect("an id"), ordinal: 0 });
    let target = Target { profile: "shop".into(), topic: topic.into(), address: "hong@naver.com".into(), advertising: false, delivery };
    let links = api.state.links.as_ref().expect("a secret").live();
    links.load().sign(&target, api.state.clock.wall()).expect("a key")
}

pub(super) async fn open(api: &Api, method: Method, path: &str, body: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header("accept-language", "en");
    let request = request.header("content-type", "application/x-www-form-urlencoded").header("origin", "https://mail.naver.com");
    api.send_from("203.0.113.9", request.body(Body::from(body.to_owned())).expect("a test's request")).await
}

pub(super) fn page(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).expect("UTF-8")
}

pub(super) const CLICK: &str = "List-Unsubscribe=One-Click";

/// Bulk mail of the shop to these, and its answer.
pub(super) async fn bulk(api: &Api, topic: &str, emails: &[&str]) -> Value {
    let message =
        json!({"profile": "shop", "lane": "bulk", "topic_id": topic, "emails": emails, "subject": "소식", "content": "<p>봄</p>"});
    let sent = api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202);
    sent["messages"][0].clone()
}

#[tokio::test]
async fn one_click_stops_the_family_and_the_answer_says_who_gets_nothing() {
    let api = api().await;
    let sent = bulk(&api, "news/2026-11", &["hong@naver.com", "kim@naver.com"]).await;
    let token = token(&api, "news/2026-11", sent["id"].as_str());
    assert_eq!(open(&api, Method::POST, &format!("/u/{token}"), CLICK).await.status, 200);
    let next = bulk(&api, "news/2026-12", &["hong@naver.com", "kim@naver.com"]).await;
    assert_eq!((&next["success"], &next["suppressed"][0]["email"]), (&2.into(), &"hong@naver.com".into()), "{next}");
    let found = api.get("/v1/deliveries?topic_id=news/2026-12&state=suppressed").await.expect(200);
    assert_eq!(found["deliveries"][0]["reason"]["code"], "unsubscribed");
    // Another family, another sender, and what is no bulk mail.
    assert_eq!(bulk(&api, "event", &["hong@naver.com"]).await["suppressed"], json!([]));
    for message in [
        json!({"lane": "bulk", "topic_id": "news/2026-12", "emails": ["hong@naver.com"], "subject": "s", "content": "c"}),
        json!({"profile": "shop", "topic_id": "news/2026-12", "emails": ["hong@naver.com"], "subject": "영수증", "content": "c"}),
    ] {
        let sent = api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202);
        assert_eq!(sent["messages"][0]["suppressed"], json!([]), "{message}");
    }
    // What would become of it is told before it is sent, with the reason.
    let message =
        json!({"profile": "shop", "lane": "bulk", "topic_id": "news", "emails": ["hong@naver.com"], "subject": "s", "content": "c"});
    let tried = api.post("/v1/messages?dry_run=true", &json!({"messages": [message]})).await.expect(200);
    assert_eq!(tried["messages"][0]["suppressed"][0]["cause"], "unsubscribed");
}

#[tokio::test]
async fn the_topic_counts_who_unsubscribed_and_the_timeline_says_how() {
    let api = api().await;
    let sent = bulk(&api, "news", &["hong@naver.com"]).await;
    let token = token(&api, "news", sent["id"].as_str());
    for _ in 0..3 {
        assert_eq!(open(&api, Method::POST, &format!("/u/{token}"), CLICK).await.status, 200);
    }
    assert_eq!(api.get("/v1/topics/news").await.expect(200)["unsubscribed"], 1);
    let delivery = sent["deliveries"][0]["id"].as_str().expect("an id");
    let shown = api.get(&format!("/v1/deliveries/{delivery}")).await.expect(200);
    let told: Vec<&Value> =
        shown["timeline"].as_array().expect("a timeline").iter().filter(|line| line["event"] == "unsubscribed").collect();
    assert_eq!((told.len(), &told[0]["detail"]), (1, &"one_click: news".into()));
}

#[tokio::test]
async fn the_second_button_stops_everything_of_that_sender() {
    let api = api().await;
    let token = token(&api, "news/1", None);
    let shown = page(&open(&api, Method::GET, &format!("/u/{token}?lang=en"), "").await);
    assert!(shown.contains("Unsubscribe from all mail of 제비상점") && shown.contains(&format!("{token}/preferences")), "{shown}");
    assert!(page(&open(&api, Method::POST, &format!("/u/{token}"), "by=all").await).contains("처리되었습니다"));
    let next = bulk(&api, "event", &["hong@naver.com"]).await;
    assert_eq!(next["suppressed"][0]["email"], "hong@naver.com");
}

#[tokio::test]
async fn the_page_is_in_the_language_they_are_written_to_in() {
    let api = api().await;
    let token = token(&api, "news", None);
    // The profile's, whatever the browser asks for.
    assert!(page(&open(&api, Method::GET, &format!("/u/{token}"), "").await).contains("<html lang=\"ko\">"));
    let consent =
        json!({"consents": [{"email": "hong@naver.com", "profile": "shop", "how": "form", "language": "en-US", "notice": false}]});
    api.post("/v1/consents", &consent).await.expect(201);
    assert!(page(&open(&api, Method::GET, &format!("/u/{token}"), "").await).contains("<html lang=\"en\">"));
    assert!(page(&open(&api, Method::GET, &format!("/u/{token}?lang=ko"), "").await).contains("<html lang=\"ko\">"));
    // Nothing is known of who follows a link that is none.
    let unknown = open(&api, Method::GET, "/u/AbC", "").await;
    assert!(unknown.status == 404 && page(&unknown).contains("This link is not valid"));
}

#[tokio::test]
async fn links_that_are_none_have_one_answer() {
    let api = api().await;
    let good = token(&api, "news", Some("06bq0000000000000000000000"));
    let elsewhere = Api::with(Setup { secret: Some("another secret of thirty-two characters"), ..Setup::default() }).await;
    let foreign = token(&elsewhere, "news", None);
    let (long, cut) = ("A".repeat(4_000), &good[..good.len() - 4]);
    let mut tampered = good.clone().into_bytes();
    tampered[30] = if tampered[30] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).expect("ASCII");
    for bad in [foreign.as_str(), &long, cut, &tampered, "%ff", "..%2f", "한글"] {
        let bad = if bad.is_ascii() { bad.to_owned() } else { "%ED%95%9C".to_owned() };
        for path in [format!("/u/{bad}"), format!("/u/{bad}/preferences")] {
            for (method, body) in [(Method::GET, ""), (Method::POST, CLICK)] {
                let answer = open(&api, method, &path, body).await;
                assert_eq!(answer.status, 404, "{path}");
                assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8", "{path}");
                assert!(answer.headers.get("location").is_none() && answer.headers.get("set-cookie").is_none());
            }
        }
    }
    assert_eq!(api.get("/v1/unsubscribes").await.expect(200)["unsubscribes"], json!([]));
}

#[tokio::test]
async fn what_is_sent_again_by_hand_is_refused_too() {
    let api = api().await;
    api.clock.advance(Duration::from_secs(1));
    let token = token(&api, "news", None);
    open(&api, Method::POST, &format!("/u/{token}"), CLICK).await;
    let sent = bulk(&api, "news", &["hong@naver.com"]).await;
    let delivery = sent["deliveries"][0]["id"].as_str().expect("an id");
    let again = api.post(&format!("/v1/deliveries/{delivery}/retry"), &json!({})).await;
    assert_eq!(again.problem(409)[0].1, "address_suppressed", "its result says it was suppressed");
}
