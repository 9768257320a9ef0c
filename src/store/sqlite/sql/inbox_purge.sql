DELETE FROM inbox WHERE no <= ?1 AND at <= ?2;
