UPDATE reputation_mark SET mark = ?4 WHERE kind = ?1 AND name = ?2 AND mark = ?3;
