UPDATE event_source SET events = events + $3::bigint, last_event_at = CASE WHEN last_event_at > $2::bigint THEN last_event_at ELSE $2::bigint END WHERE name = $1::text;
