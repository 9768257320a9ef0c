SELECT attempt, kind, at, note FROM decision WHERE key = ?1 ORDER BY attempt, at;
