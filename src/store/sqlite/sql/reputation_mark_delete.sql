DELETE FROM reputation_mark WHERE kind = ?1 AND name = ?2 AND mark = ?3;
