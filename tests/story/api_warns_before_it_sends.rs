//! Preflight: a request is tried out without storing anything, and what is probably not meant is said beside every answer.

use jebi_domain::{port::store::MessageFilter, suppression::SuppressionCause};
use serde_json::{Value, json};

use crate::support::api::{Api, list, text};

fn newsletter() -> Value {
    json!({"messages": [{
        "emails": ["hong@example.kr", "gone@example.kr", "나쁨", "hong@example.kr"],
        "subject": "제비 소식",
        "html": "<a href='/offers'>보기</a><a href='https://bit.ly/x'>더 보기</a><img src='https://example.kr/a.png'>",
        "topic_id": "news",
    }]})
}

fn codes(message: &Value) -> Vec<&str> {
    message["warnings"].as_array().map_or_else(Vec::new, |all| all.iter().map(|one| text(&one["code"])).collect())
}

async fn stored(api: &Api) -> usize {
    let filter = MessageFilter { topic: None, since: None, until: None };
    api.store.messages(filter, None, 10).await.expect("a list").messages.len()
}

#[tokio::test]
async fn a_request_is_tried_out_and_nothing_is_stored() {
    let api = Api::new().await;
    let now = api.state.clock.wall();
    api.store.suppress(vec![("gone@example.kr".to_owned(), SuppressionCause::Bounce)], now).await.expect("suppressed");
    let answer = api.post("/v1/messages?dry_run=true", &newsletter()).await.expect(200);
    assert_eq!(
        (&answer["dry_run"], &answer["total"], &answer["success"], &answer["errors"]),
        (&true.into(), &4.into(), &2.into(), &1.into())
    );
    let message = &answer["messages"][0];
    assert_eq!((&message["id"], message.get("deliveries")), (&Value::Null, None));
    assert_eq!(text(&list(&message["rejected"])[0]["field"]), "messages[0].emails[2]");
    let suppressed = json!([{"index": 1, "field": "messages[0].emails[1]", "email": "gone@example.kr", "cause": "bounce"}]);
    assert_eq!(message["suppressed"], suppressed);
    assert!(message.as_object().expect("an object").contains_key("finish_estimate"), "{message}");
    assert_eq!(stored(&api).await, 0);

    // The same key is free afterwards, for any body.
    let taken = api.post("/v1/messages", &newsletter()).await.expect(202);
    assert_eq!((&taken["success"], taken.get("dry_run")), (&2.into(), None));
    assert_eq!(taken["messages"][0]["suppressed"][0].get("cause"), None);
    assert_eq!(stored(&api).await, 1);
    assert_eq!(codes(&taken["messages"][0]), codes(message), "the warnings are the same either way");
}

#[tokio::test]
async fn what_is_probably_not_meant_is_said_with_its_field_and_a_remedy() {
    let api = Api::new().await;
    let answer = api.post("/v1/messages?dry_run=true", &newsletter()).await.expect(200);
    let message = &answer["messages"][0];
    for code in ["link_relative", "link_shortened", "image_without_alt", "text_made_from_html"] {
        assert!(codes(message).contains(&code), "{code}: {message}");
    }
    for warning in list(&message["warnings"]) {
        assert!(text(&warning["field"]).starts_with("messages[0]"), "{warning}");
        assert!(!text(&warning["warning"]).is_empty() && !text(&warning["remedy"]).is_empty(), "{warning}");
    }
    let good = json!({"messages": [{"emails": ["hong@example.kr"], "subject": "주문", "content": "안녕하세요", "text": "안녕하세요"}]});
    let answer = api.post("/v1/messages", &good).await.expect(202);
    assert_eq!(codes(&answer["messages"][0]), [""; 0], "{answer}");
}

#[tokio::test]
async fn what_would_be_refused_is_refused_when_tried_out() {
    let api = Api::new().await;
    let bad = json!({"messages": [{"emails": ["hong@example.kr"], "content": "안녕하세요"}]});
    assert_eq!(api.post("/v1/messages?dry_run=true", &bad).await.problem(422), api.post("/v1/messages", &bad).await.problem(422));
    assert_eq!(api.post("/v1/messages?dry_run=maybe", &newsletter()).await.problem(422).len(), 1);
}

#[tokio::test]
async fn values_that_print_nothing_are_named() {
    let api = Api::new().await;
    let message = |own: Value| {
        json!({"messages": [{
            "recipients": [{"email": "hong@example.kr", "variables": own}],
            "subject": "안내", "content": "{{ coupon }} {{ event }}", "text": "{{ coupon }}", "missing": "empty", "variables": {"event": "첫 모임"},
        }]})
    };
    let answer = api.post("/v1/messages", &message(json!({}))).await.expect(202);
    let warnings = list(&answer["messages"][0]["warnings"]);
    assert_eq!(text(&warnings[0]["code"]), "variables_missing");
    assert_eq!(text(&warnings[0]["warning"]), "variables the mail prints and not everybody has: coupon; nothing stands in their place");
    let answer = api.post("/v1/messages", &message(json!({"coupon": "갑-1"}))).await.expect(202);
    assert!(!codes(&answer["messages"][0]).contains(&"variables_missing"), "{answer}");
}
