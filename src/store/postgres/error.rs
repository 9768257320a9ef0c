//! What a failure means, and what to do about it.
//!
//! The codes are SQLSTATEs (PostgreSQL 17, appendix A). A server's own words are in its language and may change: they are shown, never
//! looked into. A message's DETAIL may hold stored values and is not shown.

use std::{error::Error as _, fmt, io, time::Duration};

use jebi_domain::port::store::StoreError;
use rustls::CertificateError;
use tokio_postgres::error::{DbError, SqlState};

use super::Target;

/// Seconds after which a caller asks again while the database is away.
const AWAY: u32 = 5;
/// The same where somebody else was in the way.
const CROWDED: u32 = 1;

/// What kind of failure it is: what the store does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nobody answers, or nobody more is taken just now: passes by itself. Nothing was begun.
    Unavailable,
    /// A connection was lost in use: whether a COMMIT under way was carried out is not known.
    Lost,
    /// It takes no writes just now: a replica, or switched to read-only.
    ReadOnly,
    /// Undone for another transaction's sake: the same again will do.
    Retry,
    /// Broken off for taking too long, its own work or waiting for a lock. Nothing was stored.
    Slow,
    /// The server's disk is full.
    Full,
    /// The user, its password or its rights are not enough.
    Denied,
    /// The address, TLS or a setting is wrong: a person has to mend it.
    Misconfigured,
    /// The server is not fit to keep mail.
    Unfit,
    /// Anything else: a fault of ours, or damage.
    Internal,
}

/// A failure, for people: what is wrong, and what to do. Neither holds a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: Kind,
    pub fault: String,
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, remedy, .. } = self;
        write!(f, "PostgreSQL: {fault}; {remedy}")
    }
}

impl std::error::Error for Fault {}

impl Fault {
    pub(super) fn new(kind: Kind, fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind, fault: fault.into(), remedy: remedy.into() }
    }

    /// The same, of a start that has tried for so long.
    pub(super) fn after(self, wait: Duration) -> Self {
        let Self { fault, remedy, .. } = self;
        Self::new(Kind::Unavailable, format!("{fault} (tried for {} s, DATABASE_START_WAIT)", wait.as_secs()), remedy)
    }

    /// Why a connection could not be opened.
    pub(super) fn opening(error: &tokio_postgres::Error, target: &Target) -> Self {
        if let Some(told) = error.as_db_error() {
            return login(told, target).unwrap_or_else(|| used(told, target));
        }
        let place = target.place();
        let source = error.source();
        let io = source.and_then(|source| source.downcast_ref::<io::Error>());
        if let Some(fault) = io.and_then(|io| tls(io, &place)) {
            return fault;
        }
        if let Some(io) = io {
            return unreachable(io, target);
        }
        // The driver's own words; a test holds them to it.
        match source.map(ToString::to_string).as_deref() {
            Some("server does not support TLS") => Self::new(
                Kind::Misconfigured,
                format!("the server at {place} does not speak TLS"),
                "set ssl = on in its postgresql.conf; only where nobody can listen in between write sslmode=disable",
            ),
            Some("password missing") => Self::new(
                Kind::Denied,
                format!("the server at {place} wants a password of user {}, and none is set", target.user),
                "write it into DATABASE_URL as user:password@, or into DATABASE_PASSWORD",
            ),
            Some(why) => Self::new(
                Kind::Misconfigured,
                format!("logging in at {place} failed: {error}: {why}"),
                "take a way to log in that Jebi knows: scram-sha-256, md5 or trust in pg_hba.conf",
            ),
            None => Self::new(
                Kind::Unavailable,
                format!("the server at {place} ended the connection while it was being opened"),
                "see the server's log; nothing to do if it was being restarted",
            ),
        }
    }

    /// Opening took longer than allowed.
    pub(super) fn silent(target: &Target, seconds: u64) -> Self {
        Self::new(
            Kind::Unavailable,
            format!("no answer from {} within {seconds} s", target.place()),
            "see whether the server runs, and whether a firewall lets this machine through; DATABASE_CONNECT_TIMEOUT is how long is waited",
        )
    }

    /// Why a statement on an open connection failed.
    pub(super) fn using(error: &tokio_postgres::Error, target: &Target) -> Self {
        let lost = || {
            let remedy = "nothing to do if the server was restarted: it is connected again by itself";
            Self::new(Kind::Lost, format!("the connection to {} was lost", target.place()), remedy)
        };
        match error.as_db_error() {
            Some(told) if ends_session(told) => lost(),
            Some(told) => used(told, target),
            None if error.is_closed() || error.source().is_some_and(|source| source.is::<io::Error>()) => lost(),
            None => {
                // The cause is told by the source alone where there is one.
                let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                Self::new(Kind::Internal, format!("a statement could not be exchanged: {why}"), "report this as a fault of the program")
            }
        }
    }

    /// What the caller of the store is told.
    #[must_use]
    pub fn outward(&self) -> StoreError {
        let again = |retry_after_s, why| StoreError::Unavailable { retry_after_s, why };
        match self.kind {
            Kind::Unavailable | Kind::Lost => again(AWAY, "it cannot be reached"),
            Kind::ReadOnly => again(AWAY, "it takes no writes"),
            Kind::Retry => again(CROWDED, "others are writing the same"),
            Kind::Slow => again(AWAY, "it takes too long"),
            Kind::Full => StoreError::Full,
            Kind::Denied | Kind::Misconfigured | Kind::Unfit | Kind::Internal => StoreError::Internal(self.to_string()),
        }
    }
}

