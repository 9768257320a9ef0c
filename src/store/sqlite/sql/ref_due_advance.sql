UPDATE provider_ref_due SET first = first + ?2, count = count - ?2 WHERE no = ?1;
