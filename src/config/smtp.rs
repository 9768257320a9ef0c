//! `[smtp]`: an account at an SMTP server. Read only where mail goes through one.

use std::{
    net::{IpAddr, Ipv6Addr},
    path::PathBuf,
    time::Duration,
};

use super::{
    Secret,
    dkim::{self, Dkim},
    key::Key,
    limits::{self, LimitKeys, Limits},
    parse::{pem_file, region, seconds, shown, whole, word},
    preset::{self, Preset},
    reader::{Bad, Reader},
};

const PRESET: Key = Key::new("smtp.preset", &["JEBI_SMTP_PRESET"]);
const REGION: Key = Key::new("smtp.region", &["JEBI_SMTP_REGION"]);
pub(super) const HOST: Key = Key::new("smtp.host", &["SMTP_HOST"]);
const PORT: Key = Key::new("smtp.port", &["SMTP_PORT"]);
const TLS: Key = Key::new("smtp.tls", &["SMTP_TLS"]);
const UNENCRYPTED: Key = Key::new("smtp.allow_unencrypted", &["JEBI_SMTP_ALLOW_UNENCRYPTED"]);
const USER: Key = Key::new("smtp.user", &["SMTP_USER"]);
const PASSWORD: Key = Key::secret("smtp.password", &["SMTP_PASS"]);
const CA: Key = Key::new("smtp.ca_bundle", &["JEBI_SMTP_CA_BUNDLE"]);
const HELLO: Key = Key::new("smtp.hello", &["JEBI_SMTP_HELLO"]);
const RECIPIENTS: Key = Key::new("smtp.max_recipients", &["JEBI_SMTP_MAX_RECIPIENTS"]);
const SIZE: Key = Key::new("smtp.max_size_bytes", &["JEBI_SMTP_MAX_SIZE_BYTES"]);
const MAILS: Key = Key::new("smtp.max_mails_per_connection", &["JEBI_SMTP_MAX_MAILS_PER_CONNECTION"]);
const AGE: Key = Key::new("smtp.max_age_seconds", &["JEBI_SMTP_MAX_AGE_SECONDS"]);
const RATE: Key = Key::new("smtp.max_send_per_second", &["JEBI_SMTP_MAX_SEND_PER_SECOND"]);
const DAILY: Key = Key::new("smtp.daily_limit", &["JEBI_SMTP_DAILY_LIMIT"]);
const CONNECTIONS: Key = Key::new("smtp.max_connections", &["JEBI_SMTP_MAX_CONNECTIONS"]);

pub(super) const KEYS: &[&Key] = &[
    &PRESET,
    &REGION,
    &HOST,
    &PORT,
    &TLS,
    &UNENCRYPTED,
    &USER,
    &PASSWORD,
    &CA,
    &HELLO,
    &dkim::DOMAIN,
    &dkim::KEYS,
    &RECIPIENTS,
    &SIZE,
    &MAILS,
    &AGE,
    &RATE,
    &DAILY,
    &CONNECTIONS,
];
const LIMITS: LimitKeys = LimitKeys { rate: &RATE, daily: &DAILY, connections: &CONNECTIONS };

/// Where a server is that nobody says more about.
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;
const PLAIN: u16 = 25;
/// Recipients every server takes in one message (RFC 5321 section 4.5.3.1.8).
const RECIPIENTS_ANY: usize = 100;
/// Connections to a server nobody says more about.
const CONNECTIONS_ANY: u32 = 4;

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// STARTTLS, and nothing is sent without it (RFC 3207).
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// Not at all.
    None,
}

/// Who logs in.
#[derive(Clone, Debug, PartialEq)]
pub struct Login {
    pub user: String,
    pub password: Secret,
}

