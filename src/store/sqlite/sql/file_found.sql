-- Looked at again when it is as old as this once more.
UPDATE file SET used_at = ?2 WHERE no = ?1;
