DELETE FROM template_version WHERE template = ?1;
