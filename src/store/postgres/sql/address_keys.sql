SELECT key FROM address_index WHERE hash = $1::bigint AND key < $2::bigint ORDER BY key DESC LIMIT $3::bigint;
