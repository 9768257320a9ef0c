SELECT name, revision, active, draft, published, created_at, updated_at, updated_by FROM template WHERE name = $1::text AND draft IS NOT NULL;
