UPDATE message SET content = ?2, content_no = NULL, variables = NULL, content_deleted_at = ?3 WHERE no = ?1;
