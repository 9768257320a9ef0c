INSERT INTO template_version (template, version, source, compiled, note, created_at, created_by) VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::text, $6::bigint, $7::bigint);
