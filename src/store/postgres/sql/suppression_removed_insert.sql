INSERT INTO suppression_removed (address, scope, cause, detail, source, actor, created_at, last_at, times, removed_at, removed_by, reason)
VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::text, $6::text, $7::bigint, $8::bigint, $9::bigint, $10::bigint, $11::text, $12::text);
