UPDATE event_source SET unsubscribed_at = $2::bigint WHERE name = $1::text;
