//! `jebi send --csv --dry-run`: what the server would take and refuse of the file, and when it would be sent. Nothing is stored.

use http::{Method, StatusCode};
use serde_json::{Map, Value};

use super::{
    super::{Client, Failure, LANGUAGE, eprint, failure::line, note, tell},
    csv::{Chunks, TOLD, by_line},
};

/// What the requests would become together.
#[derive(Default)]
struct Tried {
    taken: u64,
    refused: usize,
    suppressed: usize,
    /// Warnings told already, by code and field.
    told: Vec<(String, String)>,
    /// When the last would be sent; nothing where that is not known.
    finish: Option<String>,
}

pub(super) async fn rehearse(mut chunks: Chunks, message: &Map<String, Value>, skip_bad: bool, client: &Client) -> Result<(), Failure> {
    let mut tried = Tried::default();
    while let Some(chunk) = chunks.next().await {
        let lines = chunk.lines();
        let request = chunk.request(message, false);
        let body: Value = serde_json::from_str(&request).map_err(|e| Failure::refused(format!("the request cannot be written: {e}")))?;
        let (status, answer) = client.exchange(Method::POST, "/v1/messages?dry_run=true", Some(&body)).await?;
        tried.add(status, &answer, &lines)?;
    }
    chunks.end().await?;
    if tried.refused > TOLD {
        note(&format!("and {} more", tried.refused - TOLD));
    }
    tell(&format!("would be taken: {}, refused: {}, suppressed: {}", tried.taken, tried.refused, tried.suppressed));
    if let Some(finish) = &tried.finish {
        tell(&format!("the last would be sent at about {finish}"));
    }
    if tried.refused > 0 && !skip_bad { Err(Failure::silent()) } else { Ok(()) }
}

impl Tried {
    fn add(&mut self, status: StatusCode, answer: &Value, lines: &[u32]) -> Result<(), Failure> {
        if !status.is_success() {
            return self.refused(status, answer, lines);
        }
        let message = &answer["messages"][0];
        self.taken += message["success"].as_u64().ok_or_else(|| Failure::strange("success"))?;
        for rejected in list(&message["rejected"]) {
            self.fault(rejected, lines);
        }
        self.suppressed += list(&message["suppressed"]).len();
        for warning in list(&message["warnings"]) {
            let said = (text(warning, "code").to_owned(), text(warning, "field").to_owned());
            if !self.told.contains(&said) {
                note(&format!("warning: {}; {}", text(warning, "warning"), text(warning, "remedy")));
                self.told.push(said);
            }
        }
        self.finish = message["finish_estimate"].as_str().map(str::to_owned);
        Ok(())
    }

    /// A request of which nobody is good is refused as a whole, for what is wrong with each.
    fn refused(&mut self, status: StatusCode, problem: &Value, lines: &[u32]) -> Result<(), Failure> {
        let faults = list(&problem["errors"]);
        let of_lines = faults.iter().all(|fault| text(fault, "field").starts_with("messages[0].recipients["));
        if status != StatusCode::UNPROCESSABLE_ENTITY || faults.is_empty() || !of_lines {
            return Err(Failure::answered(status, problem, *LANGUAGE).reworded(|line| by_line(&line, lines)));
        }
        for fault in faults {
            self.fault(fault, lines);
        }
        Ok(())
    }

    fn fault(&mut self, fault: &Value, lines: &[u32]) {
        if self.refused < TOLD {
            // In the person's language already.
            eprint(&line(&by_line(text(fault, "field"), lines), text(fault, "fault"), text(fault, "remedy"), *LANGUAGE));
        }
        self.refused += 1;
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
