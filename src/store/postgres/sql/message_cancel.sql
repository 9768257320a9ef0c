UPDATE message SET cancelled_at = $2::bigint WHERE no = $1::bigint AND cancelled_at IS NULL;
