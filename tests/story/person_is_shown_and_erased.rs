//! What is known of a person is shown to them and erased for them; what mail said is deleted at once (GDPR articles 15, 17 and 20).

use axum::http::Method;
use serde_json::{Value, json};

use super::unsubscribe_is_honoured::{CLICK, api, bulk, open, token};
use crate::support::api::{Api, Setup};

const PERSON: &str = "/v1/persons/hong%40naver.com";

#[tokio::test]
async fn everything_known_of_an_address_is_shown_and_nothing_of_others() {
    let api = api().await;
    let sent = bulk(&api, "news/1", &["hong@naver.com", "kim@naver.com"]).await;
    let joint = json!({"to": ["hong@naver.com", "kim@naver.com"], "subject": "함께", "content": "c"});
    let own = json!({"recipients": [{"email": "Hong@Naver.com", "name": "홍길동", "variables": {"point": 7}}], "subject": "{{ point }}", "content": "c", "syntax": "jinja"});
    api.post("/v1/messages", &json!({"messages": [joint, own]})).await.expect(202);
    let consent = json!({"consents": [{"email": "hong@naver.com", "profile": "shop", "how": "가입 양식", "notice": false}]});
    api.post("/v1/consents", &consent).await.expect(201);
    let token = token(&api, "news/1", sent["id"].as_str());
    open(&api, Method::POST, &format!("/u/{token}"), CLICK).await;
    let person = api.get(PERSON).await.expect(200);
    let mails = person["deliveries"].as_array().expect("a list");
    assert_eq!(mails.len(), 3);
    assert!(!person.to_string().contains("kim@naver.com"), "{person}");
    assert_eq!(mails[0]["personal"]["variables"]["point"], 7, "{person}");
    assert!(mails[2]["timeline"].as_array().expect("a timeline").iter().any(|line| line["event"] == "unsubscribed"), "{person}");
    assert_eq!((&person["unsubscribes"][0]["family"], &person["consents"][0]["events"][0]["how"]), (&"news".into(), &"가입 양식".into()));
    let audit = api.get("/v1/audit").await.expect(200);
    assert_eq!(audit["acts"][0]["act"], "person.export");
    assert!(!audit["acts"][0].to_string().contains("hong"), "{audit}");
    assert_eq!(api.get("/v1/persons/nobody").await.problem(422)[0].0, "address");
}

#[tokio::test]
async fn an_erased_person_stands_nowhere_and_gets_no_bulk_mail() {
    let api = api().await;
    let sent = bulk(&api, "news", &["hong@naver.com", "kim@naver.com"]).await;
    let one = json!({"messages": [{"emails": ["hong@naver.com"], "subject": "홍길동 님께", "content": "<p>비밀</p>"}]});
    let alone = api.post("/v1/messages", &one).await.expect(202)["messages"][0]["id"].clone();
    let erased = api.post(&format!("{PERSON}/erase"), &json!({})).await.expect(200);
    assert_eq!((&erased["deliveries"], &erased["open"], &erased["kept_from"]), (&2.into(), &0.into(), &"bulk".into()));
    let person = api.get(PERSON).await.expect(200);
    assert_eq!((&person["deliveries"], &person["suppressions"]), (&json!([]), &json!([])));
    let shown = api.get(&format!("/v1/messages/{}", alone.as_str().expect("an id"))).await.expect(200);
    assert!(!shown.to_string().contains("홍길동"), "what was for them alone is gone: {shown}");
    let all = api.get(&format!("/v1/deliveries?message_id={}", sent["id"].as_str().expect("an id"))).await.expect(200);
    assert!(all.to_string().contains("kim@naver.com") && !all.to_string().contains("hong"), "{all}");
    assert_eq!(api.get("/v1/topics/news").await.expect(200)["suppressed"], 1, "it waited");
    assert_eq!(bulk(&api, "event", &["hong@naver.com"]).await["suppressed"][0]["email"], "hong@naver.com");
    let audit = api.get("/v1/audit").await.expect(200);
    assert!(audit["acts"][1]["act"] == "person.erase" && !audit["acts"].to_string().contains("hong"), "{audit}");
}

