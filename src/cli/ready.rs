//! `jebi ready`: asks the server of this machine whether it takes and sends mail. For health checks of containers without a shell.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::Value;

use super::{Client, Failure, print, tell};
use crate::config::Config;

/// A server that takes longer is not ready; less than the time-outs of health checks, so that the reason is told.
const LIMIT: Duration = Duration::from_secs(5);

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let asked = tokio::time::timeout(LIMIT, ask(config)).await;
    let late = || Failure::unavailable(format!("the server has not answered within {} s", LIMIT.as_secs()));
    let (status, report) = asked.map_err(|_elapsed| late())??;
    let Some(checks) = report["checks"].as_array() else {
        return Err(Failure::answered(status, &report, *super::LANGUAGE));
    };
    if report["ready"] == true {
        tell("ready");
        return Ok(());
    }
    // The checks speak English everywhere, as /ready does.
    let word = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
    checks
        .iter()
        .filter(|check| check["ok"] == false)
        .for_each(|check| print(&format!("{}: {}", word(check, "name"), word(check, "detail"))));
    Err(Failure::silent())
}

async fn ask(config: &Config) -> Result<(StatusCode, Value), Failure> {
    Client::running(config).await?.exchange(Method::GET, "/ready", None).await
}
