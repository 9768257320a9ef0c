SELECT name FROM topic WHERE no = ?1;
