//! Files are uploaded before the mail that carries them: once by their content, as they come, and not what deceives (requirement S0-8).

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use bytes::Bytes;
use jebi::system::SystemClock;
use jebi_domain::{attachment, port::Clock};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::support::api::{Answer, Api, Setup, list, text};

const PDF: &[u8] = b"%PDF-1.7\n% \xed\x95\x9c\xea\xb8\x80\n";

pub fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|b| format!("{b:02x}")).collect()
}

/// A part of a form: its head and its content.
pub fn part(head: &str, content: &[u8]) -> Vec<u8> {
    [head.as_bytes(), b"\r\n\r\n", content, b"\r\n"].concat()
}

pub fn file_part(name: &str, content_type: &str, content: &[u8]) -> Vec<u8> {
    let kind = if content_type.is_empty() { String::new() } else { format!("\r\nContent-Type: {content_type}") };
    part(&format!("Content-Disposition: form-data; name=\"attachments\"; filename=\"{name}\"{kind}"), content)
}

pub fn form(boundary: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut body: Vec<u8> = parts.iter().flat_map(|part| [format!("--{boundary}\r\n").as_bytes(), part].concat()).collect();
    body.extend(format!("--{boundary}--\r\n").as_bytes());
    body
}

pub fn with_type(mut request: Request<Body>, content_type: &str) -> Request<Body> {
    request.headers_mut().insert("content-type", content_type.parse().expect("a header"));
    request
}

impl Api {
    pub async fn upload(&self, name: &str, content: impl Into<Body>) -> Answer {
        let path = format!("/v1/attachments?name={}", name.bytes().map(|b| format!("%{b:02X}")).collect::<String>());
        self.send(with_type(self.request(Method::POST, &path, content), "application/octet-stream")).await
    }

    pub async fn upload_form(&self, parts: &[Vec<u8>]) -> Answer {
        let body = form("XX", parts);
        self.send(with_type(self.request(Method::POST, "/v1/attachments", body), "multipart/form-data; boundary=XX")).await
    }

    /// Pieces of files that are on the disk.
    fn pieces(&self) -> usize {
        let db = rusqlite::Connection::open(self.folder().join("jebi.db")).expect("the database");
        db.query_row("SELECT count(*) FROM file_piece", [], |r| r.get::<_, u32>(0)).expect("a count") as usize
    }

    /// Waits for so many, while whoever brings them goes on.
    async fn has_pieces(&self, n: usize) {
        let end = SystemClock.boot() + Duration::from_secs(20);
        while self.pieces() < n {
            assert!(SystemClock.boot() < end, "{} of {n} pieces came to the disk", self.pieces());
            tokio::task::yield_now().await;
        }
    }
}

/// A body that comes as a test says.
fn slow_body() -> (mpsc::Sender<Bytes>, Body) {
    let (to, from) = mpsc::channel::<Bytes>(1);
    let stream =
        futures_util::stream::unfold(from, |mut from| async move { from.recv().await.map(|bytes| (Ok::<_, std::io::Error>(bytes), from)) });
    (to, Body::from_stream(stream))
}

#[tokio::test]
async fn a_file_is_kept_and_shown() {
    let api = Api::new().await;
    let kept = api.upload("11월 견적서.pdf", PDF).await.expect(201);
    assert_eq!(text(&kept["id"]), hex(PDF));
    assert_eq!(
        (text(&kept["name"]), &kept["size"], text(&kept["content_type"])),
        ("11월 견적서.pdf", &Value::from(PDF.len()), "application/pdf")
    );
    let path = format!("/v1/attachments/{}", hex(PDF));
    let shown = api.get(&path).await.expect(200);
    assert_eq!((text(&shown["recognised_as"]), &shown["messages"]), ("application/pdf", &Value::from(0)));
    assert_eq!(api.get(&path.to_uppercase().replace("/V1/ATTACHMENTS", "/v1/attachments")).await.status, 200, "in either case");
    assert_eq!(api.get("/v1/attachments/abc").await.problem(404), [(String::new(), "not_found".to_owned())]);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.status, 404);
    assert_eq!(api.delete(&path).await.status, 404);
    let acts = api.get("/v1/audit").await.expect(200);
    assert_eq!((text(&acts["acts"][1]["act"]), text(&acts["acts"][1]["target"])), ("attachment.remove", hex(PDF).as_str()));
}

