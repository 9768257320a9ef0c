SELECT no FROM file WHERE hash = ?1;
