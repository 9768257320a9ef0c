UPDATE event_source SET verdict = $2::bigint, next_try_at = CASE WHEN $2::bigint = 1 AND asked_url IS NOT NULL THEN $3::bigint ELSE NULL END WHERE name = $1::text;
