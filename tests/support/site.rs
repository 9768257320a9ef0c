//! Where mail is posted and looked at: one server, or several on one store.

use std::process::Output;

use serde_json::Value;

use super::{fake_ses::FakeSes, http::Answer};

pub trait Site: Sync {
    /// A request with the key, to a server that runs; fails when there is none, or it went away.
    ///
    /// # Errors
    /// No connection, or one that ended before the answer was complete.
    fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<Answer>;

    /// Runs a command on the store, beside servers or without one.
    fn jebi(&self, arguments: &[&str]) -> Output;

    /// Who is sent to.
    fn ses(&self) -> &FakeSes;

    /// The last lines the servers logged.
    fn log(&self) -> String;

    /// A GET that must work.
    #[track_caller]
    fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, &[], b"").unwrap_or_else(|e| panic!("{path}: {e}\n{}", self.log()));
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }
}
