//! `jebi key`: API keys.

use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

use super::{Client, Failure, note, print, tell};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a key and print it; it is never shown again
    #[command(after_help = "Example:\n  jebi key create --name newsletter")]
    Create {
        /// What it is for
        #[arg(long, default_value = "command line")]
        name: String,
    },
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

impl Command {
    /// Whether it makes something, so that it may be the first thing done with a store.
    pub fn makes(&self) -> bool {
        matches!(self, Self::Create { .. })
    }
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::Create { name } => create(&name, client).await,
        Command::List => list(client).await,
        Command::Revoke { id } => {
            client.call(Method::DELETE, &format!("/v1/keys/{id}"), None).await?;
            tell(&format!("key {id} is revoked"));
            Ok(())
        }
    }
}

/// The key alone goes to standard output, so that `KEY=$(jebi key create)` works.
async fn create(name: &str, client: &Client) -> Result<(), Failure> {
    let made = client.call(Method::POST, "/v1/keys", Some(&json!({ "name": name }))).await?;
    print(text(&made["key"]));
    note(&format!("key {} ({name}) is made; keep it, it is not shown again", made["id"]));
    Ok(())
}

async fn list(client: &Client) -> Result<(), Failure> {
    let answer = client.call(Method::GET, "/v1/keys", None).await?;
    print(&format!("{:<4} {:<14} {:<24} {:<24} NAME", "ID", "KEY", "CREATED", "REVOKED"));
    for key in answer["keys"].as_array().into_iter().flatten() {
        let (prefix, created, revoked) = (format!("{}...", text(&key["prefix"])), text(&key["created_at"]), &key["revoked_at"]);
        let revoked = revoked.as_str().unwrap_or("-");
        // A JSON value by itself takes no width.
        let id = key["id"].to_string();
        print(&format!("{id:<4} {prefix:<14} {created:<24} {revoked:<24} {}", text(&key["name"])));
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
