UPDATE api_key SET requests = requests + $2::bigint, last_used_at = greatest(coalesce(last_used_at, $3::bigint), $3::bigint) WHERE no = $1::bigint;
