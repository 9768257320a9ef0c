//! Which server, whom it is told we are, and what a session is set to.

use std::{fmt, path::PathBuf, time::Duration};

use tokio_postgres::config::SslMode;

/// How the way to the server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// Not at all.
    Off,
    /// TLS with whoever answers.
    Unverified,
    /// TLS with a server whose certificate a trusted authority signed, whatever its name.
    Authority,
    /// The same, and the certificate is for the host's name.
    Full,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name or an IP address, without brackets.
    Tcp(String),
    /// The folder of its Unix socket.
    Unix(PathBuf),
}

/// One database of one server, and who we are there.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    pub host: Host,
    pub port: u16,
    pub user: String,
    pub password: Option<String>,
    pub database: String,
    pub tls: TlsMode,
    /// A PEM file of the only authorities trusted; `None` for the system's.
    pub ca_file: Option<PathBuf>,
}

/// Masked: the password never reaches a log.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({} at {}, database {}, TLS {:?})", self.user, self.place(), self.database, self.tls)
    }
}

/// What a connection is set to.
#[derive(Clone, Debug)]
pub struct Session {
    /// This node's name; `pg_stat_activity` shows it.
    pub node: String,
    /// Whether a pooler lends a connection for one transaction only: then nothing of a session stays, and each transaction says its own.
    pub pooled: bool,
    /// A statement that takes longer is broken off.
    pub statement_timeout: Duration,
    /// Opening a connection, with TLS, password and checks, is given up after this.
    pub connect_timeout: Duration,
}

/// A lock not had by then is given up, and the turn with it: another node holds it that is slow, or frozen.
const LOCK: Duration = Duration::from_secs(10);
/// A transaction in which nothing happens for so long is ended by the server, and its locks are free. Less than the 15 s after which a
/// node counts as gone, so that a frozen one holds nobody up who takes over its mail.
const IDLE: Duration = Duration::from_secs(10);
/// Sent data not acknowledged for so long, and silence under keepalives for so long, end a connection.
const DEAD: Duration = Duration::from_secs(10);
const KEEPALIVE: Duration = Duration::from_secs(10);
const KEEPALIVE_AGAIN: Duration = Duration::from_secs(3);
const KEEPALIVES: u32 = 3;
/// PostgreSQL cuts names off behind this many bytes (`NAMEDATALEN`).
const NAME: usize = 63;

impl Target {
    /// Host and port, or the socket's folder, for messages.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.host {
            Host::Tcp(host) if host.contains(':') => format!("[{host}]:{}", self.port),
            Host::Tcp(host) => format!("{host}:{}", self.port),
            Host::Unix(folder) => format!("{}/.s.PGSQL.{}", folder.display(), self.port),
        }
    }

    /// The same for the driver. No option is sent that a pooler could refuse.
    pub(super) fn driver(&self, session: &Session) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        match &self.host {
            Host::Tcp(host) => config.host(host),
            Host::Unix(folder) => config.host_path(folder),
        };
        config
            .port(self.port)
            .user(&self.user)
            .dbname(&self.database)
            .application_name(application_name(&session.node))
            .ssl_mode(if self.tls == TlsMode::Off { SslMode::Disable } else { SslMode::Require })
            .connect_timeout(session.connect_timeout)
            .tcp_user_timeout(DEAD)
            .keepalives(true)
            .keepalives_idle(KEEPALIVE)
            .keepalives_interval(KEEPALIVE_AGAIN)
            .keepalives_retries(KEEPALIVES);
        if let Some(password) = &self.password {
            config.password(password);
        }
        config
    }
}

impl Session {
    /// What is sent first on a new connection; nothing behind a pooler, where it would stay with somebody else's connection.
    #[must_use]
    pub fn opening(&self) -> Option<String> {
        (!self.pooled).then(|| format!("{}SET default_transaction_isolation = 'read committed';", self.settings("SET")))
    }

    /// Begins a writing transaction (READ COMMITTED), to be sent as one simple query.
    #[must_use]
    pub fn begin(&self) -> String {
        self.beginning("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;")
    }

    /// Begins a transaction that reads one snapshot, to be sent as one simple query.
    #[must_use]
    pub fn begin_snapshot(&self) -> String {
        self.beginning("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;")
    }

    fn beginning(&self, begin: &str) -> String {
        if self.pooled { format!("{begin}{}", self.settings("SET LOCAL")) } else { begin.to_owned() }
    }

    /// A role or a database may have defaults of its own for each of these.
    fn settings(&self, set: &str) -> String {
        let (statement, lock, idle) = (self.statement_timeout.as_millis(), LOCK.min(self.statement_timeout).as_millis(), IDLE.as_millis());
        format!(
            "{set} synchronous_commit = on;{set} statement_timeout = {statement};{set} lock_timeout = {lock};\
             {set} idle_in_transaction_session_timeout = {idle};{set} TimeZone = 'UTC';{set} standard_conforming_strings = on;"
        )
    }
}

/// `jebi NODE`: ASCII, for the server would put question marks in place of anything else.
fn application_name(node: &str) -> String {
    let clean = node.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    "jebi ".chars().chain(clean).take(NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(pooled: bool) -> Session {
        let (statement_timeout, connect_timeout) = (Duration::from_secs(30), Duration::from_secs(5));
        Session { node: "서울 1".into(), pooled, statement_timeout, connect_timeout }
    }

    #[test]
    fn behind_a_pooler_each_transaction_says_what_a_session_would() {
        let (own, pooled) = (session(false), session(true));
        assert_eq!(pooled.opening(), None);
        assert_eq!(own.begin(), "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;");
        let opening = own.opening().expect("settings");
        for setting in opening.split(';').filter(|s| !s.is_empty() && !s.contains("isolation")) {
            let local = setting.replacen("SET", "SET LOCAL", 1);
            assert!(pooled.begin().contains(&local) && pooled.begin_snapshot().contains(&local), "{local}");
        }
        assert!(opening.contains("SET synchronous_commit = on;"));
    }

    #[test]
    fn a_short_statement_timeout_shortens_waiting_for_locks() {
        let short = Session { statement_timeout: Duration::from_secs(2), ..session(false) };
        assert!(short.opening().expect("settings").contains("lock_timeout = 2000;"));
    }

    #[test]
    fn names_are_what_the_server_takes() {
        assert_eq!(application_name("서울 1"), "jebi ?? 1");
        assert_eq!(application_name(&"n".repeat(100)).len(), NAME);
    }

    #[test]
    fn the_password_does_not_show() {
        let target = Target {
            host: Host::Tcp("::1".into()),
            port: 5432,
            user: "jebi".into(),
            password: Some("hunter2".into()),
            database: "jebi".into(),
            tls: TlsMode::Full,
            ca_file: None,
        };
        let shown = format!("{target:?} {:?}", target.driver(&session(false)));
        assert!(!shown.contains("hunter2") && shown.contains("[::1]:5432"), "{shown}");
    }
}
