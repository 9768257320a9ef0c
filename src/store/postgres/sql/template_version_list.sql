SELECT template, version, source, compiled, note, created_at, created_by FROM template_version
WHERE template = $1::text AND version < $2::bigint ORDER BY version DESC LIMIT $3::bigint;
