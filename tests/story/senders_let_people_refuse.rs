//! `/u/{token}`: the page behind the unsubscribe link, and one click (RFC 8058).

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Method, Request},
};
use jebi::service::{
    accept::ListSettings,
    access::{Access, AccessSettings},
    links::LinkKeys,
};
use jebi_domain::{fake::SeededRandom, link::Target, network::Network, time::Wall};
use serde_json::json;

use crate::support::api::{Answer, Api, Setup};

async fn api() -> Api {
    let list = ListSettings { public: Some("https://mail.example.kr".into()), marks_advertising: true, ..ListSettings::default() };
    let api = Api::with(Setup { list, secret: Some("a secret of thirty-two characters"), ..Setup::default() }).await;
    api.put("/v1/profiles/shop", &json!({"from": "news@example.kr", "company": {"name": "<제비상점>"}})).await.expect(201);
    api
}

fn target(topic: &str) -> Target {
    Target { profile: "shop".into(), topic: topic.into(), address: "hong@naver.com".into(), advertising: false, delivery: None }
}

fn token(api: &Api, topic: &str) -> String {
    let links = api.state.links.as_ref().expect("a secret").live();
    links.load().sign(&target(topic), Wall(0)).expect("a key")
}

async fn open(api: &Api, method: Method, token: &str, kind: &str, body: &str) -> Answer {
    let request = Request::builder().method(method).uri(format!("/u/{token}")).header("accept-language", "ko");
    let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
    // As it comes: no key, no cookie, another origin.
    let request = request.header("origin", "https://mail.naver.com").body(Body::from(body.to_owned())).expect("a test's request");
    api.send_from("203.0.113.9", request).await
}

fn page(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).expect("UTF-8")
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn looking_changes_nothing_and_one_click_refuses() {
    let api = api().await;
    let token = token(&api, "봄 소식");
    let shown = open(&api, Method::GET, &token, "", "").await;
    assert_eq!((shown.status.as_u16(), &shown.headers["content-type"]), (200, &"text/html; charset=utf-8".parse().expect("a value")));
    let words = page(&shown);
    assert!(words.contains("수신 거부") && words.contains("&lt;제비상점&gt;") && words.contains("@naver.com") && words.contains("<button"));
    assert!(!words.contains("hong@naver.com"), "masked: whoever a mail was forwarded to sees it too");
    assert_eq!(api.store.refused_at(&target("봄 소식")).await, Ok(None));
    let done = open(&api, Method::POST, &token, FORM, "List-Unsubscribe=One-Click").await;
    assert_eq!(done.status, 200, "no redirect: {:?}", done.headers);
    assert!(!page(&done).contains("<button"));
    let at = api.store.refused_at(&target("봄 소식")).await.expect("the store answers").expect("refused");
    api.clock.advance(std::time::Duration::from_secs(9));
    let again = open(&api, Method::POST, &token, FORM, "List-Unsubscribe=One-Click").await;
    assert_eq!((again.status.as_u16(), api.store.refused_at(&target("봄 소식")).await), (200, Ok(Some(at))), "the first one counts");
    assert!(page(&open(&api, Method::GET, &token, "", "").await).contains("처리되었습니다"));
    assert_eq!(api.store.refused_at(&target("다른 소식")).await, Ok(None), "of this topic only");
}

#[tokio::test]
async fn both_kinds_of_forms_are_taken_and_the_button_too() {
    let api = api().await;
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    for (topic, kind, body) in [("a", "multipart/form-data; boundary=x", multipart), ("b", FORM, "by=page"), ("c", "", "")] {
        let done = open(&api, Method::POST, &token(&api, topic), kind, body).await;
        assert_eq!(done.status, 200, "{topic}");
        assert!(api.store.refused_at(&target(topic)).await.expect("the store answers").is_some(), "{topic}");
    }
}

#[tokio::test]
async fn nobody_refuses_for_another_by_guessing() {
    let api = api().await;
    let good = token(&api, "news");
    let mut changed = good.clone().into_bytes();
    changed[20] = if changed[20] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII");
    for bad in [changed.as_str(), &good[..good.len() - 1], "x", "%20", &"A".repeat(2_000)] {
        for (method, body) in [(Method::GET, ""), (Method::POST, "List-Unsubscribe=One-Click")] {
            let answer = open(&api, method, bad, FORM, body).await;
            assert_eq!(answer.status, 404, "{bad}");
            assert!(page(&answer).contains("올바른 링크가 아닙니다"));
        }
    }
    assert_eq!(api.store.refused_at(&target("news")).await, Ok(None));
}

