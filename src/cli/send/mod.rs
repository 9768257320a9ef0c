//! `jebi send`: sends a mail to one recipient or a few, or to a file of them.

mod csv;
mod plan;
mod progress;
mod rehearse;

use std::{fs, path::PathBuf, time::Duration};

use clap::Args;
use http::Method;
use jebi_domain::delivery::State;
use serde_json::{Map, Value, json};

use super::{Client, Failure, note, print};
use crate::config::Config;

pub(super) const EXAMPLE: &str = "Example:\n  jebi send --to kim@example.com --subject 'Hello' --text 'It works.' --wait\n  \
    jebi send --csv members.csv --topic november --subject '{{ name }}, hello' --html-file body.html --dry-run";

/// How often a delivery is looked at while waiting for its end.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Args)]
pub(super) struct Mail {
    /// Recipient: an address, or "Name <address>"; repeat it for a copy each
    #[arg(long, required_unless_present = "csv", value_name = "ADDRESS")]
    to: Vec<String>,
    /// Subject; a template's own when left out
    #[arg(long, required_unless_present = "template")]
    subject: Option<String>,
    /// Plain text body
    #[arg(long, required_unless_present_any = ["html", "html_file", "template"])]
    text: Option<String>,
    /// HTML body
    #[arg(long, conflicts_with = "html_file")]
    html: Option<String>,
    /// File with the HTML body, in UTF-8
    #[arg(long, value_name = "FILE")]
    html_file: Option<PathBuf>,
    /// Stored template it is made of
    #[arg(long, value_name = "NAME", conflicts_with_all = ["text", "html", "html_file"])]
    template: Option<String>,
    /// How fields are written in subject and bodies
    #[arg(long, value_name = "SYNTAX", value_parser = ["jinja", "braces"], conflicts_with = "template")]
    syntax: Option<String>,
    /// Value for all recipients; repeat it for more
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// Sender; the configured one when left out
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// Topic: groups mails for counts, pausing and cancelling
    #[arg(long)]
    topic: Option<String>,
    /// When to send: "2026-01-31 09:00:00" in the server's time zone, or RFC 3339
    #[arg(long, value_name = "TIME")]
    schedule: Option<String>,
    /// Wait for the result, SYNC_WAIT_SECONDS at most, and print it too
    #[arg(long, conflicts_with_all = ["schedule", "csv"])]
    wait: bool,
    #[command(flatten)]
    table: csv::Table,
}

pub(super) async fn run(mail: Mail, config: &Config, client: &Client) -> Result<(), Failure> {
    if mail.table.is_given() {
        let (table, message) = (mail.table.clone(), message(&mail)?);
        return csv::run(table, message, config, client).await;
    }
    if mail.wait && !client.is_live() {
        return Err(Failure::unavailable("--wait: no server runs, so nothing would be sent; start `jebi serve`, or leave it out"));
    }
    let (wait, body) = (mail.wait, request(&mail)?);
    let answer = client.call(Method::POST, "/v1/messages", Some(&body)).await?;
    let message = &answer["messages"][0];
    let Some(copies) = message["deliveries"].as_array() else {
        print(message["id"].as_str().unwrap_or_default());
        note("these are too many copies to list: GET /v1/deliveries?message_id= with the message's id above lists them");
        return Ok(());
    };
    let copies: Vec<(&str, &str)> = copies.iter().map(|c| (text(&c["id"]), text(&c["email"]))).collect();
    if wait {
        return results(&copies, config.server.sync_wait, client).await;
    }
    copies.iter().for_each(|(id, email)| print(&format!("{id} {email}")));
    if !client.is_live() {
        note("stored: no server runs; it goes out when one does (`jebi serve`)");
    }
    Ok(())
}

/// The mail as the API takes it. One bad address refuses all: whoever typed it is there to correct it.
fn request(mail: &Mail) -> Result<Value, Failure> {
    let mut message = message(mail)?;
    message.insert("recipients".to_owned(), json!(mail.to));
    Ok(json!({ "messages": [message], "strict": true }))
}

/// The message, without recipients.
fn message(mail: &Mail) -> Result<Map<String, Value>, Failure> {
    let html = match &mail.html_file {
        Some(file) => {
            let unread = |e| Failure::refused(format!("--html-file: {} cannot be read: {e}; give a file in UTF-8", file.display()));
            Some(fs::read_to_string(file).map_err(unread)?)
        }
        None => mail.html.clone(),
    };
    let given = [
        ("subject", &mail.subject),
        ("text", &mail.text),
        ("html", &html),
        ("template", &mail.template),
        ("syntax", &mail.syntax),
        ("from", &mail.from),
        ("topic_id", &mail.topic),
        ("scheduled_at", &mail.schedule),
    ];
    let mut message: Map<String, Value> =
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value.clone()?)))).collect();
    if !mail.variables.is_empty() {
        let pair = |text: &String| text.split_once('=').map(|(name, value)| (name.trim().to_owned(), json!(value)));
        let all: Option<Map<String, Value>> = mail.variables.iter().map(pair).collect();
        let all = all.ok_or_else(|| Failure::refused("--var: it has no =; write --var NAME=VALUE"))?;
        message.insert("variables".to_owned(), Value::Object(all));
    }
    Ok(message)
}

/// Waits for every copy's result and prints it. Ends well only if all were sent.
async fn results(copies: &[(&str, &str)], at_most: Duration, client: &Client) -> Result<(), Failure> {
    let all = async {
        for (id, _) in copies {
            while is_under_way(&look(id, client).await?) {
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(())
    };
    let in_time = tokio::time::timeout(at_most, all).await;
    let (mut sent, late) = (true, in_time.is_err());
    in_time.unwrap_or(Ok(()))?;
    for (id, email) in copies {
        let delivery = look(id, client).await?;
        let state = text(&delivery["state"]);
        print(&format!("{id} {email} {state}"));
        let reason = &delivery["reason"];
        if reason.is_object() {
            note(&format!("{email}: {} {}; {}", text(&reason["code"]), text(&reason["text"]), text(&reason["remedy"])));
        }
        sent &= state == "sent";
    }
    if late {
        note(&format!("no result after {} s (SYNC_WAIT_SECONDS): GET /v1/deliveries/ID shows how it goes on", at_most.as_secs()));
        return Err(Failure::silent_unavailable());
    }
    if sent { Ok(()) } else { Err(Failure::silent()) }
}

async fn look(id: &str, client: &Client) -> Result<Value, Failure> {
    client.call(Method::GET, &format!("/v1/deliveries/{id}"), None).await
}

/// Whether it has no result yet.
fn is_under_way(delivery: &Value) -> bool {
    State::parse(text(&delivery["state"])).is_some_and(|state| !state.is_result())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
