INSERT INTO provider_ref_due (message, first, count) VALUES (?1, ?2, ?3);
