UPDATE hook_call SET taken_by = NULL
WHERE taken_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM incarnation i WHERE i.no = taken_by AND i.ended_at IS NULL);
