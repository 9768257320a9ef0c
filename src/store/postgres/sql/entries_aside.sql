SELECT queue, due, no FROM entry WHERE aside_for = $1::text ORDER BY aside_due, no LIMIT $2::bigint;
