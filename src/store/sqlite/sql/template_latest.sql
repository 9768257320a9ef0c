SELECT latest FROM template WHERE name = ?1 AND draft IS NOT NULL;
