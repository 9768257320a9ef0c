SELECT attempt, kind, at, note FROM decision WHERE key = $1::bigint ORDER BY attempt, at, kind;
