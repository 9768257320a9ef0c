UPDATE delivery SET state = $3::bigint, attempt = greatest(attempt, 1), next_try = $4::bigint WHERE key = $1::bigint AND state = $2::bigint;
