//! `jebi token`: signed tokens. They are made here, with the configured secret; no server is asked.

use clap::Subcommand;
use jebi_domain::port::Clock;

use super::{Failure, expiry::Expiry, load, print};
use crate::{app, config::Flags, system::SystemClock};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a token and print it
    ///
    /// It is taken like an API key until it ends. Without a scope it may send and read.
    #[command(after_help = "Example:\n  jebi token create --sub newsletter --scope send --expires 30d")]
    Create {
        /// Who will use it; its name in `jebi key list` and in the audit log
        #[arg(long, value_name = "NAME")]
        sub: String,
        /// send, read or admin; several may be given
        #[arg(long, value_name = "SCOPE")]
        scope: Vec<String>,
        /// When it ends: after 30m, 12h, 30d, or at a time such as 2027-01-31T00:00:00+09:00
        #[arg(long, value_name = "WHEN", default_value = "30d")]
        expires: Expiry,
    },
}

pub(super) fn run(command: Command, flags: Flags) -> Result<(), Failure> {
    let Command::Create { sub, scope, expires } = command;
    let (config, now) = (load(flags)?.config, SystemClock.wall());
    let token = app::make_token(&config, &sub, &scope, expires.after(now), now).map_err(Failure::refused)?;
    print(&token);
    Ok(())
}
