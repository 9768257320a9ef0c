UPDATE template SET revision = ?2, draft = NULL, published = NULL, updated_at = ?3, updated_by = ?4 WHERE name = ?1 AND draft IS NOT NULL;
