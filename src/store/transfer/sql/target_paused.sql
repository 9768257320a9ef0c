-- What the triggers of the topics would have written: they are off while the rows come in.
TRUNCATE topic_paused;
INSERT INTO topic_paused (topic, at, bulk_at) SELECT no, paused_at, bulk_paused_at FROM topic
WHERE paused_at IS NOT NULL OR bulk_paused_at IS NOT NULL;
