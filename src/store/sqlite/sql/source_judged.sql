UPDATE event_source SET verdict = ?2, next_try_at = CASE WHEN ?2 = 1 AND asked_url IS NOT NULL THEN ?3 ELSE NULL END WHERE name = ?1;
