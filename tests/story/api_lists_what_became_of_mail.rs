//! Lists page by page, filters, and the local inbox.

use bytes::Bytes;
use jebi_domain::{
    id::DeliveryId,
    port::{InboxMail, InboxRoom},
};
use serde_json::{Value, json};

use crate::support::api::{Api, START, at, list, text};

async fn post(api: &Api, topic: &str, emails: &[&str]) -> Value {
    let body = json!({"messages": [{"topic_id": topic, "emails": emails, "subject": "s", "content": "<p>c</p>", "text": "c"}]});
    api.post("/v1/messages", &body).await.expect(202)["messages"][0].clone()
}

fn emails(page: &Value) -> Vec<String> {
    list(&page["deliveries"]).iter().map(|d| text(&d["recipients"][0]["email"]).to_owned()).collect()
}

#[tokio::test]
async fn deliveries_are_paged_without_a_gap_or_a_double() {
    let api = Api::new().await;
    post(&api, "a", &["a1@example.kr", "a2@example.kr", "a3@example.kr"]).await;
    post(&api, "b", &["b1@example.kr", "b2@example.kr"]).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/v1/deliveries?limit=2{cursor}")).await.expect(200);
        seen.extend(emails(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["b1@example.kr", "b2@example.kr", "a1@example.kr", "a2@example.kr", "a3@example.kr"]);
}

#[tokio::test]
async fn deliveries_are_found_by_topic_message_state_and_address() {
    let api = Api::new().await;
    let a = post(&api, "a", &["a1@example.kr", "both@example.kr"]).await;
    post(&api, "b", &["both@example.kr"]).await;
    api.delete("/v1/topics/b").await.expect(200);
    let find = async |query: &str| emails(&api.get(&format!("/v1/deliveries?{query}")).await.expect(200));
    assert_eq!(find("topic_id=a").await, ["a1@example.kr", "both@example.kr"]);
    assert_eq!(find(&format!("message_id={}", a["id"].as_str().unwrap())).await, ["a1@example.kr", "both@example.kr"]);
    assert_eq!(find("email=BOTH@example.kr").await, ["both@example.kr", "both@example.kr"]);
    assert_eq!(find("topic_id=b&state=cancelled").await, ["both@example.kr"]);
    assert_eq!(find("topic_id=a&email=both@example.kr").await, ["both@example.kr"]);
    assert!(find("topic_id=none").await.is_empty());
}

#[tokio::test]
async fn topics_are_listed_by_name_and_mail_without_one_makes_none() {
    let api = Api::new().await;
    for name in ["소식", "b", "a/b c"] {
        post(&api, name, &["a@example.kr"]).await;
    }
    api.submit(r#"{"messages":[{"emails":["a@example.kr"],"subject":"s","content":"c"}]}"#).await.expect(202);
    let first = api.get("/v1/topics?limit=2").await.expect(200);
    let next = first["next_cursor"].as_str().unwrap();
    let rest = api.get(&format!("/v1/topics?limit=2&cursor={next}")).await.expect(200);
    let names = |page: &Value| -> Vec<_> {
        page["topics"].as_array().unwrap().iter().map(|t| t["topic_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!([names(&first), names(&rest)].concat(), ["a/b c", "b", "소식"]);
    assert_eq!(rest["next_cursor"], Value::Null);
    assert_eq!(api.get("/v1/topics/a%2Fb%20c").await.expect(200)["topic_id"], "a/b c");
}

#[tokio::test]
async fn the_local_inbox_is_read_by_number_and_by_delivery() {
    let api = Api::new().await;
    let sent = post(&api, "a", &["a@example.kr"]).await;
    let delivery = sent["deliveries"][0]["id"].as_str().unwrap();
    let source = Bytes::from_static(b"Subject: =?utf-8?B?7KCc67mE?=\r\nX-Mine: one\r\n two\r\n\r\nc\r\n");
    let mail = InboxMail {
        delivery: DeliveryId::parse(delivery).unwrap(),
        at: at(START),
        from: "shop@example.kr".into(),
        to: vec!["a@example.kr".into()],
        subject: "s".into(),
        source: source.clone(),
    };
    api.store.keep(mail, InboxRoom::default()).await.unwrap();
    let list = api.get("/v1/inbox").await.expect(200);
    let line = &list["mails"][0];
    assert_eq!((&line["delivery_id"], &line["size"]), (&delivery.into(), &source.len().into()));
    let id = line["id"].as_i64().unwrap();
    let shown = api.get(&format!("/v1/inbox/{id}")).await.expect(200);
    assert_eq!((&shown["subject"], &shown["text"], &shown["html"]), (&"제비".into(), &"c\r\n".into(), &Value::Null));
    assert_eq!(shown["headers"][1], serde_json::json!({"name": "X-Mine", "value": "one two"}));
    assert_eq!(api.get(&format!("/v1/inbox/{id}/html")).await.problem(404)[0].1, "not_found");
    assert_eq!(api.get(&format!("/v1/inbox/{id}/attachments/0")).await.status, 404);
    assert_eq!(api.get(&format!("/v1/inbox/{delivery}")).await.expect(200), shown);
    let raw = api.get(&format!("/v1/inbox/{id}/source")).await;
    assert_eq!((raw.headers["content-type"].to_str().unwrap(), raw.body), ("message/rfc822", source));
    assert_eq!(api.delete(&format!("/v1/inbox/{delivery}")).await.status, 204);
    assert_eq!(api.get(&format!("/v1/inbox/{id}")).await.status, 404);
    assert_eq!(api.delete(&format!("/v1/inbox/{id}")).await.status, 404);
    assert_eq!(api.delete("/v1/inbox").await.expect(200)["removed"], 0);
}
