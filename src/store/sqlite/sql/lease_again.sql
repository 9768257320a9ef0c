UPDATE lease SET again = ?2 WHERE no = ?1;