/// An account at an SMTP server.
#[derive(Clone, Debug, PartialEq)]
pub struct Smtp {
    /// The known service it is, by its preset's name.
    pub service: Option<&'static str>,
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub login: Option<Login>,
    /// A PEM file of certificates trusted beside the system's.
    pub ca_bundle: Option<PathBuf>,
    /// The name given in EHLO; `None` for this machine's own.
    pub hello: Option<String>,
    /// What mail is signed with; `None` where the server does it.
    pub dkim: Option<Dkim>,
    /// Recipients of one message.
    pub max_recipients: usize,
    /// Largest mail in bytes, everything encoded, where the server does not tell its own; `None` for no limit.
    pub max_size: Option<u64>,
    /// Mails after which a connection is closed.
    pub max_mails: u32,
    /// Age after which a connection is closed.
    pub max_age: Duration,
    /// What to do when the login is refused.
    pub login_help: Option<&'static str>,
    pub limits: Limits,
}

pub(super) fn read(r: &mut Reader) -> Option<Smtp> {
    let named = r.may(&PRESET, preset::named);
    let region = r.may(&REGION, region);
    let given = r.may(&HOST, host);
    let port = r.may(&PORT, whole(1..=u16::MAX));
    let tls = r.may(&TLS, word(&[("starttls", Tls::Starttls), ("implicit", Tls::Implicit), ("none", Tls::None)]));
    let unencrypted = r.must(&UNENCRYPTED, word(&[("true", true), ("false", false)]));
    let login = login(r);
    let ca_bundle = r.may(&CA, pem_file);
    let hello = r.may(&HELLO, hello);
    let max_recipients = r.may(&RECIPIENTS, whole(1..=1_000_usize));
    let max_size = r.may(&SIZE, whole(65_536..=1_073_741_824_u64));
    let max_mails = r.must(&MAILS, whole(1..=100_000_u32));
    let max_age = r.must(&AGE, seconds(1..=3_600));
    let limits = limits::read(r, &LIMITS);
    let place = place(r, named?, region?, given?)?;
    let preset = place.preset;
    // SES writes Date and Message-ID anew, which a signature covers.
    let signs =
        preset.filter(|p| p.name == preset::SES_SMTP).map(|_| "is set, but SES signs mail itself and changes headers that are signed");
    let dkim = dkim::read(r, signs);
    let (port, tls) = how(r, &place, port?, tls?, unencrypted?)?;
    let limits = limits?;
    Some(Smtp {
        service: preset.map(|p| p.name),
        host: place.host,
        port,
        tls,
        login: login?,
        ca_bundle: ca_bundle?,
        hello: hello?,
        dkim: dkim?,
        max_recipients: max_recipients?.or(preset.map(|p| p.max_recipients)).unwrap_or(RECIPIENTS_ANY),
        max_size: max_size?,
        max_mails: max_mails?,
        max_age: max_age?,
        login_help: preset.map(|p| p.login_help),
        limits: Limits {
            max_send_per_second: limits.max_send_per_second.or(preset.and_then(|p| p.max_send_per_second)),
            daily_limit: limits.daily_limit.or(preset.and_then(|p| p.daily_limit)),
            max_connections: limits.max_connections.or(Some(preset.map_or(CONNECTIONS_ANY, |p| p.max_connections))),
        },
    })
}

/// Where the server is, and which known service it is.
struct Place {
    host: String,
    preset: Option<&'static Preset>,
}

fn place(r: &mut Reader, named: Option<&'static Preset>, region: Option<String>, given: Option<String>) -> Option<Place> {
    if let Some(host) = given {
        return Some(Place { preset: named.or_else(|| preset::at(&host)), host });
    }
    let Some(preset) = named else {
        let remedy = "set SMTP_HOST to the server's name, such as smtp.gmail.com, or choose a preset";
        let written = r.written(&HOST);
        r.refuse(written, Bad::new("is not set, and mail is to go through an SMTP server", remedy));
        return None;
    };
    let first = preset.hosts.first().copied().unwrap_or_default();
    if !first.contains("{region}") {
        return Some(Place { host: first.to_owned(), preset: Some(preset) });
    }
    let Some(region) = region else {
        let written = r.written(&REGION);
        let fault = format!("is not set, and the host of {} depends on it", preset.name);
        r.refuse(written, Bad::new(fault, "write an AWS region such as ap-northeast-2, or give the host"));
        return None;
    };
    Some(Place { host: first.replace("{region}", &region), preset: Some(preset) })
}

