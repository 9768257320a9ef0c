UPDATE hook_call c SET taken_by = NULL
WHERE c.taken_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM incarnation i WHERE i.no = c.taken_by AND i.ended_at IS NULL);
