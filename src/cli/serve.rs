//! `jebi serve`: runs until a signal.

use std::{process::ExitCode, sync::Arc};

use jebi_domain::port::store::Guard;

use super::{eprint, load, print};
use crate::{
    app::{App, Surroundings},
    config::{Config, Flags, LogFormat},
    lifecycle::Lifecycle,
    observe::{log, metrics},
    system::{SystemClock, SystemRandom},
};

pub(super) fn run(flags: Flags) -> ExitCode {
    let loaded = match load(flags) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let config = &loaded.config;
    if let Err(error) = log::init(&config.log.level, config.log.format == LogFormat::Json) {
        eprint(&error);
        return ExitCode::FAILURE;
    }
    tracing::info!("effective configuration:\n{}", config.redacted());
    loaded.notices.iter().for_each(|notice| tracing::info!("{notice}"));
    loaded.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprint(&format!("the runtime could not be started: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(serve(config, loaded.warnings.clone()));
    // Blocking look-ups still under way have nobody waiting for them.
    runtime.shutdown_background();
    code
}

async fn serve(config: &Config, warnings: Vec<String>) -> ExitCode {
    let lifecycle = Lifecycle::default();
    let metrics = match metrics::install() {
        Ok(metrics) => metrics,
        Err(error) => {
            eprint(&format!("the metrics could not be set up: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let around = Surroundings { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom), metrics, observer: None };
    let app = match App::start(config, warnings, around, lifecycle.clone()).await {
        Ok(app) => app,
        Err(error) => {
            eprint(&format!("jebi did not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let signals = tokio::spawn(lifecycle.clone().follow_signals());
    match key(config, &app).await {
        Ok(key) => greet(config, &app, key),
        Err(error) => eprint(&format!("no API key could be made: {error}")),
    }
    lifecycle.soft.cancelled().await;
    let hard = lifecycle.hard.clone();
    let clean = tokio::select! {
        clean = app.stop() => clean,
        () = hard.cancelled() => false,
    };
    signals.abort();
    tracing::info!(clean, "stopped");
    ExitCode::SUCCESS
}

/// The key to show: one made now where there was none. `None` when there are keys already, which cannot be shown again.
async fn key(config: &Config, app: &App) -> Result<Option<String>, jebi_domain::refusal::Refusal> {
    if let Some(given) = &config.access.api_key {
        app.keys.ensure("JEBI_API_KEY", given.reveal()).await?;
        return Ok(None);
    }
    if app.keys.any() {
        return Ok(None);
    }
    Ok(Some(app.keys.create("first key").await?.secret))
}

/// Tells where it is and how to send a first mail.
fn greet(config: &Config, app: &App, key: Option<String>) {
    let url = format!("http://{}", app.address);
    print(&format!("\nJebi is ready: {url}"));
    if let Guard::Held { why, .. } = app.store.guard() {
        print(&format!("It sends nothing until you run `jebi release`: {why}"));
    }
    let shown = match &key {
        Some(key) => {
            print(&format!("API key (shown once, keep it): {key}"));
            key.as_str()
        }
        None => "$JEBI_API_KEY",
    };
    let from = config.sending.from.as_ref().map_or("hello@example.com", |from| from.email.as_str());
    print(&format!(
        "Send a first mail:\n  curl -sS {url}/v1/messages -H 'Content-Type: application/json' -H \"X-API-KEY: {shown}\" \\\n    \
         -d '{{\"messages\":[{{\"from\":\"{from}\",\"emails\":[\"you@example.com\"],\"subject\":\"안녕하세요\",\"content\":\"<p>제비가 첫 편지를 물고 왔습니다.</p>\"}}]}}'"
    ));
    if config.ses.is_none() {
        print(&format!("Read it (nothing leaves this machine):\n  curl -sS {url}/v1/inbox -H \"X-API-KEY: {shown}\"\n"));
    }
}
