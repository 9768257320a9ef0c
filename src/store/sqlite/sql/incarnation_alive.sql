SELECT no FROM incarnation WHERE no = ?1 AND ended_at IS NULL;