#[tokio::test]
async fn links_go_on_working_after_the_key_changes() {
    let api = api().await;
    let old = token(&api, "old");
    let made = api.post("/v1/link-keys", &json!({})).await.expect(201);
    assert_eq!((&made["id"], &made["usable"]), (&2.into(), &true.into()));
    let keys = api.get("/v1/link-keys").await.expect(200);
    assert_eq!(keys["link_keys"].as_array().map(Vec::len), Some(2));
    assert!(!keys.to_string().contains("secret"));
    assert_eq!(open(&api, Method::GET, &old, "", "").await.status, 200);
    let links = api.state.links.as_ref().expect("a secret").live();
    let now = api.state.clock.wall();
    let later = Wall(now.0 + 60_000);
    let (before, after) = (links.load().sign(&target("old"), now), links.load().sign(&target("old"), later));
    assert_eq!(before.as_deref(), Some(old.as_str()), "for a minute, until every node knows the new one");
    assert_eq!(open(&api, Method::GET, &after.expect("signed"), "", "").await.status, 200);
}

#[tokio::test]
async fn links_of_a_retired_key_are_refused() {
    let api = api().await;
    let old = token(&api, "old");
    // The operator gives the server another secret, and makes a key with it.
    let secret = "another secret of thirty-two characters";
    let random = Arc::new(SeededRandom::new(9));
    let keys = LinkKeys::new(Arc::clone(&api.store), Arc::clone(&api.state.clock), random, secret.as_bytes().to_vec());
    let refused = keys.start().await.expect_err("the newest key is of another secret");
    assert_eq!(refused.faults[0].code, "other_secret");
    assert_eq!(keys.rotate().await.map(|key| (key.no, key.usable)), Ok((2, true)));
    let retired = api.beside_as(Setup { secret: Some(secret), ..Setup::default() }).await;
    assert_eq!(open(&retired, Method::GET, &old, "", "").await.status, 404);
    assert_eq!(open(&retired, Method::POST, &old, FORM, "List-Unsubscribe=One-Click").await.status, 404);
    assert_eq!(retired.store.refused_at(&target("old")).await, Ok(None));
    assert_eq!(open(&retired, Method::GET, &token(&retired, "new"), "", "").await.status, 200);
    let keys = retired.get("/v1/link-keys").await.expect(200);
    let usable: Vec<_> = keys["link_keys"].as_array().expect("keys").iter().map(|key| key["usable"].clone()).collect();
    assert_eq!(usable, [false, true]);
}

