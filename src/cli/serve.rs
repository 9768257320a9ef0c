//! `jebi serve`: runs until a signal.

use std::{net::SocketAddr, sync::Arc};

use jebi_domain::{port::store::Guard, refusal::Refusal};

use super::{Failure, LANGUAGE, client::reachable, load, note, print, write_log};
use crate::{
    app::{self, App, ReadAgain, StartError, Surroundings},
    config::{Account, AllowList, Config, DatabaseUrl, Flags, LogFormat, Sources},
    lifecycle::{Hangups, Lifecycle},
    observe::{log, metrics, sentry},
    service::reload::Reload,
    system::{SystemClock, SystemRandom},
    words::Language,
};

pub(super) fn run(flags: Flags) -> Result<(), Failure> {
    let loaded = load(flags.clone())?;
    let config = &loaded.config;
    log::init(&config.log.level, config.log.format == LogFormat::Json).map_err(|e| Failure::refused(e.to_string()))?;
    let environment = config.profile.as_deref().unwrap_or("production");
    let reporting = config.log.sentry_dsn.as_ref().map(|dsn| sentry::start(dsn.reveal(), environment)).transpose();
    // Held to the end of this function: what it reports last is sent then.
    let _reporting = reporting.map_err(Failure::config)?;
    tracing::info!("effective configuration:\n{}", config.redacted());
    loaded.notices.iter().for_each(|notice| tracing::info!("{notice}"));
    loaded.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| did_not_start(&format!("the runtime could not be started: {e}")))?;
    let again: ReadAgain = Arc::new(move || Sources::from_process(flags.clone()).and_then(|sources| Config::load(&sources)));
    let done = runtime.block_on(serve(config, loaded.warnings.clone(), again));
    // Blocking look-ups still under way have nobody waiting for them.
    runtime.shutdown_background();
    done
}

/// Runs until it is stopped; ends well only if nothing was left behind.
async fn serve(config: &Config, warnings: Vec<String>, again: ReadAgain) -> Result<(), Failure> {
    let lifecycle = Lifecycle::default();
    let metrics = metrics::install().map_err(|e| did_not_start(&format!("the metrics could not be set up: {e}")))?;
    let observer = write_log::observer();
    let around =
        Surroundings { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom), metrics, observer, reload: Some(again), web: None };
    let app = App::start(config, warnings.clone(), around, lifecycle.clone()).await.map_err(|error| match error {
        StartError::Provider { .. } | StartError::Tls(_) => Failure::config(format!("jebi did not start: {error}")),
        error => did_not_start(&error.to_string()),
    })?;
    let signals = lifecycle.clone().follow_signals();
    let signals = tokio::spawn(signals.map_err(|e| did_not_start(&format!("signals cannot be listened to: {e}")))?);
    let hangups = lifecycle.hangups().map_err(|e| did_not_start(&format!("signals cannot be listened to: {e}")))?;
    tokio::spawn(reload_at(hangups, app.reload.clone()));
    match key(config, &app).await {
        Ok(key) => print(&greeting(config, &warnings, app.address, &app.store.guard(), key.as_deref(), *LANGUAGE)),
        // What waits is sent all the same, and commands on this machine need no key.
        Err(error) => note(&format!("no API key could be made: {error}; make one with `jebi key create`")),
    }
    lifecycle.leave.cancelled().await;
    let hard = lifecycle.hard.clone();
    let clean = tokio::select! {
        clean = app.stop() => clean,
        () = hard.cancelled() => false,
    };
    signals.abort();
    tracing::info!(clean, "stopped");
    if clean { Ok(()) } else { Err(Failure::refused("stopped before everything was finished; what was under way shows as unsettled")) }
}

/// Reads the configuration anew at each SIGHUP. How it went is in the log.
async fn reload_at(mut hangups: Hangups, reload: Option<Arc<dyn Reload>>) {
    while hangups.next().await {
        tracing::info!(signal = "SIGHUP", "reading the configuration anew");
        if let Some(reload) = &reload {
            // Logged where it is done: nobody waits for an answer here.
            let _ = reload.reload().await;
        }
    }
}

fn did_not_start(why: &str) -> Failure {
    Failure::refused(format!("jebi did not start: {why}"))
}

/// The key to show: one made now where there was none. `None` when there are keys already, which cannot be shown again.
async fn key(config: &Config, app: &App) -> Result<Option<String>, Refusal> {
    if config.access.api_key.is_some() || app.keys.any() {
        return Ok(None);
    }
    Ok(app.first_key().await?.map(|first| first.secret))
}

