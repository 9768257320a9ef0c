SELECT no, topic, copies, created_at, queue IS NOT NULL, content_deleted_at IS NOT NULL FROM message WHERE no = $1::bigint;
