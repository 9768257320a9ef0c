INSERT INTO retention_later (kind, since, message) VALUES ($1::bigint, $2::bigint, $3::bigint) ON CONFLICT (kind, since, message) DO
    NOTHING;
