UPDATE topic SET paused_at = ?2 WHERE no = ?1;
