//! A file all the way through a real server: uploaded, attached to mail for several people, composed, kept by the local inbox, and read
//! back there, byte for byte.

use serde_json::json;

use crate::support::{
    http::{Answer, call},
    server::{Server, until},
};

const KEY: &str = "0123456789abcdef0123456789abcdef";

struct Site {
    _folder: tempfile::TempDir,
    server: Server,
}

impl Site {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let env = [
            ("JEBI_API_KEY", KEY),
            ("SERVER_PORT", "0"),
            ("DEFAULT_FROM_EMAIL", "news@jebi.example"),
            ("EMAIL_MAX_ATTACHMENT_SIZE", "10485760"),
        ];
        Self { server: Server::start(folder.path(), &env), _folder: folder }
    }

    fn call(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let to = self.server.url.trim_start_matches("http://").parse().expect("an address");
        call(to, method, path, &[("X-API-KEY", KEY), ("Content-Type", kind)], body).expect("an answer")
    }
}

#[test]
fn a_file_of_ten_megabytes_reaches_each_of_several_as_it_was_uploaded() {
    let site = Site::start();
    // %PDF, then bytes that are not alike.
    let mut file = b"%PDF-1.7\n".to_vec();
    file.extend((file.len() as u32..10 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8));
    let uploaded = site.call("POST", "/v1/attachments?name=%EA%B3%84%EC%95%BD%EC%84%9C.pdf", "application/octet-stream", &file);
    assert_eq!(uploaded.status, 201, "{}", String::from_utf8_lossy(&uploaded.body));
    let id = uploaded.json()["id"].clone();
    let message = json!({
        "emails": ["hong@example.kr", "lim@example.kr", "chang@example.kr"],
        "subject": "계약서를 보냅니다",
        "html": "<p>계약서를 붙입니다.</p>",
        // As macOS writes it.
        "attachments": [{"name": "\u{1100}\u{1168}\u{110b}\u{1163}\u{11a8}\u{1109}\u{1165}.pdf", "file_id": id}],
    });
    let accepted = site.call("POST", "/v1/messages", "application/json", json!({"messages": [message]}).to_string().as_bytes());
    assert_eq!(accepted.status, 202, "{}", String::from_utf8_lossy(&accepted.body));
    let list = || site.call("GET", "/v1/inbox", "application/json", b"").json()["mails"].as_array().cloned().filter(|all| all.len() == 3);
    for mail in until("three mails", list) {
        let no = &mail["id"];
        let shown = site.call("GET", &format!("/v1/inbox/{no}"), "application/json", b"").json();
        assert_eq!(shown["attachments"][0]["name"], "계약서.pdf", "{shown}");
        let kept = site.call("GET", &format!("/v1/inbox/{no}/attachments/0"), "application/json", b"");
        assert!(kept.status == 200 && kept.body == file, "{}: {} bytes", kept.status, kept.body.len());
    }
}