#[tokio::test]
async fn the_name_comes_in_a_header_too() {
    let api = Api::new().await;
    let mut request = with_type(api.request(Method::POST, "/v1/attachments", PDF), "application/x-www-form-urlencoded");
    let name = "attachment; filename*=UTF-8''%EA%B2%AC%EC%A0%81%EC%84%9C.pdf".parse().expect("a header");
    request.headers_mut().insert("content-disposition", name);
    let kept = api.send(request).await.expect(201);
    assert_eq!((text(&kept["name"]), text(&kept["content_type"])), ("견적서.pdf", "application/pdf"));
}

#[tokio::test]
async fn a_form_brings_several() {
    let api = Api::new().await;
    // macOS writes Hangul in pieces.
    let parts = [
        file_part("\u{1112}\u{1161}\u{11ab}.pdf", "application/pdf", PDF),
        file_part("목록.csv", "", b"a,b\n"),
        file_part("a.txt", "text/plain; charset=utf-8", b"x"),
    ];
    let kept = api.upload_form(&parts).await.expect(201);
    let told: Vec<_> = list(&kept["attachments"]).iter().map(|one| (text(&one["name"]), text(&one["content_type"]))).collect();
    assert_eq!(told, [("한.pdf", "application/pdf"), ("목록.csv", "text/csv"), ("a.txt", "text/plain; charset=utf-8")]);
    assert_eq!(text(&kept["attachments"][1]["id"]), hex(b"a,b\n"));
    let listed = api.get("/v1/attachments?limit=2").await.expect(200);
    assert_eq!(list(&listed["attachments"]).len(), 2);
    let rest = api.get(&format!("/v1/attachments?cursor={}", text(&listed["next_cursor"]))).await.expect(200);
    assert_eq!((list(&rest["attachments"]).len(), &rest["next_cursor"]), (1, &Value::Null));
}

#[tokio::test]
async fn the_same_content_is_one_file() {
    let api = Api::new().await;
    let large: Vec<u8> = (0..1_000_000_u32).map(|i| (i / 3) as u8).collect();
    for name in ["a.txt", "b.csv"] {
        assert_eq!(text(&api.upload(name, large.clone()).await.expect(201)["id"]), hex(&large));
        assert_eq!(text(&api.upload(name, "작은 글").await.expect(201)["id"]), hex("작은 글".as_bytes()));
    }
    assert_eq!(list(&api.get("/v1/attachments").await.expect(200)["attachments"]).len(), 2);
}

#[tokio::test]
async fn what_deceives_is_refused_by_name() {
    let api = Api::new().await;
    let mut program = b"MZ\x90\0".to_vec();
    program.resize(300_000, 0);
    for (name, content, code) in [
        ("보고서.exe", &b"x"[..], "file_type_not_allowed"),
        ("보고서.pdf.exe", b"x", "file_type_not_allowed"),
        ("보고서", b"x", "file_type_not_allowed"),
        ("보고서.pdf", &program, "file_executable"),
        ("보고서.pdf", b"#!/bin/sh\n", "file_executable"),
        ("보고서.png", PDF, "file_content_mismatch"),
        ("보고서.txt", b"", "file_empty"),
        ("../보고서.pdf", PDF, "file_name_path"),
        ("보고서\u{202e}fdp.pdf", PDF, "file_name_character"),
        ("보고서\n.pdf", PDF, "file_name_character"),
        ("", PDF, "missing_file_name"),
    ] {
        let answer = api.upload(name, content.to_vec()).await;
        assert_eq!(answer.problem(422), [("body".to_owned(), code.to_owned())], "{name:?}");
        let told = answer.json()["errors"][0]["fault"].to_string();
        assert!(name.is_empty() || told.contains("보고서"), "it names the file: {told}");
        let parts = [file_part("good.txt", "", b"good"), file_part(&name.replace('\n', "%0A"), "", content)];
        if !name.contains('\n') && !name.is_empty() {
            assert_eq!(api.upload_form(&parts).await.problem(422), [("attachments[1]".to_owned(), code.to_owned())], "{name:?}");
        }
    }
    let korean = |mut request: Request<Body>| {
        request.headers_mut().insert("accept-language", "ko".parse().expect("a header"));
        request
    };
    let request = korean(with_type(api.request(Method::POST, "/v1/attachments?name=a.exe", "x"), "application/octet-stream"));
    let told = api.send(request).await.json()["errors"][0]["fault"].to_string();
    assert!(told.contains("허용되지 않는 파일 형식입니다"), "{told}");
}

