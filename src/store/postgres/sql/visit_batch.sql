INSERT INTO visit_batch (source, no, at) VALUES ($1::bytea, $2::bigint, $3::bigint)
ON CONFLICT (source) DO UPDATE SET no = excluded.no, at = excluded.at WHERE visit_batch.no < excluded.no;
