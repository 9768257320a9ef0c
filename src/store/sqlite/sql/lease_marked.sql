SELECT 1 FROM lease_returned WHERE lease = ?1 AND ordinal = ?2;
