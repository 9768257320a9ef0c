//! `jebi link-key`: what links in mail are signed with.

use clap::Subcommand;
use http::Method;

use super::{Client, Failure, print, tell};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List the keys of links in mail
    #[command(after_help = "Example:\n  jebi link-key list")]
    List,
    /// Make a new key: mail accepted from a minute on is signed with it, and links sent before go on working
    #[command(after_help = "Example:\n  jebi link-key rotate")]
    Rotate,
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::List => {
            let answer = client.call(Method::GET, "/v1/link-keys", None).await?;
            print(&format!("{:<4} {:<24} USABLE", "ID", "SINCE"));
            for key in answer["link_keys"].as_array().into_iter().flatten() {
                // A JSON value by itself takes no width.
                let (id, usable) = (key["id"].to_string(), key["usable"].to_string());
                print(&format!("{id:<4} {:<24} {usable}", key["since"].as_str().unwrap_or("-")));
            }
        }
        Command::Rotate => {
            let made = client.call(Method::POST, "/v1/link-keys", None).await?;
            tell(&format!("key {} signs links from {} on", made["id"], made["since"].as_str().unwrap_or_default()));
        }
    }
    Ok(())
}
