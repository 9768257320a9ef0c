-- A version before this one does not know that what it remembers may be deleted.
SELECT 1 FROM incarnation WHERE ended_at IS NULL AND version <> (SELECT version FROM incarnation WHERE no = ?1) LIMIT 1;
