UPDATE file SET used_at = greatest(used_at, $2::bigint) WHERE hash = $1::bytea;
