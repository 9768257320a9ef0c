-- Before anything of these queues is read to be changed: by a claim for all its queues, and before a turn's queue_add.
SELECT no FROM topic_queue WHERE no = ANY ($1::bigint[]) ORDER BY no FOR UPDATE;
