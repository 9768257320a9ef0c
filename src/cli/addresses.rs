//! `jebi addresses`: what can be told of addresses before mail goes to them.

use std::{fs::File, io::BufReader, path::PathBuf};

use clap::Subcommand;
use http::Method;
use jebi_domain::refusal::Fault;
use serde_json::{Value, json};

use super::{Client, Failure, LANGUAGE, note};
use crate::table;

/// Addresses asked for at once: their name servers have 20 seconds.
const AT_ONCE: usize = 200;
/// What is written behind each line.
const ADDED: [&str; 4] = ["verdict", "why", "suggestion", "mx"];

#[derive(Subcommand)]
pub(super) enum Command {
    /// Check the addresses of a CSV file, to clean a list
    ///
    /// Writes the file again with four columns more: verdict (good, risky, bad, unknown), why, suggestion and mx. The column with the
    /// addresses is called email; a file of addresses alone needs no first line.
    #[command(after_help = "Example:\n  jebi addresses check members.csv > checked.csv")]
    Check {
        /// The file
        file: PathBuf,
        /// Do not ask the name servers whether the domains take mail
        #[arg(long)]
        no_mx: bool,
    },
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    let Command::Check { file, no_mx } = command;
    let Lines { header, column, rows } = read(&file)?;
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    if let Some(header) = header {
        write(&mut out, header.into_iter().chain(ADDED.map(str::to_owned)))?;
    }
    let mut counts = [0_u64; 4];
    for part in rows.chunks(AT_ONCE) {
        let emails: Vec<&str> = part.iter().map(|row| row.get(column).map_or("", String::as_str)).collect();
        let answer = client.call(Method::POST, "/v1/addresses/check", Some(&json!({"emails": emails, "mx": !no_mx}))).await?;
        let found =
            answer["addresses"].as_array().filter(|found| found.len() == part.len()).ok_or_else(|| Failure::strange("addresses"))?;
        for (row, one) in part.iter().zip(found) {
            let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            write(&mut out, row.iter().cloned().chain([text("verdict"), why(one), text("suggestion"), text("mx")]))?;
        }
        for (count, name) in counts.iter_mut().zip(["good", "risky", "bad", "unknown"]) {
            *count += answer[name].as_u64().ok_or_else(|| Failure::strange(name))?;
        }
    }
    out.flush().map_err(|e| Failure::refused(format!("the file cannot be written: {e}")))?;
    let [good, risky, bad, unknown] = counts;
    note(&format!("good: {good}, risky: {risky}, bad: {bad}, unknown: {unknown}"));
    Ok(())
}

/// What speaks against an address, in words a filter can look for.
fn why(one: &Value) -> String {
    let mut why = Vec::new();
    why.extend(one["fault"]["code"].as_str().map(str::to_owned));
    if matches!(one["mx"].as_str(), Some("no" | "refuses")) {
        why.push("no_mail".to_owned());
    }
    why.extend(one["suggestion"].as_str().map(|_| "typo".to_owned()));
    why.extend(["disposable", "role"].into_iter().filter(|name| one[*name] == true).map(str::to_owned));
    let entries = one["suppressed"].as_array().into_iter().flatten();
    why.extend(entries.map(|entry| format!("suppressed {}", entry["scope"].as_str().unwrap_or_default())));
    why.join("; ")
}

/// A file's lines.
struct Lines {
    header: Option<Vec<String>>,
    /// Where the addresses stand.
    column: usize,
    rows: Vec<Vec<String>>,
}

fn read(file: &PathBuf) -> Result<Lines, Failure> {
    let open = File::open(file).map_err(|e| Failure::refused(format!("{} cannot be read: {e}", file.display())))?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let read = table::read_text(BufReader::new(open), &mut |number, cells| {
        let cells = cells.into_iter().collect::<Result<Vec<String>, String>>();
        let cells = cells.map_err(|why| table::bad_line(number, "", why, "correct this line"))?;
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(cells);
        }
        Ok(())
    });
    read.map_err(|Fault { field, fault, remedy, .. }| {
        Failure::refused(format!("{}: {field}: {}; {}", file.display(), LANGUAGE.say(&fault), LANGUAGE.say(&remedy)))
    })?;
    let named = |cell: &String| ["email", "address", "이메일", "메일"].contains(&cell.to_lowercase().as_str());
    let column = rows.first().and_then(|first| first.iter().position(named));
    let header = if column.is_some() { Some(rows.remove(0)) } else { None };
    let alone = rows.iter().all(|row| row.len() == 1);
    if column.is_none() && !alone {
        return Err(Failure::refused(format!("{}: no column is called email; name the columns in the first line", file.display())));
    }
    Ok(Lines { header, column: column.unwrap_or(0), rows })
}

fn write(out: &mut csv::Writer<std::io::StdoutLock<'_>>, row: impl Iterator<Item = String>) -> Result<(), Failure> {
    out.write_record(row).map_err(|e| Failure::refused(format!("the file cannot be written: {e}")))
}