#[tokio::test]
async fn what_is_too_large_ends_where_that_shows() {
    let setup = Setup { upload_limit: 1 << 20, ..Setup::default() };
    let mut files = setup.files.clone();
    files.rules = attachment::Rules { max_size: 600_000, ..files.rules };
    let api = Api::with(Setup { files, ..setup }).await;
    assert_eq!(api.upload("a.txt", vec![b'a'; 600_000]).await.status, 201);
    assert_eq!(api.upload("a.txt", vec![b'a'; 600_001]).await.problem(422), [("body".into(), "file_too_large".into())]);
    assert_eq!(api.upload("a.txt", vec![b'a'; (1 << 20) + 1]).await.problem(413), [("body".into(), "too_large".into())]);
    let parts = [
        file_part("a.txt", "", &vec![b'a'; 500_000]),
        file_part("b.txt", "", &vec![b'b'; 500_000]),
        file_part("c.txt", "", &[b'c'; 100_000]),
    ];
    assert_eq!(api.upload_form(&parts).await.problem(413), [("body".into(), "too_large".into())]);
    // Announced, it is refused before a byte of it is read.
    let (_to, body) = slow_body();
    let mut request = with_type(api.request(Method::POST, "/v1/attachments?name=a.txt", body), "text/plain");
    request.headers_mut().insert("content-length", "2000000".parse().expect("a header"));
    request.headers_mut().insert("expect", "100-continue".parse().expect("a header"));
    assert_eq!(api.send(request).await.problem(413), [("body".into(), "too_large".into())]);
}

#[tokio::test]
async fn what_is_no_form_and_no_file_is_refused() {
    let api = Api::new().await;
    let send = async |content_type: &str, body: Vec<u8>| {
        api.send(with_type(api.request(Method::POST, "/v1/attachments", body), content_type)).await
    };
    let bad = |code: &str| [("body".to_owned(), code.to_owned())];
    assert_eq!(send("multipart/form-data", b"--XX--".to_vec()).await.problem(400), bad("invalid_form"));
    assert_eq!(send("multipart/form-data; boundary=XX", b"nonsense".to_vec()).await.problem(400).len(), 1);
    assert_eq!(send("multipart/form-data; boundary=XX", form("XX", &[])).await.problem(422), bad("no_files"));
    let field = part("Content-Disposition: form-data; name=\"note\"", b"x");
    assert_eq!(send("multipart/form-data; boundary=XX", form("XX", &[field])).await.problem(422), bad("unknown_part"));
    let mut cut = form("XX", &[file_part("a.txt", "", b"abc")]);
    cut.truncate(cut.len() - 12);
    assert_eq!(send("multipart/form-data; boundary=XX", cut).await.problem(400).len(), 1);
    let endless = [b"--XX\r\nContent-Disposition: form-data; name=\"".to_vec(), vec![b'a'; 3 << 20]].concat();
    assert_eq!(send("multipart/form-data; boundary=XX", endless).await.problem(400), bad("invalid_form"));
    let mut request = with_type(api.request(Method::POST, "/v1/attachments?name=a.txt", "x"), "text/plain");
    request.headers_mut().insert("content-encoding", "gzip".parse().expect("a header"));
    assert_eq!(api.send(request).await.problem(415), [("Content-Encoding".into(), "unsupported_encoding".into())]);
    assert_eq!(api.pieces(), 0);
}

/// Sends 60 MB and looks at each step that what was sent before is on the disk: so it is nowhere else.
async fn goes_through(api: &Api, request: Request<Body>, to: mpsc::Sender<Bytes>, head: Vec<u8>, tail: Vec<u8>) -> Answer {
    const FRAME: usize = 64 << 10;
    let send = async {
        if !head.is_empty() {
            to.send(head.into()).await.expect("taken");
        }
        for n in 1..=960_usize {
            to.send(vec![(n % 251) as u8; FRAME].into()).await.expect("taken");
            // A piece that fills, one that is written, and a few frames on their way.
            let least = (n * FRAME).saturating_sub(1 << 20) / (256 << 10);
            if n % 96 == 0 {
                api.has_pieces(least).await;
            }
        }
        if !tail.is_empty() {
            to.send(tail.into()).await.expect("taken");
        }
        drop(to);
    };
    let (answer, ()) = tokio::join!(api.send(request), send);
    answer
}

async fn of_60_mb() -> Api {
    let setup = Setup { upload_limit: 64 << 20, max_bodies: 1 << 20, ..Setup::default() };
    let mut files = setup.files.clone();
    files.rules.max_size = 64 << 20;
    Api::with(Setup { files, ..setup }).await
}

