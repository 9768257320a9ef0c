//! The configuration: what it takes, what it refuses, and what it says then.

mod bad;
mod documents;
mod layers;
mod postgres;
mod process;
mod profile;
mod providers;
mod reference;
mod secrets;

use std::collections::BTreeMap;

use clap::Parser;
use jebi::config::{Config, ConfigErrors, FileSource, Flags, Loaded, Sources};

/// The flags as a command line has them.
#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    flags: Flags,
}

fn flags(arguments: &[&str]) -> Flags {
    CommandLine::parse_from([&["jebi"], arguments].concat()).flags
}

fn file(text: &str) -> Option<FileSource> {
    Some(FileSource { path: "jebi.toml".into(), text: text.into() })
}

/// Names of the real environment.
fn env(names: &[(&str, &str)]) -> BTreeMap<String, String> {
    names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Loads what stands in a `.env`, which must be right.
fn dotenv(text: &str) -> Loaded {
    Config::load(&Sources { dotenv: Some(text.into()), ..Sources::default() }).expect("a good configuration")
}

/// Loads what must be wrong, and gives its message.
fn refused(sources: &Sources) -> String {
    let ConfigErrors(faults) = Config::load(sources).expect_err("a bad configuration");
    ConfigErrors(faults).to_string()
}
