//! What is wrong with a file is told, with its name, whichever way it comes: in base64 within the JSON, in a form with mail, uploaded as a
//! body, and uploaded in a form (requirement S0-8). Nothing of it is kept.

use base64::{Engine, engine::general_purpose::STANDARD};
use jebi_domain::attachment;
use serde_json::json;

use super::api_takes_files::{file_part, form, part, with_type};
use crate::support::api::{Answer, Api, Setup, list, text};

const PDF: &[u8] = b"%PDF-1.7\n%\xed\x95\x9c\n";
/// Largest file these tests allow.
const MOST: u64 = 300_000;

/// A zip whose first entry is stored under this name.
fn zip(name: &str) -> Vec<u8> {
    let mut out = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0".to_vec();
    out.extend([u8::try_from(name.len()).expect("a short name"), 0, 0, 0]);
    out.extend(name.as_bytes());
    out.extend(b"xPK\x01\x02");
    out
}

/// A file too large to be held in one piece that begins like this.
fn long(head: &[u8]) -> Vec<u8> {
    let mut all = head.to_vec();
    all.resize(280_000, 0);
    all
}

/// Name, content, and the code of what is wrong with it.
fn faults() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    vec![
        ("보고서.txt", vec![b'a'; 300_001], "file_too_large"),
        ("보고서.exe", b"x".to_vec(), "file_type_not_allowed"),
        ("보고서.pdf.exe", PDF.to_vec(), "file_type_not_allowed"),
        ("보고서.js", b"alert(1)".to_vec(), "file_type_not_allowed"),
        ("보고서.html", b"<!DOCTYPE html><script>".to_vec(), "file_type_not_allowed"),
        ("보고서.jar", zip("a.class"), "file_type_not_allowed"),
        ("보고서", PDF.to_vec(), "file_type_not_allowed"),
        ("보고서.png", PDF.to_vec(), "file_content_mismatch"),
        ("보고서.pdf", b"<!DOCTYPE html><script>".to_vec(), "file_content_mismatch"),
        ("보고서.docx", long(PDF), "file_content_mismatch"),
        ("보고서.txt", vec![], "file_empty"),
        ("보고서.pdf", long(b"MZ\x90\0\x03\0\0\0"), "file_executable"),
        ("보고서.zip", b"MZ\x90\0\x03\0\0\0".to_vec(), "file_executable"),
        ("보고서.pdf", long(b"\x7fELF\x02\x01\x01"), "file_executable"),
        ("보고서.jpg", b"\xcf\xfa\xed\xfe\x07\0\0\x01".to_vec(), "file_executable"),
        ("보고서.txt", b"#!/bin/sh\nrm -rf /\n".to_vec(), "file_executable"),
        ("보고서.txt", b"#!/usr/bin/env python3\n".to_vec(), "file_executable"),
        ("보고서.zip", zip("META-INF/MANIFEST.MF"), "file_executable"),
        ("보고서.zip", zip("AndroidManifest.xml"), "file_executable"),
        ("../보고서.pdf", PDF.to_vec(), "file_name_path"),
        ("/etc/보고서.pdf", PDF.to_vec(), "file_name_path"),
        ("보고서\u{7}.pdf", PDF.to_vec(), "file_name_character"),
        ("보고서\u{202e}fdp.pdf", PDF.to_vec(), "file_name_character"),
        ("보고서\u{200b}.pdf", PDF.to_vec(), "file_name_character"),
        ("보고서.pdf.", PDF.to_vec(), "file_name_character"),
    ]
}

#[track_caller]
fn tells(answer: &Answer, way: &str, field: &str, name: &str, code: &str) {
    assert_eq!(answer.problem(422), [(field.to_owned(), code.to_owned())], "{way}: {name:?}");
    let told = answer.json()["errors"][0]["fault"].to_string();
    assert!(told.contains("보고서"), "{way} names the file: {told}");
}

