//! Mail carries files: in base64, by the id of an uploaded one, or beside it in a form. What is wrong with one is told at its place, and
//! nothing of the request is stored then.

use axum::{
    body::Body,
    http::{Method, Request},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jebi::provider::ses::MAX_MAIL;
use jebi_domain::{
    attachment,
    content::{Attachment, FileId},
    id::MessageId,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::api_takes_files::{file_part, form, hex, part, with_type};
use crate::support::api::{Answer, Api, Setup, list, text};

const PDF: &[u8] = b"%PDF-1.7\n%\xed\x95\x9c\n";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn mail(attachments: &Value) -> Value {
    json!({"emails": ["hong@example.kr"], "subject": "견적서입니다", "text": "첨부를 보십시오", "attachments": attachments})
}

fn one(attachments: &Value) -> Value {
    json!({"messages": [mail(attachments)]})
}

fn base64(content: &[u8]) -> String {
    STANDARD.encode(content)
}

impl Api {
    /// The files of an accepted message, as it will be sent.
    async fn carried(&self, accepted: &Value, message: usize) -> Vec<Attachment> {
        let id = MessageId::parse(text(&accepted["messages"][message]["id"])).expect("an id");
        self.store.message(id).await.expect("looked up").expect("a message").message.content.attachments.clone()
    }

    async fn bytes(&self, id: FileId) -> Vec<u8> {
        self.store.file_range(id, 0, u32::MAX).await.expect("read").expect("a file").to_vec()
    }

    fn form_of(&self, boundary: &str, parts: &[Vec<u8>]) -> Request<Body> {
        let kind = format!("multipart/form-data; boundary={boundary}");
        with_type(self.request(Method::POST, "/v1/messages", form(boundary, parts)), &kind)
    }

    async fn submit_form(&self, parts: &[Vec<u8>]) -> Answer {
        self.send(self.form_of("XX", parts)).await
    }
}

fn json_part(name: &str, value: &Value) -> Vec<u8> {
    part(&format!("Content-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/json"), value.to_string().as_bytes())
}

#[tokio::test]
async fn files_come_in_base64_and_by_id() {
    let api = Api::new().await;
    let uploaded = api.upload("아무 이름.png", PNG).await.expect(201);
    let accepted = api
        .post(
            "/v1/messages",
            &one(&json!([
                {"name": "11월 견적서.pdf", "content": base64(PDF)},
                {"name": "로고.png", "file_id": uploaded["id"], "content_id": "<logo>", "content_type": "image/png"},
                {"name": "비고.txt", "content": base64("한글".as_bytes()), "content_type": "text/plain; charset=utf-8"},
            ])),
        )
        .await
        .expect(202);
    let carried = api.carried(&accepted, 0).await;
    let told: Vec<_> = carried.iter().map(|a| (a.name.as_str(), a.content_type.as_str(), a.content_id.as_deref(), a.size)).collect();
    assert_eq!(
        told,
        [
            ("11월 견적서.pdf", "application/pdf", None, PDF.len() as u64),
            ("로고.png", "image/png", Some("logo"), PNG.len() as u64),
            ("비고.txt", "text/plain; charset=utf-8", None, 6),
        ]
    );
    assert_eq!(api.bytes(carried[0].file).await, PDF);
    assert_eq!(carried[1].file.to_string(), hex(PNG));
    // It is shown with the message, and held by it.
    let shown = api.get(&format!("/v1/messages/{}", text(&accepted["messages"][0]["id"]))).await.expect(200);
    assert_eq!((list(&shown["attachments"]).len(), text(&shown["attachments"][1]["content_id"])), (3, "logo"));
    let path = format!("/v1/attachments/{}", hex(PDF));
    assert_eq!(api.get(&path).await.expect(200)["messages"], 1);
    assert_eq!(api.delete(&path).await.problem(409), [(String::new(), "file_in_use".to_owned())]);
}

#[tokio::test]
async fn the_same_file_in_many_messages_is_kept_once() {
    let api = Api::new().await;
    let large: Vec<u8> = (0..600_000_u32).map(|i| (i / 3) as u8).collect();
    let attachments = json!([{"name": "a.txt", "content": base64(&large)}]);
    let body = json!({"messages": [mail(&attachments), mail(&attachments)]});
    let accepted = api.post("/v1/messages", &body).await.expect(202);
    api.post("/v1/messages", &body).await.expect(202);
    let files = api.get("/v1/attachments").await.expect(200);
    assert_eq!((list(&files["attachments"]).len(), &files["attachments"][0]["messages"]), (1, &json!(4)));
    let carried = api.carried(&accepted, 1).await;
    assert_eq!(api.bytes(carried[0].file).await, large);
    // What the store writes for each message stays small.
    let db = rusqlite::Connection::open(api.folder().join("jebi.db")).expect("the database");
    let longest: i64 = db.query_row("SELECT max(length(content)) FROM message", [], |r| r.get(0)).expect("a length");
    assert!(longest < 1_000, "{longest}");
}

#[tokio::test]
async fn every_fault_is_told_at_its_place_and_nothing_is_stored() {
    let setup = Setup::default();
    let mut files = setup.files.clone();
    files.rules = attachment::Rules { max_size: 1_000, ..files.rules };
    let api = Api::with(Setup { files, ..setup }).await;
    let body = json!({"messages": [
        mail(&json!([
            {"name": "a.pdf", "content": base64(PDF)},
            {"name": "프로그램.pdf", "content": base64(b"\x7fELF\x02\x01\x01")},
            {"name": "../a.pdf", "content": base64(PDF)},
            {"name": "a.exe", "content": base64(PDF)},
            {"name": "a.png", "content": base64(PDF)},
            {"name": "a.txt", "content": ""},
            {"name": "a.txt", "content": base64(&[b'a'; 1_001])},
            {"name": "a.txt", "content": "@@@"},
            {"name": "a.txt", "file_id": "ab".repeat(32)},
            {"name": "a.txt", "file_id": "x"},
            {"name": "a.txt"},
            {"name": "a.txt", "file_id": hex(PDF), "content": "YQ=="},
            {"content": "YQ=="},
            {"name": "a.txt", "content": "YQ==", "content_type": "text"},
            {"name": "a.txt", "content": "YQ==", "content_id": "a b"},
        ])),
        mail(&json!([
            {"name": "a.txt", "content": "YQ==", "content_id": "logo"},
            {"name": "b.txt", "content": "Yg==", "content_id": "<logo>"},
        ])),
        mail(&json!(vec![json!({"name": "a.txt", "content": "YQ=="}); 51])),
    ]});
    let found = api.post("/v1/messages", &body).await.problem(422);
    let at = |i: usize, rest: &str, code: &str| (format!("messages[0].attachments[{i}]{rest}"), code.to_owned());
    assert_eq!(
        found,
        [
            at(1, "", "file_executable"),
            at(2, "", "file_name_path"),
            at(3, "", "file_type_not_allowed"),
            at(4, "", "file_content_mismatch"),
            at(5, "", "file_empty"),
            at(6, "", "file_too_large"),
            at(7, ".content", "invalid_base64"),
            at(8, ".file_id", "file_not_found"),
            at(9, ".file_id", "file_not_found"),
            at(10, "", "attachment_source"),
            at(11, "", "attachment_source"),
            at(12, "", "missing_file_name"),
            at(13, ".content_type", "invalid_content_type"),
            at(14, ".content_id", "invalid_content_id"),
            ("messages[1].attachments[1].content_id".into(), "content_id_twice".into()),
            ("messages[2].attachments".into(), "too_many_attachments".into()),
        ]
    );
    assert_eq!(list(&api.get("/v1/attachments").await.expect(200)["attachments"]).len(), 0, "not even the good file");
    assert_eq!(api.waiting().await, 0);
}

#[tokio::test]
async fn an_unknown_field_of_a_file_is_named() {
    let api = Api::new().await;
    let found = api.post("/v1/messages", &one(&json!([{"name": "a.txt", "contents": "YQ=="}]))).await.problem(422);
    assert_eq!(found, [("messages[0].attachments[0].contents".into(), "unknown_field".into())]);
}

#[tokio::test]
async fn a_file_uploaded_under_a_harmless_name_is_held_to_the_next_one() {
    let api = Api::new().await;
    let uploaded = api.upload("a.pdf", PDF).await.expect(201);
    let found = api.post("/v1/messages", &one(&json!([{"name": "a.png", "file_id": uploaded["id"]}]))).await.problem(422);
    assert_eq!(found, [("messages[0].attachments[0]".into(), "file_content_mismatch".into())]);
}

#[tokio::test]
async fn an_invitation_is_kept_with_its_method() {
    let api = Api::new().await;
    let object = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:주간 회의\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let with = |method: &str| json!({"messages": [{"emails": ["hong@example.kr"], "subject": "회의", "text": "회의", "calendar": {"method": method, "content": object}}]});
    let accepted = api.post("/v1/messages", &with("request")).await.expect(202);
    let id = MessageId::parse(text(&accepted["messages"][0]["id"])).expect("an id");
    let calendar =
        api.store.message(id).await.expect("looked up").expect("a message").message.content.calendar.clone().expect("an invitation");
    assert_eq!((calendar.method.as_str(), calendar.ics.contains("주간 회의")), ("REQUEST", true));
    assert_eq!(api.post("/v1/messages", &with("CANCEL")).await.problem(422), [("messages[0].calendar".into(), "invalid_calendar".into())]);
}

#[tokio::test]
async fn a_form_brings_mail_and_files() {
    let api = Api::new().await;
    let message = json!({"emails": ["hong@example.kr"], "subject": "안내", "html": "<img src=\"cid:logo\">",
        "attachments": [{"name": "먼저.txt", "content": base64(b"first")}]});
    let inline = part(
        "Content-Disposition: form-data; name=\"attachments\"; filename=\"로고.png\"\r\nContent-Type: image/png\r\nContent-ID: <logo>",
        PNG,
    );
    let accepted =
        api.submit_form(&[json_part("message", &message), file_part("견적서.pdf", "application/octet-stream", PDF), inline]).await;
    let carried = api.carried(&accepted.expect(202), 0).await;
    let told: Vec<_> = carried.iter().map(|a| (a.name.as_str(), a.content_type.as_str(), a.content_id.as_deref())).collect();
    assert_eq!(told, [("먼저.txt", "text/plain", None), ("견적서.pdf", "application/pdf", None), ("로고.png", "image/png", Some("logo"))]);
    // Files first, and every message gets them.
    let request = json!({"messages": [mail(&json!([])), mail(&json!([]))], "scheduled_at": "2024-06-01 09:00:00"});
    let accepted = api.submit_form(&[file_part("견적서.pdf", "", PDF), json_part("messages", &request)]).await.expect(202);
    assert_eq!(accepted["scheduled"], true);
    for message in 0..2 {
        assert_eq!(api.carried(&accepted, message).await.len(), 1);
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_form_is_told_by_name() {
    let api = Api::new().await;
    let (file, good) = (file_part("a.pdf", "", PDF), json_part("message", &mail(&json!([]))));
    let refused = async |parts: &[Vec<u8>]| api.submit_form(parts).await.problem(422).remove(0);
    let is = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(refused(std::slice::from_ref(&file)).await, is("message", "missing_field"));
    assert_eq!(refused(&[good.clone(), good.clone()]).await, is("message", "duplicate_field"));
    assert_eq!(refused(&[good.clone(), json_part("note", &json!(1))]).await, is("note", "unknown_part"));
    assert_eq!(refused(&[good.clone(), file_part("a.exe", "", b"x")]).await, is("attachments[0]", "file_type_not_allowed"));
    assert_eq!(refused(&[json_part("message", &json!({"subjekt": "x"}))]).await, is("messages[0].subjekt", "unknown_field"));
    let mut no_subject = mail(&json!([]));
    no_subject["subject"] = json!("");
    assert_eq!(refused(&[json_part("message", &no_subject)]).await, is("messages[0].subject", "missing_subject"));
    let broken = part("Content-Disposition: form-data; name=\"message\"", b"{");
    assert_eq!(api.submit_form(&[broken]).await.problem(400), [is("messages[0]", "invalid_json")]);
    assert_eq!(api.waiting().await, 0);
}

#[tokio::test]
async fn a_form_is_repeated_safely_whatever_stands_between_its_parts() {
    let api = Api::new().await;
    let parts = |content: &[u8]| [json_part("message", &mail(&json!([]))), file_part("a.txt", "text/plain", content)];
    let keyed = |mut request: Request<Body>| {
        request.headers_mut().insert("idempotency-key", "invoice-1".parse().expect("a header"));
        request
    };
    let first = api.send(keyed(api.form_of("one", &parts(b"one")))).await;
    first.expect(202);
    let again = api.send(keyed(api.form_of("two", &parts(b"one")))).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = api.send(keyed(api.form_of("one", &parts(b"other")))).await;
    assert_eq!(other.problem(409), [("Idempotency-Key".into(), "idempotency_key_reused".into())]);
    assert_eq!(api.waiting().await, 1);
}

#[tokio::test]
async fn forms_that_differ_only_in_a_content_id_are_two() {
    let api = Api::new().await;
    let send = async |content_id: &str| {
        let head = "Content-Disposition: form-data; name=\"attachments\"; filename=\"로고.png\"\r\nContent-Type: image/png";
        let picture = part(&format!("{head}{content_id}"), PNG);
        let message = json!({"emails": ["hong@example.kr"], "subject": "안내", "html": "<img src=\"cid:logo\" alt=\"\">"});
        let mut request = api.form_of("one", &[json_part("message", &message), picture]);
        request.headers_mut().insert("idempotency-key", "notice-1".parse().expect("a header"));
        api.send(request).await
    };
    send("\r\nContent-ID: <logo>").await.expect(202);
    for other in ["\r\nContent-ID: <sign>", ""] {
        assert_eq!(send(other).await.problem(409), [("Idempotency-Key".into(), "idempotency_key_reused".into())], "{other:?}");
    }
    let again = send("\r\nContent-ID: <logo>").await;
    assert_eq!((again.status.as_u16(), again.headers["idempotency-replayed"].to_str().ok()), (202, Some("true")));
}

#[tokio::test]
async fn json_with_files_is_repeated_safely_too() {
    let api = Api::new().await;
    let body = one(&json!([{"name": "a.txt", "content": base64(b"one")}])).to_string();
    let first = api.submit_as("invoice-2", &body).await;
    first.expect(202);
    let again = api.submit_as("invoice-2", &body).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(api.get(&format!("/v1/attachments/{}", hex(b"one"))).await.expect(200)["messages"], 1);
}

/// The largest mail SES takes, with files only the store's list knows: their bytes are not needed to tell.
#[tokio::test]
async fn a_mail_ses_would_not_take_is_refused_by_the_sizes_of_its_files() {
    let mut files = Setup::default().files;
    files.rules.max_size = 64 << 20;
    let api = Api::with(Setup { max_size: Some(MAX_MAIL), files, ..Setup::default() }).await;
    let db = rusqlite::Connection::open(api.folder().join("jebi.db")).expect("the database");
    // Base64 with line ends: 78 octets for 57, so two of these are 39,957,895 and 40,012,632.
    for (size, status) in [(14_600_000_i64, 202), (14_620_000, 422)] {
        let ids = [1, 2].map(|file| FileId(Sha256::digest(format!("{size} {file}")).into()));
        for id in &ids {
            let insert = "INSERT INTO file (hash, upload, size, kind, created_at, used_at) VALUES (?1, 0, ?2, 'text/plain', 0, 0)";
            db.execute(insert, (id.0.as_slice(), size)).expect("a row");
        }
        let attachments: Vec<_> = ids.iter().map(|id| json!({"name": "자료.txt", "file_id": id.to_string()})).collect();
        let answer = api.post("/v1/messages", &one(&json!(attachments))).await;
        assert_eq!(answer.status.as_u16(), status, "{size}: {}", answer.json());
        if status == 422 {
            assert_eq!(answer.problem(422), [("messages[0].attachments".to_owned(), "message_too_large".to_owned())]);
            assert!(text(&answer.json()["errors"][0]["fault"]).ends_with("takes 40000000 at most"));
        }
    }
}

#[tokio::test]
async fn a_mail_its_provider_would_not_take_is_refused_with_its_exact_size() {
    let of = async |max_size: Option<u64>| Api::with(Setup { max_size, ..Setup::default() }).await;
    let file = |i: u8| (0..1_500_000_u32).map(|n| (n / 3) as u8 ^ i).collect::<Vec<u8>>();
    // By reference: nothing of the files is in the request.
    let body = |ids: &[String]| {
        let files: Vec<_> = ids.iter().enumerate().map(|(i, id)| json!({"name": format!("자료 {i}.txt"), "file_id": id})).collect();
        json!({"messages": [{"emails": ["hong@example.kr", "kim@example.kr"], "subject": "자료", "text": "자료입니다.", "attachments": files}]})
    };
    let uploaded = async |api: &Api| {
        let mut ids = Vec::new();
        for i in 0..3 {
            ids.push(text(&api.upload("a.txt", file(i)).await.expect(201)["id"]).to_owned());
        }
        ids
    };
    let small = of(Some(4_000_000)).await;
    let refused = small.post("/v1/messages", &body(&uploaded(&small).await)).await;
    assert_eq!(refused.problem(422), [("messages[0].attachments".to_owned(), "message_too_large".to_owned())]);
    let fault = text(&refused.json()["errors"][0]["fault"]).to_owned();
    let size: u64 = fault.split(' ').find_map(|word| word.parse().ok()).expect("a size");
    assert_eq!(fault, format!("the mail has {size} bytes with everything encoded, and local takes 4000000 at most"));
    // Base64 with line ends: 78 octets for 57.
    assert!((4_500_000 * 78 / 57..4_500_000 * 78 / 57 + 20_000).contains(&size), "{size}");
    assert_eq!(small.waiting().await, 0);
    let same = small.post("/v1/messages?dry_run=true", &body(&uploaded(&small).await)).await;
    assert_eq!(same.problem(422)[0].1, "message_too_large");
    assert_eq!(small.post("/v1/messages", &body(&uploaded(&small).await[..1])).await.status, 202);
    for (limit, status) in [(size - 1, 422), (size, 202)] {
        let api = of(Some(limit)).await;
        let ids = uploaded(&api).await;
        assert_eq!(api.post("/v1/messages", &body(&ids)).await.status.as_u16(), status, "{limit}");
    }
}
