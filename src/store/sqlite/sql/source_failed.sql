UPDATE event_source SET tries = tries + 1, fault = ?3, next_try_at = ?4 WHERE name = ?1 AND asked_url = ?2;
