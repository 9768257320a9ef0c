UPDATE file SET used_at = max(used_at, ?2) WHERE hash = ?1;
