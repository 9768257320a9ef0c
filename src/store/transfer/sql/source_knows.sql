SELECT EXISTS (SELECT 1 FROM pragma_table_info('installation') WHERE name = 'moved_to');
