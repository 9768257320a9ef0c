//! `jebi retry`: sends again what failed for now or expired (requirement S0-10).

use clap::Args;
use http::Method;
use serde_json::{Map, Value, json};

use super::{Client, Failure, note, tell};

#[derive(Args)]
pub(super) struct Which {
    /// Mail accepted in the last so many hours, 1 to 8784
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    since_hours: u32,
    /// Not what was sent again so often before, 0 to 100
    #[arg(long, value_name = "TIMES", default_value_t = 3)]
    max_retries: u32,
    /// Only of this topic
    #[arg(long)]
    topic: Option<String>,
    /// When to send: "2026-01-31 09:00:00" in the server's time zone, or RFC 3339
    #[arg(long, value_name = "TIME")]
    schedule: Option<String>,
}

pub(super) async fn run(which: Which, client: &Client) -> Result<(), Failure> {
    let mut body = Map::new();
    body.insert("since_hours".to_owned(), json!(which.since_hours));
    body.insert("max_retries".to_owned(), json!(which.max_retries));
    let given = [("topic_id", which.topic), ("scheduled_at", which.schedule)];
    body.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?)))));
    let done = client.call(Method::POST, "/v1/deliveries/retry", Some(&Value::Object(body))).await?;
    let count = |name: &str| done[name].as_u64().ok_or_else(|| Failure::strange(name));
    let (total, success, failed) = (count("total")?, count("success")?, count("failed")?);
    tell(&format!("total: {total}, success: {success}, failed: {failed}"));
    for refused in done["refused"].as_array().into_iter().flatten() {
        note(&format!("not sent again, {}: {}", refused["code"].as_str().unwrap_or_default(), refused["count"]));
    }
    if success > 0 && !client.is_live() {
        note("stored: no server runs; it goes out when one does (`jebi serve`)");
    }
    Ok(())
}
