UPDATE template SET revision = $2::bigint, published = $3::bigint, latest = $3::bigint, updated_at = $4::bigint, updated_by = $5::bigint WHERE name = $1::text AND draft IS NOT NULL;