#[tokio::test]
async fn each_fault_is_told_by_each_way_in() {
    let setup = Setup::default();
    let mut files = setup.files.clone();
    files.rules = attachment::Rules { max_size: MOST, ..files.rules };
    let api = Api::with(Setup { files, ..setup }).await;
    let mail =
        |attachments: serde_json::Value| json!({"emails": ["hong@example.kr"], "subject": "s", "text": "t", "attachments": attachments});
    let formed = async |path: &str, parts: &[Vec<u8>]| {
        api.send(with_type(api.request(axum::http::Method::POST, path, form("XX", parts)), "multipart/form-data; boundary=XX")).await
    };
    for (name, content, code) in faults() {
        let inside = json!({"messages": [mail(json!([{"name": name, "content": STANDARD.encode(&content)}]))]});
        tells(&api.post("/v1/messages", &inside).await, "JSON", "messages[0].attachments[0]", name, code);
        tells(&api.post("/v1/messages?dry_run=true", &inside).await, "tried out", "messages[0].attachments[0]", name, code);
        tells(&api.upload(name, content.clone()).await, "upload", "body", name, code);
        let (file, message) = (file_part(name, "", &content), mail(json!([])).to_string());
        let message = part("Content-Disposition: form-data; name=\"message\"", message.as_bytes());
        if name.contains(|c: char| c.is_ascii_control()) {
            // The head of its part is none (RFC 9110, 5.5), so that its name is not known.
            assert_eq!(formed("/v1/messages", &[message, file.clone()]).await.problem(400).len(), 1, "{name:?}");
            assert_eq!(formed("/v1/attachments", &[file]).await.problem(400).len(), 1, "{name:?}");
            continue;
        }
        tells(&formed("/v1/messages", &[message, file.clone()]).await, "form", "attachments[0]", name, code);
        tells(&formed("/v1/attachments", &[file]).await, "upload in a form", "attachments[0]", name, code);
    }
    assert_eq!(list(&api.get("/v1/attachments").await.expect(200)["attachments"]).len(), 0);
    assert_eq!(api.waiting().await, 0);
}

#[tokio::test]
async fn a_stored_file_is_held_to_the_rules_under_the_name_it_is_sent_with() {
    let api = Api::new().await;
    let id = text(&api.upload("보고서.pdf", PDF).await.expect(201)["id"]).to_owned();
    for (name, code) in [
        ("보고서.exe", "file_type_not_allowed"),
        ("보고서.png", "file_content_mismatch"),
        ("../보고서.pdf", "file_name_path"),
        ("보고서\u{7}.pdf", "file_name_character"),
    ] {
        let body = json!({"messages": [{"emails": ["hong@example.kr"], "subject": "s", "text": "t", "attachments": [{"name": name, "file_id": id}]}]});
        tells(&api.post("/v1/messages", &body).await, "by id", "messages[0].attachments[0]", name, code);
    }
}

#[tokio::test]
async fn hangul_of_macos_is_put_together_by_each_way_in() {
    let api = Api::new().await;
    let (pieces, whole) = ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}.pdf", "한글.pdf");
    assert_eq!(text(&api.upload(pieces, PDF).await.expect(201)["name"]), whole);
    assert_eq!(text(&api.upload_form(&[file_part(pieces, "", PDF)]).await.expect(201)["attachments"][0]["name"]), whole);
    let message = json!({"emails": ["hong@example.kr"], "subject": "s", "text": "t",
        "attachments": [{"name": pieces, "content": STANDARD.encode(PDF)}]});
    let message = part("Content-Disposition: form-data; name=\"message\"", message.to_string().as_bytes());
    let body = form("XX", &[message, file_part(pieces, "", PDF)]);
    let request = with_type(api.request(axum::http::Method::POST, "/v1/messages", body), "multipart/form-data; boundary=XX");
    let accepted = api.send(request).await.expect(202);
    let shown = api.get(&format!("/v1/messages/{}", text(&accepted["messages"][0]["id"]))).await.expect(200);
    let names: Vec<_> = list(&shown["attachments"]).iter().map(|one| text(&one["name"])).collect();
    assert_eq!(names, [whole, whole]);
}