#[tokio::test]
async fn without_a_secret_nobody_is_erased() {
    let api = Api::with(Setup::default()).await;
    assert_eq!(api.post(&format!("{PERSON}/erase"), &json!({})).await.problem(409)[0].1, "no_secret");
}

#[tokio::test]
async fn what_a_mail_said_is_deleted_and_cannot_be_sent_again() {
    let api = api().await;
    let sent = bulk(&api, "news", &["hong@naver.com"]).await;
    let path = format!("/v1/messages/{}", sent["id"].as_str().expect("an id"));
    assert_eq!(api.delete(&format!("{path}/content")).await.problem(409)[0].1, "message_under_way");
    api.post(&format!("{path}/cancel"), &json!({})).await.expect(200);
    assert_eq!(api.delete(&format!("{path}/content")).await.status, 204);
    let shown = api.get(&path).await.expect(200);
    assert!(!shown.to_string().contains("소식"), "{shown}");
    assert_eq!(api.delete("/v1/messages/06bq0000000000000000000000/content").await.status, 404);
    let delivery = sent["deliveries"][0]["id"].as_str().expect("an id");
    assert_eq!(api.post(&format!("/v1/deliveries/{delivery}/retry"), &json!({})).await.problem(409)[0].1, "content_deleted");
}

#[tokio::test]
async fn whoever_comes_back_is_mailed_again() {
    let api = api().await;
    api.post(&format!("{PERSON}/erase"), &json!({})).await.expect(200);
    let message =
        json!({"profile": "shop", "lane": "bulk", "topic_id": "news", "emails": ["hong@naver.com"], "subject": "s", "content": "c"});
    let tried = api.post("/v1/messages?dry_run=true", &json!({"messages": [message]})).await.expect(200);
    assert_eq!(
        (&tried["messages"][0]["suppressed"][0]["cause"], &tried["messages"][0]["finish_estimate"]),
        (&"person_erased".into(), &Value::Null),
        "{tried}"
    );
    assert_eq!(bulk(&api, "news", &["hong@naver.com"]).await["suppressed"][0]["email"], "hong@naver.com");
    let erasure = format!("{PERSON}/erasure");
    assert_eq!(api.delete(&erasure).await.problem(422)[0].1, "missing_reason");
    assert_eq!(api.delete("/v1/persons/kim%40naver.com/erasure?reason=asked").await.status, 404);
    assert_eq!(api.delete(&format!("{erasure}?reason=asked%20by%20telephone")).await.status, 204);
    assert_eq!(bulk(&api, "news", &["hong@naver.com"]).await["suppressed"], json!([]));
    let audit = api.get("/v1/audit").await.expect(200);
    assert_eq!(
        (&audit["acts"][0]["act"], &audit["acts"][0]["detail"]),
        (&"person.readmit".into(), &"asked by telephone".into()),
        "{audit}"
    );
    assert!(!audit.to_string().contains("hong"), "{audit}");
    assert_eq!(api.delete(&format!("{erasure}?reason=again")).await.status, 404);
}

#[tokio::test]
async fn a_consent_recorded_later_brings_bulk_mail_back() {
    let api = api().await;
    api.post(&format!("{PERSON}/erase"), &json!({})).await.expect(200);
    api.clock.advance(std::time::Duration::from_secs(1));
    let consent = json!({"consents": [{"email": "hong@naver.com", "profile": "shop", "how": "가입 양식", "notice": false}]});
    api.post("/v1/consents", &consent).await.expect(201);
    assert_eq!(bulk(&api, "news", &["hong@naver.com"]).await["suppressed"], json!([]));
}

#[tokio::test]
async fn nothing_is_sent_again_to_somebody_who_was_erased() {
    let api = api().await;
    let sent = bulk(&api, "news", &["hong@naver.com", "kim@naver.com"]).await;
    api.post(&format!("{PERSON}/erase"), &json!({})).await.expect(200);
    let delivery = sent["deliveries"][0]["id"].as_str().expect("an id");
    assert_eq!(api.post(&format!("/v1/deliveries/{delivery}/retry"), &json!({})).await.problem(409)[0].1, "person_erased");
    let shown = api.get(&format!("/v1/deliveries/{delivery}")).await.expect(200);
    assert_eq!(shown["recipients"][0]["reason"]["code"], "person_erased", "{shown}");
}
