//! Which layer wins, and which provider follows from what is set.

use jebi::config::{Config, DatabaseUrl, Loaded, LogFormat, ProviderKind, Sources};

use super::{dotenv, env, file, flags, refused};

fn load(sources: &Sources) -> Loaded {
    Config::load(sources).expect("a good configuration")
}

#[test]
fn nothing_at_all_starts_with_the_defaults() {
    let Loaded { config, notices, warnings } = load(&Sources::default());
    assert_eq!(config.server.listen().to_string(), "127.0.0.1:3000");
    assert_eq!(config.server.url, None);
    assert_eq!(config.server.sync_wait.as_secs(), 30);
    assert_eq!(config.database.url, DatabaseUrl::Sqlite("data/jebi.db".into()));
    assert_eq!(config.database.max_waiting, 1_000_000);
    assert_eq!(config.sending.provider, ProviderKind::Local);
    assert_eq!(config.sending.max_recipients, 10_000);
    assert_eq!(config.sending.max_send_per_second, None);
    assert_eq!(config.sending.jitter.as_millis(), 25);
    assert_eq!(config.sending.max_lateness.as_secs(), 24 * 3_600);
    assert_eq!(config.sending.time_zone.iana_name(), Some("Asia/Seoul"));
    assert_eq!(config.access.api_key, None);
    assert_eq!((config.log.level.as_str(), config.log.format), ("info", LogFormat::Text));
    assert!(config.ses().is_none());
    assert_eq!(notices, ["mail goes through local, because nothing names SES or an SMTP server"]);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn each_layer_wins_over_the_one_below() {
    let mut sources = Sources { file: file("[server]\nport = 3001\n"), ..Sources::default() };
    let port = |sources: &Sources| load(sources).config.server.port;
    assert_eq!(port(&sources), 3001);
    sources.dotenv = Some("SERVER_PORT=3002".into());
    assert_eq!(port(&sources), 3002);
    sources.env = env(&[("SERVER_PORT", "3003")]);
    assert_eq!(port(&sources), 3003);
    sources.flags = flags(&["--port", "3004"]);
    assert_eq!(port(&sources), 3004);
    sources.flags = flags(&["--set", "server.port=3005"]);
    assert_eq!(port(&sources), 3005);
}

#[test]
fn the_effective_configuration_says_where_each_value_came_from() {
    let shown = load(&Sources {
        file: file("[log]\nformat = \"json\"\n"),
        dotenv: Some("DATABASE_URL=sqlite:data/x.db".into()),
        env: env(&[("TIME_ZONE", "UTC")]),
        flags: flags(&["--port", "0", "--set", "sending.jitter_ms=35"]),
        ..Sources::default()
    })
    .config
    .redacted();
    for line in [
        "server.host = 127.0.0.1 (default)",
        "server.port = 0 (flag --port)",
        "server.url is not set",
        "database.url = sqlite:data/x.db (.env DATABASE_URL)",
        "sending.provider = local (because nothing names SES or an SMTP server)",
        "sending.jitter_ms = 35 (flag --set sending.jitter_ms)",
        "sending.time_zone = UTC (env TIME_ZONE)",
        "log.format = json (file)",
    ] {
        assert!(shown.lines().any(|l| l == line), "{line} is not in\n{shown}");
    }
}

#[test]
fn an_empty_name_in_the_environment_is_not_set() {
    let sources =
        Sources { dotenv: Some("SERVER_PORT=3002".into()), env: env(&[("SERVER_URL", ""), ("SERVER_PORT", "")]), ..Sources::default() };
    let config = load(&sources).config;
    assert_eq!((config.server.port, config.server.url), (3002, None));
}

#[test]
fn database_addresses() {
    for (url, path) in [
        ("sqlite://sqlite3.db", "sqlite3.db"),
        ("sqlite://data/jebi.db", "data/jebi.db"),
        ("sqlite:data/x.db", "data/x.db"),
        ("sqlite:///var/lib/jebi/jebi.db", "/var/lib/jebi/jebi.db"),
        ("sqlite://data/x.db?mode=rwc", "data/x.db"),
        ("SQLITE://우편.db", "우편.db"),
    ] {
        let config = load(&Sources { flags: flags(&["--database-url", url]), ..Sources::default() }).config;
        assert_eq!(config.database.url, DatabaseUrl::Sqlite(path.into()), "{url}");
    }
}

#[test]
fn names_that_speak_of_ses_choose_it() {
    for text in [
        "AWS_SES_FROM_EMAIL=a@b.kr",
        "AWS_SES_REGION_NAME=us-east-1",
        "EMAIL_BACKEND=django_ses.SESBackend",
        "SMTP_HOST=smtp.gmail.com\nAWS_SES_FROM_EMAIL=a@b.kr",
    ] {
        assert_eq!(dotenv(text).config.sending.provider, ProviderKind::Ses, "{text}");
    }
    let ses = load(&Sources { file: file("[ses]\nregion = \"us-east-1\"\n"), ..Sources::default() });
    assert_eq!(ses.config.sending.provider, ProviderKind::Ses);
    assert_eq!(ses.notices, ["mail goes through ses, because ses.region is set"]);
    for text in [
        "AWS_REGION=us-east-1",
        "EMAIL_BACKEND=django.core.mail.backends.console.EmailBackend",
        "PROVIDER=local\nAWS_SES_REGION_NAME=us-east-1",
    ] {
        assert_eq!(dotenv(text).config.sending.provider, ProviderKind::Local, "{text}");
    }
}

#[test]
fn the_local_inbox_nobody_asked_for_is_warned_of_beyond_this_machine() {
    let warned = |text: &str| dotenv(text).warnings;
    assert_eq!(
        warned("SERVER_HOST=0.0.0.0"),
        [
            "mail stays in the local inbox, for no provider is set, but the server listens on 0.0.0.0 and can be reached from other machines; \
          set PROVIDER=ses to send it, or PROVIDER=local if this is meant"
        ]
    );
    for quiet in ["SERVER_HOST=127.0.0.1", "SERVER_HOST=::1", "SERVER_HOST=0.0.0.0\nPROVIDER=local", "SERVER_HOST=0.0.0.0\nPROVIDER=ses"] {
        assert!(warned(quiet).is_empty(), "{quiet}");
    }
}

#[test]
fn the_first_name_that_is_set_counts_and_the_others_are_told() {
    let Loaded { config, notices, .. } =
        dotenv("AWS_SES_FROM_EMAIL=a@b.kr\nDEFAULT_FROM_EMAIL=제비 <c@d.kr>\nAWS_SES_REGION_NAME=us-east-1");
    assert_eq!(config.ses().expect("SES").region, "us-east-1");
    assert_eq!(config.sending.from.expect("a sender").email, "a@b.kr");
    assert_eq!(notices[1], "DEFAULT_FROM_EMAIL is not used, because AWS_SES_FROM_EMAIL is set and comes first");

    let user = dotenv("PROVIDER=local\nDEFAULT_FROM_EMAIL=a@b.kr\nSMTP_USER=c@d.kr").notices;
    assert_eq!(user, ["mail goes through local, because PROVIDER says so", "set, but not used by Jebi: SMTP_USER"]);

    let from = dotenv("DEFAULT_FROM_EMAIL=제비 <c@d.kr>").config.sending.from.expect("a sender");
    assert_eq!((from.name.as_deref(), from.email.as_str()), (Some("제비"), "c@d.kr"));
}

#[test]
fn ses_endpoints() {
    let endpoint = |text: &str| dotenv(&format!("PROVIDER=ses\n{text}")).config.ses().expect("SES").endpoint.clone();
    assert_eq!(endpoint(""), None);
    assert_eq!(endpoint("AWS_SES_REGION_ENDPOINT=ses.example.com:8443").as_deref(), Some("https://ses.example.com:8443"));
    assert_eq!(endpoint("AWS_ENDPOINT_URL_SESV2=http://127.0.0.1:5000/").as_deref(), Some("http://127.0.0.1:5000"));
    let both = "AWS_SES_REGION_ENDPOINT=email.ap-northeast-2.amazonaws.com\nAWS_ENDPOINT_URL_SESV2=http://127.0.0.1:5000";
    assert_eq!(endpoint(both).as_deref(), Some("http://127.0.0.1:5000"));
    // Port 0 is any free port: an address written down cannot be it.
    assert!(endpoint("SERVER_PORT=0\nAWS_ENDPOINT_URL_SESV2=http://127.0.0.1:5000").is_some());
}

#[test]
fn names_of_the_aws_chain_in_dotenv_are_warned_of() {
    let Loaded { warnings, .. } = dotenv("AWS_PROFILE=mail");
    assert_eq!(
        warnings,
        [
            "AWS_PROFILE in .env is not seen by the AWS credential chain, which reads the real environment only; export it there if it is meant"
        ]
    );
}

#[test]
fn log_levels_of_other_languages_are_understood() {
    for (given, level) in
        [("INFO", "info"), ("WARNING", "warn"), ("Critical", "error"), ("warn, jebi::worker=DEBUG", "warn,jebi::worker=debug")]
    {
        assert_eq!(dotenv(&format!("LOG_LEVEL={given}")).config.log.level, level);
    }
}

#[test]
fn names_of_the_test_scripts_are_left_alone() {
    assert!(
        Config::load(&Sources { env: env(&[("JEBI_TEST_PYTHON", "python3"), ("JEBI_CONFIG", "x.toml")]), ..Sources::default() }).is_ok()
    );
    assert!(refused(&Sources { env: env(&[("JEBI_TESTPYTHON", "python3")]), ..Sources::default() }).starts_with("JEBI_TESTPYTHON: "));
}
