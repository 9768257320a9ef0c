UPDATE endpoint SET held_until = max(coalesce(held_until, 0), coalesce(?2, 0)), failing_since = CASE WHEN ?3 THEN NULL ELSE coalesce(failing_since, ?4) END WHERE no = ?1 AND removed_at IS NULL;
