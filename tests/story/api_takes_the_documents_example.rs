//! The source document's literal example, under a clock of 2023-12-31.

use crate::support::api::Api;

/// As it stands in the document, without its comments.
const EXAMPLE: &str = r#"{
  "messages": [
    {
      "topic_id": "newsletter_2024_01",
      "emails": ["user@example.com"],
      "subject": "1월 뉴스레터",
      "content": "안녕하세요..."
    }
  ],
  "scheduled_at": "2024-01-01 09:00:00"
}"#;

#[tokio::test]
async fn it_is_accepted_scheduled_and_found_again() {
    let api = Api::new().await;
    let answer = api.submit(EXAMPLE).await.expect(202);
    assert_eq!((&answer["total"], &answer["success"], &answer["errors"]), (&1.into(), &1.into(), &0.into()));
    assert_eq!(answer["scheduled"], true);
    assert!(answer["duration_ms"].is_u64());
    let message = &answer["messages"][0];
    assert_eq!(message["topic_id"], "newsletter_2024_01");
    assert_eq!(message["lane"], "transactional", "one address is no bulk");
    assert_eq!(message["deliveries"][0]["email"], "user@example.com");

    let id = message["id"].as_str().unwrap();
    let shown = api.get(&format!("/v1/messages/{id}")).await.expect(200);
    assert_eq!(shown["due_at"], "2024-01-01T00:00:00.000Z", "nine in the morning in Seoul");
    assert_eq!((&shown["scheduled"], &shown["waiting"]), (&true.into(), &1.into()));
    assert_eq!(shown["subject"], "1월 뉴스레터");
    assert_eq!(shown["from"]["email"], "shop@example.kr");

    let delivery = message["deliveries"][0]["id"].as_str().unwrap();
    let shown = api.get(&format!("/v1/deliveries/{delivery}")).await.expect(200);
    assert_eq!((&shown["state"], &shown["message_id"]), (&"waiting".into(), &id.into()));
    assert_eq!(shown["timeline"][0]["event"], "accepted");

    let topic = api.get("/v1/topics/newsletter_2024_01").await.expect(200);
    assert_eq!((&topic["total"], &topic["waiting"], &topic["sent"]), (&1.into(), &1.into(), &0.into()));
}

#[tokio::test]
async fn its_comments_are_no_json() {
    let api = Api::new().await;
    let commented = EXAMPLE.replace("\"2024-01-01 09:00:00\"", "\"2024-01-01 09:00:00\"  // 선택사항");
    assert_eq!(api.submit(commented).await.problem(400), [("body".into(), "invalid_json".into())]);
}

#[tokio::test]
async fn a_topic_with_several_addresses_is_bulk_unless_told_otherwise() {
    let api = Api::new().await;
    let lane = async |more: &str| {
        let body = format!(r#"{{"messages":[{{"subject":"s","content":"c",{more}}}]}}"#);
        api.submit(body).await.expect(202)["messages"][0]["lane"].as_str().unwrap().to_owned()
    };
    assert_eq!(lane(r#""topic_id":"t","emails":["a@example.kr","b@example.kr"]"#).await, "bulk");
    assert_eq!(lane(r#""emails":["a@example.kr","b@example.kr"]"#).await, "transactional");
    assert_eq!(lane(r#""topic_id":"t","emails":["a@example.kr"]"#).await, "transactional");
    assert_eq!(lane(r#""topic_id":"t","to":["a@example.kr","b@example.kr"]"#).await, "transactional");
    assert_eq!(lane(r#""topic_id":"t","lane":"transactional","emails":["a@example.kr","b@example.kr"]"#).await, "transactional");
    assert_eq!(lane(r#""lane":"bulk","emails":["a@example.kr"]"#).await, "bulk");
}

#[tokio::test]
async fn ten_thousand_recipients_are_one_request() {
    let api = Api::new().await;
    let emails: Vec<_> = (0..10_000).map(|i| format!("user{i}@example.com")).collect();
    let body = serde_json::json!({"messages": [{"topic_id": "big", "emails": emails, "subject": "s", "content": "c"}]});
    let answer = api.post("/v1/messages", &body).await.expect(202);
    assert_eq!((&answer["success"], &answer["scheduled"]), (&10_000.into(), &false.into()));
    assert!(answer["messages"][0].get("deliveries").is_none(), "so many are listed elsewhere");
    assert_eq!(api.waiting().await, 10_000);
}
