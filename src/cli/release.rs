//! `jebi release`: lets a store send that is held for looking copied or restored.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::Args;
use http::Method;

use super::{Client, Failure, LANGUAGE, note, tell};

#[derive(Args)]
pub(super) struct Consent {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// What is asked where all mail is held, and where bulk alone is.
const WHOLE: &str = "What was due will be left unsettled and not sent by itself. The original must no longer send. Release? [y/N] ";
const BULK: &str =
    "Bulk mail that waits will be sent as it stands: some may have been sent before the other server took over. Release? [y/N] ";

pub(super) async fn run(consent: Consent, client: &Client) -> Result<(), Failure> {
    let guard = client.call(Method::GET, "/v1/admin/guard", None).await?;
    if guard["held"] == false {
        tell("the store is not held: there is nothing to release");
        return Ok(());
    }
    let word = |name: &str| guard[name].as_str().unwrap_or_default();
    note(&format!("held since {}: {}", word("since"), word("why")));
    if !consent.yes {
        let whole = guard["lanes"].as_array().is_none_or(|lanes| lanes.len() > 1);
        ask(if whole { WHOLE } else { BULK })?;
    }
    let done = client.call(Method::POST, "/v1/admin/release", None).await?;
    let count = |name: &str| done[name].as_i64().ok_or_else(|| Failure::strange(name));
    let (unsettled, waiting) = (count("unsettled")?, count("waiting")?);
    tell(&format!("released: recipients now unsettled: {unsettled}, waiting and sent when due: {waiting}"));
    if unsettled > 0 {
        note(
            "look at the unsettled with GET /v1/deliveries?state=unsettled; send what did not arrive with POST /v1/deliveries/ID/retry, \
             say what did with POST /v1/deliveries/ID/settle",
        );
    }
    Ok(())
}

fn ask(question: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::refused("--yes: is needed where nobody can be asked; give it if the original of this store no longer sends"));
    }
    let unread = |e: io::Error| Failure::refused(format!("the answer cannot be read: {e}"));
    let mut to = io::stderr().lock();
    write!(to, "{}", LANGUAGE.say(question)).map_err(unread)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(unread)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(Failure::refused("not released")) }
}
