SELECT d.key, d.email, d.joint FROM delivery d WHERE d.key > $1::bigint AND d.key < $3::bigint ORDER BY d.key LIMIT $2::bigint;
