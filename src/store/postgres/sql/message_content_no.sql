-- Nobody sends it again and deletes its content at the same time.
SELECT content_no, copies, joint, content_deleted_at FROM message WHERE no = $1::bigint FOR UPDATE;
