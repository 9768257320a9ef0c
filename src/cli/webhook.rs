//! `jebi webhook`: where happenings are told to.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Map, Value, json};

use super::{Client, Failure, note, print, tell};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List all webhooks
    #[command(after_help = "Example:\n  jebi webhook list")]
    List,
    /// Print a webhook as JSON
    #[command(after_help = "Example:\n  jebi webhook show 1")]
    Show {
        /// The webhook's number
        id: i64,
    },
    /// Make a webhook; its secret is printed once
    #[command(
        after_help = "Example:\n  jebi webhook create --url https://shop.example.kr/hooks/jebi --event delivery.bounced --event topic.finished"
    )]
    Create(Box<Fields>),
    /// Change what is given of a webhook
    #[command(after_help = "Example:\n  jebi webhook change 1 --event 'delivery.*'")]
    Change {
        /// The webhook's number
        id: i64,
        #[command(flatten)]
        fields: Box<Fields>,
    },
    /// Remove a webhook
    #[command(after_help = "Example:\n  jebi webhook remove 1")]
    Remove {
        /// The webhook's number
        id: i64,
    },
    /// Tell a webhook a test event
    #[command(after_help = "Example:\n  jebi webhook test 1")]
    Test {
        /// The webhook's number
        id: i64,
    },
    /// Give a webhook another secret; the one before signs beside it for a day
    #[command(after_help = "Example:\n  jebi webhook rotate 1")]
    Rotate {
        /// The webhook's number
        id: i64,
        /// Hours the secret before signs beside the new one, 0 to 168
        #[arg(long, value_name = "HOURS")]
        keep_old_hours: Option<u32>,
    },
    /// Tell a webhook again that was disabled
    #[command(after_help = "Example:\n  jebi webhook enable 1")]
    Enable {
        /// The webhook's number
        id: i64,
    },
    /// Stop telling a webhook
    #[command(after_help = "Example:\n  jebi webhook disable 1")]
    Disable {
        /// The webhook's number
        id: i64,
    },
    /// Tell again: one event, or all of a time
    #[command(after_help = "Example:\n  jebi webhook replay 1 --from 2026-11-22T00:00:00Z --failed-only")]
    Replay {
        /// The webhook's number
        id: i64,
        /// One event, by its id
        #[arg(long, value_name = "ID", conflicts_with = "from")]
        event: Option<String>,
        /// Events written down from then on
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Up to then; now by default
        #[arg(long, value_name = "TIME", requires = "from")]
        to: Option<String>,
        /// Only those that were not told
        #[arg(long, requires = "from")]
        failed_only: bool,
    },
    /// List what came of calls, newest first
    #[command(after_help = "Example:\n  jebi webhook calls 1 --state failed")]
    Calls {
        /// The webhook's number
        id: i64,
        /// waiting, told, failed or dropped
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
        /// Calls to list, 1 to 500
        #[arg(long, value_name = "NUMBER", default_value_t = 50)]
        limit: u32,
    },
}

/// What is given of a webhook.
#[derive(Args)]
pub(super) struct Fields {
    /// webhook, slack, discord, sns or mail
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Where it is called: https
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The SNS topic it publishes to
    #[arg(long, value_name = "ARN")]
    topic_arn: Option<String>,
    /// Whom mail goes to; several may be given
    #[arg(long, value_name = "ADDRESS")]
    to: Vec<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Language of messages for people: ko or en
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// An event it wants, or a group such as delivery.*; several may be given
    #[arg(long, value_name = "EVENT")]
    event: Vec<String>,
    /// A topic it wants, or how topics begin and a star; several may be given
    #[arg(long, value_name = "TOPIC")]
    topic: Vec<String>,
    /// A lane it wants: transactional or bulk
    #[arg(long, value_name = "LANE")]
    lane: Vec<String>,
}

