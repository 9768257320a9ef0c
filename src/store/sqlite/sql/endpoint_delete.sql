DELETE FROM endpoint WHERE no = ?1 AND removed_at IS NOT NULL;
