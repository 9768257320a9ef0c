//! Bad, doubled and suppressed addresses are reported one by one and do not sink the others.

use jebi_domain::suppression::{NewEntry, SuppressionCause};
use serde_json::json;

use crate::support::api::{Api, START, at};

#[tokio::test]
async fn bad_and_doubled_addresses_are_told_by_place_and_the_rest_is_sent() {
    let api = Api::new().await;
    let body = json!({"messages": [{
        "emails": ["a@example.kr", "bad", "A@Example.KR", "b@example.kr", "also bad@", "b@example.kr"],
        "subject": "s", "content": "c"
    }]});
    let answer = api.post("/v1/messages", &body).await.expect(202);
    assert_eq!((&answer["total"], &answer["success"], &answer["errors"]), (&6.into(), &2.into(), &2.into()));
    let message = &answer["messages"][0];
    let places = |list: &str| -> Vec<_> { message[list].as_array().unwrap().iter().map(|r| r["index"].as_u64().unwrap()).collect() };
    assert_eq!(places("rejected"), [1, 4]);
    assert_eq!(places("duplicates"), [2, 5]);
    let rejected = &message["rejected"][0];
    assert_eq!((&rejected["email"], &rejected["field"]), (&"bad".into(), &"messages[0].emails[1]".into()));
    for part in ["code", "fault", "remedy"] {
        assert!(rejected[part].as_str().is_some_and(|t| !t.is_empty()), "{part}");
    }
    let sent: Vec<_> = message["deliveries"].as_array().unwrap().iter().map(|d| d["email"].as_str().unwrap()).collect();
    assert_eq!(sent, ["a@example.kr", "b@example.kr"]);
    assert_eq!(api.waiting().await, 2);
    for delivery in message["deliveries"].as_array().unwrap() {
        let shown = api.get(&format!("/v1/deliveries/{}", delivery["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(shown["recipients"][0]["email"], delivery["email"]);
    }
}

#[tokio::test]
async fn strict_refuses_everything_for_one_bad_address_but_not_for_a_doubled_one() {
    let api = Api::new().await;
    let body = json!({"strict": true, "messages": [
        {"emails": ["a@example.kr"], "subject": "s", "content": "c"},
        {"emails": ["bad", "b@example.kr", "worse"], "subject": "s", "content": "c"}
    ]});
    let fields: Vec<_> = api.post("/v1/messages", &body).await.problem(422).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["messages[1].emails[0]", "messages[1].emails[2]"]);
    assert_eq!(api.waiting().await, 0);
    let body = json!({"strict": true, "messages": [{"emails": ["a@example.kr", "a@example.kr"], "subject": "s", "content": "c"}]});
    assert_eq!(api.post("/v1/messages", &body).await.expect(202)["success"], 1);
}

#[tokio::test]
async fn a_message_without_a_good_address_is_reported_and_the_others_are_stored() {
    let api = Api::new().await;
    let body = json!({"messages": [
        {"topic_id": "none", "emails": ["bad"], "subject": "s", "content": "c"},
        {"topic_id": "one", "emails": ["a@example.kr"], "subject": "s", "content": "c"}
    ]});
    let answer = api.post("/v1/messages", &body).await.expect(202);
    assert_eq!((&answer["messages"][0]["id"], &answer["messages"][0]["errors"]), (&serde_json::Value::Null, &1.into()));
    assert!(answer["messages"][1]["id"].is_string());
    api.get("/v1/topics/none").await.problem(404);
    assert_eq!(api.get("/v1/topics/one").await.expect(200)["total"], 1);
}

#[tokio::test]
async fn suppressed_recipients_are_stored_named_and_get_nothing() {
    let api = Api::new().await;
    api.store.suppress(vec![NewEntry::plain("gone@example.kr", SuppressionCause::Bounce, at(START))]).await.unwrap();
    let body =
        json!({"messages": [{"topic_id": "t", "emails": ["bad", "a@example.kr", "Gone@example.kr"], "subject": "s", "content": "c"}]});
    let answer = api.post("/v1/messages", &body).await.expect(202);
    assert_eq!((&answer["success"], &answer["errors"]), (&2.into(), &1.into()));
    let suppressed = &answer["messages"][0]["suppressed"];
    assert_eq!(*suppressed, json!([{"index": 2, "field": "messages[0].emails[2]", "email": "Gone@example.kr"}]));
    let topic = api.get("/v1/topics/t").await.expect(200);
    assert_eq!((&topic["waiting"], &topic["suppressed"]), (&1.into(), &1.into()));
}

#[tokio::test]
async fn a_joint_copy_is_one_delivery_with_a_state_for_each_recipient() {
    let api = Api::new().await;
    api.store.suppress(vec![NewEntry::plain("gone@example.kr", SuppressionCause::Complaint, at(START))]).await.unwrap();
    let body = json!({"messages": [{
        "to": ["Kim <a@example.kr>", "bad"], "cc": [{"email": "b@example.kr", "name": "나"}], "bcc": ["gone@example.kr", "a@example.kr"],
        "subject": "s", "text": "c"
    }]});
    let answer = api.post("/v1/messages", &body).await.expect(202);
    assert_eq!((&answer["total"], &answer["success"], &answer["errors"]), (&5.into(), &3.into(), &1.into()));
    let message = &answer["messages"][0];
    assert_eq!(message["deliveries"].as_array().unwrap().len(), 1);
    assert_eq!(message["suppressed"][0]["field"], "messages[0].bcc[0]");
    assert_eq!(message["duplicates"][0]["field"], "messages[0].bcc[1]");
    assert_eq!(message["rejected"][0]["field"], "messages[0].to[1]");
    let id = message["deliveries"][0]["id"].as_str().unwrap();
    let shown = api.get(&format!("/v1/deliveries/{id}")).await.expect(200);
    let stands: Vec<_> = shown["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["role"].as_str().unwrap(), r["email"].as_str().unwrap(), r["state"].as_str().unwrap()))
        .collect();
    assert_eq!(stands, [("to", "a@example.kr", "waiting"), ("cc", "b@example.kr", "waiting"), ("bcc", "gone@example.kr", "suppressed")]);
    assert_eq!(shown["recipients"][0]["name"], "Kim");
}

#[tokio::test]
async fn recipients_keep_their_names() {
    let api = Api::new().await;
    let body = json!({"messages": [{
        "recipients": [{"email": "a@example.kr", "name": "김철수"}, {"email": "b@example.kr"}, {"email": "c@example.kr", "name": "x\r\ny"}],
        "subject": "s", "content": "c"
    }]});
    let answer = api.post("/v1/messages", &body).await.expect(202);
    assert_eq!(answer["messages"][0]["rejected"][0]["field"], "messages[0].recipients[2].name");
    let id = answer["messages"][0]["id"].as_str().unwrap();
    let list = api.get(&format!("/v1/deliveries?message_id={id}")).await.expect(200);
    assert_eq!(list["deliveries"][0]["recipients"][0]["name"], "김철수");
    assert_eq!(list["deliveries"][1]["recipients"][0]["name"], serde_json::Value::Null);
}
