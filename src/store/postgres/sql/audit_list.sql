SELECT no, at, actor, api_key, address, act, target, detail, result
FROM audit WHERE no < $1::bigint AND at >= $2::bigint AND at < $3::bigint ORDER BY no DESC LIMIT $4::bigint;
