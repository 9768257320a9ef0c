SELECT incarnation, first, count, attempt, weight FROM lease WHERE no = ?1;
