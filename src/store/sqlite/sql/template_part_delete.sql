DELETE FROM template_part WHERE template = ?1;
