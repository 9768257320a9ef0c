//! `jebi transfer`: moves a store from SQLite to PostgreSQL.

use std::{
    io::{self, IsTerminal},
    sync::Arc,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, load, note, tell};
use crate::{
    app::{self, Moved},
    config::{Config, Flags},
    observe::log,
    system::{SystemClock, SystemRandom},
};

pub(super) const EXAMPLE: &str = "Example:\n  jebi transfer sqlite://data/jebi.db postgres://jebi@db.example.kr/jebi";

#[derive(Args)]
pub(super) struct Way {
    /// The store to move, sqlite://path; its server must be stopped
    from: String,
    /// An empty PostgreSQL database with the schema of this Jebi; the password may stand in DATABASE_PASSWORD
    to: String,
}

pub(super) fn run(way: &Way, flags: &Flags) -> Result<(), Failure> {
    let at = |url: &str| load(Flags { database_url: Some(url.to_owned()), ..flags.clone() }).map(|loaded| loaded.config);
    let (source, target) = (at(&way.from)?, at(&way.to)?);
    log::init("warn", false).map_err(|e| Failure::refused(e.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|e| Failure::unavailable(format!("the runtime could not be started: {e}")))?;
    runtime.block_on(moved(&source, &target))
}

async fn moved(source: &Config, target: &Config) -> Result<(), Failure> {
    let bar = bar();
    let told = |progress: app::Progress| {
        bar.set_length(progress.all);
        bar.set_position(progress.done);
        bar.set_message(progress.table);
    };
    let done = app::transfer((source, target), Arc::new(SystemClock), Arc::new(SystemRandom), &told).await;
    bar.finish_and_clear();
    match done.map_err(|e| Failure::refused(e.to_string()))? {
        Moved::Copied(tables) => {
            tables.iter().for_each(|(table, rows)| tell(&format!("{table}: rows: {rows}")));
            let rows: u64 = tables.iter().map(|(_, rows)| rows).sum();
            note(&format!("moved: {rows} rows, each table counted in both; set DATABASE_URL to the target and start the server"));
        }
        Moved::Finished => note("everything had been copied before: the transfer is finished now; set DATABASE_URL to the target"),
    }
    Ok(())
}

/// Shown on a terminal only.
fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}
