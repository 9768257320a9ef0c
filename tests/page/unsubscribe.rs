//! The pages behind the link in mail, in Korean and in English, with a mouse and by keyboard alone.

use std::sync::Arc;

use jebi::{
    service::links::LinkKeys,
    system::{SystemClock, SystemRandom},
};
use jebi_domain::{
    link::Target,
    port::{Clock, Store},
};
use serde_json::{Value, json};

use super::{KEY, Site};
use crate::support::http::call;

const SECRET: &str = "0123456789abcdef0123456789abcdef-links";

/// A server with a sender and a mail of it, and the token of its link.
async fn site(language: &str) -> (Site, String) {
    let site = Site::start(&[("JEBI_SECRET", SECRET)]).await;
    let profile = json!({"from": "news@example.kr", "company": {"name": "제비상점"}, "language": language});
    ask(&site, "PUT", "/v1/profiles/shop", &profile).await;
    let message =
        json!({"profile": "shop", "lane": "bulk", "topic_id": "event/3", "emails": ["hong@naver.com"], "subject": "행사", "content": "c"});
    ask(&site, "POST", "/v1/messages", &json!({"messages": [message]})).await;
    let consent = json!({"email": "hong@naver.com", "profile": "shop", "how": "form", "notice": false});
    ask(&site, "POST", "/v1/consents", &json!({"consents": [consent]})).await;
    let links = LinkKeys::new(Arc::clone(&site.app.store) as Arc<dyn Store>, Arc::new(SystemClock), Arc::new(SystemRandom), SECRET.into());
    links.start().await.expect("the same secret");
    let target = Target {
        profile: "shop".into(),
        topic: "news/2026-11".into(),
        address: "hong@naver.com".into(),
        advertising: false,
        delivery: None,
    };
    let token = links.live().load().sign(&target, SystemClock.wall()).expect("a key");
    (site, token)
}

async fn ask(site: &Site, method: &'static str, path: &'static str, body: &Value) -> Value {
    let (to, body) = (site.address(), body.to_string());
    let asked = tokio::task::spawn_blocking(move || call(to, method, path, &[("x-api-key", KEY)], body.as_bytes())).await;
    let answer = asked.expect("it ran").expect("an answer");
    assert!(answer.status < 300, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// Families that are refused, newest first.
async fn refused(site: &Site) -> Vec<Value> {
    let all = ask(site, "GET", "/v1/unsubscribes", &json!({})).await;
    let stands = all["unsubscribes"].as_array().expect("a list").iter().filter(|one| one["lifted_at"].is_null());
    stands.map(|one| one["family"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_korean_somebody_unsubscribes_and_comes_back() {
    let (site, token) = site("ko").await;
    site.browse_by("unsubscribe.py", "korean", json!({ "token": token })).await;
    assert_eq!(refused(&site).await, ["event"]);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_english_by_keyboard_alone_and_without_scripts() {
    let (site, token) = site("en").await;
    site.browse_by("unsubscribe.py", "english", json!({ "token": token })).await;
    assert_eq!(refused(&site).await, [Value::Null], "everything of that sender");
    let consents = ask(&site, "GET", "/v1/consents", &json!({})).await;
    assert_eq!(consents["consents"][0]["holds"], false);
    site.stop().await;
}