/// What a server says of a failed statement, with its code: the driver's own words hide both. Its DETAIL stays out, for it may hold values.
pub(super) fn said(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |told| format!("{} ({})", told.message(), told.code().code()))
}

/// The server or an administrator ended this connection; what it did before is done, or undone, and what was under way is not known.
fn ends_session(told: &DbError) -> bool {
    [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::DATABASE_DROPPED,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        SqlState::CONNECTION_FAILURE,
        SqlState::CONNECTION_EXCEPTION,
    ]
    .contains(told.code())
        || told.code().code() == "57P05"
}

/// What only happens while a connection is being opened.
fn login(told: &DbError, target: &Target) -> Option<Fault> {
    let Target { user, database, .. } = target;
    let place = target.place();
    let message = told.message();
    let fault = match *told.code() {
        SqlState::INVALID_PASSWORD => Fault::new(
            Kind::Denied,
            format!("the server at {place} does not take the password of user {user}"),
            "correct it in DATABASE_URL or DATABASE_PASSWORD; a role that does not exist is refused with the same words",
        ),
        // pg_hba.conf, a role that is not there, and one that may not log in share this code: the place in the server's source tells.
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION if told.routine() == Some("InitializeSessionUserId") => Fault::new(
            Kind::Denied,
            format!("the server at {place} has no user {user} that may log in"),
            format!("make it there: CREATE ROLE \"{user}\" LOGIN PASSWORD '…'"),
        ),
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => Fault::new(
            Kind::Denied,
            format!("the server at {place} does not let user {user} in from here: {message}"),
            "add a line for this user, database and address to its pg_hba.conf; hostssl lines want TLS",
        ),
        SqlState::INVALID_CATALOG_NAME => Fault::new(
            Kind::Misconfigured,
            format!("there is no database {database} at {place}"),
            format!("make it there: CREATE DATABASE \"{database}\" OWNER \"{user}\" ENCODING 'UTF8' TEMPLATE template0"),
        ),
        SqlState::CANNOT_CONNECT_NOW | SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN => Fault::new(
            Kind::Unavailable,
            format!("the server at {place} is starting or stopping: {message}"),
            "nothing to do if it passes: it is tried again by itself",
        ),
        // What poolers answer to what they do not know.
        SqlState::PROTOCOL_VIOLATION => Fault::new(
            Kind::Misconfigured,
            format!("the pooler at {place} refuses the connection: {message}"),
            "see that it knows this user and database; set DATABASE_POOLER=transaction where it lends connections for a transaction",
        ),
        _ => return None,
    };
    Some(fault)
}

