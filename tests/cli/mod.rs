//! The command line, as a process.

mod access;
mod bench;
mod config;
mod dkim;
mod greeting;
mod keys;
mod korean;
mod locked;
mod log;
mod migrate;
mod ready;
mod release;
mod retention;
mod retry;
mod send;
mod send_csv;
mod sentry;
mod sns;
mod stop;
mod suppression;
mod templates;
mod topics;
mod transfer;
mod verify;

use std::time::Duration;

use jebi::system::SystemClock;
use jebi_domain::port::Clock;

use crate::support::server::{Ran, Server, jebi, run, until};

const SEND: [&str; 9] = ["send", "--from", "shop@example.com", "--to", "kim@example.com", "--subject", "소식", "--text", "안녕"];

/// Standard error, with the code it ended with.
fn fault(ran: &Ran) -> (i32, &str) {
    assert_eq!(ran.out, "", "a fault belongs to standard error");
    (ran.code, ran.err.trim_end())
}

/// The first word of each line: ids.
fn ids(ran: &Ran) -> Vec<&str> {
    ran.out.lines().filter_map(|line| line.split(' ').next()).collect()
}

/// A time to come, as answers show it.
fn next_week() -> String {
    (SystemClock.wall() + Duration::from_secs(7 * 86_400)).to_string()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}