impl Fields {
    fn body(self) -> Value {
        let mut body = Map::new();
        let texts = [
            ("kind", self.kind),
            ("url", self.url),
            ("topic_arn", self.topic_arn),
            ("description", self.description),
            ("language", self.language),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                body.insert(name.to_owned(), json!(value));
            }
        }
        for (name, values) in [("to", self.to), ("events", self.event), ("topics", self.topic), ("lanes", self.lane)] {
            if !values.is_empty() {
                body.insert(name.to_owned(), json!(values));
            }
        }
        Value::Object(body)
    }
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    let path = |id: i64, rest: &str| format!("/v1/webhooks/{id}{rest}");
    match command {
        Command::List => return list(client).await,
        Command::Show { id } => {
            let webhook = client.call(Method::GET, &path(id, ""), None).await?;
            print(&format!("{webhook:#}"));
        }
        Command::Create(fields) => {
            let made = client.call(Method::POST, "/v1/webhooks", Some(&fields.body())).await?;
            tell(&format!("the webhook {} is made", made["id"]));
            show_secret(&made);
        }
        Command::Change { id, fields } => {
            client.call(Method::PATCH, &path(id, ""), Some(&fields.body())).await?;
            tell(&format!("the webhook {id} is changed"));
        }
        Command::Remove { id } => {
            client.call(Method::DELETE, &path(id, ""), None).await?;
            tell(&format!("the webhook {id} is removed"));
        }
        Command::Test { id } => {
            let told = client.call(Method::POST, &path(id, "/test"), None).await?;
            tell(&format!(
                "the webhook {id} is told {}; jebi webhook calls shows what came of it",
                told["event"].as_str().unwrap_or_default()
            ));
        }
        Command::Rotate { id, keep_old_hours } => {
            let body = json!({"keep_old_hours": keep_old_hours});
            let made = client.call(Method::POST, &path(id, "/rotate"), Some(&body)).await?;
            show_secret(&made);
        }
        Command::Enable { id } => {
            client.call(Method::POST, &path(id, "/enable"), None).await?;
            tell(&format!("the webhook {id} is enabled"));
        }
        Command::Disable { id } => {
            client.call(Method::PATCH, &path(id, ""), Some(&json!({"enabled": false}))).await?;
            tell(&format!("the webhook {id} is disabled"));
        }
        Command::Replay { id, event, from, to, failed_only } => {
            let calls = replay(client, &path(id, "/replay"), (event, from, to), failed_only).await?;
            tell(&format!("{calls} calls are made again"));
        }
        Command::Calls { id, state, limit } => {
            let state = state.map_or_else(String::new, |state| format!("&state={state}"));
            let page = client.call(Method::GET, &path(id, &format!("/calls?limit={limit}{state}")), None).await?;
            page["calls"].as_array().into_iter().flatten().for_each(line);
        }
    }
    Ok(())
}

fn show_secret(made: &Value) {
    if let Some(secret) = made["secret"].as_str() {
        note("The secret is shown once; the other end needs it to check signatures:");
        print(secret);
    }
}

async fn list(client: &Client) -> Result<(), Failure> {
    let answer = client.call(Method::GET, "/v1/webhooks", None).await?;
    print(&format!("{:<4} {:<8} {:<8} {:>8} {:<32} TARGET", "ID", "KIND", "STATE", "WAITING", "EVENTS"));
    for one in answer["webhooks"].as_array().into_iter().flatten() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let all = |value: &Value| value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join(",");
        let target = ["url", "topic_arn"].iter().find_map(|name| one[*name].as_str()).map_or_else(|| all(&one["to"]), str::to_owned);
        let state = if one["enabled"] == true { "enabled" } else { "disabled" };
        // A JSON value by itself takes no width.
        let (id, waiting) = (one["id"].to_string(), one["waiting"].to_string());
        print(&format!("{id:<4} {:<8} {state:<8} {waiting:>8} {:<32} {target}", text(&one["kind"]), all(&one["events"])));
    }
    Ok(())
}

/// Page by page, as the server takes them.
async fn replay(
    client: &Client,
    path: &str,
    (event, from, to): (Option<String>, Option<String>, Option<String>),
    failed_only: bool,
) -> Result<u64, Failure> {
    let mut body = json!({"event": event, "from": from, "to": to, "failed_only": failed_only, "cursor": null});
    let mut calls = 0;
    loop {
        let done = client.call(Method::POST, path, Some(&body)).await?;
        calls += done["calls"].as_u64().unwrap_or_default();
        if done["next_cursor"].is_null() {
            return Ok(calls);
        }
        body["cursor"] = done["next_cursor"].clone();
    }
}

fn line(call: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let last = call["tries"].as_array().and_then(|tries| tries.last()).cloned().unwrap_or_default();
    let said = last["status"].as_u64().map_or_else(|| text(&last["error"]), |status| status.to_string());
    let (attempts, next) = (call["attempts"].to_string(), text(&call["next_try_at"]));
    print(&format!("{} {:<24} {:<8} {attempts:>2} {said} {next}", text(&call["event"]), text(&call["type"]), text(&call["state"])));
}
