//! `jebi key`: API keys.

use clap::{Args, Subcommand};
use http::Method;
use jebi_domain::port::Clock;
use serde_json::{Value, json};

use super::{Client, Failure, expiry::Expiry, note, print, tell};
use crate::system::SystemClock;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a key and print it; it is never shown again
    ///
    /// What is not given restricts nothing.
    #[command(
        after_help = "Example:\n  jebi key create --name newsletter --scope send --expires 90d --sender @example.kr --daily-limit 5000"
    )]
    Create(New),
    /// List all keys, revoked ones too
    #[command(after_help = "Example:\n  jebi key list")]
    List,
    /// End a key: it is refused from now on
    #[command(after_help = "Example:\n  jebi key revoke 2")]
    Revoke {
        /// Its number, from `jebi key list`
        id: i64,
    },
}

/// A key to be made.
#[derive(Args)]
pub(super) struct New {
    /// What it is for
    #[arg(long, default_value = "command line")]
    name: String,
    /// send, read or admin; several may be given
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// When it ends: after 30m, 12h, 90d, or at a time such as 2027-01-31T00:00:00+09:00
    #[arg(long, value_name = "WHEN")]
    expires: Option<Expiry>,
    /// A sender it may use: an address, or a whole domain as @example.kr; several may be given
    #[arg(long, value_name = "ADDRESS")]
    sender: Vec<String>,
    /// A network it may be used from, such as 10.0.0.0/8; several may be given
    #[arg(long, value_name = "CIDR")]
    network: Vec<String>,
    /// Recipients a calendar day
    #[arg(long, value_name = "N")]
    daily_limit: Option<i64>,
    /// The sender profile all its mail goes out as
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

impl Command {
    /// Whether it makes something, so that it may be the first thing done with a store.
    pub fn makes(&self) -> bool {
        matches!(self, Self::Create(_))
    }
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::Create(new) => create(&new, client).await,
        Command::List => list(client).await,
        Command::Revoke { id } => {
            client.call(Method::DELETE, &format!("/v1/keys/{id}"), None).await?;
            tell(&format!("key {id} is revoked"));
            Ok(())
        }
    }
}

/// The key alone goes to standard output, so that `KEY=$(jebi key create)` works.
async fn create(new: &New, client: &Client) -> Result<(), Failure> {
    let name = &new.name;
    let mut body =
        json!({ "name": name, "senders": new.sender, "networks": new.network, "daily_limit": new.daily_limit, "profile": new.profile });
    if !new.scope.is_empty() {
        body["scopes"] = json!(new.scope);
    }
    if let Some(expires) = &new.expires {
        body["expires_at"] = json!(expires.after(SystemClock.wall()).to_string());
    }
    let made = client.call(Method::POST, "/v1/keys", Some(&body)).await?;
    print(text(&made["key"]));
    note(&format!("key {} ({name}) is made; keep it, it is not shown again", made["id"]));
    Ok(())
}

async fn list(client: &Client) -> Result<(), Failure> {
    let answer = client.call(Method::GET, "/v1/keys", None).await?;
    print(&format!("{:<4} {:<14} {:<15} {:<24} {:<24} {:<24} NAME", "ID", "KEY", "SCOPES", "CREATED", "EXPIRES", "REVOKED"));
    for key in answer["keys"].as_array().into_iter().flatten() {
        let (prefix, created) = (format!("{}...", text(&key["prefix"])), text(&key["created_at"]));
        let prefix = if key["kind"] == "token" { "(token)".to_owned() } else { prefix };
        let (expires, revoked) = (key["expires_at"].as_str().unwrap_or("-"), key["revoked_at"].as_str().unwrap_or("-"));
        let scopes: Vec<&str> = key["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let scopes = scopes.join(",");
        // A JSON value by itself takes no width.
        let id = key["id"].to_string();
        print(&format!("{id:<4} {prefix:<14} {scopes:<15} {created:<24} {expires:<24} {revoked:<24} {}", text(&key["name"])));
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
