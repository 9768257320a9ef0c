//! `jebi send --csv`: one mail to each line of a file. The file is looked through first; only what is good throughout is sent, in requests
//! of some thousand lines. Each has an idempotency key made of what it holds: run again after it was cut short, what was taken is not sent
//! a second time. Tried out, the same requests are asked what they would become (`rehearse`).

use std::{
    collections::{BTreeMap, HashSet},
    fs::File,
    io::BufReader,
    path::PathBuf,
};

use clap::Args;
use http::Method;
use jebi_domain::{address, refusal::Fault};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    super::{Client, Failure, LANGUAGE, note, print, tell},
    plan::{Chunk, Plan},
    progress::Progress,
    rehearse::rehearse,
};
use crate::{
    config::Config,
    table::{self, Line, Options},
};

/// Bad lines told one by one.
pub(super) const TOLD: usize = 20;

#[derive(Args, Clone)]
pub(super) struct Table {
    /// File of recipients, a copy for each line: CSV (UTF-8 or CP949) or XLSX. Its first line names the columns; email is needed, name and
    /// language are known, and every other column is a variable
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    csv: Option<PathBuf>,
    /// What a column is: email, name, language, a variable's name, or nothing for none of it; repeat it for more
    #[arg(long = "column", value_name = "COLUMN=WHAT", requires = "csv")]
    columns: Vec<String>,
    /// Sheet of a workbook; the first when left out
    #[arg(long, value_name = "NAME", requires = "csv")]
    sheet: Option<String>,
    /// Only try it out: nothing is sent
    #[arg(long, requires = "csv")]
    dry_run: bool,
    /// Send to the good lines although there are bad ones
    #[arg(long, requires = "csv")]
    skip_bad: bool,
    /// A word of your own: with another one the same file is sent again within 24 hours
    #[arg(long, value_name = "WORD", requires = "csv")]
    again: Option<String>,
}

impl Table {
    pub fn is_given(&self) -> bool {
        self.csv.is_some()
    }

    fn options(&self) -> Result<Options, Failure> {
        let pair = |text: &String| text.split_once('=').map(|(column, what)| (column.trim().to_owned(), what.trim().to_owned()));
        let columns: Option<BTreeMap<String, String>> = self.columns.iter().map(pair).collect();
        let columns = columns.ok_or_else(|| Failure::refused("--column: it has no =; write --column COLUMN=WHAT"))?;
        // What one person gives to one command is not bounded; a workbook never has more than a million lines.
        let (max_rows, max_bytes, most) = (usize::MAX, usize::MAX, u64::MAX);
        Ok(Options { columns, sheet: self.sheet.clone(), max_rows, max_bytes, max_workbook: most, max_unpacked: most })
    }
}

/// What a file holds.
#[derive(Default)]
struct Look {
    good: u64,
    doubled: u64,
    bad: Vec<(u32, Fault)>,
    more_bad: u64,
}

impl Look {
    fn bad(&mut self, line: u32, fault: Fault) {
        if self.bad.len() < TOLD { self.bad.push((line, fault)) } else { self.more_bad += 1 }
    }

    fn bad_lines(&self) -> u64 {
        self.bad.len() as u64 + self.more_bad
    }

    fn tell(&self) {
        for (_, Fault { field, fault, remedy, .. }) in &self.bad {
            note(&format!("{field}: {}; {}", LANGUAGE.say(fault), LANGUAGE.say(remedy)));
        }
        if self.more_bad > 0 {
            note(&format!("and {} more", self.more_bad));
        }
        tell(&format!("recipients: {}, doubled: {}, bad lines: {}", self.good, self.doubled, self.bad_lines()));
    }
}

pub(super) async fn run(table: Table, message: Map<String, Value>, config: &Config, client: &Client) -> Result<(), Failure> {
    let options = table.options()?;
    let look = look(&table, &options)?;
    look.tell();
    let is_bad = look.bad_lines() > 0 && !table.skip_bad;
    if is_bad && !table.dry_run {
        return Err(Failure::refused("--csv: nothing was sent; correct the lines, or leave them out with --skip-bad"));
    }
    if look.good == 0 {
        return Err(Failure::refused("--csv: the file has no recipients; give one in each line below the first"));
    }
    let plan = Plan { rows: config.sending.max_recipients.min(Plan::ROWS), bytes: config.server.max_body_bytes / 2 };
    if table.dry_run {
        rehearse(Chunks::begin(&table, &options, plan), &message, table.skip_bad, client).await?;
        return if is_bad { Err(Failure::silent()) } else { Ok(()) };
    }
    send(&table, &options, &message, plan, look.good, client).await
}

fn open(table: &Table) -> Result<BufReader<File>, Failure> {
    let path = table.csv.clone().unwrap_or_default();
    let unread = |e| Failure::refused(format!("--csv: {} cannot be read: {e}", path.display()));
    File::open(&path).map(BufReader::new).map_err(unread)
}

/// Reads the file through, once.
fn read(table: &Table, options: &Options, each: table::Each<'_>) -> Result<(), Failure> {
    let told = |Fault { field, fault, remedy, .. }: Fault| {
        Failure::refused(format!("--csv: {field}: {}; {}", LANGUAGE.say(&fault), LANGUAGE.say(&remedy)))
    };
    table::read(open(table)?, options, each).map(drop).map_err(told)
}

/// Who gets it: a good line with an address that was not there before.
struct Once(HashSet<[u8; 16]>);

