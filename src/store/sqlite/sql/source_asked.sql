UPDATE event_source SET asked_url = ?2, asked_at = ?3, next_try_at = ?4, tries = 0, fault = NULL WHERE name = ?1;
