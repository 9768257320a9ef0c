//! The schema of the store a configuration names: what is pending, and applying it.

use super::StartError;
use crate::{
    config::{Config, DatabaseUrl},
    store::{Migration, sqlite::SqliteStore},
};

/// What a start would change in the schema.
///
/// # Errors
/// A store that cannot be read, or one of a newer Jebi.
pub fn pending(config: &Config) -> Result<Vec<Migration>, StartError> {
    match &config.database.url {
        DatabaseUrl::Sqlite(file) => Ok(SqliteStore::pending(file)?),
        DatabaseUrl::Postgres(_) => Err(StartError::NoEngine),
    }
}

/// Brings the schema up to date under the store's lock. Returns what was applied.
///
/// # Errors
/// A store that cannot be opened, or that a process has open.
pub fn migrate(config: &Config) -> Result<Vec<Migration>, StartError> {
    match &config.database.url {
        DatabaseUrl::Sqlite(file) => Ok(SqliteStore::migrate(file)?),
        DatabaseUrl::Postgres(_) => Err(StartError::NoEngine),
    }
}