#[tokio::test]
async fn sixty_megabytes_go_to_the_disk_as_they_come() {
    let api = of_60_mb().await;
    let (to, body) = slow_body();
    let request = with_type(api.request(Method::POST, "/v1/attachments?name=a.zip", body), "application/zip");
    let kept = goes_through(&api, request, to, vec![], vec![]).await.expect(201);
    assert_eq!((&kept["size"], api.pieces()), (&Value::from(60 << 20), 240));
}

#[tokio::test]
async fn sixty_megabytes_in_a_form_do_too() {
    let api = of_60_mb().await;
    let (to, body) = slow_body();
    let request = with_type(api.request(Method::POST, "/v1/attachments", body), "multipart/form-data; boundary=XX");
    let whole = form("XX", &[file_part("a.zip", "", b"?")]);
    let place = whole.iter().rposition(|b| *b == b'?').expect("the content");
    let kept = goes_through(&api, request, to, whole[..place].to_vec(), whole[place + 1..].to_vec()).await.expect(201);
    assert_eq!((&kept["attachments"][0]["size"], api.pieces()), (&Value::from(60 << 20), 240));
}

#[tokio::test]
async fn memory_for_uploads_is_shared_with_other_bodies() {
    let api = Api::with(Setup { max_bodies: 600 << 10, ..Setup::default() }).await;
    let (to, body) = slow_body();
    let first = api.send(with_type(api.request(Method::POST, "/v1/attachments?name=a.txt", body), "text/plain"));
    let second = async {
        to.send(Bytes::from_static(b"a")).await.expect("taken");
        to.send(Bytes::from_static(b"b")).await.expect("taken");
        let refused = api.upload("b.txt", "x").await.problem(503);
        assert_eq!(refused, [(String::new(), "too_many_bodies".to_owned())]);
        drop(to);
    };
    let (kept, ()) = tokio::join!(first, second);
    assert_eq!(text(&kept.expect(201)["id"]), hex(b"ab"));
    assert_eq!(api.upload("b.txt", "x").await.status, 201, "its room is free again");
}

#[tokio::test]
async fn an_upload_may_take_its_time_but_has_to_go_on() {
    let api = Api::new().await;
    let (to, body) = slow_body();
    let request = with_type(api.request(Method::POST, "/v1/attachments?name=a.txt", body), "text/plain");
    let send = async {
        // 1 MiB buys 32 seconds beside the 60 that every request has.
        for _ in 0..16 {
            to.send(vec![b'a'; 64 << 10].into()).await.expect("taken");
        }
        api.has_pieces(4).await;
        api.clock.advance(Duration::from_secs(85));
        to.send(vec![b'a'; 1].into()).await.expect("it still listens");
        to.send(vec![b'a'; 1].into()).await.expect("it still listens");
        api.clock.advance(Duration::from_secs(10));
        to
    };
    let began = api.clock.boot();
    let (answer, _to) = tokio::join!(api.send(request), send);
    assert_eq!(answer.problem(408), [("body".to_owned(), "request_timeout".to_owned())]);
    assert!(api.clock.boot().since(began) >= Duration::from_secs(92));
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let api = Api::new().await;
    let (to, body) = slow_body();
    let request = with_type(api.request(Method::POST, "/v1/attachments?name=a.txt", body), "text/plain");
    let send = async {
        for _ in 0..20 {
            to.send(vec![b'a'; 64 << 10].into()).await.expect("taken");
        }
        api.has_pieces(3).await;
    };
    // Its caller hangs up.
    tokio::select! {
        _ = api.send(request) => panic!("it is not over"),
        () = send => {}
    }
    let end = SystemClock.boot() + Duration::from_secs(20);
    while api.pieces() > 0 {
        assert!(SystemClock.boot() < end, "its pieces stay");
        api.state.files.purge().await.expect("it can be purged");
    }
    assert_eq!(list(&api.get("/v1/attachments").await.expect(200)["attachments"]).len(), 0);
}

#[tokio::test]
async fn a_full_disk_is_told() {
    let api = Api::with(Setup { disk_floor: 1 << 60, ..Setup::default() }).await;
    for content in [vec![b'a'; 10], vec![b'a'; 600_000]] {
        assert_eq!(api.upload("a.txt", content).await.problem(503), [(String::new(), "disk_full".to_owned())]);
    }
    assert_eq!(api.pieces(), 0);
}
