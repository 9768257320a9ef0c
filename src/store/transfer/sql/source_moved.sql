SELECT id, moved_to FROM installation WHERE moved_to IS NOT NULL;
