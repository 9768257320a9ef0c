INSERT INTO event_unmatched (hash, provider_id, reports, at, due, until)
VALUES ($1::bigint, $2::text, $3::text, $4::bigint, $5::bigint, $6::bigint) RETURNING no;
