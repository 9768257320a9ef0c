DELETE FROM audit WHERE no <= ?1 AND at <= ?2;
