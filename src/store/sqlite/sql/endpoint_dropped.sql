UPDATE endpoint SET dropped = dropped + ?2 WHERE no = ?1;
