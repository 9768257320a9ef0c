//! The command line: one file per command.

mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Flags, Loaded, Sources};

/// Wrong use or configuration (sysexits.h, `EX_CONFIG`).
const EX_CONFIG: u8 = 78;

#[derive(Parser)]
#[command(name = "jebi", version, about = "A self-hosted email sending server", long_about = None)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server (the default)
    Serve,
}

/// Runs the command the process was started with.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(cli.flags),
    }
}

/// Loads the configuration, or says every fault of it, one a line.
fn load(flags: Flags) -> Result<Loaded, ExitCode> {
    Sources::from_process(flags).and_then(|sources| Config::load(&sources)).map_err(|errors| {
        eprint(&errors);
        ExitCode::from(EX_CONFIG)
    })
}

#[expect(clippy::print_stdout, reason = "what a command has to say goes to standard output")]
fn print(what: &impl std::fmt::Display) {
    println!("{what}");
}

#[expect(clippy::print_stderr, reason = "faults of a command go to standard error")]
fn eprint(what: &impl std::fmt::Display) {
    eprintln!("{what}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_parser_is_sound() {
        super::Cli::command().debug_assert();
    }
}
