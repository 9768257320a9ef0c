UPDATE incarnation SET draining_at = coalesce(draining_at, ?2) WHERE no = ?1 AND ended_at IS NULL;