/// Port and TLS: each follows from the other, both from the preset.
fn how(r: &mut Reader, place: &Place, port: Option<u16>, tls: Option<Tls>, unencrypted: bool) -> Option<(u16, Tls)> {
    let by_port = |port| if matches!(port, SUBMISSIONS | 2465) { Tls::Implicit } else { Tls::Starttls };
    let by_tls = |tls| match tls {
        Tls::Starttls => SUBMISSION,
        Tls::Implicit => SUBMISSIONS,
        Tls::None => PLAIN,
    };
    let (port, tls) = match (port, tls, place.preset) {
        (Some(port), Some(tls), _) => (port, tls),
        (Some(port), None, _) => (port, by_port(port)),
        (None, Some(tls), Some(p)) if p.tls == tls => (p.port, tls),
        (None, Some(tls), _) => (by_tls(tls), tls),
        (None, None, Some(p)) => (p.port, p.tls),
        (None, None, None) => (SUBMISSION, Tls::Starttls),
    };
    if tls == Tls::None && !is_loopback(&place.host) && !unencrypted {
        let fault = format!("is none, so mail and password would cross the network to {} for everybody to read", place.host);
        let remedy =
            "write starttls or implicit; where the network is trusted set smtp.allow_unencrypted (JEBI_SMTP_ALLOW_UNENCRYPTED) to true";
        let written = r.written(&TLS);
        r.refuse(written, Bad::new(fault, remedy));
        return None;
    }
    if port == SUBMISSIONS && tls == Tls::Starttls {
        let written = r.written(&TLS);
        let fault = "is starttls, but port 465 speaks TLS from the first byte";
        r.refuse(written, Bad::new(fault, "write implicit, or use port 587"));
        return None;
    }
    Some((port, tls))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn login(r: &mut Reader) -> Option<Option<Login>> {
    let user = r.may(&USER, |text| printable(text, "user name"));
    let password = r.may(&PASSWORD, |text| printable(text, "password").map(Secret::new));
    match (user?, password?) {
        (Some(user), Some(password)) => Some(Some(Login { user, password })),
        (None, None) => Some(None),
        (Some(_), None) => half(r, &USER, &PASSWORD),
        (None, Some(_)) => half(r, &PASSWORD, &USER),
    }
}

fn half<T>(r: &mut Reader, key: &Key, other: &Key) -> Option<T> {
    let (written, other) = (r.written(key), r.name_of(other));
    r.refuse(written, Bad::new(format!("is set without {other}"), "set both, or neither for a server that needs no login"));
    None
}

/// NUL separates the parts of a PLAIN login (RFC 4616); line ends would end the command. Not echoed.
fn printable(text: &str, what: &str) -> Result<String, Bad> {
    if !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(Bad::new(format!("holds a control character, which no {what} has"), "copy it again, without line ends"))
}

/// A domain name or an IP address.
fn host(text: &str) -> Result<String, Bad> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<Ipv6Addr>().is_ok() {
        return Ok(bare.to_owned());
    }
    if is_name(text) {
        return Ok(text.to_ascii_lowercase());
    }
    let remedy = "write the name alone, such as smtp.gmail.com; the port has a key of its own";
    Err(Bad::new(format!("{} is not the name of a server", shown(text)), remedy))
}

fn hello(text: &str) -> Result<String, Bad> {
    if is_name(text) {
        return Ok(text.to_owned());
    }
    Err(Bad::new(format!("{} is not a host name", shown(text)), "write this machine's full name, such as mail.example.com"))
}

/// Letters, digits and hyphens between dots (RFC 1123 section 2.1), 253 characters at most.
pub(super) fn is_name(text: &str) -> bool {
    let label = |l: &str| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-');
    text.len() <= 253 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')) && text.split('.').all(label)
}
