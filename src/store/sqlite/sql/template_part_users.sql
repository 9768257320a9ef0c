SELECT template FROM template_part WHERE part = ?1 ORDER BY template;
