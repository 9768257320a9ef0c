INSERT INTO alert (code, subject, state, raised_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (code, subject) DO UPDATE SET state = excluded.state, raised_at = excluded.raised_at;
