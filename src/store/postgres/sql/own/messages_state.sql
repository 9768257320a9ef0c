-- What others may have changed of messages this node has in memory. Read by a claim once it holds its queues.
SELECT no, queue, due, scheduled, cancelled_at, lapsed_at FROM message WHERE no = ANY ($1::bigint[]);
