UPDATE event_source SET unsubscribed_at = ?2 WHERE name = ?1;
