UPDATE endpoint SET disabled_at = ?3, disabled_why = ?2, held_until = NULL WHERE no = ?1 AND disabled_at IS NULL AND removed_at IS NULL;
