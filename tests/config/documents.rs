//! The `.env` blocks of the documents Jebi follows, literally: with their placeholders each stops with one message a name,
//! with the placeholders replaced each starts (requirement S-6). The company-mail document has no such block.

use jebi::config::{Account, Config, Loaded, ProviderConfig, ProviderKind, Sources, Tls};
use jebi_domain::message::Mailbox;

use super::{dotenv, refused};

const DJANGO_NINJA: &str = include_str!("documents/django-ninja.env");
const SES_GUIDE: &str = include_str!("documents/ses-guide.env");
const RUST_SENDER: &str = include_str!("documents/rust-sender.env");
const REDIS_QUEUE: &str = include_str!("documents/redis-queue.env");

const UNFILLED: &str = "still holds the example text of the documentation; put the real value there, or remove the line";

fn refused_dotenv(text: &str) -> String {
    refused(&Sources { dotenv: Some(text.into()), ..Sources::default() })
}

fn unfilled(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name}: {UNFILLED}")).collect::<Vec<_>>().join("\n")
}

/// The block as somebody fills it in.
fn filled(block: &str) -> String {
    let replaced = block
        .replace("your-access-key-id", "AKIA1234567890EXAMPLE")
        .replace("your_access_key", "AKIA1234567890EXAMPLE")
        .replace("your-secret-access-key-here", "wJalrXUtnFEMI/K7MDENG+bPxRfi=")
        .replace("your-secret-access-key", "wJalrXUtnFEMI/K7MDENG+bPxRfi=")
        .replace("your_verified_email", "noreply@shop.example.kr")
        .replace("your_email@gmail.com", "shop@gmail.com")
        .replace("your_app_password", "abcd efgh ijkl mnop")
        .replace("your_sentry_dsn", "https://key@sentry.example.com/1")
        .replace("=your_secret_key", "=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    assert_ne!(replaced, block);
    replaced
}

fn mailbox(email: &str) -> Option<Mailbox> {
    Some(Mailbox { email: email.into(), name: None })
}

#[test]
fn the_django_ninja_block() {
    assert_eq!(refused_dotenv(DJANGO_NINJA), unfilled(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]));

    let Loaded { config, notices, warnings } = dotenv(&filled(DJANGO_NINJA));
    assert_eq!(config.sending.provider, ProviderKind::Ses);
    assert_eq!(config.sending.from, mailbox("noreply@example.com"));
    assert_eq!(config.log.level, "info");
    assert_eq!(config.attachments.max_size_bytes, 10_485_760);
    assert_eq!(config.attachments.allowed_extensions, ["pdf", "jpg", "jpeg", "png", "gif", "doc", "docx", "xls", "xlsx", "txt"]);
    let ses = config.ses().expect("SES");
    assert_eq!(ses.region, "ap-northeast-1");
    let credentials = ses.credentials.as_ref().expect("credentials");
    assert_eq!(credentials.access_key_id, "AKIA1234567890EXAMPLE");
    assert_eq!(credentials.secret_access_key.reveal(), "wJalrXUtnFEMI/K7MDENG+bPxRfi=");
    assert_eq!(
        notices,
        [
            "mail goes through ses, because AWS_SES_FROM_EMAIL is set",
            "set, but not used by Jebi: ALLOWED_HOSTS, CELERY_BROKER_URL, CELERY_RESULT_BACKEND, DEBUG, SECRET_KEY",
        ]
    );
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn the_ses_guide_block() {
    assert_eq!(refused_dotenv(SES_GUIDE), unfilled(&["AWS_SECRET_ACCESS_KEY"]));

    let Loaded { config, notices, .. } = dotenv(&filled(SES_GUIDE));
    assert_eq!(config.sending.provider, ProviderKind::Ses);
    assert_eq!(config.sending.from, mailbox("noreply@yourdomain.com"));
    let ses = config.ses().expect("SES");
    assert_eq!(ses.region, "ap-northeast-2");
    assert_eq!(ses.endpoint.as_deref(), Some("https://email.ap-northeast-2.amazonaws.com"));
    assert_eq!(
        notices,
        [
            "mail goes through ses, because AWS_SES_REGION_ENDPOINT is set",
            "set, but not used by Jebi: EMAIL_BACKEND, EMAIL_VERIFICATION_TIMEOUT_DAYS, FRONTEND_URL",
        ]
    );
}

#[test]
fn the_rust_sender_block() {
    let names = ["AWS_SES_FROM_EMAIL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "JWT_SECRET", "SENTRY_DSN"];
    assert_eq!(refused_dotenv(RUST_SENDER), unfilled(&names));

    let Loaded { config, notices, .. } = dotenv(&filled(RUST_SENDER));
    assert_eq!(config.sending.provider, ProviderKind::Ses);
    assert_eq!(config.sending.from, mailbox("noreply@shop.example.kr"));
    assert_eq!(config.sending.max_send_per_second, Some(12.0));
    assert_eq!(config.server.port, 3000);
    assert_eq!(config.server.url.as_deref(), Some("http://localhost:3000"));
    assert_eq!(config.database.url, jebi::config::DatabaseUrl::Sqlite("sqlite3.db".into()));
    assert_eq!(
        notices,
        [
            "mail goes through ses, because AWS_SES_FROM_EMAIL is set",
            "SENTRY_DSN is set, but this build has no Sentry, so nothing is reported; build it with --features sentry"
        ]
    );
}

#[test]
fn the_redis_queue_block() {
    assert_eq!(refused_dotenv(REDIS_QUEUE), unfilled(&["SMTP_USER", "SMTP_PASS"]));

    let Loaded { config, notices, warnings } = dotenv(&filled(REDIS_QUEUE));
    assert_eq!(config.sending.provider, ProviderKind::Smtp);
    assert_eq!(config.sending.from, mailbox("shop@gmail.com"));
    let [ProviderConfig { name, account: Account::Smtp(smtp), .. }] = config.providers.as_slice() else { panic!("one SMTP account") };
    assert_eq!((name.as_str(), smtp.host.as_str(), smtp.port, smtp.tls), ("smtp", "smtp.gmail.com", 587, Tls::Starttls));
    let login = smtp.login.as_ref().expect("a login");
    assert_eq!((login.user.as_str(), login.password.reveal()), ("shop@gmail.com", "abcd efgh ijkl mnop"));
    assert_eq!((smtp.service, smtp.limits.daily_limit), (Some("gmail"), Some(500)));
    assert_eq!(
        notices,
        [
            "mail goes through smtp, because SMTP_HOST is set",
            "smtp is taken for gmail (500 recipients a day); `jebi config --defaults` shows how to change what is known of it",
        ]
    );
    assert!(warnings.is_empty(), "{warnings:?}");

    let Loaded { config, notices, .. } = dotenv(&format!("PROVIDER=local\n{}", filled(REDIS_QUEUE)));
    assert_eq!(config.sending.provider, ProviderKind::Local);
    assert_eq!(config.sending.from, mailbox("shop@gmail.com"));
    assert_eq!(
        notices,
        ["mail goes through local, because PROVIDER says so", "set, but not used by Jebi: SMTP_HOST, SMTP_PASS, SMTP_PORT"]
    );
}

#[test]
fn a_user_name_that_is_no_address_is_not_a_sender() {
    let Loaded { config, notices, .. } = dotenv("PROVIDER=local\nSMTP_USER=apikey\n");
    assert_eq!(config.sending.from, None);
    assert_eq!(notices[1], "set, but not used by Jebi: SMTP_USER");
}

#[test]
fn the_blocks_are_read_with_windows_line_ends_too() {
    for block in [DJANGO_NINJA, SES_GUIDE, RUST_SENDER, REDIS_QUEUE] {
        let unix = filled(block);
        assert_eq!(dotenv(&unix.replace('\n', "\r\n")).config.redacted(), dotenv(&unix).config.redacted());
    }
    assert!(Config::load(&Sources::default()).is_ok());
}
