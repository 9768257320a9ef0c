//! `DATABASE_URL=postgres://…`: which PostgreSQL, how it is reached, and how much is asked of it.
//!
//! The form is libpq's (PostgreSQL 17, section 32.1.1.2). Nothing of an address is repeated in a fault: any part of it may be a password
//! that was not percent-encoded.

use std::{fmt, net::IpAddr, path::PathBuf, time::Duration};

use super::{
    Secret,
    key::Key,
    parse::{pem_file, seconds, whole, word},
    parts,
    reader::{Bad, Reader},
};

pub(super) const PASSWORD: Key = Key::secret("database.password", &["DATABASE_PASSWORD", "DB_PASSWORD"]);
pub(super) const CA: Key = Key::new("database.ca_file", &["DATABASE_CA_FILE"]);
pub(super) const DIRECT: Key = Key::new("database.direct_url", &["DATABASE_DIRECT_URL"]);
pub(super) const POOLER: Key = Key::new("database.pooler", &["DATABASE_POOLER"]);
pub(super) const POOL_SIZE: Key = Key::new("database.pool_size", &["DATABASE_POOL_SIZE"]);
pub(super) const STATEMENT: Key = Key::new("database.statement_timeout_seconds", &["DATABASE_STATEMENT_TIMEOUT"]);
pub(super) const CONNECT: Key = Key::new("database.connect_timeout_seconds", &["DATABASE_CONNECT_TIMEOUT"]);
pub(super) const START_WAIT: Key = Key::new("database.start_wait_seconds", &["DATABASE_START_WAIT"]);

const FORM: &str = "write postgres://user:password@host:5432/database";
const ENCODE: &str = "write /, ?, #, @ and % of a password as %2F, %3F, %23, %40 and %25, or put it into DATABASE_PASSWORD";
const MODES: &str = "write sslmode=verify-full, verify-ca, require or disable";
pub(super) const USUAL_PORT: u16 = 5432;

/// Whom the server has to prove to be (PostgreSQL 17, section 32.19.3, table 32.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslMode {
    /// No TLS.
    Disable,
    /// TLS with whoever answers.
    Require,
    /// TLS with a server whose certificate an authority signed that we trust.
    VerifyCa,
    /// The same, and the certificate is for the host's name.
    VerifyFull,
}

impl SslMode {
    const fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }

    const fn verifies(self) -> bool {
        matches!(self, Self::VerifyCa | Self::VerifyFull)
    }
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostgresHost {
    /// A name or an IP address, without brackets.
    Tcp(String),
    /// The folder of its Unix socket.
    Unix(PathBuf),
}

/// One address of a server, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresUrl {
    pub host: PostgresHost,
    pub port: u16,
    pub user: String,
    pub password: Option<Secret>,
    pub database: String,
    pub ssl: SslMode,
    /// A PEM file of the only authorities trusted; `None` for the system's.
    pub ca_file: Option<PathBuf>,
}

/// Whether something stands between us and the server that gives a transaction any connection it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooler {
    None,
    /// `PgBouncer` with `pool_mode = transaction`, or one like it.
    Transaction,
}

/// PostgreSQL as the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postgres {
    pub url: PostgresUrl,
    /// A way past the pooler, for what needs a session.
    pub direct: Option<PostgresUrl>,
    pub pooler: Pooler,
    /// Connections for reading.
    pub pool_size: usize,
    /// A statement that takes longer is broken off.
    pub statement_timeout: Duration,
    /// An attempt to connect that takes longer is given up.
    pub connect_timeout: Duration,
    /// How long a start tries to reach the server.
    pub start_wait: Duration,
}

/// Without the password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = if self.password.is_some() { ":[hidden]" } else { "" };
        write!(f, "postgres://{}{hidden}@", self.user)?;
        match &self.host {
            PostgresHost::Tcp(host) if host.contains(':') => write!(f, "[{host}]:{}/{}", self.port, self.database)?,
            PostgresHost::Tcp(host) => write!(f, "{host}:{}/{}", self.port, self.database)?,
            PostgresHost::Unix(folder) => write!(f, "/{}?host={}&port={}", self.database, folder.display(), self.port)?,
        }
        let sign = if matches!(self.host, PostgresHost::Unix(_)) { '&' } else { '?' };
        write!(f, "{sign}sslmode={}", self.ssl.name())
    }
}

