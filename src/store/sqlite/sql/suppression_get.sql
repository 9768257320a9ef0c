SELECT 1 FROM suppression
WHERE address = ?1 AND instr(?2, char(31) || scope || char(31)) > 0 AND (cause <> 5 OR ?3);
