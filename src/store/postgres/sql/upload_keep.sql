UPDATE upload SET touched_at = NULL WHERE no = $1::bigint AND size = $2::bigint AND touched_at > 0;