/// What may happen at any time.
fn used(told: &DbError, target: &Target) -> Fault {
    let Target { user, .. } = target;
    let (place, message, code) = (target.place(), told.message(), told.code().code());
    match *told.code() {
        SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE => {
            Fault::new(Kind::Retry, format!("another transaction was in the way: {message}"), "nothing to do: it is tried again by itself")
        }
        SqlState::LOCK_NOT_AVAILABLE => Fault::new(
            Kind::Slow,
            format!("a lock was not to be had in time: {message}"),
            "see pg_locks for who holds it; it is tried again by itself",
        ),
        SqlState::QUERY_CANCELED => Fault::new(
            Kind::Slow,
            format!("a statement was broken off: {message}"),
            "see what keeps the server busy; DATABASE_STATEMENT_TIMEOUT is how long a statement may take",
        ),
        SqlState::TOO_MANY_CONNECTIONS => Fault::new(
            Kind::Unavailable,
            format!("the server at {place} has no connection left: {message}"),
            "raise its max_connections or the limit of the role or database, lower DATABASE_POOL_SIZE, or put a pooler between",
        ),
        SqlState::DISK_FULL => Fault::new(
            Kind::Full,
            format!("the disk of the server at {place} is full: {message}"),
            "free space there; mail is refused until then",
        ),
        SqlState::OUT_OF_MEMORY | SqlState::INSUFFICIENT_RESOURCES | SqlState::CONFIGURATION_LIMIT_EXCEEDED => Fault::new(
            Kind::Unavailable,
            format!("the server at {place} is out of memory or of another resource: {message}"),
            "see its log, and give it more",
        ),
        SqlState::READ_ONLY_SQL_TRANSACTION => Fault::new(
            Kind::ReadOnly,
            format!("the server at {place} takes no writes: {message}"),
            "name the primary in DATABASE_URL; after a failover it is found again by itself where the address follows it",
        ),
        SqlState::INSUFFICIENT_PRIVILEGE => Fault::new(
            Kind::Denied,
            format!("user {user} lacks a right: {message}"),
            format!("give it to the user there, or make it the owner: ALTER DATABASE \"{}\" OWNER TO \"{user}\"", target.database),
        ),
        SqlState::INVALID_SQL_STATEMENT_NAME | SqlState::DUPLICATE_PSTATEMENT => Fault::new(
            Kind::Misconfigured,
            format!("a prepared statement was not kept ({code}): a pooler lends connections for a transaction only"),
            "set DATABASE_POOLER=transaction",
        ),
        _ => Fault::new(
            Kind::Internal,
            format!("a statement failed ({code}): {message}"),
            "see the server's log, and report this as a fault of the program",
        ),
    }
}

/// Why nobody was reached.
fn unreachable(error: &io::Error, target: &Target) -> Fault {
    let place = target.place();
    let fault = |fault: String, remedy: &str| Fault::new(Kind::Unavailable, fault, remedy);
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            fault(format!("nothing listens at {place}"), "start the server there, or correct host and port in DATABASE_URL")
        }
        io::ErrorKind::NotFound => {
            fault(format!("there is no socket {place}"), "start the server, or correct the folder and the port in DATABASE_URL")
        }
        io::ErrorKind::PermissionDenied => Fault::new(
            Kind::Denied,
            format!("this process may not open {place}"),
            "let its user into the folder of the socket, or use a TCP address",
        ),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => fault(
            format!("the server at {place} ended the connection while it was being opened"),
            "see the server's log; nothing to do if it was being restarted",
        ),
        // The resolver's faults have no number of their own; a test holds the words to the library.
        _ if error.raw_os_error().is_none() && error.to_string().starts_with("failed to lookup address") => fault(
            format!("the name of {place} cannot be resolved: {error}"),
            "correct the host in DATABASE_URL, or see why this machine's name service does not know it",
        ),
        _ => fault(
            format!("{place} cannot be reached: {error}"),
            "see whether the server runs, and whether a firewall lets this machine through",
        ),
    }
}

/// Why the other end cannot be trusted.
fn tls(error: &io::Error, place: &str) -> Option<Fault> {
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let (what, remedy) = match inner {
        rustls::Error::InvalidCertificate(fault) => certificate(fault),
        _ => ("TLS could not be agreed on", "see the server's log, and which TLS versions it takes (ssl_min_protocol_version)"),
    };
    // A semicolon stands between a fault and its remedy alone.
    let inner = inner.to_string().replace("; ", ", ");
    Some(Fault::new(Kind::Misconfigured, format!("no secure connection to {place}: {what} ({inner})"), remedy))
}

fn certificate(fault: &CertificateError) -> (&'static str, &'static str) {
    match fault {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "the certificate is for another name",
            "name the server in DATABASE_URL by the name its certificate is for; sslmode=verify-ca checks the authority alone",
        ),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            "the certificate is of an unknown authority",
            "name the certificate of the server's authority as DATABASE_CA_FILE; if you know of none, somebody between may pose as the server",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("the certificate has expired", "renew it on the server, and check this machine's clock")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("the certificate is not valid yet", "check this machine's clock")
        }
        _ => ("the certificate cannot be used", "give the server one that is signed by an authority and names its host (subjectAltName)"),
    }
}
