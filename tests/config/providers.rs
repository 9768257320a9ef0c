//! Accounts: one by the usual names, or several by name; what is known of services; where secrets come from.

use std::time::Duration;

use jebi::config::{Account, Config, Loaded, ProviderConfig, Smtp, Sources, Tls};

use super::{dotenv, env, file, flags};

fn load(sources: &Sources) -> Loaded {
    Config::load(sources).expect("a good configuration")
}

fn toml(text: &str) -> Config {
    load(&Sources { file: file(text), ..Sources::default() }).config
}

fn smtp(provider: &ProviderConfig) -> &Smtp {
    match &provider.account {
        Account::Smtp(smtp) => smtp,
        other => panic!("{other:?} is no SMTP account"),
    }
}

fn place(text: &str) -> (String, u16, Tls) {
    let config = dotenv(text).config;
    let smtp = smtp(&config.providers[0]);
    (smtp.host.clone(), smtp.port, smtp.tls)
}

#[test]
fn port_and_tls_follow_from_each_other_and_from_the_service() {
    for (text, host, port, tls) in [
        ("SMTP_HOST=mail.example.kr", "mail.example.kr", 587, Tls::Starttls),
        ("SMTP_HOST=mail.example.kr\nSMTP_PORT=465", "mail.example.kr", 465, Tls::Implicit),
        ("SMTP_HOST=mail.example.kr\nSMTP_PORT=2525", "mail.example.kr", 2525, Tls::Starttls),
        ("SMTP_HOST=mail.example.kr\nSMTP_TLS=implicit", "mail.example.kr", 465, Tls::Implicit),
        ("SMTP_HOST=127.0.0.1\nSMTP_TLS=none", "127.0.0.1", 25, Tls::None),
        ("SMTP_HOST=[::1]\nSMTP_TLS=none\nSMTP_PORT=2500", "::1", 2500, Tls::None),
        ("SMTP_HOST=10.0.0.5\nSMTP_TLS=none\nJEBI_SMTP_ALLOW_UNENCRYPTED=true", "10.0.0.5", 25, Tls::None),
        ("SMTP_HOST=smtp.gmail.com", "smtp.gmail.com", 465, Tls::Implicit),
        ("SMTP_HOST=smtp.gmail.com\nSMTP_TLS=STARTTLS", "smtp.gmail.com", 587, Tls::Starttls),
        ("SMTP_HOST=SMTP.naver.com", "smtp.naver.com", 587, Tls::Starttls),
        ("PROVIDER=smtp\nJEBI_SMTP_PRESET=kakao", "smtp.kakao.com", 465, Tls::Implicit),
        (
            "PROVIDER=smtp\nJEBI_SMTP_PRESET=ses-smtp\nJEBI_SMTP_REGION=ap-northeast-2",
            "email-smtp.ap-northeast-2.amazonaws.com",
            587,
            Tls::Starttls,
        ),
    ] {
        assert_eq!(place(text), (host.to_owned(), port, tls), "{text}");
    }
}

#[test]
fn what_is_known_of_a_service_may_be_set_otherwise() {
    let config = toml("[smtp]\nhost = \"smtp.naver.com\"\n");
    let naver = smtp(&config.providers[0]);
    assert_eq!((naver.service, naver.max_recipients, naver.max_mails, naver.max_age), (Some("naver"), 100, 100, Duration::from_secs(300)));
    let limits = config.providers[0].limits();
    assert_eq!((limits.daily_limit, limits.max_connections, limits.max_send_per_second), (Some(500), Some(2), Some(1.0)));
    assert!(naver.login_help.expect("help").contains("애플리케이션 비밀번호"));

    let own = "daily_limit = 2000\nmax_connections = 5\nmax_send_per_second = 3.5\nmax_recipients = 10\nmax_age_seconds = 60\n";
    let config = toml(&format!("[smtp]\nhost = \"smtp.naver.com\"\n{own}"));
    let (limits, smtp) = (config.providers[0].limits(), smtp(&config.providers[0]));
    assert_eq!((limits.daily_limit, limits.max_connections, limits.max_send_per_second), (Some(2000), Some(5), Some(3.5)));
    assert_eq!((smtp.max_recipients, smtp.max_age), (10, Duration::from_secs(60)));

    let unknown = dotenv("SMTP_HOST=mail.example.kr").config;
    assert_eq!((unknown.providers[0].limits().daily_limit, unknown.providers[0].limits().max_connections), (None, Some(4)));
}

