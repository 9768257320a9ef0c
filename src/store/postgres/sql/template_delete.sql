UPDATE template SET revision = $2::bigint, draft = NULL, published = NULL, updated_at = $3::bigint, updated_by = $4::bigint WHERE name = $1::text AND draft IS NOT NULL;