/// `by_parts`: the address is not one text but several keys.
pub(super) fn read(r: &mut Reader, url_key: &Key, by_parts: bool) -> Option<Postgres> {
    let url = if by_parts { parts::read(r) } else { r.must(url_key, parse) };
    let direct = r.may(&DIRECT, parse);
    let password = r.may(&PASSWORD, |text| Ok(Secret::new(text)));
    let ca_file = r.may(&CA, pem_file);
    let pooler = r.must(&POOLER, word(&[("none", Pooler::None), ("transaction", Pooler::Transaction)]));
    let pool_size = r.must(&POOL_SIZE, whole(1..=200_usize));
    let statement_timeout = r.must(&STATEMENT, seconds(1..=600));
    let connect_timeout = r.must(&CONNECT, seconds(1..=60));
    let start_wait = r.must(&START_WAIT, seconds(0..=3_600));
    let (password, ca_file) = (password?, ca_file?);
    let url = complete(r, url_key, url?, password.as_ref(), ca_file.as_ref());
    let direct = match direct? {
        Some(direct) => complete(r, &DIRECT, direct, password.as_ref(), ca_file.as_ref()).map(Some),
        None => Some(None),
    };
    Some(Postgres {
        url: url?,
        direct: direct?,
        pooler: pooler?,
        pool_size: pool_size?,
        statement_timeout: statement_timeout?,
        connect_timeout: connect_timeout?,
        start_wait: start_wait?,
    })
}

/// Adds what other keys say of an address.
fn complete(r: &mut Reader, key: &Key, mut url: PostgresUrl, password: Option<&Secret>, ca_file: Option<&PathBuf>) -> Option<PostgresUrl> {
    let twice = |fault: String| Bad::new(fault, "keep one of them");
    if url.password.is_some() && password.is_some() {
        r.refuse(r.written(key), twice(format!("holds a password, and so does {}", r.written(&PASSWORD))));
        return None;
    }
    if url.ca_file.is_some() && ca_file.is_some() {
        r.refuse(r.written(key), twice(format!("holds sslrootcert, and {} names a file too", r.written(&CA))));
        return None;
    }
    if url.ca_file.is_some() && !url.ssl.verifies() {
        let fault = format!("names authorities in sslrootcert, but nobody asks them with sslmode={}", url.ssl.name());
        r.refuse(r.written(key), Bad::new(fault, "write sslmode=verify-full, or leave sslrootcert out"));
        return None;
    }
    url.password = url.password.or_else(|| password.cloned());
    url.ca_file = url.ca_file.or_else(|| ca_file.filter(|_| url.ssl.verifies()).cloned());
    Some(url)
}

/// An address of a PostgreSQL, by itself.
fn parse(text: &str) -> Result<PostgresUrl, Bad> {
    let Some((_, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
        return Err(Bad::new("is not the address of a PostgreSQL", FORM));
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    if rest.contains(['@', '#']) {
        return Err(Bad::new("has an @ or a # where none can be, as when a password is not percent-encoded", ENCODE));
    }
    let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(decoded(password)?).filter(|password| !password.is_empty())),
        None => (login, None),
    };
    let options = Options::read(options)?;
    let (host, port) = place_of(place, &options)?;
    let given = |text: String, fault: &str| if text.is_empty() { Err(Bad::new(fault, FORM)) } else { Ok(text) };
    Ok(PostgresUrl {
        ssl: ssl_mode(options.ssl, &host)?,
        port: port.unwrap_or(USUAL_PORT),
        user: given(options.user.map_or_else(|| decoded(user), Ok)?, "names no user")?,
        password: password.map(Secret::new),
        database: given(decoded(path.strip_prefix('/').unwrap_or(path))?, "names no database")?,
        ca_file: options.ca_file,
        host,
    })
}

pub(super) fn is_scheme(scheme: &str) -> bool {
    ["postgres", "postgresql"].iter().any(|known| known.eq_ignore_ascii_case(scheme))
}

/// The address as it may be shown.
pub(super) fn shown(text: &str) -> Option<String> {
    parse(text).ok().map(|url| url.to_string())
}

