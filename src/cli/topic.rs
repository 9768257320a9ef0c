//! `jebi topic`: what became of a topic's mail, and sending it again to those who did not get it.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Map, Value, json};

use super::{Client, Failure, client::segment, note, print, tell};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show how a topic's recipients stand, with rates
    #[command(after_help = "Example:\n  jebi topic show newsletter_2026_11")]
    Show {
        /// The topic's name
        topic: String,
        /// Print everything, hours too, as JSON
        #[arg(long)]
        json: bool,
    },
    /// Send a topic again to those who did not get it
    ///
    /// What the provider refused for good, what bounced hard or was reported as spam, what was cancelled, and addresses on the
    /// suppression list are not sent again; nobody gets it twice by this, however often it is run.
    #[command(after_help = "Example:\n  jebi topic resend newsletter_2026_11 --state failed --feedback soft_bounced")]
    Resend(Resend),
}

#[derive(Args)]
pub(super) struct Resend {
    /// The topic's name
    topic: String,
    /// To those in this state: failed, expired, unknown or unsettled; several may be given
    #[arg(long, value_name = "STATE")]
    state: Vec<String>,
    /// To those of whom this was reported: soft_bounced
    #[arg(long, value_name = "KIND")]
    feedback: Vec<String>,
    /// Not what was sent again so often before, 0 to 100
    #[arg(long, value_name = "TIMES", default_value_t = 3)]
    max_retries: u32,
    /// When to send: "2026-01-31 09:00:00" in the server's time zone, or RFC 3339
    #[arg(long, value_name = "TIME")]
    schedule: Option<String>,
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::Show { topic, json } => show(&topic, json, client).await,
        Command::Resend(how) => resend(how, client).await,
    }
}

/// Counts in the order they are shown in.
const COUNTS: [&str; 21] = [
    "total",
    "waiting",
    "sending",
    "unsettled",
    "sent",
    "failed",
    "suppressed",
    "cancelled",
    "expired",
    "unknown",
    "delivered",
    "delayed",
    "soft_bounced",
    "bounced",
    "rejected",
    "complained",
    "opened",
    "opened_by_person",
    "clicked",
    "clicked_by_person",
    "unsubscribed",
];

async fn show(topic: &str, json: bool, client: &Client) -> Result<(), Failure> {
    let found = client.call(Method::GET, &format!("/v1/topics/{}", segment(topic)), None).await?;
    if json {
        print(&format!("{found:#}"));
        return Ok(());
    }
    line(["RECIPIENTS", "COUNT", "RATE"]);
    for name in COUNTS {
        let count = found[name].as_i64().ok_or_else(|| Failure::strange(name))?;
        let rate = found["rates"][name].as_f64().map(|rate| format!("{:.2} %", rate * 100.0));
        line([name, &count.to_string(), &rate.unwrap_or_default()]);
    }
    if found["paused"] == true {
        note("it is paused");
    }
    if found["bulk_paused"] == true {
        note("its bulk mail is stopped: too many of its first mails bounced");
    }
    if let Some(finish) = found["estimated_finish_at"].as_str() {
        note(&format!("what waits will have been sent at about {finish}"));
    }
    Ok(())
}

/// One line of the table.
fn line(cells: [&str; 3]) {
    print(format!("{:<18} {:>12} {:>8}", cells[0], cells[1], cells[2]).trim_end());
}

async fn resend(how: Resend, client: &Client) -> Result<(), Failure> {
    let mut body = Map::new();
    body.insert("max_retries".to_owned(), json!(how.max_retries));
    for (name, words) in [("states", how.state), ("feedback", how.feedback)] {
        if !words.is_empty() {
            body.insert(name.to_owned(), json!(words));
        }
    }
    if let Some(at) = how.schedule {
        body.insert("scheduled_at".to_owned(), json!(at));
    }
    let path = format!("/v1/topics/{}/resend", segment(&how.topic));
    let (mut total, mut success, mut failed, mut refused) = (0, 0, 0, BTreeMap::<String, u64>::new());
    loop {
        let done = client.call(Method::POST, &path, Some(&Value::Object(body.clone()))).await?;
        let count = |name: &str| done[name].as_u64().ok_or_else(|| Failure::strange(name));
        (total, success, failed) = (total + count("total")?, success + count("success")?, failed + count("failed")?);
        for one in done["refused"].as_array().into_iter().flatten() {
            *refused.entry(one["code"].as_str().unwrap_or_default().to_owned()).or_default() += one["count"].as_u64().unwrap_or_default();
        }
        let Some(next) = done["next_cursor"].as_str() else { break };
        body.insert("cursor".to_owned(), json!(next));
    }
    tell(&format!("total: {total}, success: {success}, failed: {failed}"));
    for (code, count) in refused {
        note(&format!("not sent again, {code}: {count}"));
    }
    if success > 0 && !client.is_live() {
        note("stored: no server runs; it goes out when one does (`jebi serve`)");
    }
    Ok(())
}
