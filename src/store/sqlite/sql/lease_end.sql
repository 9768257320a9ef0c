DELETE FROM lease WHERE no = ?1 AND open <= ?2;
