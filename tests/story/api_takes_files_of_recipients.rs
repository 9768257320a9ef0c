//! A file of recipients, a copy for each line: CSV as Excel in Korea writes it, and workbooks (requirement S4-1).

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::support::api::{Answer, Api, Setup, list, text};

const MESSAGE: &str = r#"{"topic_id": "모임", "subject": "{{ name }}님, 첫 모임", "html": "<p>쿠폰 {{ 쿠폰 }}</p>"}"#;

/// A form of these parts.
pub fn form(boundary: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let file = if *name == "file" { "; filename=\"members.csv\"" } else { "" };
        body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    body
}

pub fn request(api: &Api, boundary: &str, parts: &[(&str, &[u8])]) -> Request<Body> {
    let mut request = api.request(Method::POST, "/v1/messages/csv", form(boundary, parts));
    request.headers_mut().insert("content-type", format!("multipart/form-data; boundary={boundary}").parse().expect("a header"));
    request
}

async fn post(api: &Api, parts: &[(&str, &[u8])]) -> Answer {
    api.send(request(api, "x", parts)).await
}

fn lines(answer: &Value, of: &str) -> Vec<u64> {
    list(&answer[of]).iter().map(|one| one["line"].as_u64().expect("a line")).collect()
}

#[tokio::test]
async fn a_file_in_cp949_becomes_one_message_with_a_copy_for_each_line() {
    let api = Api::new().await;
    let file = encoding_rs::EUC_KR
        .encode("이메일,이름,쿠폰\r\nhong@example.kr,홍길동,갑-1\r\nbad,나쁜,을-2\r\nkim@example.kr,김철수,\r\nHONG@example.kr,둘째,병-3\r\nlee@example.kr,이영희,정-4\r\n")
        .0
        .into_owned();
    let answer = post(&api, &[("file", &file), ("message", MESSAGE.as_bytes())]).await.expect(202);
    assert_eq!((&answer["format"], &answer["lane"], &answer["topic_id"]), (&"CP949".into(), &"bulk".into(), &"모임".into()));
    assert_eq!((&answer["total"], &answer["success"], &answer["errors"]), (&5.into(), &2.into(), &2.into()));
    assert_eq!((lines(&answer, "rejected"), lines(&answer, "duplicates")), (vec![3, 4], vec![5]));
    let told: Vec<_> = list(&answer["rejected"]).iter().map(|one| (text(&one["field"]), text(&one["code"]))).collect();
    assert_eq!(told, [("line 3.email", "no_at"), ("line 4.variables", "missing_variables")]);
    assert_eq!(answer["columns"][2], json!({"column": "쿠폰", "taken_as": "쿠폰"}));
    assert_eq!(api.get("/v1/topics/%EB%AA%A8%EC%9E%84").await.expect(200)["waiting"], 2);
    let deliveries = api.get(&format!("/v1/deliveries?message_id={}", text(&answer["ids"][0]))).await.expect(200);
    let names: Vec<_> = list(&deliveries["deliveries"]).iter().map(|one| text(&one["recipients"][0]["name"])).collect();
    assert_eq!(names, ["홍길동", "이영희"]);
}

#[tokio::test]
async fn a_full_disk_is_told() {
    let api = Api::with(Setup { disk_floor: 1 << 60, ..Setup::default() }).await;
    for lines in [1, 30_000] {
        let file = "email,name,쿠폰\n".to_owned() + &"hong@example.kr,홍길동,갑-1\n".repeat(lines);
        // Tried out, so that nothing else is written.
        let mut tried = request(&api, "x", &[("file", file.as_bytes()), ("message", MESSAGE.as_bytes())]);
        *tried.uri_mut() = "/v1/messages/csv?dry_run=true".parse().expect("a path");
        assert_eq!(api.send(tried).await.problem(503), [(String::new(), "disk_full".to_owned())], "{lines}");
    }
}

#[tokio::test]
async fn a_strict_file_is_taken_whole_or_not_at_all() {
    let api = Api::new().await;
    let refused = async |file: &str| {
        let parts: [(&str, &[u8]); 3] = [("file", file.as_bytes()), ("message", MESSAGE.as_bytes()), ("strict", b"true")];
        post(&api, &parts).await.problem(422)
    };
    let fault = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    let cells = "email,name,쿠폰\na@example.kr,가,1\nb@example.kr,나\nc@example.kr,다,3,4\n";
    assert_eq!(refused(cells).await, [fault("line 3", "invalid_line"), fault("line 4", "invalid_line")]);
    let addresses = "email,name,쿠폰\na@example.kr,가,1\nbad,나,2\nc@example.kr,,3\n";
    assert_eq!(refused(addresses).await, [fault("line 3.email", "no_at"), fault("line 4.variables", "missing_variables")]);
    assert_eq!(api.waiting().await, 0);
    let good = "email,name,쿠폰\na@example.kr,가,1\n";
    let parts: [(&str, &[u8]); 3] = [("file", good.as_bytes()), ("message", MESSAGE.as_bytes()), ("strict", b"true")];
    assert_eq!(post(&api, &parts).await.expect(202)["success"], 1);
}

