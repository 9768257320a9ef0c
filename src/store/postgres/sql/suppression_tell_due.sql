SELECT address, cause, at FROM suppression_tell WHERE provider = $1::text ORDER BY address LIMIT $2::bigint;
