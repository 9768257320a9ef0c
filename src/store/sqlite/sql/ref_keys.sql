SELECT key FROM provider_ref WHERE period = ?1 AND hash = ?2;
