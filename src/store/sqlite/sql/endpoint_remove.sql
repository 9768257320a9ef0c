UPDATE endpoint SET removed_at = ?2, sealed = NULL WHERE no = ?1 AND removed_at IS NULL;
