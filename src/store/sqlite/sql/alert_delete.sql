DELETE FROM alert WHERE code = ?1 AND subject = ?2;
