INSERT INTO provider_ref_due (first, last) VALUES (?1, ?2);
