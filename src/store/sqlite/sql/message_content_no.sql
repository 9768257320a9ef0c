SELECT content_no, copies, joint, content_deleted_at FROM message WHERE no = ?1;
