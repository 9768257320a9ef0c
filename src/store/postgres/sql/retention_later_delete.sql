DELETE FROM retention_later WHERE kind = $1::bigint AND since = $2::bigint AND message = $3::bigint;
