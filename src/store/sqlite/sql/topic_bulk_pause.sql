UPDATE topic SET bulk_paused_at = ?2 WHERE no = ?1;