#[tokio::test]
async fn a_form_sent_again_is_answered_again_whatever_its_boundary() {
    let api = Api::new().await;
    let file = "email,name,쿠폰\na@example.kr,가,1\n";
    let send = async |boundary: &str, file: &str| {
        let mut request = request(&api, boundary, &[("file", file.as_bytes()), ("message", MESSAGE.as_bytes())]);
        request.headers_mut().insert("idempotency-key", "november".parse().expect("a header"));
        api.send(request).await
    };
    let first = send("one", file).await;
    let again = send("another", file).await;
    assert_eq!((first.expect(202), again.headers["idempotency-replayed"].to_str().ok()), (again.expect(202), Some("true")));
    assert_eq!(api.waiting().await, 1);
    assert_eq!(send("one", "email\nb@example.kr\n").await.problem(409)[0].1, "idempotency_key_reused");
}

#[tokio::test]
async fn columns_can_be_said_and_what_the_file_lacks_is_told() {
    let api = Api::new().await;
    let file = "연락처,받는 분,쿠폰 번호,비고\na@example.kr,홍길동,갑-1,비밀\n".as_bytes();
    let message = MESSAGE.as_bytes();
    assert_eq!(post(&api, &[("file", file), ("message", message)]).await.problem(422), [("line 1".into(), "missing_email_column".into())]);
    let columns = r#"{"연락처": "email", "받는 분": "name", "쿠폰 번호": "쿠폰", "비고": ""}"#.as_bytes();
    let answer = post(&api, &[("file", file), ("message", message), ("columns", columns)]).await.expect(202);
    assert_eq!((&answer["success"], &answer["columns"][3]), (&1.into(), &json!({"column": "비고", "taken_as": null})));
    for (part, value, field, code) in [
        ("columns", r#"{"없다": "email"}"#, "columns", "unknown_column"),
        ("columns", "[1]", "columns", "wrong_type"),
        ("strict", "perhaps", "strict", "unknown_value"),
        ("other", "x", "other", "unknown_part"),
        ("message", "{}", "message", "duplicate_field"),
    ] {
        let refused = post(&api, &[("file", file), ("message", message), (part, value.as_bytes())]).await.problem(422);
        assert_eq!(refused, [(field.to_owned(), code.to_owned())], "{part}: {value}");
    }
    assert_eq!(post(&api, &[("file", file)]).await.problem(422), [("message".into(), "missing_field".into())]);
    assert_eq!(post(&api, &[("message", message)]).await.problem(422), [("file".into(), "missing_field".into())]);
}

#[tokio::test]
async fn the_message_is_held_to_the_same_as_any_other() {
    let api = Api::new().await;
    let file: &[u8] = b"email\na@example.kr\n";
    let refused = async |message: &str| post(&api, &[("file", file), ("message", message.as_bytes())]).await;
    let fault = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(refused(r#"{"text": "t"}"#).await.problem(422), fault("message.subject", "missing_subject"));
    assert_eq!(refused(r#"{"subject": "s", "text": "t", "x": 1}"#).await.problem(422), fault("message.x", "unknown_field"));
    assert_eq!(refused("{").await.problem(400), fault("message", "invalid_json"));
    let both = r#"{"subject": "s", "text": "t", "emails": ["b@example.kr"]}"#;
    assert_eq!(refused(both).await.problem(422), fault("message", "several_recipient_lists"));
    assert_eq!(refused(r#"{"subject": "{{ x", "text": "t", "syntax": "jinja"}"#).await.problem(422)[0].0, "message.subject");
    let empty: [(&str, &[u8]); 2] = [("file", b"email\n"), ("message", br#"{"subject": "s", "text": "t"}"#)];
    assert_eq!(post(&api, &empty).await.problem(422), fault("file", "no_recipients"));
    assert_eq!(api.waiting().await, 0);
}

#[tokio::test]
async fn files_are_bounded_in_lines_and_bytes() {
    let api = Api::with(Setup { max_rows: 3, max_recipients: 2, body_limit: 16_384, upload_limit: 32_768, ..Setup::default() }).await;
    let message: &[u8] = br#"{"subject": "s", "text": "t"}"#;
    let rows = |n: usize| (0..n).fold("email\n".to_owned(), |all, i| all + &format!("a{i}@example.kr\n"));
    assert_eq!(post(&api, &[("file", rows(3).as_bytes()), ("message", message)]).await.expect(202)["success"], 3);
    let refused = post(&api, &[("file", rows(4).as_bytes()), ("message", message)]).await.problem(422);
    assert_eq!(refused, [("file".to_owned(), "too_many_recipients".to_owned())]);
    let text = [rows(1).into_bytes(), b"#".repeat(20_000)].concat();
    assert_eq!(post(&api, &[("file", &text), ("message", message)]).await.expect(202)["rejected"][0]["line"], 3, "a text may be larger");
    let workbook = [&b"PK\x03\x04"[..], &b"#".repeat(8_189)].concat();
    let refused = post(&api, &[("file", &workbook), ("message", message)]).await.problem(422);
    assert_eq!(refused, [("file".to_owned(), "table_too_large".to_owned())]);
    assert_eq!(post(&api, &[("file", rows(3).as_bytes()), ("message", &b" ".repeat(16_385))]).await.problem(413)[0].1, "too_large");
    assert_eq!(post(&api, &[("file", rows(2_500).as_bytes()), ("message", message)]).await.problem(413)[0].1, "too_large");
    let no_form = api.post("/v1/messages/csv", &json!({})).await;
    assert_eq!(no_form.problem(415)[0].1, "unsupported_media_type");
    let mut cut = request(&api, "x", &[("message", message)]);
    *cut.body_mut() = Body::from("--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nemail");
    assert_eq!(api.send(cut).await.problem(400)[0].1, "unreadable_body");
}
