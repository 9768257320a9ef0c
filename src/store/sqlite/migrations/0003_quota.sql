-- Recipients whose mail a provider took or may have taken, by slots of ten minutes: what its 24-hour limit counts.
CREATE TABLE sent_slot (
    provider TEXT NOT NULL,
    slot INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (provider, slot)
) WITHOUT ROWID;

-- Moving waiting mail to another provider hands its queues over as they are, beside one of the same lane and topic that is there.
DROP INDEX topic_queue_live;
CREATE INDEX topic_queue_live ON topic_queue (provider, lane, topic) WHERE cancelled_at IS NULL;
