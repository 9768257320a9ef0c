SELECT 1 FROM lease_returned WHERE lease = $1::bigint AND ordinal = $2::bigint;