#[tokio::test]
async fn who_refuses_advertising_is_told_the_result_and_gets_no_more_without_a_consent_in_the_ledger() {
    let api = api().await;
    let company = json!({"name": "제비상점", "postal_address": "서울", "phone": "02-120", "email": "help@example.kr"});
    api.put("/v1/profiles/shop", &json!({"from": "news@example.kr", "company": company})).await.expect(200);
    let advertising = json!({"messages": [{
        "category": "advertising", "profile": "shop", "topic_id": "봄", "emails": ["hong@naver.com"], "subject": "할인", "content": "<p>봄</p>",
    }]});
    api.post("/v1/messages", &advertising).await.expect(202);
    let links = api.state.links.as_ref().expect("a secret").live();
    let refused = Target { advertising: true, ..target("봄") };
    let token = links.load().sign(&refused, api.state.clock.wall()).expect("a key");
    open(&api, Method::POST, &token, FORM, "List-Unsubscribe=One-Click").await;
    let stands = api.get("/v1/consents?email=hong@naver.com").await.expect(200);
    assert_eq!((&stands["consents"][0]["holds"], &stands["consents"][0]["given_at"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(api.state.consents.tell().await, Ok((1, false)));
    assert_eq!(api.state.consents.tell().await, Ok((0, false)), "once");
    let told = api.get("/v1/messages").await.expect(200);
    assert_eq!(told["messages"][0]["subject"], "[제비상점] 수신 거부 처리 결과 안내");
    // No advertising of this sender any more, of whatever topic; of others, and other mail, as before.
    let mut other = advertising.clone();
    other["messages"][0]["topic_id"] = "가을".into();
    let fault = [("messages[0].emails[0]".to_owned(), "advertising_refused".to_owned())];
    assert_eq!(api.post("/v1/messages", &other).await.problem(422), fault);
    api.put("/v1/profiles/second", &json!({"from": "news@example.kr", "company": company})).await.expect(201);
    other["messages"][0]["profile"] = "second".into();
    api.post("/v1/messages", &other).await.expect(202);
    let receipt = json!({"messages": [{"profile": "shop", "emails": ["hong@naver.com"], "subject": "영수증", "content": "c"}]});
    api.post("/v1/messages", &receipt).await.expect(202);
    // Until they consent again.
    api.clock.advance(std::time::Duration::from_secs(60));
    let consent = json!({"consents": [{"email": "hong@naver.com", "profile": "shop", "how": "가입 양식", "notice": false}]});
    api.post("/v1/consents", &consent).await.expect(201);
    api.post("/v1/messages", &advertising).await.expect(202);
    // And they refuse again by the link of the mail they get then, which is the same.
    assert!(page(&open(&api, Method::GET, &token, "", "").await).contains("<button"));
    api.clock.advance(std::time::Duration::from_secs(60));
    let done = open(&api, Method::POST, &token, FORM, "List-Unsubscribe=One-Click").await;
    assert!(done.status == 200 && !page(&done).contains("<button"));
    assert_eq!(api.store.refused_at(&refused).await, Ok(Some(api.state.clock.wall())));
    let held = api.get("/v1/consents?email=hong@naver.com").await.expect(200);
    assert_eq!(held["consents"][0]["holds"], false);
    assert_eq!(api.state.consents.tell().await, Ok((1, false)), "of this refusal too");
    assert_eq!(api.post("/v1/messages", &advertising).await.problem(422), fault);
}

#[tokio::test]
async fn who_refused_other_mail_of_a_topic_refuses_its_advertising_too() {
    let api = api().await;
    let company = json!({"name": "제비상점", "postal_address": "서울", "phone": "02-120", "email": "help@example.kr"});
    api.put("/v1/profiles/shop", &json!({"from": "news@example.kr", "company": company})).await.expect(200);
    let advertising = json!({"messages": [{
        "category": "advertising", "profile": "shop", "emails": ["hong@naver.com"], "subject": "할인", "content": "<p>봄</p>",
    }]});
    // Mail without a topic shares one.
    open(&api, Method::POST, &token(&api, ""), FORM, "List-Unsubscribe=One-Click").await;
    api.post("/v1/messages", &advertising).await.expect(202);
    let links = api.state.links.as_ref().expect("a secret").live();
    let token = links.load().sign(&Target { advertising: true, ..target("") }, api.state.clock.wall()).expect("a key");
    assert!(page(&open(&api, Method::GET, &token, "", "").await).contains("<button"), "advertising was not refused");
    assert!(!page(&open(&api, Method::POST, &token, FORM, "by=page").await).contains("<button"));
    assert_eq!(api.post("/v1/messages", &advertising).await.problem(422)[0].1, "advertising_refused");
    assert_eq!(api.state.consents.tell().await, Ok((1, false)));
}

#[tokio::test]
async fn nobody_is_told_where_korean_law_is_switched_off() {
    let list = ListSettings { public: Some("https://mail.example.kr".into()), ..ListSettings::default() };
    let api = Api::with(Setup { list, secret: Some("a secret of thirty-two characters"), notices: false, ..Setup::default() }).await;
    api.put("/v1/profiles/shop", &json!({"from": "news@example.kr"})).await.expect(201);
    let consent = json!({"consents": [{"email": "hong@naver.com", "profile": "shop", "how": "form", "notice": true}]});
    api.post("/v1/consents", &consent).await.expect(201);
    api.clock.advance(std::time::Duration::from_secs(60));
    open(&api, Method::POST, &token(&api, "news"), FORM, "List-Unsubscribe=One-Click").await;
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));
    let advertising = json!({"messages": [{"category": "advertising", "profile": "shop", "emails": ["hong@naver.com"], "subject": "sale", "content": "c"}]});
    api.post("/v1/messages", &advertising).await.expect(202);
}

#[tokio::test]
async fn the_page_is_open_to_every_network() {
    let access = AccessSettings { allowed_networks: Network::parse("10.0.0.0/8").into_iter().collect(), ..AccessSettings::default() };
    let _alike = Access::new(access.clone());
    let list = ListSettings { public: Some("https://mail.example.kr".into()), ..ListSettings::default() };
    let api = Api::with(Setup { list, access, secret: Some("a secret of thirty-two characters"), ..Setup::default() }).await;
    assert_eq!(open(&api, Method::GET, &token(&api, "news"), "", "").await.status, 200);
}

#[tokio::test]
async fn a_refusal_ends_what_was_consented_to_with_that_sender() {
    let api = api().await;
    let consents = json!({"consents": [{"email": "hong@naver.com", "profile": "shop", "how": "가입 양식", "notice": false}]});
    let made = api.post("/v1/consents", &consents).await.expect(201);
    api.clock.advance(std::time::Duration::from_secs(60));
    open(&api, Method::POST, &token(&api, "봄 소식"), FORM, "List-Unsubscribe=One-Click").await;
    let consent = api.get(&format!("/v1/consents/{}", made["consents"][0]["id"])).await.expect(200);
    assert_eq!((&consent["holds"], &consent["confirm_at"]), (&false.into(), &serde_json::Value::Null));
    let last = &consent["events"][1];
    assert_eq!(
        (&last["kind"], &last["how"], &last["source"], &last["notice"]),
        (&"refused".into(), &"one_click".into(), &"봄 소식".into(), &"due".into())
    );
}
