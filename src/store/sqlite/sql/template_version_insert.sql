INSERT INTO template_version (template, version, source, compiled, note, created_at, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
