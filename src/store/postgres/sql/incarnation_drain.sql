UPDATE incarnation SET draining_at = coalesce(draining_at, $2::bigint) WHERE no = $1::bigint AND ended_at IS NULL;