fn place_of(place: &str, options: &Options) -> Result<(PostgresHost, Option<u16>), Bad> {
    if place.contains(',') {
        let remedy = "name the one address that follows the primary: a virtual address, a service name or a pooler";
        return Err(Bad::new("names several hosts", remedy));
    }
    let bracketed = place.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (host, port) = match bracketed {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let port = port.filter(|port| !port.is_empty()).map(port_of).transpose()?.or(options.port);
    let host = match (&options.host, decoded(host)?) {
        (Some(other), host) if host.is_empty() => other.clone(),
        (Some(_), _) => return Err(Bad::new("names a host twice, before the path and in its options", "keep one of them")),
        (None, host) => host,
    };
    if host.is_empty() {
        return Err(Bad::new("names no host", FORM));
    }
    if bracketed.is_none() && !host.starts_with('/') && host.contains(':') {
        return Err(Bad::new(NO_HOST, FORM));
    }
    Ok((host_of(&host)?, port))
}

const NO_HOST: &str = "names a host that is neither a name nor an address";

/// A name, an address without brackets, or the folder of a Unix socket.
pub(super) fn host_of(host: &str) -> Result<PostgresHost, Bad> {
    if host.starts_with('/') {
        return Ok(PostgresHost::Unix(host.into()));
    }
    if host.contains(|c: char| c.is_whitespace() || c.is_control() || "/@,?#[]".contains(c)) {
        return Err(Bad::new(NO_HOST, FORM));
    }
    Ok(PostgresHost::Tcp(host.to_owned()))
}

fn port_of(text: &str) -> Result<u16, Bad> {
    match text.parse() {
        Ok(0) | Err(_) => Err(Bad::new(
            "has a port that is no number from 1 to 65535",
            "write host:5432; if it is a part of the password, put that into DATABASE_PASSWORD",
        )),
        Ok(port) => Ok(port),
    }
}

pub(super) fn ssl_mode(asked: Option<SslMode>, host: &PostgresHost) -> Result<SslMode, Bad> {
    match (asked, host) {
        (None | Some(SslMode::Disable), PostgresHost::Unix(_)) => Ok(SslMode::Disable),
        (Some(_), PostgresHost::Unix(_)) => Err(Bad::new(
            "asks for TLS over a Unix socket, which PostgreSQL does not speak",
            "leave sslmode out; the socket stays on this machine",
        )),
        (Some(mode), PostgresHost::Tcp(_)) => Ok(mode),
        (None, PostgresHost::Tcp(host)) if is_this_machine(host) => Ok(SslMode::Disable),
        (None, PostgresHost::Tcp(_)) => Ok(SslMode::VerifyFull),
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// What may stand behind the question mark.
#[derive(Default)]
struct Options {
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    ssl: Option<SslMode>,
    ca_file: Option<PathBuf>,
}

impl Options {
    fn read(text: &str) -> Result<Self, Bad> {
        let mut options = Self::default();
        for option in text.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let value = decoded(value)?;
            match name {
                "host" => options.host = Some(value),
                "port" => options.port = Some(port_of(&value)?),
                "user" => options.user = Some(value),
                "sslmode" => options.ssl = Some(mode(&value)?),
                // libpq's word for the system's authorities, which are asked where no file is named.
                "sslrootcert" if value == "system" => {}
                "sslrootcert" => {
                    let file = pem_file(&value).map_err(|_| {
                        Bad::new(
                            "names a file in sslrootcert that cannot be read or holds no certificate",
                            "name a PEM file of certificates",
                        )
                    })?;
                    options.ca_file = Some(file);
                }
                "password" => {
                    return Err(Bad::new("holds a password among its options", "write it as user:password@, or into DATABASE_PASSWORD"));
                }
                _ => {
                    return Err(Bad::new(
                        "holds an option Jebi does not take",
                        "keep host, port, user, sslmode and sslrootcert; time-outs are keys of their own",
                    ));
                }
            }
        }
        Ok(options)
    }
}

pub(super) fn mode(text: &str) -> Result<SslMode, Bad> {
    let all = [SslMode::Disable, SslMode::Require, SslMode::VerifyCa, SslMode::VerifyFull];
    if let Some(mode) = all.into_iter().find(|mode| mode.name() == text) {
        return Ok(mode);
    }
    let fault = match text {
        "prefer" => "asks for sslmode=prefer, which goes on in the clear where TLS fails and nobody notices",
        "allow" => "asks for sslmode=allow, which takes TLS only where the server insists",
        _ => "asks for an sslmode there is not",
    };
    Err(Bad::new(fault, MODES))
}

/// Percent-decoded (RFC 3986 section 2.1).
fn decoded(text: &str) -> Result<String, Bad> {
    let bad = || Bad::new("holds a % that is not followed by two hexadecimal digits of UTF-8 text", ENCODE);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|b| char::from(b).to_digit(16)).ok_or_else(bad);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high << 4 | low).map_err(|_| bad())?);
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(bad()),
    }
}
