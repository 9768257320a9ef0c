//! Mail with values of each recipient's own: what is asked for is checked when it is accepted, and whoever lacks something is told by
//! name (requirement S4-1).

use jebi_domain::{
    message::Copy,
    port::{nodes::NodeStart, store::Claim},
    time::Wall,
};
use serde_json::{Value, json};

use crate::support::api::{Api, list, text};

fn recipient(email: &str, variables: &Value) -> Value {
    json!({"email": email, "name": "홍길동", "variables": variables})
}

fn message(more: &Value) -> Value {
    let mut message =
        json!({"subject": "{{ name }}님, {{ event }}", "html": "<p>쿠폰 {{ coupon }}</p>", "variables": {"event": "첫 모임"}});
    message.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    json!({"messages": [message]})
}

/// What a dispatcher would be given.
async fn claimed(api: &Api) -> Vec<Copy> {
    let now = api.state.clock.wall();
    let incarnation = api.store.start(&NodeStart { name: "하나".into(), version: "0.0.0".into() }, now).await.expect("start");
    let turns = api.store.queues("local").await.expect("queues").into_iter().map(|q| (q.queue, 1_000)).collect();
    let claim = Claim {
        incarnation,
        provider: "local".to_owned(),
        turns,
        now,
        max_lateness_ms: i64::MAX,
        late_from: Wall(i64::MIN),
        domains: vec![],
        recipients: u32::MAX,
    };
    api.store.claim(claim).await.expect("claim").claimed.into_iter().flat_map(|one| one.copies).collect()
}

#[tokio::test]
async fn who_lacks_a_value_is_refused_by_name_and_the_others_are_taken() {
    let api = Api::new().await;
    let body = message(&json!({"recipients": [
        recipient("a@example.kr", &json!({"coupon": "갑-1"})),
        recipient("b@example.kr", &json!({})),
        {"email": "c@example.kr", "variables": {"other": 1}},
        "d@example.kr",
    ]}));
    let answer = api.post("/v1/messages", &body).await.expect(202);
    assert_eq!((&answer["total"], &answer["success"], &answer["errors"]), (&4.into(), &1.into(), &3.into()));
    let rejected = list(&answer["messages"][0]["rejected"]);
    let told: Vec<_> = rejected.iter().map(|one| (text(&one["field"]), text(&one["code"]), text(&one["fault"]))).collect();
    assert_eq!(
        told,
        [
            ("messages[0].recipients[1].variables", "missing_variables", "it needs a value for coupon, which nobody gives"),
            ("messages[0].recipients[2].variables", "missing_variables", "it needs a value for coupon, name, which nobody gives"),
            ("messages[0].recipients[3].variables", "missing_variables", "it needs a value for coupon, name, which nobody gives"),
        ]
    );
    let mut strict = body.clone();
    strict["strict"] = json!(true);
    assert_eq!(api.post("/v1/messages", &strict).await.problem(422).len(), 3);
    let mut gaps = body;
    gaps["messages"][0]["missing"] = json!("empty");
    assert_eq!(api.post("/v1/messages", &gaps).await.expect(202)["success"], 4);
}

#[tokio::test]
async fn where_all_get_the_same_a_missing_value_refuses_the_message() {
    let api = Api::new().await;
    let expected = [("messages[0].variables".to_owned(), "missing_variables".to_owned())];
    assert_eq!(api.post("/v1/messages", &message(&json!({"emails": ["a@example.kr"]}))).await.problem(422), expected);
    let joint = json!({"to": [{"email": "a@example.kr", "name": "홍"}]});
    assert_eq!(api.post("/v1/messages", &message(&joint)).await.problem(422), expected);
    let whole = json!({"to": [{"email": "a@example.kr", "name": "홍"}], "variables": {"event": "모임", "coupon": 1}});
    assert_eq!(api.post("/v1/messages", &message(&whole)).await.expect(202)["success"], 1);
}

#[tokio::test]
async fn a_template_that_cannot_be_read_is_refused_with_its_place() {
    let api = Api::new().await;
    let body =
        message(&json!({"emails": ["a@example.kr"], "html": "<p>\n{{ coupon | frobnicate }}</p>", "variables": {"event": 1, "coupon": 2}}));
    let answer = api.post("/v1/messages", &body).await;
    assert_eq!(answer.problem(422)[0].0, "messages[0].html");
    let fault = &answer.json()["errors"][0]["fault"];
    assert!(text(fault).contains("line 2") && text(fault).contains("frobnicate"), "{fault}");
    let variant = json!({"emails": ["a@example.kr"], "variables": {"event": 1, "coupon": 2}, "language": "ko",
        "variants": [{"language": "en", "subject": "{% if %}", "text": "x"}]});
    assert_eq!(api.post("/v1/messages", &message(&variant)).await.problem(422)[0].0, "messages[0].variants[0].subject");
}

