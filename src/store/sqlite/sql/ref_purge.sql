DELETE FROM provider_ref WHERE (period, hash, key) IN (SELECT period, hash, key FROM provider_ref WHERE period < ?1 LIMIT ?2);
