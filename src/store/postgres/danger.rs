//! What does not stop anything and should be looked at: words for the log.

/// Settings that make a power cut or a busy day worse.
pub(super) fn of(full_page_writes: bool, autovacuum: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    if !full_page_writes {
        warnings.push(
            "the database server runs with full_page_writes = off: a power cut can damage the database, except on a file system that never \
             tears a page (ZFS)"
                .to_owned(),
        );
    }
    if !autovacuum {
        warnings
            .push("the database server runs without autovacuum: the queue's tables grow and slow down until they are vacuumed".to_owned());
    }
    warnings
}

/// The restore guard goes by less than it could.
pub(super) fn of_no_identity(role: &str) -> String {
    format!(
        "the database server does not tell which one it is, so a restored copy is known by its database's number alone; where you may: \
         GRANT EXECUTE ON FUNCTION pg_control_system(), pg_walfile_name(pg_lsn), pg_current_wal_lsn() TO \"{role}\""
    )
}
