-- In two parts: the index has no mail without a topic, which is read as a whole.
SELECT no, queue, copies, cancelled_at FROM message WHERE topic = $1::bigint AND topic <> 0 AND queue IS NOT NULL
UNION ALL SELECT no, queue, copies, cancelled_at FROM message WHERE $1::bigint = 0 AND topic = 0 AND queue IS NOT NULL;
