//! From the configuration to what a PostgreSQL store is told.

use crate::{
    config::{Pooler, Postgres, PostgresHost, PostgresUrl, Secret, SslMode},
    store::postgres::{Host, Session, Target, TlsMode},
};

/// Which server and database, and who we are there.
#[must_use]
pub fn target(url: &PostgresUrl) -> Target {
    Target {
        host: match &url.host {
            PostgresHost::Tcp(host) => Host::Tcp(host.clone()),
            PostgresHost::Unix(folder) => Host::Unix(folder.clone()),
        },
        port: url.port,
        user: url.user.clone(),
        password: url.password.as_ref().map(Secret::reveal).map(str::to_owned),
        database: url.database.clone(),
        tls: match url.ssl {
            SslMode::Disable => TlsMode::Off,
            SslMode::Require => TlsMode::Unverified,
            SslMode::VerifyCa => TlsMode::Authority,
            SslMode::VerifyFull => TlsMode::Full,
        },
        ca_file: url.ca_file.clone(),
    }
}

/// What connections of this node are set to, over the address in `DATABASE_URL`.
#[must_use]
pub fn session(postgres: &Postgres, node: &str) -> Session {
    Session {
        node: node.to_owned(),
        pooled: postgres.pooler == Pooler::Transaction,
        statement_timeout: postgres.statement_timeout,
        connect_timeout: postgres.connect_timeout,
    }
}
