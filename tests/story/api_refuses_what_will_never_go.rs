//! Every fault of a request is named with field, code and remedy, and nothing is stored.

use http::{HeaderValue, Method};

use crate::support::api::{Api, Setup};

/// A message with these fields beside the good ones given.
fn message(fields: &str) -> String {
    format!(r#"{{"messages":[{{{fields}}}]}}"#)
}

/// A good message but for what is said.
fn with(more: &str) -> String {
    message(&format!(r#""emails":["a@example.kr"],"subject":"s","content":"c",{more}"#))
}

#[tokio::test]
async fn each_fault_names_its_field() {
    let api = Api::new().await;
    let long = "가".repeat(999);
    let cases: &[(&str, u16, &str, &str)] = &[
        ("{", 400, "body", "invalid_json"),
        ("", 400, "body", "invalid_json"),
        ("[]", 422, "", "wrong_type"),
        (r#"{"messages":{}}"#, 422, "messages", "wrong_type"),
        (r#"{"messages":[[]]}"#, 422, "messages[0]", "wrong_type"),
        (r#"{}"#, 422, "messages", "missing_field"),
        (r#"{"messages":[]}"#, 422, "messages", "no_messages"),
        (r#"{"messages":[],"message":1}"#, 422, "message", "unknown_field"),
        (&message(r#""emails":"a@example.kr","subject":"s","content":"c""#), 422, "messages[0].emails", "wrong_type"),
        (&message(r#""emails":["a@example.kr",5],"subject":"s","content":"c""#), 422, "messages[0].emails[1]", "wrong_type"),
        (&with(r#""topic_id":".""#), 422, "messages[0].topic_id", "invalid_topic"),
        (&with(r#""topic_id":"..""#), 422, "messages[0].topic_id", "invalid_topic"),
        (&message(r#""emails":["a@example.kr"],"subject":7,"content":"c""#), 422, "messages[0].subject", "wrong_type"),
        (&message(r#""emails":["a@example.kr"],"content":"c""#), 422, "messages[0].subject", "missing_subject"),
        (&message(r#""emails":["a@example.kr"],"subject":" ","content":"c""#), 422, "messages[0].subject", "missing_subject"),
        (&message(&format!(r#""emails":["a@example.kr"],"subject":"{long}","content":"c""#)), 422, "messages[0].subject", "too_long"),
        (&message(r#""emails":["a@example.kr"],"subject":"s""#), 422, "messages[0].content", "missing_body"),
        (&message(r#""emails":["a@example.kr"],"subject":"s","content":"""#), 422, "messages[0].content", "missing_body"),
        (&with(r#""html":"h""#), 422, "messages[0].html", "content_and_html"),
        (&message(r#""subject":"s","content":"c""#), 422, "messages[0].emails", "no_recipients"),
        (&message(r#""emails":[],"subject":"s","content":"c""#), 422, "messages[0].emails", "no_recipients"),
        (&with(r#""to":["b@example.kr"]"#), 422, "messages[0]", "several_recipient_lists"),
        (&with(r#""recipients":[{"email":"b@example.kr"}]"#), 422, "messages[0]", "several_recipient_lists"),
        (&with(r#""topic_id":"""#), 422, "messages[0].topic_id", "invalid_topic"),
        (&with(r#""topic_id":"a\nb""#), 422, "messages[0].topic_id", "invalid_topic"),
        (&with(&format!(r#""topic_id":"{}""#, "가".repeat(67))), 422, "messages[0].topic_id", "invalid_topic"),
        (&with(r#""lane":"fast""#), 422, "messages[0].lane", "unknown_value"),
        (&with(r#""on_unknown":"guess""#), 422, "messages[0].on_unknown", "unknown_value"),
        (&with(r#""headers":["X-A: b"]"#), 422, "messages[0].headers", "wrong_type"),
        (&with(r#""priority":1"#), 422, "messages[0].priority", "unknown_field"),
        (&with(r#""scheduled_at":"2024-01-01T09:00:00""#), 422, "messages[0].scheduled_at", "unreadable_time"),
        (&with(r#""scheduled_at":"2023-12-30 00:00:00""#), 422, "messages[0].scheduled_at", "in_the_past"),
        (&with(r#""expires_at":"soon""#), 422, "messages[0].expires_at", "unreadable_time"),
        (&with(r#""expires_at":"2023-12-31T00:00:00Z""#), 422, "messages[0].expires_at", "expires_before_due"),
    ];
    for (body, status, field, code) in cases {
        let faults = api.submit((*body).to_owned()).await.problem(*status);
        assert_eq!(faults, [((*field).to_owned(), (*code).to_owned())], "{body}");
        let mut korean = api.request(Method::POST, "/v1/messages", (*body).to_owned());
        korean.headers_mut().insert("accept-language", HeaderValue::from_static("ko"));
        let fault = api.send(korean).await.expect(*status)["errors"][0].take();
        for text in [&fault["fault"], &fault["remedy"]] {
            assert!(text.as_str().is_some_and(|text| text.chars().any(|c| ('가'..='힣').contains(&c))), "{body}: {text}");
        }
    }
    assert_eq!((api.waiting().await, api.topics().await), (0, 0));
}

#[tokio::test]
async fn nothing_gets_into_a_header_that_could_end_it() {
    let api = Api::new().await;
    for (more, field) in [
        (r#""headers":{"X-A":"b\r\nBcc: c@example.kr"}"#, "messages[0].headers.X-A"),
        (r#""headers":{"X-A: b":"c"}"#, "messages[0].headers.X-A: b"),
        (r#""headers":{"Bcc":"c@example.kr"}"#, "messages[0].headers.Bcc"),
        (r#""from":"\"a\r\nX: y\" <a@example.kr>""#, "messages[0].from"),
        (r#""from":{"email":"a@example.kr","name":"a\nb"}"#, "messages[0].from.name"),
        (r#""from":{"email":"a@example.kr\r\n"}"#, "messages[0].from.email"),
        (r#""reply_to":["a@example.kr","b@@example.kr"]"#, "messages[0].reply_to[1]"),
        (r#""tags":{"a b":"c"}"#, "messages[0].tags.a b"),
        (r#""tags":{"a":"가"}"#, "messages[0].tags.a"),
    ] {
        let faults = api.submit(with(more)).await.problem(422);
        assert_eq!(faults[0].0, field, "{more}");
        assert_eq!(faults.len(), 1, "{more}");
    }
    let injected = message(r#""emails":["a@example.kr"],"subject":"s\r\nBcc: b@example.kr","content":"c""#);
    assert_eq!(api.submit(injected).await.problem(422)[0].0, "messages[0].subject");
    assert_eq!(api.waiting().await, 0);
}

#[tokio::test]
async fn all_faults_are_told_at_once_and_good_messages_beside_them_are_not_stored() {
    let api = Api::new().await;
    let body = r#"{"messages":[
        {"emails":["a@example.kr"],"subject":"good","content":"c"},
        {"emails":["a@example.kr"],"content":"c","tags":{"a b":"c"}},
        {"subject":"s"}
    ],"scheduled_at":"yesterday"}"#;
    let fields: Vec<_> = api.submit(body).await.problem(422).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["scheduled_at", "messages[1].subject", "messages[1].tags.a b", "messages[2].content", "messages[2].emails"]);
    assert_eq!((api.waiting().await, api.topics().await), (0, 0));
}

#[tokio::test]
async fn a_request_without_one_good_address_is_refused() {
    let api = Api::new().await;
    let body = message(r#""emails":["not an address","x@"],"subject":"s","content":"c""#);
    let fields: Vec<_> = api.submit(body).await.problem(422).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["messages[0].emails[0]", "messages[0].emails[1]"]);
    assert_eq!(api.topics().await, 0);
}

#[tokio::test]
async fn a_sender_is_needed_where_none_is_configured() {
    let api = Api::with(Setup { from: None, ..Setup::default() }).await;
    let bare = message(r#""emails":["a@example.kr"],"subject":"s","content":"c""#);
    assert_eq!(api.submit(bare).await.problem(422), [("messages[0].from".into(), "missing_from".into())]);
    api.submit(with(r#""from":"Shop <shop@example.kr>""#)).await.expect(202);
}

#[tokio::test]
async fn more_recipients_than_allowed_are_refused_before_they_are_read() {
    let api = Api::with(Setup { max_recipients: 3, ..Setup::default() }).await;
    let four = message(r#""emails":["a@example.kr","b@example.kr","c@example.kr","d@example.kr"],"subject":"s","content":"c""#);
    assert_eq!(api.submit(four).await.problem(422), [("messages".into(), "too_many_recipients".into())]);
    let api = Api::new().await;
    let many: Vec<_> = (0..51).map(|i| format!("u{i}@example.kr")).collect();
    for list in ["to", "cc", "bcc"] {
        let joint = serde_json::json!({"messages": [{list: many, "subject": "s", "content": "c"}]});
        let problem = api.post("/v1/messages", &joint).await.expect(422);
        let fault = &problem["errors"][0];
        assert_eq!((&fault["field"], &fault["code"]), (&format!("messages[0].{list}").into(), &"too_many_recipients".into()));
        assert_eq!(fault["fault"], format!("{list} holds 51 addresses; to, cc and bcc may hold 50 each"));
    }
    assert_eq!(api.waiting().await, 0);
}

#[tokio::test]
async fn five_minutes_past_still_means_now() {
    let api = Api::new().await;
    let answer = api.submit(with(r#""scheduled_at":"2023-12-31 08:55:00""#)).await.expect(202);
    assert_eq!(answer["scheduled"], false);
    let id = answer["messages"][0]["id"].as_str().unwrap();
    assert_eq!(api.get(&format!("/v1/messages/{id}")).await.expect(200)["due_at"], "2023-12-31T00:00:00.000Z");
    let older = api.submit(with(r#""scheduled_at":"2023-12-31 08:54:59""#)).await;
    assert_eq!(older.problem(422), [("messages[0].scheduled_at".into(), "in_the_past".into())]);
}
