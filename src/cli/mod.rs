//! The command line: one file per command. What a command has to say goes to standard output, faults and progress to standard
//! error. Exit codes: 0 done, 1 refused or not as it should be, 2 wrong use, 69 unavailable, 78 wrong configuration.

mod addresses;
mod bench;
mod client;
mod config;
mod dkim;
mod expiry;
mod failure;
mod help;
mod key;
mod link_key;
mod migrate;
mod nodes;
mod openapi;
mod person;
mod profile;
mod ready;
mod release;
mod reload;
mod reputation;
mod retry;
mod send;
mod serve;
mod sns;
mod suppression;
mod template;
mod token;
mod topic;
mod transfer;
mod verify;
mod webhook;
mod write_log;

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
    sync::LazyLock,
};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::{
    client::{Client, Missing},
    failure::Failure,
};
use crate::{
    config::{Config, Flags, Loaded, Sources, spoken_language},
    observe::log,
    words::Language,
};

/// The language of the person at the terminal.
static LANGUAGE: LazyLock<Language> = LazyLock::new(spoken_language);

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
    #[command(after_help = "Example:\n  jebi serve --port 3000")]
    Serve,
    /// Send a mail
    ///
    /// Prints a line for each copy: the delivery's id and its recipient. Without a running server the mail is stored and goes
    /// out when it runs.
    #[command(after_help = send::EXAMPLE)]
    Send(Box<send::Mail>),
    /// Send again what failed for now or expired
    ///
    /// Of the mail accepted in the last hours. What the provider refused for good, what was cancelled, and addresses on the
    /// suppression list are not sent again; what was sent again before is passed over.
    #[command(after_help = "Example:\n  jebi retry --since-hours 24 --max-retries 3")]
    Retry(retry::Which),
    /// Show what became of a topic's mail, and send it again to those who did not get it
    #[command(subcommand)]
    Topic(topic::Command),
    /// Make, list and revoke API keys
    #[command(subcommand)]
    Key(key::Command),
    /// Make, list and remove sender profiles
    #[command(subcommand)]
    Profile(profile::Command),
    /// Put addresses on the suppression list, take them off, import and export it
    #[command(subcommand)]
    Suppression(suppression::Command),
    /// Check addresses before mail goes to them
    #[command(subcommand)]
    Addresses(addresses::Command),
    /// Show and erase what is known of a person
    #[command(subcommand)]
    Person(person::Command),
    /// List and make keys that links in mail are signed with
    #[command(subcommand)]
    LinkKey(link_key::Command),
    /// Make, try, list and replay webhooks
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// List, allow and remove topics that events of SES come from
    #[command(subcommand)]
    Sns(sns::Command),
    /// Push, pull, compare and preview templates as files
    #[command(subcommand)]
    Template(template::Command),
    /// List the nodes that share the store
    #[command(after_help = "Example:\n  jebi nodes")]
    Nodes,
    /// Show bounce and complaint rates; pause and resume bulk mail
    #[command(subcommand)]
    Reputation(reputation::Command),
    /// List what is not as it should be
    #[command(after_help = "Example:\n  jebi alerts")]
    Alerts,
    /// Make signed tokens (JWT)
    #[command(subcommand)]
    Token(token::Command),
    /// Make keys that mail is signed with (DKIM)
    #[command(subcommand)]
    Dkim(dkim::Command),
    /// Check the store against the delivery contract
    ///
    /// Prints what is not as it must be, one a line, and ends with 1 when there is anything. The server may run meanwhile.
    #[command(after_help = "Example:\n  jebi verify")]
    Verify,
    /// Bring the store's schema up to date
    ///
    /// A start does it by itself, unless AUTO_MIGRATE is false. Prints what it did; a store that is up to date is left alone.
    #[command(after_help = "Example:\n  jebi migrate --check || jebi migrate")]
    Migrate(migrate::How),
    /// Move a store from SQLite to PostgreSQL
    ///
    /// Everything is copied with its numbers in one transaction, and counted in both. Then the source takes and sends no mail any
    /// more. When it is cut short, run it again.
    #[command(after_help = transfer::EXAMPLE)]
    Transfer(transfer::Way),
    /// Ask the server of this machine whether it takes and sends mail
    ///
    /// Ends with 0 when it does, with 1 when it does not (the reasons are printed), with 69 when no server answers. For health checks.
    #[command(after_help = "Example:\n  jebi ready")]
    Ready,
    /// Let a store send that was copied or restored
    ///
    /// What was due before the copy is then unsettled and is not sent by itself: the original may have sent it.
    #[command(after_help = "Example:\n  jebi release --yes")]
    Release(release::Consent),
    /// Let a running server read its configuration anew
    ///
    /// Prints the keys that changed. With one fault anywhere nothing changes. SIGHUP does the same.
    #[command(after_help = "Example:\n  jebi reload")]
    Reload,
    /// Measure how fast this machine takes and sends mail
    ///
    /// On a server of its own with a folder of its own, both gone afterwards; nothing leaves the machine. Without --one and
    /// --many it measures both.
    #[command(after_help = bench::EXAMPLE)]
    Bench(bench::What),
    /// Show the configuration in effect, secrets hidden
    #[command(after_help = "Example:\n  jebi config --reference > jebi.toml")]
    Config(config::What),
    /// Print the API's description (OpenAPI 3.1)
    #[command(after_help = "Example:\n  jebi openapi > openapi.json")]
    Openapi,
}

