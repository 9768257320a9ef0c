SELECT no, queue, copies, cancelled_at FROM message WHERE topic = ?1 AND queue IS NOT NULL;
