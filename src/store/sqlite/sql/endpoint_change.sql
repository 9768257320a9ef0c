UPDATE endpoint SET body = ?2, sealed = ?3, changed_at = max(?5, changed_at + 1) WHERE no = ?1 AND changed_at = ?4 AND removed_at IS NULL;
