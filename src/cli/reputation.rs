//! `jebi reputation` and `jebi alerts`: how accounts and senders' domains stand, and what is not as it should be.

use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

use super::{Client, Failure, print, tell};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show bounce and complaint rates, what is done about them, and warm-ups
    #[command(after_help = "Example:\n  jebi reputation list")]
    List,
    /// Let bulk mail of a provider or a domain wait until it is resumed; transactional mail goes on
    #[command(after_help = "Example:\n  jebi reputation pause @news.example.kr --reason \"the list is being cleaned\"")]
    Pause(Which),
    /// Let paused or slowed bulk mail go on; bounces and complaints are counted anew
    #[command(after_help = "Example:\n  jebi reputation resume ses --reason \"the old addresses are removed\"")]
    Resume(Which),
}

/// What is decided of, and why.
#[derive(clap::Args)]
pub(super) struct Which {
    /// A provider's name, or a domain as @example.kr
    scope: String,
    /// Why, for whoever looks at it next
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::List => list(client).await,
        Command::Pause(which) => {
            decide(client, &which, "pause").await?;
            tell(&format!("bulk mail of {} is paused", which.scope));
            Ok(())
        }
        Command::Resume(which) => {
            decide(client, &which, "resume").await?;
            tell(&format!("bulk mail of {} goes on", which.scope));
            Ok(())
        }
    }
}

async fn decide(client: &Client, which: &Which, what: &str) -> Result<(), Failure> {
    let path = format!("/v1/reputation/{}/{what}", which.scope);
    client.call(Method::POST, &path, Some(&json!({ "reason": which.reason }))).await.map(drop)
}

async fn list(client: &Client) -> Result<(), Failure> {
    let answer = client.call(Method::GET, "/v1/reputation", None).await?;
    print(&format!("{:<28} {:>9} {:>9} {:>11} {:<8} {:<16} WHY", "SCOPE", "SENT", "BOUNCES", "COMPLAINTS", "ACT", "WARM-UP"));
    for one in answer["scopes"].as_array().into_iter().flatten() {
        let percent = |name: &str, digits: usize| format!("{:.digits$} %", one[name].as_f64().unwrap_or_default());
        // A JSON value by itself takes no width.
        let (sent, bounces, complaints) = (one["sent"].to_string(), percent("bounce_percent", 2), percent("complaint_percent", 3));
        let warmup = &one["warmup"];
        let warmup =
            if warmup.is_null() { "-".to_owned() } else { format!("{}/{} ({})", warmup["sent"], warmup["allowed"], warmup["day"]) };
        let (scope, act) = (text(&one["scope"]), text(&one["act"]));
        print(&format!("{scope:<28} {sent:>9} {bounces:>9} {complaints:>11} {act:<8} {warmup:<16} {}", text(&one["reason"])));
    }
    Ok(())
}

/// `jebi alerts`.
pub(super) async fn alerts(client: &Client) -> Result<(), Failure> {
    let answer = client.call(Method::GET, "/v1/alerts", None).await?;
    print(&format!("{:<17} {:<24} {:<24} {:<24} WHAT", "CODE", "SUBJECT", "SINCE", "RESOLVED"));
    for one in answer["alerts"].as_array().into_iter().flatten() {
        let resolved = one["resolved_at"].as_str().unwrap_or("-");
        let (code, subject, since) = (text(&one["code"]), text(&one["subject"]), text(&one["since"]));
        print(&format!("{code:<17} {subject:<24} {since:<24} {resolved:<24} {}", text(&one["what"])));
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
