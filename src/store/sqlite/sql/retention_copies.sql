SELECT count(*) FILTER (WHERE state IN (0, 1, 2)) > 0, coalesce(max(changed_at), 0) FROM delivery WHERE key BETWEEN ?1 AND ?2;
