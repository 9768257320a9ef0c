//! `jebi suppression`: addresses that are not to be mailed.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use bytes::Bytes;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::{Client, Failure, eprint, print, tell};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Put addresses on the suppression list
    #[command(after_help = "Example:\n  jebi suppression add kim@example.com --scope bulk --reason 'asked by telephone'")]
    Add {
        /// Addresses
        #[arg(required = true)]
        addresses: Vec<String>,
        #[command(flatten)]
        about: About,
    },
    /// Take an address off the suppression list; who did it and why stays known
    #[command(after_help = "Example:\n  jebi suppression remove kim@example.com --reason 'mailbox is emptied, she asked for it'")]
    Remove {
        /// The address
        address: String,
        /// Why it may be mailed again
        #[arg(long)]
        reason: String,
        /// Of this scope only: all, bulk or topic:NAME
        #[arg(long)]
        scope: Option<String>,
    },
    /// List the suppression list
    #[command(after_help = "Example:\n  jebi suppression list --domain example.com --cause bounce")]
    List(Which),
    /// Put the addresses of a CSV file on the suppression list
    ///
    /// Its first line names the columns: email, and where they are wanted scope, cause, reason and created_at. A file of addresses alone needs
    /// none. Bad lines are told, and the others taken.
    #[command(after_help = "Example:\n  jebi suppression import bounced.csv --cause bounce")]
    Import {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        about: About,
    },
    /// Write the suppression list as a CSV file
    #[command(after_help = "Example:\n  jebi suppression export > suppressed.csv")]
    Export(Which),
}

impl Command {
    /// Whether it may be the first thing done to a store.
    pub fn makes(&self) -> bool {
        matches!(self, Self::Add { .. } | Self::Import { .. })
    }
}

/// What is said of addresses.
#[derive(Args)]
pub(super) struct About {
    /// Which mail is kept back: all, bulk or topic:NAME
    #[arg(long)]
    scope: Option<String>,
    /// manual, bounce, soft_bounce, complaint or unsubscribe
    #[arg(long)]
    cause: Option<String>,
    /// Why, in words
    #[arg(long)]
    reason: Option<String>,
}

/// Which entries.
#[derive(Args)]
pub(super) struct Which {
    /// The address, or its beginning
    #[arg(long)]
    email: Option<String>,
    /// The domain
    #[arg(long)]
    domain: Option<String>,
    /// manual, bounce, soft_bounce, complaint or unsubscribe
    #[arg(long)]
    cause: Option<String>,
    /// all, bulk or topic:NAME
    #[arg(long)]
    scope: Option<String>,
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::Add { addresses, about } => {
            let About { scope, cause, reason } = about;
            let one = |email: &String| json!({"email": email, "scope": scope, "cause": cause, "reason": reason});
            let body = json!({"suppressions": addresses.iter().map(one).collect::<Vec<_>>()});
            say_added(&client.call(Method::POST, "/v1/suppressions", Some(&body)).await?);
        }
        Command::Remove { address, reason, scope } => {
            let query = query(&[("reason", Some(reason)), ("scope", scope)]);
            client.call(Method::DELETE, &format!("/v1/suppressions/{}{query}", encoded(&address)), None).await?;
            tell(&format!("{address} is off the suppression list"));
        }
        Command::List(which) => list(which, client).await?,
        Command::Import { file, about } => import(file, about, client).await?,
        Command::Export(which) => {
            let file = client.text(Method::GET, &format!("/v1/suppressions.csv{}", which.query(None))).await?;
            io::stdout().lock().write_all(&file).map_err(|e| Failure::refused(format!("the file cannot be written: {e}")))?;
        }
    }
    Ok(())
}

fn say_added(answer: &Value) {
    tell(&format!("added: {}, known: {}, left out: {}", answer["added"], answer["known"], answer["left_out"]));
}

async fn list(which: Which, client: &Client) -> Result<(), Failure> {
    let mut cursor: Option<String> = None;
    print(&format!("{:<40} {:<24} {:<12} {:<24} {:>5} REASON", "EMAIL", "SCOPE", "CAUSE", "SINCE", "TIMES"));
    loop {
        let page = client.call(Method::GET, &format!("/v1/suppressions{}", which.query(cursor.as_deref())), None).await?;
        for entry in page["suppressions"].as_array().into_iter().flatten() {
            let text = |name: &str| entry[name].as_str().unwrap_or_default();
            // A JSON value by itself takes no width.
            let times = entry["times"].to_string();
            let (email, scope, cause, since, reason) = (text("email"), text("scope"), text("cause"), text("created_at"), text("reason"));
            print(&format!("{email:<40} {scope:<24} {cause:<12} {since:<24} {times:>5} {reason}"));
        }
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(());
        }
    }
}

async fn import(file: PathBuf, about: About, client: &Client) -> Result<(), Failure> {
    let text = fs::read(&file).map_err(|e| Failure::refused(format!("{} cannot be read: {e}", file.display())))?;
    let query = query(&[("scope", about.scope), ("cause", about.cause), ("reason", about.reason)]);
    let answer = client.upload(&format!("/v1/suppressions/csv{query}"), Bytes::from(text)).await?;
    for line in answer["rejected"].as_array().into_iter().flatten() {
        let text = |name: &str| line[name].as_str().unwrap_or_default();
        eprint(&format!("{}: {}; {}", text("field"), text("fault"), text("remedy")));
    }
    say_added(&answer);
    match answer["errors"].as_u64() {
        None => Err(Failure::strange("errors")),
        Some(0) => Ok(()),
        Some(bad) => Err(Failure::refused(format!("lines left out because of a fault: {bad}"))),
    }
}

impl Which {
    fn query(&self, cursor: Option<&str>) -> String {
        let Self { email, domain, cause, scope } = self;
        let all = [("email", email.clone()), ("domain", domain.clone()), ("cause", cause.clone()), ("scope", scope.clone())];
        let page = [("cursor", cursor.map(str::to_owned))];
        query(&[&all[..], &page[..]].concat())
    }
}

/// The parameters that are given, as a query.
fn query(parameters: &[(&str, Option<String>)]) -> String {
    let given = parameters.iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_deref()?))));
    let given: Vec<String> = given.collect();
    if given.is_empty() { String::new() } else { format!("?{}", given.join("&")) }
}

/// A text as a path or query takes it (RFC 3986 section 2.1).
pub(super) fn encoded(text: &str) -> String {
    let one = |b: u8| if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(one).collect()
}
