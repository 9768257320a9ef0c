//! A file of many megabytes is on its way to the disk while it comes, and nowhere whole in memory.

use std::net::SocketAddr;

use crate::support::{http, server::Server};

const KEY: &str = "large-files-key-0123456789abcdefghij";

fn upload(server: &Server, size: usize) -> std::io::Result<u16> {
    let to: SocketAddr = server.url.trim_start_matches("http://").parse().expect("an address");
    let body: Vec<u8> = (0..size).map(|i| (i / 7 % 251) as u8 + 1).collect();
    let headers = [("Content-Type", "application/octet-stream"), ("X-API-KEY", KEY)];
    http::call(to, "POST", "/v1/attachments?name=a.zip", &headers, &body).map(|answer| answer.status)
}

#[test]
fn uploads_of_many_megabytes_take_no_more_memory_than_small_ones() {
    let dir = tempfile::tempdir().expect("a folder");
    let env = [("JEBI_API_KEY", KEY), ("EMAIL_MAX_ATTACHMENT_SIZE", "41943040"), ("AWS_SES_FROM_EMAIL", "shop@example.com")];
    let server = Server::start(dir.path(), &env);
    assert_eq!(upload(&server, 5 << 20).expect("an answer"), 201);
    let before = server.peak_kib();
    assert_eq!(upload(&server, 25 << 20).expect("an answer"), 201);
    assert_eq!(upload(&server, 40 << 20).expect("an answer"), 201);
    assert_eq!(upload(&server, 50 << 20).expect("an answer"), 422, "more than a file may have");
    // So much of it is not even read; whether its sender hears that before the connection is cut is the system's to say.
    assert_eq!(upload(&server, 100 << 20).unwrap_or(413), 413, "more than an upload may have");
    let grown = server.peak_kib() - before;
    // The store's cache may fill by 32 MiB meanwhile.
    assert!(grown < 36 << 10, "{grown} KiB more than {before}");
}
