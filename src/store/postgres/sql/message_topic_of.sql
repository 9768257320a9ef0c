SELECT topic, queue, cancelled_at, on_unknown, expires_at FROM message WHERE no = $1::bigint;
