UPDATE api_key SET forgiven_at = $3::bigint,
    forgiven = (SELECT coalesce(sum(recipients), 0)::bigint FROM key_usage WHERE api_key = $1::bigint AND quarter >= $2::bigint)
WHERE no = $1::bigint;
