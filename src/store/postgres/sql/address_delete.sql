DELETE FROM address_index WHERE hash = $1::bigint AND key = $2::bigint;
