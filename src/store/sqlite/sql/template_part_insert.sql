INSERT INTO template_part (part, template) VALUES (?1, ?2);
