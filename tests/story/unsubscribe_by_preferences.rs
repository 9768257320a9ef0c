//! The page of preferences: what somebody gets or has refused, changed by its boxes, without a script, a cookie or a login.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use super::unsubscribe_is_honoured::{CLICK, api, bulk, open, page, token};

#[tokio::test]
async fn it_lists_what_somebody_gets_and_has_refused_and_looking_changes_nothing() {
    let api = api().await;
    bulk(&api, "news/2026-11", &["hong@naver.com"]).await;
    bulk(&api, "event", &["hong@naver.com"]).await;
    bulk(&api, "others", &["kim@naver.com"]).await;
    let token = token(&api, "event", None);
    open(&api, Method::POST, &format!("/u/{token}"), CLICK).await;
    let shown = page(&open(&api, Method::GET, &format!("/u/{token}/preferences?lang=en"), "").await);
    assert!(shown.contains("value=\"shop/news\" checked>") && shown.contains("value=\"shop/\" checked>"), "{shown}");
    assert!(shown.contains("name=\"want\" value=\"shop/event\">"), "{shown}");
    assert!(!shown.contains("others") && !shown.contains("hong@naver.com"), "{shown}");
    assert!(!shown.contains("<script") && shown.contains("<legend>제비상점</legend>"), "{shown}");
    let all = api.get("/v1/unsubscribes").await.expect(200);
    assert_eq!(all["unsubscribes"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn boxes_refuse_and_take_back() {
    let api = api().await;
    bulk(&api, "news/1", &["hong@naver.com"]).await;
    let token = token(&api, "event", None);
    open(&api, Method::POST, &format!("/u/{token}"), CLICK).await;
    let path = format!("/u/{token}/preferences?lang=ko");
    let shown = "shown=shop%2F&shown=shop%2Fnews&shown=shop%2Fevent&shown=other%2Fx";
    let saved = open(&api, Method::POST, &path, &format!("{shown}&want=shop%2F&want=shop%2Fevent")).await;
    assert!(saved.status == 200 && page(&saved).contains("role=\"status\">설정이 저장되었습니다."));
    let all = api.get("/v1/unsubscribes?email=HONG@naver.com").await.expect(200);
    let stands: Vec<_> = all["unsubscribes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["family"], &one["how"], one["lifted_at"].is_null()))
        .collect();
    assert_eq!(
        stands,
        [(&json!("news"), &json!("preferences"), true), (&json!("event"), &json!("one_click"), false)],
        "nothing of what was not offered"
    );
    assert_eq!(bulk(&api, "news/2", &["hong@naver.com"]).await["suppressed"][0]["email"], "hong@naver.com");
    assert_eq!(bulk(&api, "event/2", &["hong@naver.com"]).await["suppressed"], json!([]));
    // The same again changes nothing.
    let before = all.to_string();
    open(&api, Method::POST, &path, &format!("{shown}&want=shop%2F&want=shop%2Fevent")).await;
    assert_eq!(api.get("/v1/unsubscribes?email=hong@naver.com").await.expect(200).to_string(), before);
    // Nothing at all of the sender.
    open(&api, Method::POST, &path, "shown=shop%2F").await;
    assert_eq!(bulk(&api, "event/3", &["hong@naver.com"]).await["suppressed"][0]["email"], "hong@naver.com");
}

#[tokio::test]
async fn a_consent_given_there_stands_in_the_ledger_with_the_words_that_were_read() {
    let api = api().await;
    let consent = json!({"consents": [{"email": "hong@naver.com", "profile": "shop", "how": "form", "notice": false}]});
    let made = api.post("/v1/consents", &consent).await.expect(201)["consents"][0]["id"].clone();
    api.clock.advance(Duration::from_secs(60));
    let token = token(&api, "news", None);
    open(&api, Method::POST, &format!("/u/{token}"), "by=all").await;
    assert_eq!(api.state.consents.tell().await, Ok((1, false)), "of the refusal");
    api.clock.advance(Duration::from_secs(60));
    let path = format!("/u/{token}/preferences");
    let shown = page(&open(&api, Method::GET, &path, "").await);
    assert!(shown.contains("name=\"consent\" value=\"shop/\">제비상점의 광고성 정보 수신에 동의합니다."), "{shown}");
    let form = "shown=shop%2F&want=shop%2F&consent_shown=shop%2F&consent=shop%2F";
    let saved = page(&open(&api, Method::POST, &path, form).await);
    assert!(saved.contains("name=\"consent\" value=\"shop/\" checked>"), "{saved}");
    let ledger = api.get(&format!("/v1/consents/{made}")).await.expect(200);
    let last = ledger["events"].as_array().and_then(|all| all.last()).expect("an event").clone();
    assert_eq!(
        (&ledger["holds"], &last["kind"], &last["how"], &last["actor"]),
        (&true.into(), &"given".into(), &"preferences".into(), &"recipient".into())
    );
    assert_eq!(last["wording"], "제비상점의 광고성 정보 수신에 동의합니다.");
    assert_eq!(api.state.consents.tell().await, Ok((1, false)), "its result is told too (article 50 paragraph 7)");
    let advertising = json!({"messages": [{
        "category": "advertising", "profile": "shop", "topic_id": "봄", "emails": ["hong@naver.com"], "subject": "할인", "content": "<p>봄</p>",
    }]});
    assert_eq!(api.post("/v1/messages", &advertising).await.expect(202)["messages"][0]["suppressed"], json!([]));
    // And taken back.
    api.clock.advance(Duration::from_secs(60));
    open(&api, Method::POST, &path, "consent_shown=shop%2F").await;
    assert_eq!(api.get(&format!("/v1/consents/{made}")).await.expect(200)["holds"], false);
    assert_eq!(api.post("/v1/messages", &advertising).await.problem(422)[0].1, "advertising_refused");
}

#[tokio::test]
async fn a_link_shows_and_changes_its_own_sender_alone() {
    let api = api().await;
    api.put("/v1/profiles/other", &json!({"from": "hi@other.example", "language": "ko"})).await.expect(201);
    let message =
        json!({"profile": "other", "lane": "bulk", "topic_id": "deals", "emails": ["hong@naver.com"], "subject": "s", "content": "c"});
    api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202);
    let consent = json!({"consents": [{"email": "hong@naver.com", "profile": "other", "how": "form", "notice": false}]});
    let ledger = api.post("/v1/consents", &consent).await.expect(201)["consents"][0]["id"].clone();
    api.post("/v1/unsubscribes", &json!({"email": "hong@naver.com", "profile": "other", "topic": "old"})).await.expect(201);
    api.clock.advance(Duration::from_secs(60));
    let path = format!("/u/{}/preferences", token(&api, "news", None));
    let shown = page(&open(&api, Method::GET, &path, "").await);
    assert!(shown.contains("shop/") && !shown.contains("other") && !shown.contains("deals"), "{shown}");
    let before = (api.get("/v1/unsubscribes").await.expect(200), api.get(&format!("/v1/consents/{ledger}")).await.expect(200));
    let form = "shown=other%2F&shown=other%2Fdeals&shown=other%2Fold&want=other%2Fold&consent_shown=other%2F";
    assert_eq!(open(&api, Method::POST, &path, form).await.status, 200);
    let after = (api.get("/v1/unsubscribes").await.expect(200), api.get(&format!("/v1/consents/{ledger}")).await.expect(200));
    assert_eq!(before, after);
    // Nor is a consent given for another sender.
    api.post("/v1/consents", &json!({"consents": [{"email": "hong@naver.com", "profile": "other", "event": "withdrawn", "how": "전화"}]}))
        .await;
    let ended = api.get(&format!("/v1/consents/{ledger}")).await.expect(200);
    open(&api, Method::POST, &path, "consent_shown=other%2F&consent=other%2F").await;
    assert_eq!(api.get(&format!("/v1/consents/{ledger}")).await.expect(200), ended);
}
