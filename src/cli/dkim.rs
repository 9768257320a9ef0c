//! `jebi dkim`: keys that mail is signed with. They are made here; no server is asked.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use clap::Subcommand;

use super::{Failure, print, tell};
use crate::{app, config};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a key, and print its DNS record and its configuration
    ///
    /// For SMTP servers that do not sign mail themselves. SES signs: it needs no key. The private key goes into a file of its own, which
    /// only you may read.
    #[command(after_help = "Example:\n  jebi dkim new --domain example.kr --selector s1")]
    New {
        /// The part of the senders' addresses after the @
        #[arg(long, value_name = "DOMAIN")]
        domain: String,
        /// The key's name in the DNS, free to choose: a new one for each key
        #[arg(long, value_name = "SELECTOR")]
        selector: String,
        /// RSA with 2048 bits, which every receiver checks (the default)
        #[arg(long, conflicts_with = "ed25519")]
        rsa: bool,
        /// Ed25519: quick and short, for use beside RSA, since not every receiver checks it
        #[arg(long)]
        ed25519: bool,
        /// Where the private key goes; without it dkim-SELECTOR.pem in this folder. Never overwritten
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub(super) fn run(command: Command) -> Result<(), Failure> {
    // RSA is what is made where nothing is said.
    let Command::New { domain, selector, rsa: _, ed25519, out } = command;
    let (domain, selector) = config::dkim_place(&domain, &selector).map_err(Failure::refused)?;
    let file = out.unwrap_or_else(|| format!("dkim-{selector}.pem").into());
    let key = app::make_dkim_key(&domain, &selector, ed25519).map_err(Failure::unavailable)?;
    keep(&file, &key.pem).map_err(|e| {
        let file = file.display();
        Failure::refused(match e.kind() {
            io::ErrorKind::AlreadyExists => format!("{file} is there already; name another file with --out, or move that one away"),
            _ => format!("{file} could not be written: {e}"),
        })
    })?;
    // A server looks for it from its own folder.
    let place = std::path::absolute(&file).unwrap_or_else(|_| file.clone());
    tell(&format!("The private key is in {}. Keep it secret.", file.display()));
    tell("Publish this TXT record:");
    print(&format!("\n  {}\n  {}\n", key.record.name, key.record.text));
    tell("The same as a line of a zone file:");
    print(&format!("\n{}\n", key.record.zone()));
    tell("Once it is published, let the account sign; several keys stand in JEBI_SMTP_DKIM_KEYS with commas between:");
    print(&format!("\nJEBI_SMTP_DKIM_DOMAIN={domain}\nJEBI_SMTP_DKIM_KEYS={selector}={}", place.display()));
    Ok(())
}

/// Writes a new file that only its owner may read, to the disk.
fn keep(file: &Path, pem: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()
}