impl Once {
    /// Whether this is the first line with the address.
    fn is_first(&mut self, email: &str) -> bool {
        let mut short = [0; 16];
        short.copy_from_slice(&Sha256::digest(address::key(email).as_bytes())[..16]);
        self.0.insert(short)
    }
}

/// The line's address, as it is sent to.
fn email_of(line: &Line) -> Result<String, Fault> {
    let place = format!("line {}", line.number);
    line.read.as_ref().map_err(Clone::clone)?;
    address::parse(&line.email).map_err(|e| Fault::new(place, e.code, e.fault, e.remedy))
}

fn look(table: &Table, options: &Options) -> Result<Look, Failure> {
    let (mut look, mut once) = (Look::default(), Once(HashSet::new()));
    read(table, options, &mut |line| {
        match email_of(&line) {
            Ok(email) if once.is_first(&email) => look.good += 1,
            Ok(_) => look.doubled += 1,
            Err(fault) => look.bad(line.number, fault),
        }
        Ok(())
    })?;
    Ok(look)
}

/// The good lines on their way into requests; no more than one of these is in memory beside the one read next.
pub(super) struct Chunks {
    ready: mpsc::Receiver<Chunk>,
    reading: JoinHandle<Result<(), Failure>>,
}

impl Chunks {
    fn begin(table: &Table, options: &Options, plan: Plan) -> Self {
        let (chunks, ready) = mpsc::channel::<Chunk>(1);
        let (of, options) = (table.clone(), options.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let mut once = Once(HashSet::new());
            let mut chunk = Chunk::default();
            read(&of, &options, &mut |line| {
                let Ok(email) = email_of(&line) else { return Ok(()) };
                if !once.is_first(&email) {
                    return Ok(());
                }
                chunk.add(line);
                if chunk.is_full(&plan) {
                    // Nobody takes it any more where a request before was refused: that is told instead.
                    chunks.blocking_send(std::mem::take(&mut chunk)).map_err(|_| Fault::new("", "stopped", "", ""))?;
                }
                Ok(())
            })?;
            if !chunk.is_empty() {
                // The same.
                let _ = chunks.blocking_send(chunk);
            }
            Ok::<_, Failure>(())
        });
        Self { ready, reading }
    }

    pub async fn next(&mut self) -> Option<Chunk> {
        self.ready.recv().await
    }

    /// Whether the file could be read to its end, once there is no next one.
    pub async fn end(self) -> Result<(), Failure> {
        self.reading.await.map_err(|e| Failure::unavailable(format!("the file could not be read to its end: {e}")))?
    }
}

/// Sends the good lines, chunk after chunk.
async fn send(
    table: &Table,
    options: &Options,
    message: &Map<String, Value>,
    plan: Plan,
    good: u64,
    client: &Client,
) -> Result<(), Failure> {
    let bar = Progress::new(good);
    let mut chunks = Chunks::begin(table, options, plan);
    let again = table.again.clone().unwrap_or_default();
    let (mut taken, mut before, mut errors) = (0, 0, 0);
    while let Some(chunk) = chunks.next().await {
        let lines = chunk.lines();
        let request = chunk.request(message, !table.skip_bad);
        let key = format!("jebi-csv-{}", hex(&Sha256::digest(format!("{again}\0{request}"))[..16]));
        let answer = client.repeatable(Method::POST, "/v1/messages", &request, &key).await;
        let (answer, replayed) = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                bar.end();
                tell(&format!("taken: {taken}, taken before: {before}, refused: {errors}"));
                note("run it again once that is seen to: what was taken is not sent a second time");
                return Err(failure.reworded(|line| by_line(&line, &lines)));
            }
        };
        let told = &answer["messages"][0];
        let count = |name: &str| told[name].as_u64().ok_or_else(|| Failure::strange(name));
        let success = count("success")?;
        errors += count("errors")?;
        if replayed {
            before += success;
        } else {
            taken += success;
        }
        for rejected in told["rejected"].as_array().into_iter().flatten() {
            let line = rejected["index"].as_u64().and_then(|at| lines.get(usize::try_from(at).ok()?)).copied().unwrap_or(0);
            let text = |name: &str| rejected[name].as_str().unwrap_or_default().to_owned();
            bar.beside(|| note(&format!("line {line}: {}; {}", text("fault"), text("remedy"))));
        }
        bar.beside(|| print(told["id"].as_str().unwrap_or_default()));
        bar.add(lines.len() as u64);
    }
    bar.end();
    chunks.end().await?;
    tell(&format!("taken: {taken}, taken before: {before}, refused: {errors}"));
    if before > 0 {
        note("what was taken before within 24 hours was not sent again; with another word in --again it is");
    }
    if taken > 0 && !client.is_live() {
        note("stored: no server runs; it goes out when one does (`jebi serve`)");
    }
    if errors > 0 { Err(Failure::silent()) } else { Ok(()) }
}

/// A fault of the request's recipient as one of the file's line.
pub(super) fn by_line(fault: &str, lines: &[u32]) -> String {
    let place = fault.strip_prefix("messages[0].recipients[").and_then(|rest| {
        let (at, rest) = rest.split_once(']')?;
        Some((lines.get(at.parse::<usize>().ok()?)?, rest))
    });
    place.map_or_else(|| fault.to_owned(), |(line, rest)| format!("line {line}{rest}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
