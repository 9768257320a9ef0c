//! Preflight: a request is tried out without storing anything, and what is probably not meant is said beside every answer.

use std::collections::BTreeMap;

use axum::http::Method;
use jebi_domain::{
    port::store::MessageFilter,
    suppression::{NewEntry, SuppressionCause},
};
use rusqlite::{Connection, OpenFlags};
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
    api.store.suppress(vec![NewEntry::plain("gone@example.kr", SuppressionCause::Bounce, now)]).await.expect("suppressed");
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

/// How many rows each table has.
fn rows(api: &Api) -> BTreeMap<String, i64> {
    let db = Connection::open_with_flags(api.folder().join("jebi.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the database");
    let mut tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").expect("a statement");
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).expect("rows").map(|name| name.expect("a name")).collect();
    let count = |name: &String| db.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get(0)).expect("a count");
    names.iter().map(|name| (name.clone(), count(name))).collect()
}

#[tokio::test]
async fn trying_out_writes_no_row_and_takes_no_key() {
    let api = Api::new().await;
    let before = rows(&api);
    assert!(before.len() > 15, "{before:?}");
    let body = json!({"messages": [{
        "recipients": [{"email": "hong@example.kr", "variables": {"쿠폰": "갑-1"}}, {"email": "kim@example.kr", "variables": {"쿠폰": "을-2"}}],
        "topic_id": "모임", "subject": "{{ 쿠폰 }}", "text": "{{ 쿠폰 }}", "scheduled_at": "2024-06-01 09:00:00",
        "attachments": [{"name": "안내.txt", "content": "7ZWc6riA"}],
    }]});
    let keyed = async |path: &str| api.with_header(Method::POST, path, ("idempotency-key", "one"), &body).await;
    for _ in 0..2 {
        let tried = keyed("/v1/messages?dry_run=true").await;
        assert_eq!((&tried.expect(200)["scheduled"], tried.headers.get("idempotency-replayed")), (&true.into(), None));
    }
    assert_eq!(rows(&api), before);
    let taken = keyed("/v1/messages").await;
    assert_eq!((taken.status.as_u16(), taken.headers.get("idempotency-replayed")), (202, None));
    let after = rows(&api);
    assert!(["message", "delivery", "idempotency", "file"].iter().all(|table| after[*table] > before[*table]), "{after:?}");
}

#[tokio::test]
async fn a_daily_limit_holds_for_what_is_tried_out_and_is_not_used_up_by_it() {
    let api = Api::new().await;
    let (_, limited) = api.make_key(&json!({"name": "limited", "scopes": ["send"], "daily_limit": 3})).await;
    let limited = api.with_key(&limited);
    let to = |n: usize| json!({"messages": [{"emails": (0..n).map(|i| format!("a{i}@example.kr")).collect::<Vec<_>>(), "subject": "s", "text": "t"}]});
    for _ in 0..3 {
        limited.post("/v1/messages?dry_run=true", &to(3)).await.expect(200);
    }
    let tried = limited.post("/v1/messages?dry_run=true", &to(4)).await;
    assert_eq!(tried.problem(429), limited.post("/v1/messages", &to(4)).await.problem(429));
    assert!(tried.headers.contains_key("retry-after"));
    limited.post("/v1/messages", &to(2)).await.expect(202);
    limited.post("/v1/messages?dry_run=true", &to(1)).await.expect(200);
    assert_eq!(limited.post("/v1/messages?dry_run=true", &to(2)).await.problem(429)[0].1, "daily_limit");
}

#[tokio::test]
async fn who_is_suppressed_is_told_with_the_cause_in_every_kind_of_list() {
    let api = Api::new().await;
    let all = [
        ("a@example.kr", SuppressionCause::Bounce),
        ("b@example.kr", SuppressionCause::Complaint),
        ("c@example.kr", SuppressionCause::Manual),
    ];
    let now = api.state.clock.wall();
    api.store.suppress(all.map(|(email, cause)| NewEntry::plain(email, cause, now)).to_vec()).await.expect("suppressed");
    let tried = async |lists: Value| {
        let mut message = json!({"subject": "s", "text": "t"});
        message.as_object_mut().expect("an object").extend(lists.as_object().cloned().expect("an object"));
        let answer = api.post("/v1/messages?dry_run=true", &json!({"messages": [message]})).await.expect(200);
        let one = |one: &Value| format!("{} {}", text(&one["field"]), text(&one["cause"]));
        list(&answer["messages"][0]["suppressed"]).iter().map(one).collect::<Vec<_>>()
    };
    let told = tried(json!({"emails": ["나쁨", "B@example.kr", "good@example.kr", "c@example.kr"]})).await;
    assert_eq!(told, ["messages[0].emails[1] complaint", "messages[0].emails[3] manual"], "a bad address before it moves no place");
    let told = tried(json!({"recipients": [{"email": "a@example.kr", "name": "홍길동"}, "good@example.kr"]})).await;
    assert_eq!(told, ["messages[0].recipients[0] bounce"]);
    let told = tried(json!({"to": ["good@example.kr"], "cc": ["c@example.kr"], "bcc": ["a@example.kr"]})).await;
    assert_eq!(told, ["messages[0].cc[0] manual", "messages[0].bcc[0] bounce"]);
}
