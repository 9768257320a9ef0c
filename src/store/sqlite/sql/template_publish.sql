UPDATE template SET revision = ?2, published = ?3, latest = ?3, updated_at = ?4, updated_by = ?5 WHERE name = ?1 AND draft IS NOT NULL;