const TWO: &str = r#"
[providers.works]
kind = "smtp"
preset = "naver-works"
user = "news@example.kr"
senders = ["@example.kr", "Sales@Example.com"]

[providers.aws]
kind = "ses"
region = "us-east-1"
daily_limit = 40000
"#;

#[test]
fn named_providers_come_in_the_order_of_the_file_each_with_its_own_keys_and_the_defaults_of_its_kind() {
    let names = env(&[
        ("JEBI_PROVIDERS_WORKS_PASSWORD", "외부 앱 비밀번호"),
        ("JEBI_PROVIDERS_AWS_MAX_CONNECTIONS", "7"),
        ("AWS_REGION", "eu-west-1"),
    ]);
    let Loaded { config, notices, .. } = load(&Sources { file: file(TWO), env: names, ..Sources::default() });
    let [works, aws] = config.providers.as_slice() else { panic!("two") };
    assert_eq!((works.name.as_str(), aws.name.as_str()), ("works", "aws"));
    assert_eq!(works.senders.iter().map(ToString::to_string).collect::<Vec<_>>(), ["@example.kr", "sales@example.com"]);
    assert_eq!(smtp(works).login.as_ref().expect("a login").password.reveal(), "외부 앱 비밀번호");
    assert_eq!(smtp(works).max_mails, 100);
    assert_eq!((aws.limits().daily_limit, aws.limits().max_connections), (Some(40_000), Some(7)));
    assert_eq!(config.ses().expect("SES").region, "us-east-1");
    assert_eq!(notices[0], "mail goes through works, aws, by its sender");
    let shown = config.redacted();
    assert!(shown.contains("providers.works.password = [hidden] (env JEBI_PROVIDERS_WORKS_PASSWORD)"), "{shown}");
    assert!(shown.contains("providers.works.senders = @example.kr, Sales@Example.com (file)"), "{shown}");
}

#[test]
fn a_named_provider_takes_its_defaults_and_not_the_sections_values() {
    let names = env(&[("AWS_REGION", "eu-west-1"), ("SMTP_HOST", "smtp.gmail.com")]);
    let sources = Sources { file: file("[providers.aws]\nkind = \"ses\"\n"), env: names, ..Sources::default() };
    assert_eq!(load(&sources).config.ses().expect("SES").region, "ap-northeast-2");
}

#[test]
fn flags_reach_named_providers_too() {
    let given = ["--set", "providers.inbox.kind=local", "--set", "providers.inbox.senders=@example.kr"];
    let config = load(&Sources { flags: flags(&given), ..Sources::default() }).config;
    assert_eq!((config.providers.len(), config.providers[0].name.as_str(), config.providers[0].senders.len()), (1, "inbox", 1));
}

#[test]
fn a_password_comes_from_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("password");
    std::fs::write(&path, "abcd efgh\n").expect("written");
    for text in [
        format!("[smtp]\nhost = \"smtp.gmail.com\"\nuser = \"a\"\npassword_file = {path:?}\n"),
        format!("[providers.gmail]\nkind = \"smtp\"\npreset = \"gmail\"\nuser = \"a\"\npassword_file = {path:?}\n"),
    ] {
        let config = toml(&text);
        assert_eq!(smtp(&config.providers[0]).login.as_ref().expect("a login").password.reveal(), "abcd efgh");
        assert!(!format!("{config:?}").contains("abcd"), "a password is shown");
    }
}

#[test]
fn changes_are_told_by_key_and_never_by_value() {
    let before = toml(TWO.replace("user = \"news@example.kr\"\n", "").as_str());
    let after = toml(TWO.replace("user = \"news@example.kr\"\n", "").replace("40000", "50000").replace("us-east-1", "us-west-2").as_str());
    assert_eq!(before.changes(&after), ["providers.aws.daily_limit", "providers.aws.region"]);
    assert!(before.changes(&before).is_empty());
    let secret = |password: &str| dotenv(&format!("SMTP_HOST=smtp.gmail.com\nSMTP_USER=a\nSMTP_PASS={password}")).config;
    assert_eq!(secret("one").changes(&secret("two")), ["smtp.password"]);
}
