UPDATE event_source SET asked_url = $2::text, asked_at = $3::bigint, next_try_at = $4::bigint, tries = 0, fault = NULL WHERE name = $1::text;
