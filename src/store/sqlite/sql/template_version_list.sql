SELECT template, version, source, compiled, note, created_at, created_by FROM template_version
WHERE template = ?1 AND version < ?2 ORDER BY version DESC LIMIT ?3;
