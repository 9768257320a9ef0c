INSERT INTO suppression_removed (address, scope, cause, detail, source, actor, created_at, last_at, times, removed_at, removed_by, reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);
