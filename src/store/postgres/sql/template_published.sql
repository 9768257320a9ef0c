SELECT v.template, v.version, v.source, v.compiled, v.note, v.created_at, v.created_by, t.active
FROM template t JOIN template_version v ON v.template = t.name AND v.version = t.published WHERE t.name = $1::text;
