INSERT INTO endpoint (body, sealed, from_config, created_at, changed_at) VALUES ($1::text, $2::bytea, $3::boolean, $4::bigint, $4::bigint) RETURNING no;
