UPDATE provider_ref_due SET first = ?2 WHERE no = ?1;
