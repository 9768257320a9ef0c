SELECT no, queue, copies, cancelled_at FROM message WHERE topic = $1::bigint AND queue IS NOT NULL;
