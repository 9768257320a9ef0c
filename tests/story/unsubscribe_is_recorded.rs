//! Callers with a page of their own tell who unsubscribed there, see who refuses what, and take it back for who asked.

use axum::http::Method;
use serde_json::json;

use super::unsubscribe_is_honoured::{CLICK, api, bulk, open, token};

#[tokio::test]
async fn what_a_caller_records_is_honoured_until_it_is_taken_back() {
    let api = api().await;
    let asked = json!({"email": "Hong@Naver.com", "profile": "shop", "topic": "news/2026-11"});
    let made = api.post("/v1/unsubscribes", &asked).await.expect(201);
    assert_eq!(
        (&made["family"], &made["how"], &made["email"], &made["lifted_at"]),
        (&"news".into(), &"caller".into(), &"Hong@naver.com".into(), &json!(null))
    );
    assert_eq!(api.post("/v1/unsubscribes", &asked).await.expect(200)["id"], made["id"], "the first one counts");
    assert_eq!(bulk(&api, "news/9", &["hong@naver.com"]).await["suppressed"][0]["email"], "hong@naver.com");
    let path = format!("/v1/unsubscribes/{}", made["id"]);
    assert_eq!(api.delete(&path).await.problem(422), [("reason".to_owned(), "missing_reason".to_owned())]);
    let lifted = api.delete(&format!("{path}?reason=asked%20by%20telephone")).await.expect(200);
    assert_eq!(lifted["lifted_because"], "asked by telephone");
    assert_eq!(bulk(&api, "news/10", &["hong@naver.com"]).await["suppressed"], json!([]));
    let audit = api.get("/v1/audit").await.expect(200);
    assert_eq!(
        (&audit["acts"][0]["act"], &audit["acts"][0]["detail"]),
        (&"unsubscribe.lift".into(), &"asked by telephone".into()),
        "{audit}"
    );
    assert_eq!(api.delete("/v1/unsubscribes/999?reason=x").await.status, 404);
}

#[tokio::test]
async fn everything_of_a_sender_and_mail_without_a_sender_are_recorded_too() {
    let api = api().await;
    let all = api.post("/v1/unsubscribes", &json!({"email": "hong@naver.com", "profile": "shop"})).await.expect(201);
    let nobody = api.post("/v1/unsubscribes", &json!({"email": "kim@naver.com"})).await.expect(201);
    assert_eq!((&all["family"], &nobody["profile"]), (&json!(null), &"".into()));
    assert_eq!(bulk(&api, "event", &["hong@naver.com"]).await["suppressed"][0]["email"], "hong@naver.com");
    let sent = json!({"messages": [{"lane": "bulk", "topic_id": "event", "emails": ["kim@naver.com"], "subject": "s", "content": "c"}]});
    assert_eq!(api.post("/v1/messages", &sent).await.expect(202)["messages"][0]["suppressed"][0]["email"], "kim@naver.com");
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let api = api().await;
    for (body, field, code) in [
        (json!({"email": "nobody"}), "email", "invalid_address"),
        (json!({"email": "a@b.kr", "profile": "No Name"}), "profile", "unknown_profile"),
        (json!({"email": "a@b.kr", "topic": "a\nb"}), "topic", "invalid_topic"),
    ] {
        let faults = api.post("/v1/unsubscribes", &body).await.problem(422);
        assert_eq!(faults[0].0, field, "{faults:?}");
        assert!(faults[0].1 == code || field == "email", "{faults:?}");
    }
}

#[tokio::test]
async fn the_list_has_links_and_callers_newest_first_by_pages() {
    let api = api().await;
    let token = token(&api, "news", None);
    open(&api, Method::POST, &format!("/u/{token}"), CLICK).await;
    for topic in ["a", "b"] {
        api.post("/v1/unsubscribes", &json!({"email": "hong@naver.com", "profile": "shop", "topic": topic})).await.expect(201);
    }
    let first = api.get("/v1/unsubscribes?limit=2").await.expect(200);
    let families = |page: &serde_json::Value| {
        page["unsubscribes"].as_array().expect("a list").iter().map(|one| one["family"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(families(&first), ["b", "a"]);
    let cursor = first["next_cursor"].as_str().expect("more");
    let second = api.get(&format!("/v1/unsubscribes?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((families(&second), &second["next_cursor"]), (vec![json!("news")], &json!(null)));
}
