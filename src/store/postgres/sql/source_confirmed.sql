UPDATE event_source SET confirmed_at = $3::bigint, unsubscribed_at = NULL,
    next_try_at = CASE WHEN asked_url = $2::text THEN NULL ELSE next_try_at END,
    fault = CASE WHEN asked_url = $2::text THEN NULL ELSE fault END,
    asked_at = CASE WHEN asked_url = $2::text THEN NULL ELSE asked_at END,
    asked_url = CASE WHEN asked_url = $2::text THEN NULL ELSE asked_url END
WHERE name = $1::text;
