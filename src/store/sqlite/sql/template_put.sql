INSERT INTO template (name, revision, active, draft, created_at, updated_at, updated_by) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)
ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, active = excluded.active, draft = excluded.draft,
    created_at = CASE WHEN template.draft IS NULL THEN excluded.created_at ELSE template.created_at END,
    updated_at = excluded.updated_at, updated_by = excluded.updated_by;
