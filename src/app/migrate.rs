//! The schema of the store a configuration names: what is pending, and applying it.

use std::sync::Arc;

use jebi_domain::port::{Clock, Random};

use super::{StartError, database};
use crate::{
    config::{Config, DatabaseUrl},
    store::{
        postgres::{self, Options},
        sqlite::SqliteStore,
    },
};

/// The migrations a start would apply, by name; of PostgreSQL the first.
///
/// # Errors
/// A store that cannot be read, or one of a newer Jebi.
pub async fn pending(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Vec<String>, StartError> {
    match &config.database.url {
        DatabaseUrl::Sqlite(file) => Ok(SqliteStore::pending(file)?.iter().map(ToString::to_string).collect()),
        DatabaseUrl::Postgres(at) => {
            let options = Options { migrate: false, ..database::options(&config.database, at, "migrate") };
            match postgres::migrate_schema(&options, clock, random).await {
                Err(postgres::OpenError::Pending { no, name }) => Ok(vec![format!("{no:04}_{name}")]),
                done => Ok(done?),
            }
        }
    }
}

/// Brings the schema up to date under the store's lock. Returns what was applied, by name.
///
/// # Errors
/// A store that cannot be opened, or one of SQLite that a process has open.
pub async fn migrate(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Vec<String>, StartError> {
    match &config.database.url {
        DatabaseUrl::Sqlite(file) => Ok(SqliteStore::migrate(file)?.iter().map(ToString::to_string).collect()),
        DatabaseUrl::Postgres(at) => {
            let options = Options { migrate: true, ..database::options(&config.database, at, "migrate") };
            Ok(postgres::migrate_schema(&options, clock, random).await?)
        }
    }
}
