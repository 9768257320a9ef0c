SELECT key FROM provider_ref WHERE period = $1::bigint AND hash = $2::bigint;
