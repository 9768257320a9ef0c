//! `jebi sns`: topics that events of SES come from.

use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

use super::{Client, Failure, print, tell};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List topics and queues that events come from, and when the last came
    #[command(after_help = "Example:\n  jebi sns list")]
    List,
    /// Take messages of a topic, and confirm its subscription where that waits
    #[command(after_help = "Example:\n  jebi sns allow arn:aws:sns:ap-northeast-2:111122223333:ses-events")]
    Allow {
        /// Its ARN, from the SNS console or from `jebi sns list`
        arn: String,
    },
    /// Refuse messages of a topic from now on
    #[command(after_help = "Example:\n  jebi sns remove arn:aws:sns:ap-northeast-2:111122223333:ses-events")]
    Remove {
        /// Its ARN, from `jebi sns list`
        arn: String,
    },
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::List => list(client).await,
        Command::Allow { arn } => {
            let topic = client.call(Method::POST, "/v1/sns/topics", Some(&json!({ "arn": arn }))).await?;
            tell(&format!("messages of {arn} are taken"));
            match (&topic["confirmed_at"], &topic["asked_at"], &topic["fault"]) {
                (_, Value::String(_), Value::String(fault)) => tell(&format!("its subscription could not be confirmed yet: {fault}")),
                (Value::String(at), ..) => tell(&format!("its subscription was confirmed at {at}")),
                _ => tell("no subscription of it waits to be confirmed: subscribe this server's /v1/events/results to it"),
            }
            Ok(())
        }
        Command::Remove { arn } => {
            // An ARN has no character that means something else in a query.
            client.call(Method::DELETE, &format!("/v1/sns/topics?arn={arn}"), None).await?;
            tell(&format!("messages of {arn} are refused; end its subscription in AWS too"));
            Ok(())
        }
    }
}

async fn list(client: &Client) -> Result<(), Failure> {
    let answer = client.call(Method::GET, "/v1/sns/topics", None).await?;
    print(&format!("{:<12} {:<24} {:<24} {:>9} TOPIC OR QUEUE", "STANDING", "CONFIRMED", "LAST EVENT", "EVENTS"));
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    for topic in all("topics") {
        let (standing, confirmed, last) = (text(&topic["standing"]), text(&topic["confirmed_at"]), text(&topic["last_event_at"]));
        // A JSON value by itself takes no width.
        let events = topic["events"].to_string();
        print(&format!("{standing:<12} {confirmed:<24} {last:<24} {events:>9} {}", text(&topic["arn"])));
    }
    for queue in all("queues") {
        let (last, events) = (text(&queue["last_event_at"]), queue["events"].to_string());
        print(&format!("{:<12} {:<24} {last:<24} {events:>9} {}", "queue", "-", text(&queue["url"])));
    }
    Ok(())
}
