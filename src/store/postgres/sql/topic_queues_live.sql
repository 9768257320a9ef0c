-- Locked, so that what waits in them is counted once, and nothing is put into one that is about to be retired.
SELECT no, provider, waiting FROM topic_queue WHERE topic = $1::bigint AND cancelled_at IS NULL ORDER BY no FOR UPDATE;
