//! Lists by time, tag, lane, provider and the provider's id; the same as a CSV file.

use std::time::Duration;

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::api::{Api, list, text};

async fn post(api: &Api, message: Value) -> Value {
    api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202)["messages"][0].clone()
}

async fn found(api: &Api, query: &str) -> Vec<String> {
    let page = api.get(&format!("/v1/deliveries?{query}")).await.expect(200);
    list(&page["deliveries"]).iter().map(|d| text(&d["recipients"][0]["email"]).to_owned()).collect()
}

#[tokio::test]
async fn deliveries_are_found_by_time_tag_lane_and_provider() {
    let api = Api::new().await;
    post(&api, json!({"emails": ["first@example.kr"], "subject": "s", "text": "t", "tags": {"campaign": "spring"}})).await;
    api.clock.advance(Duration::from_secs(7_200));
    let second = post(&api, json!({"topic_id": "b", "emails": ["b@example.kr", "c@example.kr"], "subject": "s", "text": "t"})).await;
    assert_eq!(found(&api, "tag=campaign:spring").await, ["first@example.kr"]);
    assert!(found(&api, "tag=campaign:autumn").await.is_empty());
    assert_eq!(found(&api, "lane=bulk").await, ["b@example.kr", "c@example.kr"]);
    assert_eq!(found(&api, "provider=local").await.len(), 3);
    assert!(found(&api, "provider=ses").await.is_empty());
    // 00:00 in UTC is 09:00 in the server's zone.
    assert_eq!(found(&api, "since=2023-12-31%2010:00:00").await, ["b@example.kr", "c@example.kr"]);
    assert_eq!(found(&api, "until=2023-12-31T01:00:00Z").await, ["first@example.kr"]);
    assert_eq!(found(&api, &format!("provider_id={}", text(&second["deliveries"][1]["id"]))).await, ["c@example.kr"]);
    for (query, field, code) in [
        ("email=nope", "email", "no_at"),
        ("since=yesterday", "since", "unreadable_time"),
        ("until=2024-13-01%2000:00:00", "until", "unreadable_time"),
        ("tag=campaign", "tag", "invalid_tag_filter"),
        ("lane=fast", "lane", "unknown_lane"),
        ("state=gone", "state", "unknown_state"),
        ("limit=501", "limit", "out_of_range"),
    ] {
        assert_eq!(api.get(&format!("/v1/deliveries?{query}")).await.problem(422), [(field.into(), code.into())], "{query}");
    }
}

#[tokio::test]
async fn messages_are_listed_newest_first_page_by_page() {
    let api = Api::new().await;
    for i in 0..5 {
        post(&api, json!({"topic_id": if i % 2 == 0 { "even" } else { "odd" }, "emails": ["a@example.kr"], "subject": format!("제목 {i}"), "text": "t"}))
            .await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/v1/messages?topic_id=even&limit=2{cursor}")).await.expect(200);
        seen.extend(list(&page["messages"]).iter().map(|m| text(&m["subject"]).to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["제목 4", "제목 2", "제목 0"]);
    assert_eq!(api.get("/v1/messages?since=x").await.problem(422)[0].0, "since");
}

#[tokio::test]
async fn the_file_has_a_row_for_each_recipient_and_nothing_a_spreadsheet_would_run() {
    let api = Api::new().await;
    post(&api, json!({"to": [{"email": "hong@example.kr", "name": "홍길동"}], "cc": ["kim@example.kr"], "subject": "s", "text": "t"}))
        .await;
    post(&api, json!({"topic_id": "=1+1", "recipients": [{"email": "+82@example.kr", "name": "a, \"b\""}], "subject": "s", "text": "t"}))
        .await;
    let answer = api.get("/v1/deliveries.csv").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"jebi-deliveries-20231231-000000.csv\"");
    let body = std::str::from_utf8(&answer.body).unwrap();
    let body = body.strip_prefix('\u{feff}').expect("Excel reads UTF-8 with a byte order mark only");
    assert_eq!(body.matches("\r\n").count(), 4);
    let mut reader = csv::Reader::from_reader(body.as_bytes());
    let rows: Vec<std::collections::HashMap<String, String>> = reader.deserialize().map(|row| row.unwrap()).collect();
    assert_eq!(
        (rows[0]["topic_id"].as_str(), rows[0]["email"].as_str(), rows[0]["name"].as_str()),
        ("'=1+1", "'+82@example.kr", "a, \"b\"")
    );
    assert_eq!((rows[1]["name"].as_str(), rows[1]["role"].as_str(), rows[2]["role"].as_str()), ("홍길동", "to", "cc"));
    assert_eq!(rows[2]["state"], "waiting");
    assert_eq!(api.get("/v1/deliveries.csv?limit=3").await.problem(422)[0].1, "unknown_parameter");
    let none = api.get("/v1/deliveries.csv?topic_id=none").await;
    assert_eq!(std::str::from_utf8(&none.body).unwrap().lines().count(), 1, "only the header");
}

/// A page at a time, however large the file, and no work for somebody who went away.
#[tokio::test]
async fn the_file_is_made_while_it_is_read() {
    let api = Api::new().await;
    let emails: Vec<String> = (0..5_000).map(|i| format!("person{i}@example.kr")).collect();
    post(&api, json!({"topic_id": "t", "emails": emails, "subject": "s", "text": "t"})).await;
    let request = Request::get("/v1/deliveries.csv").header("x-api-key", &api.key).body(Body::empty()).unwrap();
    let mut body = jebi::http::router(std::sync::Arc::clone(&api.state)).oneshot(request).await.unwrap().into_body();
    let mut frames = Vec::new();
    while let Some(frame) = body.frame().await {
        frames.push(frame.unwrap().into_data().unwrap());
    }
    assert_eq!(frames.len(), 10, "500 deliveries each");
    assert!(frames.iter().all(|f| f.len() < 200_000));
    let request = Request::get("/v1/deliveries.csv").header("x-api-key", &api.key).body(Body::empty()).unwrap();
    let mut body = jebi::http::router(std::sync::Arc::clone(&api.state)).oneshot(request).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    // What is read next is asked for only when it is wanted: a closed store is met on the second page, not before.
    api.store.close().await;
    assert!(body.frame().await.unwrap().is_err(), "half a file does not pass for a whole one");
}
