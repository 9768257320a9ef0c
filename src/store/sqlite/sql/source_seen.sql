UPDATE event_source SET events = events + ?3, last_event_at = CASE WHEN last_event_at > ?2 THEN last_event_at ELSE ?2 END WHERE name = ?1;
