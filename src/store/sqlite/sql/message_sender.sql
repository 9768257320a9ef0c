SELECT sender, expires_at FROM message WHERE no = ?1 AND cancelled_at IS NULL;
