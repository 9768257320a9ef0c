//! `jebi config`: shows the configuration in effect, or every key there is.

use clap::Args;

use super::{Failure, load, note, print};
use crate::config::{DEFAULTS, Flags};

#[derive(Args)]
pub(super) struct What {
    /// Print every key with its meaning and default instead; it can be used as jebi.toml
    #[arg(long, visible_alias = "defaults")]
    reference: bool,
}

pub(super) fn run(what: &What, flags: Flags) -> Result<(), Failure> {
    if what.reference {
        print(DEFAULTS.trim_end());
        return Ok(());
    }
    let loaded = load(flags)?;
    print(loaded.config.redacted().trim_end());
    loaded.notices.iter().for_each(|notice| note(&format!("note: {notice}")));
    loaded.warnings.iter().for_each(|warning| note(&format!("warning: {warning}")));
    Ok(())
}
