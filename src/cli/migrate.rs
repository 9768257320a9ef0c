//! `jebi migrate`: brings the store's schema up to date, where a start is not to do it by itself (`AUTO_MIGRATE=false`).

use std::sync::Arc;

use clap::Args;

use super::{Failure, note, tell};
use crate::{
    app,
    config::Config,
    system::{SystemClock, SystemRandom},
};

#[derive(Args)]
pub(super) struct How {
    /// Only tell what is pending, and end with 1 when anything is
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(how: &How, config: &Config) -> Result<(), Failure> {
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let pending = app::pending(config, clock.clone(), random.clone()).await.map_err(|e| Failure::refused(e.to_string()))?;
    // Nothing to do needs no lock, so a running server is no obstacle.
    if pending.is_empty() {
        tell("the schema is up to date");
        return Ok(());
    }
    if how.check {
        pending.iter().for_each(|migration| tell(&format!("{migration}: pending")));
        return Err(Failure::silent());
    }
    let applied = app::migrate(config, clock, random).await.map_err(|e| Failure::refused(e.to_string()))?;
    applied.iter().for_each(|migration| tell(&format!("{migration}: applied")));
    if applied.is_empty() {
        // Somebody else was quicker.
        note("the schema is up to date");
    }
    Ok(())
}