/// Tells where it is and how to send a first mail, in lines to be pasted into a shell. Begins and ends with an empty line, so
/// that it stands out of the log.
fn greeting(config: &Config, warnings: &[String], address: SocketAddr, guard: &Guard, key: Option<&str>, language: Language) -> String {
    let say = |english: &str| language.say(english).into_owned();
    let url = format!("{}://{}", if config.server.tls.is_some() { "https" } else { "http" }, reachable(address));
    let mut lines = vec![String::new(), say(&format!("Jebi is ready: {url}"))];
    let data = match &config.database.url {
        DatabaseUrl::Sqlite(_) => app::data_folder(config).display().to_string(),
        DatabaseUrl::Postgres(postgres) => postgres.url.to_string(),
    };
    lines.push(say(&format!("Its data is in {data}")));
    match guard {
        Guard::Open => {}
        Guard::BulkHeld { why, .. } => lines.push(say(&format!("It sends no bulk mail until you run `jebi release`: {why}"))),
        Guard::Held { why, .. } => lines.push(say(&format!("It sends nothing until you run `jebi release`: {why}"))),
    }
    // The log may be elsewhere, or too quiet to show them.
    lines.extend(warnings.iter().map(|warning| say(&format!("Warning: {warning}"))));
    if let Some(key) = key {
        lines.push(say(&format!("API key (shown once, keep it): {key}")));
    }
    let (first, shown) = match key {
        Some(key) => ("Send a first mail:", key),
        None => ("Send a mail (with your API key in JEBI_API_KEY; `jebi key create` makes another):", "$JEBI_API_KEY"),
    };
    // A configured sender is used by itself, so its characters need not pass a shell.
    let from = if config.sending.from.is_some() { "" } else { r#""from":"hello@example.com","# };
    // SES takes this one in any account and delivers it nowhere.
    let usual = if config.ses().is_some() { "success@simulator.amazonses.com" } else { "you@example.com" };
    let listed = config.sending.recipient_allowlist.as_ref().and_then(AllowList::example);
    let to = listed.as_deref().unwrap_or(usual);
    lines.push(say(first));
    lines.push(format!(
        "  curl -sS '{url}/v1/messages' -H \"X-API-KEY: {shown}\" -H 'Content-Type: application/json' \\\n    \
         -d '{{\"messages\":[{{{from}\"emails\":[\"{to}\"],\"subject\":\"안녕하세요\",\"content\":\"<p>제비가 첫 편지를 물고 왔습니다.</p>\"}}]}}'"
    ));
    if config.providers.iter().all(|p| matches!(p.account, Account::Local)) {
        lines.push(say(&format!("Read it (nothing leaves this machine): {url}/inbox")));
        lines.push(format!("  curl -sS '{url}/v1/inbox' -H \"X-API-KEY: {shown}\""));
    }
    lines.push(say(&format!("Everything else the API does: {url}/docs")));
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use jebi_domain::time::Wall;

    use super::*;

    fn config(env: &[(&str, &str)]) -> Config {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::load(&Sources { env, ..Sources::default() }).expect("a good configuration").config
    }

    fn greet(env: &[(&str, &str)], address: &str, key: Option<&str>) -> String {
        greeting(&config(env), &[], address.parse().expect("an address"), &Guard::Open, key, Language::English)
    }

    #[test]
    fn a_server_on_all_addresses_is_reached_at_its_own() {
        assert!(greet(&[], "0.0.0.0:3000", None).contains("ready: http://127.0.0.1:3000\n"));
        assert!(greet(&[], "[::]:3000", None).contains("curl -sS 'http://[::1]:3000/v1/messages'"));
    }

    #[test]
    fn a_configured_sender_never_meets_the_shell() {
        let told = greet(&[("AWS_SES_FROM_EMAIL", "o'brien@example.com")], "127.0.0.1:3000", Some("jebi_k"));
        assert!(!told.contains("brien") && !told.contains("\"from\""), "{told}");
        assert!(told.contains("success@simulator.amazonses.com") && !told.contains("/v1/inbox"), "{told}");
    }

    #[test]
    fn the_shown_mail_goes_to_somebody_who_may_be_mailed() {
        let to = |list: &str| greet(&[("RECIPIENT_ALLOWLIST", list)], "127.0.0.1:3000", None);
        assert!(to("o'hara@example.kr, kim@example.kr").contains("[\"kim@example.kr\"]"));
        assert!(to("@example.kr").contains("[\"you@example.kr\"]"));
    }

    #[test]
    fn a_key_that_is_not_known_is_taken_from_the_shell() {
        let told = greet(&[], "127.0.0.1:3000", None);
        assert!(told.contains("\"X-API-KEY: $JEBI_API_KEY\"") && !told.contains("API key (shown once"), "{told}");
    }

    #[test]
    fn where_the_data_lie_is_said_without_the_password() {
        assert!(greet(&[], "127.0.0.1:3000", None).contains("\nIts data is in data\n"));
        let told = greet(&[("DATABASE_URL", "postgres://jebi:geheim@db.example.kr/mail")], "127.0.0.1:3000", None);
        assert!(told.contains("\nIts data is in postgres://jebi:[hidden]@db.example.kr:5432/mail") && !told.contains("geheim"), "{told}");
    }

    #[test]
    fn a_held_store_is_said_first() {
        let held = Guard::Held { why: "it is a copy".into(), since: Wall(0) };
        let warnings = ["something is odd".to_owned()];
        let told = greeting(&config(&[]), &warnings, "127.0.0.1:3000".parse().expect("an address"), &held, None, Language::English);
        assert!(told.contains("\nIt sends nothing until you run `jebi release`: it is a copy\nWarning: something is odd\n"), "{told}");
    }

    #[test]
    fn a_korean_reader_gets_korean_around_the_same_commands() {
        let told =
            greeting(&config(&[]), &[], "127.0.0.1:3000".parse().expect("an address"), &Guard::Open, Some("jebi_k"), Language::Korean);
        let english = greet(&[], "127.0.0.1:3000", Some("jebi_k"));
        let commands = |text: &str| text.lines().filter(|line| line.starts_with("  ")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(commands(&told), commands(&english));
        assert!(told.contains("\n제비가 준비되었습니다: http://127.0.0.1:3000\n"), "{told}");
        assert!(told.contains("\n첫 메일 보내기:\n") && told.contains("jebi_k\n"), "{told}");
    }
}
