//! `jebi template`: templates as files in a folder, in the layout of `service::templates::layout`.

mod diff;
mod folder;
mod list;
mod preview;
mod pull;
mod push;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use http::Method;
use serde_json::Value;

use self::folder::Folder;
use super::{Client, Failure};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Write the templates of a folder to the server and publish them
    ///
    /// All of them, or none when one has a fault; each fault is told with file, line and column. What did not change stays as it is.
    #[command(after_help = "Example:\n  jebi template push --dir templates --note 'spring sale'")]
    Push(push::How),
    /// Write the server's templates into a folder
    ///
    /// Files that are there and say something else are left alone, and named, unless --force is given.
    #[command(after_help = "Example:\n  jebi template pull --starters --dir templates")]
    Pull(pull::How),
    /// Show how a folder differs from the server's drafts
    ///
    /// Ends with 1 when anything differs.
    #[command(after_help = "Example:\n  jebi template diff --dir templates")]
    Diff(Which),
    /// List templates
    #[command(after_help = "Example:\n  jebi template list")]
    List,
    /// Fill in a template and print it
    ///
    /// The one of the folder where it is there, with the folder's parts; else the server's draft. Nothing is stored or sent.
    #[command(after_help = "Example:\n  jebi template preview verification --var code=123456 --language ko --html page.html")]
    Preview(preview::How),
}

/// Which templates.
#[derive(Args)]
pub(super) struct Which {
    /// Names; all of the folder when left out
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// The folder
    #[arg(long, value_name = "FOLDER", default_value = "templates")]
    dir: PathBuf,
}

impl Command {
    /// Whether it writes, so that it may be the first thing done with a store.
    pub fn makes(&self) -> bool {
        matches!(self, Self::Push(_))
    }
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::Push(how) => push::run(how, client).await,
        Command::Pull(how) => pull::run(how, client).await,
        Command::Diff(which) => diff::run(&which, client).await,
        Command::List => list::run(client).await,
        Command::Preview(how) => preview::run(how, client).await,
    }
}

/// The path of a template in the API.
fn path(name: &str) -> String {
    let mut path = "/v1/templates/".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

/// Every template the server lists.
async fn all(client: &Client) -> Result<Vec<Value>, Failure> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut page = client.call(Method::GET, &format!("/v1/templates?limit=500{cursor}"), None).await?;
        if let Value::Array(lines) = page["templates"].take() {
            found.extend(lines);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(found),
        }
    }
}

/// A template as the API shows it, as its author wrote it; `None` when there is none.
async fn fetch(name: &str, client: &Client) -> Result<Option<folder::Template>, Failure> {
    let (status, body) = client.exchange(Method::GET, &path(name), None).await?;
    if status == http::StatusCode::NOT_FOUND {
        return Ok(None);
    }
    if !status.is_success() {
        return Err(Failure::answered(status, &body, *super::LANGUAGE));
    }
    folder::Template::of(&body).map(Some)
}

/// A folder's templates, those named or all.
fn read(which: &Which) -> Result<Folder, Failure> {
    let folder = Folder::read(&which.dir)?;
    if which.names.is_empty() { Ok(folder) } else { folder.only(&which.names) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_stands_in_a_path_whatever_it_holds() {
        assert_eq!(super::path("emails/base.html"), "/v1/templates/emails%2Fbase.html");
        assert_eq!(super::path("환영 ?"), "/v1/templates/%ED%99%98%EC%98%81%20%3F");
    }
}
