//! A request that names a stored template again and again takes no more memory than one that brings the texts itself: what templates give
//! to all its messages together has a bound.

use serde_json::{Value, json};

use crate::support::api::{Api, list, text};

async fn publish(api: &Api, variants: &[Value]) {
    let template = json!({"name": "소식", "language": text(&variants[0]["language"]), "variants": variants});
    api.post("/v1/templates", &json!({"templates": [template], "publish": true})).await.expect(200);
}

/// One message for each of so many people.
fn apart(people: usize) -> Value {
    let message = |i| json!({"template": "소식", "emails": [format!("a{i}@example.kr")]});
    json!({"messages": (0..people).map(message).collect::<Vec<_>>()})
}

#[tokio::test]
async fn the_message_at_which_templates_give_too_much_is_named() {
    let api = Api::new().await;
    let html = format!("<p>안녕하십니까, {{{{ email }}}}</p>{}", "<p>제비</p>".repeat(20_000));
    publish(&api, &[json!({"language": "ko", "subject": "소식", "html": html})]).await;
    let body = apart(200);
    assert!(body.to_string().len() < 20_000);
    let refused = api.post("/v1/messages", &body).await;
    let faults = refused.problem(422);
    let at = faults[0].0.strip_prefix("messages[").and_then(|rest| rest.strip_suffix("].template")).expect("a message").to_owned();
    let at: usize = at.parse().expect("a place");
    assert_eq!((faults.len(), faults[0].1.as_str()), (1, "templates_too_large"));
    assert!((50..(32 << 20) / html.len() + 1).contains(&at), "{at} of {} bytes", html.len());
    assert!(text(&refused.json()["errors"][0]["remedy"]).starts_with("write one message with all its recipients"));
    assert_eq!(api.waiting().await, 0);

    // One fewer is taken, and so is the remedy.
    assert_eq!(list(&api.post("/v1/messages", &apart(at)).await.expect(202)["messages"]).len(), at);
    let recipients: Vec<Value> = (0..200).map(|i| json!({"email": format!("b{i}@example.kr"), "name": "홍길동"})).collect();
    let together = json!({"messages": [{"template": "소식", "recipients": recipients}]});
    assert_eq!(api.post("/v1/messages", &together).await.expect(202)["success"], 200);
}

#[tokio::test]
async fn a_subject_of_its_own_counts_in_every_language() {
    let api = Api::new().await;
    let language = |i: usize| format!("{}{}", char::from(b'a' + (i / 26) as u8), char::from(b'a' + (i % 26) as u8));
    let variants: Vec<Value> = (0..40).map(|i| json!({"language": language(i), "subject": "소식", "text": "안녕하십니까"})).collect();
    publish(&api, &variants).await;
    let with = |subject: String| json!({"messages": [{"template": "소식", "emails": ["hong@example.kr"], "subject": subject}]});
    let long = api.post("/v1/messages", &with("x".repeat(1 << 20))).await.problem(422);
    assert_eq!(long, [("messages[0].template".to_owned(), "templates_too_large".to_owned())]);
    let short = api.post("/v1/messages", &with("x".repeat(2_000))).await.problem(422);
    assert!(short.iter().all(|(_, code)| code == "too_long"), "{short:?}");
}
