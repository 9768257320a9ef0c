UPDATE lease SET open = open - ?2 WHERE no = ?1;
