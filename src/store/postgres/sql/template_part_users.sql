SELECT template FROM template_part WHERE part = $1::text ORDER BY template;