/// Runs the command the process was started with.
#[must_use]
pub fn run() -> ExitCode {
    let Cli { flags, command } = parsed();
    let done = match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(flags),
        Command::Send(mail) => through(flags, Missing::Make, async |config, client| send::run(*mail, config, client).await),
        Command::Retry(which) => through(flags, Missing::Refuse, async |_, client| retry::run(which, client).await),
        Command::Topic(command) => through(flags, Missing::Refuse, async |_, client| topic::run(command, client).await),
        Command::Key(command) => {
            let missing = if command.makes() { Missing::Make } else { Missing::Refuse };
            through(flags, missing, async |_, client| key::run(command, client).await)
        }
        Command::Profile(command) => through(flags, Missing::Refuse, async |_, client| profile::run(command, client).await),
        Command::Suppression(command) => {
            let missing = if command.makes() { Missing::Make } else { Missing::Refuse };
            through(flags, missing, async |_, client| suppression::run(command, client).await)
        }
        Command::Addresses(command) => through(flags, Missing::Make, async |_, client| addresses::run(command, client).await),
        Command::Person(command) => through(flags, Missing::Refuse, async |_, client| person::run(command, client).await),
        Command::LinkKey(command) => through(flags, Missing::Refuse, async |_, client| link_key::run(command, client).await),
        Command::Webhook(command) => through(flags, Missing::Refuse, async |_, client| webhook::run(command, client).await),
        Command::Sns(command) => through(flags, Missing::Refuse, async |_, client| sns::run(command, client).await),
        Command::Template(command) => {
            let missing = if command.makes() { Missing::Make } else { Missing::Refuse };
            through(flags, missing, async |_, client| template::run(command, client).await)
        }
        Command::Nodes => through(flags, Missing::Refuse, async |_, client| nodes::run(client).await),
        Command::Reputation(command) => through(flags, Missing::Refuse, async |_, client| reputation::run(command, client).await),
        Command::Alerts => through(flags, Missing::Refuse, async |_, client| reputation::alerts(client).await),
        Command::Token(command) => token::run(command, flags),
        Command::Dkim(command) => dkim::run(command),
        Command::Verify => through(flags, Missing::Refuse, async |_, client| verify::run(client).await),
        Command::Migrate(how) => alone(flags, async |config| migrate::run(&how, config).await),
        Command::Transfer(way) => transfer::run(&way, &flags),
        Command::Ready => alone(flags, async |config| ready::run(config).await),
        Command::Release(consent) => through(flags, Missing::Refuse, async |_, client| release::run(consent, client).await),
        Command::Reload => through(flags, Missing::Refuse, async |_, client| reload::run(client).await),
        Command::Bench(what) => bench::run(&what, flags),
        Command::Config(what) => config::run(&what, flags),
        Command::Openapi => openapi::run(),
    };
    done.map_or_else(Failure::show, |()| ExitCode::SUCCESS)
}

/// What was typed. A wrong use, and a call for help, end the process here.
fn parsed() -> Cli {
    let matches = help::in_language(Cli::command(), *LANGUAGE).try_get_matches();
    matches.and_then(|matches| Cli::from_arg_matches(&matches)).unwrap_or_else(|error| {
        if *LANGUAGE == Language::English || !error.use_stderr() {
            error.exit();
        }
        eprint(&help::wrong_use(&error.to_string(), *LANGUAGE));
        std::process::exit(error.exit_code());
    })
}

/// Runs a command that needs the API.
fn through(flags: Flags, missing: Missing, work: impl AsyncFnOnce(&Config, &Client) -> Result<(), Failure>) -> Result<(), Failure> {
    alone(flags, async |config| {
        let client = Client::open(config, missing).await?;
        let done = work(config, &client).await;
        client.close().await;
        done
    })
}

/// Runs a command that needs the configuration.
fn alone(flags: Flags, work: impl AsyncFnOnce(&Config) -> Result<(), Failure>) -> Result<(), Failure> {
    let Loaded { config, .. } = load(flags)?;
    // The command says how it ends; of the log only what is wrong.
    log::init("warn", false).map_err(|e| Failure::refused(e.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::unavailable(format!("the runtime could not be started: {e}")))?;
    runtime.block_on(work(&config))
}

/// Loads the configuration, or says every fault of it, one a line.
fn load(flags: Flags) -> Result<Loaded, Failure> {
    Sources::from_process(flags).and_then(|sources| Config::load(&sources)).map_err(|errors| Failure::misconfigured(&errors, *LANGUAGE))
}

fn print(what: &(impl Display + ?Sized)) {
    // Whoever closed the pipe (`jebi openapi | head`) has read enough.
    let _ = writeln!(io::stdout().lock(), "{what}");
}

/// Says a text of ours, in the person's language.
fn tell(english: &str) {
    print(&*LANGUAGE.say(english));
}

/// The same, beside what the command has to say.
fn note(english: &str) {
    eprint(&*LANGUAGE.say(english));
}

fn eprint(what: &(impl Display + ?Sized)) {
    // There is nowhere else to say that it cannot be said.
    let _ = writeln!(io::stderr().lock(), "{what}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_parser_is_sound() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        fn check(command: &clap::Command) {
            if command.get_subcommands().next().is_none() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.starts_with("Example:\n  jebi "), "{}: {help:?}", command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        super::Cli::command().get_subcommands().for_each(check);
    }
}
