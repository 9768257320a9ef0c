SELECT sender, expires_at FROM message WHERE no = $1::bigint AND cancelled_at IS NULL;
