//! A file's lines in parts, as they are taken: no more of it is in memory than two of them.

use std::{collections::HashSet, sync::Arc};

use jebi_domain::{
    address,
    refusal::{Fault, Refusal},
};
use sha2::{Digest, Sha256};
use tokio::{sync::mpsc, task::JoinHandle};

use super::csv_answer::{BadLine, LineAddress, TOLD};
use crate::{
    http::upload::{Spool, unwritten},
    service::accept::{Given, NewRecipient},
    table::{self, Line, Options, Told},
};

/// Recipients in a part at most. A file is cut at the same places whenever it comes: parts are known by their numbers, so that with other
/// bounds a repetition across an update would send twice.
const ROWS: usize = 10_000;
/// About the bytes in memory of what its recipients hold.
const BYTES: usize = 4 << 20;
/// What a value takes beside its text.
const VALUE: usize = 96;

/// Some of a file's lines.
#[derive(Default)]
pub(super) struct Part {
    pub number: u32,
    pub recipients: Vec<NewRecipient>,
    /// Of the recipients, in order.
    pub lines: Arc<[u32]>,
}

/// What is known of a file that was read to its end.
#[derive(Default)]
pub(super) struct Known {
    pub format: &'static str,
    pub columns: Vec<(String, String)>,
    /// Lines with an address that was not there before.
    pub good: usize,
    /// The first of those that cannot be used, and how many there are.
    pub bad: Vec<BadLine>,
    pub bad_lines: usize,
    /// The same of those whose address was given before.
    pub doubled: Vec<LineAddress>,
    pub doubled_lines: usize,
}

/// A file that is being read, beside.
pub(super) struct Reading {
    parts: mpsc::Receiver<Part>,
    end: JoinHandle<Result<Known, Refusal>>,
}

impl Reading {
    pub fn begin(file: Arc<Spool>, options: Arc<Options>) -> Self {
        let (to, parts) = mpsc::channel(1);
        Self { parts, end: tokio::task::spawn_blocking(move || read(&file, &options, to)) }
    }

    /// The next part; `None` at the end, and where the file cannot be read on.
    pub async fn next(&mut self) -> Option<Part> {
        self.parts.recv().await
    }

    /// What was found, once there is no next part.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub async fn end(self) -> Result<Known, Refusal> {
        match self.end.await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(Refusal::busy(5, "stopping", "the server is stopping")),
            },
        }
    }
}

fn read(file: &Spool, options: &Options, to: mpsc::Sender<Part>) -> Result<Known, Refusal> {
    let file = file.read().map_err(|e| unwritten(&e))?;
    let mut cutter =
        Cutter { to, known: Known::default(), once: HashSet::new(), number: 0, recipients: Vec::new(), lines: Vec::new(), bytes: 0 };
    let Told { format, columns } = table::read(file, options, &mut |line| cutter.line(line)).map_err(Refusal::invalid)?;
    if !cutter.lines.is_empty() {
        cutter.cut().map_err(Refusal::invalid)?;
    }
    Ok(Known { format, columns, ..cutter.known })
}

struct Cutter {
    to: mpsc::Sender<Part>,
    known: Known,
    /// Addresses that were there, shortened: of a million they take 40 MB.
    once: HashSet<[u8; 16]>,
    number: u32,
    recipients: Vec<NewRecipient>,
    lines: Vec<u32>,
    bytes: usize,
}

impl Cutter {
    fn line(&mut self, Line { number, email, read }: Line) -> Result<(), Fault> {
        let entry = match read {
            Ok(entry) => entry,
            Err(fault) => {
                self.known.bad_lines += 1;
                if self.known.bad.len() < TOLD {
                    self.known.bad.push(BadLine { line: number, email, fault });
                }
                return Ok(());
            }
        };
        // One that is none is refused with the others of its part.
        if let Ok(address) = address::parse(&email)
            && !self.is_first(&address)
        {
            self.known.doubled_lines += 1;
            if self.known.doubled.len() < TOLD {
                self.known.doubled.push(LineAddress::new(number, email));
            }
            return Ok(());
        }
        let values = entry.own.variables.iter().map(|(name, value)| name.len() + value.as_str().map_or(0, str::len) + VALUE);
        self.bytes += email.len() + entry.name.as_ref().map_or(0, String::len) + VALUE + values.sum::<usize>();
        let own = (entry.own.language.is_some() || !entry.own.variables.is_empty()).then(|| Box::new(entry.own));
        self.recipients.push(NewRecipient { given: Given::Parts { email, name: entry.name }, own });
        self.lines.push(number);
        self.known.good += 1;
        if self.lines.len() == ROWS || self.bytes >= BYTES { self.cut() } else { Ok(()) }
    }

    fn is_first(&mut self, email: &str) -> bool {
        let mut short = [0; 16];
        short.copy_from_slice(&Sha256::digest(address::key(email).as_bytes())[..16]);
        self.once.insert(short)
    }

    fn cut(&mut self) -> Result<(), Fault> {
        let (recipients, lines) = (std::mem::take(&mut self.recipients), std::mem::take(&mut self.lines));
        let part = Part { number: self.number, recipients, lines: lines.into() };
        (self.number, self.bytes) = (self.number + 1, 0);
        // Nobody takes it where the request has ended: nobody hears of this either.
        self.to.blocking_send(part).map_err(|_| Fault::new("file", "stopping", "nobody waits for it any more", "send it again"))
    }
}
