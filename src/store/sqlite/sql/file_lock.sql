SELECT no, upload FROM file WHERE hash = ?1;
