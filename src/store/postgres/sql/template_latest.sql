SELECT latest FROM template WHERE name = $1::text AND draft IS NOT NULL;
