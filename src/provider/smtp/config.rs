//! What an SMTP account needs to be told, and whether it holds together.

use std::{fmt, path::PathBuf, time::Duration};

use jebi_domain::refusal::Fault;

use crate::provider::dkim::DkimConfig;

/// One account at one SMTP server.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// The name it has in the configuration.
    pub name: String,
    /// Host name or address, without brackets.
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// `None` for a server that takes mail without.
    pub login: Option<Login>,
    /// PEM file of further certificate authorities to trust, beside the system's.
    pub ca_bundle: Option<PathBuf>,
    /// What we call ourselves in EHLO (RFC 5321 section 4.1.1.1); `None` for this machine's name where it is a full one, else the
    /// address we connect from.
    pub hello: Option<String>,
    /// Signs what the server does not; `None` for one that does.
    pub dkim: Option<DkimConfig>,
    /// Mails one connection carries, at least 1.
    pub max_mails: u32,
    /// How old a connection gets.
    pub max_age: Duration,
    /// Recipients in one transaction, at least 1; a mail for more is sent in several.
    pub max_recipients: usize,
    /// Largest mail in octets where the server does not tell its own (RFC 1870); `None` for no limit.
    pub max_size: Option<u64>,
    /// Connections at once, idle ones among them, at least 1.
    pub max_connections: usize,
    /// What a person is told when the login is refused, beside the server's words: what this provider wants, such as an app password.
    pub login_help: Option<String>,
    pub timeouts: Timeouts,
}

/// How the connection is kept from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// In the clear first, then TLS, or no mail (RFC 3207). Port 587 as a rule.
    Starttls,
    /// From the first byte (RFC 8314). Port 465 as a rule.
    Implicit,
    /// None: the login and the mail can be read on the way.
    None,
}

/// A name and its password.
#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
}

/// Masked: the password never reaches a log.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({})", self.user)
    }
}

/// How long each phase may take. RFC 5321 section 4.5.3.2 gives the least a client should wait, for servers that scan mail while the
/// client waits; a relay that takes its customers' mail is quicker, and mail waits behind a slow one. Only the final reply keeps the
/// RFC's time: giving up there leaves an outcome nobody knows.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Name look-up and TCP together.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// The server's first words (RFC: 5 minutes).
    pub greeting: Duration,
    /// The answer to a command (RFC: 5 minutes).
    pub command: Duration,
    /// The answer to DATA (RFC: 2 minutes).
    pub data_start: Duration,
    /// Each piece of the mail that the socket takes (RFC: 3 minutes).
    pub data_body: Duration,
    /// The answer to the whole mail (RFC: 10 minutes).
    pub final_reply: Duration,
    /// How long an unused connection is kept. A login is worth keeping; each connection is looked at before it is used again.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            tls: Duration::from_secs(15),
            greeting: Duration::from_secs(60),
            command: Duration::from_secs(120),
            data_start: Duration::from_secs(120),
            data_body: Duration::from_secs(180),
            final_reply: Duration::from_secs(600),
            idle: Duration::from_secs(30),
        }
    }
}

impl SmtpConfig {
    /// # Errors
    /// The first field that does not hold, with the remedy.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if self.host.is_empty() || self.host.bytes().any(|b| b <= b' ' || matches!(b, b'/' | b'[' | b']' | b'@')) {
            let fault = format!("`{}` is no host name", self.host);
            return Err(Fault::new("host", "invalid_host", fault, "write the server's name alone, as in `smtp.example.com`"));
        }
        if self.port == 0 {
            return Err(Fault::new("port", "invalid_port", "0 is no port to connect to", "use 587 for STARTTLS or 465 for implicit TLS"));
        }
        if self.max_mails == 0 {
            return Err(Fault::new("max_mails", "out_of_range", "a connection that carries no mail is of no use", "give 1 or more"));
        }
        if self.max_recipients == 0 {
            return Err(Fault::new("max_recipients", "out_of_range", "a transaction without recipients is none", "give 1 or more"));
        }
        if self.max_connections == 0 {
            return Err(Fault::new("max_connections", "out_of_range", "without a connection no mail is sent", "give 1 or more"));
        }
        check_hello(self.hello.as_deref())?;
        check_login(self.login.as_ref())
    }
}

fn check_hello(hello: Option<&str>) -> Result<(), Fault> {
    let Some(name) = hello else { return Ok(()) };
    let literal = name.starts_with('[') && name.ends_with(']');
    if literal || is_full_name(name) {
        return Ok(());
    }
    let fault = format!("`{name}` is neither a full host name nor an address literal");
    Err(Fault::new("hello", "invalid_hello", fault, "write it as in `mail.example.com` or `[192.0.2.1]`, or leave it out"))
}

fn check_login(login: Option<&Login>) -> Result<(), Fault> {
    let Some(login) = login else { return Ok(()) };
    for (field, value) in [("login.user", &login.user), ("login.password", &login.password)] {
        // SASL PLAIN separates with NUL (RFC 4616 section 2).
        if value.is_empty() || value.contains('\0') {
            return Err(Fault::new(field, "invalid_login", "it is empty or holds a NUL", "give the name and the password of the account"));
        }
    }
    Ok(())
}

/// Whether it is a host name with a domain.
pub(super) fn is_full_name(name: &str) -> bool {
    let label = |l: &str| !l.is_empty() && l.len() <= 63 && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> SmtpConfig {
        SmtpConfig {
            name: "relay".into(),
            host: "smtp.example.com".into(),
            port: 587,
            tls: Tls::Starttls,
            login: Some(Login { user: "hong".into(), password: "geheim".into() }),
            ca_bundle: None,
            hello: None,
            dkim: None,
            max_mails: 100,
            max_age: Duration::from_secs(300),
            max_recipients: 50,
            max_size: None,
            max_connections: 4,
            login_help: None,
            timeouts: Timeouts::default(),
        }
    }

    #[test]
    fn what_does_not_hold_is_named() {
        assert_eq!(config().check(), Ok(()));
        let login = |user: &str, password: &str| Some(Login { user: user.into(), password: password.into() });
        for (field, bad) in [
            ("host", SmtpConfig { host: "smtp://x".into(), ..config() }),
            ("host", SmtpConfig { host: String::new(), ..config() }),
            ("port", SmtpConfig { port: 0, ..config() }),
            ("max_mails", SmtpConfig { max_mails: 0, ..config() }),
            ("max_recipients", SmtpConfig { max_recipients: 0, ..config() }),
            ("max_connections", SmtpConfig { max_connections: 0, ..config() }),
            ("hello", SmtpConfig { hello: Some("localhost".into()), ..config() }),
            ("hello", SmtpConfig { hello: Some("a.b\r\nQUIT".into()), ..config() }),
            ("login.user", SmtpConfig { login: login("", "x"), ..config() }),
            ("login.password", SmtpConfig { login: login("x", "a\0b"), ..config() }),
        ] {
            assert_eq!(bad.check().expect_err("invalid").field, field, "{bad:?}");
        }
        assert_eq!(SmtpConfig { hello: Some("[192.0.2.1]".into()), ..config() }.check(), Ok(()));
    }

    #[test]
    fn the_password_is_not_in_the_debug_form() {
        let text = format!("{:?}", config());
        assert!(text.contains("hong") && !text.contains("geheim"), "{text}");
    }
}
