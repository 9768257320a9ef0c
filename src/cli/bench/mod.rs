//! `jebi bench`: how fast this machine takes and sends mail (requirement S4-4). Nothing ever goes through a real provider: it runs
//! a server of its own with the local inbox, on a folder it removes again, and asks it over HTTP as any caller does.
//!
//! | file | owns |
//! |---|---|
//! | `site` | the server of its own, and the folder |
//! | `caller` | requests on one connection |
//! | `measure` | what is measured |
//! | `table` | how it is told |

mod caller;
mod measure;
mod site;
mod table;

use std::{io::IsTerminal, net::SocketAddr, time::Duration};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, LANGUAGE, load, print};
use crate::{
    config::{Config, Flags, Secret},
    lifecycle::Lifecycle,
    observe::log,
};
use caller::Caller;
use measure::Figures;
use site::Site;

pub(super) const EXAMPLE: &str = "Example:\n  jebi bench --one --many 10000";

#[derive(Args)]
pub(super) struct What {
    /// Measure single mails one after another, from the request to their being sent
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "300", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    one: Option<u32>,
    /// Measure one large mailing
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "10000", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    many: Option<u32>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Measure a running server instead; only one that sends through nothing but the local inbox
    #[arg(long, value_name = "http://HOST:PORT")]
    url: Option<String>,
    /// An API key of that server, that may send and read; JEBI_API_KEY where it is left out
    #[arg(long, value_name = "KEY", requires = "url")]
    key: Option<String>,
}

pub(super) fn run(what: &What, flags: Flags) -> Result<(), Failure> {
    let config = load(flags)?.config;
    log::init("warn", false).map_err(|e| Failure::refused(e.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::unavailable(format!("the runtime could not be started: {e}")))?;
    let figures = runtime.block_on(measured(what, &config));
    runtime.shutdown_background();
    let figures = figures?;
    let told = if what.json { figures.json().to_string() } else { table::table(&figures, *LANGUAGE) };
    print(told.trim_end());
    Ok(())
}

/// Measures until it is done or somebody stops it; the folder is gone either way.
async fn measured(what: &What, config: &Config) -> Result<Figures, Failure> {
    let lifecycle = Lifecycle::default();
    let signals = lifecycle.clone().follow_signals().map_err(|e| Failure::unavailable(format!("signals cannot be listened to: {e}")))?;
    let signals = tokio::spawn(signals);
    let measured = measured_on(what, config, &lifecycle).await;
    signals.abort();
    // What fails after somebody stopped it (the server goes too) fails because of that.
    if measured.is_err() && lifecycle.leave.is_cancelled() {
        return Err(Failure::refused("stopped before it was measured"));
    }
    measured
}

/// On the server that was named, else on one of its own.
async fn measured_on(what: &What, config: &Config, lifecycle: &Lifecycle) -> Result<Figures, Failure> {
    match &what.url {
        Some(url) => {
            let key = what.key.clone().map(Secret::new).or_else(|| config.access.api_key.clone());
            let key =
                key.ok_or_else(|| Failure::refused("--key: is needed with --url; give an API key of that server, or set JEBI_API_KEY"))?;
            until_stopped(figures(what, address(url)?, &key, false), lifecycle).await
        }
        None => {
            let site = Site::start(config, lifecycle).await?;
            let measured = until_stopped(figures(what, site.address(), &site.key, true), lifecycle).await;
            site.stop().await;
            measured
        }
    }
}

async fn until_stopped(work: impl Future<Output = Result<Figures, Failure>>, lifecycle: &Lifecycle) -> Result<Figures, Failure> {
    tokio::select! {
        done = work => done,
        () = lifecycle.leave.cancelled() => Err(Failure::refused("stopped before it was measured")),
    }
}

/// Everything that was asked for; both where nothing was said.
async fn figures(what: &What, server: SocketAddr, key: &Secret, own: bool) -> Result<Figures, Failure> {
    let mut caller = Caller::connect(server, key).await?;
    measure::refuse_real_providers(&mut caller).await?;
    let (one, many) = match (what.one, what.many) {
        (None, None) => (Some(300), Some(10_000)),
        asked => asked,
    };
    let mut figures = Figures::default();
    if let Some(count) = one {
        figures.one = Some(measure::one(&mut caller, count, &bar(count, what.json)).await?);
    }
    if let Some(count) = many {
        figures.many = Some(measure::many(&mut caller, count, own, &bar(count, what.json)).await?);
    }
    Ok(figures)
}

/// A progress bar on a terminal; nothing elsewhere.
fn bar(count: u32, quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(u64::from(count)).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// `http://host:port` with an address of an IP: a measurement looks no names up.
fn address(url: &str) -> Result<SocketAddr, Failure> {
    let place = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/').replace("localhost", "127.0.0.1"));
    let read = place.and_then(|place| place.parse().ok());
    read.ok_or_else(|| Failure::refused(format!("--url: {url:?} is not an address to measure; write http://IP:PORT")))
}
