INSERT INTO alert (code, subject, state, raised_at) VALUES ($1::text, $2::text, $3::text, $4::bigint)
ON CONFLICT (code, subject) DO UPDATE SET state = excluded.state, raised_at = excluded.raised_at;
