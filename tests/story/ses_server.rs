//! The real server, sending to a fake SES.

use std::{path::Path, time::Duration};

use crate::support::{fake_ses::FakeSes, server::Server};

pub const KEY: &str = "AKIAEXAMPLEEXAMPLE00";

/// The environment of a server that sends to it.
pub fn environment<'a>(url: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("AWS_SES_FROM_EMAIL", "제비 <from@example.com>"),
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", "story/secret"),
        ("AWS_ENDPOINT_URL_SESV2", url),
    ];
    usual.into_iter().chain(more.iter().copied()).collect()
}

/// A server that sends to it.
pub fn server(folder: &Path, ses: &FakeSes, more: &[(&str, &str)]) -> Server {
    let url = ses.url();
    let mut server = Server::start(folder, &environment(&url, more));
    let file = folder.join("key");
    match &server.key {
        Some(key) => std::fs::write(&file, key).expect("written"),
        // The second start shows no key.
        None => server.key = std::fs::read_to_string(&file).ok(),
    }
    server
}

/// How long so many mails may take on a busy machine.
pub fn mails(n: u32) -> Duration {
    Duration::from_secs(20) + Duration::from_millis(50) * n
}
