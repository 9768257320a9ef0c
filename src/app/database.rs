//! From the configuration to what a PostgreSQL store is told.

use std::{process, sync::Arc};

use crate::{
    config::{Database, Pooler, Postgres, PostgresHost, PostgresUrl, Secret, SslMode},
    store::postgres::{Host, Options, Session, Target, TlsMode},
};

/// How the store is opened.
#[must_use]
pub fn options(database: &Database, postgres: &Postgres, node: &str) -> Options {
    let session = session(postgres, node);
    // Behind a pooler only the direct address can be listened at.
    let past = postgres.direct.as_ref().or_else(|| (postgres.pooler == Pooler::None).then_some(&postgres.url));
    Options {
        target: target(&postgres.url),
        listen: past.map(|url| (target(url), Session { pooled: false, ..session.clone() })),
        session,
        readers: postgres.pool_size,
        start_wait: postgres.start_wait,
        migrate: database.auto_migrate,
        unfinished: false,
        byte_budget: database.writer_queue_bytes,
        on_fatal: Arc::new(|why| {
            tracing::error!(why, "the store cannot be trusted any more: ending, so that nothing is acknowledged that is not on disk");
            process::exit(70);
        }),
    }
}

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
