//! `jebi template push`.

use clap::Args;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    super::{Client, Failure, LANGUAGE, note, tell},
    Which,
    folder::{Entry, Folder},
    read,
};

#[derive(Args)]
pub(in crate::cli) struct How {
    #[command(flatten)]
    which: Which,
    /// Only check, and say what would change
    #[arg(long)]
    dry_run: bool,
    /// Write drafts without publishing them
    #[arg(long)]
    draft: bool,
    /// What the versions are about
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

pub(super) async fn run(how: How, client: &Client) -> Result<(), Failure> {
    let Folder { entries } = read(&how.which)?;
    if entries.is_empty() {
        let dir = how.which.dir.display();
        return Err(Failure::refused(format!("there is no template in {dir}; each lies in a folder of its own with a template.toml")));
    }
    let templates: Vec<Value> = entries.iter().map(|entry| entry.template.named()).collect();
    let body = json!({ "templates": templates, "publish": !how.draft, "note": how.note, "dry_run": how.dry_run });
    let (status, answer) = client.exchange(Method::POST, "/v1/templates", Some(&body)).await?;
    if !status.is_success() {
        return Err(refused(status, answer, &entries));
    }
    for change in answer["templates"].as_array().into_iter().flatten() {
        say(change, how.dry_run);
        let entry = entries.iter().find(|entry| change["name"] == entry.template.name.as_str());
        for warning in change["warnings"].as_array().into_iter().flatten() {
            let place = entry.map_or_else(String::new, |entry| entry.place(text(warning, "field")));
            note(&format!("{place}: {}", text(warning, "fault")));
        }
    }
    Ok(())
}

fn say(change: &Value, dry_run: bool) {
    let name = text(change, "name");
    let version = change["published_version"].as_u64();
    match (text(change, "change"), dry_run, version) {
        ("unchanged", ..) => tell(&format!("unchanged: {name}")),
        ("created", true, _) => tell(&format!("would be created: {name}")),
        (_, true, _) => tell(&format!("would be changed: {name}")),
        ("created", false, Some(version)) => tell(&format!("created: {name}, version {version}")),
        ("created", false, None) => tell(&format!("created: {name}, a draft")),
        (_, false, Some(version)) => tell(&format!("changed: {name}, version {version}")),
        (_, false, None) => tell(&format!("changed: {name}, a draft")),
    }
}

/// The server's refusal with the files its fields stand in.
fn refused(status: StatusCode, mut answer: Value, entries: &[Entry]) -> Failure {
    for fault in answer["errors"].as_array_mut().into_iter().flatten() {
        let field = text(fault, "field").to_owned();
        let place = field.strip_prefix("templates[").and_then(|rest| {
            let (i, rest) = rest.split_once("].")?;
            Some(entries.get(i.parse::<usize>().ok()?)?.place(rest))
        });
        if let Some(place) = place {
            fault["field"] = json!(place);
        }
    }
    Failure::answered(status, &answer, *LANGUAGE)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