#[tokio::test]
async fn a_message_that_asks_for_nothing_is_sent_as_it_stands() {
    let api = Api::new().await;
    let plain = json!({"messages": [{"emails": ["a@example.kr"], "subject": "{{ x }", "text": "{% {{ {name}"}]});
    assert_eq!(api.post("/v1/messages", &plain).await.expect(202)["success"], 1);
    let braces = json!({"messages": [{"recipients": [recipient("a@example.kr", &json!({"username": "홍"}))], "syntax": "braces",
        "subject": "{username}", "text": "{{ {% {other}"}]});
    assert_eq!(api.post("/v1/messages", &braces).await.expect(202)["success"], 1);
}

#[tokio::test]
async fn languages_and_sizes_are_bounded() {
    let api = Api::new().await;
    let refused = async |more: Value| api.post("/v1/messages", &message(&more)).await.problem(422)[0].clone();
    let one = |own: Value| json!({"recipients": [own]});
    let large = "가".repeat(6_000);
    let place = |field: &str, code: &str| (format!("messages[0].{field}"), code.to_owned());
    assert_eq!(
        refused(one(recipient("a@example.kr", &json!({"coupon": large})))).await,
        place("recipients[0].variables", "variables_too_large")
    );
    let named = json!({"email": "a@example.kr", "name": "홍", "language": "한국어", "variables": {"coupon": 1}});
    assert_eq!(refused(one(named)).await, place("recipients[0].language", "invalid_language"));
    let values = json!({"event": 1, "coupon": "가".repeat(30_000)});
    assert_eq!(refused(json!({"emails": ["a@example.kr"], "variables": values})).await, place("variables", "variables_too_large"));
    let good = json!({"event": 1, "coupon": 2, "name": 3});
    let variants = |list: Value| json!({"emails": ["a@example.kr"], "variables": good, "language": "ko", "variants": list});
    let variant = |language: &str, subject: &str| json!({"language": language, "subject": subject, "text": "x"});
    assert_eq!(refused(variants(json!([variant("en", "a"), variant("EN", "b")]))).await, place("variants[1].language", "doubled_language"));
    assert_eq!(refused(variants(json!([variant("KO", "a")]))).await, place("variants[0].language", "doubled_language"));
    assert_eq!(refused(variants(json!([variant("e", "a")]))).await, place("variants[0].language", "invalid_language"));
    assert_eq!(refused(variants(json!([variant("en", " ")]))).await, place("variants[0].subject", "missing_subject"));
    assert_eq!(refused(variants(json!([{"language": "en", "subject": "a"}]))).await, place("variants[0]", "missing_body"));
    let many: Vec<Value> = (0..51).map(|n| variant(&format!("x{}", char::from(b'a' + n % 26)), "a")).collect();
    assert_eq!(refused(variants(json!(many))).await, place("variants", "too_many_variants"));
    let alone = json!({"messages": [{"emails": ["a@example.kr"], "subject": "s", "text": "t", "language": "ko"}]});
    assert_eq!(api.post("/v1/messages", &alone).await.problem(422)[0], place("language", "nothing_to_fill_in"));
    let doubled = r#"{"messages":[{"recipients":[{"email":"a@example.kr","variables":{"a":1,"a":2}}],"subject":"s","text":"t"}]}"#;
    assert_eq!(api.submit(doubled).await.problem(422)[0].1, "duplicate_field");
}

#[tokio::test]
async fn who_is_doubled_keeps_the_values_of_the_first() {
    let api = Api::new().await;
    let body = message(&json!({"recipients": [
        recipient("a@example.kr", &json!({"coupon": "첫째"})),
        recipient("A@example.kr", &json!({"coupon": "둘째"})),
        recipient("bad", &json!({"coupon": "셋째"})),
        recipient("c@example.kr", &json!({"coupon": "넷째"})),
    ]}));
    let answer = api.post("/v1/messages", &body).await.expect(202);
    assert_eq!((&answer["success"], &answer["errors"]), (&2.into(), &1.into()));
    let copies = claimed(&api).await;
    let own: Vec<_> = copies.iter().map(|copy| (copy.ordinal, copy.personal.as_deref().unwrap_or_default().to_owned())).collect();
    assert_eq!(own, [(0, r#"{"variables":{"coupon":"첫째"}}"#.to_owned()), (1, r#"{"variables":{"coupon":"넷째"}}"#.to_owned())]);
}
